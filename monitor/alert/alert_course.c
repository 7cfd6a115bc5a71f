/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/site.h"
#include "monitor/alert/alert_parts.h"

static bool
is_about(const struct alert_rule *r, const struct alert *a)
{
	const struct alert_view *v = &a->view;
	uint8_t high =
	    r->criticality_high != 0 ? r->criticality_high : UINT8_MAX;

	return site_within(v->site, r->site) &&
	       v->criticality >= r->criticality_low && v->criticality <= high &&
	       v->severity >= r->severity &&
	       (r->causes == 0 || (r->causes & a->causes) != 0) &&
	       (r->of == 0 || (r->of & 1u << v->of) != 0);
}

/* A rule that was at work stays where it is. */
static struct course
course_of(const struct alert *a, uint8_t rule)
{
	for (uint32_t i = 0; i < a->course_count; i++)
		if (a->courses[i].rule == rule)
			return a->courses[i];
	return (struct course){ .rule = rule };
}

void
course_match(struct alert_book *b, struct alert *a)
{
	struct course courses[ALERT_COURSES];
	uint32_t count = 0;

	for (uint32_t i = 0; i < b->config.rule_count; i++) {
		const struct alert_rule *r = &b->config.rules[i];

		if (!is_about(r, a))
			continue;
		courses[count++] = course_of(a, (uint8_t)i);
		if (!r->go_on || count == ALERT_COURSES)
			break;
	}
	memcpy(a->courses, courses, count * sizeof(courses[0]));
	a->course_count = count;
}

void
course_restart(struct alert *a)
{
	a->view.acknowledged = false;
	a->told = 0;
	for (uint32_t i = 0; i < a->course_count; i++)
		a->courses[i] = (struct course){ .rule = a->courses[i].rule };
}

static void
tell(struct alert_book *b, struct alert *a, uint32_t recipients,
    const struct wait *w, int64_t now_us)
{
	for (uint32_t r = 0; r < b->config.recipient_count; r++)
		if ((recipients & ~a->told & ~a->waiting & 1u << r) != 0)
			outbox_put(b, a, r, w, now_us);
}

/* Steps in which nobody is on duty are passed over; but the last tells all the
 * same: better him than nobody. */
static void
take_step(struct alert_book *b, struct alert *a, struct course *c,
    int64_t now_us)
{
	const struct alert_rule *r = &b->config.rules[c->rule];
	struct wait w = { .kind = c->fired ? NOTICE_ESCALATION : NOTICE_FIRING,
		.rule = c->rule };

	while (c->step < r->step_count) {
		uint32_t who = r->steps[c->step] & b->duty;

		w.step = c->step++;
		if (who == 0 && c->step == r->step_count && !c->fired)
			who = r->steps[w.step];
		if (who == 0)
			continue;
		tell(b, a, who, &w, now_us);
		c->fired = true;
		break;
	}
	c->next_us = now_us + r->escalate_us;
	c->repeat_due = now_us + r->repeat_us;
}

/* Also to who came on duty meanwhile. */
static void
repeat(struct alert_book *b, struct alert *a, struct course *c, int64_t now_us)
{
	const struct alert_rule *r = &b->config.rules[c->rule];
	struct wait w = { .kind = NOTICE_REPEAT, .rule = c->rule };
	uint32_t who = 0;

	for (w.step = 0; w.step < c->step; w.step++)
		who |= r->steps[w.step];
	w.step = (uint8_t)(c->step - 1);
	c->repeat_due = now_us + r->repeat_us;
	for (uint32_t i = 0; i < b->config.recipient_count; i++)
		if ((who & b->duty & ~a->waiting & 1u << i) != 0)
			outbox_put(b, a, i, &w, now_us);
}

/* Whoever a rule names since the settings are others hears of what it has said
 * already. */
static void
tell_fresh(struct alert_book *b, struct alert *a, struct course *c,
    int64_t now_us)
{
	struct wait w = { .kind = NOTICE_FIRING, .rule = c->rule };

	tell(b, a, c->fresh & b->duty, &w, now_us);
	c->fresh = 0;
}

void
course_work(struct alert_book *b, struct alert *a, int64_t now_us)
{
	if (a->view.excused != 0 || a->view.acknowledged)
		return;
	for (uint32_t i = 0; i < a->course_count; i++) {
		struct course *c = &a->courses[i];
		const struct alert_rule *r = &b->config.rules[c->rule];
		int64_t due =
		    c->fired ? c->next_us : a->view.since_us + r->for_us;

		if (c->fresh != 0)
			tell_fresh(b, a, c, now_us);
		if (c->step < r->step_count && now_us >= due)
			take_step(b, a, c, now_us);
		else if (c->fired && r->repeat_us > 0 &&
			 now_us >= c->repeat_due)
			repeat(b, a, c, now_us);
	}
}
