/* SPDX-License-Identifier: GPL-3.0-or-later */
/* incidents: what happened, from the database; what is said of it, through the
 * monitor. */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "camwarden/words.h"
#include "common/clock.h"
#include "common/hex.h"
#include "monitor/cli/incident_change.h"
#include "monitor/cli/incident_print.h"
#include "monitor/cli/when.h"
#include "monitor/config/config_value.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_read_users.h"
#include "monitor/store/store_read_web.h"

static const char help[] =
    "usage: camwarden incidents [list] [--all] [--site SITE] [--feed FEED]\n"
    "                           [--cause CAUSE] [--unacknowledged] [--from "
    "WHEN]\n"
    "                           [--to WHEN] [--limit N] [--json]\n"
    "       camwarden incidents show NUMBER [--json]\n"
    "       camwarden incidents acknowledge NUMBER...|--site SITE [--reason "
    "TEXT]\n"
    "       camwarden incidents note NUMBER TEXT\n"
    "       camwarden incidents mute NUMBER --for 2h --reason TEXT\n"
    "       camwarden incidents pictures NUMBER DIR\n"
    "\n"
    "Continuous troubles of feeds, of whole sites, of rooms where people are "
    "missing\n"
    "(cause unattended) and of camwarden itself (own), newest first: the open "
    "ones, or\n"
    "with --all or a span those that are over too. `show` says all that is "
    "known of\n"
    "one, with its feeds and what people wrote. `acknowledge` says that "
    "somebody\n"
    "takes care: of each NUMBER, or of all open ones of a site. `mute` keeps "
    "alerts of\n"
    "its feed or site silent. `pictures` writes what is kept as "
    "NUMBER-before.png,\n"
    "NUMBER-after.png (its first bad picture) and NUMBER-recovered.png.\n"
    "\n"
    "  --site SITE       of this site and those below it\n"
    "  --feed FEED       UUID or SITE/NAME\n"
    "  --from, --to      those that touch the span: 2026-11-22 06:00, in\n"
    "                    report.zone's time; Z behind it: UTC\n"
    "  --limit N         at most so many (1000)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "examples:\n"
    "  camwarden incidents --site North --unacknowledged\n"
    "  camwarden incidents acknowledge 17 18 --reason 'electrician called'\n"
    "\n"
    "exit: 0 none is open (a change: done), 1 some are (refused), 2 not done, "
    "3 the\n"
    "monitor does not run\n";

struct incidents {
	struct cli cli;
	bool all, unacknowledged;
	int64_t limit;
	const char *reason, *site, *feed, *cause, *from, *to, *span;
	int argc; /* after the verb */
	char **argv;
	struct store_reader *reader;
	/* list */
	uint8_t uuid[16];
	bool of_uuid;
	struct incident_print print;
	/* acknowledge --site */
	int64_t *numbers; /* owned */
	size_t number_count;
};

/* 0 after saying that it is none. */
static int64_t
number_of(const char *text)
{
	int64_t id = cli_number(text);

	if (id == 0)
		cli_say("'%.40s' is no incident's number", text);
	return id;
}

/* What the database says while nobody writes in it. */
static int
told(bool running, uint32_t open)
{
	if (running)
		return open > 0 ? CLI_TROUBLE : CLI_OK;
	cli_say("the monitor does not run; what is shown is its last word");
	return CLI_NOT_RUNNING;
}

/* --- list */

static bool
is_meant(const struct incidents *in, const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	if (in->unacknowledged && i->acknowledged_utc != 0)
		return false;
	if (in->cause != NULL &&
	    strcmp(in->cause, incident_print_cause(i)) != 0)
		return false;
	return in->feed == NULL || in->of_uuid ||
	       (i->feed != 0 && strcmp(in->feed, i->place) == 0);
}

static bool
on_incident(void *arg, const struct store_case_row *row)
{
	struct incidents *in = arg;

	if (!is_meant(in, row))
		return true;
	return incident_print_add(&in->print, row) &&
	       in->print.count < in->limit;
}

/* False after saying what is wrong. */
static bool
span_of(const struct incidents *in, struct store_case_ask *ask)
{
	const char *zone = in->cli.config.report_zone;
	int64_t now = clock_utc_us();
	struct when *w = when_new();
	bool good =
	    w != NULL &&
	    (in->from == NULL ||
		when_parse(w, zone, in->from, now, &ask->from_utc)) &&
	    (in->to == NULL || when_parse(w, zone, in->to, now, &ask->to_utc));

	when_free(&w);
	if (!good)
		cli_say("--from, --to: expected a moment like 2026-11-22 "
			"06:00");
	return good;
}

static bool
cause_is_one(const char *word)
{
	enum cause cause;

	if (strcmp(word, "own") == 0 || strcmp(word, "unattended") == 0 ||
	    cause_find(word, &cause))
		return true;
	cli_say("'%.40s' is no cause, expected one like unreachable, own or "
		"unattended",
	    word);
	return false;
}

static int
do_list(struct incidents *in)
{
	struct store_case_ask ask = { .site = in->site,
		.open_only = !in->all && in->from == NULL && in->to == NULL };
	struct store_alive alive = { .alive = false };

	if (!span_of(in, &ask) || (in->cause && !cause_is_one(in->cause)))
		return cli_usage("incidents");
	in->of_uuid =
	    in->feed != NULL && inventory_uuid_parse(in->feed, in->uuid);
	ask.uuid = in->of_uuid ? in->uuid : NULL;
	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return CLI_FAILED;
	incident_print_start(&in->print, in->cli.json);
	bool read = store_read_alive(in->reader, NULL, &alive) &&
		    store_read_cases(in->reader, &ask, on_incident, in);

	if (!read)
		cli_say("%s", store_reader_error(in->reader));
	else if (in->cli.json)
		cli_print_json(in->print.list);
	else
		incident_print_table(&in->print, true);
	uint32_t open = in->print.open;

	incident_print_fini(&in->print);
	store_reader_close(&in->reader);
	return read ? told(alive.alive, open) : CLI_FAILED;
}

/* --- show */

struct shown {
	struct incidents *in;
	json_t *root, *comments, *feeds;
	bool found, open;
};

static void
put_line(const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	printf("%-13s ", name);
	cli_put(stdout, text);
	putchar('\n');
}

static void
put_moment(const char *name, int64_t utc)
{
	char when[24];

	if (utc != 0)
		put_line(name, cli_utc(utc, when));
}

static bool
on_comment(void *arg, const struct store_comment_row *row)
{
	struct shown *s = arg;
	char when[24], line[160];

	if (s->in->cli.json) {
		json_array_append_new(s->comments,
		    json_pack("{s:o, s:s, s:s}", "at",
			cli_json_time(row->created_utc), "by", row->actor,
			"text", row->text));
		return true;
	}
	snprintf(line, sizeof(line), "\n%s %s:\n",
	    cli_utc(row->created_utc, when), row->actor);
	cli_put_lines(stdout, line);
	cli_put_lines(stdout, row->text);
	return true;
}

static bool
on_feed(void *arg, const uint8_t *uuid, const char *name, int64_t incident)
{
	struct shown *s = arg;
	char text[UUID_TEXT];

	uuid_print(uuid, text);
	if (s->in->cli.json) {
		json_array_append_new(s->feeds,
		    json_pack("{s:s, s:s, s:I}", "id", text, "name", name,
			"incident", (json_int_t)incident));
		return true;
	}
	printf("  %s  ", text);
	cli_put(stdout, name);
	putchar('\n');
	return true;
}

static void
put_case(const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;
	char number[24];

	snprintf(number, sizeof(number), "%lld%s", (long long)i->id,
	    i->closed_utc == 0 ? ", open" : "");
	put_line("number", number);
	put_line("where", i->place);
	put_line("cause", incident_print_cause(i));
	put_line("what", i->text);
	put_line("first to try",
	    i->cause != CAUSE_NONE ? cause_help(i->cause) : "");
	put_moment("since", i->since_utc);
	put_moment("called", i->at_utc);
	put_moment("good again", i->good_utc);
	put_moment("closed", i->closed_utc);
	put_line("to call", row->contact);
	put_moment("acknowledged", i->acknowledged_utc);
	put_line("by", i->acknowledged_by);
	put_line("note", i->note);
	if (i->before != 0 || i->after != 0)
		put_line("pictures", "kept: incidents pictures NUMBER DIR");
}

static bool
on_shown(void *arg, const struct store_case_row *row)
{
	struct shown *s = arg;
	struct incidents *in = s->in;
	uint32_t n;

	s->found = true;
	s->open = row->incident.closed_utc == 0;
	if (in->cli.json)
		s->root = incident_print_json(row);
	else
		put_case(row);
	if (row->incident.feed == 0 && row->incident.site != 0) {
		if (!in->cli.json)
			printf(
			    "\nits feeds that had a trouble of their own:\n");
		store_read_case_feeds(in->reader, &row->incident, on_feed, s,
		    &n);
	}
	store_read_comments(in->reader, row->incident.id, on_comment, s);
	return false;
}

static int
do_show(struct incidents *in)
{
	struct shown s = { .in = in };
	struct store_case_ask ask = { .number = number_of(in->argv[0]) };
	struct store_alive alive = { .alive = false };

	if (ask.number == 0)
		return cli_usage("incidents");
	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return CLI_FAILED;
	s.comments = json_array();
	s.feeds = json_array();
	bool read = store_read_alive(in->reader, NULL, &alive) &&
		    store_reader_hold(in->reader) &&
		    store_read_cases(in->reader, &ask, on_shown, &s);

	store_reader_release(in->reader);
	if (!read)
		cli_say("%s", store_reader_error(in->reader));
	else if (!s.found)
		cli_say("there is no incident %lld", (long long)ask.number);
	if (read && s.root != NULL) {
		json_object_set(s.root, "feeds", s.feeds);
		json_object_set(s.root, "said", s.comments);
		cli_print_json(s.root);
	}
	json_decref(s.root);
	json_decref(s.feeds);
	json_decref(s.comments);
	store_reader_close(&in->reader);
	if (!read)
		return CLI_FAILED;
	return s.found ? told(alive.alive, s.open) : CLI_TROUBLE;
}

/* --- said of them */

static bool
on_number(void *arg, const struct store_case_row *row)
{
	struct incidents *in = arg;
	int64_t *more;

	if (row->incident.acknowledged_utc != 0)
		return true;
	more = realloc(in->numbers, (in->number_count + 1) * sizeof(*more));
	if (more == NULL)
		return false;
	in->numbers = more;
	more[in->number_count++] = row->incident.id;
	return true;
}

/* Of a site: those that are open and that nobody took. */
static bool
numbers_of_site(struct incidents *in)
{
	struct store_case_ask ask = { .open_only = true, .site = in->site };
	bool read;

	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return false;
	read = store_read_cases(in->reader, &ask, on_number, in);
	if (!read)
		cli_say("%s", store_reader_error(in->reader));
	store_reader_close(&in->reader);
	return read;
}

static bool
numbers_given(struct incidents *in)
{
	in->numbers = calloc((size_t)in->argc, sizeof(*in->numbers));
	for (int i = 0; in->numbers != NULL && i < in->argc; i++) {
		in->numbers[i] = number_of(in->argv[i]);
		if (in->numbers[i] == 0)
			return false;
		in->number_count++;
	}
	return in->numbers != NULL;
}

static int
do_acknowledge(struct incidents *in)
{
	int code = CLI_OK, one;

	if ((in->site != NULL) == (in->argc > 0)) {
		cli_say("acknowledge takes numbers, or --site");
		return cli_usage("incidents");
	}
	if (in->site != NULL ? !numbers_of_site(in) : !numbers_given(in)) {
		free(in->numbers);
		return CLI_FAILED;
	}
	for (size_t i = 0; i < in->number_count; i++)
		if ((one = incident_change_acknowledge(&in->cli, in->numbers[i],
			 in->reason)) > code)
			code = one;
	if (in->site != NULL && code == CLI_OK)
		printf("%zu acknowledged\n", in->number_count);
	free(in->numbers);
	return code;
}

static int
do_note(struct incidents *in)
{
	int64_t id = number_of(in->argv[0]);

	return id == 0 ? cli_usage("incidents")
		       : incident_change_note(&in->cli, id, in->argv[1]);
}

static int
do_mute(struct incidents *in)
{
	int64_t id = number_of(in->argv[0]), us = 0;

	if (id == 0)
		return cli_usage("incidents");
	if (in->span == NULL || !config_value_duration(in->span, &us) ||
	    us < US_PER_S || in->reason[0] == '\0') {
		cli_say("mute takes a time like --for 2h, and a --reason");
		return cli_usage("incidents");
	}
	return incident_change_mute(&in->cli, id, us / US_PER_S, in->reason);
}

/* --- pictures */

struct kept_picture {
	char path[4096];
	bool written;
};

static void
on_picture(void *arg, const struct store_picture *p)
{
	struct kept_picture *k = arg;
	FILE *f = fopen(k->path, "wbe");

	k->written = f != NULL && fwrite(p->png, 1, p->length, f) == p->length;
	if (f != NULL && fclose(f) != 0)
		k->written = false;
	if (k->written)
		printf("%s\n", k->path);
}

static int
write_pictures(struct incidents *in, long long id, const char *dir)
{
	static const struct {
		const char *name;
		int kind;
	} kinds[] = { { "before", STORE_LAST_GOOD },
		{ "after", STORE_FIRST_BAD },
		{ "recovered", STORE_RECOVERED } };
	unsigned written = 0;

	for (size_t i = 0; i < 3; i++) {
		struct kept_picture k = { .written = false };
		bool found = false;

		snprintf(k.path, sizeof(k.path), "%s/%lld-%s.png", dir, id,
		    kinds[i].name);
		if (!store_read_evidence(in->reader, id, kinds[i].kind,
			on_picture, &k, &found)) {
			cli_say("%s", store_reader_error(in->reader));
			return CLI_FAILED;
		}
		if (found && !k.written) {
			cli_say("%s: %s", k.path, strerror(errno));
			return CLI_FAILED;
		}
		written += found;
	}
	if (written == 0)
		cli_say("no picture of incident %lld is kept", id);
	return written > 0 ? CLI_OK : CLI_TROUBLE;
}

static int
do_pictures(struct incidents *in)
{
	const char *number = in->argv[0], *dir = in->argv[1];
	int64_t id = number_of(number);
	int code;

	if (id == 0)
		return cli_usage("incidents");
	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return CLI_FAILED;
	code = write_pictures(in, id, dir);
	store_reader_close(&in->reader);
	return code;
}

static const struct {
	const char *name;
	int (*run)(struct incidents *in);
	int least, most; /* arguments */
} verbs[] = {
	{ "list", do_list, 0, 0 },
	{ "show", do_show, 1, 1 },
	{ "acknowledge", do_acknowledge, 0, 100000 },
	{ "note", do_note, 2, 2 },
	{ "mute", do_mute, 1, 1 },
	{ "pictures", do_pictures, 2, 2 },
};

static bool
parse_options(struct incidents *in, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "all", no_argument, NULL, 'a' },
		{ "unacknowledged", no_argument, NULL, 'u' },
		{ "limit", required_argument, NULL, 'n' },
		{ "site", required_argument, NULL, 's' },
		{ "feed", required_argument, NULL, 'F' },
		{ "cause", required_argument, NULL, 'C' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "for", required_argument, NULL, 'o' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	const struct {
		int letter;
		const char **to;
	} words[] = { { 's', &in->site }, { 'F', &in->feed },
		{ 'C', &in->cause }, { 'f', &in->from }, { 't', &in->to },
		{ 'o', &in->span }, { 'r', &in->reason } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool taken = o == 'a' || o == 'u' || o == 'n';

		in->all |= o == 'a';
		in->unacknowledged |= o == 'u';
		if (o == 'n')
			in->limit = cli_number(optarg);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (o == words[i].letter) {
				*words[i].to = optarg;
				taken = true;
			}
		if (!taken && !cli_option(&in->cli, o, help))
			return false;
	}
	if (in->limit > 0)
		return true;
	cli_say("--limit: expected a number from 1 on");
	return false;
}

int
cli_incidents(int argc, char **argv)
{
	struct incidents in = { .limit = 1000, .reason = "" };

	if (!parse_options(&in, argc, argv))
		return cli_usage(argv[0]);
	const char *verb = optind < argc ? argv[optind] : "list";

	in.argc = optind < argc ? argc - optind - 1 : 0;
	in.argv = argv + optind + 1;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verb, verbs[i].name) != 0 ||
		    in.argc < verbs[i].least || in.argc > verbs[i].most)
			continue;
		return cli_config(&in.cli) ? verbs[i].run(&in) : CLI_FAILED;
	}
	cli_say("expected list, show NUMBER, acknowledge NUMBER, note NUMBER "
		"TEXT, mute NUMBER or pictures NUMBER DIR");
	return cli_usage(argv[0]);
}
