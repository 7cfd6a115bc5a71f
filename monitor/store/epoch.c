/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/json.h"
#include "monitor/store/writer.h"

int64_t
epoch_utc(const struct writer *w, int64_t mono_us)
{
	return w->at.anchor_us + mono_us;
}

void
epoch_alive(struct writer *w, int64_t mono_us, bool stopped)
{
	if (w->at.epoch == 0 || (mono_us < w->at.alive_us && !stopped))
		return;
	if (mono_us > w->at.alive_us)
		w->at.alive_us = mono_us;
	w->at.beats++;
	db_run(&w->db,
	    "INSERT OR REPLACE INTO heartbeat(id, run, boot, mono, utc, beats,"
	    " stopped) VALUES(1, ?, ?, ?, ?, ?, ?)",
	    "isiiii", w->at.run, w->boot, w->at.alive_us,
	    epoch_utc(w, w->at.alive_us), w->at.beats, (int64_t)stopped);
}

/* What begins at or after utc never was; what is open or reaches beyond ends
 * there. (The heartbeat row moves with every commit, so this cuts nothing that
 * was confirmed, at most an interval of no length.) */
static void
cut(struct writer *w, int64_t utc)
{
	db_run(&w->db,
	    "DELETE FROM interval WHERE (end IS NULL OR end > ?1)"
	    " AND epoch = ?2 AND start >= ?1",
	    "ii", utc, w->at.epoch);
	db_run(&w->db,
	    "UPDATE interval SET end = ? WHERE epoch = ?"
	    " AND (end IS NULL OR end > ?)",
	    "iii", utc, w->at.epoch, utc);
}

/* Remembers the verdicts in force, to reopen them behind a gap or a step. */
static void
keep_open(struct writer *w)
{
	db_run(&w->db, "DELETE FROM temp.held", "");
	db_run(&w->db,
	    "INSERT INTO temp.held SELECT feed, since, at, state, cause, "
	    "causes,"
	    " confidence, evidence FROM interval WHERE end IS NULL"
	    " AND epoch = ?",
	    "i", w->at.epoch);
}

static void
reopen(struct writer *w, int64_t utc)
{
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT feed, ?, ?, since, at, "
	    "state,"
	    " cause, causes, confidence, evidence FROM temp.held",
	    "ii", w->at.epoch, utc);
}

void
epoch_gap(struct writer *w, int64_t mono_us)
{
	int64_t from = epoch_utc(w, w->at.alive_us);
	int64_t to = epoch_utc(w, mono_us);
	struct json j = json_open(w->body, sizeof(w->body));

	keep_open(w);
	cut(w, from);
	/* Feeds added at that very moment have no past to cut. */
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence) SELECT feed, ?1, ?2, ?3, ?2,"
	    " ?3, ?4, ?5, ?6, 100, '{}' FROM temp.held",
	    "iiiiii", w->at.epoch, from, to, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_MONITOR_OFF, (int64_t)1 << CAUSE_MONITOR_OFF);
	reopen(w, to);
	json_number(&j, "from", from);
	json_number(&j, "to", to);
	event_append(w, mono_us, "store.gap", "camwarden", 0, json_close(&j));
	epoch_alive(w, mono_us, false);
}

void
epoch_doubt(struct writer *w, int64_t mono_us)
{
	int64_t utc = epoch_utc(w, mono_us);

	keep_open(w);
	cut(w, utc);
	db_run(&w->db,
	    "UPDATE temp.held SET since = ?1, at = ?1, state = ?2, cause = ?3,"
	    " causes = ?4, confidence = 100, evidence = '{}'",
	    "iiii", utc, (int64_t)STATE_UNKNOWN, (int64_t)CAUSE_MONITOR_OFF,
	    (int64_t)1 << CAUSE_MONITOR_OFF);
	reopen(w, utc);
	event_append(w, mono_us, "store.lost", "camwarden", 0,
	    "{\"what\":\"verdicts\"}");
	w->at.resync_due = true;
}

void
epoch_step(struct writer *w, struct op *op)
{
	int64_t mono = op->word.at_us;
	int64_t old = epoch_utc(w, mono);
	struct json j = json_open(w->body, sizeof(w->body));

	if (w->at.epoch == 0) {
		apply_fault(op, "no epoch is open");
		return;
	}
	keep_open(w);
	cut(w, old);
	db_run(&w->db, "UPDATE epoch SET end = ? WHERE id = ?", "ii", old,
	    w->at.epoch);
	w->at.anchor_us = op->word.utc;
	w->at.epoch_start = epoch_utc(w, mono);
	w->at.epoch++;
	db_run(&w->db,
	    "INSERT INTO epoch(id, run, reason, anchor, start)"
	    " VALUES(?,?,?,?,?)",
	    "iisii", w->at.epoch, w->at.run, op->word.text, w->at.anchor_us,
	    w->at.epoch_start);
	reopen(w, w->at.epoch_start);
	json_text(&j, "reason", op->word.text);
	json_number(&j, "before", old);
	json_number(&j, "after", w->at.epoch_start);
	op->result.id = w->at.epoch;
	op->result.seq =
	    event_append(w, mono, "epoch", "camwarden", 0, json_close(&j));
	epoch_alive(w, mono > w->at.alive_us ? mono : w->at.alive_us, false);
}

void
epoch_open_feed(struct writer *w, int64_t feed, int64_t utc)
{
	if (w->at.epoch == 0)
		return;
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence)"
	    " VALUES(?1, ?2, ?3, ?3, ?3, ?4, ?5, ?6, 100, '{}')",
	    "iiiiii", feed, w->at.epoch, utc, (int64_t)STATE_UNKNOWN,
	    (int64_t)CAUSE_LEARNING, (int64_t)1 << CAUSE_LEARNING);
}

void
epoch_close_feed(struct writer *w, int64_t feed, int64_t utc)
{
	db_run(&w->db,
	    "DELETE FROM interval WHERE feed = ? AND end IS NULL"
	    " AND start >= ?",
	    "ii", feed, utc);
	db_run(&w->db,
	    "UPDATE interval SET end = ? WHERE feed = ? AND end IS NULL", "ii",
	    utc, feed);
}
