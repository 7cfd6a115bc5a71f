/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intact.h: the tables of a test's database are as its lines say: what
 * `camwarden ledger verify` examines, and by the same code.
 */
#ifndef TEST_STORE_INTACT_H
#define TEST_STORE_INTACT_H

#include "bench.h"

#include "monitor/cli/ledger_verify.h"

static inline void
bench_intact(const struct bench *b)
{
	struct verify_report r;
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	struct ledger_ask ask = { .db = path, .sums = true };
	int code = ledger_look(&ask, &r);

	for (size_t i = 0; code == 1 && i < r.count && i < 5; i++)
		print_message("    %s: line %lld, %s: %s\n",
		    verify_word_name(r.list[i].word), (long long)r.list[i].seq,
		    r.list[i].kind, r.list[i].text);
	assert_int_equal(code, 0);
}

#endif
