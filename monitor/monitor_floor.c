/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people change of those who watch: planned against the committed floor,
 * refused as a whole when anything in it is wrong, answered once the store has
 * committed it (store_calls.on_floor tells the rest of the monitor). */
#include "monitor/monitor_floor.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/inventory/diff.h"
#include "monitor/inventory/plan_text.h"
#include "monitor/inventory/scope.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_people.h"
#include "monitor/monitor_request.h"
#include "monitor/people/password.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"

struct change {
	struct monitor *m;
	struct floor *now, *wanted;
	struct inventory *inventory;
	struct inventory_mistakes mistakes;
	uint64_t revision;
	const struct monitor_actor *who;
	monitor_answer_fn *answer;
	void *arg;
};

static void
refuse(struct change *c, const char *why)
{
	monitor_answer_refused(c->answer, c->arg, &c->mistakes, why);
}

static bool
change_init(struct change *c, struct monitor *m,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	*c =
	    (struct change){ .m = m, .who = who, .answer = answer, .arg = arg };
	c->now = store_read_floor(m->reader, &c->revision);
	if (c->now != NULL)
		c->inventory = store_read_inventory(m->reader, false, NULL);
	if (c->inventory != NULL)
		return true;
	refuse(c, store_reader_error(m->reader));
	floor_free(&c->now);
	return false;
}

static void
change_fini(struct change *c)
{
	floor_free(&c->now);
	floor_free(&c->wanted);
	inventory_free(&c->inventory);
	inventory_mistakes_fini(&c->mistakes);
}

/* The plan is given. */
static void
apply(struct change *c, struct floor_plan *plan, bool dry_run)
{
	struct monitor_request *q = monitor_request_new(c->answer, c->arg);

	if (q == NULL) {
		floor_plan_free(&plan);
		return;
	}
	q->text = plan_text_floor(plan, PLAN_TEXT_SHOWN);
	q->diff = diff_of_floor(c->now, plan);
	q->result.added = (uint32_t)plan->added;
	q->result.changed = (uint32_t)plan->changed;
	q->result.removed = (uint32_t)plan->removed;
	q->result.unchanged = (uint32_t)plan->unchanged;
	if (dry_run || plan->count == 0) {
		floor_plan_free(&plan);
		monitor_request_done(q, &(struct store_result){ .ok = true });
		return;
	}

	const struct store_done done = { monitor_request_done, q };

	monitor_request_posted(q, store_floor(c->m->store, plan, c->revision,
				      c->who->actor, c->who->reason, &done));
}

void
monitor_floor_import(struct monitor *m, const struct monitor_floor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	const struct floor_options opt = { .kind = what->kind,
		.complete = what->complete,
		.file = what->file != NULL ? what->file : "-" };
	struct floor_plan *plan;
	struct change c;

	if (!change_init(&c, m, who, answer, arg))
		return;
	c.wanted = floor_new();
	if (c.wanted == NULL || !floor_read(c.wanted, opt.kind, opt.file,
				    what->csv, what->length, &c.mistakes)) {
		refuse(&c, "memory is out");
	} else {
		plan = floor_plan_new(c.now, c.wanted, c.inventory, &opt,
		    &c.mistakes);
		if (plan == NULL)
			refuse(&c, "memory is out");
		else if (what->scope != NULL &&
			 !scope_holds_floor(c.now, c.inventory, plan,
			     what->scope)) {
			refuse(&c, "some of it lies outside of your site");
			floor_plan_free(&plan);
		} else
			apply(&c, plan, what->dry_run);
	}
	change_fini(&c);
}

void
monitor_floor_remove(struct monitor *m, enum floor_kind kind, const char *name,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct floor_plan *plan;
	struct change c;

	if (!change_init(&c, m, who, answer, arg))
		return;
	plan = floor_plan_remove(c.now, kind, name, &c.mistakes);
	if (plan == NULL)
		refuse(&c, "memory is out");
	else
		apply(&c, plan, false);
	change_fini(&c);
}

/* --- one console */

struct search {
	const char *name;
	int64_t id;
};

static bool
match_console(void *arg, const struct store_console_row *row)
{
	struct search *s = arg;

	if (strcmp(row->name, s->name) == 0)
		s->id = row->id;
	return s->id == 0;
}

/* 0: none is called so. */
static int64_t
console_id(struct monitor *m, const char *name)
{
	struct search s = { .name = name };

	store_read_consoles(m->reader, NULL, match_console, &s);
	return s.id;
}

void
monitor_token_add(struct monitor *m, const struct monitor_token *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct store_token t = { .kind = what->kind,
		.at_us = clock_mono_us(),
		.actor = who->actor,
		.reason = who->reason };
	bool kiosk = what->kind == CONSOLE_TOKEN_KIOSK;
	bool api = what->kind == CONSOLE_TOKEN_API || kiosk;
	struct monitor_request *q;

	if (api) {
		const char *fault = people_name_fault(what->console);

		if (fault != NULL) {
			monitor_answer_now(answer, arg, false, fault);
			return;
		}
		t.name = what->console;
		t.site = what->site;
		t.role = kiosk			   ? ROLE_KIOSK
			 : what->role == ROLE_NONE ? ROLE_SUPERVISOR
						   : what->role;
	}
	if (!api && what->console[0] != '\0')
		t.console = console_id(m, what->console);
	if (!api && what->console[0] != '\0' && t.console == 0) {
		monitor_answer_now(answer, arg, false, "no such console");
		return;
	}
	memcpy(t.hash, what->hash, sizeof(t.hash));
	q = monitor_request_new(answer, arg);
	if (q == NULL)
		return;
	q->people = m;
	q->result.added = 1;
	monitor_request_posted(q,
	    store_token_add(m->store, &t,
		&(struct store_done){ monitor_request_made, q }));
}

void
monitor_token_revoke(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q == NULL)
		return;
	q->people = m;
	q->result.removed = 1;
	monitor_request_posted(q,
	    store_token_revoke(m->store, id, clock_mono_us(), who->actor,
		who->reason, &(struct store_done){ monitor_request_made, q }));
}

void
monitor_dispute(struct monitor *m, const struct monitor_dispute *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	const struct store_dispute d = { .console =
					     console_id(m, what->console),
		.from_utc = what->from_utc_us,
		.to_utc = what->to_utc_us,
		.at_us = clock_mono_us(),
		.actor = who->actor,
		.text = what->text };
	struct monitor_request *q;

	if (d.console == 0) {
		monitor_answer_now(answer, arg, false, "no such console");
		return;
	}
	q = monitor_request_new(answer, arg);
	if (q == NULL)
		return;
	q->result.added = 1;
	monitor_request_posted(q,
	    store_dispute(m->store, &d,
		&(struct store_done){ monitor_request_made, q }));
}
