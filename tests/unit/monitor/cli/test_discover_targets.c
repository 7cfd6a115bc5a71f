/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a person wants asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"
#include "monitor/cli/discover_targets.h"

static struct discover_targets t;
static char name[LIMIT_HOST_BYTES];
static struct device_target like;

static const char *
take(const char *text)
{
	return discover_targets_read(&t, text, name, &like);
}

static void
is(uint32_t i, const char *address, unsigned port, bool anyway)
{
	char text[ADDRESS_TEXT];

	assert_true(i < t.count);
	address_print(&t.list[i].address, text);
	assert_string_equal(text, address);
	assert_int_equal(t.list[i].port, port);
	assert_int_equal(t.list[i].anyway, anyway);
}

static void
good(void **state)
{
	static const struct {
		const char *text;
		uint32_t count;
		const char *first, *last;
		unsigned port;
		bool anyway;
	} cases[] = {
		{ "10.1.2.7", 1, "10.1.2.7", "10.1.2.7", 0, true },
		{ "10.1.2.7:8080", 1, "10.1.2.7", "10.1.2.7", 8080, true },
		{ "fd00::7", 1, "fd00::7", "fd00::7", 0, true },
		{ "[fd00::7]", 1, "fd00::7", "fd00::7", 0, true },
		{ "[fd00::7]:81", 1, "fd00::7", "fd00::7", 81, true },
		{ "10.1.2.0/24", 254, "10.1.2.1", "10.1.2.254", 0, false },
		{ "10.1.2.77/30", 2, "10.1.2.77", "10.1.2.78", 0, false },
		{ "10.1.2.7/31", 2, "10.1.2.6", "10.1.2.7", 0, false },
		{ "10.1.2.7/32", 1, "10.1.2.7", "10.1.2.7", 0, false },
		{ "10.1.2.7-9", 3, "10.1.2.7", "10.1.2.9", 0, false },
		{ "10.1.2.254-10.1.3.1", 4, "10.1.2.254", "10.1.3.1", 0,
		    false },
		{ "10.1.0.0/20", 4094, "10.1.0.1", "10.1.15.254", 0, false },
		{ "http://10.1.2.7/x", 1, "10.1.2.7", "10.1.2.7", 80, true },
		{ "HTTPS://[fd00::7]:8443", 1, "fd00::7", "fd00::7", 8443,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *fault;

		t.count = 0;
		fault = take(cases[i].text);
		if (fault != NULL || t.count != cases[i].count)
			fail_msg("%s: %s, %u", cases[i].text,
			    fault ? fault : "", t.count);
		assert_string_equal(name, "");
		is(0, cases[i].first, cases[i].port, cases[i].anyway);
		is(t.count - 1, cases[i].last, cases[i].port, cases[i].anyway);
	}
}

static void
urls(void **state)
{
	(void)state;
	t.count = 0;
	assert_null(take("https://10.1.2.7/onvif/a?b=c"));
	assert_true(t.list[0].secure);
	assert_int_equal(t.list[0].port, 443);
	assert_string_equal(t.list[0].path, "/onvif/a?b=c");
	assert_null(take("http://gate-3.example:81/x"));
	assert_int_equal(t.count, 1);
	assert_string_equal(name, "gate-3.example");
	assert_int_equal(like.port, 81);
	assert_string_equal(like.path, "/x");
	assert_null(take("gate-3"));
	assert_string_equal(name, "gate-3");
	assert_int_equal(like.port, 0);
	assert_true(like.anyway);
}

static void
bad(void **state)
{
	static const char *const cases[] = { "", "10.1.2.0/33", "10.1.2.0/",
		"10.1.2.0/2x", "fd00::/64", "10.1.2.9-7", "10.1.2.7-256",
		"10.1.2.7-x", "10.1.2.7-fd00::1", "10.0.0.0/8", "0.0.0.0/0",
		"10.0.0.0-10.255.0.0", "10.1.2.7:0", "10.1.2.7:65536",
		"10.1.2.7:", "host:x", "a b", "a@b", "http://",
		"http://admin:geheim@10.1.2.7/", "http:///x", "[fd00::7",
		"http://10.1.2.7:99999/" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *fault;

		t.count = 0;
		fault = take(cases[i]);
		if (fault == NULL)
			fail_msg("%s", cases[i]);
		assert_null(strstr(fault, "geheim"));
	}
}

static void
at_most(void **state)
{
	(void)state;
	t.count = 0;
	assert_null(take("10.1.0.0/20"));
	assert_null(take("10.1.0.0/20")); /* they are there already */
	assert_int_equal(t.count, 4094);
	assert_null(take("10.1.0.9"));
	is(8, "10.1.0.9", 0, true); /* of the range, and now by name */
	assert_null(take("10.2.0.1-2"));
	assert_non_null(take("10.2.0.3"));
	assert_int_equal(t.count, DEVICE_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(urls),
		cmocka_unit_test(bad),
		cmocka_unit_test(at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
