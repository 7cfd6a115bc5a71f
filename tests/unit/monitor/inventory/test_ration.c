/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration.h"

static uint64_t dice_state;

static uint32_t
dice(uint32_t below)
{
	dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice_state >> 33) % below;
}

static struct inventory *
inventory_of(enum inventory_kind kind, const char *csv, struct inventory *inv)
{
	struct inventory_mistakes m = { 0 };

	if (inv == NULL)
		inv = inventory_new();
	assert_non_null(inv);
	if (!inventory_read(inv, kind, "t.csv", csv, strlen(csv), &m))
		fail_msg("%s", m.text);
	inventory_mistakes_fini(&m);
	return inv;
}

static struct inventory_feed *
feed_add(struct inventory *inv, const char *site, unsigned n)
{
	struct inventory_feed *f = inventory_add_feed(inv);
	char name[32];

	assert_non_null(f);
	snprintf(name, sizeof(name), "cam%u", n);
	f->name = inventory_string(inv, name);
	f->site = inventory_string(inv, site);
	f->uuid[0] = (uint8_t)(n >> 8);
	f->uuid[1] = (uint8_t)n;
	return f;
}

/* No ceiling, no limit: as the rows wish. */
static void
test_as_wished(void **state)
{
	struct inventory *inv = inventory_new();
	struct ration *r;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		feed_add(inv, "North", i);
	inv->feeds[3].visit_s = 20;
	inv->feeds[3].visit_every_s = 600;
	r = ration_new(inv, NULL, 2000);
	assert_non_null(r);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(r->feeds[i].visit_every_s, i == 3 ? 600 : 0);
		assert_int_equal(r->feeds[i].site, RATION_NO_SITE);
		assert_false(r->feeds[i].rationed);
	}
	assert_true(r->feeds[3].visit_phase_s < 600);
	assert_int_equal(r->expected_kbps, 9 * 2000 + 2000 * 20 / 600);
	ration_free(&r);
	inventory_free(&inv);
}

/* 100 cameras of 2 Mbit/s behind 20: the nine most critical are held, the
 * others one at a time. */
static void
test_thin_line(void **state)
{
	struct inventory *inv =
	    inventory_of(INVENTORY_SITES, "site,ceiling\nNorth,20Mbit\n", NULL);
	struct ration *r;
	unsigned held = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		feed_add(inv, i < 50 ? "North" : "North/Gate", i)->criticality =
		    i % 10 == 0 ? 5 : 3;
	r = ration_new(inv, NULL, 2000);
	assert_non_null(r);
	for (unsigned i = 0; i < 100; i++) {
		const struct ration_feed *f = &r->feeds[i];

		held += f->visit_every_s == 0;
		assert_int_equal(f->site, 0);
		assert_false(f->left_out);
		if (f->visit_every_s == 0)
			assert_int_equal(inv->feeds[i].criticality, 5);
		else
			assert_int_equal(f->visit_every_s, 91 * 25);
	}
	assert_int_equal(held, 9);
	assert_int_equal(r->sites[0].held, 9);
	assert_int_equal(r->sites[0].visited, 91);
	assert_int_equal(r->sites[0].every_s, 91 * 25);
	assert_int_equal(r->sites[0].wanted_kbps, 200000);
	assert_int_equal(r->sites[0].most_kbps, 20000);
	assert_int_equal(r->sites[0].expected_kbps,
	    9 * 2000 + 91 * (2000 * 20 / (91 * 25)));
	ration_free(&r);
	inventory_free(&inv);
}

/* Enough for all: nobody is moved. One that alone is too much is left out. */
static void
test_borders(void **state)
{
	struct inventory *inv = inventory_of(INVENTORY_SITES,
	    "site,ceiling\nA,4Mbit\nB,3999kbit\n", NULL);
	const uint32_t kbps[] = { 2000, 2000, 2000, 1999, 2000, 6000 };
	struct ration *r;

	(void)state;
	feed_add(inv, "A", 0);
	feed_add(inv, "A", 1);
	feed_add(inv, "B", 2);
	feed_add(inv, "B", 3);
	feed_add(inv, "B", 4)->enabled = false;
	feed_add(inv, "B", 5);
	r = ration_new(inv, kbps, 2000);
	assert_non_null(r);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(r->feeds[i].visit_every_s, 0);
	assert_true(r->feeds[5].left_out);
	assert_int_equal(r->sites[1].left_out, 1);
	assert_int_equal(r->sites[1].held, 2);
	assert_int_equal(r->sites[1].most_kbps, 3999);
	ration_free(&r);
	inventory_free(&inv);
}

/* A region's line is shared by its sites as they want it. */
static void
test_nested(void **state)
{
	struct inventory *inv = inventory_of(INVENTORY_SITES,
	    "site,ceiling\nR,30Mbit\nR/A,40Mbit\nR/B,10Mbit\n", NULL);
	struct ration *r;

	(void)state;
	for (unsigned i = 0; i < 25; i++)
		feed_add(inv, "R/A", i);
	for (unsigned i = 0; i < 25; i++)
		feed_add(inv, "R/B/C", 100 + i);
	for (unsigned i = 0; i < 5; i++)
		feed_add(inv, "R", 200 + i);
	r = ration_new(inv, NULL, 2000);
	assert_non_null(r);
	assert_int_equal(r->sites[1].parent, 0);
	/* 40, 10 and 10 are wanted, 30 are there */
	assert_int_equal(r->sites[0].granted_kbps, 5000);
	assert_int_equal(r->sites[1].granted_kbps, 20000);
	assert_int_equal(r->sites[2].granted_kbps, 5000);
	assert_int_equal(r->sites[1].held, 9);
	ration_free(&r);
	inventory_free(&inv);
}

/* A recorder that serves 4 at once, with 10 channels: 3 held, 7 in turn. */
static void
test_sessions(void **state)
{
	struct inventory *inv = inventory_of(INVENTORY_DEVICES,
	    "device,sessions\nnvr,4\nother,0\n", NULL);
	struct ration *r;
	unsigned held = 0;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		feed_add(inv, "", i)->device = "nvr";
	for (unsigned i = 0; i < 10; i++)
		feed_add(inv, "", 50 + i)->device = "other";
	r = ration_new(inv, NULL, 2000);
	assert_non_null(r);
	for (unsigned i = 0; i < 20; i++) {
		held += r->feeds[i].visit_every_s == 0;
		if (r->feeds[i].visit_every_s != 0) {
			assert_true(i < 10);
			assert_int_equal(r->feeds[i].visit_every_s, 7 * 25);
		}
	}
	assert_int_equal(held, 13);
	ration_free(&r);
	inventory_free(&inv);
}

/* Of one device the stream probes fetch some and the demux probe others: each
 * kind has its number of the sessions, and all together are the device's. */
static void
test_kinds(void **state)
{
	static const struct {
		uint32_t sessions, streams, demuxes, of_streams, of_demuxes;
	} cases[] = {
		{ 4, 10, 0, 4, 0 }, /* all are for the one kind */
		{ 4, 2, 1, 3,
		    1 }, /* what nobody wants is for those that linger */
		{ 4, 12, 4, 3, 1 },  /* as many each as it has to show */
		{ 2, 100, 1, 1, 1 }, /* but one at least */
		{ 1, 3, 2, 1,
		    0 }, /* the most critical's kind; the other waits */
		{ 9, 2, 2, 5, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory *inv = inventory_new();
		struct inventory_device *d = inventory_add_device(inv);
		struct ration *r;

		d->name = "nvr";
		d->sessions = cases[i].sessions;
		for (unsigned n = 0; n < cases[i].streams + cases[i].demuxes;
		     n++) {
			struct inventory_feed *f = feed_add(inv, "", n);

			f->device = "nvr";
			f->url = n < cases[i].streams ? "rtsp://nvr/x"
						      : "http://nvr/x";
		}
		r = ration_new(inv, NULL, 2000);
		assert_non_null(r);
		for (size_t n = 0; n < inv->feed_count; n++) {
			const struct ration_feed *f = &r->feeds[n];
			bool demux = n >= cases[i].streams;

			assert_int_equal(f->sessions,
			    demux ? cases[i].of_demuxes : cases[i].of_streams);
			assert_int_equal(f->left_out != NULL, f->sessions == 0);
		}
		ration_free(&r);
		inventory_free(&inv);
	}
}

/* A recorder of 16 channels and 4 sessions behind a line for 6 of them: three
 * are held, and one visit at a time is the recorder's, whatever the line would
 * bear; where it frees late, its visits are that far apart. */
static void
test_recorder_on_thin_line(void **state)
{
	for (unsigned late = 0; late < 2; late++) {
		struct inventory *inv = inventory_of(INVENTORY_SITES,
		    "site,ceiling\nFar,12Mbit\n", NULL);
		struct inventory_device *d = inventory_add_device(inv);
		unsigned held = 0, slots[64] = { 0 };
		struct ration *r;

		(void)state;
		d->name = "nvr";
		d->sessions = 4;
		d->frees_late = late;
		for (unsigned i = 0; i < 16; i++)
			feed_add(inv, "Far", i)->device = "nvr";
		r = ration_new(inv, NULL, 2000);
		assert_non_null(r);
		for (unsigned i = 0; i < 16; i++) {
			const struct ration_feed *f = &r->feeds[i];

			assert_null(f->left_out);
			assert_int_equal(f->sessions, 4);
			held += f->visit_every_s == 0;
			if (f->visit_every_s == 0)
				continue;
			assert_int_equal(f->visit_every_s,
			    13 * (late ? 100 : 25));
			slots[f->visit_phase_s / 25]++;
		}
		assert_int_equal(held, 3);
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(slots[i],
			    i < 13 * (late ? 4 : 1) && i % (late ? 4 : 1) == 0);
		ration_free(&r);
		inventory_free(&inv);
	}
}

/* Whoever asks for a visit of all day but a second leaves one turn, not none.
 */
static void
test_all_day(void **state)
{
	struct inventory *inv =
	    inventory_of(INVENTORY_DEVICES, "device,sessions\nnvr,1\n", NULL);
	struct ration *r;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		feed_add(inv, "", i)->device = "nvr";
	inv->feeds[2].visit_s = 86399;
	inv->feeds[2].visit_every_s = 86400;
	r = ration_new(inv, NULL, 2000);
	assert_non_null(r);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(r->feeds[i].left_out != NULL, i > 0);
		assert_int_equal(r->feeds[i].visit_every_s, 86400);
	}
	ration_free(&r);
	inventory_free(&inv);
}

static void
not_random(void *arg, uint8_t out[16])
{
	uint8_t *n = arg;

	memset(out, 0, 16);
	out[0] = 0xff;
	out[1] = ++*n;
}

/* What an import will ask of lines is said before it is made. */
static void
test_before(void **state)
{
	struct inventory *now = inventory_of(INVENTORY_SITES,
	    "site,ceiling\nN,9Mbit\nS,1Mbit\n", NULL);
	struct inventory *wanted = inventory_of(INVENTORY_FEEDS,
	    "site,name,url\nN,a,rtsp://h/1\nN,b,rtsp://h/2\n"
	    "N,c,rtsp://h/3\nN/x,d,rtsp://h/4\nS,e,rtsp://i/1\n",
	    NULL);
	uint8_t n = 0;
	const struct inventory_options opt = { .kind = INVENTORY_FEEDS,
		.random = not_random,
		.random_arg = &n,
		.file = "t.csv" };
	struct inventory_mistakes m = { 0 };
	struct inventory_plan *plan;
	char *text;

	(void)state;
	now->sites[0].id = 1;
	now->sites[1].id = 2;
	plan = inventory_plan_new(now, wanted, &opt, &m);
	assert_non_null(plan);
	text = ration_plan_text(now, NULL, plan);
	assert_string_equal(text,
	    "8.0 Mbit/s expected of all feeds\n"
	    "N: 8.0 of 9.0 Mbit/s expected, 4 held\n"
	    "S: 0.0 of 1.0 Mbit/s expected, 0 held, 1 left out\n");
	free(text);
	inventory_plan_free(&plan);
	inventory_mistakes_fini(&m);
	inventory_free(&wanted);
	inventory_free(&now);
}

/* --- what is said to be always true, looked at second by second */

static bool
is_below(const char *path, const char *site)
{
	size_t n = strlen(site);

	return strncmp(path, site, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

static bool
is_there(const struct ration_feed *f, uint32_t t)
{
	uint32_t into;

	if (f->left_out)
		return false;
	if (f->visit_every_s == 0)
		return true;
	into = (t % f->visit_every_s + f->visit_every_s - f->visit_phase_s) %
	       f->visit_every_s;
	return into < f->visit_s + RATION_GAP_S;
}

static void
make_random(struct inventory *inv, uint32_t *kbps)
{
	static const char *const places[] = { "A", "A/B", "A/B/C", "A/D", "E",
		"E/F", "" };
	static const char *const devices[] = { "d0", "d1", "d2", "d3" };
	unsigned feeds = 1 + dice(60);

	for (unsigned i = 0; i < 4; i++) {
		struct inventory_device *d = inventory_add_device(inv);

		d->name = devices[i];
		d->sessions = dice(8);
		d->frees_late = dice(4) == 0;
	}

	for (unsigned i = 0; i + 1 < sizeof(places) / sizeof(places[0]); i++) {
		struct inventory_site *s = inventory_add_site(inv);

		s->path = places[i];
		s->ceiling_kbps = dice(3) == 0 ? 0 : 500 + dice(40000);
	}
	for (unsigned i = 0; i < feeds; i++) {
		struct inventory_feed *f = feed_add(inv, places[dice(7)], i);

		f->criticality = (uint8_t)(1 + dice(5));
		f->device = devices[dice(4)];
		f->url = dice(3) > 0 ? "rtsp://h/x" : "http://h/x";
		f->enabled = dice(10) > 0;
		if (dice(5) == 0) {
			f->visit_s = 5 + dice(60);
			f->visit_every_s = f->visit_s + 1 + dice(1000);
		}
		kbps[i] = dice(4) == 0 ? 0 : 100 + dice(6000);
	}
}

static void
check_seconds(const struct inventory *inv, const struct ration *r,
    const struct inventory_site *s)
{
	for (uint32_t t = 0; t < 4000; t += 1 + dice(40)) {
		uint64_t sum = 0, wished = 0;

		for (size_t i = 0; i < inv->feed_count; i++) {
			const struct inventory_feed *f = &inv->feeds[i];

			if (!f->enabled || !is_below(f->site, s->path))
				continue;
			wished += r->feeds[i].kbps;
			if (is_there(&r->feeds[i], t))
				sum += r->feeds[i].kbps;
		}
		/* What all fits into needs no turns. */
		if (sum > s->ceiling_kbps)
			fail_msg("%s at %u: %llu of %u kbit/s, %llu wished",
			    s->path, t, (unsigned long long)sum,
			    s->ceiling_kbps, (unsigned long long)wished);
	}
}

/* Of each kind no more than its probe lets in, of both no more than the device
 * serves. One that frees late is left in peace between two visits. */
static void
check_sessions(const struct inventory *inv, const struct ration *r,
    const struct inventory_device *d)
{
	for (uint32_t t = 0; t < 4000; t += 1 + dice(40)) {
		uint32_t there[2] = { 0 }, theirs[2] = { 0 };

		for (size_t i = 0; i < inv->feed_count; i++) {
			const struct inventory_feed *f = &inv->feeds[i];
			bool demux = f->url[0] == 'h';

			if (!f->enabled || f->device != d->name)
				continue;
			if (r->feeds[i].sessions > 0)
				theirs[demux] = r->feeds[i].sessions;
			there[demux] += is_there(&r->feeds[i], t);
		}
		if (there[0] > theirs[0] || there[1] > theirs[1] ||
		    theirs[0] + theirs[1] > d->sessions)
			fail_msg("%s at %u: %u of %u and %u of %u, of %u",
			    d->name, t, there[0], theirs[0], there[1],
			    theirs[1], d->sessions);
	}
}

static void
test_never_above(void **state)
{
	(void)state;
	for (dice_state = 1; dice_state < 500 * 7919; dice_state += 7919) {
		uint64_t seed = dice_state;
		struct inventory *inv = inventory_new();
		uint32_t kbps[64];
		struct ration *r;

		make_random(inv, kbps);
		r = ration_new(inv, kbps, 2000);
		assert_non_null(r);
		for (size_t i = 0; i < inv->site_count; i++)
			if (inv->sites[i].ceiling_kbps > 0)
				check_seconds(inv, r, &inv->sites[i]);
		for (size_t i = 0; i < inv->device_count; i++)
			if (inv->devices[i].sessions > 0)
				check_sessions(inv, r, &inv->devices[i]);
		for (size_t i = 0; i < inv->feed_count; i++) {
			const struct ration_feed *f = &r->feeds[i];

			assert_true(f->visit_every_s == 0 ||
				    (f->visit_s < f->visit_every_s &&
					f->visit_phase_s < f->visit_every_s));
			if (inv->feeds[i].visit_every_s != 0)
				assert_true(
				    f->left_out || f->visit_every_s != 0);
		}
		ration_free(&r);
		inventory_free(&inv);
		dice_state = seed;
	}
}

/* The order of rows changes nothing. */
static void
test_order(void **state)
{
	struct inventory *inv =
	    inventory_of(INVENTORY_SITES, "site,ceiling\nN,12Mbit\n", NULL);
	struct ration *a, *b;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		feed_add(inv, "N", i)->criticality = (uint8_t)(1 + i % 5);
	a = ration_new(inv, NULL, 2000);
	n = inv->feed_count;
	for (size_t i = 0; i < n / 2; i++) {
		struct inventory_feed f = inv->feeds[i];

		inv->feeds[i] = inv->feeds[n - 1 - i];
		inv->feeds[n - 1 - i] = f;
	}
	b = ration_new(inv, NULL, 2000);
	assert_non_null(a);
	assert_non_null(b);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(&a->feeds[i], &b->feeds[n - 1 - i],
		    sizeof(a->feeds[i]));
	ration_free(&a);
	ration_free(&b);
	inventory_free(&inv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_wished),
		cmocka_unit_test(test_thin_line),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_recorder_on_thin_line),
		cmocka_unit_test(test_all_day),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_never_above),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
