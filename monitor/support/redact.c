/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/support/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "common/hex.h"
#include "monitor/ledger/hash.h"

#define HOST_BYTES 256
#define TAG_BYTES 4 /* of the hash: eight letters */
#define HIDDEN "***"

struct redact {
	uint8_t salt[REDACT_SALT];
	bool with_hosts, sorted;
	char **known; /* small letters; owned */
	size_t count, room;
};

struct out {
	char *p; /* owned */
	size_t n, size;
	bool bad; /* memory was out */
};

struct in {
	const char *p;
	size_t n, at;
};

/* --- */

struct redact *
redact_new(const uint8_t salt[REDACT_SALT], bool with_hosts)
{
	struct redact *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	memcpy(r->salt, salt, REDACT_SALT);
	r->with_hosts = with_hosts;
	return r;
}

void
redact_free(struct redact **r)
{
	if (*r == NULL)
		return;
	for (size_t i = 0; i < (*r)->count; i++)
		free((*r)->known[i]);
	free((*r)->known);
	free(*r);
	*r = NULL;
}

static char *
small(const char *text, size_t n)
{
	char *copy = malloc(n + 1);

	for (size_t i = 0; copy != NULL && i < n; i++)
		copy[i] = (char)tolower((unsigned char)text[i]);
	if (copy != NULL)
		copy[n] = '\0';
	return copy;
}

bool
redact_know(struct redact *r, const char *host)
{
	if (host[0] == '\0')
		return true;
	if (r->count == r->room) {
		size_t room = r->room * 2 + 64;
		char **known = realloc(r->known, room * sizeof(*known));

		if (known == NULL)
			return false;
		r->known = known;
		r->room = room;
	}
	r->known[r->count] = small(host, strlen(host));
	r->sorted = false;
	return r->known[r->count] != NULL && ++r->count > 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_known(struct redact *r, const char *text, size_t n)
{
	char key[HOST_BYTES];
	const char *k = key;

	if (n == 0 || n >= sizeof(key) || r->count == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		key[i] = (char)tolower((unsigned char)text[i]);
	key[n] = '\0';
	if (!r->sorted)
		qsort(r->known, r->count, sizeof(*r->known), by_text);
	r->sorted = true;
	return bsearch(&k, r->known, r->count, sizeof(*r->known), by_text) !=
	       NULL;
}

/* --- what comes out */

static void
put(struct out *o, const char *text, size_t n)
{
	if (o->bad)
		return;
	if (o->n + n + 1 > o->size) {
		size_t size = (o->n + n) * 2 + 256;
		char *p = realloc(o->p, size);

		if (p == NULL) {
			o->bad = true;
			return;
		}
		o->p = p;
		o->size = size;
	}
	memcpy(o->p + o->n, text, n);
	o->n += n;
	o->p[o->n] = '\0';
}

static void
say(struct out *o, const char *text)
{
	put(o, text, strlen(text));
}

static bool
is_ours(const char *text, size_t n)
{
	static const char *const ours[] = { "127.0.0.1", "::1", "0.0.0.0",
		"::", "localhost" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (n == strlen(ours[i]) && memcmp(text, ours[i], n) == 0)
			return true;
	return false;
}

/* what: "host", "mail". */
static void
put_named(struct redact *r, struct out *o, const char *what, const char *text,
    size_t n)
{
	uint8_t digest[LEDGER_HASH];
	char hex[2 * TAG_BYTES + 1], *lower = small(text, n);
	struct hash h;

	if (lower == NULL) {
		o->bad = true;
		return;
	}
	hash_begin(&h);
	hash_add(&h, r->salt, REDACT_SALT);
	hash_add(&h, lower, n);
	hash_end(&h, digest);
	free(lower);
	hex_print(digest, TAG_BYTES, hex);
	say(o, what);
	say(o, "-");
	say(o, hex);
}

static void
put_host(struct redact *r, struct out *o, const char *text, size_t n)
{
	if (r->with_hosts || n == 0 || is_ours(text, n))
		put(o, text, n);
	else
		put_named(r, o, "host", text, n);
}

/* --- what goes in */

static char
letter(const struct in *in, size_t at)
{
	return at < in->n ? in->p[at] : '\0';
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

static size_t
run_of(const struct in *in, bool (*belongs)(char))
{
	size_t n = 0;

	while (in->at + n < in->n && belongs(in->p[in->at + n]))
		n++;
	return n;
}

static bool
in_url(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	       strchr("\"'<>`", c) == NULL;
}

static bool
in_value(char c)
{
	return in_url(c) && strchr("&;,/?#)]}|", c) == NULL;
}

static bool
in_six(char c)
{
	return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

static bool
has_secret_word(const char *text, size_t n)
{
	static const char *const words[] = { "pass", "pwd", "secret", "token",
		"auth", "signature", "credential", "user", "login" };
	char *lower = small(text, n);
	bool found = lower == NULL; /* the safer answer */

	for (size_t i = 0; !found && i < sizeof(words) / sizeof(words[0]); i++)
		found = strstr(lower, words[i]) != NULL;
	/* "api_key", not "keyframes". */
	found = found || (n >= 3 && memcmp(lower + n - 3, "key", 3) == 0);
	free(lower);
	return found;
}

/* The name that ends at `at`. */
static bool
is_secret_name(const struct in *in, size_t at)
{
	size_t begin = at;

	while (begin > 0 && at - begin < 64 && is_word(in->p[begin - 1]))
		begin--;
	return begin < at && has_secret_word(in->p + begin, at - begin);
}

/* "rtsp://user:password@host": behind "://". */
static void
take_authority(struct redact *r, struct in *in, struct out *o)
{
	size_t n = run_of(in, in_url);
	const char *from = in->p + in->at, *last = NULL;

	for (size_t i = 0; i < n; i++)
		if (from[i] == '@')
			last = from + i;
	if (last != NULL) {
		say(o, HIDDEN "@");
		in->at += (size_t)(last + 1 - from);
	}
	if (letter(in, in->at) == '[') {
		put(o, "[", 1);
		in->at++;
		n = run_of(in, in_six);
	} else {
		n = run_of(in, is_word);
	}
	put_host(r, o, in->p + in->at, n);
	in->at += n;
}

/* Behind '=' of such a name, or behind ':' of such a name in quotes. */
static void
skip_value(struct in *in, struct out *o)
{
	char quote = letter(in, in->at);

	say(o, HIDDEN);
	if (quote != '"' && quote != '\'') {
		in->at += run_of(in, in_value);
		return;
	}
	in->at++;
	while (
	    in->at < in->n && in->p[in->at] != quote && in->p[in->at] != '\n')
		in->at += 1 + (in->p[in->at] == '\\' && in->at + 1 < in->n);
	in->at += letter(in, in->at) == quote;
}

static bool
take_secret(struct in *in, struct out *o)
{
	char c = in->p[in->at];
	size_t end = in->at, value = in->at + 1;

	if (c == ':' && in->at > 0 && in->p[in->at - 1] == '"') {
		end--; /* "password": "..", not "auth-failed": 3 */
		value += letter(in, value) == ' ';
		if (letter(in, value) != '"')
			return false;
	} else if (c != '=') {
		return false;
	}
	if (!is_secret_name(in, end))
		return false;
	put(o, in->p + in->at, value - in->at);
	in->at = value;
	skip_value(in, o);
	return true;
}

static bool
in_letters(char c)
{
	return is_word(c) && c != '.';
}

/* ".../setup#TOKEN": what a browser keeps to itself. */
static bool
take_fragment(struct in *in, struct out *o)
{
	struct in behind = { in->p, in->n, in->at + 1 };
	size_t n = run_of(&behind, in_letters);

	if (in->p[in->at] != '#' || n < 16)
		return false;
	say(o, "#" HIDDEN);
	in->at += 1 + n;
	return true;
}

/* "Authorization: ...", "Cookie: ..." to the line's end. */
static bool
take_header(struct in *in, struct out *o)
{
	static const char *const names[] = { "authorization:", "cookie:" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(names[i]), k = 0;

		while (k < n && tolower((unsigned char)letter(in,
				    in->at + k)) == names[i][k])
			k++;
		if (k < n)
			continue;
		put(o, in->p + in->at, n);
		say(o, " " HIDDEN);
		in->at += n;
		while (in->at < in->n && in->p[in->at] != '\n')
			in->at++;
		return true;
	}
	return false;
}

/* "10.0.0.7", also within a longer word. */
static bool
take_four(struct redact *r, struct in *in, struct out *o)
{
	size_t n = 0;

	if (in->at > 0 && (isdigit((unsigned char)in->p[in->at - 1]) ||
			      in->p[in->at - 1] == '.'))
		return false;
	for (unsigned part = 0; part < 4; part++) {
		size_t digits = 0;

		if (part > 0 && letter(in, in->at + n++) != '.')
			return false;
		while (isdigit((unsigned char)letter(in, in->at + n))) {
			n++;
			digits++;
		}
		if (digits == 0 || digits > 3)
			return false;
	}
	if (letter(in, in->at + n) == '.' &&
	    isdigit((unsigned char)letter(in, in->at + n + 1)))
		return false;
	put_host(r, o, in->p + in->at, n);
	in->at += n;
	return true;
}

static bool
take_six(struct redact *r, struct in *in, struct out *o)
{
	struct wire_address address;
	char text[64];
	size_t n;

	if (in->at > 0 &&
	    (is_word(in->p[in->at - 1]) || in->p[in->at - 1] == ':'))
		return false;
	n = run_of(in, in_six);
	if (n < 3 || n >= sizeof(text) ||
	    memchr(in->p + in->at, ':', n) == NULL)
		return false;
	memcpy(text, in->p + in->at, n);
	text[n] = '\0';
	while (n > 2 && !address_parse(text, &address) &&
	       strchr(":.", text[n - 1]) != NULL)
		text[--n] = '\0';
	if (!address_parse(text, &address))
		return false;
	put_host(r, o, text, n);
	in->at += n;
	return true;
}

/* A name that is known, or an address of mail. */
static bool
take_word(struct redact *r, struct in *in, struct out *o)
{
	size_t n = run_of(in, is_word);

	if (n == 0 || (in->at > 0 && is_word(in->p[in->at - 1])))
		return false;
	if (letter(in, in->at + n) == '@') {
		struct in domain = { in->p, in->n, in->at + n + 1 };

		n += 1 + run_of(&domain, is_word);
		put_named(r, o, "mail", in->p + in->at, n);
		in->at += n;
		return true;
	}
	while (n > 0 &&
	       (in->p[in->at + n - 1] == '.' || in->p[in->at + n - 1] == '-'))
		n--;
	if (!is_known(r, in->p + in->at, n))
		return false;
	put_host(r, o, in->p + in->at, n);
	in->at += n;
	return true;
}

char *
redact_text(struct redact *r, const char *text, size_t length)
{
	struct in in = { text, length, 0 };
	struct out o = { 0 };

	put(&o, "", 0);
	while (in.at < in.n && !o.bad) {
		if (in.n - in.at > 3 && memcmp(in.p + in.at, "://", 3) == 0) {
			put(&o, "://", 3);
			in.at += 3;
			take_authority(r, &in, &o);
		} else if (!take_secret(&in, &o) && !take_header(&in, &o) &&
			   !take_fragment(&in, &o) && !take_word(r, &in, &o) &&
			   !take_six(r, &in, &o) && !take_four(r, &in, &o)) {
			put(&o, in.p + in.at++, 1);
		}
	}
	if (!o.bad)
		return o.p;
	free(o.p);
	return NULL;
}

/* --- */

static bool
is_number(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return n < 5;
}

char *
redact_url(const char *url)
{
	struct in in = { url, strlen(url), 0 };
	struct out o = { 0 };

	put(&o, "", 0);
	while (in.at < in.n && !o.bad) {
		char c = in.p[in.at++];
		size_t n;

		put(&o, &c, 1);
		if (c != '=')
			continue;
		n = run_of(&in, in_value);
		if (is_number(in.p + in.at, n))
			put(&o, in.p + in.at, n);
		else
			say(&o, HIDDEN);
		in.at += n;
	}
	if (!o.bad)
		return o.p;
	free(o.p);
	return NULL;
}
