/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/sharp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARP_LEAST_Q8 (5u * 256u / 4u)
#define STRANGE_AGREE 25 /* less: something else is there */
#define COARSER_PERCENT 220
#define COARSER_LEAST 24
#define LEARN_AGREE 50
#define FAINT_LEAST 30
#define SOFT_PERMILLE 600
#define BARE_ZONES 9u
#define NOISE_SQUARE_PERCENT 127u /* |a - b| of noise, squared, per sigma^2 */

bool
sharp_same_size(const struct sharpness *s, const struct measures *m)
{
	return s->seen > 0 && s->width == m->width && s->height == m->height;
}

bool
sharp_same_shape(const struct sharpness *s, const struct measures *m)
{
	uint32_t a = (uint32_t)s->width * m->height;
	uint32_t b = (uint32_t)m->width * s->height;

	return s->seen == 0 ||
	       (a * 100ull <= b * 103ull && b * 100ull <= a * 103ull);
}

bool
sharp_coarser(const struct sharpness *s, const struct measures *m)
{
	/* 256 is no seam at all */
	int was = s->seam_q8 > 256 ? s->seam_q8 - 256 : 0;
	int is = m->block_q8 > 256 ? m->block_q8 - 256 : 0;

	return sharp_same_size(s, m) &&
	       is * 100 > was * COARSER_PERCENT + COARSER_LEAST * 100;
}

/* The barest zones: what they show is noise, as the coder left it, and it is
 * in all others too. */
static uint32_t
bare_square(const uint16_t *zone)
{
	uint16_t low[BARE_ZONES];
	unsigned n = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		unsigned i = n < BARE_ZONES ? n++ : BARE_ZONES;

		if (i == BARE_ZONES && zone[z] >= low[--i])
			continue;
		for (; i > 0 && low[i - 1] > zone[z]; i--)
			low[i] = low[i - 1];
		low[i] = zone[z];
	}
	return (uint32_t)low[BARE_ZONES / 2] * low[BARE_ZONES / 2];
}

/* What noise adds to the sharpness of a zone, squared. */
static uint32_t
noise_square(uint16_t noise_q8, const uint16_t *zone)
{
	uint32_t bare = bare_square(zone);
	uint32_t noise =
	    (uint32_t)noise_q8 * noise_q8 / 100 * NOISE_SQUARE_PERCENT;

	return bare > noise ? bare : noise;
}

/* Sharpness of a zone now and as is usual, squared, without the noise. False
 * where too little is usual. */
static bool
zone_sharp(const struct sharpness *usual, const struct measures *m, unsigned z,
    uint32_t noise, float *is_out, float *was_out)
{
	uint32_t was = (uint32_t)usual->zone[z] * usual->zone[z];
	uint32_t is = (uint32_t)m->zone_sharp[z] * m->zone_sharp[z];

	was = was > noise ? was - noise : 0;
	is = is > noise ? is - noise : 0;
	*is_out = (float)is;
	*was_out = (float)was;
	return was >= SHARP_LEAST_Q8 * SHARP_LEAST_Q8 && was >= noise / 2;
}

static int
compare_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static uint16_t
middle_of(int *known, int n)
{
	qsort(known, (size_t)n, sizeof(known[0]), compare_int);
	return (uint16_t)(known[n / 2] > 9999 ? 9999 : known[n / 2]);
}

/* How much fainter a zone's coarse edges are, percent: flat light and haze do
 * that to fine edges too, a lens out of focus does it to fine ones alone. */
static int
faint_percent(const struct zone_match *z, int light_percent)
{
	int p = z->edges < EDGES_CLEAR ? light_percent
				       : (int)sqrtf(100.0f * z->energy);

	return p > 100 ? 100 : p < FAINT_LEAST ? FAINT_LEAST : p;
}

struct softness
sharp_compare(const struct sharpness *usual, const struct measures *m,
    const struct zone_match zone[ZONES], int light, int ratio[ZONES])
{
	int raw[ZONES], known[ZONES], n = 0, soft = 0;
	/* fine texture passes for noise in a sharp picture: so the lesser */
	uint32_t a = noise_square(usual->noise_q8, usual->zone);
	uint32_t b = noise_square(m->noise_q8, m->zone_sharp);
	bool can = sharp_same_size(usual, m);
	float sum = 0, sum_usual = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		float is, was;
		int r = -1;

		if (can && zone_sharp(usual, m, z, a < b ? a : b, &is, &was))
			r = (int)(1000 * sqrtf(is / was));
		ratio[z] = r < 0 ? -1 : r * 100 / light;
		if (r < 0 || (zone[z].edges >= EDGES_CLEAR &&
				 zone[z].agree < STRANGE_AGREE))
			continue;
		raw[n] = ratio[z];
		known[n] = r * 100 / faint_percent(&zone[z], light);
		soft += known[n] < SOFT_PERMILLE;
		sum += fminf(is, was * 4) * 10000 /
		       (float)(faint_percent(&zone[z], light) *
			       faint_percent(&zone[z], light));
		sum_usual += was;
		n++;
	}
	if (n == 0)
		return (struct softness){ 0, 1000, 1000, 1000, 0 };
	return (struct softness){ (uint8_t)n, middle_of(known, n),
		middle_of(raw, n), (uint16_t)(1000 * sqrtf(sum / sum_usual)),
		(uint16_t)(soft * 1000 / n) };
}

/* What passes by is mostly sharper than the ground, so that up goes slowly,
 * above all at first. */
void
sharp_learn(struct sharpness *p, const struct measures *m,
    const struct zone_match *zone)
{
	bool early = p->seen < SHARP_SETTLED;
	int w;

	if (!sharp_same_size(p, m)) {
		memcpy(p->zone, m->zone_sharp, sizeof(p->zone));
		p->width = m->width;
		p->height = m->height;
		p->noise_q8 = m->noise_q8;
		p->seam_q8 = m->block_q8;
		p->seen = 1;
		return;
	}
	w = (int)learn_weight(p->seen);
	for (unsigned z = 0; z < ZONES; z++) {
		int by = m->zone_sharp[z] - p->zone[z];
		int most = p->zone[z] / 4 + 16;

		if (zone != NULL && zone[z].edges >= EDGES_FAINT &&
		    zone[z].agree < LEARN_AGREE)
			continue;
		if (early && by < 0)
			by = by * 2 / (w + 1);
		else
			by = (by > most ? most : by) / w;
		p->zone[z] = (uint16_t)(p->zone[z] + by);
	}
	p->seam_q8 = (uint16_t)(p->seam_q8 + (m->block_q8 - p->seam_q8) / w);
	p->noise_q8 = (uint16_t)(p->noise_q8 + (m->noise_q8 - p->noise_q8) / w);
	if (p->seen < UINT16_MAX)
		p->seen++;
}
