/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The book of alerts in the monitor: fed with incidents, its changes carried
 * into the database, its past taken from there. */
#include "monitor/monitor_alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/alert/alert_past.h"
#include "monitor/http/json_out.h"
#include "monitor/monitor_consoles.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_outside.h"
#include "monitor/store/store_alert.h"
#include "monitor/store/store_read_target.h"

/* No budget or flap window is longer. */
#define PAST_US (24 * 3600 * US_PER_S)
#define LEFT_OPEN 65536u

/* --- what is decided becomes rows */

static bool
put_row(struct monitor *m, const struct alert_change *c)
{
	struct alert_view v;

	if (!alert_view(m->alerts->book, c->alert, &v))
		return true;
	const struct store_alert a = { .id = (int64_t)v.id,
		.incident = v.incident,
		.of = v.of,
		.place_id = v.place_id,
		.place = v.place,
		.site = v.site,
		.rule = v.rule,
		.severity = v.severity,
		.criticality = v.criticality,
		.excused = v.excused,
		.cause = v.cause,
		.flapping = v.flapping,
		.acknowledged = v.acknowledged,
		.done = v.done,
		.feeds = v.feeds,
		.turns = v.turns,
		.repeats = v.repeats,
		.repeated_us = v.repeated_us,
		.since_us = v.since_us,
		.at_us = v.at_us,
		.good_us = v.good_us,
		.closed_us = v.closed_us,
		.closed = v.closed_us != 0,
		.now_us = c->at_us };

	return store_alert(m->store, &a, NULL);
}

struct told {
	struct monitor *m;
	uint64_t alert;
	char kind[16], to[NOTICE_NAME_BYTES], site[LIMIT_NAME_BYTES];
};

/* It is committed: whoever follows live hears of it, and it is sent. */
static void
on_told(void *arg, const struct store_result *r)
{
	struct told *t = arg;
	struct json_out j;
	char *text;
	size_t length;

	if (r->ok && t->m->outside != NULL)
		t->m->outside->post.look_us = 0;
	if (r->ok && monitor_news_wanted(t->m)) {
		json_out_init(&j);
		json_out_open(&j, '{');
		json_out_key(&j, "notice");
		json_out_integer(&j, r->id);
		json_out_key(&j, "alert");
		json_out_integer(&j, (int64_t)t->alert);
		json_out_key(&j, "kind");
		json_out_string(&j, t->kind);
		json_out_key(&j, "to");
		json_out_string(&j, t->to);
		json_out_close(&j, '}');
		text = json_out_take(&j, &length);
		if (text != NULL)
			monitor_news_say(t->m, "alert", t->site, text);
		free(text);
	}
	if (!r->ok)
		log_error("alert", "alert %llu, %s to %s can't be stored: %s",
		    (unsigned long long)t->alert, t->kind, t->to, r->error);
	free(t);
}

static struct store_notice
notice_of(const struct alert_change *c, enum store_notice_step step)
{
	return (struct store_notice){ .step = step,
		.alert = (int64_t)c->alert,
		.sequence = c->sequence,
		.kind = c->notice,
		.kind_name = notice_kind_name(c->notice),
		.recipient = c->recipient,
		.rule = c->rule,
		.rule_step = c->step,
		.exempt = c->exempt,
		.at_us = c->at_us };
}

static bool
tell(struct monitor *m, const struct alert_change *c)
{
	static struct notice n;		   /* one thread */
	static uint8_t body[NOTICE_BYTES]; /* likewise */
	struct store_notice s = notice_of(c, STORE_NOTICE_TOLD);
	char channels[1024], subject[300];
	struct told *t = calloc(1, sizeof(*t));
	struct store_done done = { on_told, t };

	if (t == NULL)
		return false;
	alert_fill(m->alerts->book, &n);
	monitor_notice_complete(m, &n);
	monitor_notice_subject(&n, subject, sizeof(subject));
	monitor_alerts_channels(&m->config.alerts, c->recipient, channels,
	    sizeof(channels));
	s.body = body;
	s.length = notice_write(&n, body, sizeof(body));
	s.subject = subject;
	s.channels = channels;
	s.reminder = c->notice == NOTICE_REPEAT;
	*t = (struct told){ .m = m, .alert = c->alert };
	snprintf(t->kind, sizeof(t->kind), "%s", s.kind_name);
	snprintf(t->to, sizeof(t->to), "%s", c->recipient);
	snprintf(t->site, sizeof(t->site), "%s", n.site);
	if (!store_notice(m->store, &s, &done)) {
		free(t);
		return false;
	}
	m->alerts->told++;
	log_info("alert", "to=%s %s", c->recipient, subject);
	return true;
}

static bool
carry_out(struct monitor *m, const struct alert_change *c)
{
	struct store_notice s;

	switch (c->kind) {
	case ALERT_ROW:
		return put_row(m, c);
	case ALERT_TOLD:
		return tell(m, c);
	case ALERT_HELD:
		s = notice_of(c, STORE_NOTICE_HELD);
		return store_notice(m->store, &s, NULL);
	case ALERT_DROPPED:
		s = notice_of(c, STORE_NOTICE_DROPPED);
		m->alerts->dropped++;
		return store_notice(m->store, &s, NULL);
	}
	return true;
}

/* What the store doesn't take stays in the queue. */
static void
drain(struct monitor *m)
{
	struct alert_change c;

	while (alert_peek(m->alerts->book, &c) && carry_out(m, &c))
		alert_pop(m->alerts->book);
}

/* --- incidents */

static uint8_t
excuse_of_feed(const struct watched_feed *f)
{
	return (uint8_t)((f->maintenance ? ALERT_MAINTENANCE : 0) |
			 (f->muted ? ALERT_MUTE : 0));
}

/* Of a site: what all feeds under it have; the highest criticality. */
static void
look_under(const struct monitor *m, const char *site, struct alert_sign *sign)
{
	uint8_t excused = UINT8_MAX;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		if (!site_within(f->site, site))
			continue;
		excused &= excuse_of_feed(f);
		if (f->criticality > sign->criticality)
			sign->criticality = f->criticality;
	}
	sign->excused = excused != UINT8_MAX ? excused : 0;
}

/* The same weights as the book of incidents'. */
static enum notice_severity
severity_of(const struct store_incident *i)
{
	if (i->site != 0 || i->cause == CAUSE_LOOPED)
		return NOTICE_CRITICAL;
	if (i->feed == 0 || cause_state(i->cause) == STATE_DOWN)
		return NOTICE_HIGH;
	return cause_is_stream(i->cause) ? NOTICE_LOW : NOTICE_MEDIUM;
}

static const char *
room_name(const struct monitor *m, int64_t id)
{
	const struct floor *f = m->consoles != NULL ? m->consoles->floor : NULL;

	for (size_t i = 0; f != NULL && i < f->room_count; i++)
		if (f->rooms[i].id == id)
			return f->rooms[i].name;
	return "?";
}

static void
place_people(const struct monitor *m, const struct store_incident *i,
    struct alert_sign *sign)
{
	const struct held_console *h =
	    i->console != 0 && m->consoles != NULL
		? consoles_find(m->consoles, i->console)
		: NULL;

	sign->of = i->console != 0 ? NOTICE_OF_CONSOLE : NOTICE_OF_ROOM;
	sign->place_id = i->console != 0 ? i->console : i->room;
	sign->place = h != NULL ? h->floor->name : room_name(m, i->room);
	if (m->consoles != NULL)
		sign->site = floor_site_of_room(m->consoles->floor,
		    room_name(m, i->room));
}

/* place: where it may be put together. False: it is of nothing that is known
 * here (any more). */
static bool
place_it(const struct monitor *m, const struct store_incident *i, unsigned own,
    struct alert_sign *sign, char place[NOTICE_PLACE_BYTES])
{
	const struct watched_feed *f = monitor_feed_of_id(m, i->feed);
	const struct alerts_site *s = monitor_alerts_site(m, i->site);

	sign->place = place;
	sign->site = "";
	if (i->room != 0 || i->console != 0) {
		place_people(m, i, sign);
	} else if (i->feed != 0 && f != NULL) {
		sign->of = NOTICE_OF_FEED;
		sign->place_id = f->id;
		snprintf(place, NOTICE_PLACE_BYTES, "%s%s%s", f->site,
		    f->site[0] != '\0' ? "/" : "", f->name);
		sign->site = f->site;
		sign->criticality = f->criticality;
		sign->excused = excuse_of_feed(f);
	} else if (i->site != 0 && s != NULL) {
		sign->of = NOTICE_OF_SITE;
		sign->place_id = s->id;
		sign->place = sign->site = s->path;
		sign->feeds = incident_place_feeds(m->incidents,
		    (uint32_t)s->id, NULL, 0);
		look_under(m, s->path, sign);
	} else if (i->feed == 0 && i->site == 0) {
		sign->of = NOTICE_OF_OWN;
		sign->place_id = own;
		sign->place = ALERTS_OWN_PLACE;
	} else {
		return false;
	}
	return true;
}

/* Whoever is quick acknowledges what may still be an interruption. */
static bool
is_acknowledged(const struct monitor *m, int64_t incident)
{
	struct store_target t;

	return alert_of_incident(m->alerts->book, incident) == 0 &&
	       store_read_target_incident(m->reader, incident, &t) && t.found &&
	       t.acknowledged_utc != 0;
}

void
monitor_alerts_on_incident(struct monitor *m, const struct store_incident *i,
    unsigned own)
{
	char place[NOTICE_PLACE_BYTES];
	struct alert_sign sign = { .incident = i->id,
		.text = i->text,
		.cause = i->cause,
		.severity = severity_of(i),
		.since_us = i->since_us };

	if (m->alerts == NULL || !place_it(m, i, own, &sign, place))
		return;
	sign.acknowledged = is_acknowledged(m, i->id);
	if (!alert_on_incident(m->alerts->book, &sign, clock_mono_us()))
		log_error("alert", "incident %lld: memory is out",
		    (long long)i->id);
	drain(m);
}

void
monitor_alerts_on_close(struct monitor *m, int64_t incident, int64_t good_us,
    int64_t now_us)
{
	if (m->alerts == NULL)
		return;
	alert_on_close(m->alerts->book, incident, good_us, now_us);
	drain(m);
}

void
monitor_alerts_on_acknowledge(struct monitor *m, int64_t incident)
{
	if (m->alerts == NULL)
		return;
	alert_on_acknowledge(m->alerts->book, incident, clock_mono_us());
	drain(m);
}

/* --- excuses, duty, time */

struct excused {
	struct monitor *m;
	int64_t now_us;
	uint64_t ids[64];
	uint8_t bits[64];
	unsigned count;
};

static bool
look_excuse(void *arg, const struct alert_view *v)
{
	struct excused *e = arg;
	const struct watched_feed *f;
	struct alert_sign sign = { 0 };

	if (v->of == NOTICE_OF_FEED) {
		f = monitor_feed_of_id(e->m, v->place_id);
		sign.excused = f != NULL ? excuse_of_feed(f) : 0;
	} else if (v->of == NOTICE_OF_SITE) {
		look_under(e->m, v->place, &sign);
	}
	if (sign.excused == v->excused)
		return true;
	e->ids[e->count] = v->id;
	e->bits[e->count++] = sign.excused;
	return e->count < sizeof(e->ids) / sizeof(e->ids[0]);
}

void
monitor_alerts_excuse(struct monitor *m, int64_t now_us)
{
	struct excused e = { .m = m };

	if (m->alerts == NULL)
		return;
	do {
		e.count = 0;
		alert_each(m->alerts->book, look_excuse, &e);
		for (unsigned i = 0; i < e.count; i++)
			alert_on_excuse(m->alerts->book, e.ids[i], e.bits[i],
			    now_us);
		drain(m);
	} while (e.count == sizeof(e.ids) / sizeof(e.ids[0]));
}

void
monitor_alerts_second(struct monitor *m, int64_t now_us)
{
	if (m->alerts == NULL || !m->alerts->settled)
		return;
	alert_on_duty(m->alerts->book, monitor_alerts_duty(m, now_us));
	alert_step(m->alerts->book, now_us);
	drain(m);
}

/* --- what earlier runs left */

/* What a clock that ran ahead has written is of now at most: else a budget
 * would be spent, and what waits would wait, until then. */
static int64_t
mono_of(const struct monitor *m, int64_t utc)
{
	int64_t now = clock_mono_us(), us = utc - m->anchor_us;

	return utc == 0 ? 0 : us < now ? us : now;
}

static bool
take_alert(void *arg, const struct store_alert_row *row)
{
	struct monitor *m = arg;
	struct alert_past past = {
		.view = { .id = (uint64_t)row->id,
		    .incident = row->incident,
		    .of = (enum notice_of)row->of,
		    .place_id = row->place_id,
		    .place = row->place,
		    .site = row->site,
		    .text = row->text,
		    .criticality = (uint8_t)row->criticality,
		    .cause = row->cause,
		    .severity = (enum notice_severity)row->severity,
		    .feeds = row->feeds,
		    .flapping = row->flapping,
		    .turns = row->turns,
		    .excused = (uint8_t)row->excused,
		    .acknowledged = row->acknowledged,
		    .repeats = row->repeats,
		    .repeated_us = mono_of(m, row->repeated_utc),
		    .since_us = mono_of(m, row->since_utc),
		    .at_us = mono_of(m, row->at_utc),
		    .good_us = mono_of(m, row->good_utc),
		    .closed_us = mono_of(m, row->closed_utc) },
		.cause = row->incident_cause,
		.open_incident = row->incident_open,
		.turn_us = mono_of(m, row->changed_utc)
	};

	if (!alert_restore(m->alerts->book, &past))
		log_error("alert", "alert %lld: memory is out",
		    (long long)row->id);
	return true;
}

static bool
take_turn(void *arg, const struct store_alert_row *row)
{
	struct monitor *m = arg;

	/* Those that are still to come say nothing of how often it turns. */
	if (row->at_utc <= monitor_utc(m, clock_mono_us()))
		alert_restore_turn(m->alerts->book, (enum notice_of)row->of,
		    row->place_id, mono_of(m, row->at_utc));
	return true;
}

static bool
take_notice(void *arg, const struct store_notice_row *row)
{
	struct monitor *m = arg;
	const struct alert_past_notice past = { .alert = (uint64_t)row->alert,
		.sequence = row->sequence,
		.notice = (enum notice_kind)row->kind,
		.recipient = row->recipient,
		.rule = row->rule,
		.step = (uint8_t)row->step,
		.exempt = row->exempt,
		.waits = row->told_utc == 0,
		.covered = row->digest != 0,
		.made_us = mono_of(m, row->made_utc),
		.told_us = mono_of(m, row->told_utc) };

	if (row->dropped_utc == 0)
		alert_restore_notice(m->alerts->book, &past);
	return true;
}

/* Notices of alerts that are not done, and all that count for a budget. */
static bool
take_past(struct monitor *m)
{
	int64_t since = monitor_utc(m, clock_mono_us()) - PAST_US;
	const struct store_alert_ask undone = { .undone_only = true };
	const struct store_alert_ask turns = { .from_utc = since };
	const struct store_notice_ask notices = { .since_utc = since,
		.or_undone = true };

	return store_read_alerts(m->reader, &undone, take_alert, m) &&
	       store_read_alerts(m->reader, &turns, take_turn, m) &&
	       store_read_notices(m->reader, &notices, take_notice, m);
}

static bool
take_site(void *arg, const struct store_site_row *row)
{
	struct alerts *a = arg;
	struct alerts_site *more =
	    realloc(a->sites, (a->site_count + 1) * sizeof(*more));

	if (more == NULL)
		return false;
	a->sites = more;
	more += a->site_count++;
	more->id = row->id;
	snprintf(more->path, sizeof(more->path), "%s", row->path);
	snprintf(more->zone, sizeof(more->zone), "%s", row->zone);
	snprintf(more->contact, sizeof(more->contact), "%s", row->contact);
	return true;
}

void
monitor_alerts_on_inventory(struct monitor *m)
{
	if (m->alerts == NULL)
		return;
	m->alerts->site_count = 0;
	if (!store_read_sites(m->reader, take_site, m->alerts))
		log_error("alert", "sites can't be read: %s",
		    store_reader_error(m->reader));
}

static void
configure(struct monitor *m)
{
	static struct alert_config config; /* one thread */

	monitor_alerts_config(&m->config.alerts, &config);
	alert_configure(m->alerts->book, &config, clock_mono_us());
	alert_on_duty(m->alerts->book, monitor_alerts_duty(m, clock_mono_us()));
}

void
monitor_alerts_reload(struct monitor *m)
{
	if (m->alerts == NULL)
		return;
	configure(m);
	drain(m);
}

bool
monitor_alerts_start(struct monitor *m, const char **error_out)
{
	struct alerts *a = calloc(1, sizeof(*a));

	m->alerts = a;
	*error_out = "memory is out";
	if (a == NULL)
		return false;
	a->book =
	    alert_book_new(1 + (uint64_t)store_read_newest_alert(m->reader));
	if (a->book == NULL)
		return false;
	configure(m);
	monitor_alerts_on_inventory(m);
	*error_out = store_reader_error(m->reader);
	return take_past(m);
}

/* Open in the database, and without an alert: an earlier run ended between the
 * two. Of a feed that left the inventory while nobody was here it is over:
 * nobody proves that one good any more. (Its alert, once its incident is
 * closed, ends by itself.) */
static bool
take_open(void *arg, const struct store_incident_row *row)
{
	struct monitor *m = arg;
	const struct store_incident i = { .id = row->id,
		.feed = row->feed,
		.site = row->site,
		.room = row->room,
		.console = row->console,
		.since_us = mono_of(m, row->since_utc),
		.at_us = mono_of(m, row->at_utc),
		.cause = row->cause,
		.alertable = row->alertable,
		.text = row->text };
	int64_t now = clock_mono_us();

	if (row->feed != 0 && monitor_feed_of_id(m, row->feed) == NULL)
		monitor_incident_close(m, row->id, now, now);
	else if (row->alertable && row->acknowledged_utc == 0 &&
		 alert_of_incident(m->alerts->book, row->id) == 0)
		monitor_alerts_on_incident(m, &i, monitor_own_number(row));
	return true;
}

void
monitor_alerts_settle(struct monitor *m)
{
	int64_t now = clock_mono_us();

	alert_on_duty(m->alerts->book, monitor_alerts_duty(m, now));
	monitor_overlays_apply(m); /* what is muted now stays so */
	if (!store_read_incidents(m->reader, true, 0, INT64_MAX, LEFT_OPEN,
		take_open, m))
		log_error("alert", "open incidents can't be read: %s",
		    store_reader_error(m->reader));
	m->alerts->settled = true;
	alert_restored(m->alerts->book, now);
	monitor_alerts_excuse(m, now);
	drain(m);
}

void
monitor_alerts_totals(const struct monitor *m, struct monitor_totals *out)
{
	if (m->alerts == NULL)
		return;
	alert_counts(m->alerts->book, &out->alerts_open, &out->notices_waiting);
	out->notices_told = m->alerts->told;
	out->notices_dropped = m->alerts->dropped;
}

void
monitor_alerts_free(struct monitor *m)
{
	if (m->alerts == NULL)
		return;
	alert_book_free(&m->alerts->book);
	free(m->alerts->sites);
	free(m->alerts);
	m->alerts = NULL;
}
