/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message.h: a notice -> the texts by which each means tells it: a subject that
 * says it all, plain words, a page for a mail, JSON. PURE; names in a notice
 * are people's and may hold anything: every output is made harmless for where
 * it goes. Called by the monitor's channels.
 */
#ifndef MONITOR_MESSAGE_MESSAGE_H
#define MONITOR_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/alert/notice.h"
#include "monitor/message/template.h"
#include "monitor/report/report_words.h"

struct ink;

struct message {
	const struct notice *notice; /* borrowed, as all is */
	enum report_language language;
	/* What local clocks at its place show: seconds ahead of UTC. */
	int32_t offset_s;
	const char *zone;   /* by that name; "" = UTC */
	const char *host;   /* ours */
	const char *secret; /* of the channel; NULL = it has none */
};

/* One line, at most 160 characters, without controls. */
#define MESSAGE_SUBJECT_BYTES 700
void message_subject(const struct message *m, char out[MESSAGE_SUBJECT_BYTES]);
/* Lines of plain text; the caller frees out (ink_free). */
void message_plain(const struct message *m, struct ink *out);
/* A whole page without scripts or anything from elsewhere; with_picture: it
 * shows "cid:picture". */
void message_html(const struct message *m, bool with_picture, struct ink *out);

/* The words of templates, in the order of their table: docs/alerts.md. */
#define MESSAGE_WORDS 40
#define MESSAGE_JSON_BYTES (64u << 10)
struct message_words {
	struct template_word words[MESSAGE_WORDS];
	size_t count;
	void *memory; /* owned */
};
/* m NULL: the names alone, for template_check. False: no memory. */
bool message_words_make(struct message_words *out, const struct message *m);
void message_words_free(struct message_words *w);
/* The body of a webhook that names none: all words, as one object. */
extern const char message_body[];

/* 0 emergency .. 7 debug (RFC 5424), of how much it matters. */
unsigned message_syslog_severity(const struct notice *n);

#endif
