/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who should be there, by the room's own clock, and who is: each breach is an
 * incident. */
#include <stdio.h>

#include "common/clock.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_consoles.h"

/* Of the shift's room. */
static void
local_time(const struct monitor *m, const struct held_shift *s, int64_t now_us,
    unsigned *weekday, unsigned *minute)
{
	int64_t utc_s = monitor_utc(m, now_us) / US_PER_S;

	roster_local(utc_s + zone_offset(s->zone, utc_s), weekday, minute);
}

static bool
concerns(const struct roster_shift *s, const struct held_console *h)
{
	return s->console != 0 ? (uint64_t)h->id == s->console
			       : (uint64_t)h->room == s->room;
}

static struct roster_seen
seen_by(const struct consoles *c, const struct roster_shift *s)
{
	struct roster_seen seen = { 0 };

	for (size_t i = 0; i < c->console_count; i++) {
		const struct held_console *h = c->consoles[i];

		if (!concerns(s, h))
			continue;
		seen.attended += h->verdict.state == PRESENCE_ATTENDED;
		seen.unknown += h->verdict.state == PRESENCE_UNKNOWN;
	}
	return seen;
}

static void
open_incident(struct monitor *m, struct held_shift *s,
    const struct roster_event *e, int64_t now_us)
{
	char text[3 * LIMIT_NAME_BYTES];
	struct store_incident i = { .id = (int64_t)incident_number_take(
					m->incidents),
		.room = (int64_t)s->shift.room,
		.console = (int64_t)s->shift.console,
		.since_us = e->start_us,
		.at_us = now_us,
		.cause = CAUSE_NONE,
		.alertable = true,
		.text = text };

	if (s->shift.console != 0)
		snprintf(text, sizeof(text),
		    "%s, %s: nobody attends it in its shift%s", s->floor->room,
		    s->floor->console,
		    e->sure ? "" : " (its agent is silent, nobody can say)");
	else
		snprintf(text, sizeof(text),
		    "%s: %u attended, the roster asks for %u%s", s->floor->room,
		    e->attended, e->at_least,
		    e->sure ? "" : " (agents are silent, nobody can say)");
	monitor_incident_open(m, &i, 0);
	s->incident = (uint64_t)i.id;
}

static void
close_incident(struct monitor *m, struct held_shift *s, int64_t end_us,
    int64_t now_us)
{
	if (s->incident != 0)
		monitor_incident_close(m, (int64_t)s->incident, end_us, now_us);
	s->incident = 0;
}

void
roster_shift_end(struct monitor *m, struct held_shift *s, int64_t now_us)
{
	close_incident(m, s, now_us, now_us);
}

/* Within a break that the roster grants, being away needs no excuse. */
static void
grant_break(const struct monitor *m, const struct held_shift *s,
    unsigned weekday, unsigned minute, int64_t now_us)
{
	const struct consoles *c = m->consoles;
	/* Minutes are counted from the beginning of this one. */
	int64_t begun = now_us - monitor_utc(m, now_us) % (60 * US_PER_S);
	int64_t until =
	    begun + 60 * US_PER_S *
			(int64_t)roster_next_min(&s->shift, weekday, minute);

	for (size_t i = 0; i < c->console_count; i++)
		if (concerns(&s->shift, c->consoles[i]))
			console_break(&c->consoles[i]->state, until);
}

static void
force_one(struct monitor *m, struct held_console *h, int64_t now_us)
{
	const struct consoles *c = m->consoles;
	struct roster_force f =
	    roster_force_own(h->floor->idle_after_s, h->floor->prompt_after_s);
	struct console_config config = h->state.config;

	for (size_t i = 0; i < c->shift_count; i++) {
		const struct roster_shift *s = &c->shifts[i]->shift;
		unsigned weekday, minute;

		if (!concerns(s, h))
			continue;
		local_time(m, c->shifts[i], now_us, &weekday, &minute);
		roster_force_add(&f, s, roster_at(s, weekday, minute));
	}
	if (config.idle_after_s == f.idle_after_s &&
	    config.prompt_after_s == f.prompt_after_s)
		return;
	config.idle_after_s = f.idle_after_s;
	config.prompt_after_s = f.prompt_after_s;
	console_configure(&h->state, &config, now_us);
}

void
roster_force_all(struct monitor *m, int64_t now_us)
{
	const struct consoles *c = m->consoles;

	for (size_t i = 0; i < c->console_count; i++)
		force_one(m, c->consoles[i], now_us);
}

void
roster_second(struct monitor *m, int64_t now_us)
{
	const struct consoles *c = m->consoles;

	for (size_t i = 0; i < c->shift_count; i++) {
		struct held_shift *s = c->shifts[i];
		struct roster_seen seen = seen_by(c, &s->shift);
		struct roster_event e;
		unsigned weekday, minute;
		enum roster_due due;

		local_time(m, s, now_us, &weekday, &minute);
		due = roster_at(&s->shift, weekday, minute);
		if (due == ROSTER_BREAK)
			grant_break(m, s, weekday, minute, now_us);
		if (!roster_weigh(&s->watch, &s->shift, due, &seen, now_us, &e))
			continue;
		if (e.change == ROSTER_BREACH)
			open_incident(m, s, &e, now_us);
		else if (e.change == ROSTER_ENDED)
			close_incident(m, s, e.end_us, now_us);
	}
}
