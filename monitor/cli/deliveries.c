/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliveries: what was, is, and could not be sent outside. Reads the database:
 * works while the monitor is dead. */
#include "monitor/cli/cli.h"

#include <string.h>
#include <time.h>

#include <jansson.h>

#include "monitor/cli/channel_test.h"
#include "monitor/cli/client.h"
#include "monitor/config/config_outside.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/store_read_ledger.h"

static const char help[] =
    "usage: camwarden deliveries [--waiting] [--limit N] [--json]\n"
    "       camwarden deliveries test [--to ADDRESS | --channel NAME]\n"
    "\n"
    "Mails and notices that camwarden sent or is to send: to whom, when, how "
    "often it\n"
    "was tried, and what the server said. Newest first.\n"
    "test sends a mail now, or a test by a channel of alerts, by the running "
    "monitor,\n"
    "and says what the server said.\n"
    "\n"
    "  --to ADDRESS  to whom the test goes [each of report.mail_to]\n"
    "  --channel NAME  one of alerts.channels\n"
    "  --waiting  only those that are not sent yet, the most urgent first\n"
    "  --limit N  at most so many (50)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden deliveries --waiting\n"
    "\n"
    "exit: 0 none waits after a failure and none was given up (test: sent), 1 "
    "some, 2 not\n"
    "done, 3 (test) the monitor doesn't run\n";

#define TEST_SECONDS 60

struct listing {
	struct cli cli;
	bool waiting, test;
	int64_t limit;
	const char *to, *channel;
	unsigned troubled;
	struct cli_table table;
	json_t *rows;
};

static const char *
state_of(const struct store_delivery_row *row)
{
	if (row->done_utc != 0)
		return "sent";
	if (row->gave_up_utc != 0 && row->told_by.p != NULL)
		return "told otherwise";
	if (row->gave_up_utc != 0)
		return "given up";
	return row->tries > 0 ? "retrying" : "waiting";
}

static json_t *
text_of(struct store_text t)
{
	json_t *s = t.p != NULL ? json_stringn(t.p, t.n) : NULL;

	return s != NULL ? s : json_string(""); /* not UTF-8 */
}

static bool
on_row(void *arg, const struct store_delivery_row *row)
{
	struct listing *l = arg;
	char when[24], next[24];

	l->troubled +=
	    row->kind != STORE_DELIVERY_TEST &&
	    row->kind != STORE_DELIVERY_TRIAL && row->told_by.p == NULL &&
	    (row->gave_up_utc != 0 || (row->done_utc == 0 && row->tries > 0));
	if (l->cli.json) {
		json_array_append_new(l->rows,
		    json_pack("{s:I, s:o, s:o, s:s, s:i, s:o, s:o, s:o, s:o,"
			      " s:o, s:I, s:I, s:o}",
			"id", (json_int_t)row->id, "to", text_of(row->target),
			"subject", text_of(row->subject), "state",
			state_of(row), "tries", (int)row->tries, "made",
			cli_json_time(row->made_utc), "due",
			cli_json_time(row->due_utc), "sent",
			cli_json_time(row->done_utc), "error",
			row->done_utc != 0 ? json_string("")
					   : text_of(row->said),
			"said", text_of(row->said), "notice",
			(json_int_t)row->notice, "instead",
			(json_int_t)row->instead, "told_by",
			row->told_by.p != NULL ? text_of(row->told_by)
					       : json_null()));
		return true;
	}
	cli_table_add(&l->table, "%lld", (long long)row->id);
	cli_table_add(&l->table, "%s", cli_utc(row->made_utc, when));
	cli_table_add(&l->table, "%s", state_of(row));
	cli_table_add(&l->table, "%u", row->tries);
	cli_table_add(&l->table, "%s",
	    cli_utc(row->done_utc != 0	    ? row->done_utc
		    : row->gave_up_utc != 0 ? row->gave_up_utc
					    : row->due_utc,
		next));
	cli_table_add(&l->table, "%.*s", (int)row->target.n, row->target.p);
	cli_table_add(&l->table, "%.*s", (int)row->said.n,
	    row->said.p != NULL ? row->said.p : "");
	return true;
}

static bool
parse_options(struct listing *l, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "waiting", no_argument, NULL, 'w' },
		{ "limit", required_argument, NULL, 'n' },
		{ "to", required_argument, NULL, 't' },
		{ "channel", required_argument, NULL, 'N' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'w')
			l->waiting = true;
		else if (option == 't')
			l->to = optarg;
		else if (option == 'N')
			l->channel = optarg;
		else if (option == 'n')
			l->limit = cli_number(optarg);
		else if (!cli_option(&l->cli, option, help))
			return false;
	}
	if (l->limit == 0 || l->limit > 1000000) {
		cli_say("--limit: expected a number from 1 to 1000000");
		return false;
	}
	l->test = optind < argc && strcmp(argv[optind], "test") == 0;
	return optind + l->test == argc &&
	       (l->to == NULL || l->channel == NULL) &&
	       (l->test || (l->to == NULL && l->channel == NULL));
}

/* --- a test */

struct test {
	int64_t delivery;
	bool over, sent;
	char said[512];
};

static bool
on_test_row(void *arg, const struct store_delivery_row *row)
{
	struct test *t = arg;

	if (row->id != t->delivery)
		return true;
	t->sent = row->done_utc != 0;
	t->over = t->sent || row->gave_up_utc != 0;
	snprintf(t->said, sizeof(t->said), "%.*s", (int)row->said.n,
	    row->said.p != NULL ? row->said.p : "");
	return false;
}

/* What came of it, once the mail server has answered. */
static int
await_test(struct store_reader *r, struct test *t)
{
	const struct timespec tick = { .tv_nsec = 100000000 };

	for (int i = 0; i < TEST_SECONDS * 10 && !t->over; i++) {
		if (!store_read_deliveries(r, false, 1000, on_test_row, t)) {
			cli_say("%s", store_reader_error(r));
			return CLI_FAILED;
		}
		if (!t->over)
			nanosleep(&tick, NULL);
	}
	if (t->sent)
		printf("sent: the mail server took it\n");
	else
		printf("NOT SENT: ");
	if (!t->sent)
		cli_put(stdout,
		    t->over ? t->said : "the mail server hasn't answered");
	if (!t->sent)
		putchar('\n');
	return t->sent ? CLI_OK : CLI_TROUBLE;
}

static int
test_one(const struct listing *l, struct store_reader *r, const char *to)
{
	json_t *answer = NULL;
	json_t *question =
	    json_pack("{s:s, s:s}", "command", "mail-test", "to", to);
	enum client_result c =
	    client_ask(l->cli.config.state_dir, question, NULL, 0, 10, &answer);
	struct test t = { 0 };
	const char *why;
	int code = CLI_FAILED;

	json_decref(question);
	cli_put(stdout, to);
	printf(": ");
	fflush(stdout);
	if (c != CLIENT_OK) {
		printf("NOT SENT\n");
		cli_say("%s", client_result_text(c));
		return c == CLIENT_NOT_RUNNING ? CLI_NOT_RUNNING : CLI_FAILED;
	}
	if (client_done(answer, &why)) {
		t.delivery = json_integer_value(json_object_get(answer, "seq"));
		code = await_test(r, &t);
	} else {
		printf("NOT SENT: ");
		cli_put(stdout,
		    why[0] != '\0' ? why : "the monitor refused it");
		putchar('\n');
	}
	json_decref(answer);
	return code;
}

static int
test(const struct listing *l)
{
	const char *at = l->to != NULL ? l->to : l->cli.config.report_mail_to;
	char to[256];
	struct store_reader *r;
	int code = CLI_OK, one;

	if (config_mail_list(at) != NULL || at[0] == '\0') {
		cli_say(l->to != NULL ? "--to: expected an address"
				      : "report.mail_to names nobody: --to");
		return CLI_FAILED;
	}
	r = cli_reader(&l->cli);
	if (r == NULL)
		return CLI_FAILED;
	while (config_mail_next(&at, to))
		if ((one = test_one(l, r, to)) > code)
			code = one;
	store_reader_close(&r);
	return code;
}

int
cli_deliveries(int argc, char **argv)
{
	static const char *const heads[] = { "ID", "MADE", "STATE", "TRIES",
		"SENT/NEXT", "TO", "SAID" };
	struct listing l = { .limit = 50 };
	struct store_reader *r;
	bool read;

	if (!parse_options(&l, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&l.cli))
		return CLI_FAILED;
	if (l.test)
		return l.channel != NULL ? channel_test(&l.cli, l.channel)
					 : test(&l);
	r = cli_reader(&l.cli);
	if (r == NULL)
		return CLI_FAILED;
	cli_table_heads(&l.table, 7, heads);
	l.rows = json_array();
	read =
	    store_read_deliveries(r, l.waiting, (uint32_t)l.limit, on_row, &l);
	if (!read)
		cli_say("%s", store_reader_error(r));
	cli_table_print(&l.table, read && !l.cli.json ? stdout : NULL);
	if (read && l.cli.json)
		cli_print_json(l.rows);
	json_decref(l.rows);
	store_reader_close(&r);
	return !read ? CLI_FAILED : l.troubled > 0 ? CLI_TROUBLE : CLI_OK;
}
