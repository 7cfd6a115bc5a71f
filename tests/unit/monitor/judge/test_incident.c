/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "monitor/judge/incident.h"

#define S 1000000ll

static struct incident_book *
book(unsigned feeds, unsigned per_site)
{
	struct incident_config cfg;
	struct incident_book *b;

	incident_config_defaults(&cfg);
	b = incident_book_new(&cfg, 100);
	assert_non_null(b);
	for (unsigned i = 0; i < feeds; i++)
		assert_true(incident_feed_add(b, i, 7 + i / per_site));
	return b;
}

static void
verdict(struct incident_book *b, uint32_t feed, enum cause cause, int64_t since,
    int64_t at)
{
	struct verdict v = { .state = cause_state(cause),
		.cause = cause,
		.since_us = since,
		.at_us = at };

	incident_on_verdict(b, feed, &v, at);
}

static void
expect(struct incident_book *b, enum incident_event event, uint64_t id,
    struct incident_change *c)
{
	assert_true(incident_next(b, c));
	assert_int_equal(c->event, event);
	assert_int_equal(c->id, id);
}

static void
nothing(struct incident_book *b)
{
	struct incident_change c;

	assert_false(incident_next(b, &c));
}

static void
test_opens_confirms_closes(void **state)
{
	struct incident_book *b = book(3, 3);
	struct incident_change c;

	(void)state;
	verdict(b, 1, CAUSE_REFUSED, 10 * S, 11 * S);
	assert_true(incident_peek(b, &c));
	expect(b, INCIDENT_OPENED, 100, &c);
	assert_false(incident_peek(b, &c));
	assert_int_equal(c.since_us, 10 * S);
	assert_int_equal(c.severity, INCIDENT_HIGH);
	assert_int_equal(c.site, 7);
	incident_step(b, 14 * S);
	nothing(b);
	incident_step(b, 15 * S);
	expect(b, INCIDENT_CONFIRMED, 100, &c);
	verdict(b, 1, CAUSE_PROBE_LOST, 20 * S, 20 * S); /* proves nothing */
	nothing(b);
	verdict(b, 1, CAUSE_PACKET_LOSS, 30 * S, 31 * S);
	expect(b, INCIDENT_CHANGED, 100, &c);
	assert_int_equal(c.severity, INCIDENT_HIGH); /* the worst so far */
	verdict(b, 1, CAUSE_NONE, 40 * S, 41 * S);
	expect(b, INCIDENT_CLOSED, 100, &c);
	assert_int_equal(c.until_us, 40 * S);
	assert_false(c.interruption);
	nothing(b);
	verdict(b, 1, CAUSE_FROZEN, 50 * S, 60 * S);
	expect(b, INCIDENT_OPENED, 101, &c);
	expect(b, INCIDENT_CONFIRMED, 101, &c);
	nothing(b);
	incident_book_free(&b);
	assert_null(b);
}

static void
test_interruption_never_alerts(void **state)
{
	struct incident_book *b = book(1, 1);
	struct incident_change c;

	(void)state;
	verdict(b, 0, CAUSE_STALLED, 10 * S, 11 * S);
	expect(b, INCIDENT_OPENED, 100, &c);
	verdict(b, 0, CAUSE_NONE, 14 * S, 14 * S);
	expect(b, INCIDENT_CLOSED, 100, &c);
	assert_true(c.interruption);
	incident_step(b, 100 * S);
	nothing(b);
	incident_book_free(&b);
}

static void
test_severities(void **state)
{
	static const struct {
		enum cause cause;
		enum incident_severity severity;
	} rows[] = {
		{ CAUSE_PACKET_LOSS, INCIDENT_LOW },
		{ CAUSE_BLURRED, INCIDENT_MEDIUM },
		{ CAUSE_FROZEN, INCIDENT_HIGH },
		{ CAUSE_LOOPED, INCIDENT_CRITICAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct incident_book *b = book(1, 1);
		struct incident_change c;

		verdict(b, 0, rows[i].cause, S, 2 * S);
		expect(b, INCIDENT_OPENED, 100, &c);
		assert_int_equal(c.severity, rows[i].severity);
		incident_book_free(&b);
	}
}

/* Takes all that is queued: the last change of a place, if any; how many
 * feeds' were opened and closed. */
static struct incident_change
drain(struct incident_book *b, unsigned *opened, unsigned *closed)
{
	struct incident_change c, place = { 0 };

	*opened = *closed = 0;
	while (incident_next(b, &c)) {
		if (c.whole_site)
			place = c;
		else
			*opened += c.event == INCIDENT_OPENED;
		*closed += !c.whole_site && c.event == INCIDENT_CLOSED;
	}
	return place;
}

static void
test_whole_site(void **state)
{
	struct incident_book *b = book(40, 20);
	struct incident_change site;
	unsigned opened, closed;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 10 * S + i, 11 * S + i);
	verdict(b, 4, CAUSE_UNREACHABLE, 12 * S, 13 * S);
	incident_step(b, 13 * S);
	site = drain(b, &opened, &closed);
	assert_false(site.whole_site); /* it is not yet known whose it is */
	assert_int_equal(opened, 0);
	incident_step(b, 15 * S);
	site = drain(b, &opened, &closed);
	assert_int_equal(opened, 0);
	assert_int_equal(site.site, 7);
	assert_int_equal(site.event, INCIDENT_CONFIRMED);
	assert_int_equal(site.since_us, 10 * S);
	assert_int_equal(site.feeds, 5);
	verdict(b, 5, CAUSE_STALLED, 14 * S, 15 * S);  /* joins at once */
	verdict(b, 25, CAUSE_STALLED, 14 * S, 15 * S); /* another site */
	incident_step(b, 19 * S);
	site = drain(b, &opened, &closed);
	assert_int_equal(opened, 1);
	for (uint32_t i = 0; i < 5; i++)
		verdict(b, i, CAUSE_NONE, 28 * S + i, 29 * S);
	site = drain(b, &opened, &closed);
	assert_false(site.whole_site);
	verdict(b, 5, CAUSE_NONE, 27 * S, 30 * S);
	incident_step(b, 31 * S);
	site = drain(b, &opened, &closed);
	assert_int_equal(site.event, INCIDENT_CLOSED);
	assert_int_equal(site.until_us, 28 * S + 4); /* the latest proof */
	assert_int_equal(opened + closed, 0);
	incident_book_free(&b);
}

/* Two of twenty stay dead, one comes back with a bad picture: the place's ends
 * 90 s after so few were left, and each has its own from its own first sign. */
static void
test_some_stay(void **state)
{
	struct incident_book *b = book(20, 20);
	struct incident_change c;
	unsigned opened, closed;

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 10 * S + i, 20 * S);
	incident_step(b, 23 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(c.feeds, 20);
	for (uint32_t i = 2; i < 19; i++)
		verdict(b, i, CAUSE_NONE, 100 * S + i, 101 * S);
	verdict(b, 19, CAUSE_BLURRED, 102 * S, 103 * S);
	incident_step(b, 104 * S);
	c = drain(b, &opened, &closed);
	assert_false(c.whole_site);
	assert_int_equal(opened, 1); /* what is blurred is blurred alone */
	for (int64_t at = 105; at < 191; at++)
		incident_step(b, at * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(opened, 0);
	assert_false(c.whole_site);
	incident_step(b, 195 * S);
	expect(b, INCIDENT_CLOSED, 100, &c);
	assert_true(c.whole_site);
	assert_int_equal(c.until_us, 102 * S);
	for (uint32_t i = 0; i < 2; i++) {
		expect(b, INCIDENT_OPENED, 102 + i, &c);
		assert_int_equal(c.since_us, 10 * S + i);
		expect(b, INCIDENT_CONFIRMED, 102 + i, &c);
	}
	nothing(b);
	verdict(b, 0, CAUSE_NONE, 300 * S, 300 * S);
	expect(b, INCIDENT_CLOSED, 102, &c);
	incident_book_free(&b);
}

/* Five of a hundred, or slowly one after the other, are not the site. */
static void
test_not_the_whole_site(void **state)
{
	struct incident_book *b = book(100, 100);
	struct incident_change site;
	unsigned opened, closed;

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		verdict(b, i, CAUSE_UNREACHABLE, S, 2 * S);
	incident_step(b, 5 * S);
	site = drain(b, &opened, &closed);
	assert_false(site.whole_site);
	assert_int_equal(opened, 6);
	incident_book_free(&b);
	b = book(10, 10);
	for (uint32_t i = 0; i < 10; i++) {
		verdict(b, i, CAUSE_UNREACHABLE, i * 20 * S, i * 20 * S + S);
		incident_step(b, i * 20 * S + 4 * S);
	}
	site = drain(b, &opened, &closed);
	assert_false(site.whole_site);
	assert_int_equal(opened, 10);
	incident_book_free(&b);
}

/* Region 1 has the sites 7 to 11 of three feeds each, region 2 the site 12 of
 * twenty: the region is one place; a site of another is not dragged along. */
static void
test_region(void **state)
{
	struct incident_book *b = book(15, 3);
	struct incident_change c;
	unsigned opened, closed;

	(void)state;
	for (uint32_t site = 7; site <= 11; site++)
		assert_true(incident_site_put(b, site, 1));
	assert_true(incident_site_put(b, 12, 2));
	assert_true(incident_site_put(b, 1, 3) && incident_site_put(b, 2, 3));
	assert_true(incident_site_put(b, 3, 12)); /* a ring: not taken */
	for (uint32_t i = 15; i < 35; i++)
		assert_true(incident_feed_add(b, i, 12));
	for (uint32_t i = 0; i < 14; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 10 * S, 20 * S);
	verdict(b, 30, CAUSE_UNREACHABLE, 10 * S, 20 * S);
	incident_step(b, 23 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(c.site, 1);
	assert_int_equal(c.feeds, 14);
	assert_int_equal(opened, 1);
	verdict(b, 14, CAUSE_UNREACHABLE, 11 * S, 24 * S); /* late, one of us */
	incident_step(b, 30 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(opened, 0);
	for (uint32_t i = 0; i < 15; i++)
		verdict(b, i, CAUSE_NONE, 50 * S, 50 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(c.event, INCIDENT_CLOSED);
	/* a site of five that goes alone is the site's, not the region's */
	for (uint32_t i = 15; i < 35; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 100 * S, 100 * S);
	incident_step(b, 103 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(c.site, 12);
	assert_int_equal(c.feeds, 19);
	/* nor is one that is most of its region, while the rest lives */
	assert_true(incident_site_put(b, 20, 4) && incident_site_put(b, 21, 4));
	for (uint32_t i = 100; i < 206; i++)
		assert_true(incident_feed_add(b, i, i < 200 ? 20 : 21));
	for (uint32_t i = 100; i < 200; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 200 * S, 200 * S);
	incident_step(b, 203 * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(c.site, 20);
	assert_int_equal(c.feeds, 100);
	incident_book_free(&b);
}

/* The monitor started anew while the site was out: who is found down belongs
 * to it still; it ends once, with the latest proof. */
static void
test_site_restored(void **state)
{
	const struct incident_change open = { .id = 500,
		.site = 7,
		.whole_site = true,
		.cause = CAUSE_STALLED,
		.severity = INCIDENT_CRITICAL,
		.since_us = S };
	struct incident_book *b = book(20, 20);
	struct incident_change c;
	unsigned opened, closed;

	(void)state;
	incident_restore(b, &open);
	for (int64_t at = 100; at < 160; at++)
		incident_step(b, at * S);
	for (uint32_t i = 0; i < 20; i++)
		verdict(b, i, CAUSE_UNREACHABLE, (120 + i) * S, (140 + i) * S);
	for (int64_t at = 160; at < 400; at++)
		incident_step(b, at * S);
	c = drain(b, &opened, &closed);
	assert_int_equal(opened, 0);
	/* .. which tells how many they are by now. */
	assert_int_equal(c.event, INCIDENT_CHANGED);
	assert_int_equal(c.feeds, 20);
	for (uint32_t i = 0; i < 20; i++)
		verdict(b, i, CAUSE_NONE, 400 * S + i, 401 * S);
	expect(b, INCIDENT_CLOSED, 500, &c);
	assert_int_equal(c.until_us, 400 * S + 19);
	nothing(b);
	/* or it was all over by then */
	incident_restore(b, &open);
	incident_step(b, 500 * S);
	for (uint32_t i = 0; i < 20; i++)
		verdict(b, i, CAUSE_NONE, 510 * S + i, 510 * S + i);
	incident_step(b, 589 * S);
	nothing(b);
	incident_step(b, 591 * S);
	expect(b, INCIDENT_CLOSED, 500, &c);
	assert_int_equal(c.until_us, 510 * S + 19);
	nothing(b);
	incident_book_free(&b);
}

/* An interruption of many is over before anybody is told: each is recorded. */
static void
test_gathered_interruption(void **state)
{
	struct incident_book *b = book(20, 20);
	struct incident_change c;

	(void)state;
	for (uint32_t i = 0; i < 7; i++) {
		verdict(b, i, CAUSE_REFUSED, 10 * S, 11 * S);
		verdict(b, i, CAUSE_NONE, 12 * S, 12 * S);
	}
	incident_step(b, 13 * S);
	nothing(b);
	incident_step(b, 14 * S);
	for (unsigned i = 0; i < 7; i++) {
		expect(b, INCIDENT_OPENED, 100 + i, &c);
		expect(b, INCIDENT_CLOSED, 100 + i, &c);
		assert_true(c.interruption);
		assert_false(c.whole_site);
		assert_int_equal(c.since_us, 10 * S);
		assert_int_equal(c.until_us, 12 * S);
	}
	incident_step(b, 100 * S);
	nothing(b);
	incident_book_free(&b);
}

/* Who is back before it is known that the place was struck went down with it,
 * and who is down again meanwhile was down once. */
static void
test_back_before_told(void **state)
{
	struct incident_book *b = book(20, 20);
	struct incident_change c;

	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		verdict(b, i, CAUSE_STALLED, 10 * S, 11 * S);
	verdict(b, 0, CAUSE_NONE, 12 * S, 12 * S);
	verdict(b, 1, CAUSE_NONE, 12 * S, 12 * S);
	nothing(b);
	verdict(b, 1, CAUSE_STALLED, 13 * S, 13 * S);
	nothing(b);
	incident_step(b, 14 * S);
	expect(b, INCIDENT_OPENED, 100, &c);
	assert_true(c.whole_site);
	assert_int_equal(c.feeds, 8);
	assert_int_equal(incident_place_feeds(b, 7, NULL, 0), 7);
	expect(b, INCIDENT_CONFIRMED, 100, &c);
	verdict(b, 0, CAUSE_NONE, 12 * S, 15 * S);
	nothing(b);
	for (uint32_t i = 1; i < 8; i++)
		verdict(b, i, CAUSE_NONE, 20 * S, 20 * S);
	incident_step(b, 40 * S);
	expect(b, INCIDENT_CLOSED, 100, &c);
	assert_int_equal(c.since_us, 10 * S);
	assert_int_equal(c.until_us, 20 * S);
	/* One that is no more while it waits is recorded. */
	verdict(b, 9, CAUSE_STALLED, 50 * S, 50 * S);
	verdict(b, 9, CAUSE_NONE, 51 * S, 51 * S);
	incident_feed_remove(b, 9, 52 * S);
	expect(b, INCIDENT_OPENED, 101, &c);
	expect(b, INCIDENT_CLOSED, 101, &c);
	assert_int_equal(c.until_us, 51 * S);
	incident_step(b, 100 * S);
	nothing(b);
	incident_book_free(&b);
}

static void
test_removed_and_restored(void **state)
{
	struct incident_book *b = book(2, 2);
	struct incident_change open = { .id = 500,
		.feed = 1,
		.site = 7,
		.cause = CAUSE_BLACK,
		.severity = INCIDENT_HIGH,
		.since_us = S };
	struct incident_change c;

	(void)state;
	incident_restore(b, &open);
	verdict(b, 1, CAUSE_LEARNING, 2 * S, 2 * S);
	nothing(b);
	verdict(b, 1, CAUSE_NONE, 9 * S, 9 * S);
	expect(b, INCIDENT_CLOSED, 500, &c);
	verdict(b, 0, CAUSE_FROZEN, 10 * S, 10 * S);
	expect(b, INCIDENT_OPENED, 501, &c); /* never an id twice */
	incident_feed_remove(b, 0, 11 * S);
	expect(b, INCIDENT_CLOSED, 501, &c);
	verdict(b, 0, CAUSE_FROZEN, 12 * S, 12 * S); /* is no more */
	nothing(b);
	assert_false(incident_feed_add(b, LIMIT_FEEDS, 1));
	incident_book_free(&b);
}

/* The monitor ended within the first seconds of two: what goes on may alert,
 * what doesn't was an interruption. */
static void
test_restored_young(void **state)
{
	struct incident_book *b = book(2, 2);
	struct incident_change open = { .event = INCIDENT_OPENED,
		.id = 500,
		.site = 7,
		.cause = CAUSE_REFUSED,
		.severity = INCIDENT_HIGH,
		.since_us = S };
	struct incident_change c;

	(void)state;
	incident_restore(b, &open);
	open.id = 501;
	open.feed = 1;
	incident_restore(b, &open);
	for (int64_t at = 10; at < 20; at++)
		incident_step(b, at * S);
	verdict(b, 0, CAUSE_LEARNING, 20 * S, 20 * S);
	nothing(b);
	verdict(b, 0, CAUSE_REFUSED, 21 * S, 21 * S);
	expect(b, INCIDENT_CONFIRMED, 500, &c);
	verdict(b, 1, CAUSE_NONE, 22 * S, 22 * S);
	expect(b, INCIDENT_CLOSED, 501, &c);
	assert_true(c.interruption);
	incident_step(b, 100 * S);
	nothing(b);
	incident_book_free(&b);
}

/* A storm: all feeds down at once: an incident to each site, and every feed in
 * one; all of them over once. */
static void
test_storm(void **state)
{
	struct incident_book *b = book(4000, 40);
	unsigned feeds = 0, sites = 0, closed = 0;
	struct incident_change c;
	uint64_t last = 99;

	(void)state;
	for (uint32_t i = 0; i < 4000; i++)
		verdict(b, i, CAUSE_UNREACHABLE, S, 2 * S);
	incident_step(b, 5 * S);
	while (incident_next(b, &c)) {
		assert_true(c.whole_site);
		if (c.event == INCIDENT_OPENED) {
			assert_true(c.id == ++last);
			sites++;
			feeds += c.feeds;
		}
	}
	assert_int_equal(sites, 100);
	assert_int_equal(feeds, 4000);
	for (uint32_t i = 0; i < 4000; i++)
		verdict(b, i, CAUSE_NONE, 60 * S, 60 * S);
	while (incident_next(b, &c))
		closed += c.event == INCIDENT_CLOSED && c.until_us == 60 * S;
	assert_int_equal(closed, 100);
	incident_step(b, 1000 * S);
	nothing(b);
	incident_book_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_confirms_closes),
		cmocka_unit_test(test_interruption_never_alerts),
		cmocka_unit_test(test_severities),
		cmocka_unit_test(test_whole_site),
		cmocka_unit_test(test_some_stay),
		cmocka_unit_test(test_region),
		cmocka_unit_test(test_site_restored),
		cmocka_unit_test(test_gathered_interruption),
		cmocka_unit_test(test_back_before_told),
		cmocka_unit_test(test_not_the_whole_site),
		cmocka_unit_test(test_removed_and_restored),
		cmocka_unit_test(test_restored_young),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
