/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inventory and the floor as CSV, as `camwarden ... export` writes them:
 * what who asks may see of them, and never a credential. */
#include <stdlib.h>
#include <string.h>

#include "monitor/http/reader_query.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/store_read_consoles.h"

/* Keeps of an array what is wanted; `keep` is asked for each. */
#define KEEP(list, count, wanted)                                              \
	do {                                                                   \
		size_t kept_ = 0;                                              \
		for (size_t i = 0; i < (count); i++)                           \
			if (wanted)                                            \
				(list)[kept_++] = (list)[i];                   \
		(count) = kept_;                                               \
	} while (0)

/* --- sites, devices, feeds */

static bool
has_feed(const struct inventory *inv, const char *device)
{
	for (size_t i = 0; i < inv->feed_count; i++)
		if (strcmp(inv->feeds[i].device, device) == 0)
			return true;
	return false;
}

static void
limit_inventory(const struct query *q, struct inventory *inv)
{
	KEEP(inv->sites, inv->site_count, query_may(q, inv->sites[i].path));
	KEEP(inv->feeds, inv->feed_count, query_may(q, inv->feeds[i].site));
	if (q->ask->scope[0] != '\0')
		KEEP(inv->devices, inv->device_count,
		    has_feed(inv, inv->devices[i].name));
}

static char *
inventory_text(struct query *q, enum inventory_kind kind)
{
	struct inventory *inv = store_read_inventory(q->store, false, NULL);
	char *text = NULL;

	if (inv == NULL)
		return NULL;
	limit_inventory(q, inv);
	text = inventory_write(inv, kind, false);
	inventory_free(&inv);
	return text;
}

/* --- the floor */

/* "SITE/NAME" of a feed: what comes before the last part is its site, and a
 * site's names hold no slash. */
static bool
may_name(const struct query *q, const char *feed)
{
	char site[2 * LIMIT_NAME_BYTES];
	const char *slash = strrchr(feed, '/');
	size_t n = slash != NULL ? (size_t)(slash - feed) : 0;

	if (q->ask->scope[0] == '\0')
		return true;
	if (n == 0 || n >= sizeof(site))
		return false;
	memcpy(site, feed, n);
	site[n] = '\0';
	return query_may(q, site);
}

static bool
may_layout(const struct query *q, const char *layout)
{
	char feed[2 * LIMIT_NAME_BYTES + 2];

	for (const char *p = layout; *p != '\0';) {
		size_t n = strcspn(p, ";");

		if (n >= sizeof(feed))
			return false;
		memcpy(feed, p, n);
		feed[n] = '\0';
		if (n > 0 && !may_name(q, feed))
			return false;
		p += n + (p[n] == ';');
	}
	return true;
}

static bool
may_screen(const struct query *q, const struct floor *f,
    const struct floor_screen *s)
{
	for (size_t i = 0; i < f->console_count; i++)
		if (s->console[0] != '\0' &&
		    strcmp(f->consoles[i].name, s->console) == 0)
			return query_may(q, f->consoles[i].site);
	return query_may(q, floor_site_of_room(f, s->room));
}

/* Names of feeds elsewhere are left out of what is here. */
static void
blank(const struct query *q, struct floor *f)
{
	for (size_t i = 0; i < f->console_count; i++)
		if (f->consoles[i].desk_feed[0] != '\0' &&
		    !may_name(q, f->consoles[i].desk_feed))
			f->consoles[i].desk_feed = "";
	for (size_t i = 0; i < f->screen_count; i++)
		if (!may_layout(q, f->screens[i].layout)) {
			f->screens[i].layout = "";
			f->screens[i].feed_count = 0;
		}
}

static void
limit_floor(const struct query *q, struct floor *f)
{
	if (q->ask->scope[0] == '\0')
		return;
	KEEP(f->screens, f->screen_count, may_screen(q, f, &f->screens[i]));
	KEEP(f->consoles, f->console_count, query_may(q, f->consoles[i].site));
	/* Patterns are of all consoles; one that shows a feed is of its. */
	KEEP(f->patterns, f->pattern_count,
	    f->patterns[i].feed[0] != '\0' && may_name(q, f->patterns[i].feed));
	KEEP(f->shifts, f->shift_count,
	    query_may(q, floor_site_of_room(f, f->shifts[i].room)));
	blank(q, f);
}

static char *
floor_text(struct query *q, enum floor_kind kind)
{
	struct floor *f = store_read_floor(q->store, NULL);
	char *text = NULL;

	if (f == NULL)
		return NULL;
	limit_floor(q, f);
	text = floor_write(f, kind);
	floor_free(&f);
	return text;
}

/* --- which */

static const struct {
	const char *name;
	bool floor;
	int kind;
} tables[] = {
	{ "sites", false, INVENTORY_SITES },
	{ "devices", false, INVENTORY_DEVICES },
	{ "feeds", false, INVENTORY_FEEDS },
	{ "consoles", true, FLOOR_CONSOLES },
	{ "screens", true, FLOOR_SCREENS },
	{ "patterns", true, FLOOR_PATTERNS },
	{ "roster", true, FLOOR_ROSTER },
};

bool
query_inventory(struct query *q)
{
	char *text = NULL;
	size_t i = 0;

	while (i < sizeof(tables) / sizeof(tables[0]) &&
	       strcmp(tables[i].name, q->ask->name) != 0)
		i++;
	if (i == sizeof(tables) / sizeof(tables[0]))
		return query_status(q, 404);
	text = tables[i].floor
		   ? floor_text(q, (enum floor_kind)tables[i].kind)
		   : inventory_text(q, (enum inventory_kind)tables[i].kind);
	if (text == NULL)
		return false;
	query_give(q, READ_TEXT_CSV, text, strlen(text));
	free(text);
	return true;
}
