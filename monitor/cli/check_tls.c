/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/check_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "monitor/cli/cli.h"
#include "monitor/config/config.h"
#include "monitor/http/tls.h"

#define PEM_BYTES (256u << 10)
#define SOON_DAYS 14 /* left of a certificate: too few */

struct listener {
	const char *name; /* "http" */
	const char *certificate, *key;
	const char *names; /* by comma; "" = none are told */
};

/* Text of a file, given; NULL: told. */
static char *
read_pem(const char *path, struct span *out)
{
	size_t length = 0;
	struct stat st;
	char *text = NULL;

	/* Asked before it is opened: a pipe would hold us up. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		cli_say("%s: expected a file", path);
	else
		text = cli_slurp(path, PEM_BYTES, &length);
	*out = (struct span){ (const uint8_t *)text, length };
	return text;
}

static unsigned
pair(const struct listener *l, struct span certificate, struct span key)
{
	struct ssl_ctx_st *ctx = tls_server_text(certificate, key);
	bool good = ctx != NULL;

	tls_free(&ctx);
	if (!good)
		cli_say("%s.certificate, %s.key: %s, %s: not a certificate "
			"and its key in PEM",
		    l->name, l->name, l->certificate, l->key);
	return !good;
}

static unsigned
secrecy(const struct listener *l)
{
	struct stat st;

	if (stat(l->key, &st) != 0 || !(st.st_mode & (S_IROTH | S_IWOTH)))
		return 0;
	cli_say("%s.key: %s: everybody may %s it: chmod o= %s", l->name, l->key,
	    st.st_mode & S_IROTH ? "read" : "write", l->key);
	return 1;
}

static unsigned
dates(const struct listener *l, const X509 *x)
{
	const ASN1_TIME *from = X509_get0_notBefore(x);
	const ASN1_TIME *to = X509_get0_notAfter(x);
	int days = 0, seconds = 0;

	if (ASN1_TIME_diff(&days, &seconds, NULL, from) != 1 || days > 0 ||
	    seconds > 0) {
		cli_say("%s.certificate: %s is not good yet", l->name,
		    l->certificate);
		return 1;
	}
	if (ASN1_TIME_diff(&days, &seconds, NULL, to) == 1 && days >= SOON_DAYS)
		return 0;
	if (days < 0 || seconds < 0)
		cli_say("%s.certificate: %s has expired", l->name,
		    l->certificate);
	else
		cli_say("%s.certificate: %s expires in %d days", l->name,
		    l->certificate, days);
	return 1;
}

static unsigned
names(const struct listener *l, X509 *x)
{
	unsigned mistakes = 0;
	char name[256];

	for (const char *p = l->names; *(p += strspn(p, " ,")) != '\0';) {
		size_t n = strcspn(p, " ,");

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		p += n;
		if (X509_check_host(x, name, 0, 0, NULL) == 1 ||
		    X509_check_ip_asc(x, name, 0) == 1)
			continue;
		cli_say("%s.names: %s: %s is not for that name", l->name, name,
		    l->certificate);
		mistakes++;
	}
	return mistakes;
}

static unsigned
good_for(const struct listener *l, struct span certificate)
{
	BIO *in = BIO_new_mem_buf(certificate.p, (int)certificate.n);
	X509 *x = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	unsigned mistakes = x != NULL ? dates(l, x) + names(l, x) : 0;

	X509_free(x);
	BIO_free(in);
	ERR_clear_error();
	return mistakes;
}

static unsigned
listener(const struct listener *l)
{
	struct span certificate, key;
	char *texts[2];
	unsigned mistakes = 1;

	if (l->certificate[0] == '\0')
		return 0;
	texts[0] = read_pem(l->certificate, &certificate);
	texts[1] = read_pem(l->key, &key);
	if (texts[0] != NULL && texts[1] != NULL)
		mistakes = pair(l, certificate, key) + secrecy(l) +
			   good_for(l, certificate);
	if (texts[1] != NULL)
		explicit_bzero(texts[1], key.n);
	free(texts[0]);
	free(texts[1]);
	return mistakes;
}

unsigned
check_tls(const struct monitor_config *c)
{
	const struct listener http = { "http", c->http_certificate, c->http_key,
		c->http_names };
	const struct listener agents = { "agents", c->agents_certificate,
		c->agents_key, "" };

	return (c->http_enabled ? listener(&http) : 0) +
	       (c->agents_enabled ? listener(&agents) : 0);
}
