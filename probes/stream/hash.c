/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/hash.h"

#include <string.h>

#include <openssl/evp.h>

static EVP_MD *md5, *sha256;
static EVP_MD_CTX *context; /* one thread */

bool
hash_load(void)
{
	md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	context = EVP_MD_CTX_new();
	return md5 != NULL && sha256 != NULL && context != NULL;
}

void
hash_digest(enum digest_algorithm algorithm, const struct span *parts,
    size_t count, uint8_t out[32])
{
	const EVP_MD *md = algorithm == DIGEST_MD5 ? md5 : sha256;

	memset(out, 0, 32);
	if (EVP_DigestInit_ex(context, md, NULL) != 1)
		return;
	for (size_t i = 0; i < count; i++)
		EVP_DigestUpdate(context, parts[i].p, parts[i].n);
	EVP_DigestFinal_ex(context, out, NULL);
}
