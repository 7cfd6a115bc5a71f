/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alerts: who was told of what, and what was held back. Reads the database:
 * works while the monitor is dead. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/clock.h"
#include "monitor/alert/notice.h"
#include "monitor/cli/channel_test.h"
#include "monitor/store/store_alert.h"
#include "monitor/store/store_read.h"

static const char help[] =
    "usage: camwarden alerts [list] [--all] [--site SITE] [--limit N] "
    "[--json]\n"
    "       camwarden alerts held [--site SITE] [--limit N] [--json]\n"
    "       camwarden alerts log [--to NAME] [--limit N] [--json]\n"
    "       camwarden alerts show NUMBER [--json]\n"
    "       camwarden alerts test CHANNEL\n"
    "\n"
    "An alert is one trouble that may be told: of a feed, a whole site, people "
    "who are\n"
    "missing, or camwarden itself. `list` names those that are open; `held` "
    "those of\n"
    "which somebody was not told, or only by a digest, and why; `log` every "
    "notice,\n"
    "newest first; `show` one alert with its notices and how each was sent; "
    "`test`\n"
    "sends a test through a channel now, and says what the server said.\n"
    "\n"
    "  --all        those that are over, too\n"
    "  --site SITE  of this site and those below it\n"
    "  --to NAME    told to this role or channel\n"
    "  --limit N    at most so many (100)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden alerts held --site North\n"
    "\n"
    "exit: 0 none is open (others: done, sent), 1 some are (test: not sent), 2 "
    "not done,\n"
    "3 (test) the monitor does not run\n";

struct alerts {
	struct cli cli;
	bool all;
	const char *verb, *site, *to, *channel;
	int64_t limit, number;
	struct store_reader *reader;
	struct cli_table table;
	json_t *rows; /* owned */
	uint32_t open;
};

/* --- an alert */

/* Why nobody, or not everybody, was told by itself; "" = all were. */
static const char *
held_by(const struct store_alert_row *row)
{
	if ((row->excused & 1) != 0)
		return "maintenance";
	if ((row->excused & 2) != 0)
		return "mute";
	if (row->waiting > 0)
		return "budget";
	if (row->rule[0] == '\0')
		return "no rule";
	if (row->told == 0 && row->dropped > 0)
		return "over before its turn";
	if (row->told == 0 && row->closed_utc != 0)
		return "over before its rule's time";
	return row->told == 0 ? "not yet due" : "";
}

static json_t *
alert_json(const struct store_alert_row *row)
{
	json_t *excused = json_array();

	if ((row->excused & 1) != 0)
		json_array_append_new(excused, json_string("maintenance"));
	if ((row->excused & 2) != 0)
		json_array_append_new(excused, json_string("mute"));
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:i, s:i, s:b,"
			 " s:i, s:i, s:b, s:o, s:s, s:s, s:o, s:o, s:o, s:o,"
			 " s:i, s:i, s:i, s:s}",
	    "number", (json_int_t)row->id, "of",
	    notice_of_name((unsigned)row->of), "place", row->place, "site",
	    row->site, "incident", (json_int_t)row->incident, "cause",
	    cause_name(row->cause), "severity",
	    notice_severity_name((unsigned)row->severity), "criticality",
	    row->criticality, "feeds", (int)row->feeds, "flapping",
	    row->flapping, "turns", (int)row->turns, "repeats",
	    (int)row->repeats, "acknowledged", row->acknowledged, "excused",
	    excused, "rule", row->rule, "text", row->text, "since",
	    cli_json_time(row->since_utc), "at", cli_json_time(row->at_utc),
	    "good", cli_json_time(row->good_utc), "closed",
	    cli_json_time(row->closed_utc), "told", (int)row->told, "waiting",
	    (int)row->waiting, "dropped", (int)row->dropped, "held",
	    held_by(row));
}

static const char *
cause_of(const struct store_alert_row *row)
{
	if (row->cause != CAUSE_NONE)
		return cause_name(row->cause);
	return row->of == NOTICE_OF_OWN ? "own" : "unattended";
}

static void
alert_cells(struct alerts *a, const struct store_alert_row *row)
{
	char when[24], age[24];
	int64_t end = row->closed_utc != 0 ? row->good_utc : clock_utc_us();

	cli_table_add(&a->table, "%lld", (long long)row->id);
	cli_table_add(&a->table, "%s", cli_utc(row->since_utc, when));
	cli_table_add(&a->table, "%s", cli_age(end - row->since_utc, age));
	cli_table_add(&a->table, "%s",
	    row->closed_utc != 0 ? "over"
	    : row->acknowledged	 ? "acknowledged"
				 : "open");
	cli_table_add(&a->table, "%s",
	    notice_severity_name((unsigned)row->severity));
	cli_table_add(&a->table, "%s", cause_of(row));
	cli_table_add(&a->table, "%u", row->told);
	cli_table_add(&a->table, "%s", held_by(row));
	cli_table_add(&a->table, "%s", row->place);
}

static bool
on_alert(void *arg, const struct store_alert_row *row)
{
	struct alerts *a = arg;

	a->open += row->closed_utc == 0;
	if (a->cli.json)
		json_array_append_new(a->rows, alert_json(row));
	else
		alert_cells(a, row);
	return true;
}

static bool
read_alerts(struct alerts *a)
{
	static const char *const heads[] = { "ALERT", "SINCE", "FOR", "STATE",
		"SEVERITY", "CAUSE", "TOLD", "HELD BACK BY", "PLACE" };
	bool held = strcmp(a->verb, "held") == 0;
	const struct store_alert_ask ask = { .open_only = !a->all && !held,
		.held_only = held,
		.site = a->site,
		.limit = (uint32_t)a->limit };

	cli_table_heads(&a->table, 9, heads);
	return store_read_alerts(a->reader, &ask, on_alert, a);
}

/* --- a notice */

static json_t *
notice_json(const struct store_notice_row *row)
{
	return json_pack("{s:I, s:I, s:i, s:s, s:s, s:s, s:s, s:b, s:s, s:I,"
			 " s:o, s:o}",
	    "number", (json_int_t)row->id, "alert", (json_int_t)row->alert,
	    "sequence", (int)row->sequence, "place", row->place, "kind",
	    notice_kind_name((unsigned)row->kind), "to", row->recipient, "rule",
	    row->rule, "exempt", row->exempt, "state", store_notice_state(row),
	    "digest", (json_int_t)row->digest, "made",
	    cli_json_time(row->made_utc), "told",
	    cli_json_time(
		row->told_utc != 0 ? row->told_utc : row->dropped_utc));
}

static bool
on_notice(void *arg, const struct store_notice_row *row)
{
	struct alerts *a = arg;
	char made[24], told[24];

	if (a->cli.json) {
		json_array_append_new(a->rows, notice_json(row));
		return true;
	}
	cli_table_add(&a->table, "%lld", (long long)row->id);
	cli_table_add(&a->table, "%s", cli_utc(row->made_utc, made));
	cli_table_add(&a->table, "%s", notice_kind_name((unsigned)row->kind));
	cli_table_add(&a->table, "%s", row->recipient);
	cli_table_add(&a->table, "%s", store_notice_state(row));
	cli_table_add(&a->table, "%s", cli_utc(row->told_utc, told));
	cli_table_add(&a->table, "%s", row->rule);
	if (row->alert != 0)
		cli_table_add(&a->table, "%lld", (long long)row->alert);
	else
		cli_table_add(&a->table, "-");
	cli_table_add(&a->table, "%s", row->place);
	return true;
}

static void
notice_heads(struct alerts *a)
{
	static const char *const heads[] = { "NOTICE", "MADE", "KIND", "TO",
		"STATE", "TOLD", "RULE", "ALERT", "PLACE" };

	cli_table_heads(&a->table, 9, heads);
}

static bool
read_log(struct alerts *a)
{
	const struct store_notice_ask ask = { .recipient = a->to,
		.site = a->site,
		.limit = (uint32_t)a->limit };

	notice_heads(a);
	return store_read_notices(a->reader, &ask, on_notice, a);
}

/* --- one alert */

static bool
on_sent(void *arg, const struct store_sent_row *row)
{
	struct alerts *a = arg;
	char made[24], sent[24];

	if (a->cli.json) {
		json_array_append_new(a->rows,
		    json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:i, s:o, s:o,"
			      " s:o, s:o}",
			"number", (json_int_t)row->id, "notice",
			(json_int_t)row->notice, "channel", row->channel, "to",
			row->recipient, "subject", row->subject, "said",
			row->said, "tries", (int)row->tries, "made",
			cli_json_time(row->made_utc), "due",
			cli_json_time(row->due_utc), "sent",
			cli_json_time(row->done_utc), "gave_up",
			cli_json_time(row->gave_up_utc)));
		return true;
	}
	cli_table_add(&a->table, "%lld", (long long)row->notice);
	cli_table_add(&a->table, "%s", cli_utc(row->made_utc, made));
	cli_table_add(&a->table, "%s", row->channel);
	cli_table_add(&a->table, "%u", row->tries);
	cli_table_add(&a->table, "%s",
	    row->gave_up_utc != 0 ? "given up" : cli_utc(row->done_utc, sent));
	cli_table_add(&a->table, "%s", row->said);
	return true;
}

static bool
on_one(void *arg, const struct store_alert_row *row)
{
	struct alerts *a = arg;
	char when[24];

	a->open = row->closed_utc == 0;
	if (a->cli.json) {
		json_array_append_new(a->rows, alert_json(row));
		return true;
	}
	printf("alert %lld, incident %lld: ", (long long)row->id,
	    (long long)row->incident);
	cli_put(stdout, row->place);
	printf(": %s, %s\n", cause_of(row),
	    notice_severity_name((unsigned)row->severity));
	cli_put(stdout, row->text);
	printf("\nsince   %s\n", cli_utc(row->since_utc, when));
	printf("over    %s\n", cli_utc(row->good_utc, when));
	printf("rule    ");
	cli_put(stdout, row->rule[0] != '\0' ? row->rule : "none");
	printf("\nheld    %s\n\n",
	    held_by(row)[0] != '\0' ? held_by(row) : "no");
	return true;
}

/* The rows that were read, under that name. */
static void
take_rows(struct alerts *a, json_t *whole, const char *name)
{
	json_object_set_new(whole, name, a->rows);
	a->rows = json_array();
}

static bool
show(struct alerts *a)
{
	static const char *const heads[] = { "NOTICE", "MADE", "CHANNEL",
		"TRIES", "SENT", "SAID" };
	const struct store_alert_ask ask = { .id = a->number };
	const struct store_notice_ask notices = { .alert = a->number };
	const struct store_sent_ask sent = { .alert = a->number };
	json_t *whole = json_object();
	bool read = store_read_alerts(a->reader, &ask, on_one, a);

	if (json_array_size(a->rows) > 0)
		json_object_update(whole, json_array_get(a->rows, 0));
	json_array_clear(a->rows);
	notice_heads(a);
	read = read && store_read_notices(a->reader, &notices, on_notice, a);
	take_rows(a, whole, "notices");
	cli_table_print(&a->table, read && !a->cli.json ? stdout : NULL);
	cli_table_heads(&a->table, 6, heads);
	read = read && store_read_sent(a->reader, &sent, on_sent, a);
	take_rows(a, whole, "deliveries");
	if (read && a->cli.json)
		cli_print_json(whole);
	else if (read)
		putchar('\n');
	json_decref(whole);
	return read;
}

/* --- the command */

static bool
takes(struct alerts *a, int argc, char **argv)
{
	static const char *const verbs[] = { "list", "held", "log", "show",
		"test", NULL };

	a->verb = argc > 0 ? argv[0] : "list";
	for (unsigned i = 0; verbs[i] != NULL; i++) {
		if (strcmp(verbs[i], a->verb) != 0)
			continue;
		a->channel = argc == 2 ? argv[1] : NULL;
		if (strcmp(a->verb, "test") == 0)
			return a->channel != NULL;
		if (strcmp(a->verb, "show") != 0)
			return argc <= 1;
		a->number = argc == 2 ? cli_number(argv[1]) : 0;
		return a->number != 0;
	}
	return false;
}

static bool
parse_options(struct alerts *a, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "all", no_argument, NULL, 'a' },
		{ "site", required_argument, NULL, 's' },
		{ "to", required_argument, NULL, 't' },
		{ "limit", required_argument, NULL, 'n' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			a->all = true;
		else if (option == 's')
			a->site = optarg;
		else if (option == 't')
			a->to = optarg;
		else if (option == 'n')
			a->limit = cli_number(optarg);
		else if (!cli_option(&a->cli, option, help))
			return false;
	}
	if (a->limit == 0 || a->limit > 1000000) {
		cli_say("--limit: expected a number from 1 to 1000000");
		return false;
	}
	return takes(a, argc - optind, argv + optind);
}

static bool
read_all(struct alerts *a)
{
	if (strcmp(a->verb, "show") == 0)
		return show(a);
	return strcmp(a->verb, "log") == 0 ? read_log(a) : read_alerts(a);
}

int
cli_alerts(int argc, char **argv)
{
	struct alerts *a = calloc(1, sizeof(*a));
	bool lists, read;
	int code;

	if (a == NULL)
		return CLI_FAILED;
	a->limit = 100;
	code = parse_options(a, argc, argv) ? CLI_OK : cli_usage(argv[0]);
	if (code == CLI_OK && !cli_config(&a->cli))
		code = CLI_FAILED;
	if (code == CLI_OK && strcmp(a->verb, "test") == 0) {
		code = channel_test(&a->cli, a->channel);
		free(a);
		return code;
	}
	if (code == CLI_OK && (a->reader = cli_reader(&a->cli)) == NULL)
		code = CLI_FAILED;
	if (code != CLI_OK) {
		free(a);
		return code;
	}
	a->rows = json_array();
	lists = strcmp(a->verb, "show") != 0;
	read = read_all(a);
	if (!read)
		cli_say("%s", store_reader_error(a->reader));
	cli_table_print(&a->table, read && !a->cli.json ? stdout : NULL);
	if (read && a->cli.json && lists)
		cli_print_json(a->rows);
	code = !read				  ? CLI_FAILED
	       : a->open > 0 && a->verb[0] == 'l' ? CLI_TROUBLE
						  : CLI_OK;
	json_decref(a->rows);
	store_reader_close(&a->reader);
	free(a);
	return code;
}
