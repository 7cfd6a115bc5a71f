/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "common/hex.h"
#include "monitor/store/nodes.h"
#include "monitor/store/reader.h"
#include "monitor/store/store_read_ledger.h"

static struct store_text
text(sqlite3_stmt *st, int column)
{
	struct store_text t = { (const char *)sqlite3_column_text(st, column),
		0 };

	if (t.p != NULL)
		t.n = (size_t)sqlite3_column_bytes(st, column);
	return t;
}

/* NULL when it has not the length it must have. */
static const uint8_t *
exactly(sqlite3_stmt *st, int column, int n)
{
	const void *p = sqlite3_column_blob(st, column);

	return sqlite3_column_bytes(st, column) == n ? p : NULL;
}

static int64_t
base_read(struct store_reader *r)
{
	return db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'ledger_base'", "");
}

bool
store_read_ledger(struct store_reader *r, struct store_ledger *out)
{
	sqlite3_stmt *st;

	memset(out, 0, sizeof(*out));
	store_reader_begin(r);
	st = db_query(&r->db, "SELECT uuid FROM origin WHERE id = 1", "");
	if (db_step(&r->db, st)) {
		const uint8_t *uuid = exactly(st, 0, 16);

		if (uuid != NULL) {
			memcpy(out->origin, uuid, 16);
			uuid_print(uuid, out->origin_uuid);
		}
		db_done(st);
	}
	out->base = base_read(r);
	out->first = db_int(&r->db, 0, "SELECT min(seq) FROM event", "");
	st = db_query(&r->db,
	    "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", "");
	if (db_step(&r->db, st)) {
		const uint8_t *hash = exactly(st, 1, LEDGER_HASH);

		out->last = sqlite3_column_int64(st, 0);
		if (hash != NULL)
			memcpy(out->head, hash, LEDGER_HASH);
		db_done(st);
	}
	if (out->last > out->base)
		out->size = (uint64_t)(out->last - out->base);
	return store_reader_end(r);
}

/* Columns of the query below. */
enum {
	SEQ,
	MONO,
	UTC,
	FEED,
	RUN_ID,
	ORIGIN,
	RUN,
	KIND,
	ACTOR,
	BODY,
	DIGEST,
	HASH,
	SALT,
	APART_ACTOR,
	APART_BODY
};

static void
line_row(sqlite3_stmt *st, struct store_line *l)
{
	memset(l, 0, sizeof(*l));
	l->seq = sqlite3_column_int64(st, SEQ);
	l->mono = sqlite3_column_int64(st, MONO);
	l->utc = sqlite3_column_int64(st, UTC);
	l->feed = sqlite3_column_int64(st, FEED);
	l->run_id = sqlite3_column_int64(st, RUN_ID);
	l->origin = exactly(st, ORIGIN, 16);
	l->run = exactly(st, RUN, 16);
	l->kind = text(st, KIND);
	l->actor = text(st, ACTOR);
	l->body = text(st, BODY);
	l->digest = exactly(st, DIGEST, LEDGER_HASH);
	l->hash = exactly(st, HASH, LEDGER_HASH);
	l->salt = exactly(st, SALT, 16);
	if (sqlite3_column_type(st, APART_BODY) == SQLITE_NULL)
		return;
	l->doubled = l->actor.p != NULL || l->body.p != NULL;
	l->actor = text(st, APART_ACTOR);
	l->body = text(st, APART_BODY);
}

bool
store_read_lines(struct store_reader *r, int64_t from, int64_t to,
    store_line_fn *fn, void *arg)
{
	struct store_line line;
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db,
	    "SELECT e.seq, e.mono, e.utc, e.feed, e.run, o.uuid, r.uuid,"
	    " e.kind, e.actor, e.body, e.digest, e.hash, p.salt, p.actor,"
	    " p.body FROM event e LEFT JOIN private p ON p.seq = e.seq"
	    " LEFT JOIN run r ON r.id = e.run LEFT JOIN origin o"
	    " ON o.id = r.origin WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq",
	    "ii", from, to);
	while (db_step(&r->db, st)) {
		line_row(st, &line);
		if (!fn(arg, &line)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_stray_contents(struct store_reader *r, uint64_t *out)
{
	store_reader_begin(r);
	*out = (uint64_t)db_int(&r->db, 0,
	    "SELECT count(*) FROM private p WHERE NOT EXISTS"
	    "(SELECT 1 FROM event e WHERE e.seq = p.seq)",
	    "");
	return store_reader_end(r);
}

bool
store_read_nodes(struct store_reader *r, unsigned level, uint64_t place,
    unsigned count, uint8_t (*out)[LEDGER_HASH])
{
	struct nodes nodes = { &r->db, 0 };

	store_reader_begin(r);
	nodes.base = base_read(r);
	bool there = nodes_get(&nodes, level, place, count, out);

	return store_reader_end(r) && there;
}

static bool
get(void *arg, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	return store_read_nodes(arg, level, place, count, out);
}

struct tree_source
store_read_tree(struct store_reader *r)
{
	return (struct tree_source){ get, r };
}

bool
store_read_tiles(struct store_reader *r, store_tile_fn *fn, void *arg)
{
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db,
	    "SELECT level, place, hash FROM tile ORDER BY level, place", "");
	while (db_step(&r->db, st))
		if (!fn(arg, (unsigned)sqlite3_column_int64(st, 0),
			(uint64_t)sqlite3_column_int64(st, 1),
			exactly(st, 2, LEDGER_HASH))) {
			db_done(st);
			break;
		}
	return store_reader_end(r);
}

static bool
checkpoints(struct store_reader *r, sqlite3_stmt *st, store_checkpoint_fn *fn,
    void *arg)
{
	while (db_step(&r->db, st)) {
		struct store_checkpoint_row row = {
			.id = sqlite3_column_int64(st, 0),
			.utc = sqlite3_column_int64(st, 1),
			.size = (uint64_t)sqlite3_column_int64(st, 2),
			.root = exactly(st, 3, LEDGER_HASH),
			.note = text(st, 4),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_checkpoints(struct store_reader *r, int64_t after, uint32_t limit,
    store_checkpoint_fn *fn, void *arg)
{
	store_reader_begin(r);
	return checkpoints(r,
	    db_query(&r->db,
		"SELECT id, utc, size, root, note FROM checkpoint"
		" WHERE id > ? ORDER BY id LIMIT ?",
		"ii", after, (int64_t)limit),
	    fn, arg);
}

bool
store_read_newest_checkpoints(struct store_reader *r, uint32_t limit,
    store_checkpoint_fn *fn, void *arg)
{
	store_reader_begin(r);
	return checkpoints(r,
	    db_query(&r->db,
		"SELECT id, utc, size, root, note FROM checkpoint"
		" ORDER BY id DESC LIMIT ?",
		"i", (int64_t)limit),
	    fn, arg);
}

#define RECEIPTS                                                               \
	"SELECT r.id, r.checkpoint, r.utc, r.kind, r.witness, r.text, c.size," \
	" c.utc, c.root, c.note FROM receipt r JOIN checkpoint c"              \
	" ON c.id = r.checkpoint "

static bool
receipts(struct store_reader *r, sqlite3_stmt *st, store_receipt_fn *fn,
    void *arg)
{
	while (db_step(&r->db, st)) {
		struct store_receipt_row row = {
			.id = sqlite3_column_int64(st, 0),
			.checkpoint = sqlite3_column_int64(st, 1),
			.utc = sqlite3_column_int64(st, 2),
			.kind = sqlite3_column_int(st, 3),
			.witness = text(st, 4),
			.text = text(st, 5),
			.size = (uint64_t)sqlite3_column_int64(st, 6),
			.checkpoint_utc = sqlite3_column_int64(st, 7),
			.root = exactly(st, 8, LEDGER_HASH),
			.note = text(st, 9),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_receipts(struct store_reader *r, int64_t checkpoint, uint32_t limit,
    store_receipt_fn *fn, void *arg)
{
	store_reader_begin(r);
	if (checkpoint != 0)
		return receipts(r,
		    db_query(&r->db,
			RECEIPTS "WHERE r.checkpoint = ? ORDER BY r.id DESC"
				 " LIMIT ?",
			"ii", checkpoint, (int64_t)limit),
		    fn, arg);
	return receipts(r,
	    db_query(&r->db, RECEIPTS "ORDER BY r.id DESC LIMIT ?", "i",
		(int64_t)limit),
	    fn, arg);
}

/* One look into the index for each witness there ever was. */
bool
store_read_last_receipts(struct store_reader *r, store_receipt_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	return receipts(r,
	    db_query(&r->db,
		"WITH RECURSIVE name(w) AS (SELECT min(witness) FROM receipt"
		" UNION ALL SELECT (SELECT min(witness) FROM receipt"
		" WHERE witness > w) FROM name WHERE w IS NOT NULL) " RECEIPTS
		"WHERE r.id IN (SELECT (SELECT id FROM receipt"
		" WHERE witness = w ORDER BY utc DESC, id DESC LIMIT 1)"
		" FROM name WHERE w IS NOT NULL) ORDER BY r.utc DESC",
		""),
	    fn, arg);
}

static bool
deliveries(struct store_reader *r, sqlite3_stmt *st, store_delivery_fn *fn,
    void *arg)
{
	while (db_step(&r->db, st)) {
		struct store_delivery_row row = {
			.id = sqlite3_column_int64(st, 0),
			.kind = sqlite3_column_int(st, 1),
			.target = text(st, 2),
			.subject = text(st, 3),
			.path = text(st, 4),
			.said = text(st, 5),
			.body = sqlite3_column_blob(st, 6),
			.length = (size_t)sqlite3_column_bytes(st, 6),
			.made_utc = sqlite3_column_int64(st, 7),
			.due_utc = sqlite3_column_int64(st, 8),
			.tries = (uint32_t)sqlite3_column_int64(st, 9),
			.done_utc = sqlite3_column_int64(st, 10),
			.gave_up_utc = sqlite3_column_int64(st, 11),
			.notice = sqlite3_column_int64(st, 12),
			.instead = sqlite3_column_int64(st, 13),
			.told_by = text(st, 14),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

#define DELIVERIES                                                             \
	"SELECT d.id, d.kind, d.target, d.subject, d.path, d.error,"           \
	" ifnull(n.body, d.body), d.made, d.due, d.tries, d.done, d.gave_up,"  \
	" d.notice, d.instead, (SELECT s.target FROM delivery s"               \
	" WHERE s.instead = d.id AND s.done IS NOT NULL)"                      \
	" FROM delivery d LEFT JOIN notice n ON n.id = d.notice "
#define WAITS "d.done IS NULL AND d.gave_up IS NULL"
/* Deliveries `o` of earlier notices of its alert, by its channel, to all whom
 * that tells. */
#define EARLIER                                                                \
	" FROM notice p JOIN delivery o ON o.notice = p.id"                    \
	" WHERE p.alert = n.alert AND o.target = d.target AND o.id < d.id"     \
	" AND o.path = '' "

bool
store_read_deliveries(struct store_reader *r, bool waiting_only, uint32_t limit,
    store_delivery_fn *fn, void *arg)
{
	store_reader_begin(r);
	if (waiting_only)
		return deliveries(r,
		    db_query(&r->db,
			DELIVERIES "WHERE " WAITS " ORDER BY d.due LIMIT ?",
			"i", (int64_t)limit),
		    fn, arg);
	return deliveries(r,
	    db_query(&r->db, DELIVERIES "ORDER BY d.id DESC LIMIT ?", "i",
		(int64_t)limit),
	    fn, arg);
}

bool
store_read_due(struct store_reader *r, const char *channel, int64_t now_utc,
    uint32_t limit, store_delivery_fn *fn, void *arg)
{
	store_reader_begin(r);
	if (channel == NULL)
		return deliveries(r,
		    db_query(&r->db,
			DELIVERIES "WHERE " WAITS " AND d.kind < 3"
				   " AND d.due <= ? ORDER BY d.due LIMIT ?",
			"ii", now_utc, (int64_t)limit),
		    fn, arg);
	return deliveries(r,
	    db_query(&r->db,
		DELIVERIES "WHERE " WAITS " AND d.target = ? AND d.kind > 2"
			   " AND d.due <= ? AND NOT EXISTS (SELECT 1" EARLIER
			   "AND o.done IS NULL AND o.gave_up IS NULL)"
			   " ORDER BY d.kind DESC, d.due LIMIT ?",
		"sii", channel, now_utc, (int64_t)limit),
	    fn, arg);
}

bool
store_read_stuck(struct store_reader *r, const struct store_stuck_ask *ask,
    store_delivery_fn *fn, void *arg)
{
	store_reader_begin(r);
	return deliveries(r,
	    db_query(&r->db,
		DELIVERIES
		"WHERE " WAITS " AND d.target = ? AND d.kind = 3"
		" AND (d.tries >= ? OR d.made < ? OR EXISTS (SELECT 1" EARLIER
		"AND EXISTS (SELECT 1 FROM delivery s WHERE s.instead = o.id"
		" AND s.done IS NOT NULL)))"
		" AND NOT EXISTS (SELECT 1 FROM delivery s"
		" WHERE s.instead = d.id OR (s.notice = d.notice"
		" AND s.target = ?)) ORDER BY d.id LIMIT ?",
		"siisi", ask->channel, (int64_t)ask->tries, ask->made_utc,
		ask->or_else, (int64_t)ask->limit),
	    fn, arg);
}

bool
store_read_open_there(struct store_reader *r, const char *channel,
    uint32_t limit, store_delivery_fn *fn, void *arg)
{
	store_reader_begin(r);
	return deliveries(r,
	    db_query(&r->db,
		DELIVERIES
		"WHERE d.id IN (SELECT max(o.id) FROM alert a"
		" JOIN notice p ON p.alert = a.id"
		" JOIN delivery o ON o.notice = p.id AND o.target = ?"
		" AND o.done IS NOT NULL WHERE a.closed IS NULL GROUP BY a.id)"
		" ORDER BY d.id LIMIT ?",
		"si", channel, (int64_t)limit),
	    fn, arg);
}

bool
store_read_waiting_notices(struct store_reader *r, uint32_t limit,
    store_delivery_fn *fn, void *arg)
{
	store_reader_begin(r);
	return deliveries(r,
	    db_query(&r->db,
		DELIVERIES "WHERE " WAITS " AND d.kind > 2 ORDER BY d.id"
			   " LIMIT ?",
		"i", (int64_t)limit),
	    fn, arg);
}

bool
store_read_reports(struct store_reader *r, uint32_t limit, store_made_fn *fn,
    void *arg)
{
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db,
	    "SELECT id, starts, ends, site, made, seq, path, sha256"
	    " FROM report ORDER BY id DESC LIMIT ?",
	    "i", (int64_t)limit);
	while (db_step(&r->db, st)) {
		struct store_made_row row = {
			.id = sqlite3_column_int64(st, 0),
			.from_utc = sqlite3_column_int64(st, 1),
			.to_utc = sqlite3_column_int64(st, 2),
			.site = sqlite3_column_int64(st, 3),
			.made_utc = sqlite3_column_int64(st, 4),
			.seq = sqlite3_column_int64(st, 5),
			.path = text(st, 6),
			.sha256 = exactly(st, 7, LEDGER_HASH),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
