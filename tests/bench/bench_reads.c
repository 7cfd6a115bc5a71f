/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_reads --dir DIR [--times N] [--scope SITE] [--show NAME] [--at UTC_S]:
 * every named query of the reader on a database (bench_year makes one): how
 * long it takes and how much it answers. Lines of JSON on stdout; --show prints
 * the answer of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/http/reader_query.h"
#include "tests/unit/monitor/http/query_word.h"

struct asked {
	uint8_t what;
	const char *words; /* "from=..&to=.."; hours are of the newest data */
};

static const struct asked list[] = {
	{ READ_INCIDENTS, "" },
	{ READ_INCIDENTS, "open=1" },
	{ READ_INCIDENTS, "limit=1000" },
	{ READ_INCIDENTS, "days=1" },
	{ READ_INCIDENTS, "days=31" },
	{ READ_INCIDENTS, "feed=" },
	{ READ_INCIDENTS, "site=Region 3" },
	{ READ_INCIDENT, "" },
	{ READ_INFO, "" },
	{ READ_SERIES, "days=1" },
	{ READ_SERIES, "days=30" },
	{ READ_WATCHED, "hours=24" },
	{ READ_WATCHED, "days=7" },
	{ READ_INTERVALS, "feed=&limit=1000" },
	{ READ_VIEWS, "feed=" },
	{ READ_VIEWS, "" },
	{ READ_SITES, "limit=1000" },
	{ READ_SITES, "site=Region 3" },
	{ READ_DEVICES, "limit=1000" },
	{ READ_DEVICES, "q=127" },
	{ READ_OVERLAYS, "" },
	{ READ_OVERLAYS, "all=1" },
	{ READ_CONSOLES, "" },
	{ READ_PRESENCE, "" },
	{ READ_PRESENCES, "hours=24" },
	{ READ_PRESENCES, "days=31" },
	{ READ_ROSTER, "" },
	{ READ_BREACHES, "" },
	{ READ_COVERAGE, "hours=24" },
	{ READ_COVERAGE, "days=7" },
	{ READ_COVERAGE, "days=31" },
	{ READ_COVERAGE, "days=7&site=Region 3" },
	{ READ_DEBT, "limit=100" },
	{ READ_UNWATCHED, "hours=24" },
	{ READ_HANDOVER, "" },
	{ READ_REPORTS, "" },
	{ READ_CSV, "feeds" },
	{ READ_CSV, "sites" },
	{ READ_CSV, "devices" },
	{ READ_ONBOARDING, "" },
	{ READ_LEDGER, "" },
	{ READ_LEDGER_LINES, "" },
	{ READ_LEDGER_LINES, "q=zebra" },
	{ READ_LEDGER_LINES, "kind=overlay" },
	{ READ_LEDGER_LINES, "feed=" },
	{ READ_USERS, "" },
	{ READ_TOKENS, "" },
	{ READ_LOGINS, "" },
};

static const char *
word(void *arg, const char *key)
{
	const char *found = query_word(arg, key);

	if (found != NULL && strcmp(key, "feed") == 0)
		return "00000000-0000-4000-8000-000000000000";
	return found;
}

struct told {
	unsigned status;
	size_t bytes;
	const char *show;
};

static void
on_answer(void *arg, const struct read_answer *a)
{
	struct told *t = arg;

	t->status = a->status;
	t->bytes = a->body.n;
	if (t->show != NULL)
		fprintf(stderr, "%.*s\n", (int)a->body.n,
		    (const char *)a->body.p);
}

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	memcpy(arg, row->uuid, 16);
	return row->name[strlen(row->name) - 1] != '7';
}

struct bench {
	const char *dir, *scope, *show;
	unsigned times;
	int64_t now_utc;
	uint8_t uuid[16]; /* some feed */
	struct reading *reading;
};

/* What a monitor left behind ends in the past. */
static void
look_around(struct bench *b)
{
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);
	struct store_alive alive;

	if (r == NULL) {
		fprintf(stderr, "bench_reads: %s\n", error);
		exit(1);
	}
	if (!store_read_alive(r, NULL, &alive) ||
	    !store_read_feeds(r, NULL, NULL, on_feed, b->uuid))
		exit(1);
	if (b->now_utc == 0)
		b->now_utc = alive.heartbeat_utc;
	store_reader_close(&r);
}

/* False: it could not be answered. */
static bool
measure(const struct bench *b, const struct asked *a)
{
	static struct read_ask ask;
	char error[READ_ERROR_BYTES];
	struct told told = { 0 };
	int64_t best = INT64_MAX, sum = 0, worst = 0;
	const char *name = read_kind_of(a->what)->name;
	const char *given = a->what == READ_CSV ? "" : a->words;

	if (!read_ask_fill(a->what, word, (void *)(uintptr_t)given, b->now_utc,
		&ask, error)) {
		printf("{\"query\": \"%s\", \"error\": \"%s\"}\n", name, error);
		return false;
	}
	ask.role = ROLE_ADMIN;
	snprintf(ask.scope, sizeof(ask.scope), "%s", b->scope);
	if (a->what == READ_CSV)
		snprintf(ask.name, sizeof(ask.name), "%s", a->words);
	ask.number = a->what == READ_PRESENCE ? 1 : 1000;
	if (strstr(a->words, "feed=") != NULL || a->what == READ_INFO ||
	    a->what == READ_SERIES || a->what == READ_WATCHED)
		memcpy(ask.uuid, b->uuid, 16);
	for (unsigned i = 0; i < b->times; i++) {
		int64_t began = clock_mono_us(), took;

		told.show =
		    i == 0 && b->show != NULL && strcmp(b->show, name) == 0
			? name
			: NULL;
		reading_answer(b->reading, &ask, on_answer, &told);
		took = clock_mono_us() - began;
		best = took < best ? took : best;
		worst = took > worst ? took : worst;
		sum += took;
	}
	printf("{\"query\": \"%s\", \"words\": \"%s\", \"status\": %u, "
	       "\"bytes\": %zu, \"first_or_worst_ms\": %.1f, \"mean_ms\": "
	       "%.1f, "
	       "\"best_ms\": %.1f}\n",
	    name, a->words, told.status, told.bytes, (double)worst / 1e3,
	    (double)sum / 1e3 / b->times, (double)best / 1e3);
	fflush(stdout);
	return told.status == 200 || told.status == 404;
}

int
main(int argc, char **argv)
{
	struct bench b = { .scope = "", .times = 5 };
	bool good = true;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--dir") == 0)
			b.dir = argv[i + 1];
		else if (strcmp(argv[i], "--times") == 0)
			b.times = (unsigned)strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--scope") == 0)
			b.scope = argv[i + 1];
		else if (strcmp(argv[i], "--show") == 0)
			b.show = argv[i + 1];
		else if (strcmp(argv[i], "--at") == 0)
			b.now_utc = strtoll(argv[i + 1], NULL, 10) * 1000000;
	}
	if (b.dir == NULL || b.times == 0 || argc % 2 == 0) {
		fprintf(stderr, "usage: bench_reads --dir DIR [--times N] "
				"[--scope SITE] [--show NAME] [--at S]\n");
		return 2;
	}
	look_around(&b);
	b.reading = reading_new(b.dir);
	if (b.reading == NULL)
		return 1;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		good = measure(&b, &list[i]) && good;
	reading_free(&b.reading);
	return good ? 0 : 1;
}
