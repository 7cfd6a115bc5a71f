/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is told what, when: time lines. */
#include "timeline.h"

static struct timeline line;

static int
setup(void **state)
{
	timeline_begin(&line);
	*state = &line;
	return 0;
}

static int
teardown(void **state)
{
	timeline_end(*state);
	return 0;
}

static void
go(struct timeline *t)
{
	alert_configure(t->book, &t->config, 0);
}

/* One recipient without a budget, one rule. */
static struct alert_rule *
simple(struct timeline *t, int64_t for_us)
{
	timeline_recipient(t, "duty", 0, 0);
	return timeline_rule(t, "all", for_us, 1);
}

static void
test_once(void **state)
{
	struct timeline *t = *state;

	simple(t, 30 * S);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 100);
	timeline_up(t, 1);
	timeline_until(t, 200);
	assert_string_equal(t->log,
	    "30 firing #1.1 North/a stalled -> duty\n"
	    "100 resolved #1.2 North/a stalled -> duty\n");
	/* Its row says that all is done. */
	assert_true(t->alerts[0].past.view.done);
	assert_int_equal(alert_of_incident(t->book, 1), 0);
}

/* Over before the rule's time: a row, and nobody hears of it. */
static void
test_short(void **state)
{
	struct timeline *t = *state;

	simple(t, 30 * S);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 29);
	timeline_up(t, 1);
	timeline_until(t, 100);
	assert_string_equal(t->log, "");
	assert_int_equal(t->alert_count, 1);
	assert_true(t->alerts[0].past.view.done);
	assert_string_equal(t->alerts[0].past.view.rule, "all");
}

/* No rule is about it: that shows, too. */
static void
test_no_rule(void **state)
{
	struct timeline *t = *state;

	snprintf(simple(t, 0)->site, 16, "South");
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 10);
	assert_string_equal(t->log, "");
	assert_string_equal(t->alerts[0].past.view.rule, "");
}

/* Rules in their order: the first that is about it, and those that go on. */
static void
test_rules(void **state)
{
	struct timeline *t = *state;
	struct alert_rule *r;
	struct alert_sign s;

	timeline_recipient(t, "duty", 0, 0);
	timeline_recipient(t, "log", 0, 0);
	timeline_recipient(t, "chief", 0, 0);
	r = timeline_rule(t, "log", 0, 2);
	r->go_on = true;
	r = timeline_rule(t, "gates", 10 * S, 4);
	snprintf(r->site, sizeof(r->site), "North/Gates");
	r = timeline_rule(t, "dear", 5 * S, 4);
	r->criticality_low = 4;
	r->criticality_high = 5;
	r = timeline_rule(t, "frozen", 20 * S, 1);
	r->causes = 1ull << CAUSE_FROZEN;
	r = timeline_rule(t, "own", 0, 1);
	r->of = 1u << NOTICE_OF_OWN;
	r = timeline_rule(t, "bad", 60 * S, 1);
	r->severity = NOTICE_HIGH;
	go(t);
	timeline_down(t, 1, "North/a");
	s = timeline_sign(t, 2, "North/Gates/b", CAUSE_STALLED);
	s.site = "North/Gates/East";
	timeline_put(t, &s);
	s = timeline_sign(t, 3, "North/c", CAUSE_STALLED);
	s.criticality = 4;
	timeline_put(t, &s);
	s = timeline_sign(t, 4, "North/d", CAUSE_FROZEN);
	timeline_put(t, &s);
	s = timeline_sign(t, 5, "North/e", CAUSE_BLURRED);
	s.severity = NOTICE_MEDIUM;
	timeline_put(t, &s);
	s = timeline_sign(t, 6, "camwarden", CAUSE_NONE);
	s.of = NOTICE_OF_OWN;
	s.site = "";
	timeline_put(t, &s);
	timeline_until(t, 100);
	assert_string_equal(t->log,
	    "0 firing #1.1 North/a stalled -> log\n"
	    "0 firing #2.1 North/Gates/b stalled -> log\n"
	    "0 firing #3.1 North/c stalled -> log\n"
	    "0 firing #4.1 North/d frozen -> log\n"
	    "0 firing #5.1 North/e blurred -> log\n"
	    "0 firing #6.1 camwarden none -> log\n"
	    "0 firing #6.2 camwarden none -> duty\n"
	    "5 firing #3.2 North/c stalled -> chief\n"
	    "10 firing #2.2 North/Gates/b stalled -> chief\n"
	    "20 firing #4.2 North/d frozen -> duty\n"
	    "60 firing #1.2 North/a stalled -> duty\n");
}

/* Repeats and escalation go on until somebody acknowledges. */
static void
test_escalation(void **state)
{
	struct timeline *t = *state;
	struct alert_rule *r;

	timeline_recipient(t, "duty", 0, 0);
	timeline_recipient(t, "chief", 0, 0);
	r = timeline_rule(t, "all", 0, 1);
	r->steps[r->step_count++] = 2;
	r->escalate_us = 100 * S;
	r->repeat_us = 60 * S;
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 190);
	assert_string_equal(t->log, "0 firing #1.1 North/a stalled -> duty\n"
				    "60 repeat #1.2 North/a stalled -> duty\n"
				    "100 escalation #1.3 North/a stalled -> "
				    "chief\n"
				    "160 repeat #1.4 North/a stalled -> duty\n"
				    "160 repeat #1.5 North/a stalled -> "
				    "chief\n");
	timeline_forget(t);
	alert_on_acknowledge(t->book, 1, t->now);
	timeline_until(t, 1000);
	assert_string_equal(t->log, "");
	assert_true(t->alerts[0].past.view.acknowledged);
	timeline_up(t, 1);
	assert_string_equal(t->log,
	    "1000 resolved #1.6 North/a stalled -> duty\n"
	    "1000 resolved #1.7 North/a stalled -> chief\n");
}

/* Acknowledged while it could still be an interruption: it is an alert that
 * nobody need be told of, and may become worse as any. */
static void
test_acknowledged_before(void **state)
{
	struct timeline *t = *state;
	struct alert_sign s = timeline_sign(t, 1, "North/a", CAUSE_STALLED);

	timeline_recipient(t, "duty", 0, 0);
	timeline_rule(t, "all", 0, 1)->repeat_us = 60 * S;
	go(t);
	s.acknowledged = true;
	timeline_put(t, &s);
	timeline_until(t, 300);
	assert_string_equal(t->log, "");
	assert_true(t->alerts[0].past.view.acknowledged);
	s.severity = NOTICE_CRITICAL;
	timeline_put(t, &s);
	timeline_until(t, 310);
	assert_non_null(strstr(t->log, "firing #1.1"));
}

/* Worse: it begins anew, even when it was acknowledged. */
static void
test_worse(void **state)
{
	struct timeline *t = *state;
	struct alert_sign s;

	simple(t, 10 * S);
	go(t);
	s = timeline_sign(t, 1, "North/a", CAUSE_BLURRED);
	s.severity = NOTICE_MEDIUM;
	timeline_put(t, &s);
	timeline_until(t, 20);
	alert_on_acknowledge(t->book, 1, t->now);
	s.cause = CAUSE_NOISY;
	timeline_put(t, &s);
	timeline_until(t, 30);
	s.cause = CAUSE_COVERED;
	s.severity = NOTICE_HIGH;
	timeline_put(t, &s);
	assert_false(t->alerts[0].past.view.acknowledged);
	timeline_up(t, 1);
	assert_string_equal(t->log, "10 firing #1.1 North/a blurred -> duty\n"
				    "30 firing #1.2 North/a covered -> duty\n"
				    "30 resolved #1.3 North/a covered -> "
				    "duty\n");
}

/* Who is not on duty is passed over; the last is told all the same. */
static void
test_duty(void **state)
{
	struct timeline *t = *state;
	struct alert_rule *r;

	timeline_recipient(t, "day", 0, 0);
	timeline_recipient(t, "night", 0, 0);
	timeline_recipient(t, "chief", 0, 0);
	r = timeline_rule(t, "all", 0, 3);
	r->steps[r->step_count++] = 4;
	r->escalate_us = 10 * MIN;
	r->repeat_us = 4 * MIN;
	go(t);
	alert_on_duty(t->book, 2 | 4);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 60);
	/* The day's shift comes: the next repeat is for both. */
	alert_on_duty(t->book, 1 | 4);
	timeline_until(t, 250);
	alert_on_acknowledge(t->book, 1, t->now);
	alert_on_duty(t->book, 4);
	timeline_down(t, 2, "North/b");
	alert_on_acknowledge(t->book, 2, t->now);
	alert_on_duty(t->book, 0);
	timeline_down(t, 3, "North/c");
	timeline_up(t, 1);
	assert_string_equal(t->log,
	    "0 firing #1.1 North/a stalled -> night\n"
	    "240 repeat #1.2 North/a stalled -> day\n"
	    "250 firing #2.1 North/b stalled -> chief\n"
	    "250 firing #3.1 North/c stalled -> chief\n"
	    "250 resolved #1.3 North/a stalled -> day\n"
	    "250 resolved #1.4 North/a stalled -> night\n");
}

/* Maintenance and mutes hold back, and show; what is still there after them is
 * told. */
static void
test_excuse(void **state)
{
	struct timeline *t = *state;
	struct alert_sign s;

	simple(t, 0)->repeat_us = MIN;
	go(t);
	s = timeline_sign(t, 1, "North/a", CAUSE_STALLED);
	s.excused = ALERT_MUTE;
	timeline_put(t, &s);
	timeline_until(t, 100);
	assert_string_equal(t->log, "");
	assert_int_equal(t->alerts[0].past.view.excused, ALERT_MUTE);
	alert_on_excuse(t->book, 1, 0, t->now);
	timeline_until(t, 110);
	alert_on_excuse(t->book, 1, ALERT_MAINTENANCE, t->now);
	timeline_until(t, 500);
	timeline_up(t, 1);
	assert_string_equal(t->log, "101 firing #1.1 North/a stalled -> duty\n"
				    "500 resolved #1.2 North/a stalled -> "
				    "duty\n");
}

/* --- flapping */

static void
test_flaps(void **state)
{
	struct timeline *t = *state;

	simple(t, 30 * S);
	t->config.flap_count = 3;
	t->config.flap_us = 10 * MIN;
	go(t);
	for (int i = 0; i < 20; i++) { /* 20 s down, 20 s up */
		timeline_down(t, i + 1, "North/a");
		timeline_until(t, 40 * i + 20);
		timeline_up(t, i + 1);
		timeline_until(t, 40 * i + 40);
	}
	/* Twice nothing; from the third time on one alert for all. */
	assert_string_equal(t->log,
	    "80 firing #3.1 North/a flapping -> duty\n");
	assert_int_equal(t->alert_count, 3);
	assert_int_equal(alert_of_incident(t->book, 20), 3);
	timeline_until(t, 2000);
	assert_string_equal(t->log, "80 firing #3.1 North/a flapping -> duty\n"
				    "1380 resolved #3.2 North/a flapping -> "
				    "duty\n");
	assert_int_equal(t->alerts[2].past.view.turns, 3 + 17 + 18);
}

/* It stays down: plainly that, and told so. */
static void
test_flaps_then_stays(void **state)
{
	struct timeline *t = *state;

	simple(t, 30 * S);
	t->config.flap_count = 2;
	t->config.flap_us = 10 * MIN;
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 10);
	timeline_up(t, 1);
	timeline_until(t, 50);
	timeline_down(t, 2, "North/a");
	timeline_until(t, 2000);
	timeline_up(t, 2);
	assert_string_equal(t->log, "50 firing #2.1 North/a flapping -> duty\n"
				    "650 firing #2.2 North/a stalled -> duty\n"
				    "2000 resolved #2.3 North/a stalled -> "
				    "duty\n");
}

/* A rule that names causes is about what flaps by its cause, after a restart,
 * too. */
static void
test_flaps_restart(void **state)
{
	struct timeline *t = *state;
	struct alert_rule *r = simple(t, 30 * S);

	r->causes = 1ull << CAUSE_STALLED;
	r->repeat_us = 5 * MIN;
	t->config.flap_count = 2;
	t->config.flap_us = 10 * MIN;
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 10);
	timeline_up(t, 1);
	timeline_until(t, 50);
	timeline_down(t, 2, "North/a");
	timeline_until(t, 60);
	timeline_resume(t);
	timeline_until(t, 700);
	timeline_up(t, 2);
	assert_string_equal(t->log, "50 firing #2.1 North/a flapping -> duty\n"
				    "350 repeat #2.2 North/a flapping -> duty\n"
				    "650 firing #2.3 North/a stalled -> duty\n"
				    "700 resolved #2.4 North/a stalled -> "
				    "duty\n");
}

/* --- budgets */

static struct alert_rule *
budget(struct timeline *t)
{
	timeline_recipient(t, "duty", 1, 10 * MIN);
	t->config.gather_us = 5 * S;
	return timeline_rule(t, "all", 0, 1);
}

static void
test_budget(void **state)
{
	struct timeline *t = *state;
	char name[32];

	budget(t);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 60);
	for (int i = 2; i <= 38; i++) {
		snprintf(name, sizeof(name), "North/%d", i);
		timeline_down(t, i, name);
	}
	timeline_until(t, 100);
	for (int i = 2; i <= 11; i++) /* over before anybody heard of them */
		timeline_up(t, i);
	timeline_until(t, 700);
	timeline_up(t, 1);
	for (int i = 12; i <= 38; i++)
		timeline_up(t, i);
	timeline_until(t, 3000);
	assert_string_equal(t->log,
	    "5 firing #1.1 North/a stalled -> duty\n"
	    "605 digest -> duty: 27 open, 0 over (+10)\n"
	    "1205 digest -> duty: 0 open, 28 over\n");
	for (size_t i = 0; i < t->row_count; i++)
		assert_true(t->rows[i].told_us >= 0 || t->rows[i].dropped);
}

/* What comes at once costs one. */
static void
test_gather(void **state)
{
	struct timeline *t = *state;

	budget(t);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 3);
	timeline_down(t, 2, "North/b");
	timeline_until(t, 60);
	assert_string_equal(t->log, "5 digest -> duty: 2 open, 0 over\n");
}

/* Alone when it waited alone. */
static void
test_wait_alone(void **state)
{
	struct timeline *t = *state;

	budget(t);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 60);
	timeline_down(t, 2, "North/b");
	timeline_until(t, 700);
	assert_string_equal(t->log,
	    "5 firing #1.1 North/a stalled -> duty\n"
	    "605 firing #2.1 North/b stalled -> duty\n");
}

/* Exempt rules pass the budget, and don't use it up. */
static void
test_exempt(void **state)
{
	struct timeline *t = *state;
	struct alert_rule *r;
	struct alert_sign s;

	timeline_recipient(t, "duty", 1, 10 * MIN);
	t->config.gather_us = 5 * S;
	r = timeline_rule(t, "critical", 0, 1);
	r->severity = NOTICE_CRITICAL;
	r->exempt = true;
	timeline_rule(t, "all", 0, 1);
	go(t);
	for (int i = 1; i <= 3; i++) {
		s = timeline_sign(t, i, "North", CAUSE_STALLED);
		s.of = NOTICE_OF_SITE;
		s.place_id = i;
		s.severity = NOTICE_CRITICAL;
		timeline_put(t, &s);
	}
	timeline_down(t, 4, "North/a");
	timeline_until(t, 10);
	timeline_up(t, 1);
	assert_string_equal(t->log, "0 firing #1.1 North stalled -> duty\n"
				    "0 firing #2.1 North stalled -> duty\n"
				    "0 firing #3.1 North stalled -> duty\n"
				    "5 firing #4.1 North/a stalled -> duty\n"
				    "10 resolved #1.2 North stalled -> duty\n");
}

/* A flood of exempt ones waits like the rest, beyond so many. */
static void
test_flood(void **state)
{
	struct timeline *t = *state;
	char name[32];

	budget(t)->exempt = true;
	t->config.flood = 2;
	t->config.flood_us = 10 * MIN;
	go(t);
	for (int i = 1; i <= 6; i++) {
		snprintf(name, sizeof(name), "North/%d", i);
		timeline_down(t, i, name);
	}
	timeline_until(t, 100);
	timeline_up(t, 1);
	timeline_until(t, 700);
	timeline_up(t, 2);
	assert_string_equal(t->log,
	    "0 firing #1.1 North/1 stalled -> duty\n"
	    "0 firing #2.1 North/2 stalled -> duty\n"
	    "5 digest -> duty: 4 open, 0 over\n"
	    "605 resolved #1.2 North/1 stalled -> duty\n"
	    "700 resolved #2.2 North/2 stalled -> "
	    "duty\n");
}

/* Many that nobody acknowledges are one reminder. */
static void
test_repeat_digest(void **state)
{
	struct timeline *t = *state;

	budget(t)->repeat_us = 30 * MIN;
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_down(t, 2, "North/b");
	timeline_until(t, 1900);
	assert_string_equal(t->log, "5 digest -> duty: 2 open, 0 over\n"
				    "1805 digest -> duty: 2 open, 0 over\n");
	/* A reminder that waits is no row. */
	assert_int_equal(t->row_count, 4);
}

/* --- other settings */

static void
test_reconfigure(void **state)
{
	struct timeline *t = *state;

	timeline_recipient(t, "duty", 1, 10 * MIN);
	timeline_recipient(t, "old", 1, 10 * MIN);
	t->config.gather_us = 5 * S;
	timeline_rule(t, "all", 0, 3);
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_until(t, 10);
	timeline_down(t, 2, "North/b");
	timeline_forget(t);
	/* The old one goes, a new one comes before the other. */
	memset(&t->config.recipients, 0, sizeof(t->config.recipients));
	t->config.recipient_count = t->config.rule_count = 0;
	timeline_recipient(t, "new", 0, 0);
	timeline_recipient(t, "duty", 1, 10 * MIN);
	timeline_rule(t, "other", 0, 1);
	timeline_rule(t, "all", 0, 2);
	t->config.rules[0].go_on = true;
	alert_configure(t->book, &t->config, t->now);
	timeline_until(t, 700);
	timeline_up(t, 1);
	timeline_up(t, 2);
	timeline_until(t, 2000);
	assert_string_equal(t->log, "11 firing #1.3 North/a stalled -> new\n"
				    "11 firing #2.3 North/b stalled -> new\n"
				    "605 firing #2.1 North/b stalled -> duty\n"
				    "700 resolved #1.4 North/a stalled -> new\n"
				    "700 resolved #2.4 North/b stalled -> new\n"
				    "1205 digest -> duty: 0 open, 2 over\n");
	for (size_t i = 0; i < t->row_count; i++)
		assert_true(t->rows[i].told_us >= 0 || t->rows[i].dropped);
}

/* One that is called otherwise now, and one who is named, too: they hear of
 * what is open, once, and of its end. */
static void
test_renamed(void **state)
{
	struct timeline *t = *state;

	timeline_recipient(t, "old", 0, 0);
	timeline_recipient(t, "chief", 0, 0);
	timeline_rule(t, "all", 0, 1)->repeat_us = 100 * S;
	go(t);
	timeline_down(t, 1, "North/a");
	timeline_down(t, 2, "North/b");
	alert_on_acknowledge(t->book, 2, t->now);
	timeline_until(t, 10);
	timeline_forget(t);
	snprintf(t->config.recipients[0].name,
	    sizeof(t->config.recipients[0].name), "new");
	t->config.rules[0].steps[0] = 3;
	for (int i = 0; i < 3; i++) {
		alert_configure(t->book, &t->config, t->now);
		timeline_until(t, 20 + i);
	}
	timeline_up(t, 1);
	timeline_up(t, 2);
	assert_string_equal(t->log,
	    "11 firing #1.2 North/a stalled -> new\n"
	    "11 firing #1.3 North/a stalled -> chief\n"
	    "22 resolved #1.4 North/a stalled -> new\n"
	    "22 resolved #1.5 North/a stalled -> chief\n");
}

/* --- restarts */

/* What was told, without when. */
static const char *
untimed(const struct timeline *t)
{
	static char out[4096];
	size_t n = 0;
	bool time = true;

	for (const char *p = t->log; *p != '\0' && n < sizeof(out) - 1; p++) {
		time = time && *p != ' ';
		if (!time)
			out[n++] = *p;
		time = time || *p == '\n';
	}
	out[n] = '\0';
	return out;
}

/* Killed at any second: the same is told, nothing twice. (Reminders have no
 * rows: one that waited comes at the next one's time.) */
static void
test_restart(void **state)
{
	(void)state;
	char without[4096] = "";

	for (int kill = -1; kill < 1400; kill += kill < 0 ? 1 : 13) {
		struct timeline *t = &line;
		struct alert_rule *r;

		timeline_end(t);
		timeline_begin(t);
		timeline_recipient(t, "duty", 1, 10 * MIN);
		timeline_recipient(t, "chief", 0, 0);
		t->config.gather_us = 5 * S;
		r = timeline_rule(t, "all", 10 * S, 1);
		r->steps[r->step_count++] = 2;
		r->escalate_us = 200 * S;
		go(t);
		for (int s = 0; s < 1400; s++) {
			timeline_until(t, s);
			if (s == 0)
				timeline_down(t, 1, "North/a");
			if (s == 30)
				timeline_down(t, 2, "North/b");
			if (s == 31)
				timeline_down(t, 3, "North/c");
			if (s == 300)
				timeline_up(t, 1);
			if (s == 900)
				timeline_up(t, 2);
			if (s == kill)
				timeline_resume(t);
		}
		if (kill < 0)
			memcpy(without, untimed(t), sizeof(without));
		else
			assert_string_equal(untimed(t), without);
	}
	assert_string_equal(without,
	    " firing #1.1 North/a stalled -> duty\n"
	    " escalation #1.2 North/a stalled -> chief\n"
	    " escalation #2.2 North/b stalled -> chief\n"
	    " escalation #3.2 North/c stalled -> chief\n"
	    " resolved #1.4 North/a stalled -> chief\n"
	    " digest -> duty: 2 open, 1 over\n"
	    " resolved #2.4 North/b stalled -> chief\n"
	    " resolved #2.3 North/b stalled -> duty\n");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_once),
		TEST(test_short),
		TEST(test_no_rule),
		TEST(test_rules),
		TEST(test_escalation),
		TEST(test_acknowledged_before),
		TEST(test_worse),
		TEST(test_duty),
		TEST(test_excuse),
		TEST(test_flaps),
		TEST(test_flaps_then_stays),
		TEST(test_flaps_restart),
		TEST(test_budget),
		TEST(test_gather),
		TEST(test_wait_alone),
		TEST(test_exempt),
		TEST(test_flood),
		TEST(test_repeat_digest),
		TEST(test_reconfigure),
		TEST(test_renamed),
		TEST(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
