/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETER_BYTES 512u /* realm, nonce or opaque, each */

struct found { /* one challenge while it is read */
	struct span scheme, realm, nonce, opaque, algorithm, qop, stale;
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_token(uint8_t c)
{
	return c > ' ' && c < 127 && strchr("=,;\"", c) == NULL;
}

static void
skip(struct span *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

static struct span
take_token(struct span *s)
{
	struct span t = { s->p, 0 };

	while (s->n > 0 && is_token(s->p[0])) {
		skip(s, 1);
		t.n++;
	}
	return t;
}

/* A quoted string (without its quotes, escapes kept) or bare text. */
static struct span
take_value(struct span *s)
{
	struct span v = *s;

	if (s->n == 0 || s->p[0] != '"') {
		v = span_cut(s, ',');
		return span_trim(v);
	}
	skip(s, 1);
	v = (struct span){ s->p, 0 };
	while (s->n > 0 && s->p[0] != '"') {
		size_t n = s->p[0] == '\\' && s->n > 1 ? 2 : 1;

		skip(s, n);
		v.n += n;
	}
	if (s->n > 0)
		skip(s, 1);
	return v;
}

static void
keep_parameter(struct found *f, struct span name, struct span value)
{
	const struct {
		const char *name;
		struct span *where;
	} known[] = { { "realm", &f->realm }, { "nonce", &f->nonce },
		{ "opaque", &f->opaque }, { "algorithm", &f->algorithm },
		{ "qop", &f->qop }, { "stale", &f->stale } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_equal(name, known[i].name))
			*known[i].where = value;
}

/* Reads one challenge: scheme and the name=value pairs up to the next scheme,
 * which is a token not followed by '='. */
static bool
take_challenge(struct span *s, struct found *f)
{
	*f = (struct found){ 0 };
	for (;;) {
		while (s->n > 0 && !is_token(s->p[0]))
			skip(s, 1);

		struct span before = *s;
		struct span token = take_token(s);

		if (token.n == 0)
			return f->scheme.n > 0;
		while (s->n > 0 && is_blank(s->p[0]))
			skip(s, 1);
		if (s->n > 0 && s->p[0] == '=') {
			skip(s, 1);
			while (s->n > 0 && is_blank(s->p[0]))
				skip(s, 1);
			keep_parameter(f, token, take_value(s));
		} else if (f->scheme.n == 0) {
			f->scheme = token;
		} else {
			*s = before;
			return true;
		}
	}
}

static bool
offers_auth(struct span qop)
{
	while (qop.n > 0)
		if (span_equal(span_trim(span_cut(&qop, ',')), "auth"))
			return true;
	return false;
}

static bool
read_algorithm(struct span name, struct digest_challenge *c)
{
	c->algorithm_given = name.n > 0;
	if (name.n == 0 || span_equal(name, "MD5"))
		return true;
	if (span_equal(name, "MD5-sess")) {
		c->sess = true;
		return true;
	}
	c->algorithm = DIGEST_SHA256;
	c->sess = span_equal(name, "SHA-256-sess");
	return c->sess || span_equal(name, "SHA-256");
}

static const char *
put_text(char **at, struct span s)
{
	char *start = *at;

	if (s.n > 0)
		memcpy(start, s.p, s.n);
	start[s.n] = '\0';
	*at += s.n + 1;
	return start;
}

static bool
is_text(struct span s)
{
	if (s.n > PARAMETER_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 127)
			return false;
	return true;
}

static struct digest_challenge *
make(const struct found *f)
{
	struct digest_challenge c = { .basic = span_equal(f->scheme, "Basic") };

	if (!c.basic && !span_equal(f->scheme, "Digest"))
		return NULL;
	if (!is_text(f->realm) || !is_text(f->nonce) || !is_text(f->opaque))
		return NULL;
	if (!c.basic && !read_algorithm(f->algorithm, &c))
		return NULL;
	c.qop = offers_auth(f->qop);
	/* Only auth-int is offered: can't be answered. */
	if (!c.basic && f->qop.n > 0 && !c.qop)
		return NULL;
	c.stale = span_equal(f->stale, "true");
	c.has_opaque = f->opaque.p != NULL;

	struct digest_challenge *out =
	    malloc(sizeof(c) + f->realm.n + f->nonce.n + f->opaque.n + 3);

	if (out == NULL)
		return NULL;
	*out = c;

	char *at = out->text;

	out->realm = put_text(&at, f->realm);
	out->nonce = put_text(&at, f->nonce);
	out->opaque = put_text(&at, f->opaque);
	return out;
}

static int
rank(const struct digest_challenge *c)
{
	if (c == NULL)
		return 0;
	if (c->basic)
		return 1;
	return c->algorithm == DIGEST_SHA256 ? 3 : 2;
}

void
digest_challenge_add(struct span value, bool basic_ok,
    struct digest_challenge **best)
{
	struct found f;

	while (take_challenge(&value, &f)) {
		struct digest_challenge *c = make(&f);

		if (c != NULL && c->basic && !basic_ok) {
			free(c);
			continue;
		}
		if (rank(c) > rank(*best)) {
			free(*best);
			*best = c;
		} else {
			free(c);
		}
	}
}

static size_t
write_basic(const struct digest_request *r, char *out, size_t size)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char plain[2 * 256 + 2];
	int n = snprintf(plain, sizeof(plain), "%s:%s", r->user, r->password);
	int at = snprintf(out, size, "Authorization: Basic ");

	if (n < 0 || (size_t)n >= sizeof(plain) ||
	    (size_t)at + ((size_t)n + 2) / 3 * 4 + 3 > size)
		return 0;
	for (int i = 0; i < n; i += 3) {
		uint32_t v = 0;

		for (int k = 0; k < 3; k++)
			v = v << 8 | (i + k < n ? (uint8_t)plain[i + k] : 0u);
		for (int k = 0; k < 4; k++)
			out[at++] =
			    i + k <= n ? set[v >> (18 - 6 * k) & 63] : '=';
	}
	memcpy(out + at, "\r\n", 3);
	return (size_t)at + 2;
}

static void
hash_hex(digest_hash_fn *hash, enum digest_algorithm algorithm,
    const char *const *parts, size_t count, char hex[65])
{
	static const char digits[] = "0123456789abcdef";
	struct span spans[13];
	uint8_t raw[32];
	size_t n = algorithm == DIGEST_MD5 ? 16 : 32;

	for (size_t i = 0; i < count; i++)
		spans[i] = span_of(parts[i]);
	hash(algorithm, spans, count, raw);
	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[2 * n] = '\0';
}

static void
compute(const struct digest_challenge *c, const struct digest_request *r,
    digest_hash_fn *hash, const char *nc, const char *cnonce, bool qop,
    char response[65])
{
	char ha1[65], ha2[65];
	enum digest_algorithm a = c->algorithm;

	hash_hex(hash, a,
	    (const char *[]){ r->user, ":", c->realm, ":", r->password }, 5,
	    ha1);
	if (c->sess)
		hash_hex(hash, a,
		    (const char *[]){ ha1, ":", c->nonce, ":", cnonce }, 5,
		    ha1);
	hash_hex(hash, a, (const char *[]){ r->method, ":", r->uri }, 3, ha2);
	if (qop)
		hash_hex(hash, a,
		    (const char *[]){ ha1, ":", c->nonce, ":", nc, ":", cnonce,
			":auth:", ha2 },
		    9, response);
	else
		hash_hex(hash, a,
		    (const char *[]){ ha1, ":", c->nonce, ":", ha2 }, 5,
		    response);
}

/* Quoted-string escapes of the user's name (RFC 2616 s2.2). */
static void
escape(const char *user, char *out, size_t size)
{
	size_t n = 0;

	for (; *user != '\0' && n + 3 < size; user++) {
		if (*user == '"' || *user == '\\')
			out[n++] = '\\';
		out[n++] = *user;
	}
	out[n] = '\0';
}

static const char *
algorithm_name(const struct digest_challenge *c)
{
	if (c->algorithm == DIGEST_MD5)
		return c->sess ? "MD5-sess" : "MD5";
	return c->sess ? "SHA-256-sess" : "SHA-256";
}

size_t
digest_write(const struct digest_challenge *c, const struct digest_request *r,
    digest_hash_fn *hash, char *out, size_t size)
{
	char nc[9], cnonce[9], response[65], user[520], extra[128] = "";
	bool qop = c->qop && !r->no_qop;
	int n;

	if (c->basic)
		return write_basic(r, out, size);
	snprintf(nc, sizeof(nc), "%08x", r->nc);
	snprintf(cnonce, sizeof(cnonce), "%08x", r->cnonce);
	escape(r->user, user, sizeof(user));
	compute(c, r, hash, nc, cnonce, qop, response);
	if (qop)
		snprintf(extra, sizeof(extra),
		    ", qop=auth, nc=%s, cnonce=\"%s\"", nc, cnonce);
	else if (c->sess)
		snprintf(extra, sizeof(extra), ", cnonce=\"%s\"", cnonce);
	n = snprintf(out, size,
	    "Authorization: Digest username=\"%s\", realm=\"%s\", "
	    "nonce=\"%s\", uri=\"%s\", response=\"%s\"%s%s%s%s%s%s\r\n",
	    user, c->realm, c->nonce, r->uri, response,
	    c->has_opaque ? ", opaque=\"" : "", c->has_opaque ? c->opaque : "",
	    c->has_opaque ? "\"" : "", c->algorithm_given ? ", algorithm=" : "",
	    c->algorithm_given ? algorithm_name(c) : "", extra);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}
