/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inventory_url.h: a source's URL taken apart and checked. PURE; hostile. Part
 * of inventory.h, which includes it.
 */
#ifndef MONITOR_INVENTORY_INVENTORY_URL_H
#define MONITOR_INVENTORY_INVENTORY_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/limits.h"

enum inventory_scheme { INVENTORY_BY_STREAM, INVENTORY_BY_DEMUX };

/* A URL with or without credentials, taken apart and checked. Buffers of
 * LIMIT_URL_BYTES, LIMIT_CREDENTIAL_BYTES, LIMIT_HOST_BYTES. */
struct inventory_url {
	char url[LIMIT_URL_BYTES];	   /* without user and password */
	char user[LIMIT_CREDENTIAL_BYTES]; /* percent-decoded */
	char password[LIMIT_CREDENTIAL_BYTES];
	/* Lower case, no brackets, an address as address_print has it; "" for
	 * files. */
	char host[LIMIT_HOST_BYTES];
	uint16_t port; /* 0 = the scheme's own */
	enum inventory_scheme by;
	bool has_credentials;
	bool padded; /* "010.001.002.003" was given */
};
/* NULL when well, else what is wrong (static); *at_out = offset of it. */
const char *inventory_url_parse(const char *text, struct inventory_url *out,
    size_t *at_out);

#endif
