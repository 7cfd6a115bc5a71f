/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who keeps trying and who waits, as scripts; and any order of events against
 * a plain model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/network/outage.h"

#define SECOND 1000000ll
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TURN (15 * SECOND)

static const struct outage_config config = { .feeds = 3,
	.prefix4 = 28,
	.prefix6 = 124,
	.turn_us = TURN };

static struct wire_address
v4(unsigned c, unsigned d)
{
	return (struct wire_address){ 4, { 10, 9, (uint8_t)c, (uint8_t)d } };
}

/* What was told last of feeds 0 to 5, by a letter each: . free, S scout,
 * h held. */
static char told[] = "......";

static void
take_orders(struct outage *o)
{
	struct outage_order order;

	while (outage_next(o, &order)) {
		assert_true(order.feed < sizeof(told) - 1);
		assert_int_not_equal(told[order.feed], ".Sh"[order.role]);
		told[order.feed] = ".Sh"[order.role];
	}
}

/* Feeds 0 to 3 are neighbours, 4 and 5 others of the same site. A word a step:
 * a letter and a feed: s silent, f flows, a answers without media, l its probe
 * is lost, x removed, p placed again, m moved to 4 and 5; or t: a turn passes.
 * "=" and what is told by then. */
static const struct {
	const char *name, *script;
} scripts[] = {
	{ "two are not enough", "s0 s1 =...... t =......" },
	{ "three: the last is the scout", "s0 s1 s2 =hhS..." },
	{ "the fourth is held when it fails too", "s0 s1 s2 s3 =hhSh.." },
	{ "a fourth that was not tried is not", "s0 s1 s2 t t t =hhS..." },
	{ "the role goes round",
	    "s0 s1 s2 s3 =hhSh.. t =hhhS.. t =Shhh.. t =hShh.." },
	{ "one that flows keeps all free", "f3 s0 s1 s2 =......" },
	{ "its silence without a try of theirs calls nobody back",
	    "f3 s0 s1 s2 a3 =...... l3 =...?.. s1 =hSh..." },
	{ "until it is silent too", "f3 s0 s1 s2 s3 =hhhS.." },
	{ "an answer of one that nobody waits for is no media",
	    "a3 s0 s1 s2 =hhS..." },
	{ "the scout's media free all", "s0 s1 s2 s3 f3 =...... t =......" },
	{ "a refusal does too", "s0 s1 s2 a1 =......" },
	{ "of one without a role as well", "s0 s1 s2 a3 =......" },
	{ "set free, all are tried anew before they wait again",
	    "s0 s1 s2 a2 =...... s0 s1 =...... s2 =hhS..." },
	{ "back, and one stays away", "s0 s1 s2 s3 f3 s0 s1 f2 =......" },
	{ "others elsewhere do not count", "s0 s1 s4 =......" },
	{ "nor do they free", "s0 s1 s2 f4 =hhS..." },
	{ "a held one's probe is lost: told nothing, free until it fails",
	    "s0 s1 s2 s3 l0 =?hSh.. s0 =hhSh.." },
	{ "the scout's: another takes over", "s0 s1 s2 s3 l2 =hh?S.." },
	{ "too few are left: all free", "s0 s1 s2 l0 =?....." },
	{ "the scout is removed", "s0 s1 s2 s3 x2 =hh?S.." },
	{ "it comes back as if never seen",
	    "s0 s1 s2 x0 p0 =?..... s0 s1 =...... s2 =hhS..." },
	{ "one moves away", "s0 s1 s2 s3 m0 =.hSh.. t =.hhS.." },
	{ "and to others", "s4 s5 s0 =...... m0 =...... s0 =S...hh" },
	{ "silence told twice is one", "s0 s0 s0 =......" },
	{ "what is said of nobody counts for nothing", "x5 s5 f5 l5 =......" },
};

static struct wire_address
place_of(int feed)
{
	return feed < 4 ? v4(0, 16 + (unsigned)feed) : v4(0, (unsigned)feed);
}

static void
act(struct outage *o, const char *word, int64_t *now)
{
	uint32_t feed = (uint32_t)(word[1] - '0');
	struct wire_address a = place_of(word[0] == 'm' ? 4 : (int)feed);

	switch (word[0]) {
	case 's':
		outage_on_silent(o, feed, *now);
		break;
	case 'f':
	case 'a':
		outage_on_answer(o, feed, word[0] == 'f');
		break;
	case 'l':
	case 'x':
		if (word[0] == 'l')
			outage_on_lost(o, feed, *now);
		else
			outage_remove(o, feed, *now);
		told[feed] = '?';
		break;
	case 'm':
	case 'p':
		outage_place(o, feed, 7, &a, *now);
		break;
	case 't':
		*now += TURN;
		outage_step(o, *now);
		break;
	}
}

static void
run(const char *name, const char *script)
{
	struct outage *o = outage_new(&config);
	int64_t now = SECOND;

	memset(told, '.', sizeof(told) - 1);
	for (uint32_t i = 0; i < 6; i++)
		act(o, (char[]){ 'p', (char)('0' + i), 0 }, &now);
	for (const char *p = script; *p != '\0'; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (*p != '=') {
			act(o, p, &now);
			take_orders(o);
			continue;
		}
		for (int i = 0; i < 6; i++) {
			/* nobody was told: free, as whoever begins */
			char is = told[i] == '?' ? '.' : told[i];
			char shall = p[1 + i] == '?' ? '.' : p[1 + i];

			if (is != shall)
				fail_msg("%s: at \"%s\": feed %d is %c", name,
				    p, i, told[i]);
		}
	}
	outage_free(&o);
}

static void
test_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scripts); i++)
		run(scripts[i].name, scripts[i].script);
}

static void
test_settings(void **state)
{
	struct outage_config c = config;
	struct outage *o = outage_new(&c);
	const struct wire_address six[4] = {
		{ 6, { 0xfd, [15] = 0x10 } },
		{ 6, { 0xfd, [15] = 0x1f } },
		{ 6, { 0xfd, [15] = 0x11 } },
		{ 6, { 0xfd, [15] = 0x20 } },
	};

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		outage_place(o, i, 1, &six[i], SECOND);
		outage_on_silent(o, i, SECOND);
	}
	assert_int_equal(outage_count(o, OUTAGE_HELD), 2);
	assert_int_equal(outage_role(o, 2), OUTAGE_SCOUT);
	assert_int_equal(outage_role(o, 3), OUTAGE_FREE); /* elsewhere */
	outage_place(o, LIMIT_FEEDS, 1, &six[0], SECOND);
	outage_on_silent(o, LIMIT_FEEDS, SECOND);
	assert_int_equal(outage_role(o, LIMIT_FEEDS), OUTAGE_FREE);
	outage_free(&o);
	assert_null(o);
	c.feeds = 0; /* nobody is held */
	o = outage_new(&c);
	for (uint32_t i = 0; i < 4; i++) {
		outage_place(o, i, 1, &six[i], SECOND);
		outage_on_silent(o, i, SECOND);
	}
	assert_int_equal(outage_count(o, OUTAGE_FREE), 4);
	outage_free(&o);
	c.prefix4 = 0; /* a whole site */
	c.feeds = 2;
	o = outage_new(&c);
	for (uint32_t i = 0; i < 300; i++) {
		struct wire_address a = v4(i, i);

		outage_place(o, i, 1, &a, SECOND);
		outage_on_silent(o, i, SECOND);
	}
	assert_int_equal(outage_count(o, OUTAGE_SCOUT), 1);
	outage_free(&o);
}

/* Every feed a monitor can hold falls silent: a scout to each subnet. Within
 * as many turns as a subnet has members each was the scout once. */
static void
test_all(void **state)
{
	static uint8_t led[LIMIT_FEEDS];
	struct outage *o = outage_new(&config);
	struct outage_order order;
	uint32_t orders = 0;

	(void)state;
	memset(led, 0, sizeof(led));
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++) {
		struct wire_address a = v4(i / 256, i % 256);

		outage_place(o, i, 1, &a, SECOND);
		outage_on_silent(o, i, SECOND);
	}
	assert_int_equal(outage_count(o, OUTAGE_SCOUT), LIMIT_FEEDS / 16);
	assert_int_equal(outage_count(o, OUTAGE_FREE), 0);
	for (int turn = 0; turn < 16; turn++) {
		while (outage_next(o, &order)) {
			orders++;
			if (order.role == OUTAGE_SCOUT)
				led[order.feed]++;
		}
		outage_step(o, SECOND + (1 + turn) * TURN);
	}
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++)
		assert_int_equal(led[i], 1);
	assert_int_equal(orders, LIMIT_FEEDS + 15 * LIMIT_FEEDS / 16 * 2);
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++)
		outage_remove(o, i, SECOND);
	assert_int_equal(outage_count(o, OUTAGE_FREE), 0);
	assert_false(outage_next(o, &order));
	outage_free(&o);
}

/* --- a plain model */

#define FEEDS 40u

enum { NONE, FLOWS, SILENT };

static struct {
	bool placed;
	uint32_t site;
	unsigned net, word, role;
} model[FEEDS];
static bool model_out[2][2]; /* by site and net */

static bool *
out_of(uint32_t feed)
{
	return &model_out[model[feed].site][model[feed].net];
}

static bool
near(uint32_t a, uint32_t b)
{
	return model[a].placed && model[b].placed &&
	       model[a].site == model[b].site && model[a].net == model[b].net;
}

static unsigned
with_word(uint32_t feed, unsigned word)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < FEEDS; i++)
		n += near(feed, i) && model[i].word == word;
	return n;
}

static unsigned
with_role(const struct outage *o, uint32_t feed, enum outage_role role)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < FEEDS; i++)
		n += near(feed, i) && outage_role(o, i) == role;
	return n;
}

/* They are out no longer: what was silent says nothing. */
static void
model_release(uint32_t feed)
{
	for (uint32_t i = 0; i < FEEDS && *out_of(feed); i++)
		if (near(feed, i) && model[i].word == SILENT)
			model[i].word = NONE;
	*out_of(feed) = false;
}

/* A feed goes from its neighbours, for a while or for good. */
static void
model_leave(uint32_t feed)
{
	if (!model[feed].placed)
		return;
	model[feed].word = NONE;
	if (with_word(feed, SILENT) < 3)
		model_release(feed);
}

static void
check(const struct outage *o)
{
	for (uint32_t i = 0; i < FEEDS; i++) {
		unsigned silent = with_word(i, SILENT);
		bool out = model[i].placed && *out_of(i);

		assert_int_equal(model[i].role, outage_role(o, i));
		assert_int_equal(with_role(o, i, OUTAGE_SCOUT), out ? 1 : 0);
		assert_int_equal(with_role(o, i, OUTAGE_HELD),
		    out ? silent - 1 : 0);
		if (model[i].role != OUTAGE_FREE)
			assert_int_equal(model[i].word, SILENT);
	}
}

static void
any_event(struct outage *o, uint32_t feed, unsigned what, int64_t now)
{
	switch (what) {
	case 0: /* placed, perhaps elsewhere */
	case 1: {
		uint32_t site = (uint32_t)rand() % 2;
		unsigned net = (unsigned)rand() % 2;
		struct wire_address a = v4(0, net * 16 + (unsigned)rand() % 16);

		outage_place(o, feed, site, &a, now);
		if (model[feed].placed && model[feed].site == site &&
		    model[feed].net == net)
			break;
		model_leave(feed);
		model[feed].placed = true;
		model[feed].site = site;
		model[feed].net = net;
		break;
	}
	case 2:
		outage_remove(o, feed, now);
		model_leave(feed);
		model[feed].placed = false;
		model[feed].role = OUTAGE_FREE;
		break;
	case 3:
		outage_on_lost(o, feed, now);
		model_leave(feed);
		model[feed].role = OUTAGE_FREE;
		break;
	case 4:
	case 5:
		outage_on_answer(o, feed, what == 4);
		if (!model[feed].placed)
			break;
		model[feed].word = what == 4 ? FLOWS : NONE;
		model_release(feed);
		break;
	default:
		outage_on_silent(o, feed, now);
		if (!model[feed].placed)
			break;
		model[feed].word = SILENT;
		if (with_word(feed, SILENT) >= 3 && with_word(feed, FLOWS) == 0)
			*out_of(feed) = true;
		break;
	}
}

static void
test_any_order(void **state)
{
	struct outage *o = outage_new(&config);
	struct outage_order order;

	(void)state;
	srand(7);
	for (int n = 0; n < 200000; n++) {
		int64_t now = n * SECOND;

		any_event(o, (uint32_t)rand() % FEEDS, (unsigned)rand() % 24,
		    now);
		outage_step(o, now);
		while (outage_next(o, &order)) {
			assert_int_not_equal(model[order.feed].role,
			    order.role);
			model[order.feed].role = order.role;
		}
		if (n % 8 == 0)
			check(o);
	}
	outage_free(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
