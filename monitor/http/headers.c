/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/headers.h"

#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"

/* `host` is the name, with or without a port. */
static bool
is_name(const char *host, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(host, name, n) != 0)
		return false;
	host += n;
	return *host == '\0' ||
	       (*host == ':' && strspn(host + 1, DIGITS) == strlen(host + 1));
}

/* "192.0.2.7:80", "[2001:db8::1]:80": no name of anybody's. */
static bool
is_number(const char *host)
{
	size_t n;

	if (host[0] == '[') {
		n = strspn(host + 1, DIGITS "abcdefABCDEF:.") + 1;
		if (host[n++] != ']')
			return false;
	} else {
		n = strspn(host, DIGITS ".");
		if (n < 7 || n > 15)
			return false;
	}
	return host[n] == '\0' ||
	       (host[n] == ':' &&
		   strspn(host + n + 1, DIGITS) == strlen(host + n + 1));
}

static bool
is_configured(const char *host, const struct web_configure *c)
{
	for (uint32_t i = 0; i < c->name_count; i++)
		if (is_name(host, c->names[i]))
			return true;
	return false;
}

bool
headers_host(const char *host, const struct web_configure *c)
{
	static const char *const ours[] = { "localhost", "[::1]" };

	if (host == NULL)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (is_name(host, ours[i]))
			return true;
	return is_configured(host, c) ||
	       (is_number(host) &&
		   (!c->loopback || strncmp(host, "127.", 4) == 0));
}

static bool
is_origin(const char *origin, const char *scheme, const char *host)
{
	size_t n = strlen(scheme);

	return strncmp(origin, scheme, n) == 0 &&
	       strcasecmp(origin + n, host) == 0;
}

bool
headers_origin(const char *origin, const char *host,
    const struct web_configure *c)
{
	if (origin == NULL)
		return true;
	if (host == NULL)
		return false;
	if (!c->tls && is_origin(origin, "http://", host))
		return true;
	return (c->tls || is_configured(host, c)) &&
	       is_origin(origin, "https://", host);
}

bool
headers_same_site(const char *site)
{
	return site == NULL || strcmp(site, "same-origin") == 0 ||
	       strcmp(site, "none") == 0;
}

bool
headers_json(const char *content_type)
{
	size_t n = strlen("application/json");

	return content_type != NULL &&
	       strncasecmp(content_type, "application/json", n) == 0 &&
	       strchr("; \t", content_type[n]) != NULL; /* or its end */
}

/* "gzip;q=0" is a refusal. */
static bool
is_refused(const char *parameters)
{
	const char *q = strstr(parameters, "q=");

	return q != NULL && q[2] == '0' &&
	       strspn(q + 3, ".0") == strcspn(q + 3, ", \t");
}

bool
headers_gzip(const char *accept_encoding)
{
	const char *p = accept_encoding != NULL ? accept_encoding : "";

	while (*p != '\0') {
		p += strspn(p, ", \t");
		if (strncasecmp(p, "gzip", 4) == 0 &&
		    strchr(",; \t", p[4]) != NULL) {
			char rest[32] = "";
			size_t n = strcspn(p + 4, ",");

			memcpy(rest, p + 4, n < 31 ? n : 31);
			return !is_refused(rest);
		}
		p += strcspn(p, ",");
	}
	return false;
}

static const char *
strong(const char *tag)
{
	return strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
}

bool
headers_has_tag(const char *list, const char *tag)
{
	const char *p = list != NULL ? list : "";
	size_t n = strlen(strong(tag));

	while (*p != '\0') {
		p += strspn(p, ", \t");
		if (strcmp(p, "*") == 0)
			return true;
		p = strong(p);
		if (strncmp(p, strong(tag), n) == 0 &&
		    strchr(", \t", p[n]) != NULL)
			return true;
		p += strcspn(p, ",");
	}
	return false;
}
