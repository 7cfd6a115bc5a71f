/* SPDX-License-Identifier: GPL-3.0-or-later */
/* views.h: the newest that is known of a screen (its console's heartbeat, a
 * VMS's post, the declared layout) -> what it shows now, and what each of its
 * tiles is worth. PURE; what consoles and VMS say is hostile, and was checked
 * for range. Called by the monitor whenever something of it changes; it keeps
 * nothing, but for the display before, which is given.
 *
 * A view counts (docs/consoles.md) on a visible window of a lit screen, in a
 * tile of at least VIEW_MIN_HEIGHT pixels, with at most max_tiles of them. What
 * can't be told is MAYBE, never COUNTS.
 */
#ifndef MONITOR_PRESENCE_VIEWS_H
#define MONITOR_PRESENCE_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "camwarden/presence.h"

#define DISPLAY_TILES 64 /* kept of a screen; more are crowded anyway */

struct view_tile {
	int64_t feed;  /* the store's id */
	uint8_t worth; /* enum view_worth */
};

/* What one screen shows in an interval. Tiles in order of their feeds, each
 * feed once. */
struct display {
	uint8_t power;	/* enum screen_power */
	uint8_t source; /* enum view_source: of the tiles */
	uint16_t count;
	struct view_tile tiles[DISPLAY_TILES];
};

/* What a window pattern shows. */
enum views_shows {
	VIEWS_SHOW_LAYOUT = 1,	    /* it confirms its screen's layout */
	VIEWS_SHOW_CONNECTIONS = 2, /* what its console is connected to */
	VIEWS_SHOW_FEED = 3,	    /* one feed */
};
struct views_pattern {
	const char *id;
	enum views_shows shows;
	int64_t feed;	/* SHOW_FEED; 0 = it left the inventory */
	uint16_t tiles; /* the window is divided into; 0 = as many as feeds */
};

/* A screen as the floor declares it. */
struct views_screen {
	const char *output; /* as its agent names it; "" = the only one */
	uint16_t max_tiles;
	const int64_t *layout; /* feeds */
	size_t layout_count;
	const char *confirmed_by; /* pattern; "" = any that shows layout;
				   * "vms" = a post alone */
};

/* A feed that the console is connected to. */
struct views_link {
	int64_t feed;
	bool sure; /* no other feed has this address */
};

/* What a VMS said of the screen. */
struct views_post_tile {
	int64_t feed;
	uint16_t height; /* pixels; 0 = not said */
	uint8_t visible; /* enum heartbeat_bool */
	uint8_t renders; /* the same: frames were really drawn of late */
};
struct views_post {
	int64_t until_us; /* it says nothing from then on */
	uint8_t power;	  /* enum screen_power */
	bool layout;	  /* what is declared is shown; no tiles then */
	bool more;	  /* tiles, than fit */
	uint16_t count;
	struct views_post_tile tiles[DISPLAY_TILES];
};

struct views_known {
	int64_t now_us;
	const struct heartbeat *hb; /* newest that is valid; NULL = none */
	const struct views_pattern *patterns;
	size_t pattern_count;
	const struct views_link *links;
	size_t link_count;
	bool links_more;	       /* there are more than were said */
	const struct views_post *post; /* NULL = none */
};

/* before: what it showed until now; while nobody speaks of it, that is what it
 * may still show. May be the same as out. */
void views_display(const struct views_screen *screen,
    const struct views_known *known, const struct display *before,
    struct display *out);
/* Whether a view of that feed counts. */
bool views_counts(const struct display *d, int64_t feed);
bool views_same(const struct display *a, const struct display *b);

#endif
