/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording played in place of the live picture, copied as it was coded:
 * groups of units come again with the very same sizes, one after the other, all
 * at one lag. Live pictures never do that; a print alone may (one group sent
 * twice, a server's buffer played again at a new connection), so that it takes
 * some of them, over half a minute or the whole of a shorter loop.
 */
#include "monitor/judge/feed.h"

#define SECOND 1000000ll
#define KEPT_ONE_IN 64u
#define LAG_LEAST_US (SECOND / 2)
#define SLACK_US (3 * SECOND / 2) /* arrival comes in bursts .. */
#define SLACK_SHARE 200		  /* .. and clocks drift: 1/200 of the lag */
#define HITS_CALL 3u
#define SPAN_LEAST_US (10 * SECOND)
#define SPAN_MOST_US (30 * SECOND)
#define MISSES_CLEAR 6u
#define MISSES_CLEAR_US (20 * SECOND)

struct hit {
	int64_t at_us;
	int64_t lag_us;
};

static struct print_slot *
slot_of(struct print_slot *table, uint32_t print)
{
	return &table[print % LOOPED_SLOTS];
}

static bool
is_kept(uint32_t print)
{
	return (print >> 16) % KEPT_ONE_IN == 0;
}

static int64_t
slot_us(const struct looped *l, const struct print_slot *s)
{
	return l->base_us + s->at_ds * 100000ll;
}

static void
put(const struct looped *l, struct print_slot *table, uint32_t print,
    int64_t at_us)
{
	int64_t ds = (at_us - l->base_us) / 100000;

	*slot_of(table, print) =
	    (struct print_slot){ print, ds < 1		  ? 1
					: ds > UINT32_MAX ? UINT32_MAX
							  : (uint32_t)ds };
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
	return s->at_ds == 0 || slot_us(l, s) <= then + SLACK_US;
}

static void
miss(struct looped *l, uint32_t print, int64_t at_us)
{
	if (l->hits == 0)
		return;
	if (!would_be_known(l, slot_of(l->recent, print), at_us) &&
	    !(is_kept(print) &&
		would_be_known(l, slot_of(l->kept, print), at_us)))
		return;
	if (l->misses < 255)
		l->misses++;
	if (l->misses >= MISSES_CLEAR && at_us - l->last_us >= MISSES_CLEAR_US)
		l->hits = 0;
}

static void
take(struct looped *l, uint32_t print, int64_t at_us)
{
	const struct print_slot *s = slot_of(l->recent, print);
	struct hit h = { at_us, 0 };

	if (s->print != print || s->at_ds == 0)
		s = slot_of(l->kept, print);
	if (s->print == print && s->at_ds != 0)
		h.lag_us = at_us - slot_us(l, s);
	if (h.lag_us >= LAG_LEAST_US)
		hit(l, &h);
	else
		miss(l, print, at_us);
	put(l, l->recent, print, at_us);
	if (is_kept(print))
		put(l, l->kept, print, at_us);
	l->prints++;
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

static struct opinion
weigh(const struct looped *l)
{
	if (l->hits == 0)
		return (struct opinion){ l->prints > 0 ? SAY_GOOD : SAY_NOTHING,
			0, 0 };
	if (l->misses > 0)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	/* the last group lasts a while, too */
	if (l->hits >= HITS_CALL &&
	    l->last_us - l->first_us + SLACK_US >= span_needed(l->lag_us))
		return (struct opinion){ SAY_BAD, 97, l->first_us };
	return (struct opinion){ SAY_ODD, 0, 0 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	struct looped *l = &f->looped;

	if (l->base_us == 0)
		l->base_us = f->born_us - SECOND;
	take_all(l, s->account);
	return weigh(l);
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct looped *l = &f->looped;

	evidence_number(e, "loop_s", l->lag_us / 1000, 1000);
	evidence_number(e, "groups_again", l->hits, 1);
	evidence_number(e, "again_for_s", (l->last_us - l->first_us) / 1000,
	    1000);
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
