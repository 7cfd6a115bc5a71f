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
	expect(b, INCIDENT_OPENED, 100, &c);
	assert_int_equal(c.since_us, 10 * S);
	assert_int_equal(c.severity, INCIDENT_HIGH);
	assert_int_equal(c.site, 7);
	assert_int_equal(incident_open_of(b, 1), 100);
	assert_int_equal(incident_deadline(b), 15 * S);
	incident_step(b, 14 * S);
	nothing(b);
	incident_step(b, 15 * S);
	expect(b, INCIDENT_CONFIRMED, 100, &c);
	assert_int_equal(incident_deadline(b), INT64_MAX);
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

static void
drain(struct incident_book *b, struct incident_change *site_out,
    unsigned *joined_out)
{
	struct incident_change c;

	*joined_out = 0;
	memset(site_out, 0, sizeof(*site_out));
	while (incident_next(b, &c)) {
		if (c.whole_site)
			*site_out = c;
		*joined_out += c.event == INCIDENT_JOINED;
	}
}

static void
test_whole_site(void **state)
{
	struct incident_book *b = book(40, 20);
	struct incident_change site;
	unsigned joined;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		verdict(b, i, CAUSE_UNREACHABLE, 10 * S + i, 11 * S + i);
	drain(b, &site, &joined);
	assert_int_equal(joined, 0);
	verdict(b, 4, CAUSE_UNREACHABLE, 12 * S, 13 * S);
	drain(b, &site, &joined);
	assert_int_equal(joined, 5);
	assert_int_equal(site.site, 7);
	assert_int_equal(site.event, INCIDENT_CONFIRMED);
	assert_int_equal(site.since_us, 10 * S);
	assert_int_equal(site.feeds, 5);
	verdict(b, 5, CAUSE_STALLED, 14 * S, 15 * S);  /* joins at once */
	verdict(b, 25, CAUSE_STALLED, 14 * S, 15 * S); /* another site */
	drain(b, &site, &joined);
	assert_int_equal(joined, 1);
	for (uint32_t i = 0; i < 5; i++)
		verdict(b, i, CAUSE_NONE, 20 * S, 20 * S);
	drain(b, &site, &joined);
	assert_false(site.whole_site);
	verdict(b, 5, CAUSE_NONE, 22 * S, 22 * S);
	drain(b, &site, &joined);
	assert_int_equal(site.event, INCIDENT_CLOSED);
	assert_int_equal(site.until_us, 22 * S);
	incident_book_free(&b);
}

/* Five of a hundred, or slowly one after the other, are not the site. */
static void
test_not_the_whole_site(void **state)
{
	struct incident_book *b = book(100, 100);
	struct incident_change site;
	unsigned joined;

	(void)state;
	for (uint32_t i = 0; i < 6; i++)
		verdict(b, i, CAUSE_UNREACHABLE, S, 2 * S);
	drain(b, &site, &joined);
	assert_int_equal(joined, 0);
	incident_book_free(&b);
	b = book(10, 10);
	for (uint32_t i = 0; i < 10; i++)
		verdict(b, i, CAUSE_UNREACHABLE, i * 20 * S, i * 20 * S + S);
	drain(b, &site, &joined);
	assert_int_equal(joined, 0);
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
	assert_int_equal(incident_open_of(b, 1), 500);
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

/* A storm: all feeds down at once, each told exactly once, ids unique. */
static void
test_storm(void **state)
{
	struct incident_book *b = book(4000, 40);
	unsigned opened = 0, joined = 0, sites = 0;
	struct incident_change c;
	uint64_t last = 99;

	(void)state;
	for (uint32_t i = 0; i < 4000; i++)
		verdict(b, i, CAUSE_UNREACHABLE, S, 2 * S);
	while (incident_next(b, &c)) {
		if (c.event == INCIDENT_OPENED) {
			assert_true(c.id == last + 1);
			last = c.id;
			opened += !c.whole_site;
			sites += c.whole_site;
		}
		joined += c.event == INCIDENT_JOINED;
	}
	assert_int_equal(opened, 4000);
	assert_int_equal(joined, 4000);
	assert_int_equal(sites, 100);
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
		cmocka_unit_test(test_not_the_whole_site),
		cmocka_unit_test(test_removed_and_restored),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
