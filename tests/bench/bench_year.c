/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_year --dir DIR [--feeds N] [--days N] [--lines N] [--seed N]: a
 * database as a monitor leaves it behind after so many days: feeds that fail as
 * cameras do, whole sites that lose their line, probes that die, a monitor that
 * is restarted, maintenance and mutes, and, in the last four weeks, consoles
 * with people and screens. Everything goes through the store's own apply
 * functions: verdicts are lines of the ledger, chained and in the tree, and
 * every five minutes a checkpoint is signed, so that `camwarden ledger verify`
 * can run on it too. With --lines it goes on, day after day, to so many lines
 * (people come near the end), at most --days. One JSON object on stdout.
 *
 * The draw: most feeds fail once in three days for minutes; one in fifty many
 * times a day; a site is cut off once in two months; a quarter of the feeds is
 * blind for some seconds every tenth day. No pictures are stored. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/hex.h"
#include "monitor/ledger/note.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"
#include "tests/bench/declare.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define HOUR (3600 * SECOND)
#define START_MONO (1000 * SECOND)
#define SITE_FEEDS 40
#define CONSOLES 8
#define WATCHED_DAYS 28
#define TILES 9
#define SIGN_EVERY (300 * SECOND)

/* What happens to a feed at a moment. */
struct change {
	int64_t at;
	uint32_t feed;
	uint8_t state, cause;
};

struct year {
	int64_t feeds, days, lines; /* lines 0: no matter how many */
	char dir[256], path[300];
	struct note_signer signer;
	int64_t signed_to;
	int64_t utc0, mono; /* of the first day; the day under way */
	unsigned seed;
	struct writer *w;
	struct op *op;
	struct change *list;
	size_t count, room;
	int64_t *incident; /* by feed: the open one, 0 = none */
	uint8_t *cause;	   /* by feed: that of its last verdict */
	int64_t next_incident;
	uint64_t verdicts, incidents;
	int64_t written;
	bool failed;
};

static void
die(struct year *y, const char *what)
{
	if (!y->failed)
		fprintf(stderr, "bench_year: %s\n", what);
	y->failed = true;
}

static double
unit(struct year *y)
{
	return (rand_r(&y->seed) + 0.5) / ((double)RAND_MAX + 1);
}

/* Mostly about `median`, at times a hundred times as long. */
static int64_t
lasts(struct year *y, double median_s)
{
	double normal = sqrt(-2 * log(unit(y))) * cos(6.2831853 * unit(y));
	double s = median_s * exp(1.6 * normal);

	return (int64_t)((s < 2 ? 2 : s > 400000 ? 400000 : s) * 1e6);
}

/* --- the inventory and the floor, as people import them */

static struct store *
store_at(struct year *y, int64_t mono)
{
	struct store_config c = { .dir = y->dir,
		.actor = "bench",
		.tool = true,
		.mono_us = mono,
		.utc_us = y->utc0 + mono - START_MONO };
	struct store_calls calls = { 0 };
	char error[STORE_ERROR_BYTES];
	struct store *s = store_open(&c, &calls, error);

	if (s == NULL)
		die(y, error);
	return s;
}

static void
feeds_import(struct year *y, const char *csv, size_t length)
{
	struct store *s = store_at(y, START_MONO);
	char error[DECLARE_ERROR];

	if (s != NULL && !declare_feeds(s, csv, length, &y->seed, error))
		die(y, error);
	store_close(&s);
}

static void
floor_import(struct year *y, enum floor_kind kind, const char *csv,
    size_t length)
{
	struct store *s = store_at(y, y->mono);
	char error[DECLARE_ERROR];

	if (s != NULL && !declare_floor(s, y->dir, kind, csv, length, error))
		die(y, error);
	store_close(&s);
}

static void
feeds_declare(struct year *y)
{
	char *csv = NULL;
	size_t length;
	FILE *f = open_memstream(&csv, &length);

	fprintf(f, "site,name,url,criticality,tags\n");
	for (int64_t i = 0; i < y->feeds; i++)
		fprintf(f,
		    "Region %d/Site %lld,cam %lld,rtsp://127.0.0.1:9/%lld,"
		    "%d,%s\n",
		    (int)(i / SITE_FEEDS % 8), (long long)(i / SITE_FEEDS),
		    (long long)i, (long long)i, 1 + (int)(i % 5),
		    i % 10 == 0 ? "gate" : "");
	fclose(f);
	feeds_import(y, csv, length);
	free(csv);
}

static void
floor_declare(struct year *y)
{
	char *csv = NULL;
	size_t length;
	FILE *f = open_memstream(&csv, &length);

	fprintf(f, "console,room\n");
	for (int i = 0; i < CONSOLES; i++)
		fprintf(f, "Desk %d,Room %d\n", i, i / 4);
	fclose(f);
	floor_import(y, FLOOR_CONSOLES, csv, length);
	free(csv);
	f = open_memstream(&csv, &length);
	fprintf(f, "screen,console,output\n");
	for (int i = 0; i < CONSOLES; i++)
		fprintf(f, "Screen %d,Desk %d,out\n", i, i);
	fclose(f);
	floor_import(y, FLOOR_SCREENS, csv, length);
	free(csv);
}

/* --- a day is drawn */

static void
add(struct year *y, int64_t at, int64_t feed, enum cause cause)
{
	if (y->count == y->room) {
		y->room = y->room * 2 + 4096;
		y->list = realloc(y->list, y->room * sizeof(*y->list));
		if (y->list == NULL)
			abort();
	}
	y->list[y->count++] = (struct change){ at, (uint32_t)feed,
		(uint8_t)cause_state(cause), (uint8_t)cause };
}

static void
trouble(struct year *y, int64_t at, int64_t length, int64_t feed,
    enum cause cause)
{
	int64_t end = y->mono + DAY - SECOND;

	if (at >= end)
		return;
	add(y, at, feed, cause);
	/* What lasts over midnight is over then: good enough for a load. */
	add(y, at + length < end ? at + length : end, feed, CAUSE_NONE);
}

static void
faults_draw(struct year *y)
{
	static const enum cause causes[] = { CAUSE_STALLED, CAUSE_STALLED,
		CAUSE_UNREACHABLE, CAUSE_UNREACHABLE, CAUSE_LOW_FPS,
		CAUSE_PACKET_LOSS, CAUSE_FROZEN, CAUSE_BLACK, CAUSE_BLURRED,
		CAUSE_NO_SIGNAL, CAUSE_COVERED, CAUSE_NOT_SAMPLED };

	for (int64_t f = 1; f <= y->feeds; f++) {
		bool sick = (f * 7919 + y->mono / (20 * DAY)) % 50 == 0;
		double n = -log(unit(y)) * (sick ? 12 : 0.34);

		for (int64_t at = y->mono; n > 0.3; n -= 1) {
			at += (int64_t)(unit(y) * (sick ? 4e9 : 80e9));
			int64_t length = lasts(y, sick ? 20 : 240);

			trouble(y, at, length, f,
			    causes[(size_t)(unit(y) * 11.99)]);
			at += length + SECOND;
		}
	}
}

static void
outages_draw(struct year *y)
{
	for (int64_t s = 0; s * SITE_FEEDS < y->feeds; s++) {
		if (unit(y) > 1 / 60.0)
			continue;
		int64_t at = y->mono + (int64_t)(unit(y) * 80e9);
		int64_t length = lasts(y, 1200);

		for (int64_t f = 1; f <= SITE_FEEDS; f++)
			if (s * SITE_FEEDS + f <= y->feeds)
				trouble(y, at + rand_r(&y->seed) % SECOND,
				    length, s * SITE_FEEDS + f,
				    CAUSE_UNREACHABLE);
	}
	if (y->mono / DAY % 10 == 3)
		for (int64_t f = 4; f <= y->feeds; f += 4)
			trouble(y, y->mono + 7 * HOUR, 12 * SECOND, f,
			    CAUSE_PROBE_LOST);
}

static int
by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->feed < y->feed ? -1 : x->feed > y->feed;
}

/* --- and written */

static struct op *
fresh(struct year *y, int64_t at)
{
	memset(y->op, 0, sizeof(*y->op));
	y->op->stamp_us = at;
	y->op->result.ok = true;
	return y->op;
}

static void
incident_follow(struct year *y, const struct change *c)
{
	enum cause cause = (enum cause)c->cause;
	bool bad = c->state == STATE_DOWN ||
		   (c->state == STATE_DEGRADED && !cause_is_stream(cause));
	struct op *op = fresh(y, c->at);
	int64_t *open = &y->incident[c->feed];

	if (bad && *open == 0) {
		*open = ++y->next_incident;
		op->incident = (struct store_incident){ .id = *open,
			.feed = c->feed,
			.since_us = c->at - SECOND,
			.at_us = c->at,
			.cause = cause,
			.alertable = rand_r(&y->seed) % 4 != 0,
			.text = cause_help(cause) };
		apply_incident_open(y->w, op);
		y->incidents++;
	} else if (!bad && c->state == STATE_UP && *open != 0) {
		if (*open % 3 == 0) {
			op->word = (struct op_word){ .id = *open,
				.at_us = c->at - SECOND / 2,
				.actor = "operator",
				.text = "seen" };
			apply_incident_acknowledge(y->w, op);
			op = fresh(y, c->at);
		}
		op->close = (struct op_close){ *open, c->at - SECOND, c->at };
		apply_incident_close(y->w, op);
		*open = 0;
	}
}

static void
verdict_put(struct year *y, const struct change *c)
{
	struct op *op = fresh(y, c->at);

	if (y->cause[c->feed] == c->cause)
		return;
	y->cause[c->feed] = c->cause;
	op->verdict = (struct store_verdict){ .feed = c->feed,
		.state = (enum state)c->state,
		.cause = (enum cause)c->cause,
		.causes = c->cause != 0 ? (uint64_t)1 << c->cause : 0,
		.confidence = 95,
		.since_us = c->at - SECOND,
		.at_us = c->at,
		.evidence = "{\"samples\":3,\"fps\":14.9,\"kbps\":318,"
			    "\"last_good_s\":10}" };
	apply_verdict(y->w, op);
	y->verdicts++;
	incident_follow(y, c);
}

static void
overlays_put(struct year *y)
{
	struct op *op = fresh(y, y->mono + HOUR);
	int64_t utc = epoch_utc(y->w, y->mono);

	if (y->mono / DAY % 5 != 0)
		return;
	op->overlay = (struct store_overlay){ .kind = y->mono / DAY % 10 == 0
							  ? STORE_MUTE
							  : STORE_MAINTENANCE,
		.feed = 1 + y->mono / DAY % y->feeds,
		.tag = "",
		.from_utc = utc,
		.to_utc = utc + 6 * HOUR,
		.actor = "technician",
		.reason = "lens",
		.zone = "" };
	apply_overlay(y->w, op);
}

/* --- who watches */

static void
hour_of_people(struct year *y, int64_t at)
{
	for (int64_t c = 1; c <= CONSOLES; c++) {
		struct op *op = fresh(y, at);

		op->presence = (struct store_presence){ .console = c,
			.state = rand_r(&y->seed) % 4 ? PRESENCE_ATTENDED
						      : PRESENCE_IDLE,
			.since_us = at,
			.at_us = at,
			.evidence = "{}" };
		op->presence.why = op->presence.state == PRESENCE_ATTENDED
				       ? PRESENCE_WHY_INPUT
				       : PRESENCE_WHY_QUIET;
		apply_presence(y->w, op);
	}
	for (int64_t k = 0; k < 6 * CONSOLES; k++) {
		struct store_tile tiles[TILES];
		struct op *op = fresh(y, at + k / CONSOLES * 600 * SECOND);
		int64_t first = (at / HOUR * 6 * CONSOLES + k) * TILES;

		for (int64_t i = 0; i < TILES; i++)
			tiles[i] =
			    (struct store_tile){ 1 + (first + i) % y->feeds,
				    VIEW_COUNTS };
		op->display =
		    (struct store_display){ .screen = 1 + k % CONSOLES,
			    .power = SCREEN_ON,
			    .source = VIEW_FROM_AGENT,
			    .since_us = op->stamp_us,
			    .at_us = op->stamp_us,
			    .tiles = tiles,
			    .tile_count = TILES };
		apply_display(y->w, op);
	}
}

static void
sums_make(struct year *y, int64_t mono)
{
	while (watched_step(y->w, mono))
		;
}

/* --- signed */

static bool
key_make(struct year *y)
{
	static const uint8_t seed[32] = "a key that signs nothing else";
	char path[300], text[NOTE_KEY_TEXT], uuid[37];
	FILE *f;

	uuid_print(y->w->origin, uuid);
	snprintf(path, sizeof(path), "camwarden/%s", uuid);
	if (!note_ready() ||
	    !note_signer_make(&y->signer, path, NOTE_ED25519, seed))
		return false;
	snprintf(path, sizeof(path), "%s/ledger.pub", y->dir);
	note_key_print(&y->signer.key, text);
	f = fopen(path, "w");
	return f != NULL && fprintf(f, "%s\n", text) > 0 && fclose(f) == 0;
}

/* The store's own apply_checkpoint reads hundreds of lines to check what it is
 * given; that is not what is measured here. */
static void
checkpoint_put(struct year *y, int64_t at)
{
	struct op *op = fresh(y, at);
	struct note_checkpoint c = { .has_head = true };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE];
	char note[NOTE_CHECKPOINT + NOTE_LINE + 2];

	apply_head(y->w, op);
	c.size = op->head.size;
	c.utc_us = op->head.utc;
	memcpy(c.root, op->head.root, sizeof(c.root));
	memcpy(c.head, op->head.head, sizeof(c.head));
	memcpy(c.origin, y->signer.key.name, sizeof(c.origin));
	note_checkpoint_print(&c, text);
	if (!note_sign(&y->signer, text, strlen(text), 0, line)) {
		die(y, "a checkpoint was not signed");
		return;
	}
	snprintf(note, sizeof(note), "%s\n%s", text, line);
	db_run(&y->w->db,
	    "INSERT INTO checkpoint(size, utc, root, note) VALUES(?,?,?,?)",
	    "iibs", (int64_t)c.size, c.utc_us, c.root, sizeof(c.root), note);
}

static void
sign_to(struct year *y, int64_t mono)
{
	for (; y->signed_to + SIGN_EVERY <= mono; y->signed_to += SIGN_EVERY)
		checkpoint_put(y, y->signed_to + SIGN_EVERY);
}

/* --- days */

static void
day_put(struct year *y, bool people)
{
	size_t next = 0;

	for (int hour = 0; hour < 24 && y->w->db.rc == SQLITE_OK; hour++) {
		int64_t at = y->mono + hour * HOUR;

		db_script(&y->w->db, "BEGIN");
		if (people)
			hour_of_people(y, at);
		for (; next < y->count && y->list[next].at < at + HOUR;
		     next++) {
			sign_to(y, y->list[next].at);
			verdict_put(y, &y->list[next]);
		}
		sign_to(y, at + HOUR);
		epoch_alive(y->w, at + HOUR, false);
		db_script(&y->w->db, "COMMIT");
		if (people)
			sums_make(y, at + HOUR);
	}
}

static void
all_up(struct year *y)
{
	db_script(&y->w->db, "BEGIN");
	for (int64_t f = 1; f <= y->feeds; f++) {
		y->cause[f] = CAUSE_LEARNING;
		verdict_put(y, &(struct change){ y->mono + 20 * SECOND,
				   (uint32_t)f, STATE_UP, CAUSE_NONE });
	}
	db_script(&y->w->db, "COMMIT");
}

static bool
run_begin(struct year *y)
{
	struct store_now now;

	y->w = calloc(1, sizeof(*y->w));
	if (y->w == NULL ||
	    !db_open(&y->w->db, y->path,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) {
		die(y, "the database can't be opened");
		return false;
	}
	store_now(&now);
	memcpy(y->w->boot, now.boot, sizeof(y->w->boot));
	recover_settings(y->w);
	/* The disk's part is not what is measured here. */
	db_script(&y->w->db, "PRAGMA synchronous = OFF;"
			     "PRAGMA cache_size = -200000");
	recover_begin_run(y->w, y->mono, y->utc0 + y->mono - START_MONO);
	if (y->signed_to == 0 && !key_make(y))
		die(y, "no key");
	y->signed_to = y->mono;
	all_up(y);
	return y->w->db.rc == SQLITE_OK;
}

static void
run_end(struct year *y)
{
	watched_end(y->w);
	recover_end_run(y->w, y->mono);
	db_script(&y->w->db, "PRAGMA wal_checkpoint(TRUNCATE)");
	if (y->w->db.rc != SQLITE_OK)
		die(y, y->w->db.error);
	db_close(&y->w->db);
	free(y->w);
	y->w = NULL;
}

/* The first day on which somebody watches; found on the way when lines are
 * counted. */
static int64_t
people_from(const struct year *y, int64_t day, int64_t had)
{
	if (y->lines == 0)
		return y->days - WATCHED_DAYS;
	return had == 0 && y->w->at.seq > y->lines - y->lines / 16 ? day : had;
}

static void
days_make(struct year *y)
{
	int64_t people = 0;

	y->mono = START_MONO;
	run_begin(y);
	for (int64_t d = 0; d < y->days && !y->failed; d++) {
		people = people_from(y, d, people);
		/* A restart a month, and when the floor is declared. */
		if (d > 0 && (d % 30 == 0 || d == people)) {
			run_end(y);
			if (d == people)
				floor_declare(y);
			y->mono += 300 * SECOND;
			if (!run_begin(y))
				break;
			y->mono -= 300 * SECOND;
		}
		y->count = 0;
		faults_draw(y);
		outages_draw(y);
		qsort(y->list, y->count, sizeof(*y->list), by_time);
		while (y->count > 0 && d % 30 == 0 &&
		       y->list[0].at < y->mono + 400 * SECOND) {
			y->count--; /* not while it was off */
			memmove(y->list, y->list + 1,
			    y->count * sizeof(*y->list));
		}
		db_script(&y->w->db, "BEGIN");
		overlays_put(y);
		db_script(&y->w->db, "COMMIT");
		day_put(y, d >= people && people > 0);
		y->written = y->w->at.seq;
		if (y->lines > 0 && y->written >= y->lines)
			break;
		if (d % 10 == 9)
			db_script(&y->w->db, "PRAGMA wal_checkpoint(TRUNCATE)");
		if (d % 30 == 29)
			fprintf(stderr, "day %lld: %llu verdicts\n",
			    (long long)d + 1, (unsigned long long)y->verdicts);
		y->mono += DAY;
		if (y->w->db.rc != SQLITE_OK)
			die(y, y->w->db.error);
	}
	if (y->w != NULL)
		run_end(y);
}

static bool
options(struct year *y, int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--feeds") == 0)
			y->feeds = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--days") == 0)
			y->days = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--lines") == 0)
			y->lines = strtoll(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			y->seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--dir") == 0)
			snprintf(y->dir, sizeof(y->dir), "%s", argv[i + 1]);
		else
			return false;
	}
	return argc % 2 == 1 && y->dir[0] != '\0' && y->feeds > 0 &&
	       y->days > 0;
}

int
main(int argc, char **argv)
{
	struct year y = { .feeds = 3700, .days = 365, .seed = 1 };
	int64_t began = clock_mono_us();
	struct stat st = { 0 };

	if (!options(&y, argc, argv)) {
		fprintf(stderr, "usage: bench_year --dir DIR [--feeds N] "
				"[--days N] [--lines N] [--seed N]\n");
		return 2;
	}
	snprintf(y.path, sizeof(y.path), "%s/%s", y.dir, STORE_FILE);
	/* It ends with the last midnight. */
	y.utc0 = clock_utc_us() / DAY * DAY - y.days * DAY;
	y.op = calloc(1, sizeof(*y.op) + 65536);
	y.incident = calloc((size_t)y.feeds + 1, sizeof(*y.incident));
	y.cause = calloc((size_t)y.feeds + 1, 1);
	if (y.op == NULL || y.incident == NULL || y.cause == NULL)
		return 2;
	feeds_declare(&y);
	if (!y.failed)
		days_make(&y);
	if (stat(y.path, &st) != 0)
		die(&y, "no database");
	printf("{\"feeds\": %lld, \"days\": %lld, \"verdicts\": %llu, "
	       "\"incidents\": %llu, \"lines\": %lld, \"database_mb\": %.0f, "
	       "\"made_s\": "
	       "%.1f}\n",
	    (long long)y.feeds, (long long)y.days,
	    (unsigned long long)y.verdicts, (unsigned long long)y.incidents,
	    (long long)y.written, (double)st.st_size / 1e6,
	    (double)(clock_mono_us() - began) / 1e6);
	free(y.list);
	free(y.op);
	free(y.incident);
	free(y.cause);
	return y.failed ? 1 : 0;
}
