/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any lines, then any rows, as a database that somebody tampered with may hold
 * them: bodies are read field by field, replayed, compared. Of the input each
 * line is "<kind> <feed> <body>", or "=<table> <id> <row>"; nothing of it
 * follows from the line before, so that also every finding is made. */
#include "monitor/ledger/body.h"
#include "monitor/ledger/verify.h"
#include "tests/fuzz/fuzz.h"

static void
as_body(const char *body, size_t n)
{
	static const char *const keys[] = { "state", "a", "evidence", "start",
		"when", "" };
	struct body_value v[6];
	char text[24];

	if (!body_get(body, n, keys, 6, v))
		return;
	for (unsigned i = 0; i < 6; i++) {
		assert(v[i].p == NULL ||
		       (v[i].p >= body && v[i].p + v[i].n <= body + n));
		body_text(&v[i], text, sizeof(text));
		assert(strlen(text) < sizeof(text));
		assert(body_is(&v[i], "up") ==
		       (strcmp(text, "up") == 0 && v[i].n == 4));
		body_number(&v[i], -1);
	}
}

struct place {
	struct verify *v;
	int64_t seq, number;
};

static void
as_line(struct place *x, char *text)
{
	static const uint8_t origin[16] = { 1 }, run[16] = { 2 },
			     hash[LEDGER_HASH] = { 3 };
	char *kind = fuzz_word(&text, ' ');
	struct verify_line l = { .seq = ++x->seq,
		.mono = x->seq * 1000000,
		.utc = INT64_C(1790000000000000) + x->seq * 1000000,
		.feed = strtoll(fuzz_word(&text, ' '), NULL, 10),
		.run_id = 1,
		.origin = origin,
		.run = run,
		.hash = hash,
		.kind = { kind, strlen(kind) },
		.actor = { "x", 1 },
		.body = { text, strlen(text) } };

	if (ledger_is_private(l.kind.p, l.kind.n)) {
		l.salt = origin;
		l.digest = hash;
	}
	as_body(text, l.body.n);
	verify_line(x->v, &l);
}

static void
as_row(struct place *x, char *text)
{
	unsigned table = (unsigned char)*text;
	struct replay_row row = { .table = (enum replay_table)(
				      table % REPLAY_TABLES) };

	fuzz_word(&text, ' ');
	row.id = strtoll(fuzz_word(&text, ' '), NULL, 10);
	row.json = text;
	row.actor = row.id % 2 ? "x" : NULL;
	row.length = strlen(text);
	if (row.table == REPLAY_INTERVAL) {
		struct replay_interval i = { .id = ++x->number,
			.feed = row.id,
			.epoch = 1,
			.start = x->number * 1000000,
			.state = "up",
			.cause = "none",
			.causes = "[]",
			.evidence = text,
			.evidence_length = row.length };

		replay_interval(verify_replay(x->v), &i);
		return;
	}
	replay_row(verify_replay(x->v), &row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint8_t key[16] = { 7 }, origin[16] = { 1 };
	static struct verify_report report;
	char *text = fuzz_text(bytes, n), *at = text;
	struct place x = { verify_new(key, origin, 0), 0, 0 };
	bool rows = false;

	assert(x.v != NULL);
	while (*at != '\0') {
		char *line = fuzz_word(&at, '\n');

		rows |= *line == '=';
		if (*line == '=')
			as_row(&x, line + 1);
		else if (!rows && x.seq < 2000)
			as_line(&x, line);
	}
	verify_end(x.v, &report);
	assert(report.count <= VERIFY_KEPT && report.findings >= report.count);
	verify_free(&x.v);
	free(text);
	return 0;
}
