/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/secrets/seal.h"

#include <string.h>

#include <sodium.h>

#define VERSION 1
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(SEAL_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
		   SEAL_KEY == crypto_kdf_KEYBYTES,
    "one size of keys");
_Static_assert(SEAL_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    "nonces fit");
_Static_assert(LIMIT_CREDENTIAL_BYTES % SEAL_PAD == 0, "the longest fits");

static const char purpose[crypto_kdf_CONTEXTBYTES] = { 'c', 'a', 'm', 'w', 'c',
	'r', 'e', 'd' };

void
seal_key_of(const uint8_t bytes[SEAL_KEY], struct seal_key *out)
{
	uint8_t id[crypto_kdf_BYTES_MIN];

	crypto_kdf_derive_from_key(out->key, sizeof(out->key), 1, purpose,
	    bytes);
	crypto_kdf_derive_from_key(id, sizeof(id), 2, purpose, bytes);
	memcpy(out->id, id, sizeof(out->id));
}

/* All that must be as it was: version and key by the head, then the place. */
struct bound {
	uint8_t bytes[1 + SEAL_ID + 16 + 8];
};

static struct bound
bind(const uint8_t head[1 + SEAL_ID], const struct seal_place *place)
{
	struct bound b;
	uint8_t *at = b.bytes + 1 + SEAL_ID;

	memcpy(b.bytes, head, 1 + SEAL_ID);
	memcpy(at, place->origin, sizeof(place->origin));
	at += sizeof(place->origin);
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)place->device >> (8 * i));
	return b;
}

size_t
seal_close(const struct seal_key *key, const struct seal_place *place,
    const uint8_t nonce[SEAL_NONCE], const char *secret, uint8_t out[SEAL_MOST])
{
	uint8_t padded[LIMIT_CREDENTIAL_BYTES] = { 0 };
	size_t n = strnlen(secret, sizeof(padded) - 1);
	size_t length = (n / SEAL_PAD + 1) * SEAL_PAD; /* with its NUL */

	memcpy(padded, secret, n);
	out[0] = VERSION;
	memcpy(out + 1, key->id, SEAL_ID);
	memcpy(out + 1 + SEAL_ID, nonce, SEAL_NONCE);
	struct bound b = bind(out, place);

	crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEAL_HEAD, NULL,
	    padded, length, b.bytes, sizeof(b.bytes), NULL, nonce, key->key);
	sodium_memzero(padded, sizeof(padded));
	return SEAL_HEAD + length + TAG;
}

const uint8_t *
seal_wants(const void *sealed, size_t n)
{
	const uint8_t *p = sealed;

	if (n < SEAL_HEAD + SEAL_PAD + TAG || n > SEAL_MOST || p[0] != VERSION)
		return NULL;
	return p + 1;
}

bool
seal_open(const struct seal_key *key, const struct seal_place *place,
    const void *sealed, size_t n, char out[LIMIT_CREDENTIAL_BYTES])
{
	const uint8_t *p = sealed, *wants = seal_wants(sealed, n);
	unsigned long long length = 0;

	out[0] = '\0';
	if (wants == NULL || memcmp(wants, key->id, SEAL_ID) != 0)
		return false;
	struct bound b = bind(p, place);

	/* libsodium leaves zeros where it opens nothing. */
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, &length,
		NULL, p + SEAL_HEAD, n - SEAL_HEAD, b.bytes, sizeof(b.bytes),
		p + 1 + SEAL_ID, key->key) != 0) {
		out[0] = '\0';
		return false;
	}
	out[length - 1] = '\0'; /* as it was; whoever sealed it */
	return true;
}
