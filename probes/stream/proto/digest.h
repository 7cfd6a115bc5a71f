/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.h: WWW-Authenticate challenges -> the Authorization header (RFC 2617,
 * RFC 7616, RFC 7617; RTSP.md 2). PURE, hostile input. The hash comes from
 * outside, so that a well-kept library does it. */
#ifndef PROBES_STREAM_PROTO_DIGEST_H
#define PROBES_STREAM_PROTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/stream/proto/parse.h"

enum digest_algorithm { DIGEST_MD5, DIGEST_SHA256 };

/* Hash of the parts' bytes one after the other: 16 (MD5) or 32 bytes. */
typedef void digest_hash_fn(enum digest_algorithm algorithm,
    const struct span *parts, size_t count, uint8_t out[32]);

struct digest_challenge {
	bool basic;	      /* else Digest */
	bool sess;	      /* MD5-sess, SHA-256-sess */
	bool algorithm_given; /* echo it */
	bool qop;	      /* qop="auth" is offered */
	bool stale;	      /* the password was right, the nonce is old */
	bool has_opaque;
	enum digest_algorithm algorithm;
	const char *realm; /* into text */
	const char *nonce;
	const char *opaque;
	char text[]; /* owned: one allocation holds all */
};

/* Adds the challenges of one header value (one or several, comma-joined): the
 * better of *best and them is kept: SHA-256, MD5, and Basic only when
 * basic_ok. *best starts as NULL; free it with free(). What can't be read or
 * isn't understood (Bearer, auth-int) is skipped. */
void digest_challenge_add(struct span value, bool basic_ok,
    struct digest_challenge **best);

struct digest_request {
	const char *method;
	const char *uri; /* exactly as in the request line */
	const char *user;
	const char *password;
	uint32_t nc; /* uses of this nonce, from 1 */
	uint32_t cnonce;
	bool no_qop; /* leave qop out although it is offered */
};

/* "Authorization: ...\r\n" into out; the length, 0 when it doesn't fit. */
size_t digest_write(const struct digest_challenge *c,
    const struct digest_request *r, digest_hash_fn *hash, char *out,
    size_t size);

#endif
