/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "monitor/store/lock.h"
#include "monitor/store/schema.h"
#include "monitor/store/store_read_web.h"
#include "monitor/store/store_report.h"

static int
teardown(void **state)
{
	struct bench *b = *state;

	if (b->store != NULL)
		bench_tiles(b);
	bench_fini(b);
	free(b);
	return 0;
}

static void
test_open_again(void **state)
{
	struct bench *b = *state;
	struct store_config c = b->config;
	char error[STORE_ERROR_BYTES];

	assert_null(store_open(&c, NULL, error));
	assert_non_null(strstr(error, "in use by another camwarden"));
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	store_close(&b->store);
	b->mono += 10 * S;
	bench_open(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM run"), 2);
	/* run, off, run */
	assert_int_equal(bench_int(b, "SELECT count(*) FROM epoch"), 3);
}

/* Its holder was killed, and a process that it had begun is not another program
 * yet. */
static void
test_lock_left(void **state)
{
	struct bench *b = *state;
	char path[160], error[STORE_ERROR_BYTES];
	int told[2];
	char end;

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/camwarden.lock", b->dir);
	assert_int_equal(pipe(told), 0);
	pid_t holder = fork();

	assert_true(holder >= 0);
	if (holder == 0) {
		int fd = open(path, O_RDWR);
		char who[32];
		int n = snprintf(who, sizeof(who), "%ld\n", (long)getpid());

		if (flock(fd, LOCK_EX) != 0 || ftruncate(fd, 0) != 0 ||
		    pwrite(fd, who, (size_t)n, 0) != n)
			_exit(1);
		close(told[0]);
		if (fork() == 0)
			usleep(700000);
		_exit(0);
	}
	close(told[1]);
	waitpid(holder, NULL, 0);
	int fd = lock_take(b->dir, error);

	assert_true(fd >= 0);
	assert_int_equal(read(told[0], &end, 1), 0); /* that one has ended */
	close(told[0]);
	close(fd);
}

static void
test_verdicts_make_intervals(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 2);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, false);
	bench_verdict(b, 1, CAUSE_STALLED, 110 * S, 112 * S, false);
	bench_verdict(b, 1, CAUSE_NONE, 113 * S, 114 * S, true);
	bench_drain(b);
	assert_true(b->last.ok);
	/* learning, up to the last good evidence, down, up from the proof */
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE feed = 1"),
	    4);
	assert_int_equal(bench_int(b, "SELECT start FROM interval WHERE feed = "
				      "1 AND state = 3"),
	    T0 + 110 * S);
	assert_int_equal(bench_int(b, "SELECT end FROM interval WHERE feed = 1 "
				      "AND state = 3"),
	    T0 + 113 * S);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM event WHERE kind = "
			     "'verdict' AND feed = 1"
			     " AND json_extract(body, '$.evidence.n') = 1"),
	    3);
}

struct seen {
	unsigned rows;
	struct store_feed_row feed; /* of the feed wanted, texts not kept */
	int64_t wanted;
	char site[64], zone[64], contact[64], tags[64];
};

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct seen *s = arg;

	s->rows++;
	if (row->id != s->wanted)
		return true;
	s->feed = *row;
	snprintf(s->site, sizeof(s->site), "%s", row->site);
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	snprintf(s->contact, sizeof(s->contact), "%s", row->contact);
	snprintf(s->tags, sizeof(s->tags), "%s", row->tags);
	return true;
}

/* What a reader shows of a feed `after` the store's own now. */
static struct seen
look(struct bench *b, int64_t feed, int64_t after)
{
	struct seen s = { .wanted = feed };
	struct store_alive alive;
	struct store_now now;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	store_now(&now);
	now.mono_us = b->mono + after;
	now.utc_us = T0 + now.mono_us;
	assert_true(store_read_alive(r, &now, &alive));
	assert_true(store_read_feeds(r, NULL, NULL, on_feed, &s));
	store_reader_close(&r);
	return s;
}

static void
test_true_up_to_the_heartbeat(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 2);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, true);
	bench_drain(b);
	struct seen s = look(b, 1, STORE_TRUE_US);

	assert_int_equal(s.rows, 2);
	assert_int_equal(s.feed.state, STATE_UP);
	assert_int_equal(s.feed.start_utc, T0 + 102 * S);
	s = look(b, 1, STORE_TRUE_US + 1);
	assert_int_equal(s.feed.state, STATE_UNKNOWN);
	assert_int_equal(s.feed.cause, CAUSE_MONITOR_OFF);
	assert_int_equal(s.feed.start_utc, T0 + 102 * S);
	/* Stopped in order: at once, however fresh the heartbeat. */
	store_close(&b->store);
	s = look(b, 1, 0);
	assert_int_equal(s.feed.cause, CAUSE_MONITOR_OFF);
	bench_open(b);
}

struct spans {
	unsigned n;
	struct store_interval_row row[32];
};

static bool
on_interval(void *arg, const struct store_interval_row *row)
{
	struct spans *s = arg;

	s->row[s->n++] = *row;
	return s->n < 32;
}

static struct spans
spans(struct bench *b, int64_t feed, int64_t from, int64_t to)
{
	struct spans s = { 0 };
	struct store_alive alive;
	struct store_now now;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	store_now(&now);
	now.mono_us = b->mono;
	now.utc_us = T0 + b->mono;
	assert_true(store_read_alive(r, &now, &alive));
	assert_true(store_read_intervals(r, feed, from, to, 0, INT64_MIN,
	    on_interval, &s));
	store_reader_close(&r);
	return s;
}

static void
test_off_time_is_unknown(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 1);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, false);
	bench_live(b, 110 * S);
	store_close(&b->store);
	b->mono = 160 * S;
	struct spans s = spans(b, 1, T0, INT64_MAX);

	assert_int_equal(s.row[s.n - 1].cause, CAUSE_MONITOR_OFF);
	assert_int_equal(s.row[s.n - 1].start_utc, T0 + 110 * S);
	assert_int_equal(s.row[s.n - 1].end_utc, STORE_OPEN);
	assert_int_equal(s.row[s.n - 2].end_utc, T0 + 110 * S);
	bench_open(b);
	s = spans(b, 1, T0, INT64_MAX);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.row[1].state, STATE_UP);
	assert_int_equal(s.row[2].cause, CAUSE_MONITOR_OFF);
	assert_int_equal(s.row[2].start_utc, T0 + 110 * S);
	assert_int_equal(s.row[2].end_utc, T0 + 160 * S);
	assert_int_equal(s.row[3].cause, CAUSE_LEARNING);
	assert_int_equal(s.row[3].end_utc, STORE_OPEN);
	/* Only what touches the asked span. */
	s = spans(b, 1, T0 + 110 * S, T0 + 160 * S);
	assert_int_equal(s.n, 1);
}

static void
test_late_main_loop(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 1);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, true);
	bench_live(b, 104 * S);
	b->mono = 130 * S; /* no heartbeat for 26 s */
	store_heartbeat(b->store, b->mono);
	bench_drain(b);
	struct spans s = spans(b, 1, T0, INT64_MAX);

	assert_int_equal(s.n, 4);
	assert_int_equal(s.row[2].cause, CAUSE_MONITOR_OFF);
	assert_int_equal(s.row[2].start_utc, T0 + 104 * S);
	assert_int_equal(s.row[3].state, STATE_UP);
	assert_int_equal(s.row[3].start_utc, T0 + 130 * S);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind = "
				      "'store.gap'"),
	    1);
}

/* Real clocks: the last moment counts as watched, and stays so. */
static void
test_orderly_stop(void **state)
{
	struct bench *b = *state;
	char error[STORE_ERROR_BYTES];

	store_close(&b->store);
	b->config.mono_us = b->config.utc_us = 0;
	b->store = store_open(&b->config, &b->calls, error);
	assert_non_null(b->store);
	bench_feeds(b, 1);
	usleep(50000);
	store_close(&b->store);
	assert_int_equal(bench_int(b,
			     "SELECT utc - start BETWEEN 50000 AND 3000000"
			     " FROM heartbeat, interval WHERE end IS NULL"),
	    1);
	assert_int_equal(bench_int(b, "SELECT stopped FROM heartbeat"), 1);
	b->store = store_open(&b->config, &b->calls, error);
	assert_non_null(b->store);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE cause = 30"
			     " AND end - start >= 50000"),
	    1);
}

static void
test_clock_step(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };

	bench_feeds(b, 2);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, false);
	bench_live(b, 104 * S);
	/* an hour back */
	assert_true(
	    store_epoch(b->store, T0 - 3600 * S, 105 * S, "clock", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	bench_verdict(b, 1, CAUSE_STALLED, 103 * S, 106 * S, false);
	bench_drain(b);
	bench_tiles(b);
	/* The evidence lies before the epoch: down from its begin. */
	assert_int_equal(bench_int(b,
			     "SELECT start FROM interval WHERE state = 3"),
	    T0 - 3600 * S + 105 * S);
	assert_int_equal(bench_int(b, "SELECT end FROM epoch WHERE id = 1"),
	    T0 + 105 * S);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM event WHERE kind = 'epoch'"),
	    1);
}

static void
test_inventory_life(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 3);
	assert_int_equal(b->inventories, 1);
	assert_true(bench_import(b, INVENTORY_SITES,
	    "site,zone,contact\nNorth,America/Tijuana,Ana\n", false));
	struct seen s = look(b, 2, 0);

	assert_string_equal(s.site, "North/Gate");
	assert_string_equal(s.zone, "America/Tijuana");
	assert_string_equal(s.contact, "Ana");
	bench_live(b, 105 * S);
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,enabled\nNorth/Gate,cam1,rtsp://10.0.0.1/s,yes\n"
	    "North/Gate,cam2,rtsp://10.0.0.2/s,no\n",
	    true));
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    1);
	assert_int_equal(bench_int(b,
			     "SELECT end FROM interval WHERE feed = 3"),
	    T0 + 105 * S);
	/* Disabled or removed: a late verdict is refused, the rest stands. */
	bench_verdict(b, 3, CAUSE_NONE, 105 * S, 105 * S, true);
	bench_drain(b);
	assert_false(b->last.ok);
	assert_non_null(strstr(b->last.error, "not watched"));
	bench_live(b, 107 * S);
	bench_feeds(b, 2);
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,enabled\nNorth/Gate,cam2,rtsp://10.0.0.2/s,yes\n",
	    false));
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    2);
	/* The off time covers each feed as long as it was watched. */
	store_close(&b->store);
	b->mono = 120 * S;
	bench_open(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE cause = 35"),
	    2);
}

static void
test_removed_lives_on(void **state)
{
	struct bench *b = *state;
	static const char csv[] =
	    "uuid,name,url\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e160355e,a,rtsp://h/1\n";

	assert_true(bench_import(b, INVENTORY_FEEDS, csv, true));
	assert_true(
	    bench_import(b, INVENTORY_FEEDS, "name,url\nb,rtsp://h/2\n", true));
	bench_live(b, 105 * S);
	assert_true(bench_import(b, INVENTORY_FEEDS, csv, true));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed"), 2);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    1);
}

static void
test_swapped_names(void **state)
{
	struct bench *b = *state;

	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "uuid,name,url\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e1603550,a,rtsp://h/1\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e1603551,b,rtsp://h/2\n",
	    true));
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "uuid,name,url\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e1603550,b,rtsp://h/1\n"
	    "6fa459ea-ee8a-4ca4-894e-db77e1603551,a,rtsp://h/2\n",
	    true));
	assert_int_equal(bench_int(b, "SELECT id FROM feed WHERE name = 'b'"),
	    1);
}

/* A plan against an older inventory is refused whole. */
static void
test_two_imports(void **state)
{
	struct bench *b = *state;
	struct inventory_mistakes m = { 0 };
	struct inventory *none = inventory_new(), *wish = inventory_new();
	static const char csv[] = "name,url\nx,rtsp://h/1\n";
	struct inventory_options opt = { INVENTORY_FEEDS, false, bench_random,
		b, "f" };

	assert_true(inventory_read(wish, INVENTORY_FEEDS, "f", csv,
	    sizeof(csv) - 1, &m));
	struct inventory_plan *plan = inventory_plan_new(none, wish, &opt, &m);

	bench_feeds(b, 1);
	assert_true(store_inventory(b->store, plan, 1, "test", "why",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_non_null(strstr(b->last.error, "changed meanwhile"));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed"), 1);
	inventory_free(&none);
	inventory_free(&wish);
}

static void
test_passwords_stay_apart(void **state)
{
	struct bench *b = *state;
	char path[128], *bytes = malloc(4 << 20);

	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "name,url\nx,rtsp://admin:hunter2@h/1\n", false));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed WHERE url = "
				      "'rtsp://h/1'"),
	    1);
	assert_int_equal(bench_int(b, "SELECT (SELECT count(*) FROM event WHERE"
				      " body LIKE '%hunter2%') + (SELECT"
				      " count(*) FROM private WHERE body"
				      " LIKE '%hunter2%')"),
	    0);
	/* Nor in the file at all (test_store_sealed). */
	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	FILE *f = fopen(path, "rb");
	size_t n = fread(bytes, 1, 4 << 20, f), hits = 0;

	fclose(f);
	for (size_t i = 0; i + 7 <= n; i++)
		hits += memcmp(bytes + i, "hunter2", 7) == 0;
	assert_int_equal(hits, 0);
	free(bytes);
	bench_open(b);
}

struct picture {
	int64_t id, utc, incident;
	size_t length;
	char first;
};

static void
on_picture(void *arg, const struct store_picture *p)
{
	*(struct picture *)arg = (struct picture){ p->id, p->utc, p->incident,
		p->length, *(const char *)p->png };
}

static bool
picture(struct bench *b, int64_t feed, int kind, int64_t id,
    struct picture *out)
{
	char error[256];
	bool found;
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(
	    store_read_picture(r, feed, kind, id, on_picture, out, &found));
	store_reader_close(&r);
	return found;
}

static void
thumbnail(struct bench *b, int64_t feed, enum store_thumbnail_kind kind,
    int64_t incident, const char *png)
{
	struct store_thumbnail t = { feed, kind, b->mono, incident, 320, 180,
		png, strlen(png) };

	assert_true(store_thumbnail(b->store, &t,
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
}

/* The first letter of an incident's picture, 0 when there is none. */
static char
evidence(struct bench *b, int64_t incident, int kind)
{
	struct picture p = { 0 };
	char error[256];
	bool found;
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(
	    store_read_evidence(r, incident, kind, on_picture, &p, &found));
	store_reader_close(&r);
	return found ? p.first : 0;
}

static bool
on_incident(void *arg, const struct store_incident_row *row)
{
	*(struct store_incident_row *)arg = *row;
	return true;
}

static void
test_incident_with_pictures(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };
	struct store_incident_row row = { 0 };
	struct picture p;
	char error[256];
	int64_t id = store_incident_next(b->store);

	bench_feeds(b, 2);
	thumbnail(b, 1, STORE_LAST_GOOD, 0, "1 old good");
	thumbnail(b, 1, STORE_LAST_GOOD, 0, "2 good");
	thumbnail(b, 1, STORE_CURRENT, 0, "3 now");
	thumbnail(b, 1, STORE_CURRENT, 0, "4 now");
	assert_int_equal(bench_int(b, "SELECT count(*) FROM thumbnail"), 2);
	struct store_incident i = { id, 1, 0, 101 * S, 101 * S, CAUSE_FROZEN,
		true, "frozen" };

	assert_true(store_incident_open(b->store, &i, &done));
	thumbnail(b, 1, STORE_FIRST_BAD, id, "5 bad");
	thumbnail(b, 1, STORE_LAST_GOOD, 0, "6 good again");
	i.text = "frozen, then black";
	i.cause = CAUSE_BLACK;
	assert_true(store_incident_change(b->store, &i, &done));
	bench_live(b, 103 * S);
	assert_true(store_incident_acknowledge(b->store, id, 103 * S, "ana",
	    "on my way", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_true(store_incident_acknowledge(b->store, id, 103 * S, "bob", "",
	    &done));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_true(
	    store_incident_close(b->store, id, 102 * S, 103 * S, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_true(store_read_incidents(r, false, T0, INT64_MAX, 10,
	    on_incident, &row));
	assert_int_equal(row.cause, CAUSE_BLACK);
	assert_int_equal(row.good_utc, T0 + 102 * S);
	assert_int_equal(row.closed_utc, T0 + 103 * S);
	assert_int_equal(row.acknowledged_utc, T0 + 103 * S);
	store_reader_close(&r);
	assert_true(picture(b, 0, 0, row.before, &p));
	assert_int_equal(p.first, '2');
	assert_int_equal(p.incident, id);
	assert_true(picture(b, 0, 0, row.after, &p));
	assert_int_equal(p.first, '5');
	assert_true(picture(b, 1, STORE_LAST_GOOD, 0, &p));
	assert_true(picture(b, 1, STORE_CURRENT, 0, &p));
	assert_int_equal(p.first, '4');
	thumbnail(b, 1, STORE_RECOVERED, id, "7 well");
	assert_int_equal(evidence(b, id, STORE_LAST_GOOD), '2');
	assert_int_equal(evidence(b, id, STORE_FIRST_BAD), '5');
	assert_int_equal(evidence(b, id, STORE_RECOVERED), '7');
	assert_int_equal(evidence(b, id, STORE_CURRENT), 0);
	assert_int_equal(evidence(b, id + 1, STORE_FIRST_BAD), 0);
	/* Numbers go on after a restart. */
	store_close(&b->store);
	bench_open(b);
	assert_true(store_incident_next(b->store) > id);
}

static bool
on_trouble(void *arg, const struct store_trouble_row *row)
{
	*(struct store_trouble_row *)arg = *row;
	return true;
}

/* What a report says of its pictures as of a line. */
static struct store_trouble_row
trouble_as_of(struct bench *b, int64_t seq)
{
	struct store_trouble_row row = { 0 };
	struct store_stand stand;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(store_read_stand(r, T0 + 110 * S, seq, &stand));
	assert_true(
	    store_read_troubles(r, &stand, T0, T0 + 110 * S, on_trouble, &row));
	store_reader_close(&r);
	return row;
}

/* Pictures that were taken before a moment and stored after it: a report as of
 * that moment comes out the same later. */
static void
test_picture_stored_later(void **state)
{
	struct bench *b = *state;
	int64_t id = store_incident_next(b->store), then[3];
	const struct store_incident i = { id, 1, 0, 101 * S, 101 * S,
		CAUSE_FROZEN, true, "frozen" };

	bench_feeds(b, 1);
	assert_true(store_incident_open(b->store, &i,
	    &(struct store_done){ bench_done, b }));
	bench_live(b, 111 * S);
	then[0] = bench_int(b, "SELECT max(seq) FROM event");
	b->mono = 102 * S;
	thumbnail(b, 1, STORE_FIRST_BAD, id, "bad");
	then[1] = bench_int(b, "SELECT max(seq) FROM event");
	thumbnail(b, 1, STORE_RECOVERED, id, "well");
	then[2] = bench_int(b, "SELECT max(seq) FROM event");
	assert_int_equal(trouble_as_of(b, then[0]).after.id, 0);
	assert_int_not_equal(trouble_as_of(b, then[1]).after.id, 0);
	assert_int_equal(trouble_as_of(b, then[1]).recovered.id, 0);
	assert_int_not_equal(trouble_as_of(b, then[2]).recovered.id, 0);
}

/* What was called before a moment and written after it wasn't known then: an
 * incident, that it was seen, that it is over. */
static void
test_incident_stored_later(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };
	int64_t id = store_incident_next(b->store), then[4];
	const struct store_incident i = { id, 1, 0, 101 * S, 101 * S,
		CAUSE_FROZEN, true, "frozen" };

	bench_feeds(b, 1);
	bench_live(b, 111 * S);
	then[0] = bench_int(b, "SELECT max(seq) FROM event");
	assert_true(store_incident_open(b->store, &i, &done));
	bench_drain(b);
	then[1] = bench_int(b, "SELECT max(seq) FROM event");
	assert_true(store_incident_acknowledge(b->store, id, 103 * S, "ana",
	    "on my way", &done));
	bench_drain(b);
	then[2] = bench_int(b, "SELECT max(seq) FROM event");
	assert_true(
	    store_incident_close(b->store, id, 104 * S, 105 * S, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	then[3] = bench_int(b, "SELECT max(seq) FROM event");
	assert_int_equal(trouble_as_of(b, then[0]).incident.id, 0);
	assert_int_equal(trouble_as_of(b, then[1]).incident.id, id);
	assert_int_equal(trouble_as_of(b, then[1]).incident.acknowledged_utc,
	    0);
	assert_int_not_equal(trouble_as_of(b, then[2])
				 .incident.acknowledged_utc,
	    0);
	assert_int_equal(trouble_as_of(b, then[2]).incident.closed_utc, 0);
	assert_int_not_equal(trouble_as_of(b, then[3]).incident.closed_utc, 0);
}

static void
test_no_picture(void **state)
{
	struct bench *b = *state;
	struct picture p;

	bench_feeds(b, 1);
	thumbnail(b, 1, STORE_CURRENT, 0, "1");
	thumbnail(b, 1, STORE_FIRST_BAD, 7, "2");
	assert_true(picture(b, 1, STORE_CURRENT, 0, &p));
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,no_picture\n"
	    "North/Gate,cam1,rtsp://10.0.0.1/s,yes\n",
	    false));
	assert_false(picture(b, 1, STORE_CURRENT, 0, &p));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM thumbnail"), 0);
	thumbnail(b, 1, STORE_CURRENT, 0, "3");
	assert_false(b->last.ok);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM thumbnail"), 0);
}

static void
test_overlays(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };
	struct store_overlay o = { STORE_MAINTENANCE, 0, 0, "", T0 + 100 * S,
		T0 + 200 * S, "ana", "lamp change" };

	bench_feeds(b, 1);
	o.site = bench_int(b, "SELECT id FROM site WHERE path = 'North'");
	assert_true(store_overlay(b->store, &o, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	int64_t id = b->last.id;
	struct seen s = look(b, 1, 0);

	assert_true(s.feed.maintenance);
	assert_false(s.feed.mute);
	assert_true(store_overlay_end(b->store, id, STORE_MUTE, T0 + 100 * S,
	    "ana", "done", &done));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_non_null(strstr(b->last.error, "is maintenance, not a mute"));
	assert_true(store_overlay_end(b->store, id, STORE_MAINTENANCE,
	    T0 + 100 * S, "ana", "done", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_false(look(b, 1, 0).feed.maintenance);
	o.to_utc = o.from_utc;
	assert_true(store_overlay(b->store, &o, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event e JOIN"
				      " private p USING(seq) WHERE e.kind"
				      " LIKE 'maintenance.%'"
				      " AND p.actor = 'ana'"),
	    2);
}

struct slots {
	unsigned n;
	struct store_rollup_row row[8];
};

static bool
on_slot(void *arg, const struct store_rollup_row *row)
{
	struct slots *s = arg;

	s->row[s->n++] = *row;
	return s->n < 8;
}

static void
test_rollups(void **state)
{
	struct bench *b = *state;
	struct slots s = { 0 };
	char error[256];

	bench_feeds(b, 1);
	assert_true(store_rollup(b->store,
	    &(struct store_rollup){ 1, 100 * S, 14990, 321, 1234 }));
	assert_true(store_rollup(b->store,
	    &(struct store_rollup){ 1, 100 * S + 7 * 600 * S, 99999999,
		99999999, 99999999 }));
	/* over midnight UTC */
	assert_true(store_rollup(b->store,
	    &(struct store_rollup){ 1, 86400 * S, 5000, 100, 0 }));
	bench_drain(b);
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_true(store_read_rollups(r, 1, T0 - 86400 * S, T0 + 3 * 86400 * S,
	    on_slot, &s));
	store_reader_close(&r);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.row[0].slot_utc,
	    (T0 + 100 * S) / 600000000 * 600000000);
	assert_int_equal(s.row[0].fps_milli, 14990);
	assert_int_equal(s.row[0].kbps, 321);
	assert_int_equal(s.row[0].loss_ppm, 1234);
	assert_int_equal(s.row[1].fps_milli, 655340);
	assert_int_equal(s.row[1].kbps, 0xffffff);
	assert_int_equal(s.row[1].loss_ppm, 1000000);
	assert_int_equal(s.row[2].fps_milli, 5000);
}

static bool
on_learned(void *arg, const struct store_learned_row *row)
{
	struct picture *p = arg;

	p->length = row->judge_length;
	p->first = *(const char *)row->judge;
	assert_int_equal(row->wire_length, 0);
	return true;
}

static void
test_learned(void **state)
{
	struct bench *b = *state;
	struct picture p = { 0 };
	char error[256];

	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "name,url\nx,rtsp://u:p@h/1\n", false));
	assert_true(store_learned(b->store, 1, STORE_LEARNED_JUDGE, "abc", 3));
	assert_true(store_learned(b->store, 1, STORE_LEARNED_JUDGE, "xy", 2));
	assert_true(store_learned(b->store, 9, STORE_LEARNED_JUDGE, "no", 2));
	bench_drain(b);
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_true(store_read_learned(r, on_learned, &p));
	store_reader_close(&r);
	assert_int_equal(p.length, 2);
	assert_int_equal(p.first, 'x');
	/* It is the same camera until it is asked for elsewhere. */
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "name,url,relay,tags\nx,rtsp://h/1,rtsp://r/1,t\n", false));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM learned"), 0);
	assert_true(store_learned(b->store, 1, STORE_LEARNED_JUDGE, "z", 1));
	bench_drain(b);
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "name,url,tags\nx,rtsp://h/2,u\n", false));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM learned"), 1);
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "name,url,relay\nx,rtsp://h/2,\n", false));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM learned"), 0);
}

struct writes_while_reading {
	struct bench *b;
	unsigned rows;
};

static bool
write_on(void *arg, const struct store_feed_row *row)
{
	struct writes_while_reading *w = arg;

	w->rows++;
	bench_verdict(w->b, row->id, CAUSE_FROZEN, w->b->mono,
	    w->b->mono + 1000, true);
	bench_drain(w->b);
	assert_true(w->b->last.ok);
	assert_int_equal(row->state, STATE_UNKNOWN); /* its own snapshot */
	return true;
}

static void
test_reader_and_writer(void **state)
{
	struct bench *b = *state;
	struct writes_while_reading w = { b, 0 };
	struct store_alive alive;
	struct store_health health;
	struct store_now now;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	bench_feeds(b, 20);
	store_now(&now);
	now.mono_us = b->mono;
	now.utc_us = T0 + b->mono;
	assert_true(store_read_alive(r, &now, &alive));
	assert_true(store_read_feeds(r, "North", NULL, write_on, &w));
	assert_int_equal(w.rows, 20);
	/* A reader holds nothing between calls: the WAL is emptied. */
	for (int i = 0; i < 40; i++)
		thumbnail(b, 1 + i % 20, STORE_CURRENT, 0,
		    "some bytes of a picture");
	for (int i = 0; i < 500; i++)
		bench_verdict(b, 1 + i % 20,
		    i / 20 % 2 ? CAUSE_NONE : CAUSE_BLACK, b->mono,
		    b->mono + 1000, false);
	bench_drain(b);
	store_health(b->store, &health);
	assert_false(health.failing);
	assert_true(health.wal_pages < 1500);
	store_reader_close(&r);
}

static void
test_events_chain(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 3);
	assert_true(store_event(b->store, 100 * S, "config.reload", "root",
	    "{\"file\":\"x\"}", NULL));
	assert_true(store_event(b->store, 100 * S, "odd", "root", "not json",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	store_close(&b->store);
	bench_open(b);
	assert_true(bench_chain(b) > 5);
}

/* What is exported reads back to no change, with passwords or without. */
static void
test_export(void **state)
{
	struct bench *b = *state;
	char error[256];

	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,device,tags,visit,no_picture\n"
	    "A/B,=x,rtsp://u:p@h/1,nvr,\"b,a\",10s/5m,yes\n"
	    "A,y,rtsp://h/2,nvr,,,\n,z,http://w/m,,,,\n",
	    false));
	for (int k = 0; k < 6; k++) {
		enum inventory_kind kind = (enum inventory_kind)(k % 3);
		struct store_reader *r = store_reader_open(b->dir, error);
		struct keys *keys = bench_keys(b);

		store_reader_keys(r, keys);
		struct inventory *inv = store_read_inventory(r, k < 3, NULL);
		char *csv = inventory_write(inv, kind, k < 3);

		assert_true(strstr(csv, ",p\r\n") == NULL || k < 3);
		assert_true(bench_import(b, kind, csv, true));
		assert_int_equal(b->last.changes, 0);
		free(csv);
		inventory_free(&inv);
		store_reader_close(&r);
		keys_free(&keys);
	}
	assert_int_equal(bench_int(b, "SELECT count(*) FROM credential"), 1);
}

static void
test_tool_changes_while_off(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 2);
	bench_live(b, 104 * S);
	store_close(&b->store);
	b->config.tool = true;
	b->mono = 120 * S;
	bench_open(b);
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url\nNorth/Gate,cam1,rtsp://10.0.0.1/s\n"
	    "North/Gate,new,rtsp://10.0.0.9/s\n",
	    true));
	store_close(&b->store);
	b->config.tool = false;
	b->mono = 150 * S;
	bench_open(b);
	/* off: cam1 all the time, cam2 until removed, new since added */
	assert_int_equal(bench_int(b, "SELECT sum(end - start) FROM interval"
				      " WHERE cause = 35"),
	    (46 + 16 + 30) * S);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    2);
}

static void
test_clock_back_while_off(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 1);
	bench_live(b, 104 * S);
	store_close(&b->store);
	b->mono = 50 * S; /* another boot, its clock behind */
	bench_open(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE cause = 35"),
	    0);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup_empty, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lock_left),
		TEST(test_open_again),
		TEST(test_verdicts_make_intervals),
		TEST(test_true_up_to_the_heartbeat),
		TEST(test_off_time_is_unknown),
		TEST(test_late_main_loop),
		TEST(test_orderly_stop),
		TEST(test_clock_step),
		TEST(test_inventory_life),
		TEST(test_removed_lives_on),
		TEST(test_swapped_names),
		TEST(test_two_imports),
		TEST(test_passwords_stay_apart),
		TEST(test_incident_with_pictures),
		TEST(test_picture_stored_later),
		TEST(test_incident_stored_later),
		TEST(test_no_picture),
		TEST(test_overlays),
		TEST(test_rollups),
		TEST(test_learned),
		TEST(test_reader_and_writer),
		TEST(test_events_chain),
		TEST(test_export),
		TEST(test_tool_changes_while_off),
		TEST(test_clock_back_while_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
