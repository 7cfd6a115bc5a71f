/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/floor_local.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/cli/import_json.h"
#include "monitor/cli/local.h"
#include "monitor/cli/who.h"
#include "monitor/inventory/diff.h"
#include "monitor/inventory/plan_text.h"
#include "monitor/monitor.h"
#include "monitor/store/store.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"

struct local {
	const struct floor_local *what;
	struct store *store; /* NULL: a dry run */
	struct store_reader *reader;
	char actor[WHO_BYTES];
	struct local_change done;
};

/* The plan is given. */
static json_t *
carry_out(struct local *l, const struct floor *now, struct floor_plan *plan,
    uint64_t revision)
{
	struct diff *diff = diff_of_floor(now, plan);
	char *text = plan_text_floor(plan, SIZE_MAX);
	json_t *answer = import_json(&(struct monitor_answer){ .ok = true,
	    .added = (uint32_t)plan->added,
	    .changed = (uint32_t)plan->changed,
	    .removed = (uint32_t)plan->removed,
	    .unchanged = (uint32_t)plan->unchanged,
	    .text = text != NULL ? text : "",
	    .diff = diff });

	free(text);
	diff_free(&diff);
	if (l->what->dry_run || plan->count == 0) {
		floor_plan_free(&plan);
		return answer;
	}
	const struct store_done done = local_done(&l->done);

	if (local_wait(l->store, &l->done,
		store_floor(l->store, plan, revision, l->actor, l->what->reason,
		    &done)))
		return answer;
	json_decref(answer);
	return local_failed(l->done.error);
}

static struct floor_plan *
plan_make(const struct floor_local *what, const struct floor *now,
    const struct inventory *inv, struct inventory_mistakes *m)
{
	struct floor_options opt = { what->kind, what->complete, what->file };
	struct floor *wanted = floor_new();
	struct floor_plan *plan = NULL;

	if (what->verb == FLOOR_LOCAL_REMOVE)
		plan = floor_plan_remove(now, what->kind, what->name, m);
	else if (wanted != NULL && floor_read(wanted, what->kind, what->file,
				       what->csv, what->csv_length, m))
		plan = floor_plan_new(now, wanted, inv, &opt, m);
	floor_free(&wanted);
	return plan;
}

static json_t *
change_floor(struct local *l)
{
	struct inventory_mistakes m = { 0 };
	uint64_t revision;
	struct floor *now = store_read_floor(l->reader, &revision);
	struct inventory *inv = store_read_inventory(l->reader, false, NULL);
	struct floor_plan *plan = NULL;
	json_t *answer;

	if (now != NULL && inv != NULL)
		plan = plan_make(l->what, now, inv, &m);
	if (plan != NULL)
		answer = carry_out(l, now, plan, revision);
	else if (m.text != NULL)
		answer = import_json(
		    &(struct monitor_answer){ .text = m.text, .mistakes = &m });
	else
		answer = local_failed(store_reader_error(l->reader));
	inventory_mistakes_fini(&m);
	floor_free(&now);
	inventory_free(&inv);
	return answer;
}

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

static bool
post_one(struct local *l, int64_t console)
{
	const struct floor_local *what = l->what;
	const struct store_done done = local_done(&l->done);
	struct store_token t = { .console = console,
		.kind = what->token,
		.at_us = clock_mono_us(),
		.actor = l->actor,
		.reason = what->reason };
	struct store_dispute d = { console, what->from_utc, what->to_utc,
		clock_mono_us(), l->actor, what->reason };

	if (what->token >= CONSOLE_TOKEN_API) {
		t.name = what->name;
		t.role = what->role;
		t.site = what->site;
	}
	memcpy(t.hash, what->hash, sizeof(t.hash));
	if (what->verb == FLOOR_LOCAL_TOKEN)
		return store_token_add(l->store, &t, &done);
	if (what->verb == FLOOR_LOCAL_REVOKE)
		return store_token_revoke(l->store, what->id, clock_mono_us(),
		    l->actor, what->reason, &done);
	return store_dispute(l->store, &d, &done);
}

static json_t *
change_one(struct local *l)
{
	struct search s = { .name = l->what->name };

	if (s.name[0] != '\0' && l->what->token < CONSOLE_TOKEN_API) {
		store_read_consoles(l->reader, NULL, match_console, &s);
		if (s.id == 0)
			return local_failed("no such console");
	}
	if (!local_wait(l->store, &l->done, post_one(l, s.id)))
		return local_failed(l->done.error);
	return local_made(l->done.id);
}

json_t *
floor_local_change(const struct floor_local *what)
{
	struct local l = { .what = what };
	const char *dir = what->config->state_dir;
	json_t *answer;

	who_actor(l.actor);
	if (!what->dry_run)
		l.store = local_open(what->config, l.actor, l.done.error);
	if (what->dry_run || l.store != NULL)
		l.reader = store_reader_open(dir, l.done.error);
	if (l.reader == NULL)
		answer = local_failed(l.done.error);
	else if (what->verb <= FLOOR_LOCAL_REMOVE)
		answer = change_floor(&l);
	else
		answer = change_one(&l);
	store_reader_close(&l.reader);
	store_close(&l.store);
	return answer;
}
