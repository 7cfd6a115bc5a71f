/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consoles and screens, as they are now. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/site.h"
#include "monitor/http/reader_uuids.h"
#include "monitor/http/refusals.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

#define DAY_US 86400000000LL
#define BREACHES_MOST 256

struct asked { /* prompts of a console */
	uint32_t asked, answered, right, missed, timed;
	int64_t last_utc, latency_ms; /* summed, of those timed */
};
struct breach {
	int64_t room, console, since_utc;
	char text[512];
};
struct consoles {
	struct query *q;
	struct floor *floor;	 /* owned */
	struct asked *prompts;	 /* of each of the floor's consoles; owned */
	struct breach *breaches; /* owned */
	size_t breach_count;
	struct uuids *names; /* owned */
};

static size_t
console_at(const struct floor *f, int64_t id)
{
	size_t i = 0;

	while (i < f->console_count && f->consoles[i].id != id)
		i++;
	return i;
}

/* --- what is read before */

static bool
on_prompt(void *arg, const struct store_prompt_row *row)
{
	struct consoles *c = arg;
	size_t i = console_at(c->floor, row->console);

	if (i == c->floor->console_count || row->lost)
		return true;
	struct asked *p = &c->prompts[i];

	p->asked++;
	p->answered += row->answered_utc != 0;
	p->right += row->answered_utc != 0 && row->right;
	p->missed += row->answered_utc == 0;
	p->timed += row->latency_ms != 0;
	p->latency_ms += row->latency_ms;
	if (row->asked_utc > p->last_utc)
		p->last_utc = row->asked_utc;
	return true;
}

static bool
on_breach(void *arg, const struct store_case_row *row)
{
	struct consoles *c = arg;
	struct breach *b = &c->breaches[c->breach_count++];

	b->room = row->incident.room;
	b->console = row->incident.console;
	b->since_utc = row->incident.since_utc;
	snprintf(b->text, sizeof(b->text), "%s", row->incident.text);
	return c->breach_count < BREACHES_MOST;
}

static bool
read_before(struct consoles *c)
{
	struct query *q = c->q;
	struct store_case_ask ask = { .open_only = true,
		.people_only = true,
		.site = q->site };

	c->floor = store_read_floor(q->store, NULL);
	if (c->floor == NULL)
		return false;
	c->prompts = calloc(c->floor->console_count + 1, sizeof(*c->prompts));
	c->breaches = calloc(BREACHES_MOST, sizeof(*c->breaches));
	c->names = uuids_read(q);
	return c->prompts != NULL && c->breaches != NULL && c->names != NULL &&
	       store_read_prompts(q->store, 0, q->now_utc - DAY_US, q->now_utc,
		   on_prompt, c) &&
	       store_read_cases(q->store, &ask, on_breach, c);
}

/* --- consoles */

/* What it is held to now: its own, or that of its shifts. */
static void
put_force(const struct consoles *c, const struct store_console_row *row)
{
	struct query *q = c->q;
	int64_t local_s =
	    q->now_utc / 1000000 + zones_ahead(q->zones, row->zone, q->now_utc);
	struct roster_force f =
	    store_console_force(c->floor, row->name, local_s);

	json_out_key(&q->json, "in_force");
	json_out_open(&q->json, '{');
	query_put_number(q, "idle_after_s", f.idle_after_s);
	query_put_number(q, "prompt_after_s", f.prompt_after_s);
	query_put_number(q, "shifts", f.shifts);
	json_out_close(&q->json, '}');
}

static void
put_prompts(const struct consoles *c, const struct store_console_row *row)
{
	struct query *q = c->q;
	const struct asked *p = &c->prompts[console_at(c->floor, row->id)];

	json_out_key(&q->json, "prompts");
	json_out_open(&q->json, '{');
	query_put_number(q, "asked", p->asked);
	query_put_number(q, "answered", p->answered);
	query_put_number(q, "right", p->right);
	query_put_number(q, "missed", p->missed);
	query_put_time(q, "last", p->last_utc);
	json_out_key(&q->json, "latency_ms");
	if (p->timed != 0)
		json_out_integer(&q->json, p->latency_ms / p->timed);
	else
		json_out_null(&q->json);
	json_out_close(&q->json, '}');
}

static void
put_breach(const struct consoles *c, const struct store_console_row *row)
{
	struct query *q = c->q;
	const struct breach *found = NULL;

	for (size_t i = 0; i < c->breach_count; i++) {
		const struct breach *b = &c->breaches[i];

		if (b->console == row->id ||
		    (b->console == 0 && b->room == row->room_id))
			found = b;
	}
	json_out_key(&q->json, "breach");
	if (found == NULL) {
		json_out_null(&q->json);
		return;
	}
	json_out_open(&q->json, '{');
	query_put_time(q, "since", found->since_utc);
	query_put_text(q, "text", found->text);
	refusals_put(&q->json, found->text);
	json_out_close(&q->json, '}');
}

static bool
on_console(void *arg, const struct store_console_row *row)
{
	const struct consoles *c = arg;
	struct query *q = c->q;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->id);
	query_put_text(q, "console", row->name);
	query_put_text(q, "room", row->room);
	query_put_text(q, "site", row->site);
	query_put_text(q, "presence", presence_name(row->state));
	query_put_text(q, "why", presence_why_name(row->why));
	query_put_text(q, "help", presence_why_help(row->why));
	query_put_time(q, "since", row->since_utc);
	query_put_time(q, "at", row->at_utc);
	json_out_key(&q->json, "evidence");
	json_out_raw(&q->json, row->evidence, strlen(row->evidence));
	query_put_number(q, "screens", row->screens);
	query_put_number(q, "tiles", row->tiles);
	query_put_number(q, "tiles_counting", row->tiles_counting);
	put_force(c, row);
	put_prompts(c, row);
	put_breach(c, row);
	json_out_close(&q->json, '}');
	return true;
}

/* --- screens */

/* Where it hangs. */
static const char *
screen_site(const struct floor *f, const struct store_display_row *row)
{
	size_t i = console_at(f, row->console);

	if (i < f->console_count)
		return f->consoles[i].site;
	for (i = 0; i < f->room_count; i++)
		if (f->rooms[i].id == row->room)
			return f->rooms[i].site;
	return "";
}

static bool
on_screen(void *arg, const struct store_display_row *row)
{
	const struct consoles *c = arg;
	struct query *q = c->q;

	if (q->site != NULL &&
	    !site_within(screen_site(c->floor, row), q->site))
		return true;
	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_text(q, "screen", row->name);
	query_put_number(q, "console", row->console);
	query_put_number(q, "room", row->room);
	query_put_time(q, "since", row->start_utc);
	query_put_text(q, "power", screen_power_name(row->power));
	query_put_text(q, "source", view_source_name(row->source));
	json_out_key(&q->json, "tiles");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < row->tile_count; i++) {
		json_out_open(&q->json, '{');
		uuids_put(q, c->names, row->tiles[i].feed);
		query_put_text(q, "view", view_worth_name(row->tiles[i].worth));
		json_out_close(&q->json, '}');
	}
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return true;
}

bool
query_consoles(struct query *q)
{
	struct consoles c = { .q = q };
	bool read = read_before(&c), cut;

	json_out_open(&q->json, '{');
	json_out_key(&q->json, "consoles");
	json_out_open(&q->json, '[');
	if (!q->nowhere)
		read = read &&
		       store_read_consoles(q->store, q->site, on_console, &c);
	json_out_close(&q->json, ']');
	cut = q->full;
	q->rows = 0;
	json_out_key(&q->json, "screens");
	json_out_open(&q->json, '[');
	if (!q->nowhere)
		read = read && store_read_screens(q->store, 0, on_screen, &c);
	q->full = q->full || cut;
	query_cut(q);
	floor_free(&c.floor);
	uuids_free(&c.names);
	free(c.prompts);
	free(c.breaches);
	return read;
}
