/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/rights.h"

#include <string.h>

#include "common/hex.h"
#include "monitor/http/read_wire.h"

#define V (1u << ROLE_VIEWER)
#define O (1u << ROLE_OPERATOR)
#define S (1u << ROLE_SUPERVISOR)
#define A (1u << ROLE_AUDITOR)
#define D (1u << ROLE_ADMIN)
#define K (1u << ROLE_KIOSK)
#define PEOPLE (V | O | S | A | D)
#define STAFF (O | S | A | D) /* who may see those who watch */
#define LEADS (S | A | D)

#define API "/api/v1"
#define FEED_PATH API "/feeds/{id}"
#define INCIDENT_PATH API "/incidents/{n}"

#define WEB(id, path, roles, flags)                                            \
	{                                                                      \
		id, METHOD_GET, path, roles, BY_WEB, 0, 0, flags               \
	}
#define ASK(id, path, roles, what, detail)                                     \
	{                                                                      \
		id, METHOD_GET, path, roles, BY_READER, what, detail, 0        \
	}
#define DO(id, path, roles, flags)                                             \
	{                                                                      \
		id, METHOD_POST, path, roles, BY_MONITOR, 0, 0, flags          \
	}
#define PART(id, roles)                                                        \
	{                                                                      \
		id, METHOD_NONE, NULL, roles, BY_NOBODY, 0, 0, 0               \
	}

/* clang-format off */
static const struct right_row rows[RIGHT_COUNT] = {
	[RIGHT_NONE] = PART("none", 0),

	[RIGHT_SESSION] = WEB("session", API "/session", PEOPLE | K,
	    RIGHT_ANYONE),
	[RIGHT_HEALTH] = WEB("health", "/healthz", PEOPLE | K, RIGHT_ANYONE),
	[RIGHT_OPENAPI] = WEB("openapi", API "/openapi.json", PEOPLE | K,
	    RIGHT_ANYONE),
	[RIGHT_METRICS] = WEB("metrics", "/metrics", PEOPLE, RIGHT_LOCAL),
	[RIGHT_WALL] = WEB("wall", API "/wall", PEOPLE | K, 0),
	[RIGHT_EVENTS] = WEB("events", API "/events", PEOPLE | K, 0),
	[RIGHT_FEEDS] = WEB("feeds", API "/feeds", PEOPLE | K, 0),
	[RIGHT_FEED] = WEB("feeds.get", FEED_PATH, PEOPLE | K, 0),
	[RIGHT_VERDICTS] = WEB("verdicts", API "/verdicts", PEOPLE, 0),

	[RIGHT_THUMBNAIL] = ASK("feeds.thumbnail", FEED_PATH "/thumbnail.png",
	    PEOPLE | K, READ_THUMBNAIL, 0),
	[RIGHT_FEED_INFO] = ASK("feeds.info", FEED_PATH "/info", PEOPLE,
	    READ_INFO, 0),
	[RIGHT_FEED_SERIES] = ASK("feeds.series", FEED_PATH "/series", PEOPLE,
	    READ_SERIES, 0),
	[RIGHT_FEED_WATCHED] = ASK("feeds.watched", FEED_PATH "/watched",
	    PEOPLE, READ_WATCHED, 0),
	[RIGHT_INTERVALS] = ASK("intervals", API "/intervals", PEOPLE,
	    READ_INTERVALS, 0),
	[RIGHT_VIEWS] = ASK("views", API "/views", LEADS, READ_VIEWS, 0),
	[RIGHT_SITES] = ASK("sites", API "/sites", PEOPLE | K, READ_SITES, 0),
	[RIGHT_DEVICES] = ASK("devices", API "/devices", STAFF, READ_DEVICES,
	    0),
	[RIGHT_INCIDENTS] = ASK("incidents", API "/incidents", PEOPLE | K,
	    READ_INCIDENTS, 0),
	[RIGHT_INCIDENT] = ASK("incidents.get", INCIDENT_PATH, PEOPLE | K,
	    READ_INCIDENT, 0),
	[RIGHT_INCIDENT_BEFORE] = ASK("incidents.before",
	    INCIDENT_PATH "/before.png", PEOPLE | K, READ_EVIDENCE, 1),
	[RIGHT_INCIDENT_AFTER] = ASK("incidents.after",
	    INCIDENT_PATH "/after.png", PEOPLE | K, READ_EVIDENCE, 2),
	[RIGHT_INCIDENT_RECOVERED] = ASK("incidents.recovered",
	    INCIDENT_PATH "/recovered.png", PEOPLE | K, READ_EVIDENCE, 4),
	[RIGHT_OVERLAYS] = ASK("overlays", API "/overlays", PEOPLE,
	    READ_OVERLAYS, 0),
	[RIGHT_CONSOLES] = ASK("consoles", API "/consoles", STAFF,
	    READ_CONSOLES, 0),
	[RIGHT_CONSOLE_PRESENCE] = ASK("consoles.presence",
	    API "/consoles/{n}/presence", LEADS, READ_PRESENCE, 0),
	[RIGHT_PRESENCE] = ASK("presence", API "/presence", LEADS,
	    READ_PRESENCES, 0),
	[RIGHT_ROSTER] = ASK("roster", API "/roster", STAFF, READ_ROSTER, 0),
	[RIGHT_BREACHES] = ASK("roster.breaches", API "/roster/breaches",
	    LEADS, READ_BREACHES, 0),
	[RIGHT_COVERAGE] = ASK("coverage", API "/coverage", LEADS,
	    READ_COVERAGE, 0),
	[RIGHT_DEBT] = ASK("coverage.debt", API "/coverage/debt", STAFF,
	    READ_DEBT, 0),
	[RIGHT_UNWATCHED] = ASK("unwatched", API "/unwatched", STAFF,
	    READ_UNWATCHED, 0),
	[RIGHT_HANDOVER] = ASK("handover", API "/handover", STAFF,
	    READ_HANDOVER, 0),
	[RIGHT_REPORTS] = ASK("reports", API "/reports", PEOPLE, READ_REPORTS,
	    0),
	[RIGHT_REPORT_FILE] = ASK("reports.file", API "/reports/{n}/{name}",
	    PEOPLE, READ_REPORT_FILE, 0),
	[RIGHT_INVENTORY_CSV] = ASK("inventory.csv",
	    API "/inventory/{name}.csv", LEADS, READ_CSV, 0),
	[RIGHT_ONBOARDING] = ASK("onboarding", API "/onboarding", STAFF,
	    READ_ONBOARDING, 0),
	[RIGHT_USERS] = ASK("users", API "/users", A | D, READ_USERS, 0),
	[RIGHT_TOKENS] = ASK("tokens", API "/tokens", A | D, READ_TOKENS, 0),
	[RIGHT_LOGINS] = ASK("logins", API "/logins", A | D, READ_LOGINS, 0),
	[RIGHT_LEDGER] = ASK("ledger", API "/ledger", PEOPLE, READ_LEDGER, 0),
	[RIGHT_LEDGER_LINES] = ASK("ledger.lines", API "/ledger/lines", A | D,
	    READ_LEDGER_LINES, 0),
	[RIGHT_ALERTS] = ASK("alerts", API "/alerts", PEOPLE, READ_ALERTS, 0),
	[RIGHT_ALERT] = ASK("alerts.get", API "/alerts/{n}", STAFF, READ_ALERT,
	    0),
	[RIGHT_NOTICES] = ASK("alerts.notices", API "/notices", STAFF,
	    READ_NOTICES, 0),
	[RIGHT_DELIVERIES] = ASK("alerts.deliveries", API "/deliveries", LEADS,
	    READ_DELIVERIES, 0),
	[RIGHT_CHANNELS] = ASK("channels", API "/channels", LEADS,
	    READ_CHANNELS, 0),

	[RIGHT_LOGIN] = DO("login", API "/login", 0, RIGHT_ANYONE),
	[RIGHT_SETUP] = DO("setup", API "/setup", 0, RIGHT_ANYONE),
	[RIGHT_KIOSK] = DO("kiosk", API "/kiosk", 0, RIGHT_ANYONE),
	[RIGHT_LOGOUT] = DO("logout", API "/logout", PEOPLE, RIGHT_PERSON),
	[RIGHT_PASSWORD] = DO("password", API "/password", PEOPLE,
	    RIGHT_PERSON),
	[RIGHT_ACKNOWLEDGE] = DO("incidents.acknowledge",
	    INCIDENT_PATH "/acknowledge", O | S | D, 0),
	[RIGHT_COMMENT] = DO("incidents.comment", INCIDENT_PATH "/comment",
	    O | S | D, 0),
	[RIGHT_INCIDENT_MUTE] = DO("incidents.mute", INCIDENT_PATH "/mute",
	    O | S | D, 0),
	[RIGHT_OVERLAY_ADD] = DO("overlays.add", API "/overlays", O | S | D,
	    0),
	[RIGHT_OVERLAY_END] = DO("overlays.end", API "/overlays/{n}/end",
	    O | S | D, 0),
	[RIGHT_RETRY] = DO("feeds.retry", FEED_PATH "/retry", O | S | D, 0),
	[RIGHT_REFERENCES] = DO("references", API "/references", S | D, 0),
	[RIGHT_HANDOVER_NOTE] = DO("handover.note", API "/handover",
	    O | S | D, 0),
	[RIGHT_IMPORT] = DO("import", API "/import", S | D, RIGHT_BIG),
	[RIGHT_USER_ADD] = DO("users.add", API "/users", D, 0),
	[RIGHT_USER_CHANGE] = DO("users.change", API "/users/{n}", D, 0),
	[RIGHT_USER_REMOVE] = DO("users.remove", API "/users/{n}/remove", D,
	    0),
	[RIGHT_TOKEN_ADD] = DO("tokens.add", API "/tokens", D, 0),
	[RIGHT_TOKEN_REVOKE] = DO("tokens.revoke", API "/tokens/{n}/revoke",
	    D, 0),
	[RIGHT_LOGIN_END] = DO("logins.end", API "/logins/{n}/end", D, 0),
	[RIGHT_CHANNEL_TEST] = DO("channels.test", API "/channels/test",
	    S | D, 0),

	[RIGHT_MUTE] = PART("overlays.mute", O | S | D),
	[RIGHT_MAINTENANCE] = PART("overlays.maintenance", S | D),
	[RIGHT_IMPORT_ROSTER] = PART("import.roster", S | D),
	[RIGHT_IMPORT_INVENTORY] = PART("import.inventory", D),
};
/* clang-format on */

const struct right_row *
rights_row(enum right right)
{
	return &rows[right < RIGHT_COUNT ? right : RIGHT_NONE];
}

static bool
take_number(const char *text, size_t n, int64_t *number_out)
{
	int64_t v = 0;

	if (n == 0 || n > 18)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (text[i] - '0');
	}
	*number_out = v;
	return v > 0;
}

static bool
take_name(const char *text, size_t n, char out[LIMIT_NAME_BYTES])
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (n == 0 || n >= LIMIT_NAME_BYTES || text[0] == '.' ||
	    strspn(text, letters) < n)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

/* One segment of the pattern against one of the path, by their lengths. */
static bool
match_segment(const char *pattern, size_t pattern_n, const char *text, size_t n,
    struct right_match *m)
{
	const char *end = memchr(pattern, '}', pattern_n);
	size_t rest;

	if (pattern[0] != '{' || end == NULL)
		return pattern_n == n && memcmp(pattern, text, n) == 0;
	rest = pattern_n - (size_t)(end + 1 - pattern);
	if (n <= rest || memcmp(end + 1, text + n - rest, rest) != 0)
		return false;
	n -= rest;
	if (pattern[1] == 'n' && pattern[2] == '}')
		return take_number(text, n, &m->number);
	if (pattern[1] == 'i')
		return n == 36 && uuid_read(text, m->uuid);
	return take_name(text, n, m->name);
}

static bool
match(const char *pattern, const char *path, struct right_match *m)
{
	while (*pattern == '/' && *path == '/') {
		size_t pattern_n = strcspn(++pattern, "/");
		size_t n = strcspn(++path, "/");

		if (!match_segment(pattern, pattern_n, path, n, m))
			return false;
		pattern += pattern_n;
		path += n;
	}
	return *pattern == '\0' && *path == '\0';
}

enum rights_found
rights_find(enum right_method method, const char *path,
    struct right_match *match_out, uint32_t *allow_out)
{
	enum rights_found found = RIGHTS_NO_PATH;

	*allow_out = 0;
	for (unsigned i = RIGHT_NONE + 1; i < RIGHT_COUNT; i++) {
		struct right_match m = { .right = (enum right)i };

		if (rows[i].path == NULL || !match(rows[i].path, path, &m))
			continue;
		*allow_out |= 1u << rows[i].method;
		if (rows[i].method == method) {
			*match_out = m;
			found = RIGHTS_FOUND;
		} else if (found == RIGHTS_NO_PATH) {
			found = RIGHTS_NO_METHOD;
		}
	}
	return found;
}

bool
rights_may(enum right right, enum role role, bool login)
{
	const struct right_row *row = rights_row(right);

	if (row->flags & RIGHT_ANYONE)
		return true;
	if ((row->flags & RIGHT_PERSON) && !login)
		return false;
	return role > ROLE_NONE && role < ROLE_COUNT &&
	       (row->roles >> role & 1) != 0;
}
