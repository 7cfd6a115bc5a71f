/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <string.h>

#include "common/places.h"

uint32_t
scene_mix(uint32_t a, uint32_t b)
{
	uint32_t h = a * 2654435761u ^ b * 2246822519u;

	h ^= h >> 15;
	h *= 2246822519u;
	return h ^ h >> 13;
}

void
camera_init(struct camera *c)
{
	memset(c, 0, sizeof(*c));
	judge_config_defaults(&c->cfg);
	c->feed = judge_feed_new(&c->cfg, 0);
	c->noise = 100;
	c->clock_cell = -1;
	c->level = -1;
}

void
camera_fini(struct camera *c)
{
	judge_feed_free(&c->feed);
}

static void
step(struct camera *c)
{
	if (judge_step(c->feed, c->now_us, &c->last))
		c->changes++;
}

void
camera_until(struct camera *c, int64_t ms)
{
	int64_t due;

	while ((due = judge_deadline(c->feed)) <= ms * MS) {
		c->now_us = due > c->now_us ? due : c->now_us + 1;
		step(c);
	}
	if (ms * MS > c->now_us)
		c->now_us = ms * MS;
	step(c);
}

void
camera_link(struct camera *c, int64_t ms, enum phase phase, enum reason reason)
{
	struct link_report r = { .at_us = ms * MS,
		.phase = phase,
		.reason = reason };

	camera_until(c, ms);
	if (c->flowing && phase != PHASE_FLOWING)
		c->media_us = (ms - 100) * MS;
	c->flowing = phase == PHASE_FLOWING;
	r.last_media_us = c->media_us;
	judge_on_link(c->feed, &r, c->now_us);
	step(c);
}

static bool
is_covered(const struct camera *c, unsigned u)
{
	return u * 100ull < c->covered * 65536ull;
}

/* What is at a place of the picture: u, v of 65536. */
static unsigned
background(const struct camera *c, unsigned u, unsigned v)
{
	unsigned level;

	if (c->level >= 0)
		return (unsigned)c->level;
	if (is_covered(c, u))
		return 74;
	u = (u + 65536u - (unsigned)c->shift) % 65536u;
	level = 60 + scene_mix((u >> 12) + 16 * c->place, v >> 12) % 120;
	return c->light == 0 ? level : level * c->light / 100;
}

static bool
has_walker(const struct camera *c, unsigned u, unsigned v)
{
	unsigned x = u * 20 >> 16, y = v * 10 >> 16;
	unsigned from = c->frame * 3 % 17;

	return c->walker > 0 && y >= 3 && y < 3 + c->walker && x >= from &&
	       x < from + c->walker;
}

static bool
has_clock(const struct camera *c, unsigned u, unsigned v)
{
	int cell = (int)((v * 10 >> 16) * 20 + (u * 20 >> 16));

	return c->clock_cell >= 0 && cell == c->clock_cell;
}

static unsigned
pixel(const struct camera *c, unsigned u, unsigned v, uint32_t salt)
{
	unsigned level = background(c, u, v);

	if (has_walker(c, u, v))
		return 230;
	if (has_clock(c, u, v))
		return c->frame % 2 ? 200 : 100;
	if (level == 0 || scene_mix(salt, c->frame + 9) % 100 >= c->noise)
		return level;
	return level + scene_mix(salt, c->frame) % 5 - 2;
}

void
camera_soften(uint16_t *thumb)
{
	static uint16_t old[THUMB_CELLS];

	memcpy(old, thumb, sizeof(old));
	for (unsigned i = THUMB_W; i < THUMB_CELLS - THUMB_W; i++)
		thumb[i] = (uint16_t)((4u * old[i] + old[i - 1] + old[i + 1] +
					  old[i - THUMB_W] + old[i + THUMB_W]) /
				      8);
}

static void
fill_thumb(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned u = (i % THUMB_W * 65536 + 32768) / THUMB_W;
		unsigned v = (i / THUMB_W * 65536 + 32768) / THUMB_H;

		m->thumb[i] = (uint16_t)(pixel(c, u, v, i + 90000) * 256);
	}
	for (unsigned k = c->blur; k > 0 && k < 100; k += 5)
		camera_soften(m->thumb);
}

static void
fill_sharp(const struct camera *c, struct measures *m)
{
	unsigned light = c->light == 0 ? 100 : c->light;
	unsigned blur = c->blur == 0 ? 100 : c->blur;

	for (unsigned z = 0; z < ZONES; z++) {
		unsigned u = (z % ZONE_W * 65536 + 32768) / ZONE_W;

		/* one zone in ten is bare but for noise */
		m->zone_sharp[z] =
		    is_covered(c, u) || z % 10 == 0
			? 256
			: (uint16_t)(2560 * light / 100 * blur / 100);
	}
	m->noise_q8 = 200;
}

static void
fill_blocks(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < BLOCK_HASHES; i++) {
		struct place p = places_block(i);
		uint32_t h = scene_mix(background(c, p.u, p.v), i);

		if (scene_mix(i, c->frame + 7) % 100 < c->noise)
			h = scene_mix(h, c->frame);
		if (has_walker(c, p.u, p.v) || has_clock(c, p.u, p.v))
			h = scene_mix(h, c->frame + 1);
		m->block[i] =
		    (h & ~3u) | (c->level >= 0 ? BLOCK_FLAT : BLOCK_RICH);
	}
}

static void
fill(struct camera *c)
{
	struct measures *m = &c->sample.measures;

	memset(m, 0, sizeof(*m));
	m->width = 640;
	m->height = 360;
	for (unsigned i = 0; i < SPARSE_PIXELS; i++) {
		struct place p = places_sparse(i);

		m->sparse[i] = (uint8_t)pixel(c, p.u, p.v, i);
	}
	fill_thumb(c, m);
	fill_blocks(c, m);
	fill_sharp(c, m);
	m->picture_hash = c->noise == 0 && c->walker == 0 && c->clock_cell < 0
			      ? 1
			      : c->frame + 2;
	m->sharp_q8 = 10 * 256;
	m->p50 = c->level >= 0 ? (uint8_t)c->level : 110;
	m->flat_q16 = c->level >= 0 ? 65535 : 1000;
	m->repeat_q16 = c->level >= 0 ? 65535 : 0;
	if (c->touch != NULL)
		c->touch(c, m);
}

static void
send(struct camera *c, int64_t ms, enum sample_result result)
{
	camera_until(c, ms);
	judge_sample_asked(c->feed, c->now_us);
	c->sample.at_us = c->now_us;
	c->sample.result = result;
	c->sample.codec = CODEC_H264;
	c->sample.au_bytes = 20000;
	judge_on_sample(c->feed, &c->sample, c->now_us);
	step(c);
}

void
camera_picture(struct camera *c, int64_t ms)
{
	c->frame++;
	fill(c);
	send(c, ms, SAMPLE_OK);
}

void
camera_pictures(struct camera *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		camera_picture(c, c->now_us / MS + 2000);
}

void
camera_result(struct camera *c, int64_t ms, enum sample_result result)
{
	send(c, ms, result);
}

struct account
camera_account(const struct camera *c, int64_t ms)
{
	(void)c;
	return (struct account){
		.from_us = (ms - 10000) * MS,
		.to_us = ms * MS,
		.last_au_us = ms * MS,
		.units = 150,
		.keyframes = 5,
		.bytes = 400000,
		.packets = 600,
		.inter_mean_bytes = 2000,
		.gop_us = 2000000,
		.rhythm_us = 2000000,
		.fps_milli = 15000,
		.clock_offset_us = INT64_MIN,
		.codec = CODEC_H264,
		.width = 640,
		.height = 360,
		.parameter_print = 7,
	};
}

void
camera_account_send(struct camera *c, const struct account *a)
{
	camera_until(c, a->to_us / MS);
	judge_on_account(c->feed, a, c->now_us);
	step(c);
}

void
camera_live(struct camera *c, int64_t ms, unsigned n)
{
	if (c->walker == 0)
		c->walker = 3;
	camera_link(c, ms, PHASE_FLOWING, REASON_NONE);
	for (unsigned i = 0; i < n; i++)
		camera_picture(c, ms + 2000 * i);
}

const struct verdict *
camera_verdict(const struct camera *c)
{
	return judge_verdict(c->feed);
}
