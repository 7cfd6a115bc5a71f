/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor.h without rooms below it: a fleet that exists only on paper, for
 * tests of the faces (camwarden-fake, used by tests/integration). The number
 * of feeds is CAMWARDEN_FAKE_FEEDS (60), the rows that change each second
 * CAMWARDEN_FAKE_CHANGES (1). A datagram "FROM COUNT" to the socket that
 * CAMWARDEN_FAKE_SOCKET names changes so many rows at once, from that one on:
 * what was well freezes now, the rest is well again (./dev bench web).
 * Deterministic but for the time of day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "monitor/http/agents.h"
#include "monitor/monitor_credentials.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_overlay.h"
#include "monitor/monitor_users.h"
#include "monitor/monitor.h"
#include "monitor/monitor_nightly.h"

#define SITES 24u

struct fake_feed {
	struct monitor_row row;
	char site[64];
	char name[64];
	char url[96];
};

struct monitor {
	struct event_base *base;
	struct event *tick;
	struct event *told;
	struct fake_feed *feed;
	uint32_t count;
	uint32_t changes;
	uint32_t next;
	monitor_row_fn *fn;
	void *arg;
	int64_t started;
	uint64_t verdicts;
};

static uint32_t
number_from(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

static uint32_t
scatter(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

/* Nine in ten are well; the rest has every kind of trouble. */
static void
set_verdict(struct fake_feed *f, uint32_t dice, int64_t now)
{
	static const enum cause causes[] = { CAUSE_FROZEN, CAUSE_UNREACHABLE,
		CAUSE_AUTH_FAILED, CAUSE_BLACK, CAUSE_STALLED, CAUSE_NO_SIGNAL,
		CAUSE_LOW_FPS, CAUSE_FLAPPING, CAUSE_PACKET_LOSS,
		CAUSE_NOT_SAMPLED, CAUSE_LEARNING, CAUSE_BLURRED };
	enum cause c = CAUSE_NONE;

	if (dice % 100 < 9)
		c = causes[dice / 100 % 12];
	f->row.cause = c;
	f->row.state = c == CAUSE_NONE ? STATE_UP : cause_state(c);
	f->row.causes = c == CAUSE_NONE ? 0 : 1ull << c;
	f->row.since_utc_us = now - (dice >> 8) % 90000 * US_PER_S;
	f->row.at_utc_us = f->row.since_utc_us + 4 * US_PER_S;
	f->row.version++;
}

static void
fill(struct fake_feed *f, uint32_t i, int64_t now)
{
	uint32_t dice = scatter(i + 1);

	for (unsigned b = 0; b < 4; b++) {
		uint32_t r = scatter(i * 4 + b + 77);

		memcpy(f->row.uuid + b * 4, &r, 4);
	}
	snprintf(f->site, sizeof(f->site), "%s/Site %02u",
	    i % SITES < 10 ? "North" : "South", i % SITES);
	snprintf(f->name, sizeof(f->name),
	    i == 7 ? "<b onmouseover=alert(1)>Gate</b> & \xe2\x80\xae"
		     "evil"
		   : "Camera %04u",
	    i);
	snprintf(f->url, sizeof(f->url), "rtsp://10.%u.%u.%u/stream1", i >> 16,
	    i >> 8 & 255, i & 255);
	f->row.feed = i;
	f->row.site = f->site;
	f->row.name = f->name;
	f->row.device = f->name;
	f->row.url = f->url;
	f->row.evidence = "{\"note\":\"simulated\"}";
	f->row.detail = "";
	f->row.criticality = 3;
	f->row.no_picture = i % 50 == 49;
	f->row.ptz = i % 40 == 3;
	if (i % 3 == 0)
		f->row.reference_utc_us = now - 86400 * US_PER_S;
	f->row.codec = CODEC_H264;
	f->row.width = 640;
	f->row.height = 360;
	f->row.fps_milli = 15000;
	f->row.kbps = 320;
	f->row.confidence = 95;
	set_verdict(f, dice, now);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < m->changes && m->count > 0; i++) {
		struct fake_feed *f = &m->feed[m->next++ % m->count];

		set_verdict(f, scatter(m->next * 31u), clock_utc_us());
		m->verdicts++;
		if (m->fn != NULL)
			m->fn(m->arg, &f->row);
	}
}

static void
on_told(evutil_socket_t fd, short what, void *arg)
{
	struct monitor *m = arg;
	char text[64];
	unsigned from, count;
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	(void)what;
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%u %u", &from, &count) != 2 || m->count == 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct fake_feed *f = &m->feed[(from + i) % m->count];
		bool well = f->row.state == STATE_UP;

		f->row.cause = well ? CAUSE_FROZEN : CAUSE_NONE;
		f->row.state = well ? cause_state(CAUSE_FROZEN) : STATE_UP;
		f->row.causes = well ? 1ull << CAUSE_FROZEN : 0;
		f->row.since_utc_us = f->row.at_utc_us = clock_utc_us();
		f->row.version++;
		m->verdicts++;
		if (m->fn != NULL)
			m->fn(m->arg, &f->row);
	}
}

/* No socket where none is asked for, or none can be had. */
static void
be_told(struct monitor *m)
{
	const char *path = getenv("CAMWARDEN_FAKE_SOCKET");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (path == NULL || strlen(path) >= sizeof(at.sun_path))
		return;
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		abort();
	m->told = event_new(m->base, fd, EV_READ | EV_PERSIST, on_told, m);
	event_add(m->told, NULL);
}

struct monitor *
monitor_new(struct event_base *base, const struct monitor_config *cfg,
    const struct store_progress *progress, char **error_out)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct monitor *m = calloc(1, sizeof(*m));

	(void)cfg;
	(void)progress;
	*error_out = NULL;
	if (m == NULL)
		return NULL;
	m->base = base;
	m->count = number_from("CAMWARDEN_FAKE_FEEDS", 60);
	m->changes = number_from("CAMWARDEN_FAKE_CHANGES", 1);
	m->feed = calloc(m->count + 1, sizeof(*m->feed));
	m->started = clock_utc_us();
	for (uint32_t i = 0; m->feed != NULL && i < m->count; i++)
		fill(&m->feed[i], i, m->started);
	m->tick = event_new(base, -1, EV_PERSIST, on_tick, m);
	event_add(m->tick, &second);
	be_told(m);
	return m;
}

void
monitor_stop(struct monitor *m, void (*done)(void *arg), void *arg)
{
	(void)m;
	done(arg);
}

void
monitor_free(struct monitor **mp)
{
	struct monitor *m = *mp;

	*mp = NULL;
	event_free(m->tick);
	if (m->told != NULL) {
		close(event_get_fd(m->told));
		event_free(m->told);
	}
	free(m->feed);
	free(m);
}

char *
monitor_reload(struct monitor *m, const struct monitor_config *cfg)
{
	(void)m;
	(void)cfg;
	return NULL;
}

bool
monitor_watch(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	m->fn = fn;
	m->arg = arg;
	return true;
}

void
monitor_unwatch(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	(void)fn;
	(void)arg;
	m->fn = NULL;
}

void
monitor_rows(struct monitor *m, monitor_row_fn *fn, void *arg)
{
	for (uint32_t i = 0; i < m->count; i++)
		fn(arg, &m->feed[i].row);
}

static struct fake_feed *
find(struct monitor *m, const uint8_t uuid[16])
{
	for (uint32_t i = 0; i < m->count; i++)
		if (memcmp(m->feed[i].row.uuid, uuid, 16) == 0)
			return &m->feed[i];
	return NULL;
}

bool
monitor_row(struct monitor *m, const uint8_t uuid[16], monitor_row_fn *fn,
    void *arg)
{
	struct fake_feed *f = find(m, uuid);

	if (f == NULL)
		return false;
	f->row.samples++; /* so often somebody looked */
	fn(arg, &f->row);
	return true;
}

struct health
monitor_health(const struct monitor *m)
{
	(void)m;
	return (struct health){ 0 };
}

void
monitor_totals(const struct monitor *m, struct monitor_totals *out)
{
	memset(out, 0, sizeof(*out));
	out->feeds = m->count;
	for (uint32_t i = 0; i < m->count; i++) {
		out->state[m->feed[i].row.state]++;
		out->cause[m->feed[i].row.cause]++;
	}
	out->flowing = out->state[STATE_UP];
	out->verdicts = m->verdicts;
	out->started_utc_us = m->started;
	out->now_utc_us = clock_utc_us();
}

void
monitor_record_state(const struct monitor *m, struct monitor_record_state *out)
{
	(void)m;
	*out = (struct monitor_record_state){ .people_days = 400 };
}

const struct config_alerts *
monitor_alert_settings(const struct monitor *m)
{
	static const struct config_alerts settings = {
		.channels = { { .name = "team", .kind = "webhook" } },
		.channel_count = 1
	};

	(void)m;
	return &settings;
}

void
monitor_report_state(const struct monitor *m, struct monitor_report_state *out)
{
	(void)m;
	*out = (struct monitor_report_state){ .trouble = "" };
}

void
monitor_channel_test(struct monitor *m, const char *channel, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	struct monitor_answer a = { .text =
					"no channel of the settings is called "
					"so" };

	(void)m;
	a.ok = strcmp(channel, "team") == 0;
	if (a.ok)
		a.text = "200 OK";
	(void)actor;
	answer(arg, &a);
}

void
monitor_mail_test(struct monitor *m, const char *to, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	struct monitor_answer a = { .text = "mail.server is not set" };

	(void)m;
	(void)to;
	(void)actor;
	answer(arg, &a);
}

bool
monitor_picture(struct monitor *m, const uint8_t uuid[16])
{
	return find(m, uuid) != NULL;
}

bool
monitor_retry(struct monitor *m, const uint8_t uuid[16])
{
	return find(m, uuid) != NULL;
}

static void
answer(monitor_answer_fn *fn, void *arg, bool ok, const char *text)
{
	struct monitor_answer a = { .ok = ok, .text = text };

	fn(arg, &a);
}

void
monitor_import(struct monitor *m, const struct monitor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	char text[200];

	(void)m;
	snprintf(text, sizeof(text), "%zu bytes of table %d from %s%s%s",
	    what->length, (int)what->table, who->actor,
	    what->dry_run ? ", dry" : "", what->complete ? ", complete" : "");
	answer(fn, arg, true, text);
}

void
monitor_remove(struct monitor *m, enum monitor_table table, const char *name,
    bool with_feeds, const struct monitor_actor *who, monitor_answer_fn *fn,
    void *arg)
{
	(void)m;
	(void)with_feeds;
	(void)table;
	(void)who;
	answer(fn, arg, strcmp(name, "none") != 0, name);
}

void
monitor_overlay(struct monitor *m, const struct overlay_wish *wish,
    monitor_answer_fn *fn, void *arg)
{
	(void)m;
	answer(fn, arg, wish->reason[0] != '\0', "7");
}

const char *
monitor_setup_token(const struct monitor *m)
{
	(void)m;
	return "";
}

void
monitor_overlay_end(struct monitor *m, int64_t id, int kind,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)kind;
	(void)who;
	answer(fn, arg, id == 7, "");
}

void
monitor_backup(struct monitor *m, const char *file, bool credentials,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)file;
	(void)credentials;
	(void)who;
	answer(fn, arg, false, "this monitor has no database");
}

void
monitor_credentials_rekey(struct monitor *m, bool keep_old,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)keep_old;
	(void)who;
	answer(fn, arg, false, "this monitor has no database");
}

void
monitor_credentials_state(const struct monitor *m,
    struct monitor_credentials_state *out)
{
	(void)m;
	*out = (struct monitor_credentials_state){ .path = "",
		.error = "",
		.names = "" };
}

void
monitor_acknowledge(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)who;
	answer(fn, arg, incident == 1, incident == 1 ? "" : "no such incident");
}

bool
monitor_acknowledge_again(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)incident;
	(void)who;
	(void)fn;
	(void)arg;
	return false;
}

void
monitor_reference(struct monitor *m, const struct monitor_reference *what,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	struct monitor_answer a = { .ok = true, .text = who->reason };

	a.changed = what->all ? m->count : what->length > 0 ? 1 : 0;
	fn(arg, &a);
}

/* It has no consoles. */
void
monitor_agents_calls(struct monitor *m, struct agents_calls *out)
{
	(void)m;
	memset(out, 0, sizeof(*out));
}

void
monitor_agents_set(struct monitor *m, struct agents *agents)
{
	(void)m;
	(void)agents;
}

void
monitor_relays_on_list(struct monitor *m, unsigned n, const char *url,
    const struct relays_reader *list, size_t count)
{
	(void)m;
	(void)n;
	(void)url;
	(void)list;
	(void)count;
}

void
monitor_news_watch(struct monitor *m, monitor_news_fn *fn, void *arg)
{
	(void)m;
	(void)fn;
	(void)arg;
}

void
monitor_floor_import(struct monitor *m, const struct monitor_floor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)what;
	(void)who;
	answer(fn, arg, false, "it has no consoles");
}

void
monitor_floor_remove(struct monitor *m, enum floor_kind kind, const char *name,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)kind;
	(void)name;
	(void)who;
	answer(fn, arg, false, "it has no consoles");
}

void
monitor_token_add(struct monitor *m, const struct monitor_token *t,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)t;
	(void)who;
	answer(fn, arg, false, "it has no consoles");
}

void
monitor_token_revoke(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)id;
	(void)who;
	answer(fn, arg, false, "it has no consoles");
}

void
monitor_dispute(struct monitor *m, const struct monitor_dispute *d,
    const struct monitor_actor *who, monitor_answer_fn *fn, void *arg)
{
	(void)m;
	(void)d;
	(void)who;
	answer(fn, arg, false, "it has no consoles");
}

void
monitor_lines(const struct monitor *m, monitor_line_fn *fn, void *arg)
{
	(void)m;
	(void)fn;
	(void)arg;
}
