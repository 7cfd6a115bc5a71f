/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that is put in place is whole, or what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/disk.h"

static char dir[] = "/tmp/camwarden-disk-XXXXXX";
static char path[64], fresh[64];

static void
assert_holds(const char *text, mode_t mode)
{
	char got[64] = "";
	struct stat st;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, mode);
	assert_int_not_equal(access(fresh, F_OK), 0);
}

static void
put_anew_and_over_what_was(void **state)
{
	FILE *f;

	(void)state;
	assert_true(disk_put(path, "one\n", 0400));
	assert_holds("one\n", 0400);
	/* What an attempt left that was cut off is in nobody's way. */
	f = fopen(fresh, "w");
	assert_non_null(f);
	fputs("tw", f);
	fclose(f);
	assert_true(disk_put(path, "two\n", 0444));
	assert_holds("two\n", 0444);
}

static void
what_cannot_be_written_whole_changes_nothing(void **state)
{
	struct rlimit old, few = { 3, RLIM_INFINITY };

	(void)state;
	assert_true(disk_put(path, "before\n", 0400));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	few.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	errno = 0;
	bool good = disk_put(path, "after, and longer\n", 0400);
	int error = errno;

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_false(good);
	assert_int_equal(error, EFBIG);
	assert_holds("before\n", 0400);
}

static void
no_folder_no_file(void **state)
{
	(void)state;
	errno = 0;
	assert_false(disk_put("/nowhere-at-all/file", "x", 0400));
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_anew_and_over_what_was),
		cmocka_unit_test(what_cannot_be_written_whole_changes_nothing),
		cmocka_unit_test(no_folder_no_file),
	};
	int failed;

	umask(022);
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(fresh, sizeof(fresh), "%s/file.new", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(dir);
	return failed;
}
