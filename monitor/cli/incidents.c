/* SPDX-License-Identifier: GPL-3.0-or-later */
/* incidents: what happened, from the database; acknowledge through the monitor.
 */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "camwarden/words.h"
#include "monitor/cli/client.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"

static const char help[] =
    "usage: camwarden incidents [list] [--all] [--limit N] [--json]\n"
    "       camwarden incidents acknowledge NUMBER [--reason TEXT]\n"
    "       camwarden incidents pictures NUMBER DIR\n"
    "\n"
    "Continuous troubles of feeds, newest first: the open ones, or with --all "
    "those\n"
    "that are over too. `pictures` writes what is kept of one as "
    "NUMBER-before.png,\n"
    "NUMBER-after.png (its first bad picture) and NUMBER-recovered.png.\n"
    "\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden incidents --all --limit 20\n"
    "\n"
    "exit: 0 none is open, 1 some are, 2 not done, 3 the monitor does not "
    "run\n";

struct incidents {
	struct cli cli;
	bool all;
	uint32_t limit;
	const char *reason;
	int64_t now_utc;
	uint32_t open;
	struct store_reader *reader;
	struct cli_table table;
	json_t *list;
};

/* A breach of the roster, and a trouble of the monitor's own, have no cause of
 * a picture's. */
static const char *
what_kind(const struct store_incident_row *row)
{
	if (row->cause != CAUSE_NONE)
		return cause_name(row->cause);
	return row->room != 0 ? "unattended" : "own";
}

static bool
on_incident(void *arg, const struct store_incident_row *row)
{
	struct incidents *in = arg;
	char since[24], good[24], seen[24];

	in->open += row->closed_utc == 0;
	if (in->cli.json) {
		json_array_append_new(in->list,
		    json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:o, "
			      "s:s, s:b, s:b}",
			"id", (json_int_t)row->id, "where", row->place, "cause",
			what_kind(row), "text", row->text, "since",
			cli_json_time(row->since_utc), "at",
			cli_json_time(row->at_utc), "until",
			cli_json_time(row->good_utc), "alertable",
			row->alertable, "acknowledged",
			cli_json_time(row->acknowledged_utc), "acknowledged_by",
			row->acknowledged_by, "before", row->before != 0,
			"after", row->after != 0));
		return true;
	}
	cli_table_add(&in->table, "%lld", (long long)row->id);
	cli_table_add(&in->table, "%s", row->place);
	cli_table_add(&in->table, "%s", what_kind(row));
	cli_table_add(&in->table, "%s", cli_utc(row->since_utc, since));
	cli_table_add(&in->table, "%s",
	    row->closed_utc ? cli_utc(row->good_utc, good) : "open");
	cli_table_add(&in->table, "%s",
	    row->acknowledged_utc ? cli_utc(row->acknowledged_utc, seen) : "-");
	cli_table_add(&in->table, "%s", row->text);
	return true;
}

static void
start_table(struct incidents *in)
{
	static const char *const heads[] = { "NUMBER", "WHERE", "CAUSE",
		"SINCE", "UNTIL", "ACKNOWLEDGED", "WHAT" };

	if (in->cli.json) {
		in->list = json_array();
		return;
	}
	cli_table_heads(&in->table, 7, heads);
}

static int
list(struct incidents *in)
{
	struct store_alive alive;

	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return CLI_FAILED;
	start_table(in);
	bool read = store_read_alive(in->reader, NULL, &alive) &&
		    store_read_incidents(in->reader, !in->all, 0, INT64_MAX,
			in->limit, on_incident, in);

	if (!read)
		cli_say("%s", store_reader_error(in->reader));
	store_reader_close(&in->reader);
	if (!read) {
		cli_table_print(&in->table, NULL);
		json_decref(in->list);
		return CLI_FAILED;
	}
	if (in->cli.json) {
		cli_print_json(in->list);
	} else {
		cli_table_print(&in->table, stdout);
	}
	json_decref(in->list);
	if (!alive.alive) {
		cli_say("the monitor does not run; what is shown is its last "
			"word");
		return CLI_NOT_RUNNING;
	}
	return in->open > 0 ? CLI_TROUBLE : CLI_OK;
}

static int
acknowledge(struct incidents *in, const char *number)
{
	int64_t id = cli_number(number);
	json_t *answer = NULL;

	if (id == 0) {
		cli_say("'%.40s' is no incident's number", number);
		return cli_usage("incidents");
	}
	json_t *question = client_change("incidents.acknowledge", id,
	    json_pack("{s:s}", "note", in->reason));
	enum client_result r = question == NULL
				   ? CLIENT_FAILED
				   : client_ask(in->cli.config.state_dir,
					 question, NULL, 0, 10, &answer);

	json_decref(question);
	if (r != CLIENT_OK) {
		cli_say("%s", client_result_text(r));
		return r == CLIENT_NOT_RUNNING ? CLI_NOT_RUNNING : CLI_FAILED;
	}
	const char *text;
	bool ok = client_done(answer, &text);

	if (text[0] != '\0')
		cli_say("%s", text);
	if (ok && json_is_true(json_object_get(answer, "already")))
		cli_say("%s did already",
		    json_string_value(
			json_object_get(answer, "acknowledged_by")));
	json_decref(answer);
	return ok ? CLI_OK : CLI_TROUBLE;
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
pictures(struct incidents *in, const char *number, const char *dir)
{
	int64_t id = cli_number(number);
	int code;

	if (id == 0) {
		cli_say("'%.40s' is no incident's number", number);
		return cli_usage("incidents");
	}
	in->reader = cli_reader(&in->cli);
	if (in->reader == NULL)
		return CLI_FAILED;
	code = write_pictures(in, id, dir);
	store_reader_close(&in->reader);
	return code;
}

static bool
parse_options(struct incidents *in, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "all", no_argument, NULL, 'a' },
		{ "limit", required_argument, NULL, 'n' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			in->all = true;
		else if (option == 'n')
			in->limit = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'r')
			in->reason = optarg;
		else if (!cli_option(&in->cli, option, help))
			return false;
	}
	return true;
}

int
cli_incidents(int argc, char **argv)
{
	struct incidents in = { .limit = 1000, .reason = "" };

	if (!parse_options(&in, argc, argv))
		return cli_usage(argv[0]);
	int left = argc - optind;
	const char *verb = left > 0 ? argv[optind] : "list";
	bool known = strcmp(verb, "list") == 0 ? left <= 1
		     : strcmp(verb, "pictures") == 0
			 ? left == 3
			 : strcmp(verb, "acknowledge") == 0 && left == 2;

	if (!known) {
		cli_say("expected list, acknowledge NUMBER, or pictures "
			"NUMBER DIR");
		return cli_usage(argv[0]);
	}
	if (!cli_config(&in.cli))
		return CLI_FAILED;
	if (verb[0] == 'p')
		return pictures(&in, argv[optind + 1], argv[optind + 2]);
	return verb[0] == 'l' ? list(&in) : acknowledge(&in, argv[optind + 1]);
}
