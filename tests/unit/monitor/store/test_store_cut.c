/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The power fails at any moment. A VFS writes down every write, truncation and
 * sync of the database and its log while a store works; for each cut the files
 * are put together as a disk may leave them: all that was synced, and of what
 * was written since any part, sector by sector, in any order. The store opens,
 * every line that was confirmed is there, the chain and the tree hold.
 * About 60 s. */
#include "intact.h"
#include "shim.h"

#include <pthread.h>
#include <time.h>

#define FEEDS 5
#define CUTS 2000
#define TURNS 260
#define VERIFIED 10 /* one of so many is replayed from its lines */
#define SECTOR 512
#define FILES 3

enum step_kind { WRITE, TRUNCATE, SYNC, DELETE, CONFIRMED };
struct step {
	enum step_kind kind;
	int file;
	int64_t at, n; /* offset and length; CONFIRMED: at = seq */
	uint8_t *bytes;
};

static struct {
	pthread_mutex_t lock;
	struct step *steps;
	size_t count, room;
	bool on;
} tape = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
note(enum step_kind kind, int file, const void *bytes, int64_t at, int64_t n)
{
	struct step s = { kind, file, at, n, NULL };

	pthread_mutex_lock(&tape.lock);
	if (tape.on && file >= 0) {
		if (tape.count == tape.room) {
			tape.room = tape.room ? 2 * tape.room : 4096;
			tape.steps = realloc(tape.steps,
			    tape.room * sizeof(*tape.steps));
		}
		if (bytes != NULL) {
			s.bytes = malloc((size_t)n);
			memcpy(s.bytes, bytes, (size_t)n);
		}
		tape.steps[tape.count++] = s;
	}
	pthread_mutex_unlock(&tape.lock);
}

/* --- the VFS: the system's, with every change noted, and no real syncs */

static const char *const suffixes[FILES] = { ".db", ".db-wal", ".db-journal" };

static int
which(const char *name)
{
	for (int i = 0; name != NULL && i < FILES; i++) {
		size_t n = strlen(name), k = strlen(suffixes[i]);

		if (n >= k && strcmp(name + n - k, suffixes[i]) == 0)
			return i;
	}
	return -1;
}

static int
cut_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	note(WRITE, which(SHIM_NAME(f)), p, at, n);
	return shim_write(f, p, n, at);
}

static int
cut_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	note(TRUNCATE, which(SHIM_NAME(f)), NULL, n, 0);
	return shim_truncate(f, n);
}

static int
cut_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	note(SYNC, which(SHIM_NAME(f)), NULL, 0, 0);
	return SQLITE_OK;
}

static int
cut_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	(void)vfs;
	(void)sync_dir;
	note(DELETE, which(name), NULL, 0, 0);
	return shim_system->xDelete(shim_system, name, 0);
}

static void
vfs_register(void)
{
	shim_make("cut");
	shim_vfs.xDelete = cut_delete;
	shim_methods.xWrite = cut_write;
	shim_methods.xTruncate = cut_truncate;
	shim_methods.xSync = cut_sync;
	assert_int_equal(shim_register(), SQLITE_OK);
}

/* --- the work that is cut short */

static void
confirmed(void *arg, const struct store_result *r)
{
	(void)arg;
	if (r->ok && r->seq != 0)
		note(CONFIRMED, 0, NULL, r->seq, 0);
}

static void
one_turn(struct bench *b, unsigned n)
{
	static uint8_t png[6000];
	struct store_done done = { confirmed, NULL };
	enum cause cause = (enum cause)(rand_r(&b->seed) % CAUSE_COUNT);
	int64_t feed = 1 + rand_r(&b->seed) % FEEDS;
	struct store_verdict v = { .feed = feed,
		.state = cause_state(cause),
		.cause = cause,
		.causes = cause != CAUSE_NONE ? 1ull << cause : 0,
		.since_us = b->mono - rand_r(&b->seed) % 3000000,
		.at_us = b->mono,
		.evidence = "{\"n\":1}" };
	struct store_incident i = { store_incident_next(b->store), feed, 0,
		b->mono, b->mono, CAUSE_FROZEN, true, "x" };
	struct store_thumbnail t = { feed, STORE_CURRENT, b->mono, 0, 320, 180,
		png, sizeof(png) };

	b->mono += rand_r(&b->seed) % 2000000;
	store_heartbeat(b->store, b->mono);
	for (int k = rand_r(&b->seed) % 4; k >= 0; k--)
		store_verdict(b->store, &v, n % 3 == 0 ? &done : NULL);
	store_event(b->store, b->mono, "user.login", "ana", "{\"from\":\"x\"}",
	    &done);
	if (n % 4 == 0)
		store_incident_open(b->store, &i, &done);
	if (n % 2 == 0)
		store_thumbnail(b->store, &t, NULL);
	if (n % 23 == 0)
		store_epoch(b->store, T0 + rand_r(&b->seed) % 7200 * S, b->mono,
		    "clock", &done);
	store_drain(b->store, 20000);
}

static void
work(struct bench *b)
{
	tape.on = true;
	b->config.vfs = "cut";
	bench_open(b);
	bench_feeds(b, FEEDS);
	for (unsigned n = 0; n < TURNS; n++)
		one_turn(b, n);
	tape.on = false;
	store_close(&b->store);
	b->config.vfs = NULL;
}

/* --- the disk as it may be found */

struct disk {
	uint8_t *bytes[FILES];
	int64_t size[FILES], room[FILES];
	bool there[FILES]; /* it was synced once: its name is on the disk */
};

static void
disk_put(struct disk *d, int f, const uint8_t *p, int64_t at, int64_t n)
{
	if (at + n > d->room[f]) {
		int64_t room = 2 * (at + n);

		d->bytes[f] = realloc(d->bytes[f], (size_t)room);
		memset(d->bytes[f] + d->room[f], 0,
		    (size_t)(room - d->room[f]));
		d->room[f] = room;
	}
	if (at > d->size[f])
		memset(d->bytes[f] + d->size[f], 0, (size_t)(at - d->size[f]));
	memcpy(d->bytes[f] + at, p, (size_t)n);
	if (at + n > d->size[f])
		d->size[f] = at + n;
}

static void
disk_step(struct disk *d, const struct step *s)
{
	int f = s->file;

	if (s->kind == WRITE)
		disk_put(d, f, s->bytes, s->at, s->n);
	else if (s->kind == TRUNCATE && s->at < d->size[f])
		d->size[f] = s->at;
	else if (s->kind == SYNC)
		d->there[f] = true;
	else if (s->kind == DELETE)
		d->size[f] = 0, d->there[f] = false;
}

/* Of a write that was not synced each sector may have come or not. */
static void
disk_perhaps(struct disk *d, const struct step *s, unsigned *seed,
    unsigned percent)
{
	int f = s->file;

	if (s->kind == DELETE) { /* its folder is synced with it */
		disk_step(d, s);
		return;
	}
	if (s->kind == TRUNCATE && (unsigned)rand_r(seed) % 100 < percent)
		disk_step(d, s);
	if (s->kind != WRITE)
		return;
	for (int64_t at = s->at; at < s->at + s->n;) {
		int64_t next = (at / SECTOR + 1) * SECTOR;
		int64_t n = next < s->at + s->n ? next - at : s->at + s->n - at;

		if ((unsigned)rand_r(seed) % 100 < percent) {
			disk_put(d, f, s->bytes + (at - s->at), at, n);
			d->there[f] |= rand_r(seed) % 2;
		}
		at += n;
	}
}

/* What a file of which the power was cut behind step `cut` is. */
static void
disk_make(struct disk *d, size_t cut, unsigned *seed)
{
	static const unsigned percents[] = { 0, 10, 50, 50, 90, 100 };
	size_t synced[FILES] = { 0 };
	unsigned percent = percents[rand_r(seed) % 6];

	for (size_t i = 0; i < cut; i++)
		if (tape.steps[i].kind == SYNC)
			synced[tape.steps[i].file] = i;
	for (size_t i = 0; i < cut; i++) {
		const struct step *s = &tape.steps[i];

		if (s->kind == CONFIRMED)
			continue;
		if (i <= synced[s->file])
			disk_step(d, s);
		else
			disk_perhaps(d, s, seed, percent);
	}
}

static void
disk_write(const struct disk *d, const char *dir)
{
	char path[160];

	for (int f = 0; f < FILES; f++) {
		snprintf(path, sizeof(path), "%s/camwarden%s", dir,
		    suffixes[f]);
		unlink(path);
		if (!d->there[f])
			continue;
		FILE *out = fopen(path, "wb");

		assert_non_null(out);
		if (d->size[f] > 0)
			assert_int_equal(fwrite(d->bytes[f], 1,
					     (size_t)d->size[f], out),
			    d->size[f]);
		fclose(out);
	}
	snprintf(path, sizeof(path), "%s/camwarden.db-shm", dir);
	unlink(path);
}

static int64_t
confirmed_before(size_t cut)
{
	int64_t last = 0;

	for (size_t i = 0; i < cut; i++)
		if (tape.steps[i].kind == CONFIRMED && tape.steps[i].at > last)
			last = tape.steps[i].at;
	return last;
}

static void
one_cut(struct bench *b, size_t cut, unsigned *seed)
{
	struct disk d = { .size = { 0 } };
	char error[STORE_ERROR_BYTES];
	int64_t last = confirmed_before(cut);

	disk_make(&d, cut, seed);
	disk_write(&d, b->dir);
	b->config.mono_us = b->mono + 5 * S;
	b->config.utc_us = T0 + b->config.mono_us;
	b->store = store_open(&b->config, NULL, error);
	if (b->store == NULL)
		fail_msg("cut %zu of %zu: %s", cut, tape.count, error);
	assert_true(bench_int(b, "SELECT max(seq) FROM event") >= last);
	assert_true(bench_chain(b) >= last); /* and none is missing */
	if (cut % 50 == 0)
		bench_tiles(b);
	store_close(&b->store);
	if (cut % VERIFIED == 0)
		bench_intact(b);
	for (int f = 0; f < FILES; f++)
		free(d.bytes[f]);
}

static void
test_cuts(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	unsigned seed = 5;

	(void)state;
	vfs_register();
	bench_init(b);
	b->seed = 3;
	work(b);
	assert_true(tape.count > 3000);
	assert_true(confirmed_before(tape.count) > 500);
	b->config.vfs = "cut"; /* off the record, and without real syncs */
	for (unsigned i = 0; i < CUTS; i++)
		one_cut(b, 1 + (size_t)rand_r(&seed) % tape.count, &seed);
	for (size_t i = 0; i < tape.count; i++)
		free(tape.steps[i].bytes);
	free(tape.steps);
	bench_fini(b);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cuts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
