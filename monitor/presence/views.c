/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/presence/views.h"

#include <stdlib.h>
#include <string.h>

/* A window that holds one feed shows it while most of it is bare; of one with
 * many nobody knows which tiles a cover hides, unless there is next to none. */
#define BARE_ONE 50
#define BARE_MANY 90

/* Tiles as they are found; more than fit make the screen crowded. */
struct tiles {
	struct display *out;
	bool more;
	uint32_t shown; /* those that take room on the screen */
};

/* Of two views of one feed on one screen the better counts. */
static const uint8_t rank[VIEW_WORTH_COUNT] = {
	[VIEW_COUNTS] = 0,
	[VIEW_MAYBE] = 1,
	[VIEW_CROWDED] = 2,
	[VIEW_SMALL] = 3,
	[VIEW_STILL] = 4,
	[VIEW_UNCONFIRMED] = 5,
	[VIEW_HIDDEN] = 6,
	[VIEW_DARK] = 7,
};

static void
add(struct tiles *t, int64_t feed, uint8_t worth)
{
	struct display *d = t->out;

	if (worth != VIEW_HIDDEN && worth != VIEW_UNCONFIRMED)
		t->shown++;
	if (feed == 0)
		return; /* not in the inventory; it takes room all the same */
	for (unsigned i = 0; i < d->count; i++) {
		struct view_tile *old = &d->tiles[i];

		if (old->feed != feed)
			continue;
		if (rank[worth] < rank[old->worth])
			old->worth = worth;
		return;
	}
	if (d->count == DISPLAY_TILES) {
		t->more = true;
		return;
	}
	d->tiles[d->count++] = (struct view_tile){ feed, worth };
}

/* --- a window */

/* The height of one of n tiles, the window divided as squarely as it goes. */
static unsigned
tile_height(const struct heartbeat_window *w, size_t n)
{
	size_t columns = 1;

	while (columns * columns < n)
		columns++;
	return n == 0 ? 0 : (unsigned)(w->height / ((n - 1) / columns + 1));
}

static uint8_t
window_worth(const struct heartbeat_window *w, size_t tiles)
{
	if (w->visible < BARE_ONE)
		return VIEW_HIDDEN;
	if (w->width == 0 || w->height == 0)
		return VIEW_MAYBE; /* its size wasn't said */
	if (tile_height(w, tiles) < VIEW_MIN_HEIGHT)
		return VIEW_SMALL;
	return tiles > 1 && w->visible < BARE_MANY ? VIEW_MAYBE : VIEW_COUNTS;
}

static size_t
tiles_in(const struct views_pattern *p, size_t feeds)
{
	return p->tiles > feeds ? p->tiles : feeds;
}

static void
add_layout(struct tiles *t, const struct views_screen *s, uint8_t worth)
{
	for (size_t i = 0; i < s->layout_count; i++)
		add(t, s->layout[i], worth);
}

static void
add_links(struct tiles *t, const struct views_known *k,
    const struct views_pattern *p, const struct heartbeat_window *w)
{
	uint8_t worth = window_worth(w, tiles_in(p, k->link_count));

	for (size_t i = 0; i < k->link_count; i++) {
		bool doubt = worth == VIEW_COUNTS && !k->links[i].sure;

		add(t, k->links[i].feed, doubt ? VIEW_MAYBE : worth);
	}
	if (worth != VIEW_HIDDEN)
		t->more |= k->links_more;
}

static bool
confirms(const struct views_screen *s, const struct views_pattern *p)
{
	return s->confirmed_by[0] == '\0' ||
	       strcmp(s->confirmed_by, p->id) == 0;
}

static void
add_window(struct tiles *t, const struct views_screen *s,
    const struct views_known *k, const struct heartbeat_window *w)
{
	for (size_t i = 0; i < k->pattern_count; i++) {
		const struct views_pattern *p = &k->patterns[i];

		if (strcmp(p->id, w->pattern) != 0)
			continue;
		if (p->shows == VIEWS_SHOW_FEED)
			add(t, p->feed, window_worth(w, tiles_in(p, 1)));
		else if (p->shows == VIEWS_SHOW_CONNECTIONS)
			add_links(t, k, p, w);
		else if (confirms(s, p))
			add_layout(t, s,
			    window_worth(w, tiles_in(p, s->layout_count)));
		return;
	}
}

/* --- where the heartbeat speaks of this screen */

#define NO_SCREEN UINT8_MAX

static uint8_t
screen_place(const struct views_screen *s, const struct heartbeat *hb)
{
	for (uint8_t i = 0; i < hb->screen_count; i++)
		if (strcmp(hb->screens[i].name, s->output) == 0)
			return i;
	return s->output[0] == '\0' && hb->screen_count > 0 ? 0 : NO_SCREEN;
}

static void
from_agent(struct tiles *t, const struct views_screen *s,
    const struct views_known *k)
{
	uint8_t place = screen_place(s, k->hb);

	for (unsigned i = 0; i < k->hb->window_count; i++) {
		const struct heartbeat_window *w = &k->hb->windows[i];

		if (w->screen == place && place != NO_SCREEN)
			add_window(t, s, k, w);
	}
	if (t->out->count > 0)
		t->out->source = VIEW_FROM_AGENT;
}

/* --- a VMS's post */

/* How bare the window is in which a VMS shows its tiles: 100 where no agent
 * looks at windows or no pattern is named, so that the VMS alone speaks. */
static unsigned
vms_window(const struct views_screen *s, const struct views_known *k)
{
	const struct heartbeat *hb = k->hb;
	unsigned most = 0;

	if (hb == NULL || hb->sees_windows == HEARTBEAT_BLIND ||
	    s->confirmed_by[0] == '\0' || strcmp(s->confirmed_by, "vms") == 0)
		return 100;
	for (unsigned i = 0; i < hb->window_count; i++) {
		const struct heartbeat_window *w = &hb->windows[i];

		if (strcmp(w->pattern, s->confirmed_by) == 0 &&
		    w->screen == screen_place(s, hb) && w->visible > most)
			most = w->visible;
	}
	return most;
}

static uint8_t
post_worth(const struct views_post_tile *p, unsigned bare)
{
	if (p->visible == SAID_NO || bare < BARE_ONE)
		return VIEW_HIDDEN;
	if (p->renders == SAID_NO)
		return VIEW_STILL;
	if (p->height > 0 && p->height < VIEW_MIN_HEIGHT)
		return VIEW_SMALL;
	return p->height == 0 || bare < BARE_MANY ? VIEW_MAYBE : VIEW_COUNTS;
}

static void
from_post(struct tiles *t, const struct views_screen *s,
    const struct views_known *k)
{
	unsigned bare = vms_window(s, k);

	for (unsigned i = 0; i < k->post->count; i++)
		add(t, k->post->tiles[i].feed,
		    post_worth(&k->post->tiles[i], bare));
	if (k->post->layout)
		add_layout(t, s, bare < BARE_MANY ? VIEW_HIDDEN : VIEW_COUNTS);
	t->more |= k->post->more;
	t->out->source = k->post->layout ? VIEW_FROM_LAYOUT : VIEW_FROM_VMS;
}

/* Declared, and nobody says that it is so. */
static void
from_layout(struct tiles *t, const struct views_screen *s)
{
	add_layout(t, s, VIEW_UNCONFIRMED);
	if (s->layout_count > 0)
		t->out->source = VIEW_FROM_LAYOUT;
}

/* --- the screen as a whole */

static unsigned
power_of(const struct views_screen *s, const struct views_known *k, bool posted)
{
	uint8_t place;

	if (k->hb != NULL && k->hb->sees_screens != HEARTBEAT_BLIND) {
		place = screen_place(s, k->hb);
		return place == NO_SCREEN ? SCREEN_OFF
					  : k->hb->screens[place].power;
	}
	return posted ? k->post->power : SCREEN_UNKNOWN;
}

/* What holds for all tiles of it: a lock, the dark, too many at once. */
static uint8_t
under(uint8_t worth, uint8_t power, bool locked, bool crowded)
{
	if (worth == VIEW_HIDDEN || worth == VIEW_UNCONFIRMED)
		return worth;
	if (locked)
		return VIEW_HIDDEN;
	if (power == SCREEN_OFF)
		return VIEW_DARK;
	if (crowded)
		return VIEW_CROWDED;
	return power == SCREEN_UNKNOWN && worth == VIEW_COUNTS ? VIEW_MAYBE
							       : worth;
}

static int
by_feed(const void *a, const void *b)
{
	int64_t x = ((const struct view_tile *)a)->feed;
	int64_t y = ((const struct view_tile *)b)->feed;

	return x < y ? -1 : x > y;
}

/* Nobody speaks of it any more: it may show what it last showed. */
static void
from_before(const struct display *before, struct display *out)
{
	if (out != before)
		*out = *before;
	out->power = SCREEN_UNKNOWN;
	for (unsigned i = 0; i < out->count; i++)
		out->tiles[i].worth = VIEW_MAYBE;
}

void
views_display(const struct views_screen *screen,
    const struct views_known *known, const struct display *before,
    struct display *out)
{
	bool posted =
	    known->post != NULL && known->now_us < known->post->until_us;
	struct tiles t = { .out = out };
	bool locked;

	if (known->hb == NULL && !posted) {
		from_before(before, out);
		return;
	}
	*out = (struct display){ 0 };
	out->power = (uint8_t)power_of(screen, known, posted);
	locked = known->hb != NULL && known->hb->locked == SAID_YES;
	if (posted)
		from_post(&t, screen, known);
	else
		from_agent(&t, screen, known);
	if (out->count == 0)
		from_layout(&t, screen);
	for (unsigned i = 0; i < out->count; i++)
		out->tiles[i].worth = under(out->tiles[i].worth, out->power,
		    locked, t.more || t.shown > screen->max_tiles);
	qsort(out->tiles, out->count, sizeof(out->tiles[0]), by_feed);
}

bool
views_counts(const struct display *d, int64_t feed)
{
	for (unsigned i = 0; i < d->count; i++)
		if (d->tiles[i].feed == feed)
			return d->tiles[i].worth == VIEW_COUNTS;
	return false;
}

bool
views_same(const struct display *a, const struct display *b)
{
	if (a->power != b->power || a->source != b->source ||
	    a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (a->tiles[i].feed != b->tiles[i].feed ||
		    a->tiles[i].worth != b->tiles[i].worth)
			return false;
	return true;
}
