/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line.h: an event -> its canonical line, and the hash that is both its link of
 * the chain and its leaf of the tree (RFC 9162 2.1.1: a leaf's hash begins with
 * 0x00). PURE; strings may be hostile (any bytes, with their length). Called by
 * the store's writer and by whoever verifies.
 *
 *   digest = SHA-256(0x10 | ns(salt) | ns(actor) | ns(body))
 *   hash   = SHA-256(0x00 | prev | ns("1") ns(origin) ns(run) ns(seq) ns(mono)
 *            ns(utc) ns(kind) ns(feed) ns(digest))
 *
 * with ns(x) = "<length>:<x>,", numbers in decimal, uuids as 16 bytes, feed 0
 * when there is none, prev 32 zero bytes at the first. Salt is empty when the
 * kind is public; else 16 random bytes, so that content that was deleted can't
 * be guessed from its digest.
 */
#ifndef MONITOR_LEDGER_LINE_H
#define MONITOR_LEDGER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/hash.h"

#define LEDGER_SALT 16 /* bytes */

struct ledger_bytes { /* borrowed */
	const void *p;
	size_t n;
};

struct ledger_line {
	const uint8_t *origin, *run; /* uuids, 16 bytes each */
	int64_t seq, mono, utc;	     /* microseconds */
	int64_t feed;		     /* its number, 0 = none */
	struct ledger_bytes kind;
};

/* What is told of people: its content is salted, kept apart and may be deleted
 * while the line stays. A kind nobody listed as public is private. */
bool ledger_is_private(const char *kind, size_t n);

/* salt: LEDGER_SALT bytes, or NULL for a public kind. */
void ledger_digest(const uint8_t *salt, struct ledger_bytes actor,
    struct ledger_bytes body, uint8_t out[LEDGER_HASH]);
void ledger_line_hash(const struct ledger_line *line,
    const uint8_t prev[LEDGER_HASH], const uint8_t digest[LEDGER_HASH],
    uint8_t out[LEDGER_HASH]);

#endif
