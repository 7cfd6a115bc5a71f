/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time lines of link reports: what is called, when, and since when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "scene.h"

enum act { LINK, WAIT, LIVE, BLIND, STARVED, END };

struct moment {
	int64_t ms;
	enum act act;
	int phase; /* of LINK; number of pictures of LIVE; cause of BLIND */
	enum reason reason;
	enum cause expect;
	int64_t since_ms; /* -1: not checked */
};

static const struct moment never_connected[] = {
	{ 0, LINK, PHASE_WAITING, REASON_NONE, CAUSE_LEARNING, 0 },
	{ 3000, LINK, PHASE_CONNECTING, REASON_NONE, CAUSE_LEARNING, 0 },
	{ 3100, LINK, PHASE_BACKOFF, REASON_REFUSED, CAUSE_REFUSED, 3100 },
	{ 4000, LINK, PHASE_CONNECTING, REASON_REFUSED, CAUSE_REFUSED, 3100 },
	{ 4100, LINK, PHASE_BACKOFF, REASON_CONNECT_TIMEOUT, CAUSE_UNREACHABLE,
	    -1 },
	{ 9000, LINK, PHASE_WAITING, REASON_NONE, CAUSE_UNREACHABLE, -1 },
	{ 9500, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_LEARNING, -1 },
	{ 0, END },
};

static const struct moment closed_for_good[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, LINK, PHASE_BACKOFF, REASON_PEER_CLOSED, CAUSE_NONE, -1 },
	{ 9500, WAIT, 0, 0, CAUSE_NONE, -1 },
	{ 9950, WAIT, 0, 0, CAUSE_STALLED, 8900 },
	{ 12000, LINK, PHASE_BACKOFF, REASON_REFUSED, CAUSE_REFUSED, -1 },
	{ 0, END },
};

static const struct moment closed_then_refused[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, LINK, PHASE_BACKOFF, REASON_PEER_CLOSED, CAUSE_NONE, -1 },
	{ 9100, LINK, PHASE_CONNECTING, REASON_NONE, CAUSE_NONE, -1 },
	{ 9200, LINK, PHASE_BACKOFF, REASON_REFUSED, CAUSE_REFUSED, 8900 },
	{ 11000, LINK, PHASE_PLAYING, REASON_NONE, CAUSE_REFUSED, 8900 },
	{ 11500, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_NONE, 11500 },
	{ 0, END },
};

static const struct moment back_in_time[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, LINK, PHASE_BACKOFF, REASON_PEER_CLOSED, CAUSE_NONE, -1 },
	{ 9600, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_NONE, -1 },
	{ 12000, WAIT, 0, 0, CAUSE_NONE, -1 },
	{ 0, END },
};

static const struct moment stalls[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 20000, LINK, PHASE_STALLED, REASON_STALL_SERVER_ALIVE, CAUSE_STALLED,
	    19900 },
	{ 21000, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_NONE, 21000 },
	{ 22000, LINK, PHASE_BACKOFF, REASON_STALL_DEAD, CAUSE_STALLED, -1 },
	{ 0, END },
};

static const struct moment our_own[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, BLIND, CAUSE_PROBE_LOST, 0, CAUSE_PROBE_LOST, 8000 },
	{ 9500, BLIND, CAUSE_NONE, 0, CAUSE_NONE, -1 },
	{ 9600, BLIND, CAUSE_NETWORK_LOST, 0, CAUSE_NETWORK_LOST, -1 },
	{ 90000, BLIND, CAUSE_NONE, 0, CAUSE_NOT_SAMPLED, -1 },
	{ 0, END },
};

static const struct moment not_sampled[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 37900, WAIT, 0, 0, CAUSE_NONE, -1 },
	{ 38100, WAIT, 0, 0, CAUSE_NOT_SAMPLED, 8000 },
	{ 40000, LIVE, 1, 0, CAUSE_NONE, -1 },
	{ 0, END },
};

/* Not taken by our own fault, again and again: our time, until a picture is
 * judged; a camera that dies meanwhile is seen as ever. */
static const struct moment starved[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 18000, STARVED, 0, 0, CAUSE_NONE, -1 },
	{ 37900, WAIT, 0, 0, CAUSE_NONE, -1 },
	{ 38100, WAIT, 0, 0, CAUSE_OVER_CAPACITY, 8000 },
	{ 45000, STARVED, 0, 0, CAUSE_OVER_CAPACITY, 8000 },
	{ 51000, LINK, PHASE_BACKOFF, REASON_REFUSED, CAUSE_REFUSED, -1 },
	{ 52000, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_OVER_CAPACITY, -1 },
	{ 60000, LIVE, 1, 0, CAUSE_NONE, -1 },
	{ 90100, WAIT, 0, 0, CAUSE_NOT_SAMPLED, 60000 },
	{ 91000, STARVED, 0, 0, CAUSE_NOT_SAMPLED, 60000 },
	{ 0, END },
};

static const struct moment starved_at_first[] = {
	{ 1000, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_LEARNING, -1 },
	{ 5000, STARVED, 0, 0, CAUSE_LEARNING, -1 },
	{ 31100, WAIT, 0, 0, CAUSE_OVER_CAPACITY, 1000 },
	{ 0, END },
};

/* A moment of ours is no excuse for a camera that sends no keyframe for ever
 * after. */
static const struct moment starved_once[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 18000, STARVED, 0, 0, CAUSE_NONE, -1 },
	{ 47900, WAIT, 0, 0, CAUSE_OVER_CAPACITY, 8000 },
	{ 48100, WAIT, 0, 0, CAUSE_NOT_SAMPLED, 8000 },
	{ 0, END },
};

/* Keyframes that can't be judged, or none: said, not waited for. */
static const struct moment never_sampled[] = {
	{ 1000, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_LEARNING, -1 },
	{ 30900, WAIT, 0, 0, CAUSE_LEARNING, -1 },
	{ 31100, WAIT, 0, 0, CAUSE_NOT_SAMPLED, 1000 },
	{ 0, END },
};

static const struct moment limits[] = {
	{ 0, LINK, PHASE_WAITING, REASON_OVER_CAPACITY, CAUSE_OVER_CAPACITY,
	    -1 },
	{ 1000, LINK, PHASE_WAITING, REASON_SESSION_LIMIT, CAUSE_NOT_SAMPLED,
	    -1 },
	{ 1500, LINK, PHASE_BACKOFF, REASON_YIELDED, CAUSE_NOT_SAMPLED, -1 },
	{ 2000, LINK, PHASE_BACKOFF, REASON_AUTH_WRONG, CAUSE_AUTH_FAILED, -1 },
	{ 3000, LINK, PHASE_BACKOFF, REASON_DNS_FAIL, CAUSE_NAME_FAILED, -1 },
	{ 0, END },
};

static const struct moment a_visit[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, LINK, PHASE_IDLE, REASON_SHUTDOWN, CAUSE_NONE, -1 },
	{ 30000, WAIT, 0, 0, CAUSE_NONE, -1 },
	{ 39000, WAIT, 0, 0, CAUSE_NOT_SAMPLED, 8000 },
	{ 60000, LINK, PHASE_CONNECTING, REASON_NONE, CAUSE_NOT_SAMPLED, -1 },
	{ 61000, LIVE, 1, 0, CAUSE_NONE, -1 },
	{ 0, END },
};

/* We ended it, to connect it anew by another login: no fault, however long that
 * takes, until an answer is one. */
static const struct moment anew[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, LINK, PHASE_WAITING, REASON_SHUTDOWN, CAUSE_NONE, -1 },
	{ 9100, LINK, PHASE_WAITING, REASON_NONE, CAUSE_NONE, -1 },
	{ 12000, LINK, PHASE_CONNECTING, REASON_NONE, CAUSE_NONE, -1 },
	{ 13000, LINK, PHASE_BACKOFF, REASON_AUTH_WRONG, CAUSE_AUTH_FAILED,
	    8900 },
	{ 0, END },
};

/* Connected anew while we were blind for it: what we saw before is no proof. */
static const struct moment anew_unseen[] = {
	{ 0, LIVE, 5, 0, CAUSE_NONE, -1 },
	{ 9000, BLIND, CAUSE_PROBE_LOST, 0, CAUSE_PROBE_LOST, 8000 },
	{ 9100, LINK, PHASE_WAITING, REASON_SHUTDOWN, CAUSE_PROBE_LOST, -1 },
	{ 9500, BLIND, CAUSE_NONE, 0, CAUSE_NOT_SAMPLED, -1 },
	{ 12000, LINK, PHASE_FLOWING, REASON_NONE, CAUSE_NONE, 12000 },
	{ 0, END },
};

static void
play(const struct moment *m)
{
	struct camera c;

	camera_init(&c);
	for (; m->act != END; m++) {
		if (m->act == LINK)
			camera_link(&c, m->ms, (enum phase)m->phase, m->reason);
		else if (m->act == LIVE)
			camera_live(&c, m->ms, (unsigned)m->phase);
		camera_until(&c, m->ms);
		if (m->act == STARVED) {
			judge_on_starved(c.feed, c.now_us);
			camera_until(&c, m->ms);
		}
		if (m->act == BLIND) {
			judge_on_blind(c.feed, (enum cause)m->phase, c.now_us);
			camera_until(&c, m->ms);
		}
		if (camera_verdict(&c)->cause != m->expect)
			fail_msg("at %lld ms: %s, expected %s",
			    (long long)m->ms,
			    cause_name(camera_verdict(&c)->cause),
			    cause_name(m->expect));
		assert_int_equal(camera_verdict(&c)->state,
		    cause_state(m->expect));
		if (m->since_ms >= 0)
			assert_int_equal(camera_verdict(&c)->since_us / MS,
			    m->since_ms);
	}
	camera_fini(&c);
}

static void
test_time_lines(void **state)
{
	static const struct moment *const lines[] = { never_connected,
		closed_for_good, closed_then_refused, back_in_time, stalls,
		our_own, not_sampled, never_sampled, starved, starved_at_first,
		starved_once, limits, a_visit, anew, anew_unseen };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		play(lines[i]);
}

/* Who tells of the end may be another life of the feed, which knows of no media
 * at all: trouble begins with the last that was accounted for, not where the
 * flow began. */
static void
test_end_told_by_another_life(void **state)
{
	struct link_report r = { .at_us = 100 * MS,
		.phase = PHASE_FLOWING,
		.last_media_us = 100 * MS };
	struct account a;
	struct camera c;

	(void)state;
	camera_init(&c);
	c.walker = 3;
	camera_until(&c, 100);
	judge_on_link(c.feed, &r, c.now_us);
	for (unsigned i = 0; i < 5; i++)
		camera_picture(&c, 1000 + 2000 * i);
	a = camera_account(&c, 20000);
	camera_account_send(&c, &a);
	camera_expect(&c, "none");
	camera_until(&c, 25000);
	r = (struct link_report){ .at_us = 25000 * MS,
		.phase = PHASE_BACKOFF,
		.reason = REASON_AUTH_WRONG };
	judge_on_link(c.feed, &r, c.now_us);
	camera_until(&c, 25000);
	camera_expect(&c, "auth-failed");
	assert_int_equal(camera_verdict(&c)->since_us, 20000 * MS);
	camera_fini(&c);
}

/* Every reason leads to its cause, and back to good at the first media. */
static void
test_every_reason(void **state)
{
	(void)state;
	for (unsigned r = 1; r < REASON_COUNT; r++) {
		enum cause cause = reason_cause((enum reason)r);
		struct camera c;

		if (r == REASON_SHUTDOWN)
			continue;
		camera_init(&c);
		camera_live(&c, 0, 5);
		assert_int_equal(camera_verdict(&c)->state, STATE_UP);
		camera_link(&c, 9000, PHASE_BACKOFF, (enum reason)r);
		camera_until(&c, 10000);
		assert_int_equal(camera_verdict(&c)->cause, cause);
		assert_int_equal(judge_sample_due(c.feed), INT64_MAX);
		camera_link(&c, 11000, PHASE_FLOWING, REASON_NONE);
		assert_int_equal(camera_verdict(&c)->state, STATE_UP);
		assert_int_equal(camera_verdict(&c)->since_us, 11000 * MS);
		camera_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_lines),
		cmocka_unit_test(test_end_told_by_another_life),
		cmocka_unit_test(test_every_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
