/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera whose TLS does what it should not, on a socket pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/stream/tls.h"

#define TURNS 100 /* of both sides in alternation; a handshake takes 4 */

struct pair {
	int fds[2];
	SSL_CTX *server_context;
	SSL *server;
	struct tls_context *context;
	struct tls *tls;
};

/* It speaks TLS 1.2: 1.3 knows no renegotiation. */
static SSL_CTX *
camera_context(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(ctx, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	X509_free(x);
	EVP_PKEY_free(key);
	return ctx;
}

static int
begin(void **state)
{
	static struct pair p;
	const char *why = "";
	enum tls_result ours = TLS_WANT_READ;
	int theirs = 0;

	assert_int_equal(socketpair(AF_UNIX,
			     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
			     p.fds),
	    0);
	p.server_context = camera_context();
	p.server = SSL_new(p.server_context);
	SSL_set_fd(p.server, p.fds[0]);
	SSL_set_accept_state(p.server);
	p.context = tls_context_new();
	p.tls = tls_new(p.context, p.fds[1], "127.0.0.1", true, false);
	for (int i = 0; i < TURNS && (ours != TLS_OK || theirs != 1); i++) {
		if (ours != TLS_OK)
			ours = tls_handshake(p.tls, &why);
		if (theirs != 1)
			theirs = SSL_do_handshake(p.server);
	}
	assert_int_equal(ours, TLS_OK);
	assert_int_equal(theirs, 1);
	*state = &p;
	return 0;
}

static int
end(void **state)
{
	struct pair *p = *state;

	tls_free(&p->tls);
	tls_context_free(&p->context);
	SSL_free(p->server);
	SSL_CTX_free(p->server_context);
	close(p->fds[0]);
	close(p->fds[1]);
	return 0;
}

/* A second handshake is work for nothing, and could show another key than the
 * one that was pinned. What came before it is read. */
static void
test_no_renegotiation(void **state)
{
	struct pair *p = *state;
	char bytes[16];
	size_t got = 0;
	uint8_t before[32], after[32];

	assert_true(tls_pin(p->tls, before));
	assert_int_equal(SSL_write(p->server, "media", 5), 5);
	assert_int_equal(SSL_renegotiate(p->server), 1);
	assert_int_equal(SSL_do_handshake(p->server), 1); /* asks for it */
	for (int i = 0; i < TURNS; i++) {
		size_t n = 0;
		enum tls_result r =
		    tls_read(p->tls, bytes + got, sizeof(bytes) - got, &n);

		assert_true(r == TLS_OK || r == TLS_WANT_READ);
		got += n;
	}
	assert_int_equal(got, 5);
	assert_memory_equal(bytes, "media", 5);
	ERR_clear_error();
	assert_true(SSL_read(p->server, bytes, sizeof(bytes)) <= 0);
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
	    SSL_R_NO_RENEGOTIATION);
	assert_true(tls_pin(p->tls, after));
	assert_memory_equal(before, after, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_renegotiation, begin,
		    end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
