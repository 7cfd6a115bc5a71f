/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/normal.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000ll

/* Learning. */
#define SEEN_PINNED 6u /* .. until it is pinned, unless a person does */
#define COARSE_PICTURES 4u
#define SEEN_WELL 48u
#define PULL_LEAST 12 /* levels */
#define AGREE_WEIGHT 16

/* Zones. */
#define VEIL_CLEAR 430u /* permille of the usual edges, for the light */
#define VEIL_CLEAR_USUAL 750u
#define VEIL_RATIO 750u
#define VEIL_ENERGY 800u
#define VEIL_PART 400u
#define VEIL_SEEN 5u
#define VEIL_LIGHT 120u
#define VEIL_US (75 * SECOND)
#define CUT_Q4 100	     /* 8 % of the width */
#define TOO_DARK_PERCENT 12u /* of the usual level: nothing can be seen */
#define BLOWN (250u * SMALL_UNIT)

/* Places. */
#define HIDDEN_PERMILLE 420u
#define REST_PERMILLE 650u	/* hidden: of the rest nothing is asked */
#define REST_CLEAR 700u		/* permille of its usual edges, for the light */
#define THROUGH_PERMILLE 150	/* more agrees: what is hidden does too */
#define ELSEWHERE_PERMILLE 150u /* less agrees, and .. */
#define ELSEWHERE_EDGES 60u	/* .. this percent of edges are there */
#define ELSEWHERE_HIDDEN 650u
#define HIDDEN_SOME_PERMILLE 250u /* too much to learn from */
#define OTHER_PERMILLE 450u	  /* neither agree nor hidden */
#define LIGHT_AGREE 30	 /* unshifted, over all: edges are where they were */
#define LITTLE_AGREE 45	 /* unshifted, over the picture, not zone by zone */
#define BUSY_PERCENT 55	 /* of the usual agreement, at least */
#define OTHER_DARK 40u	 /* percent of the light: too dark to tell */
#define DROWNED_AGREE 12 /* the same place still, but edges drown in noise */
#define LIGHT_LESS 80u	 /* of the usual level, percent: another light */
#define LIGHT_MORE 125u
#define FAR_LESS 60u
#define FAR_MORE 170u
#define LIGHT_EDGES 60u /* percent of those that the light explains */
#define COLOUR_LESS 60u /* .. or of the usual colour */
#define COLOUR_MORE 180u
#define PALE_MORE 150u
#define SWITCHED_PERMILLE 330u
#define AXES_PERMILLE 450u /* other places: 240 at most */
#define SHIFT_AGREE 33
#define SOFT_AGREE 25
#define STEAMED_MOST 850u
#define STEAMED_PART 300u
#define SHIFT_BETTER 22	       /* than unshifted */
#define SHIFT_LEAST_Q4 20      /* 1.25 cells: 1.6 % of the width */
#define STANDING_PERMILLE 500u /* other views agree in 30 */
#define HIDES_PERMILLE 700u
#define STANDING_LEVEL (6 * SMALL_UNIT)
#define BARE_PERMILLE 500u     /* other places have 290 at most */
#define BARE_PICTURES 3u       /* standing, until what is not there is noise */
#define LIGHT_PICTURES 3u      /* standing, until they are a mode */
#define EYES_US (300 * SECOND) /* .. where much is not to be seen */

#define TRAVEL_US (1800 * SECOND)
#define TRAVELS 3u

#define LIGHT_SHARP_PERMILLE 350u
#define SHARP_LEARN_PERMILLE 850u /* softer ones are not learned */

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
 * count. All cells are rounded alike: what is plain stays plain while its light
 * changes. salt: another for each picture. What differs a lot passes by,
 * mostly, and counts as `most` levels: so the blend tends to the median. */
static void
blend(uint8_t *luma, const struct small *s, unsigned weight, int most,
    uint32_t salt)
{
	const int32_t dither = (int32_t)(salt * 2246822519u >> 22);
	int32_t limit = most * 1024;

	for (unsigned i = 0; i < SMALL_CELLS; i++) {
		int32_t old = luma[i] * 1024;
		int32_t by = s->cell[i] * (1024 / (int32_t)SMALL_UNIT) - old;
		int32_t v;

		by = by > limit ? limit : by < -limit ? -limit : by;
		v = (old + by / (int32_t)weight + dither) >> 10;
		luma[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

static void
keep(uint8_t *luma, const struct small *s)
{
	blend(luma, s, 1, 255, 0);
}

/* All edges have suddenly lost most of their strength, but not their
 * sharpness, and it is not the light: tape or a thin bag. Fog takes longer. */
static bool
veil(struct normal *n, const struct compared *c, int64_t at_us)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;
	bool known = c->fine.zones >= ZONES_LEAST &&
		     c->fine.part_permille >= VEIL_PART &&
		     n->mode[n->in_force].marks.seen >= VEIL_SEEN;
	bool faint = known && c->fine.clear_permille * 100u < VEIL_CLEAR * l &&
		     c->fine.ratio_permille >= VEIL_RATIO &&
		     c->fine.energy_permille < VEIL_ENERGY &&
		     (c->light_percent <= VEIL_LIGHT || c->evenly_lit);

	if (known && c->fine.clear_permille >= VEIL_CLEAR_USUAL)
		n->clear_us = at_us;
	return faint && (n->veiled || at_us - n->clear_us <= VEIL_US);
}

/* A camera that is told to send another size may cut it out otherwise. */
static bool
cut_otherwise(const struct normal *n, const struct measures *m, enum view view)
{
	return (view == VIEW_SHIFTED || view == VIEW_OTHER) &&
	       !sharp_same_size(&n->mode[n->in_force].sharp, m) &&
	       abs(n->now.shift.x_q4) <= CUT_Q4 &&
	       abs(n->now.shift.y_q4) <= CUT_Q4;
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

/* So unlike the usual light that it is a mode of its own, though edges agree:
 * how sharp they are, and the noise, are another matter there. */
static bool
light_far(const struct compared *c)
{
	return c->light_percent < FAR_LESS || c->light_percent > FAR_MORE ||
	       c->colour_percent < COLOUR_LESS ||
	       c->colour_percent > COLOUR_MORE;
}

/* Another light, and the edges as strong as it makes them. */
static bool
edges_kept(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	return c->edged_permille >= l * LIGHT_EDGES / 10;
}

static bool
light_changed(const struct compared *c)
{
	if (!edges_kept(c))
		return false;
	return c->light_percent < LIGHT_LESS || c->light_percent > LIGHT_MORE ||
	       c->colour_percent < COLOUR_LESS ||
	       c->colour_percent > COLOUR_MORE;
}

/* Dirt or dew on the window scatters light, too, but takes the fine steps out
 * of the edges that it leaves; a lamp or the sun takes neither alone. By
 * infrared the focus is another. */
static bool
is_soft(const struct compared *c)
{
	bool in_place = c->agree >= LIGHT_AGREE ||
			(c->shift.agree >= SOFT_AGREE &&
			    abs(c->shift.x_q4) < SHIFT_LEAST_Q4 &&
			    abs(c->shift.y_q4) < SHIFT_LEAST_Q4);

	return in_place && !c->switched && c->light_percent >= FAR_LESS &&
	       c->light_percent <= FAR_MORE && marks_soft(&c->fine);
}

/* Steamed up so far that in many zones nothing is left; but what is left in
 * the others is blurred too, and where it was. Before a cover it were sharp. */
static bool
is_steamed(const struct compared *c)
{
	return c->hidden_permille < STEAMED_MOST && c->agree >= LIGHT_AGREE &&
	       c->fine.part_permille >= STEAMED_PART && is_soft(c) &&
	       marks_lost(&c->fine);
}

/* Nothing is where it was, but there are edges. */
static bool
elsewhere(const struct compared *c)
{
	unsigned l = c->light_percent < 100 ? c->light_percent : 100;

	return c->same_permille < ELSEWHERE_PERMILLE &&
	       c->hidden_permille < ELSEWHERE_HIDDEN &&
	       c->edged_permille * 10u >= ELSEWHERE_EDGES * l;
}

/* Colour came or went, as infrared does, not as something bright that is held
 * before the lens by night. */
static bool
by_other_eyes(const struct compared *c)
{
	return c->switched && c->light_percent < FAR_MORE &&
	       (c->colour_percent < COLOUR_LESS ||
		   c->colour_percent > PALE_MORE);
}

/* What lies before the lens hides a part, and leaves the rest as it was but for
 * the exposure. Through fog all of it is faded, and all of it agrees still; by
 * infrared other things are bright. Where hardly any rest is, it tells nothing.
 */
static bool
rest_is_clear(const struct compared *c, const struct mode *mode)
{
	if (c->hidden_permille >= REST_PERMILLE)
		return true;
	if (by_other_eyes(c) ||
	    c->agree * 1000 > c->agree_usual * (1000 - (int)c->hidden_permille +
						   THROUGH_PERMILLE))
		return false;
	return c->fine.zones < ZONES_LEAST || mode->marks.seen < VEIL_SEEN ||
	       c->fine.clear_permille * 100u >= REST_CLEAR * c->rest_percent;
}

/* By infrared leaves are bright and the sky is dark: edges are where they were,
 * and run as they ran, but half of them the other way up. */
static bool
runs_alike(const struct small *s, const struct small *usual)
{
	struct zone_match zone[ZONES];
	struct field f, now, old;
	unsigned n = 0, alike = 0;

	field_of(&f, s);
	field_of_axes(&now, &f);
	field_of(&f, usual);
	field_of_axes(&old, &f);
	match_zones(&now, &old, zone);
	for (unsigned z = 0; z < ZONES; z++) {
		if (zone[z].edges < EDGES_CLEAR)
			continue;
		n++;
		alike += zone[z].agree >= AGREE_PERCENT;
	}
	return n >= ZONES_LEAST && alike * 1000 >= n * AXES_PERMILLE;
}

/* In strong noise the first pictures of a place agree in little, and how much
 * is usual is not known yet: more of them show it. */
static bool
is_little_known(const struct compared *c, const struct mode *mode)
{
	return mode->seen < AGREE_WEIGHT &&
	       c->shift.agree_unshifted >= LITTLE_AGREE;
}

static enum view
view_of(struct compared *c, const struct mode *mode, const struct small *s)
{
	struct small usual;

	if (too_dark_or_bare(c, s))
		return VIEW_UNKNOWN;
	if (c->hidden_permille >= HIDDEN_PERMILLE && !elsewhere(c) &&
	    !is_steamed(c) && rest_is_clear(c, mode))
		return VIEW_HIDDEN;
	if (c->same_permille >= SAME_PERMILLE)
		return light_far(c) && edges_kept(c) ? VIEW_LIGHT : VIEW_SAME;
	small_of_bytes(&usual, mode->luma);
	c->shift = match_shift(s, &usual);
	if (shift_is_clear(&c->shift, SHIFT_LEAST_Q4))
		return VIEW_SHIFTED;
	if (is_soft(c))
		return VIEW_BUSY;
	if (c->agree >= LIGHT_AGREE && light_changed(c))
		return VIEW_LIGHT;
	if (c->switched && edges_kept(c) &&
	    (c->same_permille >= SWITCHED_PERMILLE || runs_alike(s, &usual)))
		return VIEW_LIGHT; /* shadows and all were otherwise by day */
	if (c->agree >= LIGHT_AGREE &&
	    (c->agree * 100 >= c->agree_usual * BUSY_PERCENT ||
		is_little_known(c, mode)))
		return VIEW_BUSY;
	if (c->light_percent < OTHER_DARK ||
	    (c->agree_inner >= DROWNED_AGREE && light_changed(c)))
		return VIEW_UNKNOWN;
	if (c->same_permille < LEFT_PERMILLE &&
	    (elsewhere(c) || 1000u - c->same_permille - c->hidden_permille >=
				 OTHER_PERMILLE))
		return VIEW_OTHER;
	return VIEW_UNKNOWN;
}

/* Whether the view that is not the normal is the one of the picture before.
 * zone_out: how each zone agrees with it. */
static bool
stands(const struct standing *v, const struct small *s, const struct field *now,
    struct zone_match zone[ZONES])
{
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

/* zone_out: how each zone agrees with the pictures before; not where the view
 * is hidden. */
static void
standing_take(struct standing *v, const struct compared *c,
    const struct scene *now, int64_t at_us, struct zone_match zone_out[ZONES])
{
	bool same = c->view == VIEW_HIDDEN
			? hides_alike(v, c)
			: stands(v, &now->small, &now->field, zone_out);

	/* one that is not alike may be a passer-by; two are another view */
	if (v->pictures > 0 && !same && v->strange == 0) {
		v->strange = 1;
		return;
	}
	if (v->pictures == 0 || !same) {
		v->pictures = 0;
		v->from_us = at_us;
	}
	v->strange = 0;
	memcpy(v->hidden, c->hidden, sizeof(v->hidden));
	blend(v->luma, &now->small,
	    learn_weight(v->pictures < 8 ? v->pictures : 8), 255, v->pictures);
	if (v->pictures < UINT16_MAX)
		v->pictures++;
}

/* Another place has edges that stay, over the picture. Paint before the lens
 * has them where it ends, and else nothing but the sensor's noise, which in the
 * mean of some pictures is none. */
static void
hide_bare(struct normal *n, const struct scene *now,
    const struct zone_match *stand)
{
	struct compared bare = n->now;

	if (n->now.view != VIEW_OTHER || n->standing.strange ||
	    n->standing.pictures < BARE_PICTURES)
		return;
	compare_bare(&bare, &n->mode[n->in_force], now->zone, stand);
	if (bare.hidden_permille < BARE_PERMILLE)
		return;
	n->now = bare;
	n->now.view = VIEW_HIDDEN;
}

/* The normal is left for another view: remembered, for cameras that turn by
 * themselves; not where it creeps away and seems back now and then. */
static void
travel(struct normal *n, int64_t at_us)
{
	if (n->away || n->standing.pictures < 2 || n->behind > 1 ||
	    (n->now.view != VIEW_OTHER && n->now.view != VIEW_SHIFTED))
		return;
	n->away = true;
	n->travel_us[n->travels % TRAVELS_KEPT] = at_us;
	/* a camera that turns for years has not stopped to when it wraps */
	if (++n->travels == 2 * TRAVELS_KEPT)
		n->travels = TRAVELS_KEPT;
}

bool
normal_roams(const struct normal *n, int64_t at_us)
{
	unsigned late = 0;

	for (unsigned i = 0; i < TRAVELS_KEPT && i < n->travels; i++)
		late += at_us - n->travel_us[i] <= TRAVEL_US;
	return late >= TRAVELS;
}

/* The mode that the picture agrees with more, in a light like it. */
static void
choose_mode(struct normal *n, const struct measures *m, struct scene *now,
    int64_t at_us)
{
	unsigned other = !n->in_force;
	struct compared first = compare_mode(&n->mode[n->in_force], m,
	    &now->small, &now->field, now->zone);
	struct zone_match zone[ZONES];
	struct compared second;
	bool agrees = first.same_permille >= SAME_PERMILLE;

	first.drift = n->now.drift;
	first.drifted = n->now.drifted;
	n->now = first;
	if ((agrees && !light_far(&first)) || n->mode[other].seen < NORMAL_SEEN)
		return;
	second =
	    compare_mode(&n->mode[other], m, &now->small, &now->field, zone);
	if (second.same_permille < SAME_PERMILLE ||
	    (agrees && light_far(&second)))
		return;
	second.drift = first.drift;
	second.drifted = first.drifted;
	n->now = second;
	memcpy(now->zone, zone, sizeof(zone));
	n->in_force = (uint8_t)other;
	n->light_us = at_us;
	marks_leave(&n->candidates);
}

bool
normal_unclear(const struct normal *n)
{
	return n->now.view == VIEW_UNKNOWN || n->now.view == VIEW_BUSY;
}

/* A feed that has shown no life yet, compared with what it has shown so far: of
 * use only for what no coder makes of a picture that stands still. */
static void
look_early(struct normal *n, const struct measures *m, struct scene *now)
{
	const struct mode *mode = &n->mode[n->in_force];

	if (mode->marks.seen < SHARP_SETTLED)
		return;
	small_of_thumb(&now->small, m->thumb);
	field_of(&now->field, &now->small);
	n->now = compare_mode(mode, m, &now->small, &now->field, now->zone);
	n->now.early = n->now.same_permille >= SAME_PERMILLE ||
		       n->now.agree >= LIGHT_AGREE;
}

void
normal_look(struct judge_feed *f, const struct sight *s, struct scene *now)
{
	const struct measures *m = &s->sample->measures;
	struct zone_match stand[ZONES];
	struct normal *n = &f->normal;

	now->compared = false;
	if (!sharp_same_shape(&n->mode[n->in_force].sharp, m))
		normal_forget(n);
	if (f->life.alive && n->mode[n->in_force].seen >= NORMAL_SEEN)
		n->proven = true;
	if (s->at_us < n->moving_until_us || !normal_known(f)) {
		n->now.view = VIEW_UNKNOWN;
		n->now.early = false;
		n->standing.pictures = 0;
		if (s->at_us >= n->moving_until_us && !f->life.alive)
			look_early(n, m, now);
		return;
	}
	small_of_thumb(&now->small, m->thumb);
	field_of(&now->field, &now->small);
	choose_mode(n, m, now, s->at_us);
	now->compared = true;
	n->veiled = veil(n, &n->now, s->at_us);
	if (n->veiled)
		compare_hide(&n->now);
	n->now.view = view_of(&n->now, &n->mode[n->in_force], &now->small);
	if (cut_otherwise(n, m, n->now.view))
		n->now.view = VIEW_LIGHT;
	if (n->now.view == VIEW_SAME) {
		n->standing.pictures = 0;
		n->away = false;
		normal_look_for_drift(n, m, &now->small);
		return;
	}
	if (n->behind > 0 && normal_unclear(n))
		normal_look_for_drift(n, m, &now->small);
	standing_take(&n->standing, &n->now, now, s->at_us, stand);
	hide_bare(n, now, stand);
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
		/* before life was shown it may be so, and is not known yet */
		if (d == &detector_frozen && !k->called && !f->life.alive)
			continue;
		return true;
	}
	return false;
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
	mode->marks.seen = 0;
	memset(mode->agree, 90, sizeof(mode->agree));
}

/* How far one picture may pull: further when all of it is lighter or darker. */
static int
pull(unsigned level, unsigned old)
{
	int all = 2 * abs((int)level - (int)old) / (int)SMALL_UNIT;

	return all > PULL_LEAST ? all : PULL_LEAST;
}

static void
mode_learn(struct normal *n, const struct measures *m, const struct scene *now,
    bool sharp, uint32_t salt)
{
	struct mode *mode = &n->mode[n->in_force];

	learn_agree(mode, now->zone);
	blend(mode->luma, &now->small, learn_weight(mode->seen),
	    pull(now->small.level, level_of_bytes(mode->luma)), salt);
	if (!sharp_same_size(&mode->sharp, m))
		mode->marks.seen = 0;
	marks_learn(&mode->marks, &n->candidates, m->thumb, now->zone);
	if (sharp || !sharp_same_size(&mode->sharp, m))
		sharp_learn(&mode->sharp, m, now->zone);
	mode->colour =
	    (uint16_t)(mode->colour + (m->saturation_q8 - mode->colour) /
					  (int)learn_weight(mode->seen));
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
	sharp_learn(&mode->sharp, m, NULL);
	marks_learn(&mode->marks, &n->candidates, m->thumb, NULL);
	if (++mode->seen < NORMAL_SEEN)
		return;
	for (unsigned i = 0; i < SMALL_CELLS; i++)
		mode->luma[i] = middle(mode->luma[i], second[i], third[i]);
}

/* Before anything is known: what agrees with the first pictures adds to them,
 * what doesn't begins anew. */
static void
learn_first(struct normal *n, const struct measures *m, uint32_t salt)
{
	struct mode *mode = &n->mode[n->in_force];
	struct scene now;
	struct field usual;
	struct small old;

	small_of_thumb(&now.small, m->thumb);
	field_of(&now.field, &now.small);
	if (mode->seen > 0) {
		small_of_bytes(&old, mode->luma);
		field_of(&usual, &old);
		if (match_whole(&now.field, &usual) < LIGHT_AGREE)
			mode->seen = 0;
	}
	if (mode->seen < NORMAL_SEEN) {
		learn_three(n, m, &now.small);
		return;
	}
	compare_edges(mode, &now.field, &old, now.zone);
	mode_learn(n, m, &now, true, salt);
}

/* The same place in a light that agrees with no mode: a mode of its own, in
 * place of the one that is not in force. */
static void
learn_light(struct normal *n, const struct measures *m, int64_t at_us)
{
	struct mode *mode = &n->mode[!n->in_force];

	if (n->standing.pictures < LIGHT_PICTURES)
		return;
	if (!sharp_same_size(&n->mode[n->in_force].sharp, m) &&
	    !n->pinned.approved)
		n->pinned.set = false;
	mode_begin(mode, m);
	memcpy(mode->luma, n->standing.luma, sizeof(mode->luma));
	marks_learn(&mode->marks, &n->candidates, m->thumb, NULL);
	if (n->now.soft.sharp_permille >= LIGHT_SHARP_PERMILLE)
		sharp_learn(&mode->sharp, m, NULL);
	else
		mode->sharp = n->mode[n->in_force].sharp; /* blurred, too */
	mode->seen = LIGHT_PICTURES;
	n->in_force = !n->in_force;
	n->light_us = at_us;
	n->standing.pictures = 0;
	n->away = false;
}

/* By infrared much may be as dark as what is around it, so that its edges are
 * gone: a whole night is not to be compared with the day for that. */
static bool
by_other_eyes_for_long(const struct normal *n, int64_t at_us)
{
	return n->now.view == VIEW_LIGHT && by_other_eyes(&n->now) &&
	       at_us - n->standing.from_us >= EYES_US;
}

void
normal_learn(struct judge_feed *f, const struct sight *s,
    const struct scene *scene)
{
	const struct measures *m = &s->sample->measures;
	struct normal *n = &f->normal;
	struct mode *mode = &n->mode[n->in_force];

	if (s->sample->result != SAMPLE_OK || m->damage != 0 ||
	    s->at_us < n->moving_until_us || suspect(f))
		return;
	if (!n->proven)
		learn_first(n, m, f->samples);
	if (!scene->compared)
		return;
	if (n->now.hidden_permille > HIDDEN_SOME_PERMILLE &&
	    !by_other_eyes_for_long(n, s->at_us))
		return;
	if (n->now.view == VIEW_LIGHT)
		learn_light(n, m, s->at_us);
	if (n->now.view != VIEW_SAME && n->now.view != VIEW_BUSY)
		return;
	n->coarse = n->now.coarser ? (uint8_t)(n->coarse + 1) : 0;
	if (n->coarse >= COARSE_PICTURES) {
		mode->sharp.seen = 0; /* another rate: anew */
		n->coarse = 0;
	}
	/* what is well known is learned from every other picture: cheaper */
	if (mode->seen >= SEEN_WELL && (n->skip = !n->skip))
		return;
	mode_learn(n, m, scene,
	    mode->sharp.seen < SHARP_SETTLED ||
		n->now.soft.sharp_permille >= SHARP_LEARN_PERMILLE,
	    f->samples);
	if (!n->pinned.set && mode->seen >= SEEN_PINNED)
		normal_pin(n);
}
