/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/expiry.h"

#include <stdio.h>
#include <string.h>

#include "monitor/ledger/tree.h"

#define DAY_US 86400000000LL

/* Deletes rows and gives of each how far it reaches. ?1: before. */
struct rule {
	const char *name, *sql;
	bool by_day; /* ?1 is a day, not a time */
};

/* Names go as their line's content does: what stays is that it was done. */
static const struct rule rules[EXPIRY_COUNT] = {
	[EXPIRY_INTERVALS] = { "intervals",
	    "DELETE FROM interval WHERE id IN (SELECT id FROM interval"
	    " WHERE end < ? ORDER BY end LIMIT 500) RETURNING end" },
	[EXPIRY_ROLLUPS] = { "rollups",
	    "DELETE FROM rollup WHERE id IN (SELECT id FROM rollup"
	    " WHERE id < ? << 24 ORDER BY id LIMIT 500) RETURNING day",
	    true },
	[EXPIRY_THUMBNAILS] = { "thumbnails",
	    "DELETE FROM thumbnail WHERE id IN (SELECT id FROM thumbnail"
	    " WHERE incident IS NOT NULL AND utc < ? ORDER BY utc LIMIT 50)"
	    " RETURNING utc" },
	[EXPIRY_PRESENCE] = { "presence",
	    "DELETE FROM presence WHERE id IN (SELECT id FROM presence"
	    " WHERE end < ? ORDER BY end LIMIT 500) RETURNING end" },
	[EXPIRY_DISPLAYS] = { "displays",
	    "DELETE FROM display WHERE id IN (SELECT id FROM display"
	    " WHERE end < ? ORDER BY end LIMIT 500) RETURNING end" },
	[EXPIRY_WATCHED] = { "watched",
	    "DELETE FROM watched_day WHERE (day, feed) IN (SELECT day, feed"
	    " FROM watched_day WHERE day < ? ORDER BY day LIMIT 500)"
	    " RETURNING day",
	    true },
	[EXPIRY_PROMPTS] = { "prompts",
	    "DELETE FROM prompt WHERE id IN (SELECT id FROM prompt"
	    " WHERE asked < ? ORDER BY asked LIMIT 500) RETURNING asked" },
	[EXPIRY_DISPUTES] = { "disputes",
	    "DELETE FROM dispute WHERE id IN (SELECT id FROM dispute"
	    " WHERE max(ends, created) < ? LIMIT 500)"
	    " RETURNING max(ends, created)" },
	[EXPIRY_CHECKPOINTS] = { "checkpoints",
	    "DELETE FROM checkpoint WHERE id IN (SELECT id FROM checkpoint"
	    " WHERE utc < ? AND id < (SELECT max(id) FROM checkpoint)"
	    " ORDER BY utc LIMIT 500) RETURNING utc" },
	[EXPIRY_DELIVERIES] = { "deliveries",
	    "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery"
	    " WHERE made < ? AND (done IS NOT NULL OR gave_up IS NOT NULL)"
	    " ORDER BY made LIMIT 500) RETURNING made" },
	[EXPIRY_REPORTS] = { "reports",
	    "DELETE FROM report WHERE id IN (SELECT id FROM report"
	    " WHERE made < ? ORDER BY made LIMIT 500) RETURNING made" },
	[EXPIRY_LOGINS] = { "logins",
	    "DELETE FROM login WHERE id IN (SELECT id FROM login"
	    " WHERE ended < ? ORDER BY ended LIMIT 500) RETURNING ended" },
	[EXPIRY_USERS] = { "users",
	    "DELETE FROM user WHERE id IN (SELECT id FROM user"
	    " WHERE removed < ? AND NOT EXISTS(SELECT 1 FROM login WHERE"
	    " user = user.id) ORDER BY removed LIMIT 500) RETURNING removed" },
	[EXPIRY_COMMENTS] = { "comments",
	    "DELETE FROM comment WHERE id IN (SELECT id FROM comment"
	    " WHERE created < ? ORDER BY created LIMIT 500)"
	    " RETURNING created" },
	[EXPIRY_HANDOVERS] = { "handovers",
	    "DELETE FROM handover WHERE id IN (SELECT id FROM handover"
	    " WHERE created < ? ORDER BY created LIMIT 500)"
	    " RETURNING created" },
	[EXPIRY_ALERTS] = { "alerts",
	    "DELETE FROM alert WHERE id IN (SELECT id FROM alert"
	    " WHERE at < ? AND done = 1 ORDER BY at LIMIT 500) RETURNING at" },
	[EXPIRY_DIGESTS] = { "digests",
	    "DELETE FROM notice WHERE id IN (SELECT id FROM notice"
	    " WHERE made < ? AND alert IS NULL ORDER BY made LIMIT 500)"
	    " RETURNING made" },
	[EXPIRY_OLD_EVENTS] = { "old_events",
	    "DELETE FROM event_v1 WHERE utc < ?1 AND seq < 500 +"
	    " (SELECT min(seq) FROM event_v1) RETURNING seq" },
	[EXPIRY_NAMES] = { "names", NULL },
	[EXPIRY_CONTENTS] = { "contents", NULL },
	[EXPIRY_EVENTS] = { "events", NULL },
};

/* Counts the rows of a statement; their first column says how far. */
static void
count_rows(struct writer *w, sqlite3_stmt *st, struct expired *e)
{
	while (db_step(&w->db, st)) {
		int64_t at = sqlite3_column_int64(st, 0);

		if (e->count++ == 0 || at > e->to)
			e->to = at;
	}
}

static void
names(struct writer *w, int64_t before, struct expired *e)
{
	count_rows(w,
	    db_query(&w->db,
		"UPDATE incident SET acknowledged_by = '', note = ''"
		" WHERE id IN (SELECT id FROM incident WHERE acknowledged < ?"
		" AND (acknowledged_by <> '' OR note <> '') LIMIT 500)"
		" RETURNING acknowledged",
		"i", before),
	    e);
	count_rows(w,
	    db_query(&w->db,
		"UPDATE overlay SET actor = '', reason = ''"
		" WHERE id IN (SELECT id FROM overlay WHERE max(ends, created)"
		" < ? AND (actor <> '' OR reason <> '') LIMIT 500)"
		" RETURNING max(ends, created)",
		"i", before),
	    e);
}

/* The oldest contents, as long as their lines are too old. */
static void
contents(struct writer *w, int64_t before, struct expired *e)
{
	int64_t last = 0;
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT p.seq, e.utc FROM private p JOIN event e ON e.seq = p.seq"
	    " ORDER BY p.seq LIMIT 500",
	    "");

	while (db_step(&w->db, st)) {
		if (sqlite3_column_int64(st, 1) >= before) {
			db_done(st);
			break;
		}
		last = sqlite3_column_int64(st, 0);
	}
	if (last != 0)
		count_rows(w,
		    db_query(&w->db,
			"DELETE FROM private WHERE seq <= ? RETURNING seq", "i",
			last),
		    e);
}

/* A tile's lines go together, oldest first; their tile stays, and so do the
 * newest line, from which the chain goes on, and the hash of the last that
 * goes: the first that is left follows from it. */
static void
lines(struct writer *w, int64_t before, struct expired *e,
    uint8_t cut[LEDGER_HASH])
{
	int64_t first = db_int(&w->db, 0, "SELECT min(seq) FROM event", "");
	int64_t border =
	    w->base + ((first - 1 - w->base) / TREE_TILE + 1) * TREE_TILE;

	if (first == 0 || border >= w->at.seq ||
	    db_int(&w->db, 1,
		"SELECT EXISTS(SELECT 1 FROM event WHERE seq <= ?"
		" AND utc >= ?)",
		"ii", border, before))
		return;
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT hash FROM event WHERE seq = ?", "i", border);

	if (db_step(&w->db, st)) {
		if (sqlite3_column_bytes(st, 0) == LEDGER_HASH)
			memcpy(cut, sqlite3_column_blob(st, 0), LEDGER_HASH);
		db_done(st);
	}
	db_run(&w->db, "DELETE FROM private WHERE seq <= ?", "i", border);
	count_rows(w,
	    db_query(&w->db, "DELETE FROM event WHERE seq <= ? RETURNING seq",
		"i", border),
	    e);
}

static void
by_rule(struct writer *w, enum expiry what, int64_t before, struct expired *e)
{
	const struct rule *r = &rules[what];

	if (what == EXPIRY_CHECKPOINTS)
		db_run(&w->db,
		    "DELETE FROM receipt WHERE checkpoint IN (SELECT id FROM"
		    " checkpoint WHERE utc < ? AND id < (SELECT max(id) FROM"
		    " checkpoint) ORDER BY utc LIMIT 500)",
		    "i", before);
	count_rows(w,
	    db_query(&w->db, r->sql, "i", r->by_day ? before / DAY_US : before),
	    e);
}

int64_t
expiry_step(struct writer *w, enum expiry what, int64_t before, struct tally *t)
{
	struct expired *e = &t->of[what];
	int64_t had = e->count;

	switch (what) {
	case EXPIRY_NAMES:
		names(w, before, e);
		break;
	case EXPIRY_CONTENTS:
		contents(w, before, e);
		break;
	case EXPIRY_EVENTS:
		lines(w, before, e, t->cut);
		break;
	default:
		by_rule(w, what, before, e);
	}
	return e->count - had;
}

bool
expiry_some(const struct tally *t)
{
	for (unsigned i = 0; i < EXPIRY_COUNT; i++)
		if (t->of[i].count > 0)
			return true;
	return false;
}

void
expiry_say(const struct tally *t, struct json *j)
{
	char key[32];

	for (unsigned i = 0; i < EXPIRY_COUNT; i++) {
		if (t->of[i].count == 0)
			continue;
		json_number(j, rules[i].name, t->of[i].count);
		snprintf(key, sizeof(key), "%s_to", rules[i].name);
		json_number(j, key, t->of[i].to);
		if (i == EXPIRY_EVENTS)
			json_hex(j, "events_hash", t->cut, LEDGER_HASH);
	}
}
