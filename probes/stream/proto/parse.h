/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.h: the answer every parser of hostile bytes gives, and small helpers on
 * borrowed text shared by the RTSP parsers. PURE. Input hostile. */
#ifndef PROBES_STREAM_PROTO_PARSE_H
#define PROBES_STREAM_PROTO_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cursor.h"

enum parse_result {
	PARSE_MORE, /* what there is may begin a valid one: feed more */
	PARSE_DONE,
	PARSE_BAD, /* can't become valid; the parser says why */
};

/* A span over a NUL-terminated string. */
struct span span_of(const char *text);
/* Without SP, HT, CR, LF at both ends. */
struct span span_trim(struct span s);
bool span_equal(struct span s, const char *text);    /* ASCII case ignored */
bool span_starts(struct span s, const char *prefix); /* ASCII case ignored */
/* The text up to the first `c` (all if none); *s becomes what follows it. */
struct span span_cut(struct span *s, char c);
/* Leading decimal digits after blanks; false when there are none or the value
 * exceeds UINT32_MAX. */
bool span_number(struct span s, uint32_t *value_out);
/* Copies into a NUL-terminated buffer; false when it doesn't fit or holds a
 * control byte (header and request-line injection). */
bool span_copy(struct span s, char *out, size_t size);

#endif
