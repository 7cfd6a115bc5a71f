/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_sample.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define FALL 1793516400LL   /* 2026-11-01 00:00 there: 25 hours */
#define SPRING 1772956800LL /* 2026-03-08 00:00 there: 23 hours */
#define PLAIN 1795248000LL  /* 2026-11-21 00:00 there */

struct sample {
	struct report r; /* first: the pointer is the same */
	uint64_t random;
	void **kept;
	size_t kept_count, kept_room;
	bool hostile;
};

static void *
keep(struct sample *s, void *p)
{
	if (p == NULL)
		abort();
	if (s->kept_count == s->kept_room) {
		s->kept_room = s->kept_room * 2 + 1024;
		s->kept = realloc(s->kept, s->kept_room * sizeof(*s->kept));
		if (s->kept == NULL)
			abort();
	}
	s->kept[s->kept_count++] = p;
	return p;
}

static uint32_t
draw(struct sample *s, uint32_t below)
{
	s->random = s->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return below == 0 ? 0 : (uint32_t)(s->random >> 33) % below;
}

static const char *text(struct sample *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static const char *
text(struct sample *s, const char *format, ...)
{
	static const char *const evil[] = { "<script>alert(1)</script>",
		"\"><img src=x onerror=alert(1)>", "' onload='x",
		"\xe2\x80\xaeright to left\xe2\x80\xac", "\x1b[31mred\x1b[0m",
		"\xff\xfe\xc0\xaf", "]]>--><!--", "ถนนสุขุมวิท", "شارع الملك فهد",
		"国道一号线检查站", "Ζ̴̧͎̼̈́̔a̷͎̐l̵̰̈́g̵̺̉o̸͓̕", "नई दिल्ली", "🚧🚨📷", "\r\n\t\v",
		"שער צפון", "&amp;&lt;&#x3c;", "ქართული", "=HYPERLINK(\"x\")" };
	char buffer[700];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(buffer, sizeof(buffer), format, args);

	va_end(args);
	while (s->hostile && n < 470) {
		const char *e = evil[draw(s, sizeof(evil) / sizeof(evil[0]))];

		n += snprintf(buffer + n, sizeof(buffer) - (size_t)n, " %s", e);
	}
	return keep(s, strdup(buffer));
}

int32_t
sample_ahead(void *arg, const char *zone, int64_t utc_us)
{
	int64_t utc_s = utc_us / 1000000;

	(void)arg;
	if (strncmp(zone, "America/Tijuana", 15) != 0)
		return strncmp(zone, "America/Chicago", 15) == 0 ? -21600 : 0;
	return utc_s >= SPRING + 2 * 3600 && utc_s < FALL + 2 * 3600 ? -25200
								     : -28800;
}

/* --- feeds: a time line of steps, and the sums that follow from it */

static const enum cause bad_causes[] = { CAUSE_STALLED, CAUSE_UNREACHABLE,
	CAUSE_FROZEN, CAUSE_BLACK, CAUSE_COVERED, CAUSE_NO_SIGNAL,
	CAUSE_AUTH_FAILED, CAUSE_LOOPED };

static void
tail(uint8_t *line, uint32_t steps, uint32_t from, uint8_t bar)
{
	memset(line + from, bar, steps - from);
}

static void
feed_bar(struct sample *s, struct report_feed *f, bool trouble,
    const struct sample_ask *ask)
{
	uint32_t steps = s->r.bar_steps, n = 0;
	uint8_t *line = calloc(steps, 1);
	bool *excused = calloc(steps, sizeof(bool));
	struct report_piece *pieces;

	if (line == NULL || excused == NULL)
		abort();
	memset(line, BAR_UP, steps);
	if (trouble) {
		for (uint32_t i = 0; i < ask->incidents; i++) {
			uint32_t at = draw(s, steps);
			uint32_t length = 1 + draw(s, 1 + draw(s, steps / 8));
			uint8_t bar = (uint8_t)(BAR_STREAM + draw(s, 4));

			for (uint32_t k = at; k < at + length && k < steps; k++)
				line[k] = bar > line[k] ? bar : line[k];
		}
		if (draw(s, 6) == 0)
			for (uint32_t k = steps / 3; k < steps / 2; k++)
				excused[k] = true;
		if (draw(s, 4) == 0)
			tail(line, steps, steps - 1 - draw(s, steps / 2),
			    draw(s, 4) == 0 ? BAR_POOR : BAR_DOWN);
	}
	if (ask->trouble > 0) /* a short loss of the network, for all */
		for (uint32_t k = steps * 2 / 3; k < steps * 2 / 3 + 4; k++)
			line[k] = line[k] == BAR_UP ? BAR_UNKNOWN : line[k];
	pieces = keep(s, calloc(steps, sizeof(*pieces)));
	for (uint32_t k = 0; k < steps; k++) {
		if (n > 0 && pieces[n - 1].bar == line[k] &&
		    pieces[n - 1].excused == excused[k]) {
			pieces[n - 1].to++;
			continue;
		}
		pieces[n++] = (struct report_piece){ (uint16_t)k,
			(uint16_t)(k + 1), line[k], excused[k] };
	}
	f->bar = pieces;
	f->bar_count = n;
	free(line);
	free(excused);
}

static void
feed_sums(struct report *r, struct report_feed *f)
{
	int64_t span = r->to_utc - r->from_utc;

	f->a.span_us = span;
	for (uint32_t i = 0; i < f->bar_count; i++) {
		const struct report_piece *p = &f->bar[i];
		int64_t us = span / r->bar_steps * (p->to - p->from);
		enum counted counted = p->bar == BAR_UNKNOWN ? COUNTED_UNKNOWN
				       : p->bar >= BAR_POOR  ? COUNTED_BAD
							     : COUNTED_GOOD;

		f->a.counted_us[counted] += us;
		f->a.state_us[p->bar == BAR_DOWN      ? STATE_DOWN
			      : p->bar == BAR_UNKNOWN ? STATE_UNKNOWN
			      : p->bar == BAR_UP      ? STATE_UP
						      : STATE_DEGRADED] += us;
		if (p->excused)
			f->a.excused_us[counted] += us;
		if (counted != COUNTED_BAD)
			continue;
		f->a.outages++;
		f->a.began++;
		f->a.outage_us += us;
		if (us > f->a.longest_us) {
			f->a.longest_us = us;
			f->a.longest_start_us =
			    r->from_utc + span / r->bar_steps * p->from;
		}
		if (p->to == r->bar_steps) {
			f->a.open++;
			f->state =
			    p->bar == BAR_DOWN ? STATE_DOWN : STATE_DEGRADED;
			f->since_utc =
			    r->from_utc + span / r->bar_steps * p->from;
		} else {
			f->a.ended++;
			f->a.repair_us += us;
		}
	}
}

static void
watch(struct sample *s, struct report_watched *w, int64_t span, bool never)
{
	w->span_us = span;
	for (unsigned h = 0; h < 24; h++) {
		w->hour_us[h] = span / 24;
		if (never || (h >= 2 && h < 6))
			continue;
		w->hour_low_us[h] = span / 24 * draw(s, 60) / 100;
		w->hour_high_us[h] =
		    w->hour_low_us[h] + span / 24 * draw(s, 30) / 100;
		w->us[WATCHED_WATCHED] += w->hour_low_us[h];
		w->us[WATCHED_UNKNOWN] +=
		    w->hour_high_us[h] - w->hour_low_us[h];
	}
	w->us[WATCHED_UNATTENDED] = span / 30;
	w->us[WATCHED_BAD_PICTURE] = span / 100;
	w->us[WATCHED_NOT_ON_SCREEN] = span - span / 30 - span / 100 -
				       w->us[WATCHED_WATCHED] -
				       w->us[WATCHED_UNKNOWN];
	w->never_surely = never;
	w->never_perhaps = 0;
}

static void
watch_add(struct report_watched *sum, const struct report_watched *w)
{
	sum->span_us += w->span_us;
	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		sum->us[i] += w->us[i];
	for (unsigned h = 0; h < 24; h++) {
		sum->hour_us[h] += w->hour_us[h];
		sum->hour_low_us[h] += w->hour_low_us[h];
		sum->hour_high_us[h] += w->hour_high_us[h];
	}
	sum->never_surely += w->never_surely;
}

static void
feeds(struct sample *s, const struct sample_ask *ask, struct report_site *sites)
{
	struct report *r = &s->r;
	struct report_feed *all = keep(s, calloc(ask->feeds + 1, sizeof(*all)));

	for (uint32_t i = 0; i < ask->feeds; i++) {
		struct report_feed *f = &all[i];
		uint32_t site =
		    ask->sites == 0
			? REPORT_NONE
			: (uint32_t)((uint64_t)i * ask->sites / ask->feeds);
		bool trouble = draw(s, 100) < ask->trouble;

		f->id = i + 1;
		snprintf(f->uuid, sizeof(f->uuid),
		    "0192f0c4-0000-7000-8000-%012u", i);
		f->name = text(s, "Cam %02u", i % 18 + 1);
		f->tags = "";
		f->site = site;
		f->criticality = (uint8_t)draw(s, 3);
		f->no_picture = draw(s, 40) == 0;
		f->from_utc = r->from_utc;
		f->to_utc = r->to_utc;
		f->state = STATE_UP;
		f->cause = CAUSE_NONE;
		feed_bar(s, f, trouble, ask);
		feed_sums(r, f);
		if (f->state != STATE_UP)
			f->cause = f->state == STATE_DOWN
				       ? bad_causes[draw(s, 8)]
				       : CAUSE_BLURRED;
		f->answers.incidents = f->a.began;
		f->answers.acknowledged = f->a.began / 2;
		f->answers.sum_us = f->a.began / 2 * 7 * MINUTE;
		f->answers.longest_us = 31 * MINUTE;
		f->target_ppm = 995000;
		if (ask->screens) {
			watch(s, &f->watched, r->to_utc - r->from_utc,
			    ask->trouble > 0 && draw(s, 5) == 0);
			f->gap_low = (struct unwatched_gap){ r->from_utc,
				r->from_utc + draw(s, 20) * HOUR };
			f->gap_high = (struct unwatched_gap){ r->from_utc,
				r->from_utc + draw(s, 12) * HOUR };
		}
		availability_add(&r->fleet, &f->a);
		watch_add(&r->watched, &f->watched);
		r->answers.incidents += f->answers.incidents;
		r->answers.acknowledged += f->answers.acknowledged;
		r->answers.sum_us += f->answers.sum_us;
		r->answers.longest_us = f->answers.longest_us;
		for (uint32_t k = site; k != REPORT_NONE; k = sites[k].parent) {
			availability_add(&sites[k].a, &f->a);
			watch_add(&sites[k].watched, &f->watched);
			sites[k].feeds++;
		}
	}
	r->feeds = all;
	r->feed_count = ask->feeds;
}

static struct report_site *
sites(struct sample *s, const struct sample_ask *ask)
{
	static const char *const regions[] = { "Norte", "San Ysidro", "Tecate",
		"Mexicali", "Costa", "Los Algodones" };
	struct report_site *all = keep(s, calloc(ask->sites + 1, sizeof(*all)));

	for (uint32_t i = 0; i < ask->sites; i++)
		all[i] = (struct report_site){
			.id = i + 1,
			.path = text(s, "%s/Garita %u", regions[i % 6], i + 1),
			.zone =
			    i % 50 == 7 ? "America/Chicago" : "America/Tijuana",
			.contact =
			    text(s, "Guardia %u, ext. %u", i % 9 + 1, 4000 + i),
			.parent = REPORT_NONE,
			.target_ppm = 995000,
			.target_kept = (enum target_word)(i % 4),
			.target_all = (enum target_word)(i % 4),
		};
	s->r.sites = all;
	s->r.site_count = ask->sites;
	return all;
}

/* --- what needs a person */

static void
front(struct sample *s, const struct sample_ask *ask)
{
	struct report *r = &s->r;
	uint32_t *bad = keep(s, calloc(r->feed_count + 1, sizeof(*bad)));
	uint32_t *never = keep(s, calloc(r->feed_count + 1, sizeof(*never)));
	struct report_offender *again =
	    keep(s, calloc(r->feed_count + 1, sizeof(*again)));
	struct report_window *windows = keep(s, calloc(8, sizeof(*windows)));

	for (uint32_t i = 0; i < r->feed_count; i++) {
		const struct report_feed *f = &r->feeds[i];

		if (f->state == STATE_DOWN || f->state == STATE_DEGRADED)
			bad[r->still_bad_count++] = i;
		if (f->watched.never_surely)
			never[r->never_count++] = i;
		if (f->a.outages >= REPORT_REPEATS)
			again[r->offender_count++] =
			    (struct report_offender){ i, f->a.outages,
				    f->a.outage_us, bad_causes[draw(s, 8)] };
	}
	for (uint32_t i = 0; ask->screens && ask->trouble > 0 && i < 5; i++)
		windows[r->window_count++] = (struct report_window){
			.hour = (uint8_t)(i * 30 + 2),
			.hours = (uint8_t)(2 + i),
			.weeks = 3,
			.of = 4,
			.feeds = 40 - 7 * i,
			.sure = 30 - 6 * i,
			.first = draw(s, r->feed_count),
		};
	r->still_bad = bad;
	r->never = never;
	r->offenders = again;
	r->windows = windows;
}

static void
incidents(struct sample *s, const struct sample_ask *ask)
{
	struct report *r = &s->r;
	uint32_t room = 0, n = 0;

	for (uint32_t i = 0; i < r->feed_count; i++)
		room += r->feeds[i].a.outages;
	struct report_incident *all = keep(s, calloc(room + 1, sizeof(*all)));

	for (uint32_t i = 0; i < r->feed_count; i++)
		for (uint32_t k = 0; k < r->feeds[i].a.outages; k++) {
			struct report_incident *x = &all[n++];
			const struct report_feed *f = &r->feeds[i];

			*x = (struct report_incident){ .id = 1000 + n,
				.feed = i,
				.site = f->site,
				.console = REPORT_NONE,
				.room = "",
				.place = f->name,
				.text = "",
				.note = draw(s, 9) == 0
					    ? text(s, "el técnico va en camino")
					    : "",
				.acknowledged_by = "",
				.cause = bad_causes[draw(s, 8)],
				.alertable = draw(s, 8) != 0,
				.muted = draw(s, 20) == 0,
				.excused = draw(s, 20) == 0 };
			x->since_utc =
			    r->from_utc + draw(s, 86000) * SECOND *
					      (ask->days > 0 ? ask->days : 1);
			x->at_utc = x->since_utc + (3 + draw(s, 40)) * SECOND;
			if (draw(s, 9) != 0)
				x->good_utc =
				    x->at_utc + draw(s, 9000) * SECOND;
			x->closed_utc = x->good_utc;
			if (draw(s, 2)) {
				x->acknowledged_utc = x->at_utc + 4 * MINUTE;
				x->acknowledged_by =
				    text(s, "operador %u", draw(s, 12));
			}
			if (f->no_picture)
				continue;
			x->before = (struct report_picture){ n * 2, "",
				x->since_utc - 4 * SECOND };
			x->after =
			    (struct report_picture){ n * 2 + 1, "", x->at_utc };
			if (draw(s, 20) == 0)
				x->before.id = 0;
		}
	r->incidents = all;
	r->incident_count = n;
}

/* --- people, the monitor, the record */

static void
people(struct sample *s, const struct sample_ask *ask)
{
	struct report *r = &s->r;
	bool well = ask->trouble == 0;
	int64_t span = r->to_utc - r->from_utc;
	struct report_console *all =
	    keep(s, calloc(ask->consoles + 1, sizeof(*all)));

	for (uint32_t i = 0; i < ask->consoles; i++) {
		struct report_console *c = &all[i];

		c->id = i + 1;
		c->name = text(s, "Consola %u", i + 1);
		c->room = text(s, "Sala %u", i / 4 + 1);
		c->zone = "America/Tijuana";
		c->presence_us[PRESENCE_IDLE] =
		    well ? 5 * MINUTE : draw(s, 180) * MINUTE;
		c->presence_us[PRESENCE_AWAY] = draw(s, 30) * MINUTE;
		if (i == 3 && !well)
			c->presence_us[PRESENCE_SUSPECT] = 74 * MINUTE;
		c->presence_us[PRESENCE_UNKNOWN] = draw(s, 10) * MINUTE;
		c->presence_us[PRESENCE_ATTENDED] =
		    span - c->presence_us[PRESENCE_IDLE] -
		    c->presence_us[PRESENCE_AWAY] -
		    c->presence_us[PRESENCE_SUSPECT] -
		    c->presence_us[PRESENCE_UNKNOWN];
		c->idle_longest_us = c->presence_us[PRESENCE_IDLE] / 2;
		c->idle_start_us = r->from_utc + 3 * HOUR;
		c->prompts = 12;
		c->missed = well ? 0 : draw(s, 4) / 2;
		c->wrong = draw(s, 2);
		c->right = 12 - c->missed - c->wrong;
		c->latency_ms = 4200 + draw(s, 3000);
		c->breaches = well ? 0 : draw(s, 5) == 0;
		c->disputes = !well && i == 3;
	}
	r->consoles = all;
	r->console_count = ask->consoles;
	r->alarms = (struct report_alarms){ .windows = 144,
		.alarms = r->incident_count,
		.consoles = ask->consoles > 0,
		.mean = ask->consoles > 0
			    ? (double)r->incident_count / 144 / ask->consoles
			    : 0 };
	if (well)
		return;
	r->alarms.worst = 12.5;
	r->alarms.worst_utc = r->from_utc + 3 * HOUR;
	r->alarms.worst_alarms = 50;
	r->alarms.worst_operators = 4;
	r->alarms.over = 9;
	r->alarms.floods = 1;
	r->alarms.unattended = 3;
}

static void
overlays(struct sample *s, const struct sample_ask *ask)
{
	struct report *r = &s->r;
	struct report_overlay *o = keep(s, calloc(4, sizeof(*o)));
	struct report_change *c = keep(s, calloc(4, sizeof(*c)));

	r->overlays = o;
	r->changes = c;
	if (ask->trouble == 0 || r->feed_count == 0)
		return;
	o[0] = (struct report_overlay){ .id = 1,
		.seq = 88121,
		.kind = REPORT_MAINTENANCE,
		.feed = REPORT_NONE,
		.site = 0,
		.tag = "",
		.actor = text(s, "jefe.turno"),
		.reason = text(s, "cambio de switch en el poste 4"),
		.created_utc = r->from_utc + 2 * HOUR,
		.from_utc = r->from_utc + HOUR,
		.to_utc = r->from_utc + 5 * HOUR,
		.zone = "America/Tijuana",
		.feeds = 18,
		.note_us = HOUR,
		.excused_us = { 20 * MINUTE, 30 * HOUR, 11 * HOUR },
		.incidents = 4 };
	o[1] = (struct report_overlay){ .id = 2,
		.seq = 88122,
		.kind = REPORT_MAINTENANCE,
		.feed = REPORT_NONE,
		.site = REPORT_NONE,
		.tag = text(s, "limpieza"),
		.actor = text(s, "jefe.turno"),
		.reason = text(s, "lavado"),
		.from_utc = r->from_utc,
		.to_utc = r->from_utc + 300 * DAY,
		.days = 0x21,
		.begin_minute = 150,
		.end_minute = 240,
		.zone = "America/Tijuana",
		.feeds = 7 };
	o[2] = (struct report_overlay){ .id = 3,
		.seq = 90011,
		.kind = REPORT_MUTE,
		.feed = 0,
		.site = REPORT_NONE,
		.tag = "",
		.actor = text(s, "operador 7"),
		.reason = text(s, "ya se sabe"),
		.from_utc = r->from_utc + 6 * HOUR,
		.to_utc = r->from_utc + 8 * HOUR,
		.zone = "",
		.feeds = 1,
		.incidents = 2 };
	r->overlay_count = 3;
	c[0] = (struct report_change){ 87001, r->from_utc + HOUR,
		"inventory.change", text(s, "admin"),
		text(s, "Cam 04: address"), text(s, "replaced"), 1, false };
	c[1] = (struct report_change){ 87950, r->from_utc + 4 * HOUR,
		"user.login", text(s, "admin"), "", "", 14, false };
	c[2] = (struct report_change){ 88000, r->from_utc + 5 * HOUR,
		"incident.acknowledge", "", "", "", 1, true };
	r->change_count = 3;
}

static void
monitor(struct sample *s, const struct sample_ask *ask)
{
	struct report *r = &s->r;
	struct report_gap *g = keep(s, calloc(3, sizeof(*g)));
	struct report_clock *c = keep(s, calloc(2, sizeof(*c)));

	r->gaps = g;
	r->clocks = c;
	c[0] = (struct report_clock){ r->from_utc - HOUR, true, -412, 1800,
		"chrony" };
	r->clock_count = 1;
	r->ledger = (struct report_ledger){
		.origin = "5b1f0d1e-7a0c-4c43-9a50-2d3c8f1f0a11",
		.size = 1234890,
		.seq = 1234890,
		.checkpoint_utc = r->as_of_utc - 2 * MINUTE,
		.checkpoint_size = 1234801,
		.checkpoint_root =
		    "uJc6Yf2cYV3x7gqQq1mZ0b8o5q3mJH9p0l2t6c2w0kE=",
		.witness = "",
		.receipt_kind = "",
	};
	memset(r->ledger.head, 'a', 64);
	if (ask->witnessed || ask->late) {
		r->ledger.receipt_utc = ask->late ? r->from_utc + 9 * HOUR
						  : r->as_of_utc - 2 * MINUTE;
		r->ledger.covers_utc = r->ledger.receipt_utc - 1000000;
		r->ledger.receipt_size = ask->late ? 1200077 : 1234801;
		r->ledger.witness = text(s, "bitacora.example.mx");
		r->ledger.receipt_kind = "tlog-witness";
	}
	if (ask->trouble == 0)
		return;
	g[0] = (struct report_gap){ GAP_OFF, r->from_utc + 5 * HOUR,
		r->from_utc + 5 * HOUR + 3 * MINUTE, text(s, "restart"), 0, 0 };
	g[1] = (struct report_gap){ GAP_STEP, r->from_utc + 9 * HOUR,
		r->from_utc + 9 * HOUR - 4 * SECOND, "", 0, 0 };
	g[2] = (struct report_gap){ GAP_BLIND, r->from_utc + 16 * HOUR,
		r->from_utc + 16 * HOUR + 4 * MINUTE, "", CAUSE_NETWORK_LOST,
		r->feed_count };
	r->gap_count = 3;
	c[1] = (struct report_clock){ r->from_utc + 9 * HOUR, false, 4000210,
		90000000, "" };
	r->clock_count = 2;
}

static void
days(struct sample *s, unsigned count)
{
	struct report *r = &s->r;
	struct report_day *all = keep(s, calloc(count, sizeof(*all)));

	for (unsigned i = 0; i < count; i++) {
		all[i].from_utc = r->from_utc + i * DAY;
		all[i].to_utc = all[i].from_utc + DAY;
		for (uint32_t k = 0; k < r->feed_count; k++)
			availability_add(&all[i].a, &r->feeds[k].a);
	}
	r->days = all;
	r->day_count = count;
}

struct report *
sample_new(const struct sample_ask *ask)
{
	struct sample *s = calloc(1, sizeof(*s));
	unsigned span = ask->days > 0 ? ask->days : 1;

	if (s == NULL)
		abort();
	s->random = ask->seed * 7919ULL + 1;
	s->hostile = ask->hostile;
	struct report *r = &s->r;

	r->from_utc = (ask->fall	? FALL
			  : ask->spring ? SPRING
					: PLAIN) *
		      SECOND;
	r->to_utc = r->from_utc + span * DAY +
		    (ask->fall	      ? HOUR
			: ask->spring ? -HOUR
				      : 0);
	r->as_of_utc = r->to_utc + 6 * HOUR;
	r->zone = "America/Tijuana";
	r->site = "";
	r->program = "0.1.0";
	r->bar_steps = ask->fall     ? 1500 > BAR_STEPS ? BAR_STEPS : 1500
		       : ask->spring ? 1380
				     : 1440;
	r->target_ppm = 995000;
	r->target_kept = ask->trouble > 0 ? TARGET_MISSED : TARGET_MET;
	feeds(s, ask, sites(s, ask));
	front(s, ask);
	incidents(s, ask);
	people(s, ask);
	overlays(s, ask);
	monitor(s, ask);
	if (span > 1)
		days(s, span);
	return r;
}

void
sample_free(struct report *r)
{
	struct sample *s = (struct sample *)r;

	for (size_t i = 0; i < s->kept_count; i++)
		free(s->kept[i]);
	free(s->kept);
	free(s);
}
