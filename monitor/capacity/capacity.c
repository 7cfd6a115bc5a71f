/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/capacity/capacity.h"

#include <string.h>

#define MS 1000u
#define ROUTINE 1u /* the steps at which it begins */
#define PAGES 2u
#define STRETCH 3u
#define SHED 5u
#define CRITICAL 13u
#define STEP_LAST CAPACITY_STEPS
#define ONCE 256u	     /* an interval as long as when all is well */
#define RELAX_BY 2u	     /* .. a second, when it may be shorter again */
#define STEP_STORE PAGES     /* what a slow disk gains from, */
#define STEP_SLOW (SHED - 1) /* and pictures that are merely late */
#define PLACES 256u
#define SHED_BY (PLACES / (CRITICAL - SHED))
#define CRITICAL_BY (PLACES / (STEP_LAST + 1 - CRITICAL))
#define LOW 2u		  /* criticality up to it */
#define HIGH 4u		  /* and from it on */
#define PICTURES_LEAST 5u /* in the window: else they tell nothing */
#define STORM 4u	  /* a part of this many still learned, too */

/* A part of the work: late, or well on time; in between nothing is done. */
struct part {
	uint32_t bit;
	uint32_t late, easy;
};

static const struct part loop = { CAPACITY_LOOP, 500 * MS, 150 * MS };
static const struct part probes = { CAPACITY_PROBES, 500 * MS, 150 * MS };
static const struct part silence = { CAPACITY_PROBES, 2500 * MS, 1500 * MS };
static const struct part pictures = { CAPACITY_PICTURES, 100, 30 }; /* 1/1000 */
static const struct part overdue = { CAPACITY_PICTURES, 20, 5 }; /* as well */
static const struct part commits = { CAPACITY_STORE, 4000 * MS, 2000 * MS };
static const struct part queue = { CAPACITY_STORE, 16384, 2048 };

static const struct {
	const char *name, *text;
} levels[CAPACITY_LEVELS] = {
	[CAPACITY_OK] = { "ok", "All work is on time." },
	[CAPACITY_THUMBNAILS] = { "thumbnails",
	    "thumbnails are left out; all feeds are judged as ever." },
	[CAPACITY_STRETCHED] = { "stretched",
	    "pictures are judged more rarely, and thumbnails left out." },
	[CAPACITY_SHED] = { "shed",
	    "the pictures of some feeds are not judged (unknown: "
	    "over-capacity); connections are watched as ever." },
};

void
capacity_init(struct capacity *c)
{
	memset(c, 0, sizeof(*c));
	c->calm_us = CAPACITY_CALM_US;
	c->stretch[0] = c->stretch[1] = ONCE;
}

/* --- late, or not */

struct view {
	uint32_t late; /* bits */
	bool easy;     /* well on time */
};

static void
look(struct view *v, const struct part *p, uint32_t value)
{
	if (value >= p->late)
		v->late |= p->bit;
	v->easy = v->easy && value < p->easy;
}

static struct view
both(struct view a, struct view b)
{
	return (struct view){ a.late | b.late, a.easy && b.easy };
}

static uint32_t
late_permille(struct capacity *c, const struct capacity_load *l)
{
	uint64_t all = 0, late = 0;

	/* Who connects by the thousand wants pictures by the thousand, and
	 * those of feeds that are known wait among them: it passes. */
	bool storm = l->learning * STORM > l->wanted + l->learning;

	c->seconds[c->next].all = storm ? 0 : l->pictures + l->lost;
	c->seconds[c->next].late = storm ? 0 : l->slow + l->lost;
	c->next = (uint8_t)((c->next + 1) % CAPACITY_WINDOW);
	for (unsigned i = 0; i < CAPACITY_WINDOW; i++) {
		all += c->seconds[i].all;
		late += c->seconds[i].late;
	}
	return all < PICTURES_LEAST ? 0 : (uint32_t)(late * 1000 / all);
}

static uint32_t
permille(uint32_t part, uint32_t whole)
{
	return whole > 0 ? (uint32_t)((uint64_t)part * 1000 / whole) : 0;
}

struct views {
	struct view harm; /* to feeds, or to how connections are watched */
	struct view all;
};

static struct views
weigh(struct capacity *c)
{
	const struct capacity_load *l = &c->load;
	struct view loops = { .easy = true }, judged = loops, old = loops,
		    disk = loops;

	look(&loops, &loop,
	    l->loops > 0 ? (uint32_t)(l->loop_lags_us / l->loops) : 0);
	look(&loops, &probes, l->probe_lag_us);
	look(&loops, &silence, l->silent_us);
	look(&judged, &pictures, late_permille(c, l));
	look(&old, &overdue, permille(l->overdue, l->wanted));
	look(&disk, &commits, l->store_lag_us);
	look(&disk, &queue, l->store_queue);
	c->strained = !loops.easy || !judged.easy;
	return (struct views){ both(loops, old),
		both(both(loops, old), both(judged, disk)) };
}

/* --- up and down */

static uint8_t
most_for(const struct views *v)
{
	return v->harm.late != 0	       ? STEP_LAST
	       : v->all.late == CAPACITY_STORE ? STEP_STORE
					       : STEP_SLOW;
}

static bool
rise(struct capacity *c, const struct views *v, int64_t now_us)
{
	uint8_t most = most_for(v);

	c->behind_us = now_us;
	if (c->step >= most)
		return false;
	/* The descent was too early: the next takes longer. */
	if (c->fell_us != 0 && now_us - c->fell_us < 2 * c->calm_us) {
		c->calm_us *= 2;
		if (c->calm_us > CAPACITY_CALM_MOST_US)
			c->calm_us = CAPACITY_CALM_MOST_US;
	}
	c->fell_us = 0;
	c->why = v->all.late;
	c->step++;
	return true;
}

static bool
fall(struct capacity *c, int64_t now_us)
{
	c->easy_us = now_us;
	if (c->step == 0) { /* long calm at the foot: forget */
		if (c->fell_us != 0 && now_us - c->fell_us > 2 * c->calm_us) {
			c->calm_us = CAPACITY_CALM_US;
			c->fell_us = 0;
		}
		return false;
	}
	c->back_us[c->step] = now_us;
	c->step--;
	c->fell_us = now_us;
	c->falling = true;
	return true;
}

/* What the step asks for, as 1/256. */
static uint16_t
stretch_of(uint8_t step, bool critical)
{
	unsigned from = critical ? CRITICAL : STRETCH;

	return step < from ? ONCE : step == STRETCH ? ONCE * 3 / 2 : ONCE * 2;
}

/* Longer at once, shorter little by little; until then the last step down isn't
 * taken yet. */
static void
relax(struct capacity *c, int64_t now_us)
{
	for (unsigned i = 0; i < 2; i++) {
		uint16_t want = stretch_of(c->step, i == 1);

		if (c->stretch[i] <= want + RELAX_BY) {
			c->stretch[i] = want;
			continue;
		}
		c->stretch[i] = (uint16_t)(c->stretch[i] - RELAX_BY);
		if (c->fell_us != 0)
			c->fell_us = now_us;
	}
}

static bool
is_relaxed(const struct capacity *c)
{
	return c->stretch[0] == stretch_of(c->step, false) &&
	       c->stretch[1] == stretch_of(c->step, true);
}

bool
capacity_second(struct capacity *c, int64_t now_us)
{
	struct views v = weigh(c);
	bool shed = c->step >= STEP_SLOW;
	bool easy = c->step > STEP_SLOW ? v.harm.easy : v.all.easy;

	c->routine =
	    c->load.wanted / CAPACITY_ROUTINE_S + CAPACITY_ROUTINE_LEAST;
	c->load = (struct capacity_load){ 0 };
	relax(c, now_us);
	if (v.all.late == 0)
		c->behind_us = 0;
	else if (c->behind_us == 0)
		c->behind_us = now_us;
	if (!easy) {
		c->easy_us = 0;
		c->falling = false;
	} else if (c->easy_us == 0) {
		c->easy_us = now_us;
	}
	if (v.all.late != 0 && now_us - c->behind_us >=
				   (shed ? CAPACITY_SHED_US : CAPACITY_RISE_US))
		return rise(c, &v, now_us);
	if (easy && is_relaxed(c) &&
	    now_us - c->easy_us >=
		(c->falling ? CAPACITY_FURTHER_US : c->calm_us))
		return fall(c, now_us);
	return false;
}

/* --- what is left undone */

enum capacity_level
capacity_level(const struct capacity *c)
{
	return c->step >= SHED				    ? CAPACITY_SHED
	       : c->step >= STRETCH || c->stretch[0] > ONCE ? CAPACITY_STRETCHED
	       : c->step >= ROUTINE ? CAPACITY_THUMBNAILS
				    : CAPACITY_OK;
}

bool
capacity_strained(const struct capacity *c)
{
	return c->strained;
}

const char *
capacity_level_name(enum capacity_level level)
{
	return levels[level].name;
}

const char *
capacity_level_text(enum capacity_level level)
{
	return levels[level].text;
}

bool
capacity_routine(const struct capacity *c)
{
	return c->step < ROUTINE && c->routine > 0;
}

void
capacity_routine_made(struct capacity *c)
{
	if (c->routine > 0)
		c->routine--;
}

bool
capacity_pages(const struct capacity *c)
{
	return c->step < PAGES;
}

/* How many of the places are left out at that step. */
static uint32_t
left_out(uint8_t step, uint8_t criticality)
{
	if (criticality >= HIGH)
		return step < CRITICAL ? 0
				       : (step - CRITICAL + 1u) * CRITICAL_BY;
	if (step < SHED)
		return 0;
	return (step - SHED + 1u) * SHED_BY * (criticality <= LOW ? 2 : 1);
}

static bool
samples_at(uint8_t step, const struct capacity_feed *f)
{
	return f->odd || f->place >= left_out(step, f->criticality);
}

bool
capacity_samples(const struct capacity *c, const struct capacity_feed *f)
{
	return samples_at(c->step, f);
}

bool
capacity_owes(const struct capacity *c, const struct capacity_feed *f,
    int64_t now_us)
{
	if (!samples_at(c->step, f))
		return false;
	for (unsigned k = c->step + 1u; k <= STEP_LAST; k++)
		if (!samples_at((uint8_t)k, f)) /* it came back when k ended */
			return c->back_us[k] == 0 ||
			       now_us - c->back_us[k] > CAPACITY_BACK_US;
	return true;
}

int64_t
capacity_due(const struct capacity *c, const struct capacity_feed *f,
    int64_t now_us)
{
	bool critical = f->criticality >= HIGH;
	uint16_t times = stretch_of(c->step, critical);
	int64_t stretched;

	if (!capacity_samples(c, f))
		return now_us + CAPACITY_LOOK_US;
	if (times < c->stretch[critical])
		times = c->stretch[critical];
	if (times == ONCE || f->odd || f->last_us == 0)
		return f->due_us;
	stretched = f->last_us + f->interval_us * times / ONCE;
	return f->due_us > stretched ? f->due_us : stretched;
}
