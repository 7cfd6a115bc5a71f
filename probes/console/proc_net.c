/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/proc_net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESTABLISHED 1 /* TCP_ESTABLISHED of the kernel */

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Exactly `digits` of them, into *out; NULL when they aren't there. */
static const char *
hex(const char *s, int digits, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < digits; i++) {
		int d = hex_digit(s[i]);

		if (d < 0)
			return NULL;
		*out = *out << 4 | (uint32_t)d;
	}
	return hex_digit(s[digits]) < 0 ? s + digits : NULL;
}

static const char *
hex_word(const char *s, bool little, uint8_t out[4])
{
	for (int i = 0; i < 4; i++) {
		int high = hex_digit(s[2 * i]);
		int low = high < 0 ? -1 : hex_digit(s[2 * i + 1]);

		if (low < 0)
			return NULL;
		out[little ? 3 - i : i] = (uint8_t)(high << 4 | low);
	}
	return s + 8;
}

/* "0100007F:1F90" or 32 digits of IPv6. */
static const char *
end_point(const char *s, bool little, struct proc_net_peer *out)
{
	size_t digits = strspn(s, "0123456789abcdefABCDEF");
	uint32_t port;

	if (digits != 8 && digits != 32)
		return NULL;
	memcpy(out->address, mapped, sizeof(mapped));
	for (size_t i = 0; i < digits / 8; i++)
		s = hex_word(s, little,
		    &out->address[digits == 8 ? 12 : 4 * i]);
	if (*s != ':' || (s = hex(s + 1, 4, &port)) == NULL)
		return NULL;
	out->port = (uint16_t)port;
	return s;
}

bool
proc_net_line(const char *line, bool little, struct proc_net_peer *out)
{
	struct proc_net_peer ours;
	const char *s = line + strspn(line, " ");
	uint32_t state;

	s += strspn(s, "0123456789");
	if (*s != ':')
		return false; /* the heading */
	s++;
	s += strspn(s, " ");
	if ((s = end_point(s, little, &ours)) == NULL || *s != ' ')
		return false;
	s += strspn(s, " ");
	if ((s = end_point(s, little, out)) == NULL || *s != ' ')
		return false;
	s += strspn(s, " ");
	if ((s = hex(s, 2, &state)) == NULL || state != ESTABLISHED)
		return false;
	return out->port != 0;
}

static bool
range_parse(char *text, uint8_t address[16], uint8_t *bits_out)
{
	char *slash = strchr(text, '/'), *end;
	unsigned long most = 128, bits;
	size_t at = 0;

	if (slash != NULL)
		*slash = '\0';
	if (inet_pton(AF_INET, text, address + 12) == 1) {
		memcpy(address, mapped, sizeof(mapped));
		most = 32;
		at = 96;
	} else if (inet_pton(AF_INET6, text, address) != 1) {
		return false;
	}
	bits = most;
	if (slash != NULL) {
		if (slash[1] < '0' || slash[1] > '9')
			return false;
		bits = strtoul(slash + 1, &end, 10);
		if (*end != '\0' || bits > most)
			return false;
	}
	*bits_out = (uint8_t)(at + bits);
	return true;
}

bool
proc_net_ranges_add(struct proc_net_ranges *r, const char *text)
{
	char word[64];

	if (strcmp(text, "none") == 0)
		return true;
	if (strcmp(text, "private") == 0)
		text = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,"
		       "100.64.0.0/10,169.254.0.0/16,fc00::/7,fe80::/10";
	while (*text != '\0') {
		size_t n = strcspn(text, ", ");

		if (n >= sizeof(word) || r->count == PROC_NET_RANGES)
			return false;
		memcpy(word, text, n);
		word[n] = '\0';
		if (!range_parse(word, r->at[r->count].address,
			&r->at[r->count].bits))
			return false;
		r->count++;
		text += n;
		text += strspn(text, ", ");
	}
	return true;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

bool
proc_net_within(const struct proc_net_ranges *r,
    const struct proc_net_peer *peer)
{
	for (size_t i = 0; i < r->count; i++)
		if (same_bits(r->at[i].address, peer->address, r->at[i].bits))
			return true;
	return false;
}

/* RFC 5952: lower case, no leading zeros, the longest run of zeros as "::". */
static void
write_v6(const uint8_t a[16], char *out, size_t size)
{
	int best = -1, best_length = 1, n;

	for (int i = 0; i < 8; i++) {
		int length = 0;

		while (i + length < 8 && a[2 * (i + length)] == 0 &&
		       a[2 * (i + length) + 1] == 0)
			length++;
		if (length > best_length) {
			best = i;
			best_length = length;
		}
	}
	n = snprintf(out, size, "[");
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			n += snprintf(out + n, size - (size_t)n, "::");
			i += best_length - 1;
			continue;
		}
		n += snprintf(out + n, size - (size_t)n, "%s%x",
		    i == 0 || i == best + best_length ? "" : ":",
		    (unsigned)(a[2 * i] << 8 | a[2 * i + 1]));
	}
	snprintf(out + n, size - (size_t)n, "]");
}

void
proc_net_write(const struct proc_net_peer *peer,
    struct heartbeat_connection *out)
{
	const uint8_t *a = peer->address;

	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		snprintf(out->address, sizeof(out->address), "%u.%u.%u.%u",
		    a[12], a[13], a[14], a[15]);
	else
		write_v6(a, out->address, sizeof(out->address));
	out->port = peer->port;
}
