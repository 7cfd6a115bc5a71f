/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords in the database: sealed, each in its row; with another key, without
 * one, and as an older version left them. */
#include "bench.h"

#include <dirent.h>
#include <sys/stat.h>

#define CANARY "Kanarie-7q#%@:/ \xc3\xbc"
#define FEEDS                                                                  \
	"device,url,user,password\n"                                           \
	"a,rtsp://10.0.0.1/s,root,\"" CANARY "\"\n"                            \
	"b,rtsp://10.0.0.2/s,root,other\nc,rtsp://10.0.0.3/s,open,\n"

/* In no file of the directory, whatever it is called. */
static bool
lies_open(const struct bench *b, const char *text)
{
	DIR *d = opendir(b->dir);
	struct dirent *e;
	bool found = false;

	while ((e = readdir(d)) != NULL) {
		char path[400];
		struct stat st;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", b->dir, e->d_name);
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
		    (f = fopen(path, "r")) == NULL)
			continue;
		char *all = malloc((size_t)st.st_size + 1);
		size_t n = fread(all, 1, (size_t)st.st_size, f);

		found |= memmem(all, n, text, strlen(text)) != NULL;
		free(all);
		fclose(f);
	}
	closedir(d);
	return found;
}

/* "a=password b=? c=" : as a monitor would read them. */
struct said {
	char text[400];
};

static bool
on_row(void *arg, const struct store_credential_row *row)
{
	struct said *s = arg;
	size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%s=%s ", row->name,
	    row->password != NULL ? row->password : "?");
	return true;
}

static struct said
passwords(const struct bench *b)
{
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);
	struct keys *keys = bench_keys(b);
	struct said s = { "" };
	uint8_t origin[16];

	store_reader_keys(r, keys);
	assert_true(store_read_credentials(r, origin, on_row, &s));
	store_reader_close(&r);
	keys_free(&keys);
	return s;
}

static void
assert_passwords(const struct bench *b, const char *expected)
{
	struct said s = passwords(b);

	assert_string_equal(s.text, expected);
}

static void
sql(struct bench *b, const char *text)
{
	char path[128], *error = NULL;
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

static void
key_path(const struct bench *b, char out[128])
{
	snprintf(out, 128, "%s/" KEYS_FILE, b->dir);
}

static void
test_at_rest(void **state)
{
	struct bench *b = *state;

	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	assert_false(lies_open(b, CANARY));
	assert_passwords(b, "a=" CANARY " b=other ");
	/* The same again is no change, whatever its seal looks like. */
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	assert_int_equal(b->last.changes, 0);
	assert_true(bench_import(b, INVENTORY_DEVICES, "device,user\na,admin\n",
	    false));
	assert_passwords(b, "a=" CANARY " b=other ");
	assert_true(bench_import(b, INVENTORY_DEVICES,
	    "device,password\na,new\n", false));
	assert_passwords(b, "a=new b=other ");
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM credential WHERE user IN"
			     " ('admin', 'root', 'open')"),
	    3);
	bench_live(b, b->mono + 3 * S);
	store_close(&b->store);
	assert_false(lies_open(b, CANARY));
}

/* Whoever can write in the table can't give a device another's password. */
static void
test_rows_swapped(void **state)
{
	struct bench *b = *state;

	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	store_close(&b->store);
	sql(b, "UPDATE credential SET sealed = (SELECT sealed FROM credential"
	       " WHERE device = 1) WHERE device = 2");
	bench_open(b);
	assert_passwords(b, "a=" CANARY " b=? ");
	store_close(&b->store);
	sql(b, "UPDATE origin SET uuid = randomblob(16)");
	bench_open(b);
	assert_passwords(b, "a=? b=? ");
}

/* The same database without its key: nothing is made in its place, nothing is
 * overwritten, and with the key it is as it was. */
static void
test_lost(void **state)
{
	struct bench *b = *state;
	char path[128], away[140];

	key_path(b, path);
	snprintf(away, sizeof(away), "%s.away", path);
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	store_close(&b->store);
	assert_int_equal(rename(path, away), 0);
	bench_open(b);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_passwords(b, "a=? b=? ");
	/* A password can't be kept now; all else can. */
	assert_false(bench_import(b, INVENTORY_DEVICES,
	    "device,password\na,new\n", false));
	assert_non_null(strstr(b->error, "is not there"));
	assert_null(strstr(b->error, "new"));
	assert_true(bench_import(b, INVENTORY_DEVICES,
	    "device,user,sessions\na,admin,3\nb,,2\n", false));
	store_close(&b->store);
	assert_int_equal(rename(away, path), 0);
	bench_open(b);
	assert_passwords(b, "a=" CANARY " b=other ");
}

static void
test_healed(void **state)
{
	struct bench *b = *state;
	const struct store_done done = { bench_done, b };
	char path[128], why[KEYS_ERROR];

	key_path(b, path);
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	store_close(&b->store);
	unlink(path);
	bench_open(b);
	assert_true(store_keys(b->store, "test", "lost", &done));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_true(keys_rotate(path, why));
	assert_true(store_keys(b->store, "test", "lost", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_int_equal(b->last.id, 2); /* stay as they are */
	assert_passwords(b, "a=? b=? ");
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	assert_int_equal(b->last.changes, 2);
	assert_passwords(b, "a=" CANARY " b=other ");
}

static void
test_rekeyed(void **state)
{
	struct bench *b = *state;
	const struct store_done done = { bench_done, b };
	char path[128], why[KEYS_ERROR];

	key_path(b, path);
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	assert_true(keys_rotate(path, why));
	assert_passwords(b, "a=" CANARY " b=other ");
	assert_true(store_keys(b->store, "test", "he left", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_int_equal(b->last.changes, 2);
	assert_int_equal(b->last.id, 0);
	assert_int_equal(b->inventories,
	    2); /* whoever holds them reads again */
	assert_true(keys_settle(path, why));
	assert_passwords(b, "a=" CANARY " b=other ");
	/* Nothing is left to do. */
	assert_true(store_keys(b->store, "test", "again", &done));
	bench_drain(b);
	assert_int_equal(b->last.changes, 0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'credentials.rekey'"),
	    2);
	assert_false(lies_open(b, CANARY));
	bench_chain(b);
}

static const char version_5[] = BENCH_UNDO_SEVENTH
    "DROP TABLE credential; CREATE TABLE credential("
    " device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,"
    " user TEXT NOT NULL, password TEXT NOT NULL);"
    "INSERT INTO credential VALUES(1, 'root', '" CANARY "'),"
    " (2, 'root', 'other'), (3, 'open', '');"
    "CREATE TABLE filler(x); INSERT INTO filler WITH RECURSIVE n(i) AS"
    " (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
    " SELECT '" CANARY "' || i FROM n; DROP TABLE filler;"
    "PRAGMA user_version = 5";

/* What an older version kept in the clear is sealed, and nowhere else: not in
 * pages that are free, not in the log, not in the copy that is made before. */
static void
test_from_version_5(void **state)
{
	struct bench *b = *state;
	char copy[160];

	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	store_close(&b->store);
	sql(b, version_5);
	assert_true(lies_open(b, CANARY));
	bench_open(b);
	assert_false(lies_open(b, CANARY));
	assert_false(lies_open(b, "other"));
	assert_passwords(b, "a=" CANARY " b=other ");
	assert_int_equal(bench_int(b, "SELECT count(*) FROM credential"), 3);
	snprintf(copy, sizeof(copy), "%s/%s.v5", b->dir, STORE_FILE);
	assert_int_equal(access(copy, R_OK), 0);
	assert_true(bench_sound(b));
	store_close(&b->store);
	assert_false(lies_open(b, CANARY));
}

/* Without a key nothing is brought up to date, and nothing changed. */
static void
test_from_version_5_without(void **state)
{
	struct bench *b = *state;
	char path[128], error[STORE_ERROR_BYTES];

	key_path(b, path);
	assert_true(bench_import(b, INVENTORY_FEEDS, FEEDS, false));
	store_close(&b->store);
	sql(b, version_5);
	assert_int_equal(chmod(path, 0404), 0);
	assert_null(store_open(&b->config, &b->calls, error));
	assert_non_null(strstr(error, "is open to others"));
	assert_int_equal(bench_int(b, "PRAGMA user_version"), 5);
	assert_int_equal(chmod(path, 0400), 0);
	bench_open(b);
	assert_passwords(b, "a=" CANARY " b=other ");
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, bench_setup_empty, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_at_rest),
		TEST(test_rows_swapped),
		TEST(test_lost),
		TEST(test_healed),
		TEST(test_rekeyed),
		TEST(test_from_version_5),
		TEST(test_from_version_5_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
