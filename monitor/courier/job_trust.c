/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may vouch for servers: the system's authorities, or those that a setting
 * names, as libcurl and as OpenSSL take them. */
#include "monitor/courier/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

struct authorities {
	uint8_t *pem; /* owned */
	size_t length;
	X509_STORE *store; /* owned; made when first asked for */
};

static struct {
	struct authorities system, own[COURIER_TRUSTS]; /* pem NULL = none */
} all;

static uint8_t *
read_all(int fd, size_t *length_out)
{
	struct stat st;
	uint8_t *bytes;
	size_t n = 0;

	if (fstat(fd, &st) != 0 || st.st_size > (off_t)COURIER_CA_BYTES)
		return NULL;
	bytes = malloc((size_t)st.st_size + 1);
	while (bytes != NULL && n < (size_t)st.st_size) {
		ssize_t got =
		    pread(fd, bytes + n, (size_t)st.st_size - n, (off_t)n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	*length_out = n;
	return bytes;
}

/* None at all is written as a text that holds no certificate: an empty blob
 * would mean the library's own. */
static void
take(struct authorities *a, int fd)
{
	static const char none[] = "no certificate\n";

	free(a->pem);
	X509_STORE_free(a->store);
	a->store = NULL;
	a->pem = fd >= 0 ? read_all(fd, &a->length) : NULL;
	if (a->pem != NULL && a->length > 0)
		return;
	free(a->pem);
	a->pem = (uint8_t *)strdup(none);
	a->length = a->pem != NULL ? sizeof(none) - 1 : 0;
}

bool
job_trust_init(void)
{
	FILE *f = fopen(SYSTEM_CA, "re");

	take(&all.system, f != NULL ? fileno(f) : -1);
	if (f != NULL)
		fclose(f);
	return all.system.pem != NULL;
}

void
job_trust_set(unsigned trust, int fd)
{
	take(&all.own[trust], fd);
}

static struct authorities *
of(unsigned trust)
{
	struct authorities *a = &all.own[trust];

	return a->pem != NULL ? a : &all.system;
}

const uint8_t *
job_trust_pem(unsigned trust, size_t *length_out)
{
	const struct authorities *a = of(trust);

	*length_out = a->length;
	return a->pem;
}

static X509_STORE *
store_of(struct authorities *a)
{
	BIO *in;
	X509 *one;

	if (a->store != NULL)
		return a->store;
	in = BIO_new_mem_buf(a->pem, (int)a->length);
	a->store = in != NULL ? X509_STORE_new() : NULL;
	while (a->store != NULL &&
	       (one = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		X509_STORE_add_cert(a->store, one);
		X509_free(one);
	}
	BIO_free(in);
	ERR_clear_error(); /* its end is one */
	return a->store;
}

SSL_CTX *
job_trust_tls(unsigned trust, const char *host)
{
	X509_STORE *store = store_of(of(trust));
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_VERIFY_PARAM *param;

	if (ctx == NULL || store == NULL) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set1_cert_store(ctx, store);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	param = SSL_CTX_get0_param(ctx);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1 &&
	    X509_VERIFY_PARAM_set1_host(param, host, 0) != 1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	ERR_clear_error();
	return ctx;
}

void
job_trust_why(long verified, char *out, size_t size)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);

	if (verified != X509_V_OK)
		snprintf(out, size, "its certificate: %s",
		    X509_verify_cert_error_string(verified));
	else
		snprintf(out, size, "TLS failed%s%s", reason ? ": " : "",
		    reason ? reason : "");
	ERR_clear_error();
}
