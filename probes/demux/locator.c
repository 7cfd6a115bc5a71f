/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/locator.h"

#include <stdio.h>
#include <string.h>

#include "common/cursor.h"

enum {
	KIND_TLS = 1,
	KIND_DATAGRAMS = 2,
	KIND_ADDRESS = 4,
	KIND_USER = 8,
	KIND_HTTP = 16
};

static const struct kind {
	const char *scheme;
	unsigned flags;
} kinds[] = {
	{ "http", KIND_USER | KIND_ADDRESS | KIND_HTTP },
	{ "https", KIND_USER | KIND_TLS },
	{ "rtmp", KIND_USER },
	{ "rtmpt", KIND_USER },
	{ "rtmps", KIND_USER | KIND_TLS },
	{ "rtmpts", KIND_USER | KIND_TLS },
	{ "udp", KIND_DATAGRAMS | KIND_ADDRESS },
	{ "rtp", KIND_DATAGRAMS | KIND_ADDRESS },
	{ "srt", KIND_DATAGRAMS | KIND_ADDRESS },
	{ "tcp", KIND_ADDRESS },
};

/* scheme://[user@]host[:port]rest */
struct parts {
	const struct kind *kind;
	struct span user;
	struct span host; /* without brackets */
	struct span port; /* with its colon, may be empty */
	struct span rest;
};

static bool
same_word(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < s.n && i < n; i++) {
		uint8_t c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + 32);
		if (c != (uint8_t)word[i])
			return false;
	}
	return s.n == n;
}

static struct span
cut(const char *from, const char *to)
{
	return (struct span){ (const uint8_t *)from, (size_t)(to - from) };
}

static const struct kind *
kind_of(struct span scheme)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (same_word(scheme, kinds[i].scheme))
			return &kinds[i];
	return NULL;
}

/* "[v6]:port" or "host:port". */
static const char *
split_host(const char *at, const char *end, struct parts *p)
{
	const char *stop;

	if (at < end && *at == '[') {
		stop = memchr(at, ']', (size_t)(end - at));
		if (stop == NULL)
			return "the address lacks its closing bracket";
		p->host = cut(at + 1, stop);
		stop++;
	} else {
		stop = memchr(at, ':', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		p->host = cut(at, stop);
	}
	p->port = cut(stop, end);
	for (size_t i = 0; i < p->port.n; i++) {
		uint8_t c = p->port.p[i];

		if (i == 0 ? c != ':' : c < '0' || c > '9')
			return "the port is not a number";
	}
	return NULL;
}

static const char *
split(const char *url, struct parts *p)
{
	const char *sep = strstr(url, "://");
	const char *end, *at;

	for (const char *c = url; *c != '\0'; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return "a blank or control character is in the URL";
	if (sep == NULL)
		return "no scheme (http://, udp://, ...)";
	p->kind = kind_of(cut(url, sep));
	if (p->kind == NULL)
		return "a scheme that is not served";
	sep += 3;
	end = sep + strcspn(sep, "/?#");
	p->rest = cut(end, end + strlen(end));
	at = NULL;
	for (const char *c = sep; c < end; c++)
		if (*c == '@')
			at = c;
	/* udp://@239.1.1.1: an empty user, the group follows. */
	p->user = cut(sep, at != NULL ? at : sep);

	const char *why = split_host(at != NULL ? at + 1 : sep, end, p);

	if (why != NULL)
		return why;
	if (p->host.n >= LIMIT_HOST_BYTES)
		return "the host is too long";
	if (p->host.n == 0 && !(p->kind->flags & KIND_DATAGRAMS))
		return "no host";
	return NULL;
}

static void
put_span(struct writer *w, struct span s)
{
	writer_bytes(w, s.p, s.n);
}

static void
put_text(struct writer *w, const char *s)
{
	writer_bytes(w, s, strlen(s));
}

/* RFC 3986 2.3: all but unreserved characters escaped. */
static void
put_escaped(struct writer *w, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		uint8_t c = (uint8_t)*s;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL) {
			writer_u8(w, c);
			continue;
		}
		writer_u8(w, '%');
		writer_u8(w, (uint8_t)digits[c >> 4]);
		writer_u8(w, (uint8_t)digits[c & 15]);
	}
}

static void
put_address(struct writer *w, const struct wire_address *a)
{
	char text[48];
	size_t n = 0;

	if (a->family == 4) {
		snprintf(text, sizeof(text), "%u.%u.%u.%u", a->bytes[0],
		    a->bytes[1], a->bytes[2], a->bytes[3]);
	} else {
		text[n++] = '[';
		for (int i = 0; i < 16; i += 2)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%x", i > 0 ? ":" : "",
			    (unsigned)(a->bytes[i] << 8 | a->bytes[i + 1]));
		text[n++] = ']';
		text[n] = '\0';
	}
	put_text(w, text);
}

static bool
is_playlist(const struct parts *p)
{
	for (size_t i = 0; i + 5 <= p->rest.n; i++)
		if (same_word((struct span){ p->rest.p + i, 5 }, ".m3u8"))
			return true;
	return false;
}

static bool
is_literal(struct span host)
{
	for (size_t i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];

		if (c == ':')
			return true;
		if ((c < '0' || c > '9') && c != '.')
			return false;
	}
	return true;
}

static bool
is_loopback(const struct parts *p)
{
	return (is_literal(p->host) && p->host.n > 4 &&
		   memcmp(p->host.p, "127.", 4) == 0) ||
	       same_word(p->host, "::1") || same_word(p->host, "localhost");
}

static bool
takes_address(const struct wire_feed_add *feed, const struct parts *p)
{
	return feed->address_count > 0 && (p->kind->flags & KIND_ADDRESS) &&
	       !is_literal(p->host) &&
	       !((p->kind->flags & KIND_HTTP) && is_playlist(p));
}

static void
put_authority(struct writer *w, const struct wire_feed_add *feed,
    const struct parts *p, bool address)
{
	bool v6 = memchr(p->host.p, ':', p->host.n) != NULL;

	if (feed->user[0] != '\0' && (p->kind->flags & KIND_USER)) {
		put_escaped(w, feed->user);
		writer_u8(w, ':');
		put_escaped(w, feed->password);
		writer_u8(w, '@');
	} else if (p->user.n > 0) {
		put_span(w, p->user);
		writer_u8(w, '@');
	}
	if (address) {
		put_address(w, &feed->addresses[0]);
	} else {
		put_text(w, v6 ? "[" : "");
		put_span(w, p->host);
		put_text(w, v6 ? "]" : "");
	}
	put_span(w, p->port);
}

const char *
locator_make(const struct wire_feed_add *feed, struct locator *locator_out)
{
	struct locator l = { .url = "" };
	struct parts p;
	const char *why = split(feed->url, &p);
	struct writer w = writer_of(l.url, sizeof(l.url));
	struct writer h = writer_of(l.headers, sizeof(l.headers));
	bool address;

	if (why != NULL)
		return why;
	address = takes_address(feed, &p);
	put_text(&w, p.kind->scheme);
	put_text(&w, "://");
	put_authority(&w, feed, &p, address);
	put_span(&w, p.rest);
	writer_u8(&w, 0);
	if (address && (p.kind->flags & KIND_HTTP)) {
		put_text(&h, "Host: ");
		put_span(&h, p.host);
		put_span(&h, p.port);
		put_text(&h, "\r\n");
	}
	writer_u8(&h, 0);
	if (w.bad || h.bad)
		return "the URL is too long";
	l.tls = p.kind->flags & KIND_TLS;
	l.datagrams = p.kind->flags & KIND_DATAGRAMS;
	l.loopback = is_loopback(&p);
	*locator_out = l;
	return NULL;
}
