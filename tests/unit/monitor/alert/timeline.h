/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.h: a book of alerts on injected time, with a table of rows beside it
 * as the database would hold them, from which it can be taken up again. */
#ifndef TESTS_UNIT_ALERT_TIMELINE_H
#define TESTS_UNIT_ALERT_TIMELINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/alert/alert_past.h"

#define S 1000000ll
#define MIN (60 * S)

struct row { /* of a notice */
	uint64_t alert;
	uint32_t sequence;
	enum notice_kind kind;
	char recipient[16], rule[16];
	uint8_t step;
	bool exempt, dropped, covered;
	int64_t made_us, told_us; /* told: -1 = not */
};

struct alert_rows {
	struct alert_past past;
	char place[64], site[64], text[64];
};

struct timeline {
	struct alert_book *book;
	struct alert_config config;
	int64_t now;
	char log[1 << 16]; /* what was told, a line each */
	size_t length;
	struct row *rows;
	size_t row_count, row_room;
	struct alert_rows *alerts; /* by id - 1 */
	size_t alert_count, alert_room;
	bool open[1 << 16];   /* incidents */
	bool linked[1 << 16]; /* .. that an alert's row named */
	enum cause cause[1 << 16];
	bool quiet; /* no log */
};

static inline void
timeline_say(struct timeline *t, const char *format, ...)
{
	va_list ap;

	if (t->quiet || t->length > sizeof(t->log) - 400)
		return;
	va_start(ap, format);
	t->length += (size_t)vsnprintf(t->log + t->length,
	    sizeof(t->log) - t->length, format, ap);
	va_end(ap);
}

static inline void
timeline_forget(struct timeline *t)
{
	t->length = 0;
	t->log[0] = '\0';
}

static inline void
timeline_recipient(struct timeline *t, const char *name, uint32_t budget,
    int64_t span_us)
{
	struct alert_recipient *r =
	    &t->config.recipients[t->config.recipient_count++];

	snprintf(r->name, sizeof(r->name), "%s", name);
	r->budget = budget;
	r->budget_us = span_us;
}

static inline struct alert_rule *
timeline_rule(struct timeline *t, const char *name, int64_t for_us,
    uint32_t first)
{
	struct alert_rule *r = &t->config.rules[t->config.rule_count++];

	*r = (struct alert_rule){ .for_us = for_us,
		.step_count = 1,
		.steps = { first } };
	snprintf(r->name, sizeof(r->name), "%s", name);
	return r;
}

/* No gathering, no budget, no flapping: a test says what it is about. */
static inline void
timeline_begin(struct timeline *t)
{
	memset(t, 0, sizeof(*t));
	t->config.flap_count = ALERT_TURNS;
	t->config.flap_us = S;
	t->config.calm_us = 10 * MIN;
	t->row_room = t->alert_room = 1024;
	t->rows = calloc(t->row_room, sizeof(*t->rows));
	t->alerts = calloc(t->alert_room, sizeof(*t->alerts));
	t->book = alert_book_new(1);
	assert_non_null(t->book);
}

static inline void
timeline_end(struct timeline *t)
{
	alert_book_free(&t->book);
	free(t->rows);
	free(t->alerts);
}

static inline struct row *
timeline_find(struct timeline *t, uint64_t alert, uint32_t sequence)
{
	for (size_t i = t->row_count; i-- > 0;)
		if (t->rows[i].alert == alert &&
		    t->rows[i].sequence == sequence)
			return &t->rows[i];
	return NULL;
}

static inline struct row *
timeline_row(struct timeline *t, const struct alert_change *c)
{
	if (t->row_count == t->row_room) {
		t->row_room *= 2;
		t->rows = realloc(t->rows, t->row_room * sizeof(*t->rows));
		assert_non_null(t->rows);
	}
	struct row *r = &t->rows[t->row_count++];

	*r = (struct row){ .alert = c->alert,
		.sequence = c->sequence,
		.kind = c->notice,
		.step = c->step,
		.exempt = c->exempt,
		.made_us = c->at_us,
		.told_us = -1 };
	snprintf(r->recipient, sizeof(r->recipient), "%.15s", c->recipient);
	snprintf(r->rule, sizeof(r->rule), "%.15s", c->rule);
	return r;
}

static inline void
timeline_alert(struct timeline *t, uint64_t id)
{
	struct alert_view v;

	assert_true(alert_view(t->book, id, &v));
	while (t->alert_room < id) {
		t->alert_room *= 2;
		t->alerts =
		    realloc(t->alerts, t->alert_room * sizeof(*t->alerts));
		assert_non_null(t->alerts);
	}
	while (t->alert_count < id)
		memset(&t->alerts[t->alert_count++], 0, sizeof(*t->alerts));

	struct alert_rows *a = &t->alerts[id - 1];

	a->past.view = v;
	t->linked[v.incident] = true;
	a->past.turn_us = t->now;
	snprintf(a->place, sizeof(a->place), "%.63s", v.place);
	snprintf(a->site, sizeof(a->site), "%.63s", v.site);
	snprintf(a->text, sizeof(a->text), "%.63s", v.text);
}

static inline void
timeline_told(struct timeline *t, const struct alert_change *c)
{
	static struct notice n;
	struct row *r =
	    c->alert != 0 ? timeline_find(t, c->alert, c->sequence) : NULL;

	alert_fill(t->book, &n);
	assert_string_equal(n.to, c->recipient);
	if (c->alert == 0)
		timeline_say(t, "%lld %s -> %s: %u open, %u over",
		    (long long)(c->at_us / S), notice_kind_name(n.kind), n.to,
		    n.open, n.over);
	else
		timeline_say(t, "%lld %s #%llu.%u %s %s -> %s",
		    (long long)(c->at_us / S), notice_kind_name(n.kind),
		    (unsigned long long)n.alert, n.sequence, n.place,
		    cause_name(n.cause), n.to);
	timeline_say(t, n.held_back > 0 ? " (+%u)\n" : "\n", n.held_back);
	if (c->alert == 0) {
		for (size_t i = 0; i < t->row_count; i++) {
			struct row *w = &t->rows[i];

			if (w->told_us >= 0 || w->dropped ||
			    strcmp(w->recipient, c->recipient) != 0)
				continue;
			w->told_us = c->at_us;
			w->covered = true;
		}
	}
	if (r == NULL)
		r = timeline_row(t, c);
	assert_int_equal(r->told_us, -1);
	r->told_us = c->at_us;
}

/* Takes at most `most` changes: as many as were committed. */
static inline void
timeline_take(struct timeline *t, size_t most)
{
	struct alert_change c;
	struct row *r;

	while (most-- > 0 && alert_peek(t->book, &c)) {
		switch (c.kind) {
		case ALERT_ROW:
			timeline_alert(t, c.alert);
			break;
		case ALERT_HELD:
			assert_null(timeline_find(t, c.alert, c.sequence));
			timeline_row(t, &c);
			break;
		case ALERT_TOLD:
			timeline_told(t, &c);
			break;
		case ALERT_DROPPED:
			r = timeline_find(t, c.alert, c.sequence);
			assert_non_null(r);
			assert_int_equal(r->told_us, -1);
			r->dropped = true;
			break;
		}
		alert_pop(t->book);
	}
}

/* The process was killed, and is started again. */
static inline void
timeline_restart(struct timeline *t)
{
	alert_book_free(&t->book);
	t->book = alert_book_new(t->alert_count + 1);
	assert_non_null(t->book);
	alert_configure(t->book, &t->config, t->now);
	for (size_t i = t->alert_count; i-- > 0;) { /* newest first */
		struct alert_rows *a = &t->alerts[i];

		if (a->past.view.id == 0 || a->past.view.done)
			continue;
		a->past.view.place = a->place;
		a->past.view.site = a->site;
		a->past.view.text = a->text;
		a->past.open_incident = t->open[a->past.view.incident];
		a->past.cause = t->cause[a->past.view.incident];
		assert_true(alert_restore(t->book, &a->past));
	}
	for (size_t i = t->alert_count; i-- > 0;)
		if (t->alerts[i].past.view.id != 0)
			alert_restore_turn(t->book, t->alerts[i].past.view.of,
			    t->alerts[i].past.view.place_id,
			    t->alerts[i].past.view.at_us);
	for (size_t i = 0; i < t->row_count; i++) {
		const struct row *r = &t->rows[i];
		const struct alert_past_notice p = { .alert = r->alert,
			.sequence = r->sequence,
			.notice = r->kind,
			.recipient = r->recipient,
			.rule = r->rule,
			.step = r->step,
			.exempt = r->exempt,
			.waits = r->told_us < 0,
			.covered = r->covered,
			.made_us = r->made_us,
			.told_us = r->told_us };

		if (!r->dropped)
			alert_restore_notice(t->book, &p);
	}
}

static inline void
timeline_resume(struct timeline *t)
{
	timeline_restart(t);
	alert_restored(t->book, t->now);
	timeline_take(t, SIZE_MAX);
}

/* --- what happens */

static inline struct alert_sign
timeline_sign(struct timeline *t, int64_t incident, const char *place,
    enum cause cause)
{
	struct alert_sign sign = { .incident = incident,
		.of = NOTICE_OF_FEED,
		.place = place,
		.site = "North",
		.text = "",
		.criticality = 3,
		.cause = cause,
		.severity = NOTICE_HIGH,
		.since_us = t->now };

	for (const char *p = place; *p != '\0'; p++)
		sign.place_id = (sign.place_id * 31 + *p) % 1000003;
	return sign;
}

static inline void
timeline_put(struct timeline *t, const struct alert_sign *sign)
{
	t->open[sign->incident] = true;
	t->cause[sign->incident] = sign->cause;
	assert_true(alert_on_incident(t->book, sign, t->now));
	timeline_take(t, SIZE_MAX);
}

static inline void
timeline_down(struct timeline *t, int64_t incident, const char *place)
{
	const struct alert_sign s =
	    timeline_sign(t, incident, place, CAUSE_STALLED);

	timeline_put(t, &s);
}

static inline void
timeline_up(struct timeline *t, int64_t incident)
{
	t->open[incident] = false;
	alert_on_close(t->book, incident, t->now, t->now);
	timeline_take(t, SIZE_MAX);
}

static inline void
timeline_until(struct timeline *t, int64_t until_s)
{
	while (t->now < until_s * S) {
		t->now += S;
		alert_step(t->book, t->now);
		timeline_take(t, SIZE_MAX);
	}
}

#endif
