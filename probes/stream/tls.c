/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/tls.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/log.h"

struct tls_context {
	SSL_CTX *ssl;
};

struct tls {
	SSL *ssl;
};

struct tls_context *
tls_context_new(void)
{
	struct tls_context *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->ssl = SSL_CTX_new(TLS_client_method());
	if (c->ssl == NULL) {
		log_warn("stream", "TLS isn't available");
		free(c);
		return NULL;
	}
	/* Old cameras: RSA key exchange, SHA-1, TLS 1.0. What they send is a
	 * picture, not a secret; the pin says whether it is still them. */
	SSL_CTX_set_security_level(c->ssl, 0);
	SSL_CTX_set_min_proto_version(c->ssl, TLS1_VERSION);
	SSL_CTX_set_default_verify_paths(c->ssl);
	SSL_CTX_set_mode(c->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				     SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(c->ssl, SSL_OP_IGNORE_UNEXPECTED_EOF |
					SSL_OP_LEGACY_SERVER_CONNECT |
					SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_OFF);
	return c;
}

void
tls_context_free(struct tls_context **c)
{
	if (*c != NULL)
		SSL_CTX_free((*c)->ssl);
	free(*c);
	*c = NULL;
}

struct tls *
tls_new(struct tls_context *c, int fd, const char *host, bool literal,
    bool verify)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL || c == NULL || (t->ssl = SSL_new(c->ssl)) == NULL) {
		free(t);
		return NULL;
	}
	SSL_set_fd(t->ssl, fd);
	SSL_set_connect_state(t->ssl);
	if (!literal)
		SSL_set_tlsext_host_name(t->ssl, host);
	if (verify) {
		SSL_set_verify(t->ssl, SSL_VERIFY_PEER, NULL);
		if (literal)
			X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl),
			    host);
		else
			SSL_set1_host(t->ssl, host);
	}
	return t;
}

void
tls_free(struct tls **t)
{
	if (*t != NULL)
		SSL_free((*t)->ssl);
	free(*t);
	*t = NULL;
}

static enum tls_result
result_of(struct tls *t, int r)
{
	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		return TLS_CLOSED;
	default:
		return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE
			   ? TLS_SHORT
			   : TLS_BAD;
	}
}

enum tls_result
tls_handshake(struct tls *t, const char **why_out)
{
	ERR_clear_error();

	int r = SSL_do_handshake(t->ssl);

	if (r == 1)
		return TLS_OK;

	enum tls_result result = result_of(t, r);

	if (result == TLS_BAD) {
		const char *why = ERR_reason_error_string(ERR_peek_error());

		*why_out = why != NULL ? why : "TLS handshake failed";
	} else if (result == TLS_CLOSED) {
		*why_out = "closed during the TLS handshake";
	}
	return result;
}

bool
tls_pin(struct tls *t, uint8_t pin_out[32])
{
	X509 *peer = SSL_get1_peer_certificate(t->ssl);
	unsigned char *der = NULL;
	unsigned length = 0;
	bool fine = false;

	if (peer == NULL)
		return false;

	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(peer), &der);

	if (n > 0)
		fine = EVP_Digest(der, (size_t)n, pin_out, &length,
			   EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	X509_free(peer);
	return fine;
}

enum tls_result
tls_read(struct tls *t, void *out, size_t n, size_t *got_out)
{
	ERR_clear_error();

	int r = SSL_read(t->ssl, out, n > INT_MAX ? INT_MAX : (int)n);

	if (r <= 0)
		return result_of(t, r);
	*got_out = (size_t)r;
	return TLS_OK;
}

enum tls_result
tls_write(struct tls *t, const void *in, size_t n, size_t *put_out)
{
	ERR_clear_error();

	int r = SSL_write(t->ssl, in, (int)n);

	if (r <= 0)
		return result_of(t, r);
	*put_out = (size_t)r;
	return TLS_OK;
}
