/* SPDX-License-Identifier: GPL-3.0-or-later */
/* message_parts.h: what the files of this room share; nobody else includes it.
 * message.c: what there is to say. message_text.c: as plain words and as a
 * page. message_words.c: for templates.
 */
#ifndef MONITOR_MESSAGE_MESSAGE_PARTS_H
#define MONITOR_MESSAGE_MESSAGE_PARTS_H

#include "monitor/message/message.h"
#include "monitor/report/ink.h"

/* A phrase filled in behind what is in out; args hold no hostile text. */
void message_say(struct ink *out, const struct message *m,
    enum report_phrase phrase, uint64_t count, const char *const *args);
/* What is wrong, in a few words: "no pictures arrive". */
void message_trouble(struct ink *out, const struct message *m);
/* What it means, what to try: a sentence or two; "" = nothing is known. */
const char *message_help(const struct message *m);
const char *message_place(const struct message *m);

/* One line of the table below the words; text is hostile. */
typedef void message_fact_fn(void *arg, enum report_phrase label,
    const char *text);
void message_facts(const struct message *m, message_fact_fn *fn, void *arg);

#endif
