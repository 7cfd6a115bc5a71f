/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One walk down the rows. What needs every pixel (the picture's hash, the
 * thumbnail's sums, repeated rows) is done while a row is in the cache, in
 * loops that the compiler vectorises; texture is taken from every 8th row or
 * fewer, percentiles from about 60,000 pixels. Values are gathered as coded and
 * stretched to full range at the end, when there are few of them left.
 */
#include "probes/picture/measure.h"

#include <string.h>

#include "common/places.h"

#define SIDE_MIN 16u
#define EDGE_LEVEL 40 /* |dx| + |dy| of an edge, levels */
#define OUTLIER_LEVEL 12
#define FLAT_RANGE 4
#define MACROBLOCK 16u
#define TORN_LEVEL 24u
#define TORN_OTHER 5u /* pixels from where macroblocks meet */
#define HISTOGRAM_LANES 4u
#define HASH_K 0x9e3779b97f4a7c15ull

/* A row of luma as 8 bit, and as coded. */
struct row {
	const uint8_t *raw;
	const uint8_t *y8; /* raw itself, or the walk's scratch */
};

struct walk {
	const struct picture_view *v;
	struct measures *out;
	uint32_t w;
	uint32_t h;
	uint64_t hash[4];
	uint32_t histogram[256];
	uint32_t lane[HISTOGRAM_LANES][256];
	uint32_t counted;
	uint64_t edge, texels; /* texture: pixels looked at */
	uint64_t sharp, noise, outlier;
	uint64_t seam, seams, inner, inners;
	uint64_t torn, torns, whole, wholes; /* strong steps; see torn_at */
	uint32_t repeated;
	uint32_t flat, blocks;
	uint32_t zone_sum[ZONES];
	uint32_t zone_count[ZONES];
	uint32_t column[LIMIT_SIDE];	/* sums of one row of cells, deep .. */
	uint16_t column8[LIMIT_SIDE];	/* .. and of 8 bit */
	uint8_t scratch[3][LIMIT_SIDE]; /* deep rows as 8 bit */
	uint8_t low[LIMIT_SIDE], high[LIMIT_SIDE]; /* of one row of blocks */
	uint8_t stretch[256];
};

static const uint8_t *
plane_row(const struct picture_view *v, int plane, uint32_t y)
{
	return v->plane[plane] + (ptrdiff_t)y * v->stride[plane];
}

static unsigned
sample_bytes(const struct picture_view *v)
{
	return v->depth > 8 ? 2u : 1u;
}

/* Narrow n samples to 8 bit; returns where they are. */
static const uint8_t *
narrow(const struct picture_view *v, const uint8_t *raw, uint32_t n,
    uint8_t *scratch)
{
	unsigned shift = v->depth - 8u;

	if (v->depth == 8)
		return raw;
	for (uint32_t x = 0; x < n; x++) {
		uint16_t s;

		memcpy(&s, raw + 2u * x, 2);
		s = (uint16_t)(s >> shift);
		scratch[x] = s > 255 ? 255 : (uint8_t)s;
	}
	return scratch;
}

static struct row
row_of(struct walk *k, uint32_t y, unsigned slot)
{
	const uint8_t *raw = plane_row(k->v, 0, y);

	return (struct row){ raw, narrow(k->v, raw, k->w, k->scratch[slot]) };
}

static uint64_t
hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * HASH_K;
	return h ^ (h >> 29);
}

/* Four chains side by side, so that the multiplier's latency is hidden. */
static void
hash_bytes(uint64_t hash[4], const uint8_t *p, size_t n)
{
	uint64_t w[4];

	for (; n >= 32; p += 32, n -= 32) {
		memcpy(w, p, 32);
		for (int i = 0; i < 4; i++)
			hash[i] = hash_mix(hash[i], w[i]);
	}
	memset(w, 0, sizeof(w));
	memcpy(w, p, n);
	for (int i = 0; i < 4; i++)
		hash[i] = hash_mix(hash[i], w[i] + n);
}

/* A cell has too few rows to overflow 16 bits: LIMIT_SIDE / THUMB_H x 255. */
static void
column_add8(uint16_t *restrict column, const uint8_t *restrict row, uint32_t n)
{
	for (uint32_t x = 0; x < n; x++)
		column[x] = (uint16_t)(column[x] + row[x]);
}

static void
column_add16(uint32_t *column, const uint8_t *raw, uint32_t n)
{
	for (uint32_t x = 0; x < n; x++) {
		uint16_t s;

		memcpy(&s, raw + 2u * x, 2);
		column[x] += s;
	}
}

/* A mean as coded (q8 of 8-bit levels) -> q8 of full range. */
static uint16_t
stretch_q8(const struct picture_view *v, uint32_t q8)
{
	if (!v->full_range)
		q8 = q8 <= 16u * 256u ? 0 : (q8 - 16u * 256u) * 255u / 219u;
	return (uint16_t)(q8 > 255u * 256u ? 255u * 256u : q8);
}

/* A difference or gradient as coded -> of full range. */
static uint64_t
stretch_span(const struct picture_view *v, uint64_t span)
{
	return v->full_range ? span : span * 255u / 219u;
}

static void
range_of(uint32_t cell, uint32_t cells, uint32_t side, uint32_t *from,
    uint32_t *to)
{
	*from = cell * side / cells;
	*to = (cell + 1) * side / cells;
	if (*to <= *from)
		*to = *from + 1;
}

/* Sums of columns of rows [y0, y1), each `step`th, of one plane. */
static void
sum_columns(struct walk *k, int plane, uint32_t w, uint32_t y0, uint32_t y1,
    uint32_t step)
{
	if (k->v->depth > 8) {
		memset(k->column, 0, w * sizeof(k->column[0]));
		for (uint32_t y = y0; y < y1; y += step)
			column_add16(k->column, plane_row(k->v, plane, y), w);
		return;
	}
	memset(k->column8, 0, w * sizeof(k->column8[0]));
	for (uint32_t y = y0; y < y1; y += step)
		column_add8(k->column8, plane_row(k->v, plane, y), w);
}

static uint32_t
sum_across(const struct walk *k, uint32_t x0, uint32_t x1)
{
	uint32_t x = x0, sum = 0;

	if (k->v->depth > 8) {
		for (; x < x1; x++)
			sum += k->column[x];
		return sum;
	}
	for (; x + 4 <= x1; x += 4) /* most cells are this wide, or twice */
		sum += (uint32_t)k->column8[x] + k->column8[x + 1] +
		       k->column8[x + 2] + k->column8[x + 3];
	for (; x < x1; x++)
		sum += k->column8[x];
	return sum;
}

static void
thumb_row(struct walk *k, uint32_t r)
{
	uint16_t *out = k->out->thumb + (size_t)r * THUMB_W;
	uint64_t share = 0;
	uint32_t area = 0, y0, y1;

	range_of(r, THUMB_H, k->h, &y0, &y1);
	sum_columns(k, 0, k->w, y0, y1, 1);
	for (uint32_t c = 0; c < THUMB_W; c++) {
		uint32_t x0, x1;
		uint64_t q8;

		range_of(c, THUMB_W, k->w, &x0, &x1);
		if (area != (x1 - x0) * (y1 - y0)) {
			area = (x1 - x0) * (y1 - y0);
			/* rounded up: what divides evenly stays even */
			share = (1ull << (48 - k->v->depth)) / area + 1;
		}
		q8 = sum_across(k, x0, x1) * share >> 32;
		out[c] = (uint16_t)(q8 > 65535u ? 65535u : q8);
	}
	for (uint32_t c = 0; c < THUMB_W; c++)
		out[c] = stretch_q8(k->v, out[c]);
}

/* Neighbours are alike: with a count of its own for each, none waits until the
 * one before it is stored. */
static void
histogram_add(struct walk *k, const uint8_t *row, uint32_t step)
{
	uint32_t x = 0;

	for (; x + 3 * step < k->w; x += 4 * step) {
		k->lane[0][row[x]]++;
		k->lane[1][row[x + step]]++;
		k->lane[2][row[x + 2 * step]]++;
		k->lane[3][row[x + 3 * step]]++;
	}
	for (; x < k->w; x += step)
		k->lane[0][row[x]]++;
	k->counted += (k->w + step - 1) / step;
}

static unsigned
apart(int a, int b)
{
	return (unsigned)(a > b ? a - b : b - a);
}

/* Sum of steps between neighbours so far apart; a form of which the compiler
 * makes one instruction for many pixels. */
static uint32_t
steps(const uint8_t *a, const uint8_t *b, uint32_t n)
{
	uint32_t sum = 0;

	for (uint32_t x = 0; x < n; x++) {
		int d = a[x] - b[x];

		sum += (uint32_t)(d < 0 ? -d : d);
	}
	return sum;
}

/* Eight pixels at a time: nothing that is taken from a pixel and those around
 * it needs more than 16 bits. (Left to itself the compiler takes them one by
 * one here.) */
typedef int16_t lanes __attribute__((vector_size(16)));
typedef uint8_t octet __attribute__((vector_size(8)));
#define LANES 8u
#define LANE_SUMS 16u /* of 2040 at most: a lane doesn't overflow */

static lanes
load(const uint8_t *p)
{
	octet o;

	memcpy(&o, p, sizeof(o));
	return __builtin_convertvector(o, lanes);
}

static lanes
larger(lanes a, lanes b)
{
	lanes is = a > b;

	return (a & is) | (b & ~is);
}

static uint32_t
sum_of(lanes v)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < LANES; i++)
		sum += (uint16_t)v[i];
	return sum;
}

struct texture {
	lanes noise, edge, outlier;
};

/* Of the eight pixels at `at` those in `take` (all bits or none). Noise is
 * Immerkaer's operator: 1 -2 1 down and the same across. */
static inline void
texture_eight(struct texture *t, const uint8_t *up, const uint8_t *at,
    const uint8_t *down, lanes take)
{
	lanes u = load(up), c = load(at), d = load(down);
	lanes l = load(at - 1), r = load(at + 1);
	lanes high = larger(l, r), low = l + r - high;
	lanes lap = load(up - 1) - 2 * u + load(up + 1) - 2 * l + 4 * c -
		    2 * r + load(down - 1) - 2 * d + load(down + 1);
	lanes step = high - low + larger(u - d, d - u);

	t->noise += larger(lap, -lap) & take;
	t->edge -= (step > EDGE_LEVEL) & take;
	t->outlier -=
	    ((c > high + OUTLIER_LEVEL) | (c < low - OUTLIER_LEVEL)) & take;
}

static void
texture_add(struct walk *k, struct texture *t)
{
	k->noise += sum_of(t->noise);
	k->edge += sum_of(t->edge);
	k->outlier += sum_of(t->outlier);
	*t = (struct texture){ 0 };
}

/* A sampled row but for its first and last pixel. The last eight overlap what
 * was taken before them (no picture is narrower than SIDE_MIN). */
static void
texture_of(struct walk *k, const uint8_t *up, const uint8_t *at,
    const uint8_t *down)
{
	const lanes number = { 0, 1, 2, 3, 4, 5, 6, 7 };
	uint32_t n = k->w - 2, x = 0;
	struct texture t = { 0 };

	while (x + LANES <= n) {
		uint32_t end = x + LANES * LANE_SUMS;

		for (; x < end && x + LANES <= n; x += LANES)
			texture_eight(&t, up + 1 + x, at + 1 + x, down + 1 + x,
			    number >= 0);
		texture_add(k, &t);
	}
	x = n - LANES;
	texture_eight(&t, up + 1 + x, at + 1 + x, down + 1 + x,
	    number >= (int16_t)(LANES - n % LANES));
	texture_add(k, &t);
	k->texels += n;
}

/* Strong steps where the coder's macroblocks meet, and as many places where
 * they don't: what a lens sees has them everywhere alike, a picture that was
 * decoded from damaged data where blocks meet. */
static void
torn_count(struct walk *k, unsigned phase, bool strong)
{
	if (phase == 0) {
		k->torn += strong;
		k->torns++;
	} else {
		k->whole += strong;
		k->wholes++;
	}
}

static void
torn_across(struct walk *k, const uint8_t *at)
{
	for (uint32_t x = MACROBLOCK; x + TORN_OTHER < k->w; x += MACROBLOCK) {
		const uint8_t *other = at + x + TORN_OTHER;

		torn_count(k, 0, apart(at[x], at[x - 1]) >= TORN_LEVEL);
		torn_count(k, 1, apart(other[0], other[-1]) >= TORN_LEVEL);
	}
}

static void
torn_down(struct walk *k, uint32_t y)
{
	const uint8_t *up = row_of(k, y - 1, 0).y8;
	const uint8_t *at = row_of(k, y, 1).y8;
	uint32_t strong = 0;

	for (uint32_t x = 0; x < k->w; x++)
		strong += apart(at[x], up[x]) >= TORN_LEVEL;
	if (y % MACROBLOCK == 0) {
		k->torn += strong;
		k->torns += k->w;
	} else {
		k->whole += strong;
		k->wholes += k->w;
	}
}

/* Steps across the coder's 8-pixel borders against all other steps. */
static void
seam_row(struct walk *k, const uint8_t *at)
{
	uint64_t all = steps(at + 1, at, k->w - 1), seam = 0;

	for (uint32_t x = 8; x < k->w; x += 8) {
		seam += apart(at[x], at[x - 1]);
		k->seams++;
	}
	k->seam += seam;
	k->inner += all - seam;
	k->inners += k->w - 1 - (k->w - 1) / 8;
}

static void
texture_row(struct walk *k, uint32_t y)
{
	struct row up = row_of(k, y - 1, 0);
	struct row at = row_of(k, y, 1);
	struct row down = row_of(k, y + 1, 2);
	unsigned zone = y * ZONE_H / k->h * ZONE_W;

	for (uint32_t z = 0; z < ZONE_W; z++) {
		uint32_t x0 = z > 0 ? z * k->w / ZONE_W : 1;
		uint32_t x1 =
		    z < ZONE_W - 1 ? (z + 1) * k->w / ZONE_W : k->w - 1;
		uint32_t sharp = steps(at.y8 + x0 + 1, at.y8 + x0 - 1, x1 - x0);

		k->sharp += sharp;
		k->zone_sum[zone + z] += sharp;
		k->zone_count[zone + z] += x1 - x0;
	}
	texture_of(k, up.y8, at.y8, down.y8);
	seam_row(k, at.y8);
	torn_across(k, at.y8);
}

/* One row of 8x8 blocks: which hold next to nothing. */
static void
flat_row(struct walk *k, uint32_t y)
{
	uint32_t w = k->w & ~7u;

	memset(k->low, 255, w);
	memset(k->high, 0, w);
	for (uint32_t i = 0; i < 8; i++) {
		const uint8_t *row = row_of(k, y + i, 0).y8;

		for (uint32_t x = 0; x < w; x++) {
			k->low[x] = row[x] < k->low[x] ? row[x] : k->low[x];
			k->high[x] = row[x] > k->high[x] ? row[x] : k->high[x];
		}
	}
	for (uint32_t x = 0; x < w; x += 8, k->blocks++) {
		uint8_t low = 255, high = 0;

		for (uint32_t i = x; i < x + 8; i++) {
			low = k->low[i] < low ? k->low[i] : low;
			high = k->high[i] > high ? k->high[i] : high;
		}
		k->flat += high - low <= FLAT_RANGE;
	}
}

static void
walk_luma(struct walk *k)
{
	uint32_t texture_step = k->h / 90 > 8 ? k->h / 90 : 8;
	uint32_t count_step = (k->h + 89) / 90;
	uint32_t skip = (k->w + 639) / 640;
	uint32_t flat_step = 8 * (1 + k->h / 720);
	size_t bytes = (size_t)k->w * sample_bytes(k->v);

	for (uint32_t y = 0; y < k->h; y++) {
		const uint8_t *raw = plane_row(k->v, 0, y);

		hash_bytes(k->hash, raw, bytes);
		if (y > 0)
			k->repeated +=
			    memcmp(raw, plane_row(k->v, 0, y - 1), bytes) == 0;
		if (y % count_step == 0)
			histogram_add(k, row_of(k, y, 0).y8, skip);
		if (y % texture_step == 4 && y + 1 < k->h)
			texture_row(k, y);
		if (y > 0 &&
		    (y % MACROBLOCK == 0 || y % MACROBLOCK == TORN_OTHER))
			torn_down(k, y);
		if (y % flat_step == 0 && y + 8 <= k->h)
			flat_row(k, y);
	}
	for (uint32_t r = 0; r < THUMB_H; r++)
		thumb_row(k, r);
}

static uint8_t
stretch_chroma(const struct picture_view *v, uint8_t c)
{
	int s = c - 128;

	if (!v->full_range)
		s = s * 255 / 224;
	s += 128;
	return (uint8_t)(s < 0 ? 0 : s > 255 ? 255 : s);
}

static void
chroma_row(struct walk *k, int plane, uint32_t r, uint32_t cw, uint32_t ch,
    uint8_t *out)
{
	uint32_t step = 1 + ch / 400, y0, y1, rows;

	range_of(r, CHROMA_H, ch, &y0, &y1);
	rows = (y1 - y0 + step - 1) / step;
	sum_columns(k, plane, cw, y0, y1, step);
	for (uint32_t c = 0; c < CHROMA_W; c++) {
		uint32_t x0, x1;

		range_of(c, CHROMA_W, cw, &x0, &x1);

		uint32_t mean = sum_across(k, x0, x1) / ((x1 - x0) * rows);

		out[r * CHROMA_W + c] =
		    stretch_chroma(k->v, (uint8_t)(mean >> (k->v->depth - 8)));
	}
}

static void
walk_chroma(struct walk *k)
{
	struct measures *out = k->out;
	uint32_t cw, ch, sum = 0;

	memset(out->chroma_u, 128, sizeof(out->chroma_u));
	memset(out->chroma_v, 128, sizeof(out->chroma_v));
	if (k->v->plane[1] == NULL || k->v->plane[2] == NULL)
		return;
	cw = (k->w + (1u << k->v->chroma_shift_x) - 1) >> k->v->chroma_shift_x;
	ch = (k->h + (1u << k->v->chroma_shift_y) - 1) >> k->v->chroma_shift_y;
	for (int p = 1; p <= 2; p++)
		for (uint32_t y = 0; y < ch; y++)
			hash_bytes(k->hash, plane_row(k->v, p, y),
			    (size_t)cw * sample_bytes(k->v));
	for (uint32_t r = 0; r < CHROMA_H; r++) {
		chroma_row(k, 1, r, cw, ch, out->chroma_u);
		chroma_row(k, 2, r, cw, ch, out->chroma_v);
	}
	for (uint32_t i = 0; i < CHROMA_CELLS; i++)
		sum +=
		    apart(out->chroma_u[i], 128) + apart(out->chroma_v[i], 128);
	out->saturation_q8 = (uint16_t)(sum * 256u / CHROMA_CELLS);
}

static void
take_sparse(struct walk *k)
{
	unsigned size = sample_bytes(k->v);

	for (unsigned i = 0; i < SPARSE_PIXELS; i++) {
		struct place p = places_sparse(i);
		uint32_t x = p.u * k->w >> 16;
		uint32_t y = p.v * k->h >> 16;
		uint8_t s;

		k->out->sparse[i] = k->stretch[*narrow(k->v,
		    plane_row(k->v, 0, y) + x * size, 1, &s)];
	}
}

static uint32_t
block_texture(unsigned low, unsigned high)
{
	if (high == low)
		return BLOCK_FLAT;
	if (high - low <= 4)
		return BLOCK_FAINT;
	return high - low <= 16 ? BLOCK_SOFT : BLOCK_RICH;
}

static uint32_t
block_hash(struct walk *k, uint32_t x, uint32_t y)
{
	unsigned size = sample_bytes(k->v);
	unsigned low = 255, high = 0;
	uint64_t h = 0;

	for (uint32_t i = 0; i < 8; i++) {
		const uint8_t *raw = plane_row(k->v, 0, y + i) + x * size;
		const uint8_t *y8 = narrow(k->v, raw, 8, k->scratch[0]);

		for (unsigned j = 0; j < size; j++) {
			uint64_t word;

			memcpy(&word, raw + 8u * j, 8);
			h = hash_mix(h, word);
		}
		for (unsigned j = 0; j < 8; j++) {
			low = y8[j] < low ? y8[j] : low;
			high = y8[j] > high ? y8[j] : high;
		}
	}
	return ((uint32_t)(h >> 32) & ~3u) | block_texture(low, high);
}

static void
take_blocks(struct walk *k)
{
	for (unsigned i = 0; i < BLOCK_HASHES; i++) {
		struct place p = places_block(i);
		uint32_t x = (p.u * (k->w / 8) >> 16) * 8;
		uint32_t y = (p.v * (k->h / 8) >> 16) * 8;

		k->out->block[i] = block_hash(k, x, y);
	}
}

static uint8_t
percentile(const struct walk *k, uint32_t per_mille)
{
	uint64_t want = (uint64_t)k->counted * per_mille;
	uint64_t have = 0;

	for (unsigned i = 0; i < 256; i++) {
		have += k->histogram[i];
		if (have * 1000u >= want && have > 0)
			return k->stretch[i];
	}
	return 255;
}

static uint32_t
root(uint64_t v)
{
	uint64_t r = 0;

	for (uint64_t bit = 1ull << 31; bit > 0; bit >>= 1)
		if ((r | bit) * (r | bit) <= v)
			r |= bit;
	return (uint32_t)r;
}

static void
close_histogram(struct walk *k)
{
	struct measures *out = k->out;
	uint64_t sum = 0, squares = 0, n = k->counted, variance;

	for (unsigned i = 0; i < 256; i++) {
		for (unsigned j = 0; j < HISTOGRAM_LANES; j++)
			k->histogram[i] += k->lane[j][i];
		sum += (uint64_t)k->histogram[i] * i;
		squares += (uint64_t)k->histogram[i] * i * i;
	}
	variance = (squares * n - sum * sum) / n * 65536u / n; /* q16 */
	out->mean_q8 = stretch_q8(k->v, (uint32_t)(sum * 256u / n));
	out->sd_q8 = (uint16_t)stretch_span(k->v, root(variance));
	out->p01 = percentile(k, 10);
	out->p10 = percentile(k, 100);
	out->p50 = percentile(k, 500);
	out->p90 = percentile(k, 900);
	out->p99 = percentile(k, 990);
}

static uint16_t
q16_share(uint64_t part, uint64_t whole)
{
	return (uint16_t)(whole == 0 ? 0 : part * 65535u / whole);
}

/* What the places where macroblocks meet have more than others; both kinds of
 * steps weigh by their number. */
static uint16_t
torn_share(const struct walk *k)
{
	uint16_t torn = q16_share(k->torn, k->torns);
	uint16_t whole = q16_share(k->whole, k->wholes);

	return torn > whole ? (uint16_t)(torn - whole) : 0;
}

static uint16_t
clip16(uint64_t v)
{
	return (uint16_t)(v > 65535u ? 65535u : v);
}

static void
close_texture(struct walk *k)
{
	struct measures *out = k->out;
	uint64_t n = k->texels > 0 ? k->texels : 1;

	out->edge_q16 = q16_share(k->edge, k->texels);
	out->outlier_q16 = q16_share(k->outlier, k->texels);
	out->sharp_q8 = clip16(stretch_span(k->v, k->sharp * 256u / n));
	/* Immerkaer: sigma = sqrt(pi / 2) / 6 * mean |operator| */
	out->noise_q8 =
	    clip16(stretch_span(k->v, k->noise * 256u * 2089u / 10000u / n));
	/* + 1/16 level: on a flat picture the ratio is 1, not 0/0 */
	out->block_q8 = clip16(
	    256u * (16u * k->seam + k->seams) * k->inners /
	    ((16u * k->inner + k->inners) * (k->seams > 0 ? k->seams : 1)));
	out->torn_q16 = torn_share(k);
	out->repeat_q16 = q16_share(k->repeated, k->h - 1);
	out->flat_q16 = q16_share(k->flat, k->blocks);
	for (unsigned z = 0; z < ZONES; z++)
		out->zone_sharp[z] = k->zone_count[z] == 0
					 ? 0
					 : clip16(stretch_span(k->v,
					       (uint64_t)k->zone_sum[z] * 256u /
						   k->zone_count[z]));
}

static bool
view_sane(const struct picture_view *v)
{
	return v->plane[0] != NULL && v->width >= SIDE_MIN &&
	       v->height >= SIDE_MIN && v->width <= LIMIT_SIDE &&
	       v->height <= LIMIT_SIDE && v->depth >= 8 && v->depth <= 16 &&
	       v->chroma_shift_x <= 2 && v->chroma_shift_y <= 2;
}

bool
measure_picture(const struct picture_view *v, struct measures *out)
{
	struct walk k;

	memset(out, 0, sizeof(*out));
	if (!view_sane(v))
		return false;
	memset(&k, 0, offsetof(struct walk, column));
	k.v = v;
	k.out = out;
	k.w = v->width;
	k.h = v->height;
	for (unsigned i = 0; i < 256; i++)
		k.stretch[i] = (uint8_t)((stretch_q8(v, i * 256u) + 128u) >> 8);
	walk_luma(&k);
	walk_chroma(&k);
	take_sparse(&k);
	take_blocks(&k);
	close_histogram(&k);
	close_texture(&k);
	out->width = (uint16_t)v->width;
	out->height = (uint16_t)v->height;
	out->range_full = v->full_range;
	out->picture_hash = hash_mix(hash_mix(k.hash[0], k.hash[1]),
	    hash_mix(k.hash[2], k.hash[3]));
	return true;
}
