/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/history.h"

#include <stdlib.h>
#include <string.h>

#include "common/places.h"

#define TILE_W 8u
#define TILE_H 6u
#define CELL_CHANGE_Q8 (9u * 256u / 2u) /* the least change of a hot cell */
#define CELL_OVER_FLOOR_X10 16u		/* and so many tenths of the floor .. */
#define CELL_OVER_COARSE_X10 22u /* .. which is coarse coding from here on */
#define TEXT_ROWS 3u
#define COMES_BACK_PERMILLE 150u   /* coding may be all that changes: .. */
#define CELL_CLEAR_Q8 (12u * 256u) /* .. then only this is motion */
#define FLOOR_LAGS 5u
#define COARSE_FLOOR_Q8 (4u * 256u)
#define TEXTURED_ENOUGH 24u

void
history_clear(struct history *h)
{
	h->count = 0;
	h->next = 0;
	h->anchored = false;
}

static uint16_t
cell_mean(const uint16_t *thumb, unsigned cell)
{
	unsigned w = THUMB_W / COARSE_W, high = THUMB_H / COARSE_H;
	const uint16_t *row =
	    thumb + cell / COARSE_W * high * THUMB_W + cell % COARSE_W * w;
	uint32_t sum = 0;

	for (unsigned y = 0; y < high; y++, row += THUMB_W)
		for (unsigned x = 0; x < w; x++)
			sum += row[x];
	return (uint16_t)(sum / (w * high));
}

/* Blocks with some texture; where they are few, all that are not quite flat. */
static void
note_textured(struct note *n, const struct measures *m)
{
	unsigned least = BLOCK_SOFT, found = 0;

	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		found += BLOCK_TEXTURE(m->block[i]) >= least;
	if (found < TEXTURED_ENOUGH)
		least = BLOCK_FAINT;
	memset(n->textured, 0, sizeof(n->textured));
	for (unsigned i = 0; i < BLOCK_HASHES; i++) {
		n->block[i] = (uint16_t)(m->block[i] >> 2);
		if (BLOCK_TEXTURE(m->block[i]) >= least)
			n->textured[i / 8] |= (uint8_t)(1u << i % 8);
	}
}

/* The first dozen of the sparse pixels that fall into each tile. */
static void
note_pixels(struct note *n, const uint8_t *sparse)
{
	uint8_t filled[TILES] = { 0 };
	unsigned have = 0;

	for (unsigned i = 0; i < SPARSE_PIXELS && have < sizeof(n->pixel);
	     i++) {
		struct place p = places_sparse(i);
		unsigned tile =
		    (p.v * TILE_H >> 16) * TILE_W + (p.u * TILE_W >> 16);

		if (filled[tile] == TILE_PIXELS)
			continue;
		n->pixel[tile * TILE_PIXELS + filled[tile]++] = sparse[i];
		have++;
	}
}

static void
note_fill(struct note *n, const struct sample *s)
{
	const struct measures *m = &s->measures;

	n->at_us = s->at_us;
	n->hash = m->picture_hash;
	n->au_bytes = s->au_bytes;
	n->sharp_q8 = m->sharp_q8;
	n->width = m->width;
	n->height = m->height;
	note_pixels(n, m->sparse);
	note_textured(n, m);
	for (unsigned i = 0; i < COARSE; i++)
		n->coarse[i] = cell_mean(m->thumb, i);
}

#define TILES_BUSY (TILES - TILES_CALM)

/* Keeps the largest, rising; what drops out was larger than none of them. */
static void
keep_busiest(uint16_t busy[TILES_BUSY], unsigned d)
{
	unsigned i = 1;

	if (d <= busy[0])
		return;
	for (; i < TILES_BUSY && busy[i] < d; i++)
		busy[i - 1] = busy[i];
	busy[i - 1] = (uint16_t)d;
}

static uint32_t
calm_difference(const uint8_t *a, const uint8_t *b)
{
	uint16_t busy[TILES_BUSY] = { 0 };
	uint32_t sum = 0;

	for (unsigned t = 0; t < TILES; t++) {
		const uint8_t *p = a + t * TILE_PIXELS;
		const uint8_t *q = b + t * TILE_PIXELS;
		unsigned d = 0;

		for (unsigned i = 0; i < TILE_PIXELS; i++)
			d += (unsigned)abs(p[i] - q[i]);
		sum += d;
		keep_busiest(busy, d);
	}
	for (unsigned i = 0; i < TILES_BUSY; i++)
		sum -= busy[i];
	return sum * 256u / (TILES_CALM * TILE_PIXELS);
}

struct tally {
	uint16_t all, equal;
};

static void
tally_add(struct tally *sum, struct tally t)
{
	sum->all = (uint16_t)(sum->all + t.all);
	sum->equal = (uint16_t)(sum->equal + t.equal);
}

static uint16_t
tally_permille(struct tally t)
{
	return (uint16_t)(t.all == 0 ? 0 : t.equal * 1000u / t.all);
}

static unsigned
tally_differing(struct tally t)
{
	return t.all - t.equal;
}

/* Sums of all rows but the TEXT_ROWS that differ most. */
static struct tally
tally_outside(const struct tally *row)
{
	struct tally sum = { 0, 0 };
	bool left_out[COARSE_H] = { false };

	for (unsigned k = 0; k < TEXT_ROWS; k++) {
		unsigned worst = 0;

		for (unsigned i = 1; i < COARSE_H; i++)
			if (left_out[worst] ||
			    (!left_out[i] && tally_differing(row[i]) >
						 tally_differing(row[worst])))
				worst = i;
		left_out[worst] = true;
	}
	for (unsigned i = 0; i < COARSE_H; i++) {
		if (!left_out[i])
			tally_add(&sum, row[i]);
	}
	return sum;
}

/* The coarse row that each of the hashed blocks lies in. */
struct block_rows {
	uint8_t of[BLOCK_HASHES];
};

static void
block_rows_fill(struct block_rows *r)
{
	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		r->of[i] = (uint8_t)(places_block(i).v * COARSE_H >> 16);
}

static void
equal_blocks(const struct note *a, const struct note *b,
    const struct block_rows *r, struct pair *p)
{
	struct tally row[COARSE_H] = { { 0, 0 } }, sum = { 0, 0 };

	for (unsigned i = 0; i < BLOCK_HASHES; i++) {
		unsigned t = (unsigned)a->textured[i / 8] | b->textured[i / 8];
		unsigned y = r->of[i];

		t = t >> i % 8 & 1u;
		row[y].all = (uint16_t)(row[y].all + t);
		row[y].equal = (uint16_t)(row[y].equal +
					  (t & (a->block[i] == b->block[i])));
	}
	for (unsigned y = 0; y < COARSE_H; y++)
		tally_add(&sum, row[y]);
	p->blocks = sum.all;
	p->equal_permille = tally_permille(sum);
	p->outside_permille = tally_permille(tally_outside(row));
}

static void
compare(const struct note *a, const struct note *b, const struct block_rows *r,
    struct pair *p)
{
	p->calm_q8 = calm_difference(a->pixel, b->pixel);
	equal_blocks(a, b, r, p);
	p->identical = a->hash == b->hash;
	if (p->identical)
		p->equal_permille = p->outside_permille = 1000;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The lower median of the latest n differences. */
static uint32_t
median(const uint32_t *lag_q8, unsigned n)
{
	uint32_t sorted[HISTORY];

	for (unsigned i = 0; i < n; i++) {
		unsigned j = i;

		for (; j > 0 && sorted[j - 1] > lag_q8[i]; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = lag_q8[i];
	}
	return sorted[(n - 1) / 2];
}

/* The calm difference of neighbours, or the median of the latest few where
 * that is more (up to four times): one lucky pair must not make coarse coding
 * look fine, nor a change of scene hide what moves after it. */
static uint32_t
usual_floor(const struct contrast *c)
{
	uint32_t floor = c->adjacent.calm_q8;
	uint32_t usual =
	    median(c->lag_q8, c->depth < FLOOR_LAGS ? c->depth : FLOOR_LAGS);

	return usual <= floor ? floor : least(usual, floor * 4);
}

/* fresh against the one before it, and against the one most like it. */
static void
hot_cells(const struct note *fresh, const struct note *last,
    const struct note *like, struct contrast *c)
{
	uint32_t floor = usual_floor(c);
	uint32_t limit = floor *
			 (floor < COARSE_FLOOR_Q8 ? CELL_OVER_FLOOR_X10
						  : CELL_OVER_COARSE_X10) /
			 10;

	if (limit < CELL_CHANGE_Q8)
		limit = CELL_CHANGE_Q8;
	if (c->equal_permille >= COMES_BACK_PERMILLE && limit < CELL_CLEAR_Q8)
		limit = CELL_CLEAR_Q8;
	for (unsigned i = 0; i < COARSE; i++) {
		int at = fresh->coarse[i];
		uint32_t d = least((uint32_t)abs(at - last->coarse[i]),
		    (uint32_t)abs(at - like->coarse[i]));

		if (d > c->change_q8)
			c->change_q8 = (uint16_t)d;
		if (d < limit)
			continue;
		c->hot++;
		c->hot_cell[i / 8] |= (uint8_t)(1u << i % 8);
	}
}

static void
contrast_add(struct contrast *c, const struct pair *p, unsigned lag)
{
	if (c->depth == 0 || p->calm_q8 < c->near_q8) {
		c->near_q8 = p->calm_q8;
		c->near_lag = (uint8_t)lag;
	}
	if (p->calm_q8 > c->far_q8)
		c->far_q8 = p->calm_q8;
	if (c->depth == 0 || p->equal_permille > c->equal_permille) {
		c->equal_permille = p->equal_permille;
		c->equal_lag = (uint8_t)lag;
	}
	if (p->outside_permille > c->outside_permille)
		c->outside_permille = p->outside_permille;
	if (c->depth == 0 || p->blocks < c->blocks)
		c->blocks = p->blocks;
	c->lag_q8[c->depth] = p->calm_q8;
	c->depth++;
}

const struct note *
history_back(const struct history *h, unsigned lag)
{
	return &h->ring[(h->next + HISTORY - lag) % HISTORY];
}

void
history_break(struct history *h)
{
	const struct note *last = history_last(h);

	h->anchored = false;
	if (last == NULL)
		return;
	if (last != &h->ring[0])
		h->ring[0] = *last;
	h->count = 1;
	h->next = 1;
}

void
history_anchor(struct history *h)
{
	const struct note *last = history_last(h);

	h->anchored = last != NULL;
	if (last != NULL)
		memcpy(h->anchor, last->pixel, sizeof(h->anchor));
}

const struct note *
history_last(const struct history *h)
{
	return h->count == 0 ? NULL : history_back(h, 1);
}

/* How far two codings of one still picture can lie apart, at most, as a share
 * of its texture: measured over x264 and x265 at constant bitrate as
 * 0.25 / bpp^0.6 (bpp: bits a pixel of the smaller keyframe; see
 * docs/detection.md), here with a third on top. Per mille of sharp. */
static uint32_t
coding_most(const struct note *a, const struct note *b)
{
	/* 8 steps to an octave from 1/16 bit a pixel: 340 * bpp^-0.6 */
	static const uint16_t most[] = { 1795, 1704, 1618, 1536, 1458, 1384,
		1314, 1247, 1184, 1124, 1067, 1013, 962, 913, 867, 823, 781,
		742, 704, 668, 634, 602, 572, 543, 515, 489, 464, 441, 419, 397,
		377, 358, 340, 323, 306, 291, 276, 262, 249, 236, 224, 213, 202,
		192, 182, 173, 164, 156, 148 };
	uint64_t pixels = (uint64_t)a->width * a->height;
	uint64_t bytes = a->au_bytes < b->au_bytes ? a->au_bytes : b->au_bytes;
	uint64_t bpp_q16 = pixels == 0 ? 0 : bytes * 8 * 65536 / pixels;
	unsigned step = 0;

	/* 2^(1/8) = 1.0905; walk up until the step holds the rate */
	for (uint64_t at = 4096;
	     step + 1 < sizeof(most) / sizeof(most[0]) && at < bpp_q16;
	     at += at * 905 / 10000)
		step++;
	return most[step];
}

static uint32_t
excess(const struct note *a, const struct note *b, uint32_t difference_q8)
{
	uint32_t sharp = a->sharp_q8 < b->sharp_q8 ? b->sharp_q8 : a->sharp_q8;

	if (a->au_bytes == 0 || b->au_bytes == 0 || sharp == 0)
		return 0;
	return (uint32_t)((uint64_t)difference_q8 * 100u * 1000u /
			  ((uint64_t)sharp * coding_most(a, b)));
}

uint32_t
history_excess(const struct history *h, uint32_t difference_q8)
{
	return h->count < 2 ? 0
			    : excess(history_back(h, 1), history_back(h, 2),
				  difference_q8);
}

uint32_t
history_apart_q8(const struct note *a, const struct note *b)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < COARSE; i++)
		sum += (uint32_t)abs(a->coarse[i] - b->coarse[i]);
	return sum / COARSE;
}

void
history_take(struct history *h, const struct sample *s, struct contrast *c)
{
	const struct note *last = history_last(h);
	struct block_rows rows;
	struct note fresh;

	block_rows_fill(&rows);
	memset(c, 0, sizeof(*c));
	note_fill(&fresh, s);
	if (last != NULL &&
	    (last->width != fresh.width || last->height != fresh.height))
		history_clear(h);
	c->intra_only = s->codec == CODEC_MJPEG;
	c->first = h->count == 0;
	c->anchor_q8 =
	    h->anchored ? calm_difference(fresh.pixel, h->anchor) : UINT32_MAX;
	for (unsigned lag = 1; lag <= h->count; lag++) {
		const struct note *old = history_back(h, lag);
		struct pair p;

		compare(&fresh, old, &rows, &p);
		if (lag == 1)
			c->adjacent = p;
		contrast_add(c, &p, lag);
	}
	if (!c->first) {
		const struct note *before = history_last(h);
		const struct note *like = history_back(h, c->near_lag);

		c->mid_q8 = median(c->lag_q8, c->depth);
		hot_cells(&fresh, before, like, c);
		c->excess_percent = excess(&fresh, before, c->near_q8);
	}
	h->ring[h->next] = fresh;
	h->next = (uint8_t)((h->next + 1) % HISTORY);
	if (h->count < HISTORY)
		h->count++;
}
