/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations in, verdicts out: to the store (one operation each), to the
 * book of incidents, to whoever watches; and the asking for pictures. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_capacity.h"
#include "monitor/monitor_consoles.h"
#include "monitor/monitor_credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"

#define SLOT_US (600 * US_PER_S)
#define ASK_PATIENCE_US (30 * US_PER_S) /* or three keyframe gaps */
#define NOT_NOW_US (300 * US_PER_MS)
#define LEAD_MAX_US (US_PER_S / 2)
#define LAST_GOOD_US (600 * US_PER_S)

static struct watched_feed *
feed_at(struct monitor *m, uint32_t number)
{
	return number < LIMIT_FEEDS && !m->stopping ? m->feeds[number] : NULL;
}

/* --- incidents */

/* Its first bad picture is the one that shows it when it is told. */
static void
want_first_bad(struct monitor *m, struct watched_feed *f, uint64_t incident,
    int64_t now_us)
{
	f->incident = incident;
	if (f->no_picture)
		return;
	f->wanted |= PICTURE_FIRST_BAD;
	deadlines_set(&m->deadlines, f->number, now_us);
	monitor_timer_soon(m);
}

/* False: the store took it not. */
static bool
incident_put(struct monitor *m, const struct incident_change *c)
{
	struct watched_feed *f = c->whole_site ? NULL : feed_at(m, c->feed);
	char text[256];
	struct store_incident i = { .id = (int64_t)c->id,
		.site = c->whole_site ? (int64_t)c->site : 0,
		.since_us = c->since_us,
		.at_us = c->at_us,
		.cause = c->cause,
		.alertable = c->event != INCIDENT_OPENED,
		.text = cause_help(c->cause) };

	if (!c->whole_site)
		i.feed = f != NULL ? f->id : 0;
	else if (c->feeds > 0) {
		snprintf(text, sizeof(text), "%u feeds at once. %s", c->feeds,
		    cause_help(c->cause));
		i.text = text;
	}
	if (c->event == INCIDENT_CLOSED)
		return monitor_incident_close(m, i.id, c->until_us, c->at_us);
	if (i.feed == 0 && i.site == 0)
		return true; /* of a feed that is no more */
	if (c->event != INCIDENT_OPENED)
		return monitor_incident_change(m, &i, 0);
	if (!monitor_incident_open(m, &i, 0))
		return false;
	if (f != NULL)
		want_first_bad(m, f, c->id, c->at_us);
	return true;
}

/* What the store doesn't take stays in the book's queue, until a second from
 * now: an incident that were not stored would never alert, or never end. */
void
monitor_incidents_drain(struct monitor *m)
{
	struct incident_change c;

	while (incident_peek(m->incidents, &c) && incident_put(m, &c))
		incident_next(m->incidents, &c);
}

/* --- verdicts */

void
monitor_verdict_post(struct monitor *m, struct watched_feed *f)
{
	const struct verdict *v = judge_verdict(f->judge);
	const struct store_verdict op = { .feed = f->id,
		.state = v->state,
		.cause = v->cause,
		.causes = v->causes,
		.confidence = v->confidence,
		.since_us = v->since_us,
		.at_us = v->at_us,
		.evidence = v->evidence };

	store_verdict(m->store, &op, NULL);
}

/* Which picture tells this change best: the trouble's first, the first good
 * one after it. */
static void
want_pictures(struct watched_feed *f, enum state before)
{
	const struct verdict *v = judge_verdict(f->judge);
	if (f->no_picture)
		return;
	if (v->state == STATE_DOWN || v->state == STATE_DEGRADED) {
		f->wanted &= ~(PICTURE_LAST_GOOD | PICTURE_RECOVERED);
	} else if (v->state == STATE_UP && before != STATE_UP) {
		f->wanted &= ~PICTURE_FIRST_BAD;
		f->wanted |=
		    f->incident != 0 ? PICTURE_RECOVERED : PICTURE_LAST_GOOD;
	}
}

static void
verdict_changed(struct monitor *m, struct watched_feed *f, enum state before,
    int64_t now_us)
{
	const struct verdict *v = judge_verdict(f->judge);

	m->verdicts++;
	monitor_verdict_post(m, f);
	incident_on_verdict(m->incidents, f->number, v, now_us);
	monitor_incidents_drain(m);
	want_pictures(f, before);
	log_info("judge", "feed=%u name=\"%s/%s\" state=%s cause=%s", f->number,
	    f->site, f->name, state_name(v->state), cause_name(v->cause));
	monitor_row_changed(m, f, false);
}

/* --- asking */

static int64_t
patience(const struct watched_feed *f)
{
	struct judge_stream s;

	judge_stream(f->judge, &s);
	return 3ll * s.gop_us > ASK_PATIENCE_US ? 3ll * s.gop_us
						: ASK_PATIENCE_US;
}

/* How much sooner than due an ask goes out: it takes the next keyframe, and one
 * that comes a little early is better than one a whole gap late. */
static int64_t
lead(const struct watched_feed *f)
{
	struct judge_stream s;

	judge_stream(f->judge, &s);
	return s.gop_us / 4 < LEAD_MAX_US ? s.gop_us / 4 : LEAD_MAX_US;
}

static void
tell_quarantined(struct watched_feed *f, int64_t now_us)
{
	static struct sample s;

	s.ref.feed = f->number;
	s.at_us = now_us;
	s.result = SAMPLE_QUARANTINED;
	judge_sample_asked(f->judge, now_us);
	judge_on_sample(f->judge, &s, now_us);
	f->not_before_us = now_us + 10 * US_PER_S;
	f->wanted &= PICTURE_REFERENCE;
	f->resample = false;
}

/* When the next picture of the feed should be asked; INT64_MAX: not while
 * things are as they are. */
static int64_t
ask_due(const struct monitor *m, const struct watched_feed *f, int64_t now_us)
{
	uint32_t wanted = f->wanted & monitor_capacity_wants(m);
	int64_t due;

	if (f->phase != PHASE_FLOWING)
		return INT64_MAX;
	if (f->asked_us != 0)
		return f->asked_us + patience(f);
	due = f->resample ? 0 : judge_sample_due(f->judge);
	if (due > 0 && due < INT64_MAX)
		due -= lead(f);
	due = (wanted & ~PICTURE_REFERENCE) != 0
		  ? 0
		  : monitor_capacity_due(m, f, due, now_us);
	return due > f->not_before_us ? due : f->not_before_us;
}

static void
ask(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	uint32_t all = f->wanted | f->asked_for;
	uint32_t want = all & monitor_capacity_wants(m);

	switch (fleet_ask(m->fleet, f->number, want ? WIRE_SAMPLE_PNG : 0,
	    now_us)) {
	case FLEET_ASKED:
		f->asked_us = now_us;
		f->asked_for = want;
		f->wanted = all & ~want; /* later, when we are on time */
		monitor_capacity_asked(m, want);
		f->resample = false;
		judge_sample_asked(f->judge, now_us);
		break;
	case FLEET_QUARANTINED:
		tell_quarantined(f, now_us);
		break;
	case FLEET_NOT_NOW:
		f->not_before_us = now_us + NOT_NOW_US;
		break;
	}
}

/* Spread, or the feeds that came up together would all be drawn together. */
static int64_t
last_good_period(const struct watched_feed *f)
{
	return LAST_GOOD_US + (int64_t)(f->number * 7919u % 300u) * US_PER_S;
}

void
monitor_feed_touch(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	enum state before = judge_verdict(f->judge)->state;
	struct verdict v;
	int64_t next;

	monitor_capacity_owe(m, f, now_us);
	if (judge_step(f->judge, now_us, &v))
		verdict_changed(m, f, before, now_us);
	else if (before == STATE_UP && !f->no_picture &&
		 !judge_suspects(f->judge) &&
		 now_us - f->good_png_us > last_good_period(f))
		f->wanted |= PICTURE_LAST_GOOD;
	if (ask_due(m, f, now_us) <= now_us)
		ask(m, f, now_us);
	next = ask_due(m, f, now_us);
	if (judge_deadline(f->judge) < next)
		next = judge_deadline(f->judge);
	/* A judge that still wants to be asked now is asked a little later:
	 * the loop must turn. */
	if (next <= now_us)
		next = now_us + US_PER_MS;
	deadlines_set(&m->deadlines, f->number, next);
	monitor_timer_soon(m);
}

/* --- what the fleet says */

static void
set_detail(struct watched_feed *f, const char *detail)
{
	if (f->detail != NULL && strcmp(f->detail, detail) == 0)
		return;
	free(f->detail);
	f->detail = detail[0] != '\0' ? strdup(detail) : NULL;
}

static void
on_link(void *arg, const struct link_report *r)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, r->ref.feed);
	int64_t now = clock_mono_us();

	if (f == NULL)
		return;
	f->phase = r->phase;
	f->reason = r->reason;
	f->guest.tried |=
	    r->phase >= PHASE_FLOWING && r->reason != REASON_SHUTDOWN;
	set_detail(f, r->detail);
	monitor_network_on_link(m, f, r, now);
	monitor_relay_on_link(f, r, now);
	monitor_ration_on_link(m, f, r);
	judge_on_link(f->judge, r, now);
	monitor_feed_touch(m, f, now);
}

static void
rollup_write(struct monitor *m, struct watched_feed *f)
{
	struct rollup *u = &f->rollup;
	struct store_rollup op = { .feed = f->id };

	if (u->slot != 0 && u->us > 0) {
		op.at_us = u->slot * SLOT_US - m->anchor_us;
		op.fps_milli = (uint32_t)(u->units * 1000 * US_PER_S / u->us);
		op.kbps = (uint32_t)(u->bytes * 8000 / u->us);
		op.loss_ppm = u->packets + u->lost == 0
				  ? 0
				  : (uint32_t)(u->lost * 1000000 /
					       (u->packets + u->lost));
		store_rollup(m->store, &op);
	}
	*u = (struct rollup){ 0 };
}

void
monitor_rollups_flush(struct monitor *m, int64_t now_us, bool all)
{
	int64_t slot = monitor_utc(m, now_us) / SLOT_US;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];

		if (f->rollup.slot != 0 && (all || f->rollup.slot != slot))
			rollup_write(m, f);
	}
}

static void
rollup_add(struct monitor *m, struct watched_feed *f, const struct account *a)
{
	int64_t slot = monitor_utc(m, a->to_us) / SLOT_US;

	if (f->rollup.slot != slot)
		rollup_write(m, f);
	f->rollup.slot = slot;
	f->rollup.us += (uint64_t)(a->to_us - a->from_us);
	f->rollup.units += a->units;
	f->rollup.bytes += a->bytes;
	f->rollup.packets += a->packets;
	f->rollup.lost += a->lost;
}

/* --- feeds that show the same */

static void
tell_twin(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	const struct watched_feed *other;
	struct twin t;

	if (!duplicate_of(m->duplicates, f->number, &t)) {
		judge_on_twin(f->judge, NULL, now_us);
		return;
	}
	other = feed_at(m, t.feed);
	if (other != NULL)
		snprintf(t.name, sizeof(t.name), "%s/%s/%s", other->site,
		    other->device, other->name);
	judge_on_twin(f->judge, &t, now_us);
}

static void
on_account(void *arg, const struct account *a)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, a->ref.feed);
	int64_t now = clock_mono_us();

	if (f == NULL)
		return;
	rollup_add(m, f, a);
	duplicate_on_account(m->duplicates, a);
	tell_twin(m, f, now);
	monitor_network_on_account(m, f, a, now);
	judge_on_account(f->judge, a, now);
	monitor_feed_touch(m, f, now);
}

static void
note_gap(struct monitor *m, int64_t gap_us, int64_t now_us)
{
	int64_t step = gap_us / GAP_STEP_US;

	if (gap_us < 0)
		return;
	if (now_us - m->gaps_us >= GAP_WINDOW_US) {
		memcpy(m->gaps[1], m->gaps[0], sizeof(m->gaps[1]));
		memset(m->gaps[0], 0, sizeof(m->gaps[0]));
		m->gaps_us = now_us;
	}
	m->gaps[0][step < GAP_STEPS ? step : GAP_STEPS - 1]++;
}

static void
on_sample(void *arg, const struct sample *s)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, s->ref.feed);
	int64_t now = clock_mono_us();
	bool measured = s->result == SAMPLE_OK || s->result == SAMPLE_DAMAGED;

	if (f == NULL)
		return;
	f->asked_us = 0;
	monitor_capacity_on_sample(m, f, s, now);
	if (measured) {
		m->samples++;
		if (f->last_sample_us != 0)
			note_gap(m, s->at_us - f->last_sample_us, now);
		f->last_sample_us = s->at_us;
	} else {
		/* What it was for is still wanted; not at once again. */
		f->wanted |= f->asked_for;
		f->asked_for = 0;
		f->not_before_us = now + NOT_NOW_US;
		f->resample = s->result == SAMPLE_LOST;
	}
	duplicate_on_sample(m->duplicates, s);
	judge_on_sample(f->judge, s, now);
	/* Whoever wants a picture of it gets none by decoding each keyframe
	 * in vain: the judge says when the next is worth it. */
	if (s->result == SAMPLE_UNDECODABLE || s->result == SAMPLE_TOO_LARGE)
		f->not_before_us = now + judge_sample_interval(f->judge);
	monitor_feed_touch(m, f, now);
}

static void
keep(struct monitor *m, struct watched_feed *f, enum store_thumbnail_kind kind,
    const struct wire_png *png, int64_t at_us)
{
	bool tied = kind == STORE_FIRST_BAD || kind == STORE_RECOVERED;
	const struct store_thumbnail t = { .feed = f->id,
		.kind = kind,
		.at_us = at_us,
		.incident = tied ? (int64_t)f->incident : 0,
		.width = png->width,
		.height = png->height,
		.png = png->bytes,
		.length = png->length };

	if (!tied || f->incident != 0)
		store_thumbnail(m->store, &t, NULL);
}

static void
on_png(void *arg, uint32_t feed, const struct wire_png *png)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, feed);
	int64_t at_us;
	bool good;

	if (f == NULL || f->no_picture)
		return;
	good = judge_verdict(f->judge)->state == STATE_UP;
	at_us = f->last_sample_us != 0 ? f->last_sample_us : clock_mono_us();
	if ((f->asked_for & PICTURE_PROMPT) != 0)
		monitor_prompts_on_png(m, f, png);
	/* The routine last-good alone is not worth a second write. */
	if (f->asked_for != PICTURE_LAST_GOOD || f->thumb_us == 0) {
		f->thumb_us = at_us;
		keep(m, f, STORE_CURRENT, png, at_us);
	}
	if ((f->asked_for & PICTURE_REFERENCE) != 0) {
		if (monitor_reference_fits(f))
			keep(m, f, STORE_REFERENCE, png, at_us);
		else
			f->wanted |= PICTURE_REFERENCE;
	}
	if ((f->asked_for & PICTURE_FIRST_BAD) != 0 && !good)
		keep(m, f, STORE_FIRST_BAD, png, at_us);
	if ((f->asked_for & PICTURE_RECOVERED) != 0 && good) {
		keep(m, f, STORE_RECOVERED, png, at_us);
		f->incident = 0;
		f->wanted |= PICTURE_LAST_GOOD;
	}
	/* What looks odd may be called soon: not the picture before it. */
	if ((f->asked_for & PICTURE_LAST_GOOD) != 0 && good &&
	    !judge_suspects(f->judge)) {
		keep(m, f, STORE_LAST_GOOD, png, at_us);
		f->good_png_us = clock_mono_us();
	}
	f->asked_for = 0;
	monitor_row_changed(m, f, false);
}

static void
on_blind(void *arg, uint32_t feed, enum cause cause)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, feed);
	int64_t now = clock_mono_us();

	if (f == NULL)
		return;
	if (cause != CAUSE_NONE) {
		f->phase = PHASE_WAITING;
		f->asked_us = 0;
		monitor_outage_on_lost(m, f, now);
	}
	f->resample = true;
	f->fleet_blind = cause;
	monitor_blind_apply(f, now);
	monitor_feed_touch(m, f, now);
}

static void
on_learned(void *arg, const struct wire_learned *l)
{
	struct monitor *m = arg;
	struct watched_feed *f = feed_at(m, l->ref.feed);
	uint8_t body[128];
	struct writer w = writer_of(body, sizeof(body));

	if (f == NULL)
		return;
	monitor_feed_learned(f, l);
	wire_put_learned(&w, l);
	if (!w.bad)
		store_learned(m->store, f->id, STORE_LEARNED_WIRE, body,
		    writer_length(&w));
}

static void
on_pong(void *arg, enum probe_role role, uint32_t number, int32_t pid,
    const struct wire_pong *pong)
{
	struct monitor *m = arg;

	(void)number;
	(void)pid;
	monitor_capacity_on_pong(m, role, pong);
	m->lags[m->lag_count++ % LAGS] = pong->lag_max_us;
	monitor_network_on_pong(m, clock_mono_us());
}

void
monitor_observe_calls(struct monitor *m, struct fleet_calls *out)
{
	*out = (struct fleet_calls){ .arg = m,
		.on_link = on_link,
		.on_account = on_account,
		.on_sample = on_sample,
		.on_png = on_png,
		.on_blind = on_blind,
		.on_learned = on_learned,
		.on_password = monitor_credentials_password,
		.on_pong = on_pong };
}
