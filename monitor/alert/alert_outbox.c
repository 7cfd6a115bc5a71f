/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/alert/alert_parts.h"

/* More than one event of one alert can make: its rows, and for each recipient
 * something dropped, held and told. */
#define ROOM (8u * ALERT_RECIPIENTS)

/* --- the queue */

bool
outbox_room(struct alert_book *b)
{
	return ring_reserve(&b->queue, ROOM);
}

/* Callers have made room. */
static struct queued *
queue_put(struct alert_book *b, struct alert *a, enum alert_change_kind kind,
    int64_t now_us)
{
	struct queued *q = ring_put(&b->queue);

	*q = (struct queued){ .alert = a,
		.change = { .kind = kind, .at_us = now_us } };
	if (a != NULL) {
		q->change.alert = a->view.id;
		a->queued++;
	}
	return q;
}

bool
alert_peek(struct alert_book *b, struct alert_change *out)
{
	const struct queued *q = ring_first(&b->queue);

	if (q != NULL)
		*out = q->change;
	return q != NULL;
}

void
alert_pop(struct alert_book *b)
{
	struct queued *q = ring_first(&b->queue);

	if (q->alert != NULL) {
		q->alert->queued--;
		if (q->change.kind == ALERT_ROW)
			q->alert->row_queued = false;
	}
	free(q->digest);
	ring_pop(&b->queue);
}

void
outbox_row(struct alert_book *b, struct alert *a, int64_t now_us)
{
	if (a->row_queued)
		return; /* that one will show it as it is then */
	a->row_queued = true;
	queue_put(b, a, ALERT_ROW, now_us);
}

static struct queued *
say(struct alert_book *b, struct alert *a, enum alert_change_kind kind,
    uint32_t recipient, const struct wait *w, int64_t now_us)
{
	struct queued *q = queue_put(b, a, kind, now_us);
	const struct alert_rule *r = &b->config.rules[w->rule];

	q->change.sequence = w->sequence;
	q->change.notice = (enum notice_kind)w->kind;
	q->change.step = w->step;
	snprintf(q->change.rule, sizeof(q->change.rule), "%s", r->name);
	snprintf(q->change.recipient, sizeof(q->change.recipient), "%s",
	    b->config.recipients[recipient].name);
	return q;
}

/* --- what waits */

static void
wait_begin(struct alert_book *b, struct alert *a, uint32_t recipient,
    const struct wait *w, int64_t now_us)
{
	struct mailbox *box = &b->boxes[recipient];

	a->wait[recipient] = *w;
	a->wait[recipient].since_us = now_us;
	a->waiting |= 1u << recipient;
	if (box->waits++ == 0)
		box->first_us = now_us;
}

static struct wait
wait_end(struct alert_book *b, struct alert *a, uint32_t recipient)
{
	struct wait w = a->wait[recipient];

	/* Its rule is remembered for the end. */
	a->wait[recipient] = (struct wait){ .rule = w.rule };
	a->waiting &= ~(1u << recipient);
	b->boxes[recipient].waits--;
	return w;
}

/* It knows now. */
static void
mark(struct alert *a, uint32_t recipient, enum notice_kind kind, int64_t now_us)
{
	uint32_t bit = 1u << recipient;

	if (kind == NOTICE_RESOLVED) {
		a->owed &= ~bit;
		return;
	}
	a->told |= bit;
	a->owed |= bit;
	if (kind != NOTICE_REPEAT)
		return;
	a->view.repeats++;
	a->view.repeated_us = now_us;
	a->repeated = true;
}

/* Behind what was told: killed in between, it is repeated once more. */
static void
rows_of_repeated(struct alert_book *b, int64_t now_us)
{
	for (size_t i = 0; i < b->alert_count; i++) {
		struct alert *a = b->alerts[i];

		if (!a->repeated || !outbox_room(b))
			continue;
		a->repeated = false;
		outbox_row(b, a, now_us);
	}
}

static void
tell_alone(struct alert_book *b, struct alert *a, uint32_t recipient,
    struct wait w, bool exempt, int64_t now_us)
{
	struct mailbox *box = &b->boxes[recipient];
	struct queued *q;

	if (w.sequence == 0)
		w.sequence = ++a->sequence;
	mark(a, recipient, (enum notice_kind)w.kind, now_us);
	q = say(b, a, ALERT_TOLD, recipient, &w, now_us);
	q->change.exempt = exempt;
	q->held_back = box->held_back;
	box->held_back = 0;
	outbox_spend(exempt ? &box->exempt : &box->told, now_us);
}

/* Fewer than so many in so long. */
static bool
has_room(const struct spent *s, uint32_t most, int64_t span_us, int64_t now_us)
{
	return s->count < most || now_us - s->at_us[most - 1] >= span_us;
}

static bool
may_pass(const struct alert_book *b, uint32_t recipient, uint8_t rule,
    int64_t now_us)
{
	if (!b->config.rules[rule].exempt)
		return false;
	return b->config.flood == 0 ||
	       has_room(&b->boxes[recipient].exempt, b->config.flood,
		   b->config.flood_us, now_us);
}

void
outbox_put(struct alert_book *b, struct alert *a, uint32_t recipient,
    const struct wait *put, int64_t now_us)
{
	struct wait w = *put;

	bool bound = b->config.recipients[recipient].budget > 0;

	if (!bound || may_pass(b, recipient, w.rule, now_us)) {
		a->wait[recipient].rule = w.rule;
		tell_alone(b, a, recipient, w, bound, now_us);
		return;
	}
	/* A repeat that waits is no fact worth a row: its alert is open. */
	if (w.kind != NOTICE_REPEAT) {
		w.sequence = ++a->sequence;
		say(b, a, ALERT_HELD, recipient, &w, now_us);
	}
	wait_begin(b, a, recipient, &w, now_us);
}

void
outbox_drop(struct alert_book *b, struct alert *a, uint32_t recipient,
    int64_t now_us)
{
	struct wait w = wait_end(b, a, recipient);

	b->boxes[recipient].stale = true;
	if (w.kind == NOTICE_REPEAT)
		return;
	say(b, a, ALERT_DROPPED, recipient, &w, now_us);
	if ((a->owed & 1u << recipient) == 0)
		b->boxes[recipient].held_back++;
}

void
outbox_moot(struct alert_book *b, struct alert *a,
    const struct alert_past_notice *p, int64_t now_us)
{
	struct alert_change *c =
	    &queue_put(b, a, ALERT_DROPPED, now_us)->change;

	c->sequence = p->sequence;
	c->notice = p->notice;
	snprintf(c->recipient, sizeof(c->recipient), "%s", p->recipient);
}

/* --- whose turn it is */

void
outbox_spend(struct spent *s, int64_t told_us)
{
	memmove(s->at_us + 1, s->at_us,
	    (ALERT_BUDGET - 1) * sizeof(s->at_us[0]));
	s->at_us[0] = told_us;
	if (s->count < ALERT_BUDGET)
		s->count++;
}

static void
find_first(const struct alert_book *b, uint32_t recipient, struct mailbox *box)
{
	box->stale = false;
	box->first_us = INT64_MAX;
	for (size_t i = 0; i < b->alert_count; i++) {
		const struct alert *a = b->alerts[i];

		if ((a->waiting & 1u << recipient) != 0 &&
		    a->wait[recipient].since_us < box->first_us)
			box->first_us = a->wait[recipient].since_us;
	}
}

static bool
may_tell(struct alert_book *b, uint32_t recipient, int64_t now_us)
{
	struct mailbox *box = &b->boxes[recipient];
	const struct alert_recipient *r = &b->config.recipients[recipient];

	if (box->waits > 0 && box->stale)
		find_first(b, recipient, box);
	if (box->waits == 0 || now_us - box->first_us < b->config.gather_us)
		return false;
	return r->budget == 0 || /* since a moment ago */
	       has_room(&box->told, r->budget, r->budget_us, now_us);
}

static bool
comes_first(const struct alert *a, const struct alert *b)
{
	bool a_over = a->view.closed_us != 0, b_over = b->view.closed_us != 0;

	if (a_over != b_over)
		return b_over;
	if (a->view.severity != b->view.severity)
		return a->view.severity > b->view.severity;
	return a->view.id < b->view.id;
}

static void
item_of(const struct alert *a, struct notice_item *out)
{
	*out = (struct notice_item){ .alert = a->view.id,
		.severity = a->view.severity,
		.cause = a->view.cause,
		.over = a->view.closed_us != 0,
		.since_utc = a->view.since_us };
	snprintf(out->place, sizeof(out->place), "%s", a->view.place);
}

/* The list is short and kept sorted: what comes before the last goes in. */
static void
list(const struct alert *first[NOTICE_ITEMS], uint32_t *count,
    const struct alert *a)
{
	uint32_t i = *count;

	if (i == NOTICE_ITEMS) {
		if (!comes_first(a, first[--i]))
			return;
	} else {
		(*count)++;
	}
	for (; i > 0 && comes_first(a, first[i - 1]); i--)
		first[i] = first[i - 1];
	first[i] = a;
}

/* All that wait for it, in one. */
static void
tell_digest(struct alert_book *b, uint32_t recipient, struct digest *d,
    int64_t now_us)
{
	const struct alert *first[NOTICE_ITEMS];
	struct mailbox *box = &b->boxes[recipient];
	struct wait none = { .kind = NOTICE_DIGEST };
	struct queued *q;

	for (size_t i = 0; i < b->alert_count; i++) {
		struct alert *a = b->alerts[i];
		bool over = a->view.closed_us != 0;

		if ((a->waiting & 1u << recipient) == 0)
			continue;
		mark(a, recipient,
		    (enum notice_kind)wait_end(b, a, recipient).kind, now_us);
		d->over += over;
		d->open += !over;
		if (!over && a->view.severity > d->severity)
			d->severity = a->view.severity;
		list(first, &d->item_count, a);
	}
	if (d->severity == 0)
		d->severity = NOTICE_LOW;
	for (uint32_t i = 0; i < d->item_count; i++)
		item_of(first[i], &d->items[i]);
	q = say(b, NULL, ALERT_TOLD, recipient, &none, now_us);
	q->change.rule[0] = '\0';
	q->digest = d;
	q->held_back = box->held_back;
	box->held_back = 0;
	outbox_spend(&box->told, now_us);
}

static void
tell_waiting(struct alert_book *b, uint32_t recipient, int64_t now_us)
{
	struct digest *d;

	if (b->boxes[recipient].waits > 1) {
		d = calloc(1, sizeof(*d));
		if (d != NULL)
			tell_digest(b, recipient, d, now_us);
		return; /* else the next step tries again */
	}
	for (size_t i = 0; i < b->alert_count; i++) {
		struct alert *a = b->alerts[i];

		if ((a->waiting & 1u << recipient) == 0)
			continue;
		tell_alone(b, a, recipient, wait_end(b, a, recipient), false,
		    now_us);
		return;
	}
}

void
outbox_flush(struct alert_book *b, int64_t now_us)
{
	for (uint32_t r = 0; r < b->config.recipient_count; r++)
		if (may_tell(b, r, now_us) && outbox_room(b)) {
			tell_waiting(b, r, now_us);
			rows_of_repeated(b, now_us);
		}
}

/* --- what is told */

static void
fill_digest(const struct digest *d, struct notice *n)
{
	n->severity = d->severity;
	n->open = d->open;
	n->over = d->over;
	n->item_count = d->item_count;
	memcpy(n->items, d->items, d->item_count * sizeof(d->items[0]));
}

static void
fill_alert(const struct alert *a, struct notice *n)
{
	const struct alert_view *v = &a->view;

	n->severity = v->severity;
	n->of = v->of;
	snprintf(n->place, sizeof(n->place), "%s", v->place);
	snprintf(n->site, sizeof(n->site), "%s", v->site);
	snprintf(n->text, sizeof(n->text), "%s", v->text);
	n->criticality = v->criticality;
	n->incident = v->incident;
	n->cause = v->cause;
	n->since_utc = v->since_us;
	n->at_utc = v->at_us;
	n->over_utc = v->closed_us != 0 ? v->good_us : 0;
	n->turns = v->turns;
	n->repeats = v->repeats;
	n->feeds = v->feeds;
}

void
alert_fill(const struct alert_book *b, struct notice *out)
{
	const struct queued *q = ring_first(&b->queue);

	memset(out, 0, sizeof(*out));
	out->alert = q->change.alert;
	out->sequence = q->change.sequence;
	out->kind = q->change.notice;
	snprintf(out->to, sizeof(out->to), "%s", q->change.recipient);
	snprintf(out->rule, sizeof(out->rule), "%s", q->change.rule);
	out->made_utc = q->change.at_us;
	out->held_back = q->held_back;
	if (q->digest != NULL)
		fill_digest(q->digest, out);
	else if (q->alert != NULL)
		fill_alert(q->alert, out);
}
