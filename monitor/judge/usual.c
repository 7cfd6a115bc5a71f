/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/usual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLIPPED_Q8 (236u * 256u)
#define DARK_Q8 (24u * 256u)
#define GREY_Q8 (5u * 256u / 2u) /* mean |U| + |V| of a picture in grey */
#define DIM_LEVEL 40u		 /* the median pixel of a dim one is below */
#define KNOWN 3u		 /* pictures before a light is known */
#define FAST 8u			 /* up to here all count alike .. */
#define SLOW 64u		 /* .. later ones by 1/64 */
#define ZONE_CALM_Q8 256u
#define STRANGE_MOST 60u	   /* pictures */
#define MOST_FADES 1024u	   /* of the distance to the mean, a picture */
#define BLANK_LOW_Q8 (253u * 128u) /* 126.5: 128, by either range */
#define BLANK_HIGH_Q8 (132u * 256u)
#define BLANK_EVEN_Q8 128u
#define BLANK_COLOUR 24u
#define BLANK_STEP_Q8 (5u * 256u)
#define STREAK_ROWS 4u
#define STREAK_DOWN_Q8 150u
#define STREAK_SIDE_Q8 400u
#define VALID_LEAST (CHROMA_CELLS / 4u)
#define ALIKE_LIKENESS 800 /* permille */
#define AS_BRIGHT_PERCENT 80u
#define TINGE_Q8 (6u * 256u) /* colour that noise makes */
#define COLOUR_TIMES 2u	     /* of the most colour that any light had .. */
#define COLOUR_OVER_Q8 (12u * 256u)
#define BARRED_PERMILLE 700
#define VARIANCE_LEAST (4.0 * 65536.0) /* two levels: else nothing to see */

static unsigned
distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

_Static_assert(THUMB_W % CHROMA_W == 0, "cells are equally wide");

/* The thumbnail's means over a row of the cells that colour has. */
static void
cell_row_luma(const uint16_t *thumb, unsigned row, uint16_t luma_q8[CHROMA_W])
{
	unsigned y0 = row * THUMB_H / CHROMA_H;
	unsigned y1 = (row + 1) * THUMB_H / CHROMA_H;
	unsigned wide = THUMB_W / CHROMA_W;
	uint32_t column[THUMB_W] = { 0 };

	for (unsigned y = y0; y < y1; y++)
		for (unsigned x = 0; x < THUMB_W; x++)
			column[x] += thumb[y * THUMB_W + x];
	for (unsigned i = 0; i < CHROMA_W; i++) {
		uint32_t sum = 0;

		for (unsigned x = 0; x < wide; x++)
			sum += column[i * wide + x];
		luma_q8[i] = (uint16_t)(sum / (wide * (y1 - y0)));
	}
}

/* Places of the thumbnail that vary sideways but not at all downwards: what
 * a decoder makes below the point where the data broke off. Few things that a
 * lens sees are so even. */
static uint16_t
streak_permille(const uint16_t *thumb)
{
	unsigned n = 0;

	for (unsigned y = 0; y + STREAK_ROWS < THUMB_H; y += STREAK_ROWS) {
		const uint16_t *at = thumb + y * THUMB_W;
		uint16_t moved[THUMB_W] = { 0 };

		for (unsigned k = 0; k < STREAK_ROWS; k++, at += THUMB_W)
			for (unsigned x = 0; x < THUMB_W; x++) {
				uint16_t d =
				    (uint16_t)(at[x] - at[x + THUMB_W] +
					       STREAK_DOWN_Q8 - 1);

				moved[x] |= d > 2 * (STREAK_DOWN_Q8 - 1);
			}
		at = thumb + y * THUMB_W;
		for (unsigned x = 1; x < THUMB_W; x++) {
			uint16_t d =
			    (uint16_t)(at[x] - at[x - 1] + STREAK_SIDE_Q8);

			n += !moved[x] & (d > 2 * STREAK_SIDE_Q8);
		}
	}
	return (uint16_t)(n * 1000u /
			  ((THUMB_H - 1) / STREAK_ROWS * (THUMB_W - 1)));
}

/* Which places of a row are of that grey, and how many. No branch within, so
 * that the compiler takes many at once; nearly all rows have none. */
static unsigned
blank_row(const uint16_t *at, uint8_t *blank)
{
	unsigned n = 0;

	for (unsigned x = 0; x + 1 < THUMB_W; x++) {
		uint16_t over = (uint16_t)(at[x] - BLANK_LOW_Q8);
		uint16_t aside = (uint16_t)(at[x] - at[x + 1] + BLANK_EVEN_Q8);
		uint16_t down =
		    (uint16_t)(at[x] - at[x + THUMB_W] + BLANK_EVEN_Q8);

		blank[x] = (over <= BLANK_HIGH_Q8 - BLANK_LOW_Q8) &
			   (aside <= 2 * BLANK_EVEN_Q8) &
			   (down <= 2 * BLANK_EVEN_Q8);
	}
	for (unsigned x = 0; x + 1 < THUMB_W; x++)
		n += blank[x];
	return n;
}

static bool
has_little_colour(const struct measures *m, unsigned x, unsigned y)
{
	unsigned cell =
	    y * CHROMA_H / THUMB_H * CHROMA_W + x * CHROMA_W / THUMB_W;

	return distance(m->chroma_u[cell], 128) +
		   distance(m->chroma_v[cell], 128) <=
	       BLANK_COLOUR;
}

/* Places of the even grey that macroblocks have which were never decoded (128
 * as coded), when they end as blocks do: with a step. A grey wall shades off.
 */
static uint16_t
blank_permille(const struct measures *m)
{
	unsigned n = 0, hard = 0, soft = 0;
	uint8_t blank[THUMB_W];

	for (unsigned y = 0; y + 1 < THUMB_H; y++) {
		const uint16_t *at = m->thumb + y * THUMB_W;

		if (blank_row(at, blank) == 0)
			continue;
		for (unsigned x = 1; x + 1 < THUMB_W; x++) {
			if (!blank[x] || !has_little_colour(m, x, y))
				continue;
			n++;
			if (distance(at[x], at[x - 1]) > BLANK_STEP_Q8)
				hard++;
			else if (!blank[x - 1])
				soft++;
		}
	}
	return (uint16_t)(hard <= soft ? 0 : n * 1000u / THUMB_CELLS);
}

static uint16_t
clipped_permille(const uint16_t *thumb)
{
	unsigned n = 0;

	for (unsigned i = 0; i < THUMB_CELLS; i++)
		n += thumb[i] >= CLIPPED_Q8;
	return (uint16_t)(n * 1000u / THUMB_CELLS);
}

bool
usual_cell_valid(const struct usual *u, unsigned cell)
{
	return u->now.luma_q8[cell] >= DARK_Q8 &&
	       u->now.luma_q8[cell] < CLIPPED_Q8;
}

/* Mean colour of the cells that tell any; a picture that is mostly clipped
 * has no colour of its own, which says nothing about its light. */
static void
see_colour(struct usual *u, const struct measures *m)
{
	unsigned sum = 0, n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		if (!usual_cell_valid(u, i))
			continue;
		sum += distance(m->chroma_u[i], 128) +
		       distance(m->chroma_v[i], 128);
		n++;
	}
	u->now.valid = (uint16_t)n;
	if (n < VALID_LEAST) {
		u->now.trait[TRAIT_SATURATION] = m->saturation_q8;
		return;
	}
	u->now.trait[TRAIT_SATURATION] = (uint16_t)(sum * 256u / n);
	if (u->now.trait[TRAIT_SATURATION] < GREY_Q8)
		u->now.light = LIGHT_GREY;
	else
		u->now.light = m->p50 < DIM_LEVEL ? LIGHT_DIM : LIGHT_BRIGHT;
}

/* A picture's cells, without those that are clipped in either. */
struct spread {
	double n, a, b, aa, bb, ab;
};

static struct spread
spread_of(const struct usual *u, const struct usual_light *l, unsigned from,
    unsigned to)
{
	struct spread s = { 0 };

	for (unsigned i = from; i < to; i++) {
		double a = u->now.luma_q8[i], b = l->luma_q8[i];

		if (a >= CLIPPED_Q8 || b >= CLIPPED_Q8)
			continue;
		s.n++;
		s.a += a;
		s.b += b;
		s.aa += a * a;
		s.bb += b * b;
		s.ab += a * b;
	}
	return s;
}

/* How much of the brightness over the cells the usual explains: the squared
 * correlation, which no change of gain or offset alters. */
static void
see_likeness(struct usual *u, const struct usual_light *l)
{
	struct spread s = spread_of(u, l, 0, CHROMA_CELLS);
	double va, vb, cov;

	u->now.likeness = 0;
	u->now.gain_x100 = 0;
	if (s.n < VALID_LEAST)
		return;
	va = s.aa / s.n - s.a / s.n * (s.a / s.n);
	vb = s.bb / s.n - s.b / s.n * (s.b / s.n);
	cov = s.ab / s.n - s.a / s.n * (s.b / s.n);
	if (vb < VARIANCE_LEAST)
		return;
	va = va < 1 ? 1 : va;
	u->now.gain_x100 = (uint16_t)(va / vb > 600 ? 60000 : va / vb * 100);
	u->now.likeness =
	    (int16_t)(cov * (cov < 0 ? -cov : cov) / (va * vb) * 1000);
}

const struct usual_light *
usual_here(const struct usual *u)
{
	return &u->light[u->now.light];
}

unsigned
usual_brightness(const struct usual *u, const struct usual_light *l)
{
	uint32_t now = 0, usual = 1;

	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		now += u->now.luma_q8[i];
		usual += l->luma_q8[i];
	}
	return (unsigned)((uint64_t)now * 100u / usual);
}

unsigned
usual_clearness(const struct usual *u, const struct usual_light *l)
{
	struct spread s = spread_of(u, l, 0, CHROMA_CELLS);
	double now, usual;

	if (s.n < VALID_LEAST)
		return 100;
	now = s.aa - s.a * s.a / s.n;
	usual = s.bb - s.b * s.b / s.n;
	if (usual < VARIANCE_LEAST * s.n)
		return 100;
	if (s.a > s.b)
		now *= s.b / s.a * (s.b / s.a);
	return (unsigned)fmin(sqrt(fmax(now, 0) / usual) * 100, 999);
}

/* Unlike it as a whole, but like it along each row. */
bool
usual_barred(const struct usual *u, const struct usual_light *l)
{
	double va = 0, vb = 0, cov = 0;

	if (u->now.likeness >= BARRED_PERMILLE)
		return false;
	for (unsigned i = 0; i < CHROMA_CELLS; i += CHROMA_W) {
		struct spread s = spread_of(u, l, i, i + CHROMA_W);

		if (s.n == 0)
			continue;
		va += s.aa - s.a * s.a / s.n;
		vb += s.bb - s.b * s.b / s.n;
		cov += s.ab - s.a * s.b / s.n;
	}
	return cov > 0 && cov * cov * 1000 >= va * vb * BARRED_PERMILLE;
}

/* No colour but what noise makes of grey; by infrared is another light. */
static bool
is_tinge(const struct usual *u, const struct usual_light *l)
{
	if (l != &u->light[LIGHT_GREY])
		return u->now.light != LIGHT_GREY;
	return u->now.trait[TRAIT_SATURATION] <= TINGE_Q8;
}

const struct usual_light *
usual_alike(const struct usual *u)
{
	const struct usual_light *l = usual_nearest(u);
	unsigned bright;

	if (u->now.known)
		return usual_here(u);
	if (l->measured < KNOWN || u->now.likeness < ALIKE_LIKENESS ||
	    !is_tinge(u, l))
		return NULL;
	bright = usual_brightness(u, l);
	return bright >= AS_BRIGHT_PERCENT &&
		       bright * AS_BRIGHT_PERCENT <= 10000u
		   ? l
		   : NULL;
}

const struct usual_light *
usual_nearest(const struct usual *u)
{
	const struct usual_light *best = usual_here(u);

	if (best->seen >= KNOWN)
		return best;
	for (unsigned i = 0; i < LIGHTS; i++)
		if (u->light[i].seen > best->seen)
			best = &u->light[i];
	return best;
}

/* In a light that was hardly learned, the scene may still be known by another.
 */
static void
see_other_likeness(struct usual *u, const struct usual_light *tried)
{
	for (unsigned i = 0; i < LIGHTS; i++) {
		const struct usual_light *l = &u->light[i];
		struct seen before = u->now;

		if (l == tried || l->seen < KNOWN)
			continue;
		see_likeness(u, l);
		if (u->now.likeness <= before.likeness)
			u->now = before;
	}
}

/* What hangs on how pictures are coded. */
static bool
is_coding(unsigned trait)
{
	return trait != TRAIT_WHITE && trait != TRAIT_SATURATION;
}

static void
forget_coding(struct usual *u)
{
	for (unsigned k = 0; k < LIGHTS; k++) {
		struct usual_light *l = &u->light[k];

		l->measured = 0;
		for (unsigned i = 0; i < TRAITS; i++)
			if (is_coding(i))
				l->trait[i] = (struct trait_usual){ 0, 0, 0 };
		memset(l->zone_most_q8, 0, sizeof(l->zone_most_q8));
	}
}

static void
see_coding(struct usual *u, const struct sample *s)
{
	const struct measures *m = &s->measures;

	if (u->width != 0 && (u->width != m->width || u->height != m->height ||
				 u->codec != (uint8_t)s->codec))
		forget_coding(u);
	u->width = m->width;
	u->height = m->height;
	u->codec = (uint8_t)s->codec;
}

void
usual_see(struct usual *u, const struct sample *s, const struct contrast *c)
{
	const struct measures *m = &s->measures;
	struct seen *n = &u->now;
	const struct usual_light *like;

	see_coding(u, s);
	for (unsigned row = 0; row < CHROMA_H; row++)
		cell_row_luma(m->thumb, row, n->luma_q8 + row * CHROMA_W);
	n->trait[TRAIT_NOISE] = m->noise_q8;
	n->trait[TRAIT_OUTLIER] = (uint16_t)(m->outlier_q16 * 1000u / 65535u);
	n->trait[TRAIT_SEAM] = m->block_q8;
	n->trait[TRAIT_CHANGE] =
	    (uint16_t)(c->near_q8 > UINT16_MAX ? UINT16_MAX : c->near_q8);
	n->trait[TRAIT_TORN] = (uint16_t)(m->torn_q16 * 1000u / 65535u);
	n->trait[TRAIT_STREAK] = streak_permille(m->thumb);
	n->trait[TRAIT_BLANK] = blank_permille(m);
	n->trait[TRAIT_WHITE] = clipped_permille(m->thumb);
	see_colour(u, m);
	like = usual_nearest(u);
	n->known = usual_here(u)->measured >= KNOWN;
	n->any_known = like->seen >= KNOWN;
	see_likeness(u, like);
	see_other_likeness(u, like);
}

static uint16_t
towards(uint16_t old, uint16_t value, unsigned weight)
{
	return (uint16_t)((int)old + ((int)value - (int)old) / (int)weight);
}

static void
learn_trait(struct trait_usual *t, uint16_t value, unsigned weight, bool first)
{
	if (first) {
		*t = (struct trait_usual){ value, 0, value };
		return;
	}
	t->spread =
	    towards(t->spread, (uint16_t)distance(value, t->mean), weight);
	t->mean = towards(t->mean, value, weight);
	if (t->most > t->mean)
		t->most -= (uint16_t)((t->most - t->mean) / MOST_FADES);
	if (value > t->most)
		t->most = value;
}

/* Far beyond what ever was: it may be the beginning of a trouble that nothing
 * speaks against yet. What goes on for long is usual all the same. */
static bool
is_strange(struct usual *u)
{
	static const struct {
		enum trait trait;
		uint16_t times_x10, over;
	} far[] = {
		{ TRAIT_NOISE, 15, 512 },
		{ TRAIT_OUTLIER, 20, 5 },
		{ TRAIT_TORN, 10, 20 },
		{ TRAIT_SEAM, 16, 64 },
		{ TRAIT_STREAK, 10, 25 },
		{ TRAIT_BLANK, 10, 15 },
	};
	const struct usual_light *l = usual_nearest(u);
	bool strange = false;

	if (l->seen < KNOWN)
		return false;
	strange =
	    u->now.trait[TRAIT_SATURATION] >
	    usual_most(u, TRAIT_SATURATION) * COLOUR_TIMES + COLOUR_OVER_Q8;
	for (unsigned i = 0;
	     l->measured >= KNOWN && i < sizeof(far) / sizeof(far[0]); i++)
		strange |= u->now.trait[far[i].trait] * 10u >
			   l->trait[far[i].trait].most * far[i].times_x10 +
			       far[i].over * 10u;
	if (!strange)
		u->strange = 0;
	else if (u->strange < STRANGE_MOST)
		u->strange++;
	return strange && u->strange < STRANGE_MOST;
}

static unsigned
weight_after(unsigned pictures)
{
	if (pictures < FAST)
		return pictures + 1u;
	return pictures < SLOW ? pictures : SLOW;
}

static void
learn_measured(struct usual *u, struct usual_light *l, const struct measures *m)
{
	for (unsigned i = 0; i < TRAITS; i++) {
		unsigned n = is_coding(i) ? l->measured : l->seen;

		learn_trait(&l->trait[i], u->now.trait[i], weight_after(n),
		    n == 0);
	}
	for (unsigned i = 0; i < ZONES; i++) {
		uint16_t *most = &l->zone_most_q8[i];

		*most -= (uint16_t)(*most / MOST_FADES);
		if (m->zone_sharp[i] > *most)
			*most = m->zone_sharp[i];
	}
	if (l->measured < UINT16_MAX)
		l->measured++;
}

void
usual_learn(struct usual *u, const struct measures *m)
{
	struct usual_light *l = &u->light[u->now.light];
	unsigned weight = weight_after(l->seen);
	bool first = l->seen == 0;

	if (is_strange(u))
		return;
	learn_measured(u, l, m);
	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		uint16_t cu = (uint16_t)(m->chroma_u[i] * 256u);
		uint16_t cv = (uint16_t)(m->chroma_v[i] * 256u);

		l->luma_q8[i] = towards(l->luma_q8[i], u->now.luma_q8[i],
		    first ? 1 : weight);
		l->u_q8[i] = towards(l->u_q8[i], cu, first ? 1 : weight);
		l->v_q8[i] = towards(l->v_q8[i], cv, first ? 1 : weight);
	}
	if (l->seen < UINT16_MAX)
		l->seen++;
}

unsigned
usual_calm_zones(const struct usual *u, const struct measures *m)
{
	const struct usual_light *l = usual_here(u);
	unsigned n = 0;

	for (unsigned i = 0; i < ZONES; i++)
		n += m->zone_sharp[i] <= l->zone_most_q8[i] + ZONE_CALM_Q8;
	return n;
}

uint16_t
usual_most(const struct usual *u, enum trait trait)
{
	uint16_t most = 0;

	for (unsigned i = 0; i < LIGHTS; i++)
		if (u->light[i].seen > 0 &&
		    u->light[i].trait[trait].most > most)
			most = u->light[i].trait[trait].most;
	return most;
}

void
usual_forget(struct usual *u)
{
	memset(u->light, 0, sizeof(u->light));
	u->width = 0;
}

static void
save_cells(struct writer *w, const uint16_t *q8)
{
	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		writer_u8(w, (uint8_t)(q8[i] >> 8));
}

static void
load_cells(struct reader *r, uint16_t *q8)
{
	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		q8[i] = (uint16_t)(reader_u8(r) << 8 | 128u);
}

void
usual_save(const struct usual *u, struct writer *w)
{
	writer_le16(w, u->width);
	writer_le16(w, u->height);
	writer_u8(w, u->codec);
	for (unsigned k = 0; k < LIGHTS; k++) {
		const struct usual_light *l = &u->light[k];

		writer_le16(w, l->seen);
		writer_le16(w, l->measured);
		for (unsigned i = 0; i < TRAITS; i++) {
			writer_le16(w, l->trait[i].mean);
			writer_le16(w, l->trait[i].spread);
			writer_le16(w, l->trait[i].most);
		}
		save_cells(w, l->luma_q8);
		save_cells(w, l->u_q8);
		save_cells(w, l->v_q8);
		for (unsigned i = 0; i < ZONES; i++)
			writer_u8(w, (uint8_t)(l->zone_most_q8[i] >> 8));
	}
}

bool
usual_load(struct usual *u, struct reader *r)
{
	struct usual_light light[LIGHTS];
	uint16_t width = reader_le16(r), height = reader_le16(r);
	uint8_t codec = reader_u8(r);

	for (unsigned k = 0; k < LIGHTS; k++) {
		struct usual_light *l = &light[k];

		l->seen = reader_le16(r);
		l->measured = reader_le16(r);
		for (unsigned i = 0; i < TRAITS; i++) {
			l->trait[i].mean = reader_le16(r);
			l->trait[i].spread = reader_le16(r);
			l->trait[i].most = reader_le16(r);
		}
		load_cells(r, l->luma_q8);
		load_cells(r, l->u_q8);
		load_cells(r, l->v_q8);
		for (unsigned i = 0; i < ZONES; i++)
			l->zone_most_q8[i] =
			    (uint16_t)(reader_u8(r) << 8 | 255u);
	}
	if (r->bad)
		return false;
	memcpy(u->light, light, sizeof(light));
	u->width = width;
	u->height = height;
	u->codec = codec;
	return true;
}
