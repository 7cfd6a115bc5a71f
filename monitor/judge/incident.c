/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/incident.h"

#include <stdlib.h>
#include <string.h>

#define SECOND 1000000ll
#define SITES_FIRST 64u
#define QUEUE_FIRST 64u

struct trouble {     /* of one feed, or of one site */
	uint64_t id; /* 0 = none is open */
	uint64_t parent;
	bool confirmed;
	enum cause cause;
	enum incident_severity severity;
	int64_t since_us;
};

struct member { /* a feed */
	bool known;
	uint32_t site; /* index into sites */
	bool down;
	int64_t down_us; /* when the verdict became down */
	struct trouble trouble;
};

struct place_of { /* a site */
	uint32_t number;
	uint32_t feeds;
	uint32_t joined; /* members of the open incident, ever */
	uint32_t open;	 /* of them, still open */
	int64_t last_down_us;
	struct trouble trouble;
};

struct incident_book {
	struct incident_config cfg;
	uint64_t next_id;
	struct member *feeds; /* LIMIT_FEEDS of them */
	uint32_t feeds_high;  /* none is known from here on */
	struct place_of *sites;
	uint32_t site_count, site_room;
	struct incident_change *queue;
	size_t queue_from, queue_count, queue_room;
	uint32_t unconfirmed; /* open and not confirmed: worth a walk */
};

void
incident_config_defaults(struct incident_config *cfg)
{
	*cfg = (struct incident_config){
		.confirm_us = 5 * SECOND,
		.site_window_us = 10 * SECOND,
		.site_feeds = 5,
		.site_percent = 20,
	};
}

struct incident_book *
incident_book_new(const struct incident_config *cfg, uint64_t first_id)
{
	struct incident_book *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->cfg = *cfg;
	b->next_id = first_id == 0 ? 1 : first_id;
	b->feeds = calloc(LIMIT_FEEDS, sizeof(*b->feeds));
	b->sites = calloc(SITES_FIRST, sizeof(*b->sites));
	b->queue = calloc(QUEUE_FIRST, sizeof(*b->queue));
	b->site_room = SITES_FIRST;
	b->queue_room = QUEUE_FIRST;
	if (b->feeds == NULL || b->sites == NULL || b->queue == NULL)
		incident_book_free(&b);
	return b;
}

void
incident_book_free(struct incident_book **b)
{
	if (*b == NULL)
		return;
	free((*b)->feeds);
	free((*b)->sites);
	free((*b)->queue);
	free(*b);
	*b = NULL;
}

/* Room for one more change: the ring unrolled into twice its size. */
static bool
queue_grow(struct incident_book *b)
{
	size_t room = b->queue_room * 2;
	struct incident_change *more = calloc(room, sizeof(*more));

	if (more == NULL)
		return false;
	for (size_t i = 0; i < b->queue_count; i++)
		more[i] = b->queue[(b->queue_from + i) % b->queue_room];
	free(b->queue);
	b->queue = more;
	b->queue_from = 0;
	b->queue_room = room;
	return true;
}

/* Without memory the change is lost to the caller, but not to the book: the
 * next one of the same incident carries the state. */
static void
queue_put(struct incident_book *b, const struct incident_change *c)
{
	if (b->queue_count == b->queue_room && !queue_grow(b))
		return;
	b->queue[(b->queue_from + b->queue_count++) % b->queue_room] = *c;
}

bool
incident_next(struct incident_book *b, struct incident_change *out)
{
	if (b->queue_count == 0)
		return false;
	*out = b->queue[b->queue_from];
	b->queue_from = (b->queue_from + 1) % b->queue_room;
	b->queue_count--;
	return true;
}

static void
say(struct incident_book *b, enum incident_event event, const struct trouble *t,
    const struct place_of *site, uint32_t feed, bool whole_site, int64_t at_us,
    int64_t until_us)
{
	queue_put(b,
	    &(struct incident_change){
		.event = event,
		.id = t->id,
		.parent = t->parent,
		.feed = feed,
		.site = site->number,
		.whole_site = whole_site,
		.interruption = event == INCIDENT_CLOSED && !t->confirmed,
		.cause = t->cause,
		.severity = t->severity,
		.feeds = whole_site ? site->joined : 0,
		.since_us = t->since_us,
		.at_us = at_us,
		.until_us = until_us,
	    });
}

static struct place_of *
site_of(struct incident_book *b, uint32_t feed)
{
	return &b->sites[b->feeds[feed].site];
}

static void
say_feed(struct incident_book *b, enum incident_event event, uint32_t feed,
    int64_t at_us, int64_t until_us)
{
	say(b, event, &b->feeds[feed].trouble, site_of(b, feed), feed, false,
	    at_us, until_us);
}

static bool
site_find(struct incident_book *b, uint32_t number, uint32_t *index_out)
{
	for (uint32_t i = 0; i < b->site_count; i++) {
		if (b->sites[i].number == number) {
			*index_out = i;
			return true;
		}
	}
	return false;
}

static bool
site_get(struct incident_book *b, uint32_t number, uint32_t *index_out)
{
	if (site_find(b, number, index_out))
		return true;
	if (b->site_count == b->site_room) {
		size_t room = (size_t)b->site_room * 2;
		struct place_of *more = realloc(b->sites, room * sizeof(*more));

		if (more == NULL)
			return false;
		memset(more + b->site_room, 0, b->site_room * sizeof(*more));
		b->sites = more;
		b->site_room = (uint32_t)room;
	}
	b->sites[b->site_count].number = number;
	*index_out = b->site_count++;
	return true;
}

static void
site_leave(struct incident_book *b, uint32_t feed, int64_t at_us)
{
	struct place_of *site = site_of(b, feed);
	struct trouble *t = &b->feeds[feed].trouble;

	if (t->parent == 0 || t->parent != site->trouble.id)
		return;
	if (site->open > 0)
		site->open--;
	if (site->open > 0)
		return;
	say(b, INCIDENT_CLOSED, &site->trouble, site, 0, true, at_us, at_us);
	site->trouble = (struct trouble){ 0 };
	site->joined = 0;
}

static void
feed_close(struct incident_book *b, uint32_t feed, int64_t at_us,
    int64_t until_us)
{
	struct trouble *t = &b->feeds[feed].trouble;

	if (t->id == 0)
		return;
	if (!t->confirmed && b->unconfirmed > 0)
		b->unconfirmed--;
	if (until_us < t->since_us)
		until_us = t->since_us;
	say_feed(b, INCIDENT_CLOSED, feed, at_us, until_us);
	site_leave(b, feed, until_us);
	*t = (struct trouble){ 0 };
}

bool
incident_feed_add(struct incident_book *b, uint32_t feed, uint32_t site)
{
	struct member *m;
	uint32_t index;

	if (feed >= LIMIT_FEEDS || !site_get(b, site, &index))
		return false;
	m = &b->feeds[feed];
	if (m->known && m->site == index)
		return true;
	if (m->known) {
		site_leave(b, feed, m->trouble.since_us);
		m->trouble.parent = 0;
		b->sites[m->site].feeds--;
	}
	m->known = true;
	if (feed >= b->feeds_high)
		b->feeds_high = feed + 1;
	m->site = index;
	b->sites[index].feeds++;
	return true;
}

void
incident_feed_remove(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	if (feed >= LIMIT_FEEDS || !b->feeds[feed].known)
		return;
	feed_close(b, feed, now_us, now_us);
	site_of(b, feed)->feeds--;
	b->feeds[feed] = (struct member){ 0 };
}

void
incident_restore(struct incident_book *b, const struct incident_change *open)
{
	struct trouble t = {
		.id = open->id,
		.parent = open->parent,
		.confirmed = true,
		.cause = open->cause,
		.severity = open->severity,
		.since_us = open->since_us,
	};
	uint32_t index;

	if (open->id >= b->next_id)
		b->next_id = open->id + 1;
	if (open->whole_site) {
		if (site_get(b, open->site, &index)) {
			b->sites[index].trouble = t;
			b->sites[index].joined = open->feeds;
		}
		return;
	}
	if (open->feed >= LIMIT_FEEDS || !b->feeds[open->feed].known)
		return;
	b->feeds[open->feed].trouble = t;
	if (t.parent != 0)
		site_of(b, open->feed)->open++;
}

static enum incident_severity
severity_of(const struct verdict *v)
{
	if (v->cause == CAUSE_LOOPED)
		return INCIDENT_CRITICAL;
	if (v->state == STATE_DOWN)
		return INCIDENT_HIGH;
	return cause_is_stream(v->cause) ? INCIDENT_LOW : INCIDENT_MEDIUM;
}

static void
feed_open(struct incident_book *b, uint32_t feed, const struct verdict *v,
    int64_t now_us)
{
	b->feeds[feed].trouble = (struct trouble){
		.id = b->next_id++,
		.cause = v->cause,
		.severity = severity_of(v),
		.since_us = v->since_us,
	};
	b->unconfirmed++;
	say_feed(b, INCIDENT_OPENED, feed, now_us, 0);
}

static void
feed_change(struct incident_book *b, uint32_t feed, const struct verdict *v,
    int64_t now_us)
{
	struct trouble *t = &b->feeds[feed].trouble;
	enum incident_severity severity = severity_of(v);

	if (severity < t->severity)
		severity = t->severity;
	if (t->cause == v->cause && t->severity == severity)
		return;
	t->cause = v->cause;
	t->severity = severity;
	say_feed(b, INCIDENT_CHANGED, feed, now_us, 0);
}

static void
join(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	struct place_of *site = site_of(b, feed);
	struct trouble *t = &b->feeds[feed].trouble;

	if (t->parent != 0)
		return;
	t->parent = site->trouble.id;
	site->joined++;
	site->open++;
	if (t->since_us < site->trouble.since_us)
		site->trouble.since_us = t->since_us;
	say_feed(b, INCIDENT_JOINED, feed, now_us, 0);
}

static bool
went_down_lately(const struct incident_book *b, const struct member *m,
    int64_t now_us)
{
	return m->known && m->down && m->trouble.id != 0 &&
	       now_us - m->down_us <= b->cfg.site_window_us;
}

/* Whether enough of the feed's site went down within the window. */
static bool
site_is_struck(struct incident_book *b, uint32_t site, int64_t now_us)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->feeds_high; i++)
		n += b->feeds[i].site == site &&
		     went_down_lately(b, &b->feeds[i], now_us);
	return n >= b->cfg.site_feeds &&
	       n * 100u >= b->sites[site].feeds * b->cfg.site_percent;
}

static void
site_open(struct incident_book *b, uint32_t index, uint32_t feed,
    int64_t now_us)
{
	struct place_of *site = &b->sites[index];

	site->trouble = (struct trouble){
		.id = b->next_id++,
		.confirmed = true,
		.cause = b->feeds[feed].trouble.cause,
		.severity = INCIDENT_CRITICAL,
		.since_us = b->feeds[feed].trouble.since_us,
	};
	site->joined = 0;
	site->open = 0;
	say(b, INCIDENT_OPENED, &site->trouble, site, 0, true, now_us, 0);
	for (uint32_t i = 0; i < b->feeds_high; i++)
		if (b->feeds[i].site == index &&
		    went_down_lately(b, &b->feeds[i], now_us))
			join(b, i, now_us);
	say(b, INCIDENT_CONFIRMED, &site->trouble, site, 0, true, now_us, 0);
}

/* A feed has just gone down: alone, with others, or after them. */
static void
group(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	uint32_t index = b->feeds[feed].site;
	struct place_of *site = &b->sites[index];
	bool late = now_us - site->last_down_us > b->cfg.site_window_us;

	if (site->trouble.id != 0 && !late)
		join(b, feed, now_us);
	else if (site->trouble.id == 0 && site_is_struck(b, index, now_us))
		site_open(b, index, feed, now_us);
	site->last_down_us = now_us;
}

void
incident_on_verdict(struct incident_book *b, uint32_t feed,
    const struct verdict *v, int64_t now_us)
{
	struct member *m;
	bool went_down;

	if (feed >= LIMIT_FEEDS || !b->feeds[feed].known)
		return;
	m = &b->feeds[feed];
	went_down = v->state == STATE_DOWN && !m->down;
	if (v->state != STATE_UNKNOWN)
		m->down = v->state == STATE_DOWN;
	switch (v->state) {
	case STATE_UNKNOWN:
		return;
	case STATE_UP:
		feed_close(b, feed, now_us, v->since_us);
		return;
	case STATE_DEGRADED:
	case STATE_DOWN:
		break;
	}
	if (m->trouble.id == 0)
		feed_open(b, feed, v, now_us);
	else
		feed_change(b, feed, v, now_us);
	if (went_down) {
		m->down_us = now_us;
		group(b, feed, now_us);
	}
	incident_step(b, now_us);
}

void
incident_step(struct incident_book *b, int64_t now_us)
{
	if (b->unconfirmed == 0)
		return;
	for (uint32_t i = 0; i < b->feeds_high; i++) {
		struct trouble *t = &b->feeds[i].trouble;

		if (t->id == 0 || t->confirmed ||
		    now_us - t->since_us < b->cfg.confirm_us)
			continue;
		t->confirmed = true;
		b->unconfirmed--;
		say_feed(b, INCIDENT_CONFIRMED, i, now_us, 0);
	}
}

int64_t
incident_deadline(const struct incident_book *b)
{
	int64_t at = INT64_MAX;

	if (b->unconfirmed == 0)
		return at;
	for (uint32_t i = 0; i < b->feeds_high; i++) {
		const struct trouble *t = &b->feeds[i].trouble;

		if (t->id != 0 && !t->confirmed &&
		    t->since_us + b->cfg.confirm_us < at)
			at = t->since_us + b->cfg.confirm_us;
	}
	return at;
}

uint64_t
incident_number_take(struct incident_book *b)
{
	return b->next_id++;
}

uint64_t
incident_open_of(const struct incident_book *b, uint32_t feed)
{
	return feed < LIMIT_FEEDS ? b->feeds[feed].trouble.id : 0;
}
