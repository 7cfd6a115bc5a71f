/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change_wish.h: the JSON of a request that changes something -> what is
 * wished, checked for form: members, types, lengths, letters. Neither sockets
 * nor clocks; the JSON is hostile. Whether it may be done is change.h's to say.
 * Also of the control socket, whose questions are the same.
 */
#ifndef MONITOR_CLI_CHANGE_WISH_H
#define MONITOR_CLI_CHANGE_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "monitor/http/rights.h"

#define WISH_FAULT_BYTES 300
#define WISH_REASON_BYTES 500u
#define WISH_TEXT_BYTES 4000u  /* a comment, a note */
#define WISH_SECRET_BYTES 256u /* a password */
#define WISH_FOR_MOST_S (400 * 86400)
#define WISH_FEEDS_MOST 20000u /* named in one request */

enum wish_member {
	WISH_ACTION,
	WISH_ALL,
	WISH_COMPLETE,
	WISH_CSV,
	WISH_DISABLED,
	WISH_DRY_RUN,
	WISH_FEED,
	WISH_FEEDS,
	WISH_FILE,
	WISH_FOR,
	WISH_FROM,
	WISH_IGNORE_UNKNOWN,
	WISH_KIND,
	WISH_NAME,
	WISH_NEW,
	WISH_NOTE,
	WISH_OLD,
	WISH_PASSWORD,
	WISH_REASON,
	WISH_ROLE,
	WISH_SITE,
	WISH_TABLE,
	WISH_TAG,
	WISH_TEXT,
	WISH_TO,
	WISH_TOKEN,
	WISH_USER,
	WISH_WEEKLY,
};
#define WISH_MEMBERS 28

/* Members that were not said are "", 0, false. */
struct change_wish {
	enum right right;
	uint32_t given; /* 1 << enum wish_member */
	json_t *root;	/* owned; texts are borrowed from it */
	const char *action, *csv, *feed, *file, *kind, *name, *new, *note, *old,
	    *password, *reason, *role, *site, *table, *tag, *text, *token,
	    *user, *weekly;
	size_t csv_length;
	const json_t *feeds; /* array of texts */
	/* From beside the JSON, borrowed: names in lines instead of feeds. */
	const char *lines;
	size_t lines_length;
	bool all, complete, disabled, dry_run, ignore_unknown;
	int64_t for_s;
	int64_t from_utc, to_utc; /* microseconds */
};

/* False: fault_out says in a sentence what is wrong and what was expected; out
 * holds nothing. Else change_wish_fini later. */
bool change_wish_read(enum right right, const char *json, size_t length,
    struct change_wish *out, char fault_out[WISH_FAULT_BYTES]);
/* The same of JSON that is read already; borrowed. */
bool change_wish_take(enum right right, json_t *root, struct change_wish *out,
    char fault_out[WISH_FAULT_BYTES]);
/* What came beside the JSON, on the control socket, as it is: a spreadsheet in
 * place of csv, names in place of feeds. Before it is taken, the root gets the
 * member that stands for it. Borrowed until fini. */
void change_wish_expect(enum right right, json_t *root, size_t length);
void change_wish_beside(struct change_wish *w, const char *bytes,
    size_t length);
/* Passwords and tokens are wiped. */
void change_wish_fini(struct change_wish *w);
bool change_wish_has(const struct change_wish *w, enum wish_member member);

#endif
