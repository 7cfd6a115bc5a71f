/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds, sites and all: a feed's intervals pass through once. */
#include <stdlib.h>
#include <string.h>

#include "common/site.h"
#include "monitor/report/gather_parts.h"

struct figures {
	struct gather *g;
	int64_t ask_from, ask_to; /* of the rows that are read */
	struct keep_list epochs;  /* of the moment; int64_t */
	struct store_span_row now;
	bool found;
	struct report_piece *pieces; /* of the bar under way */
};

/* --- what excuses a feed */

static bool
excuse_feed(struct gather *g, uint32_t feed)
{
	const struct report_overlay *o = g->w->overlays.items;
	const struct scope *s = g->scopes.items;
	struct excuse_ranges *all = &g->excused;

	all->count = 0;
	for (uint32_t i = 0; i < g->w->overlays.count; i++) {
		if (o[i].kind != REPORT_MAINTENANCE ||
		    !gather_covers(g, &o[i], feed))
			continue;
		const struct excuse_ranges *its =
		    gather_ranges(g, &o[i], &s[i].in_force, feed);

		if (its == NULL || !excuse_join(all, its))
			return false;
	}
	all->count = timeline_union(all->list, all->count);
	return true;
}

/* What each overlay did to it. */
static bool
overlays_sum(struct gather *g, uint32_t feed)
{
	struct report_overlay *o = g->w->overlays.items;
	const struct scope *s = g->scopes.items;
	const struct excuse_ranges *its;
	struct availability a;
	int64_t whole;

	for (uint32_t i = 0; i < g->w->overlays.count; i++) {
		if (!gather_covers(g, &o[i], feed))
			continue;
		o[i].feeds++;
		if (o[i].kind != REPORT_MAINTENANCE)
			continue;
		its = gather_ranges(g, &o[i], &s[i].whole, feed);
		if (its == NULL)
			return false;
		timeline_sum(&g->line, its->list, its->count, g->from, g->to,
		    &a);
		whole = a.excused_us[0] + a.excused_us[1] + a.excused_us[2];
		its = gather_ranges(g, &o[i], &s[i].in_force, feed);
		if (its == NULL)
			return false;
		timeline_sum(&g->line, its->list, its->count, g->from, g->to,
		    &a);
		for (unsigned c = 0; c < COUNTED_COUNT; c++) {
			o[i].excused_us[c] += a.excused_us[c];
			whole -= a.excused_us[c];
		}
		o[i].note_us += whole;
	}
	return true;
}

/* --- a feed's line */

static bool
is_blind(enum cause cause)
{
	return cause == CAUSE_PROBE_LOST || cause == CAUSE_OVER_CAPACITY ||
	       cause == CAUSE_NETWORK_LOST || cause == CAUSE_RELAY_LOST;
}

static bool
line_row(void *arg, const struct store_span_row *row)
{
	struct gather *g = arg;
	struct blind *b;

	if (is_blind(row->cause) && row->start_utc < g->to &&
	    row->end_utc > g->from) {
		b = keep_more(g->keep, &g->blind, sizeof(*b));
		if (b == NULL)
			return false;
		*b = (struct blind){ row->start_utc > g->from ? row->start_utc
							      : g->from,
			row->end_utc < g->to ? row->end_utc : g->to,
			row->cause };
	}
	if (timeline_paint(&g->line, row->start_utc, row->end_utc, row->state,
		row->cause, row->causes))
		return true;
	g->keep->failed = true;
	return false;
}

/* From the last heartbeat on a dead monitor knows nothing of it. */
static bool
dead_tail(struct gather *g, int64_t active)
{
	int64_t start = g->stand.heartbeat_utc;

	if (active == 0 || start >= g->stand.as_of_utc)
		return true;
	if (active > start)
		start = active;
	return timeline_paint(&g->line, start, g->stand.as_of_utc,
	    STATE_UNKNOWN, CAUSE_MONITOR_OFF, 0);
}

static bool
line_make(struct figures *x, uint32_t feed)
{
	struct gather *g = x->g;

	timeline_clear(&g->line);
	if (!store_read_spans(g->r, &g->stand, FEED(g, feed)->id,
		g->epochs.items, g->epochs.count, x->ask_from, x->ask_to,
		line_row, g) ||
	    g->keep->failed)
		return false;
	if (dead_tail(g, ((int64_t *)g->active.items)[feed]) &&
	    timeline_fill(&g->line, g->ran.items, g->ran.count))
		return true;
	g->keep->failed = true;
	return false;
}

static bool
now_row(void *arg, const struct store_span_row *row)
{
	struct figures *x = arg;

	x->now = *row;
	x->found = row->end_utc >= x->g->stand.as_of_utc;
	return true;
}

static bool
now_read(struct figures *x, uint32_t feed)
{
	struct gather *g = x->g;
	struct report_feed *f = FEED(g, feed);
	int64_t at = g->stand.as_of_utc;

	x->found = false;
	f->cause = CAUSE_MONITOR_OFF;
	/* The heart may have beaten on since that moment. */
	f->since_utc =
	    g->stand.heartbeat_utc < at ? g->stand.heartbeat_utc : at;
	if (f->removed)
		return true;
	if (!store_read_spans(g->r, &g->stand, f->id, x->epochs.items,
		x->epochs.count, at - 1, at, now_row, x))
		return false;
	if (!x->found)
		return true;
	f->state = x->now.state;
	f->cause = x->now.cause;
	f->since_utc = x->now.since_utc;
	if (timeline_counted(f->state, f->cause, x->now.causes) ==
	    COUNTED_BAD) {
		uint32_t *bad =
		    keep_more(g->keep, &g->w->still_bad, sizeof(*bad));

		if (bad != NULL)
			*bad = feed;
	}
	return true;
}

static void
part_of_span(const struct gather *g, struct report_feed *f)
{
	const struct timeline *t = &g->line;
	int64_t first = g->to, last = g->from;

	for (size_t i = 0; i < t->count; i++) {
		const struct timeline_span *s = &t->spans[i];

		if (s->end_us <= g->from || s->start_us >= g->to)
			continue;
		if (s->start_us < first)
			first = s->start_us > g->from ? s->start_us : g->from;
		last = s->end_us < g->to ? s->end_us : g->to;
	}
	f->from_utc = first < last ? first : g->from;
	f->to_utc = first < last ? last : g->from;
}

static void
bar_make(struct figures *x, struct report_feed *f)
{
	struct gather *g = x->g;
	size_t n = timeline_bar(&g->line, g->excused.list, g->excused.count,
	    g->from, g->to, g->w->report.bar_steps, x->pieces);
	struct report_piece *copy = keep_bytes(g->keep, n * sizeof(*copy));

	if (copy == NULL)
		return;
	memcpy(copy, x->pieces, n * sizeof(*copy));
	f->bar = copy;
	f->bar_count = (uint32_t)n;
}

/* --- sums */

static void
days_add(struct gather *g)
{
	struct report_day *days = g->w->days.items;
	struct availability a;

	for (uint32_t i = 0; i < g->w->days.count; i++) {
		timeline_sum(&g->line, g->excused.list, g->excused.count,
		    days[i].from_utc, days[i].to_utc, &a);
		a.outages = a.began = a.ended = a.open = 0;
		a.outage_us = a.repair_us = a.longest_us = 0;
		availability_add(&days[i].a, &a);
	}
}

static void
targets_judge(const struct availability *a, uint32_t target_ppm,
    enum target_word *all, enum target_word *kept)
{
	*all = availability_target(availability_all(a), target_ppm);
	*kept = availability_target(availability_kept(a), target_ppm);
}

static bool
feed_figures(struct figures *x, uint32_t feed)
{
	struct gather *g = x->g;

	if (!line_make(x, feed) || !excuse_feed(g, feed))
		return false;
	struct report_feed *f = FEED(g, feed);

	timeline_sum(&g->line, g->excused.list, g->excused.count, g->from,
	    g->to, &f->a);
	part_of_span(g, f);
	targets_judge(&f->a, f->target_ppm, &f->target_all, &f->target_kept);
	bar_make(x, f);
	if (!overlays_sum(g, feed))
		return false;
	days_add(g);
	availability_add(&g->w->report.fleet, &f->a);
	for (uint32_t s = f->site; s != REPORT_NONE; s = SITE(g, s)->parent) {
		availability_add(&SITE(g, s)->a, &f->a);
		SITE(g, s)->feeds += f->a.span_us > 0 || !f->removed;
	}
	return now_read(x, feed) && !g->keep->failed;
}

static bool
days_begin(struct gather *g)
{
	struct calendar c = gather_calendar(g, g->ask->zone);
	int64_t day = calendar_day(&c, g->from);

	if (calendar_start(&c, day + 1) >= g->to)
		return true;
	for (int64_t at = g->from; at < g->to; day++) {
		int64_t next = calendar_start(&c, day + 1);
		struct report_day *d;

		if (next <= at)
			continue;
		d = keep_more(g->keep, &g->w->days, sizeof(*d));
		if (d == NULL)
			return false;
		*d = (struct report_day){ .from_utc = at,
			.to_utc = next < g->to ? next : g->to };
		at = next;
	}
	return true;
}

/* --- what isn't in it goes */

static uint32_t *
sites_prune(struct gather *g)
{
	uint32_t count = g->w->sites.count, left = 0;
	uint32_t *to = malloc((count + 1) * sizeof(*to));

	for (uint32_t i = 0; to != NULL && i < count; i++) {
		struct report_site *s = SITE(g, i);
		bool in =
		    g->ask->site == NULL || site_within(s->path, g->ask->site);

		to[i] = REPORT_NONE;
		if (!in || s->feeds == 0)
			continue;
		if (s->parent != REPORT_NONE)
			s->parent = to[s->parent];
		to[i] = left;
		*SITE(g, left++) = *s;
	}
	if (to != NULL)
		g->w->sites.count = left;
	return to;
}

static uint32_t *
feeds_prune(struct gather *g)
{
	uint32_t count = g->w->feeds.count, left = 0;
	uint32_t *to = malloc((count + 1) * sizeof(*to));

	for (uint32_t i = 0; to != NULL && i < count; i++) {
		struct report_feed *f = FEED(g, i);

		to[i] = REPORT_NONE;
		if (f->a.span_us == 0 && f->removed)
			continue;
		to[i] = left;
		*FEED(g, left++) = *f;
	}
	if (to != NULL)
		g->w->feeds.count = left;
	return to;
}

/* What was said of a place above stands for all of the report. */
static uint32_t
moved(const uint32_t *to, uint32_t index, uint32_t otherwise)
{
	if (index == REPORT_NONE)
		return REPORT_NONE;
	return to[index] != REPORT_NONE ? to[index] : otherwise;
}

static bool
prune(struct gather *g)
{
	struct report_overlay *o = g->w->overlays.items;
	uint32_t *sites = sites_prune(g), *feeds = feeds_prune(g);
	bool good = sites != NULL && feeds != NULL;

	for (uint32_t i = 0; good && i < g->w->feeds.count; i++)
		FEED(g, i)->site = moved(sites, FEED(g, i)->site, REPORT_NONE);
	for (uint32_t i = 0; good && i < g->w->still_bad.count; i++) {
		uint32_t *at = (uint32_t *)g->w->still_bad.items + i;

		*at = feeds[*at];
	}
	for (uint32_t i = 0; good && i < g->w->overlays.count; i++) {
		o[i].feed = moved(feeds, o[i].feed, REPORT_NONE);
		o[i].site = moved(sites, o[i].site,
		    g->w->sites.count > 0 ? 0 : REPORT_NONE);
	}
	if (good)
		gather_pasts_move(g, feeds);
	free(sites);
	free(feeds);
	g->keep->failed |= !good;
	gather_number(g);
	return !g->keep->failed;
}

/* --- who needs a person */

static const struct report_feed *sorted; /* of the comparison under way */

static int
by_badness(const void *a, const void *b)
{
	const struct report_feed *x = &sorted[*(const uint32_t *)a];
	const struct report_feed *y = &sorted[*(const uint32_t *)b];

	if (x->criticality != y->criticality)
		return y->criticality - x->criticality;
	if (x->state != y->state)
		return x->state == STATE_DOWN ? -1 : 1;
	if (x->since_utc != y->since_utc)
		return x->since_utc < y->since_utc ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
still_bad_sort(struct gather *g)
{
	sorted = g->w->feeds.items;
	if (g->w->still_bad.count > 1)
		qsort(g->w->still_bad.items, g->w->still_bad.count,
		    sizeof(uint32_t), by_badness);
}

static void
targets_all(struct gather *g)
{
	struct report *r = &g->w->report;

	for (uint32_t i = 0; i < g->w->sites.count; i++) {
		struct report_site *s = SITE(g, i);

		targets_judge(&s->a, s->target_ppm, &s->target_all,
		    &s->target_kept);
		r->targets[s->target_kept]++;
	}
	targets_judge(&r->fleet, r->target_ppm, &r->target_all,
	    &r->target_kept);
}

/* --- all */

static bool
now_epoch(void *arg, const struct store_epoch_row *row)
{
	struct figures *x = arg;
	int64_t *id = keep_more(x->g->keep, &x->epochs, sizeof(*id));

	if (id != NULL)
		*id = row->id;
	return id != NULL;
}

/* Where the span begins or ends in UTC that a clock skipped, what borders on it
 * is read too. */
static void
asked_rows(struct figures *x)
{
	const struct timeline_range *ran = x->g->ran.items;

	x->ask_from = x->g->from;
	x->ask_to = x->g->to;
	for (uint32_t i = 0; i + 1 < x->g->ran.count; i++) {
		int64_t start = ran[i].end_us, end = ran[i + 1].start_us;

		if (start <= x->g->from && end > x->g->from)
			x->ask_from = start - 1;
		if (start < x->g->to && end >= x->g->to)
			x->ask_to = end + 1;
	}
}

bool
gather_figures(struct gather *g)
{
	struct figures x = { .g = g };
	bool good = days_begin(g) &&
		    store_read_epochs(g->r, &g->stand, g->stand.as_of_utc - 1,
			g->stand.as_of_utc, now_epoch, &x);
	uint32_t count = g->w->feeds.count;

	asked_rows(&x);
	x.pieces = malloc(BAR_STEPS * sizeof(*x.pieces));
	good = good && x.pieces != NULL;
	for (uint32_t i = 0; good && i < count; i++) {
		good = feed_figures(&x, i);
		if (g->ask->progress != NULL && i % 64 == 0)
			g->ask->progress(g->ask->progress_arg, i, count);
	}
	free(x.pieces);
	keep_list_free(&x.epochs);
	if (!good || !prune(g))
		return false;
	still_bad_sort(g);
	targets_all(g);
	return !g->keep->failed;
}
