/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/tls.h"

#include <stdbool.h>
#include <stddef.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

/* The certificate, what it hangs on, and its key. Takes in. */
static bool
load_certificate(SSL_CTX *ctx, BIO *in)
{
	X509 *x = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	bool good = x != NULL && SSL_CTX_use_certificate(ctx, x) == 1;

	X509_free(x);
	while (good && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		good = SSL_CTX_add_extra_chain_cert(ctx, x) == 1;
	BIO_free(in);
	return good;
}

static bool
load_key(SSL_CTX *ctx, BIO *in)
{
	EVP_PKEY *key =
	    in != NULL ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
	bool good = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
		    SSL_CTX_check_private_key(ctx) == 1;

	EVP_PKEY_free(key);
	BIO_free(in);
	return good;
}

static SSL_CTX *
make(BIO *certificate, BIO *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	bool certified, good;

	if (ctx == NULL) {
		BIO_free(certificate);
		BIO_free(key);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	certified = load_certificate(ctx, certificate);
	good = load_key(ctx, key) && certified;
	ERR_clear_error(); /* the chain's end is one */
	if (good)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

SSL_CTX *
tls_server(int certificate_fd, int key_fd)
{
	return make(BIO_new_fd(certificate_fd, BIO_CLOSE),
	    BIO_new_fd(key_fd, BIO_CLOSE));
}

SSL_CTX *
tls_server_text(struct span certificate, struct span key)
{
	return make(BIO_new_mem_buf(certificate.p, (int)certificate.n),
	    BIO_new_mem_buf(key.p, (int)key.n));
}

void
tls_free(SSL_CTX **tls)
{
	SSL_CTX_free(*tls);
	*tls = NULL;
}
