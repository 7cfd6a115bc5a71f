/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed's URL taken apart (RFC 3986 3, read leniently where lists are: a
 * password with any letter in it). What remains for the store and the probes
 * holds no credentials, and each address in one spelling. */
#include <stdio.h>
#include <string.h>

#include "common/address.h"
#include "common/utf8.h"
#include "monitor/inventory/inventory.h"

static const struct scheme {
	const char *name;
	enum inventory_scheme by;
	bool host_optional; /* a listener, or a multicast group */
	bool file;
} schemes[] = {
	{ "rtsp", INVENTORY_BY_STREAM, false, false },
	{ "rtsps", INVENTORY_BY_STREAM, false, false },
	{ "http", INVENTORY_BY_DEMUX, false, false },
	{ "https", INVENTORY_BY_DEMUX, false, false },
	{ "rtmp", INVENTORY_BY_DEMUX, false, false },
	{ "rtmps", INVENTORY_BY_DEMUX, false, false },
	{ "srt", INVENTORY_BY_DEMUX, true, false },
	{ "udp", INVENTORY_BY_DEMUX, true, false },
	{ "rtp", INVENTORY_BY_DEMUX, true, false },
	{ "tcp", INVENTORY_BY_DEMUX, false, false },
	{ "file", INVENTORY_BY_DEMUX, true, true },
};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static const struct scheme *
scheme_find(const char *text, size_t n)
{
	for (size_t i = 0; i < SCHEMES; i++) {
		const char *name = schemes[i].name;
		size_t k = 0;

		while (k < n && name[k] != '\0' && lower(text[k]) == name[k])
			k++;
		if (k == n && name[k] == '\0')
			return &schemes[i];
	}
	return NULL;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Lists are of letters: one that is none couldn't be written into another. */
static bool
is_utf8(const char *p, size_t n)
{
	size_t k = 1;

	for (size_t i = 0; i < n && k > 0; i += k)
		k = utf8_length(p + i, n - i);
	return k > 0;
}

/* Percent-decoded copy; a '%' that begins no code stands for itself. False:
 * too long, or a control byte or what is no UTF-8 would come out. */
static bool
percent_decode(char *out, size_t size, const char *p, const char *end)
{
	size_t n = 0;

	while (p < end) {
		int high = end - p > 2 && *p == '%' ? hex(p[1]) : -1;
		int low = high >= 0 ? hex(p[2]) : -1;
		char c = *p;

		if (low >= 0)
			c = (char)(high << 4 | low);
		p += low >= 0 ? 3 : 1;
		if ((unsigned char)c < 0x20 || c == 0x7f || n + 1 >= size)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return is_utf8(out, n);
}

struct parts {
	const char *p; /* next to look at */
	const char *authority_end;
	const char *host_from, *host_end; /* as given; behind it the port */
	bool literal;			  /* in [] */
	struct inventory_url *out;
};

static const char *
check_bytes(struct parts *u)
{
	for (; *u->p != '\0'; u->p++) {
		unsigned char c = (unsigned char)*u->p;

		if (c <= 0x20 || c == 0x7f)
			return "a URL holds no blanks or control characters, "
			       "expected %20";
		if (c >= 0x80)
			return "a URL holds only ASCII, expected %-codes";
		if (strchr("<>\"{}|\\^`", c) != NULL)
			return "this character is not allowed in a URL, "
			       "expected a %-code";
	}
	return NULL;
}

static const char *
credentials(struct parts *u)
{
	const char *at = NULL;

	for (const char *q = u->p; q < u->authority_end; q++)
		if (*q == '@')
			at = q; /* the last one: passwords hold '@' too */
	if (at == NULL)
		return NULL;
	const char *colon = memchr(u->p, ':', (size_t)(at - u->p));
	const char *user_end = colon != NULL ? colon : at;
	struct inventory_url *o = u->out;

	if (!percent_decode(o->user, sizeof(o->user), u->p, user_end) ||
	    (colon != NULL && !percent_decode(o->password, sizeof(o->password),
				  colon + 1, at)))
		return "user or password is too long or holds control "
		       "characters, expected at most 255 bytes of UTF-8";
	o->has_credentials = at > u->p;
	u->p = at + 1;
	return NULL;
}

static bool
host_byte(char c, bool literal)
{
	c = lower(c);
	if ((c >= '0' && c <= '9') || c == '.')
		return true;
	if (literal)
		return c == ':' || c == '%' || (c >= 'a' && c <= 'z');
	return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

#define DIGITS "0123456789"

/* Whether the host is a number in any of the ways that resolvers read as an
 * address: its last part is one. */
static bool
is_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot != NULL ? dot + 1 : host;

	if (last[0] == '0' && last[1] == 'x')
		return last[2 + strspn(last + 2, DIGITS "abcdef")] == '\0';
	return *last != '\0' && last[strspn(last, DIGITS)] == '\0';
}

/* Four numbers; zeros before them, as lists have them to look even, are taken
 * off: some resolvers would read octal. */
static bool
plain_address(struct inventory_url *o)
{
	const char *p = o->host;
	unsigned part[4] = { 0 };

	for (unsigned i = 0; i < 4; i++) {
		size_t n = strspn(p, DIGITS);

		if (n == 0 || n > 3 || p[n] != (i < 3 ? '.' : '\0'))
			return false;
		for (size_t k = 0; k < n; k++)
			part[i] = part[i] * 10 + (unsigned)(p[k] - '0');
		if (part[i] > 255)
			return false;
		o->padded |= n > 1 && p[0] == '0';
		p += n + 1;
	}
	snprintf(o->host, sizeof(o->host), "%u.%u.%u.%u", part[0], part[1],
	    part[2], part[3]);
	return true;
}

/* "fe80::1", or "fe80::1%25eth0", which stays as it is. */
static bool
literal_address(struct inventory_url *o)
{
	char text[LIMIT_HOST_BYTES];
	size_t n = strcspn(o->host, "%");
	struct wire_address a;

	memcpy(text, o->host, n);
	text[n] = '\0';
	if (!address_parse(text, &a) || a.family != 6)
		return false;
	if (o->host[n] == '\0')
		address_print(&a, o->host);
	return true;
}

static const char *
host_check(struct parts *u)
{
	bool well = u->literal		      ? literal_address(u->out)
		    : is_number(u->out->host) ? plain_address(u->out)
					      : true;

	if (well)
		return NULL;
	u->p = u->host_from;
	return u->literal ? "not an IPv6 address, expected one like [fd00::7]"
			  : "not an IPv4 address, expected four numbers up to "
			    "255 (a spreadsheet may have taken the dots away)";
}

static const char *
host(struct parts *u)
{
	size_t n = 0;

	u->host_from = u->p;
	u->literal = *u->p == '[';
	u->p += u->literal;
	for (; u->p < u->authority_end && *u->p != ']' &&
	       (u->literal || *u->p != ':');
	     u->p++) {
		if (!host_byte(*u->p, u->literal))
			return "a host holds letters, digits, '-', '_' and "
			       "'.' (or is an IPv6 address in [])";
		if (n + 1 >= sizeof(u->out->host))
			return "the host is too long, expected at most 255 "
			       "bytes";
		u->out->host[n++] = lower(*u->p);
	}
	u->out->host[n] = '\0';
	if (u->literal && (u->p >= u->authority_end || *u->p != ']' || n < 2))
		return "'[' opens an IPv6 address, expected ']' behind it";
	u->p += u->literal;
	u->host_end = u->p;
	return host_check(u);
}

static const char *
port(struct parts *u)
{
	uint32_t v = 0;

	if (u->p == u->authority_end)
		return NULL;
	if (*u->p != ':')
		return "unexpected text behind the host, expected a port or "
		       "a path";
	u->p++;
	if (u->p == u->authority_end)
		return "the port is missing, expected a number from 1 to "
		       "65535";
	for (; u->p < u->authority_end; u->p++) {
		if (*u->p < '0' || *u->p > '9')
			return "the port is not a number, expected 1 to "
			       "65535";
		v = v * 10 + (uint32_t)(*u->p - '0');
		if (v > 65535)
			break;
	}
	if (v == 0 || v > 65535)
		return "the port is out of range, expected 1 to 65535";
	u->out->port = (uint16_t)v;
	return NULL;
}

/* Scheme and host in lower case, no credentials, the rest as given. No address
 * is longer in its usual spelling. */
static void
rebuild(struct parts *u, const struct scheme *s)
{
	snprintf(u->out->url, sizeof(u->out->url), "%s://%s%s%s%s", s->name,
	    u->literal ? "[" : "", u->out->host, u->literal ? "]" : "",
	    u->host_end);
}

static const char *
parse(struct parts *u, const struct scheme *s)
{
	const char *wrong, *from;

	u->out->by = s->by;
	if ((wrong = credentials(u)) != NULL)
		return wrong;
	from = u->p;
	if ((wrong = check_bytes(u)) != NULL)
		return wrong;
	u->p = from;
	if ((wrong = host(u)) != NULL || (wrong = port(u)) != NULL)
		return wrong;
	if (u->out->host[0] == '\0' && !s->host_optional) {
		u->p = u->host_from;
		return "the host is missing, expected rtsp://HOST/...";
	}
	if (s->file && (u->out->has_credentials || u->out->host[0] != '\0' ||
			   *u->authority_end != '/')) {
		u->p = u->host_from;
		return "a file is named by its absolute path, expected "
		       "file:///PATH";
	}
	rebuild(u, s);
	return NULL;
}

/* A password may hold what should end the host and port: then they stand behind
 * an '@' that comes later. */
static const char *
parse_leniently(struct parts *u, const struct scheme *s, const char *begin)
{
	const char *wrong, *at;
	struct parts other = { .p = begin, .out = u->out };

	u->p = begin;
	u->authority_end = begin + strcspn(begin, "/?#");
	wrong = parse(u, s);
	at = strchr(u->authority_end, '@');
	if (wrong == NULL || at == NULL || strchr("/?#", *begin) != NULL)
		return wrong;
	memset(u->out, 0, sizeof(*u->out));
	other.authority_end = at + strcspn(at, "/?#");
	return parse(&other, s) == NULL ? NULL : wrong;
}

const char *
inventory_url_parse(const char *text, struct inventory_url *out, size_t *at_out)
{
	const char *wrong, *colon = strstr(text, "://");
	struct parts u = { .out = out };

	memset(out, 0, sizeof(*out));
	*at_out = 0;
	if (strlen(text) >= LIMIT_URL_BYTES) {
		*at_out = LIMIT_URL_BYTES - 1;
		return "the URL is too long, expected at most 1023 bytes";
	}
	if (colon == NULL)
		return "not a URL, expected one like rtsp://HOST/PATH";
	const struct scheme *s = scheme_find(text, (size_t)(colon - text));

	if (s == NULL)
		return "unknown scheme, expected rtsp, rtsps, http, https, "
		       "rtmp, rtmps, srt, udp, rtp, tcp or file";
	wrong = parse_leniently(&u, s, colon + 3);
	if (wrong != NULL) {
		*at_out = (size_t)(u.p - text);
		memset(out, 0, sizeof(*out));
	}
	return wrong;
}
