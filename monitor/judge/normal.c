/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/normal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000ll

/* Learning. */
#define SEEN_PINNED 6u /* .. until it is pinned, unless a person does */
#define WEIGHT_MOST 32u
#define PULL_LEAST 12 /* levels */
#define AGREE_WEIGHT 16

/* Zones. */
#define EDGES_CLEAR (2u * SMALL_UNIT) /* level of edges of a zone to go by */
#define EDGES_FAINT (1u * SMALL_UNIT) /* .. in a picture that has few */
#define ZONES_ENOUGH 20u
#define ZONES_LEAST 10u
#define USUAL_LEAST 40u	 /* zones that agree less than this tell nothing */
#define AGREE_PERCENT 50 /* a zone that agrees */
#define CLEARLY_AGREE 75
#define GONE_AGREE 40  /* one whose edges are gone agrees less, .. */
#define GONE_SLOPE 25  /* .. keeps less of them, .. */
#define GONE_ENERGY 30 /* .. and has less of any, or is out of focus */
#define GONE_SHARP 35
#define VEIL_AGREE 55
#define VEIL_SHARP 40	     /* percent of the usual sharpness, .. */
#define VEIL_EDGES 50	     /* .. and of the edges that the light explains */
#define TOO_DARK_PERCENT 12u /* of the usual level: nothing can be seen */
#define BLOWN (250u * SMALL_UNIT)

/* Places. */
#define SAME_PERMILLE 600u
#define HIDDEN_PERMILLE 380u
#define ELSEWHERE_PERMILLE 150u	  /* less agrees, and .. */
#define ELSEWHERE_EDGES 60u	  /* .. this percent of edges are there */
#define HIDDEN_SOME_PERMILLE 250u /* too much to learn from */
#define OTHER_PERMILLE 600u	  /* neither agree nor hidden */
#define LIGHT_AGREE 30	 /* unshifted, over all: edges are where they were */
#define DROWNED_AGREE 12 /* the same place still, but edges drown in noise */
#define LIGHT_LESS 80u	 /* of the usual level, percent: another light */
#define LIGHT_MORE 125u
#define LIGHT_EDGES 60u /* percent of those that the light explains */
#define COLOUR_LESS 60u /* .. or of the usual colour */
#define COLOUR_MORE 180u
#define COLOUR_LEAST_Q8 (3u * 256u) /* less is none */
#define SHIFT_AGREE 33
#define SHIFT_BETTER 22	       /* than unshifted */
#define SHIFT_LEAST_Q4 20      /* 1.25 cells: 1.6 % of the width */
#define STANDING_PERMILLE 500u /* other views agree in 30 */
#define HIDES_PERMILLE 700u
#define STANDING_LEVEL (6 * SMALL_UNIT)
#define LIGHT_PICTURES 3u /* standing, until they are a mode */

/* The pinned picture. */
#define DRIFT_EVERY 8u
#define DRIFT_AGREE 60
#define DRIFT_BETTER 10
#define DRIFT_Q4 22 /* 1.4 cells: 1.7 % of the width */
#define DRIFT_BACK_Q4 14

#define TRAVEL_US (1800 * SECOND)
#define TRAVELS 3u

/* Focus. */
#define SHARP_LEAST_Q8 (5u * 256u / 4u)
#define STRANGE_AGREE 25 /* less: something else is there */
#define FAINT_LEAST 30
#define SOFT_PERMILLE 600
#define SHARP_SETTLED 8u
#define BARE_ZONES 9u
#define SHARP_LEARN_PERMILLE 850u /* softer ones are not learned */
#define NOISE_SQUARE_PERCENT 127u /* |a - b| of noise, squared, per sigma^2 */

bool
normal_known(const struct judge_feed *f)
{
	return f->life.alive && f->normal.proven;
}

void
normal_forget(struct normal *n)
{
	n->proven = false;
	n->mode[0].seen = n->mode[1].seen = 0;
	n->in_force = 0;
	n->standing.pictures = 0;
	n->now = (struct compared){ .view = VIEW_UNKNOWN };
}

/* Towards the new picture by 1 / weight of the difference, with fractions kept
 * by dithering them: luma is kept in bytes, and 1/32 of a level must still
 * count. What differs a lot passes by, mostly, and counts as `most` levels: so
 * the blend tends to the median. */
static void
blend(uint8_t *luma, const struct small *s, unsigned weight, int most,
    unsigned salt)
{
	int32_t limit = most * 1024;

	for (unsigned i = 0; i < SMALL_CELLS; i++) {
		uint32_t dither = (i * 2654435761u + salt * 2246822519u) >> 22;
		int32_t old = luma[i] * 1024;
		int32_t by = s->cell[i] * (1024 / (int32_t)SMALL_UNIT) - old;
		int32_t v;

		by = by > limit ? limit : by < -limit ? -limit : by;
		v = (old + by / (int32_t)weight + (int32_t)dither) >> 10;
		luma[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

static void
keep(uint8_t *luma, const struct small *s)
{
	blend(luma, s, 1, 255, 0);
}

static unsigned
weight_of(unsigned seen)
{
	return seen + 1 < WEIGHT_MOST ? seen + 1 : WEIGHT_MOST;
}

/* The barest zones: what they show is noise, as the coder left it. */
static uint16_t
bare_sharp(const uint16_t *zone)
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
	return low[BARE_ZONES / 2];
}

/* What noise adds to the sharpness of a zone, squared. */
static uint32_t
noise_square(uint16_t noise_q8, const uint16_t *zone)
{
	uint32_t bare = bare_sharp(zone);
	uint32_t noise =
	    (uint32_t)noise_q8 * noise_q8 / 100 * NOISE_SQUARE_PERCENT;

	return bare * bare > noise ? bare * bare : noise;
}

/* Sharpness of a zone now / usual, permille, without the noise; -1 where too
 * little is usual. */
static int
zone_sharp(const struct sharpness *usual, const struct measures *m, unsigned z,
    uint32_t noise)
{
	uint32_t was = (uint32_t)usual->zone[z] * usual->zone[z];
	uint32_t is = (uint32_t)m->zone_sharp[z] * m->zone_sharp[z];

	was = was > noise ? was - noise : 0;
	is = is > noise ? is - noise : 0;
	if (was < SHARP_LEAST_Q8 * SHARP_LEAST_Q8 || was < noise / 2)
		return -1;
	return (int)(1000 * sqrtf((float)is / (float)was));
}

static bool
same_geometry(const struct sharpness *s, const struct measures *m)
{
	return s->seen > 0 && s->width == m->width && s->height == m->height;
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

/* How sharp the picture is against what is usual. Less light makes everything
 * fainter; that is allowed for in ratio, and all that makes coarse edges
 * fainter too in sharp_permille. */
static void
compare_sharp(struct compared *c, const struct sharpness *usual,
    const struct measures *m, const struct zone_match *zone, int ratio[ZONES])
{
	int raw[ZONES], known[ZONES], n = 0, soft = 0;
	int light = c->light_percent < 100 ? c->light_percent : 100;
	/* fine texture passes for noise in a sharp picture: so the lesser */
	uint32_t a = noise_square(usual->noise_q8, usual->zone);
	uint32_t b = noise_square(m->noise_q8, m->zone_sharp);
	bool can = same_geometry(usual, m);

	for (unsigned z = 0; z < ZONES; z++) {
		int r = can ? zone_sharp(usual, m, z, a < b ? a : b) : -1;

		ratio[z] = r < 0 ? -1 : r * 100 / light;
		if (r < 0 || (zone[z].edges >= EDGES_CLEAR &&
				 zone[z].agree < STRANGE_AGREE))
			continue;
		raw[n] = ratio[z];
		known[n] = r * 100 / faint_percent(&zone[z], light);
		soft += known[n] < SOFT_PERMILLE;
		n++;
	}
	c->sharp_zones = (uint8_t)n;
	c->sharp_permille = n == 0 ? 1000 : middle_of(known, n);
	c->clear_permille = n == 0 ? 1000 : middle_of(raw, n);
	c->soft_permille = (uint16_t)(n == 0 ? 0 : soft * 1000 / n);
}

/* Level now / usual, percent, at least 1 and at most 100 for the use above. */
static unsigned
light_of(unsigned now, unsigned usual)
{
	unsigned p = usual == 0 ? 100 : now * 100 / usual;

	return p < 1 ? 1 : p;
}

static unsigned
colour_of(unsigned now, unsigned usual)
{
	unsigned p = 100 * (now + COLOUR_LEAST_Q8) / (usual + COLOUR_LEAST_Q8);

	return p > 999 ? 999 : p;
}

/* Of a zone's edges next to nothing is left, for this light, and nothing else
 * is there; what is left may well agree, through a thin bag. */
static bool
is_gone(const struct zone_match *z, int sharp, unsigned light)
{
	unsigned l = light < 100 ? light : 100;

	if (z->agree >= CLEARLY_AGREE || z->slope * 100 >= GONE_SLOPE * (int)l)
		return false;
	return z->energy * 10000u < GONE_ENERGY * l * l ||
	       (z->agree < GONE_AGREE && sharp >= 0 && sharp < GONE_SHARP * 10);
}

/* Edges that a zone must have to count: less where all have little. */
static unsigned
edges_least(const struct zone_match *zone)
{
	unsigned clear = 0;

	for (unsigned z = 0; z < ZONES; z++)
		clear += zone[z].edges >= EDGES_CLEAR;
	return clear >= ZONES_ENOUGH ? EDGES_CLEAR : EDGES_FAINT;
}

static void
hide(struct compared *c, unsigned z, unsigned *hidden)
{
	c->hidden[z / 8] |= (uint8_t)(1u << z % 8);
	*hidden += 1;
}

static void
count_zones(struct compared *c, const struct mode *mode,
    const struct zone_match *zone, const int *sharp)
{
	unsigned least = edges_least(zone), n = 0, same = 0, hidden = 0;
	int agree = 0, usual = 0, inner = 0, agree_inner = 0;
	uint64_t edges = 0, edges_now = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		edges += zone[z].edges;
		edges_now += zone[z].edges_now;
		if (zone[z].edges < least || mode->agree[z] < USUAL_LEAST)
			continue;
		n++;
		agree += zone[z].agree;
		if (z >= ZONE_W && z < ZONES - ZONE_W) {
			inner++;
			agree_inner += zone[z].agree;
		}
		usual += mode->agree[z];
		if (is_gone(&zone[z], sharp[z], c->light_percent))
			hide(c, z, &hidden);
		else if (zone[z].agree >= AGREE_PERCENT ||
			 zone[z].agree * 10 >= mode->agree[z] * 7)
			same++;
	}
	c->structured = (uint8_t)n;
	c->edged_permille =
	    (uint16_t)(edges == 0		? 1000
		       : edges_now > edges * 10 ? 10000
						: edges_now * 1000 / edges);
	if (n == 0)
		return;
	c->same_permille = (uint16_t)(same * 1000 / n);
	c->hidden_permille = (uint16_t)(hidden * 1000 / n);
	c->agree = (int8_t)(agree / (int)n);
	c->agree_usual = (int8_t)(usual / (int)n);
	c->agree_inner = (int8_t)(inner == 0 ? 0 : agree_inner / inner);
}

/* Hardly an edge left anywhere, coarse or fine, for this light: what is still
 * to be seen is seen through something. */
static bool
veiled(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	return c->sharp_zones >= ZONES_LEAST && c->agree < VEIL_AGREE &&
	       c->clear_permille < VEIL_SHARP * 10 &&
	       c->edged_permille * 10u < VEIL_EDGES * l;
}

/* The picture with one mode; what place it is stays open. */
static struct compared
compare(const struct mode *mode, const struct measures *m,
    const struct small *s, const struct field *now)
{
	struct compared c = { .view = VIEW_UNKNOWN };
	struct zone_match zone[ZONES];
	struct small usual;
	struct field edges;
	int sharp[ZONES];

	small_of_bytes(&usual, mode->luma);
	field_of(&edges, &usual);
	match_zones(now, &edges, zone);
	c.light_percent = (uint16_t)light_of(s->level, usual.level);
	c.colour_percent = (uint16_t)colour_of(m->saturation_q8, mode->colour);
	compare_sharp(&c, &mode->sharp, m, zone, sharp);
	count_zones(&c, mode, zone, sharp);
	if (veiled(&c)) {
		memset(c.hidden, 0xff, sizeof(c.hidden));
		c.hidden_permille = 1000;
		c.same_permille = 0;
	}
	return c;
}

static bool
too_dark_or_bare(const struct compared *c, const struct small *s)
{
	return c->structured < ZONES_LEAST ||
	       c->light_percent < TOO_DARK_PERCENT || s->level >= BLOWN;
}

static bool
shift_is_clear(const struct displacement *s, int least_q4)
{
	return s->agree >= SHIFT_AGREE &&
	       s->agree >= s->agree_unshifted + SHIFT_BETTER &&
	       (abs(s->x_q4) >= least_q4 || abs(s->y_q4) >= least_q4);
}

/* Another light, and the edges as strong as it makes them. */
static bool
light_changed(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	if (c->edged_permille < l * LIGHT_EDGES / 10)
		return false;
	return c->light_percent < LIGHT_LESS || c->light_percent > LIGHT_MORE ||
	       c->colour_percent < COLOUR_LESS ||
	       c->colour_percent > COLOUR_MORE;
}

/* Nothing is where it was, but there are edges. */
static bool
elsewhere(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	return c->same_permille < ELSEWHERE_PERMILLE &&
	       c->edged_permille * 10u >= ELSEWHERE_EDGES * l;
}

static enum view
view_of(struct compared *c, const struct mode *mode, const struct small *s)
{
	struct small usual;

	if (too_dark_or_bare(c, s))
		return VIEW_UNKNOWN;
	if (c->hidden_permille >= HIDDEN_PERMILLE && !elsewhere(c))
		return VIEW_HIDDEN;
	if (c->same_permille >= SAME_PERMILLE)
		return VIEW_SAME;
	small_of_bytes(&usual, mode->luma);
	c->shift = match_shift(s, &usual);
	if (shift_is_clear(&c->shift, SHIFT_LEAST_Q4))
		return VIEW_SHIFTED;
	if (c->agree >= LIGHT_AGREE)
		return light_changed(c) ? VIEW_LIGHT : VIEW_BUSY;
	if (c->agree_inner >= DROWNED_AGREE && light_changed(c))
		return VIEW_UNKNOWN;
	if (elsewhere(c) ||
	    1000u - c->same_permille - c->hidden_permille >= OTHER_PERMILLE)
		return VIEW_OTHER;
	return VIEW_UNKNOWN;
}

/* Whether the view that is not the normal is the one of the picture before. */
static bool
stands(const struct standing *v, const struct small *s, const struct field *now)
{
	struct zone_match zone[ZONES];
	struct small before;
	struct field edges;
	unsigned n = 0, same = 0;

	small_of_bytes(&before, v->luma);
	field_of(&edges, &before);
	match_zones(now, &edges, zone);
	for (unsigned z = 0; z < ZONES; z++) {
		if (zone[z].edges < EDGES_CLEAR &&
		    zone[z].edges_now < EDGES_CLEAR)
			continue;
		n++;
		same += zone[z].agree >= AGREE_PERCENT;
	}
	if (n < ZONES_LEAST)
		return abs((int)before.level - (int)s->level) <=
		       (int)STANDING_LEVEL;
	return same * 1000 >= n * STANDING_PERMILLE;
}

/* What hides the picture stays where it is: nobody who walks by. */
static bool
hides_alike(const struct standing *v, const struct compared *c)
{
	unsigned both = 0, either = 0;

	for (unsigned i = 0; i < sizeof(v->hidden); i++) {
		both +=
		    (unsigned)__builtin_popcount(v->hidden[i] & c->hidden[i]);
		either +=
		    (unsigned)__builtin_popcount(v->hidden[i] | c->hidden[i]);
	}
	return both * 1000 >= either * HIDES_PERMILLE;
}

static void
standing_take(struct standing *v, const struct compared *c,
    const struct small *s, const struct field *now, int64_t at_us)
{
	bool same =
	    c->view == VIEW_HIDDEN ? hides_alike(v, c) : stands(v, s, now);

	if (v->pictures == 0 || !same) {
		v->pictures = 0;
		v->from_us = at_us;
	}
	memcpy(v->hidden, c->hidden, sizeof(v->hidden));
	blend(v->luma, s, weight_of(v->pictures < 8 ? v->pictures : 8), 255,
	    v->pictures);
	if (v->pictures < UINT16_MAX)
		v->pictures++;
}

/* The normal is left for another view: remembered, for cameras that turn by
 * themselves. */
static void
travel(struct normal *n, int64_t at_us)
{
	if (n->away || n->standing.pictures < 2 ||
	    (n->now.view != VIEW_OTHER && n->now.view != VIEW_SHIFTED))
		return;
	n->away = true;
	n->travel_us[n->travels++ % 4u] = at_us;
}

bool
normal_roams(const struct normal *n, int64_t at_us)
{
	unsigned late = 0;

	for (unsigned i = 0; i < 4 && i < n->travels; i++)
		late += at_us - n->travel_us[i] <= TRAVEL_US;
	return late >= TRAVELS;
}

/* Another shape of picture: cells lie elsewhere. A mere change of resolution is
 * none. */
static bool
same_shape(const struct sharpness *s, const struct measures *m)
{
	uint32_t a = (uint32_t)s->width * m->height;
	uint32_t b = (uint32_t)m->width * s->height;

	return s->seen == 0 ||
	       (a * 100ull <= b * 103ull && b * 100ull <= a * 103ull);
}

/* Against the pinned picture: slow creep that the normal has followed. */
static void
look_for_drift(struct normal *n, const struct measures *m,
    const struct small *s)
{
	struct small pinned;
	struct displacement *d = &n->now.drift;
	int far;

	if (!n->pinned.set || !same_shape(&n->pinned.sharp, m))
		return;
	small_of_bytes(&pinned, n->pinned.luma);
	*d = match_shift(s, &pinned);
	far = abs(d->x_q4) > abs(d->y_q4) ? abs(d->x_q4) : abs(d->y_q4);
	if (d->agree < DRIFT_AGREE)
		return; /* another light, or much that is new */
	if (far >= DRIFT_Q4 && d->agree >= d->agree_unshifted + DRIFT_BETTER)
		n->now.drifted = true;
	else if (far < DRIFT_BACK_Q4)
		n->now.drifted = false;
}

static void
drift_when_due(struct normal *n, const struct measures *m,
    const struct small *s)
{
	if (n->until_drift > 0 && !n->now.drifted) {
		n->until_drift--;
		return;
	}
	n->until_drift = DRIFT_EVERY;
	look_for_drift(n, m, s);
}

/* The mode that the picture agrees with more. */
static void
choose_mode(struct normal *n, const struct measures *m, const struct small *s,
    const struct field *now, int64_t at_us)
{
	struct compared *c = &n->now;
	struct compared first = compare(&n->mode[n->in_force], m, s, now);
	struct compared second;
	unsigned other = !n->in_force;

	first.drift = c->drift;
	first.drifted = c->drifted;
	*c = first;
	if (first.same_permille >= SAME_PERMILLE ||
	    n->mode[other].seen < NORMAL_SEEN)
		return;
	second = compare(&n->mode[other], m, s, now);
	if (second.same_permille < SAME_PERMILLE)
		return;
	second.drift = first.drift;
	second.drifted = first.drifted;
	*c = second;
	n->in_force = (uint8_t)other;
	n->light_us = at_us;
}

void
normal_look(struct judge_feed *f, const struct sight *s)
{
	const struct measures *m = &s->sample->measures;
	struct normal *n = &f->normal;
	struct small picture;
	struct field now;

	if (!same_shape(&n->mode[n->in_force].sharp, m))
		normal_forget(n);
	if (f->life.alive && n->mode[n->in_force].seen >= NORMAL_SEEN)
		n->proven = true;
	if (s->at_us < n->moving_until_us || !normal_known(f)) {
		n->now.view = VIEW_UNKNOWN;
		n->standing.pictures = 0;
		return;
	}
	small_of_thumb(&picture, m->thumb);
	field_of(&now, &picture);
	choose_mode(n, m, &picture, &now, s->at_us);
	n->now.view = view_of(&n->now, &n->mode[n->in_force], &picture);
	if (n->now.view == VIEW_SAME) {
		n->standing.pictures = 0;
		n->away = false;
		drift_when_due(n, m, &picture);
		return;
	}
	standing_take(&n->standing, &n->now, &picture, &now, s->at_us);
	travel(n, s->at_us);
}

/* Anything about the picture that is odd or called, but for what compares with
 * the normal: that has said its word by `place`. */
static bool
suspect(const struct judge_feed *f)
{
	for (unsigned i = 0; i < detector_count; i++) {
		const struct detector_state *k = &f->state[i];
		const struct detector *d = detectors[i];

		if (d->at_account || !(k->odd || k->called))
			continue;
		return true;
	}
	return false;
}

/* zone: NULL, or how the picture agrees, so that zones in which something
 * else is to be seen teach nothing. What passes by is mostly sharper than the
 * ground, so that up goes slowly, above all at first. */
static void
learn_sharp(struct sharpness *p, const struct measures *m,
    const struct zone_match *zone)
{
	bool early = p->seen < SHARP_SETTLED;
	int w;

	if (!same_geometry(p, m)) {
		memcpy(p->zone, m->zone_sharp, sizeof(p->zone));
		p->width = m->width;
		p->height = m->height;
		p->noise_q8 = m->noise_q8;
		p->seen = 1;
		return;
	}
	w = (int)weight_of(p->seen);
	for (unsigned z = 0; z < ZONES; z++) {
		int by = m->zone_sharp[z] - p->zone[z];
		int most = p->zone[z] / 4 + 16;

		if (zone != NULL && zone[z].edges >= EDGES_FAINT &&
		    zone[z].agree < AGREE_PERCENT)
			continue;
		if (early && by < 0)
			by = by * 2 / (w + 1);
		else
			by = (by > most ? most : by) / w;
		p->zone[z] = (uint16_t)(p->zone[z] + by);
	}
	p->noise_q8 = (uint16_t)(p->noise_q8 + (m->noise_q8 - p->noise_q8) / w);
	if (p->seen < UINT16_MAX)
		p->seen++;
}

static void
learn_agree(struct mode *mode, const struct zone_match *zone)
{
	int w = mode->seen < AGREE_WEIGHT ? mode->seen + 1 : AGREE_WEIGHT;

	for (unsigned z = 0; z < ZONES; z++) {
		int at = zone[z].agree < 0 ? 0 : zone[z].agree;
		int old = mode->agree[z];
		int by = (at - old) / w;

		/* a step at least, so that it gets there */
		if (by == 0)
			by = (at > old) - (at < old);
		mode->agree[z] = (uint8_t)(old + by);
	}
}

static void
mode_begin(struct mode *mode, const struct measures *m)
{
	mode->seen = 0;
	mode->colour = m->saturation_q8;
	mode->sharp.seen = 0;
	memset(mode->agree, 90, sizeof(mode->agree));
}

/* How far one picture may pull: further when all of it is lighter or darker. */
static int
pull(const struct small *s, const struct small *old)
{
	int all = 2 * abs((int)s->level - (int)old->level) / (int)SMALL_UNIT;

	return all > PULL_LEAST ? all : PULL_LEAST;
}

static void
mode_learn(struct mode *mode, const struct measures *m, const struct small *s,
    bool sharp)
{
	struct zone_match zone[ZONES];
	struct field now, usual;
	struct small old;

	small_of_bytes(&old, mode->luma);
	field_of(&now, s);
	field_of(&usual, &old);
	match_zones(&now, &usual, zone);
	learn_agree(mode, zone);
	blend(mode->luma, s, weight_of(mode->seen), pull(s, &old), mode->seen);
	if (sharp || !same_geometry(&mode->sharp, m))
		learn_sharp(&mode->sharp, m, zone);
	mode->colour =
	    (uint16_t)(mode->colour + (m->saturation_q8 - mode->colour) /
					  (int)weight_of(mode->seen));
	if (mode->seen < UINT16_MAX)
		mode->seen++;
}

static uint8_t
middle(uint8_t a, uint8_t b, uint8_t c)
{
	uint8_t low = a < b ? a : b, high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

/* The first three pictures wait in what is not in use yet; of them the median
 * is taken, since what passed by stood somewhere else in each. */
static void
learn_three(struct normal *n, const struct measures *m, const struct small *s)
{
	struct mode *mode = &n->mode[n->in_force];
	uint8_t *second = n->standing.luma;
	uint8_t *third = n->mode[!n->in_force].luma;

	if (mode->seen == 0)
		mode_begin(mode, m);
	keep(mode->seen == 0   ? mode->luma
	     : mode->seen == 1 ? second
			       : third,
	    s);
	learn_sharp(&mode->sharp, m, NULL);
	if (++mode->seen < NORMAL_SEEN)
		return;
	for (unsigned i = 0; i < SMALL_CELLS; i++)
		mode->luma[i] = middle(mode->luma[i], second[i], third[i]);
}

/* Before anything is known: what agrees with the first pictures adds to them,
 * what doesn't begins anew. */
static void
learn_first(struct normal *n, const struct measures *m)
{
	struct mode *mode = &n->mode[n->in_force];
	struct field now, usual;
	struct small s, old;

	small_of_thumb(&s, m->thumb);
	if (mode->seen > 0) {
		small_of_bytes(&old, mode->luma);
		field_of(&now, &s);
		field_of(&usual, &old);
		if (match_whole(&now, &usual) < LIGHT_AGREE)
			mode->seen = 0;
	}
	if (mode->seen < NORMAL_SEEN)
		learn_three(n, m, &s);
	else
		mode_learn(mode, m, &s, true);
}

/* The same place in a light that agrees with no mode: a mode of its own, in
 * place of the one that is not in force. */
static void
learn_light(struct normal *n, const struct measures *m, int64_t at_us)
{
	struct mode *mode = &n->mode[!n->in_force];

	if (n->standing.pictures < LIGHT_PICTURES)
		return;
	mode_begin(mode, m);
	memcpy(mode->luma, n->standing.luma, sizeof(mode->luma));
	learn_sharp(&mode->sharp, m, NULL);
	mode->seen = LIGHT_PICTURES;
	n->in_force = !n->in_force;
	n->light_us = at_us;
	n->standing.pictures = 0;
	n->away = false;
}

static void
pin(struct normal *n)
{
	struct pinned *p = &n->pinned;
	const struct mode *mode = &n->mode[n->in_force];

	p->set = true;
	memcpy(p->luma, mode->luma, sizeof(p->luma));
	p->sharp = mode->sharp;
	n->now.drifted = false;
	n->until_drift = 0;
}

void
normal_learn(struct judge_feed *f, const struct sight *s)
{
	const struct measures *m = &s->sample->measures;
	struct normal *n = &f->normal;
	struct mode *mode = &n->mode[n->in_force];
	struct small picture;

	if (s->sample->result != SAMPLE_OK || m->damage != 0 ||
	    s->at_us < n->moving_until_us || suspect(f))
		return;
	if (!n->proven)
		learn_first(n, m);
	if (!normal_known(f))
		return;
	if (n->now.hidden_permille > HIDDEN_SOME_PERMILLE)
		return;
	if (n->now.view == VIEW_LIGHT)
		learn_light(n, m, s->at_us);
	if (n->now.view != VIEW_SAME && n->now.view != VIEW_BUSY)
		return;
	small_of_thumb(&picture, m->thumb);
	mode_learn(mode, m, &picture,
	    mode->sharp.seen < SHARP_SETTLED ||
		n->now.sharp_permille >= SHARP_LEARN_PERMILLE);
	if (!n->pinned.set && mode->seen >= SEEN_PINNED)
		pin(n);
}

static uint64_t
picture_causes(const struct judge_feed *f)
{
	uint64_t causes = 0;

	for (unsigned i = 0; i < detector_count; i++)
		if (f->state[i].called && !detectors[i]->at_account)
			causes |= 1ull << detectors[i]->cause;
	return causes;
}

/* A person says that what is seen is what should be seen: also where it is
 * not what was learned, once it has stood for a while. */
bool
judge_reference_set(struct judge_feed *f, int64_t now_us)
{
	const uint64_t may = 1ull << CAUSE_MOVED | 1ull << CAUSE_BLURRED |
			     1ull << CAUSE_COLOUR_CAST;
	struct normal *n = &f->normal;
	struct mode *mode = &n->mode[n->in_force];

	if (now_us > f->now_us)
		f->now_us = now_us;
	if (!normal_known(f) || (picture_causes(f) & ~may))
		return false;
	if (n->now.view == VIEW_SHIFTED || n->now.view == VIEW_OTHER) {
		if (n->standing.pictures < NORMAL_SEEN)
			return false;
		memcpy(mode->luma, n->standing.luma, sizeof(mode->luma));
		memset(mode->agree, 90, sizeof(mode->agree));
		mode->seen = NORMAL_SEEN;
		mode->sharp.seen = 0;
		n->mode[!n->in_force].seen = 0;
		n->standing.pictures = 0;
	} else if (n->now.view != VIEW_SAME) {
		return false;
	} else if (picture_causes(f) & 1ull << CAUSE_BLURRED) {
		mode->sharp.seen = 0;
	}
	pin(n);
	n->pinned.approved = true;
	n->pinned.at_us = f->now_us > 0 ? f->now_us : 1;
	return true;
}

void
judge_reference_clear(struct judge_feed *f)
{
	f->normal.pinned.set = false;
	f->normal.pinned.approved = false;
	f->normal.now.drifted = false;
}

int64_t
judge_reference_us(const struct judge_feed *f)
{
	const struct pinned *p = &f->normal.pinned;

	return p->set && p->approved ? p->at_us : 0;
}
