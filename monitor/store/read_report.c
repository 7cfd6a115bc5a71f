/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report reads: places, feeds, intervals, as of a moment. */
#include <string.h>

#include "common/hex.h"
#include "monitor/store/read_report.h"
#include "monitor/store/reader.h"

/* --- the moment */

void
report_hash(sqlite3_stmt *st, int column, char out[65])
{
	out[0] = '\0';
	if (sqlite3_column_bytes(st, column) == 32)
		hex_print(sqlite3_column_blob(st, column), 32, out);
}

static void
line_head(struct store_reader *r, struct store_stand *s)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT hash FROM event WHERE seq = ?", "i", s->seq);

	if (!db_step(&r->db, st))
		return;
	report_hash(st, 0, s->head);
	db_done(st);
}

static void
origin_get(struct store_reader *r, struct store_stand *s)
{
	sqlite3_stmt *st =
	    db_query(&r->db, "SELECT uuid FROM origin ORDER BY id LIMIT 1", "");

	if (!db_step(&r->db, st))
		return;
	if (sqlite3_column_bytes(st, 0) == 16)
		uuid_print(sqlite3_column_blob(st, 0), s->origin);
	db_done(st);
}

/* What was deleted by its age went oldest end first: where the first that ended
 * begins later than its feed, others were before it. A feed that was enabled
 * late looks the same, so the ledger must say that intervals were deleted. */
static int64_t
oldest(struct store_reader *r)
{
	int64_t begun =
	    db_int(&r->db, INT64_MAX, "SELECT min(start) FROM epoch", "");
	int64_t first_end = db_int(&r->db, INT64_MAX,
	    "SELECT min(end) FROM interval WHERE end IS NOT NULL", "");
	int64_t deleted = db_int(&r->db, 0,
	    "SELECT EXISTS(SELECT 1 FROM interval i JOIN feed f ON f.id = "
	    "i.feed"
	    " WHERE i.end = ?1 AND i.start > max(?2, f.created)) AND EXISTS("
	    "SELECT 1 FROM event WHERE kind = 'retention' AND"
	    " json_extract(body, '$.intervals_to') IS NOT NULL)",
	    "ii", first_end, begun);

	return deleted != 0 ? first_end : begun;
}

/* Nobody watched at that moment: up to when somebody had, as was known then.
 * What a restart wrote of it since is an epoch of its own. */
static int64_t
heartbeat_then(struct store_reader *r, const struct store_stand *s)
{
	return db_int(&r->db, s->heartbeat_utc,
	    "SELECT start FROM epoch WHERE reason = 'monitor-off'"
	    " AND start < ?1 AND end > ?1 ORDER BY id DESC LIMIT 1",
	    "i", s->as_of_utc);
}

bool
store_read_stand(struct store_reader *r, int64_t as_of_utc, int64_t seq,
    struct store_stand *out)
{
	memset(out, 0, sizeof(*out));
	store_reader_begin(r);
	int64_t newest = db_int(&r->db, 0, "SELECT max(seq) FROM event", "");

	out->alive = r->alive.alive;
	out->heartbeat_utc = r->alive.heartbeat_utc;
	out->as_of_utc = as_of_utc != 0	  ? as_of_utc
			 : r->alive.alive ? r->alive.heartbeat_utc
					  : r->now.utc_us;
	out->seq = as_of_utc != 0 ? seq : newest;
	out->base = db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'ledger_base'", "");
	out->heartbeat_utc = heartbeat_then(r, out);
	out->oldest_utc = oldest(r);
	origin_get(r, out);
	line_head(r, out);
	return store_reader_end(r);
}

static int64_t
open_end(const struct store_stand *s)
{
	return s->heartbeat_utc < s->as_of_utc ? s->heartbeat_utc
					       : s->as_of_utc;
}

bool
store_read_epochs(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_epoch_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, start, ifnull(end, ?4), reason FROM epoch"
	    " WHERE start < ?1 AND start < ?3 AND (end IS NULL OR end >= ?2)"
	    " ORDER BY id",
	    "iiii", to_utc, from_utc, s->as_of_utc, open_end(s));

	while (db_step(&r->db, st)) {
		struct store_epoch_row row = {
			.id = sqlite3_column_int64(st, 0),
			.start_utc = sqlite3_column_int64(st, 1),
			.end_utc = sqlite3_column_int64(st, 2),
			.reason = db_text(st, 3),
		};

		if (row.end_utc > s->as_of_utc)
			row.end_utc = s->as_of_utc;
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- the inventory */

bool
store_read_places(struct store_reader *r, const struct store_stand *s,
    store_place_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, parent, path, zone, contact, target,"
	    " removed IS NOT NULL AND removed <= ?1 FROM site ORDER BY path",
	    "i", s->as_of_utc);

	while (db_step(&r->db, st)) {
		struct store_place_row row = {
			.id = sqlite3_column_int64(st, 0),
			.parent = sqlite3_column_int64(st, 1),
			.path = db_text(st, 2),
			.zone = db_text(st, 3),
			.contact = db_text(st, 4),
			.target_ppm = (uint32_t)sqlite3_column_int64(st, 5),
			.removed = sqlite3_column_int(st, 6),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_cameras(struct store_reader *r, const struct store_stand *s,
    store_camera_fn *fn, void *arg)
{
	static const uint8_t none[16];

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT f.id, f.site, f.uuid, f.name, f.tags, f.criticality,"
	    " f.no_picture, f.enabled OR ifnull(f.inactive > ?1, 0),"
	    " f.removed IS NOT NULL AND f.removed <= ?1, f.active"
	    " FROM feed f LEFT JOIN site p ON p.id = f.site"
	    " WHERE f.created <= ?1"
	    " ORDER BY ifnull(p.path, ''), f.name, f.id",
	    "i", s->as_of_utc);

	while (db_step(&r->db, st)) {
		struct store_camera_row row = {
			.id = sqlite3_column_int64(st, 0),
			.site = sqlite3_column_int64(st, 1),
			.uuid = sqlite3_column_bytes(st, 2) == 16
				    ? sqlite3_column_blob(st, 2)
				    : none,
			.name = db_text(st, 3),
			.tags = db_text(st, 4),
			.criticality = (uint8_t)sqlite3_column_int(st, 5),
			.no_picture = sqlite3_column_int(st, 6),
			.enabled = sqlite3_column_int(st, 7),
			.removed = sqlite3_column_int(st, 8),
			.active_utc = sqlite3_column_int64(st, 9),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- intervals */

struct spans {
	struct store_reader *r;
	const struct store_stand *s;
	int64_t feed, from, to;
	store_span_fn *fn;
	void *arg;
	bool on;
	int64_t
	    late_from; /* from there on rows were changed after the moment */
};

static void
span_row(const struct spans *q, sqlite3_stmt *st, struct store_span_row *row)
{
	row->start_utc = sqlite3_column_int64(st, 0);
	row->end_utc = sqlite3_column_type(st, 1) == SQLITE_NULL
			   ? open_end(q->s)
			   : sqlite3_column_int64(st, 1);
	if (row->end_utc > q->s->as_of_utc)
		row->end_utc = q->s->as_of_utc;
	row->since_utc = sqlite3_column_int64(st, 2);
	row->state = (enum state)sqlite3_column_int(st, 4);
	row->cause = (enum cause)sqlite3_column_int(st, 5);
	row->causes = (uint64_t)sqlite3_column_int64(st, 6);
}

static void
spans_of(struct spans *q, int64_t epoch)
{
	struct store_span_row row;
	sqlite3_stmt *st = db_query(&q->r->db,
	    "SELECT start, end, since, at, state, cause, causes FROM interval"
	    " WHERE feed = ?1 AND epoch = ?2 AND start < ?3 AND start >="
	    "  ifnull((SELECT max(start) FROM interval WHERE feed = ?1"
	    "   AND epoch = ?2 AND start <= ?4), ?4) ORDER BY start",
	    "iiii", q->feed, epoch, q->to, q->from);

	while (db_step(&q->r->db, st)) {
		span_row(q, st, &row);
		/* Time that nobody watched is called when it is over. */
		if (row.cause != CAUSE_MONITOR_OFF &&
		    sqlite3_column_int64(st, 3) > q->s->as_of_utc &&
		    row.start_utc < q->late_from) {
			q->late_from = row.start_utc;
			continue;
		}
		if (row.end_utc < q->from || row.start_utc >= row.end_utc)
			continue;
		q->on = q->fn(q->arg, &row);
		if (!q->on) {
			db_done(st);
			break;
		}
	}
}

bool
store_read_spans(struct store_reader *r, const struct store_stand *s,
    int64_t feed, const int64_t *epochs, size_t count, int64_t from_utc,
    int64_t to_utc, store_span_fn *fn, void *arg)
{
	struct spans q = { .r = r,
		.s = s,
		.feed = feed,
		.from = from_utc,
		.to = to_utc < s->as_of_utc ? to_utc : s->as_of_utc,
		.fn = fn,
		.arg = arg,
		.on = true,
		.late_from = INT64_MAX };

	store_reader_begin(r);
	for (size_t i = 0; i < count && q.on; i++)
		spans_of(&q, epochs[i]);
	int64_t late = report_late_from(r, s, feed);

	if (late < q.late_from)
		q.late_from = late;
	if (q.on && q.late_from < s->as_of_utc)
		report_spans_then(r, s, feed, q.late_from, fn, arg);
	return store_reader_end(r);
}

/* --- overlays */

/* Its end as it was then: it may have been ended early since. */
static int64_t
ends_then(struct store_reader *r, const struct store_stand *s, int64_t id,
    int64_t seq, int64_t ends)
{
	if (seq == 0 ||
	    db_int(&r->db, 0,
		"SELECT 1 FROM private p JOIN event e ON e.seq = p.seq"
		" WHERE p.seq > ?1 AND e.kind IN ('maintenance.end',"
		" 'mute.end') AND json_extract(p.body, '$.overlay') = ?2"
		" LIMIT 1",
		"ii", s->seq, id) == 0)
		return ends;
	return db_int(&r->db, ends,
	    "SELECT json_extract(p.body, '$.to') FROM private p"
	    " JOIN event e ON e.seq = p.seq WHERE p.seq >= ?1 AND p.seq <= ?2"
	    " AND json_extract(p.body, '$.overlay') = ?3 AND e.kind IN"
	    " ('maintenance.add', 'maintenance.end', 'mute.add', 'mute.end')"
	    " ORDER BY p.seq DESC LIMIT 1",
	    "iii", seq, s->seq, id);
}

static void
weekly_row(struct store_reader *r, const struct store_stand *s,
    sqlite3_stmt *st, struct store_weekly_row *row)
{
	*row = (struct store_weekly_row){
		.overlay = { .id = sqlite3_column_int64(st, 0),
		    .feed = sqlite3_column_int64(st, 1),
		    .site = sqlite3_column_int64(st, 2),
		    .kind = sqlite3_column_int(st, 3),
		    .tag = db_text(st, 4),
		    .actor = db_text(st, 5),
		    .reason = db_text(st, 6),
		    .from_utc = sqlite3_column_int64(st, 7),
		    .to_utc = sqlite3_column_int64(st, 8),
		    .created_utc = sqlite3_column_int64(st, 9) },
		.days = (uint8_t)sqlite3_column_int(st, 10),
		.begin_minute = (uint16_t)sqlite3_column_int(st, 11),
		.end_minute = (uint16_t)sqlite3_column_int(st, 12),
		.zone = db_text(st, 13),
		.seq = sqlite3_column_int64(st, 14),
	};
	row->overlay.to_utc =
	    ends_then(r, s, row->overlay.id, row->seq, row->overlay.to_utc);
}

bool
store_read_weekly(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_weekly_fn *fn, void *arg)
{
	struct store_weekly_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, feed, site, kind, tag, actor, reason, starts, ends,"
	    " created, days, begin_minute, end_minute, zone, seq FROM overlay"
	    " WHERE starts < ?1 AND ends > ?2 AND created <= ?3 AND seq <= ?4"
	    " ORDER BY kind, starts, id",
	    "iiii", to_utc, from_utc, s->as_of_utc, s->seq);

	while (db_step(&r->db, st)) {
		weekly_row(r, s, st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
