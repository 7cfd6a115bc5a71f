/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/address.h"

#include <arpa/inet.h>
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
