/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same picture again and again, whatever encoder stands between.
 *
 * Exact: keyframe after keyframe the same. Reproduced: at constant bitrate
 * the quantiser wanders, so neighbours differ, but it comes back to values it
 * had, and then nearly all textured blocks equal those of one of the last
 * dozen keyframes bit by bit. Sensor noise never does that. Slow: fewer
 * blocks come back, but over minutes far more than this feed showed in life.
 * A source without noise (rendered, heavily denoised) shows equal blocks
 * beside its motion; for it only a long time without any motion counts.
 */
#include "monitor/judge/feed.h"

#define SECOND 1000000
#define EXACT_PERMILLE 990u /* of the blocks outside a clock's rows */
#define EXACT_Q8 3u	    /* and a hundredth of a level elsewhere */
#define EXACT_RUN 2u	    /* comparisons, so three pictures */
#define STRONG_PERMILLE 800u
#define STRONG_NEARER 4u /* the nearest, so many times nearer than usual */
#define STRONG_COUNT 3u
#define STRONG_US (15 * SECOND)
#define SLOW_PERMILLE 250u
#define SLOW_BEST_PERMILLE 750u
#define SLOW_EVEN_PERMILLE 650u /* noise keeps all pairs apart alike */
#define SLOW_SAMPLES 12u
#define SLOW_US (60 * SECOND)
#define QUIET_SAMPLES 5u
#define BELOW_OVER_PERMILLE 40u
#define OVER_LIFE_PERMILLE 150u
#define SILENT_PERMILLE                                                        \
	400u /* blocks that come back beside motion: no noise                  \
	      */
#define SILENT_QUIET_PERMILLE 300u /* .. or in quiet that ended */
#define LIFE_KNOWN 4u
#define NOISY_PERCENT 45u
#define SILENT_US (60ll * SECOND)
#define SILENT_TIMES 3
#define SILENT_MOST_US (300ll * SECOND)
#define UNPROVEN_US (12ll * SECOND)  /* no life was ever seen */
#define MODE_NEW_US (900ll * SECOND) /* what is usual there isn't known yet */
#define MODE_BRIEF_US (120ll * SECOND)
#define MONO_Q8 (3u * 256 / 2) /* mean |U-128| + |V-128|, night by infrared */
#define COLOUR_Q8 (3u * 256)
#define DRIFT_PERCENT 15u /* the first quiet picture is not the nearest */
#define AS_BRIGHT_PERCENT 75u
#define FLOOR_NEW 8u
#define FLOOR_KNOWN 4u
#define FLOOR_DOWN 4u
#define FLOOR_UP 64u
#define SUSPECT_US (900ll * SECOND) /* none of the signs takes longer */
#define BLOCKS_LEAST 12u /* a picture with less texture proves nothing */

static void
forget(struct frozen *z, int64_t at_us)
{
	z->quiet_us = at_us;
	z->exact_us = at_us;
	z->exact_run = 0;
	z->samples = 0;
	z->strong = 0;
	z->equal_sum = 0;
	z->recent_permille = 0;
	z->best_permille = 0;
	z->uneven_permille = 0;
	z->anchor_q8 = 0;
}

static uint32_t
towards(uint32_t old, uint32_t value, uint16_t seen)
{
	uint32_t weight = seen < 16 ? seen + 1u : 16u;

	return value > old ? old + (value - old) / weight
			   : old - (old - value) / weight;
}

static bool
silent(const struct frozen *z)
{
	return z->life_seen > 0 &&
	       (z->life_permille >= SILENT_PERMILLE ||
		   z->quiet_permille >= SILENT_QUIET_PERMILLE);
}

/* The calm difference while the source lives, near its lowest: clouds, lamps
 * and traffic lift it, a stop of these is no freeze. */
static uint32_t
floor_towards(const struct frozen *z, uint32_t near_q8)
{
	if (z->floor.seen < FLOOR_NEW)
		return towards(z->floor.q8, near_q8, z->floor.seen);
	if (near_q8 < z->floor.q8)
		return z->floor.q8 - (z->floor.q8 - near_q8) / FLOOR_DOWN;
	return z->floor.q8 + (near_q8 - z->floor.q8) / FLOOR_UP;
}

/* In less light noise is coded away and contrast is less: life looks quieter
 * then than it ever did. As slow as what it goes with. */
static uint16_t
level_towards(const struct frozen *z)
{
	uint32_t old = z->floor.level_q8, now = z->level_q8;

	if (old == 0)
		return (uint16_t)now;
	if (z->floor.seen < FLOOR_NEW)
		return (uint16_t)towards(old, now, z->floor.seen);
	return (uint16_t)((old * (FLOOR_UP - 1) + now) / FLOOR_UP);
}

static bool
as_bright(const struct frozen *z)
{
	return z->level_q8 * 100u >= z->floor.level_q8 * AS_BRIGHT_PERCENT &&
	       z->level_q8 * AS_BRIGHT_PERCENT <= z->floor.level_q8 * 100u;
}

/* A quiet time has ended with life: so it was life too. */
static void
learn_quiet(struct frozen *z)
{
	if (z->samples < QUIET_SAMPLES)
		return;
	if (z->recent_permille > z->quiet_permille)
		z->quiet_permille = (uint16_t)z->recent_permille;
	if (z->near_q8 < z->floor.q8)
		z->floor.q8 = (z->floor.q8 + z->near_q8) / 2;
}

/* What this feed is like while it lives. A time that was called frozen teaches
 * nothing: or the second freeze would be taken for its usual quiet. */
static void
learn(struct frozen *z, const struct contrast *c, int64_t at_us, bool called)
{
	int64_t quiet = at_us - z->quiet_us;

	/* the highest of late: how much of a picture can come back */
	z->life_permille -= z->life_permille / 16;
	if (c->equal_permille > z->life_permille)
		z->life_permille = c->equal_permille;
	if (!called)
		learn_quiet(z);
	if (z->life_seen < UINT16_MAX)
		z->life_seen++;
	z->life_excess =
	    towards(z->life_excess, c->excess_percent, z->floor.seen);
	z->floor.q8 = floor_towards(z, c->near_q8);
	z->floor.level_q8 = level_towards(z);
	if (z->floor.seen < UINT16_MAX)
		z->floor.seen++;
	if (!called && silent(z) && quiet > z->longest_us)
		z->longest_us = quiet;
}

/* How long nothing may happen before pictures that come back mean frozen.
 * Where life was hardly above what coding makes, it may have been without
 * noise: then neighbours must be equal, or a minute must pass. */
static int64_t
patience(const struct frozen *z, int64_t at_us)
{
	int64_t us = z->longest_us * SILENT_TIMES;
	bool strange =
	    z->floor.from_us != 0 && at_us - z->floor.from_us < MODE_NEW_US;

	if (z->life_seen == 0)
		return UNPROVEN_US;
	if (!silent(z) &&
	    ((z->life_excess >= NOISY_PERCENT && !strange) ||
		(z->exact_run >= EXACT_RUN && z->life_seen >= LIFE_KNOWN)))
		return 0;
	if (strange)
		return SILENT_MOST_US;
	if (us < SILENT_US)
		us = SILENT_US;
	return us < SILENT_MOST_US ? us : SILENT_MOST_US;
}

/* Equal but for a clock: no low noise under coarse coding. */
static bool
same(const struct pair *p)
{
	return p->identical || (p->outside_permille >= EXACT_PERMILLE &&
				   p->calm_q8 <= EXACT_Q8);
}

/* A quantiser came back, and with it the picture: much nearer than the others
 * of the dozen, which low noise under coarse coding is not. */
static bool
came_back(const struct contrast *c)
{
	if (c->outside_permille >= EXACT_PERMILLE && c->near_q8 <= EXACT_Q8)
		return true;
	return !c->intra_only && c->equal_permille >= STRONG_PERMILLE &&
	       c->near_q8 * STRONG_NEARER <= c->mid_q8;
}

static void
gather(struct frozen *z, const struct contrast *c, int64_t at_us)
{
	z->samples++;
	z->intra_only = c->intra_only;
	z->equal_sum += c->equal_permille;
	z->recent_permille =
	    towards(z->recent_permille, c->equal_permille, z->samples);
	z->near_q8 = towards(z->near_q8, c->near_q8, z->samples);
	if (c->anchor_q8 != UINT32_MAX)
		z->anchor_q8 =
		    z->anchor_q8 == 0
			? c->anchor_q8
			: towards(z->anchor_q8, c->anchor_q8, z->samples);
	z->uneven_permille = towards(z->uneven_permille,
	    c->mid_q8 == 0 ? 0 : c->near_q8 * 1000u / c->mid_q8, z->samples);
	if (c->equal_permille > z->best_permille)
		z->best_permille = c->equal_permille;
	if (came_back(c))
		z->strong++;
	if (same(&c->adjacent)) {
		z->exact_run++;
	} else {
		z->exact_run = 0;
		z->exact_us = at_us;
	}
}

/* Against the feed's own life, where the coder makes each picture anew: nothing
 * moves, neighbours lie nearer than they ever did in life, so does the first of
 * the quiet pictures (light drifts, and pictures are taken close together when
 * something looks odd; a frozen one stays), and more blocks come back than ever
 * did in life or in a quiet time that ended. The less of both, the longer it
 * takes. */
static uint8_t
below_life(const struct frozen *z, int64_t quiet)
{
	static const struct below {
		uint16_t samples;
		uint16_t over_permille;
		uint16_t percent; /* of the difference usual in life */
		uint8_t sure;
		int64_t us;
	} steps[] = {
		{ 12, 200, 60, 85, 60ll * SECOND },
		{ 20, 40, 75, 75, 200ll * SECOND },
	};
	uint32_t most = z->life_permille > z->quiet_permille
			    ? z->life_permille
			    : z->quiet_permille;

	/* coded picture by picture, what is the same comes out the same */
	if (z->floor.seen < FLOOR_KNOWN || z->intra_only || !as_bright(z))
		return 0;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (z->samples >= steps[i].samples && quiet >= steps[i].us &&
		    z->recent_permille >= most + steps[i].over_permille &&
		    z->recent_permille * 2 >= most * 3 &&
		    z->near_q8 * 100 <= z->floor.q8 * steps[i].percent &&
		    z->anchor_q8 * 100 <=
			z->floor.q8 * (steps[i].percent + DRIFT_PERCENT))
			return steps[i].sure;
	return 0;
}

/* 0: no sign of a frozen source; else how sure the signs make. */
static uint8_t
sureness(const struct frozen *z, int64_t quiet)
{
	uint32_t usual = silent(z) ? 0 : z->life_permille;

	if (z->exact_run >= EXACT_RUN)
		return 97;
	if (z->strong >= STRONG_COUNT && quiet >= STRONG_US)
		return 93;
	if (!z->intra_only && z->samples >= SLOW_SAMPLES && quiet >= SLOW_US &&
	    z->best_permille >= SLOW_BEST_PERMILLE &&
	    z->recent_permille >= SLOW_PERMILLE &&
	    z->uneven_permille <= SLOW_EVEN_PERMILLE &&
	    z->recent_permille >= usual + OVER_LIFE_PERMILLE)
		return 85;
	return below_life(z, quiet);
}

static struct opinion
weigh(const struct frozen *z, int64_t at_us)
{
	int64_t quiet = at_us - z->quiet_us;
	uint8_t sure = sureness(z, quiet);

	if (sure > 0 && quiet >= patience(z, at_us))
		return (struct opinion){ SAY_BAD,
			silent(z) ? (uint8_t)70 : sure, z->quiet_us };
	/* what has not come to a call by now is what a quiet night is like, and
	 * may be learned from */
	if (quiet >= SUSPECT_US)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	if (sure > 0 || z->exact_run > 0 || z->strong > 0 ||
	    z->recent_permille >= z->life_permille + BELOW_OVER_PERMILLE)
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (struct opinion){ SAY_NOTHING, 0, 0 };
}

static bool
called(const struct judge_feed *f)
{
	const struct detector *d;

	return detector_state_of(f, CAUSE_FROZEN, &d)->called;
}

/* Colour came or went: by infrared the camera has another floor, and no dusk.
 * Something of colour that passes a grey scene is none of this: soon all is as
 * it was. */
static void
follow_light(struct frozen *z, const struct measures *m, int64_t at_us)
{
	bool mono = m->saturation_q8 < (z->mono ? COLOUR_Q8 : MONO_Q8);
	bool back =
	    z->floor.from_us != 0 && at_us - z->floor.from_us < MODE_BRIEF_US;

	if (mono == z->mono)
		return;
	z->mono = mono;
	if (z->life_seen == 0)
		return;
	if (back) {
		z->floor = z->before;
		return;
	}
	z->before = z->floor;
	z->floor = (struct calm){ .from_us = at_us, .q8 = z->before.q8 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	struct frozen *z = &f->frozen;
	const struct contrast *c = s->contrast;

	if (c == NULL || !s->clean)
		return (struct opinion){ SAY_NOTHING };
	if (f->black.blank || f->white.blank || f->card) {
		forget(z, s->at_us);
		return (struct opinion){ SAY_NOTHING };
	}
	z->level_q8 = (uint16_t)s->sample->measures.mean_q8;
	follow_light(z, &s->sample->measures, s->at_us);
	if (c->first) {
		forget(z, s->at_us);
		return (struct opinion){ SAY_NOTHING };
	}
	if (s->sign != SIGN_NONE) {
		learn(z, c, s->at_us, called(f));
		forget(z, s->at_us);
		return (struct opinion){ SAY_GOOD };
	}
	if (c->blocks < BLOCKS_LEAST && !c->adjacent.identical)
		return (struct opinion){ SAY_NOTHING };
	gather(z, c, s->at_us);
	if (z->samples == 1)
		history_anchor(&f->history);
	return weigh(z, s->at_us);
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct frozen *z = &f->frozen;

	evidence_number(e, "equal_pictures", z->exact_run + 1, 1);
	evidence_number(e, "equal_blocks", z->recent_permille, 1000);
	evidence_number(e, "equal_blocks_usual", z->life_permille, 1000);
	evidence_number(e, "difference", f->contrast.near_q8, 256);
	evidence_number(e, "difference_usual", z->floor.q8, 256);
	evidence_number(e, "reproduced", z->strong, 1);
	evidence_number(e, "compared", z->samples, 1);
	evidence_number(e, "quiet_s", (f->now_us - z->quiet_us) / 1000, 1000);
}

const struct detector detector_frozen = {
	.name = "frozen",
	.cause = CAUSE_FROZEN,
	.hushed_by = 1ull << CAUSE_BLACK | 1ull << CAUSE_NO_SIGNAL |
		     1ull << CAUSE_LOOPED | 1ull << CAUSE_COVERED,
	.on = 1,
	.off = 2,
	.look = look,
	.tell = tell,
};
