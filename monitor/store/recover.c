/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening: settings, who we are, and what an earlier run left open. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "camwarden/presence.h"
#include "monitor/store/json.h"
#include "monitor/store/nodes.h"
#include "monitor/store/standing.h"
#include "monitor/store/tiled.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"

void
recover_settings(struct writer *w)
{
	db_script(&w->db, "PRAGMA journal_mode = WAL;"
			  "PRAGMA synchronous = FULL;"
			  "PRAGMA foreign_keys = ON;"
			  "PRAGMA journal_size_limit = 67108864;"
			  "PRAGMA mmap_size = 0;"
			  "PRAGMA secure_delete = ON;"
			  "PRAGMA temp_store = MEMORY;");
	tiled_prepare(w);
}

static int64_t
origin_get(struct writer *w)
{
	sqlite3_stmt *st =
	    db_query(&w->db, "SELECT uuid FROM origin WHERE id = 1", "");

	if (db_step(&w->db, st)) {
		const void *uuid = sqlite3_column_blob(st, 0);

		if (uuid != NULL && sqlite3_column_bytes(st, 0) == 16)
			memcpy(w->origin, uuid, 16);
		db_done(st);
		return 1;
	}
	db_run(&w->db, "INSERT INTO origin(id, uuid) VALUES(1, ?)", "b",
	    w->origin, sizeof(w->origin));
	return 1;
}

/* Where the ledger ends; its tree's frontier comes from the tiles and the
 * leaves behind the last one, however long it is. */
static void
last_line(struct writer *w)
{
	w->base = db_int(&w->db, 0,
	    "SELECT value FROM meta WHERE key = 'ledger_base'", "");
	struct nodes nodes = { &w->db, w->base };
	struct tree_source source = nodes_source(&nodes);
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", "");

	w->at.seq = w->base;
	memset(w->at.hash, 0, sizeof(w->at.hash));
	if (db_step(&w->db, st)) {
		w->at.seq = sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) == LEDGER_HASH)
			memcpy(w->at.hash, sqlite3_column_blob(st, 1),
			    LEDGER_HASH);
		db_done(st);
	}
	if (w->db.rc == SQLITE_OK &&
	    !tree_at(&source, (uint64_t)(w->at.seq - w->base), &w->at.tree))
		db_fail(&w->db, SQLITE_CORRUPT,
		    "the ledger is damaged: lines or tiles are missing "
		    "(camwarden ledger verify says which)");
}

/* The first line says what was there before: the end of the chain that an
 * older camwarden wrote. */
static void
ledger_begin(struct writer *w, int64_t mono)
{
	struct json j = json_open(w->body, sizeof(w->body));
	sqlite3_stmt *st;

	if (w->at.seq != w->base)
		return;
	json_number(&j, "version", 1);
	json_number(&j, "before", w->base);
	st = db_query(&w->db, "SELECT hash FROM event_v1 WHERE seq = ?", "i",
	    w->base);
	if (db_step(&w->db, st)) {
		json_hex(&j, "before_hash", sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		db_done(st);
	}
	event_append(w, mono, "ledger.begin", "camwarden", 0, json_close(&j));
}

/* An agent that died shortly before the monitor was not yet called late. */
#define DOUBT_US (15 * INT64_C(1000000))

/* Nobody vouches for the last seconds that were attended. */
static void
doubt_presence(struct writer *w, int64_t epoch, int64_t end)
{
	int64_t from = end - DOUBT_US;

	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence) SELECT console, room, epoch, ?3, end, ?3,"
	    " end, ?5, ?6, '{}' FROM presence WHERE epoch = ?1 AND end = ?2"
	    " AND state = ?4 AND start < ?3",
	    "iiiiii", epoch, end, from, (int64_t)PRESENCE_ATTENDED,
	    (int64_t)PRESENCE_UNKNOWN, (int64_t)PRESENCE_WHY_MONITOR_OFF);
	db_run(&w->db,
	    "UPDATE presence SET end = ?3 WHERE epoch = ?1 AND end = ?2"
	    " AND state = ?4 AND start < ?3",
	    "iiii", epoch, end, from, (int64_t)PRESENCE_ATTENDED);
	db_run(&w->db,
	    "UPDATE presence SET state = ?4, why = ?5, evidence = '{}'"
	    " WHERE epoch = ?1 AND end = ?2 AND state = ?3",
	    "iiiii", epoch, end, (int64_t)PRESENCE_ATTENDED,
	    (int64_t)PRESENCE_UNKNOWN, (int64_t)PRESENCE_WHY_MONITOR_OFF);
	watched_mark(w, 0, from);
}

/* An earlier run's epoch ends where its life is last proved. */
static void
close_left_open(struct writer *w, int64_t mono)
{
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t epoch = db_int(&w->db, 0,
	    "SELECT id FROM epoch WHERE end IS NULL ORDER BY id DESC LIMIT 1",
	    "");
	int64_t end = db_int(&w->db, 0, "SELECT utc FROM heartbeat", "");

	if (epoch == 0)
		return;
	tiled_cut(w, epoch, end);
	doubt_presence(w, epoch, end);
	db_run(&w->db, "UPDATE epoch SET end = max(start, ?) WHERE end IS NULL",
	    "i", end);
	json_number(&j, "epoch", epoch);
	json_number(&j, "end", end);
	json_number(&j, "doubt", end - DOUBT_US);
	event_append(w, mono, "store.left", "camwarden", 0, json_close(&j));
}

static int64_t
epoch_new(struct writer *w, const char *reason, int64_t start)
{
	db_run(&w->db,
	    "INSERT INTO epoch(run, reason, anchor, start) VALUES(?,?,?,?)",
	    "isii", w->at.run, reason, w->at.anchor_us, start);
	return sqlite3_last_insert_rowid(w->db.h);
}

/* The time nobody watched becomes an epoch of its own, unknown for each feed
 * as long as it was in the inventory. */
static void
fill_off(struct writer *w, int64_t mono, int64_t from, int64_t to)
{
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t epoch = epoch_new(w, "monitor-off", from);

	db_run(&w->db, "UPDATE epoch SET end = ? WHERE id = ?", "ii", to,
	    epoch);
	tiled_fill_all(w, epoch, from, to);
	json_number(&j, "epoch", epoch);
	json_number(&j, "from", from);
	json_number(&j, "to", to);
	event_append(w, mono, "monitor.off", "camwarden", 0, json_close(&j));
}

static void
watch_from(struct writer *w, int64_t mono, int64_t utc)
{
	struct json j = json_open(w->body, sizeof(w->body));

	w->at.epoch = epoch_new(w, "start", utc);
	w->at.epoch_start = utc;
	tiled_start(w, utc);
	watched_clock(w, utc);
	w->at.alive_us = mono;
	epoch_alive(w, mono, false);
	json_number(&j, "epoch", w->at.epoch);
	json_number(&j, "start", utc);
	json_number(&j, "anchor", w->at.anchor_us);
	json_text(&j, "program", CAMWARDEN_VERSION);
	json_text(&j, "boot", w->boot);
	event_append(w, mono, "store.open", "camwarden", 0, json_close(&j));
}

void
recover_begin_run(struct writer *w, int64_t mono, int64_t utc)
{
	if (getrandom(w->origin, 16, 0) != 16 ||
	    getrandom(w->run_uuid, 16, 0) != 16)
		db_fail(&w->db, SQLITE_IOERR, "no random numbers");
	db_script(&w->db, "BEGIN IMMEDIATE");
	int64_t origin = origin_get(w);

	last_line(w);
	w->at.revision = (uint64_t)db_int(&w->db, 1,
	    "SELECT value FROM meta WHERE key = 'revision'", "");
	w->at.floor_revision = (uint64_t)db_int(&w->db, 1,
	    "SELECT value FROM meta WHERE key = 'floor_revision'", "");
	w->at.anchor_us = utc - mono;
	w->at.mono = INT64_MIN;
	db_run(&w->db,
	    "INSERT INTO run(origin, uuid, boot, tool, started, program)"
	    " VALUES(?,?,?,?,?,?)",
	    "ibsiis", origin, w->run_uuid, sizeof(w->run_uuid), w->boot,
	    (int64_t)w->tool, utc, CAMWARDEN_VERSION);
	w->at.run = sqlite3_last_insert_rowid(w->db.h);
	watched_recover(w);
	ledger_begin(w, mono);
	close_left_open(w, mono);
	if (!w->tool) {
		int64_t from = db_int(&w->db, utc,
		    "SELECT end FROM epoch ORDER BY id DESC LIMIT 1", "");

		standing_say(w, mono, from < utc ? from : utc);
		if (from < utc)
			fill_off(w, mono, from, utc);
		watch_from(w, mono, utc);
	}
	db_script(&w->db, "COMMIT");
	if (w->db.rc != SQLITE_OK && !sqlite3_get_autocommit(w->db.h))
		sqlite3_exec(w->db.h, "ROLLBACK", NULL, NULL, NULL);
}

void
recover_end_run(struct writer *w, int64_t mono)
{
	if (w->tool || w->at.epoch == 0)
		return;
	db_script(&w->db, "BEGIN IMMEDIATE");
	if (mono - w->at.alive_us > STORE_GAP_US)
		epoch_gap(w, mono);
	event_append(w, mono, "store.close", "camwarden", 0, "{}");
	epoch_alive(w, mono, true);
	db_script(&w->db, "COMMIT");
}
