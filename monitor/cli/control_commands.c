/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/control_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "camwarden/words.h"
#include "common/hex.h"
#include "monitor/cli/change.h"
#include "monitor/cli/change_wish.h"
#include "monitor/cli/cli.h"
#include "monitor/cli/credentials_look.h"
#include "monitor/cli/import_json.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration.h"
#include "monitor/log_tail.h"
#include "monitor/monitor_credentials.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_logins.h"
#include "monitor/monitor_nightly.h"
#include "monitor/monitor_users.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define REASON_BYTES 500u
#define NAMES_BYTES (4u << 20) /* of feeds, in a blob */

/* A change under way: where its answer goes. */
struct pending {
	control_answer_fn *answer;
	void *arg;
};

struct asked {
	struct monitor *m;
	const struct control_question *q;
	json_t *root;
	control_answer_fn *answer;
	void *arg;
};

static void
refuse(const struct asked *a, const char *text)
{
	a->answer(a->arg, json_pack("{s:b, s:s}", "ok", 0, "error", text));
}

static const char *
word(const struct asked *a, const char *key)
{
	const char *s = json_string_value(json_object_get(a->root, key));

	return s != NULL ? s : "";
}

static bool
flag(const struct asked *a, const char *key)
{
	return json_is_true(json_object_get(a->root, key));
}

static void
on_changed(void *arg, const struct monitor_answer *r)
{
	struct pending *p = arg;
	const char *text = r->text != NULL ? r->text : "";
	json_t *lines = json_string(text);

	if (lines == NULL)
		lines = json_string("(the answer holds bytes that are no "
				    "UTF-8)");
	p->answer(p->arg,
	    json_pack("{s:b, s:b, s:I, s:i, s:i, s:i, s:i, s:o}", "ok", r->ok,
		"later", r->later, "seq", (json_int_t)r->seq, "added",
		(int)r->added, "changed", (int)r->changed, "removed",
		(int)r->removed, "unchanged", (int)r->unchanged, "text",
		lines));
	free(p);
}

static void
on_imported(void *arg, const struct monitor_answer *r)
{
	struct pending *p = arg;

	p->answer(p->arg, import_json(r));
	free(p);
}

static struct pending *
pending_new(const struct asked *a)
{
	struct pending *p = malloc(sizeof(*p));

	if (p == NULL) {
		refuse(a, "memory is out");
		return NULL;
	}
	p->answer = a->answer;
	p->arg = a->arg;
	return p;
}

static void
do_remove(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	enum monitor_table table;
	struct pending *p;

	if (!change_table_named(word(a, "table"), &table))
		refuse(a, "'table' is none, expected sites, devices or feeds");
	else if ((p = pending_new(a)) != NULL)
		monitor_remove(a->m, table, word(a, "name"),
		    flag(a, "with_feeds"), &who, on_imported, p);
}

/* --- those who watch */

static void
do_floor_remove(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	enum floor_kind kind;
	struct pending *p;

	if (!floor_kind_named(word(a, "table"), &kind))
		refuse(a,
		    "'table' is none, expected consoles, screens, patterns or "
		    "roster");
	else if ((p = pending_new(a)) != NULL)
		monitor_floor_remove(a->m, kind, word(a, "name"), &who,
		    on_imported, p);
}

static void
do_token(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	const json_t *revoke = json_object_get(a->root, "revoke");
	struct monitor_token t = { .console = word(a, "console") };
	struct pending *p;

	t.kind = strcmp(word(a, "kind"), "browser") == 0 ? CONSOLE_TOKEN_BROWSER
		 : strcmp(word(a, "kind"), "vms") == 0	 ? CONSOLE_TOKEN_VMS
		 : strcmp(word(a, "kind"), "api") == 0	 ? CONSOLE_TOKEN_API
		 : strcmp(word(a, "kind"), "kiosk") == 0 ? CONSOLE_TOKEN_KIOSK
							 : CONSOLE_TOKEN_AGENT;
	t.site = word(a, "site");
	if (word(a, "role")[0] != '\0' && !role_find(word(a, "role"), &t.role))
		refuse(a, "'role' is none");
	else if (revoke != NULL && !json_is_integer(revoke))
		refuse(a, "'revoke' is no number of a token");
	else if (revoke == NULL && !hex_read(word(a, "hash"), t.hash, 32))
		refuse(a, "'hash' is none, expected 64 hexadecimal digits");
	else if ((p = pending_new(a)) == NULL)
		return;
	else if (revoke != NULL)
		monitor_token_revoke(a->m, json_integer_value(revoke), &who,
		    on_changed, p);
	else
		monitor_token_add(a->m, &t, &who, on_changed, p);
}

static const char *
word_or_none(const struct asked *a, const char *key)
{
	return json_string_value(json_object_get(a->root, key));
}

/* With `add`: a new one; else what is said of it changes. */
static void
do_user(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	const json_t *disabled = json_object_get(a->root, "disabled");
	struct monitor_user u = { .name = word(a, "name"),
		.site = word_or_none(a, "site"),
		.hash = word_or_none(a, "hash"),
		.disabled =
		    json_is_boolean(disabled) ? json_is_true(disabled) : -1 };
	struct pending *p;

	if (!flag(a, "add"))
		u.id = monitor_user_id(a->m, u.name);
	if (word(a, "role")[0] != '\0' && !role_find(word(a, "role"), &u.role))
		refuse(a, "'role' is none");
	else if (!flag(a, "add") && u.id == 0)
		refuse(a, "no such user");
	else if ((p = pending_new(a)) != NULL)
		monitor_user_set(a->m, &u, &who, on_changed, p);
}

static void
do_user_remove(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	int64_t id = monitor_user_id(a->m, word(a, "name"));
	struct pending *p;

	if (id == 0)
		refuse(a, "no such user");
	else if ((p = pending_new(a)) != NULL)
		monitor_user_remove(a->m, id, &who, on_changed, p);
}

static void
do_login_end(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	const json_t *login = json_object_get(a->root, "login");
	struct pending *p;

	if (!json_is_integer(login))
		refuse(a, "'login' is none, expected its number");
	else if ((p = pending_new(a)) != NULL)
		monitor_login_end(a->m, json_integer_value(login), &who,
		    on_changed, p);
}

static void
do_dispute(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, "" };
	const json_t *from = json_object_get(a->root, "from");
	const json_t *to = json_object_get(a->root, "to");
	struct monitor_dispute d = { .console = word(a, "console"),
		.from_utc_us = json_integer_value(from),
		.to_utc_us = json_integer_value(to),
		.text = word(a, "reason") };
	struct pending *p;

	if (!json_is_integer(from) || !json_is_integer(to))
		refuse(a, "'from' and 'to' are none, expected moments");
	else if ((p = pending_new(a)) != NULL)
		monitor_dispute(a->m, &d, &who, on_changed, p);
}

/* --- what the API can change, too */

static void
on_change(void *arg, struct change_answer *r)
{
	struct pending *p = arg;
	bool ok = r->status < 300;
	json_t *o = r->body != NULL ? r->body : json_object();

	json_object_set_new(o, "ok", json_boolean(ok));
	if (!ok && json_object_get(o, "text") == NULL)
		json_object_set_new(o, "text", json_string(r->text));
	p->answer(p->arg, o);
	free(p);
}

/* "overlays.add"; NONE: nothing is called so that the monitor does. */
static enum right
right_named(const char *id)
{
	for (unsigned i = 0; i < RIGHT_COUNT; i++)
		if (rights_row((enum right)i)->by == BY_MONITOR &&
		    strcmp(rights_row((enum right)i)->id, id) == 0)
			return (enum right)i;
	return RIGHT_NONE;
}

/* {"right": "overlays.end", "number": 7, "id": a UUID, "body": {...}}: as it is
 * asked over HTTP, with spreadsheets and long lists beside it. */
static void
do_change(const struct asked *a)
{
	json_t *body = json_object_get(a->root, "body");
	struct change_wish wish;
	struct change_who who = { .local = true };
	struct change_ask ask = { .right = right_named(word(a, "right")),
		.wish = &wish,
		.who = &who,
		.number =
		    json_integer_value(json_object_get(a->root, "number")),
		.address = "",
		.agent = "" };
	char fault[WISH_FAULT_BYTES];
	struct pending *p;

	snprintf(who.actor, sizeof(who.actor), "%s", a->q->actor);
	inventory_uuid_parse(word(a, "id"), ask.uuid);
	change_wish_expect(ask.right, body, a->q->blob_length);
	if (a->q->blob_length > NAMES_BYTES && ask.right == RIGHT_REFERENCES)
		refuse(a, "too many names; use a site, or all");
	else if (!change_wish_take(ask.right, body, &wish, fault))
		refuse(a, fault);
	else if ((p = pending_new(a)) == NULL)
		change_wish_fini(&wish);
	else {
		change_wish_beside(&wish, a->q->blob, a->q->blob_length);
		change_run(a->m, &ask, on_change, p);
		change_wish_fini(&wish);
	}
}

static void
do_backup(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, "" };
	struct pending *p = pending_new(a);

	if (p != NULL)
		monitor_backup(a->m, word(a, "file"), flag(a, "credentials"),
		    &who, on_changed, p);
}

static void
do_rekey(const struct asked *a)
{
	struct monitor_actor who = { a->q->actor, word(a, "reason") };
	struct pending *p = pending_new(a);

	if (p != NULL)
		monitor_credentials_rekey(a->m, flag(a, "keep_old"), &who,
		    on_changed, p);
}

static void
do_credentials(const struct asked *a)
{
	struct monitor_credentials_state s;

	monitor_credentials_state(a->m, &s);
	a->answer(a->arg,
	    credentials_look_json(s.path, s.error, s.sealed, s.names));
}

/* null: the kernel did not say. */
static json_t *
clock_json(const struct monitor_totals *t)
{
	if (!t->clock_known)
		return json_null();
	return json_pack("{s:b, s:I, s:I}", "synchronised",
	    t->clock_synchronised, "offset_us", (json_int_t)t->clock_offset_us,
	    "error_us", (json_int_t)t->clock_error_us);
}

static json_t *
word_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *
report_of(struct monitor *m)
{
	struct monitor_report_state s;

	monitor_report_state(m, &s);
	return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "enabled",
	    s.enabled, "making", s.making, "last", cli_json_time(s.made_utc),
	    "last_date", word_or_null(s.made_date), "next",
	    cli_json_time(s.next_utc), "next_date", word_or_null(s.next_date),
	    "trouble", word_or_null(s.trouble));
}

static void
do_mail_test(const struct asked *a)
{
	struct pending *p = pending_new(a);

	if (p != NULL)
		monitor_mail_test(a->m, word(a, "to"), a->q->actor, on_changed,
		    p);
}

static void
do_channel_test(const struct asked *a)
{
	struct pending *p = pending_new(a);

	if (p != NULL)
		monitor_channel_test(a->m, word(a, "channel"), a->q->actor,
		    on_changed, p);
}

static json_t *
faults_json(uint32_t bits)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < HEALTH_FAULTS; i++)
		if (bits >> i & 1)
			json_array_append_new(list,
			    json_pack("{s:s, s:s}", "name",
				health_name((enum health_fault)i), "text",
				health_text((enum health_fault)i)));
	return list;
}

static json_t *
health_json(const struct health *h)
{
	return json_pack("{s:s, s:o, s:o}", "status",
	    h->faults == 0 ? "ok" : "failing", "reasons",
	    faults_json(h->faults), "warnings", faults_json(h->warnings));
}

static void
add_line(void *arg, const struct ration_site *plan, uint64_t measured_kbps)
{
	json_array_append_new(arg,
	    json_pack("{s:s, s:i, s:I, s:I, s:I, s:i, s:i, s:i, s:i}", "site",
		plan->path, "ceiling_kbps", (int)plan->ceiling_kbps,
		"expected_kbps", (json_int_t)plan->expected_kbps, "most_kbps",
		(json_int_t)plan->most_kbps, "measured_kbps",
		(json_int_t)measured_kbps, "held", (int)plan->held, "visited",
		(int)plan->visited, "left_out", (int)plan->left_out, "every_s",
		(int)plan->every_s));
}

/* Sites with a ceiling. */
static json_t *
lines_json(const struct monitor *m)
{
	json_t *list = json_array();

	monitor_lines(m, add_line, list);
	return list;
}

/* null: every feed that shall be held has been tried. */
static json_t *
arrival_json(const struct monitor_totals *t)
{
	if (t->tried >= t->held)
		return json_null();
	return json_pack("{s:i, s:i, s:i, s:o}", "feeds", (int)t->held, "tried",
	    (int)t->tried, "connected", (int)t->flowing, "left_s",
	    t->arrival_left_s == ARRIVAL_NOBODY_KNOWS
		? json_null()
		: json_integer(t->arrival_left_s));
}

/* What only the running monitor knows; the rest is in the database. */
static void
do_status(const struct asked *a)
{
	struct monitor_totals t;
	json_t *states = json_object(), *causes = json_object();

	monitor_totals(a->m, &t);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_object_set_new(states, state_name(i),
		    json_integer(t.state[i]));
	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		if (t.cause[i] > 0)
			json_object_set_new(causes, cause_name(i),
			    json_integer(t.cause[i]));
	a->answer(a->arg,
	    json_pack("{s:b, s:i, s:i, s:o, s:o, s:i, s:i, s:i, s:I, s:I, s:I,"
		      " s:i, s:i, s:i, s:I, s:i, s:i, s:I, s:o, s:o, s:o, s:s, "
		      "s:o,"
		      " s:o}",
		"ok", 1, "pid", (int)getpid(), "feeds", (int)t.feeds, "states",
		states, "causes", causes, "flowing", (int)t.flowing,
		"demux_capacity", (int)t.demux_capacity, "demux_used",
		(int)t.demux_used, "samples", (json_int_t)t.samples, "verdicts",
		(json_int_t)t.verdicts, "restarts", (json_int_t)t.restarts,
		"loop_lag_max_us", (int)t.loop_lag_max_us, "store_queue",
		(int)t.store_queue, "store_lag_us", (int)t.store_lag_us,
		"started_utc_us", (json_int_t)t.started_utc_us,
		"loop_lag_p99_us", (int)t.loop_lag_p99_us, "sample_gap_p99_us",
		(int)t.sample_gap_p99_us, "lost_bytes",
		(json_int_t)t.lost_bytes, "clock", clock_json(&t), "report",
		report_of(a->m), "health", health_json(&t.health), "capacity",
		capacity_level_name(t.health.level), "arrival",
		arrival_json(&t), "lines", lines_json(a->m)));
}

static void
do_log(const struct asked *a)
{
	char *text = log_tail_text(), *rest = text, *line;
	json_t *lines = json_array();

	while (text != NULL && (line = strsep(&rest, "\n")) != NULL) {
		json_t *s = json_string(line);

		if (line[0] != '\0')
			json_array_append_new(lines,
			    s ? s : json_string("(bytes that are no UTF-8)"));
		else
			json_decref(s);
	}
	free(text);
	a->answer(a->arg, json_pack("{s:b, s:o}", "ok", 1, "lines", lines));
}

static const struct {
	const char *name;
	void (*run)(const struct asked *a);
} commands[] = {
	{ "status", do_status },
	{ "log", do_log },
	{ "change", do_change },
	{ "remove", do_remove },
	{ "floor-remove", do_floor_remove },
	{ "token", do_token },
	{ "user", do_user },
	{ "user-remove", do_user_remove },
	{ "login-end", do_login_end },
	{ "mail-test", do_mail_test },
	{ "channel-test", do_channel_test },
	{ "dispute", do_dispute },
	{ "backup", do_backup },
	{ "credentials", do_credentials },
	{ "rekey", do_rekey },
};

void
control_command(struct monitor *m, const struct control_question *q,
    control_answer_fn *answer, void *arg)
{
	struct asked a = { .m = m, .q = q, .answer = answer, .arg = arg };

	a.root =
	    json_loadb(q->json, q->json_length, JSON_REJECT_DUPLICATES, NULL);
	size_t i = 0;

	if (!json_is_object(a.root)) {
		refuse(&a, "not a JSON object");
		i = COUNT(commands) + 1;
	} else if (strlen(word(&a, "reason")) > REASON_BYTES) {
		refuse(&a, "'reason' is longer than 500 bytes");
		i = COUNT(commands) + 1;
	}
	for (; i < COUNT(commands); i++) {
		if (strcmp(word(&a, "command"), commands[i].name) != 0)
			continue;
		commands[i].run(&a);
		break;
	}
	if (i == COUNT(commands))
		refuse(&a, "no such command");
	json_decref(a.root);
}
