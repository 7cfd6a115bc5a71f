/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger: the record, and whether it is still what was recorded. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/clock.h"
#include "monitor/cli/ledger_verify.h"
#include "monitor/cli/ledger_witness.h"
#include "monitor/cli/when.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_verify.h"

static const char help[] =
    "usage: camwarden ledger verify [--db FILE] [--checkpoint FILE] [--key "
    "FILE]\n"
    "       camwarden ledger verify --proof FILE --key FILE\n"
    "       camwarden ledger prove LINE [--db FILE] [--checkpoint FILE]\n"
    "       camwarden ledger show [--from WHEN] [--to WHEN] [--kind KIND] "
    "[--limit N]\n"
    "       camwarden ledger checkpoints [--limit N]\n"
    "       camwarden ledger key\n"
    "       camwarden ledger witness --help\n"
    "\n"
    "The record: one line for each thing that happened, chained and signed.\n"
    "verify  examines a database (or a copy; the monitor may run): is each "
    "line, and\n"
    "        each row of the tables, what was recorded? With a checkpoint "
    "that somebody\n"
    "        outside kept, also: has nobody rewritten, cut off or rolled back "
    "what\n"
    "        was there then?\n"
    "prove   one line and its path to a signed checkpoint, as a file that "
    "proves itself\n"
    "show    lines, newest last\n"
    "\n"
    "  --db FILE          the database, camwarden.db of the state directory\n"
    "  --checkpoint FILE  one or many notes that a witness kept; a mail is "
    "fine\n"
    "  --key FILE         the public key (ledger.pub), best one kept "
    "elsewhere;\n"
    "                     without: the one beside the database\n"
    "  --sums             sum all hours of what was watched again, not 24 of "
    "them\n"
    "  --proof FILE       examine a proof; needs no database\n"
    "  --from, --to       2026-11-22, 2026-11-22 06:00, today (UTC)\n"
    "  --kind KIND        as shown; with a dot at its end all that begin with "
    "it\n"
    "  --limit N          the newest N, or with --from the first N (50)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden ledger verify --db copy.db --checkpoint "
    "witness.notes --key\n"
    "         ledger.pub\n"
    "         camwarden ledger prove 4711 > proof.json\n"
    "         camwarden ledger show --kind maintenance. --from 2026-11-01\n"
    "\n"
    "exit: 0 intact (done), 1 not intact, 2 could not examine\n";

struct ledger {
	struct cli cli;
	struct ledger_ask ask;
	const char *proof, *from_text, *to_text, *kind;
	uint32_t limit;
	char path[4096];
	/* show */
	int64_t from, to;
	uint64_t count;
	json_t **kept; /* the last `limit`, as a ring */
	bool newest;
};

static const struct option options[] = { CLI_OPTIONS,
	{ "db", required_argument, NULL, 'd' },
	{ "checkpoint", required_argument, NULL, 'C' },
	{ "key", required_argument, NULL, 'k' },
	{ "proof", required_argument, NULL, 'p' },
	{ "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 't' },
	{ "kind", required_argument, NULL, 'K' },
	{ "sums", no_argument, NULL, 'S' },
	{ "limit", required_argument, NULL, 'l' }, { NULL, 0, NULL, 0 } };

static bool
take_limit(struct ledger *l, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end != '\0' || text[0] < '0' || text[0] > '9' || n == 0 ||
	    n > 1000000) {
		cli_say("--limit: '%s' is no number from 1 to 1000000", text);
		return false;
	}
	l->limit = (uint32_t)n;
	return true;
}

static bool
take_option(struct ledger *l, int option)
{
	switch (option) {
	case 'd':
		l->ask.db = optarg;
		return true;
	case 'S':
		l->ask.sums = true;
		return true;
	case 'C':
		l->ask.checkpoint = optarg;
		return true;
	case 'k':
		l->ask.key = optarg;
		return true;
	case 'p':
		l->proof = optarg;
		return true;
	case 'f':
		l->from_text = optarg;
		return true;
	case 't':
		l->to_text = optarg;
		return true;
	case 'K':
		l->kind = optarg;
		return true;
	case 'l':
		return take_limit(l, optarg);
	default:
		return cli_option(&l->cli, option, help);
	}
}

/* Without --db: the state directory's. */
static bool
find_database(struct ledger *l)
{
	if (l->ask.db != NULL)
		return true;
	if (!cli_config(&l->cli))
		return false;
	snprintf(l->path, sizeof(l->path), "%.4000s/%s",
	    l->cli.config.state_dir, STORE_FILE);
	l->ask.db = l->path;
	return true;
}

/* --- show */

static json_t *
text_json(const struct store_text *t)
{
	json_t *j = t->p != NULL ? json_stringn(t->p, t->n) : NULL;

	return j != NULL ? j : json_null();
}

static json_t *
line_json(const struct store_line *l)
{
	char when[32];
	json_t *body = l->body.p != NULL
			   ? json_loadb(l->body.p, l->body.n, 0, NULL)
			   : NULL;

	return json_pack("{s:I, s:s, s:I, s:o, s:o, s:o?, s:o, s:b}", "line",
	    (json_int_t)l->seq, "utc", cli_iso(l->utc, when), "us",
	    (json_int_t)l->utc, "kind", text_json(&l->kind), "actor",
	    text_json(&l->actor), "feed",
	    l->feed != 0 ? json_integer(l->feed) : NULL, "body",
	    body != NULL ? body : text_json(&l->body), "expired",
	    l->body.p == NULL);
}

static void
line_print(const json_t *j, bool json)
{
	const json_t *body = json_object_get(j, "body");
	const char *actor = json_string_value(json_object_get(j, "actor"));
	const char *kind = json_string_value(json_object_get(j, "kind"));
	char when[24];

	if (json) {
		json_dumpf(j, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	printf("%lld  %s  ",
	    (long long)json_integer_value(json_object_get(j, "line")),
	    cli_utc(json_integer_value(json_object_get(j, "us")), when));
	cli_put(stdout, kind != NULL ? kind : "?");
	printf("  ");
	cli_put(stdout, actor != NULL ? actor : "-");
	if (json_is_null(body)) {
		printf("  (what was told of people is not there any more)\n");
		return;
	}
	char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);

	printf("  ");
	cli_put(stdout, text != NULL ? text : "");
	putchar('\n');
	free(text);
}

static bool
kind_fits(const struct ledger *l, const struct store_line *line)
{
	size_t n = l->kind != NULL ? strlen(l->kind) : 0;

	if (n == 0)
		return true;
	bool begins =
	    line->kind.n >= n && memcmp(line->kind.p, l->kind, n) == 0;

	return begins && (line->kind.n == n || l->kind[n - 1] == '.');
}

static bool
on_line(void *arg, const struct store_line *line)
{
	struct ledger *l = arg;

	if (line->kind.p == NULL || line->utc < l->from || line->utc >= l->to ||
	    !kind_fits(l, line))
		return true;
	json_t **place = &l->kept[l->count++ % l->limit];

	json_decref(*place);
	*place = line_json(line);
	return l->newest || l->count < l->limit;
}

static bool
when_of(const char *name, const char *text, int64_t *out)
{
	struct when *w = when_new();
	bool good = text == NULL ||
		    (w != NULL && when_parse(w, "", text, clock_utc_us(), out));

	when_free(&w);
	if (!good)
		cli_say("%s: '%s' is no moment (2026-11-22, or 2026-11-22 "
			"06:00)",
		    name, text);
	return good;
}

/* The newest of all are the last ones: no need to look at the rest. */
static int64_t
first_seq(const struct ledger *l, struct store_reader *r)
{
	struct store_ledger ledger;

	if (!l->newest || l->kind != NULL || l->to_text != NULL ||
	    !store_read_ledger(r, &ledger))
		return INT64_MIN;
	return ledger.last - (int64_t)l->limit;
}

static int
show(struct ledger *l)
{
	char error[256];

	l->from = INT64_MIN;
	l->to = INT64_MAX;
	l->newest = l->from_text == NULL;
	if (!when_of("--from", l->from_text, &l->from) ||
	    !when_of("--to", l->to_text, &l->to))
		return CLI_FAILED;
	struct store_reader *r = store_verify_open(l->ask.db, error);

	l->kept = calloc(l->limit, sizeof(json_t *));
	if (r == NULL || l->kept == NULL) {
		cli_say("%s", r == NULL ? error : "out of memory");
		free(l->kept);
		return CLI_FAILED;
	}
	bool good = store_read_lines(r, first_seq(l, r), INT64_MAX, on_line, l);
	uint64_t first = l->count > l->limit ? l->count - l->limit : 0;

	if (!good)
		cli_say("%s: %s", l->ask.db, store_reader_error(r));
	for (uint64_t i = first; i < l->count; i++) {
		line_print(l->kept[i % l->limit], l->cli.json);
		json_decref(l->kept[i % l->limit]);
	}
	free(l->kept);
	store_reader_close(&r);
	return good ? CLI_OK : CLI_FAILED;
}

/* --- checkpoints, key */

struct listing {
	struct cli_table table;
	struct store_reader *reader;
	json_t *json;
	char witnesses[400];
	json_t *receipts;
};

static bool
on_receipt(void *arg, const struct store_receipt_row *row)
{
	struct listing *x = arg;
	size_t n = strlen(x->witnesses);
	char when[32];

	snprintf(x->witnesses + n, sizeof(x->witnesses) - n, "%s%.*s",
	    n > 0 ? ", " : "",
	    (int)(row->witness.n < 100 ? row->witness.n : 100),
	    row->witness.p != NULL ? row->witness.p : "");
	json_array_append_new(x->receipts,
	    json_pack("{s:o, s:s}", "witness", text_json(&row->witness), "utc",
		cli_iso(row->utc, when)));
	return true;
}

static bool
on_checkpoint(void *arg, const struct store_checkpoint_row *row)
{
	struct listing *x = arg;
	char when[32];

	json_array_append_new(x->json,
	    json_pack("{s:I, s:I, s:s, s:o}", "checkpoint", (json_int_t)row->id,
		"size", (json_int_t)row->size, "utc", cli_iso(row->utc, when),
		"note", text_json(&row->note)));
	return true;
}

static void
with_receipts(struct listing *x)
{
	size_t i;
	json_t *c;

	json_array_foreach(x->json, i, c)
	{
		json_int_t id =
		    json_integer_value(json_object_get(c, "checkpoint"));

		x->witnesses[0] = '\0';
		x->receipts = json_array();
		store_read_receipts(x->reader, id, 20, on_receipt, x);
		json_object_set_new(c, "receipts", x->receipts);
		cli_table_add(&x->table, "%lld", (long long)id);
		cli_table_add(&x->table, "%lld",
		    (long long)json_integer_value(json_object_get(c, "size")));
		cli_table_add(&x->table, "%s",
		    json_string_value(json_object_get(c, "utc")));
		cli_table_add(&x->table, "%s",
		    x->witnesses[0] != '\0' ? x->witnesses : "-");
	}
}

static int
checkpoints(struct ledger *l)
{
	static const char *const heading[] = { "checkpoint", "lines", "time",
		"witnessed by" };
	char error[256];
	struct listing x = { .reader = store_verify_open(l->ask.db, error),
		.json = json_array() };

	if (x.reader == NULL) {
		cli_say("%s", error);
		json_decref(x.json);
		return CLI_FAILED;
	}
	cli_table_heads(&x.table, 4, heading);
	bool good = store_read_newest_checkpoints(x.reader, l->limit,
	    on_checkpoint, &x);

	with_receipts(&x);
	if (!good)
		cli_say("%s: %s", l->ask.db, store_reader_error(x.reader));
	cli_table_print(&x.table, l->cli.json ? NULL : stdout);
	if (l->cli.json)
		cli_print_json(x.json);
	json_decref(x.json);
	store_reader_close(&x.reader);
	return good ? CLI_OK : CLI_FAILED;
}

static int
print_key(struct ledger *l)
{
	struct note_key key;
	char path[4200], text[NOTE_KEY_TEXT];

	if (!cli_config(&l->cli) || !note_ready())
		return CLI_FAILED;
	snprintf(path, sizeof(path), "%.4000s/%s", l->cli.config.state_dir,
	    LEDGER_KEY_FILE);
	if (!ledger_key_load(l->ask.key != NULL ? l->ask.key : path, &key))
		return CLI_FAILED;
	note_key_print(&key, text);
	if (l->cli.json) {
		json_t *j =
		    json_pack("{s:s, s:s}", "name", key.name, "key", text);

		cli_print_json(j);
		json_decref(j);
	} else {
		printf("%s\n", text);
	}
	return CLI_OK;
}

int
cli_ledger(int argc, char **argv)
{
	struct ledger l = { .limit = 50 };
	int option;

	if (argc > 1 && strcmp(argv[1], "witness") == 0)
		return cli_ledger_witness(argc - 1, argv + 1);
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		if (!take_option(&l, option))
			return cli_usage("ledger");
	const char *word = optind < argc ? argv[optind++] : "";
	const char *entry = optind < argc ? argv[optind] : NULL;
	bool prove = strcmp(word, "prove") == 0;

	l.ask.json = l.cli.json;
	if (prove != (entry != NULL))
		return cli_usage("ledger");
	if (strcmp(word, "key") == 0)
		return print_key(&l);
	if (strcmp(word, "verify") == 0 && l.proof != NULL)
		return ledger_examine_proof(l.proof, l.ask.key, l.cli.json);
	if (!find_database(&l))
		return CLI_FAILED;
	if (strcmp(word, "verify") == 0)
		return ledger_examine(&l.ask);
	if (prove)
		return ledger_prove(&l.ask, entry);
	if (strcmp(word, "show") == 0)
		return show(&l);
	if (strcmp(word, "checkpoints") == 0)
		return checkpoints(&l);
	return cli_usage("ledger");
}
