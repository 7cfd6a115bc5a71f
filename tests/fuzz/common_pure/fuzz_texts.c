/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small readers that anybody calls: addresses, UUIDs, hexadecimal letters,
 * paths of sites, tags, dates. The first line against the second. */
#include <stdio.h>

#include "common/address.h"
#include "common/civil.h"
#include "common/hex.h"
#include "common/site.h"
#include "tests/fuzz/fuzz.h"

static void
numbers(const char *a)
{
	struct wire_address address, again;
	struct sockaddr_storage kernel;
	uint8_t bytes[16];
	char text[UUID_TEXT], hex[33];

	if (address_parse(a, &address)) {
		address_to_socket(&address, 554, 0, &kernel);
		assert(address_is_socket(&address, &kernel));
	} else {
		assert(address.family == 0);
	}
	assert(!address_parse(a, &again) || address_same(&address, &again));
	if (uuid_read(a, bytes)) {
		uuid_print(bytes, text);
		assert(strncasecmp(a, text, 36) == 0);
	}
	if (hex_read(a, bytes, 16)) {
		hex_print(bytes, 16, hex);
		assert(strcasecmp(a, hex) == 0);
	}
}

static void
dates(const uint8_t *data, size_t size)
{
	int64_t us = 0, days;
	struct civil c;

	memcpy(&us, data, size < sizeof(us) ? size : sizeof(us));
	c = civil_of(us);
	assert(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31 &&
	       c.hour < 24 && c.minute < 60 && c.second < 60 &&
	       c.micro < 1000000 && c.weekday < 7);
	if (c.year < 1 || c.year > 9999)
		return;
	assert(civil_days((unsigned)c.year, c.month, c.day, &days));
	assert(days * INT64_C(86400000000) <= us &&
	       us < (days + 1) * INT64_C(86400000000));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *b = fuzz_text(data, size), *a = fuzz_word(&b, '\n');

	dates(data, size);
	numbers(a);
	assert(site_within(a, "") && site_within(a, a));
	/* Within is transitive only downwards: what lies within b is b or
	 * begins with it and a slash. */
	if (*b != '\0' && site_within(a, b))
		assert(strncmp(a, b, strlen(b)) == 0 &&
		       (a[strlen(b)] == '\0' || a[strlen(b)] == '/'));
	if (*b != '\0' && tags_have(a, b))
		assert(strstr(a, b) != NULL);
	free(a);
	return 0;
}
