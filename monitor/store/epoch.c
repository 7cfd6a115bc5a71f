/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/json.h"
#include "monitor/store/tiled.h"
#include "monitor/store/watched_hours.h"
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

void
epoch_gap(struct writer *w, int64_t mono_us)
{
	int64_t from = epoch_utc(w, w->at.alive_us);
	int64_t to = epoch_utc(w, mono_us);
	struct json j = json_open(w->body, sizeof(w->body));

	tiled_keep_open(w);
	tiled_cut(w, w->at.epoch, from);
	watched_mark(w, 0, from);
	tiled_fill_kept(w, from, to);
	tiled_reopen(w, to);
	json_number(&j, "from", from);
	json_number(&j, "to", to);
	event_append(w, mono_us, "store.gap", "camwarden", 0, json_close(&j));
	epoch_alive(w, mono_us, false);
}

void
epoch_doubt(struct writer *w, int64_t mono_us)
{
	int64_t utc = epoch_utc(w, mono_us);
	struct json j = json_open(w->body, sizeof(w->body));

	tiled_keep_open(w);
	tiled_cut(w, w->at.epoch, utc);
	watched_mark(w, 0, utc);
	tiled_forget(w, utc);
	tiled_reopen(w, utc);
	json_text(&j, "what", "verdicts");
	json_number(&j, "at", utc);
	event_append(w, mono_us, "store.lost", "camwarden", 0, json_close(&j));
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
	tiled_keep_open(w);
	tiled_cut(w, w->at.epoch, old);
	watched_mark(w, 0, old);
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
	tiled_reopen(w, w->at.epoch_start);
	watched_clock(w, w->at.epoch_start);
	json_number(&j, "epoch", w->at.epoch);
	json_number(&j, "anchor", w->at.anchor_us);
	json_text(&j, "reason", op->word.text);
	json_number(&j, "before", old);
	json_number(&j, "after", w->at.epoch_start);
	op->result.id = w->at.epoch;
	op->result.seq =
	    event_append(w, mono, "epoch", "camwarden", 0, json_close(&j));
	epoch_alive(w, mono > w->at.alive_us ? mono : w->at.alive_us, false);
}
