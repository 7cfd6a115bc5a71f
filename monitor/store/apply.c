/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "monitor/store/interval.h"
#include "monitor/store/json.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"

void
apply_fault(struct op *op, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(op->error, sizeof(op->error), format, ap);
	va_end(ap);
	op->result.ok = false;
}

struct past {
	struct interval_past row[INTERVAL_BACK];
	int64_t id[INTERVAL_BACK];
	size_t count;
	bool open;
};

static void
past_read(struct writer *w, int64_t feed, struct past *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT id, start, at, state, cause, causes, end IS NULL"
	    " FROM interval WHERE feed = ? AND epoch = ?"
	    " ORDER BY start DESC LIMIT 32",
	    "ii", feed, w->at.epoch);

	out->count = 0;
	out->open = false;
	while (db_step(&w->db, st)) {
		struct interval_past *p = &out->row[out->count];

		if (out->count == 0)
			out->open = sqlite3_column_int(st, 6);
		out->id[out->count++] = sqlite3_column_int64(st, 0);
		p->start_utc = sqlite3_column_int64(st, 1);
		p->at_utc = sqlite3_column_int64(st, 2);
		p->verdict.state = (enum state)sqlite3_column_int(st, 3);
		p->verdict.cause = (enum cause)sqlite3_column_int(st, 4);
		p->verdict.causes = (uint64_t)sqlite3_column_int64(st, 5);
	}
}

static void
plan_write(struct writer *w, const struct past *past,
    const struct interval_plan *plan)
{
	for (size_t i = 0; i < plan->swallow; i++)
		db_run(&w->db, "DELETE FROM interval WHERE id = ?", "i",
		    past->id[i]);
	if (plan->clip)
		db_run(&w->db, "UPDATE interval SET end = ? WHERE id = ?", "ii",
		    plan->start_utc, past->id[plan->swallow]);
}

#define EVIDENCE_BYTES 16384
/* All settings, with as many channels, roles and rules as there may be. */
#define EVENT_BYTES (512u << 10)

/* "{}" for what is no JSON object, or too long. */
static const char *
object_of(struct writer *w, const char *text, size_t most)
{
	if (text == NULL || text[0] != '{' || strlen(text) > most)
		return "{}";
	return db_int(&w->db, 0, "SELECT json_valid(?)", "s", text) ? text
								    : "{}";
}

/* Evidence is the judge's JSON; anything else, or what is so long that the rest
 * of the body would not fit beside it, must not spoil the event. */
const char *
apply_evidence(struct writer *w, const char *evidence)
{
	return object_of(w, evidence, EVIDENCE_BYTES);
}

static const char *
verdict_body(struct writer *w, const struct store_verdict *v, int64_t start,
    const char *evidence)
{
	struct json j = json_open(w->body, sizeof(w->body));
	char uuid[37];

	event_feed_uuid(w, v->feed, uuid);
	json_text(&j, "feed", uuid);
	json_text(&j, "state", state_name(v->state));
	json_text(&j, "cause", cause_name(v->cause));
	json_list_open(&j, "causes");
	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		if (v->causes >> c & 1)
			json_item(&j, cause_name(c));
	json_list_close(&j);
	json_number(&j, "confidence", v->confidence);
	json_number(&j, "start", start);
	json_number(&j, "since", epoch_utc(w, v->since_us));
	json_number(&j, "at", epoch_utc(w, v->at_us));
	json_raw(&j, "evidence", evidence);
	return json_close(&j);
}

void
apply_verdict(struct writer *w, struct op *op)
{
	const struct store_verdict *v = &op->verdict;
	const struct interval_verdict verdict = { v->state, v->cause,
		v->causes };
	const char *evidence = apply_evidence(w, v->evidence);
	int64_t since = epoch_utc(w, v->since_us);
	int64_t at = epoch_utc(w, v->at_us);
	struct past past;

	past_read(w, v->feed, &past);
	if (!past.open) {
		apply_fault(op, "feed %lld is not watched", (long long)v->feed);
		return;
	}
	struct interval_plan plan =
	    interval_plan(past.row, past.count, &verdict, since, at);

	if (plan.same)
		return;
	plan_write(w, &past, &plan);
	watched_mark(w, v->feed, plan.start_utc);
	db_run(&w->db,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) VALUES(?,?,?,?,?,?,?,?,?,?)",
	    "iiiiiiiiis", v->feed, w->at.epoch, plan.start_utc, since, at,
	    (int64_t)v->state, (int64_t)v->cause, (int64_t)v->causes,
	    (int64_t)v->confidence, evidence);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	op->result.seq = event_append(w, v->at_us, "verdict", "judge", v->feed,
	    verdict_body(w, v, plan.start_utc, evidence));
}

void
apply_rollup(struct writer *w, struct op *op)
{
	enum { SLOT = 8, SLOTS = 144 };
	const struct store_rollup *r = &op->rollup;
	int64_t slot = epoch_utc(w, r->at_us) / 600000000;
	int64_t day = slot / SLOTS;
	int64_t id = day << 24 | (r->feed & 0xffffff);
	uint32_t fps = r->fps_milli / 10, kbps = r->kbps, loss = r->loss_ppm;
	uint8_t bytes[SLOT], none[SLOT * SLOTS];
	sqlite3_blob *blob = NULL;

	fps = fps > 0xfffe ? 0xfffe : fps;
	kbps = kbps > 0xffffff ? 0xffffff : kbps;
	loss = loss > 1000000 ? 1000000 : loss;
	memcpy(bytes,
	    &(uint8_t[SLOT]){ fps & 0xff, fps >> 8 & 0xff, kbps & 0xff,
		kbps >> 8 & 0xff, kbps >> 16, loss & 0xff, loss >> 8 & 0xff,
		loss >> 16 },
	    SLOT);
	memset(none, 0xff, sizeof(none)); /* nothing known of a slot */
	db_run(&w->db,
	    "INSERT OR IGNORE INTO rollup(id, feed, day, slots)"
	    " VALUES(?, ?, ?, ?)",
	    "iiib", id, r->feed, day, none, sizeof(none));
	if (w->db.rc != SQLITE_OK)
		return;
	int rc =
	    sqlite3_blob_open(w->db.h, "main", "rollup", "slots", id, 1, &blob);

	if (rc == SQLITE_OK)
		rc = sqlite3_blob_write(blob, bytes, SLOT,
		    (int)(slot % SLOTS) * SLOT);
	int closed = sqlite3_blob_close(blob);

	if (rc == SQLITE_OK)
		rc = closed;
	if (rc != SQLITE_OK)
		db_fail(&w->db, rc, sqlite3_errmsg(w->db.h));
}

void
apply_learned(struct writer *w, struct op *op)
{
	const struct op_learned *l = &op->learned;

	db_run(&w->db,
	    "INSERT OR REPLACE INTO learned(feed, kind, utc, bytes)"
	    " SELECT id, ?, ?, ? FROM feed WHERE id = ? AND removed IS NULL",
	    "iibi", (int64_t)l->kind, epoch_utc(w, op->stamp_us), l->bytes,
	    l->length, l->feed);
}

void
apply_event(struct writer *w, struct op *op)
{
	const struct op_word *e = &op->word;

	op->result.seq = event_append(w, e->at_us, e->text, e->actor, 0,
	    object_of(w, e->body, EVENT_BYTES));
}
