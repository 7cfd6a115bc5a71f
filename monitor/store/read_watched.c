/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was watched: a feed's exact time line, and the audit of all of them from
 * the hourly sums (and, where an hour has none, from the intervals). */
#include <stdlib.h>
#include <string.h>

#include "monitor/presence/unwatched.h"
#include "monitor/presence/watched.h"
#include "monitor/store/reader.h"
#include "monitor/store/sight.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

#define DAY_US (24 * WATCHED_HOUR_US)
#define DAY_HOURS ((uint32_t)0xffffff) /* all of its bits */

static int64_t
floor_to(int64_t utc, int64_t step)
{
	int64_t rest = utc % step;

	return utc - rest - (rest < 0 ? step : 0);
}

/* The moment up to which the database can say anything at all. */
static int64_t
known_until(const struct store_reader *r)
{
	return r->alive.alive ? r->alive.heartbeat_utc : r->now.utc_us;
}

/* --- the time line of one */

struct joined {
	struct store_watched_row row; /* start == end: none yet */
	store_watched_fn *fn;
	void *arg;
	bool on;
};

static void
join_add(struct joined *j, const struct watched_span *s)
{
	if (j->row.start_utc < j->row.end_utc &&
	    j->row.watched == (enum watched)s->value &&
	    j->row.end_utc == s->start_us) {
		j->row.end_utc = s->end_us;
		return;
	}
	if (j->row.start_utc < j->row.end_utc)
		j->on = j->fn(j->arg, &j->row);
	j->row = (struct store_watched_row){ s->start_us, s->end_us,
		(enum watched)s->value };
}

bool
store_read_watched(struct store_reader *r, int64_t feed, int64_t from_utc,
    int64_t to_utc, store_watched_fn *fn, void *arg)
{
	struct joined j = { .fn = fn, .arg = arg, .on = true };

	store_reader_begin(r);
	if (to_utc > known_until(r))
		to_utc = known_until(r);
	for (int64_t at = from_utc; j.on && at < to_utc;) {
		int64_t end = floor_to(at, DAY_US) + DAY_US;
		struct sight_ask ask = { at, end < to_utc ? end : to_utc,
			r->alive.heartbeat_utc, feed };
		struct sight *s = sight_new(&r->db, &ask);
		struct sight_line l = { .line = { NULL, 0 } };

		if (s == NULL || !sight_feed(s, &r->db, feed, &l)) {
			sight_free(&s);
			break;
		}
		for (size_t i = 0; j.on && i < l.line.count; i++)
			join_add(&j, &l.line.spans[i]);
		sight_free(&s);
		at = ask.to_utc;
	}
	if (j.on && r->db.rc == SQLITE_OK && j.row.start_utc < j.row.end_utc)
		fn(arg, &j.row);
	return store_reader_end(r);
}

/* --- the audit */

struct audited {
	int64_t feed, from, to;
	int64_t site_id; /* 0 = none */
	uint8_t uuid[16];
	char *name, *site; /* owned */
	uint8_t criticality;
	uint16_t zone; /* place in zones */
	struct unwatched u;
};

struct zones {
	char **name; /* owned */
	int32_t (*ahead_s)[WATCHED_DAY_HOURS];
	size_t count;
};

struct audit {
	struct store_reader *r;
	const struct store_unwatched_ask *ask;
	int64_t from, to;     /* of all */
	int64_t until;	      /* known_until */
	int64_t frontier;     /* hours before it are summed, or due */
	struct audited *list; /* by number of the feed while it is made */
	size_t count, room;
	struct watched_day *days; /* of each, while a day is read */
	struct zones zones;
	/* Takes the feeds' sums of a day. */
	void (*take)(struct audit *a, int64_t day_us);
	void *take_arg;
};

static void
no_memory(struct audit *a)
{
	db_fail(&a->r->db, SQLITE_NOMEM, "out of memory");
}

static uint16_t
zone_of(struct audit *a, const char *name)
{
	struct zones *z = &a->zones;

	for (size_t i = 0; i < z->count; i++)
		if (strcmp(z->name[i], name) == 0)
			return (uint16_t)i;
	if (z->count >= UINT16_MAX)
		return 0;
	char **names = realloc(z->name, (z->count + 1) * sizeof(*names));

	if (names != NULL)
		z->name = names;
	void *ahead = realloc(z->ahead_s, (z->count + 1) * sizeof(*z->ahead_s));

	if (ahead != NULL)
		z->ahead_s = ahead;
	if (names == NULL || ahead == NULL ||
	    (names[z->count] = strdup(name)) == NULL) {
		no_memory(a);
		return 0;
	}
	memset(z->ahead_s[z->count], 0, sizeof(z->ahead_s[0]));
	return (uint16_t)z->count++;
}

static bool
audited_add(struct audit *a, sqlite3_stmt *st)
{
	int64_t from = sqlite3_column_int64(st, 5), to = a->to;

	if (sqlite3_column_type(st, 6) != SQLITE_NULL &&
	    sqlite3_column_int64(st, 6) < to)
		to = sqlite3_column_int64(st, 6);
	/* Added while a clock was wrong: it has long been there. */
	if (from < a->from || from > a->until)
		from = a->from;
	if (from >= to)
		return true;
	if (a->count == a->room) {
		size_t room = a->room * 2 + 64;
		struct audited *grown = realloc(a->list, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		a->list = grown;
		a->room = room;
	}
	struct audited *f = &a->list[a->count];

	memset(f, 0, sizeof(*f));
	f->feed = sqlite3_column_int64(st, 0);
	f->from = from;
	f->to = to;
	if (sqlite3_column_bytes(st, 1) == 16)
		memcpy(f->uuid, sqlite3_column_blob(st, 1), 16);
	f->name = strdup(db_text(st, 2));
	f->site = strdup(db_text(st, 3));
	f->criticality = (uint8_t)sqlite3_column_int(st, 4);
	f->zone = zone_of(a, db_text(st, 7));
	f->site_id = sqlite3_column_int64(st, 8);
	unwatched_begin(&f->u, from, to);
	a->count++;
	return f->name != NULL && f->site != NULL;
}

static void
feeds_list(struct audit *a)
{
	sqlite3_stmt *st = db_query(&a->r->db,
	    "SELECT f.id, f.uuid, f.name, s.path, f.criticality, f.created,"
	    " f.inactive, (WITH RECURSIVE up(id, parent, zone, depth) AS ("
	    "   SELECT id, parent, zone, 0 FROM site WHERE id = f.site"
	    "   UNION ALL SELECT t.id, t.parent, t.zone, up.depth + 1"
	    "   FROM site t JOIN up ON t.id = up.parent)"
	    "  SELECT zone FROM up WHERE zone <> '' ORDER BY depth LIMIT 1),"
	    " f.site FROM feed f LEFT JOIN site s ON s.id = f.site"
	    " WHERE (?1 = 0 OR f.id = ?1) AND (?2 IS NULL OR s.path = ?2 OR"
	    "  substr(s.path, 1, length(?2) + 1) = ?2 || '/')"
	    " ORDER BY f.id",
	    "is", a->ask->feed, a->ask->site);

	while (db_step(&a->r->db, st))
		if (!audited_add(a, st)) {
			no_memory(a);
			db_done(st);
			return;
		}
}

static struct audited *
audited_find(struct audit *a, int64_t feed)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->list[mid].feed < feed)
			low = mid + 1;
		else
			high = mid;
	}
	return low < a->count && a->list[low].feed == feed ? &a->list[low]
							   : NULL;
}

/* The sums of a day, but for the hours that are to be computed. */
static void
sums_read(struct audit *a, int64_t day, uint32_t live)
{
	sqlite3_stmt *st = db_query(&a->r->db,
	    "SELECT feed, hours FROM watched_day WHERE day = ?1"
	    " AND (?2 = 0 OR feed = ?2)",
	    "ii", day, a->ask->feed);

	while (db_step(&a->r->db, st)) {
		struct audited *f =
		    audited_find(a, sqlite3_column_int64(st, 0));

		if (f == NULL)
			continue;
		struct watched_day *d = &a->days[f - a->list];

		if (!watched_unpack(sqlite3_column_blob(st, 1),
			(size_t)sqlite3_column_bytes(st, 1), d))
			d->present = 0;
		d->present &= ~live;
	}
}

/* One hour of one or all feeds, straight from the intervals. */
static void
hour_compute(struct audit *a, int64_t hour, int64_t feed)
{
	struct store_reader *r = a->r;
	struct sight_ask ask = { hour, hour + WATCHED_HOUR_US,
		r->alive.heartbeat_utc, feed };
	unsigned place = (unsigned)(hour / WATCHED_HOUR_US % WATCHED_DAY_HOURS);

	if (ask.from_utc < a->from)
		ask.from_utc = a->from;
	if (ask.to_utc > a->to)
		ask.to_utc = a->to;
	if (ask.from_utc >= ask.to_utc)
		return;
	struct sight *s = sight_new(&r->db, &ask);

	for (size_t i = 0; s != NULL && i < a->count; i++) {
		struct watched_day *d = &a->days[i];
		struct sight_line l;

		if (feed != 0 && a->list[i].feed != feed)
			continue;
		if (!sight_feed(s, &r->db, a->list[i].feed, &l))
			break;
		d->present &= ~((uint32_t)1 << place);
		if (l.from_utc >= l.to_utc)
			continue;
		watched_sum(&l.line, hour, l.from_utc, l.to_utc,
		    &d->hours[place]);
		d->present |= (uint32_t)1 << place;
	}
	sight_free(&s);
}

/* Hours of the day (bits) that have no sum of their own, or only of a whole
 * hour where a part is asked for. */
static uint32_t
live_hours(struct audit *a, int64_t day_us)
{
	uint32_t live = 0;
	sqlite3_stmt *st;

	for (unsigned h = 0; h < WATCHED_DAY_HOURS; h++) {
		int64_t hour = day_us + h * WATCHED_HOUR_US;
		bool part = hour < a->from || hour + WATCHED_HOUR_US > a->to;
		bool outside =
		    hour + WATCHED_HOUR_US <= a->from || hour >= a->to;

		if (!outside && (part || hour >= a->frontier))
			live |= (uint32_t)1 << h;
	}
	st = db_query(&a->r->db,
	    "SELECT hour FROM watched_due WHERE hour >= ? AND hour < ?"
	    " AND feed = 0",
	    "ii", day_us, day_us + DAY_US);
	while (db_step(&a->r->db, st))
		live |= (uint32_t)1 << ((sqlite3_column_int64(st, 0) - day_us) /
					WATCHED_HOUR_US);
	return live & DAY_HOURS;
}

/* Feeds of which one hour was changed since it was summed. */
static void
single_hours(struct audit *a, int64_t day_us)
{
	sqlite3_stmt *st = db_query(&a->r->db,
	    "SELECT hour, feed FROM watched_due WHERE hour >= ?1 AND hour < ?2"
	    " AND feed > 0 AND (?3 = 0 OR feed = ?3)",
	    "iii", day_us, day_us + DAY_US, a->ask->feed);

	while (db_step(&a->r->db, st))
		if (audited_find(a, sqlite3_column_int64(st, 1)) != NULL)
			hour_compute(a, sqlite3_column_int64(st, 0),
			    sqlite3_column_int64(st, 1));
}

static void
day_read(struct audit *a, int64_t day_us)
{
	uint32_t live = live_hours(a, day_us);

	for (size_t i = 0; i < a->count; i++)
		a->days[i].present = 0;
	sums_read(a, day_us / DAY_US, live);
	for (unsigned h = 0; h < WATCHED_DAY_HOURS; h++)
		if (live >> h & 1)
			hour_compute(a, day_us + h * WATCHED_HOUR_US,
			    a->ask->feed);
	single_hours(a, day_us);
	a->take(a, day_us);
}

static void
audit_take(struct audit *a, int64_t day_us)
{
	for (size_t i = 0; a->ask->ahead != NULL && i < a->zones.count; i++)
		for (unsigned h = 0; h < WATCHED_DAY_HOURS; h++)
			a->zones.ahead_s[i][h] =
			    a->ask->ahead(a->ask->ahead_arg, a->zones.name[i],
				day_us + h * WATCHED_HOUR_US);
	for (size_t i = 0; i < a->count; i++)
		unwatched_day(&a->list[i].u, day_us, &a->days[i],
		    a->zones.ahead_s[a->list[i].zone]);
}

static int
by_name(const void *a, const void *b)
{
	const struct audited *x = a, *y = b;
	int order = strcmp(x->site, y->site);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
give(struct audit *a, store_unwatched_fn *fn, void *arg)
{
	if (a->count > 0)
		qsort(a->list, a->count, sizeof(*a->list), by_name);
	for (size_t i = 0; i < a->count; i++) {
		struct audited *f = &a->list[i];
		struct store_unwatched_row row = { .feed = f->feed,
			.uuid = f->uuid,
			.name = f->name,
			.site = f->site,
			.criticality = f->criticality,
			.from_utc = f->from,
			.to_utc = f->to,
			.audit = unwatched_end(&f->u) };

		if (row.audit->us[WATCHED_WATCHED] > 0)
			row.last_utc = f->u.seen_us[0];
		if (!fn(arg, &row))
			break;
	}
}

static void
audit_fini(struct audit *a)
{
	for (size_t i = 0; i < a->count; i++) {
		free(a->list[i].name);
		free(a->list[i].site);
	}
	for (size_t i = 0; i < a->zones.count; i++)
		free(a->zones.name[i]);
	free(a->zones.name);
	free(a->zones.ahead_s);
	free(a->list);
	free(a->days);
}

/* Everything but what is made of it. */
static void
audit_run(struct audit *a)
{
	struct store_reader *r = a->r;
	int64_t since = db_int(&r->db, INT64_MAX,
	    "SELECT value FROM meta WHERE key = 'watched_since'", "");

	a->frontier = db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'watched_hour'", "");
	a->from = a->ask->from_utc;
	a->to = a->ask->to_utc;
	if (a->from < since)
		a->from = since;
	a->until = known_until(r);
	if (a->to > a->until)
		a->to = a->until;
	feeds_list(a);
	a->days = malloc((a->count + 1) * sizeof(*a->days));
	if (a->days == NULL)
		no_memory(a);
	for (int64_t day = floor_to(a->from, DAY_US);
	     a->count > 0 && r->db.rc == SQLITE_OK && day < a->to;
	     day += DAY_US)
		day_read(a, day);
}

bool
store_read_unwatched(struct store_reader *r,
    const struct store_unwatched_ask *ask, store_unwatched_fn *fn, void *arg)
{
	struct audit a = { .r = r, .ask = ask, .take = audit_take };

	store_reader_begin(r);
	audit_run(&a);
	if (r->db.rc == SQLITE_OK)
		give(&a, fn, arg);
	audit_fini(&a);
	return store_reader_end(r);
}

/* --- hour by hour and site by site */

struct covered {
	int64_t site_id;
	const char *path, *zone; /* borrowed from the audit */
	uint32_t feeds;
	struct store_cell *cells; /* owned; cell_count of them */
};
struct cover {
	struct audit *audit;
	int64_t from; /* of the first cell */
	size_t cell_count;
	struct covered *rows; /* owned */
	size_t count, room;
	struct covered *last;
};

static struct covered *
covered_new(struct cover *c, const struct audited *f)
{
	if (c->count == c->room) {
		size_t room = c->room * 2 + 16;
		void *rows = realloc(c->rows, room * sizeof(*c->rows));

		if (rows == NULL)
			return NULL;
		c->rows = rows;
		c->room = room;
	}
	struct covered *row = &c->rows[c->count];

	*row = (struct covered){ .site_id = f->site_id,
		.path = f->site,
		.zone = c->audit->zones.name[f->zone],
		.cells = calloc(c->cell_count + 1, sizeof(*row->cells)) };
	if (row->cells == NULL)
		return NULL;
	c->count++;
	return row;
}

/* Feeds of a site are mostly neighbours. */
static struct covered *
covered_of(struct cover *c, const struct audited *f)
{
	if (c->last != NULL && c->last->site_id == f->site_id)
		return c->last;
	c->last = NULL;
	for (size_t i = 0; i < c->count && c->last == NULL; i++)
		if (c->rows[i].site_id == f->site_id)
			c->last = &c->rows[i];
	if (c->last == NULL)
		c->last = covered_new(c, f);
	if (c->last == NULL)
		no_memory(c->audit);
	return c->last;
}

/* What no sum tells of, while the feed was there, is unknown. */
static void
hour_cover(struct store_cell *cell, const struct watched_hour *sum,
    int64_t span_us)
{
	int64_t left = span_us;

	for (unsigned k = 0; sum != NULL && k < WATCHED_COUNT; k++) {
		cell->us[k] += sum->us[k];
		left -= sum->us[k];
	}
	if (left > 0)
		cell->us[WATCHED_UNKNOWN] += left;
}

static void
feed_cover(struct cover *c, size_t i, int64_t day_us)
{
	const struct audited *f = &c->audit->list[i];
	const struct watched_day *d = &c->audit->days[i];
	struct covered *row = covered_of(c, f);

	for (unsigned h = 0; row != NULL && h < WATCHED_DAY_HOURS; h++) {
		int64_t hour = day_us + h * WATCHED_HOUR_US;
		int64_t from = f->from > hour ? f->from : hour;
		int64_t to = f->to < hour + WATCHED_HOUR_US
				 ? f->to
				 : hour + WATCHED_HOUR_US;
		size_t at = (size_t)((hour - c->from) / WATCHED_HOUR_US);

		if (from >= to || hour < c->from || at >= c->cell_count)
			continue;
		hour_cover(&row->cells[at],
		    d->present >> h & 1 ? &d->hours[h] : NULL, to - from);
	}
}

static void
cover_take(struct audit *a, int64_t day_us)
{
	struct cover *c = a->take_arg;

	for (size_t i = 0; i < a->count && a->r->db.rc == SQLITE_OK; i++)
		feed_cover(c, i, day_us);
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct covered *)a)->path,
	    ((const struct covered *)b)->path);
}

static void
cover_give(struct cover *c, store_cover_fn *fn, void *arg)
{
	for (size_t i = 0; i < c->audit->count; i++) {
		struct covered *row = covered_of(c, &c->audit->list[i]);

		if (row != NULL)
			row->feeds += c->audit->list[i].to == c->audit->to;
	}
	if (c->count > 1)
		qsort(c->rows, c->count, sizeof(*c->rows), by_path);
	for (size_t i = 0; i < c->count; i++) {
		const struct store_cover_row row = { c->rows[i].site_id,
			c->rows[i].path, c->rows[i].zone, c->rows[i].feeds,
			c->rows[i].cells, c->cell_count };

		if (!fn(arg, &row))
			break;
	}
}

bool
store_read_cover(struct store_reader *r, const struct store_cover_ask *ask,
    store_cover_fn *fn, void *arg)
{
	const struct store_unwatched_ask all = { .from_utc = ask->from_utc,
		.to_utc = ask->to_utc,
		.site = ask->site };
	struct audit a = { .r = r, .ask = &all, .take = cover_take };
	struct cover c = { .audit = &a,
		.from = ask->from_utc,
		.cell_count = (size_t)((ask->to_utc - ask->from_utc +
					   WATCHED_HOUR_US - 1) /
				       WATCHED_HOUR_US) };

	a.take_arg = &c;
	store_reader_begin(r);
	audit_run(&a);
	if (r->db.rc == SQLITE_OK)
		cover_give(&c, fn, arg);
	for (size_t i = 0; i < c.count; i++)
		free(c.rows[i].cells);
	free(c.rows);
	audit_fini(&a);
	return store_reader_end(r);
}
