/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks as POSIX asks: heads whose sums hold, bodies padded, two empty ones at
 * the end. (That tar reads it is test_support_bundle's.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/support/tar.h"

static void
head_holds(const uint8_t *p, const char *name, unsigned long size)
{
	unsigned long sum = 0;

	assert_string_equal((const char *)p, name);
	assert_int_equal(strtoul((const char *)p + 124, NULL, 8), size);
	assert_memory_equal(p + 257, "ustar\00000", 8);
	for (unsigned i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	assert_int_equal(strtoul((const char *)p + 148, NULL, 8), sum);
}

static void
test_archive(void **state)
{
	static const uint8_t zeros[1024];
	char body[700];
	struct tar t = { 0 };

	(void)state;
	memset(body, 'x', sizeof(body));
	tar_add(&t, "a/one.txt", body, sizeof(body), 1795420800);
	tar_add(&t, "a/empty", NULL, 0, -1);
	assert_true(tar_end(&t));
	assert_int_equal(t.length, 512 + 1024 + 512 + 1024);
	head_holds(t.bytes, "a/one.txt", 700);
	assert_memory_equal(t.bytes + 512, body, 700);
	assert_memory_equal(t.bytes + 512 + 700, zeros, 324);
	head_holds(t.bytes + 1536, "a/empty", 0);
	assert_memory_equal(t.bytes + 2048, zeros, 1024);
	tar_fini(&t);
}

static void
test_long_name(void **state)
{
	struct tar t = { 0 };
	char name[101];

	(void)state;
	memset(name, 'n', 100);
	name[100] = '\0';
	tar_add(&t, name, "x", 1, 0);
	assert_false(tar_end(&t));
	tar_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
