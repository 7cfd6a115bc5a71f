/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those who watch: the audit, consoles, alarms per operator. */
#include <stdlib.h>
#include <string.h>

#include "monitor/report/gather_parts.h"
#include "monitor/store/store_read_consoles.h"

#define WINDOWS_DAYS (7 * UNWATCHED_WEEKS)

/* --- the audit of the span */

static void
watched_add(struct report_watched *sum, const struct report_watched *w)
{
	sum->span_us += w->span_us;
	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		sum->us[i] += w->us[i];
	for (unsigned h = 0; h < 24; h++) {
		sum->hour_us[h] += w->hour_us[h];
		sum->hour_low_us[h] += w->hour_low_us[h];
		sum->hour_high_us[h] += w->hour_high_us[h];
	}
	sum->never_surely += w->never_surely;
	sum->never_perhaps += w->never_perhaps;
}

static bool
audit_row(void *arg, const struct store_unwatched_row *row)
{
	struct gather *g = arg;
	uint32_t at = gather_find(&g->feed_index, row->feed);
	const struct unwatched_feed *a = row->audit;
	struct report_feed *f;

	if (at == REPORT_NONE || a->span_us == 0)
		return true;
	f = FEED(g, at);
	f->watched.span_us = a->span_us;
	memcpy(f->watched.us, a->us, sizeof(a->us));
	memcpy(f->watched.hour_us, a->hour_us, sizeof(a->hour_us));
	memcpy(f->watched.hour_low_us, a->hour_low_us, sizeof(a->hour_low_us));
	memcpy(f->watched.hour_high_us, a->hour_high_us,
	    sizeof(a->hour_high_us));
	f->watched.never_surely = a->never_high;
	f->watched.never_perhaps = a->never_low && !a->never_high;
	f->gap_low = a->gap_low;
	f->gap_high = a->gap_high;
	watched_add(&g->w->report.watched, &f->watched);
	for (uint32_t s = f->site; s != REPORT_NONE; s = SITE(g, s)->parent)
		watched_add(&SITE(g, s)->watched, &f->watched);
	return true;
}

static const struct report_feed *sorted; /* of the comparison under way */

static int
by_importance(const void *a, const void *b)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (sorted[i].criticality != sorted[j].criticality)
		return sorted[j].criticality - sorted[i].criticality;
	return i < j ? -1 : i > j;
}

static void
never_list(struct gather *g)
{
	for (uint32_t i = 0; i < g->w->feeds.count; i++) {
		const struct report_watched *w = &FEED(g, i)->watched;
		uint32_t *at;

		if (w->never_surely == 0 && w->never_perhaps == 0)
			continue;
		at = keep_more(g->keep, &g->w->never, sizeof(*at));
		if (at != NULL)
			*at = i;
	}
	sorted = g->w->feeds.items;
	if (g->w->never.count > 1)
		qsort(g->w->never.items, g->w->never.count, sizeof(uint32_t),
		    by_importance);
}

/* --- hours of the week in which nobody ever looks */

static void
window_see(struct gather *g, uint32_t feed, const struct unwatched_window *u)
{
	struct report_window *list = g->w->windows.items, *w = NULL;
	const struct report_feed *f = FEED(g, feed);

	for (uint32_t i = 0; i < g->w->windows.count && w == NULL; i++)
		if (list[i].hour == u->hour && list[i].hours == u->hours &&
		    list[i].weeks == u->weeks && list[i].of == u->of)
			w = &list[i];
	if (w == NULL) {
		w = keep_more(g->keep, &g->w->windows, sizeof(*w));
		if (w == NULL)
			return;
		*w = (struct report_window){ .hour = u->hour,
			.hours = u->hours,
			.weeks = u->weeks,
			.of = u->of,
			.first = feed,
			.criticality = f->criticality };
	}
	w->feeds++;
	w->sure += u->sure;
	if (f->criticality > w->criticality) {
		w->criticality = f->criticality;
		w->first = feed;
	}
}

static bool
window_row(void *arg, const struct store_unwatched_row *row)
{
	struct gather *g = arg;
	uint32_t at = gather_find(&g->feed_index, row->feed);

	/* A single week tells of nothing that returns. */
	if (at == REPORT_NONE || row->audit->weeks < 2)
		return true;
	for (uint8_t i = 0; i < row->audit->window_count; i++)
		window_see(g, at, &row->audit->windows[i]);
	return !g->keep->failed;
}

static int
by_feeds(const void *a, const void *b)
{
	const struct report_window *x = a, *y = b;

	if (x->feeds != y->feeds)
		return x->feeds > y->feeds ? -1 : 1;
	if (x->hours != y->hours)
		return x->hours > y->hours ? -1 : 1;
	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return x->weeks != y->weeks ? (int)y->weeks - (int)x->weeks
				    : (int)x->of - (int)y->of;
}

bool
gather_watched(struct gather *g)
{
	struct store_unwatched_ask ask = { .from_utc = g->from,
		.to_utc = g->settled,
		.site = g->ask->site,
		.ahead = g->ask->ahead,
		.ahead_arg = g->ask->ahead_arg };

	if (g->settled > g->from &&
	    !store_read_unwatched(g->r, &ask, audit_row, g))
		return false;
	never_list(g);
	ask.from_utc = g->settled - WINDOWS_DAYS * CALENDAR_DAY_US;
	if (!store_read_unwatched(g->r, &ask, window_row, g))
		return false;
	if (g->w->windows.count > 1)
		qsort(g->w->windows.items, g->w->windows.count,
		    sizeof(struct report_window), by_feeds);
	return !g->keep->failed;
}

/* --- consoles */

struct consoles {
	struct gather *g;
	struct keep_list index; /* struct numbered, by id */
	struct timeline line;	/* of the console under way */
	uint16_t *attended;	/* per window: consoles */
	uint32_t windows;
	int64_t console;
};

static bool
console_row(void *arg, const struct store_console_row *row)
{
	struct consoles *x = arg;
	struct gather *g = x->g;
	struct report_console *c =
	    keep_more(g->keep, &g->w->consoles, sizeof(*c));

	if (c == NULL)
		return false;
	c->id = row->id;
	c->name = keep_text(g->keep, row->name);
	c->room = keep_text(g->keep, row->room);
	c->zone = keep_text(g->keep, row->zone);
	gather_index(g, &x->index, row->id, g->w->consoles.count - 1);
	return !g->keep->failed;
}

static bool
presence_row(void *arg, const struct store_presence_row *row)
{
	struct consoles *x = arg;
	struct timeline_span s = { .start_us = row->start_utc,
		.end_us = row->end_utc < x->g->stand.as_of_utc
			      ? row->end_utc
			      : x->g->stand.as_of_utc,
		.state = (uint8_t)row->state };

	if (s.start_us < s.end_us && !timeline_put(&x->line, &s))
		x->g->keep->failed = true;
	return !x->g->keep->failed;
}

static void
attended_mark(struct consoles *x, int64_t start, int64_t end,
    uint32_t *marked_to)
{
	uint32_t first =
	    (uint32_t)((start - x->g->from) / REPORT_ALARM_WINDOW_US);
	uint32_t last =
	    (uint32_t)((end - 1 - x->g->from) / REPORT_ALARM_WINDOW_US);

	if (first < *marked_to)
		first = *marked_to;
	for (uint32_t w = first; w <= last && w < x->windows; w++)
		x->attended[w]++;
	if (last + 1 > *marked_to)
		*marked_to = last + 1;
}

static void
presence_sum(struct consoles *x, struct report_console *c)
{
	int64_t idle_start = 0, idle_end = 0;
	uint32_t marked = 0;

	for (size_t i = 0; i < x->line.count; i++) {
		const struct timeline_span *s = &x->line.spans[i];
		int64_t a = s->start_us > x->g->from ? s->start_us : x->g->from;
		int64_t b =
		    s->end_us < x->g->settled ? s->end_us : x->g->settled;

		if (a >= b)
			continue;
		c->presence_us[s->state < PRESENCE_COUNT ? s->state : 0] +=
		    b - a;
		if (s->state == PRESENCE_ATTENDED)
			attended_mark(x, a, b, &marked);
		if (s->state != PRESENCE_IDLE && s->state != PRESENCE_AWAY)
			continue;
		if (a != idle_end)
			idle_start = a;
		idle_end = b;
		if (idle_end - idle_start > c->idle_longest_us) {
			c->idle_longest_us = idle_end - idle_start;
			c->idle_start_us = idle_start;
		}
	}
}

static struct report_console *
console_of(struct consoles *x, int64_t id)
{
	uint32_t at = gather_find(&x->index, id);

	return at != REPORT_NONE
		   ? (struct report_console *)x->g->w->consoles.items + at
		   : NULL;
}

static bool
prompt_row(void *arg, const struct store_prompt_row *row)
{
	struct consoles *x = arg;
	struct report_console *c = console_of(x, row->console);

	/* Answered after the moment: not yet then. */
	bool answered = row->answered_utc != 0 &&
			row->answered_utc <= x->g->stand.as_of_utc;

	/* What came of one that was open when the monitor ended nobody knows:
	 * it counts against nobody. */
	if (c == NULL || row->lost)
		return true;
	c->prompts++;
	c->right += answered && row->right;
	c->wrong += answered && !row->right;
	c->missed += !answered;
	if (answered)
		c->latency_ms += row->latency_ms;
	return true;
}

static bool
dispute_row(void *arg, const struct store_dispute_row *row)
{
	struct consoles *x = arg;
	struct report_console *c = console_of(x, row->console);

	if (c != NULL && row->created_utc <= x->g->stand.as_of_utc)
		c->disputes++;
	return true;
}

/* Incidents of people carry their console's number until here. */
static void
breaches_place(struct consoles *x)
{
	struct report_incident *list = x->g->w->incidents.items;

	for (uint32_t i = 0; i < x->g->w->incidents.count; i++) {
		if (list[i].console == REPORT_NONE)
			continue;
		list[i].console = gather_find(&x->index, list[i].console);
		if (list[i].console != REPORT_NONE)
			((struct report_console *)
				x->g->w->consoles.items)[list[i].console]
			    .breaches++;
	}
}

static bool
presence_all(struct consoles *x)
{
	struct gather *g = x->g;

	for (uint32_t i = 0; i < g->w->consoles.count; i++) {
		struct report_console *c =
		    (struct report_console *)g->w->consoles.items + i;

		timeline_clear(&x->line);
		if (!store_read_presence(g->r, c->id, g->from, g->to,
			presence_row, x) ||
		    g->keep->failed)
			return false;
		presence_sum(x, c);
		if (!store_read_prompts(g->r, c->id, g->from, g->settled,
			prompt_row, x) ||
		    !store_read_disputes(g->r, c->id, g->from, g->to,
			dispute_row, x))
			return false;
		if (c->right + c->wrong > 0)
			c->latency_ms /= c->right + c->wrong;
	}
	return true;
}

/* --- alarms */

static void
window_judge(struct report_alarms *a, const struct consoles *x, uint32_t w,
    uint32_t alarms)
{
	uint32_t operators = a->consoles ? x->attended[w] : 1;
	double load = alarms / (double)(operators > 0 ? operators : 1);

	a->alarms += alarms;
	a->mean += load;
	if (a->consoles && operators == 0)
		a->unattended += alarms;
	a->over += load > REPORT_ALARM_STEADY;
	a->floods += load >= REPORT_ALARM_FLOOD;
	if (load <= a->worst)
		return;
	a->worst = load;
	a->worst_utc = x->g->from + w * REPORT_ALARM_WINDOW_US;
	a->worst_alarms = alarms;
	a->worst_operators = operators;
}

static bool
alarms_count(struct consoles *x)
{
	struct gather *g = x->g;
	struct report_alarms *a = &g->w->report.alarms;
	const int64_t *at = g->alarms.items;
	uint32_t *in = calloc(x->windows + 1, sizeof(*in));

	if (in == NULL)
		return false;
	for (uint32_t i = 0; i < g->alarms.count; i++)
		if (at[i] < g->from + x->windows * REPORT_ALARM_WINDOW_US)
			in[(at[i] - g->from) / REPORT_ALARM_WINDOW_US]++;
	a->windows = x->windows;
	a->consoles = g->w->consoles.count > 0;
	for (uint32_t w = 0; w < x->windows; w++)
		window_judge(a, x, w, in[w]);
	if (x->windows > 0)
		a->mean /= x->windows;
	free(in);
	return true;
}

bool
gather_consoles(struct gather *g)
{
	struct consoles x = { .g = g,
		.windows = (uint32_t)((g->settled - g->from) /
				      REPORT_ALARM_WINDOW_US) };
	bool good;

	x.attended = calloc(x.windows + 1, sizeof(*x.attended));
	/* What a console did is not undone by its removal. */
	good = x.attended != NULL &&
	       store_read_consoles_since(g->r, g->ask->site, g->from,
		   console_row, &x) &&
	       !g->keep->failed && presence_all(&x);
	if (good) {
		breaches_place(&x);
		g->keep->failed |= !alarms_count(&x);
	}
	free(x.attended);
	keep_list_free(&x.index);
	timeline_fini(&x.line);
	return good && !g->keep->failed;
}
