/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool
address_parse(const char *text, struct wire_address *out)
{
	char bare[INET6_ADDRSTRLEN];
	size_t n = strlen(text);
	bool brackets = n > 2 && text[0] == '[' && text[n - 1] == ']';

	*out = (struct wire_address){ .family = 4 };
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		return true;
	if (brackets) {
		text++;
		n -= 2;
	}
	*out = (struct wire_address){ .family = 6 };
	if (n < sizeof(bare)) {
		memcpy(bare, text, n);
		bare[n] = '\0';
		if (inet_pton(AF_INET6, bare, out->bytes) == 1)
			return true;
	}
	*out = (struct wire_address){ 0 };
	return false;
}

/* The longest run of at least two groups of zeros: where it begins; 8: there
 * is none. */
static unsigned
zeros(const uint8_t bytes[16], unsigned *length_out)
{
	unsigned best = 8, length = 1;

	for (unsigned i = 0, run = 0; i < 8; i++) {
		run = (bytes[2 * i] | bytes[2 * i + 1]) == 0 ? run + 1 : 0;
		if (run > length) {
			length = run;
			best = i + 1 - run;
		}
	}
	*length_out = length;
	return best;
}

void
address_print(const struct wire_address *a, char out[ADDRESS_TEXT])
{
	const uint8_t *b = a->bytes;
	unsigned run, gap = zeros(b, &run);
	size_t n = 0;

	out[0] = '\0';
	if (a->family == 4)
		snprintf(out, ADDRESS_TEXT, "%u.%u.%u.%u", b[0], b[1], b[2],
		    b[3]);
	if (a->family != 6)
		return;
	for (unsigned i = 0; i < 8; i++) {
		if (i == gap) {
			n += (size_t)snprintf(out + n, ADDRESS_TEXT - n, "::");
			i += run - 1;
			continue;
		}
		n += (size_t)snprintf(out + n, ADDRESS_TEXT - n, "%s%x",
		    i > 0 && i != gap + run ? ":" : "",
		    b[2 * i] << 8 | b[2 * i + 1]);
	}
}

bool
address_same(const struct wire_address *a, const struct wire_address *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}

socklen_t
address_to_socket(const struct wire_address *a, uint16_t port, int scope,
    struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (a->family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, a->bytes, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
		v6->sin6_scope_id = (uint32_t)scope;
	return sizeof(*v6);
}

bool
address_is_socket(const struct wire_address *a,
    const struct sockaddr_storage *s)
{
	if (s->ss_family == AF_INET)
		return a->family == 4 &&
		       memcmp(&((const struct sockaddr_in *)s)->sin_addr,
			   a->bytes, 4) == 0;
	return s->ss_family == AF_INET6 && a->family == 6 &&
	       memcmp(&((const struct sockaddr_in6 *)s)->sin6_addr, a->bytes,
		   16) == 0;
}
