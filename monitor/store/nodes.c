/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/nodes.h"

#include <string.h>

/* Rows of (number, hash), numbered from `first` without a hole. */
static bool
take(struct db *db, sqlite3_stmt *st, int64_t first, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	unsigned n = 0;

	while (db_step(db, st)) {
		if (n == count || sqlite3_column_int64(st, 0) != first + n ||
		    sqlite3_column_bytes(st, 1) != LEDGER_HASH) {
			db_done(st);
			return false;
		}
		memcpy(out[n++], sqlite3_column_blob(st, 1), LEDGER_HASH);
	}
	return n == count;
}

bool
nodes_get(struct nodes *n, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	int64_t first = (int64_t)place;

	if (level == 0) {
		first += n->base + 1;
		return take(n->db,
		    db_query(n->db,
			"SELECT seq, hash FROM event WHERE seq >= ?1"
			" AND seq < ?1 + ?2 ORDER BY seq",
			"ii", first, (int64_t)count),
		    first, count, out);
	}
	return take(n->db,
	    db_query(n->db,
		"SELECT place, hash FROM tile WHERE level = ?1 AND place >= ?2"
		" AND place < ?2 + ?3 ORDER BY place",
		"iii", (int64_t)level, first, (int64_t)count),
	    first, count, out);
}

static bool
get(void *arg, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	return nodes_get(arg, level, place, count, out);
}

struct tree_source
nodes_source(struct nodes *n)
{
	return (struct tree_source){ get, n };
}
