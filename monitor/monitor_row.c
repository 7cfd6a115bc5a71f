/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_capacity.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_setup.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/config/config_outside.h"

/* A page's picture must not be older. */
#define FRESH_PICTURE_US (10 * US_PER_S)

int64_t
monitor_utc(const struct monitor *m, int64_t mono_us)
{
	return mono_us <= 0 ? 0 : m->anchor_us + mono_us;
}

static void
fill(const struct monitor *m, const struct watched_feed *f,
    struct monitor_row *row)
{
	const struct verdict *v = judge_verdict(f->judge);
	struct judge_stream s;

	judge_stream(f->judge, &s);
	*row = (struct monitor_row){ .feed = f->number,
		.site = f->site,
		.device = f->device,
		.name = f->name,
		.tags = f->tags,
		.url = f->add->url,
		.no_picture = f->no_picture,
		.maintenance = f->maintenance,
		.muted = f->muted,
		.ptz = f->ptz,
		.reference_utc_us = f->reference_utc,
		.criticality = f->criticality,
		.state = v->state,
		.cause = v->cause,
		.causes = v->causes,
		.confidence = v->confidence,
		.since_utc_us = monitor_utc(m, v->since_us),
		.at_utc_us = monitor_utc(m, v->at_us),
		.evidence = v->evidence[0] != '\0' ? v->evidence : "{}",
		.phase = f->phase,
		.reason = f->reason,
		.detail = f->detail != NULL ? f->detail : "",
		.codec = s.codec,
		.width = s.width,
		.height = s.height,
		.fps_milli = s.fps_milli,
		.kbps = s.kbps,
		.gop_us = s.gop_us,
		.loss_ppm = s.loss_ppm,
		.samples = s.samples,
		.last_sample_utc_us = monitor_utc(m, f->last_sample_us),
		.thumb_utc_us = monitor_utc(m, f->thumb_us),
		.version = f->version };
	memcpy(row->uuid, f->uuid, sizeof(row->uuid));
}

void
monitor_row_changed(struct monitor *m, struct watched_feed *f, bool removed)
{
	struct monitor_row row;

	f->version++;
	fill(m, f, &row);
	row.removed = removed;
	for (uint32_t i = 0; i < WATCHERS_MAX; i++)
		if (m->watchers[i].fn != NULL)
			m->watchers[i].fn(m->watchers[i].arg, &row);
}

bool
monitor_watch(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < WATCHERS_MAX; i++)
		if (m->watchers[i].fn == NULL) {
			m->watchers[i].fn = fn;
			m->watchers[i].arg = arg;
			return true;
		}
	return false;
}

void
monitor_unwatch(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < WATCHERS_MAX; i++)
		if (m->watchers[i].fn == fn && m->watchers[i].arg == arg)
			m->watchers[i].fn = NULL;
}

static int
by_name(const void *a, const void *b, void *arg)
{
	const struct monitor *m = arg;
	const struct watched_feed *x = m->feeds[*(const uint32_t *)a];
	const struct watched_feed *y = m->feeds[*(const uint32_t *)b];
	int c = strcmp(x->site, y->site);

	return c != 0 ? c : strcmp(x->name, y->name);
}

void
monitor_order_sort(struct monitor *m)
{
	m->feed_count = 0;
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++)
		if (m->feeds[i] != NULL)
			m->order[m->feed_count++] = i;
	qsort_r(m->order, m->feed_count, sizeof(m->order[0]), by_name, m);
}

void
monitor_rows(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	struct monitor_row row;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		fill(m, m->feeds[m->order[i]], &row);
		fn(arg, &row);
	}
}

bool
monitor_row(struct monitor *m, const uint8_t uuid[16], monitor_row_fn *fn,
    void *arg)
{
	const struct watched_feed *f = monitor_feed_find(m, uuid);
	struct monitor_row row;

	if (f == NULL)
		return false;
	fill(m, f, &row);
	fn(arg, &row);
	return true;
}

bool
monitor_picture(struct monitor *m, const uint8_t uuid[16])
{
	struct watched_feed *f = monitor_feed_find(m, uuid);
	int64_t now = clock_mono_us();

	if (f == NULL || f->no_picture || f->phase != PHASE_FLOWING)
		return false;
	if (f->thumb_us != 0 && now - f->thumb_us < FRESH_PICTURE_US)
		return true;
	if (!(monitor_capacity_wants(m) & PICTURE_CURRENT))
		return false;
	f->wanted |= PICTURE_CURRENT;
	/* Not from within the caller: it may be called from a row callback. */
	deadlines_set(&m->deadlines, f->number, now);
	monitor_timer_soon(m);
	return true;
}

bool
monitor_retry(struct monitor *m, const uint8_t uuid[16])
{
	const struct watched_feed *f = monitor_feed_find(m, uuid);

	if (f == NULL)
		return false;
	fleet_retry(m->fleet, f->number);
	return true;
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t
lag_p99(const struct monitor *m)
{
	uint32_t sorted[LAGS];
	uint32_t n = m->lag_count < LAGS ? m->lag_count : LAGS;

	if (n == 0)
		return 0;
	memcpy(sorted, m->lags, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_value);
	return sorted[(uint64_t)(n - 1) * 99 / 100];
}

/* Upper edge of the step that holds the 99th of 100 recent gaps. */
static uint32_t
gap_p99(const struct monitor *m)
{
	uint64_t all = 0, seen = 0;

	for (int i = 0; i < GAP_STEPS; i++)
		all += m->gaps[0][i] + m->gaps[1][i];
	for (uint32_t i = 0; i < GAP_STEPS && all > 0; i++) {
		seen += m->gaps[0][i] + m->gaps[1][i];
		if (seen * 100 >= all * 99)
			return (i + 1) * GAP_STEP_US;
	}
	return 0;
}

static void
add_probes(const struct monitor *m, struct monitor_totals *out)
{
	for (uint32_t i = 0; i < fleet_probe_count(m->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(m->fleet, i, &p);
		out->restarts += p.restarts;
		out->lost_bytes += p.last.lost_bytes;
		if (p.role != ROLE_PICTURE)
			out->flowing += p.last.flowing;
	}
}

static bool
is_witnessed(const struct monitor *m)
{
	int64_t age = monitor_utc(m, clock_mono_us()) - m->witnessed_utc_us;

	return m->witnessed_utc_us != 0 &&
	       age <= config_witness_missed_us(&m->config);
}

void
monitor_totals(const struct monitor *m, struct monitor_totals *out)
{
	const struct clock_state clock = monitor_setup_clock(m);
	struct store_health health;

	*out = (struct monitor_totals){ .feeds = m->feed_count,
		.demux_capacity = fleet_demux_capacity(m->fleet),
		.demux_used = fleet_demux_used(m->fleet),
		.held = m->guests.arrival.feeds,
		.tried = m->guests.arrival.tried,
		.arrival_left_s = arrival_left_s(&m->guests.arrival),
		.samples = m->samples,
		.verdicts = m->verdicts,
		.loop_lag_max_us = health_worst(&m->lag_worst),
		.loop_lag_p99_us = lag_p99(m),
		.sample_gap_p99_us = gap_p99(m),
		.started_utc_us = m->started_utc_us,
		.now_utc_us = monitor_utc(m, clock_mono_us()),
		.witnessed_utc_us = m->witnessed_utc_us,
		.heartbeat_utc_us = monitor_heartbeat_utc(m),
		.witnessed = is_witnessed(m),
		.contradicted = m->own[OWN_DENIED].number != 0,
		.clock_known = clock.known,
		.clock_synchronised = clock.synchronised,
		.clock_offset_us = clock.offset_us,
		.clock_error_us = clock.error_us,
		.health = monitor_health(m) };
	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct verdict *v =
		    judge_verdict(m->feeds[m->order[i]]->judge);

		out->state[v->state]++;
		out->cause[v->cause]++;
	}
	add_probes(m, out);
	monitor_alerts_totals(m, out);
	store_health(m->store, &health);
	out->store_queue = health.queued;
	out->store_lag_us = (uint32_t)(clock_mono_us() - health.last_commit_us);
}
