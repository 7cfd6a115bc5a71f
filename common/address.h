/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.h: struct wire_address from text, and to and from the kernel's form.
 * PURE; any text is borne. */
#ifndef COMMON_ADDRESS_H
#define COMMON_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "camwarden/wire.h"

/* "10.0.0.1", "fd00::1", "[fd00::1]" (RFC 3986 s3.2.2); false when it is none,
 * and then *out is empty (family 0). */
bool address_parse(const char *text, struct wire_address *out);
#define ADDRESS_TEXT 40 /* with its NUL */
/* As RFC 5952 has it: "10.0.0.1", "fd00::1". */
void address_print(const struct wire_address *a, char out[ADDRESS_TEXT]);
bool address_same(const struct wire_address *a, const struct wire_address *b);
/* For connect and the like; scope: interface of a link-local address, or 0.
 * Returns the length. */
socklen_t address_to_socket(const struct wire_address *a, uint16_t port,
    int scope, struct sockaddr_storage *out);
/* Whether the kernel's is this one, whatever its port. */
bool address_is_socket(const struct wire_address *a,
    const struct sockaddr_storage *s);

#endif
