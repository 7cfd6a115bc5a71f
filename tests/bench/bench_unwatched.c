/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_unwatched [--feeds N] [--days N] [--consoles N] [--dir DIR]: a database
 * as a monitor leaves it behind after so many days: every feed with a verdict
 * now and then, two screens to a console, nine tiles on each that change every
 * five minutes, people who come and go; hour by hour summed by the store's own
 * code. Then the audit of all of it is read, as `camwarden unwatched` does:
 * with nothing of the file in memory, and again. One JSON object on stdout.
 *
 * Rows of the past are put in as SQL, without their events: those play no part
 * in what is measured. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/presence/watched.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/tiles.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"
#include "tests/bench/declare.h"

#define HOUR WATCHED_HOUR_US
#define DWELL (300 * US_PER_S)
#define TILES 9
#define SCREENS_OF 2
#define START_MONO (1000 * US_PER_S)

struct bench {
	int64_t feeds, days, consoles;
	char dir[256], path[300];
	bool own_dir;
	struct store *store;
	struct writer *w;
	int64_t utc0; /* of START_MONO, a full hour */
	unsigned seed;
	bool failed;
	/* measured */
	double sum_s, step_max_s, cold_s, warm_s;
	unsigned steps, hours;
	uint64_t rows, watched_us;
};

static void
die(struct bench *b, const char *what)
{
	fprintf(stderr, "bench_unwatched: %s\n", what);
	b->failed = true;
}

/* --- the fleet and the floor, as people import them */

static void
import_floor(struct bench *b, enum floor_kind kind, const char *csv,
    size_t length)
{
	char error[DECLARE_ERROR];

	if (!declare_floor(b->store, b->dir, kind, csv, length, error))
		die(b, error);
}

static void
declare(struct bench *b)
{
	struct store_config c = { .dir = b->dir,
		.actor = "bench",
		.mono_us = START_MONO,
		.utc_us = b->utc0 };
	struct store_calls calls = { 0 };
	char error[DECLARE_ERROR], *csv = NULL;
	size_t length;

	b->store = store_open(&c, &calls, error);
	if (b->store == NULL) {
		die(b, error);
		return;
	}
	FILE *f = open_memstream(&csv, &length);

	fprintf(f, "site,name,url\n");
	for (int64_t i = 0; i < b->feeds; i++)
		fprintf(f, "Site %lld/Hall,cam %lld,rtsp://10.0.0.1/%lld\n",
		    (long long)(i / 40), (long long)i, (long long)i);
	fclose(f);
	if (!declare_feeds(b->store, csv, length, &b->seed, error))
		die(b, error);
	free(csv);
	f = open_memstream(&csv, &length);
	fprintf(f, "console,room\n");
	for (int64_t i = 0; i < b->consoles; i++)
		fprintf(f, "Desk %lld,Room %lld\n", (long long)i,
		    (long long)(i / 10));
	fclose(f);
	import_floor(b, FLOOR_CONSOLES, csv, length);
	free(csv);
	f = open_memstream(&csv, &length);
	fprintf(f, "screen,console,output\n");
	for (int64_t i = 0; i < b->consoles * SCREENS_OF; i++)
		fprintf(f, "Screen %lld,Desk %lld,out-%lld\n", (long long)i,
		    (long long)(i / SCREENS_OF), (long long)(i % SCREENS_OF));
	fclose(f);
	import_floor(b, FLOOR_SCREENS, csv, length);
	free(csv);
	store_close(&b->store);
}

/* --- an hour of the past */

static void
display_put(struct bench *b, int64_t screen, int64_t slot, int64_t start,
    int64_t end)
{
	struct store_tile list[TILES];
	int64_t screens = b->consoles * SCREENS_OF;
	uint8_t packed[TILES_BYTES];

	for (int64_t i = 0; i < TILES; i++)
		list[i] = (struct store_tile){
			1 + ((screen + slot * screens) * TILES + i) % b->feeds,
			rand_r(&b->seed) % 30 == 0 ? VIEW_SMALL : VIEW_COUNTS
		};
	db_run(&b->w->db,
	    "INSERT INTO display(screen, console, epoch, start, end, power,"
	    " source, tiles) VALUES(?, ?, ?, ?, ?, 1, 1, ?)",
	    "iii?ib", screen, 1 + (screen - 1) / SCREENS_OF, b->w->at.epoch,
	    start, end, packed, tiles_pack(list, TILES, packed));
	b->rows++;
}

static void
presence_put(struct bench *b, int64_t console, enum presence state,
    int64_t start, int64_t end)
{
	db_run(&b->w->db,
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence)"
	    " SELECT id, room, ?1, ?2, ?3, ?2, ?2, ?4, 6, '{}' FROM console"
	    " WHERE id = ?5",
	    "iiiii", b->w->at.epoch, start, end, (int64_t)state, console);
	b->rows++;
}

static void
interval_put(struct bench *b, int64_t feed, int64_t start, int64_t end)
{
	unsigned kind = (unsigned)rand_r(&b->seed) % 20;
	enum state state = kind == 0   ? STATE_UNKNOWN
			   : kind == 1 ? STATE_DOWN
				       : STATE_UP;
	enum cause cause = kind == 0   ? CAUSE_PROBE_LOST
			   : kind == 1 ? CAUSE_BLACK
				       : CAUSE_NONE;

	db_run(&b->w->db,
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence)"
	    " VALUES(?1, ?2, ?3, ?4, ?3, ?3, ?5, ?6, ?7, 90, '{}')",
	    "iiiiiii", feed, b->w->at.epoch, start, end, (int64_t)state,
	    (int64_t)cause, (int64_t)1 << cause);
	b->rows++;
}

static void
hour_put(struct bench *b, int64_t n)
{
	int64_t hour = b->utc0 + n * HOUR;

	for (int64_t s = 1; s <= b->consoles * SCREENS_OF; s++)
		for (int64_t k = 0; k < HOUR / DWELL; k++)
			display_put(b, s, n * (HOUR / DWELL) + k,
			    hour + k * DWELL, hour + (k + 1) * DWELL);
	for (int64_t c = 1; c <= b->consoles; c++) {
		int64_t there = rand_r(&b->seed) % (50 * 60);
		int64_t left =
		    hour + (there + 300) * US_PER_S + rand_r(&b->seed) % 1000;

		presence_put(b, c, PRESENCE_ATTENDED, hour, left);
		presence_put(b, c,
		    rand_r(&b->seed) % 9 ? PRESENCE_IDLE : PRESENCE_UNKNOWN,
		    left, hour + HOUR);
	}
	/* Each feed's verdict lasts six hours. */
	for (int64_t f = 1; f <= b->feeds; f++)
		if ((n + f) % 6 == 0 || n == 0)
			interval_put(b, f, hour,
			    hour + (n == 0 ? (6 - f % 6) : 6) * HOUR);
}

/* As the writer does when nobody waits: step by step. */
static void
hour_sum(struct bench *b, int64_t mono)
{
	bool more = true;

	while (more) {
		int64_t began = clock_mono_us();

		more = watched_step(b->w, mono);

		double took = (double)(clock_mono_us() - began) / 1e6;

		b->sum_s += took;
		b->steps++;
		if (took > b->step_max_s)
			b->step_max_s = took;
	}
}

static void
past_make(struct bench *b)
{
	struct writer *w = b->w = calloc(1, sizeof(*w));
	struct store_now now;

	store_now(&now);
	memcpy(w->boot, now.boot, sizeof(w->boot));
	if (!db_open(&w->db, b->path, SQLITE_OPEN_READWRITE, NULL)) {
		die(b, w->db.error);
		return;
	}
	recover_settings(w);
	/* The disk's part is not what is measured here. */
	db_script(&w->db, "PRAGMA synchronous = OFF");
	recover_begin_run(w, START_MONO, b->utc0);
	db_script(&w->db, "DELETE FROM interval; DELETE FROM presence;"
			  "DELETE FROM display");
	for (int64_t n = 0; n < b->days * 24 && w->db.rc == SQLITE_OK; n++) {
		int64_t end = START_MONO + (n + 1) * HOUR;

		db_script(&w->db, "BEGIN");
		hour_put(b, n);
		epoch_alive(w, end, false);
		db_script(&w->db, "COMMIT");
		hour_sum(b, end);
		b->hours++;
	}
	if (w->db.rc != SQLITE_OK)
		die(b, w->db.error);
	watched_end(w);
	db_script(&w->db, "PRAGMA wal_checkpoint(TRUNCATE)");
	db_close(&w->db);
}

/* --- the question */

static bool
on_row(void *arg, const struct store_unwatched_row *row)
{
	struct bench *b = arg;

	b->watched_us += (uint64_t)row->audit->us[WATCHED_WATCHED];
	return true;
}

static double
ask(struct bench *b)
{
	int64_t end = START_MONO + b->days * 24 * HOUR;
	struct store_unwatched_ask q = { .from_utc = b->utc0,
		.to_utc = b->utc0 + b->days * 24 * HOUR };
	struct store_alive alive;
	struct store_now now;
	char error[256];
	int64_t began = clock_mono_us();
	struct store_reader *r = store_reader_open(b->dir, error);

	if (r == NULL) {
		die(b, error);
		return 0;
	}
	store_now(&now);
	now.mono_us = end;
	now.utc_us = q.to_utc;
	b->watched_us = 0;
	if (!store_read_alive(r, &now, &alive) ||
	    !store_read_unwatched(r, &q, on_row, b))
		die(b, store_reader_error(r));
	store_reader_close(&r);
	return (double)(clock_mono_us() - began) / 1e6;
}

/* Nothing of the file stays in memory. */
static void
forget(struct bench *b)
{
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0 ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		die(b, "can't forget the file");
	if (fd >= 0)
		close(fd);
}

static int64_t
size_of(struct bench *b, const char *sql)
{
	struct db db = { .h = NULL };
	int64_t n = 0;

	if (db_open(&db, b->path, SQLITE_OPEN_READONLY, NULL))
		n = db_int(&db, 0, sql, "");
	db_close(&db);
	return n;
}

static void
report(struct bench *b)
{
	struct stat st = { .st_size = 0 };

	stat(b->path, &st);
	printf("{\"unwatched_query_s\": %.3f, \"unwatched_query_warm_s\": %.3f,"
	       " \"feeds\": %lld, \"days\": %lld, \"consoles\": %lld,"
	       " \"rows\": %llu, \"sum_ms_an_hour\": %.1f,"
	       " \"sum_step_max_ms\": %.1f, \"sum_steps\": %u,"
	       " \"database_mb\": %.1f, \"watched_mb\": %.1f,"
	       " \"watched_share\": %.4f}\n",
	    b->cold_s, b->warm_s, (long long)b->feeds, (long long)b->days,
	    (long long)b->consoles, (unsigned long long)b->rows,
	    b->sum_s * 1000 / (b->hours > 0 ? b->hours : 1),
	    b->step_max_s * 1000, b->steps, (double)st.st_size / 1e6,
	    (double)size_of(b,
		"SELECT sum(length(hours) + 12) FROM watched_day") /
		1e6,
	    (double)b->watched_us /
		((double)b->feeds * (double)b->days * 24 * (double)HOUR));
}

static void
clean(struct bench *b)
{
	static const char *const files[] = { STORE_FILE, STORE_FILE "-wal",
		STORE_FILE "-shm", "camwarden.lock" };
	char path[400];

	if (!b->own_dir)
		return;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, files[i]);
		unlink(path);
	}
	rmdir(b->dir);
}

static bool
options(struct bench *b, int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--feeds") == 0)
			b->feeds = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--days") == 0)
			b->days = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--consoles") == 0)
			b->consoles = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--dir") == 0)
			snprintf(b->dir, sizeof(b->dir), "%s", argv[i + 1]);
		else
			return false;
	}
	return argc % 2 == 1 && b->feeds > 0 && b->days > 0 && b->consoles > 0;
}

int
main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof(*b));

	*b = (struct bench){ .feeds = 3700,
		.days = 30,
		.consoles = 50,
		.seed = 4 };
	if (!options(b, argc, argv)) {
		fprintf(stderr, "usage: bench_unwatched [--feeds N] [--days N]"
				" [--consoles N] [--dir DIR]\n");
		return 2;
	}
	if (b->dir[0] == '\0') {
		snprintf(b->dir, sizeof(b->dir), "/tmp/camwarden-bench-XXXXXX");
		b->own_dir = mkdtemp(b->dir) != NULL;
	}
	snprintf(b->path, sizeof(b->path), "%s/%s", b->dir, STORE_FILE);
	b->utc0 = 1700000000LL / 86400 * 86400 * US_PER_S;
	declare(b);
	if (!b->failed)
		past_make(b);
	if (!b->failed) {
		forget(b);
		b->cold_s = ask(b);
		b->warm_s = ask(b);
		report(b);
	}
	clean(b);
	int code = b->failed;

	free(b->w);
	free(b);
	return code;
}
