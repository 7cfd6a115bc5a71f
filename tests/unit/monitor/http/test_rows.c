/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows and the order of their changes; JSON of hostile text; the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/http/json_out.h"
#include "monitor/http/metrics.h"
#include "monitor/http/read_wire.h"
#include "monitor/http/rows.h"
#include "monitor/http/web_wire.h"

static const char *
json_of(const char *text)
{
	static char out[256];
	struct json_out j;
	size_t length;
	char *made;

	json_out_init(&j);
	json_out_string(&j, text);
	made = json_out_take(&j, &length);
	snprintf(out, sizeof(out), "%s", made);
	free(made);
	return out;
}

static void
text_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(json_of("Gate 3"), "\"Gate 3\"");
	assert_string_equal(json_of("a\"b\\c\n"),
	    "\"a\\u0022b\\u005cc\\u000a\"");
	assert_string_equal(json_of("<b>&\x7f"),
	    "\"\\u003cb\\u003e\\u0026\\u007f\"");
	assert_string_equal(json_of("\xc3\xa4\xf0\x9f\x98\x80"),
	    "\"\xc3\xa4\xf0\x9f\x98\x80\"");
	/* Overlong, surrogate, cut short, stray. */
	assert_string_equal(json_of("\xc0\xaf"),
	    "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_string_equal(json_of("\xed\xa0\x80"),
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_string_equal(json_of("a\xe2\x82"),
	    "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_string_equal(json_of("\xff"), "\"\xef\xbf\xbd\"");
}

static void
times_are_iso(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ 1, "1970-01-01T00:00:00.000Z" },
		{ 951782400000000, "2000-02-29T00:00:00.000Z" },
		{ 1774749598123999, "2026-03-29T01:59:58.123Z" },
		{ 4107542400000000, "2100-03-01T00:00:00.000Z" },
		{ INT64_MAX, "1970-01-01T00:00:00.000Z" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_out_iso(rows[i].us, out);
		if (rows[i].us != INT64_MAX)
			assert_string_equal(out, rows[i].text);
		else
			assert_int_equal(strlen(out), 24);
	}
}

static struct web_row *
row_named(uint8_t number, const char *name)
{
	static struct web_row m;

	memset(&m, 0, sizeof(m));
	m.uuid[0] = number;
	snprintf(m.name, sizeof(m.name), "%s", name);
	snprintf(m.site, sizeof(m.site), "North");
	m.state = STATE_DOWN;
	m.cause = CAUSE_FROZEN;
	m.causes = 1ull << CAUSE_FROZEN;
	m.thumb_utc_us = 1774749598123999;
	return &m;
}

static void
followers_get_what_changed_after(void **state)
{
	struct rows t;

	(void)state;
	assert_true(rows_init(&t));
	assert_null(rows_after(&t, 0));
	rows_put(&t, row_named(1, "a"));
	rows_put(&t, row_named(2, "b"));
	rows_put(&t, row_named(3, "c"));
	uint64_t seen = t.seq;

	assert_null(rows_after(&t, seen));
	rows_put(&t, row_named(2, "b2"));
	rows_put(&t, row_named(1, "a2"));
	rows_put(&t, row_named(2, "b3"));
	/* Twice changed, told once: its last. */
	struct row *r = rows_after(&t, seen);

	assert_int_equal(r->uuid[0], 1);
	assert_int_equal(r->newer->uuid[0], 2);
	assert_non_null(strstr(r->newer->head, "\"b3\""));
	assert_null(r->newer->newer);
	assert_int_equal(t.count, 3);
	rows_fini(&t);
}

/* What only the one-feed answer shows travels to nobody. */
static void
a_sample_is_no_news(void **state)
{
	struct web_row *m = row_named(1, "a");
	struct rows t;
	struct row *r;

	(void)state;
	assert_true(rows_init(&t));
	r = rows_put(&t, m);
	rows_put(&t, row_named(2, "b"));
	uint64_t seen = t.seq;

	m = row_named(1, "a");
	m->samples = 7;
	m->last_sample_utc_us = m->thumb_utc_us;
	assert_ptr_equal(rows_put(&t, m), r);
	assert_non_null(strstr(r->detail, "\"samples\":7"));
	assert_null(rows_after(&t, seen));
	snprintf(m->evidence, sizeof(m->evidence), "{\"suspect\":\"frozen\"}");
	rows_put(&t, m);
	assert_ptr_equal(rows_after(&t, seen), r);
	assert_non_null(strstr(r->tail, "\"suspect\":true"));
	assert_int_equal(r->flags & ROW_SUSPECT, ROW_SUSPECT);
	seen = t.seq;
	rows_remove(&t, m->uuid);
	rows_put(&t, m);
	assert_ptr_equal(rows_after(&t, seen), r);
	rows_fini(&t);
}

static void
facts_go_over_the_wire(void **state)
{
	static struct read_facts m = { .people_days = 400,
		.reports = true,
		.report_utc = 1774749598123999,
		.report_date = "2026-03-29",
		.witness_count = READ_WITNESSES };
	static uint8_t bytes[16 << 10];
	static struct read_facts back;
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	for (unsigned i = 0; i < READ_WITNESSES; i++) {
		memset(m.witnesses[i].name, 'a' + (int)i,
		    READ_WITNESS_BYTES - 1);
		m.witnesses[i].kind = 4;
	}
	web_put_facts(&w, &m);
	size_t n = writer_length(&w);

	assert_false(w.bad);
	assert_true(web_get_facts((struct span){ bytes, n }, &back));
	assert_memory_equal(&back, &m, sizeof(m));
	for (size_t i = 0; i < n; i++)
		assert_false(web_get_facts((struct span){ bytes, i }, &back));
	w = writer_of(bytes, sizeof(bytes));
	web_put_facts(&w, &(struct read_facts){ .report_utc = -1 });
	assert_false(
	    web_get_facts((struct span){ bytes, writer_length(&w) }, &back));
}

static void
removed_rows_leave_a_mark(void **state)
{
	struct rows t;
	uint8_t uuid[16] = { 1 };

	(void)state;
	rows_init(&t);
	rows_put(&t, row_named(1, "a"));
	uint64_t seen = t.seq;

	rows_remove(&t, uuid);
	rows_remove(&t, uuid);
	assert_int_equal(t.count, 0);
	assert_null(rows_find(&t, uuid));
	assert_true(rows_after(&t, seen)->gone);
	rows_put(&t, row_named(1, "back"));
	assert_int_equal(t.count, 1);
	assert_int_equal(t.gone, 0);
	assert_non_null(rows_find(&t, uuid));
	rows_fini(&t);
}

/* One of many feeds: leaves a tombstone. */
static void
come_and_go(struct rows *t, uint32_t number)
{
	struct web_row *m = row_named(9, "x");

	memcpy(m->uuid + 4, &number, sizeof(number));
	rows_put(t, m);
	rows_remove(t, m->uuid);
}

static void
old_followers_start_afresh(void **state)
{
	struct rows t;

	(void)state;
	rows_init(&t);
	rows_put(&t, row_named(1, "stays"));
	uint64_t early = t.seq;

	for (uint32_t i = 0; i < ROWS_GONE_KEPT + 10; i++)
		come_and_go(&t, i);
	assert_int_equal(t.gone, ROWS_GONE_KEPT);
	assert_false(rows_can_follow(&t, early));
	assert_true(rows_can_follow(&t, t.seq));
	assert_false(rows_can_follow(&t, t.seq + 1));
	assert_int_equal(t.count, 1);
	rows_fini(&t);
}

/* A row keeps one site that it was at: followers of an earlier one, who would
 * not hear that it left, start afresh; so do all who were as far. */
static void
who_missed_a_move_starts_afresh(void **state)
{
	struct web_row *m;
	uint64_t at_north, at_south;
	struct rows t;

	(void)state;
	assert_true(rows_init(&t));
	come_and_go(&t, 0);
	m = row_named(1, "moves");
	rows_put(&t, m);
	at_north = t.seq;
	snprintf(m->site, sizeof(m->site), "South");
	struct row *r = rows_put(&t, m);

	at_south = t.seq;
	assert_true(rows_can_follow(&t, at_north));
	assert_string_equal(r->was->path, "North");
	snprintf(m->site, sizeof(m->site), "West");
	rows_put(&t, m);
	assert_false(rows_can_follow(&t, at_north));
	assert_true(rows_can_follow(&t, at_south));
	assert_string_equal(r->was->path, "South");
	/* That an older tombstone is forgotten doesn't change that. */
	for (uint32_t i = 0; i < ROWS_GONE_KEPT; i++)
		come_and_go(&t, i + 1);
	assert_int_equal(t.gone, ROWS_GONE_KEPT);
	assert_false(rows_can_follow(&t, at_north));
	assert_true(rows_can_follow(&t, at_south));
	rows_fini(&t);
}

static void
no_picture_shows_none(void **state)
{
	struct web_row *m = row_named(1, "a");
	struct rows t;

	(void)state;
	rows_init(&t);
	m->no_picture = true;
	struct row *r = rows_put(&t, m);

	assert_non_null(strstr(r->tail, "\"picture\":null"));
	assert_int_equal(r->thumb_utc_us, 0);
	rows_fini(&t);
}

static void
wire_refuses_what_is_cut_or_long(void **state)
{
	uint8_t bytes[WEB_ROW_BYTES];
	struct writer w = writer_of(bytes, sizeof(bytes));
	static struct web_row back;

	(void)state;
	web_put_row(&w, row_named(7, "seven"));
	size_t n = writer_length(&w);

	assert_false(w.bad);
	assert_true(web_get_row((struct span){ bytes, n }, &back));
	assert_string_equal(back.name, "seven");
	for (size_t i = 0; i < n; i++)
		assert_false(web_get_row((struct span){ bytes, i }, &back));
	assert_false(web_get_row((struct span){ bytes, n + 1 }, &back));
}

static void
late_metrics_claim_nothing(void **state)
{
	struct metrics m = { .late = true };
	size_t n;

	(void)state;
	m.totals.feeds = 5;
	m.totals.state[STATE_UP] = 5;
	char *out = metrics_print(&m, &n);

	assert_non_null(out);
	assert_int_equal(n, strlen(out));
	assert_non_null(strstr(out, "camwarden_feeds{state=\"up\"} 0\n"));
	assert_non_null(strstr(out, "camwarden_feeds{state=\"unknown\"} 5\n"));
	assert_non_null(
	    strstr(out, "camwarden_feeds_cause{cause=\"monitor-off\"} 5\n"));
	free(out);
}

/* Also of what the monitor can't say itself. */
static void
metrics_tell_each_fault(void **state)
{
	struct metrics m = { .late = false };
	char line[96], *out;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < HEALTH_FAULTS; i++) {
		m.totals.health.faults = HEALTH_BIT(i);
		out = metrics_print(&m, &n);
		assert_non_null(out);
		assert_non_null(strstr(out, "\ncamwarden_healthy 0\n"));
		snprintf(line, sizeof(line),
		    "\ncamwarden_fault{fault=\"%s\"} 1\n",
		    health_name((enum health_fault)i));
		assert_non_null(strstr(out, line));
		free(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_escaped),
		cmocka_unit_test(times_are_iso),
		cmocka_unit_test(followers_get_what_changed_after),
		cmocka_unit_test(a_sample_is_no_news),
		cmocka_unit_test(facts_go_over_the_wire),
		cmocka_unit_test(removed_rows_leave_a_mark),
		cmocka_unit_test(old_followers_start_afresh),
		cmocka_unit_test(who_missed_a_move_starts_afresh),
		cmocka_unit_test(no_picture_shows_none),
		cmocka_unit_test(wire_refuses_what_is_cut_or_long),
		cmocka_unit_test(late_metrics_claim_nothing),
		cmocka_unit_test(metrics_tell_each_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
