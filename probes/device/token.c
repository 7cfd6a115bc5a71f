/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/token.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "common/civil.h"

#define SHA1_BYTES 20

static EVP_MD *sha1;
static EVP_MD_CTX *context; /* one thread */

bool
token_load(void)
{
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	context = EVP_MD_CTX_new();
	return sha1 != NULL && context != NULL;
}

bool
token_make(struct token *t, const uint8_t nonce[TOKEN_NONCE_BYTES],
    int64_t utc_us, const char *password)
{
	const struct civil c = civil_of(utc_us);
	uint8_t hash[SHA1_BYTES];

	snprintf(t->created, sizeof(t->created),
	    "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(c.year % 10000),
	    c.month, c.day, c.hour, c.minute, c.second);
	if (EVP_DigestInit_ex(context, sha1, NULL) != 1 ||
	    EVP_DigestUpdate(context, nonce, TOKEN_NONCE_BYTES) != 1 ||
	    EVP_DigestUpdate(context, t->created, strlen(t->created)) != 1 ||
	    EVP_DigestUpdate(context, password, strlen(password)) != 1 ||
	    EVP_DigestFinal_ex(context, hash, NULL) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)t->digest, hash, SHA1_BYTES);
	EVP_EncodeBlock((unsigned char *)t->nonce, nonce, TOKEN_NONCE_BYTES);
	return true;
}
