/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/fleet/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "camwarden/wire.h"
#include "common/confine.h"
#include "common/wire.h"

#define RESOLVER_FD 3
#define BODY_BYTES 1024
#define MEMORY_BYTES ((size_t)256 << 20)

static const struct confine role = {
	.may = CONFINE_CONNECT | CONFINE_LOCAL | CONFINE_READ,
	.reads = { CONFINE_NAMES },
	.nobody = true,
	.memory_bytes = MEMORY_BYTES,
	.files = 64,
};

static bool
take_address(struct wire_address *out, const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		out->family = 4;
		memcpy(out->bytes, &in->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)sa;

		out->family = 6;
		memcpy(out->bytes, &in->sin6_addr, 16);
		return true;
	}
	return false;
}

static void
look_up(const struct wire_resolve *ask, struct wire_resolved *out)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int error;

	*out = (struct wire_resolved){ .ref = ask->ref };
	memcpy(out->host, ask->host, sizeof(out->host));
	error = getaddrinfo(ask->host, NULL, &hints, &list);
	/* "Try again": nobody said that there is no such name. */
	out->silent =
	    error == EAI_AGAIN || error == EAI_SYSTEM || error == EAI_MEMORY;
	if (error != 0)
		return;
	for (const struct addrinfo *a = list;
	     a != NULL && out->address_count < LIMIT_ADDRESSES; a = a->ai_next)
		if (take_address(&out->addresses[out->address_count],
			a->ai_addr))
			out->address_count++;
	freeaddrinfo(list);
}

int
resolver_child(void)
{
	uint8_t body[BODY_BYTES];

	confine_load_names();
	if (!confine_enter(&role, "resolver"))
		return 1;
	for (;;) {
		ssize_t n = recv(RESOLVER_FD, body, sizeof(body), 0);
		struct wire_resolve ask;
		struct wire_resolved answer;
		struct writer w = writer_of(body, sizeof(body));

		if (n <= 0)
			return 0;
		if (!wire_get_resolve((struct span){ body, (size_t)n }, &ask))
			return 1;
		if (confine_names_lost())
			return 0; /* the next one finds it */
		look_up(&ask, &answer);
		wire_put_resolved(&w, &answer);
		if (send(RESOLVER_FD, body, writer_length(&w), MSG_NOSIGNAL) <
		    0)
			return 0;
	}
}
