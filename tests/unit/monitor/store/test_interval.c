/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/store/interval.h"
#include "monitor/store/json.h"

#define C(cause) ((uint64_t)1 << (cause))
#define V(state, cause)                                                        \
	{                                                                      \
		STATE_##state, CAUSE_##cause, C(CAUSE_##cause)                 \
	}
#define UP                                                                     \
	{                                                                      \
		STATE_UP, CAUSE_NONE, 0                                        \
	}

static const struct row {
	const char *what;
	struct interval_past past[3]; /* newest first */
	size_t count;
	struct interval_verdict verdict;
	int64_t since, at;
	size_t swallow;
	bool clip;
	int64_t start;
} rows[] = {
	{ "trouble begins at the last good evidence", { { 0, 5, UP } }, 1,
	    V(DOWN, STALLED), 90, 110, 0, true, 90 },
	{ "good begins at the first proof", { { 90, 110, V(DOWN, STALLED) } },
	    1, UP, 120, 125, 0, true, 120 },
	{ "but not before the trouble was called",
	    { { 90, 110, V(DOWN, STALLED) } }, 1, UP, 100, 125, 0, true, 110 },
	{ "nor in the time before it that nobody could write down",
	    { { 150, 110, V(DOWN, FROZEN) },
		{ 100, 150, V(UNKNOWN, MONITOR_OFF) } },
	    2, UP, 120, 125, 1, true, 150 },
	{ "trouble swallows a good interval younger than its evidence",
	    { { 100, 101, V(DEGRADED, LOW_FPS) }, { 0, 5, UP } }, 2,
	    V(DOWN, STALLED), 90, 110, 1, true, 90 },
	{ "and a poor one",
	    { { 100, 101, V(DEGRADED, BLURRED) }, { 0, 5, UP } }, 2,
	    V(DOWN, STALLED), 90, 110, 1, true, 90 },
	{ "stops inside the second interval back",
	    { { 100, 101, UP }, { 80, 80, V(DEGRADED, LOW_FPS) },
		{ 0, 0, UP } },
	    3, V(DOWN, FROZEN), 85, 130, 1, true, 85 },
	{ "trouble over other trouble begins when called",
	    { { 90, 110, V(DOWN, STALLED) } }, 1, V(DOWN, UNREACHABLE), 90, 130,
	    0, true, 130 },
	{ "waiting time may turn out down", { { 0, 0, V(UNKNOWN, LEARNING) } },
	    1, V(DOWN, UNREACHABLE), 3, 10, 0, true, 3 },
	{ "from its very start", { { 0, 0, V(UNKNOWN, LEARNING) } }, 1,
	    V(DOWN, UNREACHABLE), 0, 10, 1, false, 0 },
	{ "not sampled, then found frozen since before",
	    { { 50, 60, V(UNKNOWN, NOT_SAMPLED) }, { 0, 5, UP } }, 2,
	    V(DOWN, FROZEN), 40, 70, 1, true, 40 },
	{ "what we were blind for stays unknown: probe",
	    { { 50, 60, V(UNKNOWN, PROBE_LOST) }, { 0, 5, UP } }, 2,
	    V(DOWN, FROZEN), 40, 70, 0, true, 70 },
	{ "network", { { 50, 60, V(UNKNOWN, NETWORK_LOST) } }, 1,
	    V(DOWN, FROZEN), 52, 70, 0, true, 70 },
	{ "monitor",
	    { { 60, 60, V(UNKNOWN, LEARNING) },
		{ 50, 60, V(UNKNOWN, MONITOR_OFF) }, { 0, 5, UP } },
	    3, V(DOWN, FROZEN), 40, 70, 1, true, 60 },
	{ "capacity", { { 50, 60, V(UNKNOWN, OVER_CAPACITY) } }, 1,
	    V(DEGRADED, BLURRED), 52, 70, 0, true, 70 },
	{ "unknown never becomes up", { { 0, 0, V(UNKNOWN, LEARNING) } }, 1, UP,
	    3, 10, 0, true, 10 },
	{ "nor good by another name", { { 0, 0, V(UNKNOWN, NOT_SAMPLED) } }, 1,
	    V(DEGRADED, LOW_FPS), 3, 10, 0, true, 10 },
	{ "up at once where the unknown has no length",
	    { { 10, 10, V(UNKNOWN, LEARNING) } }, 1, UP, 3, 10, 1, false, 10 },
	{ "unknown takes good time back", { { 0, 5, UP } }, 1,
	    V(UNKNOWN, NOT_SAMPLED), 40, 70, 0, true, 40 },
	{ "blindness too", { { 0, 5, UP } }, 1, V(UNKNOWN, PROBE_LOST), 40, 70,
	    0, true, 40 },
	{ "never trouble", { { 20, 30, V(DOWN, BLACK) } }, 1,
	    V(UNKNOWN, PROBE_LOST), 25, 70, 0, true, 70 },
	{ "nor the good before the trouble",
	    { { 20, 30, V(DOWN, BLACK) }, { 0, 0, UP } }, 2,
	    V(UNKNOWN, PROBE_LOST), 10, 70, 0, true, 70 },
	{ "good but for the stream, since the last full evidence",
	    { { 0, 5, UP } }, 1, V(DEGRADED, PACKET_LOSS), 30, 40, 0, true,
	    30 },
	{ "back to up by proof", { { 30, 40, V(DEGRADED, PACKET_LOSS) } }, 1,
	    UP, 55, 60, 0, true, 55 },
	{ "poor after down by proof", { { 30, 40, V(DOWN, BLACK) } }, 1,
	    V(DEGRADED, WHITE), 20, 60, 0, true, 40 },
	{ "a time before the epoch begins with it", { { 1000, 1000, UP } }, 1,
	    V(DOWN, STALLED), 300, 1010, 1, false, 1000 },
	{ "called before the open interval begins: clamped",
	    { { 1000, 1000, V(UNKNOWN, MONITOR_OFF) } }, 1, UP, 300, 400, 1,
	    false, 1000 },
	{ "since after at counts as at", { { 0, 5, UP } }, 1, V(DOWN, STALLED),
	    150, 110, 0, true, 110 },
	{ "no length is left between: the old one goes",
	    { { 100, 100, UP }, { 0, 5, V(DOWN, BLACK) } }, 2, V(DOWN, STALLED),
	    100, 110, 1, true, 100 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct interval_plan p = interval_plan(r->past, r->count,
		    &r->verdict, r->since, r->at);

		if (p.same || p.swallow != r->swallow || p.clip != r->clip ||
		    p.start_utc != r->start)
			fail_msg("%s: same %d swallow %zu clip %d start %lld",
			    r->what, p.same, p.swallow, p.clip,
			    (long long)p.start_utc);
	}
}

static void
test_same(void **state)
{
	struct interval_past past = { 0, 5, V(DOWN, STALLED) };
	struct interval_verdict v = past.verdict;

	(void)state;
	assert_true(interval_plan(&past, 1, &v, 10, 20).same);
	v.causes |= C(CAUSE_BLACK);
	assert_false(interval_plan(&past, 1, &v, 10, 20).same);
}

static void
test_good(void **state)
{
	struct interval_verdict up = UP, low = V(DEGRADED, LOW_FPS);
	struct interval_verdict poor = V(DEGRADED, BLURRED);
	struct interval_verdict unknown = V(UNKNOWN, LEARNING);

	(void)state;
	assert_true(interval_good(&up));
	assert_true(interval_good(&low));
	assert_false(interval_good(&poor));
	assert_false(interval_good(&unknown));
	low.causes |= C(CAUSE_MOVED); /* a stream cause may lead by mistake */
	assert_false(interval_good(&low));
}

/* Every pair of verdicts at random times: the plan tiles, unknown never turns
 * good, blind time never turns into anything, and `at` bounds the start. */
static void
test_properties(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int n = 0; n < 200000; n++) {
		struct interval_past past[3];
		size_t count = 1 + (size_t)(rand_r(&seed) % 3);
		int64_t t = 1000;

		for (size_t i = 0; i < count; i++) {
			enum cause c =
			    (enum cause)(rand_r(&seed) % CAUSE_COUNT);

			t -= 1 + rand_r(&seed) % 50;
			past[i] = (struct interval_past){ t,
				t - 40 + rand_r(&seed) % 60,
				{ cause_state(c), c,
				    c == CAUSE_NONE ? 0 : C(c) } };
		}
		enum cause c = (enum cause)(rand_r(&seed) % CAUSE_COUNT);
		struct interval_verdict v = { cause_state(c), c,
			c == CAUSE_NONE ? 0 : C(c) };
		int64_t at = 950 + rand_r(&seed) % 100;
		int64_t since = at - rand_r(&seed) % 300;
		struct interval_plan p =
		    interval_plan(past, count, &v, since, at);

		if (p.same)
			continue;
		assert_true(p.swallow <= count);
		assert_int_equal(p.clip, p.swallow < count);
		assert_true(p.start_utc >= past[count - 1].start_utc);
		assert_true(p.start_utc <=
			    (at > past[0].start_utc ? at : past[0].start_utc));
		if (p.clip)
			assert_true(past[p.swallow].start_utc < p.start_utc);
		int64_t began = at > past[0].start_utc ? at : past[0].start_utc;

		/* What the plan rewrites is [start, began). */
		for (size_t i = 0; i < count && p.start_utc < began; i++) {
			int64_t end = i == 0 ? began : past[i - 1].start_utc;

			if (end <= p.start_utc || past[i].start_utc >= began)
				continue;
			assert_false(past[i].verdict.state == STATE_UNKNOWN &&
				     interval_good(&v));
			assert_false(past[i].verdict.cause >= CAUSE_PROBE_LOST);
			assert_false(past[i].verdict.state == STATE_DOWN &&
				     v.state == STATE_UNKNOWN);
		}
	}
}

static void
test_json(void **state)
{
	char buffer[200];
	struct json j = json_open(buffer, sizeof(buffer));

	(void)state;
	json_text(&j, "a",
	    "x\"\\\n\x01"
	    "\xc3\xa9\xff");
	json_number(&j, "n", -5);
	json_list_open(&j, "l");
	json_item(&j, "p");
	json_item(&j, "q");
	json_list_close(&j);
	json_hex(&j, "h", (const uint8_t *)"\xab\x01", 2);
	json_bool(&j, "b", true);
	assert_string_equal(json_close(&j),
	    "{\"a\":\"x\\\"\\\\\\u000a\\u0001\xc3\xa9\\ufffd\",\"n\":-5,"
	    "\"l\":[\"p\",\"q\"],\"h\":\"ab01\",\"b\":true}");
	for (size_t size = 2; size < sizeof(buffer); size++) {
		j = json_open(buffer, size);
		json_text(&j, "key", "a value of some length \x01\x02");
		const char *out = json_close(&j);

		assert_true(out[strlen(out) - 1] == '}');
		assert_true(j.bad == (strcmp(out, "{}") == 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
