/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A console's story, told as steps: what it reports, what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/presence/console.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S 1000000LL
#define UTC0 (1767571200LL * S)
#define BOOT 5000 /* monotonic seconds at the story's start */

/* The console under test, and an agent that speaks of it. */
struct story {
	struct console c;
	struct heartbeat hb;
	double clock_s; /* the agent's clock is so far ahead */
	char told[1600];
};

static int64_t
mono(double at_s)
{
	return (int64_t)((BOOT + at_s) * S);
}

static void
life(struct story *t, const char *name)
{
	snprintf(t->hb.life, sizeof(t->hb.life), "%s", name);
	t->hb.seq = 0;
}

static void
begin(struct story *t, const struct console_config *config)
{
	struct console_config plain = console_config_default();

	memset(t, 0, sizeof(*t));
	plain.desk_still_s = 0;
	console_init(&t->c, config ? config : &plain, mono(0));
	t->hb.version = HEARTBEAT_VERSION;
	snprintf(t->hb.session, sizeof(t->hb.session), "c1");
	t->hb.sees_input = t->hb.sees_idle = t->hb.sees_lock =
	    t->hb.sees_screens = HEARTBEAT_X11;
	t->hb.locked = SAID_NO;
	t->hb.screen_count = 1;
	t->hb.screens[0].power = SCREEN_ON;
	t->hb.idle_ms = HEARTBEAT_NOT_SAID;
	t->hb.input.path_px = t->hb.input.span_px = HEARTBEAT_NOT_SAID;
	life(t, "first");
}

/* Writes down what changed: "12.5 attended input <10". */
static void
told(struct story *t, double at_s)
{
	struct console_verdict v;
	size_t n = strlen(t->told);

	while (console_weigh(&t->c, mono(at_s), &v)) {
		n += (size_t)snprintf(t->told + n, sizeof(t->told) - n,
		    "%s%.6g %s %s", n ? "; " : "", (double)v.at_us / S - BOOT,
		    presence_name(v.state), presence_why_name(v.why));
		if (v.since_us != v.at_us)
			n += (size_t)snprintf(t->told + n, sizeof(t->told) - n,
			    " <%.6g", (double)v.since_us / S - BOOT);
	}
}

/* A heartbeat sent at sent_s, here at at_s. moves, keys: by hand. */
static enum heartbeat_fault
beat_late(struct story *t, double sent_s, double at_s, unsigned moves,
    unsigned keys)
{
	enum heartbeat_fault fault;

	t->hb.seq++;
	t->hb.span_ms = 5000;
	t->hb.utc_ms = UTC0 / 1000 + (int64_t)((sent_s + t->clock_s) * 1000);
	t->hb.input.count[INPUT_MOVE] = moves;
	t->hb.input.count[INPUT_KEY] = keys;
	t->hb.idle_ms = moves + keys ? 1000 : 4000000;
	fault = console_take(&t->c, CONSOLE_TOKEN_AGENT, &t->hb, mono(at_s),
	    UTC0 + (int64_t)(at_s * S));
	told(t, at_s);
	return fault;
}

static enum heartbeat_fault
beat(struct story *t, double at_s, unsigned moves, unsigned keys)
{
	return beat_late(t, at_s, at_s, moves, keys);
}

static void
quiet(struct story *t, double from_s, double to_s)
{
	for (; from_s <= to_s; from_s += 5)
		assert_int_equal(beat(t, from_s, 0, 0), HEARTBEAT_FINE);
}

/* A person at work, roughly: bursts of all sizes and kinds, and pauses. */
static enum heartbeat_fault
work(struct story *t, double at_s)
{
	uint64_t r = (uint64_t)(at_s * 8) * 0x9e3779b97f4a7c15ULL;
	unsigned moves, keys;

	r ^= r >> 29;
	r *= 0xbf58476d1ce4e5b9ULL;
	r ^= r >> 32;
	moves = r % 5 < 2 ? 0 : 3u << (r >> 8) % 8;
	keys = r >> 16 & 3 ? 0 : 1 + (r >> 20) % 23;
	return beat(t, at_s, moves, keys);
}

static void
expect(struct story *t, const char *words)
{
	assert_string_equal(t->told, words);
}

static void
test_input_then_quiet(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	told(&t, 0);
	quiet(&t, 5, 10);
	beat(&t, 15, 40, 3);
	quiet(&t, 20, 330);
	told(&t, 334);
	/* The last input was at 14. */
	expect(&t, "0 unknown never-heard; 5 idle quiet; 15 attended input; "
		   "314 idle quiet");
	beat(&t, 335, 9, 0);
	told(&t, 349);
	assert_int_equal(console_next_us(&t.c), mono(350));
	told(&t, 360);
	assert_string_equal(strrchr(t.told, ';'), "; 350 unknown late <335");
}

static void
test_lock_dark_session_goodbye(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	beat(&t, 5, 40, 3);
	t.hb.locked = SAID_YES;
	beat(&t, 10, 0, 0);
	t.hb.locked = SAID_NO;
	beat(&t, 15, 0, 9);
	t.hb.screens[0].power = SCREEN_OFF;
	beat(&t, 20, 0, 0);
	t.hb.screens[0].power = SCREEN_DIMMED;
	beat(&t, 25, 0, 0);
	t.hb.session[0] = '\0';
	beat(&t, 30, 0, 0);
	t.hb.session[0] = 'c';
	t.hb.goodbye = true;
	beat(&t, 35, 0, 0);
	told(&t, 400);
	/* Back, with a new life: nobody claims to have been there. */
	t.hb.goodbye = false;
	life(&t, "second");
	beat(&t, 500, 0, 0);
	expect(&t, "0 unknown never-heard; 5 attended input; 10 away locked; "
		   "15 attended input; 20 away dark; 25 attended input; "
		   "30 away no-session; 35 away goodbye; 500 idle quiet");
}

/* A heartbeat is missing: nobody vouches for the time between its neighbours,
 * whatever they say. */
static void
test_missing(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	beat(&t, 5, 40, 3);
	t.hb.seq++;
	beat(&t, 15, 0, 0);
	life(&t, "again");
	quiet(&t, 20, 30);
	beat(&t, 35, 9, 0);
	t.hb.seq++;
	quiet(&t, 45, 400);
	/* Nor for what was known before. */
	expect(&t, "0 unknown never-heard; 5 attended input; "
		   "15 unknown late <5; 35 attended input; "
		   "45 unknown late <35; 345 idle quiet");
}

/* What comes late is as old as it is. */
static void
test_delayed(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	beat(&t, 5, 40, 3);
	beat_late(&t, 10, 18, 20, 0);
	t.hb.locked = SAID_YES;
	beat_late(&t, 15, 24, 0, 0);
	t.hb.locked = SAID_NO;
	beat_late(&t, 20, 50, 20, 0);
	beat(&t, 52, 0, 0);
	told(&t, 60);
	expect(&t, "0 unknown never-heard; 5 attended input; "
		   "24 away locked <15; 30 unknown late <15; "
		   "52 attended input");
	/* The last input was at 19. */
	quiet(&t, 57, 330);
	assert_string_equal(strrchr(t.told, ';'), "; 319 idle quiet");
}

/* A heartbeat of that span without input, of a console whose clock is set with
 * ours. */
static void
beat_spans(struct story *t, double at_s, double span_s, double clock_s)
{
	t->hb.seq++;
	t->hb.span_ms = (uint32_t)(span_s * 1000);
	t->hb.utc_ms = UTC0 / 1000 + (int64_t)((at_s + clock_s) * 1000);
	memset(t->hb.input.count, 0, sizeof(t->hb.input.count));
	t->hb.idle_ms = 4000000;
	assert_int_equal(console_take(&t->c, CONSOLE_TOKEN_AGENT, &t->hb,
			     mono(at_s),
			     UTC0 + (int64_t)((at_s + clock_s) * S)),
	    HEARTBEAT_FINE);
	told(t, at_s);
}

/* Its clock is half a minute behind: as long as that might be delay, it is;
 * then it is known. A clock that is set back doesn't make it late. */
static void
test_wrong_clock(void **unused)
{
	static struct story t;
	double at;

	(void)unused;
	begin(&t, NULL);
	t.clock_s = -30;
	for (at = 5; at <= 620; at += 5)
		work(&t, at);
	expect(&t, "0 unknown never-heard; 5 unknown late <0; "
		   "605 attended input");
	t.clock_s = -90;
	for (; at <= 700; at += 5)
		work(&t, at);
	t.clock_s = 20;
	for (; at <= 800; at += 5)
		work(&t, at);
	expect(&t, "0 unknown never-heard; 5 unknown late <0; "
		   "605 attended input");
	t.clock_s = 130;
	assert_int_equal(beat(&t, at, 30, 2), HEARTBEAT_FUTURE);
	t.clock_s = -130;
	assert_int_equal(beat(&t, at, 30, 2), HEARTBEAT_PAST);
}

/* Its clock and ours are set together, but a heartbeat comes in between: it is
 * refused, and what it counted comes with the next. That is enough to know when
 * it was sent, whichever way and however far the clocks went, and nothing is
 * forgotten. */
static void
test_set_together(void **unused)
{
	static const double by[] = { 3600, -3600, 2592000, -2592000, -2592000,
		2592000, 100, -100, -3, 50 };
	static struct story t;
	double at = 5, missed;
	unsigned i;

	(void)unused;
	begin(&t, NULL);
	work(&t, at);
	for (i = 0; i < COUNT(by); i++) {
		missed = i % 2 ? 5 : 5 + 10 * (i % 4);
		t.clock_s += by[i];
		t.hb.seq += (uint64_t)(missed / 5); /* refused, all of them */
		at += missed + 5;
		beat_spans(&t, at, missed + 5, t.clock_s);
		assert_int_equal(t.c.verdict.why,
		    missed < 15 ? PRESENCE_WHY_INPUT : t.c.verdict.why);
		at += 5;
		beat_spans(&t, at, 5, t.clock_s);
		assert_int_equal(t.c.verdict.state, PRESENCE_ATTENDED);
		assert_true(t.c.agent.sent_us > mono(at - 2));
	}
}

static void
test_refused(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	quiet(&t, 5, 20);
	t.hb.seq--;
	assert_int_equal(beat_late(&t, 20, 22, 9, 9), HEARTBEAT_REPEATED);
	t.hb.seq -= 2;
	assert_int_equal(beat_late(&t, 15, 22, 9, 9), HEARTBEAT_OUT_OF_ORDER);
	t.hb.seq = 4;
	assert_int_equal(beat(&t, 25, 900000, 9), HEARTBEAT_RANGE);
	t.hb.seq = UINT64_MAX; /* the next is 0 */
	assert_int_equal(beat(&t, 25, 9, 9), HEARTBEAT_RANGE);
	t.hb.life[0] = '\0';
	assert_int_equal(beat(&t, 25, 9, 9), HEARTBEAT_RANGE);
	expect(&t, "0 unknown never-heard; 5 idle quiet");
}

static void
test_rate(void **unused)
{
	static struct story t;
	unsigned i, refused = 0;

	(void)unused;
	begin(&t, NULL);
	for (i = 0; i < 100; i++)
		refused += beat(&t, 5 + i * 0.001, 0, 0) == HEARTBEAT_RATE;
	assert_true(refused > 70 && refused < 85);
	assert_int_equal(beat(&t, 30, 0, 0), HEARTBEAT_FINE);
}

/* Two agents with one token: neither is believed, until one is alone. */
static void
test_conflict(void **unused)
{
	static struct story t;
	struct heartbeat mine;
	double at;

	(void)unused;
	begin(&t, NULL);
	for (at = 5; at <= 20; at += 5)
		work(&t, at);
	mine = t.hb;
	for (; at <= 60; at += 5) {
		/* Another one claims to be busy, in between. */
		life(&t, "other");
		t.hb.seq = (uint64_t)at;
		beat(&t, at - 2, 99, 9);
		t.hb = mine;
		assert_int_equal(beat(&t, at, 0, 0), HEARTBEAT_CONFLICT);
		mine = t.hb;
	}
	for (; at < 125; at += 5)
		beat(&t, at, 0, 0);
	expect(&t, "0 unknown never-heard; 5 attended input; "
		   "23 unknown late <20; 25 unknown conflict <5; "
		   "120 unknown late");
}

/* A copy of a machine has its agent's life, too. */
static void
test_copied(void **unused)
{
	static struct story t;
	uint64_t seq;

	(void)unused;
	begin(&t, NULL);
	quiet(&t, 5, 20);
	seq = t.hb.seq;
	assert_int_equal(beat(&t, 25, 50, 5), HEARTBEAT_FINE);
	t.hb.seq = seq;
	assert_int_equal(beat(&t, 27, 0, 0), HEARTBEAT_CONFLICT);
	assert_int_equal(beat(&t, 30, 50, 5), HEARTBEAT_CONFLICT);
	expect(&t, "0 unknown never-heard; 5 idle quiet; 25 attended input; "
		   "27 unknown conflict <25");
}

/* A straggler of the life before isn't another agent. */
static void
test_straggler(void **unused)
{
	static struct story t;
	struct heartbeat before;

	(void)unused;
	begin(&t, NULL);
	quiet(&t, 5, 20);
	before = t.hb;
	life(&t, "second");
	quiet(&t, 30, 35);
	t.hb = before;
	assert_int_equal(beat_late(&t, 25, 36, 9, 9), HEARTBEAT_OUT_OF_ORDER);
	expect(&t, "0 unknown never-heard; 5 idle quiet; "
		   "30 unknown late <20");
}

/* A program's input isn't a person's, unless the console is used from afar. */
static void
test_injected(void **unused)
{
	struct console_config remote = console_config_default();
	static struct story t;
	double at;

	(void)unused;
	begin(&t, NULL);
	for (at = 5; at <= 300; at += 5) {
		t.hb.input.injected[INPUT_MOVE] = (unsigned)at % 3 + 1;
		beat(&t, at, 0, 0);
	}
	expect(&t, "0 unknown never-heard; 5 idle quiet; "
		   "125 suspect injected");
	remote.remote_input = true;
	remote.desk_still_s = 0;
	begin(&t, &remote);
	t.hb.idle_ms = 1000;
	t.hb.input.injected[INPUT_MOVE] = 40;
	t.hb.input.virtual_[INPUT_KEY] = 2;
	beat(&t, 5, 0, 0);
	expect(&t, "0 unknown never-heard; 5 attended input");
}

static enum heartbeat_fault
page(struct story *t, double at_s, unsigned moves)
{
	struct heartbeat hb = { .version = 1,
		.seq = (uint64_t)(at_s * 10),
		.life = "page",
		.span_ms = 5000,
		.idle_ms = moves ? 500 : HEARTBEAT_NOT_SAID,
		.sees_input = HEARTBEAT_BROWSER };
	enum heartbeat_fault fault;

	hb.input.count[INPUT_MOVE] = moves;
	hb.utc_ms = UTC0 / 1000 + (int64_t)(at_s * 1000);
	fault = console_take(&t->c, CONSOLE_TOKEN_BROWSER, &hb, mono(at_s),
	    UTC0 + (int64_t)(at_s * S));
	told(t, at_s);
	return fault;
}

static void
test_page(void **unused)
{
	static struct story t;

	(void)unused;
	/* Alone, it tells of input. */
	begin(&t, NULL);
	page(&t, 5, 40);
	told(&t, 30);
	expect(&t, "0 unknown never-heard; 5 attended input; "
		   "20 unknown late <5");
	/* Beside an agent that sees for itself it adds nothing, and the
	 * agent's silence isn't made good by it. */
	begin(&t, NULL);
	beat(&t, 5, 0, 0);
	page(&t, 6, 40);
	page(&t, 18, 40);
	page(&t, 30, 40);
	beat(&t, 31, 0, 0);
	expect(&t, "0 unknown never-heard; 5 idle quiet; "
		   "20 unknown late <5; 31 idle quiet");
	/* For an agent that sees no input it speaks, while it does. */
	begin(&t, NULL);
	t.hb.sees_input = t.hb.sees_idle = HEARTBEAT_BLIND;
	beat(&t, 5, 0, 0);
	page(&t, 6, 40);
	quiet(&t, 10, 30);
	expect(&t, "0 unknown never-heard; 5 unknown blind; "
		   "6 attended input; 21 unknown blind <6");
}

/* A source that is lost doesn't make it better. */
static void
test_source_lost(void **unused)
{
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	beat(&t, 5, 0, 0);
	t.hb.sees_input = HEARTBEAT_BLIND;
	beat(&t, 10, 10, 10);
	t.hb.sees_input = HEARTBEAT_X11;
	t.hb.locked = SAID_NOT;
	beat(&t, 15, 10, 10);
	t.hb.locked = SAID_NO;
	beat(&t, 20, 0, 0);
	expect(&t, "0 unknown never-heard; 5 idle quiet; "
		   "10 unknown blind; 20 attended input");
}

static struct console_config
asking(void)
{
	struct console_config c = console_config_default();

	c.prompt_after_s = 240;
	c.desk_still_s = 0;
	c.seed = 5;
	return c;
}

/* Quiet until the prompt is due; when that was. */
static double
until_due(struct story *t, double at)
{
	for (; at < 4000; at += 5) {
		if (console_prompt_due(&t->c, mono(at)))
			return at;
		beat(t, at, 0, 0);
	}
	fail();
	return 0;
}

static void
test_prompt(void **unused)
{
	struct console_config config = asking();
	static struct story t;
	double at, asked;

	(void)unused;
	begin(&t, &config);
	beat(&t, 5, 40, 3);
	/* Who works is left alone. */
	for (at = 10; at < 600; at += 5) {
		work(&t, at);
		assert_false(console_prompt_due(&t.c, mono(at)));
	}
	asked = until_due(&t, at);
	assert_in_range((int)asked, 595 + 140, 595 + 245);
	console_prompt_asked(&t.c, mono(asked));
	assert_false(console_prompt_due(&t.c, mono(asked + 1)));
	assert_int_equal(console_prompt_answered(&t.c, true, 4000,
			     mono(asked + 4)),
	    PROMPT_COUNTED);
	t.told[0] = '\0';
	told(&t, asked + 4);
	assert_string_equal(strchr(t.told, ' '), " attended prompt");
	assert_int_equal(console_prompt_answered(&t.c, true, 4000,
			     mono(asked + 5)),
	    PROMPT_NOT_ASKED);
	/* It is worth 900 s; the next one comes before that is over. */
	at = until_due(&t, asked + 5);
	assert_in_range((int)(at - asked), 760, 850);
}

static void
test_prompt_missed(void **unused)
{
	struct console_config config = asking();
	static struct story t;
	char words[200];
	double at;

	(void)unused;
	begin(&t, &config);
	beat(&t, 5, 40, 3);
	at = until_due(&t, 10);
	console_prompt_asked(&t.c, mono(at));
	quiet(&t, at, at + 60);
	snprintf(words, sizeof(words),
	    "0 unknown never-heard; 5 attended input; "
	    "%.6g idle prompt-missed <%.6g",
	    at + 60, at);
	expect(&t, words);
	/* A mouse that moves doesn't help; keys make it ask again. */
	beat(&t, at + 70, 80, 0);
	assert_false(console_prompt_due(&t.c, mono(at + 120)));
	beat(&t, at + 75, 80, 4);
	expect(&t, words);
	assert_true(console_prompt_due(&t.c, mono(at + 91)));
	console_prompt_asked(&t.c, mono(at + 91));
	assert_int_equal(console_prompt_answered(&t.c, true, 2000,
			     mono(at + 95)),
	    PROMPT_COUNTED);
	/* It was 16 s since its last word. */
	beat(&t, at + 96, 0, 0);
	assert_non_null(strstr(t.told, "attended prompt"));
}

/* Guessing doesn't pay. */
static void
test_prompt_wrong(void **unused)
{
	struct console_config config = asking();
	static struct story t;
	double at;

	(void)unused;
	begin(&t, &config);
	beat(&t, 5, 40, 3);
	at = until_due(&t, 10);
	console_prompt_asked(&t.c, mono(at));
	assert_int_equal(console_prompt_answered(&t.c, true, 700, mono(at + 1)),
	    PROMPT_TOO_QUICK);
	beat(&t, at + 1, 5, 0);
	assert_true(console_prompt_due(&t.c, mono(at + 3)));
	console_prompt_asked(&t.c, mono(at + 3));
	assert_int_equal(console_prompt_answered(&t.c, false, 3000,
			     mono(at + 6)),
	    PROMPT_WRONG);
	console_prompt_asked(&t.c, mono(at + 8));
	assert_int_equal(console_prompt_answered(&t.c, true, 3000,
			     mono(at + 11)),
	    PROMPT_MORE);
	console_prompt_asked(&t.c, mono(at + 13));
	assert_int_equal(console_prompt_answered(&t.c, true, 3000,
			     mono(at + 16)),
	    PROMPT_MORE);
	quiet(&t, at + 5, at + 75);
	assert_non_null(strstr(t.told, "idle prompt-missed"));
}

static void
test_desk(void **unused)
{
	struct console_config config = console_config_default();
	static struct story t;
	double at;

	(void)unused;
	config.desk_still_s = 600;
	begin(&t, &config);
	for (at = 5; at <= 1500; at += 5) {
		work(&t, at);
		if ((int)at % 10 == 0 && at < 1300)
			console_desk(&t.c, at <= 100, mono(at));
	}
	told(&t, 1500);
	/* It moved last at 100; then the camera is lost. */
	expect(&t, "0 unknown never-heard; 5 unknown blind; "
		   "10 attended input; 700 idle desk-still; "
		   "1380 unknown blind");
	console_desk(&t.c, true, mono(1500));
	told(&t, 1500);
	assert_string_equal(strrchr(t.told, ';'), "; 1500 attended input");
}

static void
test_break_and_resume(void **unused)
{
	struct console_config config = console_config_default();
	static struct story t;

	(void)unused;
	begin(&t, NULL);
	console_break(&t.c, mono(20));
	quiet(&t, 5, 25);
	expect(&t, "0 unknown never-heard; 5 idle break; 20 idle quiet");
	/* A missed prompt outlives the monitor. */
	config.prompt_after_s = 240;
	config.desk_still_s = 0;
	begin(&t, &config);
	console_resume(&t.c, PRESENCE_IDLE, PRESENCE_WHY_PROMPT_MISSED,
	    mono(-3), mono(0));
	beat(&t, 5, 40, 4);
	expect(&t, "0 unknown never-heard; 5 idle prompt-missed <0");
}

/* Attended before the monitor's restart: it stays so while the input is no
 * older than it may be. */
static void
test_carried(void **unused)
{
	static const struct {
		enum presence state;
		enum presence_why why;
		unsigned idle_s, injected;
		int ended_s;
		const char *expect;
	} rows[] = {
		{ PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, 120, 0, 0,
		    "0 unknown never-heard; 5 attended input; 185 idle quiet" },
		{ PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, 310, 0, 0,
		    "0 unknown never-heard; 5 idle quiet" },
		{ PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, 120, 9, 0,
		    "0 unknown never-heard; 5 idle quiet" },
		/* Its counts don't cover all of the outage. */
		{ PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, 120, 0, -2,
		    "0 unknown never-heard; 5 idle quiet" },
		/* Nothing that was held against it is undone. */
		{ PRESENCE_UNKNOWN, PRESENCE_WHY_LATE, 120, 0, 0,
		    "0 unknown never-heard; 5 idle quiet" },
		{ PRESENCE_ATTENDED, PRESENCE_WHY_PROMPT, 120, 0, 0,
		    "0 unknown never-heard; 5 idle quiet" },
	};
	static struct story t;
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		begin(&t, NULL);
		console_resume(&t.c, rows[i].state, rows[i].why,
		    mono(rows[i].ended_s), mono(0));
		t.hb.seq = 1000;
		t.hb.input.injected[INPUT_MOVE] = rows[i].injected;
		for (unsigned at = 5; at < 200; at += 5) {
			t.hb.seq++;
			t.hb.span_ms = 5000;
			t.hb.utc_ms = UTC0 / 1000 + at * 1000;
			t.hb.idle_ms = (rows[i].idle_s + at - 5) * 1000;
			console_take(&t.c, CONSOLE_TOKEN_AGENT, &t.hb, mono(at),
			    UTC0 + at * S);
			told(&t, at);
			t.hb.input.injected[INPUT_MOVE] = 0;
			if (rows[i].injected)
				break;
		}
		expect(&t, rows[i].expect);
	}
}

/* New thresholds hold from their moment on, in both directions. */
static void
test_configured(void **unused)
{
	struct console_config config = console_config_default();
	static struct story t;

	(void)unused;
	config.desk_still_s = 0;
	begin(&t, NULL);
	beat(&t, 5, 40, 4); /* a second ago */
	quiet(&t, 10, 100);
	config.idle_after_s = 30;
	console_configure(&t.c, &config, mono(101));
	told(&t, 101);
	quiet(&t, 105, 150);
	config.idle_after_s = 600;
	console_configure(&t.c, &config, mono(152));
	told(&t, 152);
	quiet(&t, 155, 700);
	expect(&t, "0 unknown never-heard; 5 attended input; 101 idle quiet; "
		   "152 attended input; 604 idle quiet");
	/* What ended before the change ended by the old one. */
	config.idle_after_s = 300;
	begin(&t, &config);
	beat(&t, 5, 40, 4);
	quiet(&t, 10, 20);
	config.idle_after_s = 14400;
	config.late_after_s = 3600;
	console_configure(&t.c, &config, mono(400));
	told(&t, 400);
	expect(&t, "0 unknown never-heard; 5 attended input; 35 unknown late "
		   "<20; 400 attended input");
}

static void
test_names(void **unused)
{
	unsigned i;

	(void)unused;
	for (i = 0; i < HEARTBEAT_FAULT_COUNT; i++) {
		assert_true(strlen(heartbeat_fault_name(i)) > 2);
		assert_true(strlen(heartbeat_fault_help(i)) > 10);
	}
	assert_string_equal(heartbeat_fault_name(i), "?");
	assert_string_equal(heartbeat_fault_help(i), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_input_then_quiet),
		cmocka_unit_test(test_lock_dark_session_goodbye),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_delayed),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_set_together),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_copied),
		cmocka_unit_test(test_straggler),
		cmocka_unit_test(test_injected),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_source_lost),
		cmocka_unit_test(test_prompt),
		cmocka_unit_test(test_prompt_missed),
		cmocka_unit_test(test_prompt_wrong),
		cmocka_unit_test(test_desk),
		cmocka_unit_test(test_break_and_resume),
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
