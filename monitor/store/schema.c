/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/schema.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "monitor/store/copy.h"
#include "monitor/store/db.h"

#define APPLICATION_ID 0x63616d77 /* "camw" */

/* Times are microseconds UTC unless the name says mono. Numbers of states and
 * causes are those of camwarden/words.h. */
static const char first[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE origin(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE);"
    "CREATE TABLE run("
    " id INTEGER PRIMARY KEY, origin INTEGER NOT NULL REFERENCES origin,"
    " uuid BLOB NOT NULL UNIQUE, boot TEXT NOT NULL, tool INTEGER NOT NULL,"
    " started INTEGER NOT NULL, program TEXT NOT NULL);"
    "CREATE TABLE epoch("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,"
    " reason TEXT NOT NULL, anchor INTEGER NOT NULL, start INTEGER NOT NULL,"
    " end INTEGER);"
    "CREATE TABLE heartbeat("
    " id INTEGER PRIMARY KEY CHECK(id = 1), run INTEGER NOT NULL,"
    " boot TEXT NOT NULL, mono INTEGER NOT NULL, utc INTEGER NOT NULL,"
    " beats INTEGER NOT NULL, stopped INTEGER NOT NULL);"
    "CREATE TABLE site("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " parent INTEGER REFERENCES site, path TEXT NOT NULL UNIQUE,"
    " zone TEXT NOT NULL DEFAULT '', contact TEXT NOT NULL DEFAULT '',"
    " removed INTEGER);"
    "CREATE INDEX site_parent ON site(parent);"
    "CREATE TABLE device("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " address TEXT NOT NULL DEFAULT '',"
    " sessions INTEGER NOT NULL DEFAULT 0,"
    " quirks INTEGER NOT NULL DEFAULT 0, removed INTEGER);"
    "CREATE TABLE credential("
    " device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,"
    " user TEXT NOT NULL, password TEXT NOT NULL);"
    "CREATE TABLE feed("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB NOT NULL UNIQUE"
    "  CHECK(length(uuid) = 16),"
    " site INTEGER REFERENCES site, device INTEGER REFERENCES device,"
    " name TEXT NOT NULL, url TEXT NOT NULL, transport INTEGER NOT NULL,"
    " visit_s INTEGER NOT NULL, visit_every_s INTEGER NOT NULL,"
    " no_picture INTEGER NOT NULL, criticality INTEGER NOT NULL,"
    " tags TEXT NOT NULL, enabled INTEGER NOT NULL,"
    " created INTEGER NOT NULL, active INTEGER NOT NULL, inactive INTEGER,"
    " removed INTEGER);"
    "CREATE UNIQUE INDEX feed_name ON feed(ifnull(site, 0), name)"
    " WHERE removed IS NULL;"
    "CREATE INDEX feed_site ON feed(site);"
    "CREATE INDEX feed_device ON feed(device);"
    "CREATE TABLE interval("
    " id INTEGER PRIMARY KEY, feed INTEGER NOT NULL REFERENCES feed,"
    " epoch INTEGER NOT NULL REFERENCES epoch, start INTEGER NOT NULL,"
    " end INTEGER CHECK(end > start), since INTEGER NOT NULL,"
    " at INTEGER NOT NULL, state INTEGER NOT NULL, cause INTEGER NOT NULL,"
    " causes INTEGER NOT NULL, confidence INTEGER NOT NULL,"
    " evidence TEXT NOT NULL);"
    "CREATE UNIQUE INDEX interval_feed ON interval(feed, epoch, start);"
    "CREATE UNIQUE INDEX interval_open ON interval(feed) WHERE end IS NULL;"
    "CREATE INDEX interval_end ON interval(end);"
    "CREATE TABLE incident("
    " id INTEGER PRIMARY KEY, feed INTEGER REFERENCES feed,"
    " site INTEGER REFERENCES site, since INTEGER NOT NULL,"
    " at INTEGER NOT NULL, good INTEGER, closed INTEGER,"
    " cause INTEGER NOT NULL, alertable INTEGER NOT NULL,"
    " text TEXT NOT NULL, acknowledged INTEGER, acknowledged_by TEXT,"
    " note TEXT, before INTEGER REFERENCES thumbnail ON DELETE SET NULL,"
    " after INTEGER REFERENCES thumbnail ON DELETE SET NULL);"
    "CREATE INDEX incident_open ON incident(feed) WHERE closed IS NULL;"
    "CREATE INDEX incident_at ON incident(at);"
    "CREATE INDEX incident_before ON incident(before);"
    "CREATE INDEX incident_after ON incident(after);"
    "CREATE TABLE overlay("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
    " feed INTEGER REFERENCES feed, site INTEGER REFERENCES site,"
    " tag TEXT NOT NULL DEFAULT '', starts INTEGER NOT NULL,"
    " ends INTEGER NOT NULL CHECK(ends >= starts), actor TEXT NOT NULL,"
    " reason TEXT NOT NULL, created INTEGER NOT NULL);"
    "CREATE INDEX overlay_ends ON overlay(ends);"
    "CREATE TABLE thumbnail("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " feed INTEGER NOT NULL REFERENCES feed, kind INTEGER NOT NULL,"
    " utc INTEGER NOT NULL, incident INTEGER, width INTEGER NOT NULL,"
    " height INTEGER NOT NULL, sha256 BLOB NOT NULL, png BLOB NOT NULL);"
    "CREATE INDEX thumbnail_feed ON thumbnail(feed, kind, utc);"
    "CREATE UNIQUE INDEX thumbnail_standing ON thumbnail(feed, kind)"
    " WHERE incident IS NULL;"
    "CREATE INDEX thumbnail_incident ON thumbnail(utc)"
    " WHERE incident IS NOT NULL;"
    "CREATE TABLE rollup("
    " id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, day INTEGER NOT NULL,"
    " slots BLOB NOT NULL);"
    "CREATE TABLE learned("
    " feed INTEGER NOT NULL REFERENCES feed, kind INTEGER NOT NULL,"
    " utc INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY(feed, kind)) WITHOUT ROWID;"
    "CREATE TABLE event("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " run INTEGER NOT NULL REFERENCES run, mono INTEGER NOT NULL,"
    " utc INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,"
    " feed INTEGER, body TEXT NOT NULL, prev BLOB NOT NULL,"
    " hash BLOB NOT NULL);"
    "CREATE INDEX event_feed ON event(feed, seq) WHERE feed IS NOT NULL;"
    "INSERT INTO meta VALUES('revision', 1);";

/* What is declared of a feed, and the picture of it that a person approved (its
 * thumbnail is that of kind 5). */
static const char second[] =
    "ALTER TABLE feed ADD COLUMN ptz INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feed ADD COLUMN dark_hours TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE reference("
    " feed INTEGER PRIMARY KEY REFERENCES feed, utc INTEGER NOT NULL,"
    " actor TEXT NOT NULL, reason TEXT NOT NULL, judge_sha256 BLOB NOT NULL);";

/* Those who watch: the floor, who is there, what each screen shows, and what
 * was watched, summed by the hour. A presence row keeps the room the console
 * stood in, a display the console or room its screen belonged to: the past
 * stays what it was when either moves. */
static const char third[] =
    "CREATE TABLE room("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " site INTEGER REFERENCES site, removed INTEGER);"
    "CREATE TABLE console("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " room INTEGER NOT NULL REFERENCES room,"
    " idle_after_s INTEGER NOT NULL, prompt_after_s INTEGER NOT NULL,"
    " remote_input INTEGER NOT NULL, max_tiles INTEGER NOT NULL,"
    " desk_feed INTEGER REFERENCES feed, desk_still_s INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " active INTEGER NOT NULL, inactive INTEGER, removed INTEGER);"
    "CREATE INDEX console_room ON console(room);"
    "CREATE INDEX console_desk_feed ON console(desk_feed);"
    "CREATE TABLE screen("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " console INTEGER REFERENCES console, room INTEGER REFERENCES room,"
    " output TEXT NOT NULL, confirmed_by TEXT NOT NULL,"
    " active INTEGER NOT NULL, inactive INTEGER, removed INTEGER,"
    " CHECK((console IS NULL) <> (room IS NULL)));"
    "CREATE INDEX screen_console ON screen(console);"
    "CREATE INDEX screen_room ON screen(room);"
    "CREATE TABLE screen_feed("
    " screen INTEGER NOT NULL REFERENCES screen, place INTEGER NOT NULL,"
    " feed INTEGER NOT NULL REFERENCES feed,"
    " PRIMARY KEY(screen, place)) WITHOUT ROWID;"
    "CREATE INDEX screen_feed_feed ON screen_feed(feed);"
    "CREATE TABLE pattern("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " class TEXT NOT NULL, title TEXT NOT NULL, shows INTEGER NOT NULL,"
    " feed INTEGER REFERENCES feed, tiles INTEGER NOT NULL,"
    " removed INTEGER);"
    "CREATE INDEX pattern_feed ON pattern(feed);"
    "CREATE TABLE shift("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " room INTEGER NOT NULL REFERENCES room,"
    " console INTEGER REFERENCES console, days INTEGER NOT NULL,"
    " starts INTEGER NOT NULL, ends INTEGER NOT NULL,"
    " at_least INTEGER NOT NULL, breaks TEXT NOT NULL, removed INTEGER);"
    "CREATE INDEX shift_room ON shift(room);"
    "CREATE INDEX shift_console ON shift(console);"
    "CREATE TABLE token("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " console INTEGER REFERENCES console, kind INTEGER NOT NULL,"
    " hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    " created INTEGER NOT NULL, actor TEXT NOT NULL, revoked INTEGER);"
    "CREATE INDEX token_console ON token(console);"
    "CREATE TABLE presence("
    " id INTEGER PRIMARY KEY, console INTEGER NOT NULL REFERENCES console,"
    " room INTEGER NOT NULL REFERENCES room,"
    " epoch INTEGER NOT NULL REFERENCES epoch, start INTEGER NOT NULL,"
    " end INTEGER CHECK(end > start), since INTEGER NOT NULL,"
    " at INTEGER NOT NULL, state INTEGER NOT NULL, why INTEGER NOT NULL,"
    " evidence TEXT NOT NULL);"
    "CREATE UNIQUE INDEX presence_console"
    " ON presence(console, epoch, start);"
    "CREATE UNIQUE INDEX presence_open ON presence(console)"
    " WHERE end IS NULL;"
    "CREATE INDEX presence_end ON presence(end);"
    "CREATE TABLE display("
    " id INTEGER PRIMARY KEY, screen INTEGER NOT NULL REFERENCES screen,"
    " console INTEGER REFERENCES console, room INTEGER REFERENCES room,"
    " epoch INTEGER NOT NULL REFERENCES epoch, start INTEGER NOT NULL,"
    " end INTEGER CHECK(end > start), power INTEGER NOT NULL,"
    " source INTEGER NOT NULL, tiles BLOB NOT NULL);"
    "CREATE UNIQUE INDEX display_screen ON display(screen, epoch, start);"
    "CREATE UNIQUE INDEX display_open ON display(screen)"
    " WHERE end IS NULL;"
    "CREATE INDEX display_end ON display(end);"
    "CREATE TABLE watched_day("
    " day INTEGER NOT NULL, feed INTEGER NOT NULL, hours BLOB NOT NULL,"
    " PRIMARY KEY(day, feed)) WITHOUT ROWID;"
    "CREATE TABLE watched_due("
    " hour INTEGER NOT NULL, feed INTEGER NOT NULL,"
    " after INTEGER NOT NULL, PRIMARY KEY(hour, feed)) WITHOUT ROWID;"
    "CREATE TABLE prompt("
    " id INTEGER PRIMARY KEY, console INTEGER NOT NULL REFERENCES console,"
    " asked INTEGER NOT NULL, answered INTEGER, right INTEGER NOT NULL,"
    " latency_ms INTEGER NOT NULL);"
    "CREATE INDEX prompt_console ON prompt(console, asked);"
    "CREATE INDEX prompt_asked ON prompt(asked);"
    "CREATE TABLE dispute("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " console INTEGER NOT NULL REFERENCES console,"
    " starts INTEGER NOT NULL, ends INTEGER NOT NULL CHECK(ends > starts),"
    " actor TEXT NOT NULL, text TEXT NOT NULL, created INTEGER NOT NULL);"
    "CREATE INDEX dispute_console ON dispute(console, starts);"
    "ALTER TABLE incident ADD COLUMN room INTEGER REFERENCES room;"
    "ALTER TABLE incident ADD COLUMN console INTEGER REFERENCES console;"
    "INSERT INTO meta VALUES('floor_revision', 1);";

/* The record: lines whose content can go while their hash stays (content about
 * people lies in `private`), hashes of complete subtrees, what was signed and
 * who outside holds it, what is to be sent, and what the reports need. The
 * lines before the ledger keep their old chain in event_v1; `ledger.begin`
 * holds its end. An overlay with days is weekly: its minutes are local ones of
 * its zone. */
static const char fourth[] =
    "ALTER TABLE event RENAME TO event_v1;"
    "INSERT INTO meta VALUES('ledger_base',"
    " ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'event_v1'), 0));"
    "CREATE TABLE event("
    " seq INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,"
    " mono INTEGER NOT NULL, utc INTEGER NOT NULL, kind TEXT NOT NULL,"
    " feed INTEGER, actor TEXT, body TEXT, digest BLOB,"
    " hash BLOB NOT NULL);"
    "CREATE INDEX event_of_feed ON event(feed) WHERE feed IS NOT NULL;"
    "CREATE TABLE private("
    " seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, actor TEXT NOT NULL,"
    " body TEXT NOT NULL);"
    "CREATE TABLE tile("
    " level INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY(level, place)) WITHOUT ROWID;"
    "CREATE TABLE checkpoint("
    " id INTEGER PRIMARY KEY, size INTEGER NOT NULL, utc INTEGER NOT NULL,"
    " root BLOB NOT NULL, note TEXT NOT NULL);"
    "CREATE INDEX checkpoint_utc ON checkpoint(utc);"
    "CREATE TABLE receipt("
    " id INTEGER PRIMARY KEY,"
    " checkpoint INTEGER NOT NULL REFERENCES checkpoint,"
    " witness TEXT NOT NULL, kind INTEGER NOT NULL, utc INTEGER NOT NULL,"
    " text TEXT NOT NULL);"
    "CREATE INDEX receipt_checkpoint ON receipt(checkpoint);"
    "CREATE INDEX receipt_witness ON receipt(witness, utc);"
    "CREATE INDEX receipt_utc ON receipt(utc);"
    "CREATE TABLE delivery("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
    " target TEXT NOT NULL, subject TEXT NOT NULL, path TEXT NOT NULL,"
    " body BLOB NOT NULL, made INTEGER NOT NULL, due INTEGER NOT NULL,"
    " tries INTEGER NOT NULL DEFAULT 0, done INTEGER, gave_up INTEGER,"
    " error TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX delivery_due ON delivery(due)"
    " WHERE done IS NULL AND gave_up IS NULL;"
    "CREATE INDEX delivery_made ON delivery(made);"
    "CREATE TABLE report("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, starts INTEGER NOT NULL,"
    " ends INTEGER NOT NULL CHECK(ends > starts),"
    " site INTEGER REFERENCES site, made INTEGER NOT NULL,"
    " path TEXT NOT NULL, sha256 BLOB NOT NULL, seq INTEGER NOT NULL);"
    "CREATE INDEX report_made ON report(made);"
    "CREATE INDEX report_site ON report(site);"
    "ALTER TABLE overlay ADD COLUMN days INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE overlay ADD COLUMN begin_minute INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE overlay ADD COLUMN end_minute INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE overlay ADD COLUMN zone TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE overlay ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE site ADD COLUMN target INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE shift ADD COLUMN idle_after_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE shift ADD COLUMN prompt_after_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';";

/* Those who use it. A path says what a user or token may see: "" is all, and
 * what no site has is nothing. A log-in, a token and what a kiosk claimed are
 * kept as hashes of secrets that nobody keeps; a password as Argon2id. */
static const char fifth[] =
    "CREATE TABLE user("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL COLLATE NOCASE, role INTEGER NOT NULL,"
    " site TEXT NOT NULL, hash TEXT NOT NULL, created INTEGER NOT NULL,"
    " actor TEXT NOT NULL, disabled INTEGER, removed INTEGER);"
    "CREATE UNIQUE INDEX user_name ON user(name) WHERE removed IS NULL;"
    "CREATE TABLE login("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " user INTEGER NOT NULL REFERENCES user,"
    " hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    " address TEXT NOT NULL, agent TEXT NOT NULL,"
    " created INTEGER NOT NULL, seen INTEGER NOT NULL,"
    " ends INTEGER NOT NULL, ended INTEGER,"
    " why INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX login_user ON login(user);"
    "CREATE INDEX login_open ON login(id) WHERE ended IS NULL;"
    "CREATE INDEX login_ended ON login(ended);"
    "CREATE TABLE comment("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " incident INTEGER NOT NULL REFERENCES incident,"
    " created INTEGER NOT NULL, actor TEXT NOT NULL,"
    " text TEXT NOT NULL);"
    "CREATE INDEX comment_incident ON comment(incident, created);"
    "CREATE INDEX comment_created ON comment(created);"
    "CREATE TABLE handover("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, starts INTEGER NOT NULL,"
    " ends INTEGER NOT NULL CHECK(ends > starts), site TEXT NOT NULL,"
    " actor TEXT NOT NULL, text TEXT NOT NULL, created INTEGER NOT NULL);"
    "CREATE INDEX handover_site ON handover(site, created);"
    "CREATE INDEX handover_created ON handover(created);"
    "CREATE INDEX incident_feed ON incident(feed, at);"
    "CREATE INDEX incident_closed ON incident(closed);"
    "ALTER TABLE token ADD COLUMN role INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE token ADD COLUMN site TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE token ADD COLUMN address TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE token ADD COLUMN claimed INTEGER;"
    "ALTER TABLE token ADD COLUMN claim BLOB;"
    "ALTER TABLE token ADD COLUMN seen INTEGER;"
    "UPDATE token SET role = 3 WHERE kind = 4;";

/* Passwords are sealed (sealed.h); no byte of what they were stays. */
static const char sixth[] =
    "CREATE TABLE sealed("
    " device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,"
    " user TEXT NOT NULL, sealed BLOB NOT NULL);"
    "INSERT INTO sealed SELECT device, user, camwarden_seal(device, password,"
    " (SELECT uuid FROM origin WHERE id = 1)) FROM credential;"
    "DROP TABLE credential;"
    "ALTER TABLE sealed RENAME TO credential;";

/* Who was told what. An alert's place is what it was called then; a notice that
 * is neither told nor dropped waits, one with a digest was told by that. Its
 * body is alert/notice.h's bytes. And where a feed is fetched from in place of
 * its camera; what a site's line may carry, in kbit/s (0: anything). */
static const char seventh[] =
    "CREATE TABLE alert("
    " id INTEGER PRIMARY KEY, incident INTEGER NOT NULL,"
    " of INTEGER NOT NULL, place_id INTEGER NOT NULL, place TEXT NOT NULL,"
    " site TEXT NOT NULL, rule TEXT NOT NULL, severity INTEGER NOT NULL,"
    " criticality INTEGER NOT NULL, excused INTEGER NOT NULL,"
    " cause INTEGER NOT NULL, flapping INTEGER NOT NULL,"
    " acknowledged INTEGER NOT NULL, done INTEGER NOT NULL,"
    " feeds INTEGER NOT NULL, turns INTEGER NOT NULL,"
    " repeats INTEGER NOT NULL, repeated INTEGER,"
    " since INTEGER NOT NULL,"
    " at INTEGER NOT NULL, good INTEGER, closed INTEGER,"
    " changed INTEGER NOT NULL);"
    "CREATE INDEX alert_open ON alert(id) WHERE closed IS NULL;"
    "CREATE INDEX alert_undone ON alert(id) WHERE done = 0;"
    "CREATE INDEX alert_at ON alert(at);"
    "CREATE TABLE notice("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " alert INTEGER REFERENCES alert ON DELETE CASCADE,"
    " sequence INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " recipient TEXT NOT NULL, rule TEXT NOT NULL, step INTEGER NOT NULL,"
    " exempt INTEGER NOT NULL, made INTEGER NOT NULL, told INTEGER,"
    " dropped INTEGER, digest INTEGER, body BLOB,"
    " UNIQUE(alert, sequence));"
    "CREATE INDEX notice_waiting ON notice(recipient)"
    " WHERE told IS NULL AND dropped IS NULL;"
    "CREATE INDEX notice_digest ON notice(digest)"
    " WHERE digest IS NOT NULL;"
    "CREATE INDEX notice_made ON notice(made);"
    "ALTER TABLE incident ADD COLUMN alert INTEGER;"
    "ALTER TABLE delivery ADD COLUMN notice INTEGER;"
    /* The delivery that this one is the second way of. */
    "ALTER TABLE delivery ADD COLUMN instead INTEGER;"
    "CREATE UNIQUE INDEX delivery_instead ON delivery(instead)"
    " WHERE instead IS NOT NULL;"
    "CREATE INDEX delivery_queue ON delivery(target, due)"
    " WHERE done IS NULL AND gave_up IS NULL;"
    "CREATE INDEX delivery_notice ON delivery(notice)"
    " WHERE notice IS NOT NULL;"
    "ALTER TABLE feed ADD COLUMN relay TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE site ADD COLUMN ceiling INTEGER NOT NULL DEFAULT 0;";

static const char *const migrations[] = { first, second, third, fourth, fifth,
	sixth, seventh };
#define MIGRATIONS ((int)(sizeof(migrations) / sizeof(migrations[0])))

int
schema_version(void)
{
	return MIGRATIONS;
}

static int
version_of(struct db *db, int newest)
{
	int64_t v = db_int(db, -1, "PRAGMA user_version", "");
	int64_t id = db_int(db, -1, "PRAGMA application_id", "");

	if (db->rc == SQLITE_OK && v > 0 && id != APPLICATION_ID)
		db_fail(db, SQLITE_NOTADB, "not a camwarden database");
	if (db->rc == SQLITE_OK && v > newest)
		db_fail(db, SQLITE_SCHEMA,
		    "the database was written by a newer camwarden");
	return (int)v;
}

bool
schema_check(struct db *db)
{
	int v = version_of(db, MIGRATIONS);

	if (db->rc == SQLITE_OK && v == 0)
		db_fail(db, SQLITE_SCHEMA,
		    "nothing of camwarden is in it: no monitor ever ran on "
		    "this database");
	if (db->rc == SQLITE_OK && v < MIGRATIONS)
		db_fail(db, SQLITE_SCHEMA,
		    "the database is of an older camwarden: start the "
		    "monitor once to bring it up to date");
	return db->rc == SQLITE_OK;
}

int
schema_of(struct db *db)
{
	return version_of(db, INT_MAX);
}

/* A copy that an earlier try left, of the very same moment. */
static bool
same_copy(const struct store_file *now, const char *path,
    const struct schema_step *step)
{
	struct store_file then;
	struct db db;
	bool same = access(path, F_OK) == 0 &&
		    db_open(&db, path,
			SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, step->vfs);

	if (access(path, F_OK) != 0)
		return false;
	same = same && copy_look(&db, &then) &&
	       copy_check(&db, step->progress) &&
	       then.version == now->version && then.seq == now->seq &&
	       strcmp(then.head, now->head) == 0 &&
	       strcmp(then.origin, now->origin) == 0;
	db_close(&db);
	return same;
}

static bool
check_part(const char *part, const struct schema_step *step, struct db *db)
{
	struct db copy;

	if (!db_open(&copy, part, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		step->vfs) ||
	    !copy_check(&copy, step->progress))
		db_fail(db, copy.rc, copy.error);
	db_close(&copy);
	return db->rc == SQLITE_OK;
}

/* A copy is to be kept, and who returns to it imports them again: before
 * SCHEMA_SEALED they lie open. */
static bool
forget_passwords(struct db *db, const char *part,
    const struct schema_step *step, int version)
{
	struct db copy;

	if (version >= SCHEMA_SEALED)
		return true;
	if (!db_open(&copy, part, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		step->vfs) ||
	    !db_script(&copy, "PRAGMA journal_mode = OFF;"
			      "PRAGMA secure_delete = ON;"
			      "DELETE FROM credential"))
		db_fail(db, copy.rc, copy.error);
	db_close(&copy);
	return db->rc == SQLITE_OK;
}

/* A copy to return to, should the new version disappoint. It has its name only
 * once it is whole and checked; a database that is damaged is not migrated. */
static bool
copy_before(struct db *db, const struct schema_step *step, int version)
{
	char copy[4096], part[4096], date[24];
	struct store_file now;

	snprintf(copy, sizeof(copy), "%s.v%d", step->path, version);
	snprintf(part, sizeof(part), "%s.v%d.part", step->path, version);
	if (!copy_look(db, &now) || same_copy(&now, copy, step))
		return db->rc == SQLITE_OK;
	if (access(copy, F_OK) == 0) {
		copy_date(date);
		snprintf(copy, sizeof(copy), "%s.v%d-%s", step->path, version,
		    date);
	}
	if (copy_pages(db, part, step->vfs, step->progress) &&
	    forget_passwords(db, part, step, version) &&
	    check_part(part, step, db) &&
	    (!copy_sync(part) || rename(part, copy) != 0 || !copy_sync(copy)))
		db_fail(db, SQLITE_IOERR, strerror(errno));
	if (db->rc != SQLITE_OK)
		unlink(part);
	return db->rc == SQLITE_OK;
}

bool
schema_migrate_by(struct db *db, const struct schema_step *step,
    const char *const *list, int count)
{
	char pragma[80];
	int from = version_of(db, count);
	struct copy_watch w;

	if (db->rc != SQLITE_OK || from == count)
		return db->rc == SQLITE_OK;
	if (from == 0 &&
	    db_int(db, 0, "SELECT count(*) FROM sqlite_master", "") > 0)
		db_fail(db, SQLITE_NOTADB, "not a camwarden database");
	if (from > 0)
		copy_before(db, step, from);
	copy_watch_begin(&w, db, "changing", step->progress);
	db_script(db, "BEGIN IMMEDIATE");
	for (int v = from; v < count; v++)
		db_script(db, list[v]);
	snprintf(pragma, sizeof(pragma),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, count);
	db_script(db, pragma);
	db_script(db, "COMMIT");
	copy_watch_end(db);
	if (!sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return db->rc == SQLITE_OK;
}

bool
schema_migrate(struct db *db, const struct schema_step *step)
{
	return schema_migrate_by(db, step, migrations, MIGRATIONS);
}
