/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger in the store: lines and their content, heads, checkpoints,
 * receipts, deliveries, reports, what age takes and what it leaves. */
#include "bench.h"

#include "monitor/store/writer.h"

#define DAY (86400 * S)

static const struct store_done *
done(struct bench *b)
{
	static struct store_done d;

	d = (struct store_done){ bench_done, b };
	return &d;
}

/* --- contents */

static void
test_apart(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 2; i++)
		assert_true(store_event(b->store, b->mono, "user.login", "ana",
		    "{\"from\":\"10.0.0.9\"}", done(b)));
	assert_true(
	    store_event(b->store, b->mono, "store.test", "x", "{}", done(b)));
	bench_drain(b);
	/* About people: nothing of it in the line; salted, so that the same
	 * said twice does not show. */
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'user.login' AND actor IS NULL AND body"
				      " IS NULL AND length(digest) = 32"),
	    2);
	assert_int_equal(bench_int(b, "SELECT count(DISTINCT digest) FROM event"
				      " WHERE kind = 'user.login'"),
	    2);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM private p JOIN"
				      " event e USING(seq) WHERE e.kind ="
				      " 'user.login' AND p.actor = 'ana' AND"
				      " length(p.salt) = 16"),
	    2);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'store.test' AND body = '{}' AND"
				      " digest IS NULL"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM private p LEFT JOIN"
				      " event e USING(seq) WHERE e.digest IS"
				      " NULL"),
	    0);
	bench_chain(b);
}

/* Settings with many rules are long, and all of them are told. */
static void
test_long(void **state)
{
	enum { LONG = 200000 };
	struct bench *b = *state;
	char *body = malloc(LONG + 16);

	assert_non_null(body);
	memcpy(body, "{\"x\":\"", 6);
	memset(body + 6, 'a', LONG);
	memcpy(body + 6 + LONG, "\"}", 3);
	assert_true(store_event(b->store, b->mono, "settings", "monitor", body,
	    done(b)));
	bench_drain(b);
	free(body);
	assert_true(b->last.ok);
	assert_int_equal(bench_int(b, "SELECT length(body) FROM event WHERE"
				      " kind = 'settings'"),
	    LONG + 8);
	bench_chain(b);
}

/* A run says what it begins with, in parts if need be. */
static void
test_standing(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 900);
	store_close(&b->store);
	bench_open(b);
	assert_int_equal(bench_int(b, "SELECT kind = 'ledger.begin' FROM event"
				      " WHERE seq = 1"),
	    1);
	assert_true(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				 " 'store.feeds' AND run = 2") > 2);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event e,"
				      " json_each(e.body, '$.feeds') j JOIN"
				      " feed f ON f.id = json_extract(j.value,"
				      " '$[0]') WHERE e.kind = 'store.feeds'"
				      " AND e.run = 2 AND f.active ="
				      " json_extract(j.value, '$[2]') AND"
				      " lower(hex(f.uuid)) = replace("
				      "json_extract(j.value, '$[1]'), '-',"
				      " '')"),
	    900);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind ="
				      " 'store.feeds' AND run = 2 AND"
				      " json_extract(body, '$.last')"),
	    1);
	assert_int_equal(bench_int(b, "SELECT json_extract(body, '$.end') ="
				      " (SELECT end FROM epoch WHERE id = 1)"
				      " FROM event WHERE kind = 'store.left'"),
	    1);
	bench_chain(b);
}

/* --- heads and checkpoints */

struct heads {
	struct store_head last;
	unsigned count;
};

static void
on_head(void *arg, const struct store_result *r)
{
	struct heads *h = arg;

	assert_true(r->ok);
	assert_non_null(r->head);
	h->last = *r->head;
	h->count++;
}

static struct store_head
head_now(struct bench *b)
{
	struct heads h = { .count = 0 };

	assert_true(
	    store_head(b->store, b->mono, &(struct store_done){ on_head, &h }));
	bench_drain(b);
	assert_int_equal(h.count, 1);
	return h.last;
}

static void
test_head(void **state)
{
	struct bench *b = *state;
	struct store_head h = head_now(b);
	struct store_ledger l;
	struct tree t;
	uint8_t root[LEDGER_HASH];
	char error[256];
	struct store_reader *r = store_reader_open(b->dir, error);
	struct tree_source source = store_read_tree(r);

	assert_true(store_read_ledger(r, &l));
	assert_int_equal(h.size, l.size);
	assert_int_equal(h.seq, l.last);
	assert_int_equal(h.utc, T0 + b->mono);
	assert_memory_equal(h.head, l.head, LEDGER_HASH);
	assert_memory_equal(h.origin, l.origin, 16);
	assert_true(tree_at(&source, l.size, &t));
	tree_root(&t, root);
	assert_memory_equal(h.root, root, LEDGER_HASH);
	store_reader_close(&r);
	/* Nothing happened: it is the same, and can be asked all the same. */
	struct store_head again = head_now(b);

	assert_int_equal(again.size, h.size);
	assert_memory_equal(again.root, h.root, LEDGER_HASH);
	store_close(&b->store);
	b->mono += S;
	bench_open(b);
	assert_true(head_now(b).size > h.size);
}

struct seen {
	unsigned rows;
	char text[400];
	int64_t id, utc;
	uint64_t size;
};

static bool
on_checkpoint(void *arg, const struct store_checkpoint_row *row)
{
	struct seen *s = arg;

	assert_non_null(row->root);
	s->rows++;
	s->id = row->id;
	s->size = row->size;
	snprintf(s->text, sizeof(s->text), "%.*s", (int)row->note.n,
	    row->note.p);
	return true;
}

static bool
on_receipt(void *arg, const struct store_receipt_row *row)
{
	struct seen *s = arg;

	s->rows++;
	s->size = row->size;
	s->utc = row->utc;
	snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text),
	    "%.*s:%.*s ", (int)row->witness.n, row->witness.p, (int)row->text.n,
	    row->text.p);
	return true;
}

static int64_t
checkpoint_save(struct bench *b, const struct store_head *h, const char *note)
{
	struct store_checkpoint c = { .size = h->size,
		.utc = h->utc,
		.note = note };

	memcpy(c.root, h->root, sizeof(c.root));
	assert_true(store_checkpoint(b->store, &c, done(b)));
	bench_drain(b);
	return b->last.ok ? b->last.id : 0;
}

static void
test_checkpoints(void **state)
{
	struct bench *b = *state;
	struct store_head first = head_now(b), h;
	struct seen s = { .rows = 0 };
	char error[256];

	bench_verdict(b, 1, CAUSE_BLACK, b->mono, b->mono + S, false);
	bench_drain(b);
	h = head_now(b);
	/* Also when lines came after it; but never one that isn't ours. */
	int64_t one = checkpoint_save(b, &first, "note 1");
	int64_t two = checkpoint_save(b, &h, "note 2");

	assert_true(one > 0 && two > one);
	h.root[5] ^= 1;
	assert_int_equal(checkpoint_save(b, &h, "forged"), 0);
	h.root[5] ^= 1;
	h.size += 7;
	assert_int_equal(checkpoint_save(b, &h, "from the future"), 0);
	static const struct {
		int64_t utc;
		const char *witness, *text;
		bool second, well;
	} all[] = { { 5, "b", "old", true, true },
		{ 9, "a", "new", true, true }, { 7, "b", "newer", false, true },
		{ 6, "a", "late", false, true },
		{ 6, "a", "of nothing", false, false } };

	for (size_t i = 0; i < 5; i++) {
		struct store_receipt r = { !all[i].well	   ? 99
					   : all[i].second ? two
							   : one,
			all[i].witness, STORE_WITNESS_HTTP, all[i].utc,
			all[i].text };

		assert_true(store_receipt(b->store, &r, done(b)));
		bench_drain(b);
		assert_int_equal(b->last.ok, all[i].well);
	}
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_true(store_read_checkpoints(r, 0, 10, on_checkpoint, &s));
	assert_int_equal(s.rows, 2);
	assert_string_equal(s.text, "note 2");
	s.rows = 0;
	assert_true(store_read_newest_checkpoints(r, 1, on_checkpoint, &s));
	assert_int_equal(s.rows, 1);
	assert_int_equal(s.id, two);
	memset(&s, 0, sizeof(s));
	assert_true(store_read_last_receipts(r, on_receipt, &s));
	assert_string_equal(s.text, "a:new b:newer ");
	memset(&s, 0, sizeof(s));
	assert_true(store_read_receipts(r, one, 9, on_receipt, &s));
	assert_string_equal(s.text, "a:late b:newer ");
	assert_int_equal(s.size, first.size);
	store_reader_close(&r);
}

/* --- deliveries, reports */

static bool
on_delivery(void *arg, const struct store_delivery_row *row)
{
	struct seen *s = arg;

	s->rows++;
	s->id = row->id;
	snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text),
	    "%.*s/%zu/%u/%.*s/%d%d ", (int)row->target.n, row->target.p,
	    row->length, row->tries, (int)row->said.n, row->said.p,
	    row->done_utc != 0, row->gave_up_utc != 0);
	return true;
}

static void
attempt(struct bench *b, int64_t id, enum store_attempt_outcome outcome,
    const char *error, bool well)
{
	struct store_attempt a = { id, outcome, T0 + 5, T0 + 50, error };

	assert_true(store_attempt(b->store, &a, done(b)));
	bench_drain(b);
	assert_int_equal(b->last.ok, well);
}

static void
test_deliveries(void **state)
{
	struct bench *b = *state;
	int64_t id[3];
	char error[256];

	for (int i = 0; i < 3; i++) {
		struct store_delivery d = { 1,
			i == 0	 ? "a"
			: i == 1 ? "b"
				 : "c",
			"subject", "", "bo\0dy", 5, T0, T0 + 10 - i };

		assert_true(store_delivery(b->store, &d, done(b)));
		bench_drain(b);
		assert_true(b->last.ok);
		id[i] = b->last.id;
	}
	attempt(b, id[0], STORE_SENT, "", true);
	attempt(b, id[0], STORE_SENT, "", false); /* once */
	attempt(b, id[1], STORE_TRY_AGAIN, "refused", true);
	attempt(b, id[2], STORE_GIVEN_UP, "no such host", true);
	attempt(b, 77, STORE_SENT, "", false);
	store_close(&b->store); /* what waits outlives a stop */
	bench_open(b);
	struct store_reader *r = store_reader_open(b->dir, error);
	struct seen s = { .rows = 0 };

	assert_true(store_read_deliveries(r, true, 9, on_delivery, &s));
	assert_string_equal(s.text, "b/5/1/refused/00 ");
	memset(&s, 0, sizeof(s));
	assert_true(store_read_deliveries(r, false, 9, on_delivery, &s));
	assert_string_equal(s.text,
	    "c/5/1/no such host/01 b/5/1/refused/00 a/0/1//10 ");
	store_reader_close(&r);
}

static void
test_reports(void **state)
{
	struct bench *b = *state;
	struct store_made_report m = { .from_utc = T0,
		.to_utc = T0 + DAY,
		.at_us = b->mono,
		.path = "/x/report.html",
		.size = 9,
		.file_count = 2,
		.files = { { "report.html", { 0xab } },
		    { "report.csv", { 0xcd } } } };

	assert_true(store_made_report(b->store, &m, done(b)));
	bench_drain(b);
	assert_true(b->last.ok && b->last.seq > 0);
	assert_int_equal(bench_int(b, "SELECT r.seq = e.seq AND"
				      " json_extract(e.body, '$.file2') ="
				      " 'report.csv' AND json_extract(e.body,"
				      " '$.sha256_2') LIKE 'cd00%' AND"
				      " json_extract(e.body, '$.sha256_1') ="
				      " lower(hex(r.sha256)) FROM report r,"
				      " event e WHERE e.kind = 'report'"),
	    1);
	m.file_count = STORE_MADE_FILES + 1;
	assert_false(store_made_report(b->store, &m, NULL));
	m.file_count = 1;
	m.to_utc = m.from_utc;
	assert_true(store_made_report(b->store, &m, done(b)));
	bench_drain(b);
	assert_false(b->last.ok);
	assert_true(
	    store_forget_reports(b->store, b->mono, T0 + 2 * DAY, done(b)));
	bench_drain(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM report"), 0);
	assert_int_equal(bench_int(b, "SELECT json_extract(body,"
				      " '$.reports_to') FROM event WHERE kind ="
				      " 'retention'"),
	    T0 + 2 * DAY);
	bench_chain(b);
}

/* --- age */

static struct writer *
writer_of_bench(struct bench *b)
{
	struct writer *w = calloc(1, sizeof(*w));
	char path[128];

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&w->db, path, SQLITE_OPEN_READWRITE, NULL));
	recover_settings(w);
	recover_begin_run(w, b->mono, T0 + b->mono);
	assert_int_equal(w->db.rc, SQLITE_OK);
	return w;
}

/* Twenty lines a day, half of them about people. */
static void
days_fill(struct writer *w, int days, int64_t from)
{
	db_script(&w->db, "BEGIN");
	for (int i = 0; i < 20 * days; i++)
		assert_true(event_append(w, from + i * (DAY / 20),
				i % 2 ? "user.login" : "store.test", "ana", 0,
				"{\"x\":1}") > 0);
	assert_true(db_script(&w->db, "COMMIT"));
}

static void
test_age(void **state)
{
	struct bench *b = *state;
	struct writer *w = writer_of_bench(b);
	int64_t now = b->mono + 100 * DAY;

	days_fill(w, 100, b->mono);
	assert_true(w->at.seq > 2000);
	struct tree kept = w->at.tree;

	w->keep_people_days = 40;
	w->keep_event_days = 70;
	for (int i = 0; i < 50 && retention_step(w, now); i++)
		;
	assert_false(retention_step(w, now));
	assert_int_equal(w->db.rc, SQLITE_OK);
	/* Contents older than 40 days are gone, younger ones are not. */
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT count(*) FROM private p JOIN event e"
			     " USING(seq) WHERE e.utc < ?",
			     "i", T0 + now - 40 * DAY),
	    0);
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT count(*) FROM private WHERE"
			     " actor = 'ana'",
			     ""),
	    400);
	/* Whole lines older than 70 days, but by whole tiles. */
	int64_t first = db_int(&w->db, -1, "SELECT min(seq) FROM event", "");

	assert_int_equal((first - 1) % 256, 0);
	assert_true(first > 256);
	int64_t utc = db_int(&w->db, -1, "SELECT utc FROM event WHERE seq = ?",
	    "i", first);

	assert_true(utc < T0 + now - 70 * DAY + DAY);
	assert_true(utc > T0 + now - 70 * DAY - 14 * DAY);
	/* The lines say up to where. */
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT max(json_extract(body, '$.events_to'))"
			     " FROM event WHERE kind = 'retention'",
			     ""),
	    first - 1);
	int64_t contents_to = db_int(&w->db, -1,
	    "SELECT max(json_extract(body, '$.contents_to')) FROM event WHERE"
	    " kind = 'retention'",
	    "");

	assert_true(contents_to <
		    db_int(&w->db, -1, "SELECT min(seq) FROM private", ""));
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT count(*) FROM event WHERE seq <= ? AND"
			     " kind = 'user.login' AND seq >= ?",
			     "ii", contents_to, first),
	    db_int(&w->db, -1,
		"SELECT count(*) FROM event e WHERE digest IS NOT NULL AND NOT"
		" EXISTS(SELECT 1 FROM private p WHERE p.seq = e.seq)",
		""));
	assert_true(w->at.tree.size > kept.size);
	db_close(&w->db);
	free(w);
	b->mono = now + DAY;
	bench_open(b); /* the frontier comes back without the old lines */
	assert_true(bench_chain(b) > 600);
	store_close(&b->store);
}

/* Names that people left in other tables go with the contents. */
static void
test_age_of_names(void **state)
{
	struct bench *b = *state;
	struct store_incident i = { store_incident_next(b->store), 1, 0,
		b->mono, b->mono, CAUSE_FROZEN, true, "x" };

	assert_true(store_incident_open(b->store, &i, NULL));
	assert_true(store_incident_acknowledge(b->store, i.id, b->mono, "ana",
	    "on it", NULL));
	bench_drain(b);
	struct writer *w = writer_of_bench(b);

	w->keep_people_days = 40;
	retention_step(w, b->mono + 39 * DAY);
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT count(*) FROM incident WHERE"
			     " acknowledged_by = 'ana'",
			     ""),
	    1);
	assert_true(retention_step(w, b->mono + 41 * DAY));
	assert_int_equal(db_int(&w->db, -1,
			     "SELECT count(*) FROM incident WHERE"
			     " acknowledged_by = '' AND note = '' AND"
			     " acknowledged > 0",
			     ""),
	    1);
	db_close(&w->db);
	free(w);
	bench_open(b);
	bench_chain(b);
}

/* A ledger of which a tile is gone does not go on as if nothing were. */
static void
test_damaged(void **state)
{
	struct bench *b = *state;
	char error[STORE_ERROR_BYTES], path[128];
	struct writer *w = writer_of_bench(b);

	days_fill(w, 30, b->mono);
	assert_true(db_script(&w->db, "DELETE FROM tile"));
	db_close(&w->db);
	free(w);
	b->config.mono_us = b->mono;
	b->config.utc_us = T0 + b->mono;
	b->store = store_open(&b->config, NULL, error);
	assert_null(b->store);
	assert_non_null(strstr(error, "ledger is damaged"));
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	struct store_reader *r = store_reader_open_file(path, error);

	assert_non_null(r); /* but may be looked at */
	store_reader_close(&r);
	assert_null(store_reader_open_file("/nowhere/x.db", error));
}

/* Many lines by the store itself: frontier kept == frontier recovered. */
static void
test_many(void **state)
{
	struct bench *b = *state;
	struct store_head before;

	for (int i = 0; i < 66200; i++) {
		while (!store_event(b->store, b->mono, "store.test", "x", "{}",
		    NULL))
			bench_drain(b);
		if (i % 5000 == 0)
			bench_drain(b);
	}
	bench_drain(b);
	before = head_now(b);
	assert_true(before.size > 65536);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM tile WHERE level ="
				      " 16"),
	    1);
	store_close(&b->store);
	struct writer *w = calloc(1, sizeof(*w));
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&w->db, path, SQLITE_OPEN_READWRITE, NULL));
	w->tool = true; /* writes no line of its own but store.left */
	recover_settings(w);
	recover_begin_run(w, b->mono, T0 + b->mono);
	struct tree t = w->at.tree;

	db_close(&w->db);
	free(w);
	bench_open(b);
	assert_true(head_now(b).size > t.size);
	assert_true(t.size > before.size);
	bench_chain(b);
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_apart),
		TEST(test_long),
		TEST(test_standing),
		TEST(test_head),
		TEST(test_checkpoints),
		TEST(test_deliveries),
		TEST(test_reports),
		TEST(test_age),
		TEST(test_age_of_names),
		TEST(test_damaged),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
