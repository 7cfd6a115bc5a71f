/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_url.h"

#include <stdio.h>
#include <string.h>

#include "common/address.h"

static enum parse_result
bad(const char **why_out, const char *why)
{
	*why_out = why;
	return PARSE_BAD;
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 -> A; a '%' that isn't followed by two hex digits stays as it is, since
 * people paste passwords unescaped. NUL can't be meant. */
static bool
decode(struct span s, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i];

		if (c == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 &&
		    hex(s.p[i + 2]) >= 0) {
			c = hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]);
			i += 2;
		}
		if (c == 0 || n + 1 >= size)
			return false;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return true;
}

static bool
host_is_fine(const char *host, bool bracketed)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";

	if (host[0] == '\0')
		return false;
	return bracketed || host[strspn(host, ok)] == '\0';
}

static void
find_literal(struct rtsp_url *url, bool bracketed)
{
	struct wire_address *a = &url->address;

	url->literal =
	    address_parse(url->host, a) && bracketed == (a->family == 6);
	if (!url->literal)
		*a = (struct wire_address){ 0 };
}

/* host, host:port, [v6], [v6]:port */
static bool
parse_authority(struct span s, struct rtsp_url *url, const char **why_out)
{
	bool bracketed = s.n > 0 && s.p[0] == '[';
	struct span host;
	uint32_t port = url->tls ? 322 : 554;

	if (bracketed) {
		s.p++;
		s.n--;
		if (memchr(s.p, ']', s.n) == NULL)
			return bad(why_out, "IPv6 address lacks its ]"), false;
		host = span_cut(&s, ']');
		if (s.n > 0 && s.p[0] != ':')
			return bad(why_out, "text after ]"), false;
		if (s.n > 0)
			span_cut(&s, ':');
	} else {
		host = span_cut(&s, ':');
	}
	if (!span_copy(host, url->host, sizeof(url->host)))
		return bad(why_out, "host name too long or not text"), false;
	for (char *c = url->host; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	if (!host_is_fine(url->host, bracketed))
		return bad(why_out, "not a host name"), false;
	find_literal(url, bracketed);
	if (bracketed && !url->literal)
		return bad(why_out, "not an IPv6 address"), false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return bad(why_out, "port is not a number"), false;
	if (s.n > 0 && (!span_number(s, &port) || port == 0 || port > 65535))
		return bad(why_out, "port is not in 1..65535"), false;
	url->port_given = s.n > 0;
	url->port = (uint16_t)port;
	return true;
}

static bool
parse_userinfo(struct span s, struct rtsp_url *url)
{
	struct span user = span_cut(&s, ':');

	url->credentials = true;
	return decode(user, url->user, sizeof(url->user)) &&
	       decode(s, url->password, sizeof(url->password));
}

/* The authority ends at the first '/' or '?'; userinfo at its last '@'. */
static struct span
cut_authority(struct span *s)
{
	struct span head = *s;
	size_t end = 0;

	while (end < s->n && s->p[end] != '/' && s->p[end] != '?')
		end++;
	head.n = end;
	s->p += end;
	s->n -= end;
	return head;
}

static bool
write_text(struct rtsp_url *url, struct span path)
{
	bool v6 = url->address.family == 6;
	bool standard = url->port == (url->tls ? 322 : 554);
	int n = snprintf(url->text, sizeof(url->text), "rtsp%s://%s%s%s",
	    url->tls ? "s" : "", v6 ? "[" : "", url->host, v6 ? "]" : "");

	if (!standard)
		n += snprintf(url->text + n, sizeof(url->text) - (size_t)n,
		    ":%u", url->port);
	url->path_at = (uint16_t)n;
	if (path.n == 0 || path.p[0] == '?')
		url->text[n++] = '/';
	if (!span_copy(path, url->text + n, sizeof(url->text) - (size_t)n))
		return false;
	return strpbrk(url->text, " \t") == NULL;
}

enum parse_result
rtsp_url_parse(struct span s, struct rtsp_url *url, const char **why_out)
{
	memset(url, 0, sizeof(*url));
	s = span_trim(s);
	if (s.n >= LIMIT_URL_BYTES)
		return bad(why_out, "URL too long");
	if (span_starts(s, "rtsps://"))
		url->tls = true;
	else if (!span_starts(s, "rtsp://"))
		return bad(why_out, "not an rtsp:// or rtsps:// URL");
	s.p += url->tls ? 8 : 7;
	s.n -= url->tls ? 8 : 7;

	struct span rest = s;
	struct span authority = cut_authority(&rest);
	const uint8_t *at =
	    authority.n > 0 ? memrchr(authority.p, '@', authority.n) : NULL;

	if (at != NULL) {
		struct span info = { authority.p, (size_t)(at - authority.p) };

		if (!parse_userinfo(info, url))
			return bad(why_out, "user or password too long");
		authority.n -= info.n + 1;
		authority.p = at + 1;
	}
	if (!parse_authority(authority, url, why_out))
		return PARSE_BAD;

	const uint8_t *hash = rest.n > 0 ? memchr(rest.p, '#', rest.n) : NULL;

	if (hash != NULL)
		rest.n = (size_t)(hash - rest.p);
	if (!write_text(url, rest))
		return bad(why_out, "path too long or not text");
	return PARSE_DONE;
}

/* What of a server's URL we believe: its path and query. Scheme, host and
 * port may be wrong, doubled or missing (f=cb_other_ip, cb_broken). */
static struct span
path_of(struct span s)
{
	s = span_trim(s);
	while (span_starts(s, "rtsp://") || span_starts(s, "rtsps://")) {
		size_t skip = span_starts(s, "rtsps://") ? 8 : 7;

		s.p += skip;
		s.n -= skip;
		if (span_starts(s, "rtsp://") || span_starts(s, "rtsps://"))
			continue;
		cut_authority(&s);
		return s;
	}
	if (s.n == 0 || s.p[0] == '/')
		return s;
	/* "192.168.0.2:1935/x": without a scheme, host and port come first. */
	struct span head = s;

	cut_authority(&head);
	return head;
}

static bool
is_absolute(struct span s)
{
	return span_starts(s, "rtsp://") || span_starts(s, "rtsps://");
}

bool
rtsp_url_join(const struct rtsp_url *dialled, struct span base,
    struct span control, char out[LIMIT_URL_BYTES])
{
	struct span root = { (const uint8_t *)dialled->text, dialled->path_at };
	struct span parts[4] = { root };
	size_t n = 1, length = 0;

	control = span_trim(control);
	if (span_equal(control, "*"))
		control.n = 0;
	if (is_absolute(control)) {
		parts[n++] = path_of(control);
	} else {
		struct span path = path_of(base);

		if (path.n == 0)
			path = span_of(dialled->text + dialled->path_at);
		parts[n++] = path;
		if (control.n > 0 && path.p[path.n - 1] != '/' &&
		    control.p[0] != '/' && control.p[0] != '?')
			parts[n++] = span_of("/");
		parts[n++] = control;
	}
	for (size_t i = 0; i < n; i++) {
		if (!span_copy(parts[i], out + length,
			LIMIT_URL_BYTES - length))
			return false;
		length += parts[i].n;
	}
	return strpbrk(out, " \t") == NULL;
}
