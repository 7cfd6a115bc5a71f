/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report reads: lines, and what only lines can tell. */
#include <string.h>

#include "monitor/store/read_report.h"
#include "monitor/store/reader.h"
#include "monitor/store/store.h"

#define LATE_US 600000000LL /* a line is written at most so late */
#define BACK 64		    /* verdicts of a feed that are replayed */

/* --- a feed's intervals as they stood */

int64_t
report_late_from(struct store_reader *r, const struct store_stand *s,
    int64_t feed)
{
	return db_int(&r->db, INT64_MAX,
	    "SELECT min(json_extract(body, '$.start')) FROM event"
	    " WHERE feed = ?1 AND seq > ?2 AND kind = 'verdict' AND utc < ?3",
	    "iii", feed, s->seq, s->as_of_utc + LATE_US);
}

struct replay {
	struct store_span_row row[BACK];
	size_t count;
};

/* "[\"frozen\",\"moved\"]" -> bits. */
static uint64_t
causes_read(const char *list)
{
	uint64_t bits = 0;
	char word[32];

	for (const char *p = strchr(list, '"'); p != NULL; p = strchr(p, '"')) {
		size_t n = strcspn(++p, "\"");
		enum cause cause;

		if (n < sizeof(word)) {
			memcpy(word, p, n);
			word[n] = '\0';
			if (cause_find(word, &cause))
				bits |= (uint64_t)1 << cause;
		}
		p += n;
		if (*p == '"')
			p++;
	}
	return bits;
}

/* Newest first, of the run that was on: a restart begins anew. */
static void
replay_read(struct store_reader *r, const struct store_stand *s, int64_t feed,
    struct replay *out)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT json_extract(body, '$.start'),"
	    " json_extract(body, '$.since'), json_extract(body, '$.cause'),"
	    " json_extract(body, '$.causes') FROM event WHERE feed = ?1"
	    " AND seq <= ?2 AND kind = 'verdict' AND run ="
	    "  (SELECT run FROM event WHERE seq = ?2)"
	    " ORDER BY seq DESC LIMIT 64",
	    "ii", feed, s->seq);

	out->count = 0;
	while (db_step(&r->db, st)) {
		struct store_span_row *row = &out->row[out->count];
		const char *cause = db_text(st, 2);

		row->start_utc = sqlite3_column_int64(st, 0);
		row->since_utc = sqlite3_column_int64(st, 1);
		row->cause = CAUSE_NONE;
		if (cause[0] != '\0')
			cause_find(cause, &row->cause);
		row->state = cause_state(row->cause);
		row->causes = causes_read(db_text(st, 3));
		out->count++;
	}
}

/* Since when it was watched in that run. */
static int64_t
watched_since(struct store_reader *r, const struct store_stand *s, int64_t feed)
{
	return db_int(&r->db, 0,
	    "SELECT i.start FROM interval i JOIN epoch e ON e.id = i.epoch"
	    " WHERE i.feed = ?1 AND e.reason <> 'monitor-off' AND e.run ="
	    "  (SELECT run FROM event WHERE seq = ?2)"
	    " ORDER BY i.epoch, i.start LIMIT 1",
	    "ii", feed, s->seq);
}

/* A verdict's line says where its interval begins; what began there or later
 * before it went. So, newest first: each holds up to the earliest beginning of
 * those after it. */
void
report_spans_then(struct store_reader *r, const struct store_stand *s,
    int64_t feed, int64_t from_utc, store_span_fn *fn, void *arg)
{
	struct store_span_row none = { .start_utc = from_utc,
		.state = STATE_UNKNOWN,
		.cause = CAUSE_LEARNING };
	struct replay replay;
	int64_t end = s->as_of_utc;

	replay_read(r, s, feed, &replay);
	for (size_t i = 0; i < replay.count && end > from_utc; i++) {
		struct store_span_row *row = &replay.row[i];

		if (row->start_utc >= end)
			continue;
		row->end_utc = end;
		end = row->start_utc;
		if (row->start_utc < from_utc)
			row->start_utc = from_utc;
		if (!fn(arg, row))
			return;
	}
	/* Before its first verdict in that run it was not judged yet. */
	none.end_utc = end;
	none.since_utc = watched_since(r, s, feed);
	if (end > from_utc)
		fn(arg, &none);
}

/* --- incidents */

static void
shot_read(sqlite3_stmt *st, int column, const struct store_stand *s,
    struct store_shot *out)
{
	memset(out, 0, sizeof(*out));
	if (sqlite3_column_type(st, column) == SQLITE_NULL ||
	    sqlite3_column_int64(st, column + 1) > s->as_of_utc)
		return;
	out->id = sqlite3_column_int64(st, column);
	out->utc = sqlite3_column_int64(st, column + 1);
	report_hash(st, column + 2, out->sha256);
}

/* Whether a line of an incident's life was written after the moment's: what it
 * tells of may have been before. */
static bool
told_since(struct store_reader *r, const struct store_stand *s,
    const struct store_incident_row *i, const char *kind)
{
	return db_int(&r->db, 0,
		   "SELECT 1 FROM event e LEFT JOIN private p ON p.seq = e.seq"
		   " WHERE e.feed IS ?1 AND e.seq > ?2 AND e.kind = ?3 AND"
		   " json_extract(ifnull(e.body, p.body), '$.incident') = ?4"
		   " LIMIT 1",
		   "?isi", i->feed, s->seq, kind, i->id) != 0;
}

static bool
late(struct store_reader *r, const struct store_stand *s,
    const struct store_incident_row *i, const char *kind, int64_t utc)
{
	if (utc > s->as_of_utc)
		return true;
	return utc > s->as_of_utc - LATE_US && told_since(r, s, i, kind);
}

/* One taken before the moment may have been stored after it: its line tells. */
static void
shot_then(struct store_reader *r, const struct store_stand *s,
    const struct store_incident_row *i, const char *what,
    struct store_shot *shot)
{
	if (shot->id != 0 &&
	    db_int(&r->db, 0,
		"SELECT 1 FROM event WHERE feed IS ?1 AND seq > ?2 AND"
		" kind = 'thumbnail' AND"
		" json_extract(body, '$.incident') = ?3 AND"
		" json_extract(body, '$.what') = ?4 LIMIT 1",
		"?iis", i->feed, s->seq, i->id, what) != 0)
		memset(shot, 0, sizeof(*shot));
}

/* What has happened to it since is taken back. */
static void
trouble_then(struct store_reader *r, const struct store_stand *s,
    struct store_incident_row *i)
{
	if (i->closed_utc != 0 &&
	    late(r, s, i, "incident.close", i->closed_utc))
		i->good_utc = i->closed_utc = 0;
	if (i->acknowledged_utc == 0 ||
	    !late(r, s, i, "incident.acknowledge", i->acknowledged_utc))
		return;
	i->acknowledged_utc = 0;
	i->acknowledged_by = "";
	i->note = "";
}

static void
trouble_row(struct store_reader *r, const struct store_stand *s,
    sqlite3_stmt *st, struct store_trouble_row *row)
{
	struct store_incident_row *i = &row->incident;

	reader_incident(st, i);
	row->room_name = db_text(st, READER_INCIDENT_COLUMNS);
	shot_read(st, READER_INCIDENT_COLUMNS + 1, s, &row->before);
	shot_read(st, READER_INCIDENT_COLUMNS + 4, s, &row->after);
	shot_read(st, READER_INCIDENT_COLUMNS + 7, s, &row->recovered);
	shot_then(r, s, i, "first-bad", &row->after);
	shot_then(r, s, i, "recovered", &row->recovered);
	i->before = row->before.id;
	i->after = row->after.id;
	trouble_then(r, s, i);
}

/* Whether it was known at the moment, and of a time from `from_utc` on. */
static bool
trouble_within(struct store_reader *r, const struct store_stand *s,
    const struct store_incident_row *i, int64_t from_utc)
{
	int64_t good = i->good_utc != 0 ? i->good_utc : i->closed_utc;

	return (i->closed_utc == 0 || good > from_utc) &&
	       !late(r, s, i, "incident.open", i->at_utc);
}

/* Cause and text as they were then, if they were changed since; the strings
 * live until the statement that is given is reset. */
static sqlite3_stmt *
trouble_words(struct store_reader *r, const struct store_stand *s,
    struct store_incident_row *i)
{
	sqlite3_stmt *st = NULL;

	if (i->closed_utc != 0 ||
	    db_int(&r->db, 0,
		"SELECT 1 FROM event WHERE feed IS ?1 AND seq > ?2 AND"
		" kind = 'incident.change' AND"
		" json_extract(body, '$.incident') = ?3 LIMIT 1",
		"?ii", i->feed, s->seq, i->id) == 0)
		return NULL;
	st = db_query(&r->db,
	    "SELECT json_extract(body, '$.cause'), json_extract(body,"
	    " '$.text'), json_extract(body, '$.alertable') FROM event"
	    " WHERE feed IS ?1 AND seq <= ?2 AND kind IN ('incident.open',"
	    " 'incident.change') AND json_extract(body, '$.incident') = ?3"
	    " ORDER BY seq DESC LIMIT 1",
	    "?ii", i->feed, s->seq, i->id);
	if (!db_step(&r->db, st))
		return NULL;
	if (!cause_find(db_text(st, 0), &i->cause))
		i->cause = CAUSE_NONE;
	i->text = db_text(st, 1);
	i->alertable = sqlite3_column_int(st, 2);
	return st;
}

bool
store_read_troubles(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_trouble_fn *fn, void *arg)
{
	struct store_trouble_row row;
	bool on = true;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT " READER_INCIDENT ", m.name, b.id, b.utc, b.sha256,"
	    " a.id, a.utc, a.sha256, n.id, n.utc, n.sha256" READER_INCIDENT_FROM
	    " LEFT JOIN thumbnail b ON b.id = i.before"
	    " LEFT JOIN thumbnail a ON a.id = i.after"
	    " LEFT JOIN thumbnail n ON n.id = (SELECT max(t.id) FROM thumbnail"
	    "  t WHERE t.feed = i.feed AND t.kind = 4 AND t.incident = i.id)"
	    " WHERE i.since < ?2 AND i.at <= ?3 AND"
	    "  (i.closed IS NULL OR i.closed > ?3 - ?4 OR"
	    "   ifnull(i.good, i.closed) > ?1)"
	    " ORDER BY i.since, i.id",
	    "iiii", from_utc, to_utc, s->as_of_utc, LATE_US);

	while (on && db_step(&r->db, st)) {
		trouble_row(r, s, st, &row);
		if (!trouble_within(r, s, &row.incident, from_utc))
			continue;
		sqlite3_stmt *words = trouble_words(r, s, &row.incident);

		on = fn(arg, &row);
		db_done(words);
	}
	db_done(st);
	return store_reader_end(r);
}

/* --- lines */

#define LINES                                                                  \
	"SELECT e.seq, e.utc, e.feed, e.kind, ifnull(e.actor, p.actor),"       \
	" ifnull(e.body, p.body) FROM event e"                                 \
	" LEFT JOIN private p ON p.seq = e.seq"
static void
line_row(sqlite3_stmt *st, struct store_deed_row *row)
{
	row->seq = sqlite3_column_int64(st, 0);
	row->utc = sqlite3_column_int64(st, 1);
	row->feed = sqlite3_column_int64(st, 2);
	row->kind = db_text(st, 3);
	row->expired = sqlite3_column_type(st, 5) == SQLITE_NULL;
	row->actor = db_text(st, 4);
	row->body = row->expired ? "{}" : db_text(st, 5);
}

/* Lines are in the order of their time, but for clocks that were set: found by
 * halves, and then a bit before. */
static int64_t
first_line(struct store_reader *r, int64_t utc)
{
	int64_t low = db_int(&r->db, 0, "SELECT min(seq) FROM event", "");
	int64_t high = db_int(&r->db, 0, "SELECT max(seq) FROM event", "");
	int64_t steps = db_int(&r->db, 0,
	    "SELECT count(*) FROM epoch e WHERE end > ?1 AND EXISTS (SELECT 1"
	    " FROM epoch n WHERE n.id = e.id + 1 AND n.start < e.end)",
	    "i", utc);

	if (steps > 0) /* somewhere after it the clock was set back */
		return low;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;

		if (db_int(&r->db, utc,
			"SELECT utc FROM event WHERE seq >= ?"
			" ORDER BY seq LIMIT 1",
			"i", mid) +
			LATE_US <
		    utc)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
store_read_deeds(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_deed_fn *fn, void *arg)
{
	struct store_deed_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    LINES
	    " WHERE e.seq >= ?1 AND e.seq <= ?2 AND e.utc >= ?3 AND e.utc < ?4"
	    " AND e.kind NOT IN ('verdict', 'incident.open', 'incident.change',"
	    " 'incident.close', 'thumbnail', 'presence', 'display', 'prompt')"
	    " ORDER BY e.seq",
	    "iiii", first_line(r, from_utc), s->seq, from_utc, to_utc);

	while (db_step(&r->db, st)) {
		line_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* Found among the lines of its kind: these are few. */
bool
store_read_deed_before(struct store_reader *r, const struct store_stand *s,
    const char *kind, int64_t from_utc, store_deed_fn *fn, void *arg)
{
	struct store_deed_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    LINES
	    " WHERE e.seq <= ?1 AND e.seq >= ?4 AND e.kind GLOB ?2 AND e.utc < "
	    "?3"
	    " ORDER BY e.seq DESC LIMIT 1",
	    "isii", s->seq, kind, from_utc,
	    first_line(r, from_utc - 35 * 86400000000LL));

	if (db_step(&r->db, st)) {
		line_row(st, &row);
		fn(arg, &row);
		db_done(st);
	}
	return store_reader_end(r);
}

/* --- what a feed was */

static bool
past_of(struct store_reader *r, int64_t feed, int64_t from_utc,
    store_past_fn *fn, void *arg)
{
	struct store_past_row row = { .feed = feed, .utc = INT64_MAX };
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT e.utc, json_extract(p.body, '$.tags'),"
	    " json_extract(p.body, '$.site') FROM event e"
	    " LEFT JOIN private p ON p.seq = e.seq WHERE e.feed = ?1"
	    " AND e.kind IN ('feed.add', 'feed.change') ORDER BY e.seq DESC",
	    "i", feed);
	bool on = true;

	while (on && row.utc >= from_utc && db_step(&r->db, st)) {
		bool said = sqlite3_column_type(st, 1) != SQLITE_NULL;

		row.utc = sqlite3_column_int64(st, 0);
		row.tags = said ? db_text(st, 1) : NULL;
		row.site = said ? db_text(st, 2) : NULL;
		on = fn(arg, &row);
	}
	db_done(st);
	return on;
}

bool
store_read_pasts(struct store_reader *r, int64_t from_utc, store_past_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT DISTINCT feed FROM event WHERE seq >= ?1 AND utc >= ?2"
	    " AND feed IS NOT NULL AND kind IN ('feed.add', 'feed.change')"
	    " ORDER BY +feed",
	    "ii", first_line(r, from_utc), from_utc);

	while (db_step(&r->db, st))
		if (!past_of(r, sqlite3_column_int64(st, 0), from_utc, fn,
			arg)) {
			db_done(st);
			break;
		}
	return store_reader_end(r);
}

/* --- what is held outside */

bool
store_read_witness(struct store_reader *r, const struct store_stand *s,
    store_witness_fn *fn, void *arg)
{
	struct store_witness_row row = { .witness = "" };

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT utc, size, root FROM checkpoint WHERE utc <= ?1"
	    " AND size <= ?2 ORDER BY id DESC LIMIT 1",
	    "ii", s->as_of_utc, s->seq - s->base);

	if (db_step(&r->db, st)) {
		row.checkpoint_utc = sqlite3_column_int64(st, 0);
		row.checkpoint_size = sqlite3_column_int64(st, 1);
		if (sqlite3_column_bytes(st, 2) == 32)
			memcpy(row.root, sqlite3_column_blob(st, 2), 32);
		db_done(st);
	}
	st = db_query(&r->db,
	    "SELECT p.utc, c.size, p.kind, p.witness, c.utc FROM receipt p"
	    " JOIN checkpoint c ON c.id = p.checkpoint WHERE p.utc <= ?1"
	    " AND c.size <= ?2 ORDER BY c.size DESC, p.utc DESC, p.id DESC"
	    " LIMIT 1",
	    "ii", s->as_of_utc, s->seq - s->base);
	if (db_step(&r->db, st)) {
		row.receipt_utc = sqlite3_column_int64(st, 0);
		row.receipt_size = sqlite3_column_int64(st, 1);
		row.receipt_kind = sqlite3_column_int(st, 2);
		row.witness = db_text(st, 3);
		row.covers_utc = sqlite3_column_int64(st, 4);
	}
	fn(arg, &row);
	db_done(st);
	return store_reader_end(r);
}
