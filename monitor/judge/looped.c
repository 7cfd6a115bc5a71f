/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording played in place of the live picture.
 *
 * Copied as it was coded: groups of units come again with the very same sizes,
 * one after the other, all at one lag. Live pictures never do that; a print
 * alone may (one group sent twice, a server's buffer played again at a new
 * connection), so that it takes some of them, over half a minute or the whole
 * of a shorter loop.
 *
 * Pictures: where the loop lasts whole groups of pictures, or a few rounds of
 * it do, its keyframes come again one after the other: to the bit (again.h), or
 * encoded anew (reel.h).
 *
 * Encoded anew: the curve of activity goes as it went one lag before, for a
 * minute or, where the coder keeps to a bitrate and hides more of it, for four.
 * Where nothing moves there is nothing to be told: the curve then is noise and
 * a clock.
 */
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000ll
#define KEPT_ONE_IN 64u
#define DS_US (SECOND / 10)
#define DS_MASK 0xffffffll
#define LAG_LEAST_US (SECOND / 2)
#define SLACK_US (3 * SECOND / 2) /* arrival comes in bursts .. */
#define SLACK_SHARE 200		  /* .. and clocks drift: 1/200 of the lag */
#define HITS_CALL 3u
#define HITS_TIMES 2u		    /* as many as new prints among them */
#define CYCLE_MOST_US (30 * SECOND) /* of a coder, or .. */
#define CYCLE_GOPS 4		    /* .. so many groups of pictures */
#define MOVED_LATELY_US (60 * SECOND)
#define MIN_TIMES 8u /* units of a still picture differ by far more */
#define UNITS_LEAST 4u
#define LEARNED 6u /* accounts */
#define FELL_PERCENT 50u
#define CHANGE_Q8 (5 * 256 / 2) /* coding a still picture: below one level */
#define CHANGED_CELLS 2u
#define SPAN_LEAST_US (10 * SECOND)
#define SPAN_MOST_US (30 * SECOND)
#define MISSES_CLEAR 6u
#define MISSES_CLEAR_US (20 * SECOND)
#define HIT_LASTS_US (60 * SECOND) /* and two lags, without any other */
#define WEIGH_BINS 60u		   /* how often the curve is weighed, 30 s */
#define FAR_TURNS 8u		   /* and how seldom the whole of it */
#define LAG_LEAST_BINS 8u	   /* 4 s: less is a rhythm */
#define LAG_NEAR_BINS 1300u
#define FAR_MS 500000u	 /* a match beyond is looked for each time */
#define FINE_TURNS 2u	 /* how often the tenths are */
#define KEEP_PERCENT 75u /* of what calls it */
#define CALM_SURE 800
#define CALM_TIMES                                                             \
	3 /* a lamp that goes round is like itself in these alone              \
	   */
#define LIKE_COPIED 990
#define TURNS 6u /* groups of pictures to a round of the coder's */
#define LIKE_INTRA 800
#define CYCLE_SLACK_MS 250u
#define CYCLE_UNKNOWN_MS 20000u
#define RIVAL_HALVES 80 /* percent of the likeness, at lags near by */
#define RIVAL_FINE 70
#define RIVAL_SWING 60
#define RHYTHM_PERCENT 70   /* of the likeness, at lags too short for a loop */
#define SCENE_Q8 (6 * 256u) /* another scene: so far off on the mean */
#define SCENE_SLACK_MS 300u
#define SCENE_PAIRS 2u
#define MATCH_HITS 2u
#define MATCH_MISSES 3u
#define EDGE_ROWS 2u
#define MOVED_INNER 5u /* cells, so that it is no clock or lamp .. */
#define MOVED_ALL 16u  /* .. or, with the rows of text */

/* How alike the curve must be: itself and its worst part, per mille, how many
 * times (x 10) more than at other lags, and in how many of its moments
 * (percent) at all. By tenths the times are deviations of what chance has;
 * live scenes reach five, in three quarters of the moments. */
struct enough {
	int16_t like;
	int16_t worst;
	int16_t times_x10;
	int16_t share;
};

static const struct alike { /* either is enough; shortest window first */
	uint16_t window;    /* bins */
	bool fine;	    /* tenths of a second; else halves */
	uint8_t sure;
	struct enough either;
	struct enough or ;
} alike[] = {
	{ 120, false, 90, { 960, 880, 20, 87 }, { 960, 880, 20, 87 } },
	{ 240, false, 88, { 620, 400, 20, 87 }, { 420, 250, 80, 87 } },
	{ 1200, true, 85, { 250, 120, 55, 87 }, { 350, 200, 45, 90 } },
	{ 2000, true, 85, { 200, 100, 55, 85 }, { 300, 180, 45, 90 } },
};
#define KINDS (sizeof(alike) / sizeof(alike[0]))
#define HALVES 2u

struct hit {
	int64_t at_us;
	int64_t lag_us;
};

static struct print_slot *
recent_slot(struct looped *l, uint32_t print)
{
	return &l->recent[print % LOOPED_RECENT];
}

static struct print_slot *
kept_slot(struct looped *l, uint32_t print)
{
	return &l->kept[print % LOOPED_KEPT];
}

static bool
is_kept(uint32_t print)
{
	return (print >> 16) % KEPT_ONE_IN == 0;
}

/* What the place does not say of a print, of those kept apart either. */
static uint16_t
tag_of(uint32_t print)
{
	return (uint16_t)(print >> 16 ^ print >> 8);
}

static bool
holds(const struct print_slot *s, uint32_t print)
{
	uint16_t tag = tag_of(print);

	return s->tag[0] == (tag & 255u) && s->tag[1] == tag >> 8;
}

static uint32_t
slot_ds(const struct print_slot *s)
{
	return s->at_ds[0] | (uint32_t)s->at_ds[1] << 8 |
	       (uint32_t)s->at_ds[2] << 16;
}

static bool
is_empty(const struct print_slot *s)
{
	return slot_ds(s) == 0;
}

static int64_t
ds_of(const struct looped *l, int64_t at_us)
{
	return (at_us - l->base_us) / DS_US;
}

/* The moment that a slot tells: the last one before at_us that ends so. */
static int64_t
slot_us(const struct looped *l, const struct print_slot *s, int64_t at_us)
{
	int64_t now = ds_of(l, at_us);
	int64_t age = (now - slot_ds(s)) & DS_MASK;

	return l->base_us + (now - age) * DS_US;
}

static void
put(const struct looped *l, struct print_slot *s, uint32_t print, int64_t at_us)
{
	uint32_t ds = (uint32_t)(ds_of(l, at_us) & DS_MASK);
	uint16_t tag = tag_of(print);

	if (ds == 0)
		ds = 1; /* none is empty */
	*s = (struct print_slot){ { (uint8_t)tag, (uint8_t)(tag >> 8) },
		{ (uint8_t)ds, (uint8_t)(ds >> 8), (uint8_t)(ds >> 16) } };
}

/* Whether two lags are one and the same. */
static bool
agree(int64_t a, int64_t b)
{
	int64_t apart = a > b ? a - b : b - a;

	return apart <= SLACK_US + (a < b ? a : b) / SLACK_SHARE;
}

/* Some rounds later, when the rounds between were not kept. A lag within the
 * slack of anything proves nothing. */
static bool
multiple(int64_t lag, int64_t of)
{
	int64_t times = (lag + of / 2) / of;

	return times > 1 && of > 4 * SLACK_US && agree(lag, times * of);
}

static void
hit(struct looped *l, const struct hit *h)
{
	bool same = l->hits > 0 && (agree(h->lag_us, l->lag_us) ||
				       multiple(h->lag_us, l->lag_us));

	if (!same && l->hits > 0 && multiple(l->lag_us, h->lag_us)) {
		l->lag_us = h->lag_us; /* the shorter one is the loop's */
		same = true;
	}
	if (!same) {
		l->lag_us = h->lag_us;
		l->first_us = h->at_us;
		l->hits = 0;
		l->missed = 0;
	}
	l->hits++;
	l->misses = 0;
	l->last_us = h->at_us;
}

/* Whether the print would be known had it been there one lag ago: nothing
 * newer than that took its place. */
static bool
would_be_known(const struct looped *l, const struct print_slot *s,
    int64_t at_us)
{
	int64_t then = at_us - l->lag_us;

	if (then < l->base_us)
		return false;
	return is_empty(s) || slot_us(l, s, at_us) <= then + SLACK_US;
}

static void
miss(struct looped *l, uint32_t print, int64_t at_us)
{
	if (l->hits == 0)
		return;
	if (!would_be_known(l, recent_slot(l, print), at_us) &&
	    !(is_kept(print) && would_be_known(l, kept_slot(l, print), at_us)))
		return;
	l->missed++;
	if (l->misses < 255)
		l->misses++;
	if (l->misses >= MISSES_CLEAR && at_us - l->last_us >= MISSES_CLEAR_US)
		l->hits = 0;
}

static void
take(struct looped *l, uint32_t print, int64_t at_us)
{
	const struct print_slot *s = recent_slot(l, print);
	struct hit h = { at_us, 0 };

	if (!holds(s, print) || is_empty(s))
		s = kept_slot(l, print);
	if (holds(s, print) && !is_empty(s))
		h.lag_us = at_us - slot_us(l, s, at_us);
	if (h.lag_us >= LAG_LEAST_US)
		hit(l, &h);
	else
		miss(l, print, at_us);
	put(l, recent_slot(l, print), print, at_us);
	if (is_kept(print))
		put(l, kept_slot(l, print), print, at_us);
}

/* The account's prints in the order of their groups. */
static void
take_all(struct looped *l, const struct account *a)
{
	uint16_t done = 0;

	for (unsigned n = 0; n < ACCOUNT_PRINTS; n++) {
		unsigned oldest = ACCOUNT_PRINTS;

		for (unsigned i = 0; i < ACCOUNT_PRINTS; i++) {
			if (a->print[i] == 0 || done >> i & 1u)
				continue;
			if (oldest == ACCOUNT_PRINTS ||
			    a->print_age_ms[i] > a->print_age_ms[oldest])
				oldest = i;
		}
		if (oldest == ACCOUNT_PRINTS)
			return;
		done |= (uint16_t)(1u << oldest);
		take(l, a->print[oldest],
		    a->to_us - a->print_age_ms[oldest] * 1000ll);
	}
}

static int64_t
span_needed(int64_t lag_us)
{
	return lag_us < SPAN_LEAST_US  ? SPAN_LEAST_US
	       : lag_us > SPAN_MOST_US ? SPAN_MOST_US
				       : lag_us;
}

/* It moves, or is too long for a coder's cycle. */
static bool
no_cycle(const struct looped *l)
{
	return l->moving_us >= l->first_us || l->lag_us >= l->cycle_us;
}

static struct opinion
weigh_prints(struct looped *l, int64_t at_us)
{
	if (at_us - l->last_us > 2 * l->lag_us + HIT_LASTS_US)
		l->hits = 0;
	if (l->hits == 0)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	if (l->misses > 0)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	/* the last group lasts a while, too */
	if (l->hits >= HITS_CALL && l->hits >= HITS_TIMES * l->missed &&
	    l->last_us - l->first_us + SLACK_US >= span_needed(l->lag_us) &&
	    no_cycle(l))
		return (struct opinion){ SAY_BAD, 97, l->first_us };
	return (struct opinion){ SAY_ODD, 0, 0 };
}

/* --- what moves */

/* Whether the newest keyframe differs from the one before, whatever came before
 * that: in a loop all comes back. */
static bool
differs(const struct history *h)
{
	const struct note *a = &h->ring[(h->next + HISTORY - 1) % HISTORY];
	const struct note *b = &h->ring[(h->next + HISTORY - 2) % HISTORY];
	unsigned cells = 0;

	if (h->count < 2)
		return false;
	for (unsigned i = EDGE_ROWS * COARSE_W;
	     i < (COARSE_H - EDGE_ROWS) * COARSE_W; i++)
		cells += abs(a->coarse[i] - b->coarse[i]) >= CHANGE_Q8;
	return cells >= CHANGED_CELLS;
}

/* Hardly anything is in the units, against what the feed showed in life. */
static bool
fell(const struct stream *s, uint64_t mean)
{
	return s->learned >= LEARNED &&
	       mean * 100 < s->inter_low * FELL_PERCENT;
}

/* A frozen picture's coder may fall into a cycle, and its sizes come again like
 * those of a loop: but then some units of a group hold nothing at all, or all
 * of them little. Whole groups are weighed, however short the accounts. */
static void
see_units(struct judge_feed *f, const struct account *a)
{
	struct looped *l = &f->looped;
	uint32_t inter = a->units - a->keyframes;
	int64_t enough = f->stream.gop_us + f->stream.gop_us / 4;
	uint64_t mean;

	if (a->codec == CODEC_MJPEG && a->units >= UNITS_LEAST)
		l->moving_us = a->to_us;
	if (a->codec == CODEC_MJPEG || a->keyframes >= a->units)
		return;
	if (l->units == 0 || a->inter_min_bytes < l->units_least)
		l->units_least = a->inter_min_bytes;
	l->units += inter;
	l->units_bytes += (uint64_t)inter * a->inter_mean_bytes;
	l->units_us += a->to_us - a->from_us;
	if (l->units < UNITS_LEAST || l->units_us < enough)
		return;
	mean = l->units_bytes / l->units;
	if ((uint64_t)l->units_least * MIN_TIMES >= mean &&
	    !fell(&f->stream, mean))
		l->moving_us = a->to_us;
	l->units = 0;
	l->units_us = 0;
	l->units_bytes = 0;
}

/* 0: not known well. */
static uint32_t
calm_in_life(const struct judge_feed *f)
{
	return f->frozen.life_seen < LEARNED ? 0 : f->frozen.floor.q8;
}

static void
see_motion(struct judge_feed *f)
{
	struct looped *l = &f->looped;

	if (f->sample_us == l->seen_us)
		return;
	if (differs(&f->history))
		l->differ_us = l->moving_us = f->sample_us;
	again_take(&l->again, &f->history, &f->contrast, calm_in_life(f));
	l->seen_us = f->sample_us;
	for (unsigned i = 0; i < CELL_BYTES; i++)
		l->moved[0][i] |= f->contrast.hot_cell[i];
}

/* --- encoded anew */

/* More moves than a clock or a lamp. */
static bool
moves(const struct looped *l)
{
	unsigned inner = 0, all = 0;

	for (unsigned i = 0; i < COARSE; i++) {
		unsigned row = i / COARSE_W;
		unsigned bits = l->moved[0][i / 8] | l->moved[1][i / 8];

		if (!(bits >> i % 8 & 1u))
			continue;
		all++;
		inner += row >= EDGE_ROWS && row < COARSE_H - EDGE_ROWS;
	}
	return inner >= MOVED_INNER || all >= MOVED_ALL;
}

static void
forget_motion(struct looped *l)
{
	memcpy(l->moved[1], l->moved[0], sizeof(l->moved[1]));
	memset(l->moved[0], 0, sizeof(l->moved[0]));
}

/* Whether one lag is the other, or rounds of it; ms. */
static bool
same_loop(uint32_t a, uint32_t b)
{
	uint32_t big = a > b ? a : b, small = a > b ? b : a, off;

	if (small == 0)
		return false;
	off = big % small;
	off = off > small / 2 ? small - off : off;
	return off <= 500 + big / small * 250 && off * 4 < small;
}

static int64_t
bins_us(unsigned kind, unsigned bins)
{
	return (int64_t)bins * ACCOUNT_BIN_US *
	       (alike[kind].fine ? 1 : CURVE_TENTHS);
}

/* Of one round. */
static uint32_t
lag_ms(unsigned kind, const struct curve_match *m)
{
	uint32_t ms = (uint32_t)(bins_us(kind, m->lag) / 1000);

	return m->rounds > 1 ? ms / m->rounds : ms;
}

static bool
reaches(const struct curve_match *m, const struct enough *e, int percent)
{
	return m->like * 100 >= e->like * percent &&
	       m->worst * 100 >= e->worst * percent &&
	       m->like * 1000 >= m->other * e->times_x10 * percent &&
	       m->share * 100 >= e->share * percent;
}

/* What goes round faster than a loop is a lamp, a fan or the coder; unless it
 * is the very same each time: then it is a copy as coded, several to a lag. */
static bool
is_rhythm(const struct curve_match *m)
{
	return m->like < LIKE_COPIED &&
	       m->rhythm * 100 >= m->like * RHYTHM_PERCENT;
}

/* A loop is like itself at its lag and at rounds of it, nowhere between. What a
 * coder does comes again at any number of groups, and so at many lags. */
static bool
stands_alone(unsigned kind, const struct curve_match *m)
{
	return m->like >= LIKE_COPIED ||
	       m->rival * 100 <=
		   m->like * (alike[kind].fine ? RIVAL_FINE : RIVAL_HALVES);
}

static bool
enough(unsigned kind, const struct curve_match *m, int percent)
{
	if (m->lag == 0 || is_rhythm(m) ||
	    (!alike[kind].fine && m->calm * CALM_TIMES < m->like))
		return false;
	return reaches(m, &alike[kind].either, percent) ||
	       reaches(m, &alike[kind].or, percent);
}

/* Light that comes and goes (clouds) swings the half seconds to and fro: they
 * are more alike than the tenths, and so at many lags. */
static bool
swings(unsigned kind, const struct curve_match *m,
    const struct curve_match *halves)
{
	return alike[kind].fine && halves->like >= m->like &&
	       halves->rival * 100 > halves->like * RIVAL_SWING;
}

static void
match_goes_on(struct looped *l, unsigned kind, const struct curve_match *m,
    int64_t at_us)
{
	if (l->match_hits == 0 || !same_loop(lag_ms(kind, m), l->match_ms)) {
		l->match_hits = 0;
		l->match_us = at_us - bins_us(kind, m->window);
	}
	if (l->match_hits < 255)
		l->match_hits++;
	l->match_misses = 0;
	l->match = *m;
	l->match_kind = (uint8_t)kind;
	l->match_ms = lag_ms(kind, m);
}

/* What was called stays while its own window is still somewhat like. */
static void
match_fails(struct looped *l, const struct curve_match *m)
{
	unsigned kind = l->match_kind;

	if (l->match_hits == 0)
		return;
	if (enough(kind, &m[kind], KEEP_PERCENT) &&
	    !swings(kind, &m[kind], &m[HALVES - 1]) &&
	    same_loop(lag_ms(kind, &m[kind]), l->match_ms))
		l->match_misses = 0;
	else if (++l->match_misses >= MATCH_MISSES)
		l->match_hits = 0;
}

static void
compare(const struct judge_feed *f, struct curve_match m[KINDS])
{
	const struct looped *l = &f->looped;
	bool far = l->turns % FAR_TURNS == 0 ||
		   (l->match_hits > 0 && l->match_ms > FAR_MS);
	struct curve_lags best;

	for (unsigned i = 0; i < KINDS; i++)
		m[i] = (struct curve_match){ .window = alike[i].window };
	curve_weigh(&l->curve, LAG_LEAST_BINS,
	    far ? CURVE_COARSE : LAG_NEAR_BINS, f->stream.rhythm_us, m, HALVES,
	    &best);
	if (l->match_hits > 0 || l->turns % FINE_TURNS == 0)
		curve_refine(&l->curve, f->stream.rhythm_us, &best, &m[HALVES],
		    KINDS - HALVES);
}

/* At constant bitrate groups of pictures take turns, some to a round, and where
 * they do not last whole bins, what is left of them comes again at other short
 * lags too: such a lag must be a copy; likewise a longer one where it is not
 * known how long they last. */
static bool
coders_cycle(const struct judge_feed *f, const struct curve_match *m,
    uint32_t lag)
{
	uint32_t rhythm = f->stream.rhythm_us / 1000;
	uint32_t most =
	    rhythm == 0 ? CYCLE_UNKNOWN_MS : TURNS * rhythm + CYCLE_SLACK_MS;

	return lag <= most && m->like < LIKE_COPIED;
}

/* Where each picture is coded by itself and no rate is kept, nothing hides the
 * curve: a loop is nearly the same again, a lamp is only like itself. */
static bool
clear_enough(const struct judge_feed *f, const struct curve_match *m)
{
	return f->stream.codec != CODEC_MJPEG || m->like >= LIKE_INTRA;
}

/* Keyframes differ; or, where they may fall on moments that hardly do, every
 * unit between them holds something and all of the curve is alike. */
static bool
moved_lately(const struct judge_feed *f, const struct curve_match *m,
    int64_t at_us)
{
	const struct looped *l = &f->looped;

	if (at_us - l->differ_us <= MOVED_LATELY_US)
		return true;
	return f->stream.codec != CODEC_MJPEG && m->calm >= CALM_SURE &&
	       at_us - l->moving_us <= MOVED_LATELY_US;
}

/* Pictures that lie rounds of the lag apart show other scenes: then a camera
 * goes round, from one to the next by the clock. */
static bool
tours(const struct history *h, uint32_t ms)
{
	unsigned pairs = 0, other = 0;

	for (unsigned i = 0; i < h->count; i++)
		for (unsigned j = 0; j < i; j++) {
			const struct note *a = &h->ring[i], *b = &h->ring[j];
			uint64_t apart =
			    (uint64_t)llabs(a->at_us - b->at_us) / 1000;
			uint64_t off = apart % ms;

			if (apart + SCENE_SLACK_MS < ms ||
			    (off > SCENE_SLACK_MS && ms - off > SCENE_SLACK_MS))
				continue;
			pairs++;
			other += history_apart_q8(a, b) > SCENE_Q8;
		}
	return pairs >= SCENE_PAIRS && other * 2 >= pairs;
}

/* m: all kinds. */
static bool
speaks(const struct judge_feed *f, unsigned kind, const struct curve_match *m)
{
	const struct curve_match *k = &m[kind];

	return enough(kind, k, 100) && stands_alone(kind, k) &&
	       !swings(kind, k, &m[HALVES - 1]) && clear_enough(f, k) &&
	       !coders_cycle(f, k, lag_ms(kind, k)) &&
	       !tours(&f->history, lag_ms(kind, k));
}

static void
weigh_curve(struct judge_feed *f, int64_t at_us)
{
	struct looped *l = &f->looped;
	struct curve_match m[KINDS];

	if (++l->turns % FAR_TURNS == 0)
		forget_motion(l);
	if (!moves(l) && l->match_hits == 0)
		return; /* a curve of noise tells nothing */
	compare(f, m);
	for (unsigned i = 0; i < KINDS; i++)
		if (speaks(f, i, m) && moves(l) &&
		    moved_lately(f, &m[i], at_us)) {
			match_goes_on(l, i, &m[i], at_us);
			return;
		}
	match_fails(l, m);
}

static struct opinion
weigh_match(const struct looped *l)
{
	if (l->match_hits == 0)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	if (l->match_hits < MATCH_HITS)
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (
	    struct opinion){ SAY_BAD, alike[l->match_kind].sure, l->match_us };
}

/* A camera that turns comes by the same views again. */
void
looped_see(struct judge_feed *f, int64_t at_us)
{
	struct reel *r = &f->looped.reel;

	if (normal_roams(&f->normal, at_us) ||
	    f->normal.moving_until_us >= at_us)
		reel_clear(r);
	else
		reel_take(r, history_last(&f->history), at_us);
}

/* The stream was accounted for without a break from one showing to the other:
 * else pictures may come again as a server begins its film anew. */
static bool
ran_on(const struct looped *l)
{
	return bins_us(0, l->curve.coarse_count) >= l->reel.lag_ms * 1000ll;
}

static struct opinion
weigh_pictures(struct looped *l)
{
	if (again_sure(&l->again))
		return (struct opinion){ SAY_BAD, 93, l->again.from_us };
	if (!reel_suspect(&l->reel))
		l->reel_called = false;
	else if (reel_sure(&l->reel) && ran_on(l))
		l->reel_called = true;
	if (l->reel_called)
		return (struct opinion){ SAY_BAD, 85, l->reel.first_us };
	if (reel_suspect(&l->reel) && ran_on(l))
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (struct opinion){ SAY_GOOD, 0, 0 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	struct looped *l = &f->looped;
	struct opinion o, m, p;

	if (l->base_us == 0)
		l->base_us = f->born_us - SECOND;
	take_all(l, s->account);
	curve_take(&l->curve, s->account);
	see_motion(f);
	see_units(f, s->account);
	l->cycle_us = CYCLE_GOPS * (int64_t)f->stream.gop_us;
	if (l->cycle_us == 0 || l->cycle_us > CYCLE_MOST_US)
		l->cycle_us = CYCLE_MOST_US;
	if (l->curve.fresh >= WEIGH_BINS) {
		l->curve.fresh = 0;
		weigh_curve(f, s->at_us);
	}
	o = weigh_prints(l, s->at_us);
	if (o.say == SAY_BAD)
		return o;
	p = weigh_pictures(l);
	if (p.say == SAY_BAD)
		return p;
	m = weigh_match(l);
	if (m.say == SAY_BAD || (o.say == SAY_GOOD && m.say != SAY_GOOD))
		return m;
	return o.say == SAY_GOOD ? p : o;
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct looped *l = &f->looped;

	if (l->hits >= HITS_CALL) {
		evidence_number(e, "loop_s", l->lag_us / 1000, 1000);
		evidence_number(e, "groups_again", l->hits, 1);
		evidence_number(e, "again_for_s",
		    (l->last_us - l->first_us) / 1000, 1000);
		return;
	}
	if (again_sure(&l->again)) {
		evidence_number(e, "loop_s", l->again.lag_ms, 1000);
		evidence_number(e, "pictures_again", l->again.hits, 1);
		return;
	}
	if (l->reel_called || l->match_hits == 0) {
		evidence_number(e, "loop_s", l->reel.lag_ms, 1000);
		evidence_number(e, "pictures_alike", l->reel.hits, 1);
		return;
	}
	evidence_number(e, "loop_s", l->match_ms, 1000);
	evidence_number(e, "activity_alike", l->match.like, 1000);
	evidence_number(e, "activity_alike_usual", l->match.other, 1000);
	evidence_number(e, "compared_s",
	    bins_us(l->match_kind, l->match.window) / 1000, 1000);
}

const struct detector detector_looped = {
	.name = "looped",
	.cause = CAUSE_LOOPED,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL,
	.on = 1,
	.off = 2,
	.at_account = true,
	.look = look,
	.tell = tell,
};
