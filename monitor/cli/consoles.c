/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consoles: who is there now; the consoles, screens and window patterns that
 * are declared; tokens; disputes. */
#include "monitor/cli/cli.h"

#include <string.h>

#include <jansson.h>

#include "monitor/cli/floor_command.h"
#include "monitor/cli/token_command.h"
#include "monitor/cli/when.h"
#include "monitor/store/store_read_consoles.h"

static const char help[] =
    "usage: camwarden consoles [--site SITE] [--json]\n"
    "       camwarden consoles import FILE.csv... [--dry-run] [--prune]\n"
    "       camwarden consoles list|export [consoles|screens|patterns]\n"
    "       camwarden consoles remove NAME [--screen|--pattern]\n"
    "       camwarden consoles token NAME [--kind agent|browser]\n"
    "       camwarden consoles token --kind vms\n"
    "       camwarden consoles token --list | --revoke NUMBER\n"
    "       camwarden consoles dispute NAME --from WHEN --to WHEN --reason "
    "TEXT\n"
    "\n"
    "Those who watch. Without a verb: who is there now, and what the screens "
    "show.\n"
    "`import` takes files of consoles, screens and window patterns, told by "
    "their\n"
    "first rows; importing the same again changes nothing. `token` makes what "
    "an\n"
    "agent signs in with, and shows it once; without a name it lists them. "
    "`dispute`\n"
    "puts an operator's word beside the own record, and changes nothing of "
    "it.\n"
    "\n"
    "  --dry-run      say what one file would change, change nothing\n"
    "  --prune        remove what the file does not name\n"
    "  --reason TEXT  why; kept with the change in the record\n"
    "  --from, --to   2026-11-22 06:00 in the site's time; Z behind it: UTC\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "columns of consoles: console, room, site, idle_after_s, prompt_after_s,\n"
    "                     remote_input, desk_feed, desk_still_s,\n"
    "                     max_tiles\n"
    "columns of screens:  screen, console or room, output, layout (feeds, "
    "with ;\n"
    "                     between them), confirmed_by (a pattern, or vms)\n"
    "columns of patterns: pattern, class, title, shows (layout, connections, "
    "or a\n"
    "                     feed), tiles\n"
    "\n"
    "example: camwarden consoles import consoles.csv patterns.csv "
    "screens.csv\n"
    "\n"
    "exit: 0 done, 1 a file or name is wrong (nothing was changed), 2 not "
    "done,\n"
    "3 the monitor does not run\n";

struct verb {
	struct cli cli;
	struct floor_local what;
	const char *site, *from, *to, *kind, *revoke;
	bool list_all;
	int argc; /* after the verb */
	char **argv;
	/* while it is printed */
	struct cli_table table;
	json_t *list;
	struct when *when;
	struct floor *floor;
	int64_t now_utc;
};

/* --- now */

static void
console_json(struct verb *v, const struct store_console_row *row)
{
	int64_t local_s =
	    v->now_utc / 1000000 + when_ahead(v->when, row->zone, v->now_utc);
	struct roster_force f =
	    store_console_force(v->floor, row->name, local_s);

	json_array_append_new(v->list,
	    json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, "
		      "s:i, s:i, s:i, s:{s:i, s:i, s:i}, s:o*}",
		"id", (json_int_t)row->id, "console", row->name, "room",
		row->room, "site", row->site, "presence",
		presence_name(row->state), "why", presence_why_name(row->why),
		"since", cli_json_time(row->start_utc), "at",
		cli_json_time(row->at_utc), "screens", (int)row->screens,
		"tiles", (int)row->tiles, "tiles_counting",
		(int)row->tiles_counting, "tokens", (int)row->tokens,
		"in_force", "idle_after_s", (int)f.idle_after_s,
		"prompt_after_s", (int)f.prompt_after_s, "shifts",
		(int)f.shifts, "evidence", json_loads(row->evidence, 0, NULL)));
}

static bool
on_console(void *arg, const struct store_console_row *row)
{
	struct verb *v = arg;
	char since[24], age[24];

	if (v->cli.json) {
		console_json(v, row);
		return true;
	}
	cli_table_add(&v->table, "%s", row->name);
	cli_table_add(&v->table, "%s", row->room);
	cli_table_add(&v->table, "%s", presence_name(row->state));
	cli_table_add(&v->table, "%s",
	    when_print(v->when, row->zone, row->start_utc, since));
	cli_table_add(&v->table, "%s",
	    row->start_utc > 0 ? cli_age(v->now_utc - row->start_utc, age)
			       : "-");
	cli_table_add(&v->table, "%u", row->screens);
	cli_table_add(&v->table, row->tiles > 0 ? "%u of %u" : "none",
	    row->tiles_counting, row->tiles);
	cli_table_add(&v->table, "%s",
	    row->why != PRESENCE_WHY_NONE ? presence_why_help(row->why) : "");
	return true;
}

static void
status_head(struct verb *v)
{
	static const char *const heads[] = { "CONSOLE", "ROOM", "PRESENCE",
		"SINCE", "FOR", "SCREENS", "VIEWS", "WHY" };

	v->list = json_array();
	cli_table_heads(&v->table, 8, heads);
}

static int
do_status(struct verb *v)
{
	struct store_alive alive;
	struct store_now now;
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	store_now(&now);
	v->now_utc = now.utc_us;
	v->when = when_new();
	status_head(v);
	v->floor = store_read_floor(r, NULL);
	bool read = v->when != NULL && v->floor != NULL &&
		    store_read_alive(r, NULL, &alive) &&
		    store_read_consoles(r, v->site, on_console, v);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (read && v->cli.json)
		cli_print_json(v->list);
	cli_table_print(&v->table, read && !v->cli.json ? stdout : NULL);
	json_decref(v->list);
	when_free(&v->when);
	floor_free(&v->floor);
	if (!read)
		return CLI_FAILED;
	if (!alive.alive)
		cli_say("the monitor does not run: nobody can say");
	return alive.alive ? CLI_OK : CLI_NOT_RUNNING;
}

/* --- declared */

static int
do_import(struct verb *v)
{
	return floor_command_import(&v->cli, &v->what, FLOOR_ROOMS, v->argv,
	    v->argc);
}

static bool
kind_named(const struct verb *v, enum floor_kind *out)
{
	*out = FLOOR_CONSOLES;
	if (v->argc == 0)
		return true;
	if (v->argc == 1 && floor_kind_named(v->argv[0], out) &&
	    *out != FLOOR_ROSTER)
		return true;
	cli_say("expected consoles, screens or patterns");
	return false;
}

static int
do_export(struct verb *v)
{
	enum floor_kind kind;

	if (!kind_named(v, &kind))
		return cli_usage("consoles");
	return floor_command_export(&v->cli, kind);
}

static void
list_consoles(struct verb *v, const struct floor *f)
{
	static const char *const heads[] = { "CONSOLE", "ROOM", "SITE",
		"IDLE AFTER", "PROMPT AFTER", "DESK FEED", "MOST TILES" };

	cli_table_heads(&v->table, 7, heads);
	for (size_t i = 0; i < f->console_count; i++) {
		const struct floor_console *c = &f->consoles[i];

		cli_table_add(&v->table, "%s", c->name);
		cli_table_add(&v->table, "%s", c->room);
		cli_table_add(&v->table, "%s", c->site);
		cli_table_add(&v->table, "%u s", c->idle_after_s);
		cli_table_add(&v->table, c->prompt_after_s ? "%u s" : "never",
		    c->prompt_after_s);
		cli_table_add(&v->table, "%s",
		    c->desk_feed[0] != '\0' ? c->desk_feed : "-");
		cli_table_add(&v->table, "%u", c->max_tiles);
	}
}

static void
list_screens(struct verb *v, const struct floor *f)
{
	static const char *const heads[] = { "SCREEN", "OF", "OUTPUT", "LAYOUT",
		"CONFIRMED BY" };

	cli_table_heads(&v->table, 5, heads);
	for (size_t i = 0; i < f->screen_count; i++) {
		const struct floor_screen *s = &f->screens[i];

		cli_table_add(&v->table, "%s", s->name);
		cli_table_add(&v->table, "%s%s",
		    s->room[0] != '\0' ? "room " : s->console, s->room);
		cli_table_add(&v->table, "%s",
		    s->output[0] != '\0' ? s->output : "-");
		cli_table_add(&v->table,
		    s->feed_count == 1 ? "%zu feed" : "%zu feeds",
		    s->feed_count);
		cli_table_add(&v->table, "%s",
		    s->confirmed_by[0] != '\0' ? s->confirmed_by : "-");
	}
}

static void
list_patterns(struct verb *v, const struct floor *f)
{
	static const char *const heads[] = { "PATTERN", "CLASS", "TITLE",
		"SHOWS", "TILES" };

	cli_table_heads(&v->table, 5, heads);
	for (size_t i = 0; i < f->pattern_count; i++) {
		const struct floor_pattern *p = &f->patterns[i];

		cli_table_add(&v->table, "%s", p->name);
		cli_table_add(&v->table, "%s", p->class_);
		cli_table_add(&v->table, "%s", p->title);
		cli_table_add(&v->table, "%s",
		    p->shows == FLOOR_SHOWS_LAYOUT	  ? "layout"
		    : p->shows == FLOOR_SHOWS_CONNECTIONS ? "connections"
							  : p->feed);
		cli_table_add(&v->table, p->tiles ? "%u" : "as many", p->tiles);
	}
}

static json_t *
json_floor(const struct floor *f, enum floor_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; kind == FLOOR_CONSOLES && i < f->console_count;
	     i++) {
		const struct floor_console *c = &f->consoles[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:i, s:i, s:b, s:s, s:i, "
			      "s:i}",
			"console", c->name, "room", c->room, "site", c->site,
			"idle_after_s", (int)c->idle_after_s, "prompt_after_s",
			(int)c->prompt_after_s, "remote_input", c->remote_input,
			"desk_feed", c->desk_feed, "desk_still_s",
			(int)c->desk_still_s, "max_tiles", (int)c->max_tiles));
	}
	for (size_t i = 0; kind == FLOOR_SCREENS && i < f->screen_count; i++) {
		const struct floor_screen *s = &f->screens[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "screen",
			s->name, "console", s->console, "room", s->room,
			"output", s->output, "layout", s->layout,
			"confirmed_by", s->confirmed_by));
	}
	for (size_t i = 0; kind == FLOOR_PATTERNS && i < f->pattern_count;
	     i++) {
		const struct floor_pattern *p = &f->patterns[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s, s:i}", "pattern", p->name,
			"class", p->class_, "title", p->title, "shows",
			p->shows == FLOOR_SHOWS_LAYOUT	      ? "layout"
			: p->shows == FLOOR_SHOWS_CONNECTIONS ? "connections"
							      : p->feed,
			"tiles", (int)p->tiles));
	}
	return list;
}

static int
do_list(struct verb *v)
{
	static void (*const lists[])(struct verb *,
	    const struct floor *) = { list_consoles, list_screens,
		list_patterns };
	enum floor_kind kind;
	struct floor *f;

	if (!kind_named(v, &kind))
		return cli_usage("consoles");
	f = floor_command_read(&v->cli);
	if (f == NULL)
		return CLI_FAILED;
	if (v->cli.json) {
		json_t *list = json_floor(f, kind);

		cli_print_json(list);
		json_decref(list);
	} else {
		lists[kind](v, f);
		cli_table_print(&v->table, stdout);
	}
	floor_free(&f);
	return CLI_OK;
}

static int
do_remove(struct verb *v)
{
	if (v->argc != 1) {
		cli_say("remove takes one name");
		return cli_usage("consoles");
	}
	v->what.verb = FLOOR_LOCAL_REMOVE;
	v->what.name = v->argv[0];
	return floor_command_change(&v->cli, &v->what);
}

/* --- tokens */

static bool
on_token(void *arg, const struct store_token_row *row)
{
	static const char *const kinds[] = { "?", "agent", "browser", "vms" };
	struct verb *v = arg;
	const char *kind = kinds[row->kind <= 3 ? row->kind : 0];
	char made[24], ended[24];

	if (row->kind > CONSOLE_TOKEN_VMS)
		return true; /* `camwarden user token` lists them */
	if (v->cli.json) {
		json_array_append_new(v->list,
		    json_pack("{s:I, s:s, s:s, s:o, s:o, s:s}", "id",
			(json_int_t)row->id, "console", row->console_name,
			"kind", kind, "created",
			cli_json_time(row->created_utc), "revoked",
			cli_json_time(row->revoked_utc), "by", row->actor));
		return true;
	}
	cli_table_add(&v->table, "%lld", (long long)row->id);
	cli_table_add(&v->table, "%s",
	    row->console != 0 ? row->console_name : "-");
	cli_table_add(&v->table, "%s", kind);
	cli_table_add(&v->table, "%s", cli_utc(row->created_utc, made));
	cli_table_add(&v->table, "%s", cli_utc(row->revoked_utc, ended));
	cli_table_add(&v->table, "%s", row->actor);
	return true;
}

static int
tokens_list(struct verb *v)
{
	static const char *const heads[] = { "NUMBER", "CONSOLE", "KIND",
		"MADE", "REVOKED", "BY" };
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	v->list = json_array();
	cli_table_heads(&v->table, 6, heads);
	bool read = store_read_tokens(r, true, on_token, v);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (read && v->cli.json) {
		json_t *root = json_pack("{s:O}", "tokens", v->list);

		cli_print_json(root);
		json_decref(root);
	}
	cli_table_print(&v->table, read && !v->cli.json ? stdout : NULL);
	json_decref(v->list);
	return read ? CLI_OK : CLI_FAILED;
}

static int
do_token(struct verb *v)
{
	bool vms = v->kind != NULL && strcmp(v->kind, "vms") == 0;

	v->what.name = v->argc == 1 ? v->argv[0] : "";
	v->what.token = vms ? CONSOLE_TOKEN_VMS : CONSOLE_TOKEN_AGENT;
	if (v->kind != NULL && strcmp(v->kind, "browser") == 0)
		v->what.token = CONSOLE_TOKEN_BROWSER;
	else if (v->kind != NULL && !vms && strcmp(v->kind, "agent") != 0) {
		cli_say("--kind: expected agent, browser or vms");
		return cli_usage("consoles");
	}
	if (v->revoke != NULL) {
		v->what.verb = FLOOR_LOCAL_REVOKE;
		v->what.id = cli_number(v->revoke);
		if (v->argc == 0 && v->what.id > 0)
			return floor_command_change(&v->cli, &v->what);
		cli_say("--revoke takes the number of a token");
		return cli_usage("consoles");
	}
	if (v->argc == 0 && (v->kind == NULL || v->list_all))
		return tokens_list(v);
	if (v->argc > 1 || (v->argc == 1) == vms) {
		cli_say("a token is for one console, or with --kind vms for "
			"the VMS");
		return cli_usage("consoles");
	}
	v->what.verb = FLOOR_LOCAL_TOKEN;
	return token_command_make(&v->cli, &v->what);
}

/* --- disputes */

struct zone_search {
	const char *console;
	char zone[64];
	bool found;
};

static bool
match_zone(void *arg, const struct store_console_row *row)
{
	struct zone_search *s = arg;

	if (strcmp(row->name, s->console) == 0) {
		s->found = true;
		snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	}
	return !s->found;
}

static bool
dispute_span(struct verb *v, const char *zone)
{
	struct when *w = when_new();
	struct store_now now;
	bool good;

	store_now(&now);
	good = w != NULL &&
	       when_parse(w, zone, v->from, now.utc_us, &v->what.from_utc) &&
	       when_parse(w, zone, v->to, now.utc_us, &v->what.to_utc);
	when_free(&w);
	if (!good)
		cli_say("--from and --to: expected moments like 2026-11-22 "
			"06:00");
	return good;
}

static int
do_dispute(struct verb *v)
{
	struct zone_search s = { .console = v->argc == 1 ? v->argv[0] : "" };
	struct store_reader *r;

	if (v->argc != 1 || v->from == NULL || v->to == NULL ||
	    v->what.reason[0] == '\0') {
		cli_say("dispute takes a console, --from, --to and --reason");
		return cli_usage("consoles");
	}
	r = cli_reader(&v->cli);
	if (r == NULL)
		return CLI_FAILED;
	store_read_consoles(r, NULL, match_zone, &s);
	store_reader_close(&r);
	if (!dispute_span(v, s.zone))
		return CLI_FAILED;
	v->what.verb = FLOOR_LOCAL_DISPUTE;
	v->what.name = v->argv[0];
	return floor_command_change(&v->cli, &v->what);
}

static const struct {
	const char *name;
	int (*run)(struct verb *v);
} verbs[] = {
	{ "status", do_status },
	{ "import", do_import },
	{ "list", do_list },
	{ "export", do_export },
	{ "remove", do_remove },
	{ "token", do_token },
	{ "dispute", do_dispute },
};

static bool
parse(struct verb *v, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "dry-run", no_argument, NULL, 'n' },
		{ "prune", no_argument, NULL, 'p' },
		{ "screen", no_argument, NULL, 'S' },
		{ "pattern", no_argument, NULL, 'P' },
		{ "site", required_argument, NULL, 's' },
		{ "reason", required_argument, NULL, 'r' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "kind", required_argument, NULL, 'k' },
		{ "list", no_argument, NULL, 'l' },
		{ "revoke", required_argument, NULL, 'R' }, { 0 } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'n')
			v->what.dry_run = true;
		else if (o == 'p')
			v->what.complete = true;
		else if (o == 'S' || o == 'P')
			v->what.kind =
			    o == 'S' ? FLOOR_SCREENS : FLOOR_PATTERNS;
		else if (o == 's')
			v->site = optarg;
		else if (o == 'r')
			v->what.reason = optarg;
		else if (o == 'f')
			v->from = optarg;
		else if (o == 't')
			v->to = optarg;
		else if (o == 'k')
			v->kind = optarg;
		else if (o == 'l')
			v->list_all = true;
		else if (o == 'R')
			v->revoke = optarg;
		else if (!cli_option(&v->cli, o, help))
			return false;
	}
	return true;
}

int
cli_consoles(int argc, char **argv)
{
	struct verb v = { .what = { .reason = "", .name = "", .file = "-" } };

	if (!parse(&v, argc, argv))
		return cli_usage(argv[0]);
	const char *verb = optind < argc ? argv[optind] : "status";

	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.what.config = &v.cli.config;
	v.argc = optind < argc ? argc - optind - 1 : 0;
	v.argv = argv + optind + 1;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return verbs[i].run(&v);
	cli_say("'%.40s' is no verb, expected import, list, export, remove, "
		"token or dispute",
	    verb);
	return cli_usage(argv[0]);
}
