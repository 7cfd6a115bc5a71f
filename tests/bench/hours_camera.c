/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/hours_camera.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOISE_SIZE (1 << 17)

static const struct {
	const char *name;
	double per_hour; /* by day; the night has a fifth of the people */
	double least_s, most_s;
} kinds[KINDS] = {
	[PERSON] = { "person", 12, 4, 40 },
	[CLOSE_PERSON] = { "person close", 0.15, 3, 25 },
	[VEHICLE] = { "vehicle", 6, 3, 12 },
	[PARKED] = { "parked", 0.1, 900, 9000 },
	[INSECT] = { "insect", 1, 2, 15 },
	[HEADLIGHT] = { "headlight", 1.5, 2, 12 },
	[LAMP] = { "lamp", 0.12, 600, 20000 },
	[RAIN] = { "rain", 0.02, 1800, 9000 },
	[FOG] = { "fog", 0.006, 7200, 14400 },
	[LOW_SUN] = { "low sun", 0.4, 600, 3000 },
	[WEB] = { "spider's web", 0.02, 3600, 20000 },
};

static int8_t noise_table[NOISE_SIZE];

uint32_t
camera_rnd(struct camera *c)
{
	c->dice = c->dice * 1664525u + 1013904223u;
	return c->dice >> 7;
}

float
camera_between(struct camera *c, float a, float b)
{
	return a + (b - a) * (float)(camera_rnd(c) & 0xffff) / 65536.0f;
}

static void
make_noise(void)
{
	struct camera c = { .dice = 5 };

	for (int i = 0; i < NOISE_SIZE; i++) {
		float v = 0;

		for (int k = 0; k < 6; k++)
			v += camera_between(&c, -1, 1);
		noise_table[i] = (int8_t)(v * 22); /* sd 31 */
	}
}

/* ---- what the camera looks at ---- */

static void
box(uint8_t *p, int x0, int y0, int w, int h, int level, int grain)
{
	for (int y = y0 < 0 ? 0 : y0; y < y0 + h && y < H; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + w && x < W; x++)
			p[y * W + x] =
			    (uint8_t)(level +
				      (grain * ((x * 7 ^ y * 13) % 5)) / 4);
}

static int
lattice(int x, int y, uint32_t salt)
{
	uint32_t n = (uint32_t)x * 374761393u + (uint32_t)y * 668265263u + salt;

	n = (n ^ n >> 13) * 1274126177u;
	return (int)((n ^ n >> 16) & 0xff) - 128;
}

/* Grass, gravel, bricks: what a ground is made of, in two sizes. */
static void
texture(uint8_t *p, int depth, uint32_t salt)
{
	for (int i = 0; i < PIXELS; i++) {
		int x = i % W, y = i / W;
		int v = lattice(x / 5, y / 3, salt) + lattice(x, y, salt) / 2;

		v = p[i] + v * depth / 160;
		p[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* A camera opens no further than its picture bears. */
static void
expose(uint8_t *p)
{
	uint64_t all = 0;
	unsigned mean;

	for (int i = 0; i < PIXELS; i++)
		all += p[i];
	mean = (unsigned)(all / PIXELS);
	for (int i = 0; i < PIXELS && mean > 120; i++)
		p[i] = (uint8_t)(p[i] * 120u / mean);
}

/* No lens is sharper than its pixels. */
static void
lens(uint8_t *p)
{
	for (int i = 0; i < PIXELS - W - 1; i++)
		p[i] = (uint8_t)((p[i] * 9 + p[i + 1] * 4 + p[i + W] * 3) / 16);
}

/* By infrared most things are as bright as by day, some are not at all, and
 * the lamp lights the middle. */
static void
build_infrared(struct camera *c)
{
	for (int i = 0; i < PIXELS; i++) {
		float x = (float)(i % W - W / 2) / (W / 2);
		float y = (float)(i / W - H * 2 / 3) / (H / 2);
		float v = (float)c->infrared[i];

		v *= 1.15f - 0.3f * fminf(x * x + y * y, 2);
		c->infrared[i] = (uint8_t)fminf(fmaxf(v, 0), 255);
	}
}

static void
build(struct camera *c)
{
	int sky = (int)camera_between(c, 0, 60), depth;
	uint32_t salt = camera_rnd(c);

	for (int i = 0; i < PIXELS; i++) {
		int x = i % W, y = i / W, ground = 70 + y / 3;

		c->scene[i] = (uint8_t)(y < sky ? 190 + y / 4
						: ground + (x * y / 97) % 7);
		c->infrared[i] = (uint8_t)(y < sky ? 20 : c->scene[i]);
	}
	depth = (int)camera_between(c, 2, 16);
	texture(c->scene, depth, salt);
	texture(c->infrared, depth, salt);
	for (int i = 0, n = (int)camera_between(c, 8, 40); i < n; i++) {
		int x = (int)camera_between(c, -20, W),
		    y = (int)camera_between(c, 0, H);
		int w = (int)camera_between(c, 8, 90),
		    h = (int)camera_between(c, 6, 70);
		int level = (int)camera_between(c, 25, 225);
		int grain = (int)camera_between(c, 0, 20);

		box(c->scene, x, y, w, h, level, grain);
		if (camera_rnd(c) % 3 == 0)
			level = (int)camera_between(c, 25, 225);
		box(c->infrared, x, y, w, h, level, grain);
	}
	build_infrared(c);
	expose(c->scene);
	expose(c->infrared);
	lens(c->scene);
	lens(c->infrared);
	for (int i = 0; i < PIXELS / 64; i++) {
		c->still[i] = camera_between(c, 0, 1) < c->noise / 3 ? 0 : 1;
		c->leaves[i] = 0;
	}
	if (!c->indoor)
		for (int i = 0, b = (int)camera_between(c, 0, 800); i < 60; i++)
			c->leaves[(b + i % 12 + i / 12 * (W / 8)) %
				  (PIXELS / 64)] = 1;
}

const char *
camera_kind_name(enum kind kind)
{
	return kinds[kind].name;
}

void
camera_init(struct camera *c, unsigned seed)
{
	if (noise_table[0] == 0 && noise_table[1] == 0)
		make_noise();
	memset(c, 0, sizeof(*c));
	c->dice = seed * 2654435761u + 12345;
	for (int i = 0; i < 5; i++)
		camera_rnd(c);
	c->indoor = camera_rnd(c) % 3 == 0;
	c->variable = camera_rnd(c) % 2;
	c->noise = camera_between(c, 0.6f, 4);
	c->wind = camera_between(c, 0, 12);
	c->shake = camera_rnd(c) % 5 == 0 ? 1 : 0;
	c->night_blur = camera_rnd(c) % 3 == 0;
	c->lamp = camera_rnd(c) % 3 > 0;
	c->coarse = camera_rnd(c) % 3 == 0 ? camera_between(c, 2, 7) : 0;
	c->u = (uint8_t)camera_between(c, 124, 133);
	c->v = (uint8_t)camera_between(c, 124, 133);
	build(c);
}

/* ---- what happens there ---- */

static double
sun(const struct camera *c)
{
	double h = fmod((double)c->now_us / HOUR, 24);

	return sin((h - 6) / 12 * M_PI); /* up from 6 to 18 */
}

static void
begin(struct camera *c, enum kind kind)
{
	struct thing *t = NULL;
	float s = camera_between(c, (float)kinds[kind].least_s,
	    (float)kinds[kind].most_s);

	for (int i = 0; i < THINGS; i++) {
		if (c->thing[i].to_us <= c->now_us)
			t = &c->thing[i];
		else if (kind >= RAIN && c->thing[i].kind == kind)
			return; /* one weather at a time */
	}
	if (t == NULL)
		return;
	*t = (struct thing){ .kind = kind,
		.from_us = c->now_us,
		.to_us = c->now_us + (int64_t)(s * SECOND),
		.x = camera_between(c, -20, W),
		.y = camera_between(c, 20, H - 40),
		.level = (int)camera_between(c, 20, 230),
		.gain = camera_rnd(c) % 2 ? camera_between(c, 0.35f, 0.75f)
					  : camera_between(c, 1.3f, 2.2f) };
	t->dx = camera_between(c, -12, 12);
	t->dy = camera_between(c, -2, 2);
	t->w = kind == PERSON	      ? camera_between(c, 5, 20)
	       : kind == VEHICLE      ? camera_between(c, 30, 110)
	       : kind == PARKED	      ? camera_between(c, 30, 90)
	       : kind == CLOSE_PERSON ? camera_between(c, 120, 240)
				      : camera_between(c, 15, 60);
	t->h = kind == PERSON	      ? t->w * 2.4f
	       : kind == CLOSE_PERSON ? H
				      : t->w * 0.6f;
	if (kind == CLOSE_PERSON)
		t->y = camera_between(c, 0, 60), t->dx = t->dy = 0;
	if (kind == PARKED)
		t->dx = t->dy = 0;
}

void
camera_happen(struct camera *c)
{
	bool night = sun(c) < 0;

	for (int k = 0; k < KINDS; k++) {
		double rate = kinds[k].per_hour / 1800;

		if (c->indoor &&
		    (k == INSECT || k == HEADLIGHT || k == RAIN || k == FOG ||
			k == PARKED || k == LOW_SUN || k == WEB))
			continue;
		if (k == LOW_SUN && (night || sun(c) > 0.3))
			continue;
		if (night && (k == PERSON || k == CLOSE_PERSON || k == VEHICLE))
			rate /= 5;
		if (!night && (k == INSECT || k == HEADLIGHT || k == WEB))
			continue;
		if (k == LAMP && !c->indoor && !night)
			continue;
		if (camera_between(c, 0, 1) < rate)
			begin(c, (enum kind)k);
	}
	c->cloud += camera_between(c, -0.02f, 0.02f) - c->cloud * 0.002f;
	c->cloud = fminf(fmaxf(c->cloud, -0.3f), 0.3f);
	c->shadow = fmodf((float)((double)c->now_us / HOUR) * 20, 400);
}

/* ---- its picture ---- */

/* A body in the light of the place; what shines by itself is white. */
static void
paint_thing(struct camera *c, const struct thing *t, const uint8_t *lut)
{
	float age = (float)(c->now_us - t->from_us) / SECOND;
	int x0 = (int)(t->x + t->dx * age), y0 = (int)(t->y + t->dy * age);
	float rx = t->w / 2, ry = t->h / 2;

	for (int y = y0 < 0 ? 0 : y0; y < y0 + (int)t->h && y < H; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + (int)t->w && x < W;
		     x++) {
			float a = ((float)(x - x0) - rx) / rx;
			float b = ((float)(y - y0) - ry) / ry;
			int level = lut[t->level + ((x / 6 + y / 9) & 3) * 6];

			if (t->kind != PARKED && t->kind != VEHICLE &&
			    a * a + b * b > 1)
				continue;
			if (t->kind == HEADLIGHT || t->kind == INSECT)
				level = 255;
			c->y[y * W + x] = (uint8_t)level;
		}
}

/* The sun in the lens, or a web before it: light is added, softly. */
static void
paint_glow(struct camera *c, const struct thing *t)
{
	float sway = t->kind == WEB ? camera_between(c, -6, 6) : 0;
	float rx = t->kind == WEB ? 8 : t->w * 2, ry = t->w * 2;
	float come = (float)(c->now_us - t->from_us) / (60 * SECOND);
	float go = (float)(t->to_us - c->now_us) / (60 * SECOND);
	float up = (float)sun(c) / 0.02f; /* none once it has set */
	float most = t->kind == WEB
			 ? 90
			 : 230 * fmaxf(fminf(fminf(come, go), fminf(up, 1)), 0);

	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			float b = ((float)y - t->y / 2) / ry;
			float a = ((float)x - t->x - sway * (1 - b)) / rx;
			float v = 1 - a * a - b * b;

			if (v <= 0)
				continue;
			v = c->y[y * W + x] + v * most;
			c->y[y * W + x] = (uint8_t)fminf(v, 253);
		}
}

struct light {
	float gain, lift, contrast, noise, fog;
	float dark; /* 0 to 1: by what the street gives */
	bool night; /* by infrared */
};

static struct light
light_of(const struct camera *c)
{
	double s = sun(c);
	struct light l = { 1 + (c->indoor || s < 0 ? 0 : c->cloud), 0, 1,
		c->noise, 0, 0, false };

	if (!c->indoor && s < 0.25) { /* the camera opens up, then switches */
		l.gain *= (float)(0.65 + 1.4 * (s > 0 ? s : 0));
		l.noise *= 1.4f;
		l.night = s < 0 && c->lamp;
		if (s < 0 && !c->lamp)
			l.dark = (float)fmin(-s / 0.15, 1);
	}
	for (int i = 0; i < THINGS; i++) {
		const struct thing *t = &c->thing[i];
		float age = (float)(c->now_us - t->from_us) / SECOND;
		float part;

		if (t->to_us <= c->now_us)
			continue;
		/* the exposure follows in seconds; the sun outshines it */
		if (t->kind == LAMP && (c->indoor || s < 0.1))
			l.gain *= powf(t->gain, 0.25f + 0.75f * expf(-age / 3));
		if (t->kind == RAIN)
			l.contrast *= 0.85f, l.noise *= 1.4f;
		if (t->kind != FOG)
			continue;
		part = (float)(c->now_us - t->from_us) /
		       (float)(t->to_us - t->from_us);
		part = part < 0.3f   ? part / 0.3f
		       : part > 0.7f ? (1 - part) / 0.3f
				     : 1;
		l.fog = part;
	}
	return l;
}

static void
soften(uint8_t *y)
{
	for (int i = 0; i < PIXELS - 1; i++)
		y[i] = (uint8_t)((y[i] * 3 + y[i + 1]) / 4);
}

/* Eight pixels of noise; k: its strength, at most 255. */
static inline void
grain8(uint8_t *p, const int8_t *noise, int16_t k)
{
	for (int i = 0; i < 8; i++) {
		int16_t v = (int16_t)(p[i] + ((int16_t)(noise[i] * k) >> 8));

		p[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* Levels of the scene -> levels of the picture, in the light and in shadow.
 * fog: how much of it is between. */
static void
fill_levels(const struct light *l, float fog, uint8_t lut[2][256])
{
	for (int i = 0; i < 256; i++) {
		float v = ((float)i - 110) * l->contrast + 110;

		v = (v * (1 - 0.45f * fog) + 55 * fog) * l->gain + l->lift;
		if (l->night)
			v = v * 0.7f + 12;
		v = v * (1 - 0.4f * l->dark) + 6 * l->dark;
		lut[0][i] = (uint8_t)fminf(fmaxf(v, 2), 253);
		lut[1][i] = (uint8_t)fminf(fmaxf(v * 0.72f, 2), 253);
	}
}

/* What stands and what passes, as the light shows it. */
static void
paint_view(struct camera *c, const struct light *l)
{
	const uint8_t *scene = l->night ? c->infrared : c->scene;
	uint8_t lut[2][256];
	int dx = c->shake > 0 ? (int)(camera_rnd(c) % 3) - 1 : 0;

	fill_levels(l, 0, lut);
	for (int y = 0; y < H; y++) {
		const uint8_t *from = scene + y * W;
		uint8_t *to = c->y + y * W;
		int edge =
		    c->indoor || sun(c) < 0 ? -1 : (int)c->shadow - y / 2;

		if (l->fog > 0 && y % 20 == 0) /* what is far is above */
			fill_levels(l, l->fog * (1.2f - 0.5f * (float)y / H),
			    lut);
		for (int x = 0; x < W; x++) {
			int s = x + dx;

			s = s < 0 ? 0 : s >= W ? W - 1 : s;
			to[x] = lut[x < edge][from[s]];
		}
	}
	for (int i = 0; i < THINGS; i++) {
		const struct thing *t = &c->thing[i];

		if (t->to_us <= c->now_us)
			continue;
		if (t->kind < LAMP)
			paint_thing(c, t, lut[0]);
		if (t->kind == LOW_SUN || (t->kind == WEB && l->night))
			paint_glow(c, t);
	}
}

/* A coder's coarse step: of four by four pixels with little in them only the
 * mean is left, of others a part of the detail. */
static void
coarsen(struct camera *c, int step)
{
	for (int b = 0; b < PIXELS / 16; b++) {
		uint8_t *p = c->y + b / (W / 4) * 4 * W + b % (W / 4) * 4;
		int mean = 8, most = 0;

		for (int i = 0; i < 16; i++)
			mean += p[i / 4 * W + i % 4];
		mean /= 16;
		for (int i = 0; i < 16; i++) {
			int d = abs(p[i / 4 * W + i % 4] - mean);

			most = d > most ? d : most;
		}
		for (int i = 0; i < 16 && most <= 2 * step; i++) {
			uint8_t *at = &p[i / 4 * W + i % 4];

			*at = (uint8_t)(most <= step ? mean : (mean + *at) / 2);
		}
	}
}

uint32_t
camera_moving(const struct camera *c)
{
	uint32_t n = 0;

	for (int i = 0; i < THINGS; i++)
		n += c->thing[i].to_us > c->now_us &&
		     c->thing[i].kind <= VEHICLE;
	return n;
}

void
camera_paint(struct camera *c)
{
	struct light l = light_of(c);
	int scale = (int)(l.noise * (1 + 0.5f * l.dark) * 256 / 31);

	paint_view(c, &l);
	if (l.night && c->night_blur)
		soften(c->y);
	for (int b = 0; b < PIXELS / 64; b++) {
		int x0 = b % (W / 8) * 8, y0 = b / (W / 8) * 8;
		uint32_t at = camera_rnd(c) % (NOISE_SIZE - 64);
		int k = scale;

		if (y0 + 8 > H)
			break;
		if (c->leaves[b])
			k += (int)(c->wind * 8);
		/* filtered: what little is left comes back at times */
		if (c->still[b] && camera_rnd(c) % 3)
			at = (uint32_t)b * 64 % (NOISE_SIZE - 64), k /= 4;
		for (int r = 0; r < 8; r++)
			grain8(&c->y[(y0 + r) * W + x0],
			    &noise_table[at + (uint32_t)r * 8], (int16_t)k);
	}
	if (c->coarse > 0) /* what moves takes the bits */
		coarsen(c,
		    (int)(c->coarse * (1 + 0.1f * (float)camera_moving(c))));
	for (int i = 0; i < PIXELS / 4; i++) {
		int n = c->scene[i / (W / 2) * 2 * W + i % (W / 2) * 2];

		/* things differ in colour, the whole hardly does */
		c->chroma_u[i] =
		    (uint8_t)(l.night ? 128 : c->u + (n * 3 % 29) - 14);
		c->chroma_v[i] =
		    (uint8_t)(l.night ? 128 : c->v + (n * 5 % 31) - 15);
	}
	c->night = l.night;
}
