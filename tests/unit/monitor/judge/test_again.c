/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyframes that come again one after the other, and what only seems so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/places.h"
#include "monitor/judge/again.h"
#include "scene.h"

#define SECOND 1000000ll

struct film {
	const char *name;
	unsigned cycle;	   /* pictures; 0: none ever comes again */
	unsigned grain;	   /* levels that each differs by, at most */
	unsigned scenes;   /* it turns to, one each picture */
	unsigned odd;	   /* one in so many is another; 0 = none */
	unsigned interval; /* seconds */
	uint32_t life_q8;
	bool again;
};

static void
fill(struct sample *s, const struct film *f, unsigned k)
{
	uint32_t seed = f->cycle == 0 ? k : k % f->cycle;
	uint32_t scene = f->scenes == 0 ? 0 : seed % f->scenes;
	struct measures *m = &s->measures;

	if (f->odd != 0 && k % f->odd == 0)
		seed = 1000 + k;
	memset(s, 0, sizeof(*s));
	s->result = SAMPLE_OK;
	s->codec = CODEC_H264;
	s->au_bytes = 30000;
	s->at_us = (k + 1) * f->interval * SECOND;
	m->width = 640;
	m->height = 360;
	m->sharp_q8 = 5 * 256;
	m->picture_hash = seed + 1;
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] =
		    (uint8_t)(60 + scene_mix(i, scene) % 100 +
			      scene_mix(i, seed + 9) % (f->grain + 1));
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] =
		    (uint16_t)(256 * (60 + scene_mix(i / 40, scene) % 100));
	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		m->block[i] = (scene_mix(i, seed) & ~3u) | BLOCK_RICH;
}

static void
take(struct again *a, struct history *h, const struct film *f, unsigned k)
{
	static struct sample s;
	struct contrast c;

	fill(&s, f, k);
	history_take(h, &s, &c);
	again_take(a, h, &c, f->life_q8);
}

static const struct film films[] = {
	{ "seven seconds, groups of four", 7, 6, 0, 0, 4, 0, true },
	{ "ten seconds, groups of two", 5, 6, 0, 0, 2, 0, true },
	{ "a minute, live", 6, 6, 0, 0, 10, 0, true },
	{ "something passes", 5, 6, 0, 9, 10, 0, true },
	{ "coarse, as much as in life", 7, 2, 0, 0, 4, 250, true },
	{ "coarse, less than in life", 7, 2, 0, 0, 4, 400, false },
	{ "coarse, life not known", 7, 2, 0, 0, 4, 0, false },
	{ "live", 0, 6, 0, 0, 10, 400, false },
	{ "frozen: what a coder makes of it", 5, 1, 0, 0, 4, 0, false },
	{ "frozen to the bit", 1, 6, 0, 0, 4, 0, false },
	{ "two in turn: a lamp", 2, 6, 0, 0, 10, 400, false },
	{ "a tour over rooms without noise", 5, 0, 5, 0, 10, 0, false },
	{ "longer than is remembered", 13, 6, 0, 0, 10, 0, false },
};

static void
test_films(void **state)
{
	(void)state;
	for (unsigned t = 0; t < sizeof(films) / sizeof(films[0]); t++) {
		const struct film *f = &films[t];
		struct history h = { 0 };
		struct again a = { 0 };
		bool sure = false;
		unsigned k;

		for (k = 0; k < 200 && !sure; k++) {
			take(&a, &h, f, k);
			sure = again_sure(&a);
		}
		if (sure != f->again)
			fail_msg("%s: %d", f->name, sure);
		if (!sure)
			continue;
		/* two rounds and half a minute, and a little */
		assert_true(
		    (k - 1) * f->interval <= 2 * f->cycle * f->interval + 50);
		assert_true(a.lag_ms == f->cycle * f->interval * 1000);
		for (unsigned n = 0; n < 40; n++, k++)
			take(&a, &h, f, k);
		assert_true(again_sure(&a));
	}
}

static void
test_over(void **state)
{
	static const struct film loop = { "", 5, 6, 0, 0, 4, 0, true };
	static const struct film live = { "", 0, 6, 0, 0, 4, 0, false };
	struct history h = { 0 };
	struct again a = { 0 };
	unsigned k;

	(void)state;
	for (k = 0; k < 40; k++)
		take(&a, &h, &loop, k);
	assert_true(again_sure(&a));
	for (; k < 43; k++)
		take(&a, &h, &live, k);
	assert_false(again_sure(&a));
	/* another connection, and times that go back */
	history_break(&h);
	take(&a, &h, &live, 44);
	take(&a, &h, &live, 2);
	take(&a, &h, &loop, 7);
	take(&a, &h, &loop, 2);
	assert_false(again_sure(&a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_films),
		cmocka_unit_test(test_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
