/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one shift tells the next: incidents, what is excused, what nobody saw,
 * and notes. */
#include <stdio.h>
#include <string.h>

#include "common/site.h"
#include "monitor/http/reader_coverage.h"
#include "monitor/http/reader_incidents.h"
#include "monitor/http/reader_overlays.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_users.h"
#include "monitor/store/store_read_web.h"

#define HOUR_US 3600000000LL
#define DAY_US (24 * HOUR_US)
#define MINUTE_S 60
#define NOTES_MOST 20u
#define NOTES_US (7 * DAY_US) /* since the last note there is none */
#define UNWATCHED_MOST 100u
#define UNWATCHED_US HOUR_US /* shorter gaps are no news */

struct handover {
	struct query *q;
	struct force *force; /* owned */
	int64_t from, to;
	bool cut, good;
	/* Of the list under way. */
	bool (*wanted)(const struct handover *h,
	    const struct store_case_row *row);
	int kind;
	uint32_t rows;
};

/* --- notes */

static bool
on_note(void *arg, const struct store_handover_row *row)
{
	struct handover *h = arg;
	struct query *q = h->q;

	if (q->site != NULL && !site_within(row->site, q->site))
		return true;
	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	query_put_time(q, "from", row->from_utc);
	query_put_time(q, "to", row->to_utc);
	query_put_text(q, "site", row->site);
	query_put_text(q, "by", row->actor);
	query_put_time(q, "made", row->created_utc);
	query_put_text(q, "note", row->text);
	json_out_close(&q->json, '}');
	return ++h->rows < NOTES_MOST;
}

static bool
on_last(void *arg, const struct store_handover_row *row)
{
	int64_t *to = arg;

	*to = row->to_utc;
	return false;
}

/* The newest of exactly that site, or of all of them; null when there is none.
 */
static bool
put_last(struct handover *h)
{
	struct query *q = h->q;

	h->rows = NOTES_MOST - 1; /* one */
	json_out_key(&q->json, "last");
	bool read = store_read_handovers(q->store,
	    q->site != NULL ? q->site : "", 0, q->now_utc, 1, on_note, h);

	if (h->rows < NOTES_MOST)
		json_out_null(&q->json);
	return read;
}

static bool
put_notes(struct handover *h)
{
	struct query *q = h->q;

	h->rows = 0;
	json_out_key(&q->json, "notes");
	json_out_open(&q->json, '[');
	bool read = store_read_handovers(q->store, NULL, h->from - NOTES_US,
	    h->to, 0, on_note, h);

	json_out_close(&q->json, ']');
	return read;
}

/* --- the shift */

struct shift_found {
	const struct floor_shift *shift;
	int64_t start_utc, end_utc;
};

/* Of a shift's local day, at `day` of the wall's clock in seconds. */
static bool
shift_at(const struct floor_shift *s, int64_t day, int64_t local_s,
    int64_t *start_out, int64_t *end_out)
{
	unsigned weekday = (unsigned)(((day / 86400 + 3) % 7 + 7) % 7);
	int64_t length = s->hours.to - s->hours.from;

	if (length <= 0)
		length += 1440;
	*start_out = day + s->hours.from * MINUTE_S;
	*end_out = *start_out + length * MINUTE_S;
	return (s->days >> weekday & 1) && *start_out <= local_s &&
	       local_s < *end_out;
}

struct zone_look {
	const char *path;
	char zone[ZONES_NAME_BYTES];
};

static bool
on_place(void *arg, const struct store_site_place *row)
{
	struct zone_look *z = arg;

	if (strcmp(row->path, z->path) != 0)
		return true;
	snprintf(z->zone, sizeof(z->zone), "%s", row->zone);
	return false;
}

/* The zone of a site; read anew when it is another site than before. */
static const char *
zone_of(struct handover *h, struct zone_look *look, const char *site)
{
	if (look->path != NULL && strcmp(look->path, site) == 0)
		return look->zone;
	*look = (struct zone_look){ .path = site };
	h->good =
	    h->good && store_read_site_places(h->q->store, on_place, look);
	return look->zone;
}

/* Whether the shift runs at the handover's end; fills in from when to when. */
static bool
shift_runs(struct handover *h, const struct floor *f,
    const struct floor_shift *s, struct zone_look *look,
    struct shift_found *out)
{
	struct query *q = h->q;
	const struct floor_room *room = floor_find_room(f, s->room);
	int64_t start, end;

	if (room == NULL ||
	    (q->site != NULL && !site_within(room->site, q->site)))
		return false;
	int64_t at = h->to - 1;
	int64_t ahead = zones_ahead(q->zones, zone_of(h, look, room->site), at);
	int64_t local_s = at / 1000000 + ahead;
	int64_t today = local_s - local_s % 86400;

	if (!shift_at(s, today, local_s, &start, &end) &&
	    !shift_at(s, today - 86400, local_s, &start, &end))
		return false;
	*out = (struct shift_found){ s, (start - ahead) * 1000000,
		(end - ahead) * 1000000 };
	return true;
}

static bool
put_shift(struct handover *h)
{
	struct query *q = h->q;
	struct floor *f = store_read_floor(q->store, NULL);
	struct shift_found found = { 0 };
	struct zone_look look = { 0 };
	char name[2 * LIMIT_NAME_BYTES + 2];

	if (f == NULL)
		return false;
	for (size_t i = 0; i < f->shift_count && found.shift == NULL; i++)
		shift_runs(h, f, &f->shifts[i], &look, &found);
	json_out_key(&q->json, "shift");
	if (found.shift == NULL) {
		json_out_null(&q->json);
	} else {
		snprintf(name, sizeof(name), "%s%s%s", found.shift->room,
		    found.shift->console[0] != '\0' ? ", " : "",
		    found.shift->console);
		json_out_open(&q->json, '{');
		query_put_text(q, "name", name);
		query_put_time(q, "start", found.start_utc);
		query_put_time(q, "end", found.end_utc);
		json_out_close(&q->json, '}');
	}
	floor_free(&f);
	return h->good;
}

/* --- incidents */

static bool
within(const struct handover *h, int64_t utc)
{
	return utc >= h->from && utc < h->to;
}

static bool
was_opened(const struct handover *h, const struct store_case_row *row)
{
	return within(h, row->incident.at_utc);
}

static bool
was_closed(const struct handover *h, const struct store_case_row *row)
{
	return row->incident.closed_utc != 0 &&
	       within(h, row->incident.closed_utc);
}

static bool
was_acknowledged(const struct handover *h, const struct store_case_row *row)
{
	return row->incident.acknowledged_utc != 0 &&
	       within(h, row->incident.acknowledged_utc);
}

static bool
is_open(const struct handover *h, const struct store_case_row *row)
{
	return row->incident.closed_utc == 0 ||
	       row->incident.closed_utc >= h->to;
}

static bool
on_case(void *arg, const struct store_case_row *row)
{
	struct handover *h = arg;
	struct query *q = h->q;
	uint32_t under;

	if (!incident_may(q, row) || !h->wanted(h, row))
		return true;
	if (h->rows++ >= q->ask->limit) {
		h->cut = true;
		return false;
	}
	under = incident_under(q, &row->incident, &h->good);
	incident_put(q, h->force, row, under);
	query_put_number(q, "comments", row->comments);
	json_out_close(&q->json, '}');
	return h->good;
}

static bool
put_cases(struct handover *h, const char *key,
    bool (*wanted)(const struct handover *, const struct store_case_row *))
{
	struct store_case_ask ask = { .site = h->q->site,
		.from_utc = h->from,
		.to_utc = h->to };

	h->wanted = wanted;
	h->rows = 0;
	json_out_key(&h->q->json, key);
	json_out_open(&h->q->json, '[');
	bool read =
	    h->q->nowhere || store_read_cases(h->q->store, &ask, on_case, h);

	json_out_close(&h->q->json, ']');
	return read && h->good;
}

/* --- what is excused */

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	struct handover *h = arg;

	if (row->kind != h->kind ||
	    !overlay_touches(h->q, row, h->q->site, &h->good))
		return h->good;
	if (h->rows++ >= h->q->ask->limit) {
		h->cut = true;
		return false;
	}
	overlay_put(h->q, row);
	return true;
}

static bool
put_overlays(struct handover *h, const char *key, int kind)
{
	h->kind = kind;
	h->rows = 0;
	json_out_key(&h->q->json, key);
	json_out_open(&h->q->json, '[');
	bool read = h->q->nowhere || store_read_overlays(h->q->store, h->from,
					 h->to, on_overlay, h);

	json_out_close(&h->q->json, ']');
	return read && h->good;
}

/* --- what nobody saw */

static bool
put_unwatched(struct handover *h)
{
	struct query *q = h->q;
	struct audit a;
	bool read = audit_read(q, h->from, h->to, &a);
	int64_t to = audit_end(&a);

	audit_sort(&a);
	json_out_key(&q->json, "unwatched");
	json_out_open(&q->json, '[');
	h->rows = 0;
	for (size_t i = 0; read && i < a.count; i++) {
		const struct audited *r = &a.rows[i];

		/* One that left the inventory is nobody's any more. */
		if (r->gap_us < UNWATCHED_US || r->to_utc < to)
			continue;
		if (h->rows++ >= UNWATCHED_MOST) {
			h->cut = true;
			break;
		}
		json_out_open(&q->json, '{');
		query_put_uuid(q, "id", r->uuid);
		query_put_text(q, "site", r->site);
		query_put_text(q, "name", r->name);
		query_put_number(q, "gap_s", r->gap_us / 1000000);
		query_put_bool(q, "never", r->never);
		json_out_close(&q->json, '}');
	}
	json_out_close(&q->json, ']');
	audit_free(&a);
	return read;
}

static bool
on_state(void *arg, const struct store_short_row *row)
{
	uint32_t *states = arg;

	states[row->state] += row->enabled;
	return true;
}

/* --- all of it */

/* Since the last note of that site, but at most a day, unless it is said. */
static bool
span_read(struct handover *h)
{
	struct query *q = h->q;
	int64_t last = 0;

	query_span(q, &h->from, &h->to);
	if (q->ask->from_utc_us != 0)
		return true;
	h->from = h->to - DAY_US;
	if (!store_read_handovers(q->store, q->site != NULL ? q->site : "", 0,
		h->to, 1, on_last, &last))
		return false;
	if (last > h->from && last < h->to)
		h->from = last;
	return true;
}

static bool
put_all(struct handover *h)
{
	struct query *q = h->q;
	uint32_t states[STATE_COUNT] = { 0 };
	bool read;

	json_out_open(&q->json, '{');
	query_put_time(q, "from", h->from);
	query_put_time(q, "to", h->to);
	read = put_shift(h) && put_last(h) && put_notes(h) &&
	       put_cases(h, "opened", was_opened) &&
	       put_cases(h, "closed", was_closed) &&
	       put_cases(h, "acknowledged", was_acknowledged) &&
	       put_cases(h, "still_open", is_open) &&
	       put_overlays(h, "muted", STORE_MUTE) &&
	       put_overlays(h, "maintenance", STORE_MAINTENANCE) &&
	       put_unwatched(h) &&
	       (q->nowhere ||
		   store_read_short(q->store, q->site, 0, on_state, states));
	query_put_states(q, states);
	query_put_bool(q, "cut", h->cut);
	json_out_close(&q->json, '}');
	return read;
}

bool
query_handover(struct query *q)
{
	struct handover h = { .q = q, .force = force_read(q), .good = true };
	bool read = h.force != NULL && store_reader_hold(q->store) &&
		    span_read(&h) && put_all(&h);

	store_reader_release(q->store);
	force_free(&h.force);
	return read;
}
