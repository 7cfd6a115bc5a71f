/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "monitor/people/hash_wire.h"
#include "monitor/people/password.h"

static void
test_passwords(void **state)
{
	static const struct {
		const char *password, *user, *says; /* NULL: good */
	} cases[] = {
		{ "a wall of many windows", "admin", NULL },
		{ "12345678", "dana", "tried first" },
		{ "PassWord1", "dana", "tried first" },
		{ "camwarden", "dana", "tried first" },
		{ "contrase\xc3\xb1"
		  "a",
		    "dana", "tried first" },
		{ "zzzzzzzzzzzz", "dana", "tried first" },
		{ "", "dana", "too short" },
		{ "short", "dana", "too short" },
		/* letters, not bytes: seven of two bytes */
		{ "\xc3\xa1\xc3\xa9\xc3\xad\xc3\xb3\xc3\xba\xc3\xb1\xc3\xbc",
		    "dana", "too short" },
		{ "\xc3\xa1\xc3\xa9\xc3\xad\xc3\xb3\xc3\xba\xc3\xb1\xc3\xbc"
		  "1",
		    "dana", NULL },
		{ "danadana", "dana", "user's name" },
		{ "Dana2026", "dana", "user's name" },
		{ "xxDANAxx", "dana", "user's name" },
		{ "dana likes pears", "dana", NULL },
	};
	char longest[PASSWORD_BYTES + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *fault =
		    password_fault(cases[i].password, cases[i].user);

		if (cases[i].says == NULL)
			assert_null(fault);
		else
			assert_non_null(strstr(fault, cases[i].says));
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = 'y';
	longest[PASSWORD_BYTES] = '\0';
	assert_null(password_fault(longest, "dana"));
	longest[PASSWORD_BYTES] = 'x';
	longest[PASSWORD_BYTES + 1] = '\0';
	assert_non_null(strstr(password_fault(longest, "dana"), "too long"));
}

static void
test_names(void **state)
{
	static const char *const good[] = { "a", "dana", "D.Ana-2_x@hq+1",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123" };
	static const char *const bad[] = { "", " dana", "da na", "dana\n",
		".dana", "-x", "d/x", "d\xc3\xa1na", "<b>", "a:b",
		"0123456789012345678901234567890123456789012345678901234567890"
		"1234" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(people_name_fault(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(people_name_fault(bad[i]));
}

#define LETTERS "$argon2id$v=19$m=65536,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$"

static void
test_wire(void **state)
{
	struct hash_job job = { 7, "a password", LETTERS "eHh4" }, back;
	struct hash_done done = { 7, true, LETTERS "eHh4" }, told;
	uint8_t bytes[1024];
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	hash_put_job(&w, &job);
	assert_true(
	    hash_get_job((struct span){ bytes, writer_length(&w) }, &back));
	assert_string_equal(back.password, job.password);
	for (size_t n = 0; n < writer_length(&w); n++)
		assert_false(hash_get_job((struct span){ bytes, n }, &back));
	assert_false(
	    hash_get_job((struct span){ bytes, writer_length(&w) + 1 }, &back));
	w = writer_of(bytes, sizeof(bytes));
	hash_put_done(&w, &done);
	assert_true(
	    hash_get_done((struct span){ bytes, writer_length(&w) }, &told));
	assert_true(told.good && told.id == 7);
	bytes[4] = 2;
	assert_false(
	    hash_get_done((struct span){ bytes, writer_length(&w) }, &told));
}

/* What would cost a worker minutes, or is none of ours, is no work for it. */
static void
test_letters(void **state)
{
	static const char *const bad[] = { "", "x",
		"$argon2id$v=19$m=4194304,t=9999,p=1$YWFh$YWFh",
		"$argon2i$v=19$m=65536,t=2,p=1$YWFh$YWFh", LETTERS "a b",
		LETTERS "\xc3\xa1" };

	(void)state;
	assert_true(hash_letters_good(LETTERS "YWFh"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hash_letters_good(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
