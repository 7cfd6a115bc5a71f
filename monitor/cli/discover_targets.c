/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/discover_targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/address.h"

#define TOO_MANY "that is more than 4096 addresses in all"

bool
discover_targets_put(struct discover_targets *t, const struct wire_address *a,
    const struct device_target *like)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (address_same(&t->list[i].address, a) &&
		    t->list[i].port == like->port) {
			t->list[i].anyway |= like->anyway;
			return true;
		}
	if (t->count == DEVICE_MOST)
		return false;
	t->list[t->count] = *like;
	t->list[t->count++].address = *a;
	return true;
}

/* --- ranges */

static bool
number(const char *text, unsigned long most, unsigned long *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*out = strtoul(text, &end, 10);
	return *end == '\0' && *out <= most;
}

static uint32_t
value_of(const struct wire_address *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	       (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

static const char *
put_range(struct discover_targets *t, uint32_t first, uint32_t last)
{
	const struct device_target like = { .anyway = false };

	if (last < first)
		return "the range ends before it begins";
	if (last - first >= DEVICE_MOST)
		return TOO_MANY;
	for (uint32_t i = 0; i <= last - first; i++) {
		uint32_t v = first + i;
		const struct wire_address a = { .family = 4,
			.bytes = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
			    (uint8_t)(v >> 8), (uint8_t)v } };

		if (!discover_targets_put(t, &a, &like))
			return TOO_MANY;
	}
	return NULL;
}

static const char *
read_network(struct discover_targets *t, const char *head, const char *bits)
{
	struct wire_address a;
	unsigned long n;
	uint32_t host, net;

	if (!address_parse(head, &a) || a.family != 4 || !number(bits, 32, &n))
		return "expected a network like 10.1.2.0/24";
	host = n < 32 ? UINT32_MAX >> n : 0;
	net = value_of(&a) & ~host;
	/* Not the network's own address nor that of all in it. */
	return n < 31 ? put_range(t, net + 1, net + host - 1)
		      : put_range(t, net, net + host);
}

static const char *
read_span(struct discover_targets *t, const char *head, const char *tail)
{
	struct wire_address a, b;
	unsigned long n;

	if (!address_parse(head, &a) || a.family != 4)
		return "expected a range like 10.1.2.7-60";
	if (number(tail, 255, &n)) {
		b = a;
		b.bytes[3] = (uint8_t)n;
	} else if (!address_parse(tail, &b) || b.family != 4) {
		return "expected a range like 10.1.2.7-10.1.3.60";
	}
	return put_range(t, value_of(&a), value_of(&b));
}

/* --- one */

/* "host", "host:port", "[v6]:port" -> the host; false: the port is none. */
static bool
split_port(char *text, struct device_target *like)
{
	char *colon = strrchr(text, ':');
	bool brackets = text[0] == '[';
	unsigned long port;

	if (colon == NULL || (brackets && colon[-1] != ']') ||
	    (!brackets && strchr(text, ':') != colon))
		return true;
	if (!number(colon + 1, 65535, &port) || port == 0)
		return false;
	like->port = (uint16_t)port;
	*colon = '\0';
	return true;
}

static const char *
read_one(struct discover_targets *t, char *text, char name[LIMIT_HOST_BYTES],
    struct device_target *like)
{
	struct wire_address a;

	if (!split_port(text, like))
		return "expected a port from 1 to 65535 behind the colon";
	if (address_parse(text, &a))
		return discover_targets_put(t, &a, like) ? NULL : TOO_MANY;
	if (text[0] == '\0' || text[strcspn(text, "/?#@[]:% ")] != '\0')
		return "expected an address, a range, a name or a URL";
	snprintf(name, LIMIT_HOST_BYTES, "%s", text);
	return NULL;
}

static const char *
read_url(struct discover_targets *t, char *text, char name[LIMIT_HOST_BYTES],
    struct device_target *like)
{
	size_t n = strcspn(text, "/");

	if (memchr(text, '@', n) != NULL)
		return "no user or password in the URL: --user takes it";
	if (snprintf(like->path, sizeof(like->path), "%s", text + n) >=
	    (int)sizeof(like->path))
		return "the URL is too long";
	text[n] = '\0';
	like->port = like->secure ? 443 : 80;
	return read_one(t, text, name, like);
}

const char *
discover_targets_read(struct discover_targets *t, const char *text,
    char name_out[LIMIT_HOST_BYTES], struct device_target *like_out)
{
	char copy[LIMIT_HOST_BYTES + DEVICE_PATH_BYTES], *cut;
	struct wire_address a;

	name_out[0] = '\0';
	*like_out = (struct device_target){ .anyway = true };
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return "that is too long";
	if (strncasecmp(copy, "http://", 7) == 0)
		return read_url(t, copy + 7, name_out, like_out);
	if (strncasecmp(copy, "https://", 8) == 0) {
		like_out->secure = true;
		return read_url(t, copy + 8, name_out, like_out);
	}
	if ((cut = strchr(copy, '/')) != NULL) {
		*cut = '\0';
		return read_network(t, copy, cut + 1);
	}
	/* Names have dashes, too. */
	if ((cut = strchr(copy, '-')) != NULL) {
		*cut = '\0';
		if (address_parse(copy, &a))
			return read_span(t, copy, cut + 1);
		*cut = '-';
	}
	return read_one(t, copy, name_out, like_out);
}
