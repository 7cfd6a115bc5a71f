/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.h: a store in a fresh directory with a clock of its own, an inventory
 * of n feeds, and the invariants that every test ends with. */
#ifndef TEST_STORE_BENCH_H
#define TEST_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "monitor/inventory/inventory.h"
#include "monitor/ledger/line.h"
#include "monitor/ledger/tree.h"
#include "monitor/secrets/keys.h"
#include "monitor/store/store.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_ledger.h"
#include "tests/remove_tree.h"

#define S 1000000LL
#define T0 1700000000000000LL /* UTC at mono 0 */

/* What the seventh version added. */
#define BENCH_UNDO_SEVENTH                                                     \
	"DROP INDEX delivery_notice; DROP INDEX delivery_instead;"             \
	"DROP INDEX delivery_queue;"                                           \
	"ALTER TABLE delivery DROP COLUMN instead;"                            \
	"ALTER TABLE delivery DROP COLUMN notice;"                             \
	"ALTER TABLE incident DROP COLUMN alert;"                              \
	"DROP TABLE notice; DROP TABLE alert;"                                 \
	"ALTER TABLE feed DROP COLUMN relay;"                                  \
	"ALTER TABLE site DROP COLUMN ceiling;"                                \
	"PRAGMA user_version = 6;"

struct bench {
	char dir[64];
	struct store *store;
	struct store_calls calls;
	struct store_config config;
	int64_t mono;
	unsigned seed;
	struct store_result last; /* of the newest confirmation */
	char error[STORE_ERROR_BYTES];
	unsigned confirmed, inventories, resyncs, healths;
};

static inline void
bench_inventory_news(void *arg, uint64_t revision)
{
	struct bench *b = arg;

	(void)revision;
	b->inventories++;
}

static inline void
bench_resync_news(void *arg)
{
	struct bench *b = arg;

	b->resyncs++;
}

static inline void
bench_health_news(void *arg)
{
	struct bench *b = arg;

	b->healths++;
}

static inline void
bench_init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	snprintf(b->dir, sizeof(b->dir), "/tmp/camwarden-store-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->mono = 100 * S;
	b->config.dir = b->dir;
	b->config.actor = "test";
	b->calls = (struct store_calls){ bench_inventory_news,
		bench_resync_news, bench_health_news, b };
}

static inline void
bench_open(struct bench *b)
{
	char error[STORE_ERROR_BYTES];

	b->config.mono_us = b->mono;
	b->config.utc_us = T0 + b->mono;
	b->store = store_open(&b->config, &b->calls, error);
	if (b->store == NULL)
		fail_msg("%s", error);
}

static inline void
bench_fini(struct bench *b)
{
	store_close(&b->store);
	remove_tree(b->dir);
}

static inline void
bench_done(void *arg, const struct store_result *r)
{
	struct bench *b = arg;

	b->last = *r;
	snprintf(b->error, sizeof(b->error), "%s", r->error);
	b->last.error = b->error;
	b->confirmed++;
}

static inline void
bench_drain(struct bench *b)
{
	assert_true(store_drain(b->store, 20000));
}

static inline void
bench_random(void *arg, uint8_t out[16])
{
	struct bench *b = arg;

	for (int i = 0; i < 16; i++)
		out[i] = (uint8_t)(rand_r(&b->seed) >> 8);
}

/* Of the store in its directory; NULL: it has none. Given. */
static inline struct keys *
bench_keys(const struct bench *b)
{
	char path[128], why[KEYS_ERROR];

	snprintf(path, sizeof(path), "%s/" KEYS_FILE, b->dir);
	return keys_open(path, why);
}

/* Imports a CSV; true when it was applied. */
static inline bool
bench_import(struct bench *b, enum inventory_kind kind, const char *csv,
    bool prune)
{
	struct inventory_mistakes m = { 0 };
	struct inventory *wish = inventory_new(), *now;
	char error[256];
	uint64_t revision;
	struct store_reader *r = store_reader_open(b->dir, error);

	struct keys *keys = bench_keys(b);

	assert_non_null(r);
	store_reader_keys(r, keys);
	assert_true(inventory_read(wish, kind, "t.csv", csv, strlen(csv), &m));
	now = store_read_inventory(r, true, &revision);
	assert_non_null(now);
	struct inventory_options opt = { kind, prune, bench_random, b,
		"t.csv" };
	struct inventory_plan *plan = inventory_plan_new(now, wish, &opt, &m);

	if (plan == NULL)
		fail_msg("%s", m.text);
	store_reader_close(&r);
	keys_free(&keys);
	inventory_free(&wish);
	inventory_free(&now);
	unsigned before = b->confirmed;

	assert_true(store_inventory(b->store, plan, revision, "test", "why",
	    &(struct store_done){ bench_done, b }));
	bench_drain(b);
	assert_int_equal(b->confirmed, before + 1);
	inventory_mistakes_fini(&m);
	return b->last.ok;
}

static inline void
bench_feeds(struct bench *b, int n)
{
	char *csv = calloc(1, 64 + 128 * (size_t)n), *p = csv;

	p += sprintf(p, "site,name,url\n");
	for (int i = 1; i <= n; i++)
		p += sprintf(p, "North/Gate,cam%d,rtsp://10.0.%d.%d/s\n", i,
		    i / 250, i % 250 + 1);
	assert_true(bench_import(b, INVENTORY_FEEDS, csv, false));
	free(csv);
}

/* The main loop lives, second by second, up to `until`. */
static inline void
bench_live(struct bench *b, int64_t until)
{
	while (b->mono < until) {
		b->mono = b->mono + 2 * S < until ? b->mono + 2 * S : until;
		assert_true(store_heartbeat(b->store, b->mono));
		bench_drain(b);
	}
}

static inline void
bench_verdict(struct bench *b, int64_t feed, enum cause cause, int64_t since,
    int64_t at, bool confirm)
{
	struct store_done done = { bench_done, b };
	struct store_verdict v = { .feed = feed,
		.state = cause_state(cause),
		.cause = cause,
		.causes = cause == CAUSE_NONE ? 0 : (uint64_t)1 << cause,
		.confidence = 90,
		.since_us = since,
		.at_us = at,
		.evidence = "{\"n\":1}" };

	bench_live(b, at);
	assert_true(store_verdict(b->store, &v, confirm ? &done : NULL));
}

/* A second connection for what no reader shows. */
static inline sqlite3 *
bench_sql(struct bench *b)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
	    SQLITE_OK);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_busy_timeout(db, 5000);
	return db;
}

static inline int64_t
bench_int(struct bench *b, const char *sql)
{
	sqlite3 *db = bench_sql(b);
	sqlite3_stmt *st;
	int64_t v = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return v;
}

static inline bool
bench_sound(struct bench *b)
{
	sqlite3 *db = bench_sql(b);
	sqlite3_stmt *st;
	bool ok;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1,
			     &st, NULL),
	    SQLITE_OK);
	ok = sqlite3_step(st) == SQLITE_ROW &&
	     strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return ok;
}

/* Tiling: within an epoch each interval of a feed begins where the one before
 * ended; none is empty; at most one is open; all lie in their epoch; none is
 * both unknown and with a cause of another state. */
static inline void
bench_tiles(struct bench *b)
{
	assert_int_equal(
	    bench_int(b, "SELECT count(*) FROM (SELECT start, lag(end) OVER "
			 "(PARTITION BY"
			 " feed, epoch ORDER BY start) AS before, lag(id) OVER "
			 "(PARTITION"
			 " BY feed, epoch ORDER BY start) AS had FROM interval)"
			 " WHERE had IS NOT NULL AND before IS NOT start"),
	    0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM interval WHERE end "
				      "<= start"),
	    0);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval i JOIN epoch e ON "
			     "e.id = i.epoch"
			     " WHERE i.start < e.start OR i.end > e.end"
			     " OR (i.end IS NULL AND e.end IS NOT NULL)"),
	    0);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM (SELECT feed FROM interval "
			     "WHERE end IS"
			     " NULL GROUP BY feed HAVING count(*) > 1)"),
	    0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM interval WHERE "
				      "state = 1 AND cause <> 0"
				      " OR state = 0 AND cause < 30"),
	    0);
	/* Closed epochs are covered to their end by feeds that stayed. */
	assert_int_equal(
	    bench_int(b,
		"SELECT count(*) FROM epoch e JOIN feed f ON f.removed IS NULL"
		" AND f.enabled AND f.active <= e.start WHERE e.end > e.start "
		"AND"
		" NOT EXISTS(SELECT 1 FROM interval i WHERE i.feed = f.id AND"
		" i.epoch = e.id AND i.end = e.end)"),
	    0);
}

static inline struct ledger_bytes
bench_bytes(struct store_text t)
{
	return (struct ledger_bytes){ t.p, t.n };
}

struct bench_ledger { /* what was read so far */
	struct tree tree;
	uint8_t prev[LEDGER_HASH];
	int64_t last, mono, run;
	unsigned lines, expired;
};

static inline bool
bench_line(void *arg, const struct store_line *l)
{
	struct bench_ledger *b = arg;
	uint8_t digest[LEDGER_HASH], hash[LEDGER_HASH];
	uint8_t tiles[TREE_TILES][LEDGER_HASH];
	bool private = ledger_is_private(l->kind.p, l->kind.n);

	assert_non_null(l->origin);
	assert_non_null(l->run);
	assert_non_null(l->hash);
	assert_false(l->doubled);
	assert_int_equal(private, l->digest != NULL);
	assert_true(b->lines == 0 || l->seq == b->last + 1);
	if (l->body.p != NULL) {
		assert_int_equal(private, l->salt != NULL);
		assert_true(l->body.p[0] == '{');
		ledger_digest(l->salt, bench_bytes(l->actor),
		    bench_bytes(l->body), digest);
		if (private)
			assert_memory_equal(digest, l->digest, LEDGER_HASH);
	} else {
		assert_true(private);
		memcpy(digest, l->digest, LEDGER_HASH);
		b->expired++;
	}
	ledger_line_hash(&(struct ledger_line){ l->origin, l->run, l->seq,
			     l->mono, l->utc, l->feed, bench_bytes(l->kind) },
	    b->prev, digest, hash);
	/* What lies before the first is gone by age. */
	if (b->lines == 0 && b->tree.size > 0)
		memcpy(hash, l->hash, LEDGER_HASH);
	assert_memory_equal(hash, l->hash, LEDGER_HASH);
	tree_append(&b->tree, hash, tiles);
	memcpy(b->prev, hash, LEDGER_HASH);
	/* Time never goes back within a run, nor do runs. */
	assert_true(l->run_id >= b->run);
	assert_true(l->run_id > b->run || l->mono >= b->mono);
	b->run = l->run_id;
	b->mono = l->mono;
	b->last = l->seq;
	b->lines++;
	return true;
}

/* Every hash computed anew from nothing but the rows, and the tree: tiles and
 * frontier are those that the lines give. Gives how many lines there are. */
static inline unsigned
bench_chain(struct bench *b)
{
	struct bench_ledger l = { .lines = 0 };
	struct store_ledger about;
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);
	struct tree then;
	uint8_t root[LEDGER_HASH], again[LEDGER_HASH];

	assert_non_null(r);
	assert_true(store_reader_hold(r));
	assert_true(store_read_ledger(r, &about));
	struct tree_source source = store_read_tree(r);
	uint64_t cut =
	    about.first > 0 ? (uint64_t)(about.first - 1 - about.base) : 0;

	assert_int_equal(cut % TREE_TILE, 0);
	assert_true(tree_at(&source, cut, &l.tree));
	assert_true(store_read_lines(r, 0, INT64_MAX, bench_line, &l));
	assert_int_equal(l.last, about.last);
	assert_memory_equal(l.prev, about.head, LEDGER_HASH);
	assert_int_equal(l.tree.size, about.size);
	/* What is read from tiles is what was made of all lines. */
	assert_true(tree_at(&source, about.size, &then));
	tree_root(&then, root);
	tree_root(&l.tree, again);
	assert_memory_equal(root, again, LEDGER_HASH);
	store_reader_release(r);
	store_reader_close(&r);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM tile"),
	    (int64_t)((about.size >> 8) + (about.size >> 16) +
		      (about.size >> 24)));
	return l.lines;
}

/* Of a test: a bench, in *state. */
static inline int
bench_setup_empty(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench_init(b);
	bench_open(b);
	*state = b;
	return 0;
}

/* The same with two feeds. */
static inline int
bench_setup(void **state)
{
	bench_setup_empty(state);
	bench_feeds(*state, 2);
	return 0;
}

static inline int
bench_teardown(void **state)
{
	struct bench *b = *state;

	bench_fini(b);
	free(b);
	return 0;
}

#endif
