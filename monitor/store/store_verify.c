/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/store_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "camwarden/people.h"
#include "camwarden/presence.h"
#include "camwarden/words.h"
#include "common/hex.h"
#include "monitor/ledger/hash.h"
#include "monitor/store/json.h"
#include "monitor/store/reader.h"
#include "monitor/store/schema.h"
#include "monitor/store/store_users.h"
#include "monitor/store/tiles.h"

#define ROW_BYTES (256u << 10)

/* A moment that may be missing. A 0 there, or a text, is none to whoever takes
 * it as a number and one to whoever asks whether it is missing (an incident
 * that is over, a feed that is gone, and no line says so): -1 is in no line. */
#define MOMENT(column)                                                         \
	"iif(" column " IS NULL OR (typeof(" column                            \
	") = 'integer' AND " column " <> 0), " column ", -1)"
#define MOMENT_OR_0(column) "ifnull(" MOMENT(column) ", 0)"

/* Each gives the row's number, whose it is, then columns by the names that the
 * lines use. A letter before a colon says how a value is written there: b true
 * or false, c cause, p presence, y its why, o power, v source, r role, w why a
 * log-in ended, u uuid, h
 * SHA-256 of the bytes, j JSON already, t tiles. NULL is left out. */
/* clang-format off */
static const char *const selects[STORE_VERIFY_TABLES] = {
	[STORE_VERIFY_EPOCH] =
	    "SELECT e.id, NULL, e.run AS run, e.reason AS reason,"
	    " e.anchor AS anchor, e.start AS start, " MOMENT("e.end")
	    " AS end FROM epoch e",
	[STORE_VERIFY_PRESENCE] =
	    "SELECT p.id, NULL, c.name AS console, r.name AS room, p.epoch AS"
	    " epoch, p.start AS start, " MOMENT("p.end") " AS end,"
	    " p.since AS since,"
	    " p.at AS at, p.state AS \"p:state\", p.why AS \"y:why\","
	    " p.evidence AS \"j:evidence\" FROM presence p"
	    " LEFT JOIN console c ON c.id = p.console"
	    " LEFT JOIN room r ON r.id = p.room",
	[STORE_VERIFY_DISPLAY] =
	    "SELECT d.id, NULL, s.name AS screen, ifnull(c.name, '') AS"
	    " console, ifnull(r.name, '') AS room, d.epoch AS epoch,"
	    " d.start AS start, " MOMENT("d.end") " AS end,"
	    " d.power AS \"o:power\","
	    " d.source AS \"v:source\", d.tiles AS \"t:tiles\" FROM display d"
	    " LEFT JOIN screen s ON s.id = d.screen"
	    " LEFT JOIN console c ON c.id = d.console"
	    " LEFT JOIN room r ON r.id = d.room",
	[STORE_VERIFY_INCIDENT] =
	    "SELECT i.id, i.acknowledged_by, i.feed AS feed, s.path AS site,"
	    " r.name AS room, c.name AS console, i.since AS since, i.at AS at,"
	    " i.cause AS \"c:cause\", i.alertable AS \"b:alertable\","
	    " i.text AS text, " MOMENT("i.good") " AS good, "
	    MOMENT("i.closed") " AS closed, "
	    MOMENT("i.acknowledged") " AS acknowledged, i.note AS note,"
	    " b.sha256 AS before_sha256, a.sha256 AS after_sha256,"
	    " a.utc AS after_taken FROM incident i"
	    " LEFT JOIN site s ON s.id = i.site"
	    " LEFT JOIN room r ON r.id = i.room"
	    " LEFT JOIN console c ON c.id = i.console"
	    " LEFT JOIN thumbnail b ON b.id = i.before"
	    " LEFT JOIN thumbnail a ON a.id = i.after",
	[STORE_VERIFY_OVERLAY] =
	    "SELECT o.id, o.actor, o.feed AS feed, s.path AS site,"
	    " o.tag AS tag, o.starts AS \"from\", o.reason AS reason,"
	    " nullif(o.days, 0) AS days,"
	    " iif(o.days, o.begin_minute, NULL) AS \"begin\","
	    " iif(o.days, o.end_minute, NULL) AS \"end\","
	    " iif(o.days, o.zone, NULL) AS zone, o.ends AS \"to\","
	    " o.created AS created, CASE o.kind WHEN 1 THEN 'maintenance'"
	    " WHEN 2 THEN 'mute' END AS what, o.seq AS line FROM overlay o"
	    " LEFT JOIN site s ON s.id = o.site",
	[STORE_VERIFY_THUMBNAIL] =
	    "SELECT id, NULL, feed, CASE"
	    " WHEN kind = 5 THEN 'reference' WHEN incident IS NULL THEN"
	    " 'standing' WHEN kind = 1 THEN 'before' WHEN kind = 2 THEN"
	    " 'first-bad' WHEN kind = 4 THEN 'recovered' ELSE 'standing' END"
	    " AS what, incident, utc AS taken, sha256, png AS \"h:is\""
	    " FROM thumbnail",
	[STORE_VERIFY_FEED] =
	    "SELECT f.id, NULL, f.uuid AS \"u:feed\", f.name AS name,"
	    " ifnull(s.path, '') AS site, ifnull(d.name, '') AS device,"
	    " f.url AS url, f.transport AS transport, f.visit_s AS visit_s,"
	    " f.visit_every_s AS visit_every_s, f.no_picture AS"
	    " \"b:no_picture\", f.criticality AS criticality, f.tags AS tags,"
	    " f.enabled AS enabled, f.ptz AS \"b:ptz\","
	    " f.dark_hours AS dark_hours, f.relay AS relay, f.active AS active,"
	    " " MOMENT_OR_0("f.inactive") " AS inactive, "
	    MOMENT_OR_0("f.removed") " AS removed,"
	    " f.created AS created FROM feed f"
	    " LEFT JOIN site s ON s.id = f.site"
	    " LEFT JOIN device d ON d.id = f.device",
	[STORE_VERIFY_SITE] =
	    "SELECT s.id, NULL, s.path AS site, s.zone AS zone,"
	    " s.contact AS contact, " MOMENT_OR_0("s.removed") " AS removed,"
	    " s.target AS target, s.ceiling AS ceiling, (SELECT u.path FROM"
	    " site u WHERE u.id = s.parent) AS above FROM site s",
	[STORE_VERIFY_ROOM] =
	    "SELECT r.id, NULL, r.name AS room, ifnull(s.path, '') AS site,"
	    " " MOMENT_OR_0("r.removed") " AS removed FROM room r"
	    " LEFT JOIN site s ON s.id = r.site",
	[STORE_VERIFY_CONSOLE] =
	    "SELECT c.id, NULL, c.name AS console, r.name AS room,"
	    " c.idle_after_s AS idle_after_s, c.prompt_after_s AS"
	    " prompt_after_s, c.remote_input AS \"b:remote_input\","
	    " c.max_tiles AS max_tiles, c.desk_still_s AS desk_still_s,"
	    " ifnull(c.desk_feed, 0) AS desk,"
	    " c.active AS active, " MOMENT_OR_0("c.inactive") " AS inactive, "
	    MOMENT_OR_0("c.removed") " AS removed, c.created AS created"
	    " FROM console c LEFT JOIN room r ON r.id = c.room",
	[STORE_VERIFY_SCREEN] =
	    "SELECT s.id, NULL, s.name AS screen, ifnull(c.name, '') AS"
	    " console, ifnull(r.name, '') AS room, s.output AS output,"
	    " s.confirmed_by AS confirmed_by, (SELECT"
	    " json_group_array(l.feed) FROM (SELECT feed FROM screen_feed"
	    " WHERE screen = s.id ORDER BY place) l) AS \"j:feeds\","
	    " s.active AS active,"
	    " " MOMENT_OR_0("s.inactive") " AS inactive, "
	    MOMENT_OR_0("s.removed") " AS removed"
	    " FROM screen s LEFT JOIN console c ON c.id = s.console"
	    " LEFT JOIN room r ON r.id = s.room",
	[STORE_VERIFY_PROMPT] =
	    "SELECT p.id, NULL, c.name AS console, p.asked AS asked,"
	    " " MOMENT("p.answered") " AS answered, p.right AS right,"
	    " p.latency_ms AS latency_ms FROM prompt p"
	    " LEFT JOIN console c ON c.id = p.console",
	[STORE_VERIFY_DISPUTE] =
	    "SELECT d.id, d.actor, c.name AS console, d.starts AS \"from\","
	    " d.ends AS \"to\", d.text AS text, d.created AS created"
	    " FROM dispute d LEFT JOIN console c ON c.id = d.console",
	[STORE_VERIFY_PATTERN] =
	    "SELECT p.id, NULL, p.name AS pattern, p.class AS class,"
	    " p.title AS title, CASE p.shows"
	    " WHEN 0 THEN 'layout' WHEN 1 THEN 'connections' ELSE 'feed' END"
	    " AS shows, p.tiles AS tiles, ifnull(p.feed, 0) AS feed, "
	    MOMENT_OR_0("p.removed") " AS removed FROM pattern p",
	[STORE_VERIFY_SHIFT] =
	    "SELECT h.id, NULL, r.name AS room, ifnull(c.name, '') AS"
	    " console, h.days AS days, h.starts AS \"from\","
	    " h.ends AS \"to\", h.at_least AS at_least, h.breaks AS breaks,"
	    " h.idle_after_s AS idle_after_s, h.prompt_after_s AS"
	    " prompt_after_s, " MOMENT_OR_0("h.removed") " AS removed"
	    " FROM shift h"
	    " LEFT JOIN room r ON r.id = h.room"
	    " LEFT JOIN console c ON c.id = h.console",
	[STORE_VERIFY_TOKEN] =
	    "SELECT t.id, t.actor, CASE t.kind WHEN 1 THEN 'agent' WHEN 2"
	    " THEN 'browser' WHEN 4 THEN 'api' WHEN 5 THEN 'kiosk' ELSE 'vms' "
	    "END AS \"for\","
	    " ifnull(c.name, '') AS console, nullif(t.name, '') AS name,"
	    " t.hash AS \"h:hash_sha256\","
	    " iif(t.kind > 3, t.role, NULL) AS \"r:role\","
	    " iif(t.kind > 3, t.site, NULL) AS site,"
	    " nullif(t.address, '') AS address,"
	    " t.claim AS \"h:claim_sha256\", " MOMENT("t.claimed")
	    " AS claimed, t.created AS created, "
	    MOMENT_OR_0("t.revoked") " AS revoked FROM token t"
	    " LEFT JOIN console c ON c.id = t.console",
	[STORE_VERIFY_REFERENCE] =
	    "SELECT feed, actor, reason, judge_sha256, utc AS \"when\""
	    " FROM reference",
	[STORE_VERIFY_REPORT] =
	    "SELECT id, NULL, starts AS \"from\", ends AS \"to\","
	    " ifnull(site, 0) AS site, sha256 AS sha256_1, made AS \"when\","
	    " seq AS line FROM report",
	[STORE_VERIFY_USER] =
	    "SELECT u.id, u.actor, u.name AS name, u.role AS \"r:role\","
	    " u.site AS site, " MOMENT_OR_0("u.disabled") " AS disabled,"
	    " u.created AS created, " MOMENT_OR_0("u.removed") " AS removed,"
	    " CAST(nullif(u.hash, '') AS BLOB) AS \"h:password_sha256\""
	    " FROM user u",
	[STORE_VERIFY_LOGIN] =
	    "SELECT l.id, NULL, l.user AS user, l.hash AS \"h:hash_sha256\","
	    " l.address AS address, l.agent AS agent, l.ends AS ends,"
	    " l.why AS \"w:why\", " MOMENT_OR_0("l.ended") " AS ended,"
	    " l.created AS created FROM login l",
	[STORE_VERIFY_COMMENT] =
	    "SELECT id, actor, incident AS incident, text AS text,"
	    " created AS created FROM comment",
	[STORE_VERIFY_HANDOVER] =
	    "SELECT id, actor, starts AS \"from\", ends AS \"to\","
	    " site AS site, text AS text, created AS created FROM handover",
};
/* clang-format on */

/* The path as a URI; "" when it is too long. */
static void
uri_of(const char *path, const char *how, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "file:");

	for (; *path != '\0' && n + 16 < size; path++)
		n += (size_t)snprintf(out + n, size - n,
		    strchr("%?#", *path) != NULL ? "%%%02X" : "%c",
		    (unsigned char)*path);
	snprintf(out + n, size - n, "%s", how);
	if (*path != '\0')
		out[0] = '\0';
}

/* A copy without a -wal is complete in itself: nothing is locked, nothing is
 * made beside it. */
struct store_reader *
store_verify_open(const char *path, char error_out[256])
{
	struct store_reader *r = calloc(1, sizeof(*r));
	char uri[9000], wal[4200];

	snprintf(error_out, 256, "out of memory");
	if (r == NULL)
		return NULL;
	snprintf(wal, sizeof(wal), "%.4096s-wal", path);
	uri_of(path, access(wal, F_OK) == 0 ? "" : "?immutable=1", uri,
	    sizeof(uri));
	store_now(&r->now);
	if (access(path, R_OK) != 0) {
		snprintf(error_out, 256, "%.200s: can't be read", path);
		free(r);
		return NULL;
	}
	if (db_open(&r->db, uri,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
		NULL)) {
		sqlite3_db_config(r->db.h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
		sqlite3_db_config(r->db.h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(r->db.h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
		    NULL);
		db_script(&r->db,
		    "PRAGMA query_only = ON; PRAGMA mmap_size = 0;"
		    "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY");
		if (schema_check(&r->db))
			return r;
	}
	snprintf(error_out, 256, "%.120s: %.130s", path, r->db.error);
	store_reader_close(&r);
	return NULL;
}

static void
put_uuid(struct json *j, const char *key, const void *p, int n)
{
	char uuid[37];

	if (n == 16) {
		uuid_print(p, uuid);
		json_text(j, key, uuid);
	} else {
		json_text(j, key, "?");
	}
}

static void
put_bytes(struct json *j, char how, const char *key, const uint8_t *p, int n)
{
	uint8_t sha[LEDGER_HASH];
	char tiles[TILES_JSON];

	switch (how) {
	case 'u':
		put_uuid(j, key, p, n);
		break;
	case 'h':
		hash_of(p, (size_t)n, sha);
		json_hex(j, key, sha, sizeof(sha));
		break;
	case 't':
		tiles_json(p, (size_t)n, tiles);
		json_raw(j, key, tiles);
		break;
	default:
		json_hex(j, key, p, (size_t)n);
	}
}

static void
put_number(struct json *j, char how, const char *key, int64_t v)
{
	unsigned word = v >= 0 && v < 1000 ? (unsigned)v : 1000;

	switch (how) {
	case 'b':
		json_bool(j, key, v != 0);
		break;
	case 'c':
		json_text(j, key, cause_name((enum cause)word));
		break;
	case 'p':
		json_text(j, key, presence_name(word));
		break;
	case 'y':
		json_text(j, key, presence_why_name(word));
		break;
	case 'o':
		json_text(j, key, screen_power_name(word));
		break;
	case 'v':
		json_text(j, key, view_source_name(word));
		break;
	case 'r':
		json_text(j, key, role_name(word));
		break;
	case 'w':
		json_text(j, key, store_login_end_name(word));
		break;
	default:
		json_number(j, key, v);
	}
}

static void
put_column(struct json *j, sqlite3_stmt *st, int column)
{
	const char *key = sqlite3_column_name(st, column);
	bool special = key != NULL && key[0] != '\0' && key[1] == ':';
	char how = special ? key[0] : ' ';

	if (key == NULL)
		return;
	key += special ? 2 : 0;
	switch (sqlite3_column_type(st, column)) {
	case SQLITE_NULL:
		break;
	case SQLITE_INTEGER:
		put_number(j, how, key, sqlite3_column_int64(st, column));
		break;
	case SQLITE_BLOB: {
		const uint8_t *p = sqlite3_column_blob(st, column);

		put_bytes(j, how, key, p, sqlite3_column_bytes(st, column));
		break;
	}
	default:
		if (how == 'j')
			json_raw(j, key, db_text(st, column));
		else
			json_text(j, key, db_text(st, column));
	}
}

static void
rows_of(struct store_reader *r, enum store_verify_table table, char *buffer,
    const struct store_verify_calls *calls)
{
	sqlite3_stmt *st = db_query(&r->db, selects[table], "");

	while (db_step(&r->db, st)) {
		struct store_verify_row row = { .table = table,
			.id = sqlite3_column_int64(st, 0) };
		struct json j = json_open(buffer, ROW_BYTES);

		for (int k = 2; k < sqlite3_column_count(st); k++)
			put_column(&j, st, k);
		row.json = json_close(&j);
		row.length = strlen(row.json);
		row.actor = (const char *)sqlite3_column_text(st, 1);
		calls->on_row(calls->arg, &row);
	}
}

/* Built anew only when they differ from the row's before. */
static void
causes_text(uint64_t causes, char *out, size_t size)
{
	struct json j = json_open(out, size);

	json_list_open(&j, "x");
	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		if (causes >> c & 1)
			json_item(&j, cause_name(c));
	json_list_close(&j);
	json_close(&j);
	size_t n = strlen(out);

	memmove(out, out + 5, n - 5); /* without {"x": and } */
	out[n - 6] = '\0';
}

static void
intervals_of(struct store_reader *r, const struct store_verify_calls *calls)
{
	char causes[1024];
	uint64_t had = 0;
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT i.id, i.feed, i.epoch, i.start, " MOMENT_OR_0(
		"i.end") ","
			 " i.since, i.at, i.state, i.cause, i.causes, "
			 "i.confidence,"
			 " i.evidence FROM interval i",
	    "");

	causes_text(had, causes, sizeof(causes));
	while (db_step(&r->db, st)) {
		uint64_t has = (uint64_t)sqlite3_column_int64(st, 9);
		struct store_verify_interval row = {
			.id = sqlite3_column_int64(st, 0),
			.feed = sqlite3_column_int64(st, 1),
			.epoch = sqlite3_column_int64(st, 2),
			.start = sqlite3_column_int64(st, 3),
			.end = sqlite3_column_int64(st, 4),
			.since = sqlite3_column_int64(st, 5),
			.at = sqlite3_column_int64(st, 6),
			.state =
			    state_name((enum state)sqlite3_column_int(st, 7)),
			.cause =
			    cause_name((enum cause)sqlite3_column_int(st, 8)),
			.causes = causes,
			.confidence = sqlite3_column_int64(st, 10),
			.evidence = db_text(st, 11),
		};

		row.evidence_length = strlen(row.evidence);
		if (has != had)
			causes_text(has, causes, sizeof(causes));
		had = has;
		calls->on_interval(calls->arg, &row);
	}
}

static void
strangers(struct store_reader *r, const struct store_verify_calls *calls)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT type, name FROM sqlite_master WHERE type IN ('trigger',"
	    " 'view')",
	    "");

	while (db_step(&r->db, st)) {
		char what[16];

		snprintf(what, sizeof(what), "%s", db_text(st, 0));
		calls->on_stranger(calls->arg, what, db_text(st, 1));
	}
}

bool
store_verify_epochs(struct store_reader *r,
    const struct store_verify_calls *calls)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, run, anchor FROM epoch ORDER BY id", "");

	while (db_step(&r->db, st))
		calls->on_epoch(calls->arg, sqlite3_column_int64(st, 0),
		    sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2));
	strangers(r, calls);
	return r->db.rc == SQLITE_OK;
}

bool
store_verify_rows(struct store_reader *r,
    const struct store_verify_calls *calls)
{
	char *buffer = malloc(ROW_BYTES);

	if (buffer == NULL) {
		db_fail(&r->db, SQLITE_NOMEM, "out of memory");
		return false;
	}
	intervals_of(r, calls);
	for (unsigned t = 0; t < STORE_VERIFY_TABLES; t++)
		rows_of(r, (enum store_verify_table)t, buffer, calls);
	free(buffer);
	return r->db.rc == SQLITE_OK;
}

bool
store_verify_whole(struct store_reader *r,
    const struct store_verify_calls *calls)
{
	/* (quick_check, which backups and starts do, doesn't look there.) */
	sqlite3_stmt *st = db_query(&r->db, "PRAGMA integrity_check(1)", "");

	if (!db_step(&r->db, st))
		return false;
	if (strcmp(db_text(st, 0), "ok") != 0)
		calls->on_damage(calls->arg, db_text(st, 0));
	db_done(st);
	return r->db.rc == SQLITE_OK;
}
