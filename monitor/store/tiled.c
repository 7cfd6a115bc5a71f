/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/tiled.h"

#include "camwarden/presence.h"
#include "camwarden/words.h"

#define LEARNING ((int64_t)1 << CAUSE_LEARNING)
#define OFF ((int64_t)1 << CAUSE_MONITOR_OFF)

/* The same of each table; statements are known by their addresses. */
#define CUT_DELETE(table)                                                      \
	"DELETE FROM " table " WHERE (end IS NULL OR end > ?1)"                \
	" AND epoch = ?2 AND start >= ?1"
#define CUT_UPDATE(table)                                                      \
	"UPDATE " table " SET end = ?1 WHERE epoch = ?2"                       \
	" AND (end IS NULL OR end > ?1)"
#define CLOSE_DELETE(table, owner)                                             \
	"DELETE FROM " table " WHERE " owner " = ?1 AND end IS NULL"           \
	" AND start >= ?2"
#define CLOSE_UPDATE(table, owner)                                             \
	"UPDATE " table " SET end = ?2 WHERE " owner " = ?1 AND end IS NULL"

void
tiled_prepare(struct writer *w)
{
	db_script(&w->db,
	    "CREATE TEMP TABLE IF NOT EXISTS held(feed INTEGER PRIMARY KEY,"
	    " since, at, state, cause, causes, confidence, evidence);"
	    "CREATE TEMP TABLE IF NOT EXISTS held_presence("
	    " console INTEGER PRIMARY KEY, room, since, at, state, why,"
	    " evidence);"
	    "CREATE TEMP TABLE IF NOT EXISTS held_display("
	    " screen INTEGER PRIMARY KEY, console, room, power, source,"
	    " tiles);");
}

/* (The heartbeat row moves with every commit, so this cuts nothing that was
 * confirmed, at most an interval of no length.) */
void
tiled_cut(struct writer *w, int64_t epoch, int64_t utc)
{
	static const char *const all[][2] = {
		{ CUT_DELETE("interval"), CUT_UPDATE("interval") },
		{ CUT_DELETE("presence"), CUT_UPDATE("presence") },
		{ CUT_DELETE("display"), CUT_UPDATE("display") },
	};

	for (size_t i = 0; i < 3; i++) {
		db_run(&w->db, all[i][0], "ii", utc, epoch);
		db_run(&w->db, all[i][1], "ii", utc, epoch);
	}
}

void
tiled_keep_open(struct writer *w)
{
	db_run(&w->db, "DELETE FROM temp.held", "");
	db_run(&w->db, "DELETE FROM temp.held_presence", "");
	db_run(&w->db, "DELETE FROM temp.held_display", "");
	db_run(&w->db,
	    "INSERT INTO temp.held SELECT feed, since, at, state, cause,"
	    " causes, confidence, evidence FROM interval WHERE end IS NULL"
	    " AND epoch = ?",
	    "i", w->at.epoch);
	db_run(&w->db,
	    "INSERT INTO temp.held_presence SELECT console, room, since, at,"
	    " state, why, evidence FROM presence WHERE end IS NULL"
	    " AND epoch = ?",
	    "i", w->at.epoch);
	db_run(&w->db,
	    "INSERT INTO temp.held_display SELECT screen, console, room,"
	    " power, source, tiles FROM display WHERE end IS NULL"
	    " AND epoch = ?",
	    "i", w->at.epoch);
}

void
tiled_forget(struct writer *w, int64_t utc)
{
	db_run(&w->db,
	    "UPDATE temp.held SET since = ?1, at = ?1, state = ?2, cause = ?3,"
	    " causes = ?4, confidence = 100, evidence = '{}'",
	    "iiii", utc, (int64_t)STATE_UNKNOWN, (int64_t)CAUSE_MONITOR_OFF,
	    OFF);
	db_run(&w->db,
	    "UPDATE temp.held_presence SET since = ?1, at = ?1, state = ?2,"
	    " why = ?3, evidence = '{}'",
	    "iii", utc, (int64_t)PRESENCE_UNKNOWN,
	    (int64_t)PRESENCE_WHY_MONITOR_OFF);
	db_run(&w->db,
	    "UPDATE temp.held_display SET power = ?1, source = ?2,"
	    " tiles = x''",
	    "ii", (int64_t)SCREEN_UNKNOWN, (int64_t)VIEW_FROM_NONE);
}

void
tiled_reopen(struct writer *w, int64_t utc)
{
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT feed, ?, ?, since, at,"
	    " state, cause, causes, confidence, evidence FROM temp.held",
	    "ii", w->at.epoch, utc);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) SELECT console, room, ?, ?, since, at,"
	    " state, why, evidence FROM temp.held_presence",
	    "ii", w->at.epoch, utc);
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, power,"
	    " source, tiles) SELECT screen, console, room, ?, ?, power,"
	    " source, tiles FROM temp.held_display",
	    "ii", w->at.epoch, utc);
}

/* Those added at that very moment have no past to cut. */
void
tiled_fill_kept(struct writer *w, int64_t from, int64_t to)
{
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence) SELECT feed, ?1, ?2, ?3, ?2,"
	    " ?3, ?4, ?5, ?6, 100, '{}' FROM temp.held",
	    "iiiiii", w->at.epoch, from, to, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_MONITOR_OFF, OFF);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence) SELECT console, room, ?1, ?2, ?3, ?2, ?3,"
	    " ?4, ?5, '{}' FROM temp.held_presence",
	    "iiiii", w->at.epoch, from, to, (int64_t)PRESENCE_UNKNOWN,
	    (int64_t)PRESENCE_WHY_MONITOR_OFF);
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, end,"
	    " power, source, tiles) SELECT screen, console, room, ?1, ?2, ?3,"
	    " ?4, ?5, x'' FROM temp.held_display",
	    "iiiii", w->at.epoch, from, to, (int64_t)SCREEN_UNKNOWN,
	    (int64_t)VIEW_FROM_NONE);
}

#define THERE " WHERE max(?2, active) < min(?3, ifnull(inactive, ?3))"

void
tiled_fill_all(struct writer *w, int64_t epoch, int64_t from, int64_t to)
{
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence)"
	    " SELECT id, ?1, max(?2, active), min(?3, ifnull(inactive, ?3)),"
	    " max(?2, active), ?3, ?4, ?5, ?6, 100, '{}' FROM feed" THERE,
	    "iiiiii", epoch, from, to, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_MONITOR_OFF, OFF);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence) SELECT id, room, ?1, max(?2, active),"
	    " min(?3, ifnull(inactive, ?3)), max(?2, active), ?3, ?4, ?5,"
	    " '{}' FROM console" THERE,
	    "iiiii", epoch, from, to, (int64_t)PRESENCE_UNKNOWN,
	    (int64_t)PRESENCE_WHY_MONITOR_OFF);
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, end,"
	    " power, source, tiles) SELECT id, console, room, ?1,"
	    " max(?2, active), min(?3, ifnull(inactive, ?3)), ?4, ?5, x''"
	    " FROM screen" THERE,
	    "iiiii", epoch, from, to, (int64_t)SCREEN_UNKNOWN,
	    (int64_t)VIEW_FROM_NONE);
}

void
tiled_start(struct writer *w, int64_t utc)
{
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT id, ?1, ?2, ?2, ?2, ?3, ?4,"
	    " ?5, 100, '{}' FROM feed WHERE enabled AND removed IS NULL",
	    "iiiii", w->at.epoch, utc, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_LEARNING, LEARNING);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) SELECT id, room, ?1, ?2, ?2, ?2, ?3, ?4,"
	    " '{}' FROM console WHERE removed IS NULL",
	    "iiii", w->at.epoch, utc, (int64_t)PRESENCE_UNKNOWN,
	    (int64_t)PRESENCE_WHY_NEVER_HEARD);
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, power,"
	    " source, tiles) SELECT id, console, room, ?1, ?2, ?3, ?4, x''"
	    " FROM screen WHERE removed IS NULL",
	    "iiii", w->at.epoch, utc, (int64_t)SCREEN_UNKNOWN,
	    (int64_t)VIEW_FROM_NONE);
}

void
tiled_open_feed(struct writer *w, int64_t feed, int64_t utc)
{
	if (w->at.epoch == 0)
		return;
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence)"
	    " VALUES(?1, ?2, ?3, ?3, ?3, ?4, ?5, ?6, 100, '{}')",
	    "iiiiii", feed, w->at.epoch, utc, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_LEARNING, LEARNING);
}

void
tiled_open_console(struct writer *w, int64_t console, int64_t utc)
{
	if (w->at.epoch == 0)
		return;
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) SELECT id, room, ?2, ?3, ?3, ?3, ?4, ?5,"
	    " '{}' FROM console WHERE id = ?1",
	    "iiiii", console, w->at.epoch, utc, (int64_t)PRESENCE_UNKNOWN,
	    (int64_t)PRESENCE_WHY_NEVER_HEARD);
}

void
tiled_open_screen(struct writer *w, int64_t screen, int64_t utc)
{
	if (w->at.epoch == 0)
		return;
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, power,"
	    " source, tiles) SELECT id, console, room, ?2, ?3, ?4, ?5, x''"
	    " FROM screen WHERE id = ?1",
	    "iiiii", screen, w->at.epoch, utc, (int64_t)SCREEN_UNKNOWN,
	    (int64_t)VIEW_FROM_NONE);
}

void
tiled_close_feed(struct writer *w, int64_t feed, int64_t utc)
{
	db_run(&w->db, CLOSE_DELETE("interval", "feed"), "ii", feed, utc);
	db_run(&w->db, CLOSE_UPDATE("interval", "feed"), "ii", feed, utc);
}

void
tiled_close_console(struct writer *w, int64_t console, int64_t utc)
{
	db_run(&w->db, CLOSE_DELETE("presence", "console"), "ii", console, utc);
	db_run(&w->db, CLOSE_UPDATE("presence", "console"), "ii", console, utc);
}

void
tiled_close_screen(struct writer *w, int64_t screen, int64_t utc)
{
	db_run(&w->db, CLOSE_DELETE("display", "screen"), "ii", screen, utc);
	db_run(&w->db, CLOSE_UPDATE("display", "screen"), "ii", screen, utc);
}

void
tiled_move_console(struct writer *w, int64_t console, int64_t utc)
{
	if (w->at.epoch == 0)
		return;
	db_run(&w->db, "DELETE FROM temp.held_presence", "");
	db_run(&w->db,
	    "INSERT INTO temp.held_presence SELECT p.console, c.room, p.since,"
	    " p.at, p.state, p.why, p.evidence FROM presence p"
	    " JOIN console c ON c.id = p.console"
	    " WHERE p.console = ? AND p.end IS NULL",
	    "i", console);
	tiled_close_console(w, console, utc);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) SELECT console, room, ?, ?, since, at,"
	    " state, why, evidence FROM temp.held_presence",
	    "ii", w->at.epoch, utc);
}
