/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of the work, and the inventory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/site.h"
#include "monitor/report/gather_parts.h"

/* --- numbers */

static int
by_id(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

uint32_t
gather_find(const struct keep_list *index, int64_t id)
{
	const struct numbered key = { .id = id };
	const struct numbered *hit =
	    index->count == 0
		? NULL
		: bsearch(&key, index->items, index->count, sizeof(key), by_id);

	return hit != NULL ? hit->index : REPORT_NONE;
}

void
gather_index(struct gather *g, struct keep_list *index, int64_t id, uint32_t at)
{
	struct numbered *n = keep_more(g->keep, index, sizeof(*n));

	if (n == NULL)
		return;
	/* Kept in order: children look for their parents while rows come. */
	for (uint32_t i = index->count - 1; i > 0 && n[-1].id > id; i--, n--)
		*n = n[-1];
	*n = (struct numbered){ id, at };
}

void
gather_number(struct gather *g)
{
	g->site_index.count = g->feed_index.count = 0;
	for (uint32_t i = 0; i < g->w->sites.count; i++)
		gather_index(g, &g->site_index, SITE(g, i)->id, i);
	for (uint32_t i = 0; i < g->w->feeds.count; i++) {
		struct numbered *n =
		    keep_more(g->keep, &g->feed_index, sizeof(*n));

		if (n != NULL)
			*n = (struct numbered){ FEED(g, i)->id, i };
	}
	if (g->feed_index.count > 1)
		qsort(g->feed_index.items, g->feed_index.count,
		    sizeof(struct numbered), by_id);
}

struct calendar
gather_calendar(const struct gather *g, const char *zone)
{
	return (struct calendar){ g->ask->ahead, g->ask->ahead_arg, zone };
}

/* --- places */

static const struct report_site *
above(struct gather *g, int64_t parent)
{
	uint32_t i = gather_find(&g->site_index, parent);

	return i != REPORT_NONE ? SITE(g, i) : NULL;
}

/* By path: parents come before their children. */
static bool
place_row(void *arg, const struct store_place_row *row)
{
	struct gather *g = arg;
	struct report_site *s = keep_more(g->keep, &g->w->sites, sizeof(*s));

	if (s == NULL)
		return false;
	const struct report_site *up = above(g, row->parent);

	s->id = row->id;
	s->path = keep_text(g->keep, row->path);
	s->zone = row->zone[0] != '\0' ? keep_text(g->keep, row->zone)
		  : up != NULL	       ? up->zone
				       : "";
	s->contact = row->contact[0] != '\0' ? keep_text(g->keep, row->contact)
		     : up != NULL	     ? up->contact
					     : "";
	s->target_ppm = row->target_ppm != 0 ? row->target_ppm
			: up != NULL	     ? up->target_ppm
					     : g->ask->target_ppm;
	s->parent = up != NULL ? (uint32_t)(up - SITE(g, 0)) : REPORT_NONE;
	gather_index(g, &g->site_index, row->id, g->w->sites.count - 1);
	return !g->keep->failed;
}

bool
gather_below(const struct gather *g, uint32_t site, uint32_t top)
{
	while (site != REPORT_NONE && site != top)
		site = SITE(g, site)->parent;
	return site != REPORT_NONE;
}

static bool
camera_row(void *arg, const struct store_camera_row *row)
{
	struct gather *g = arg;
	uint32_t site = gather_find(&g->site_index, row->site);
	struct report_feed *f;
	int64_t *active;

	if (g->ask->site != NULL &&
	    (site == REPORT_NONE ||
		!site_within(SITE(g, site)->path, g->ask->site)))
		return true;
	f = keep_more(g->keep, &g->w->feeds, sizeof(*f));
	active = keep_more(g->keep, &g->active, sizeof(*active));
	if (f == NULL || active == NULL)
		return false;
	f->id = row->id;
	uuid_print(row->uuid, f->uuid);
	f->name = keep_text(g->keep, row->name);
	f->tags = keep_text(g->keep, row->tags);
	f->site = site;
	f->criticality = row->criticality;
	f->no_picture = row->no_picture;
	f->removed = row->removed || !row->enabled;
	f->target_ppm = site != REPORT_NONE ? SITE(g, site)->target_ppm
					    : g->ask->target_ppm;
	*active = f->removed ? 0 : row->active_utc;
	return !g->keep->failed;
}

/* --- epochs */

static bool
epoch_row(void *arg, const struct store_epoch_row *row)
{
	struct gather *g = arg;
	int64_t *id = keep_more(g->keep, &g->epochs, sizeof(*id));
	struct timeline_range *ran = keep_more(g->keep, &g->ran, sizeof(*ran));

	if (id == NULL || ran == NULL)
		return false;
	*id = row->id;
	*ran = (struct timeline_range){ row->start_utc, row->end_utc };
	return true;
}

/* A day more on either side: what borders on UTC that a clock skipped tells
 * what that was. */
static bool
epochs_read(struct gather *g)
{
	if (!store_read_epochs(g->r, &g->stand, g->from - CALENDAR_DAY_US,
		g->to + CALENDAR_DAY_US, epoch_row, g) ||
	    g->keep->failed)
		return false;
	g->ran.count = (uint32_t)timeline_union(g->ran.items, g->ran.count);
	return true;
}

/* --- the whole */

static bool
places_read(struct gather *g)
{
	if (!store_read_places(g->r, &g->stand, place_row, g) ||
	    !store_read_cameras(g->r, &g->stand, camera_row, g) ||
	    g->keep->failed)
		return false;
	gather_number(g);
	return !g->keep->failed;
}

static void
lists_put(struct whole *w)
{
	struct report *r = &w->report;

#define PUT(list, field, counter)                                              \
	(r->field = w->list.items, r->counter = w->list.count)
	PUT(sites, sites, site_count);
	PUT(feeds, feeds, feed_count);
	PUT(days, days, day_count);
	PUT(still_bad, still_bad, still_bad_count);
	PUT(offenders, offenders, offender_count);
	PUT(windows, windows, window_count);
	PUT(never, never, never_count);
	PUT(incidents, incidents, incident_count);
	PUT(overlays, overlays, overlay_count);
	PUT(changes, changes, change_count);
	PUT(consoles, consoles, console_count);
	PUT(gaps, gaps, gap_count);
	PUT(clocks, clocks, clock_count);
#undef PUT
}

void
report_free(struct report **r)
{
	struct whole *w = (struct whole *)*r;

	if (w == NULL)
		return;
	struct keep_list *const lists[] = { &w->sites, &w->feeds, &w->days,
		&w->still_bad, &w->offenders, &w->windows, &w->never,
		&w->incidents, &w->overlays, &w->changes, &w->consoles,
		&w->gaps, &w->clocks };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		keep_list_free(lists[i]);
	keep_free(&w->keep);
	free(w);
	*r = NULL;
}

static void
gather_fini(struct gather *g)
{
	struct scope *scopes = g->scopes.items;
	struct keep_list *const lists[] = { &g->epochs, &g->ran, &g->site_index,
		&g->feed_index, &g->active, &g->scopes, &g->pasts, &g->blind,
		&g->alarms };

	for (uint32_t i = 0; i < g->scopes.count; i++) {
		excuse_fini(&scopes[i].in_force);
		excuse_fini(&scopes[i].whole);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		keep_list_free(lists[i]);
	timeline_fini(&g->line);
	excuse_fini(&g->excused);
	excuse_fini(&g->part);
}

static void
ask_put(struct gather *g)
{
	struct report *r = &g->w->report;

	r->from_utc = g->from;
	r->to_utc = g->to;
	r->as_of_utc = g->stand.as_of_utc;
	r->zone = keep_text(g->keep, g->ask->zone);
	r->site = keep_text(g->keep, g->ask->site);
	r->program = keep_text(g->keep, g->ask->program);
	r->target_ppm = g->ask->target_ppm;
	r->bar_steps = BAR_STEPS;
	r->ledger.seq = g->stand.seq;
	r->ledger.origin = keep_text(g->keep, g->stand.origin);
}

static enum gather_result
span_check(struct gather *g, char error_out[256])
{
	g->to = g->ask->to_utc < g->stand.as_of_utc ? g->ask->to_utc
						    : g->stand.as_of_utc;
	/* Where the record begins later, so does the report: of a time whose
	 * short troubles were deleted and whose long good intervals stayed, any
	 * figure would be too good. */
	g->from = g->ask->from_utc > g->stand.oldest_utc ? g->ask->from_utc
							 : g->stand.oldest_utc;
	g->settled = (g->stand.heartbeat_utc < g->stand.as_of_utc
			     ? g->stand.heartbeat_utc
			     : g->stand.as_of_utc) -
		     GATHER_SETTLE_US;
	if (g->settled > g->to)
		g->settled = g->to;
	if (g->settled < g->from)
		g->settled = g->from;
	if (g->stand.oldest_utc == INT64_MAX) {
		snprintf(error_out, 256,
		    "nothing was recorded yet: no monitor ever ran on this "
		    "database");
		return GATHER_NO_DATA;
	}
	if (g->ask->from_utc >= g->to) {
		snprintf(error_out, 256,
		    "nothing is known of that time: it lies in the future");
		return GATHER_NO_DATA;
	}
	if (g->to <= g->stand.oldest_utc) {
		snprintf(error_out, 256,
		    "nothing is known of that time: it lies before the oldest "
		    "record that is kept");
		return GATHER_NO_DATA;
	}
	return GATHER_OK;
}

static bool
steps_run(struct gather *g)
{
	return epochs_read(g) && places_read(g) && gather_overlays(g) &&
	       gather_pasts(g) && gather_figures(g) && gather_incidents(g) &&
	       gather_lines(g) && gather_watched(g) && gather_consoles(g) &&
	       gather_ledger(g);
}

static bool
site_known(const struct gather *g)
{
	for (uint32_t i = 0; i < g->w->sites.count; i++)
		if (strcmp(SITE(g, i)->path, g->ask->site) == 0)
			return true;
	return false;
}

static enum gather_result
failure(const struct gather *g, char error_out[256])
{
	snprintf(error_out, 256, "%s",
	    g->keep->failed ? "memory is out" : store_reader_error(g->r));
	return GATHER_FAILED;
}

static enum gather_result
all(struct gather *g, char error_out[256])
{
	enum gather_result result;

	if (!store_read_stand(g->r, g->ask->as_of_utc, g->ask->seq, &g->stand))
		return failure(g, error_out);
	result = span_check(g, error_out);
	if (result != GATHER_OK)
		return result;
	ask_put(g);
	if (!steps_run(g) || g->keep->failed)
		return failure(g, error_out);
	if (g->ask->site != NULL && !site_known(g)) {
		snprintf(error_out, 256,
		    "'%.150s' is no site, expected a path as `camwarden sites` "
		    "says it",
		    g->ask->site);
		return GATHER_NO_SITE;
	}
	lists_put(g->w);
	return GATHER_OK;
}

enum gather_result
gather(struct store_reader *r, const struct gather_ask *ask,
    struct report **out, char error_out[256])
{
	struct gather g = { .r = r, .ask = ask };
	enum gather_result result;

	*out = NULL;
	g.w = calloc(1, sizeof(*g.w));
	if (g.w == NULL) {
		snprintf(error_out, 256, "memory is out");
		return GATHER_FAILED;
	}
	g.keep = &g.w->keep;
	result = all(&g, error_out);
	gather_fini(&g);
	*out = &g.w->report;
	if (result != GATHER_OK) {
		lists_put(g.w);
		report_free(out);
	}
	return result;
}
