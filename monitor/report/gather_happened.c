/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlays and incidents. */
#include <stdlib.h>
#include <string.h>

#include "common/site.h"
#include "monitor/report/gather_parts.h"

/* --- overlays */

/* False: it is of something that isn't in the report. */
static bool
overlay_place(struct gather *g, const struct store_overlay_row *row,
    struct report_overlay *o)
{
	o->feed = gather_find(&g->feed_index, row->feed);
	o->site = gather_find(&g->site_index, row->site);
	if (row->feed != 0)
		return o->feed != REPORT_NONE;
	if (row->site == 0)
		return true;
	return o->site != REPORT_NONE &&
	       (g->ask->site == NULL ||
		   site_within(SITE(g, o->site)->path, g->ask->site) ||
		   site_within(g->ask->site, SITE(g, o->site)->path));
}

static bool
overlay_add(struct gather *g, const struct store_weekly_row *row,
    const struct report_overlay *placed)
{
	const struct store_overlay_row *v = &row->overlay;
	struct report_overlay *o =
	    keep_more(g->keep, &g->w->overlays, sizeof(*o));
	struct scope *s = keep_more(g->keep, &g->scopes, sizeof(*s));

	if (o == NULL || s == NULL)
		return false;
	*o = *placed;
	o->id = v->id;
	o->seq = row->seq;
	o->kind = (enum report_overlay_kind)v->kind;
	o->tag = keep_text(g->keep, v->tag);
	o->actor = keep_text(g->keep, v->actor);
	o->reason = keep_text(g->keep, v->reason);
	o->created_utc = v->created_utc;
	o->from_utc = v->from_utc;
	o->to_utc = v->to_utc;
	o->days = row->days;
	o->begin_minute = row->begin_minute;
	o->end_minute = row->end_minute;
	o->zone = keep_text(g->keep, row->zone);
	s->excuse = (struct excuse){ .from_us = o->from_utc,
		.to_us = o->to_utc,
		.created_us = o->created_utc,
		.days = o->days,
		.begin_minute = o->begin_minute,
		.end_minute = o->end_minute,
		.calendar = gather_calendar(g, o->zone) };
	return true;
}

static bool
overlay_row(void *arg, const struct store_weekly_row *row)
{
	struct gather *g = arg;
	struct report_overlay placed = { 0 };

	if (!overlay_place(g, &row->overlay, &placed))
		return true;
	if (!overlay_add(g, row, &placed))
		return false;
	struct scope *s =
	    &((struct scope *)g->scopes.items)[g->scopes.count - 1];

	g->keep->failed |=
	    !excuse_ranges(&s->excuse, g->from, g->to, false, &s->in_force) ||
	    !excuse_ranges(&s->excuse, g->from, g->to, true, &s->whole);
	return !g->keep->failed;
}

bool
gather_overlays(struct gather *g)
{
	return store_read_weekly(g->r, &g->stand, g->from, g->to, overlay_row,
		   g) &&
	       !g->keep->failed;
}

/* --- incidents */

static struct report_picture
picture(const struct store_shot *s)
{
	struct report_picture p = { .id = s->id, .utc = s->utc };

	memcpy(p.sha256, s->sha256, sizeof(p.sha256));
	return p;
}

/* Was one of that kind in force for its feed (or site) then? */
static bool
under(struct gather *g, const struct report_incident *i,
    enum report_overlay_kind kind, int64_t utc)
{
	const struct report_overlay *o = g->w->overlays.items;
	const struct scope *s = g->scopes.items;

	for (uint32_t k = 0; k < g->w->overlays.count; k++) {
		if (o[k].kind != kind || !excuse_holds(&s[k].excuse, utc))
			continue;
		if (i->feed != REPORT_NONE
			? gather_covers_at(g, &o[k], i->feed, utc)
			: i->whole_site && o[k].site != REPORT_NONE &&
			      gather_below(g, i->site, o[k].site))
			return true;
	}
	return false;
}

static void
overlays_count(struct gather *g, const struct report_incident *i)
{
	struct report_overlay *o = g->w->overlays.items;
	const struct scope *s = g->scopes.items;

	for (uint32_t k = 0; k < g->w->overlays.count; k++)
		o[k].incidents +=
		    i->feed != REPORT_NONE &&
		    excuse_holds(&s[k].excuse, i->at_utc) &&
		    gather_covers_at(g, &o[k], i->feed, i->at_utc);
}

/* False: of something that isn't in the report. */
static bool
trouble_place(struct gather *g, const struct store_incident_row *row,
    struct report_incident *i)
{
	i->feed = gather_find(&g->feed_index, row->feed);
	i->site = gather_find(&g->site_index, row->site);
	/* Its number, until those are read. */
	i->console = row->console != 0 ? (uint32_t)row->console : REPORT_NONE;
	i->whole_site = row->feed == 0 && row->site != 0;
	if (i->feed != REPORT_NONE)
		i->site = FEED(g, i->feed)->site;
	if (row->feed != 0)
		return i->feed != REPORT_NONE;
	/* Of people, or our own network: in the report of all. */
	return i->whole_site ? i->site != REPORT_NONE : g->ask->site == NULL;
}

static void
answers_add(struct report_answers *a, const struct report_incident *i)
{
	int64_t took = i->acknowledged_utc - i->since_utc;

	a->incidents++;
	if (i->acknowledged_utc == 0)
		return;
	a->acknowledged++;
	a->sum_us += took;
	if (took > a->longest_us)
		a->longest_us = took;
}

static void
answers_count(struct gather *g, const struct report_incident *i)
{
	if (!i->alertable || i->since_utc < g->from || i->since_utc >= g->to)
		return;
	answers_add(&g->w->report.answers, i);
	if (i->feed != REPORT_NONE)
		answers_add(&FEED(g, i->feed)->answers, i);
	for (uint32_t s = i->site; s != REPORT_NONE; s = SITE(g, s)->parent)
		answers_add(&SITE(g, s)->answers, i);
}

static void
alarm_note(struct gather *g, const struct report_incident *i)
{
	int64_t *at;

	if (!i->alertable || i->muted || i->at_utc < g->from ||
	    i->at_utc >= g->to)
		return;
	at = keep_more(g->keep, &g->alarms, sizeof(*at));
	if (at != NULL)
		*at = i->at_utc;
}

static bool
trouble_row(void *arg, const struct store_trouble_row *row)
{
	struct gather *g = arg;
	const struct store_incident_row *v = &row->incident;
	struct report_incident placed = { 0 }, *i;

	if (!trouble_place(g, v, &placed))
		return true;
	i = keep_more(g->keep, &g->w->incidents, sizeof(*i));
	if (i == NULL)
		return false;
	*i = placed;
	i->id = v->id;
	i->room = keep_text(g->keep, row->room_name);
	i->place = keep_text(g->keep, v->place);
	i->text = keep_text(g->keep, v->text);
	i->note = keep_text(g->keep, v->note);
	i->acknowledged_by = keep_text(g->keep, v->acknowledged_by);
	i->cause = v->cause;
	i->alertable = v->alertable;
	i->since_utc = v->since_utc;
	i->at_utc = v->at_utc;
	i->good_utc = v->good_utc;
	i->closed_utc = v->closed_utc;
	i->acknowledged_utc = v->acknowledged_utc;
	i->before = picture(&row->before);
	i->after = picture(&row->after);
	i->recovered = picture(&row->recovered);
	i->muted = under(g, i, REPORT_MUTE, i->at_utc);
	i->excused = under(g, i, REPORT_MAINTENANCE, i->since_utc);
	overlays_count(g, i);
	answers_count(g, i);
	alarm_note(g, i);
	return !g->keep->failed;
}

/* --- those that fail again and again */

struct failure {
	uint32_t feed;
	enum cause cause;
	int64_t us;
};
struct failures {
	struct gather *g;
	struct keep_list list;
	int64_t from;
};

static bool
failure_row(void *arg, const struct store_trouble_row *row)
{
	struct failures *x = arg;
	const struct store_incident_row *v = &row->incident;
	uint32_t feed = gather_find(&x->g->feed_index, v->feed);
	int64_t end =
	    v->good_utc != 0 && v->good_utc < x->g->to ? v->good_utc : x->g->to;
	struct failure *f;

	if (v->feed == 0 || feed == REPORT_NONE || !v->alertable ||
	    v->since_utc < x->from)
		return true;
	f = keep_more(x->g->keep, &x->list, sizeof(*f));
	if (f == NULL)
		return false;
	*f = (struct failure){ feed, v->cause, end - v->since_utc };
	return true;
}

static int
by_feed_cause(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;

	if (x->feed != y->feed)
		return x->feed < y->feed ? -1 : 1;
	return x->cause < y->cause ? -1 : x->cause > y->cause;
}

static int
by_most(const void *a, const void *b)
{
	const struct report_offender *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->down_us != y->down_us)
		return x->down_us > y->down_us ? -1 : 1;
	return x->feed < y->feed ? -1 : x->feed > y->feed;
}

/* One feed's failures, ordered by cause. */
static void
offender_add(struct gather *g, const struct failure *f, uint32_t count)
{
	struct report_offender o = { .feed = f->feed, .count = count }, *at;
	uint32_t most = 0, run = 0;

	for (uint32_t i = 0; i < count; i++) {
		run = i > 0 && f[i].cause == f[i - 1].cause ? run + 1 : 1;
		o.down_us += f[i].us;
		if (run > most) {
			most = run;
			o.cause = f[i].cause;
		}
	}
	if (count < REPORT_REPEATS)
		return;
	at = keep_more(g->keep, &g->w->offenders, sizeof(*at));
	if (at != NULL)
		*at = o;
}

static bool
offenders_list(struct gather *g)
{
	struct failures x = { .g = g,
		.from = g->to - REPORT_REPEAT_DAYS * CALENDAR_DAY_US };
	bool good = store_read_troubles(g->r, &g->stand, x.from, g->to,
	    failure_row, &x);
	const struct failure *f = x.list.items;

	if (x.list.count > 1)
		qsort(x.list.items, x.list.count, sizeof(*f), by_feed_cause);
	for (uint32_t i = 0, end; i < x.list.count; i = end) {
		for (end = i + 1;
		     end < x.list.count && f[end].feed == f[i].feed; end++)
			;
		offender_add(g, f + i, end - i);
	}
	if (g->w->offenders.count > 1)
		qsort(g->w->offenders.items, g->w->offenders.count,
		    sizeof(struct report_offender), by_most);
	keep_list_free(&x.list);
	return good && !g->keep->failed;
}

bool
gather_incidents(struct gather *g)
{
	return store_read_troubles(g->r, &g->stand, g->from, g->to, trouble_row,
		   g) &&
	       !g->keep->failed && offenders_list(g);
}
