/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rights.h: the one table of what can be asked of the web, and by whom: route
 * -> roles. PURE. The web process routes by it, the monitor checks each change
 * by it again, GET /session lists ids from it, the test of roles x routes is
 * made from it (`camwarden _routes`). What is not in it nobody may do.
 */
#ifndef MONITOR_HTTP_RIGHTS_H
#define MONITOR_HTTP_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/people.h"

/* Numbers travel between processes of one build only. */
enum right {
	RIGHT_NONE,
	/* the web process answers by itself */
	RIGHT_SESSION,
	RIGHT_HEALTH,
	RIGHT_OPENAPI,
	RIGHT_METRICS,
	RIGHT_WALL,
	RIGHT_EVENTS,
	RIGHT_FEEDS,
	RIGHT_FEED,
	RIGHT_VERDICTS,
	/* the reader answers */
	RIGHT_THUMBNAIL,
	RIGHT_FEED_INFO,
	RIGHT_FEED_SERIES,
	RIGHT_FEED_WATCHED,
	RIGHT_INTERVALS,
	RIGHT_VIEWS,
	RIGHT_SITES,
	RIGHT_DEVICES,
	RIGHT_INCIDENTS,
	RIGHT_INCIDENT,
	RIGHT_INCIDENT_BEFORE,
	RIGHT_INCIDENT_AFTER,
	RIGHT_INCIDENT_RECOVERED,
	RIGHT_OVERLAYS,
	RIGHT_CONSOLES,
	RIGHT_CONSOLE_PRESENCE,
	RIGHT_PRESENCE,
	RIGHT_ROSTER,
	RIGHT_BREACHES,
	RIGHT_COVERAGE,
	RIGHT_DEBT,
	RIGHT_UNWATCHED,
	RIGHT_HANDOVER,
	RIGHT_REPORTS,
	RIGHT_REPORT_FILE,
	RIGHT_INVENTORY_CSV,
	RIGHT_ONBOARDING,
	RIGHT_USERS,
	RIGHT_TOKENS,
	RIGHT_LOGINS,
	RIGHT_LEDGER,
	RIGHT_LEDGER_LINES,
	RIGHT_ALERTS,
	RIGHT_ALERT,
	RIGHT_NOTICES,
	RIGHT_DELIVERIES,
	RIGHT_CHANNELS,
	/* the monitor does them: the verbs of WEB_CHANGE */
	RIGHT_LOGIN,
	RIGHT_SETUP,
	RIGHT_KIOSK,
	RIGHT_LOGOUT,
	RIGHT_PASSWORD,
	RIGHT_ACKNOWLEDGE,
	RIGHT_COMMENT,
	RIGHT_INCIDENT_MUTE,
	RIGHT_OVERLAY_ADD, /* and RIGHT_MUTE or RIGHT_MAINTENANCE by its kind */
	RIGHT_OVERLAY_END, /* the same, by the kind of what is ended */
	RIGHT_RETRY,
	RIGHT_REFERENCES,
	RIGHT_HANDOVER_NOTE,
	RIGHT_IMPORT, /* and RIGHT_IMPORT_ROSTER or _INVENTORY by its table */
	RIGHT_USER_ADD,
	RIGHT_USER_CHANGE,
	RIGHT_USER_REMOVE,
	RIGHT_TOKEN_ADD,
	RIGHT_TOKEN_REVOKE,
	RIGHT_LOGIN_END,
	RIGHT_CHANNEL_TEST,
	/* parts of the above, no routes */
	RIGHT_MUTE,
	RIGHT_MAINTENANCE,
	RIGHT_IMPORT_ROSTER,
	RIGHT_IMPORT_INVENTORY,
	RIGHT_COUNT
};

enum right_method { METHOD_NONE, METHOD_GET, METHOD_POST };

enum right_by { BY_WEB, BY_READER, BY_MONITOR, BY_NOBODY };

#define RIGHT_ANYONE 1u /* no credential is asked for */
#define RIGHT_LOCAL 2u	/* nor here while only loopback is listened on */
#define RIGHT_PERSON 4u /* people's log-ins only, no token */
#define RIGHT_BIG 8u	/* a body of up to RIGHTS_BIG_BYTES */

#define RIGHTS_BODY_BYTES (64u << 10)
#define RIGHTS_BIG_BYTES (8u << 20)

struct right_row {
	const char *id; /* "incidents.acknowledge" */
	enum right_method method;
	/* Segments, of which {n} is a number, {id} a UUID and {name} a name:
	 * "/api/v1/incidents/{n}/acknowledge". NULL: no route. */
	const char *path;
	uint32_t roles; /* 1 << enum role */
	enum right_by by;
	uint8_t what;	/* BY_READER: enum read_what (web_wire.h) */
	uint8_t detail; /* of that: the kind of picture */
	uint32_t flags;
};

/* What a path said. */
struct right_match {
	enum right right;
	int64_t number;	  /* {n}; 0 = none */
	uint8_t uuid[16]; /* {id}; zeros = none */
	/* {name}: letters, digits, '.', '_', '-', not '.' first; "" = none. */
	char name[LIMIT_NAME_BYTES];
};

enum rights_found {
	RIGHTS_FOUND,
	RIGHTS_NO_PATH,	  /* 404 */
	RIGHTS_NO_METHOD, /* 405; `allow` says what goes */
};

const struct right_row *rights_row(enum right right);
/* path: as it stands in the request, without its query; hostile. allow_out:
 * methods of that path, 1 << enum right_method, when it is one. */
enum rights_found rights_find(enum right_method method, const char *path,
    struct right_match *match_out, uint32_t *allow_out);
/* Whether that role may; ROLE_NONE may what RIGHT_ANYONE says. login: it is a
 * person's log-in, no token. */
bool rights_may(enum right right, enum role role, bool login);

#endif
