/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What thin lines and devices bear: rates as measured go into the plan of who
 * is held and who is visited (inventory/ration), and so does which devices free
 * sessions late; the plan is made anew when that differs from what it was made
 * of. */
#include "monitor/monitor_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "monitor/inventory/inventory.h"

#define LOOK_SECONDS 10u
/* Between two plans, unless a line has too much. */
#define SOONEST_SECONDS 60u
#define RELAXED_SECONDS 600u /* .. when less comes than was planned */
#define STEP_PERCENT 25u
#define MISSED 2u /* visits in a row: no accident */

static uint32_t
rate_of(const struct watched_feed *f)
{
	struct judge_stream s;

	judge_stream(f->judge, &s);
	return s.kbps;
}

/* Rounded up, in steps that a camera's usual ups and downs don't cross. */
static uint32_t
stepped(uint32_t kbps)
{
	uint32_t v = 64;

	while (v < kbps && v < 1000000)
		v += v * STEP_PERCENT / 100;
	return v;
}

/* As last planned with; 0: never measured. */
static uint32_t *
rates_of(const struct monitor *m, const struct inventory *inv)
{
	uint32_t *kbps = calloc(inv->feed_count + 1, sizeof(*kbps));

	for (size_t i = 0; kbps != NULL && i < inv->feed_count; i++) {
		const struct watched_feed *f =
		    monitor_feed_find(m, inv->feeds[i].uuid);

		if (f != NULL)
			kbps[i] = f->guest.planned_kbps;
	}
	return kbps;
}

static bool
is_late(const struct guests *g, int64_t device)
{
	for (uint32_t i = 0; i < g->late_count; i++)
		if (g->late[i] == device)
			return true;
	return false;
}

/* The same visits come to nothing each time, where the device still counts
 * those before them. */
void
monitor_ration_on_link(struct monitor *m, struct watched_feed *f,
    const struct link_report *r)
{
	struct guests *g = &m->guests;

	if (r->phase == PHASE_FLOWING)
		f->guest.missed = 0;
	if (r->phase != PHASE_WAITING || r->reason != REASON_SESSION_LIMIT ||
	    f->add->visit_seconds == 0 || ++f->guest.missed < MISSED)
		return;
	f->guest.missed = 0;
	if (is_late(g, f->add->device) || g->late_count == GUEST_LATE)
		return;
	log_info("monitor",
	    "device=\"%s\" frees sessions late: its visits "
	    "are planned further apart",
	    f->device);
	g->late[g->late_count++] = f->add->device;
	g->due = true;
}

struct ration *
monitor_ration_make(struct monitor *m, struct inventory *inv)
{
	uint32_t *kbps = rates_of(m, inv);

	for (size_t i = 0; i < inv->device_count; i++)
		inv->devices[i].frees_late =
		    is_late(&m->guests, inv->devices[i].id);

	struct ration *r = ration_new(inv, kbps, RATION_USUAL_KBPS);

	free(kbps);
	return r;
}

char *
monitor_ration_text(struct monitor *m, const struct inventory *now,
    const struct inventory_plan *plan)
{
	uint32_t *kbps = rates_of(m, now);
	char *text = ration_plan_text(now, kbps, plan);

	free(kbps);
	return text;
}

void
monitor_ration_keep(struct monitor *m, const struct ration *r)
{
	struct line *lines = calloc(r->site_count + 1, sizeof(*lines));

	free(m->guests.lines);
	m->guests.lines = lines;
	m->guests.line_count = lines != NULL ? (uint32_t)r->site_count : 0;
	m->guests.planned_s = m->seconds;
	m->guests.due = false;
	for (uint32_t i = 0; i < m->guests.line_count; i++) {
		lines[i].site = r->sites[i];
		lines[i].site.path = lines[i].path;
		strncpy(lines[i].path, r->sites[i].path,
		    sizeof(lines[i].path) - 1);
	}
}

/* What comes over each line now, that of lines below it included. Whether it
 * is more than one may bear. */
static bool
measure(struct monitor *m)
{
	bool above = false;

	for (uint32_t i = 0; i < m->guests.line_count; i++)
		m->guests.lines[i].measured_kbps = 0;
	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];
		uint32_t line = f->guest.line;

		for (uint32_t deep = 0;
		     line < m->guests.line_count && f->phase == PHASE_FLOWING &&
		     deep < m->guests.line_count;
		     deep++) {
			m->guests.lines[line].measured_kbps += rate_of(f);
			line = m->guests.lines[line].site.parent;
		}
	}
	for (uint32_t i = 0; i < m->guests.line_count; i++)
		above |= m->guests.lines[i].measured_kbps >
			 m->guests.lines[i].site.ceiling_kbps;
	return above;
}

/* A rate beyond what was planned with counts at once, one far below it when
 * the next plan is made anyway. */
static void
take_rates(struct monitor *m)
{
	bool relaxed = m->seconds - m->guests.planned_s >= RELAXED_SECONDS;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];
		uint32_t is = rate_of(f), planned = f->guest.planned_kbps;

		if (is == 0 || f->guest.line >= m->guests.line_count)
			continue;
		if (planned == 0)
			planned = RATION_USUAL_KBPS;
		if (is <= planned && (!relaxed || is >= planned / 2)) {
			if (f->guest.planned_kbps == 0 && is >= planned / 2)
				f->guest.planned_kbps = planned;
			continue;
		}
		f->guest.planned_kbps = stepped(is);
		m->guests.due = true;
	}
}

void
monitor_ration_second(struct monitor *m)
{
	bool above;

	if (m->seconds % LOOK_SECONDS != 0)
		return;
	above = measure(m);
	if (m->guests.line_count > 0)
		take_rates(m);
	if (m->guests.due &&
	    (above || m->seconds - m->guests.planned_s >= SOONEST_SECONDS) &&
	    !monitor_feeds_load(m, false))
		log_error("monitor", "the plan of visits can't be made anew");
}

void
monitor_lines(const struct monitor *m, monitor_line_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < m->guests.line_count; i++)
		fn(arg, &m->guests.lines[i].site,
		    m->guests.lines[i].measured_kbps);
}
