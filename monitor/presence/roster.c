/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/presence/roster.h"

#include <string.h>

#define WEEK_MINUTES (7 * ROSTER_DAY_MINUTES)

/* Minutes from `from` to `to`, which may be past midnight. */
static unsigned
length_of(const struct roster_times *t)
{
	unsigned n =
	    (t->to_min + ROSTER_DAY_MINUTES - t->from_min) % ROSTER_DAY_MINUTES;

	return n ? n : ROSTER_DAY_MINUTES;
}

/* Whether a minute that lies `into` minutes into the shift is in a break. */
static bool
in_break(const struct roster_shift *shift, unsigned into)
{
	unsigned i;

	for (i = 0; i < shift->break_count && i < ROSTER_BREAKS; i++) {
		const struct roster_times *b = &shift->breaks[i];
		unsigned start =
		    (b->from_min + ROSTER_DAY_MINUTES - shift->times.from_min) %
		    ROSTER_DAY_MINUTES;

		if (b->from_min != b->to_min && into >= start &&
		    into < start + length_of(b))
			return true;
	}
	return false;
}

void
roster_local(int64_t local_s, unsigned *weekday_out, unsigned *minute_out)
{
	int64_t day = local_s / 86400 - (local_s % 86400 < 0);

	*minute_out = (unsigned)((local_s - day * 86400) / 60);
	/* 1970 began on a Thursday. */
	*weekday_out = (unsigned)(((day + 3) % 7 + 7) % 7);
}

enum roster_due
roster_at(const struct roster_shift *shift, unsigned weekday, unsigned minute)
{
	unsigned into = (minute + ROSTER_DAY_MINUTES - shift->times.from_min) %
			ROSTER_DAY_MINUTES;
	unsigned begun = minute < shift->times.from_min ? weekday + 6 : weekday;

	if (!(shift->days >> begun % 7 & 1) || into >= length_of(&shift->times))
		return ROSTER_OFF;
	return in_break(shift, into) ? ROSTER_BREAK : ROSTER_DUE;
}

unsigned
roster_next_min(const struct roster_shift *shift, unsigned weekday,
    unsigned minute)
{
	enum roster_due now = roster_at(shift, weekday, minute);
	unsigned n;

	for (n = 1; n < WEEK_MINUTES; n++) {
		unsigned m = minute + n;

		if (roster_at(shift, (weekday + m / ROSTER_DAY_MINUTES) % 7,
			m % ROSTER_DAY_MINUTES) != now)
			break;
	}
	return n;
}

struct roster_force
roster_force_own(uint32_t idle_after_s, uint32_t prompt_after_s)
{
	return (struct roster_force){ .own_idle_s = idle_after_s,
		.own_prompt_s = prompt_after_s,
		.idle_after_s = idle_after_s,
		.prompt_after_s = prompt_after_s };
}

/* 0 is the laxest: it is never asked. */
static uint32_t
stricter(uint32_t a, uint32_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

void
roster_force_add(struct roster_force *f, const struct roster_shift *shift,
    enum roster_due due)
{
	uint32_t idle =
	    shift->idle_after_s != 0 ? shift->idle_after_s : f->own_idle_s;
	uint32_t prompt = shift->prompt_after_s != 0 ? shift->prompt_after_s
						     : f->own_prompt_s;

	if (due != ROSTER_DUE)
		return;
	if (f->shifts++ == 0) {
		f->idle_after_s = idle;
		f->prompt_after_s = prompt;
		return;
	}
	f->idle_after_s = stricter(f->idle_after_s, idle);
	f->prompt_after_s = stricter(f->prompt_after_s, prompt);
}

void
roster_begin(struct roster_watch *w)
{
	memset(w, 0, sizeof(*w));
}

static void
tell(const struct roster_watch *w, const struct roster_shift *shift,
    enum roster_change change, int64_t end_us, struct roster_event *out)
{
	*out = (struct roster_event){ .change = change,
		.start_us = w->breach_us,
		.end_us = end_us,
		.attended = w->attended,
		.at_least = shift->at_least,
		.sure = w->sure };
}

static bool
end(struct roster_watch *w, const struct roster_shift *shift, int64_t end_us,
    struct roster_event *out)
{
	tell(w, shift, ROSTER_ENDED, end_us, out);
	roster_begin(w);
	return true;
}

/* The worst of it: fewest attended, and sure if ever it was. */
static void
remember(struct roster_watch *w, const struct roster_shift *shift,
    const struct roster_seen *seen, bool first)
{
	if (first || seen->attended < w->attended)
		w->attended = seen->attended;
	w->sure = (!first && w->sure) ||
		  seen->attended + seen->unknown < shift->at_least;
}

static bool
weigh_few(struct roster_watch *w, const struct roster_shift *shift,
    const struct roster_seen *seen, int64_t now_us, struct roster_event *out)
{
	bool first = !w->breach && !w->changing;

	remember(w, shift, seen, first);
	if (w->breach) {
		w->changing = false; /* it was enough, but not for long */
		return false;
	}
	if (first) {
		w->changing = true;
		w->changed_us = now_us;
	}
	if (now_us < w->changed_us + ROSTER_GRACE_US)
		return false;
	w->breach = true;
	w->changing = false;
	w->breach_us = w->changed_us;
	tell(w, shift, ROSTER_BREACH, 0, out);
	return true;
}

static bool
weigh_enough(struct roster_watch *w, const struct roster_shift *shift,
    int64_t now_us, struct roster_event *out)
{
	if (!w->breach) {
		roster_begin(w);
		return false;
	}
	if (!w->changing) {
		w->changing = true;
		w->changed_us = now_us;
	}
	if (now_us < w->changed_us + ROSTER_GRACE_US)
		return false;
	return end(w, shift, w->changed_us, out);
}

bool
roster_weigh(struct roster_watch *w, const struct roster_shift *shift,
    enum roster_due due, const struct roster_seen *seen, int64_t now_us,
    struct roster_event *out)
{
	if (due != ROSTER_DUE) {
		if (w->breach)
			return end(w, shift,
			    w->changing ? w->changed_us : now_us, out);
		roster_begin(w);
		return false;
	}
	if (seen->attended < shift->at_least)
		return weigh_few(w, shift, seen, now_us, out);
	return weigh_enough(w, shift, now_us, out);
}

int64_t
roster_weigh_next(const struct roster_watch *w)
{
	return w->changing ? w->changed_us + ROSTER_GRACE_US : INT64_MAX;
}
