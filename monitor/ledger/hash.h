/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: bytes -> SHA-256, the one place of the ledger that knows whose.
 * PURE. OpenSSL's, since it uses the processor's SHA instructions (libsodium's
 * does not: 318 ns against 85 ns for an inner node); its plain functions, since
 * they need no allocation and can't fail.
 */
#ifndef MONITOR_LEDGER_HASH_H
#define MONITOR_LEDGER_HASH_H

#include <stddef.h>
#include <stdint.h>

#define LEDGER_HASH 32 /* bytes */

struct hash { /* under way; private */
	uint64_t opaque[16];
};

void hash_begin(struct hash *h);
void hash_add(struct hash *h, const void *bytes, size_t n);
void hash_end(struct hash *h, uint8_t out[LEDGER_HASH]);
/* All in one go. */
void hash_of(const void *bytes, size_t n, uint8_t out[LEDGER_HASH]);

#endif
