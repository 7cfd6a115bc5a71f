/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_query.h: the query string of a request -> what is asked of the reader.
 * PURE; the words are a client's. One table says what each query takes, and its
 * bounds. Called by the web process; the path's own parts ({id}, {n}, a file's
 * name) and the scope of who asks are the caller's to fill in.
 */
#ifndef MONITOR_HTTP_READ_QUERY_H
#define MONITOR_HTTP_READ_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/read_wire.h"

#define READ_ERROR_BYTES 128

/* What a query takes. */
enum {
	READ_TAKES_PAGE = 1 << 0,     /* limit, after */
	READ_TAKES_SPAN = 1 << 1,     /* from, to; or hours, or days */
	READ_TAKES_SITE = 1 << 2,     /* site */
	READ_TAKES_FEED = 1 << 3,     /* feed: a UUID */
	READ_TAKES_WORDS = 1 << 4,    /* q */
	READ_TAKES_OPEN = 1 << 5,     /* open=1 */
	READ_TAKES_ALL = 1 << 6,      /* all=1 */
	READ_TAKES_SCREEN = 1 << 8,   /* screen: its name */
	READ_TAKES_KIND = 1 << 9,     /* kind: of overlays, or of lines */
	READ_TAKES_SINCE = 1 << 10,   /* since: a moment */
	READ_TAKES_PICTURE = 1 << 11, /* kind: of a picture */
	READ_NEEDS_FEED = 1 << 12,    /* feed is not optional */
};

struct read_kind {
	uint8_t what; /* enum read_what */
	const char *name;
	unsigned takes;
	uint32_t hours, hours_most; /* of SPAN; 0: none unless it is said */
	uint32_t limit, limit_most;
};
/* NULL: there is none of that number. */
const struct read_kind *read_kind_of(uint8_t what);

/* The value of a query's word, decoded; NULL: it isn't there. Borrowed until
 * read_ask_fill returns. */
typedef const char *read_word_fn(void *arg, const char *key);
/* Fills all of out but id, scope, offset and what comes from the path; uuid,
 * number and name stay 0 unless the query says them. False: error_out says what
 * was expected (400). now_us: UTC. */
bool read_ask_fill(uint8_t what, read_word_fn *word, void *arg, int64_t now_us,
    struct read_ask *out, char error_out[READ_ERROR_BYTES]);

/* "2026-03-29T01:59:58.123Z", seconds and their parts optional, or with an
 * offset as "+02:00"; UTC microseconds. False: it is no such moment between
 * 1970 and 9999. */
bool read_moment(const char *text, int64_t *utc_us_out);

#endif
