/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts and their notices, as pages list them and as the monitor takes them
 * up again. */
#include "monitor/store/reader.h"
#include "monitor/store/store_alert.h"
#include "monitor/store/store_ledger.h"

#define ALERTS                                                                 \
	"SELECT a.id, a.incident, a.place_id, a.of, a.severity,"               \
	" a.criticality, a.excused, a.place, a.site, a.rule, a.cause,"         \
	" a.flapping, a.acknowledged, a.done, a.feeds, a.turns, a.repeats,"    \
	" a.since, a.at, a.changed, a.good, a.closed,"                         \
	" EXISTS(SELECT 1 FROM incident i WHERE i.id = a.incident"             \
	"  AND i.closed IS NULL),"                                             \
	" (SELECT count(*) FROM notice n WHERE n.alert = a.id"                 \
	"  AND n.told IS NOT NULL),"                                           \
	" (SELECT count(*) FROM notice n WHERE n.alert = a.id"                 \
	"  AND n.told IS NULL AND n.dropped IS NULL),"                         \
	" (SELECT count(*) FROM notice n WHERE n.alert = a.id"                 \
	"  AND n.dropped IS NOT NULL),"                                        \
	" (SELECT text FROM incident i WHERE i.id = a.incident), a.repeated,"  \
	" (SELECT cause FROM incident i WHERE i.id = a.incident)"              \
	" FROM alert a WHERE "
#define ALERTS_REST                                                            \
	" AND (?1 = 0 OR a.closed IS NULL) AND (?2 = 0 OR a.done = 0)"         \
	" AND (?3 = 0 OR EXISTS(SELECT 1 FROM notice n WHERE n.alert = a.id"   \
	"  AND (n.told IS NULL OR n.digest IS NOT NULL)) OR NOT EXISTS(SELECT" \
	"  1 FROM notice n WHERE n.alert = a.id))"                             \
	" AND (?4 = 0 OR a.id = ?4) AND (?5 = 0 OR a.id ="                     \
	"  (SELECT alert FROM incident WHERE id = ?5))"                        \
	" AND a.at >= ?6 AND (?7 = 0 OR a.at < ?7)"                            \
	" AND (?8 IS NULL OR a.site = ?8"                                      \
	"  OR substr(a.site, 1, length(?8) + 1) = ?8 || '/')"                  \
	" AND (?9 = 0 OR a.id < ?9) ORDER BY a.id DESC LIMIT ?10"

static void
alert_row(sqlite3_stmt *st, struct store_alert_row *row)
{
	int c = 0;

	row->id = sqlite3_column_int64(st, c++);
	row->incident = sqlite3_column_int64(st, c++);
	row->place_id = sqlite3_column_int64(st, c++);
	row->of = sqlite3_column_int(st, c++);
	row->severity = sqlite3_column_int(st, c++);
	row->criticality = sqlite3_column_int(st, c++);
	row->excused = sqlite3_column_int(st, c++);
	row->place = db_text(st, c++);
	row->site = db_text(st, c++);
	row->rule = db_text(st, c++);
	row->cause = (enum cause)sqlite3_column_int(st, c++);
	row->flapping = sqlite3_column_int(st, c++);
	row->acknowledged = sqlite3_column_int(st, c++);
	row->done = sqlite3_column_int(st, c++);
	row->feeds = (uint32_t)sqlite3_column_int64(st, c++);
	row->turns = (uint32_t)sqlite3_column_int64(st, c++);
	row->repeats = (uint32_t)sqlite3_column_int64(st, c++);
	row->since_utc = sqlite3_column_int64(st, c++);
	row->at_utc = sqlite3_column_int64(st, c++);
	row->changed_utc = sqlite3_column_int64(st, c++);
	row->good_utc = sqlite3_column_int64(st, c++);
	row->closed_utc = sqlite3_column_int64(st, c++);
	row->incident_open = sqlite3_column_int(st, c++);
	row->told = (uint32_t)sqlite3_column_int64(st, c++);
	row->waiting = (uint32_t)sqlite3_column_int64(st, c++);
	row->dropped = (uint32_t)sqlite3_column_int64(st, c++);
	row->text = db_text(st, c++);
	row->repeated_utc = sqlite3_column_int64(st, c++);
	row->incident_cause = (enum cause)sqlite3_column_int(st, c);
}

/* The narrowest index first. */
static const char *
alerts_sql(const struct store_alert_ask *ask)
{
	if (ask->undone_only)
		return ALERTS "a.done = 0" ALERTS_REST;
	if (ask->open_only)
		return ALERTS "a.closed IS NULL" ALERTS_REST;
	return ALERTS "1" ALERTS_REST;
}

int64_t
store_read_newest_alert(struct store_reader *r)
{
	int64_t id;

	store_reader_begin(r);
	id = db_int(&r->db, 0, "SELECT max(id) FROM alert", "");
	return store_reader_end(r) ? id : 0;
}

bool
store_read_alerts(struct store_reader *r, const struct store_alert_ask *ask,
    store_alert_fn *fn, void *arg)
{
	struct store_alert_row row;
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db, alerts_sql(ask), "iiiiiiisii",
	    (int64_t)ask->open_only, (int64_t)ask->undone_only,
	    (int64_t)ask->held_only, ask->id, ask->incident, ask->from_utc,
	    ask->to_utc, ask->site, ask->before_id,
	    ask->limit != 0 ? (int64_t)ask->limit : INT64_C(-1));
	while (db_step(&r->db, st)) {
		alert_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

#define NOTICES                                                                \
	"SELECT n.id, n.alert, n.digest, n.sequence, n.kind, n.step,"          \
	" n.recipient, n.rule, n.exempt, n.made, n.told, n.dropped, n.body,"   \
	" a.place, a.severity FROM notice n LEFT JOIN alert a"                 \
	" ON a.id = n.alert WHERE "
#define NOTICES_REST                                                           \
	" AND (?1 = 0 OR n.alert = ?1) AND (?2 = 0 OR n.id = ?2)"              \
	" AND (?3 = 0 OR n.digest = ?3) AND (?4 IS NULL OR n.recipient = ?4)"  \
	" AND (?5 = 0 OR (n.told IS NULL AND n.dropped IS NULL))"              \
	" AND (?6 <> 0 OR n.made >= ?7)"                                       \
	" AND (?8 = 0 OR n.id < ?8)"                                           \
	" AND (?9 IS NULL OR a.site = ?9"                                      \
	"  OR substr(a.site, 1, length(?9) + 1) = ?9 || '/')"
#define NEWEST " ORDER BY n.id DESC LIMIT ?10"
#define OLDEST " ORDER BY n.id LIMIT ?10"

static const char *
notices_sql(const struct store_notice_ask *ask)
{
	if (ask->alert != 0)
		return NOTICES "n.alert = ?1" NOTICES_REST OLDEST;
	if (ask->digest != 0)
		return NOTICES "n.digest = ?3" NOTICES_REST OLDEST;
	if (ask->or_undone)
		return NOTICES
		    "n.id IN (SELECT id FROM notice WHERE made >= ?7"
		    " UNION SELECT id FROM notice WHERE alert IN"
		    " (SELECT id FROM alert WHERE done = 0))" NOTICES_REST
			OLDEST;
	if (ask->waiting_only)
		return NOTICES
		    "n.told IS NULL AND n.dropped IS NULL" NOTICES_REST NEWEST;
	return ask->oldest_first ? NOTICES "1" NOTICES_REST OLDEST
				 : NOTICES "1" NOTICES_REST NEWEST;
}

static void
notice_row(sqlite3_stmt *st, struct store_notice_row *row)
{
	int c = 0;

	row->id = sqlite3_column_int64(st, c++);
	row->alert = sqlite3_column_int64(st, c++);
	row->digest = sqlite3_column_int64(st, c++);
	row->sequence = (uint32_t)sqlite3_column_int64(st, c++);
	row->kind = sqlite3_column_int(st, c++);
	row->step = sqlite3_column_int(st, c++);
	row->recipient = db_text(st, c++);
	row->rule = db_text(st, c++);
	row->exempt = sqlite3_column_int(st, c++);
	row->made_utc = sqlite3_column_int64(st, c++);
	row->told_utc = sqlite3_column_int64(st, c++);
	row->dropped_utc = sqlite3_column_int64(st, c++);
	row->body = sqlite3_column_blob(st, c);
	row->length = (size_t)sqlite3_column_bytes(st, c++);
	row->place = db_text(st, c++);
	row->severity = sqlite3_column_int(st, c++);
}

const char *
store_notice_state(const struct store_notice_row *row)
{
	if (row->dropped_utc != 0)
		return "dropped";
	if (row->told_utc == 0)
		return "waiting";
	return row->digest != 0 ? "digest" : "told";
}

bool
store_read_notices(struct store_reader *r, const struct store_notice_ask *ask,
    store_notice_fn *fn, void *arg)
{
	struct store_notice_row row;
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db, notices_sql(ask), "iiisiiiisi", ask->alert,
	    ask->id, ask->digest, ask->recipient, (int64_t)ask->waiting_only,
	    (int64_t)ask->or_undone, ask->since_utc, ask->before_id, ask->site,
	    ask->limit != 0 ? (int64_t)ask->limit : INT64_C(-1));
	while (db_step(&r->db, st)) {
		notice_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

#define SENT                                                                   \
	"SELECT d.id, d.notice, n.alert, d.kind, d.target, d.subject, "        \
	"d.error,"                                                             \
	" n.recipient, d.made, d.due, d.done, d.gave_up, d.tries"              \
	" FROM delivery d LEFT JOIN notice n ON n.id = d.notice"               \
	" LEFT JOIN alert a ON a.id = n.alert WHERE "
#define SENT_REST                                                              \
	" AND (?1 = 0 OR d.notice IN (SELECT ifnull(digest, id) FROM notice"   \
	"  WHERE alert = ?1))"                                                 \
	" AND (?2 IS NULL OR d.target = ?2)"                                   \
	" AND (?3 = 0 OR (d.done IS NULL AND d.gave_up IS NULL))"              \
	" AND (?4 IS NULL OR a.site = ?4"                                      \
	"  OR substr(a.site, 1, length(?4) + 1) = ?4 || '/')"                  \
	" AND (?5 = 0 OR d.id < ?5) ORDER BY d.id DESC LIMIT ?6"

static const char *
delivery_kind(int kind)
{
	switch (kind) {
	case STORE_DELIVERY_MAIL:
		return "mail";
	case STORE_DELIVERY_ALERT:
		return "alert";
	}
	return "test";
}

static void
sent_row(sqlite3_stmt *st, struct store_sent_row *row)
{
	int c = 0;

	row->id = sqlite3_column_int64(st, c++);
	row->notice = sqlite3_column_int64(st, c++);
	row->alert = sqlite3_column_int64(st, c++);
	row->kind = delivery_kind(sqlite3_column_int(st, c++));
	row->channel = db_text(st, c++);
	row->subject = db_text(st, c++);
	row->said = db_text(st, c++);
	row->recipient = db_text(st, c++);
	row->made_utc = sqlite3_column_int64(st, c++);
	row->due_utc = sqlite3_column_int64(st, c++);
	row->done_utc = sqlite3_column_int64(st, c++);
	row->gave_up_utc = sqlite3_column_int64(st, c++);
	row->tries = (uint32_t)sqlite3_column_int64(st, c++);
}

bool
store_read_sent(struct store_reader *r, const struct store_sent_ask *ask,
    store_sent_fn *fn, void *arg)
{
	struct store_sent_row row;
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db,
	    ask->alert != 0 ? SENT "d.notice IS NOT NULL" SENT_REST
			    : SENT "1" SENT_REST,
	    "isisii", ask->alert, ask->channel, (int64_t)ask->waiting_only,
	    ask->site, ask->before_id,
	    ask->limit != 0 ? (int64_t)ask->limit : INT64_C(-1));
	while (db_step(&r->db, st)) {
		sent_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
