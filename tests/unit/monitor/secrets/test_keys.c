/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of keys: where it is, whose it may be, and how it becomes another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/secrets/keys.h"
#include "tests/remove_tree.h"

#define A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
#define B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100\n"

static const struct seal_place here = { { 1 }, 2 };
static char dir[64], path[128], why[KEYS_ERROR];

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/camwarden-keys-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/%s", dir, KEYS_FILE);
	unsetenv("CREDENTIALS_DIRECTORY");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return remove_tree(dir);
}

static void
put(const char *text, mode_t mode)
{
	unlink(path);
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static bool
opens(unsigned count)
{
	struct keys *k = keys_open(path, why);
	bool good = k != NULL && keys_count(k) == count;

	keys_free(&k);
	return good;
}

static void
test_made_once(void **state)
{
	struct stat st, again;

	(void)state;
	assert_false(opens(1));
	assert_non_null(strstr(why, "is not there"));
	assert_true(keys_make(path, why));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_true(opens(1));
	assert_true(keys_make(path, why));
	assert_int_equal(stat(path, &again), 0);
	assert_int_equal(st.st_ino, again.st_ino);
	/* Nothing else was left behind. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_false(keys_make(path, why));
	assert_int_equal(mkdir(dir, 0700), 0);
}

static void
test_what_is_believed(void **state)
{
	static const char *const bad[] = { "", "\n", "# words\n", "abc\n",
		"0011\n", A "00\n", "x" A,
		"0011223344556677889xaabbccddeeff00112233445566778899aabbccdd"
		"eeff\n",
		A A A A A A A A A };

	(void)state;
	put(A, 0400);
	assert_true(opens(1));
	put("# made by hand\r\n\r\n" A B, 0600);
	assert_true(opens(2));
	put(A A A A A A A A, 0400);
	assert_true(opens(8));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i], 0400);
		assert_false(opens(1));
		assert_non_null(strstr(why, "holds no key"));
		assert_null(strstr(why, "0011")); /* not what is in it */
	}
	const mode_t open_to[] = { 0440, 0404, 0420, 0402, 0401, 0410 };

	for (size_t i = 0; i < sizeof(open_to) / sizeof(open_to[0]); i++) {
		put(A, open_to[i]);
		assert_false(opens(1));
		assert_non_null(strstr(why, "is open to others"));
	}
	unlink(path);
	assert_int_equal(mkfifo(path, 0400), 0);
	assert_false(opens(1)); /* and does not wait */
	assert_non_null(strstr(why, "is no file"));
	if (geteuid() != 0)
		return;
	put(A, 0400);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_false(opens(1));
	assert_non_null(strstr(why, "somebody else"));
}

static void
test_where(void **state)
{
	char out[KEYS_PATH];

	(void)state;
	keys_path("/etc/x.key", dir, out);
	assert_string_equal(out, "/etc/x.key");
	keys_path("", dir, out);
	assert_string_equal(out, path);
	/* systemd's, once it hands us one; it shows the mask of an access list
	 * where others show the group. */
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	keys_path(NULL, "/var/lib/x", out);
	assert_string_equal(out, "/var/lib/x/" KEYS_FILE);
	put(A, 0440);
	keys_path(NULL, "/var/lib/x", out);
	assert_string_equal(out, path);
	assert_true(opens(1));
	put(A, 0404);
	assert_false(opens(1));
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void
test_rotated(void **state)
{
	char out[LIMIT_CREDENTIAL_BYTES];
	uint8_t old[SEAL_MOST], fresh[SEAL_MOST];
	struct stat st;

	(void)state;
	put(A, 0600);
	struct keys *k = keys_open(path, why);
	size_t n = keys_seal(k, &here, "geheim", old);

	keys_free(&k);
	assert_true(keys_rotate(path, why));
	assert_true(keys_rotate(path, why)); /* the same change, not another */
	k = keys_open(path, why);
	assert_int_equal(keys_count(k), 2);
	assert_true(keys_unseal(k, &here, old, n, out));
	assert_string_equal(out, "geheim");
	assert_false(keys_newest(k, old, n));
	size_t m = keys_seal(k, &here, "geheim", fresh);

	assert_true(keys_newest(k, fresh, m));
	keys_free(&k);
	assert_true(keys_settle(path, why));
	assert_true(keys_settle(path, why));
	k = keys_open(path, why);
	assert_int_equal(keys_count(k), 1);
	assert_false(keys_unseal(k, &here, old, n, out));
	assert_true(keys_unseal(k, &here, fresh, m, out));
	assert_false(keys_unseal(NULL, &here, fresh, m, out));
	keys_free(&k);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	/* Lost: another one is made. Not to be read: it is not overwritten. */
	unlink(path);
	assert_true(keys_rotate(path, why));
	assert_true(opens(1));
	put("damaged\n", 0400);
	assert_false(keys_rotate(path, why));
	assert_false(keys_settle(path, why));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_what_is_believed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_where, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rotated, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
