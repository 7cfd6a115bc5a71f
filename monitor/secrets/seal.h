/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seal.h: a secret and the place it belongs to -> bytes that say nothing
 * without the key, and open in that place only; and back. XChaCha20-Poly1305,
 * the place as associated data, padded so that the length tells little. PURE
 * but for libsodium; sealed bytes come from a database that others may have
 * written in. docs/formats.md, "Sealed passwords".
 */
#ifndef MONITOR_SECRETS_SEAL_H
#define MONITOR_SECRETS_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/limits.h"

#define SEAL_KEY 32
#define SEAL_ID 8
#define SEAL_NONCE 24
#define SEAL_PAD 64 /* a secret is lengthened to a multiple of it */
#define SEAL_HEAD (1 + SEAL_ID + SEAL_NONCE)
#define SEAL_MOST (SEAL_HEAD + LIMIT_CREDENTIAL_BYTES + 16)

/* Which row it is of: no other may hold it. */
struct seal_place {
	uint8_t origin[16]; /* of the installation */
	int64_t device;	    /* numbers are never given twice */
};

/* What is derived of a key: one to seal with, and what names it. */
struct seal_key {
	uint8_t key[SEAL_KEY];
	uint8_t id[SEAL_ID];
};
void seal_key_of(const uint8_t bytes[SEAL_KEY], struct seal_key *out);

/* Its length; secret: shorter than LIMIT_CREDENTIAL_BYTES. nonce: random, used
 * for this alone. */
size_t seal_close(const struct seal_key *key, const struct seal_place *place,
    const uint8_t nonce[SEAL_NONCE], const char *secret,
    uint8_t out[SEAL_MOST]);
/* Which key it wants; NULL: it is nothing sealed. Borrowed from it. */
const uint8_t *seal_wants(const void *sealed, size_t n);
/* False: another key, another place, or it was altered; out is "" then. */
bool seal_open(const struct seal_key *key, const struct seal_place *place,
    const void *sealed, size_t n, char out[LIMIT_CREDENTIAL_BYTES]);

#endif
