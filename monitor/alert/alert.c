/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/alert/alert.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/alert/alert_parts.h"

#define ALERTS_FIRST 64u

struct alert_book *
alert_book_new(uint64_t first_id)
{
	struct alert_book *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->next_id = first_id == 0 ? 1 : first_id;
	b->duty = UINT32_MAX;
	b->alerts = calloc(ALERTS_FIRST, sizeof(struct alert *));
	b->alert_room = ALERTS_FIRST;
	b->queue.size = sizeof(struct queued);
	b->by_incident = alert_index_new();
	b->spots = alert_index_new();
	if (b->alerts == NULL || b->by_incident == NULL || b->spots == NULL ||
	    !outbox_room(b))
		alert_book_free(&b);
	return b;
}

static void
free_alert(struct alert *a)
{
	free((char *)a->view.place);
	free((char *)a->view.site);
	free((char *)a->view.text);
	free(a);
}

void
alert_book_free(struct alert_book **bp)
{
	struct alert_book *b = *bp;
	struct spot *s;
	size_t at = 0;

	*bp = NULL;
	if (b == NULL)
		return;
	while (b->queue.count > 0) /* its changes point to alerts */
		alert_pop(b);
	for (size_t i = 0; b->alerts != NULL && i < b->alert_count; i++)
		free_alert(b->alerts[i]);
	while (
	    b->spots != NULL && (s = alert_index_next(b->spots, &at)) != NULL)
		free(s);
	alert_index_free(&b->spots);
	alert_index_free(&b->by_incident);
	ring_free(&b->queue);
	free(b->alerts);
	free(b);
}

const struct alert_config *
alert_config_of(const struct alert_book *b)
{
	return &b->config;
}

/* --- places */

static uint64_t
spot_key(enum notice_of of, int64_t place_id)
{
	return (uint64_t)place_id * 8u + of;
}

struct spot *
alert_spot(struct alert_book *b, enum notice_of of, int64_t place_id)
{
	struct spot *s = alert_index_find(b->spots, spot_key(of, place_id));

	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->of = of;
	s->place_id = place_id;
	if (alert_index_put(b->spots, spot_key(of, place_id), s))
		return s;
	free(s);
	return NULL;
}

void
spot_turn(struct spot *s, int64_t at_us)
{
	memmove(s->turns + 1, s->turns,
	    (ALERT_TURNS - 1) * sizeof(s->turns[0]));
	s->turns[0] = at_us;
	if (s->turn_count < ALERT_TURNS)
		s->turn_count++;
}

/* Its last turns were so many, in so short a time. */
static bool
flaps(const struct alert_book *b, const struct spot *s, int64_t now_us)
{
	uint32_t n = b->config.flap_count;

	return n >= 2 && n <= s->turn_count &&
	       now_us - s->turns[n - 1] <= b->config.flap_us;
}

/* Those that nothing is known of any more. */
static void
forget_spots(struct alert_book *b, int64_t now_us)
{
	struct spot *s, *old = NULL;
	size_t at = 0;

	while ((s = alert_index_next(b->spots, &at)) != NULL && old == NULL)
		if (s->flapping == NULL &&
		    (s->turn_count == 0 ||
			now_us - s->turns[0] > b->config.flap_us))
			old = s;
	if (old == NULL)
		return;
	alert_index_remove(b->spots, spot_key(old->of, old->place_id));
	free(old);
}

/* --- alerts */

static struct alert **
alert_slot(const struct alert_book *b, uint64_t id)
{
	size_t low = 0, high = b->alert_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (b->alerts[middle]->view.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < b->alert_count && b->alerts[low]->view.id == id
		   ? &b->alerts[low]
		   : NULL;
}

struct alert *
alert_find(const struct alert_book *b, uint64_t id)
{
	struct alert **slot = alert_slot(b, id);

	return slot != NULL ? *slot : NULL;
}

static bool
alert_list_room(struct alert_book *b)
{
	struct alert **more;

	if (b->alert_count < b->alert_room)
		return true;
	more = realloc(b->alerts, 2 * b->alert_room * sizeof(struct alert *));
	if (more == NULL)
		return false;
	b->alerts = more;
	b->alert_room *= 2;
	return true;
}

/* By its number: the past comes in any order. */
static void
insert(struct alert_book *b, struct alert *a)
{
	size_t i = b->alert_count++;

	for (; i > 0 && b->alerts[i - 1]->view.id > a->view.id; i--)
		b->alerts[i] = b->alerts[i - 1];
	b->alerts[i] = a;
}

struct alert *
alert_add(struct alert_book *b, const struct alert_view *view, uint64_t id)
{
	struct alert *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->view = *view;
	a->view.id = id != 0 ? id : b->next_id;
	a->view.place = strdup(view->place);
	a->view.site = strdup(view->site);
	a->view.text = strdup(view->text);
	if (a->view.place == NULL || a->view.site == NULL ||
	    a->view.text == NULL || !alert_list_room(b) ||
	    !alert_index_put(b->by_incident, (uint64_t)view->incident, a)) {
		free_alert(a);
		return NULL;
	}
	if (a->view.id >= b->next_id)
		b->next_id = a->view.id + 1;
	insert(b, a);
	return a;
}

static void
take_sign(struct alert *a, const struct alert_sign *sign)
{
	struct alert_view *v = &a->view;
	char *text =
	    strcmp(v->text, sign->text) != 0 ? strdup(sign->text) : NULL;

	if (text != NULL) {
		free((char *)v->text);
		v->text = text;
	}

	a->cause = sign->cause;
	a->causes |= 1ull << sign->cause;
	v->cause = v->flapping ? CAUSE_FLAPPING : sign->cause;
	if (sign->severity > v->severity)
		v->severity = sign->severity;
	if (sign->criticality > v->criticality)
		v->criticality = sign->criticality;
	v->feeds = sign->feeds;
	v->excused = sign->excused;
}

/* An alert of its own. */
static struct alert *
begin(struct alert_book *b, struct spot *s, const struct alert_sign *sign,
    int64_t now_us)
{
	const struct alert_view v = { .incident = sign->incident,
		.of = sign->of,
		.place_id = sign->place_id,
		.place = sign->place,
		.site = sign->site,
		.text = sign->text,
		.since_us = sign->since_us,
		.at_us = now_us };
	struct alert *a = alert_add(b, &v, 0);

	if (a == NULL)
		return NULL;
	spot_turn(s, now_us);
	a->open = true;
	if (flaps(b, s, now_us)) {
		a->view.flapping = true;
		a->view.turns = b->config.flap_count;
		a->view.since_us = s->turns[b->config.flap_count - 1];
		if (sign->since_us < a->view.since_us)
			a->view.since_us = sign->since_us;
		a->causes = 1ull << CAUSE_FLAPPING;
		a->turn_us = now_us;
		s->flapping = a;
	}
	a->view.acknowledged = sign->acknowledged && !a->view.flapping;
	take_sign(a, sign);
	return a;
}

/* Its incidents are all that alert's, while it flaps. */
static struct alert *
join(struct alert_book *b, struct alert *a, const struct alert_sign *sign,
    int64_t now_us)
{
	if (!alert_index_put(b->by_incident, (uint64_t)sign->incident, a))
		return NULL;
	alert_index_remove(b->by_incident, (uint64_t)a->view.incident);
	a->view.incident = sign->incident;
	a->view.turns++;
	a->open = true;
	a->turn_us = now_us;
	return a;
}

bool
alert_on_incident(struct alert_book *b, const struct alert_sign *sign,
    int64_t now_us)
{
	struct alert *a =
	    alert_index_find(b->by_incident, (uint64_t)sign->incident);
	bool known = a != NULL;
	enum notice_severity before;
	struct spot *s;

	if (known && a->view.closed_us != 0)
		return true;
	if (!outbox_room(b))
		return false;
	if (!known) {
		s = alert_spot(b, sign->of, sign->place_id);
		if (s == NULL)
			return false;
		a = s->flapping != NULL ? join(b, s->flapping, sign, now_us)
					: begin(b, s, sign, now_us);
	}
	if (a == NULL)
		return false;
	before = a->view.severity;
	take_sign(a, sign);
	if (a->view.severity > before)
		course_restart(a);
	course_match(b, a);
	outbox_row(b, a, now_us);
	alert_work(b, a, now_us);
	outbox_flush(b, now_us);
	return true;
}

void
alert_on_close(struct alert_book *b, int64_t incident, int64_t good_us,
    int64_t now_us)
{
	struct alert *a = alert_index_find(b->by_incident, (uint64_t)incident);

	if (a == NULL || !a->open)
		return;
	a->open = false;
	a->view.good_us = good_us;
	a->turn_us = now_us;
	a->view.turns += a->view.flapping;
	a->ending = !a->view.flapping;
	if (!outbox_room(b))
		return; /* the next step does it */
	alert_work(b, a, now_us);
	outbox_flush(b, now_us);
}

void
alert_on_acknowledge(struct alert_book *b, int64_t incident, int64_t now_us)
{
	struct alert *a = alert_index_find(b->by_incident, (uint64_t)incident);

	if (a == NULL || a->view.acknowledged || a->view.closed_us != 0)
		return;
	a->view.acknowledged = true;
	if (outbox_room(b))
		outbox_row(b, a, now_us);
}

void
alert_on_excuse(struct alert_book *b, uint64_t alert, uint8_t excused,
    int64_t now_us)
{
	struct alert *a = alert_find(b, alert);

	if (a == NULL || a->view.excused == excused || a->view.closed_us != 0 ||
	    !outbox_room(b))
		return;
	a->view.excused = excused;
	outbox_row(b, a, now_us);
}

void
alert_on_duty(struct alert_book *b, uint32_t recipients)
{
	b->duty = recipients;
}

/* --- time */

static void
close_alert(struct alert_book *b, struct alert *a, int64_t now_us)
{
	struct alert_view *v = &a->view;
	struct spot *s = alert_spot(b, v->of, v->place_id);

	if (s != NULL && s->flapping == a)
		s->flapping = NULL;
	a->ending = false;
	v->closed_us = now_us;
	if (v->good_us == 0) /* while nobody was here */
		v->good_us = now_us;
	for (uint32_t r = 0; r < ALERT_RECIPIENTS; r++) {
		uint32_t bit = 1u << r;
		struct wait w = { .kind = NOTICE_RESOLVED,
			.rule = a->wait[r].rule };

		if ((a->waiting & bit) != 0)
			outbox_drop(b, a, r, now_us);
		if ((a->owed & bit) != 0)
			outbox_put(b, a, r, &w, now_us);
	}
	outbox_row(b, a, now_us);
}

/* One that flaps was calm: it is over, or is plainly what it is. */
static void
calm(struct alert_book *b, struct alert *a, int64_t now_us)
{
	struct spot *s = alert_spot(b, a->view.of, a->view.place_id);

	if (!a->open) {
		close_alert(b, a, now_us);
		return;
	}
	if (s != NULL)
		s->flapping = NULL;
	a->view.flapping = false;
	a->view.cause = a->cause;
	a->causes = 1ull << a->cause;
	course_restart(a);
	course_match(b, a);
	outbox_row(b, a, now_us);
}

void
alert_work(struct alert_book *b, struct alert *a, int64_t now_us)
{
	if (a->view.closed_us != 0)
		return;
	if (a->ending)
		close_alert(b, a, now_us);
	else if (a->view.flapping && now_us - a->turn_us >= b->config.calm_us)
		calm(b, a, now_us);
	if (a->view.closed_us == 0)
		course_work(b, a, now_us);
}

static bool
is_done(const struct alert *a)
{
	return a->view.closed_us != 0 && a->waiting == 0 && a->owed == 0;
}

static void
forget_done(struct alert_book *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->alert_count; i++) {
		struct alert *a = b->alerts[i];

		if (!is_done(a) || !a->view.done || a->queued > 0) {
			b->alerts[kept++] = a;
			continue;
		}
		alert_index_remove(b->by_incident, (uint64_t)a->view.incident);
		free_alert(a);
	}
	b->alert_count = kept;
}

void
alert_step(struct alert_book *b, int64_t now_us)
{
	for (size_t i = 0; i < b->alert_count && outbox_room(b); i++)
		alert_work(b, b->alerts[i], now_us);
	outbox_flush(b, now_us);
	for (size_t i = 0; i < b->alert_count && outbox_room(b); i++) {
		struct alert *a = b->alerts[i];

		if (!is_done(a) || a->view.done)
			continue;
		a->view.done = true;
		outbox_row(b, a, now_us);
	}
	forget_done(b);
	forget_spots(b, now_us);
}

/* --- faces */

static void
show(const struct alert_book *b, const struct alert *a, struct alert_view *out)
{
	*out = a->view;
	out->rule =
	    a->course_count > 0 ? b->config.rules[a->courses[0].rule].name : "";
}

bool
alert_view(const struct alert_book *b, uint64_t alert, struct alert_view *out)
{
	const struct alert *a = alert_find(b, alert);

	if (a != NULL)
		show(b, a, out);
	return a != NULL;
}

uint64_t
alert_of_incident(const struct alert_book *b, int64_t incident)
{
	const struct alert *a =
	    alert_index_find(b->by_incident, (uint64_t)incident);

	return a != NULL ? a->view.id : 0;
}

void
alert_each(const struct alert_book *b, alert_view_fn *fn, void *arg)
{
	struct alert_view v;

	for (size_t i = 0; i < b->alert_count; i++) {
		if (b->alerts[i]->view.closed_us != 0)
			continue;
		show(b, b->alerts[i], &v);
		if (!fn(arg, &v))
			return;
	}
}

void
alert_counts(const struct alert_book *b, uint32_t *open_out,
    uint32_t *waiting_out)
{
	*open_out = *waiting_out = 0;
	for (size_t i = 0; i < b->alert_count; i++)
		*open_out += b->alerts[i]->view.closed_us == 0;
	for (uint32_t r = 0; r < b->config.recipient_count; r++)
		*waiting_out += b->boxes[r].waits;
}
