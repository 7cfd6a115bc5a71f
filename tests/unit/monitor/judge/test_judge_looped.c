/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source that plays, is recorded and played again; through common/sizes.c as
 * in the probes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/sizes.h"
#include "scene.h"

#define FPS 10
#define PICTURE_S 4

struct player {
	struct camera camera;
	struct sizes sizes;
	unsigned unit;	 /* so far */
	unsigned gop;	 /* units */
	unsigned live;	 /* units until the recording is played; 0 = at once */
	unsigned loop;	 /* units of it; 0: live for ever */
	unsigned until;	 /* from this unit on live again; 0 = never */
	bool anew;	 /* encoded anew: sizes are only like each other */
	unsigned blur;	 /* how unlike, percent of what moves */
	bool still;	 /* nothing moves */
	bool cycle;	 /* frozen, and the coder goes round and round */
	unsigned rhythm; /* period of a lamp, units; 0 = none */
	unsigned tour;	 /* scenes it turns to, one each loop */
	unsigned turns;	 /* at constant bitrate: groups to a round; 0 = not */
	unsigned account_s;	    /* how long an account is; 0: 10 s */
	bool no_rhythm;		    /* groups' length is not known */
	uint32_t least, sum, units; /* of non-key units, this account */
	uint32_t seed;
};

static uint32_t
dice(uint32_t a, uint32_t b)
{
	uint32_t h = scene_mix(a, b + 77) * 3266489917u;

	return h ^ h >> 16;
}

/* The moment of the source that unit shows. */
static unsigned
moment(const struct player *p)
{
	unsigned i = p->unit;

	if (p->loop == 0 || i < p->live || (p->until && i >= p->until))
		return i;
	/* what was seen just before is played again and again */
	return p->live + (i - p->live) % p->loop;
}

/* What moves at a moment: changes each half second. */
static uint32_t
motion(const struct player *p, unsigned at)
{
	uint32_t a = dice(at / 5, p->seed) % 1000;
	uint32_t b = dice(at / 5 + 1, p->seed) % 1000;

	return p->still ? 0 : (a * (5 - at % 5) + b * (at % 5)) / 5;
}

static uint32_t
bytes_of(const struct player *p)
{
	unsigned at = moment(p);
	uint32_t coder = p->anew ? p->unit : at;
	uint32_t v = 500 + motion(p, at) * 3;

	if (p->rhythm && at % p->rhythm < 2)
		v += 2000;
	if (p->turns)
		v = v / 4 + 200 + 6000 / (1 + p->unit % p->gop) +
		    700 * (p->unit / p->gop % p->turns);
	if (p->anew)
		v = v * (100 - p->blur) / 100 +
		    dice(coder, p->seed + 1) % (1 + 30 * p->blur);
	else
		v += dice(coder, p->seed + 2) % (p->still ? 3 : 64);
	/* nothing is left to code at a frozen group's end */
	if (p->cycle && p->unit % p->gop + 4 >= p->gop)
		return 18;
	return p->unit % p->gop == 0 ? 9000 + v : v;
}

static void
player_init(struct player *p)
{
	camera_init(&p->camera);
	sizes_init(&p->sizes);
	camera_link(&p->camera, 0, PHASE_FLOWING, REASON_NONE);
}

static void
account(struct player *p, int64_t ms)
{
	struct account a = camera_account(&p->camera, ms);

	sizes_take(&p->sizes, &a);
	a.gop_us = p->gop * 1000000 / FPS;
	if (p->no_rhythm)
		a.rhythm_us = 0;
	a.from_us = a.to_us - (p->account_s ? p->account_s : 10) * 1000000ll;
	a.units = p->units + 1;
	a.keyframes = 1;
	a.inter_min_bytes = p->least;
	a.inter_mean_bytes = p->units ? p->sum / p->units : 0;
	p->least = p->sum = p->units = 0;
	camera_account_send(&p->camera, &a);
}

static void
count(struct player *p, const struct sizes_unit *u)
{
	if (u->key)
		return;
	if (p->units == 0 || u->bytes < p->least)
		p->least = u->bytes;
	p->sum += u->bytes;
	p->units++;
}

/* The picture that belongs to the moment. */
static void
picture(struct player *p, int64_t ms)
{
	p->camera.frame = p->cycle ? 1 : moment(p);
	p->camera.walker = p->still ? 0 : 3;
	if (p->tour)
		p->camera.place = 1 + p->unit / p->loop % p->tour;
	camera_picture(&p->camera, ms);
}

static void
play(struct player *p, unsigned seconds)
{
	for (unsigned end = p->unit + seconds * FPS; p->unit < end; p->unit++) {
		int64_t ms = 1000 + p->unit * 1000ll / FPS;
		const struct sizes_unit u = { .at_us = ms * MS,
			.step_us = 1000000 / FPS,
			.bytes = bytes_of(p),
			.key = p->unit % p->gop == 0 };

		sizes_add(&p->sizes, &u);
		count(p, &u);
		if (p->unit % ((p->account_s ? p->account_s : 10) * FPS) == 9)
			account(p, ms);
		if (p->unit % (PICTURE_S * FPS) == 0)
			picture(p, ms);
	}
}

static bool
is_looped(const struct player *p)
{
	return camera_verdict(&p->camera)->causes >> CAUSE_LOOPED & 1;
}

/* Seconds of the loop until it was called; 0 = it never was. */
static unsigned
play_until_looped(struct player *p, unsigned most)
{
	unsigned s;

	for (s = 10; s <= most; s += 10) {
		play(p, 10);
		if (is_looped(p))
			return s;
	}
	return 0;
}

static void
as_coded(void **state)
{
	static const struct {
		unsigned loop_s, gop, within_s;
	} rows[] = {
		{ 2, 20, 30 },
		{ 2, 10, 30 },
		{ 10, 20, 50 },
		{ 60, 100, 120 },
		{ 600, 20, 650 },
		{ 7, 10, 50 },
		{ 600, 100, 680 },
		{ 120, 1, 180 },
		{ 33, 3, 100 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct player p = { .gop = rows[i].gop,
			.live = 60 * FPS,
			.loop = rows[i].loop_s * FPS,
			.seed = i };
		unsigned after;

		player_init(&p);
		play(&p, 60);
		assert_false(is_looped(&p));
		after = play_until_looped(&p, rows[i].within_s);
		assert_true(after > 0 && after > rows[i].loop_s);
		assert_int_equal(camera_verdict(&p.camera)->state, STATE_DOWN);
		assert_int_equal(camera_verdict(&p.camera)->cause,
		    CAUSE_LOOPED);
		assert_true(
		    camera_verdict(&p.camera)->since_us >= 60 * 1000000);
		assert_non_null(
		    strstr(camera_verdict(&p.camera)->evidence, "loop_s"));
		camera_fini(&p.camera);
	}
}

/* A frozen picture whose coder has fallen into a cycle; accounts may be shorter
 * than a group. */
static void
a_coders_cycle(void **state)
{
	(void)state;
	for (unsigned account_s = 0; account_s < 3; account_s++) {
		struct player p = { .gop = 20,
			.live = 60 * FPS,
			.loop = 4 * FPS,
			.seed = 3,
			.account_s = account_s };

		player_init(&p);
		play(&p, 60);
		p.cycle = true;
		for (unsigned s = 0; s < 300; s += 10) {
			play(&p, 10);
			assert_false(is_looped(&p));
		}
		assert_int_equal(camera_verdict(&p.camera)->cause,
		    CAUSE_FROZEN);
		camera_fini(&p.camera);
	}
}

static void
live_again(void **state)
{
	(void)state;
	for (unsigned anew = 0; anew < 2; anew++) {
		struct player p = { .gop = 20,
			.live = 60 * FPS,
			.loop = 30 * FPS,
			.until = 400 * FPS,
			.anew = anew != 0,
			.blur = 5 };

		player_init(&p);
		play(&p, 400);
		assert_true(is_looped(&p));
		play(&p, 180);
		assert_false(is_looped(&p));
		assert_int_equal(camera_verdict(&p.camera)->state, STATE_UP);
		camera_fini(&p.camera);
	}
}

/* Two rounds and five minutes at the most; sooner the more alike. */
static void
encoded_anew(void **state)
{
	static const struct {
		unsigned loop_s, gop, blur, within_s;
	} rows[] = {
		{ 20, 20, 3, 160 },
		{ 45, 40, 10, 200 },
		{ 90, 100, 10, 300 },
		{ 20, 20, 35, 340 },
		{ 61, 25, 25, 420 },
		{ 300, 20, 5, 600 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct player p = { .gop = rows[i].gop,
			.live = 60 * FPS,
			.loop = rows[i].loop_s * FPS,
			.anew = true,
			.blur = rows[i].blur,
			.seed = i };
		unsigned after;

		player_init(&p);
		play(&p, 60);
		after = play_until_looped(&p, rows[i].within_s);
		assert_true(after > rows[i].loop_s);
		camera_fini(&p.camera);
	}
}

/* What is not a loop: hours of it, seeded. */
static void
never_looped(void **state)
{
	static const struct player rows[] = {
		{ .gop = 20 },
		{ .gop = 100, .anew = true, .blur = 30 },
		{ .gop = 10, .still = true },
		{ .gop = 20, .still = true, .rhythm = 10 }, /* a clock */
		{ .gop = 25, .still = true, .rhythm = 13 },
		{ .gop = 50, .rhythm = 13 },
		{ .gop = 1 },
		{ .gop = 600, .rhythm = 100 },
		/* constant bitrate */
		{ .gop = 10, .turns = 1 },
		{ .gop = 16, .turns = 2 },
		{ .gop = 20, .turns = 3 },
		{ .gop = 13, .turns = 4, .no_rhythm = true },
		{ .gop = 37, .turns = 1, .no_rhythm = true },
		{ .gop = 100, .turns = 2 },
		{ .gop = 20, .rhythm = 260 }, /* a flash */
		{ .gop = 20, .still = true, .rhythm = 460 },
		{ .gop = 12, .still = true, .rhythm = 230 },
		{ .gop = 20, .rhythm = 230, .turns = 1 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct player p = rows[i];

		p.seed = 1000 + i;
		player_init(&p);
		for (unsigned minute = 0; minute < 40; minute++) {
			play(&p, 60);
			assert_false(is_looped(&p));
		}
		camera_fini(&p.camera);
	}
}

/* A camera that turns from scene to scene by the clock: each move is like the
 * one before, and the scenes are others; where they are not, it is a loop. */
static void
a_tour(void **state)
{
	(void)state;
	for (unsigned tour = 0; tour <= 4; tour += 4) {
		struct player p = { .gop = 10,
			.loop = 10 * FPS,
			.anew = true,
			.blur = 1,
			.tour = tour };

		player_init(&p);
		play(&p, 600);
		assert_int_equal(is_looped(&p), tour == 0);
		camera_fini(&p.camera);
	}
}

/* A recorder that sends its last seconds again at a new connection. */
static void
a_buffer_played_again(void **state)
{
	struct player p = { .gop = 20 };

	(void)state;
	player_init(&p);
	for (unsigned i = 0; i < 20; i++) {
		play(&p, 90);
		assert_false(is_looped(&p));
		p.live = p.unit;
		p.loop = 1;
		p.loop = 20 * FPS;
		p.live -= p.loop; /* the last 20 s once more, then on */
		play(&p, 20);
		assert_false(is_looped(&p));
		p.loop = 0;
	}
	camera_fini(&p.camera);
}

/* Any bytes for prints, ages and curve do no harm. */
static void
hostile(void **state)
{
	struct camera c;
	uint32_t n = 1;

	(void)state;
	camera_init(&c);
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	for (unsigned i = 1; i < 2000; i++) {
		struct account a = camera_account(&c, 10000ll * i);

		for (unsigned k = 0; k < ACCOUNT_PRINTS; k++) {
			a.print[k] = dice(n++, 1) % 9;
			a.print_age_ms[k] = dice(n, 2) >> dice(n, 3) % 32;
		}
		a.activity_count = (uint8_t)(dice(n++, 4) % 33);
		a.activity_first =
		    i % 50 ? (int64_t)i * 20 : (int64_t)dice(n++, 5) << 31;
		for (unsigned k = 0; k < ACCOUNT_BINS; k++)
			a.activity[k] = (uint16_t)dice(n++, 6);
		a.gop_us = i % 3 ? 2000000 : dice(n++, 7);
		camera_account_send(&c, &a);
	}
	camera_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_coded),
		cmocka_unit_test(a_coders_cycle),
		cmocka_unit_test(live_again),
		cmocka_unit_test(encoded_anew),
		cmocka_unit_test(never_looped),
		cmocka_unit_test(a_tour),
		cmocka_unit_test(a_buffer_played_again),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
