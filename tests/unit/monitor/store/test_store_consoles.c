/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consoles, screens, presence, displays, and what comes of them. */
#include "bench.h"

#include "monitor/inventory/floor.h"
#include "monitor/presence/watched.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/tiles.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"

#define HOUR (3600 * S)
#define FEEDS 5

static unsigned floors;
static int64_t drift; /* of the clock, since T0 */

static void
on_floor(void *arg)
{
	(void)arg;
	floors++;
}

static bool
floor_import(struct bench *b, enum floor_kind kind, const char *csv,
    bool complete)
{
	struct inventory_mistakes m = { 0 };
	struct floor_options opt = { kind, complete, "t.csv" };
	struct floor *wish = floor_new(), *now;
	struct inventory *inv;
	uint64_t revision;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	if (!floor_read(wish, kind, "t.csv", csv, strlen(csv), &m))
		fail_msg("%s", m.text);
	now = store_read_floor(r, &revision);
	inv = store_read_inventory(r, false, NULL);
	assert_non_null(now);
	assert_non_null(inv);
	struct floor_plan *plan = floor_plan_new(now, wish, inv, &opt, &m);

	if (plan == NULL)
		fail_msg("%s", m.text);
	store_reader_close(&r);
	floor_free(&wish);
	floor_free(&now);
	inventory_free(&inv);
	unsigned before = b->confirmed;

	assert_true(store_floor(b->store, plan, revision, "test", "why",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_int_equal(b->confirmed, before + 1);
	return b->last.ok;
}

#define CONSOLES                                                               \
	"console,room,site,idle_after_s\nD1,Control,North/Gate,300\n"          \
	"D2,Control,North/Gate,300\n"
#define PATTERNS "pattern,class,shows,tiles\nwall,vms*,layout,4\n"
#define SCREENS                                                                \
	"screen,console,room,output,layout,confirmed_by\n"                     \
	"S1,D1,,HDMI-1,North/Gate/cam1;North/Gate/cam2,wall\n"                 \
	"S2,D2,,,,\nW,,Control,,North/Gate/cam3,vms\n"
#define ROSTER                                                                 \
	"room,days,from,to,at_least,breaks,idle_after_s\n"                     \
	"Control,mon-fri,22:00,06:00,2,23:50-00:10,900\n"

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench_init(b);
	b->calls.on_floor = on_floor;
	b->mono = 2 * HOUR;
	bench_open(b);
	bench_feeds(b, FEEDS);
	assert_true(floor_import(b, FLOOR_CONSOLES, CONSOLES, false));
	assert_true(floor_import(b, FLOOR_PATTERNS, PATTERNS, false));
	assert_true(floor_import(b, FLOOR_SCREENS, SCREENS, false));
	assert_true(floor_import(b, FLOOR_ROSTER, ROSTER, false));
	*state = b;
	return 0;
}

/* Intervals of consoles and screens tile as those of feeds do. */
static void
tiles(struct bench *b)
{
	bench_tiles(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM (SELECT start, lag(end) "
			     "OVER w AS before,"
			     " lag(id) OVER w AS had FROM presence WINDOW w AS"
			     " (PARTITION BY console, epoch ORDER BY start))"
			     " WHERE had IS NOT NULL AND before IS NOT start"),
	    0);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM (SELECT start, lag(end) "
			     "OVER w AS before,"
			     " lag(id) OVER w AS had FROM display WINDOW w AS"
			     " (PARTITION BY screen, epoch ORDER BY start))"
			     " WHERE had IS NOT NULL AND before IS NOT start"),
	    0);
	assert_int_equal(
	    bench_int(b,
		"SELECT (SELECT count(*) FROM epoch e JOIN console c ON"
		"  c.removed IS NULL AND c.active <= e.start WHERE e.end >"
		"  e.start AND NOT EXISTS(SELECT 1 FROM presence p WHERE"
		"  p.console = c.id AND p.epoch = e.id AND p.end = e.end))"
		" + (SELECT count(*) FROM epoch e JOIN screen s ON"
		"  s.removed IS NULL AND s.active <= e.start WHERE e.end >"
		"  e.start AND NOT EXISTS(SELECT 1 FROM display d WHERE"
		"  d.screen = s.id AND d.epoch = e.id AND d.end = e.end))"),
	    0);
}

static struct store_reader *
reader(struct bench *b)
{
	struct store_now now;
	struct store_alive alive;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	store_now(&now);
	now.mono_us = b->mono;
	now.utc_us = T0 + b->mono + drift;
	assert_true(store_read_alive(r, &now, &alive));
	return r;
}

static void
presence(struct bench *b, int64_t console, enum presence state,
    enum presence_why why, int64_t since, int64_t at)
{
	struct store_presence p = { console, state, why, since, at,
		"{\"n\":1}" };

	bench_live(b, at);
	assert_true(store_presence(b->store, &p,
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	if (!b->last.ok)
		fail_msg("%s", b->error);
}

static void
display(struct bench *b, int64_t screen, enum screen_power power, int64_t since,
    int64_t at, const struct store_tile *list, size_t count)
{
	struct store_display d = { screen, power, VIEW_FROM_AGENT, since, at,
		list, count };

	bench_live(b, at);
	assert_true(
	    store_display(b->store, &d, &(struct store_done){ bench_done, b }));
	bench_drain(b);
	if (!b->last.ok)
		fail_msg("%s", b->error);
}

/* --- the floor */

static void
test_floor_there_and_back(void **state)
{
	struct bench *b = *state;
	struct store_reader *r = reader(b);
	struct floor *f = store_read_floor(r, NULL);
	char *text = floor_write(f, FLOOR_SCREENS);

	assert_string_equal(text,
	    "screen,console,room,output,layout,confirmed_by\r\n"
	    "S1,D1,,HDMI-1,\"North/Gate/cam1;North/Gate/cam2\",wall\r\n"
	    "S2,D2,,,,\r\nW,,Control,,North/Gate/cam3,vms\r\n");
	free(text);
	text = floor_write(f, FLOOR_ROSTER);
	assert_string_equal(text,
	    "room,console,days,from,to,at_least,breaks,idle_after_s,"
	    "prompt_after_s\r\n"
	    "Control,,mon-fri,22:00,06:00,2,23:50-00:10,900,0\r\n");
	free(text);
	assert_int_equal(f->rooms[0].id, 1);
	assert_string_equal(f->rooms[0].site, "North/Gate");
	assert_int_equal(f->screens[0].feeds[1], 2);
	floor_free(&f);
	store_reader_close(&r);
	assert_int_equal(floors, 4);
	floors = 0;
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind"
				      " IN ('room.add', 'console.add',"
				      " 'screen.add', 'pattern.add',"
				      " 'shift.add')"),
	    8);
	tiles(b);
}

static void
test_floor_again_and_out(void **state)
{
	struct bench *b = *state;

	assert_true(floor_import(b, FLOOR_CONSOLES, CONSOLES, true));
	assert_int_equal(b->last.changes, 0);
	assert_true(floor_import(b, FLOOR_ROSTER,
	    "room,days,from,to\nControl,mon,06:00,14:00\n", true));
	bench_live(b, b->mono + 60 * S);
	assert_true(floor_import(b, FLOOR_CONSOLES,
	    "console,room,site\nD1,Control,North/Gate\n", true));
	assert_int_equal(bench_int(b, "SELECT removed IS NOT NULL FROM screen "
				      "WHERE name ="
				      " 'S2'"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM presence WHERE"
				      " console = 2 AND end IS NULL"),
	    0);
	tiles(b);
	/* It comes back under its old number. */
	bench_live(b, b->mono + 60 * S);
	assert_true(floor_import(b, FLOOR_CONSOLES, CONSOLES, false));
	assert_int_equal(bench_int(b, "SELECT id FROM console WHERE name ="
				      " 'D2' AND removed IS NULL"),
	    2);
	/* For that time there is nothing, not even unknown. */
	assert_int_equal(bench_int(b, "SELECT count(*) FROM presence WHERE"
				      " console = 2"),
	    2);
}

static void
test_floor_meanwhile_changed(void **state)
{
	struct bench *b = *state;
	struct inventory_mistakes m = { 0 };
	struct floor_plan *plan;
	struct store_reader *r = reader(b);
	uint64_t revision;
	struct floor *f = store_read_floor(r, &revision);

	plan = floor_plan_remove(f, FLOOR_SCREENS, "S2", &m);
	assert_non_null(plan);
	assert_true(store_floor(b->store, plan, revision - 1, "t", "",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_non_null(strstr(b->error, "meanwhile"));
	floor_free(&f);
	store_reader_close(&r);
}

/* --- presence */

struct step {
	enum presence state;
	int64_t since, at; /* seconds */
	const char *after; /* "start:state start:state .." in seconds */
};

/* One after the other, from one start. */
static const struct step steps[] = {
	{ PRESENCE_ATTENDED, 10, 10, "0:0 10:1" },
	/* Better never reaches back. */
	{ PRESENCE_IDLE, 15, 20, "0:0 10:1 15:2" },
	{ PRESENCE_ATTENDED, 16, 30, "0:0 10:1 15:2 30:1" },
	/* Unknown takes attended time back, not idle time. */
	{ PRESENCE_UNKNOWN, 12, 40, "0:0 10:1 12:0 15:2 30:0" },
	{ PRESENCE_ATTENDED, 50, 50, "0:0 10:1 12:0 15:2 30:0 50:1" },
	/* What nobody knew stays unknown; what lies behind it is taken. */
	{ PRESENCE_SUSPECT, 5, 60, "0:0 10:4 12:0 15:4 30:0 50:4" },
	{ PRESENCE_IDLE, 61, 61, "0:0 10:4 12:0 15:4 30:0 50:4 61:2" },
	{ PRESENCE_ATTENDED, 70, 70, "0:0 10:4 12:0 15:4 30:0 50:4 61:2 70:1" },
	/* Suspect goes over milder ones, up to another suspicion. */
	{ PRESENCE_SUSPECT, 52, 80, "0:0 10:4 12:0 15:4 30:0 50:4 61:4" },
};

static void
presence_text(struct bench *b, int64_t t0, char *out, size_t size)
{
	sqlite3 *db = bench_sql(b);
	sqlite3_stmt *st;
	size_t n = 0;

	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT start, state FROM presence"
			     " WHERE console = 1 AND (end IS NULL OR end > ?)"
			     " ORDER BY epoch, start",
			     -1, &st, NULL),
	    SQLITE_OK);
	sqlite3_bind_int64(st, 1, T0 + t0);
	while (sqlite3_step(st) == SQLITE_ROW) {
		int64_t start = sqlite3_column_int64(st, 0) - T0 - t0;

		n += (size_t)snprintf(out + n, size - n, "%s%lld:%d",
		    n > 0 ? " " : "", (long long)(start < 0 ? 0 : start / S),
		    sqlite3_column_int(st, 1));
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
}

static void
test_presence_borders(void **state)
{
	struct bench *b = *state;
	int64_t t0 = b->mono;
	char text[256];

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		presence(b, 1, steps[i].state, (enum presence_why)(6 + (i & 1)),
		    t0 + steps[i].since * S, t0 + steps[i].at * S);
		presence_text(b, t0, text, sizeof(text));
		if (strcmp(text, steps[i].after) != 0)
			fail_msg("step %zu: %s, expected %s", i, text,
			    steps[i].after);
		tiles(b);
	}
	assert_true(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				 " 'presence'") >= 9);
}

static void
test_nobody_there(void **state)
{
	struct bench *b = *state;
	struct store_presence p = { 99, PRESENCE_IDLE, PRESENCE_WHY_QUIET,
		b->mono, b->mono, "{}" };
	struct store_display d = { .screen = 99, .at_us = b->mono };
	struct store_done done = { bench_done, b };

	assert_true(store_presence(b->store, &p, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_true(store_display(b->store, &d, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	tiles(b);
}

/* --- displays */

static void
test_tiles_packed(void **state)
{
	const struct store_tile list[] = { { 300, VIEW_SMALL },
		{ 7, VIEW_COUNTS }, { 300, VIEW_COUNTS }, { 0, VIEW_COUNTS },
		{ 1LL << 40, VIEW_MAYBE }, { -3, VIEW_COUNTS } };
	struct store_tile out[STORE_TILES];
	uint8_t packed[TILES_BYTES];
	size_t n = tiles_pack(list, 6, packed);

	(void)state;
	assert_int_equal(tiles_unpack(packed, n, out), 3);
	assert_int_equal(out[0].feed, 7);
	assert_int_equal(out[1].feed, 300);
	assert_int_equal(out[1].worth, VIEW_COUNTS);
	assert_int_equal(out[2].feed, 1LL << 40);
	/* Cut anywhere, it is less, never something else. */
	for (size_t k = 0; k < n; k++)
		assert_true(tiles_unpack(packed, k, out) <= 2);
	assert_int_equal(tiles_unpack((const uint8_t *)"\xff\xff\xff\xff\xff"
						       "\xff\xff\xff"
						       "\xff\xff\xff\xff",
			     12, out),
	    0);
}

static void
test_display_borders(void **state)
{
	const struct store_tile sure = { 1, VIEW_COUNTS };
	const struct store_tile maybe = { 1, VIEW_MAYBE };
	struct bench *b = *state;
	int64_t t0 = b->mono;

	/* What is sure begins when it is told, what is not when it began to be
	 * so. */
	display(b, 1, SCREEN_ON, t0, t0 + 10 * S, &sure, 1);
	display(b, 1, SCREEN_UNKNOWN, t0 + 20 * S, t0 + 30 * S, &maybe, 1);
	display(b, 1, SCREEN_ON, t0 + 30 * S, t0 + 40 * S, &sure, 1);
	display(b, 1, SCREEN_ON, t0 + 30 * S, t0 + 45 * S, &sure, 1); /* same */
	display(b, 1, SCREEN_OFF, t0 + 5 * S, t0 + 50 * S, NULL, 0);
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "SELECT group_concat(((start - %lld) / 1000000) || ':' || power, ' "
	    "')"
	    " = '10:1 20:0 40:3' FROM (SELECT * FROM display WHERE screen = 1"
	    " AND start > %lld ORDER BY start)",
	    (long long)(T0 + t0), (long long)(T0 + t0));
	assert_int_equal(bench_int(b, sql), 1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'display'"),
	    4);
	tiles(b);
}

/* --- gaps, steps, ends */

static bool
count_now(void *arg, const struct store_console_row *row)
{
	enum presence *state = arg;

	if (row->id == 1)
		*state = row->state;
	return true;
}

static void
test_cut_as_feeds_are(void **state)
{
	const struct store_tile sure = { 1, VIEW_COUNTS };
	struct bench *b = *state;
	int64_t t0 = b->mono;
	struct store_done done = { bench_done, b };

	presence(b, 1, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, t0 + S, t0 + S);
	display(b, 1, SCREEN_ON, t0 + S, t0 + S, &sure, 1);
	/* Nobody lived for 100 s. */
	b->mono += 100 * S;
	assert_true(store_heartbeat(b->store, b->mono));
	bench_drain(b);
	tiles(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM presence WHERE"
				      " console = 1 AND why = 5"
				      " AND end - start > 99000000"),
	    1);
	assert_int_equal(bench_int(b, "SELECT state FROM presence WHERE"
				      " console = 1 AND end IS NULL"),
	    PRESENCE_ATTENDED);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM display WHERE"
				      " screen = 1 AND power = 0 AND"
				      " length(tiles) = 0"
				      " AND end - start > 99000000"),
	    1);
	/* The clock is set back by an hour. */
	assert_true(store_epoch(b->store, T0 - HOUR, b->mono, "step", &done));
	bench_drain(b);
	tiles(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM display WHERE"
				      " end IS NULL AND epoch ="
				      " (SELECT max(id) FROM epoch)"),
	    3);
	bench_live(b, b->mono + 10 * S);
	/* The monitor ends, and another begins: it knows nothing of the time
	 * between, and nothing of now. */
	store_close(&b->store);
	b->mono += 500 * S;
	bench_open(b);
	bench_live(b, b->mono + 10 * S);
	tiles(b);
	assert_int_equal(bench_int(b, "SELECT why FROM presence WHERE console ="
				      " 1 AND end IS NULL"),
	    PRESENCE_WHY_NEVER_HEARD);
	/* A reader of a dead monitor knows nothing either. */
	presence(b, 1, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, b->mono, b->mono);
	enum presence now = PRESENCE_AWAY;
	struct store_reader *r = reader(b);

	assert_true(store_read_consoles(r, NULL, count_now, &now));
	assert_int_equal(now, PRESENCE_ATTENDED);
	store_reader_close(&r);
	b->mono += 10 * S;
	r = reader(b);
	assert_true(store_read_consoles(r, NULL, count_now, &now));
	assert_int_equal(now, PRESENCE_UNKNOWN);
	store_reader_close(&r);
}

static void
test_lost_presence_is_doubt(void **state)
{
	struct bench *b = *state;
	int64_t t0 = b->mono;
	unsigned resyncs;

	presence(b, 1, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, t0 + S, t0 + S);
	store_close(&b->store);
	b->config.queue_ops = 1;
	b->mono += S;
	bench_open(b);
	presence(b, 1, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, b->mono, b->mono);
	resyncs = b->resyncs;
	for (int i = 0; i < 200; i++) {
		struct store_presence p = { 1,
			i & 1 ? PRESENCE_ATTENDED : PRESENCE_IDLE,
			PRESENCE_WHY_INPUT, b->mono, b->mono, "{}" };

		if (!store_presence(b->store, &p, NULL))
			break;
	}
	for (int i = 0; i < 50 && b->resyncs == resyncs; i++) {
		b->mono += S;
		store_heartbeat(b->store, b->mono);
		bench_drain(b);
	}
	assert_true(b->resyncs > resyncs);
	assert_int_equal(bench_int(b, "SELECT state FROM presence WHERE console"
				      " = 1 AND end IS NULL"),
	    PRESENCE_UNKNOWN);
	tiles(b);
}

/* --- tokens, prompts, disputes */

static bool
count_tokens(void *arg, const struct store_token_row *row)
{
	unsigned *n = arg;

	*n += row->hash[0] == 7;
	return true;
}

static void
test_tokens(void **state)
{
	struct bench *b = *state;
	struct store_token t = { 1, CONSOLE_TOKEN_AGENT, { 7 }, b->mono, "me",
		"new" };
	struct store_done done = { bench_done, b };
	unsigned n = 0;

	assert_true(store_token_add(b->store, &t, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	int64_t id = b->last.id;

	/* The same hash again, of no console, of the VMS with a console. */
	assert_true(store_token_add(b->store, &t, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	t.hash[1] = 1;
	t.console = 77;
	assert_true(store_token_add(b->store, &t, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	t.console = 0;
	assert_true(store_token_add(b->store, &t, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	t.kind = CONSOLE_TOKEN_VMS;
	assert_true(store_token_add(b->store, &t, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	struct store_reader *r = reader(b);

	assert_true(store_read_tokens(r, false, count_tokens, &n));
	assert_int_equal(n, 2);
	assert_true(
	    store_token_revoke(b->store, id, b->mono, "me", "lost", &done));
	bench_drain(b);
	assert_true(b->last.ok);
	assert_true(
	    store_token_revoke(b->store, id, b->mono, "me", "lost", &done));
	bench_drain(b);
	assert_false(b->last.ok);
	n = 0;
	assert_true(store_read_tokens(r, false, count_tokens, &n));
	assert_int_equal(n, 1);
	n = 0;
	assert_true(store_read_tokens(r, true, count_tokens, &n));
	assert_int_equal(n, 2);
	store_reader_close(&r);
	/* No hash is told to the record. */
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE body"
				      " LIKE '%0700%'"),
	    0);
}

static bool
take_dispute(void *arg, const struct store_dispute_row *row)
{
	unsigned *n = arg;

	*n += strcmp(row->text, "I was there") == 0 &&
	      strcmp(row->console_name, "D1") == 0;
	return true;
}

static bool
take_prompt(void *arg, const struct store_prompt_row *row)
{
	unsigned *n = arg;

	*n += row->lost ? 100 : row->right ? 10 : row->answered_utc == 0;
	return true;
}

static void
test_prompts_and_disputes(void **state)
{
	struct bench *b = *state;
	int64_t t0 = b->mono;
	struct store_prompt p = { true, 1, t0, 0, t0, false, 0 };
	struct store_dispute d = { 1, T0, T0 + S, t0, "operator",
		"I was there" };
	struct store_done done = { bench_done, b };
	struct store_reader *r;
	unsigned n = 0;

	int64_t intervals = bench_int(b, "SELECT count(*) FROM presence");

	assert_true(store_prompt(b->store, &p, &done)); /* lost */
	p.asked_us += S;
	assert_true(store_prompt(b->store, &p, &done));
	p = (struct store_prompt){ false, 1, t0, t0 + S, t0 + S, true, 900 };
	assert_true(store_prompt(b->store, &p, &done));
	/* The end of one that was not said to have begun. */
	p.answered_us = 0;
	p.right = false;
	assert_true(store_prompt(b->store, &p, &done));
	assert_true(store_dispute(b->store, &d, &done));
	bench_drain(b);
	assert_true(b->last.ok);
	d.to_utc = d.from_utc;
	assert_true(store_dispute(b->store, &d, &done));
	bench_drain(b);
	assert_false(b->last.ok);
	r = reader(b);
	assert_true(store_read_prompts(r, 1, 0, INT64_MAX, take_prompt, &n));
	assert_int_equal(n, 111);
	n = 0;
	assert_true(store_read_disputes(r, 0, 0, INT64_MAX, take_dispute, &n));
	assert_int_equal(n, 1);
	store_reader_close(&r);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM presence"),
	    intervals);
}

static bool
take_incident(void *arg, const struct store_incident_row *row)
{
	unsigned *n = arg;

	*n += row->room == 1 && strcmp(row->place, "Control") == 0;
	return true;
}

static void
test_breach_of_the_roster(void **state)
{
	struct bench *b = *state;
	struct store_incident i = { .id = store_incident_next(b->store),
		.site = 1,
		.room = 1,
		.since_us = b->mono,
		.at_us = b->mono,
		.alertable = true,
		.text = "1 of 2 consoles attended" };
	unsigned n = 0;

	assert_true(store_incident_open(b->store, &i,
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_true(b->last.ok);
	struct store_reader *r = reader(b);

	assert_true(store_read_incidents(r, true, 0, 0, 9, take_incident, &n));
	assert_int_equal(n, 1);
	store_reader_close(&r);
}

/* --- what was watched */

struct line {
	int64_t us[WATCHED_COUNT];
	int64_t at, from;
	unsigned rows;
};

static bool
take_watched(void *arg, const struct store_watched_row *row)
{
	struct line *l = arg;

	assert_true(row->start_utc < row->end_utc);
	if (l->rows++ == 0)
		l->from = row->start_utc;
	else
		assert_int_equal(row->start_utc, l->at);
	l->at = row->end_utc;
	l->us[row->watched] += row->end_utc - row->start_utc;
	return true;
}

struct both {
	struct store_reader *r;
	unsigned feeds;
	int64_t us[WATCHED_COUNT];
};

/* The audit says of each feed what its time line says. */
static bool
take_unwatched(void *arg, const struct store_unwatched_row *row)
{
	struct both *c = arg;
	struct line l = { .rows = 0 };

	assert_true(store_read_watched(c->r, row->feed, row->from_utc,
	    row->to_utc, take_watched, &l));
	assert_int_equal(l.from, row->from_utc);
	assert_int_equal(l.at, row->to_utc);
	for (unsigned k = 0; k < WATCHED_COUNT; k++) {
		if (l.us[k] != row->audit->us[k])
			fail_msg("feed %lld, %s: %lld by line, %lld by sums",
			    (long long)row->feed, watched_name(k),
			    (long long)l.us[k], (long long)row->audit->us[k]);
		c->us[k] += l.us[k];
	}
	c->feeds++;
	return true;
}

static void
compare(struct bench *b, int64_t from_mono, int64_t to_mono, struct both *out)
{
	struct store_reader *one = reader(b);
	struct store_unwatched_ask ask = { .from_utc = T0 + from_mono,
		.to_utc = T0 + to_mono };

	memset(out, 0, sizeof(*out));
	out->r = reader(b);
	if (!store_read_unwatched(one, &ask, take_unwatched, out))
		fail_msg("%s", store_reader_error(one));
	store_reader_close(&one);
	store_reader_close(&out->r);
}

static void
test_watched_table(void **state)
{
	const struct store_tile list[] = { { 1, VIEW_COUNTS },
		{ 2, VIEW_SMALL } };
	struct bench *b = *state;
	int64_t t0 = b->mono;
	struct both c;

	for (int64_t f = 1; f <= FEEDS; f++)
		bench_verdict(b, f, CAUSE_NONE, t0, t0, false);
	presence(b, 1, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, t0 + 10 * S,
	    t0 + 10 * S);
	presence(b, 2, PRESENCE_IDLE, PRESENCE_WHY_QUIET, t0 + 10 * S,
	    t0 + 10 * S);
	display(b, 1, SCREEN_ON, t0 + 20 * S, t0 + 20 * S, list, 2);
	bench_verdict(b, 1, CAUSE_BLACK, t0 + 50 * S, t0 + 60 * S, true);
	presence(b, 1, PRESENCE_IDLE, PRESENCE_WHY_QUIET, t0 + 80 * S,
	    t0 + 80 * S);
	bench_live(b, t0 + 100 * S);
	compare(b, t0, t0 + 100 * S, &c);
	assert_int_equal(c.feeds, FEEDS);
	/* Feed 1: 20..50 watched, 50..80 a bad picture, 80..100 unattended. */
	assert_int_equal(c.us[WATCHED_WATCHED], 30 * S);
	assert_int_equal(c.us[WATCHED_BAD_PICTURE], 30 * S);
	assert_int_equal(c.us[WATCHED_UNATTENDED], 20 * S);
}

/* The wall of a room is attended when any console of it is. */
static void
test_wall_of_a_room(void **state)
{
	const struct store_tile list[] = { { 3, VIEW_COUNTS } };
	struct bench *b = *state;
	int64_t t0 = b->mono;
	struct both c;

	bench_verdict(b, 3, CAUSE_NONE, t0, t0, false);
	display(b, 3, SCREEN_ON, t0, t0, list, 1);
	presence(b, 1, PRESENCE_IDLE, PRESENCE_WHY_QUIET, t0, t0);
	presence(b, 2, PRESENCE_IDLE, PRESENCE_WHY_QUIET, t0, t0);
	presence(b, 2, PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, t0 + 10 * S,
	    t0 + 10 * S);
	bench_live(b, t0 + 20 * S);
	/* D2 moves out: nobody of the room is there any more. */
	assert_true(
	    floor_import(b, FLOOR_SCREENS, "screen,room\nS2,Control\n", false));
	assert_true(floor_import(b, FLOOR_ROSTER,
	    "room,days,from,to\nControl,mon,06:00,14:00\n", true));
	assert_true(floor_import(b, FLOOR_CONSOLES,
	    "console,room,site\nD2,Other,North/Gate\n", false));
	bench_live(b, t0 + 50 * S);
	compare(b, t0, t0 + 50 * S, &c);
	assert_int_equal(c.us[WATCHED_WATCHED], 10 * S);
	assert_int_equal(c.us[WATCHED_UNATTENDED], 40 * S);
	tiles(b);
}

/* --- sums: the writer without its thread */

static struct writer *
writer_of_bench(struct bench *b)
{
	struct writer *w = calloc(1, sizeof(*w));
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&w->db, path, SQLITE_OPEN_READWRITE, NULL));
	recover_settings(w);
	recover_begin_run(w, b->mono, T0 + b->mono);
	assert_int_equal(w->db.rc, SQLITE_OK);
	return w;
}

static void
apply(struct writer *w, struct op *op,
    void (*fn)(struct writer *w, struct op *op))
{
	op->result.ok = true;
	op->stamp_us = w->at.alive_us;
	fn(w, op);
	assert_true(op->result.ok);
	assert_int_equal(w->db.rc, SQLITE_OK);
	memset(op, 0, sizeof(*op));
}

static void
random_change(struct writer *w, struct op *op, int64_t at, unsigned *seed)
{
	struct store_tile list[4];
	int64_t back = rand_r(seed) % 8 == 0 ? rand_r(seed) % (int)(2 * HOUR)
					     : rand_r(seed) % (int)(30 * S);
	unsigned n = (unsigned)rand_r(seed) % 4;

	switch (rand_r(seed) % 3) {
	case 0:
		op->verdict =
		    (struct store_verdict){ .feed = 1 + rand_r(seed) % FEEDS,
			    .since_us = at - back,
			    .at_us = at,
			    .evidence = "{}" };
		op->verdict.cause = (enum cause)(rand_r(seed) % CAUSE_COUNT);
		op->verdict.state = cause_state(op->verdict.cause);
		op->verdict.causes = (uint64_t)1 << op->verdict.cause;
		apply(w, op, apply_verdict);
		break;
	case 1:
		op->presence = (struct store_presence){ 1 + rand_r(seed) % 2,
			(enum presence)(rand_r(seed) % PRESENCE_COUNT),
			(enum presence_why)(rand_r(seed) % 5), at - back, at,
			"{}" };
		apply(w, op, apply_presence);
		break;
	default:
		for (unsigned i = 0; i < n; i++)
			list[i] = (struct store_tile){ 1 + rand_r(seed) % FEEDS,
				(enum view_worth)(rand_r(seed) % 3) };
		op->display = (struct store_display){ 1 + rand_r(seed) % 3,
			(enum screen_power)(rand_r(seed) % 4), VIEW_FROM_AGENT,
			at - back, at, list, n };
		apply(w, op, apply_display);
	}
}

/* Some minutes, or a wrong clock at the start: a day back, two days ahead. */
static int64_t
clock_jump(unsigned *seed, bool wrong)
{
	if (!wrong || rand_r(seed) % 3 != 0)
		return rand_r(seed) % (int)(600 * S) - 300 * S;
	return (rand_r(seed) % 72 - 24) * HOUR + rand_r(seed) % 1000000;
}

/* However verdicts, presence and displays come, also late, across gaps and with
 * clocks set back: sums and intervals tell the same, to the microsecond. */
static void
sums_are_the_intervals(struct bench *b, unsigned seed, bool wrong)
{
	struct op *op = calloc(1, sizeof(*op));
	int64_t t0 = b->mono;

	store_close(&b->store);
	struct writer *w = writer_of_bench(b);
	int64_t at = t0;

	for (int i = 0; i < 600; i++) {
		at += 1 + rand_r(&seed) % (int)(150 * S);
		assert_true(db_script(&w->db, "BEGIN"));
		if (rand_r(&seed) % 60 == 0)
			epoch_gap(w, at);
		epoch_alive(w, at, false);
		random_change(w, op, at, &seed);
		if (rand_r(&seed) % 100 == 0) {
			op->word = (struct op_word){ .at_us = at,
				.utc =
				    w->at.anchor_us + clock_jump(&seed, wrong),
				.text = "step" };
			apply(w, op, epoch_step);
		}
		assert_true(db_script(&w->db, "COMMIT"));
		if (rand_r(&seed) % 3 == 0)
			watched_step(w, at);
	}
	assert_true(db_script(&w->db, "BEGIN"));
	epoch_alive(w, at, false);
	assert_true(db_script(&w->db, "COMMIT"));
	for (int i = 0; i < 200 && watched_step(w, at); i++)
		;
	assert_int_equal(w->db.rc, SQLITE_OK);
	/* Late news of hours that were summed, and no step since. */
	assert_true(db_script(&w->db, "BEGIN"));
	op->verdict = (struct store_verdict){ .feed = 2,
		.state = STATE_DOWN,
		.cause = CAUSE_BLACK,
		.causes = 1ull << CAUSE_BLACK,
		.since_us = at - 5 * HOUR,
		.at_us = at,
		.evidence = "{}" };
	apply(w, op, apply_verdict);
	assert_true(db_script(&w->db, "COMMIT"));
	b->mono = at;
	drift = w->at.anchor_us - T0;
	struct both c;

	assert_true(
	    db_int(&w->db, 0, "SELECT count(*) FROM watched_day", "") > 0);
	/* A clock may show less in the end than it did in the beginning. */
	int64_t end = at + drift, begin = end < t0 ? end - 12 * HOUR : t0;

	compare(b, begin, end, &c);
	assert_int_equal(c.feeds, FEEDS);
	assert_true(wrong || c.us[WATCHED_WATCHED] > 0);
	compare(b, t0 + HOUR + 1234567, at - 3 * HOUR - 7654321, &c);
	compare(b, t0 + 3 * HOUR, t0 + 3 * HOUR + 10 * S, &c);
	drift = 0;
	watched_end(w);
	db_close(&w->db);
	free(w);
	free(op);
	bench_open(b);
	tiles(b);
}

static void
test_sums_are_the_intervals(void **state)
{
	sums_are_the_intervals(*state, 4, false);
}

static void
test_sums_with_a_wrong_clock(void **state)
{
	sums_are_the_intervals(*state, 8, true);
}

/* A machine without a clock of its own begins in 1970: the years that it skips
 * are not summed hour by hour. */
static void
test_years_are_skipped(void **state)
{
	struct bench *b = *state;
	struct op *op = calloc(1, sizeof(*op));
	int64_t at = b->mono + HOUR, years = 50 * 365 * 24 * HOUR;
	int turns = 0;

	store_close(&b->store);
	struct writer *w = writer_of_bench(b);

	assert_true(db_script(&w->db, "BEGIN"));
	op->word = (struct op_word){ .at_us = at,
		.utc = w->at.anchor_us + years,
		.text = "step" };
	apply(w, op, epoch_step);
	epoch_alive(w, at + 3 * HOUR, false);
	assert_true(db_script(&w->db, "COMMIT"));
	while (watched_step(w, at + 3 * HOUR))
		assert_true(++turns < 20);
	assert_int_equal(w->db.rc, SQLITE_OK);
	assert_true(w->at.watched_hour > T0 + years);
	assert_int_equal(db_int(&w->db, -1, "SELECT count(*) FROM watched_due",
			     ""),
	    0);
	watched_end(w);
	db_close(&w->db);
	free(w);
	free(op);
}

/* Feed 1 is on D1's screen, and somebody is there or not. */
static void
see_and_sit(struct writer *w, struct op *op, int64_t at, bool there)
{
	struct store_tile one = { 1, VIEW_COUNTS };

	op->verdict = (struct store_verdict){ .feed = 1,
		.state = STATE_UP,
		.causes = 1ull << CAUSE_NONE,
		.since_us = at,
		.at_us = at,
		.evidence = "{}" };
	apply(w, op, apply_verdict);
	op->presence = (struct store_presence){ 1,
		there ? PRESENCE_ATTENDED : PRESENCE_IDLE,
		there ? PRESENCE_WHY_INPUT : PRESENCE_WHY_QUIET, at, at, "{}" };
	apply(w, op, apply_presence);
	op->display = (struct store_display){ 1, SCREEN_ON, VIEW_FROM_AGENT, at,
		at, &one, 1 };
	apply(w, op, apply_display);
}

/* An hour of the clock set back a month, then right again: nothing of what came
 * before, between and after is lost, and the month is not summed again. */
static void
test_a_month_back(void **state)
{
	struct bench *b = *state;
	struct op *op = calloc(1, sizeof(*op));
	int64_t at = b->mono, begun = at, month = 30 * 24 * HOUR;
	struct both c;

	store_close(&b->store);
	struct writer *w = writer_of_bench(b);

	for (int hour = 0; hour < 50; hour++) {
		assert_true(db_script(&w->db, "BEGIN"));
		if (hour == 30 || hour == 31) {
			op->word = (struct op_word){ .at_us = at,
				.utc = w->at.anchor_us +
				       (hour == 30 ? -month : month),
				.text = "step" };
			apply(w, op, epoch_step);
		}
		see_and_sit(w, op, at, hour % 2 == 0);
		at += HOUR;
		epoch_alive(w, at, false);
		assert_true(db_script(&w->db, "COMMIT"));
		for (int i = 0; i < 20 && watched_step(w, at); i++)
			;
		/* Of the month between, nothing becomes due. */
		assert_true(db_int(&w->db, -1,
				"SELECT count(*) FROM watched_due", "") < 3);
		assert_true(w->at.watched_hour > epoch_utc(w, at) - 3 * HOUR);
	}
	assert_int_equal(w->at.watched_top, 0);
	b->mono = at;
	compare(b, begun, at, &c);
	/* Hour 30 passed in another month: of this one nobody knows it. */
	assert_int_equal(c.us[WATCHED_WATCHED], 24 * HOUR);
	assert_int_equal(c.us[WATCHED_UNATTENDED], 25 * HOUR);
	assert_int_equal(c.us[WATCHED_UNKNOWN], FEEDS * HOUR);
	watched_end(w);
	db_close(&w->db);
	free(w);
	free(op);
	bench_open(b);
	tiles(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_floor_there_and_back),
		TEST(test_floor_again_and_out),
		TEST(test_floor_meanwhile_changed),
		TEST(test_presence_borders),
		TEST(test_nobody_there),
		TEST(test_tiles_packed),
		TEST(test_display_borders),
		TEST(test_cut_as_feeds_are),
		TEST(test_lost_presence_is_doubt),
		TEST(test_tokens),
		TEST(test_prompts_and_disputes),
		TEST(test_breach_of_the_roster),
		TEST(test_watched_table),
		TEST(test_a_month_back),
		TEST(test_wall_of_a_room),
		TEST(test_sums_are_the_intervals),
		TEST(test_sums_with_a_wrong_clock),
		TEST(test_years_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
