/* SPDX-License-Identifier: GPL-3.0-or-later */
/* presence.h: the vocabulary of those who watch: consoles, screens, what was
 * watched. Shared by monitor, store, pages and reports. No logic beyond naming.
 * Numbers are stored and sent: append, never renumber.
 */
#ifndef CAMWARDEN_PRESENCE_H
#define CAMWARDEN_PRESENCE_H

#include <stdbool.h>

/* Of a console, at any moment exactly one. */
enum presence {
	PRESENCE_UNKNOWN = 0,  /* nobody can say; never counts as attended */
	PRESENCE_ATTENDED = 1, /* a person's input, or a prompt answered, is
				* recent enough */
	PRESENCE_IDLE = 2,     /* none is */
	PRESENCE_AWAY = 3,     /* locked, no session, or all screens dark */
	PRESENCE_SUSPECT = 4,  /* input that no person makes */
};
#define PRESENCE_COUNT 5

/* Why it is so. */
enum presence_why {
	PRESENCE_WHY_NONE = 0,
	/* unknown */
	PRESENCE_WHY_NEVER_HEARD = 1, /* no heartbeat since the monitor began */
	PRESENCE_WHY_LATE = 2,	      /* the agent fell silent */
	PRESENCE_WHY_CONFLICT = 3,    /* two agents with one token */
	PRESENCE_WHY_BLIND = 4,	      /* the agent can't see any input */
	PRESENCE_WHY_MONITOR_OFF = 5,
	/* attended */
	PRESENCE_WHY_INPUT = 6,
	PRESENCE_WHY_PROMPT = 7, /* a prompt was answered rightly */
	/* idle */
	PRESENCE_WHY_QUIET = 8,
	PRESENCE_WHY_PROMPT_MISSED = 9,
	PRESENCE_WHY_DESK_STILL = 10, /* the desk camera sees nobody move */
	/* away */
	PRESENCE_WHY_LOCKED = 11,
	PRESENCE_WHY_DARK = 12,	      /* every screen is off */
	PRESENCE_WHY_NO_SESSION = 13, /* nobody is logged in */
	PRESENCE_WHY_GOODBYE = 14,    /* shut down in good order */
	/* suspect */
	PRESENCE_WHY_INJECTED = 15, /* input made by a program, none by hand */
	PRESENCE_WHY_RHYTHM = 16,   /* too regular */
	PRESENCE_WHY_ONE_KIND = 17, /* one kind only, without variety */
	PRESENCE_WHY_REPEATED = 18, /* a recording of input, again and again */
	PRESENCE_WHY_BREAK = 19,    /* idle or away: a break that was said */
};
#define PRESENCE_WHY_COUNT 20

enum screen_power {
	SCREEN_UNKNOWN = 0,
	SCREEN_ON = 1,
	SCREEN_DIMMED = 2, /* still lit: a view on it counts */
	SCREEN_OFF = 3,
};
#define SCREEN_POWER_COUNT 4

/* What a tile on a screen is worth: whether its view counts. */
enum view_worth {
	VIEW_COUNTS = 0,
	VIEW_MAYBE = 1,	      /* can't be told from here: counts as unknown */
	VIEW_SMALL = 2,	      /* less than VIEW_MIN_HEIGHT pixels high */
	VIEW_HIDDEN = 3,      /* minimised, covered, another workspace */
	VIEW_CROWDED = 4,     /* more than max_tiles on the screen */
	VIEW_UNCONFIRMED = 5, /* a layout that nobody confirms */
	VIEW_DARK = 6,	      /* the screen is off */
	VIEW_STILL = 7,	      /* the player says that it renders nothing new */
};
#define VIEW_WORTH_COUNT 8
#define VIEW_MIN_HEIGHT 120
#define VIEW_MAX_TILES 16 /* a screen, unless configured */

enum view_source {
	VIEW_FROM_NONE = 0,
	VIEW_FROM_AGENT = 1,  /* window patterns and connections */
	VIEW_FROM_LAYOUT = 2, /* declared, confirmed by agent or VMS */
	VIEW_FROM_VMS = 3,    /* POST /api/v1/views */
	VIEW_FROM_RELAY = 4,  /* a relay's list of its readers */
};
#define VIEW_SOURCE_COUNT 5

/* Of a feed, at any moment exactly one. It is opportunity to see, never proof
 * of seeing. */
enum watched {
	WATCHED_UNKNOWN = 0,
	WATCHED_WATCHED = 1, /* good picture, view that counts, attended */
	WATCHED_UNATTENDED = 2,
	WATCHED_BAD_PICTURE = 3, /* attended, but nothing good to see */
	WATCHED_NOT_ON_SCREEN = 4,
};
#define WATCHED_COUNT 5

/* What may tell on behalf of a console. */
enum console_token {
	CONSOLE_TOKEN_AGENT = 1,
	CONSOLE_TOKEN_BROWSER = 2,
	CONSOLE_TOKEN_VMS = 3,	 /* views of any console, no presence */
	CONSOLE_TOKEN_API = 4,	 /* of the status page's server: a program's,
				  * with a role; no console's at all */
	CONSOLE_TOKEN_KIOSK = 5, /* likewise: a wall screen's machine */
};

/* The kebab-case word of each value ("on-screen-unattended"); never NULL, "?"
 * when out of range. */
const char *presence_name(unsigned presence);
const char *presence_why_name(unsigned why);
/* One plain sentence for a supervisor. */
const char *presence_why_help(unsigned why);
const char *screen_power_name(unsigned power);
const char *view_worth_name(unsigned worth);
const char *view_source_name(unsigned source);
const char *watched_name(unsigned watched);

#endif
