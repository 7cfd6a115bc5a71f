/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/discovery.h"

#include <stdio.h>
#include <string.h>

#include "probes/device/proto/wash.h"

#define ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define DISCOVERY "http://schemas.xmlsoap.org/ws/2005/04/discovery"

/* Cameras of ONVIF's first days answer the one, what has profiles both. */
static const struct {
	const char *space, *type;
} types[DISCOVERY_QUESTIONS] = {
	{ "http://www.onvif.org/ver10/network/wsdl",
	    "NetworkVideoTransmitter" },
	{ "http://www.onvif.org/ver10/device/wsdl", "Device" },
};

size_t
discovery_question(unsigned i, const uint8_t uuid[16], char *out, size_t size)
{
	char id[UUID_TEXT];
	int n;

	uuid_print(uuid, id);
	n = snprintf(out, size,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
	    "xmlns:a=\"" ADDRESSING "\" xmlns:d=\"" DISCOVERY "\">"
	    "<s:Header><a:Action s:mustUnderstand=\"true\">" DISCOVERY
	    "/Probe</a:Action><a:MessageID>urn:uuid:%s</a:MessageID>"
	    "<a:ReplyTo><a:Address>" ADDRESSING "/role/anonymous</a:Address>"
	    "</a:ReplyTo><a:To s:mustUnderstand=\"true\">"
	    "urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
	    "<s:Body><d:Probe><d:Types xmlns:t=\"%s\">t:%s</d:Types></d:Probe>"
	    "</s:Body></s:Envelope>",
	    id, types[i].space, types[i].type);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* "urn:uuid:X", "uuid:X", "X"; some answer without it, and are let in. */
static bool
ours(const char *relates, const uint8_t (*uuids)[16], size_t count)
{
	size_t n = strlen(relates);
	uint8_t uuid[16];

	if (n == 0)
		return true;
	if (n < UUID_TEXT - 1 ||
	    !uuid_read(relates + n - (UUID_TEXT - 1), uuid))
		return false;
	for (size_t i = 0; i < count; i++)
		if (memcmp(uuid, uuids[i], sizeof(uuid)) == 0)
			return true;
	return false;
}

/* --- words, separated by blanks */

static const char *
word(const char **at, size_t *n)
{
	const char *p = *at + strspn(*at, " \t\r\n");

	*n = strcspn(p, " \t\r\n");
	*at = p + *n;
	return *n > 0 ? p : NULL;
}

/* It may say nothing of what it is. */
static bool
camera(const char *said)
{
	const char *p;
	size_t n;
	bool any = false;

	while ((p = word(&said, &n)) != NULL) {
		const char *colon = memchr(p, ':', n);

		any = true;
		if (colon != NULL) {
			n -= (size_t)(colon + 1 - p);
			p = colon + 1;
		}
		for (unsigned i = 0; i < DISCOVERY_QUESTIONS; i++)
			if (strlen(types[i].type) == n &&
			    memcmp(p, types[i].type, n) == 0)
				return true;
	}
	return !any;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* What follows the scope's name, percent-decoded; the first of them counts. */
static void
scope(const char *p, size_t n, const char *name, char out[DEVICE_TEXT_BYTES])
{
	char raw[2 * DEVICE_TEXT_BYTES];
	size_t head = strlen(name), k = 0;

	if (out[0] != '\0' || n <= head || memcmp(p, name, head) != 0)
		return;
	for (size_t i = head; i < n && k + 1 < sizeof(raw); i++) {
		char c = p[i];

		if (c == '%' && i + 2 < n && digit(p[i + 1]) >= 0 &&
		    digit(p[i + 2]) >= 0) {
			c = (char)(digit(p[i + 1]) << 4 | digit(p[i + 2]));
			i += 2;
		}
		raw[k++] = c == '\0' ? '?' : c;
	}
	raw[k] = '\0';
	wash_copy(out, DEVICE_TEXT_BYTES, raw);
}

static void
scopes(const char *said, struct discovery_match *out)
{
	const char *p;
	size_t n;

	while ((p = word(&said, &n)) != NULL) {
		scope(p, n, "onvif://www.onvif.org/name/", out->name);
		scope(p, n, "onvif://www.onvif.org/hardware/", out->hardware);
		scope(p, n, "onvif://www.onvif.org/location/", out->location);
	}
}

/* Of several the one at the sender's address. */
static void
choose(const char *said, const struct wire_address *from,
    struct discovery_match *out)
{
	struct place p;
	const char *at;
	size_t n;
	bool any = false;

	while ((at = word(&said, &n)) != NULL) {
		if (!place_parse(at, n, &p))
			continue;
		if (place_is(&p, from)) {
			out->place = p;
			out->said_host[0] = '\0';
			return;
		}
		if (!any) {
			out->place = p;
			snprintf(out->said_host, sizeof(out->said_host), "%s",
			    p.host);
		}
		any = true;
	}
	if (any)
		return;
	out->place = (struct place){ .port = 80 };
	snprintf(out->place.path, sizeof(out->place.path), "%s",
	    PLACE_USUAL_PATH);
}

enum discovery_kind
discovery_answer(const struct tree *t, const struct wire_address *from,
    const uint8_t (*uuids)[16], size_t count, struct discovery_match *out)
{
	const struct tree_node *root = tree_root(t);
	const struct tree_node *m =
	    tree_at(root, "Body/ProbeMatches/ProbeMatch");

	memset(out, 0, sizeof(*out));
	if (m == NULL ||
	    !ours(tree_text_at(root, "Header/RelatesTo"), uuids, count))
		return DISCOVERY_STRAY;
	if (!camera(tree_text_at(m, "Types")))
		return DISCOVERY_OTHER;
	scopes(tree_text_at(m, "Scopes"), out);
	choose(tree_text_at(m, "XAddrs"), from, out);
	return DISCOVERY_MATCH;
}

static uint32_t
number(const struct wire_address *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	       (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

bool
discovery_nearby(const struct wire_address *from,
    const struct device_interface *interfaces, uint32_t count)
{
	static const struct {
		uint32_t net;
		unsigned bits;
	} own[] = {
		{ 0x0a000000, 8 },  /* 10/8, RFC 1918 */
		{ 0xac100000, 12 }, /* 172.16/12 */
		{ 0xc0a80000, 16 }, /* 192.168/16 */
		{ 0xa9fe0000, 16 }, /* 169.254/16, link-local */
		{ 0x64400000, 10 }, /* 100.64/10, RFC 6598 */
	};
	uint32_t a = number(from);

	if (from->family != 4)
		return from->bytes[0] == 0xfe ||
		       (from->bytes[0] & 0xfe) == 0xfc;
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if ((a ^ own[i].net) >> (32 - own[i].bits) == 0)
			return true;
	for (uint32_t i = 0; i < count; i++)
		if (interfaces[i].prefix > 0 &&
		    (a ^ number(&interfaces[i].address)) >>
			    (32 - interfaces[i].prefix) ==
			0)
			return true;
	return false;
}
