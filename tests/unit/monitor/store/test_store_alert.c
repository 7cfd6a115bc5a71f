/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts and notices in the store: what waits, what is told alone or by a
 * digest, its deliveries and its line, and what age takes. */
#include "bench.h"

#include "monitor/store/store_alert.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/writer.h"

static void
put_alert(struct bench *b, int64_t id, int64_t incident, bool closed)
{
	const struct store_incident i = { .id = incident,
		.feed = 1,
		.since_us = b->mono,
		.at_us = b->mono,
		.cause = CAUSE_STALLED,
		.alertable = true,
		.text = "it hangs" };
	const struct store_alert a = { .id = id,
		.incident = incident,
		.of = 1,
		.place_id = 1,
		.place = "North/a",
		.site = "North",
		.rule = "all",
		.severity = 3,
		.criticality = 4,
		.cause = CAUSE_STALLED,
		.feeds = 7,
		.since_us = b->mono - S,
		.at_us = b->mono,
		.good_us = b->mono,
		.closed_us = b->mono,
		.closed = closed,
		.done = closed,
		.now_us = b->mono };

	if (!closed)
		assert_true(store_incident_open(b->store, &i, NULL));
	assert_true(store_alert(b->store, &a, NULL));
}

static void
put_notice(struct bench *b, enum store_notice_step step, int64_t alert,
    uint32_t sequence, const char *to)
{
	const struct store_notice n = {
		.step = step,
		.alert = alert,
		.sequence = sequence,
		.kind = alert != 0 ? 1 : 5,
		.kind_name = alert != 0 ? "firing" : "digest",
		.recipient = to,
		.rule = "all",
		.at_us = b->mono,
		.body = "bytes",
		.length = step == STORE_NOTICE_TOLD ? 5 : 0,
		.subject = "firing: North/a: stalled",
		.channels = step == STORE_NOTICE_TOLD ? "mail, ntfy of us" : "",
	};

	assert_true(store_notice(b->store, &n, NULL));
}

struct taken {
	struct store_alert_row alerts[8];
	struct store_notice_row notices[16];
	unsigned alert_count, notice_count;
};

static bool
take_alert(void *arg, const struct store_alert_row *row)
{
	struct taken *t = arg;

	t->alerts[t->alert_count++] = *row;
	return t->alert_count < 8;
}

static bool
take_notice(void *arg, const struct store_notice_row *row)
{
	struct taken *t = arg;

	t->notices[t->notice_count++] = *row;
	return t->notice_count < 16;
}

static struct taken
alerts(struct bench *b, struct store_alert_ask ask)
{
	struct taken t = { .alert_count = 0 };
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(store_read_alerts(r, &ask, take_alert, &t));
	store_reader_close(&r);
	return t;
}

static struct taken
notices(struct bench *b, struct store_notice_ask ask)
{
	struct taken t = { .alert_count = 0 };
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	assert_true(store_read_notices(r, &ask, take_notice, &t));
	store_reader_close(&r);
	return t;
}

static void
test_rows(void **state)
{
	struct bench *b = *state;
	struct taken t;

	bench_feeds(b, 2);
	put_alert(b, 1, 11, false);
	put_notice(b, STORE_NOTICE_HELD, 1, 1, "duty");
	bench_drain(b);
	t = alerts(b, (struct store_alert_ask){ .open_only = true });
	assert_int_equal(t.alert_count, 1);
	assert_int_equal(t.alerts[0].incident, 11);
	assert_int_equal(t.alerts[0].feeds, 7);
	assert_int_equal(t.alerts[0].cause, CAUSE_STALLED);
	assert_int_equal(t.alerts[0].waiting, 1);
	assert_int_equal(t.alerts[0].closed_utc, 0);
	assert_true(t.alerts[0].incident_open);
	assert_int_equal(bench_int(b,
			     "SELECT alert FROM incident WHERE id = 11"),
	    1);
	/* Told alone: the same row, a delivery for each channel, a line. */
	put_notice(b, STORE_NOTICE_TOLD, 1, 1, "duty");
	bench_drain(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM notice WHERE told"
				      " IS NOT NULL AND body = x'6279746573'"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM delivery WHERE"
				      " kind = 3 AND notice = 1 AND target IN"
				      " ('mail', 'ntfy of us') AND subject ="
				      " 'firing: North/a: stalled'"),
	    2);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM event e JOIN private p"
			     " USING(seq) WHERE e.kind = 'alert.told' AND"
			     " json_extract(p.body, '$.incident') = 11 AND"
			     " json_extract(p.body, '$.to') = 'duty' AND"
			     " json_extract(p.body, '$.cause') = 'stalled' AND"
			     " json_extract(p.body, '$.kind') = 'firing'"),
	    1);
	/* Twice the same is no second row. */
	put_notice(b, STORE_NOTICE_HELD, 1, 1, "duty");
	bench_drain(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM notice"), 1);
	bench_chain(b);
}

/* A digest tells all that wait for its recipient, and nothing else. */
static void
test_digest(void **state)
{
	struct bench *b = *state;
	struct taken t;

	bench_feeds(b, 2);
	for (int i = 1; i <= 3; i++) {
		put_alert(b, i, 10 + i, false);
		put_notice(b, STORE_NOTICE_HELD, i, 1, "duty");
		put_notice(b, STORE_NOTICE_HELD, i, 2, "chief");
	}
	put_notice(b, STORE_NOTICE_DROPPED, 3, 1, "duty");
	put_notice(b, STORE_NOTICE_TOLD, 0, 0, "duty");
	bench_drain(b);
	t = notices(b, (struct store_notice_ask){ .digest = 7 });
	assert_int_equal(t.notice_count, 2);
	t = notices(b, (struct store_notice_ask){ .waiting_only = true });
	assert_int_equal(t.notice_count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(t.notices[i].digest, 0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM delivery WHERE"
				      " notice = 7"),
	    2);
	t = alerts(b, (struct store_alert_ask){ .held_only = true });
	assert_int_equal(t.alert_count, 3);
	t = notices(b, (struct store_notice_ask){ .alert = 3 });
	assert_int_equal(t.notice_count, 2);
	assert_true(t.notices[0].dropped_utc != 0);
}

static void
test_lists(void **state)
{
	struct bench *b = *state;
	struct taken t;

	bench_feeds(b, 2);
	for (int i = 1; i <= 3; i++)
		put_alert(b, i, 10 + i, false);
	put_alert(b, 2, 12, true);
	bench_drain(b);
	t = alerts(b, (struct store_alert_ask){ .limit = 2 });
	assert_int_equal(t.alert_count, 2);
	assert_int_equal(t.alerts[0].id, 3);
	t = alerts(b, (struct store_alert_ask){ .before_id = 2 });
	assert_int_equal(t.alert_count, 1);
	t = alerts(b, (struct store_alert_ask){ .undone_only = true });
	assert_int_equal(t.alert_count, 2);
	t = alerts(b, (struct store_alert_ask){ .site = "North" });
	assert_int_equal(t.alert_count, 3);
	t = alerts(b, (struct store_alert_ask){ .site = "Nor" });
	assert_int_equal(t.alert_count, 0);
	t = alerts(b, (struct store_alert_ask){ .incident = 12 });
	assert_int_equal(t.alert_count, 1);
	assert_true(t.alerts[0].closed_utc != 0);
	/* Nobody was told of it at all: held back. */
	t = alerts(b, (struct store_alert_ask){ .held_only = true });
	assert_int_equal(t.alert_count, 3);
}

/* --- how notices are sent */

struct rows {
	char text[300];
	int64_t last;
};

static bool
take_row(void *arg, const struct store_delivery_row *row)
{
	struct rows *r = arg;
	size_t n = strlen(r->text);

	snprintf(r->text + n, sizeof(r->text) - n, "%lld:%.*s/%.*s%s ",
	    (long long)row->notice, (int)row->target.n, row->target.p,
	    (int)row->length, (const char *)row->body,
	    row->told_by.p != NULL ? "!" : "");
	r->last = row->id;
	return true;
}

static const char *
due(struct bench *b, const char *channel, struct rows *r)
{
	struct store_reader *reader;
	char error[256];

	bench_drain(b);
	reader = store_reader_open(b->dir, error);
	memset(r, 0, sizeof(*r));
	assert_true(
	    store_read_due(reader, channel, INT64_MAX / 2, 9, take_row, r));
	store_reader_close(&reader);
	return r->text;
}

static const char *
stuck(struct bench *b, uint32_t tries, struct rows *r)
{
	const struct store_stuck_ask ask = { .channel = "mail",
		.or_else = "phone",
		.tries = tries,
		.limit = 9 };
	struct store_reader *reader;
	char error[256];

	bench_drain(b);
	reader = store_reader_open(b->dir, error);
	memset(r, 0, sizeof(*r));
	assert_true(store_read_stuck(reader, &ask, take_row, r));
	store_reader_close(&reader);
	return r->text;
}

static void
try_row(struct bench *b, int64_t id, enum store_attempt_outcome outcome)
{
	const struct store_attempt a = { .delivery = id,
		.outcome = outcome,
		.utc = 7,
		.due_utc = 9,
		.said = "said" };

	assert_true(store_attempt(b->store, &a, NULL));
	bench_drain(b);
}

/* Of one alert one after the other; what fails goes another way, and so does
 * what comes behind it. */
static void
test_other_way(void **state)
{
	struct bench *b = *state;
	struct store_delivery other = { .kind = STORE_DELIVERY_ALERT,
		.target = "phone",
		.subject = "s",
		.path = "",
		.body = "",
		.made_utc = 1,
		.due_utc = 1 };
	struct rows r;
	int64_t first;

	put_alert(b, 1, 11, false);
	put_notice(b, STORE_NOTICE_TOLD, 1, 1, "mail");
	put_notice(b, STORE_NOTICE_TOLD, 1, 2, "mail");
	assert_string_equal(due(b, "mail", &r), "1:mail/bytes ");
	first = r.last;
	assert_string_equal(due(b, NULL, &r), "");
	assert_string_equal(stuck(b, 1, &r), "");
	try_row(b, first, STORE_TRY_AGAIN);
	assert_string_equal(stuck(b, 1, &r), "1:mail/bytes ");
	other.notice = 1;
	other.instead = first;
	assert_true(store_delivery(b->store, &other, NULL));
	assert_true(store_delivery(b->store, &other, NULL)); /* passed over */
	assert_string_equal(due(b, "phone", &r), "1:phone/bytes ");
	assert_string_equal(stuck(b, 1, &r), ""); /* it has one */
	try_row(b, r.last != 0 ? r.last : 0, STORE_TRY_AGAIN);
	assert_string_equal(due(b, "phone", &r), "1:phone/bytes ");
	try_row(b, r.last, STORE_SENT);
	/* The first way need not tell it any more; the alert's next notice is
	 * told by both. */
	assert_string_equal(due(b, "mail", &r), "2:mail/bytes ");
	assert_string_equal(stuck(b, 99, &r), "2:mail/bytes ");
	assert_int_equal(bench_int(b, "SELECT count(*) FROM delivery WHERE"
				      " gave_up = 7"),
	    1);
	try_row(b, r.last, STORE_SENT);
	assert_string_equal(stuck(b, 0, &r), "");
	assert_string_equal(due(b, "mail", &r), "");
}

static int64_t
waiting(struct bench *b, const char *channel)
{
	char sql[200];

	bench_drain(b);
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM delivery WHERE target = '%s'"
	    " AND done IS NULL AND gave_up IS NULL",
	    channel);
	return bench_int(b, sql);
}

static void
remind(struct bench *b, uint32_t sequence)
{
	const struct store_notice n = { .step = STORE_NOTICE_TOLD,
		.alert = 1,
		.sequence = sequence,
		.kind = 2,
		.kind_name = "repeat",
		.recipient = "ops",
		.rule = "all",
		.at_us = b->mono,
		.body = "again",
		.length = 5,
		.subject = "repeat: North/a: stalled",
		.channels = "mail, ntfy of us",
		.reminder = true };

	assert_true(store_notice(b->store, &n, NULL));
}

/* While its beginning waits for a server nobody needs to be reminded there; by
 * no channel is one notice told twice; what one address alone waits for holds
 * nobody up. */
static void
test_no_more_than_once(void **state)
{
	struct bench *b = *state;
	struct store_delivery other = { .kind = STORE_DELIVERY_ALERT,
		.target = "ntfy of us",
		.subject = "s",
		.path = "",
		.body = "",
		.made_utc = 1,
		.due_utc = 1,
		.notice = 1 };
	struct rows r;

	put_alert(b, 1, 11, false);
	put_notice(b, STORE_NOTICE_TOLD, 1, 1, "ops");
	due(b, "mail", &r);
	try_row(b, r.last, STORE_SENT);
	remind(b, 2);
	assert_int_equal(waiting(b, "mail"), 1);
	assert_int_equal(waiting(b, "ntfy of us"), 1);
	assert_true(store_delivery(b->store, &other, NULL));
	assert_int_equal(waiting(b, "ntfy of us"), 1);
	/* Once it was told there, too, it is reminded there. */
	due(b, "ntfy of us", &r);
	try_row(b, r.last, STORE_SENT);
	remind(b, 3);
	assert_int_equal(waiting(b, "mail"), 1);
	assert_int_equal(waiting(b, "ntfy of us"), 1);
	due(b, "mail", &r);
	try_row(b, r.last, STORE_SENT);
	other.target = "mail";
	other.path = "late@b.test";
	assert_true(store_delivery(b->store, &other, NULL));
	put_notice(b, STORE_NOTICE_TOLD, 1, 4, "ops");
	assert_string_equal(due(b, "mail", &r), "1:mail/bytes 4:mail/bytes ");
	/* A person mended something: what waits for its time has it. */
	try_row(b, r.last, STORE_TRY_AGAIN);
	assert_true(store_deliveries_due(b->store, "phone", 3));
	assert_true(store_deliveries_due(b->store, "mail", 5));
	bench_drain(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM delivery WHERE due = 5"),
	    1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows),
		TEST(test_digest),
		TEST(test_lists),
		TEST(test_other_way),
		TEST(test_no_more_than_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
