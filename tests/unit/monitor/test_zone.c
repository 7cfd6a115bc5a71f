/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones against the C library's own reading of the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/zone.h"

#define FILES "/usr/share/zoneinfo/"

static const char *const names[] = { "UTC", "Europe/Berlin", "Europe/Dublin",
	"America/Tijuana", "America/New_York", "America/Sao_Paulo",
	"America/Santiago", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo",
	"Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
	"Africa/Casablanca", "America/Nuuk", "Asia/Gaza", "Pacific/Apia" };

static struct zone *
load(const char *name, uint8_t *bytes, size_t size, size_t *length_out)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), FILES "%s", name);
	f = fopen(path, "rb");
	if (f == NULL)
		return NULL;
	*length_out = fread(bytes, 1, size, f);
	fclose(f);
	return zone_new(bytes, *length_out);
}

static void
test_like_the_library(void **state)
{
	static uint8_t bytes[65536];
	size_t length;
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *z = load(names[i], bytes, sizeof(bytes), &length);

		if (z == NULL)
			continue;
		seen++;
		setenv("TZ", names[i], 1);
		tzset();
		/* 1971 to 2099, every 37 hours and a bit. */
		for (int64_t t = 40000000; t < 4070000000ll; t += 134567) {
			time_t moment = (time_t)t;
			struct tm tm;

			localtime_r(&moment, &tm);
			if (zone_offset(z, t) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", names[i],
				    (long long)t, zone_offset(z, t),
				    tm.tm_gmtoff);
			assert_int_equal(zone_minute(z, t * 1000000),
			    tm.tm_hour * 60 + tm.tm_min);
		}
		zone_free(&z);
	}
	if (seen == 0)
		print_message("no time zone files here: skipped\n");
}

/* No file is trusted: cut and spoilt ones are refused or read within bounds. */
static void
test_spoilt(void **state)
{
	static uint8_t bytes[65536];
	size_t length;
	unsigned seed = 7;
	struct zone *z = load("Europe/Berlin", bytes, sizeof(bytes), &length);

	(void)state;
	if (z == NULL)
		return;
	zone_free(&z);
	for (size_t n = 0; n < length; n += 7) {
		uint8_t *cut = malloc(n + 1);

		memcpy(cut, bytes, n);
		z = zone_new(cut, n);
		zone_offset(z, 1700000000);
		zone_free(&z);
		free(cut);
	}
	for (int i = 0; i < 2000; i++) {
		size_t at = (size_t)rand_r(&seed) % length;
		uint8_t was = bytes[at];

		bytes[at] = (uint8_t)rand_r(&seed);
		z = zone_new(bytes, length);
		zone_offset(z, 1700000000);
		zone_offset(z, 4000000000ll);
		zone_free(&z);
		bytes[at] = was;
	}
	assert_null(zone_new("", 0));
	assert_int_equal(zone_offset(NULL, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_the_library),
		cmocka_unit_test(test_spoilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
