/* SPDX-License-Identifier: GPL-3.0-or-later */
/* References: approved, shown, given a picture, approved again, cleared. */
#include "bench.h"

#include "monitor/store/reference.h"

static int
set_up(void **state)
{
	static struct bench b;

	bench_init(&b);
	bench_open(&b);
	bench_feeds(&b, 3);
	*state = &b;
	return 0;
}

static int
tear_down(void **state)
{
	bench_fini(*state);
	return 0;
}

static bool
post(struct bench *b, int64_t feed, bool clear, const char *blob)
{
	const struct store_reference r = { .feed = feed,
		.clear = clear,
		.at_us = b->mono,
		.actor = "unix:ana",
		.reason = "walked round",
		.judge = blob,
		.judge_length = strlen(blob) };
	unsigned before = b->confirmed;

	assert_true(store_reference(b->store, &r,
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_int_equal(b->confirmed, before + 1);
	return b->last.ok;
}

static bool
picture(struct bench *b, int64_t feed, const char *png)
{
	const struct store_thumbnail t = { .feed = feed,
		.kind = STORE_REFERENCE,
		.at_us = b->mono,
		.width = 4,
		.height = 3,
		.png = png,
		.length = strlen(png) };

	assert_true(store_thumbnail(b->store, &t,
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	return b->last.ok;
}

struct seen {
	unsigned rows, with, pictures;
	int64_t utc[4];
	char actor[32], reason[32];
};

static bool
on_row(void *arg, const struct store_reference_row *row)
{
	struct seen *s = arg;

	s->rows++;
	s->with += row->utc != 0;
	s->pictures += row->picture_utc != 0;
	s->utc[row->feed] = row->utc;
	if (row->utc == 0)
		return true;
	snprintf(s->actor, sizeof(s->actor), "%s", row->actor);
	snprintf(s->reason, sizeof(s->reason), "%s", row->reason);
	assert_string_equal(row->site, "North/Gate");
	assert_int_equal(strlen(row->uuid), 36);
	return true;
}

static struct seen
look(struct bench *b, const char *site)
{
	struct seen s = { 0 };
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(store_read_references(r, site, on_row, &s));
	store_reader_close(&r);
	return s;
}

static void
test_approve_and_clear(void **state)
{
	struct bench *b = *state;

	assert_int_equal(look(b, NULL).with, 0);
	assert_true(post(b, 2, false, "pinned"));

	struct seen s = look(b, NULL);

	assert_int_equal(s.rows, 3);
	assert_int_equal(s.with, 1);
	assert_int_equal(s.utc[2], T0 + b->mono);
	assert_string_equal(s.actor, "unix:ana");
	assert_string_equal(s.reason, "walked round");
	assert_int_equal(look(b, "North").rows, 3);
	assert_int_equal(look(b, "Nor").rows, 0);
	/* What the judge pinned survives with it. */
	assert_int_equal(bench_int(b, "SELECT bytes = x'70696e6e6564' FROM "
				      "learned WHERE feed = 2 AND kind = 1"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event e JOIN"
				      " private p USING(seq) WHERE e.kind ="
				      " 'reference.approve' AND feed = 2 AND "
				      "p.actor = 'unix:ana' AND json_extract("
				      "p.body, '$.reason') = 'walked round'"),
	    1);
	assert_true(post(b, 2, true, "plain"));
	assert_int_equal(look(b, NULL).with, 0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'reference.clear' AND feed = 2"),
	    1);
	assert_false(post(b, 99, false, "x"));
	assert_string_equal(b->error, "no such feed");
}

/* A picture only beside an approval, and never an older one's. */
static void
test_picture(void **state)
{
	struct bench *b = *state;

	assert_false(picture(b, 1, "early"));
	assert_true(post(b, 1, false, "a"));
	assert_true(picture(b, 1, "one"));
	assert_int_equal(look(b, NULL).pictures, 1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'thumbnail' AND json_extract(body, "
				      "'$.what') = 'reference'"),
	    1);
	assert_true(picture(b, 1, "two"));
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM thumbnail WHERE kind = 5"),
	    1);
	assert_true(post(b, 1, false, "b"));
	assert_int_equal(look(b, NULL).with, 1);
	assert_int_equal(look(b, NULL).pictures, 0);
	assert_true(picture(b, 1, "three"));
	assert_true(post(b, 1, true, "c"));
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM thumbnail WHERE kind = 5"),
	    0);
	assert_false(picture(b, 1, "late"));
}

static void
test_removed_feed(void **state)
{
	struct bench *b = *state;

	assert_true(post(b, 1, false, "a"));
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url\nNorth/Gate,cam2,rtsp://10.0.0.2/s\n", true));
	assert_int_equal(bench_int(b, "SELECT count(*) FROM reference"), 0);
	assert_false(post(b, 1, false, "a"));
}

/* Of a feed without pictures nothing is kept that could be one. */
static void
test_no_picture(void **state)
{
	struct bench *b = *state;

	assert_true(post(b, 1, false, "a"));
	assert_true(post(b, 2, false, "b"));
	assert_true(picture(b, 1, "one"));
	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,no_picture\nNorth/Gate,cam1,rtsp://10.0.0.1/s,yes\n",
	    false));
	assert_int_equal(look(b, NULL).with, 1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM learned"), 1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM thumbnail"), 0);
}

/* What is declared of a feed goes in and comes out. */
static void
test_declared(void **state)
{
	struct bench *b = *state;
	char error[256];
	uint64_t revision;

	assert_true(bench_import(b, INVENTORY_FEEDS,
	    "site,name,url,ptz,dark_hours\n"
	    "North/Gate,cam1,rtsp://10.0.0.1/s,yes,21:00-5:30\n",
	    false));
	struct store_reader *r = store_reader_open(b->dir, error);
	struct inventory *inv = store_read_inventory(r, false, &revision);

	assert_true(inv->feeds[0].ptz);
	assert_string_equal(inv->feeds[0].dark_hours, "21:00-05:30");
	assert_false(inv->feeds[1].ptz);
	assert_string_equal(inv->feeds[1].dark_hours, "");
	inventory_free(&inv);
	store_reader_close(&r);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event e JOIN"
				      " private p USING(seq) WHERE e.kind ="
				      " 'feed.change' AND json_extract(p.body, "
				      "'$.dark_hours') = '21:00-05:30'"),
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_approve_and_clear, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_picture, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_removed_feed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_no_picture, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_declared, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
