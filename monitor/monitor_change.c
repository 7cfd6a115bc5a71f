/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people change while the monitor runs: each request is planned against
 * the committed inventory, refused as a whole when anything in it is wrong,
 * and answered once the store has committed it. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_notes.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "monitor/inventory/diff.h"
#include "monitor/inventory/inventory_form.h"
#include "monitor/inventory/plan_text.h"
#include "monitor/inventory/scope.h"

static void
random_uuid(void *arg, uint8_t out[16])
{
	(void)arg;
	while (getrandom(out, 16, 0) != 16 && errno == EINTR)
		;
}

static enum inventory_kind
kind_of(enum monitor_table table)
{
	switch (table) {
	case MONITOR_SITES:
		return INVENTORY_SITES;
	case MONITOR_DEVICES:
		return INVENTORY_DEVICES;
	case MONITOR_FEEDS:
		break;
	}
	return INVENTORY_FEEDS;
}

/* How many feeds, and feeds of the demux probe, the plan would leave. */
static void
count_after(const struct inventory *now, const struct inventory_plan *plan,
    size_t *feeds_out, size_t *demux_out)
{
	size_t feeds = 0, demux = 0;

	for (size_t i = 0; i < now->feed_count; i++) {
		feeds += now->feeds[i].enabled;
		demux += now->feeds[i].enabled &&
			 fleet_is_demux(now->feeds[i].url, false);
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct inventory_change *c = &plan->changes[i];

		if (c->kind != INVENTORY_FEEDS)
			continue;
		for (size_t k = 0;
		     c->change != INVENTORY_ADD && k < now->feed_count; k++)
			if (now->feeds[k].id == c->id) {
				feeds -= now->feeds[k].enabled;
				demux -=
				    now->feeds[k].enabled &&
				    fleet_is_demux(now->feeds[k].url, false);
				break;
			}
		if (c->change == INVENTORY_REMOVE || !c->feed.enabled)
			continue;
		feeds++;
		demux += fleet_is_demux(c->feed.url, false);
	}
	*feeds_out = feeds;
	*demux_out = demux;
}

/* Lists may follow one another: what is too much already may be made less. */
static bool
fits_places(const struct inventory *now, const struct inventory_plan *plan)
{
	size_t sites = now->site_count, devices = now->device_count;

	for (size_t i = 0; i < plan->count; i++) {
		const struct inventory_change *c = &plan->changes[i];
		size_t *of = c->kind == INVENTORY_SITES	    ? &sites
			     : c->kind == INVENTORY_DEVICES ? &devices
							    : NULL;

		if (of != NULL && c->change == INVENTORY_ADD)
			++*of;
		else if (of != NULL && c->change == INVENTORY_REMOVE)
			--*of;
	}
	return (sites <= 2 * LIMIT_PLACES || sites <= now->site_count) &&
	       (devices <= 2 * LIMIT_PLACES || devices <= now->device_count);
}

static bool
fits(const struct monitor *m, const struct inventory *now,
    const struct inventory_plan *plan, char *why, size_t size)
{
	uint32_t capacity = fleet_demux_capacity(m->fleet);
	size_t feeds, demux, demux_now = 0;

	for (size_t i = 0; i < now->feed_count; i++)
		demux_now += now->feeds[i].enabled &&
			     fleet_is_demux(now->feeds[i].url, false);
	count_after(now, plan, &feeds, &demux);
	if (!fits_places(now, plan)) {
		snprintf(why, size,
		    "more than %u sites or devices: remove what is used no "
		    "more",
		    2 * LIMIT_PLACES);
		return false;
	}
	if (feeds > LIMIT_FEEDS) {
		snprintf(why, size,
		    "%zu feeds are more than the %u that one monitor holds",
		    feeds, LIMIT_FEEDS);
		return false;
	}
	/* What is too much already may still be changed or made less. */
	if (demux > capacity && demux > demux_now) {
		snprintf(why, size,
		    "%zu feeds that are not RTSP are more than the %u that "
		    "this monitor holds (demux.threads)",
		    demux, capacity);
		return false;
	}
	return true;
}

struct change {
	struct monitor *m;
	struct inventory *now;
	struct inventory *wanted;
	struct inventory_mistakes mistakes, notes;
	uint64_t revision;
	bool scoped;
	const struct monitor_actor *who;
	monitor_answer_fn *answer;
	void *arg;
};

static void
change_fini(struct change *c)
{
	inventory_free(&c->now);
	inventory_free(&c->wanted);
	inventory_mistakes_fini(&c->mistakes);
	inventory_mistakes_fini(&c->notes);
}

static void
refuse(struct change *c, const char *why)
{
	monitor_answer_refused(c->answer, c->arg, &c->mistakes, why);
}

/* The plan is given. */
static void
apply(struct change *c, struct inventory_plan *plan, bool dry_run)
{
	char why[256];
	struct monitor_request *q;

	if (!fits(c->m, c->now, plan, why, sizeof(why))) {
		inventory_plan_free(&plan);
		refuse(c, why);
		return;
	}
	q = monitor_request_new(c->answer, c->arg);
	if (q == NULL) {
		inventory_plan_free(&plan);
		return;
	}
	q->text = plan_text_inventory(plan, PLAN_TEXT_SHOWN);
	q->diff = diff_of_plan(c->now, plan);
	if (!c->scoped) /* lines are others', too */
		q->expects = monitor_ration_text(c->m, c->now, plan);
	q->notes = c->notes;
	c->notes = (struct inventory_mistakes){ 0 };
	q->result.added = (uint32_t)plan->added;
	q->result.changed = (uint32_t)plan->changed;
	q->result.removed = (uint32_t)plan->removed;
	q->result.unchanged = (uint32_t)plan->unchanged;
	if (dry_run || plan->count == 0) {
		inventory_plan_free(&plan);
		monitor_request_done(q, &(struct store_result){ .ok = true });
		return;
	}

	const struct store_done done = { monitor_request_done, q };

	monitor_request_posted(q,
	    store_inventory(c->m->store, plan, c->revision, c->who->actor,
		c->who->reason, &done));
}

static bool
change_init(struct change *c, struct monitor *m,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	*c =
	    (struct change){ .m = m, .who = who, .answer = answer, .arg = arg };
	c->now = store_read_inventory(m->reader, true, &c->revision);
	if (c->now != NULL)
		return true;
	refuse(c, store_reader_error(m->reader));
	return false;
}

void
monitor_import(struct monitor *m, const struct monitor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct change c;
	const struct inventory_options opt = { .kind = kind_of(what->table),
		.prune = what->complete,
		.random = random_uuid,
		.file = what->file != NULL ? what->file : "-" };
	const struct inventory_form form = { .file = opt.file,
		.ignore_unknown = what->ignore_unknown,
		.notes = &c.notes };
	struct inventory_plan *plan;

	if (!change_init(&c, m, who, answer, arg))
		return;
	c.scoped = what->scope != NULL && what->scope[0] != '\0';
	c.wanted = inventory_new();
	if (c.wanted == NULL || !inventory_read_as(c.wanted, opt.kind, &form,
				    what->csv, what->length, &c.mistakes)) {
		refuse(&c, "memory is out");
	} else {
		plan = inventory_plan_new(c.now, c.wanted, &opt, &c.mistakes);
		if (plan == NULL)
			refuse(&c, "memory is out");
		else if (what->scope != NULL &&
			 !scope_holds_plan(c.now, plan, what->scope)) {
			refuse(&c, "some of it lies outside of your site");
			inventory_plan_free(&plan);
		} else
			apply(&c, plan, what->dry_run);
	}
	change_fini(&c);
}

void
monitor_remove(struct monitor *m, enum monitor_table table, const char *name,
    bool with_feeds, const struct monitor_actor *who, monitor_answer_fn *answer,
    void *arg)
{
	struct change c;
	struct inventory_plan *plan;

	if (!change_init(&c, m, who, answer, arg))
		return;
	plan = inventory_plan_remove(c.now, kind_of(table), name, with_feeds,
	    &c.mistakes);
	if (plan == NULL)
		refuse(&c, "memory is out");
	else
		apply(&c, plan, false);
	change_fini(&c);
}

/* --- incidents */

void
monitor_acknowledge(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q != NULL)
		monitor_request_posted(q,
		    store_incident_acknowledge(m->store, incident,
			clock_mono_us(), who->actor, who->reason,
			&(struct store_done){ monitor_request_done, q }));
}

struct again {
	struct monitor *m;
	int64_t incident;
	monitor_answer_fn *answer;
	void *arg;
};

/* It is on record: now it counts. */
static void
on_again(void *arg, const struct monitor_answer *a)
{
	struct again *x = arg;

	if (a->ok)
		monitor_news_on_incident(x->m, x->incident,
		    STORE_INCIDENT_ACKNOWLEDGED);
	x->answer(x->arg, a);
	free(x);
}

bool
monitor_acknowledge_again(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	bool words = who->reason != NULL && who->reason[0] != '\0';
	struct alert_view v;
	struct again *x;

	if (m->alerts == NULL ||
	    !alert_view(m->alerts->book,
		alert_of_incident(m->alerts->book, incident), &v) ||
	    v.acknowledged || v.closed_us != 0)
		return false;
	x = malloc(sizeof(*x));
	if (x == NULL) {
		monitor_answer_later(answer, arg, "memory is out");
		return true;
	}
	*x = (struct again){ m, incident, answer, arg };
	monitor_incident_comment(m, incident,
	    words ? who->reason : "acknowledged again", who->actor, on_again,
	    x);
	return true;
}
