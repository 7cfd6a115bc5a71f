/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/people/hash.h"

#include <string.h>

#include <sodium.h>

_Static_assert(HASH_OUT_BYTES >= crypto_pwhash_STRBYTES, "letters fit");

bool
hash_ready(void)
{
	return sodium_init() >= 0;
}

bool
hash_make(const char *password, char out[HASH_OUT_BYTES])
{
	return crypto_pwhash_str_alg(out, password, strlen(password),
		   crypto_pwhash_OPSLIMIT_INTERACTIVE,
		   crypto_pwhash_MEMLIMIT_INTERACTIVE,
		   crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool
hash_is(const char *letters, const char *password)
{
	return crypto_pwhash_str_verify(letters, password, strlen(password)) ==
	       0;
}
