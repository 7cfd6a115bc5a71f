/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier run left, and a change of the settings: either way alerts
 * meet recipients and rules that they know by name only. */
#include <stdlib.h>
#include <string.h>

#include "monitor/alert/alert_parts.h"

/* UINT32_MAX: there is none. */
static uint32_t
recipient_named(const struct alert_config *c, const char *name)
{
	for (uint32_t i = 0; i < c->recipient_count; i++)
		if (strcmp(c->recipients[i].name, name) == 0)
			return i;
	return UINT32_MAX;
}

static uint32_t
rule_named(const struct alert_config *c, const char *name)
{
	for (uint32_t i = 0; i < c->rule_count; i++)
		if (strcmp(c->rules[i].name, name) == 0)
			return i;
	return UINT32_MAX;
}

/* --- other settings */

struct move {
	uint32_t to[ALERT_RECIPIENTS]; /* old -> new; UINT32_MAX: gone */
	uint32_t rule[ALERT_RULES];
};

static uint32_t
move_mask(const struct move *m, uint32_t mask)
{
	uint32_t out = 0;

	for (uint32_t i = 0; i < ALERT_RECIPIENTS; i++)
		if ((mask & 1u << i) != 0 && m->to[i] != UINT32_MAX)
			out |= 1u << m->to[i];
	return out;
}

static uint8_t
move_rule(const struct move *m, uint8_t rule)
{
	return m->rule[rule] != UINT32_MAX ? (uint8_t)m->rule[rule] : 0;
}

static void
move_alert(const struct move *m, struct alert *a)
{
	struct wait wait[ALERT_RECIPIENTS] = { 0 };
	uint32_t kept = 0;

	for (uint32_t i = 0; i < ALERT_RECIPIENTS; i++) {
		if (m->to[i] == UINT32_MAX)
			continue;
		wait[m->to[i]] = a->wait[i];
		wait[m->to[i]].rule = move_rule(m, a->wait[i].rule);
	}
	memcpy(a->wait, wait, sizeof(wait));
	a->told = move_mask(m, a->told);
	a->owed = move_mask(m, a->owed);
	a->waiting = move_mask(m, a->waiting);
	for (uint32_t i = 0; i < a->course_count; i++) {
		struct course c = a->courses[i];

		if (m->rule[c.rule] == UINT32_MAX)
			continue;
		c.rule = (uint8_t)m->rule[c.rule];
		a->courses[kept++] = c;
	}
	a->course_count = kept;
}

/* Of a rule that has spoken: whom it names now and did not before. */
static uint32_t
newly_named(const struct alert_rule *old, const struct alert_rule *rule,
    const struct move *m, uint8_t taken)
{
	uint32_t were = 0, are = 0;

	for (uint8_t i = 0; i < old->step_count; i++)
		were |= move_mask(m, old->steps[i]);
	for (uint8_t i = 0; i < rule->step_count && i < taken; i++)
		are |= rule->steps[i];
	return are & ~were;
}

/* Before its courses are moved. */
static void
look_fresh(const struct alert_book *b, const struct alert_config *config,
    const struct move *m, struct alert *a)
{
	for (uint32_t i = 0; i < a->course_count; i++) {
		struct course *c = &a->courses[i];

		c->fresh = move_mask(m, c->fresh);
		if (c->fired && m->rule[c->rule] != UINT32_MAX)
			c->fresh |= newly_named(&b->config.rules[c->rule],
			    &config->rules[m->rule[c->rule]], m, c->step);
	}
}

static void
drop_gone(struct alert_book *b, struct alert *a, const struct move *m,
    int64_t now_us)
{
	for (uint32_t r = 0; r < ALERT_RECIPIENTS; r++)
		if ((a->waiting & 1u << r) != 0 && m->to[r] == UINT32_MAX &&
		    outbox_room(b))
			outbox_drop(b, a, r, now_us);
}

static void
move_boxes(struct alert_book *b, const struct move *m)
{
	struct mailbox boxes[ALERT_RECIPIENTS] = { 0 };

	for (uint32_t i = 0; i < ALERT_RECIPIENTS; i++)
		if (m->to[i] != UINT32_MAX)
			boxes[m->to[i]] = b->boxes[i];
	memcpy(b->boxes, boxes, sizeof(boxes));
}

void
alert_configure(struct alert_book *b, const struct alert_config *config,
    int64_t now_us)
{
	const struct alert_config *old = &b->config;
	struct move m;

	for (uint32_t i = 0; i < ALERT_RECIPIENTS; i++)
		m.to[i] = i < old->recipient_count
			      ? recipient_named(config, old->recipients[i].name)
			      : UINT32_MAX;
	for (uint32_t i = 0; i < ALERT_RULES; i++)
		m.rule[i] = i < old->rule_count
				? rule_named(config, old->rules[i].name)
				: UINT32_MAX;
	for (size_t i = 0; i < b->alert_count; i++)
		drop_gone(b, b->alerts[i], &m, now_us);
	for (size_t i = 0; i < b->alert_count; i++) {
		look_fresh(b, config, &m, b->alerts[i]);
		move_alert(&m, b->alerts[i]);
	}
	move_boxes(b, &m);
	b->config = *config;
	b->duty = UINT32_MAX;
	for (size_t i = 0; i < b->alert_count; i++)
		course_match(b, b->alerts[i]);
}

/* --- after a restart */

bool
alert_restore(struct alert_book *b, const struct alert_past *past)
{
	const struct alert_view *v = &past->view;
	struct alert *a = alert_add(b, v, v->id);
	struct spot *s = NULL;

	if (a == NULL)
		return false;
	a->open = past->open_incident;
	a->cause = v->flapping ? past->cause : v->cause;
	a->causes = 1ull << v->cause | 1ull << a->cause;
	a->turn_us = past->turn_us;
	a->ending = !a->open && !v->flapping && v->closed_us == 0;
	if (v->flapping && v->closed_us == 0)
		s = alert_spot(b, v->of, v->place_id);
	if (s != NULL)
		s->flapping = a;
	course_match(b, a);
	return true;
}

static void
restore_course(struct alert_book *b, struct alert *a,
    const struct alert_past_notice *p)
{
	for (uint32_t i = 0; i < a->course_count; i++) {
		struct course *c = &a->courses[i];
		const struct alert_rule *r = &b->config.rules[c->rule];

		if (strcmp(r->name, p->rule) != 0)
			continue;
		c->fired = true;
		if (p->step >= c->step)
			c->step = (uint8_t)(p->step + 1);
		if (p->notice != NOTICE_REPEAT)
			c->next_us = p->made_us + r->escalate_us;
		c->repeat_due = p->made_us + r->repeat_us;
	}
}

static void
restore_wait(struct alert_book *b, struct alert *a, uint32_t recipient,
    const struct alert_past_notice *p)
{
	struct mailbox *box = &b->boxes[recipient];
	uint32_t rule = rule_named(&b->config, p->rule);

	a->wait[recipient] = (struct wait){ .sequence = p->sequence,
		.kind = (uint8_t)p->notice,
		.rule = rule != UINT32_MAX ? (uint8_t)rule : 0,
		.step = p->step,
		.since_us = p->made_us };
	a->waiting |= 1u << recipient;
	if (p->notice == NOTICE_RESOLVED)
		a->owed |= 1u << recipient;
	if (box->waits++ == 0)
		box->first_us = p->made_us;
}

void
alert_restore_notice(struct alert_book *b, const struct alert_past_notice *p)
{
	uint32_t r = recipient_named(&b->config, p->recipient);
	struct alert *a = alert_find(b, p->alert);

	if (r != UINT32_MAX && !p->waits && !p->covered)
		outbox_spend(p->exempt ? &b->boxes[r].exempt
				       : &b->boxes[r].told,
		    p->told_us);
	if (a == NULL)
		return;
	if (p->sequence > a->sequence)
		a->sequence = p->sequence;
	if (p->notice != NOTICE_RESOLVED)
		restore_course(b, a, p);
	if (r == UINT32_MAX) {
		if (p->waits && outbox_room(b))
			outbox_moot(b, a, p, p->made_us);
	} else if (p->waits) {
		restore_wait(b, a, r, p);
	} else if (p->notice == NOTICE_RESOLVED) {
		a->owed &= ~(1u << r);
	} else {
		uint32_t rule = rule_named(&b->config, p->rule);

		a->told |= 1u << r;
		a->owed |= 1u << r;
		a->wait[r].rule = rule != UINT32_MAX ? (uint8_t)rule : 0;
	}
}

void
alert_restore_turn(struct alert_book *b, enum notice_of of, int64_t place_id,
    int64_t at_us)
{
	struct spot *s = alert_spot(b, of, place_id);

	if (s != NULL && s->turn_count < ALERT_TURNS)
		s->turns[s->turn_count++] = at_us;
}

/* What its last run had closed, but had not yet said to all. */
static void
finish_close(struct alert_book *b, struct alert *a, int64_t now_us)
{
	for (uint32_t r = 0; r < ALERT_RECIPIENTS; r++) {
		uint32_t bit = 1u << r;
		struct wait w = { .kind = NOTICE_RESOLVED,
			.rule = a->wait[r].rule };

		if ((a->waiting & bit) != 0 &&
		    a->wait[r].kind != NOTICE_RESOLVED)
			outbox_drop(b, a, r, now_us);
		if ((a->owed & ~a->waiting & bit) != 0)
			outbox_put(b, a, r, &w, now_us);
	}
}

/* A repeat that a digest told has no row of its own; the alert's says when. */
static void
restore_repeat(const struct alert_book *b, struct alert *a)
{
	for (uint32_t i = 0; i < a->course_count; i++) {
		struct course *c = &a->courses[i];
		int64_t due =
		    a->view.repeated_us + b->config.rules[c->rule].repeat_us;

		if (a->view.repeated_us != 0 && due > c->repeat_due)
			c->repeat_due = due;
	}
}

void
alert_restored(struct alert_book *b, int64_t now_us)
{
	for (size_t i = 0; i < b->alert_count; i++)
		restore_repeat(b, b->alerts[i]);
	for (size_t i = 0; i < b->alert_count && outbox_room(b); i++)
		if (b->alerts[i]->view.closed_us != 0)
			finish_close(b, b->alerts[i], now_us);
	alert_step(b, now_us);
}
