/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *p; /* owned */
	size_t size, length;
	bool bad; /* memory was out */
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *t, const char *format, ...)
{
	__builtin_va_list ap;
	char line[1400];
	int n;

	__builtin_va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	__builtin_va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) || t->bad)
		return;
	if (t->length + (size_t)n + 1 > t->size) {
		size_t size = t->size * 2 + sizeof(line);
		char *p = realloc(t->p, size);

		if (p == NULL) {
			t->bad = true;
			return;
		}
		t->p = p;
		t->size = size;
	}
	memcpy(t->p + t->length, line, (size_t)n + 1);
	t->length += (size_t)n;
}

static void
one(struct text *t, const char *name, const char *type, const char *help,
    double value)
{
	add(t,
	    "# HELP camwarden_%s %s\n# TYPE camwarden_%s %s\n"
	    "camwarden_%s %.17g\n",
	    name, help, name, type, name, value);
}

static void
states(struct text *t, const struct metrics *m)
{
	add(t, "# HELP camwarden_feeds Feeds by state.\n"
	       "# TYPE camwarden_feeds gauge\n");
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		uint32_t n = m->totals.state[i];

		if (m->late)
			n = i == STATE_UNKNOWN ? m->totals.feeds : 0;
		add(t, "camwarden_feeds{state=\"%s\"} %u\n", state_name(i), n);
	}
	add(t, "# HELP camwarden_feeds_cause Feeds by leading cause.\n"
	       "# TYPE camwarden_feeds_cause gauge\n");
	for (unsigned i = 1; i < CAUSE_COUNT; i++) {
		uint32_t n = m->totals.cause[i];

		if (m->late)
			n = i == CAUSE_MONITOR_OFF ? m->totals.feeds : 0;
		add(t, "camwarden_feeds_cause{cause=\"%s\"} %u\n",
		    cause_name(i), n);
	}
}

/* What is wrong counts; what is only worth knowing does not. */
static void
health(struct text *t, const struct web_totals *m)
{
	one(t, "healthy", "gauge", "1 while the monitor itself is well.",
	    m->health.faults == 0);
	add(t, "# HELP camwarden_fault 1 while the monitor itself has it.\n"
	       "# TYPE camwarden_fault gauge\n");
	for (unsigned i = 0; i < HEALTH_FAULTS; i++)
		add(t, "camwarden_fault{fault=\"%s\"} %u\n",
		    health_name((enum health_fault)i),
		    (m->health.faults | m->health.warnings) >> i & 1);
	one(t, "capacity_level", "gauge",
	    "Falling behind: 0 no, 1 thumbnails left out, 2 pictures judged "
	    "more rarely, 3 those of some feeds not at all.",
	    m->health.level);
}

static void
monitor(struct text *t, const struct web_totals *m)
{
	one(t, "feeds_flowing", "gauge", "Feeds from which media arrives.",
	    m->flowing);
	one(t, "feeds_held", "gauge",
	    "Feeds that shall be connected all the time.", m->held);
	one(t, "feeds_untried", "gauge",
	    "Of those, feeds whose first try has not ended yet.",
	    m->held - m->tried);
	one(t, "demux_capacity", "gauge", "Feeds the demux probe has room for.",
	    m->demux_capacity);
	one(t, "demux_used", "gauge", "Feeds the demux probe holds.",
	    m->demux_used);
	one(t, "samples_total", "counter", "Pictures judged.",
	    (double)m->samples);
	one(t, "verdict_changes_total", "counter", "Changes of verdict.",
	    (double)m->verdicts);
	one(t, "probe_restarts_total", "counter", "Probes replaced.",
	    (double)m->restarts);
	one(t, "event_loop_lag_seconds", "gauge",
	    "Worst lateness of the monitor's loop in the last 5 to 10 s.",
	    m->loop_lag_max_us / 1e6);
	one(t, "event_loop_lag_p99_seconds", "gauge",
	    "99th percentile of the last 100 s, the probes' loops included.",
	    m->loop_lag_p99_us / 1e6);
	one(t, "sample_gap_p99_seconds", "gauge",
	    "99th percentile between judged pictures of a feed; 0: none.",
	    m->sample_gap_p99_us / 1e6);
	one(t, "lost_bytes_total", "counter",
	    "Bytes that probes dropped "
	    "unread.",
	    (double)m->lost_bytes);
	if (m->clock_error_us >= 0)
		one(t, "clock_error_seconds", "gauge",
		    "How far off the system's clock is at most, as its kernel "
		    "counts.",
		    (double)m->clock_error_us / 1e6);
	one(t, "alerts_open", "gauge", "Alerts that are open.", m->alerts_open);
	one(t, "notices_waiting", "gauge",
	    "Notices that wait for room in a budget.", m->notices_waiting);
	one(t, "notices_told_total", "counter",
	    "Notices told, digests among them.", (double)m->notices_told);
	one(t, "notices_dropped_total", "counter",
	    "Notices over before their turn came.", (double)m->notices_dropped);
	one(t, "record_contradicted", "gauge",
	    "1 when somebody outside knows another record.", m->contradicted);
	one(t, "store_queue", "gauge", "Operations not yet committed.",
	    m->store_queue);
	one(t, "store_lag_seconds", "gauge",
	    "Time since the last committed heartbeat.", m->store_lag_us / 1e6);
	one(t, "start_timestamp_seconds", "gauge", "When the monitor started.",
	    (double)m->started_utc_us / 1e6);
	one(t, "last_heartbeat_timestamp_seconds", "gauge",
	    "The monitor's last sign of life.", (double)m->now_utc_us / 1e6);
	one(t, "last_outside_receipt_timestamp_seconds", "gauge",
	    "When somebody outside last had the record; 0: not witnessed.",
	    (double)m->witnessed_utc_us / 1e6);
	one(t, "outgoing_heartbeat_timestamp_seconds", "gauge",
	    "When heartbeat.url was last heard; 0: never.",
	    (double)m->heartbeat_utc_us / 1e6);
}

/* As labels escape (exposition format): three letters; rest is UTF-8. */
static void
add_site(void *arg, const char *site, const uint32_t *states)
{
	char label[2 * LIMIT_NAME_BYTES + 1];
	struct text *t = arg;
	size_t n = 0;

	for (const char *p = site; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\' || *p == '\n')
			label[n++] = '\\';
		label[n++] = *p == '\n' ? 'n' : *p;
	}
	label[n] = '\0';
	for (unsigned i = 0; i < STATE_COUNT; i++)
		add(t, "camwarden_site_feeds{site=\"%s\",state=\"%s\"} %u\n",
		    label, state_name(i), states[i]);
}

static void
sites(struct text *t, const struct metrics *m)
{
	if (m->rows == NULL)
		return;
	add(t, "# HELP camwarden_site_feeds Feeds by site and state.\n"
	       "# TYPE camwarden_site_feeds gauge\n");
	lists_sites(m->rows, m->view, add_site, t);
}

static void
logins(struct text *t, const struct metrics *m)
{
	const struct {
		const char *result;
		uint64_t n;
	} counts[] = { { "in", m->logins.in }, { "refused", m->logins.refused },
		{ "throttled", m->logins.throttled } };

	add(t, "# HELP camwarden_logins_total Log-ins tried, by what came of "
	       "them.\n"
	       "# TYPE camwarden_logins_total counter\n");
	for (size_t i = 0; i < 3; i++)
		add(t, "camwarden_logins_total{result=\"%s\"} %llu\n",
		    counts[i].result, (unsigned long long)counts[i].n);
	one(t, "logins_waiting", "gauge", "Log-ins that wait to be judged.",
	    m->logins.waiting);
}

static void
web(struct text *t, const struct metrics *m)
{
	one(t, "http_connections", "gauge", "Open connections.",
	    m->connections);
	one(t, "http_handshakes", "gauge",
	    "Connections that have not agreed on keys yet.", m->handshakes);
	one(t, "http_streams", "gauge", "Open event streams.", m->streams);
	one(t, "http_requests_total", "counter", "Requests answered.",
	    (double)m->requests);
	one(t, "http_refused_total", "counter",
	    "Connections closed by a limit.", (double)m->refused);
	one(t, "http_unauthorized_total", "counter",
	    "Requests without a credential that is good.",
	    (double)m->strangers);
	logins(t, m);
}

char *
metrics_print(const struct metrics *m, size_t *length_out)
{
	struct text t = { 0 };

	add(&t, "# HELP camwarden_build_info The program.\n"
		"# TYPE camwarden_build_info gauge\n"
		"camwarden_build_info{version=\"" CAMWARDEN_VERSION "\"} 1\n");
	one(&t, "monitor_late", "gauge",
	    "1 while the monitor gives no sign of life.", m->late);
	states(&t, m);
	sites(&t, m);
	monitor(&t, &m->totals);
	health(&t, &m->totals);
	one(&t, "config_last_reload_successful", "gauge",
	    "1 unless the last reload was refused.", m->configure.reload_good);
	one(&t, "config_last_reload_success_timestamp_seconds", "gauge",
	    "When the configuration in force was read.",
	    (double)m->configure.reload_utc_us / 1e6);
	web(&t, m);
	*length_out = t.length;
	if (!t.bad)
		return t.p;
	free(t.p);
	return NULL;
}
