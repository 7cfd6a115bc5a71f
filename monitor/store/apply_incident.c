/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Incidents, what people say about them, and their pictures. */
#include <openssl/sha.h>

#include "monitor/store/json.h"
#include "monitor/store/writer.h"

static void
json_feed(struct writer *w, struct json *j, int64_t feed)
{
	char uuid[37];

	if (feed == 0)
		return;
	event_feed_uuid(w, feed, uuid);
	json_text(j, "feed", uuid);
}

/* sql: of one name by its number; a literal. */
static void
json_name(struct writer *w, struct json *j, const char *key, const char *sql,
    int64_t id)
{
	sqlite3_stmt *st = db_query(&w->db, sql, "i", id);

	if (!db_step(&w->db, st))
		return;
	json_text(j, key, db_text(st, 0));
	db_done(st);
}

static void
json_site(struct writer *w, struct json *j, int64_t site)
{
	json_name(w, j, "site", "SELECT path FROM site WHERE id = ?", site);
}

/* The picture that shows what was good before, with its hash for the record. */
static int64_t
before_picture(struct writer *w, int64_t feed, struct json *j)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT t.id, t.sha256, t.utc FROM thumbnail t JOIN feed f ON"
	    " f.id = t.feed WHERE t.feed = ? AND t.kind = 1 AND"
	    " f.no_picture = 0 ORDER BY t.utc DESC LIMIT 1",
	    "i", feed);

	if (!db_step(&w->db, st))
		return 0;
	int64_t id = sqlite3_column_int64(st, 0);

	json_number(j, "before", id);
	json_hex(j, "before_sha256", sqlite3_column_blob(st, 1),
	    (size_t)sqlite3_column_bytes(st, 1));
	/* It may be much older than the trouble, and goes by its own age. */
	json_number(j, "before_taken", sqlite3_column_int64(st, 2));
	db_done(st);
	return id;
}

void
apply_incident_open(struct writer *w, struct op *op)
{
	const struct store_incident *i = &op->incident;
	struct json j = json_open(w->body, sizeof(w->body));

	json_number(&j, "incident", i->id);
	json_feed(w, &j, i->feed);
	json_site(w, &j, i->site);
	json_name(w, &j, "room", "SELECT name FROM room WHERE id = ?", i->room);
	json_name(w, &j, "console", "SELECT name FROM console WHERE id = ?",
	    i->console);
	json_text(&j, "cause", cause_name(i->cause));
	json_number(&j, "since", epoch_utc(w, i->since_us));
	json_number(&j, "at", epoch_utc(w, i->at_us));
	json_bool(&j, "alertable", i->alertable);
	json_text(&j, "text", i->text);
	int64_t before = i->feed != 0 ? before_picture(w, i->feed, &j) : 0;

	db_run(&w->db,
	    "UPDATE thumbnail SET incident = ? WHERE id = ?"
	    " AND incident IS NULL",
	    "ii", i->id, before);
	db_run(&w->db,
	    "INSERT INTO incident(id, feed, site, since, at, cause, alertable,"
	    " text, before, room, console) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
	    "i??iiiis???", i->id, i->feed, i->site, epoch_utc(w, i->since_us),
	    epoch_utc(w, i->at_us), (int64_t)i->cause, (int64_t)i->alertable,
	    i->text, before, i->room, i->console);
	op->result.id = i->id;
	op->result.seq = event_append(w, i->at_us, "incident.open", "judge",
	    i->feed, json_close(&j));
}

/* The feed of an incident that exists (and is open); 0 with a fault if not. */
static int64_t
incident_feed(struct writer *w, struct op *op, int64_t id, bool open)
{
	int64_t feed = db_int(&w->db, -1,
	    "SELECT ifnull(feed, 0) FROM incident WHERE id = ?"
	    " AND (? = 0 OR closed IS NULL)",
	    "ii", id, (int64_t)open);

	if (feed < 0 && w->db.rc == SQLITE_OK)
		apply_fault(op, "no %sincident %lld", open ? "open " : "",
		    (long long)id);
	op->result.id = id;
	return feed;
}

void
apply_incident_change(struct writer *w, struct op *op)
{
	const struct store_incident *i = &op->incident;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t feed = incident_feed(w, op, i->id, true);

	if (feed < 0)
		return;
	db_run(&w->db,
	    "UPDATE incident SET cause = ?, alertable = ?, text = ?"
	    " WHERE id = ?",
	    "iisi", (int64_t)i->cause, (int64_t)i->alertable, i->text, i->id);
	json_number(&j, "incident", i->id);
	json_feed(w, &j, feed);
	json_text(&j, "cause", cause_name(i->cause));
	json_bool(&j, "alertable", i->alertable);
	json_text(&j, "text", i->text);
	op->result.seq = event_append(w, i->at_us, "incident.change", "judge",
	    feed, json_close(&j));
}

void
apply_incident_close(struct writer *w, struct op *op)
{
	const struct op_close *c = &op->close;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t feed = incident_feed(w, op, c->id, true);

	if (feed < 0)
		return;
	db_run(&w->db,
	    "UPDATE incident SET good = max(since, ?), closed = max(at, ?)"
	    " WHERE id = ?",
	    "iii", epoch_utc(w, c->since_us), epoch_utc(w, c->at_us), c->id);
	json_number(&j, "incident", c->id);
	json_feed(w, &j, feed);
	json_number(&j, "good", epoch_utc(w, c->since_us));
	json_number(&j, "at", epoch_utc(w, c->at_us));
	op->result.seq = event_append(w, c->at_us, "incident.close", "judge",
	    feed, json_close(&j));
}

void
apply_incident_acknowledge(struct writer *w, struct op *op)
{
	const struct op_word *a = &op->word;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t feed = incident_feed(w, op, a->id, false);

	if (feed < 0)
		return;
	if (db_int(&w->db, 0, "SELECT acknowledged FROM incident WHERE id = ?",
		"i", a->id) != 0) {
		apply_fault(op, "incident %lld is acknowledged already",
		    (long long)a->id);
		return;
	}
	db_run(&w->db,
	    "UPDATE incident SET acknowledged = ?, acknowledged_by = ?,"
	    " note = ? WHERE id = ?",
	    "issi", epoch_utc(w, a->at_us), a->actor, a->text, a->id);
	json_number(&j, "incident", a->id);
	json_feed(w, &j, feed);
	json_text(&j, "note", a->text);
	json_number(&j, "when", epoch_utc(w, a->at_us));
	op->result.seq = event_append(w, a->at_us, "incident.acknowledge",
	    a->actor, feed, json_close(&j));
}

static bool
picture_allowed(struct writer *w, struct op *op, int64_t feed)
{
	int64_t no = db_int(&w->db, -1,
	    "SELECT no_picture FROM feed WHERE id = ? AND removed IS NULL", "i",
	    feed);

	if (no == 0)
		return true;
	if (w->db.rc == SQLITE_OK)
		apply_fault(op, "%s",
		    no < 0 ? "no such feed" : "the feed is marked no-picture");
	return false;
}

/* It may have been cleared while its picture was on the way. */
static bool
has_reference(struct writer *w, struct op *op, int64_t feed)
{
	if (db_int(&w->db, 0, "SELECT 1 FROM reference WHERE feed = ?", "i",
		feed) == 1)
		return true;
	if (w->db.rc == SQLITE_OK)
		apply_fault(op, "the feed has no reference");
	return false;
}

/* Pictures of an incident, and of what was approved, are facts of the record:
 * their hash is an event. */
static void
picture_event(struct writer *w, struct op *op, const uint8_t sha[32])
{
	const struct store_thumbnail *t = &op->thumbnail;
	struct json j = json_open(w->body, sizeof(w->body));

	json_number(&j, "thumbnail", op->result.id);
	if (t->incident != 0)
		json_number(&j, "incident", t->incident);
	json_feed(w, &j, t->feed);
	json_text(&j, "what",
	    t->kind == STORE_FIRST_BAD	 ? "first-bad"
	    : t->kind == STORE_REFERENCE ? "reference"
					 : "recovered");
	json_number(&j, "taken", epoch_utc(w, t->at_us));
	json_hex(&j, "sha256", sha, 32);
	op->result.seq = event_append(w, op->stamp_us, "thumbnail", "judge",
	    t->feed, json_close(&j));
}

void
apply_thumbnail(struct writer *w, struct op *op)
{
	const struct store_thumbnail *t = &op->thumbnail;
	uint8_t sha[32];

	if (!picture_allowed(w, op, t->feed) ||
	    (t->kind == STORE_REFERENCE && !has_reference(w, op, t->feed)))
		return;
	SHA256(t->png, t->length, sha);
	if (t->incident == 0)
		db_run(&w->db,
		    "DELETE FROM thumbnail WHERE feed = ? AND kind = ?"
		    " AND incident IS NULL",
		    "ii", t->feed, (int64_t)t->kind);
	db_run(&w->db,
	    "INSERT INTO thumbnail(feed, kind, utc, incident, width, height,"
	    " sha256, png) VALUES(?,?,?,?,?,?,?,?)",
	    "iii?iibb", t->feed, (int64_t)t->kind, epoch_utc(w, t->at_us),
	    t->incident, (int64_t)t->width, (int64_t)t->height, sha,
	    sizeof(sha), t->png, t->length);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	if (t->incident == 0 && t->kind != STORE_REFERENCE)
		return;
	if (t->kind == STORE_FIRST_BAD)
		db_run(&w->db,
		    "UPDATE incident SET after = ? WHERE id = ?"
		    " AND after IS NULL",
		    "ii", op->result.id, t->incident);
	picture_event(w, op, sha);
}

static const char *
overlay_name(int64_t kind)
{
	return kind == STORE_MAINTENANCE ? "maintenance" : "mute";
}

void
apply_overlay(struct writer *w, struct op *op)
{
	const struct store_overlay *o = &op->overlay;
	struct json j = json_open(w->body, sizeof(w->body));
	char kind[32];

	if (o->to_utc <= o->from_utc) {
		apply_fault(op, "its end is not after its start");
		return;
	}
	if ((o->feed != 0) + (o->site != 0) +
		(o->tag != NULL && o->tag[0] != '\0') !=
	    1) {
		apply_fault(op, "it is of a feed, a site or a tag");
		return;
	}
	sqlite3_snprintf(sizeof(kind), kind, "%s.add", overlay_name(o->kind));
	db_run(&w->db,
	    "INSERT INTO overlay(kind, feed, site, tag, starts, ends, actor,"
	    " reason, created, days, begin_minute, end_minute, zone)"
	    " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,ifnull(?, ''))",
	    "i??siissiiiis", (int64_t)o->kind, o->feed, o->site, o->tag,
	    o->from_utc, o->to_utc, o->actor, o->reason,
	    epoch_utc(w, op->stamp_us), (int64_t)o->days,
	    (int64_t)o->begin_minute, (int64_t)o->end_minute, o->zone);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	json_number(&j, "overlay", op->result.id);
	json_feed(w, &j, o->feed);
	json_site(w, &j, o->site);
	json_text(&j, "tag", o->tag);
	json_number(&j, "from", o->from_utc);
	json_number(&j, "to", o->to_utc);
	if (o->days != 0) {
		json_number(&j, "days", o->days);
		json_number(&j, "begin", o->begin_minute);
		json_number(&j, "end", o->end_minute);
		json_text(&j, "zone", o->zone);
	}
	json_number(&j, "when", epoch_utc(w, op->stamp_us));
	json_text(&j, "reason", o->reason);
	op->result.seq = event_append(w, op->stamp_us, kind, o->actor, o->feed,
	    json_close(&j));
	db_run(&w->db, "UPDATE overlay SET seq = ? WHERE id = ?", "ii",
	    (int64_t)op->result.seq, op->result.id);
}

void
apply_overlay_end(struct writer *w, struct op *op)
{
	const struct op_word *e = &op->word;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t kind = db_int(&w->db, 0,
	    "SELECT kind FROM overlay WHERE id = ? AND ends > ?", "ii", e->id,
	    e->utc);
	char name[32];

	if (kind == 0) {
		apply_fault(op, "no such maintenance or mute, or over already");
		return;
	}
	if (e->kind != 0 && e->kind != kind) {
		apply_fault(op, "number %lld is %s, not %s", (long long)e->id,
		    kind == STORE_MUTE ? "a mute" : "maintenance",
		    e->kind == STORE_MUTE ? "a mute" : "maintenance");
		return;
	}
	sqlite3_snprintf(sizeof(name), name, "%s.end", overlay_name(kind));
	db_run(&w->db, "UPDATE overlay SET ends = max(starts, ?) WHERE id = ?",
	    "ii", e->utc, e->id);
	json_number(&j, "overlay", e->id);
	json_number(&j, "to", e->utc);
	json_text(&j, "reason", e->text);
	op->result.id = e->id;
	op->result.seq =
	    event_append(w, op->stamp_us, name, e->actor, 0, json_close(&j));
}
