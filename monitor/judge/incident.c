/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/incident.h"

#include <stdlib.h>
#include <string.h>

#include "common/ring.h"

#define SECOND 1000000ll
#define PLACES_FIRST 64u

#define NOWHERE UINT32_MAX /* of a place's index: none */

struct trouble { /* of one feed, or of one place */
	bool open;
	uint64_t id; /* 0 = not told (yet) */
	bool confirmed;
	enum cause cause;
	enum incident_severity severity;
	int64_t since_us;
	int64_t over_us; /* a feed's, good before it was told; 0 = not */
	bool doubted;	 /* an earlier run's; nobody has said that it goes on */
};

struct member { /* a feed */
	bool known;
	bool down;
	uint32_t site;	 /* index into places */
	uint32_t within; /* the place whose incident has it; or NOWHERE */
	int64_t down_us; /* when the verdict became down */
	int64_t tell_us; /* its trouble is told then, unless within one */
	struct trouble trouble;
};

/* A site with all below it. */
struct place {
	uint32_t number;
	uint32_t above;	 /* index; NOWHERE = none */
	uint32_t feeds;	 /* of it and all below */
	uint32_t fallen; /* of them, went down lately; see count_fallen */
	uint32_t joined; /* members of the open incident, ever */
	uint32_t told;	 /* of them, when it was last told of */
	int64_t told_us;
	uint32_t open;	 /* of them, still open */
	int64_t join_us; /* who goes down until then joins */
	int64_t end_us;	 /* few are left: it ends then; 0 = not */
	int64_t good_us; /* the latest proof of one that recovered */
	bool restored;	 /* its members of before are not known */
	struct trouble trouble;
};

struct incident_book {
	struct incident_config cfg;
	uint64_t next_id;
	struct member *feeds; /* LIMIT_FEEDS of them */
	uint32_t feeds_high;  /* none is known from here on */
	struct place *places;
	uint32_t place_count, place_room;
	struct ring queue; /* struct incident_change */
	uint32_t young; /* feeds not told of or not confirmed: worth a walk */
	bool counted;	/* the places' fallen are of this call */
};

void
incident_config_defaults(struct incident_config *cfg)
{
	*cfg = (struct incident_config){
		.confirm_us = 5 * SECOND,
		.gather_us = 3 * SECOND,
		.site_window_us = 10 * SECOND,
		.settle_us = 90 * SECOND,
		.site_feeds = 5,
		.site_percent = 20,
		.above_percent = 80,
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
	b->places = calloc(PLACES_FIRST, sizeof(*b->places));
	b->place_room = PLACES_FIRST;
	b->queue.size = sizeof(struct incident_change);
	if (b->feeds == NULL || b->places == NULL ||
	    !ring_reserve(&b->queue, 1))
		incident_book_free(&b);
	return b;
}

void
incident_book_free(struct incident_book **b)
{
	if (*b == NULL)
		return;
	free((*b)->feeds);
	free((*b)->places);
	ring_free(&(*b)->queue);
	free(*b);
	*b = NULL;
}

/* Without memory the change is lost to the caller, but not to the book: the
 * next one of the same incident carries the state. */
static void
queue_put(struct incident_book *b, const struct incident_change *c)
{
	if (ring_reserve(&b->queue, 1))
		*(struct incident_change *)ring_put(&b->queue) = *c;
}

bool
incident_peek(struct incident_book *b, struct incident_change *out)
{
	const struct incident_change *first = ring_first(&b->queue);

	if (first != NULL)
		*out = *first;
	return first != NULL;
}

bool
incident_next(struct incident_book *b, struct incident_change *out)
{
	if (!incident_peek(b, out))
		return false;
	ring_pop(&b->queue);
	return true;
}

static void
say(struct incident_book *b, enum incident_event event, const struct trouble *t,
    uint32_t place, uint32_t feed, bool whole_site, int64_t at_us,
    int64_t until_us)
{
	queue_put(b,
	    &(struct incident_change){
		.event = event,
		.id = t->id,
		.feed = feed,
		.site = b->places[place].number,
		.whole_site = whole_site,
		.interruption = event == INCIDENT_CLOSED && !t->confirmed,
		.cause = t->cause,
		.severity = t->severity,
		.feeds = whole_site ? b->places[place].joined : 0,
		.since_us = t->since_us,
		.at_us = at_us,
		.until_us = until_us,
	    });
}

static void
say_feed(struct incident_book *b, enum incident_event event, uint32_t feed,
    int64_t at_us, int64_t until_us)
{
	say(b, event, &b->feeds[feed].trouble, b->feeds[feed].site, feed, false,
	    at_us, until_us);
}

static void
say_place(struct incident_book *b, enum incident_event event, uint32_t place,
    int64_t at_us, int64_t until_us)
{
	b->places[place].told = b->places[place].joined;
	b->places[place].told_us = at_us;
	say(b, event, &b->places[place].trouble, place, 0, true, at_us,
	    until_us);
}

/* --- places */

static bool
place_find(const struct incident_book *b, uint32_t number, uint32_t *index_out)
{
	for (uint32_t i = 0; i < b->place_count; i++) {
		if (b->places[i].number == number) {
			*index_out = i;
			return true;
		}
	}
	return false;
}

static bool
place_get(struct incident_book *b, uint32_t number, uint32_t *index_out)
{
	if (place_find(b, number, index_out))
		return true;
	if (b->place_count == b->place_room) {
		size_t room = (size_t)b->place_room * 2;
		struct place *more = realloc(b->places, room * sizeof(*more));

		if (more == NULL)
			return false;
		b->places = more;
		b->place_room = (uint32_t)room;
	}
	b->places[b->place_count] =
	    (struct place){ .number = number, .above = NOWHERE };
	*index_out = b->place_count++;
	return true;
}

static bool
lies_in(const struct incident_book *b, uint32_t site, uint32_t place)
{
	while (site != NOWHERE && site != place)
		site = b->places[site].above;
	return site == place;
}

static void
count_feeds(struct incident_book *b, uint32_t site, uint32_t more)
{
	for (; site != NOWHERE; site = b->places[site].above)
		b->places[site].feeds += more; /* may be -1: it wraps */
}

bool
incident_site_put(struct incident_book *b, uint32_t site, uint32_t above)
{
	uint32_t index, over = NOWHERE, feeds;
	struct place *p;

	if (!place_get(b, site, &index) ||
	    (above != 0 && !place_get(b, above, &over)))
		return false;
	p = &b->places[index];
	if (p->above == over || (over != NOWHERE && lies_in(b, over, index)))
		return true;
	feeds = p->feeds;
	count_feeds(b, p->above, -feeds);
	p->above = over;
	count_feeds(b, over, feeds);
	return true;
}

/* --- a trouble told of a feed */

static bool
is_gathering(const struct member *m)
{
	return m->trouble.open && m->trouble.id == 0 && m->within == NOWHERE;
}

static void
tell(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	b->feeds[feed].trouble.id = b->next_id++;
	say_feed(b, INCIDENT_OPENED, feed, now_us, 0);
}

/* What is over was told of; the feed has none. */
static void
say_over(struct incident_book *b, uint32_t feed, int64_t at_us,
    int64_t until_us)
{
	struct trouble *t = &b->feeds[feed].trouble;

	if (!t->confirmed)
		b->young--;
	if (t->id == 0)
		tell(b, feed, at_us);
	say_feed(b, INCIDENT_CLOSED, feed, at_us, until_us);
	*t = (struct trouble){ 0 };
}

/* Its place's incident is over, or not its own any more: it has one alone. */
static void
set_apart(struct incident_book *b, uint32_t feed, int64_t tell_us)
{
	b->feeds[feed].within = NOWHERE;
	b->feeds[feed].tell_us = tell_us;
	b->young++;
}

static bool
are_few(const struct incident_book *b, const struct place *p)
{
	return p->open < b->cfg.site_feeds ||
	       p->open * 100u < p->feeds * b->cfg.site_percent;
}

static void
place_close(struct incident_book *b, uint32_t place, int64_t now_us)
{
	struct place *p = &b->places[place];

	for (uint32_t i = 0; i < b->feeds_high; i++)
		if (b->feeds[i].known && b->feeds[i].within == place)
			set_apart(b, i, now_us);
	say_place(b, INCIDENT_CLOSED, place, now_us,
	    p->good_us != 0 ? p->good_us : now_us);
	p->trouble = (struct trouble){ 0 };
	p->joined = p->told = p->open = 0;
	p->join_us = p->end_us = p->good_us = 0;
	p->restored = false;
}

/* A member recovered, or is gone. */
static void
place_leave(struct incident_book *b, uint32_t feed, int64_t good_us)
{
	struct member *m = &b->feeds[feed];
	struct place *p = &b->places[m->within];

	m->within = NOWHERE;
	p->open--;
	if (good_us > p->good_us)
		p->good_us = good_us;
}

static void
place_step(struct incident_book *b, uint32_t place, int64_t now_us)
{
	struct place *p = &b->places[place];

	if (!p->trouble.open)
		return;
	if (p->join_us == INT64_MAX)
		p->join_us = now_us + b->cfg.settle_us;
	/* It grew. */
	if (p->joined > p->told && now_us - p->told_us >= b->cfg.gather_us)
		say_place(b, INCIDENT_CHANGED, place, now_us, 0);
	if (!are_few(b, p))
		p->end_us = 0;
	else if (p->end_us == 0)
		p->end_us = now_us + b->cfg.settle_us;
	if ((p->open == 0 && now_us > p->join_us) ||
	    (p->end_us != 0 && now_us >= p->end_us))
		place_close(b, place, now_us);
}

/* One not told of yet waits for what was to be decided of it: when the place
 * is struck, who was back first went down with it all the same. */
static void
feed_close(struct incident_book *b, uint32_t feed, int64_t at_us,
    int64_t until_us)
{
	struct member *m = &b->feeds[feed];
	struct trouble *t = &m->trouble;

	if (!t->open || t->over_us != 0)
		return;
	if (until_us < t->since_us)
		until_us = t->since_us;
	if (m->within != NOWHERE) {
		place_leave(b, feed, until_us);
		*t = (struct trouble){ 0 };
	} else if (t->id == 0) {
		t->over_us = until_us;
	} else {
		say_over(b, feed, at_us, until_us);
	}
}

bool
incident_feed_add(struct incident_book *b, uint32_t feed, uint32_t site)
{
	struct member *m;
	uint32_t index;

	if (feed >= LIMIT_FEEDS || !place_get(b, site, &index))
		return false;
	m = &b->feeds[feed];
	if (m->known && m->site == index)
		return true;
	if (m->known) {
		if (m->within != NOWHERE) {
			place_leave(b, feed, 0);
			set_apart(b, feed, 0);
		}
		count_feeds(b, m->site, -1u);
	} else {
		*m = (struct member){ .known = true, .within = NOWHERE };
	}
	if (feed >= b->feeds_high)
		b->feeds_high = feed + 1;
	m->site = index;
	count_feeds(b, index, 1);
	return true;
}

void
incident_feed_remove(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	if (feed >= LIMIT_FEEDS || !b->feeds[feed].known)
		return;
	feed_close(b, feed, now_us, now_us);
	if (b->feeds[feed].trouble.open)
		say_over(b, feed, now_us, b->feeds[feed].trouble.over_us);
	count_feeds(b, b->feeds[feed].site, -1u);
	b->feeds[feed] = (struct member){ 0 };
}

void
incident_restore(struct incident_book *b, const struct incident_change *open)
{
	bool young = !open->whole_site && open->event == INCIDENT_OPENED;
	struct trouble t = {
		.open = true,
		.id = open->id,
		.confirmed = !young,
		.doubted = young,
		.cause = open->cause,
		.severity = open->severity,
		.since_us = open->since_us,
	};
	uint32_t index;

	if (open->id >= b->next_id)
		b->next_id = open->id + 1;
	if (open->whole_site) {
		if (place_get(b, open->site, &index)) {
			b->places[index].trouble = t;
			b->places[index].joined = open->feeds;
			b->places[index].restored = true;
			b->places[index].join_us = INT64_MAX;
		}
		return;
	}
	if (open->feed >= LIMIT_FEEDS || !b->feeds[open->feed].known)
		return;
	b->young += young;
	b->feeds[open->feed].trouble = t;
}

/* --- verdicts */

static enum incident_severity
severity_of(const struct verdict *v)
{
	if (v->cause == CAUSE_LOOPED)
		return INCIDENT_CRITICAL;
	if (v->state == STATE_DOWN)
		return INCIDENT_HIGH;
	return cause_is_stream(v->cause) ? INCIDENT_LOW : INCIDENT_MEDIUM;
}

/* Whether a place that this feed lies in is large enough to be struck. */
static bool
may_be_struck(const struct incident_book *b, uint32_t site)
{
	for (; site != NOWHERE; site = b->places[site].above)
		if (b->places[site].feeds >= b->cfg.site_feeds)
			return true;
	return false;
}

static void
feed_open(struct incident_book *b, uint32_t feed, const struct verdict *v,
    int64_t now_us)
{
	struct member *m = &b->feeds[feed];

	m->trouble = (struct trouble){
		.open = true,
		.cause = v->cause,
		.severity = severity_of(v),
		.since_us = v->since_us,
	};
	b->young++;
	if (v->state == STATE_DOWN && may_be_struck(b, m->site))
		m->tell_us = now_us + b->cfg.gather_us;
	else
		tell(b, feed, now_us);
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
	if (t->id != 0)
		say_feed(b, INCIDENT_CHANGED, feed, now_us, 0);
}

/* --- whole places */

static void
join(struct incident_book *b, uint32_t place, uint32_t feed, int64_t now_us)
{
	struct place *p = &b->places[place];
	struct member *m = &b->feeds[feed];

	m->within = place;
	b->young--;
	p->joined++;
	p->open++;
	if (m->trouble.since_us < p->trouble.since_us)
		p->trouble.since_us = m->trouble.since_us;
	if (p->join_us < now_us + b->cfg.site_window_us)
		p->join_us = now_us + b->cfg.site_window_us;
	if (m->trouble.over_us != 0) {
		place_leave(b, feed, m->trouble.over_us);
		m->trouble = (struct trouble){ 0 };
	}
}

/* Into the incident of a place that it lies in, while that takes any. */
static void
join_any(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	uint32_t place = b->feeds[feed].site;

	for (; place != NOWHERE; place = b->places[place].above) {
		if (b->places[place].trouble.open &&
		    now_us <= b->places[place].join_us) {
			join(b, place, feed, now_us);
			return;
		}
	}
}

/* Whoever is back again, too. */
static bool
went_down_lately(const struct incident_book *b, const struct member *m,
    int64_t now_us)
{
	return m->known && (m->down || m->trouble.over_us != 0) &&
	       m->trouble.open && now_us - m->down_us <= b->cfg.site_window_us;
}

/* Of all places at once: one walk, however many feeds a call decides. Who is
 * back makes no place's trouble: it would be one of which all is over. */
static void
count_fallen(struct incident_book *b, int64_t now_us)
{
	if (b->counted)
		return;
	b->counted = true;
	for (uint32_t i = 0; i < b->place_count; i++)
		b->places[i].fallen = 0;
	for (uint32_t i = 0; i < b->feeds_high; i++) {
		uint32_t p = b->feeds[i].down &&
				     went_down_lately(b, &b->feeds[i], now_us)
				 ? b->feeds[i].site
				 : NOWHERE;

		for (; p != NOWHERE; p = b->places[p].above)
			b->places[p].fallen++;
	}
}

/* Nearly all that lies above, and nearly all of what is there beside it. */
static bool
is_above_too(const struct incident_book *b, uint32_t above, uint32_t below)
{
	uint32_t all = b->places[above].feeds, n = b->places[above].fallen;
	uint32_t beside = all - b->places[below].feeds;
	uint32_t m = n - b->places[below].fallen;

	return n >= b->cfg.site_feeds && beside > 0 &&
	       n * 100u >= all * b->cfg.above_percent &&
	       m * 100u >= beside * b->cfg.above_percent;
}

/* The place whose trouble it is, if one's. */
static uint32_t
place_struck(struct incident_book *b, uint32_t site, int64_t now_us)
{
	uint32_t n, found = NOWHERE, above;

	count_fallen(b, now_us);
	n = b->places[site].fallen;
	if (n >= b->cfg.site_feeds &&
	    n * 100u >= b->places[site].feeds * b->cfg.site_percent)
		found = site;
	for (above = b->places[site].above; above != NOWHERE;
	     above = b->places[above].above)
		if (is_above_too(b, above, found != NOWHERE ? found : site))
			found = above;
	return found;
}

static void
place_open(struct incident_book *b, uint32_t place, uint32_t feed)
{
	struct place *p = &b->places[place];

	p->trouble = (struct trouble){
		.open = true,
		.id = b->next_id++,
		.confirmed = true,
		.cause = b->feeds[feed].trouble.cause,
		.severity = INCIDENT_CRITICAL,
		.since_us = b->feeds[feed].trouble.since_us,
	};
}

/* Its time to be told has come: as the place's, or as its own. */
static void
decide(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	const struct member *m = &b->feeds[feed];
	uint32_t place = went_down_lately(b, m, now_us)
			     ? place_struck(b, m->site, now_us)
			     : NOWHERE;
	bool open;

	if (place == NOWHERE) {
		if (m->trouble.over_us != 0)
			say_over(b, feed, now_us, m->trouble.over_us);
		else
			tell(b, feed, now_us);
		return;
	}
	open = b->places[place].trouble.open;
	if (!open)
		place_open(b, place, feed);
	for (uint32_t i = 0; i < b->feeds_high; i++)
		if (is_gathering(&b->feeds[i]) && b->feeds[i].known &&
		    went_down_lately(b, &b->feeds[i], now_us) &&
		    lies_in(b, b->feeds[i].site, place))
			join(b, place, i, now_us);
	if (open)
		return;
	say_place(b, INCIDENT_OPENED, place, now_us, 0);
	say_place(b, INCIDENT_CONFIRMED, place, now_us, 0);
}

static void
on_good(struct incident_book *b, uint32_t feed, int64_t good_us, int64_t now_us)
{
	uint32_t i = b->feeds[feed].site;

	feed_close(b, feed, now_us, good_us);
	/* perhaps it was a member before the monitor started */
	for (; i != NOWHERE; i = b->places[i].above)
		if (b->places[i].restored && good_us > b->places[i].good_us)
			b->places[i].good_us = good_us;
}

static void
on_bad(struct incident_book *b, uint32_t feed, const struct verdict *v,
    bool went_down, int64_t now_us)
{
	struct member *m = &b->feeds[feed];

	m->trouble.over_us = 0; /* nobody was told that it was */
	m->trouble.doubted = false;
	if (went_down)
		m->down_us = now_us;
	if (m->within != NOWHERE && v->state == STATE_DEGRADED)
		on_good(b, feed, v->since_us,
		    now_us); /* what is left is its own */
	if (m->trouble.open)
		feed_change(b, feed, v, now_us);
	else
		feed_open(b, feed, v, now_us);
	if (went_down && is_gathering(m))
		join_any(b, feed, now_us);
}

static void
feed_step(struct incident_book *b, uint32_t feed, int64_t now_us)
{
	struct member *m = &b->feeds[feed];
	struct trouble *t = &m->trouble;

	if (!t->open || t->confirmed || m->within != NOWHERE)
		return;
	if (t->id == 0 &&
	    ((!m->down && t->over_us == 0) || now_us >= m->tell_us))
		decide(b, feed, now_us);
	if (t->id == 0 || t->doubted ||
	    now_us - t->since_us < b->cfg.confirm_us)
		return;
	t->confirmed = true;
	b->young--;
	say_feed(b, INCIDENT_CONFIRMED, feed, now_us, 0);
}

void
incident_on_verdict(struct incident_book *b, uint32_t feed,
    const struct verdict *v, int64_t now_us)
{
	struct member *m;
	bool was_down;

	if (feed >= LIMIT_FEEDS || !b->feeds[feed].known ||
	    v->state == STATE_UNKNOWN)
		return;
	b->counted = false;
	m = &b->feeds[feed];
	was_down = m->down;
	m->down = v->state == STATE_DOWN;
	if (v->state == STATE_UP)
		on_good(b, feed, v->since_us, now_us);
	else
		on_bad(b, feed, v, m->down && !was_down, now_us);
	feed_step(b, feed, now_us);
	for (uint32_t i = m->site; i != NOWHERE; i = b->places[i].above)
		place_step(b, i, now_us);
}

void
incident_step(struct incident_book *b, int64_t now_us)
{
	b->counted = false;
	for (uint32_t i = 0; i < b->place_count; i++)
		place_step(b, i, now_us);
	for (uint32_t i = 0; b->young > 0 && i < b->feeds_high; i++)
		feed_step(b, i, now_us);
}

uint32_t
incident_place_feeds(const struct incident_book *b, uint32_t site,
    uint32_t *feeds, uint32_t most)
{
	uint32_t count = 0, place;

	if (!place_find(b, site, &place))
		return 0;
	for (uint32_t i = 0; i < b->feeds_high; i++) {
		if (!b->feeds[i].known || b->feeds[i].within != place)
			continue;
		if (count < most)
			feeds[count] = i;
		count++;
	}
	return count;
}

uint64_t
incident_number_take(struct incident_book *b)
{
	return b->next_id++;
}
