/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status: what is up, degraded, down, unknown; each trouble with its cause.
 * Reads the database, so that it answers while the monitor is dead too, and
 * says so then. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "camwarden/words.h"
#include "monitor/cli/client.h"
#include "monitor/config/config_outside.h"
#include "monitor/inventory/ration.h"
#include "monitor/overlay.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_ledger.h"

static const char help[] =
    "usage: camwarden status [--site SITE] [--state STATE] [--all] [--json]\n"
    "\n"
    "How many feeds are up, degraded, down and unknown, and every trouble with "
    "its\n"
    "cause, since when, and how old the last picture is. Works while the "
    "monitor is\n"
    "dead: then everything is unknown, as it must be.\n"
    "\n"
    "  --site SITE    only this site and those below it\n"
    "  --state STATE  only feeds that are up, degraded, down or unknown\n"
    "  --all          list the good feeds too\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden status --site North --state down\n"
    "\n"
    "exit: 0 every feed shown is good, 1 some are not, 2 no answer, 3 the "
    "monitor\n"
    "does not run\n";

struct status {
	struct cli cli;
	const char *site;
	int state; /* -1 = all */
	bool all;
	struct store_alive alive;
	int64_t now_utc;
	char witness[512];     /* who last had the record */
	int64_t witnessed_utc; /* 0 = nobody outside */
	uint64_t witnessed_lines;
	uint32_t count[STATE_COUNT];
	uint32_t shown, bad;
	struct cli_table table;
	json_t *feeds;
	json_t *own; /* texts of open incidents without a place */
};

static bool
good(const struct store_feed_row *row)
{
	return row->state == STATE_UP ||
	       (row->state == STATE_DEGRADED && cause_is_stream(row->cause));
}

static json_t *
causes_of(uint64_t causes)
{
	json_t *list = json_array();

	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		if (causes >> i & 1)
			json_array_append_new(list, json_string(cause_name(i)));
	return list;
}

static void
add_json(struct status *s, const struct store_feed_row *row)
{
	json_t *evidence = json_loads(row->evidence, 0, NULL);

	json_array_append_new(s->feeds,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:b, "
		      "s:b, s:o}",
		"uuid", row->uuid_text, "site", row->site, "name", row->name,
		"state", state_name(row->state), "cause",
		cause_name(row->cause), "causes", causes_of(row->causes),
		"confidence", (int)row->confidence, "since",
		cli_json_time(row->since_utc), "at", cli_json_time(row->at_utc),
		"picture",
		row->no_picture ? json_null()
				: cli_json_time(row->thumbnail_utc),
		"maintenance", row->maintenance, "muted", row->mute, "evidence",
		evidence ? evidence : json_object()));
}

static void
add_heads(struct cli_table *t)
{
	static const char *const heads[] = { "STATE", "CAUSE", "SINCE",
		"PICTURE", "FEED" };

	cli_table_heads(t, 5, heads);
}

static void
add_row(struct status *s, const struct store_feed_row *row)
{
	char since[24], age[24];
	int64_t picture = row->thumbnail_utc;

	if (s->table.count == 0)
		add_heads(&s->table);

	cli_table_add(&s->table, "%s%s", state_name(row->state),
	    row->maintenance ? " (maintenance)"
	    : row->mute	     ? " (muted)"
			     : "");
	cli_table_add(&s->table, "%s", cause_name(row->cause));
	cli_table_add(&s->table, "%s", cli_utc(row->since_utc, since));
	cli_table_add(&s->table, "%s",
	    row->no_picture ? "not kept"
	    : picture > 0   ? cli_age(s->now_utc - picture, age)
			    : "none");
	cli_table_add(&s->table, "%s/%s", row->site, row->name);
}

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct status *s = arg;

	if (!row->enabled)
		return true;
	s->count[row->state < STATE_COUNT ? row->state : STATE_UNKNOWN]++;
	s->bad += !good(row);
	if (s->state >= 0 ? (int)row->state != s->state
			  : !s->all && row->state == STATE_UP)
		return true;
	s->shown++;
	if (s->cli.json)
		add_json(s, row);
	else
		add_row(s, row);
	return true;
}

static bool
on_receipt(void *arg, const struct store_receipt_row *row)
{
	struct status *s = arg;

	if (row->utc <= s->witnessed_utc)
		return true;
	s->witnessed_utc = row->utc;
	s->witnessed_lines = row->size;
	snprintf(s->witness, sizeof(s->witness), "%.*s", (int)row->witness.n,
	    row->witness.p != NULL ? row->witness.p : "");
	return true;
}

/* Troubles of our own: of the record, the reports, mail, the network. */
static bool
on_incident(void *arg, const struct store_incident_row *row)
{
	struct status *s = arg;
	json_t *text = json_string(row->text);

	if (row->feed == 0 && row->site == 0 && row->room == 0 && text != NULL)
		json_array_append(s->own, text);
	json_decref(text);
	return true;
}

static void
print_own(const struct status *s)
{
	size_t i;
	json_t *text;

	json_array_foreach(s->own, i, text)
	{
		cli_put(stdout, json_string_value(text));
		putchar('\n');
	}
}

static bool
is_witnessed(const struct status *s)
{
	return s->witnessed_utc != 0 &&
	       s->now_utc - s->witnessed_utc <=
		   config_witness_missed_us(&s->cli.config);
}

static void
print_witness(const struct status *s)
{
	char when[24], age[24];

	if (s->witnessed_utc != 0) {
		printf("last receipt from outside: %s, %s ago, %llu lines, by ",
		    cli_utc(s->witnessed_utc, when),
		    cli_age(s->now_utc - s->witnessed_utc, age),
		    (unsigned long long)s->witnessed_lines);
		cli_put(stdout, s->witness);
		putchar('\n');
	}
	if (!is_witnessed(s))
		printf("%sNOT WITNESSED: an administrator could have "
		       "rewritten this\n",
		    s->witnessed_utc != 0 ? "since then " : "");
}

static json_t *
witness_json(const struct status *s)
{
	return json_pack("{s:b, s:o, s:I, s:s}", "witnessed", is_witnessed(s),
	    "last", cli_json_time(s->witnessed_utc), "lines",
	    (json_int_t)s->witnessed_lines, "by", s->witness);
}

/* What the running monitor says of itself; NULL when it doesn't. */
static json_t *
ask_monitor(const struct status *s)
{
	json_t *question = json_pack("{s:s}", "command", "status");
	json_t *answer = NULL;

	if (!s->alive.alive || client_ask(s->cli.config.state_dir, question,
				   NULL, 0, 3, &answer) != CLIENT_OK)
		answer = NULL;
	json_decref(question);
	return answer;
}

static void
print_json(struct status *s)
{
	json_t *states = json_object(), *monitor = ask_monitor(s);

	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_object_set_new(states, state_name(i),
		    json_integer(s->count[i]));
	json_t *root =
	    json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:O}", "now",
		cli_json_time(s->now_utc), "alive", s->alive.alive, "heartbeat",
		cli_json_time(s->alive.heartbeat_utc), "states", states,
		"feeds", s->feeds, "monitor", monitor ? monitor : json_null(),
		"record", witness_json(s), "own", s->own);

	cli_print_json(root);
	json_decref(root);
}

static const char *
date_of(const json_t *report, const char *which)
{
	char key[16];
	const char *date;

	snprintf(key, sizeof(key), "%s_date", which);
	date = json_string_value(json_object_get(report, key));
	return date != NULL ? date : "?";
}

static void
print_faults(const json_t *health, const char *key, const char *before)
{
	size_t i;
	json_t *fault;

	json_array_foreach(json_object_get(health, key), i, fault)
	{
		fputs(before, stdout);
		cli_put(stdout,
		    json_string_value(json_object_get(fault, "text")));
		putchar('\n');
	}
}

/* What /healthz says, in sentences; nothing when all is well. */
static void
print_health(const json_t *monitor)
{
	const json_t *health = json_object_get(monitor, "health");

	print_faults(health, "reasons", "NOT WELL: ");
	print_faults(health, "warnings", "note: ");
}

static void
print_report(const json_t *monitor)
{
	json_t *r = json_object_get(monitor, "report");
	const char *last = json_string_value(json_object_get(r, "last"));
	const char *next = json_string_value(json_object_get(r, "next"));

	if (last != NULL)
		printf("Last report: of %s, made %.19sZ", date_of(r, "last"),
		    last);
	else if (r != NULL)
		printf("No report was made yet");
	if (next != NULL)
		printf("; next: of %s, at %.19sZ", date_of(r, "next"), next);
	if (r != NULL)
		printf(json_is_true(json_object_get(r, "enabled"))
			   ? ".\n"
			   : "; report.enabled is false.\n");
}

static long long
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* "1,240 of 3,700 connected, 38 s left": after a start, or an import. */
static void
print_arrival(const json_t *monitor)
{
	const json_t *a = json_object_get(monitor, "arrival");
	const json_t *left = json_object_get(a, "left_s");
	char connected[CLI_COUNT_BYTES], feeds[CLI_COUNT_BYTES];

	if (!json_is_object(a))
		return;
	printf("%s of %s connected",
	    cli_count(number_of(a, "connected"), connected),
	    cli_count(number_of(a, "feeds"), feeds));
	if (json_is_integer(left))
		printf(", %lld s left", (long long)json_integer_value(left));
	printf("\n");
}

/* Sites with a ceiling: what comes over their lines. */
static void
print_lines(const json_t *monitor)
{
	size_t i;
	const json_t *l;

	json_array_foreach(json_object_get(monitor, "lines"), i, l)
	{
		const struct ration_site line = {
			.ceiling_kbps = (uint32_t)number_of(l, "ceiling_kbps"),
			.expected_kbps =
			    (uint64_t)number_of(l, "expected_kbps"),
			.held = (uint32_t)number_of(l, "held"),
			.visited = (uint32_t)number_of(l, "visited"),
			.left_out = (uint32_t)number_of(l, "left_out"),
			.every_s = (uint32_t)number_of(l, "every_s")
		};
		char text[RATION_TEXT];

		cli_put(stdout, json_string_value(json_object_get(l, "site")));
		printf(": %.1f Mbit/s; %s\n",
		    (double)number_of(l, "measured_kbps") / 1e3,
		    ration_text(&line, text));
	}
}

static void
print_text(struct status *s)
{
	json_t *monitor = ask_monitor(s);
	char when[24], age[24];

	if (!s->alive.alive && s->alive.heartbeat_utc == 0)
		printf("The monitor has never run here: nothing is known.\n");
	else if (!s->alive.alive)
		printf("The monitor does not run. Its last word is of %s, %s "
		       "ago; since then\neverything is unknown.\n",
		    cli_utc(s->alive.heartbeat_utc, when),
		    cli_age(s->alive.age_us, age));
	printf("%u up, %u degraded, %u down, %u unknown\n", s->count[STATE_UP],
	    s->count[STATE_DEGRADED], s->count[STATE_DOWN],
	    s->count[STATE_UNKNOWN]);
	print_arrival(monitor);
	print_lines(monitor);
	print_witness(s);
	print_health(monitor);
	print_report(monitor);
	print_own(s);
	if (s->shown > 0)
		printf("\n");
	cli_table_print(&s->table, s->shown > 0 ? stdout : NULL);
	json_decref(monitor);
}

static bool
parse_state(const char *word, int *state_out)
{
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		if (strcmp(word, state_name(i)) != 0)
			continue;
		*state_out = (int)i;
		return true;
	}
	cli_say("'%.40s' is no state, expected up, degraded, down or unknown",
	    word);
	return false;
}

static bool
parse_options(struct status *s, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "site", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, 'S' },
		{ "all", no_argument, NULL, 'a' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 's')
			s->site = optarg;
		else if (option == 'a')
			s->all = true;
		else if (option == 'S' ? !parse_state(optarg, &s->state)
				       : !cli_option(&s->cli, option, help))
			return false;
	}
	if (optind == argc)
		return true;
	cli_say("'%.60s' is one argument too many", argv[optind]);
	return false;
}

int
cli_status(int argc, char **argv)
{
	struct status s = { .state = -1 };
	struct store_now now;

	if (!parse_options(&s, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&s.cli))
		return CLI_FAILED;
	struct store_reader *r = cli_reader(&s.cli);

	if (r == NULL)
		return CLI_FAILED;
	store_now(&now);
	s.now_utc = now.utc_us;
	s.feeds = s.cli.json ? json_array() : NULL;
	s.own = json_array();
	struct zones *zones = zones_new();

	if (zones != NULL)
		store_reader_holds(r, overlay_holds, zones);
	bool read = store_read_alive(r, &now, &s.alive) &&
		    store_read_last_receipts(r, on_receipt, &s) &&
		    store_read_incidents(r, true, 0, INT64_MAX, UINT32_MAX,
			on_incident, &s) &&
		    store_read_feeds(r, s.site, NULL, on_feed, &s);

	if (!read)
		cli_say("%s", store_reader_error(r));
	else if (s.cli.json)
		print_json(&s);
	else
		print_text(&s);
	json_decref(s.own);
	store_reader_close(&r);
	zones_free(&zones);
	if (!read)
		return CLI_FAILED;
	if (!s.alive.alive)
		return CLI_NOT_RUNNING;
	return s.bad > 0 ? CLI_TROUBLE : CLI_OK;
}
