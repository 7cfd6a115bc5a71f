/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inventory, the floor, references, what is asked of a feed or a channel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hex.h"
#include "monitor/cli/change_inside.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/import_json.h"
#include "monitor/inventory/inventory.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_notes.h"

/* --- import */

/* Refused or not, its answer says each mistake. */
static void
on_imported(void *arg, const struct monitor_answer *a)
{
	struct change_later *l = arg;
	struct change_answer answer = { .status = a->ok	     ? 200
						  : a->later ? 503
							     : 422,
		.retry_s = a->later ? CHANGE_RETRY_S : 0,
		.body = a->later ? NULL : import_json(a),
		.text = a->text };

	if (a->mistakes != NULL && a->mistakes->listed > 0)
		answer.text = "the file is wrong; nothing was changed";

	l->answer(l->arg, &answer);
	free(l);
}

/* Who answers for one site changes what lies in it. */
static const char *
scope_of(const struct change *c)
{
	return c->ask->who->local ? "" : c->ask->who->principal.site;
}

bool
change_table_named(const char *name, enum monitor_table *out)
{
	static const struct {
		const char *name;
		enum monitor_table table;
	} tables[] = { { "sites", MONITOR_SITES },
		{ "devices", MONITOR_DEVICES }, { "feeds", MONITOR_FEEDS } };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(name, tables[i].name) != 0)
			continue;
		*out = tables[i].table;
		return true;
	}
	return false;
}

static bool
import_inventory(struct change *c, const char *file)
{
	const struct change_wish *w = c->wish;
	struct monitor_import what = { .file = file,
		.csv = w->csv,
		.length = w->csv_length,
		.dry_run = w->dry_run,
		.complete = w->complete,
		.ignore_unknown = w->ignore_unknown,
		.scope = scope_of(c) };
	struct change_later *l;

	if (!change_table_named(w->table, &what.table))
		return false;
	if (change_may(c, RIGHT_IMPORT_INVENTORY) &&
	    (l = change_later_new(c, 200, NULL)) != NULL)
		monitor_import(c->m, &what, &c->actor, on_imported, l);
	return true;
}

static bool
import_floor(struct change *c, const char *file)
{
	const struct change_wish *w = c->wish;
	struct monitor_floor_import what = { .file = file,
		.csv = w->csv,
		.length = w->csv_length,
		.dry_run = w->dry_run,
		.complete = w->complete,
		.scope = scope_of(c) };
	struct change_later *l;

	if (!floor_kind_named(w->table, &what.kind))
		return false;
	if (change_may(c, what.kind == FLOOR_ROSTER ? RIGHT_IMPORT_ROSTER
						    : RIGHT_IMPORT_INVENTORY) &&
	    (l = change_later_new(c, 200, NULL)) != NULL)
		monitor_floor_import(c->m, &what, &c->actor, on_imported, l);
	return true;
}

void
change_import(struct change *c)
{
	const char *file = c->wish->file[0] != '\0' ? c->wish->file : "-";

	if (!import_inventory(c, file) && !import_floor(c, file))
		change_refuse(c, 400,
		    "table: expected sites, devices, feeds, consoles, screens, "
		    "patterns or roster");
}

/* --- references */

static json_t *
references_body(struct change_later *l, const struct monitor_answer *a)
{
	const char *lines = a->text != NULL ? a->text : "";
	json_t *text = json_string(lines);

	(void)l;
	return json_pack("{s:I, s:I, s:o, s:o}", "changed",
	    (json_int_t)a->changed, "unchanged", (json_int_t)a->unchanged,
	    "text", text != NULL ? text : json_string("(no UTF-8)"), "reasons",
	    import_json_lines(lines));
}

/* Each is there, and his to see; else it is refused. */
static bool
feeds_are_his(struct change *c)
{
	size_t n = json_array_size(c->wish->feeds);

	if (c->ask->who->local)
		return true; /* the monitor says which is none */
	for (size_t i = 0; i < n; i++) {
		const char *name =
		    json_string_value(json_array_get(c->wish->feeds, i));
		char text[600];
		struct store_target t;

		snprintf(text, sizeof(text), "%s: no such feed", name);
		monitor_target_feed(c->m, name, &t);
		if (!t.found) {
			change_refuse(c, 404, text);
			return false;
		}
		if (!change_sees(c, t.site, text))
			return false;
	}
	return true;
}

/* As its UUID where it must be the one that feeds_are_his looked at. */
static void
print_feed(const struct change *c, const char *name, FILE *f)
{
	struct store_target t = { .found = false };
	char uuid[UUID_TEXT];

	if (!c->ask->who->local)
		monitor_target_feed(c->m, name, &t);
	if (t.found)
		uuid_print(t.feed, uuid);
	fprintf(f, "%s\n", t.found ? uuid : name);
}

/* A line each; given. NULL: no memory. */
static char *
feeds_lines(const struct change *c, size_t *length_out)
{
	const struct change_wish *w = c->wish;
	size_t n = w->lines != NULL ? 0 : json_array_size(w->feeds);
	char *text = NULL;
	FILE *f = open_memstream(&text, length_out);

	if (f == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		print_feed(c, json_string_value(json_array_get(w->feeds, i)),
		    f);
	if (w->lines != NULL)
		fwrite(w->lines, 1, w->lines_length, f);
	return fclose(f) == 0 ? text : NULL;
}

static void
references_post(struct change *c, bool clear)
{
	const struct change_wish *w = c->wish;
	struct monitor_reference what = { .clear = clear,
		.all = w->all,
		.site = w->site };
	char *lines = feeds_lines(c, &what.length);
	struct change_later *l = NULL;

	what.feeds = lines;
	if (lines == NULL)
		change_refuse(c, 503, "memory is out");
	else
		l = change_later_new(c, 200, references_body);
	if (l != NULL)
		monitor_reference(c->m, &what, &c->actor, change_done, l);
	free(lines);
}

void
change_references(struct change *c)
{
	const struct change_wish *w = c->wish;
	bool clear = strcmp(w->action, "clear") == 0;

	if (!clear && strcmp(w->action, "approve") != 0)
		change_refuse(c, 400, "action: expected approve or clear");
	else if ((w->feeds != NULL) + (w->site[0] != '\0') + w->all != 1)
		change_refuse(c, 400,
		    "expected feeds, site or all, one of them");
	else if ((w->all && !change_sees_all(c)) ||
		 (w->site[0] != '\0' &&
		     !change_sees(c, w->site, "no such site")) ||
		 (w->feeds != NULL && !feeds_are_his(c)))
		return;
	else
		references_post(c, clear);
}

/* --- a feed */

void
change_retry(struct change *c)
{
	struct store_target t;
	char uuid[UUID_TEXT];

	uuid_print(c->ask->uuid, uuid);
	monitor_target_feed(c->m, uuid, &t);
	if (!t.found)
		change_refuse(c, 404, "no such feed");
	else if (!change_sees(c, t.site, "no such feed"))
		return;
	else if (!monitor_retry(c->m, c->ask->uuid))
		change_refuse(c, 404, "no such feed");
	else
		change_say(c, 204, NULL);
}

/* --- the next shift */

static json_t *
handover_body(struct change_later *l, const struct monitor_answer *a)
{
	json_object_set_new(l->more, "number", json_integer(a->id));
	json_object_set_new(l->more, "made", cli_json_time(clock_utc_us()));
	return json_incref(l->more);
}

void
change_handover(struct change *c)
{
	const struct change_wish *w = c->wish;
	struct monitor_handover what = { w->from_utc, w->to_utc, w->site,
		w->note };
	const char *mine = c->ask->who->principal.site;
	struct change_later *l;

	/* Who answers for one site speaks of it. */
	if (w->site[0] == '\0' && !c->ask->who->local)
		what.site = mine;
	if (!change_sees(c, what.site, "no such site"))
		return;
	if (w->to_utc <= w->from_utc)
		change_refuse(c, 400, "to: expected a moment after from");
	else if ((l = change_later_new(c, 201, handover_body)) != NULL) {
		l->more = json_pack("{s:o, s:o, s:s, s:s, s:s}", "from",
		    cli_json_time(w->from_utc), "to", cli_json_time(w->to_utc),
		    "site", what.site, "by", c->actor.actor, "note", w->note);
		monitor_handover(c->m, &what, c->actor.actor, change_done, l);
	}
}

/* --- a channel, tried */

static json_t *
tested_body(struct change_later *l, const struct monitor_answer *a)
{
	(void)l;
	return json_pack("{s:s}", "said", a->text != NULL ? a->text : "");
}

void
change_channel_test(struct change *c)
{
	struct change_later *l;

	if (!change_sees_all(c) ||
	    (l = change_later_new(c, 200, tested_body)) == NULL)
		return;
	monitor_channel_test(c->m, c->wish->name, c->actor.actor, change_done,
	    l);
}
