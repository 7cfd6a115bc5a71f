/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was told what, and what waits. */
#include <stdio.h>
#include <string.h>

#include "monitor/store/json.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/writer.h"

static int64_t
utc_or_0(const struct writer *w, bool is, int64_t us)
{
	return is ? epoch_utc(w, us) : 0;
}

void
apply_alert(struct writer *w, struct op *op)
{
	const struct store_alert *a = &op->alert;

	db_run(&w->db,
	    "INSERT INTO alert(id, incident, of, place_id, place, site, rule,"
	    " severity, criticality, excused, cause, flapping, acknowledged,"
	    " done, feeds, turns, repeats, since, at, good, closed, changed,"
	    " repeated)"
	    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
	    "?17,?18,?19,?20,?21,?22,?23) ON CONFLICT(id) DO UPDATE SET"
	    " incident = ?2, rule = ?7, severity = ?8, criticality = ?9,"
	    " excused = ?10, cause = ?11, flapping = ?12, acknowledged = ?13,"
	    " done = ?14, feeds = ?15, turns = ?16, repeats = ?17,"
	    " good = ?20, closed = ?21, changed = ?22, repeated = ?23",
	    "iiiisssiiiiiiiiiiii??i?", a->id, a->incident, (int64_t)a->of,
	    a->place_id, a->place, a->site, a->rule, (int64_t)a->severity,
	    (int64_t)a->criticality, (int64_t)a->excused, (int64_t)a->cause,
	    (int64_t)a->flapping, (int64_t)a->acknowledged, (int64_t)a->done,
	    (int64_t)a->feeds, (int64_t)a->turns, (int64_t)a->repeats,
	    epoch_utc(w, a->since_us), epoch_utc(w, a->at_us),
	    utc_or_0(w, a->closed, a->good_us),
	    utc_or_0(w, a->closed, a->closed_us), epoch_utc(w, a->now_us),
	    utc_or_0(w, a->repeats > 0, a->repeated_us));
	db_run(&w->db,
	    "UPDATE incident SET alert = ? WHERE id = ? AND alert IS NULL",
	    "ii", a->id, a->incident);
	op->result.id = a->id;
}

static void
hold(struct writer *w, struct op *op)
{
	const struct store_notice *n = &op->notice;

	db_run(&w->db,
	    "INSERT INTO notice(alert, sequence, kind, recipient, rule, step,"
	    " exempt, made) VALUES(?,?,?,?,?,?,?,?)",
	    "iiissiii", n->alert, (int64_t)n->sequence, (int64_t)n->kind,
	    n->recipient, n->rule, (int64_t)n->rule_step, (int64_t)n->exempt,
	    epoch_utc(w, n->at_us));
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
}

static void
drop(struct writer *w, struct op *op)
{
	const struct store_notice *n = &op->notice;

	db_run(&w->db,
	    "UPDATE notice SET dropped = ? WHERE alert = ? AND sequence = ?"
	    " AND told IS NULL",
	    "iii", epoch_utc(w, n->at_us), n->alert, (int64_t)n->sequence);
}

/* Something earlier of the alert is still to be sent there. */
static bool
waits_there(struct writer *w, int64_t alert, const char *channel)
{
	return db_int(&w->db, 0,
		   "SELECT 1 FROM notice p JOIN delivery o ON o.notice = p.id"
		   " WHERE p.alert = ? AND o.target = ? AND o.path = ''"
		   " AND o.done IS NULL AND o.gave_up IS NULL LIMIT 1",
		   "is", alert, channel) != 0;
}

static void
deliver(struct writer *w, int64_t id, const struct store_notice *n,
    const char *name, int64_t utc)
{
	if (n->reminder && waits_there(w, n->alert, name))
		return;
	db_run(&w->db,
	    "INSERT INTO delivery(kind, target, subject, path, body, made, due,"
	    " notice) VALUES(?, ?, ?, '', x'', ?, ?, ?)",
	    "issiii", (int64_t)STORE_DELIVERY_ALERT, name, n->subject, utc, utc,
	    id);
}

static void
deliver_all(struct writer *w, int64_t id, const struct store_notice *n,
    int64_t utc)
{
	const char *p = n->channels;

	while (*(p += strspn(p, ", ")) != '\0') {
		size_t length = strcspn(p, ","), end = length;
		char name[256];

		while (end > 0 && p[end - 1] == ' ')
			end--;
		snprintf(name, sizeof(name), "%.*s", (int)end, p);
		deliver(w, id, n, name, utc);
		p += length;
	}
}

/* What it is about, by its row. */
static void
say_alert(struct writer *w, struct json *j, int64_t alert)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT incident, place, cause FROM alert WHERE id = ?", "i",
	    alert);

	if (!db_step(&w->db, st))
		return;
	json_number(j, "alert", alert);
	json_number(j, "incident", sqlite3_column_int64(st, 0));
	json_text(j, "place", db_text(st, 1));
	json_text(j, "cause", cause_name((unsigned)sqlite3_column_int(st, 2)));
	db_done(st);
}

static void
say_told(struct writer *w, struct op *op, int64_t now)
{
	const struct store_notice *n = &op->notice;
	struct json j = json_open(w->body, sizeof(w->body));

	json_number(&j, "notice", op->result.id);
	json_text(&j, "kind", n->kind_name);
	json_text(&j, "to", n->recipient);
	say_alert(w, &j, n->alert);
	json_number(&j, "sequence", n->sequence);
	json_number(&j, "when", now);
	op->result.seq = event_append(w, n->at_us, "alert.told", "camwarden", 0,
	    json_close(&j));
}

/* Alone: the row that waited, or a new one. */
static int64_t
tell_one(struct writer *w, const struct store_notice *n, int64_t now)
{
	db_run(&w->db,
	    "INSERT INTO notice(alert, sequence, kind, recipient, rule, step,"
	    " exempt, made, told, body) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?8,?9)"
	    " ON CONFLICT(alert, sequence) DO UPDATE SET told = ?8, body = ?9,"
	    " exempt = ?7",
	    "iiissiiib", n->alert, (int64_t)n->sequence, (int64_t)n->kind,
	    n->recipient, n->rule, (int64_t)n->rule_step, (int64_t)n->exempt,
	    now, n->body, n->length);
	return db_int(&w->db, 0,
	    "SELECT id FROM notice WHERE alert = ? AND sequence = ?", "ii",
	    n->alert, (int64_t)n->sequence);
}

static int64_t
tell_digest(struct writer *w, const struct store_notice *n, int64_t now)
{
	int64_t id;

	db_run(&w->db,
	    "INSERT INTO notice(sequence, kind, recipient, rule, step, exempt,"
	    " made, told, body) VALUES(0, ?1, ?2, '', 0, 0, ?3, ?3, ?4)",
	    "isib", (int64_t)n->kind, n->recipient, now, n->body, n->length);
	id = sqlite3_last_insert_rowid(w->db.h);
	db_run(&w->db,
	    "UPDATE notice SET told = ?, digest = ? WHERE recipient = ?"
	    " AND told IS NULL AND dropped IS NULL",
	    "iis", now, id, n->recipient);
	return id;
}

static void
tell(struct writer *w, struct op *op)
{
	const struct store_notice *n = &op->notice;
	int64_t now = epoch_utc(w, n->at_us);

	op->result.id =
	    n->alert != 0 ? tell_one(w, n, now) : tell_digest(w, n, now);
	deliver_all(w, op->result.id, n, now);
	say_told(w, op, now);
}

void
apply_notice(struct writer *w, struct op *op)
{
	switch (op->notice.step) {
	case STORE_NOTICE_HELD:
		hold(w, op);
		break;
	case STORE_NOTICE_TOLD:
		tell(w, op);
		break;
	case STORE_NOTICE_DROPPED:
		drop(w, op);
		break;
	}
}
