/* SPDX-License-Identifier: GPL-3.0-or-later */
#define OPENSSL_SUPPRESS_DEPRECATED /* see hash.h for why not EVP */
#include "monitor/ledger/hash.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct hash), "room for its state");

static SHA256_CTX *
state(struct hash *h)
{
	return (SHA256_CTX *)h->opaque;
}

void
hash_begin(struct hash *h)
{
	SHA256_Init(state(h));
}

void
hash_add(struct hash *h, const void *bytes, size_t n)
{
	SHA256_Update(state(h), bytes, n);
}

void
hash_end(struct hash *h, uint8_t out[LEDGER_HASH])
{
	SHA256_Final(out, state(h));
}

void
hash_of(const void *bytes, size_t n, uint8_t out[LEDGER_HASH])
{
	struct hash h;

	hash_begin(&h);
	hash_add(&h, bytes, n);
	hash_end(&h, out);
}
