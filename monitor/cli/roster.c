/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roster: who should be where, and who is. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "monitor/cli/floor_command.h"
#include "monitor/cli/when.h"
#include "monitor/presence/roster.h"
#include "monitor/store/store_read_consoles.h"

static const char help[] =
    "usage: camwarden roster now [--json]\n"
    "       camwarden roster list [--csv|--json]\n"
    "       camwarden roster import FILE.csv [--dry-run] [--prune]\n"
    "       camwarden roster remove 'ROOM DAYS FROM-TO'\n"
    "\n"
    "Who should be where and when, in the time of the room's site. `now` says "
    "which\n"
    "shifts are due, and whether enough consoles are attended.\n"
    "\n"
    "  --dry-run      say what would change, change nothing\n"
    "  --prune        remove what the file does not name\n"
    "  --reason TEXT  why; kept with the change in the record\n"
    "  --csv          list: as a CSV that imports again\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "columns: room, console (or empty), days (mon-fri, or sat,sun, or daily), "
    "from,\n"
    "         to (06:00; may pass midnight), at_least (attended consoles), "
    "breaks\n"
    "         (10:00-10:15;12:00-12:30), idle_after_s, prompt_after_s (in "
    "place of\n"
    "         the console's while the shift is due; 0: the console's own)\n"
    "\n"
    "example: camwarden roster import shifts.csv --prune\n"
    "\n"
    "exit: 0 done, and enough are there; 1 a file is wrong, or somebody is "
    "missing;\n"
    "2 not done; 3 the monitor does not run\n";

struct verb {
	struct cli cli;
	struct floor_local what;
	bool csv;
	int argc;
	char **argv;
};

struct present { /* a console as the database has it now */
	char *name, *room, *zone;
	enum presence state;
};
struct presents {
	struct present *list;
	size_t count;
};

static bool
on_console(void *arg, const struct store_console_row *row)
{
	struct presents *p = arg;
	struct present *grown =
	    realloc(p->list, (p->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return false;
	p->list = grown;
	grown[p->count++] = (struct present){ strdup(row->name),
		strdup(row->room), strdup(row->zone), row->state };
	return true;
}

static void
presents_free(struct presents *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->list[i].name);
		free(p->list[i].room);
		free(p->list[i].zone);
	}
	free(p->list);
}

struct now {
	struct when *when;
	int64_t utc;
	struct presents people;
	struct cli_table table;
	json_t *list;
	unsigned missing;
};

static const char *
weigh(struct now *n, const struct floor_shift *s, unsigned *attended_out,
    unsigned *unknown_out)
{
	struct roster_shift shift = store_roster_shift(s);
	const char *zone = "";
	unsigned weekday, minute;

	*attended_out = *unknown_out = 0;
	for (size_t i = 0; i < n->people.count; i++) {
		const struct present *p = &n->people.list[i];

		if (strcmp(p->room, s->room) != 0)
			continue;
		zone = p->zone;
		if (s->console[0] != '\0' && strcmp(p->name, s->console) != 0)
			continue;
		*attended_out += p->state == PRESENCE_ATTENDED;
		*unknown_out += p->state == PRESENCE_UNKNOWN;
	}
	when_weekday(n->when, zone, n->utc, &weekday, &minute);
	switch (roster_at(&shift, weekday, minute)) {
	case ROSTER_OFF:
		return NULL;
	case ROSTER_BREAK:
		return "break";
	case ROSTER_DUE:
		break;
	}
	if (*attended_out >= s->at_least)
		return "enough";
	return *attended_out + *unknown_out >= s->at_least ? "unknown"
							   : "missing";
}

static void
shift_now(struct now *n, const struct floor_shift *s)
{
	unsigned attended, unknown;
	const char *is = weigh(n, s, &attended, &unknown);
	char text[600];

	if (is == NULL)
		return;
	n->missing += strcmp(is, "missing") == 0 || strcmp(is, "unknown") == 0;
	floor_shift_text(s, text, sizeof(text));
	json_array_append_new(n->list,
	    json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "room", s->room,
		"console", s->console, "shift", text, "at_least",
		(int)s->at_least, "attended", (int)attended, "unknown",
		(int)unknown, "is", is));
	cli_table_add(&n->table, "%s", text);
	cli_table_add(&n->table, "%u", s->at_least);
	cli_table_add(&n->table, "%u", attended);
	cli_table_add(&n->table, "%u", unknown);
	cli_table_add(&n->table, "%s", is);
}

static bool
people_read(struct verb *v, struct now *n, bool *alive_out)
{
	struct store_alive alive = { .alive = false };
	struct store_now now;
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return false;
	store_now(&now);
	n->utc = now.utc_us;
	bool read = store_read_alive(r, NULL, &alive) &&
		    store_read_consoles(r, NULL, on_console, &n->people);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	*alive_out = alive.alive;
	return read;
}

static int
do_now(struct verb *v)
{
	static const char *const heads[] = { "SHIFT", "ASKED FOR", "ATTENDED",
		"UNKNOWN", "IS" };
	struct now n = { .when = when_new(), .list = json_array() };
	struct floor *f = floor_command_read(&v->cli);
	bool alive = false;
	bool read = f != NULL && n.when != NULL && people_read(v, &n, &alive);

	cli_table_heads(&n.table, 5, heads);
	for (size_t i = 0; read && i < f->shift_count; i++)
		shift_now(&n, &f->shifts[i]);
	if (read && v->cli.json)
		cli_print_json(n.list);
	cli_table_print(&n.table, read && !v->cli.json ? stdout : NULL);
	if (read && !v->cli.json && json_array_size(n.list) == 0)
		puts("nobody is asked for now");
	json_decref(n.list);
	presents_free(&n.people);
	when_free(&n.when);
	floor_free(&f);
	if (!read)
		return CLI_FAILED;
	if (!alive)
		cli_say("the monitor does not run: nobody can say");
	return !alive ? CLI_NOT_RUNNING : n.missing > 0 ? CLI_TROUBLE : CLI_OK;
}

static int
list_json(const struct floor *f)
{
	json_t *list = json_array();
	char days[32];

	for (size_t i = 0; i < f->shift_count; i++) {
		const struct floor_shift *s = &f->shifts[i];

		floor_days_print(s->days, days);
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i}",
			"room", s->room, "console", s->console, "days", days,
			"from_min", (int)s->hours.from, "to_min",
			(int)s->hours.to, "at_least", (int)s->at_least,
			"breaks", (int)s->break_count, "idle_after_s",
			(int)s->idle_after_s, "prompt_after_s",
			(int)s->prompt_after_s));
	}
	cli_print_json(list);
	json_decref(list);
	return CLI_OK;
}

static void
breaks_text(const struct floor_shift *s, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, s->break_count ? "" : "none");

	for (unsigned i = 0; i < s->break_count && n < size; i++) {
		const struct floor_span *b = &s->breaks[i];

		n += (size_t)snprintf(out + n, size - n,
		    "%s%02u:%02u-%02u:%02u", i > 0 ? ", " : "", b->from / 60,
		    b->from % 60, b->to / 60, b->to % 60);
	}
}

static void
seconds_cell(struct cli_table *t, uint32_t seconds)
{
	cli_table_add(t, seconds > 0 ? "%u s" : "console's", seconds);
}

static int
do_list(struct verb *v)
{
	static const char *const heads[] = { "SHIFT", "AT LEAST", "BREAKS",
		"IDLE AFTER", "PROMPT AFTER" };
	struct cli_table t;
	struct floor *f;
	char text[600];

	if (v->csv)
		return floor_command_export(&v->cli, FLOOR_ROSTER);
	f = floor_command_read(&v->cli);
	if (f == NULL)
		return CLI_FAILED;
	if (v->cli.json) {
		list_json(f);
	} else {
		cli_table_heads(&t, 5, heads);
		for (size_t i = 0; i < f->shift_count; i++) {
			floor_shift_text(&f->shifts[i], text, sizeof(text));
			cli_table_add(&t, "%s", text);
			cli_table_add(&t, "%u", f->shifts[i].at_least);
			breaks_text(&f->shifts[i], text, sizeof(text));
			cli_table_add(&t, "%s", text);
			seconds_cell(&t, f->shifts[i].idle_after_s);
			seconds_cell(&t, f->shifts[i].prompt_after_s);
		}
		cli_table_print(&t, stdout);
	}
	floor_free(&f);
	return CLI_OK;
}

static int
do_import(struct verb *v)
{
	if (v->argc != 1) {
		cli_say("import takes one file");
		return cli_usage("roster");
	}
	return floor_command_import(&v->cli, &v->what, FLOOR_ROSTER, v->argv,
	    v->argc);
}

static int
do_remove(struct verb *v)
{
	if (v->argc != 1) {
		cli_say("remove takes one shift, as `list` says it");
		return cli_usage("roster");
	}
	v->what.verb = FLOOR_LOCAL_REMOVE;
	v->what.kind = FLOOR_ROSTER;
	v->what.name = v->argv[0];
	return floor_command_change(&v->cli, &v->what);
}

static const struct {
	const char *name;
	int (*run)(struct verb *v);
} verbs[] = {
	{ "now", do_now },
	{ "list", do_list },
	{ "import", do_import },
	{ "remove", do_remove },
};

static bool
parse(struct verb *v, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "dry-run", no_argument, NULL, 'n' },
		{ "prune", no_argument, NULL, 'p' },
		{ "csv", no_argument, NULL, 'C' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'n')
			v->what.dry_run = true;
		else if (o == 'p')
			v->what.complete = true;
		else if (o == 'C')
			v->csv = true;
		else if (o == 'r')
			v->what.reason = optarg;
		else if (!cli_option(&v->cli, o, help))
			return false;
	}
	return true;
}

int
cli_roster(int argc, char **argv)
{
	struct verb v = { .what = { .reason = "", .name = "", .file = "-" } };

	if (!parse(&v, argc, argv))
		return cli_usage(argv[0]);
	const char *verb = optind < argc ? argv[optind] : "now";

	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.what.config = &v.cli.config;
	v.argc = optind < argc ? argc - optind - 1 : 0;
	v.argv = argv + optind + 1;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return verbs[i].run(&v);
	cli_say("'%.40s' is no verb, expected now, list, import or remove",
	    verb);
	return cli_usage(argv[0]);
}
