/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One picture with one mode, zone by zone: which still show what they usually
 * do, which show nothing, and which something else. */
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/normal.h"

#define ZONES_ENOUGH 20u
#define USUAL_LEAST 40u /* zones that agree less than this tell nothing */
#define CLEARLY_AGREE 75
#define GONE_AGREE 40  /* one whose edges are gone agrees less, .. */
#define GONE_SLOPE 25  /* .. keeps less of them, .. */
#define GONE_ENERGY 30 /* .. and has less of any, or is out of focus */
#define GONE_SHARP 35
#define PLAIN_PERMILLE 450
#define BORDER_LEAST 2u /* of eight neighbours that are gone */
#define VEIL_AGREE 55
#define VEIL_SHARP 40 /* percent of the usual sharpness, .. */
#define VEIL_EDGES 50 /* .. and of the edges that the light explains */
#define CODED_SHARP 800u
#define DIMMED_PERCENT 75u
#define DARK_LEVEL (24u * SMALL_UNIT)
#define EVEN_PARTS 4 /* of what was added, that zones differ by at most */
#define MONO_Q8 (5u * 256u / 4u)
#define COLOUR_LEAST_Q8 (3u * 256u) /* less is none */

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

enum zone_is { ZONE_BARE, ZONE_SAME, ZONE_GONE, ZONE_ELSE };

struct zone_seen {
	int sharp;	/* permille of usual at full resolution, or -1 */
	int own;	/* strongest step, permille of usual, or -1 */
	unsigned light; /* percent */
	uint16_t level, level_usual;
};

/* What is there now has nothing fine of its own, for its light: it is far out
 * of focus, so right before the lens. */
static bool
is_plain(const struct zone_match *z, const struct zone_seen *seen)
{
	unsigned now = seen->level + DARK_LEVEL / 2;
	unsigned usual = seen->level_usual + DARK_LEVEL / 2;
	int own = seen->own;

	if (own < 0 || z->agree >= GONE_AGREE)
		return false;
	if (now > usual)
		own = (int)((unsigned)own * usual / now);
	else if (seen->light < 100)
		own = own * 100 / (int)seen->light;
	return own < PLAIN_PERMILLE;
}

static enum zone_is
zone_is(const struct zone_match *z, unsigned usual,
    const struct zone_seen *seen, unsigned least)
{
	if (z->edges < least || usual < USUAL_LEAST)
		return ZONE_BARE;
	if (is_gone(z, seen->sharp, seen->light) || is_plain(z, seen))
		return ZONE_GONE;
	return z->agree >= AGREE_PERCENT || z->agree * 10 >= (int)usual * 7
		   ? ZONE_SAME
		   : ZONE_ELSE;
}

/* How bright what still shows the usual is, and usually was. */
struct rest {
	uint32_t now, usual;
};

static struct rest
rest_of(const enum zone_is *is, const uint16_t *now, const uint16_t *usual)
{
	struct rest r = { 0 };

	for (unsigned z = 0; z < ZONES; z++) {
		if (is[z] != ZONE_SAME)
			continue;
		r.now += now[z];
		r.usual += usual[z];
	}
	return r;
}

static uint16_t
rest_percent(struct rest r)
{
	uint32_t usual = r.usual + 1;

	return (uint16_t)(r.now >= usual * 10 ? 1000 : r.now * 100ull / usual);
}

struct count {
	unsigned all, same, hidden, inner;
	int agree, usual, agree_inner;
};

static void
count_zone(struct compared *c, struct count *k, unsigned z, enum zone_is is,
    int agree, int usual)
{
	k->all++;
	k->agree += agree;
	k->usual += usual;
	k->same += is == ZONE_SAME;
	if (z >= ZONE_W && z < ZONES - ZONE_W) {
		k->inner++;
		k->agree_inner += agree;
	}
	if (is != ZONE_GONE)
		return;
	k->hidden++;
	c->hidden[z / 8] |= (uint8_t)(1u << z % 8);
}

static void
sum_up(struct compared *c, const struct count *k)
{
	c->structured = (uint8_t)k->all;
	if (k->all == 0)
		return;
	c->same_permille = (uint16_t)(k->same * 1000 / k->all);
	c->hidden_permille = (uint16_t)(k->hidden * 1000 / k->all);
	c->agree = (int8_t)(k->agree / (int)k->all);
	c->agree_usual = (int8_t)(k->usual / (int)k->all);
	c->agree_inner =
	    (int8_t)(k->inner == 0 ? 0 : k->agree_inner / (int)k->inner);
}

static uint16_t
edged(const struct zone_match *zone)
{
	uint32_t usual = 0, now = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		usual += zone[z].edges;
		now += zone[z].edges_now;
	}
	return (uint16_t)(usual == 0		? 1000
			  : now > usual * 10ull ? 10000
						: now * 1000ull / usual);
}

/* How much of the old view agrees. */
static unsigned
left_permille(const enum zone_is is[ZONES])
{
	unsigned same = 0, all = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		all += is[z] != ZONE_BARE;
		same += is[z] == ZONE_SAME;
	}
	return all == 0 ? 0 : same * 1000 / all;
}

/* A cover's own outline is an edge: where it runs nothing of the old is left
 * either. */
static void
add_border(enum zone_is is[ZONES])
{
	bool border[ZONES];

	for (int z = 0; z < (int)ZONES; z++) {
		int x = z % (int)ZONE_W, y = z / (int)ZONE_W;
		unsigned gone = 0;

		for (int v = y - 1; v <= y + 1; v++)
			for (int u = x - 1; u <= x + 1; u++)
				gone += u >= 0 && v >= 0 && u < (int)ZONE_W &&
					v < (int)ZONE_H &&
					is[v * (int)ZONE_W + u] == ZONE_GONE;
		border[z] = is[z] == ZONE_ELSE && gone >= BORDER_LEAST;
	}
	for (unsigned z = 0; z < ZONES; z++)
		if (border[z])
			is[z] = ZONE_GONE;
}

/* To what is left of the usual picture the same light was added everywhere, as
 * by something that is lit right before the lens; the sun and lamps have a
 * place, and another light changes each thing by a way of its own. */
static bool
evenly_lit(const struct compared *c, const uint16_t *now, const uint16_t *usual)
{
	int left = c->fine.clear_permille, mean = 0, off = 0;
	int added[ZONES];

	for (unsigned z = 0; z < ZONES; z++) {
		added[z] = now[z] - left * usual[z] / 1000;
		mean += added[z];
	}
	mean /= (int)ZONES;
	for (unsigned z = 0; z < ZONES; z++)
		off += abs(added[z] - mean);
	return off * EVEN_PARTS <= mean * (int)ZONES;
}

static void
count_zones(struct compared *c, const struct mode *mode,
    const struct zone_match *zone, const int *sharp, const int16_t *own,
    const struct small *now, const struct small *usual)
{
	uint16_t level[ZONES], level_usual[ZONES];
	unsigned least = edges_least(zone);
	struct count k = { 0 };
	enum zone_is is[ZONES];
	struct rest rest;
	bool dimmed;

	match_levels(now, level);
	match_levels(usual, level_usual);
	memset(c->hidden, 0, sizeof(c->hidden));
	for (unsigned z = 0; z < ZONES; z++)
		is[z] = zone_is(&zone[z], mode->agree[z],
		    &(struct zone_seen){ sharp[z], own == NULL ? -1 : own[z],
			c->light_percent, level[z], level_usual[z] },
		    least);
	if (own != NULL && left_permille(is) >= LEFT_PERMILLE)
		add_border(is);
	c->evenly_lit = evenly_lit(c, level, level_usual);
	rest = rest_of(is, level, level_usual);
	c->rest_percent = rest_percent(rest);
	/* in another light what is black may merely be dark */
	dimmed = rest.now * 100ull < rest.usual * DIMMED_PERCENT;
	for (unsigned z = 0; z < ZONES; z++)
		if (is[z] != ZONE_BARE &&
		    !(dimmed && is[z] == ZONE_GONE && level[z] < DARK_LEVEL))
			count_zone(c, &k, z, is[z], zone[z].agree,
			    mode->agree[z]);
	sum_up(c, &k);
}

/* Hardly an edge left anywhere, coarse or fine, for this light: what is still
 * to be seen is seen through something. */
static bool
veiled(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	return c->soft.zones >= ZONES_LEAST && c->agree < VEIL_AGREE &&
	       c->soft.clear_permille < VEIL_SHARP * 10 &&
	       c->edged_permille * 10u < VEIL_EDGES * l &&
	       !marks_soft(&c->fine);
}

/* Where something else is to be seen nothing fine is left, but neither is it
 * elsewhere: the coder does that. */
static bool
coded_away(const struct compared *c)
{
	return c->coarser && c->soft.zones >= ZONES_ENOUGH &&
	       c->soft.sharp_permille < CODED_SHARP;
}

void
compare_edges(const struct mode *mode, const struct field *now,
    struct small *usual_out, struct zone_match zone[ZONES])
{
	struct field edges;

	small_of_bytes(usual_out, mode->luma);
	field_of(&edges, usual_out);
	match_zones(now, &edges, zone);
}

void
compare_bare(struct compared *c, const struct mode *mode,
    const struct zone_match *zone, const struct zone_match *stand)
{
	const struct zone_seen unknown = { -1, -1, 100, 0, 0 };
	unsigned least = edges_least(zone);
	struct count k = { 0 };

	memset(c->hidden, 0, sizeof(c->hidden));
	for (unsigned z = 0; z < ZONES; z++) {
		enum zone_is is =
		    zone_is(&zone[z], mode->agree[z], &unknown, least);

		if (is == ZONE_ELSE && stand[z].edges < EDGES_CLEAR &&
		    stand[z].agree < AGREE_PERCENT)
			is = ZONE_GONE;
		if (is != ZONE_BARE)
			count_zone(c, &k, z, is, zone[z].agree, mode->agree[z]);
	}
	sum_up(c, &k);
}

void
compare_hide(struct compared *c)
{
	memset(c->hidden, 0xff, sizeof(c->hidden));
	c->hidden_permille = 1000;
	c->same_permille = 0;
}

/* The picture with one mode; what place it is stays open. */
struct compared
compare_mode(const struct mode *mode, const struct measures *m,
    const struct small *s, const struct field *now,
    struct zone_match zone[ZONES])
{
	struct compared c = { .view = VIEW_UNKNOWN };
	struct small usual;
	int sharp[ZONES];
	int16_t own[ZONES];

	compare_edges(mode, now, &usual, zone);
	c.light_percent = (uint16_t)light_of(s->level, usual.level);
	c.colour_percent = (uint16_t)colour_of(m->saturation_q8, mode->colour);
	c.switched = (m->saturation_q8 < MONO_Q8) != (mode->colour < MONO_Q8);
	c.soft = sharp_compare(&mode->sharp, m, zone,
	    c.light_percent < 100 ? c.light_percent : 100, sharp);
	c.coarser = sharp_coarser(&mode->sharp, m);
	c.fine = marks_compare(&mode->marks, m->thumb, zone);
	c.edged_permille = edged(zone);
	count_zones(&c, mode, zone, sharp, NULL, s, &usual);
	if (c.same_permille < SAME_PERMILLE && !coded_away(&c)) {
		marks_own(&mode->marks, m->thumb, own);
		count_zones(&c, mode, zone, sharp, own, s, &usual);
	}
	if (veiled(&c))
		compare_hide(&c);
	return c;
}
