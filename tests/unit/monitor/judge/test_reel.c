/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyframes in few bytes: what comes again at one lag, and what goes round in a
 * live picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/judge/reel.h"
#include "scene.h"

#define SECOND 1000000ll
#define SEEN_S 1200u

struct film {
	const char *name;
	unsigned interval; /* s */
	unsigned loop;	   /* s; 0 = live for ever */
	unsigned late;	   /* groups of two seconds, at most */
	unsigned jitter;   /* ms that a picture comes late, at most */
	unsigned grain;	   /* 256ths of a level that coding adds, at most */
	unsigned cells;	   /* that can move, from the first inner one */
	unsigned states;   /* so many pictures there are at all; 0 = no end */
	unsigned flash;	   /* s from one to the next, all white */
	bool swings;	   /* the light grows and fades, by the clock */
	bool still;
	bool sure;
};

#define ALL (8u * COARSE_W)

static uint32_t
dice(uint32_t a, uint32_t b)
{
	return scene_mix(scene_mix(a, b) + 1, b) % 1024;
}

/* Something stands on one inner cell in eight, other ones each second. */
static unsigned
level_q8(const struct film *f, unsigned cell, unsigned moment, unsigned seen)
{
	unsigned q8 = 256 * (60 + scene_mix(cell, 5) % 60);
	unsigned inner = cell - COARSE_W;

	if (f->states != 0)
		moment %= f->states;
	if (!f->still && cell >= COARSE_W && inner < f->cells &&
	    dice(cell, moment) < 128)
		q8 += 256 * 40;
	if (f->swings)
		q8 = q8 * (80 + moment % 40) / 100;
	if (f->flash != 0 && seen % f->flash < f->interval)
		q8 = 256 * 250;
	return q8 + (f->grain == 0 ? 0 : scene_mix(cell, seen) % f->grain);
}

static void
show(struct reel *r, const struct film *f, unsigned s, bool live)
{
	static struct note n;
	unsigned moment = f->loop == 0 || live ? s : s % f->loop;

	for (unsigned i = 0; i < COARSE; i++)
		n.coarse[i] = (uint16_t)level_q8(f, i, moment, s);
	n.at_us = (s + 1) * SECOND;
	if (f->jitter != 0)
		n.at_us += scene_mix(s, 3) % f->jitter * 1000ll;
	reel_take(r, &n, n.at_us);
}

static const struct film films[] = {
	{ "a minute, groups of four", 4, 61, 0, 0, 20, ALL, .sure = true },
	{ "two minutes", 4, 119, 0, 0, 20, ALL, .sure = true },
	{ "two minutes, each two seconds", 2, 119, 0, 0, 20, ALL,
	    .sure = true },
	{ "each ten seconds", 10, 61, 0, 0, 20, ALL, .sure = true },
	{ "late by as much as it may be", 4, 90, 0, 140, 20, ALL,
	    .sure = true },
	{ "each ten seconds or a little more", 10, 61, 3, 0, 20, ALL,
	    .sure = true },
	{ "coarse", 4, 61, 0, 0, 200, ALL, .sure = true },
	{ "live", 4, 0, 0, 0, 20, ALL },
	{ "live, each two seconds", 2, 0, 0, 0, 20, ALL },
	{ "live, without noise", 4, 0, 0, 0, 0, ALL },
	{ "looped, but still", 4, 61, 0, 0, 20, ALL, .still = true },
	{ "short: a rhythm", 4, 16, 0, 0, 20, ALL },
	{ "a sign that goes round", 4, 61, 0, 0, 20, 2 * COARSE_W },
	{ "a lamp: on and off", 4, 0, 0, 0, 20, ALL, .states = 2 },
	{ "a few pictures in turn", 4, 0, 0, 0, 20, ALL, .states = 12 },
	{ "a flash each minute", 4, 0, 0, 0, 20, ALL, .still = true,
	    .flash = 60 },
	{ "light that swings", 4, 80, 0, 0, 20, ALL, .still = true,
	    .swings = true },
};

static void
what_comes_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		const struct film *f = &films[i];
		struct reel r = { 0 };
		bool sure = false;

		for (unsigned s = 0; s < SEEN_S;
		     s += f->interval + 2 * (scene_mix(s, 8) % (f->late + 1))) {
			show(&r, f, s, false);
			sure |= reel_sure(&r);
		}
		if (sure != f->sure)
			print_error("%s\n", f->name);
		assert_int_equal(sure, f->sure);
	}
}

static void
lag_and_beginning(void **state)
{
	struct reel r = { 0 };

	(void)state;
	for (unsigned s = 0; !reel_sure(&r); s += 4) {
		assert_in_range(s, 0, 400);
		show(&r, &films[0], s, false);
	}
	assert_int_equal(r.lag_ms, 244 * 1000);
	assert_in_range(r.first_us, 244 * SECOND, 260 * SECOND);
}

static void
live_again(void **state)
{
	struct reel r = { 0 };
	unsigned s;

	(void)state;
	for (s = 0; s < 600; s += 4)
		show(&r, &films[0], s, false);
	assert_true(reel_sure(&r));
	for (; s < 620; s += 4)
		show(&r, &films[0], s, true);
	assert_false(reel_suspect(&r));
}

/* What stands still tells nothing either way, but not for ever. */
static void
it_stops(void **state)
{
	struct film still = films[0];
	struct reel r = { 0 };
	unsigned s;

	(void)state;
	still.still = true;
	for (s = 0; s < 600; s += 4)
		show(&r, &films[0], s, false);
	for (; s < 680; s += 4)
		show(&r, &still, s, true);
	for (; s < 2400; s += 4)
		show(&r, &still, s, true);
	assert_false(reel_suspect(&r));
}

static void
not_watched(void **state)
{
	struct reel r = { 0 };

	(void)state;
	for (unsigned s = 0; s < 600; s += 4)
		show(&r, &films[0], s, false);
	show(&r, &films[0], 1020, false);
	assert_int_equal(r.count, 1);
	assert_false(reel_suspect(&r));
}

/* Times wander far and fall close; black and white have no brightness. */
static void
hostile(void **state)
{
	static struct note n;
	struct reel r = { 0 };
	int64_t at = 0;

	(void)state;
	for (unsigned k = 0; k < 20000; k++) {
		memset(n.coarse,
		    k % 3 == 0	 ? 0
		    : k % 3 == 1 ? 255
				 : (int)k,
		    sizeof(n.coarse));
		at += scene_mix(k, 1) % (k % 100 == 0 ? 500 : 9) * SECOND;
		reel_take(&r, &n, at);
		assert_true(r.count <= REEL && r.next < REEL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_again),
		cmocka_unit_test(lag_and_beginning),
		cmocka_unit_test(live_again),
		cmocka_unit_test(it_stops),
		cmocka_unit_test(not_watched),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
