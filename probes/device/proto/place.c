/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/place.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/address.h"

/* "user:password@[host]:port" and what follows; spans of one text. */
struct authority {
	const char *login; /* NULL = none */
	const char *host;
	size_t host_length;
	const char *port; /* its digits, NULL = none */
	const char *rest; /* from '/', '?' or '#' on */
};

static size_t
within(const char *p, const char *end, const char *stops)
{
	size_t n = 0;

	while (p + n < end && strchr(stops, p[n]) == NULL)
		n++;
	return n;
}

static bool
split(const char *p, const char *end, struct authority *out)
{
	const char *stop = p + within(p, end, "/?#");
	const char *at = NULL;

	*out = (struct authority){ .rest = stop };
	for (const char *q = p; q < stop; q++)
		if (*q == '@')
			at = q;
	if (at != NULL) {
		out->login = p;
		p = at + 1;
	}
	out->host = p;
	if (p < stop && *p == '[') {
		out->host = ++p;
		out->host_length = within(p, stop, "]");
		p += out->host_length;
		if (p == stop)
			return false;
		p++;
	} else {
		out->host_length = within(p, stop, ":");
		p += out->host_length;
	}
	if (p < stop && *p != ':')
		return false;
	if (p + 1 < stop)
		out->port = p + 1;
	return out->host_length > 0;
}

/* Digits up to stop; 0 when they are no port. */
static uint16_t
port_of(const char *p, const char *stop)
{
	unsigned long v = 0;

	if (stop - p > 5)
		return 0;
	for (; p < stop; p++) {
		if (*p < '0' || *p > '9')
			return 0;
		v = v * 10 + (unsigned long)(*p - '0');
	}
	return v <= 65535 ? (uint16_t)v : 0;
}

static bool
host_take(const struct authority *a, char out[DEVICE_TEXT_BYTES])
{
	if (a->host_length >= DEVICE_TEXT_BYTES)
		return false;
	for (size_t i = 0; i < a->host_length; i++) {
		unsigned char c = (unsigned char)a->host[i];

		if (!isalnum(c) && strchr("-._:%", c) == NULL)
			return false;
		out[i] = (char)tolower(c);
	}
	out[a->host_length] = '\0';
	return true;
}

static bool
plain(const char *p, const char *end)
{
	for (; p < end; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return true;
}

bool
place_parse(const char *text, size_t n, struct place *out)
{
	const char *end = text + n;
	struct authority a;
	size_t scheme;

	memset(out, 0, sizeof(*out));
	if (n > 8 && strncasecmp(text, "https://", 8) == 0)
		out->secure = true;
	else if (n <= 7 || strncasecmp(text, "http://", 7) != 0)
		return false;
	scheme = out->secure ? 8 : 7;
	if (!plain(text, end) || !split(text + scheme, end, &a) ||
	    !host_take(&a, out->host))
		return false;
	out->port = out->secure ? 443 : 80;
	if (a.port != NULL && (out->port = port_of(a.port, a.rest)) == 0)
		return false;
	end = a.rest + within(a.rest, end, "#");
	return snprintf(out->path, sizeof(out->path), "%s%.*s",
		   a.rest < end && *a.rest == '/' ? "" : "/",
		   (int)(end - a.rest), a.rest) < (int)sizeof(out->path);
}

bool
place_is(const struct place *p, const struct wire_address *a)
{
	struct wire_address said;

	return address_parse(p->host, &said) && address_same(&said, a);
}

/* "10.0.0.5", "[fd00::1]" */
static void
host_of(const struct wire_address *a, char out[ADDRESS_TEXT + 2])
{
	char text[ADDRESS_TEXT];

	address_print(a, text);
	snprintf(out, ADDRESS_TEXT + 2, a->family == 6 ? "[%s]" : "%s", text);
}

bool
place_url(const struct place *p, const struct wire_address *a, char *out,
    size_t size)
{
	char host[ADDRESS_TEXT + 2];

	host_of(a, host);
	return snprintf(out, size, "http%s://%s:%u%s", p->secure ? "s" : "",
		   host, p->port, p->path) < (int)size;
}

/* --- streams */

static const struct {
	const char *scheme; /* with its "://" */
	uint16_t port;
} streams[] = { { "rtsp://", 554 }, { "rtsps://", 322 }, { "http://", 80 },
	{ "https://", 443 } };

/* The scheme's row; -1. */
static int
scheme_of(const char *said)
{
	for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		if (strncasecmp(said, streams[i].scheme,
			strlen(streams[i].scheme)) == 0)
			return (int)i;
	return -1;
}

/* Behind what is in out; what no URL may hold (RFC 3986) becomes a %-code.
 * False: no room. */
static bool
put_rest(char *out, size_t size, const char *rest)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = strlen(out);

	for (; *rest != '\0'; rest++) {
		unsigned char c = (unsigned char)*rest;
		bool odd =
		    c <= ' ' || c >= 0x7f || strchr("<>\"{}|\\^`", c) != NULL;

		if (n + (odd ? 3 : 1) >= size)
			return false;
		if (!odd) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = '\0';
	return true;
}

static bool
controls(const char *p)
{
	for (; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return true;
	return false;
}

const char *
place_stream(const char *said, const struct wire_address *a, bool keep,
    struct device_stream *out)
{
	int scheme = scheme_of(said);
	char ours[ADDRESS_TEXT + 2], host[DEVICE_TEXT_BYTES], port[8] = "";
	struct authority u;
	struct wire_address number;
	uint16_t n;
	bool same, six;

	if (scheme < 0)
		return "its URL is of no kind that can be opened";
	if (controls(said))
		return "its URL holds control characters";
	if (!split(said + strlen(streams[scheme].scheme), said + strlen(said),
		&u) ||
	    !host_take(&u, host))
		return "its URL has no host";
	n = u.port != NULL ? port_of(u.port, u.rest) : streams[scheme].port;
	if (n == 0)
		return "its URL has a port that is none";
	same = address_parse(host, &number) && address_same(&number, a);
	keep = keep && !same;
	six = strchr(host, ':') != NULL;
	host_of(a, ours);
	if (n != streams[scheme].port)
		snprintf(port, sizeof(port), ":%u", n);
	snprintf(out->url, sizeof(out->url), "%s%s%s%s%s",
	    streams[scheme].scheme, keep && six ? "[" : "", keep ? host : ours,
	    keep && six ? "]" : "", port);
	if (!put_rest(out->url, sizeof(out->url), u.rest)) {
		out->url[0] = '\0';
		return "its URL is too long";
	}
	out->had_login = u.login != NULL;
	if (!same)
		snprintf(out->said_host, sizeof(out->said_host), "%s", host);
	return NULL;
}
