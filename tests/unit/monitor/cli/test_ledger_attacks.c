/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an insider with root can do to the database, and what `ledger verify`
 * says of it; and that of an honest database it never says anything.
 * About 20 s. */
#include "history.h"

#include "monitor/store/db.h"
#include "monitor/store/writer.h"

#define STEPS 400

static struct history *h;
static char copy[128], witness[160];
static char night[128]; /* last night's copy */

static void
copy_file(const char *from, const char *to)
{
	char command[400];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	assert_int_equal(system(command), 0);
}

static const char *
database(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", h->b.dir, STORE_FILE);
	return path;
}

static int64_t
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	int64_t v = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

static void
open_again(void)
{
	char error[STORE_ERROR_BYTES];

	h->b.config.mono_us = h->b.mono += S;
	h->b.config.utc_us = T0 + h->drift + h->b.mono;
	h->b.store = store_open(&h->b.config, &h->b.calls, error);
	assert_non_null(h->b.store);
}

/* Hours later: what was watched has been summed. */
static void
sum_up(void)
{
	int64_t hour = 3600 * S, left = 1;

	for (int i = 0; i < 3 * 1800; i++) {
		assert_true(store_heartbeat(h->b.store, h->b.mono += 2 * S));
		if (i % 100 == 99)
			bench_drain(&h->b);
	}
	store_close(&h->b.store);
	open_again(); /* it looks at once then */
	int64_t now = T0 + h->drift + h->b.mono;
	sqlite3 *db = bench_sql(&h->b);

	for (int i = 0; i < 200 && left > 0; i++) {
		left = number(db, "SELECT count(*) FROM watched_due");
		if (number(db, "SELECT value FROM meta WHERE key ="
			       " 'watched_hour'") +
			hour + 600 * S <=
		    now)
			left++;
		usleep(20000);
	}
	sqlite3_close(db);
	assert_int_equal(left, 0);
}

static int
setup(void **state)
{
	(void)state;
	h = calloc(1, sizeof(*h));
	history_begin(h, 42);
	snprintf(copy, sizeof(copy), "%s.copy", h->b.dir);
	snprintf(night, sizeof(night), "%s.night", h->b.dir);
	snprintf(witness, sizeof(witness), "%s.notes", h->b.dir);
	history_go(h, STEPS / 2);
	history_checkpoint(h);
	store_close(&h->b.store);
	copy_file(database(), night);
	open_again();
	history_go(h, STEPS / 2);
	sum_up();
	history_checkpoint(h);
	store_close(&h->b.store);
	history_write(witness, h->notes);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(copy);
	unlink(night);
	unlink(witness);
	history_end(h);
	free(h);
	return 0;
}

static int
look(const char *file, bool witnessed, struct verify_report *out)
{
	struct ledger_ask ask = { file, witnessed ? witness : NULL, h->key,
		false };

	return ledger_look(&ask, out);
}

static void
told(const struct verify_report *r)
{
	for (size_t i = 0; i < r->count && i < 5; i++)
		print_message("    %s: line %lld, %s: %s\n",
		    verify_word_name(r->list[i].word),
		    (long long)r->list[i].seq, r->list[i].kind,
		    r->list[i].text);
}

static sqlite3 *
open_copy(void)
{
	sqlite3 *db;

	copy_file(database(), copy);
	assert_int_equal(sqlite3_open(copy, &db), SQLITE_OK);
	return db;
}

static void
run(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

static void
test_honest(void **state)
{
	struct verify_report r;

	(void)state;
	int code = look(database(), true, &r);

	told(&r);
	assert_int_equal(code, 0);
	assert_true(r.lines > STEPS);
	assert_int_equal(r.witnessed, h->count);
	assert_int_equal(look(database(), false, &r), 0);
}

/* where: the line that must be named; NULL: any, or none. sql may be several
 * statements; each must change something. */
static const struct attack {
	const char *name, *sql;
	enum verify_word word;
	const char *where;
} attacks[] = {
	{ "a verdict is edited",
	    "UPDATE event SET body = replace(body, 'down', 'up  ') WHERE seq ="
	    " (SELECT min(seq) FROM event WHERE kind = 'verdict' AND body LIKE"
	    " '%\"down\"%')",
	    VERIFY_CHANGED,
	    "SELECT min(seq) FROM event WHERE kind = 'verdict' AND body LIKE"
	    " '%\"down\"%'" },
	{ "a line is deleted", "DELETE FROM event WHERE seq = 60",
	    VERIFY_REMOVED, "SELECT 60" },
	{ "a line is deleted, the rest renumbered",
	    "DELETE FROM private WHERE seq = 60; DELETE FROM event WHERE seq ="
	    " 60; UPDATE event SET seq = -seq WHERE seq > 60;"
	    "UPDATE event SET seq = -seq - 1 WHERE seq < 0;"
	    "UPDATE private SET seq = -seq WHERE seq > 60;"
	    "UPDATE private SET seq = -seq - 1 WHERE seq < 0",
	    VERIFY_REMOVED, "SELECT 60" },
	{ "a line is inserted",
	    "UPDATE event SET seq = -seq WHERE seq > 60;"
	    "UPDATE event SET seq = 1 - seq WHERE seq < 0;"
	    "UPDATE private SET seq = -seq WHERE seq > 60;"
	    "UPDATE private SET seq = 1 - seq WHERE seq < 0;"
	    "INSERT INTO event SELECT 61, run, mono, utc, 'verdict', 1,"
	    " 'judge', '{}', NULL, hash FROM event WHERE seq = 60",
	    VERIFY_INSERTED, "SELECT 61" },
	{ "two lines change places",
	    "UPDATE event SET seq = -1 WHERE seq = 70;"
	    "UPDATE event SET seq = 70 WHERE seq = 90;"
	    "UPDATE event SET seq = 90 WHERE seq = -1;"
	    "UPDATE private SET seq = -1 WHERE seq = 70;"
	    "UPDATE private SET seq = 70 WHERE seq = 90;"
	    "UPDATE private SET seq = 90 WHERE seq = -1",
	    VERIFY_REORDERED, "SELECT 70" },
	{ "two neighbours change places",
	    "UPDATE event SET seq = -1 WHERE seq = 70;"
	    "UPDATE event SET seq = 70 WHERE seq = 71;"
	    "UPDATE event SET seq = 71 WHERE seq = -1;"
	    "UPDATE private SET seq = -1 WHERE seq = 70;"
	    "UPDATE private SET seq = 70 WHERE seq = 71;"
	    "UPDATE private SET seq = 71 WHERE seq = -1",
	    VERIFY_REORDERED, "SELECT 70" },
	{ "the end is cut off",
	    "DELETE FROM event WHERE seq > 300; DELETE FROM private WHERE seq"
	    " > 300",
	    VERIFY_CUT_OFF, "SELECT 301" },
	{ "back-dated",
	    "UPDATE event SET utc = utc - 3600000000 WHERE seq = 80",
	    VERIFY_CHANGED, "SELECT 80" },
	{ "another actor acknowledged",
	    "UPDATE private SET actor = 'bob' WHERE seq = (SELECT min(seq) FROM"
	    " event WHERE kind = 'incident.acknowledge')",
	    VERIFY_CHANGED,
	    "SELECT min(seq) FROM event WHERE kind = 'incident.acknowledge'" },
	{ "private content is deleted",
	    "DELETE FROM private WHERE seq = (SELECT max(seq) FROM private)",
	    VERIFY_REMOVED, "SELECT max(seq) + 0 FROM private" },
	{ "a tile is deleted", "DELETE FROM tile WHERE level = 8 AND place = 0",
	    VERIFY_REMOVED, "SELECT 1" },
	{ "a tile is another one",
	    "UPDATE tile SET hash = zeroblob(32) WHERE place = 0",
	    VERIFY_REWRITTEN, "SELECT 1" },
	{ "a picture is another one",
	    "UPDATE thumbnail SET png = x'89504e47' WHERE id = (SELECT min(id)"
	    " FROM thumbnail WHERE incident IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a picture is another one, with its hash",
	    "UPDATE thumbnail SET (png, sha256) = (SELECT png, sha256 FROM"
	    " thumbnail WHERE kind = 3 OR incident IS NULL LIMIT 1) WHERE id ="
	    " (SELECT min(id) FROM thumbnail WHERE incident IS NOT NULL)",
	    VERIFY_REMOVED, NULL },
	{ "a picture is deleted",
	    "PRAGMA foreign_keys = ON;"
	    "DELETE FROM thumbnail WHERE id = (SELECT min(id)"
	    " FROM thumbnail WHERE kind = 2)",
	    VERIFY_REMOVED, NULL },
	{ "an interval is shifted",
	    "UPDATE interval SET start = start + 1000000 WHERE id = (SELECT id"
	    " FROM interval WHERE state = 3 AND end > start + 2000000 LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "an interval ends sooner",
	    "UPDATE interval SET end = end - 1000000 WHERE id = (SELECT id"
	    " FROM interval WHERE state = 3 AND end > start + 2000000 LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "down becomes up",
	    "UPDATE interval SET state = 1, cause = 0, causes = 0 WHERE id ="
	    " (SELECT id FROM interval WHERE state = 3 LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "an interval is deleted",
	    "DELETE FROM interval WHERE id = (SELECT id FROM interval WHERE"
	    " state = 3 LIMIT 1)",
	    VERIFY_REMOVED, NULL },
	{ "an interval is made up",
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence) SELECT feed, epoch,"
	    " start - 5000000, start - 4000000, since, at, 1, 0, 0, 100, '{}'"
	    " FROM interval LIMIT 1",
	    VERIFY_INSERTED, NULL },
	{ "attended longer",
	    "UPDATE presence SET state = 1 WHERE id = (SELECT id FROM presence"
	    " WHERE state = 2 LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "presence moved",
	    "UPDATE presence SET start = start + 1 WHERE id = (SELECT id FROM"
	    " presence WHERE end > start + 2 AND state = 2 LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "a screen showed something else",
	    "UPDATE display SET tiles = x'0100' WHERE id = (SELECT id FROM"
	    " display WHERE tiles <> x'0100' LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "an incident began later",
	    "UPDATE incident SET since = since + 1000000 WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "an incident was over sooner",
	    "UPDATE incident SET good = good - 1000000 WHERE id = (SELECT id"
	    " FROM incident WHERE good IS NOT NULL LIMIT 1)",
	    VERIFY_CHANGED, NULL },
	{ "an incident is over, at no time",
	    "UPDATE incident SET good = 0, closed = 0 WHERE id = (SELECT"
	    " max(id) FROM incident WHERE closed IS NULL)",
	    VERIFY_CHANGED, NULL },
	{ "an open interval has an end that is no number",
	    "UPDATE interval SET end = '' WHERE id = (SELECT max(id) FROM"
	    " interval WHERE end IS NULL)",
	    VERIFY_CHANGED, NULL },
	{ "an epoch ends at no time",
	    "UPDATE epoch SET end = 0 WHERE end IS NULL", VERIFY_CHANGED,
	    NULL },
	{ "a feed is gone, since no time",
	    "UPDATE feed SET removed = 0 WHERE id = 1", VERIFY_CHANGED, NULL },
	{ "a feed is watched no more, since no time",
	    "UPDATE feed SET inactive = 0 WHERE id = 1", VERIFY_CHANGED, NULL },
	{ "a console is gone, since no time",
	    "UPDATE console SET removed = 0 WHERE id = 1", VERIFY_CHANGED,
	    NULL },
	{ "an incident is deleted", "DELETE FROM incident WHERE id = 2",
	    VERIFY_REMOVED, NULL },
	{ "another one acknowledged it",
	    "UPDATE incident SET acknowledged_by = 'bob' WHERE id = (SELECT"
	    " min(id) FROM incident WHERE acknowledged IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "maintenance entered earlier",
	    "UPDATE overlay SET created = created - 86400000000 WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "maintenance is made up",
	    "INSERT INTO overlay(kind, feed, starts, ends, actor, reason,"
	    " created) SELECT 1, 1, starts, ends, actor, reason, created FROM"
	    " overlay WHERE id = 1",
	    VERIFY_INSERTED, NULL },
	{ "two feeds exchange their UUIDs",
	    "UPDATE feed SET uuid = zeroblob(16) WHERE id = 1;"
	    "UPDATE feed SET uuid = (SELECT uuid FROM feed WHERE id = 2),"
	    " name = 'x' WHERE id = 3 AND 0;"
	    "UPDATE feed SET uuid = x'01020304050607080910111213141516'"
	    " WHERE id = 2",
	    VERIFY_CHANGED, NULL },
	{ "two feeds exchange their names",
	    "UPDATE feed SET name = '~' WHERE id = 1;"
	    "UPDATE feed SET name = 'cam1' WHERE id = 2;"
	    "UPDATE feed SET name = 'cam2' WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a site lies in none",
	    "UPDATE site SET parent = NULL WHERE parent IS NOT NULL",
	    VERIFY_CHANGED, NULL },
	{ "a site lies in another",
	    "UPDATE site SET parent = (SELECT max(id) FROM site) WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "two consoles exchange their names",
	    "UPDATE console SET name = '~' WHERE id = 1;"
	    "UPDATE console SET name = 'D1' WHERE id = 2;"
	    "UPDATE console SET name = 'D2' WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "an epoch is longer", "UPDATE epoch SET end = end + 1 WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a viewer becomes admin",
	    "UPDATE user SET role = 5 WHERE id = (SELECT max(id) FROM user)",
	    VERIFY_CHANGED, NULL },
	{ "a user sees more sites",
	    "UPDATE user SET site = 'x' WHERE id = (SELECT max(id) FROM user)",
	    VERIFY_CHANGED, NULL },
	{ "a user gets another's password",
	    "UPDATE user SET hash = hash || 'A' WHERE id = (SELECT max(id) FROM"
	    " user WHERE removed IS NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a user who left is back",
	    "UPDATE user SET removed = NULL WHERE id = (SELECT max(id) FROM"
	    " user WHERE removed IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a user nobody made",
	    "INSERT INTO user(name, role, site, hash, created, actor) SELECT"
	    " 'eve', 5, '', hash, created, actor FROM user LIMIT 1",
	    VERIFY_INSERTED, NULL },
	{ "a log-in goes on",
	    "UPDATE login SET ended = NULL, why = 0 WHERE id = (SELECT max(id)"
	    " FROM login WHERE ended IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a log-in lasts longer",
	    "UPDATE login SET ends = ends + 1 WHERE id = 1", VERIFY_CHANGED,
	    NULL },
	{ "a log-in from elsewhere",
	    "UPDATE login SET address = '10.0.0.9' WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a log-in is gone", "DELETE FROM login WHERE id = 1", VERIFY_REMOVED,
	    NULL },
	{ "a log-in nobody began",
	    "INSERT INTO login(user, hash, address, agent, created, seen,"
	    " ends) SELECT user, randomblob(32), address, agent, created,"
	    " seen, ends FROM login LIMIT 1",
	    VERIFY_INSERTED, NULL },
	{ "a kiosk's machine is another",
	    "UPDATE token SET claim = randomblob(32) WHERE id = (SELECT"
	    " max(id) FROM token WHERE claimed IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a kiosk is a program's",
	    "UPDATE token SET kind = 4, role = 5 WHERE id = (SELECT max(id)"
	    " FROM token WHERE kind = 5)",
	    VERIFY_CHANGED, NULL },
	{ "somebody else said so", "UPDATE comment SET actor = 'bob'",
	    VERIFY_CHANGED, NULL },
	{ "a comment is gone", "DELETE FROM comment WHERE id = 1",
	    VERIFY_REMOVED, NULL },
	{ "a handover says more",
	    "UPDATE handover SET text = text || '!' WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a handover is of an earlier shift",
	    "UPDATE handover SET created = created - 3600000000 WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a dispute is gone", "DELETE FROM dispute WHERE id = 1",
	    VERIFY_REMOVED, NULL },
	{ "a missed question is answered",
	    "UPDATE prompt SET right = 1 - right WHERE id = (SELECT id FROM"
	    " prompt WHERE right < 2 LIMIT 1)",
	    VERIFY_INSERTED, NULL },
	{ "a shift may be sat through idle",
	    "UPDATE shift SET idle_after_s = 14400 WHERE id = (SELECT min(id)"
	    " FROM shift WHERE removed IS NULL)",
	    VERIFY_CHANGED, NULL },
	{ "fewer are due on a shift",
	    "UPDATE shift SET at_least = at_least + 1 WHERE id = (SELECT"
	    " min(id) FROM shift)",
	    VERIFY_CHANGED, NULL },
	{ "a shift is gone", "DELETE FROM shift WHERE id = 1", VERIFY_REMOVED,
	    NULL },
	{ "a shift never was",
	    "INSERT INTO shift(room, days, starts, ends, at_least, breaks)"
	    " SELECT room, 96, 0, 1440, 1, '' FROM shift LIMIT 1",
	    VERIFY_INSERTED, NULL },
	{ "a screen was due to show another feed",
	    "UPDATE screen_feed SET feed = 3 WHERE place = 0", VERIFY_CHANGED,
	    NULL },
	{ "a screen was due to show one more",
	    "INSERT INTO screen_feed SELECT screen, 60, 5 FROM screen_feed"
	    " LIMIT 1",
	    VERIFY_CHANGED, NULL },
	{ "another desk camera",
	    "UPDATE console SET desk_feed = 1 WHERE id = 1", VERIFY_CHANGED,
	    NULL },
	{ "any window counts",
	    "UPDATE pattern SET title = '*' WHERE name = 'wall'",
	    VERIFY_CHANGED, NULL },
	{ "a token is somebody else's",
	    "UPDATE token SET hash = randomblob(32) WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a revoked token lives",
	    "UPDATE token SET revoked = NULL WHERE id = (SELECT min(id) FROM"
	    " token WHERE revoked IS NOT NULL)",
	    VERIFY_CHANGED, NULL },
	{ "a token nobody made",
	    "INSERT INTO token(console, kind, hash, created, actor, name)"
	    " SELECT NULL, 4, randomblob(32), created, actor, 'x' FROM token"
	    " LIMIT 1",
	    VERIFY_INSERTED, NULL },
	{ "another one approved",
	    "UPDATE reference SET actor = 'bob' WHERE feed = (SELECT min(feed)"
	    " FROM reference)",
	    VERIFY_CHANGED, NULL },
	{ "another picture is approved",
	    "UPDATE reference SET judge_sha256 = zeroblob(32) WHERE feed ="
	    " (SELECT min(feed) FROM reference)",
	    VERIFY_CHANGED, NULL },
	{ "an approval is gone",
	    "DELETE FROM reference WHERE feed = (SELECT min(feed) FROM"
	    " reference)",
	    VERIFY_REMOVED, NULL },
	{ "a report was another one",
	    "UPDATE report SET sha256 = zeroblob(32) WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a report was of another span",
	    "UPDATE report SET ends = ends + 1 WHERE id = 1", VERIFY_CHANGED,
	    NULL },
	{ "a report is gone", "DELETE FROM report WHERE id = 1", VERIFY_REMOVED,
	    NULL },
	{ "it was watched longer",
	    "UPDATE watched_day SET hours = (SELECT hours FROM watched_day w"
	    " WHERE w.hours <> watched_day.hours LIMIT 1) WHERE feed = 1",
	    VERIFY_CHANGED, NULL },
	{ "sums are gone", "DELETE FROM watched_day WHERE feed = 2",
	    VERIFY_REMOVED, NULL },
	{ "nobody had to watch before",
	    "UPDATE meta SET value = value + 86400000000 WHERE key ="
	    " 'watched_since'",
	    VERIFY_CHANGED, NULL },
	{ "nobody ever had to watch",
	    "DELETE FROM meta WHERE key = 'watched_since'", VERIFY_CHANGED,
	    NULL },
	{ "less was promised", "UPDATE site SET target = 900000 WHERE id = 1",
	    VERIFY_CHANGED, NULL },
	{ "a trigger waits",
	    "CREATE TRIGGER t AFTER INSERT ON interval BEGIN DELETE FROM"
	    " interval WHERE state = 3; END",
	    VERIFY_INSERTED, NULL },
	{ "an index hides questions",
	    "DROP INDEX prompt_asked;"
	    "CREATE INDEX prompt_asked ON prompt(asked) WHERE right = 2;"
	    "PRAGMA writable_schema = ON;"
	    "UPDATE sqlite_master SET sql = replace(sql, ' WHERE right = 2',"
	    " '') WHERE name = 'prompt_asked'",
	    VERIFY_CHANGED, NULL },
	{ "a checkpoint is made up",
	    "UPDATE checkpoint SET note = replace(note, 'utc 20', 'utc 19')"
	    " WHERE id = 2",
	    VERIFY_CHANGED, NULL },
};

static bool
says(const struct verify_report *r, const struct attack *a, int64_t where)
{
	if (where != 0)
		return r->list[0].word == a->word && r->list[0].seq == where;
	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].word == a->word)
			return true;
	return false;
}

static void
test_attacks(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		const struct attack *a = &attacks[i];
		struct verify_report r;
		sqlite3 *db = open_copy();
		int64_t where = a->where != NULL ? number(db, a->where) : 0;

		run(db, a->sql);
		if (sqlite3_total_changes(db) == 0 &&
		    strncmp(a->sql, "CREATE", 6) != 0)
			fail_msg("%s: nothing was changed", a->name);
		sqlite3_close(db);
		int code = look(copy, true, &r);

		if (code == 1 && says(&r, a, where))
			continue;
		print_message("%s: %d, due %s at line %lld\n", a->name, code,
		    verify_word_name(a->word), (long long)where);
		told(&r);
		bad++;
	}
	assert_int_equal(bad, 0);
}

/* Everything agrees with itself: only the witness knows better. */
static void
test_rolled_back(void **state)
{
	struct verify_report r;

	(void)state;
	assert_int_equal(look(night, false, &r), 0);
	assert_int_equal(look(night, true, &r), 1);
	assert_int_equal(r.list[0].word, VERIFY_ROLLED_BACK);
}

static int
on_private(const char *kind)
{
	return ledger_is_private(kind, strlen(kind));
}

static void
bind_hash(sqlite3 *db, const char *sql, const uint8_t *hash, int64_t a,
    int64_t b)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_blob(st, 1, hash, 32, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 2, a);
	sqlite3_bind_int64(st, 3, b);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static void
sign_anew(sqlite3 *db, const struct tree *tree, const uint8_t head[32])
{
	sqlite3_stmt *st, *set;

	sqlite3_prepare_v2(db, "SELECT id, utc FROM checkpoint WHERE size = ?",
	    -1, &st, NULL);
	sqlite3_bind_int64(st, 1, (int64_t)tree->size);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct note_checkpoint c = { .size = tree->size,
			.utc_us = sqlite3_column_int64(st, 1),
			.has_head = true };
		char text[NOTE_CHECKPOINT], line[NOTE_LINE], note[NOTE_BYTES];

		snprintf(c.origin, sizeof(c.origin), "%s", h->origin);
		tree_root(tree, c.root);
		memcpy(c.head, head, 32);
		note_checkpoint_print(&c, text);
		note_sign(&h->signer, text, strlen(text), 0, line);
		snprintf(note, sizeof(note), "%s\n%s", text, line);
		sqlite3_prepare_v2(db,
		    "UPDATE checkpoint SET root = ?, note = ? WHERE id = ?", -1,
		    &set, NULL);
		sqlite3_bind_blob(set, 1, c.root, 32, SQLITE_TRANSIENT);
		sqlite3_bind_text(set, 2, note, -1, SQLITE_TRANSIENT);
		sqlite3_bind_int64(set, 3, sqlite3_column_int64(st, 0));
		assert_int_equal(sqlite3_step(set), SQLITE_DONE);
		sqlite3_finalize(set);
	}
	sqlite3_finalize(st);
}

/* Root, the database, the source code and the stolen key: all of the chain is
 * made anew, tiles and signatures too. */
static void
forge(sqlite3 *db)
{
	struct tree tree = { 0 };
	uint8_t prev[32] = { 0 }, digest[32], hash[32];
	uint8_t tiles[TREE_TILES][32];
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT e.seq, e.mono, e.utc, e.kind,"
			     " ifnull(e.feed, 0), ifnull(e.actor, p.actor),"
			     " ifnull(e.body, p.body), p.salt, o.uuid, r.uuid"
			     " FROM event e JOIN run r ON r.id = e.run JOIN"
			     " origin o ON o.id = r.origin LEFT JOIN private p"
			     " ON p.seq = e.seq ORDER BY e.seq",
			     -1, &st, NULL),
	    SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *kind = (const char *)sqlite3_column_text(st, 3);
		const char *actor = (const char *)sqlite3_column_text(st, 5);
		const char *body = (const char *)sqlite3_column_text(st, 6);
		int64_t seq = sqlite3_column_int64(st, 0);
		struct ledger_line l = { sqlite3_column_blob(st, 8),
			sqlite3_column_blob(st, 9), seq,
			sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2),
			sqlite3_column_int64(st, 4), { kind, strlen(kind) } };

		ledger_digest(on_private(kind) ? sqlite3_column_blob(st, 7)
					       : NULL,
		    (struct ledger_bytes){ actor, strlen(actor) },
		    (struct ledger_bytes){ body, strlen(body) }, digest);
		ledger_line_hash(&l, prev, digest, hash);
		memcpy(prev, hash, 32);
		bind_hash(db, "UPDATE event SET hash = ? WHERE seq = ?", hash,
		    seq, 0);
		if (on_private(kind))
			bind_hash(db,
			    "UPDATE event SET digest = ? WHERE seq = ?", digest,
			    seq, 0);
		unsigned n = tree_append(&tree, hash, tiles);

		for (unsigned k = 0; k < n; k++)
			bind_hash(db,
			    "UPDATE tile SET hash = ? WHERE level = ? AND"
			    " place = ?",
			    tiles[k], 8 * (k + 1),
			    (int64_t)(tree.size >> 8 * (k + 1)) - 1);
		sign_anew(db, &tree, hash);
	}
	sqlite3_finalize(st);
}

/* The chain is good in itself: found by the tables, and by the witness: between
 * the last checkpoint that agrees and the first that doesn't. */
static void
test_rewritten(void **state)
{
	struct verify_report r;
	sqlite3 *db = open_copy();

	(void)state;
	int64_t seq = number(db,
	    "SELECT seq FROM event WHERE kind = 'verdict' AND seq > 200 LIMIT"
	    " 1");
	uint64_t before = 0;

	for (size_t i = 0; i < h->count; i++)
		if (h->seen[i] < (uint64_t)seq)
			before = h->seen[i];
	run(db, "BEGIN; UPDATE event SET body = replace(body, '\"n\":1',"
		" '\"n\":2') WHERE seq = (SELECT seq FROM event WHERE kind ="
		" 'verdict' AND seq > 200 LIMIT 1);"
		"UPDATE interval SET evidence = '{\"n\":2}' WHERE 0");
	forge(db);
	run(db, "COMMIT");
	sqlite3_close(db);
	assert_int_equal(look(copy, true, &r), 1);
	told(&r);
	assert_true(r.by_word[VERIFY_REWRITTEN] > 0);
	bool there = false;

	for (size_t i = 0; i < r.count; i++)
		there |= r.list[i].word == VERIFY_REWRITTEN &&
			 r.list[i].seq == (int64_t)before + 1;
	assert_true(there);
}

/* What nobody can find without a witness: the end of docs/record.md. The key is
 * stolen, lines and tables are changed alike, all is signed anew. */
static void
test_only_a_witness(void **state)
{
	static const char *const changes[] = {
		/* a reason that no table repeats */
		"UPDATE private SET body = replace(body, '\"why\"', '\"yes\"')"
		" WHERE seq = (SELECT min(seq) FROM event WHERE kind ="
		" 'feed.add')",
		/* who acknowledged: in line and table */
		"UPDATE private SET actor = 'bob' WHERE seq IN (SELECT seq FROM"
		" event WHERE kind = 'incident.acknowledge');"
		"UPDATE incident SET acknowledged_by = 'bob' WHERE"
		" acknowledged IS NOT NULL",
		/* evidence, in line and table */
		"UPDATE event SET body = replace(body, '\"n\":1', '\"n\":2')"
		" WHERE kind = 'verdict';"
		"UPDATE interval SET evidence = replace(evidence, '\"n\":1',"
		" '\"n\":2')",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct verify_report r;
		sqlite3 *db = open_copy();

		run(db, "BEGIN");
		run(db, changes[i]);
		forge(db);
		run(db, "COMMIT");
		sqlite3_close(db);
		int code = look(copy, false, &r);

		told(&r);
		assert_int_equal(code, 0);
		assert_int_equal(look(copy, true, &r), 1);
		assert_int_equal(r.list[0].word, VERIFY_REWRITTEN);
	}
}

/* Another installation, or this one made anew with a new key. */
static void
test_replaced(void **state)
{
	struct history *other = calloc(1, sizeof(*other));
	struct verify_report r;
	char path[128];

	(void)state;
	history_begin(other, 9);
	history_go(other, 20);
	store_close(&other->b.store);
	snprintf(path, sizeof(path), "%s/%s", other->b.dir, STORE_FILE);
	struct ledger_ask ask = { path, witness, h->key, false };

	assert_int_equal(ledger_look(&ask, &r), 1);
	assert_true(r.by_word[VERIFY_REPLACED] > 0);
	/* The same UUID, but another key. */
	ask = (struct ledger_ask){ database(), witness, other->key, false };
	assert_int_equal(ledger_look(&ask, &r), 1);
	assert_true(r.by_word[VERIFY_REPLACED] > 0);
	/* A witness of both has them in one file: each is as it was. */
	size_t n = strlen(other->notes);

	assert_true(n + strlen(h->notes) < sizeof(other->notes));
	snprintf(other->notes + n, sizeof(other->notes) - n, "%s", h->notes);
	history_write(witness, other->notes);
	int code = look(database(), true, &r);

	told(&r);
	assert_int_equal(code, 0);
	assert_int_equal(r.witnessed, h->count);
	history_write(witness, h->notes);
	history_end(other);
	free(other);
}

/* Bytes anywhere: a finding or a sentence, never a crash. */
static void
test_damaged(void **state)
{
	unsigned seed = 5, seen = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct verify_report r;

		copy_file(database(), copy);
		FILE *f = fopen(copy, "r+");

		assert_non_null(f);
		fseek(f, 0, SEEK_END);
		long size = ftell(f);

		for (int k = 0; k < 200; k++) {
			fseek(f, 100 + rand_r(&seed) % (size - 100), SEEK_SET);
			fputc(rand_r(&seed), f);
		}
		fclose(f);
		if (i % 4 == 0)
			assert_int_equal(truncate(copy, size / 2), 0);
		int code = look(copy, true, &r);

		assert_true(code == 1 || code == 2);
		seen += code == 2;
	}
	assert_true(seen > 0);
}

/* Of any history nothing is said; of any one row that is changed, something. */
static void
test_property(void **state)
{
	static const char *const edits[] = {
		"UPDATE interval SET end = end + 1 WHERE id = (SELECT id FROM"
		" interval WHERE end IS NOT NULL ORDER BY random() LIMIT 1)",
		"UPDATE interval SET confidence = confidence - 1 WHERE id ="
		" (SELECT id FROM interval ORDER BY random() LIMIT 1)",
		"DELETE FROM interval WHERE id = (SELECT id FROM interval ORDER"
		" BY random() LIMIT 1)",
		"UPDATE presence SET at = at + 1 WHERE id = (SELECT id FROM"
		" presence ORDER BY random() LIMIT 1)",
		"UPDATE display SET power = (power + 1) % 4 WHERE id = (SELECT"
		" id FROM display ORDER BY random() LIMIT 1)",
		"UPDATE event SET mono = mono + 1 WHERE seq = (SELECT seq FROM"
		" event ORDER BY random() LIMIT 1)",
		"DELETE FROM event WHERE seq = (SELECT seq FROM event WHERE seq"
		" < (SELECT max(size) FROM checkpoint) ORDER BY random() LIMIT"
		" 1)",
		"UPDATE epoch SET anchor = anchor + 1 WHERE id = (SELECT id"
		" FROM epoch ORDER BY random() LIMIT 1)",
	};
	struct history *mine = h;

	(void)state;
	for (unsigned seed = 100; seed < 112; seed++) {
		struct verify_report r;

		h = calloc(1, sizeof(*h));
		history_begin(h, seed);
		history_go(h, 120);
		history_checkpoint(h);
		store_close(&h->b.store);
		history_write(witness, h->notes);
		int code = look(database(), true, &r);

		told(&r);
		assert_int_equal(code, 0);
		for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
			sqlite3 *db = open_copy();

			run(db, edits[i]);
			int changed = sqlite3_changes(db);

			sqlite3_close(db);
			if (changed > 0 && look(copy, true, &r) != 1)
				fail_msg("seed %u: %s", seed, edits[i]);
		}
		history_end(h);
		free(h);
	}
	h = mine;
	history_write(witness, h->notes);
}

/* Three days later all that a day keeps is gone. */
static void
grow_old(uint32_t thumbnail_days)
{
	struct writer *w = calloc(1, sizeof(*w));

	h->b.mono += (int64_t)3 * 86400 * S;
	assert_true(db_open(&w->db, database(), SQLITE_OPEN_READWRITE, NULL));
	recover_settings(w);
	recover_begin_run(w, h->b.mono, T0 + h->drift + h->b.mono);
	w->keep_event_days = w->keep_interval_days = w->keep_people_days = 1;
	w->keep_thumbnail_days = thumbnail_days;
	for (int i = 0; i < 50 && retention_step(w, h->b.mono); i++)
		;
	recover_end_run(w, h->b.mono);
	db_close(&w->db);
	free(w);
}

/* What is too old goes, and is not missed; what did not go is. */
static void
test_retention(void **state)
{
	struct history *mine = h;
	struct verify_report r;

	(void)state;
	h = calloc(1, sizeof(*h));
	history_begin(h, 77);
	history_go(h, STEPS);
	history_checkpoint(h);
	store_close(&h->b.store);
	grow_old(0);
	open_again();
	history_go(h, 50);
	history_checkpoint(h);
	store_close(&h->b.store);
	history_write(witness, h->notes);
	int code = look(database(), true, &r);

	told(&r);
	assert_int_equal(code, 0);
	assert_true(r.first_seq > 256 && r.expired > 0);
	/* What retention did not delete is missed. */
	sqlite3 *db = open_copy();

	run(db, "DELETE FROM interval WHERE id = (SELECT max(id) FROM interval"
		" WHERE end IS NOT NULL)");
	sqlite3_close(db);
	assert_int_equal(look(copy, false, &r), 1);
	assert_true(r.by_word[VERIFY_REMOVED] > 0);
	db = open_copy();
	run(db, "DELETE FROM private WHERE seq = (SELECT max(seq) FROM"
		" private)");
	sqlite3_close(db);
	assert_int_equal(look(copy, false, &r), 1);
	assert_int_equal(r.list[0].word, VERIFY_REMOVED);
	/* What expired is said anew: beside the line, or in it. */
	static const char *const anew[] = {
		"UPDATE event SET actor = 'bob', body = '{}' WHERE seq ="
		" (SELECT min(seq) FROM event WHERE digest IS NOT NULL AND"
		" seq NOT IN (SELECT seq FROM private))",
		"INSERT INTO private SELECT min(seq), x'', 'bob', '{}' FROM"
		" event WHERE digest IS NOT NULL AND seq NOT IN (SELECT seq"
		" FROM private)",
	};

	for (size_t i = 0; i < sizeof(anew) / sizeof(anew[0]); i++) {
		db = open_copy();
		run(db, anew[i]);
		assert_int_equal(sqlite3_changes(db), 1);
		sqlite3_close(db);
		assert_int_equal(look(copy, false, &r), 1);
		assert_int_equal(r.list[0].word, VERIFY_CHANGED);
	}
	/* An edited line that says what was deleted. */
	db = open_copy();
	run(db, "UPDATE event SET body = replace(body, '_to\":', '_to\":9')"
		" WHERE kind = 'retention'");
	sqlite3_close(db);
	assert_int_equal(look(copy, false, &r), 1);
	assert_int_equal(r.list[0].word, VERIFY_CHANGED);
	history_end(h);
	free(h);
	h = mine;
	history_write(witness, h->notes);
}

/* The last good picture is minutes older than the trouble it is kept for, and
 * goes by its own age: that is no change of the record. */
static void
test_picture_expires(void **state)
{
	struct history *mine = h;
	struct verify_report r;

	(void)state;
	h = calloc(1, sizeof(*h));
	history_begin(h, 79);
	history_picture(h, 1, STORE_LAST_GOOD, 0);
	bench_live(&h->b, h->b.mono + 600 * S);
	struct store_incident i = { store_incident_next(h->b.store), 1, 0,
		h->b.mono - 20 * S, h->b.mono, CAUSE_STALLED, true,
		"nothing comes", 0, 0 };

	assert_true(store_incident_open(h->b.store, &i, NULL));
	bench_drain(&h->b);
	assert_int_equal(bench_int(&h->b,
			     "SELECT count(*) FROM incident WHERE before IS"
			     " NOT NULL"),
	    1);
	history_checkpoint(h);
	store_close(&h->b.store);
	grow_old(1);
	assert_int_equal(bench_int(&h->b,
			     "SELECT count(*) FROM thumbnail WHERE incident IS"
			     " NOT NULL"),
	    0);
	int code = look(database(), false, &r);

	told(&r);
	assert_int_equal(code, 0);
	history_end(h);
	free(h);
	h = mine;
}

/* Up to a tile's border, and a checkpoint there: where retention will cut. */
static void
go_to_border(void)
{
	do {
		assert_true(store_event(h->b.store, h->b.mono, "monitor.alive",
		    "monitor", "{}", NULL));
		bench_drain(&h->b);
	} while (
	    bench_int(&h->b, "SELECT max(seq) FROM event") % TREE_TILE != 0);
	history_checkpoint(h);
	assert_int_equal(h->seen[h->count - 1] % TREE_TILE, 0);
}

/* The first line left follows from one that is gone: its hash was told. */
static void
first_left(const char *edit)
{
	struct verify_report r;
	sqlite3 *db = open_copy();
	int64_t first = number(db, "SELECT min(seq) FROM event");

	run(db, edit);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
	assert_int_equal(look(copy, false, &r), 1);
	assert_int_equal(r.list[0].word, VERIFY_CHANGED);
	assert_int_equal(r.list[0].seq, first);
}

/* A checkpoint of what was cut off exactly is one that agrees; and the first
 * line that is left can't be another one. */
static void
test_first_left(void **state)
{
	struct history *mine = h;
	struct verify_report r;

	(void)state;
	h = calloc(1, sizeof(*h));
	history_begin(h, 78);
	history_go(h, 40);
	go_to_border();
	store_close(&h->b.store);
	grow_old(0);
	history_write(witness, h->notes);
	int code = look(database(), true, &r);

	told(&r);
	assert_int_equal(code, 0);
	assert_int_equal(r.first_seq, h->seen[h->count - 1] + 1);
	assert_true(r.witnessed > 0);
	first_left("UPDATE event SET utc = utc + 1, mono = mono + 1 WHERE seq ="
		   " (SELECT min(seq) FROM event)");
	first_left("UPDATE event SET feed = 1 WHERE seq = (SELECT min(seq)"
		   " FROM event)");
	first_left("UPDATE event SET body = '{\"n\":1}' WHERE seq = (SELECT"
		   " min(seq) FROM event)");
	history_end(h);
	free(h);
	h = mine;
	history_write(witness, h->notes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_honest),
		cmocka_unit_test(test_attacks),
		cmocka_unit_test(test_rolled_back),
		cmocka_unit_test(test_rewritten),
		cmocka_unit_test(test_only_a_witness),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_property),
		cmocka_unit_test(test_retention),
		cmocka_unit_test(test_picture_expires),
		cmocka_unit_test(test_first_left),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
