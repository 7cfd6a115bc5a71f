/* SPDX-License-Identifier: GPL-3.0-or-later */
/* body.h: a line's canonical JSON body -> its fields, as raw text. PURE. The
 * body may come from a database that somebody tampered with: anything that is
 * no JSON object of ours is BAD, nothing is read beyond its end. Raw: strings
 * keep quotes and escapes; two equal texts have equal raw forms, since one
 * writer makes them all.
 */
#ifndef MONITOR_LEDGER_BODY_H
#define MONITOR_LEDGER_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body_value {
	const char *p; /* NULL: there is no such field */
	size_t n;
};

/* The top-level fields named by keys, in one pass; missing ones are NULL.
 * False: no object. Keys that are wanted should come in the body's order. */
bool body_get(const char *body, size_t length, const char *const keys[],
    size_t count, struct body_value out[]);
/* A whole number; `otherwise` for anything else. */
int64_t body_number(const struct body_value *v, int64_t otherwise);
/* The string is this one (which holds nothing that is escaped). */
bool body_is(const struct body_value *v, const char *text);
/* Unescapes into out (cut at size - 1, NUL-ended); "" for what is no string.
 */
void body_text(const struct body_value *v, char *out, size_t size);

#endif
