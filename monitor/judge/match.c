/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/match.h"

#include <math.h>
#include <string.h>

#include "monitor/judge/product.h"

#define ZONE_CELLS_W (SMALL_W / ZONE_W)
#define ZONE_CELLS_H (SMALL_H / ZONE_H)
#define ZONE_CELLS (ZONE_CELLS_W * ZONE_CELLS_H)

/* The search for a shift: on half the resolution first. */
#define HALF_W (SMALL_W / 2)
#define HALF_H (SMALL_H / 2)
#define REACH_X 12
#define REACH_Y 6
#define CLIP 128 /* one strong edge must not outvote all others */

_Static_assert(SMALL_W % ZONE_W == 0 && SMALL_H % ZONE_H == 0,
    "zones hold whole cells");
_Static_assert(THUMB_W == 2 * SMALL_W && THUMB_H == 2 * SMALL_H,
    "a small cell is four cells of the thumbnail");

void
small_of_thumb(struct small *s, const uint16_t *thumb)
{
	uint64_t sum = 0;

	for (unsigned y = 0; y < SMALL_H; y++) {
		const uint16_t *a = thumb + (size_t)y * 2 * THUMB_W;
		const uint16_t *b = a + THUMB_W;

		for (unsigned x = 0; x < SMALL_W; x++) {
			/* four sums of 256ths -> one mean in quarters */
			uint32_t four = (uint32_t)a[2 * x] + a[2 * x + 1] +
					b[2 * x] + b[2 * x + 1];

			s->cell[y * SMALL_W + x] = (uint16_t)(four >> 8);
			sum += four >> 8;
		}
	}
	s->level = (uint16_t)(sum / SMALL_CELLS);
}

uint16_t
level_of_bytes(const uint8_t *luma)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < SMALL_CELLS; i++)
		sum += luma[i];
	return (uint16_t)(sum * SMALL_UNIT / SMALL_CELLS);
}

void
small_of_bytes(struct small *s, const uint8_t *luma)
{
	for (unsigned i = 0; i < SMALL_CELLS; i++)
		s->cell[i] = (uint16_t)(luma[i] * SMALL_UNIT);
	s->level = level_of_bytes(luma);
}

/* Differences over two cells; none across the border. */
static void
gradient(int16_t *g, const uint16_t *cell, unsigned w, unsigned h)
{
	memset(g, 0, (size_t)w * h * 2 * sizeof(*g));
	for (size_t y = 1; y + 1 < h; y++) {
		const uint16_t *at = cell + y * w;
		const uint16_t *above = at - w, *below = at + w;
		int16_t *to = g + y * w * 2;

		for (size_t x = 1; x + 1 < w; x++) {
			to[2 * x] = (int16_t)(at[x + 1] - at[x - 1]);
			to[2 * x + 1] = (int16_t)(below[x] - above[x]);
		}
	}
}

void
field_of(struct field *f, const struct small *s)
{
	gradient(f->g, s->cell, SMALL_W, SMALL_H);
}

void
field_of_axes(struct field *axes, const struct field *f)
{
	for (unsigned i = 0; i < 2 * SMALL_CELLS; i += 2) {
		float x = f->g[i], y = f->g[i + 1];
		float length = sqrtf(x * x + y * y) + 0.01f;

		axes->g[i] = (int16_t)((x * x - y * y) / length);
		axes->g[i + 1] = (int16_t)(2 * x * y / length);
	}
}

struct sums { /* of products of gradients */
	int64_t cross, now, usual;
};

static struct sums
zone_sums(const int16_t *a, const int16_t *b)
{
	int32_t cross = 0, now = 0, usual = 0;

	for (unsigned y = 0; y < ZONE_CELLS_H; y++) {
		for (unsigned i = 0; i < 2 * ZONE_CELLS_W; i++) {
			cross += a[i] * b[i];
			now += a[i] * a[i];
			usual += b[i] * b[i];
		}
		a += 2 * SMALL_W;
		b += 2 * SMALL_W;
	}
	return (struct sums){ cross, now, usual };
}

static int
percent(double part, double whole)
{
	double p = whole > 0 ? 100 * part / whole : 0;

	return (int)(p > 1000 ? 1000 : p < -1000 ? -1000 : p);
}

static int
correlation(struct sums s)
{
	int p = percent((double)s.cross, sqrt((double)s.now * (double)s.usual));

	return p > 100 ? 100 : p < -100 ? -100 : p;
}

void
match_zones(const struct field *now, const struct field *usual,
    struct zone_match zone[ZONES])
{
	for (unsigned z = 0; z < ZONES; z++) {
		size_t at = ((size_t)z / ZONE_W * ZONE_CELLS_H * SMALL_W +
				z % ZONE_W * ZONE_CELLS_W) *
			    2;
		struct sums s = zone_sums(now->g + at, usual->g + at);
		double u = (double)s.usual;

		zone[z] = (struct zone_match){
			.agree = (int8_t)correlation(s),
			.slope = (int16_t)percent((double)s.cross, u),
			.energy = (uint16_t)percent((double)s.now, u),
			.edges = (uint16_t)sqrt(u / ZONE_CELLS),
			.edges_now = (uint16_t)sqrt((double)s.now / ZONE_CELLS),
		};
	}
}

void
match_levels(const struct small *s, uint16_t level[ZONES])
{
	for (unsigned z = 0; z < ZONES; z++) {
		const uint16_t *at = s->cell +
				     z / ZONE_W * ZONE_CELLS_H * SMALL_W +
				     z % ZONE_W * ZONE_CELLS_W;
		uint32_t sum = 0;

		for (unsigned y = 0; y < ZONE_CELLS_H; y++, at += SMALL_W)
			for (unsigned x = 0; x < ZONE_CELLS_W; x++)
				sum += at[x];
		level[z] = (uint16_t)(sum / ZONE_CELLS);
	}
}

int
match_whole(const struct field *now, const struct field *usual)
{
	struct sums s = { 0, 0, 0 };

	for (unsigned i = 0; i < SMALL_CELLS * 2; i++) {
		s.cross += now->g[i] * usual->g[i];
		s.now += now->g[i] * now->g[i];
		s.usual += usual->g[i] * usual->g[i];
	}
	return correlation(s);
}

static void
clip(int16_t *g, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		g[i] = (int16_t)(g[i] > CLIP	? CLIP
				 : g[i] < -CLIP ? -CLIP
						: g[i]);
}

static void
halve(uint16_t *half, const struct small *s)
{
	for (unsigned y = 0; y < HALF_H; y++) {
		const uint16_t *a = s->cell + (size_t)y * 2 * SMALL_W;
		const uint16_t *b = a + SMALL_W;

		for (unsigned x = 0; x < HALF_W; x++)
			half[y * HALF_W + x] =
			    (uint16_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] +
					   b[2 * x + 1]) /
				       4);
	}
}

/* The part of two fields of w x h cells that overlap when what was at (x, y)
 * is now at (x + dx, y + dy). */
struct overlap {
	int x0, y0, x1, y1;
};

static struct overlap
overlap_of(int w, int h, int dx, int dy)
{
	return (struct overlap){ dx < 0 ? -dx : 0, dy < 0 ? -dy : 0,
		dx > 0 ? w - dx : w, dy > 0 ? h - dy : h };
}

static int64_t
cross(const int16_t *now, const int16_t *usual, int w, int h, int dx, int dy)
{
	struct overlap o = overlap_of(w, h, dx, dy);
	int64_t sum = 0;

	for (int y = o.y0; y < o.y1; y++)
		sum += product(now + ((ptrdiff_t)(y + dy) * w + o.x0 + dx) * 2,
		    usual + ((ptrdiff_t)y * w + o.x0) * 2,
		    (unsigned)(o.x1 - o.x0) * 2);
	return sum;
}

/* Sum of squares in a part of one field. */
static int64_t
squares(const int16_t *g, int w, int x0, int y0, int x1, int y1)
{
	int64_t sum = 0;

	for (int y = y0; y < y1; y++) {
		const int16_t *a = g + ((ptrdiff_t)y * w + x0) * 2;

		sum += product(a, a, (unsigned)(x1 - x0) * 2);
	}
	return sum;
}

struct half {
	int16_t g[HALF_W * HALF_H * 2];
	int32_t area[(HALF_W + 1) * (HALF_H + 1)]; /* sums of squares */
};

static void
half_of(struct half *half, const struct small *s)
{
	uint16_t cell[HALF_W * HALF_H];
	unsigned w = HALF_W + 1;

	halve(cell, s);
	gradient(half->g, cell, HALF_W, HALF_H);
	clip(half->g, HALF_W * HALF_H * 2);
	memset(half->area, 0, sizeof(half->area));
	for (unsigned y = 0; y < HALF_H; y++) {
		int32_t row = 0;

		for (unsigned x = 0; x < HALF_W; x++) {
			const int16_t *g = half->g + (y * HALF_W + x) * 2;

			row += g[0] * g[0] + g[1] * g[1];
			half->area[(y + 1) * w + x + 1] =
			    half->area[y * w + x + 1] + row;
		}
	}
}

static int32_t
area(const struct half *h, int x0, int y0, int x1, int y1)
{
	int w = HALF_W + 1;

	return h->area[y1 * w + x1] - h->area[y0 * w + x1] -
	       h->area[y1 * w + x0] + h->area[y0 * w + x0];
}

static int
half_agree(const struct half *now, const struct half *usual, int dx, int dy)
{
	struct overlap o = overlap_of(HALF_W, HALF_H, dx, dy);

	return correlation(
	    (struct sums){ cross(now->g, usual->g, HALF_W, HALF_H, dx, dy),
		area(now, o.x0 + dx, o.y0 + dy, o.x1 + dx, o.y1 + dy),
		area(usual, o.x0, o.y0, o.x1, o.y1) });
}

/* Where a parabola through three neighbours has its top, in sixteenths. */
static int
peak_q4(int before, int at, int after)
{
	int bend = 2 * at - before - after;

	return bend <= 0 ? 0 : (after - before) * 8 / bend;
}

/* Correlation at a shift and at those around it; the overlap's squares hardly
 * change from one to the next, so they are summed once. */
static void
around(const struct field *now, const struct field *usual, int x, int y,
    int at[5][5])
{
	struct overlap o = overlap_of(SMALL_W, SMALL_H, x, y);
	struct sums s = { 0,
		squares(now->g, SMALL_W, o.x0 + x, o.y0 + y, o.x1 + x,
		    o.y1 + y),
		squares(usual->g, SMALL_W, o.x0, o.y0, o.x1, o.y1) };

	for (int j = -2; j <= 2; j++)
		for (int i = -2; i <= 2; i++) {
			s.cross = cross(now->g, usual->g, SMALL_W, SMALL_H,
			    x + i, y + j);
			at[j + 2][i + 2] = correlation(s);
		}
}

/* Around (x, y), given to two cells, on full resolution. */
static struct displacement
refine(const struct field *now, const struct field *usual, int x, int y)
{
	int at[5][5], i = 2, j = 2;

	around(now, usual, x, y, at);
	for (int v = 1; v <= 3; v++)
		for (int u = 1; u <= 3; u++)
			if (at[v][u] > at[j][i]) {
				i = u;
				j = v;
			}
	return (struct displacement){
		.x_q4 =
		    (int16_t)((x + i - 2) * 16 +
			      peak_q4(at[j][i - 1], at[j][i], at[j][i + 1])),
		.y_q4 =
		    (int16_t)((y + j - 2) * 16 +
			      peak_q4(at[j - 1][i], at[j][i], at[j + 1][i])),
		.agree = (int8_t)at[j][i],
	};
}

struct displacement
match_shift(const struct small *now, const struct small *usual)
{
	struct half half_now, half_usual;
	struct field full_now, full_usual;
	int best = -101, best_x = 0, best_y = 0;
	struct displacement s;

	half_of(&half_now, now);
	half_of(&half_usual, usual);
	for (int y = -REACH_Y; y <= REACH_Y; y++)
		for (int x = -REACH_X; x <= REACH_X; x++) {
			int a = half_agree(&half_now, &half_usual, x, y);

			if (a > best || (a == best && x == 0 && y == 0)) {
				best = a;
				best_x = x;
				best_y = y;
			}
		}
	field_of(&full_now, now);
	field_of(&full_usual, usual);
	clip(full_now.g, SMALL_CELLS * 2);
	clip(full_usual.g, SMALL_CELLS * 2);
	s = refine(&full_now, &full_usual, best_x * 2, best_y * 2);
	s.agree_unshifted = (int8_t)match_whole(&full_now, &full_usual);
	return s;
}
