/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The composition root's own turns: birth, the deadline timer, the second,
 * the clock, reload, end. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_capacity.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_consoles.h"
#include "monitor/monitor_credentials.h"
#include "monitor/monitor_nightly.h"
#include "monitor/monitor_outside.h"
#include "monitor/monitor_people.h"
#include "monitor/monitor_setup.h"
#include "monitor/network/outage.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"

#define DUE_MAX 200u	 /* feeds weighed in one turn; then others get theirs */
#define STEP_US US_PER_S /* beyond it the clock was set, not disciplined */
#define LAG_EVERY_US (100 * US_PER_MS)
#define OVERLAY_SECONDS 5u
#define ROLLUP_SECONDS 10u
#define DAY_US (86400 * US_PER_S)
#define DRAIN_MS 2000u

/* --- the deadline timer */

void
monitor_timer_soon(struct monitor *m)
{
	uint32_t feed;
	int64_t wait = deadlines_first(&m->deadlines, &feed);
	struct timeval tv;

	if (wait == INT64_MAX || m->stopping)
		return;
	wait -= clock_mono_us();
	if (wait < 0)
		wait = 0;
	tv = (struct timeval){ wait / US_PER_S, wait % US_PER_S };
	event_add(m->timer, &tv);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us();
	uint32_t feed = 0;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < DUE_MAX && !m->stopping; i++) {
		if (deadlines_first(&m->deadlines, &feed) > now)
			break;
		monitor_feed_touch(m, m->feeds[feed], now);
	}
	monitor_timer_soon(m);
}

/* --- each second */

/* UTC = anchor + monotonic, so that a set clock never moves what was written;
 * it opens a new epoch instead. So does a machine that slept: the monotonic
 * clock stood still meanwhile. */
static void
check_clock(struct monitor *m, int64_t now_us)
{
	int64_t anchor = clock_utc_us() - now_us;
	int64_t step = anchor - m->anchor_us;
	int64_t slept = clock_boot_us() - now_us;
	bool awoke = llabs(slept - m->slept_us - step) < STEP_US;
	const char *why = awoke ? "the machine slept" : "the clock was set";

	if (step < STEP_US && step > -STEP_US)
		return;
	log_warn("monitor", "%s: %+.3f s, a new epoch", why,
	    (double)step / US_PER_S);
	if (!store_epoch(m->store, anchor, now_us, why, NULL))
		return;
	m->anchor_us = anchor;
	m->slept_us = slept;
	/* By a clock that was set back, the next try of what waits would be as
	 * much later. */
	post_again(m);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us();

	(void)fd;
	(void)what;
	check_clock(m, now);
	store_heartbeat(m->store, now);
	incident_step(m->incidents, now);
	monitor_incidents_drain(m);
	monitor_network_second(m, now);
	monitor_outage_second(m, now);
	monitor_relay_second(m, now);
	monitor_capacity_second(m, now);
	monitor_disk_second(m, now);
	monitor_feeds_second(m);
	monitor_ration_second(m);
	m->seconds++;
	if (m->seconds % OVERLAY_SECONDS == 0) {
		monitor_overlays_apply(m);
		monitor_alerts_excuse(m, now);
	}
	monitor_alerts_second(m, now);
	if (m->seconds % ROLLUP_SECONDS == 0)
		monitor_rollups_flush(m, now, false);
	monitor_declared_second(m, now);
	monitor_consoles_second(m, now);
	monitor_outside_second(m, now);
	monitor_setup_second(m);
	monitor_nightly_second(m, now);
	monitor_people_second(m, now);
}

/* How late the loop is, ten times a second. */
static void
on_lag(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us();
	int64_t late = m->lag_due_us != 0 ? now - m->lag_due_us : 0;
	uint32_t lag = late < 0		      ? 0
		       : late > 60 * US_PER_S ? 60 * US_PER_S
					      : (uint32_t)late;

	(void)fd;
	(void)what;
	m->lags[m->lag_count++ % LAGS] = lag;
	monitor_capacity_on_lag(m, lag);
	health_worst_take(&m->lag_worst, lag, now);
	m->lag_due_us = now + LAG_EVERY_US;

	const struct timeval tv = { 0, LAG_EVERY_US };

	event_add(m->lag, &tv);
}

/* --- the store */

static void
on_store(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;

	(void)fd;
	(void)what;
	store_dispatch(m->store);
}

static void
on_floor(void *arg)
{
	struct monitor *m = arg;

	if (!m->stopping && m->consoles != NULL && !monitor_consoles_load(m))
		log_error("monitor", "the changed floor can't be read: %s",
		    store_reader_error(m->reader));
}

static void
on_people(void *arg)
{
	people_settle(arg);
}

static void
on_inventory(void *arg, uint64_t revision)
{
	struct monitor *m = arg;

	(void)revision;
	if (!m->stopping && m->fleet != NULL && !monitor_feeds_load(m, false)) {
		log_error("monitor", "the changed inventory can't be read: %s",
		    store_reader_error(m->reader));
		m->guests.due = true; /* it was answered: read again soon */
	}
	monitor_alerts_on_inventory(m);
	/* Layouts, patterns and desks name feeds, rooms their site's zone. */
	on_floor(m);
}

static void
on_resync(void *arg)
{
	struct monitor *m = arg;

	for (uint32_t i = 0; !m->stopping && i < m->feed_count; i++)
		monitor_verdict_post(m, m->feeds[m->order[i]]);
	if (!m->stopping)
		monitor_consoles_resync(m);
}

static void
on_health(void *arg)
{
	struct monitor *m = arg;
	struct store_health h;

	store_health(m->store, &h);
	monitor_disk_told(m, &h, clock_mono_us());
}

/* --- birth */

static bool
fail(char **error_out, const char *why)
{
	*error_out = strdup(why);
	return false;
}

/* How long devices may count the sessions of a run that was killed. */
static int64_t
lingering_us(const struct monitor *m, int64_t now_us)
{
	int64_t left_us = store_left_utc(m->store) - m->anchor_us;

	/* whatever was done to the clock meanwhile */
	return (left_us < now_us ? left_us : now_us) + FLEET_LINGER_US;
}

static bool
open_store(struct monitor *m, const struct store_progress *progress,
    char **error_out)
{
	const struct monitor_config *cfg = &m->config;
	const struct store_config config = { .dir = cfg->state_dir,
		.actor = "monitor",
		.mono_us = clock_mono_us(),
		.utc_us = clock_utc_us(),
		.keep_interval_days =
		    (uint32_t)(cfg->keep_intervals_us / DAY_US),
		.keep_event_days = (uint32_t)(cfg->keep_events_us / DAY_US),
		.keep_rollup_days = (uint32_t)(cfg->keep_rollups_us / DAY_US),
		.keep_thumbnail_days =
		    (uint32_t)(cfg->keep_thumbnails_us / DAY_US),
		.keep_people_days = (uint32_t)(cfg->keep_people_us / DAY_US),
		.keep_bytes = cfg->keep_thumbnail_bytes,
		.key_file = cfg->credentials_key_file,
		.progress = *progress };
	const struct store_calls calls = { .on_inventory = on_inventory,
		.on_resync = on_resync,
		.on_health = on_health,
		.on_floor = on_floor,
		.on_people = on_people,
		.on_incident = monitor_news_on_incident,
		.arg = m };
	char error[STORE_ERROR_BYTES];

	m->anchor_us = config.utc_us - config.mono_us;
	m->slept_us = clock_boot_us() - config.mono_us;
	m->started_utc_us = config.utc_us;
	m->store = store_open(&config, &calls, error);
	if (m->store == NULL)
		return fail(error_out, error);
	m->guests.lingering_us = lingering_us(m, config.mono_us);
	m->reader = store_reader_open(cfg->state_dir, error);
	if (m->reader == NULL)
		return fail(error_out, error);
	return monitor_credentials_start(m) || fail(error_out, "memory is out");
}

static bool
make_tables(struct monitor *m, char **error_out)
{
	struct incident_config incident;

	incident_config_defaults(&incident);
	m->feeds = calloc(LIMIT_FEEDS, sizeof(*m->feeds));
	m->order = calloc(LIMIT_FEEDS, sizeof(*m->order));
	m->incidents = incident_book_new(&incident,
	    (uint64_t)store_incident_next(m->store));
	m->duplicates = duplicate_new();
	if (m->feeds == NULL || m->order == NULL || m->incidents == NULL ||
	    m->duplicates == NULL || !monitor_outage_start(m) ||
	    !deadlines_init(&m->deadlines, LIMIT_FEEDS))
		return fail(error_out, "memory is out");
	return true;
}

static bool
start_fleet(struct monitor *m, char **error_out)
{
	const struct fleet_config cfg = { .program_dir = m->config.program_dir,
		.stream_probes = m->config.stream_probes,
		.picture_probes = m->config.picture_probes,
		.demux_probes = m->config.demux_probes,
		.probe = m->config.probe };
	struct fleet_calls calls;
	const char *error = NULL;

	monitor_observe_calls(m, &calls);
	m->fleet = fleet_new(m->base, &cfg, &calls, &error);
	return m->fleet != NULL || fail(error_out, error);
}

static bool
start_loop(struct monitor *m, char **error_out)
{
	static const struct timeval second = { 1, 0 };

	m->timer = event_new(m->base, -1, 0, on_timer, m);
	m->second = event_new(m->base, -1, EV_PERSIST, on_second, m);
	m->lag = event_new(m->base, -1, 0, on_lag, m);
	m->store_event = event_new(m->base, store_fd(m->store),
	    EV_READ | EV_PERSIST, on_store, m);
	if (m->timer == NULL || m->second == NULL || m->lag == NULL ||
	    m->store_event == NULL || event_add(m->second, &second) != 0 ||
	    event_add(m->store_event, NULL) != 0)
		return fail(error_out, "can't set up the event loop");
	on_lag(-1, 0, m);
	return true;
}

struct monitor *
monitor_new(struct event_base *base, const struct monitor_config *cfg,
    const struct store_progress *progress, char **error_out)
{
	struct monitor *m = calloc(1, sizeof(*m));

	*error_out = NULL;
	if (m == NULL) {
		fail(error_out, "memory is out");
		return NULL;
	}
	m->base = base;
	m->config = *cfg;
	capacity_init(&m->capacity);
	m->disk_well_us = clock_mono_us();
	if (!open_store(m, progress, error_out) || !make_tables(m, error_out) ||
	    !monitor_nightly_start(m) || !start_loop(m, error_out) ||
	    !start_fleet(m, error_out) ||
	    !monitor_outside_start(m, error_out)) {
		monitor_free(&m);
		return NULL;
	}
	monitor_network_start(m);
	if (!monitor_people_start(m, error_out)) {
		monitor_free(&m);
		return NULL;
	}
	const char *why;

	if (!monitor_alerts_start(m, &why)) {
		fail(error_out, why);
		monitor_free(&m);
		return NULL;
	}
	if (!monitor_feeds_load(m, true) || !monitor_consoles_load(m)) {
		fail(error_out, store_reader_error(m->reader));
		monitor_free(&m);
		return NULL;
	}
	monitor_alerts_settle(m);
	store_event(m->store, clock_mono_us(), "monitor.start", "monitor",
	    "{\"version\":\"" CAMWARDEN_VERSION "\"}", NULL);
	if (!monitor_setup_start(m)) {
		fail(error_out, "memory is out");
		monitor_free(&m);
	}
	return m;
}

/* --- reload */

char *
monitor_reload(struct monitor *m, const struct monitor_config *cfg)
{
	const struct monitor_config *old = &m->config;
	bool later =
	    strcmp(old->state_dir, cfg->state_dir) != 0 ||
	    strcmp(old->program_dir, cfg->program_dir) != 0 ||
	    old->stream_probes != cfg->stream_probes ||
	    old->picture_probes != cfg->picture_probes ||
	    old->demux_probes != cfg->demux_probes ||
	    strcmp(old->credentials_key_file, cfg->credentials_key_file) != 0 ||
	    old->network_watch != cfg->network_watch ||
	    old->outage_feeds != cfg->outage_feeds ||
	    old->outage_prefix4 != cfg->outage_prefix4 ||
	    old->outage_prefix6 != cfg->outage_prefix6 ||
	    old->outage_scout_ms != cfg->outage_scout_ms ||
	    old->outage_rest_ms != cfg->outage_rest_ms ||
	    old->reference_count != cfg->reference_count ||
	    memcmp(old->references, cfg->references, sizeof(cfg->references)) !=
		0 ||
	    memcmp(old->reference_ports, cfg->reference_ports,
		sizeof(cfg->reference_ports)) != 0 ||
	    memcmp(&old->probe, &cfg->probe, sizeof(cfg->probe)) != 0;
	struct judge_config judge = cfg->judge;

	/* Every feed's judge borrows this one place. */
	m->config.judge = judge;
	m->config.log_level = cfg->log_level;
	m->config.clock_required = cfg->clock_required;
	m->config.http_login_idle_us = cfg->http_login_idle_us;
	m->config.http_login_longest_us = cfg->http_login_longest_us;
	monitor_nightly_reload(m, cfg);
	monitor_credentials_reload(m);
	later = monitor_outside_reload(m, cfg) || later;
	memcpy(m->config.file, cfg->file, sizeof(cfg->file));
	memcpy(m->config.file_sha256, cfg->file_sha256,
	    sizeof(cfg->file_sha256));
	store_event(m->store, clock_mono_us(), "monitor.reload", "monitor",
	    "{}", NULL);
	monitor_setup_reload(m);
	return later
		   ? strdup("state_dir, programs, numbers of probes, the "
			    "file of keys, network, "
			    "witnesses and timings come into force at the next "
			    "start")
		   : NULL;
}

/* --- end */

static void
on_handed(struct monitor *m)
{
	if (m->stopped != NULL)
		m->stopped(m->stopped_arg);
}

static void
on_fleet_stopped(void *arg)
{
	struct monitor *m = arg;

	store_event(m->store, clock_mono_us(), "monitor.stop", "monitor", "{}",
	    NULL);
	store_heartbeat(m->store, clock_mono_us());
	monitor_outside_stop(m);
	/* The head that the first gives is signed for the second. */
	if (!store_drain(m->store, DRAIN_MS) ||
	    !store_drain(m->store, DRAIN_MS))
		log_error("monitor", "not all could be written in time");
	monitor_outside_last(m, on_handed);
}

void
monitor_stop(struct monitor *m, void (*done)(void *arg), void *arg)
{
	m->stopped = done;
	m->stopped_arg = arg;
	monitor_rollups_flush(m, clock_mono_us(), true);
	monitor_learned_save_all(m, clock_mono_us());
	m->stopping = true;
	event_del(m->timer);
	event_del(m->second);
	monitor_nightly_stop(m);
	fleet_stop(m->fleet, on_fleet_stopped, m);
}

void
monitor_free(struct monitor **mp)
{
	struct monitor *m = *mp;

	*mp = NULL;
	if (m == NULL)
		return;
	m->stopping = true;
	fleet_free(&m->fleet);
	network_watch_free(&m->network);

	struct event *events[] = { m->timer, m->second, m->lag,
		m->store_event };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	monitor_people_free(m);
	monitor_outside_free(m);
	monitor_consoles_free(m);
	monitor_feeds_free(m);
	monitor_zones_free(m);
	monitor_alerts_free(m);
	incident_book_free(&m->incidents);
	outage_free(&m->outage);
	duplicate_free(&m->duplicates);
	deadlines_fini(&m->deadlines);
	monitor_setup_free(m);
	free(m->order);
	free(m->guests.lines);
	store_reader_close(&m->reader);
	store_close(&m->store);
	monitor_credentials_free(m);
	monitor_nightly_free(m);
	free(m);
}
