/* SPDX-License-Identifier: GPL-3.0-or-later */
/* strainer.h: a connection's bytes as they arrive -> whether they are requests
 * that can be understood in one way only (RFC 9112). PURE; hostile. It stands
 * before the HTTP library, which is lenient where two parsers may differ, and
 * which knows one limit for all bodies.
 */
#ifndef MONITOR_HTTP_STRAINER_H
#define MONITOR_HTTP_STRAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRAINER_HEAD_BYTES (16u << 10)
#define STRAINER_LINE_BYTES 2048u
#define STRAINER_LINES 64u /* header fields */

enum strained {
	STRAINED_WELL,
	STRAINED_BAD,	    /* 400 */
	STRAINED_LENGTH,    /* 411: a body whose length isn't said */
	STRAINED_LONG_HEAD, /* 431 */
	STRAINED_LONG_BODY, /* 413 */
	/* of who uses it: for a large body */
	STRAINED_STRANGER,  /* 401 */
	STRAINED_FORBIDDEN, /* 403 */
	STRAINED_LATER,	    /* 503 */
};

struct strainer {
	uint64_t body;	    /* bytes of it still to come */
	uint64_t length;    /* of the body after this head */
	uint64_t requests;  /* whose heads were whole */
	uint32_t head;	    /* bytes of the head so far */
	uint32_t lines;	    /* of it, ended */
	uint32_t kept;	    /* in line; beyond its size: not kept */
	bool cr;	    /* the last byte was one */
	bool sized, hosted; /* Content-Length, Host were said */
	bool may_have_body; /* of the method */
	bool big;	    /* of the path: body_big holds */
	/* Set by the caller: most bytes of a body, and of one to big_path. */
	uint32_t body_most, big_most;
	const char *big_path;
	/* What the last whole head showed, or "". */
	char letters[65];
	char line[STRAINER_LINE_BYTES];
};

void strainer_init(struct strainer *s, uint32_t body_most, const char *big_path,
    uint32_t big_most);
/* The connection's next bytes. Other than WELL: nothing more is to be read of
 * it. */
enum strained strainer_take(struct strainer *s, const uint8_t *bytes, size_t n);
/* A body longer than body_most is under way. */
bool strainer_is_big(const struct strainer *s);

#endif
