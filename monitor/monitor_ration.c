/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What thin lines bear: rates as measured go into the plan of who is held and
 * who is visited (inventory/ration), and the plan is made anew when they
 * differ from what it was made of. */
#include "monitor/monitor_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "monitor/inventory/inventory.h"

#define LOOK_SECONDS 10u
#define SOONEST_SECONDS 60u  /* between two plans, when more comes than is */
#define RELAXED_SECONDS 600u /* .. when less does */
#define STEP_PERCENT 25u

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

struct ration *
monitor_ration_make(struct monitor *m, const struct inventory *inv)
{
	uint32_t *kbps = rates_of(m, inv);
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

/* What comes over each line now, that of lines below it included. */
static void
measure(struct monitor *m)
{
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
	if (m->guests.line_count == 0 || m->seconds % LOOK_SECONDS != 0)
		return;
	measure(m);
	take_rates(m);
	if (m->guests.due &&
	    m->seconds - m->guests.planned_s >= SOONEST_SECONDS &&
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
