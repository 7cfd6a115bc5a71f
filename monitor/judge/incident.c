/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One `trouble` serves a feed and a site alike: what is open, since when, how
 * bad, confirmed or not. A site's is fed by its members instead of verdicts.
 */
#include "monitor/judge/incident.h"

#include <stdlib.h>
#include <string.h>

struct trouble {
	uint64_t id; /* 0 = none is open */
	uint64_t parent;
	int64_t since_us;
	int64_t confirm_us; /* when it counts as confirmed; INT64_MAX: is */
	enum cause cause;
	enum incident_severity severity;
};

struct member { /* a feed */
	struct trouble trouble;
	int64_t down_us; /* when it was called down; INT64_MIN: isn't */
	uint32_t site;	 /* index into the book's sites */
	uint32_t next;	 /* of the same site; LIMIT_FEEDS ends */
	bool known;
};

struct site {
	struct trouble trouble;
	uint32_t number;
	uint32_t first; /* member */
	uint32_t feeds;
	uint32_t joined; /* members of the open trouble so far */
};

struct incident_book {
	struct incident_config cfg;
	uint64_t next_id;
	int64_t deadline_us;
	struct member *members; /* LIMIT_FEEDS */
	struct site *sites;
	uint32_t site_count;
	struct incident_change *queue; /* ring */
	size_t head, length, size;
};

void
incident_config_defaults(struct incident_config *config_out)
{
	*config_out = (struct incident_config){ .confirm_us = 5000000,
		.site_window_us = 10000000,
		.site_feeds = 5,
		.site_percent = 20 };
}

struct incident_book *
incident_book_new(const struct incident_config *cfg, uint64_t first_id)
{
	struct incident_book *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->cfg = *cfg;
	b->next_id = first_id > 0 ? first_id : 1;
	b->deadline_us = INT64_MAX;
	b->members = calloc(LIMIT_FEEDS, sizeof(*b->members));
	if (b->members == NULL)
		incident_book_free(&b);
	return b;
}

void
incident_book_free(struct incident_book **bp)
{
	struct incident_book *b = *bp;

	*bp = NULL;
	if (b == NULL)
		return;
	free(b->members);
	free(b->sites);
	free(b->queue);
	free(b);
}

/* --- the queue of changes --- */

static bool
queue_grow(struct incident_book *b)
{
	size_t size = b->size ? b->size * 2 : 64;
	struct incident_change *q = calloc(size, sizeof(*q));

	if (q == NULL)
		return false;
	for (size_t i = 0; i < b->length; i++)
		q[i] = b->queue[(b->head + i) % b->size];
	free(b->queue);
	b->queue = q;
	b->head = 0;
	b->size = size;
	return true;
}

static void
tell(struct incident_book *b, const struct incident_change *c)
{
	if (b->length == b->size && !queue_grow(b))
		return; /* no memory: the record lacks a change, not the book */
	b->queue[(b->head + b->length++) % b->size] = *c;
}

bool
incident_next(struct incident_book *b, struct incident_change *out)
{
	if (b->length == 0)
		return false;
	*out = b->queue[b->head];
	b->head = (b->head + 1) % b->size;
	b->length--;
	return true;
}

static struct incident_change
change_of(enum incident_event event, const struct trouble *t, int64_t now_us)
{
	return (struct incident_change){ .event = event,
		.id = t->id,
		.parent = t->parent,
		.cause = t->cause,
		.severity = t->severity,
		.since_us = t->since_us,
		.at_us = now_us };
}

static void
tell_feed(struct incident_book *b, enum incident_event event, uint32_t feed,
    int64_t now_us, int64_t until_us)
{
	const struct member *m = &b->members[feed];
	struct incident_change c = change_of(event, &m->trouble, now_us);

	c.feed = feed;
	c.site = b->sites[m->site].number;
	c.until_us = until_us;
	c.interruption =
	    event == INCIDENT_CLOSED && m->trouble.confirm_us != INT64_MAX;
	tell(b, &c);
}

static void
tell_site(struct incident_book *b, enum incident_event event,
    const struct site *s, int64_t now_us, int64_t until_us)
{
	struct incident_change c = change_of(event, &s->trouble, now_us);

	c.site = s->number;
	c.whole_site = true;
	c.feeds = s->joined;
	c.until_us = until_us;
	c.interruption =
	    event == INCIDENT_CLOSED && s->trouble.confirm_us != INT64_MAX;
	tell(b, &c);
}

/* --- feeds and sites --- */

/* Index of the site, made when new; UINT32_MAX without memory. */
static uint32_t
site_index(struct incident_book *b, uint32_t number)
{
	for (uint32_t i = 0; i < b->site_count; i++)
		if (b->sites[i].number == number)
			return i;

	struct site *sites =
	    realloc(b->sites, (b->site_count + 1) * sizeof(*sites));

	if (sites == NULL)
		return UINT32_MAX;
	b->sites = sites;
	sites[b->site_count] =
	    (struct site){ .number = number, .first = LIMIT_FEEDS };
	return b->site_count++;
}

static void
unlink_member(struct incident_book *b, uint32_t feed)
{
	struct site *s = &b->sites[b->members[feed].site];
	uint32_t *at = &s->first;

	while (*at != feed)
		at = &b->members[*at].next;
	*at = b->members[feed].next;
	s->feeds--;
}

bool
incident_feed_add(struct incident_book *b, uint32_t feed, uint32_t site)
{
	uint32_t index;

	if (feed >= LIMIT_FEEDS)
		return false;
	index = site_index(b, site);
	if (index == UINT32_MAX)
		return false;

	struct member *m = &b->members[feed];

	if (m->known)
		unlink_member(b, feed);
	else
		*m = (struct member){ .known = true, .down_us = INT64_MIN };
	m->site = index;
	m->next = b->sites[index].first;
	b->sites[index].first = feed;
	b->sites[index].feeds++;
	return true;
}

/* The site's trouble ends with its last member's. */
static void
site_settle(struct incident_book *b, struct site *s, int64_t now_us,
    int64_t until_us)
{
	if (s->trouble.id == 0)
		return;
	for (uint32_t i = s->first; i < LIMIT_FEEDS; i = b->members[i].next)
		if (b->members[i].trouble.parent == s->trouble.id)
			return;
	tell_site(b, INCIDENT_CLOSED, s, now_us, until_us);
	s->trouble = (struct trouble){ 0 };
	s->joined = 0;
}

static void
feed_close(struct incident_book *b, uint32_t feed, int64_t now_us,
    int64_t until_us)
{
	struct member *m = &b->members[feed];
	struct site *s = NULL;

	if (m->trouble.id == 0)
		return;
	tell_feed(b, INCIDENT_CLOSED, feed, now_us, until_us);
	for (uint32_t i = 0; m->trouble.parent != 0 && i < b->site_count; i++)
		if (b->sites[i].trouble.id == m->trouble.parent)
			s = &b->sites[i];
	m->trouble = (struct trouble){ 0 };
	if (s != NULL)
		site_settle(b, s, now_us, until_us);
}

void
incident_feed_remove(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	if (feed >= LIMIT_FEEDS || !b->members[feed].known)
		return;
	feed_close(b, feed, now_us, now_us);
	unlink_member(b, feed);
	b->members[feed].known = false;
}

void
incident_restore(struct incident_book *b, const struct incident_change *open)
{
	struct trouble t = { .id = open->id,
		.parent = open->parent,
		.since_us = open->since_us,
		.confirm_us = INT64_MAX,
		.cause = open->cause,
		.severity = open->severity };

	if (open->id >= b->next_id)
		b->next_id = open->id + 1;
	if (open->whole_site) {
		uint32_t i = site_index(b, open->site);

		if (i != UINT32_MAX)
			b->sites[i].trouble = t;
	} else if (open->feed < LIMIT_FEEDS && b->members[open->feed].known) {
		b->members[open->feed].trouble = t;
	}
}

/* --- verdicts --- */

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
trouble_open(struct incident_book *b, struct trouble *t, int64_t since_us)
{
	t->id = b->next_id++;
	t->since_us = since_us;
	t->confirm_us = since_us + b->cfg.confirm_us;
	if (t->confirm_us < b->deadline_us)
		b->deadline_us = t->confirm_us;
}

static void
join(struct incident_book *b, struct site *s, uint32_t feed, int64_t now_us)
{
	struct trouble *t = &b->members[feed].trouble;

	if (t->id == 0 || t->parent == s->trouble.id)
		return;
	t->parent = s->trouble.id;
	s->joined++;
	tell_feed(b, INCIDENT_JOINED, feed, now_us, 0);
}

static bool
went_down_lately(const struct incident_book *b, uint32_t feed, int64_t now_us)
{
	const struct member *m = &b->members[feed];

	return m->down_us != INT64_MIN && m->trouble.id != 0 &&
	       now_us - m->down_us <= b->cfg.site_window_us;
}

/* A feed of this site has just been called down: is it the site? */
static void
site_weigh(struct incident_book *b, struct site *s, uint32_t feed,
    int64_t now_us)
{
	uint32_t down = 0;
	int64_t since_us = INT64_MAX;

	if (s->trouble.id != 0) {
		join(b, s, feed, now_us);
		return;
	}
	for (uint32_t i = s->first; i < LIMIT_FEEDS; i = b->members[i].next)
		if (went_down_lately(b, i, now_us)) {
			down++;
			if (b->members[i].trouble.since_us < since_us)
				since_us = b->members[i].trouble.since_us;
		}
	if (down < b->cfg.site_feeds ||
	    (uint64_t)down * 100 < (uint64_t)s->feeds * b->cfg.site_percent)
		return;
	s->trouble.cause = b->members[feed].trouble.cause;
	s->trouble.severity = INCIDENT_CRITICAL;
	trouble_open(b, &s->trouble, since_us);
	tell_site(b, INCIDENT_OPENED, s, now_us, 0);
	for (uint32_t i = s->first; i < LIMIT_FEEDS; i = b->members[i].next)
		if (went_down_lately(b, i, now_us))
			join(b, s, i, now_us);
}

static void
feed_trouble(struct incident_book *b, uint32_t feed, const struct verdict *v,
    int64_t now_us)
{
	struct trouble *t = &b->members[feed].trouble;
	enum incident_severity severity = severity_of(v);
	enum cause before = t->cause;

	t->cause = v->cause;
	if (t->id == 0) {
		t->severity = severity;
		trouble_open(b, t, v->since_us);
		tell_feed(b, INCIDENT_OPENED, feed, now_us, 0);
	} else if (before != v->cause || severity > t->severity) {
		if (severity > t->severity)
			t->severity = severity;
		tell_feed(b, INCIDENT_CHANGED, feed, now_us, 0);
	}
}

void
incident_on_verdict(struct incident_book *b, uint32_t feed,
    const struct verdict *v, int64_t now_us)
{
	if (feed >= LIMIT_FEEDS || !b->members[feed].known)
		return;

	struct member *m = &b->members[feed];
	bool was_down = m->down_us != INT64_MIN;

	if (v->state == STATE_UNKNOWN)
		return; /* proves neither trouble nor recovery */
	if (v->state != STATE_DOWN)
		m->down_us = INT64_MIN;
	if (v->state == STATE_UP) {
		feed_close(b, feed, now_us, v->since_us);
		return;
	}
	feed_trouble(b, feed, v, now_us);
	if (v->state == STATE_DOWN && !was_down) {
		m->down_us = now_us;
		site_weigh(b, &b->sites[m->site], feed, now_us);
	}
}

/* --- time --- */

/* Confirms what is due; false when it stays to be confirmed later. */
static bool
confirm(struct incident_book *b, struct trouble *t, int64_t now_us)
{
	if (t->id == 0 || t->confirm_us == INT64_MAX)
		return false;
	if (t->confirm_us > now_us) {
		if (t->confirm_us < b->deadline_us)
			b->deadline_us = t->confirm_us;
		return false;
	}
	t->confirm_us = INT64_MAX;
	return true;
}

void
incident_step(struct incident_book *b, int64_t now_us)
{
	if (now_us < b->deadline_us)
		return;
	b->deadline_us = INT64_MAX;
	/* Sites first: who alerts by feed then knows the parent. */
	for (uint32_t i = 0; i < b->site_count; i++) {
		struct site *s = &b->sites[i];

		if (confirm(b, &s->trouble, now_us))
			tell_site(b, INCIDENT_CONFIRMED, s, now_us, 0);
		for (uint32_t f = s->first; f < LIMIT_FEEDS;
		     f = b->members[f].next)
			if (confirm(b, &b->members[f].trouble, now_us))
				tell_feed(b, INCIDENT_CONFIRMED, f, now_us, 0);
	}
}

int64_t
incident_deadline(const struct incident_book *b)
{
	return b->deadline_us;
}

uint64_t
incident_open_of(const struct incident_book *b, uint32_t feed)
{
	return feed < LIMIT_FEEDS ? b->members[feed].trouble.id : 0;
}
