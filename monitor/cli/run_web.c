/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/run_web.h"

#include <stdio.h>
#include <string.h>

#include "monitor/cli/run_changes.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/read_wire.h"
#include "monitor/http/web.h"
#include "monitor/http/web_wire.h"
#include "monitor/monitor.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_nightly.h"
#include "monitor/monitor_users.h"

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text != NULL ? text : "");
}

static void
fill_row(struct web_row *m, const struct monitor_row *row)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->uuid, row->uuid, 16);
	copy(m->site, sizeof(m->site), row->site);
	copy(m->device, sizeof(m->device), row->device);
	copy(m->name, sizeof(m->name), row->name);
	copy(m->url, sizeof(m->url), row->url);
	copy(m->tags, sizeof(m->tags), row->tags);
	/* Whole or not at all: it is JSON. */
	if (row->evidence != NULL &&
	    strlen(row->evidence) < sizeof(m->evidence))
		copy(m->evidence, sizeof(m->evidence), row->evidence);
	copy(m->detail, sizeof(m->detail), row->detail);
	m->no_picture = row->no_picture;
	m->maintenance = row->maintenance;
	m->muted = row->muted;
	m->ptz = row->ptz;
	m->reference_utc_us = row->reference_utc_us;
	m->criticality = row->criticality;
	m->state = (uint8_t)row->state;
	m->cause = (uint8_t)row->cause;
	m->causes = row->causes;
	m->confidence = row->confidence;
	m->phase = (uint8_t)row->phase;
	m->reason = (uint8_t)row->reason;
	m->codec = (uint8_t)row->codec;
	m->since_utc_us = row->since_utc_us;
	m->at_utc_us = row->at_utc_us;
	m->last_sample_utc_us = row->last_sample_utc_us;
	m->thumb_utc_us = row->thumb_utc_us;
	m->width = row->width;
	m->height = row->height;
	m->fps_milli = row->fps_milli;
	m->kbps = row->kbps;
	m->gop_us = row->gop_us;
	m->loss_ppm = row->loss_ppm;
	m->samples = row->samples;
}

static void
on_row(void *arg, const struct monitor_row *row)
{
	static struct web_row m; /* large; one thread */

	if (row->removed) {
		web_row_gone(arg, row->uuid);
		return;
	}
	fill_row(&m, row);
	web_row_put(arg, &m);
}

static void
tell_all(void *arg, struct web *w)
{
	monitor_rows(arg, on_row, w);
}

static void
fill_totals(void *arg, struct web_totals *m)
{
	struct monitor_totals t;

	monitor_totals(arg, &t);
	*m = (struct web_totals){ .feeds = t.feeds,
		.flowing = t.flowing,
		.demux_capacity = t.demux_capacity,
		.demux_used = t.demux_used,
		.held = t.held,
		.tried = t.tried,
		.arrival_left_s = t.arrival_left_s,
		.samples = t.samples,
		.verdicts = t.verdicts,
		.restarts = t.restarts,
		.loop_lag_max_us = t.loop_lag_max_us,
		.store_queue = t.store_queue,
		.store_lag_us = t.store_lag_us,
		.started_utc_us = t.started_utc_us,
		.now_utc_us = t.now_utc_us,
		.witnessed_utc_us = t.witnessed_utc_us,
		.heartbeat_utc_us = t.heartbeat_utc_us,
		.loop_lag_p99_us = t.loop_lag_p99_us,
		.sample_gap_p99_us = t.sample_gap_p99_us,
		.lost_bytes = t.lost_bytes,
		.clock_error_us = t.clock_known ? t.clock_error_us : -1,
		.witnessed = t.witnessed,
		.contradicted = t.contradicted,
		.alerts_open = t.alerts_open,
		.notices_waiting = t.notices_waiting,
		.notices_told = t.notices_told,
		.notices_dropped = t.notices_dropped,
		.health = t.health };
	memcpy(m->state, t.state, sizeof(m->state));
	memcpy(m->cause, t.cause, sizeof(m->cause));
}

static void
fill_channels(struct read_facts *f, const struct config_alerts *alerts)
{
	_Static_assert(CONFIG_CHANNELS == READ_CHANNELS_MOST, "all of them");
	for (uint32_t i = 0; i < alerts->channel_count; i++) {
		const struct config_channel *c = &alerts->channels[i];
		struct read_channel *to = &f->channels[f->channel_count++];

		copy(to->name, sizeof(to->name), c->name);
		copy(to->kind, sizeof(to->kind), c->kind);
		copy(to->or_else, sizeof(to->or_else), c->or_else);
	}
}

static void
fill_facts(void *arg, struct read_facts *f)
{
	struct monitor_record_state record;
	struct monitor_report_state report;

	_Static_assert(MONITOR_WITNESSES == READ_WITNESSES, "all of them");
	monitor_record_state(arg, &record);
	monitor_report_state(arg, &report);
	f->people_days = record.people_days;
	f->reports = report.enabled;
	f->report_utc = report.next_utc;
	copy(f->report_date, sizeof(f->report_date), report.next_date);
	copy(f->report_trouble, sizeof(f->report_trouble), report.trouble);
	f->witness_count = record.witness_count;
	for (unsigned i = 0; i < record.witness_count; i++) {
		copy(f->witnesses[i].name, sizeof(f->witnesses[i].name),
		    record.witnesses[i].name);
		f->witnesses[i].kind = (uint8_t)record.witnesses[i].kind;
	}
	fill_channels(f, monitor_alert_settings(arg));
}

static void
want_row(void *arg, struct web *w, const uint8_t uuid[16])
{
	if (!monitor_row(arg, uuid, on_row, w))
		web_row_gone(w, uuid);
}

static void
want_picture(void *arg, const uint8_t uuid[16])
{
	monitor_picture(arg, uuid);
}

static void
change(void *arg, struct web *w, const struct web_change *c)
{
	run_changes(arg, w, c);
}

static void
on_principal(void *arg, const struct principal *p)
{
	web_session_put(arg, p);
}

static void
on_gone(void *arg, const uint8_t sha256[32])
{
	web_session_gone(arg, sha256);
}

static void
on_setup(void *arg, bool due)
{
	web_setup(arg, due);
}

/* Told at once, and from then on. */
static void
tell_sessions(void *arg, struct web *w)
{
	struct monitor_people_calls calls = { on_principal, on_gone, on_setup,
		w };

	monitor_people_watch(arg, &calls);
}

static void
seen(void *arg, const struct web_seen *m)
{
	monitor_principal_seen(arg, m->sha256);
}

static void
on_news(void *arg, const char *name, const char *site, const char *json)
{
	web_event_put(arg, name, site, json);
}

static struct web_settings
settings_of(const struct monitor_config *cfg)
{
	return (struct web_settings){ .state_dir = cfg->state_dir,
		.address = cfg->http_address,
		.port = cfg->http_port,
		.connections = cfg->http_connections,
		.per_address = cfg->http_per_address,
		.certificate = cfg->http_certificate,
		.key = cfg->http_key,
		.names = cfg->http_names,
		.language = cfg->report_language };
}

struct web *
run_web_start(struct event_base *base, const struct monitor_config *cfg,
    struct monitor *monitor, char **error_out)
{
	struct web_calls calls = { .tell_all = tell_all,
		.totals = fill_totals,
		.facts = fill_facts,
		.want_picture = want_picture,
		.want_row = want_row,
		.tell_sessions = tell_sessions,
		.change = change,
		.seen = seen,
		.arg = monitor };
	struct web_settings set = settings_of(cfg);
	struct web *w = web_new(base, &set, &calls, error_out);

	if (w != NULL && !monitor_watch(monitor, on_row, w))
		web_free(&w);
	if (w != NULL)
		monitor_news_watch(monitor, on_news, w);
	run_changes_web(w);
	return w;
}

void
run_web_reload(struct web *w, const struct monitor_config *cfg)
{
	struct web_settings set;

	if (cfg != NULL)
		set = settings_of(cfg);
	web_reload(w, cfg != NULL ? &set : NULL);
}

void
run_web_stop(struct web **w, struct monitor *monitor)
{
	if (*w == NULL)
		return;
	run_changes_web(NULL);
	monitor_people_watch(monitor, NULL);
	monitor_unwatch(monitor, on_row, *w);
	monitor_news_watch(monitor, NULL, NULL);
	web_free(w);
}
