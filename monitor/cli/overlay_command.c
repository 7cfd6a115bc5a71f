/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maintenance, mute: entered, ended, listed. The same but for what they do:
 * maintenance is told apart in reports, a mute silences alerts only. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "camwarden/limits.h"
#include "common/site.h"
#include "monitor/cli/client.h"
#include "monitor/cli/overlay_local.h"
#include "monitor/cli/place_print.h"
#include "monitor/cli/when.h"
#include "monitor/config/config_value.h"

static const char help_text[] =
    "usage: camwarden %1$s add --feed|--site|--tag NAME --for 2h --reason "
    "TEXT\n"
    "       camwarden %1$s add --site NAME --from WHEN --to WHEN --reason "
    "TEXT\n"
    "       camwarden %1$s add --tag NAME --weekly 'mon-fri 22:00-23:00'\n"
    "                 --until DATE --reason TEXT\n"
    "       camwarden %1$s end NUMBER --reason TEXT\n"
    "       camwarden %1$s list [--all] [--feed|--site|--tag NAME] [--json]\n"
    "       camwarden %1$s show NUMBER [--json]\n"
    "\n"
    "%2$s\n"
    "Each has who entered it, why, and an end: at most 90 days away, a weekly "
    "one\n"
    "400. It stands beside what is seen, which goes on record all the same.\n"
    "\n"
    "  --feed          UUID or SITE/NAME; --site: with all below it\n"
    "  --from, --to    2026-11-22 06:00, in the site's time; Z behind it: "
    "UTC.\n"
    "                  Without --from it begins now; what lies in the past is "
    "a note\n"
    "  --for           90m, 2h, 3d: instead of --to\n"
    "  --weekly        days and hours of the site's clocks (of a tag: "
    "report.zone's)\n"
    "  --until         the last day of a weekly one\n"
    "  --all           list: also what is over\n"
    "  --site, --feed  list: what is in force there, of a site above, too\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden %1$s add --site North --for 2h --reason 'new lens'\n"
    "\n"
    "exit: 0 done, 1 refused (nothing was changed), 2 not done, 3 list: the "
    "monitor\n"
    "does not run\n";

struct verb {
	struct cli cli;
	struct overlay_wish wish;
	const char *from, *to, *span, *weekly, *until;
	bool all;
	int64_t number; /* shown alone; 0 = none */
	uint32_t found;
	int argc;
	char **argv;
	struct when *when;
	struct zones *zones;
	int64_t now_utc;
	struct cli_table table;
	json_t *list;
};

/* --- add */

/* A date alone means all of that day. */
static bool
until_of(struct verb *v, const char *zone)
{
	char next[24];

	if (!when_parse(v->when, zone, v->until, v->now_utc, &v->wish.to_utc))
		return false;
	if (strlen(v->until) != 10)
		return true;
	when_print(v->when, zone, v->wish.to_utc + INT64_C(129600000000), next);
	next[10] = '\0';
	return when_parse(v->when, zone, next, v->now_utc, &v->wish.to_utc);
}

static bool
times_of(struct verb *v, const char *zone)
{
	struct overlay_wish *w = &v->wish;
	int64_t span = 0;

	if (v->from != NULL &&
	    !when_parse(v->when, zone, v->from, v->now_utc, &w->from_utc))
		cli_say("--from: expected a moment like 2026-11-22 06:00");
	else if (v->weekly != NULL && !overlay_weekly_parse(v->weekly, w))
		cli_say("--weekly: expected days and hours like 'mon-fri "
			"22:00-23:00'");
	else if (v->weekly != NULL &&
		 (v->until == NULL || v->to != NULL || v->span != NULL))
		cli_say("a weekly one ends with --until DATE");
	else if (v->weekly != NULL && !until_of(v, zone))
		cli_say("--until: expected a date like 2026-12-31");
	else if (v->weekly == NULL &&
		 ((v->to != NULL) + (v->span != NULL) != 1 || v->until != NULL))
		cli_say("an end is needed: --to or --for");
	else if (v->to != NULL &&
		 !when_parse(v->when, zone, v->to, v->now_utc, &w->to_utc))
		cli_say("--to: expected a moment like 2026-11-22 08:00");
	else if (v->span != NULL &&
		 (!config_value_duration(v->span, &span) || span <= 0))
		cli_say("--for: expected a time like 90m, 2h or 3d");
	else {
		if (v->span != NULL)
			w->to_utc =
			    (w->from_utc ? w->from_utc : v->now_utc) + span;
		return true;
	}
	return false;
}

/* In which zone its times are; an exit code. */
static int
zone_of(struct verb *v, struct overlay_plan *p)
{
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	bool good = overlay_place(r, &v->wish, v->cli.config.report_zone, p);

	store_reader_close(&r);
	if (!good)
		cli_say("%s", p->text);
	return good ? CLI_OK : CLI_TROUBLE;
}

static const char *
name_of(const struct verb *v)
{
	return v->wish.mute ? "mute" : "maintenance";
}

static int
answered(const struct verb *v, json_t *answer)
{
	if (answer == NULL)
		return CLI_FAILED;
	const char *text;
	bool ok = client_done(answer, &text);
	long long number =
	    json_integer_value(json_object_get(answer, "number"));
	const char *note = json_string_value(json_object_get(answer, "note"));

	if (ok && v->cli.json)
		printf("{\"number\": %lld}\n", number);
	else if (ok)
		printf("%s %lld\n", name_of(v), number);
	if (ok && note != NULL && note[0] != '\0')
		cli_say("%s", note);
	if (!ok)
		cli_say("%s", text);
	json_decref(answer);
	return ok ? CLI_OK : CLI_TROUBLE;
}

static int
do_add(struct verb *v)
{
	struct overlay_plan p = { .text = "" };
	int code;

	if (v->argc != 0 || v->wish.reason[0] == '\0') {
		cli_say("add takes a feed, a site or a tag, an end and a "
			"--reason");
		return cli_usage(name_of(v));
	}
	code = zone_of(v, &p);
	if (code != CLI_OK)
		return code;
	if (!times_of(v, p.zone))
		return cli_usage(name_of(v));
	return answered(v, overlay_ask(&v->cli, &v->wish, 0));
}

static int
do_end(struct verb *v)
{
	int64_t number = v->argc == 1 ? cli_number(v->argv[0]) : 0;

	if (number == 0 || v->wish.reason[0] == '\0') {
		cli_say("end takes a number, as `list` says it, and a "
			"--reason");
		return cli_usage(name_of(v));
	}
	return answered(v, overlay_ask(&v->cli, &v->wish, number));
}

/* --- list */

static void
row_json(struct verb *v, const struct store_overlay_row *row, const char *of,
    const char *weekly, bool now)
{
	json_t *o =
	    json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:b, s:I}",
		"number", (json_int_t)row->id, "kind",
		row->kind == STORE_MUTE ? "mute" : "maintenance", "of", of,
		row->feed != 0	 ? "feed"
		: row->site != 0 ? "site"
				 : "tag",
		row->feed != 0	 ? row->feed_name
		: row->site != 0 ? row->site_path
				 : row->tag,
		"from", cli_json_time(row->from_utc), "to",
		cli_json_time(row->to_utc), "entered",
		cli_json_time(row->created_utc), "by", row->actor, "reason",
		row->reason, "in_force", now, "ledger", (json_int_t)row->seq);

	if (o != NULL && row->days != 0) {
		json_object_set_new(o, "weekly", json_string(weekly));
		json_object_set_new(o, "zone", json_string(row->zone));
	}
	json_array_append_new(v->list, o);
}

/* "North/Gate" of "North/Gate/cam 3"; "" of a feed of no site, or a UUID. */
static void
site_of(const char *feed, char out[LIMIT_NAME_BYTES])
{
	const char *slash = strrchr(feed, '/');

	snprintf(out, LIMIT_NAME_BYTES, "%.*s",
	    (int)(slash != NULL ? slash - feed : 0), feed);
}

/* What was asked for: the number, the tag, what the site or feed is under or
 * what is under the site. */
static bool
is_asked(const struct verb *v, const struct store_overlay_row *row)
{
	const struct overlay_wish *w = &v->wish;
	char site[LIMIT_NAME_BYTES];

	if (v->number != 0)
		return row->id == v->number;
	if (w->tag[0] != '\0')
		return row->feed == 0 && row->site == 0 &&
		       strcmp(row->tag, w->tag) == 0;
	if (w->site[0] != '\0')
		return row->site != 0
			   ? site_within(row->site_path, w->site) ||
				 site_within(w->site, row->site_path)
			   : row->feed != 0 &&
				 site_within(row->feed_site, w->site);
	if (w->feed[0] == '\0')
		return true;
	site_of(w->feed, site);
	return row->feed != 0 ? strcmp(row->feed_name, w->feed) == 0 ||
				    strcmp(row->feed_uuid, w->feed) == 0
			      : row->site != 0 && site[0] != '\0' &&
				    site_within(site, row->site_path);
}

static const char *
is_now(const struct verb *v, const struct store_overlay_row *row, bool now)
{
	return now			    ? "in force"
	       : row->to_utc <= v->now_utc  ? "over"
	       : row->from_utc > v->now_utc ? "to come"
					    : "rests";
}

/* All of one, a line each. */
static void
put_one(struct verb *v, const struct store_overlay_row *row, const char *of,
    const char *weekly, bool now)
{
	const char *zone = row->zone[0] != '\0' ? row->zone : "UTC";
	char number[24], when[24];

	snprintf(number, sizeof(number), "%lld", (long long)row->id);
	place_print_line(name_of(v), number);
	place_print_line("of", of);
	place_print_line("is", is_now(v, row, now));
	place_print_line("from",
	    when_print(v->when, row->zone, row->from_utc, when));
	place_print_line("to",
	    when_print(v->when, row->zone, row->to_utc, when));
	place_print_line("weekly", weekly);
	place_print_line("clocks", zone);
	place_print_line("entered", cli_utc(row->created_utc, when));
	place_print_line("by", row->actor);
	place_print_line("reason", row->reason);
	snprintf(number, sizeof(number), "line %lld", (long long)row->seq);
	place_print_line("ledger", number);
}

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	struct verb *v = arg;
	bool now = overlay_holds(v->zones, row, v->now_utc);
	char of[700], weekly[64] = "", from[24], to[24];

	if ((row->kind == STORE_MUTE) != v->wish.mute || !is_asked(v, row))
		return true;
	v->found++;
	overlay_of(row, of, sizeof(of));
	if (row->days != 0)
		overlay_weekly_print(row->days, row->begin_minute,
		    row->end_minute, weekly);
	if (v->number != 0 && !v->cli.json) {
		put_one(v, row, of, weekly, now);
		return true;
	}
	if (v->cli.json) {
		row_json(v, row, of, weekly, now);
		return true;
	}
	cli_table_add(&v->table, "%lld", (long long)row->id);
	cli_table_add(&v->table, "%s", of);
	cli_table_add(&v->table, "%s",
	    when_print(v->when, row->zone, row->from_utc, from));
	cli_table_add(&v->table, "%s",
	    when_print(v->when, row->zone, row->to_utc, to));
	cli_table_add(&v->table, "%s%s%s", weekly, weekly[0] ? " " : "",
	    row->zone[0] != '\0' ? row->zone : "UTC");
	cli_table_add(&v->table, "%s", is_now(v, row, now));
	cli_table_add(&v->table, "%s", row->actor);
	cli_table_add(&v->table, "%s", row->reason);
	return true;
}

static int
do_list(struct verb *v)
{
	static const char *const heads[] = { "NUMBER", "OF", "FROM", "TO",
		"CLOCKS", "IS", "BY", "REASON" };
	struct store_alive alive = { .alive = false };
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	v->list = json_array();
	cli_table_heads(&v->table, 8, heads);
	bool read = store_read_alive(r, NULL, &alive) &&
		    store_read_overlays(r, v->all ? 0 : v->now_utc, INT64_MAX,
			on_overlay, v);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (read && v->cli.json)
		cli_print_json(
		    v->number != 0 ? json_array_get(v->list, 0) : v->list);
	cli_table_print(&v->table,
	    read && !v->cli.json && v->number == 0 ? stdout : NULL);
	json_decref(v->list);
	if (read && v->number != 0 && v->found == 0) {
		cli_say("there is no %s %lld", name_of(v),
		    (long long)v->number);
		return CLI_TROUBLE;
	}
	return !read ? CLI_FAILED : alive.alive ? CLI_OK : CLI_NOT_RUNNING;
}

static int
do_show(struct verb *v)
{
	v->number = v->argc == 1 ? cli_number(v->argv[0]) : 0;
	v->all = true;
	if (v->number != 0)
		return do_list(v);
	cli_say("show takes a number, as `list` says it");
	return cli_usage(name_of(v));
}

static const struct {
	const char *name;
	int (*run)(struct verb *v);
} verbs[] = { { "list", do_list }, { "show", do_show }, { "add", do_add },
	{ "end", do_end } };

/* --- */

static bool
parse(struct verb *v, const char *help, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "feed", required_argument, NULL, 'F' },
		{ "site", required_argument, NULL, 's' },
		{ "tag", required_argument, NULL, 'g' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "for", required_argument, NULL, 'o' },
		{ "weekly", required_argument, NULL, 'w' },
		{ "until", required_argument, NULL, 'u' },
		{ "reason", required_argument, NULL, 'r' },
		{ "all", no_argument, NULL, 'a' }, { 0 } };
	const struct {
		int letter;
		const char **to;
	} words[] = { { 'F', &v->wish.feed }, { 's', &v->wish.site },
		{ 'g', &v->wish.tag }, { 'f', &v->from }, { 't', &v->to },
		{ 'o', &v->span }, { 'w', &v->weekly }, { 'u', &v->until },
		{ 'r', &v->wish.reason } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool taken = o == 'a';

		v->all |= o == 'a';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (o == words[i].letter) {
				*words[i].to = optarg;
				taken = true;
			}
		if (!taken && !cli_option(&v->cli, o, help))
			return false;
	}
	return true;
}

static int
overlay_command(int argc, char **argv, bool mute, const char *what)
{
	struct verb v = { .wish = { .mute = mute,
			      .feed = "",
			      .site = "",
			      .tag = "",
			      .actor = "",
			      .reason = "" } };
	char help[sizeof(help_text) + 400];
	int (*run)(struct verb *) = NULL;
	struct store_now now;
	int code;

	snprintf(help, sizeof(help), help_text, name_of(&v), what);
	if (!parse(&v, help, argc, argv))
		return cli_usage(argv[0]);
	const char *verb = optind < argc ? argv[optind] : "list";

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			run = verbs[i].run;
	if (run == NULL) {
		cli_say("'%.40s' is no verb, expected add, end, list or show",
		    verb);
		return cli_usage(argv[0]);
	}
	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.argc = optind < argc ? argc - optind - 1 : 0;
	v.argv = argv + optind + 1;
	store_now(&now);
	v.now_utc = now.utc_us;
	v.when = when_new();
	v.zones = zones_new();
	code = v.when != NULL && v.zones != NULL ? run(&v) : CLI_FAILED;
	when_free(&v.when);
	zones_free(&v.zones);
	return code;
}

int
cli_maintenance(int argc, char **argv)
{
	return overlay_command(argc, argv, false,
	    "Time in which work on cameras is announced. Reports print "
	    "availability with and\nwithout it; it excuses only what comes "
	    "after its own entry.");
}

int
cli_mute(int argc, char **argv)
{
	return overlay_command(argc, argv, true,
	    "Time in which alerts of some feeds are kept silent. A mute never "
	    "excuses\nanything, and every report says who muted what.");
}
