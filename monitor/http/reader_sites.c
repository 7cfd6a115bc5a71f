/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites, devices, and how an import is getting on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site.h"
#include "monitor/http/reader_query.h"
#include "monitor/inventory/quirks.h"
#include "monitor/store/store_read_web.h"

struct place {
	int64_t id, parent;
	char path[LIMIT_NAME_BYTES], zone[ZONES_NAME_BYTES], contact[512];
	uint32_t target_ppm;
	/* Its own first, then with all below it. */
	uint32_t feeds, incidents, states[STATE_COUNT];
	/* Onboarding: of itself alone. */
	uint32_t cause[CAUSE_COUNT];
};
struct places {
	struct query *q;
	struct place *rows; /* by path */
	size_t count, room;
	bool no_memory;
	/* Onboarding. */
	uint32_t cause[CAUSE_COUNT], states[STATE_COUNT], feeds;
	bool settled;
};

static bool
on_place(void *arg, const struct store_site_place *row)
{
	struct places *p = arg;

	if (p->count == p->room) {
		size_t room = p->room * 2 + 64;
		void *rows = realloc(p->rows, room * sizeof(*p->rows));

		p->no_memory = rows == NULL;
		if (p->no_memory)
			return false;
		p->rows = rows;
		p->room = room;
	}
	struct place *s = &p->rows[p->count++];

	memset(s, 0, sizeof(*s));
	s->id = row->id;
	s->parent = row->parent;
	snprintf(s->path, sizeof(s->path), "%s", row->path);
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	snprintf(s->contact, sizeof(s->contact), "%s", row->contact);
	s->target_ppm = row->target_ppm;
	s->incidents = row->incidents;
	return true;
}

static struct place *
place_of(const struct places *p, int64_t id)
{
	for (size_t i = 0; id != 0 && i < p->count; i++)
		if (p->rows[i].id == id)
			return &p->rows[i];
	return NULL;
}

/* Feeds come by number, neighbours mostly of one site. */
struct counting {
	struct places *p;
	struct place *last;
};

static bool
on_count(void *arg, const struct store_short_row *row)
{
	struct counting *c = arg;

	if (!row->enabled || row->site_id == 0)
		return true;
	if (c->last == NULL || c->last->id != row->site_id)
		c->last = place_of(c->p, row->site_id);
	if (c->last == NULL)
		return true;
	c->last->feeds++;
	c->last->states[row->state]++;
	return true;
}

/* What is below is added to what is above. Paths sort parents before their
 * children, so from the end each is whole when it is added. */
static void
add_up(struct places *p)
{
	for (size_t i = p->count; i-- > 0;) {
		struct place *s = &p->rows[i];
		struct place *above = place_of(p, s->parent);

		if (above == NULL || above == s)
			continue;
		above->feeds += s->feeds;
		above->incidents += s->incidents;
		for (unsigned k = 0; k < STATE_COUNT; k++)
			above->states[k] += s->states[k];
	}
}

static bool
places_read(struct places *p)
{
	return store_read_site_places(p->q->store, on_place, p) &&
	       !p->no_memory;
}

static void
put_site(struct query *q, const struct place *s)
{
	json_out_open(&q->json, '{');
	query_put_number(q, "id", s->id);
	query_put_text(q, "path", s->path);
	query_put_text(q, "zone", s->zone[0] != '\0' ? s->zone : "UTC");
	query_put_text(q, "contact", s->contact);
	query_put_number(q, "feeds", s->feeds);
	query_put_states(q, s->states);
	query_put_number(q, "incidents", s->incidents);
	query_put_number(q, "target_ppm", s->target_ppm);
	json_out_close(&q->json, '}');
	query_mark_names(q, s->path, "");
}

bool
query_sites(struct query *q)
{
	struct places p = { .q = q };
	struct counting c = { &p, NULL };
	char after[LIMIT_NAME_BYTES], none[LIMIT_NAME_BYTES];
	bool read = true;

	if (query_after_names(q, after, none) < 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_reader_hold(q->store) && places_read(&p) &&
		       store_read_short(q->store, q->site, 0, on_count, &c);
	store_reader_release(q->store);
	add_up(&p);
	for (size_t i = 0; i < p.count; i++) {
		const struct place *s = &p.rows[i];

		if (strcmp(s->path, after) <= 0 ||
		    (q->site != NULL && !site_within(s->path, q->site)))
			continue;
		if (!query_more(q))
			break;
		put_site(q, s);
	}
	query_list_end(q);
	json_out_close(&q->json, '}');
	free(p.rows);
	return read;
}

/* --- devices */

static void
put_quirks(struct query *q, uint32_t quirks)
{
	char text[QUIRKS_BYTES];
	char *rest = text, *word;

	quirks_print(quirks, text);
	json_out_key(&q->json, "quirks");
	json_out_open(&q->json, '[');
	while ((word = strtok_r(rest, " ", &rest)) != NULL)
		json_out_string(&q->json, word);
	json_out_close(&q->json, ']');
}

static bool
on_device(void *arg, const struct store_device_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "name", row->name);
	query_put_text(q, "address", row->address);
	query_put_number(q, "sessions", row->sessions);
	put_quirks(q, row->quirks);
	query_put_number(q, "feeds", row->feeds);
	query_put_states(q, row->states);
	json_out_close(&q->json, '}');
	query_mark_names(q, row->name, "");
	return true;
}

bool
query_devices(struct query *q)
{
	char after[LIMIT_NAME_BYTES], none[LIMIT_NAME_BYTES];
	bool read = true;

	if (query_after_names(q, after, none) < 0)
		return query_status(q, 400);
	query_list(q);
	if (!q->nowhere)
		read = store_read_devices(q->store, q->site, q->ask->words,
		    after, on_device, q);
	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}

/* --- after an import */

static bool
on_board(void *arg, const struct store_short_row *row)
{
	struct counting *c = arg;
	struct places *p = c->p;

	if (!row->enabled || (p->q->ask->from_utc_us > 0 && !row->changed))
		return true;
	p->feeds++;
	p->states[row->state]++;
	p->cause[row->cause]++;
	p->settled = p->settled && row->judged;
	if (c->last == NULL || c->last->id != row->site_id)
		c->last = place_of(p, row->site_id);
	if (c->last != NULL)
		c->last->cause[row->cause]++;
	return true;
}

static void
put_cause(struct query *q, const struct places *p, enum cause cause)
{
	json_out_open(&q->json, '{');
	query_put_text(q, "cause", cause_name(cause));
	query_put_text(q, "words",
	    cause != CAUSE_NONE ? cause_help(cause) : "");
	query_put_text(q, "state", state_name(cause_state(cause)));
	query_put_number(q, "feeds", p->cause[cause]);
	json_out_key(&q->json, "sites");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < p->count; i++) {
		if (p->rows[i].cause[cause] == 0)
			continue;
		json_out_open(&q->json, '{');
		query_put_text(q, "site", p->rows[i].path);
		query_put_number(q, "feeds", p->rows[i].cause[cause]);
		json_out_close(&q->json, '}');
	}
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
}

/* Most feeds first. */
static void
put_causes(struct query *q, const struct places *p)
{
	bool said[CAUSE_COUNT] = { false };

	json_out_key(&q->json, "causes");
	json_out_open(&q->json, '[');
	for (;;) {
		int best = -1;

		for (int i = 0; i < CAUSE_COUNT; i++)
			if (!said[i] && p->cause[i] > 0 && i != CAUSE_NONE &&
			    (best < 0 || p->cause[i] > p->cause[best]))
				best = i;
		if (best < 0)
			break;
		said[best] = true;
		put_cause(q, p, (enum cause)best);
	}
	json_out_close(&q->json, ']');
}

bool
query_onboarding(struct query *q)
{
	struct places p = { .q = q, .settled = true };
	struct counting c = { &p, NULL };
	bool read = true;

	if (!q->nowhere)
		read = store_reader_hold(q->store) && places_read(&p) &&
		       store_read_short(q->store, q->site, q->ask->from_utc_us,
			   on_board, &c);
	store_reader_release(q->store);
	json_out_open(&q->json, '{');
	query_put_number(q, "feeds", p.feeds);
	query_put_states(q, p.states);
	put_causes(q, &p);
	query_put_bool(q, "settled", p.settled);
	json_out_close(&q->json, '}');
	free(p.rows);
	return read;
}
