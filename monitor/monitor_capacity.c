/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_capacity.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor_setup.h"

/* --- what is counted */

void
monitor_capacity_on_lag(struct monitor *m, uint32_t lag_us)
{
	m->capacity.load.loop_lags_us += lag_us;
	m->capacity.load.loops++;
}

/* One that is still learned says nothing: they come by the thousand when the
 * monitor starts, and nothing is claimed of them. */
static bool
is_known(const struct watched_feed *f)
{
	return judge_verdict(f->judge)->cause != CAUSE_LEARNING;
}

void
monitor_capacity_on_sample(struct monitor *m, struct watched_feed *f,
    const struct sample *s, int64_t now_us)
{
	struct capacity_load *l = &m->capacity.load;
	bool ours = s->result == SAMPLE_BUSY || s->result == SAMPLE_LOST;

	if (ours)
		judge_on_starved(f->judge, now_us);
	if (!is_known(f))
		return;
	if (s->result == SAMPLE_BUSY)
		l->lost++;
	if (s->result != SAMPLE_OK && s->result != SAMPLE_DAMAGED)
		return;
	l->pictures++;
	l->slow += now_us - s->at_us >= CAPACITY_SLOW_US;
}

/* A picture probe's longest turn is a large picture's. */
void
monitor_capacity_on_pong(struct monitor *m, enum probe_role role,
    const struct wire_pong *pong)
{
	struct capacity_load *l = &m->capacity.load;

	if (role != ROLE_PICTURE && pong->lag_max_us > l->probe_lag_us)
		l->probe_lag_us = pong->lag_max_us;
}

static struct capacity_feed
view_of(const struct watched_feed *f, int64_t due_us)
{
	return (struct capacity_feed){ .due_us = due_us,
		.last_us = f->last_sample_us,
		.interval_us = judge_sample_interval(f->judge),
		.odd = judge_suspects(f->judge),
		.criticality = f->criticality,
		.place = (uint8_t)(f->number * 2654435761u >> 24) };
}

/* Whether pictures of it are taken. Nobody is left out before it comes to that:
 * most are not even looked at. */
static bool
is_sampled(const struct monitor *m, const struct watched_feed *f)
{
	struct capacity_feed view;

	if (capacity_level(&m->capacity) != CAPACITY_SHED)
		return true;
	view = view_of(f, 0);
	return capacity_samples(&m->capacity, &view);
}

/* .. and it should have one by now. */
static bool
is_owed(const struct monitor *m, const struct watched_feed *f, int64_t now_us)
{
	struct capacity_feed view;

	if (capacity_level(&m->capacity) < CAPACITY_STRETCHED)
		return true;
	view = view_of(f, 0);
	return capacity_owes(&m->capacity, &view, now_us);
}

/* --- each second */

static uint32_t
short_of(int64_t us)
{
	return us < 0 ? 0 : us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void
look_at_probes(const struct monitor *m, struct capacity_load *l, int64_t now_us)
{
	for (uint32_t i = 0; i < fleet_probe_count(m->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(m->fleet, i, &p);
		if (p.owes_us != 0 && now_us - p.owes_us > l->silent_us)
			l->silent_us = short_of(now_us - p.owes_us);
	}
}

static void
look_at_store(const struct monitor *m, struct capacity_load *l, int64_t now_us)
{
	struct store_health h;

	store_health(m->store, &h);
	l->store_queue = h.failing ? 0 : h.queued;
	l->store_lag_us = h.failing ? 0 : short_of(now_us - h.last_commit_us);
}

/* Those that are left out, or have just come back, are not owed; nor are those
 * still learned. */
static void
look_at_feeds(const struct monitor *m, struct capacity_load *l, int64_t now_us)
{
	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		if (f->phase != PHASE_FLOWING)
			continue;
		if (!is_known(f)) {
			l->learning++;
			continue;
		}
		if (f->last_sample_us == 0 || !is_owed(m, f, now_us))
			continue;
		l->wanted++;
		l->overdue +=
		    judge_verdict(f->judge)->cause == CAUSE_OVER_CAPACITY;
	}
}

static void
tell(struct monitor *m, int64_t now_us)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} parts[] = { { CAPACITY_PICTURES, "judging pictures" },
		{ CAPACITY_PROBES, "the probes" },
		{ CAPACITY_LOOP, "the monitor's loop" },
		{ CAPACITY_STORE, "writing to the disk" } };
	enum capacity_level level = capacity_level(&m->capacity);
	char text[OWN_TEXT_BYTES - 64];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (m->capacity.why & parts[i].bit)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? ", " : "", parts[i].word);
	snprintf(text + n, sizeof(text) - n, " %s late; %s",
	    n > 0 && m->capacity.why & (m->capacity.why - 1) ? "are" : "is",
	    capacity_level_text(level));
	monitor_own_say(m, OWN_CAPACITY, now_us - CAPACITY_RISE_US, now_us,
	    text);
}

static void
log_step(const struct monitor *m)
{
	enum capacity_level level = capacity_level(&m->capacity);

	if (level == CAPACITY_OK)
		log_info("capacity", "level=ok");
	else
		log_warn("capacity", "level=%s step=%u late=%#x",
		    capacity_level_name(level), m->capacity.step,
		    m->capacity.why);
}

void
monitor_capacity_second(struct monitor *m, int64_t now_us)
{
	look_at_probes(m, &m->capacity.load, now_us);
	look_at_store(m, &m->capacity.load, now_us);
	look_at_feeds(m, &m->capacity.load, now_us);
	if (capacity_second(&m->capacity, now_us))
		log_step(m);
	if (capacity_level(&m->capacity) != CAPACITY_OK)
		tell(m, now_us);
	else if (m->seconds >= OWN_SETTLED_SECONDS)
		monitor_own_over(m, OWN_CAPACITY, now_us);
}

/* --- what is left undone */

uint32_t
monitor_capacity_wants(const struct monitor *m)
{
	uint32_t bits = ~0u;

	if (!capacity_routine(&m->capacity))
		bits &= ~PICTURE_LAST_GOOD;
	if (!capacity_pages(&m->capacity))
		bits &= ~PICTURE_CURRENT;
	return bits;
}

void
monitor_capacity_asked(struct monitor *m, uint32_t want)
{
	if (want & PICTURE_LAST_GOOD)
		capacity_routine_made(&m->capacity);
}

int64_t
monitor_capacity_due(const struct monitor *m, const struct watched_feed *f,
    int64_t due_us, int64_t now_us)
{
	struct capacity_feed view;

	if (due_us == INT64_MAX)
		return due_us;
	view = view_of(f, due_us);
	return capacity_due(&m->capacity, &view, now_us);
}

void
monitor_capacity_owe(const struct monitor *m, struct watched_feed *f,
    int64_t now_us)
{
	if (f->phase == PHASE_FLOWING &&
	    (capacity_strained(&m->capacity) || !is_sampled(m, f)))
		judge_on_starved(f->judge, now_us);
}
