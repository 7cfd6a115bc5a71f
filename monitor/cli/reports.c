/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reports: the nightly reports that were made, whether their files are still
 * what they were, and when they were mailed. */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "common/hex.h"
#include "monitor/ledger/hash.h"
#include "monitor/store/store_read_ledger.h"

static const char help[] =
    "usage: camwarden reports [--limit N] [--json]\n"
    "\n"
    "The reports that the monitor made, newest first: their main file, its "
    "size and\n"
    "SHA-256 as the ledger has it, whether the file still is that one (ok, "
    "changed,\n"
    "gone, unreadable), and when it was mailed to all of report.mail_to.\n"
    "\n"
    "  --limit N  so many (31; 0: all)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden reports --limit 7\n"
    "\n"
    "exit: 0 the files are what they were, 1 one is not, 2 not done\n";

#define DELIVERIES_MOST 100000u

struct mail {
	char page[256]; /* the name of its page, without folder */
	unsigned count, sent;
	int64_t last_utc;
	bool gave_up;
};

struct reports {
	struct cli cli;
	uint32_t limit;
	struct mail *mails; /* owned */
	size_t mail_count, mail_size;
	bool no_memory, bad;
	struct cli_table table;
	json_t *list;
};

/* --- mails */

static const char *
after_slash(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static struct mail *
mail_of(struct reports *s, const char *page)
{
	for (size_t i = 0; i < s->mail_count; i++)
		if (strcmp(s->mails[i].page, page) == 0)
			return &s->mails[i];
	return NULL;
}

static struct mail *
mail_add(struct reports *s, const char *page)
{
	struct mail *more;

	if (s->mail_count == s->mail_size) {
		size_t size = s->mail_size == 0 ? 64 : 2 * s->mail_size;

		more = realloc(s->mails, size * sizeof(*more));
		if (more == NULL)
			return NULL;
		s->mails = more;
		s->mail_size = size;
	}
	more = &s->mails[s->mail_count++];
	memset(more, 0, sizeof(*more));
	snprintf(more->page, sizeof(more->page), "%.255s", page);
	return more;
}

static bool
on_delivery(void *arg, const struct store_delivery_row *row)
{
	struct reports *s = arg;
	char path[4096];
	struct mail *m;

	snprintf(path, sizeof(path), "%.*s", (int)row->path.n,
	    row->path.p != NULL ? row->path.p : "");
	if (strncmp(after_slash(path), "report-", 7) != 0)
		return true;
	m = mail_of(s, after_slash(path));
	if (m == NULL)
		m = mail_add(s, after_slash(path));
	s->no_memory = m == NULL;
	if (m == NULL)
		return false;
	m->count++;
	m->sent += row->done_utc != 0;
	m->gave_up |= row->gave_up_utc != 0;
	if (row->done_utc > m->last_utc)
		m->last_utc = row->done_utc;
	return true;
}

/* The mail that carried the page beside this main file. */
static const struct mail *
mail_for(struct reports *s, const char *path)
{
	char page[256];
	const char *name = after_slash(path);
	size_t n = strlen(name);

	if (n < 5 || n > 200 || strcmp(name + n - 5, ".html") != 0)
		return NULL;
	snprintf(page, sizeof(page), "%.*s-mail.html", (int)(n - 5), name);
	return mail_of(s, page);
}

/* --- files */

/* "ok", "changed", "gone", or why it can't be told. */
static const char *
file_state(const char *path, const uint8_t *sha256, int64_t *size_out)
{
	FILE *f = fopen(path, "rbe");
	static uint8_t bytes[64 << 10];
	uint8_t now[LEDGER_HASH];
	struct hash h;
	size_t n;

	*size_out = -1;
	if (f == NULL)
		return errno == ENOENT ? "gone" : "unreadable";
	hash_begin(&h);
	*size_out = 0;
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		hash_add(&h, bytes, n);
		*size_out += (int64_t)n;
	}
	hash_end(&h, now);
	bool bad = ferror(f) != 0;

	fclose(f);
	if (bad)
		return "unreadable";
	return sha256 != NULL && memcmp(now, sha256, sizeof(now)) == 0
		   ? "ok"
		   : "changed";
}

/* "report-2026-11-21.html" -> "2026-11-21"; of another name, all of it. */
static void
date_of(const char *path, char out[64])
{
	const char *name = after_slash(path);

	if (strncmp(name, "report-", 7) == 0)
		snprintf(out, 64, "%.10s", name + 7);
	else
		snprintf(out, 64, "%.63s", name);
}

struct shown {
	char path[4096], date[64], hex[65];
	const char *state;
	int64_t size;
	const struct mail *mail;
};

static void
add_json(struct reports *s, const struct store_made_row *row,
    const struct shown *v)
{
	char made[32], mailed[32];
	bool all = v->mail != NULL && v->mail->sent == v->mail->count;

	json_array_append_new(s->list,
	    json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:i, s:i, s:I}",
		"date", v->date, "file", v->path, "state", v->state, "size",
		v->size >= 0 ? json_integer(v->size) : json_null(), "sha256",
		v->hex, "made", cli_iso(row->made_utc, made), "mailed",
		all ? json_string(cli_iso(v->mail->last_utc, mailed))
		    : json_null(),
		"mails", v->mail != NULL ? (int)v->mail->count : 0,
		"mails_sent", v->mail != NULL ? (int)v->mail->sent : 0, "seq",
		(json_int_t)row->seq));
}

static void
add_row(struct reports *s, const struct store_made_row *row,
    const struct shown *v)
{
	static const char *const heads[] = { "DATE", "MADE", "FILE", "STATE",
		"BYTES", "SHA-256", "MAILED" };
	char when[24];

	if (s->table.count == 0) {
		cli_table_heads(&s->table, 7, heads);
	}
	cli_table_add(&s->table, "%s", v->date);
	cli_table_add(&s->table, "%s", cli_utc(row->made_utc, when));
	cli_table_add(&s->table, "%s", v->path);
	cli_table_add(&s->table, "%s", v->state);
	if (v->size >= 0)
		cli_table_add(&s->table, "%lld", (long long)v->size);
	else
		cli_table_add(&s->table, "-");
	cli_table_add(&s->table, "%s", v->hex);
	if (v->mail == NULL)
		cli_table_add(&s->table, "to nobody");
	else if (v->mail->sent == v->mail->count)
		cli_table_add(&s->table, "%s",
		    cli_utc(v->mail->last_utc, when));
	else
		cli_table_add(&s->table, "%u of %u%s", v->mail->sent,
		    v->mail->count, v->mail->gave_up ? ", given up" : "");
}

static bool
on_report(void *arg, const struct store_made_row *row)
{
	struct reports *s = arg;
	struct shown v = { .hex = "" };

	snprintf(v.path, sizeof(v.path), "%.*s", (int)row->path.n,
	    row->path.p != NULL ? row->path.p : "");
	date_of(v.path, v.date);
	if (row->sha256 != NULL)
		hex_print(row->sha256, LEDGER_HASH, v.hex);
	v.state = file_state(v.path, row->sha256, &v.size);
	v.mail = mail_for(s, v.path);
	s->bad |= strcmp(v.state, "ok") != 0;
	if (s->list != NULL)
		add_json(s, row, &v);
	else
		add_row(s, row, &v);
	return true;
}

static void
print(struct reports *s)
{
	if (s->list != NULL) {
		cli_print_json(s->list);
	} else if (s->table.count > 0) {
		cli_table_print(&s->table, stdout);
	} else {
		printf("No report was made yet.\n");
	}
}

static bool
parse(struct reports *s, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "limit", required_argument, NULL, 'l' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		char *end = NULL;

		if (option != 'l') {
			if (!cli_option(&s->cli, option, help))
				return false;
			continue;
		}
		unsigned long n = strtoul(optarg, &end, 10);

		if (*optarg < '0' || *optarg > '9' || *end != '\0' ||
		    n > 1000000) {
			cli_say("'%.40s' is no number of reports", optarg);
			return false;
		}
		s->limit = n == 0 ? 1000000 : (uint32_t)n;
	}
	if (optind == argc)
		return true;
	cli_say("'%.60s' is one argument too many", argv[optind]);
	return false;
}

int
cli_reports(int argc, char **argv)
{
	struct reports s = { .limit = 31 };
	struct store_reader *r;

	if (!parse(&s, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&s.cli))
		return CLI_FAILED;
	r = cli_reader(&s.cli);
	if (r == NULL)
		return CLI_FAILED;
	s.list = s.cli.json ? json_array() : NULL;
	bool read =
	    store_read_deliveries(r, false, DELIVERIES_MOST, on_delivery, &s) &&
	    !s.no_memory && store_read_reports(r, s.limit, on_report, &s);

	if (read)
		print(&s);
	else
		cli_say("%s",
		    s.no_memory ? "memory is out" : store_reader_error(r));
	store_reader_close(&r);
	json_decref(s.list);
	free(s.mails);
	if (!read)
		return CLI_FAILED;
	return s.bad ? CLI_TROUBLE : CLI_OK;
}
