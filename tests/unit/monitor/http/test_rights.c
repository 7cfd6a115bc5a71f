/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of rights, those who are logged in, headers and the lists of what
 * is in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/http/change_wire.h"
#include "monitor/http/headers.h"
#include "monitor/http/lists.h"
#include "monitor/http/rights.h"
#include "monitor/http/sessions.h"

#define UUID "0b0e3f2a-7c1d-4e5f-8a9b-0c1d2e3f4a5b"
#define LETTERS                                                                \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
table_is_whole(void **state)
{
	(void)state;
	for (unsigned i = RIGHT_NONE + 1; i < RIGHT_COUNT; i++) {
		const struct right_row *a = rights_row((enum right)i);

		assert_non_null(a->id);
		assert_int_equal(a->by == BY_NOBODY, a->path == NULL);
		assert_int_equal(a->by == BY_READER, a->what != 0);
		/* Only a log-in makes somebody of a stranger. */
		if (a->by == BY_MONITOR && (a->flags & RIGHT_ANYONE))
			assert_true(i == RIGHT_LOGIN || i == RIGHT_SETUP ||
				    i == RIGHT_KIOSK);
		/* A wall reads, an auditor changes his password. */
		if (a->by == BY_MONITOR || a->by == BY_NOBODY) {
			assert_false(a->roles >> ROLE_KIOSK & 1);
			if (i != RIGHT_LOGOUT && i != RIGHT_PASSWORD)
				assert_false(a->roles >> ROLE_AUDITOR & 1 ||
					     a->roles >> ROLE_VIEWER & 1);
		}
		for (unsigned k = RIGHT_NONE + 1; k < i; k++)
			assert_string_not_equal(a->id,
			    rights_row((enum right)k)->id);
	}
}

static void
paths_are_found(void **state)
{
	static const struct {
		enum right_method method;
		const char *path;
		enum rights_found found;
		enum right right;
	} rows[] = {
		{ METHOD_GET, "/api/v1/wall", RIGHTS_FOUND, RIGHT_WALL },
		{ METHOD_GET, "/api/v1/feeds/" UUID, RIGHTS_FOUND, RIGHT_FEED },
		{ METHOD_POST, "/api/v1/incidents/12/mute", RIGHTS_FOUND,
		    RIGHT_INCIDENT_MUTE },
		{ METHOD_GET, "/api/v1/reports/3/report-2026.html",
		    RIGHTS_FOUND, RIGHT_REPORT_FILE },
		{ METHOD_GET, "/api/v1/inventory/feeds.csv", RIGHTS_FOUND,
		    RIGHT_INVENTORY_CSV },
		{ METHOD_POST, "/api/v1/overlays", RIGHTS_FOUND,
		    RIGHT_OVERLAY_ADD },
		{ METHOD_GET, "/api/v1/overlays", RIGHTS_FOUND,
		    RIGHT_OVERLAYS },
		{ METHOD_POST, "/api/v1/wall", RIGHTS_NO_METHOD, RIGHT_NONE },
		{ METHOD_GET, "/api/v1/login", RIGHTS_NO_METHOD, RIGHT_NONE },
		{ METHOD_NONE, "/api/v1/wall", RIGHTS_NO_METHOD, RIGHT_NONE },
		{ METHOD_GET, "", RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "/", RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "api/v1/wall", RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "/api/v1/wall/", RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "//api/v1/wall", RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "/api/v1/feeds/" UUID "0", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/feeds/{id}", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/incidents/0", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/incidents/-1", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/incidents/9999999999999999999",
		    RIGHTS_NO_PATH, RIGHT_NONE },
		{ METHOD_GET, "/api/v1/reports/3/..", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/reports/3/%2e%2e", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/reports/3/a\\b", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/inventory/.csv", RIGHTS_NO_PATH,
		    RIGHT_NONE },
		{ METHOD_GET, "/api/v1/inventory/feeds", RIGHTS_NO_PATH,
		    RIGHT_NONE },
	};
	uint32_t allow;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct right_match m = { 0 };

		if (rights_find(rows[i].method, rows[i].path, &m, &allow) !=
			rows[i].found ||
		    m.right != rows[i].right)
			fail_msg("%s", rows[i].path);
	}
	struct right_match m;

	rights_find(METHOD_POST, "/api/v1/incidents/12/mute", &m, &allow);
	assert_int_equal(m.number, 12);
	rights_find(METHOD_GET, "/api/v1/inventory/feeds.csv", &m, &allow);
	assert_string_equal(m.name, "feeds");
	rights_find(METHOD_GET, "/api/v1/overlays", &m, &allow);
	assert_int_equal(allow, 1u << METHOD_GET | 1u << METHOD_POST);
}

static void
roles_and_scopes(void **state)
{
	(void)state;
	assert_true(rights_may(RIGHT_SESSION, ROLE_NONE, false));
	assert_false(rights_may(RIGHT_WALL, ROLE_NONE, false));
	assert_true(rights_may(RIGHT_WALL, ROLE_KIOSK, false));
	assert_false(rights_may(RIGHT_USER_ADD, ROLE_SUPERVISOR, true));
	assert_true(rights_may(RIGHT_USER_ADD, ROLE_ADMIN, true));
	assert_false(rights_may(RIGHT_PASSWORD, ROLE_ADMIN, false));
	assert_true(rights_may(RIGHT_PASSWORD, ROLE_AUDITOR, true));
	assert_false(rights_may(RIGHT_WALL, (enum role)40, true));
	assert_false(rights_may(RIGHT_COUNT, ROLE_ADMIN, true));
}

static void
sessions_come_and_go(void **state)
{
	struct principal p = { .kind = CREDENTIAL_LOGIN, .role = ROLE_VIEWER };
	struct sessions t;

	(void)state;
	assert_true(sessions_init(&t));
	for (unsigned i = 0; i < 10000; i++) {
		memcpy(p.sha256, &i, sizeof(i));
		p.id = i;
		assert_non_null(sessions_put(&t, &p));
	}
	for (unsigned i = 0; i < 10000; i += 2) {
		memcpy(p.sha256, &i, sizeof(i));
		sessions_remove(&t, p.sha256);
		sessions_remove(&t, p.sha256);
		assert_null(sessions_find(&t, p.sha256));
	}
	assert_int_equal(t.count, 5000);
	unsigned one = 4321;

	memcpy(p.sha256, &one, sizeof(one));
	struct session *s = sessions_find(&t, p.sha256);

	assert_int_equal(s->who.id, one);
	assert_true(sessions_good(s, "192.0.2.1", 5));
	p.ends_utc_us = 10;
	snprintf(p.address, sizeof(p.address), "192.0.2.7");
	assert_ptr_equal(sessions_put(&t, &p), s);
	assert_false(sessions_good(s, "192.0.2.1", 5));
	assert_true(sessions_good(s, "192.0.2.7", 9));
	assert_false(sessions_good(s, "192.0.2.7", 10));
	sessions_fini(&t);
}

static void
credentials_in_headers(void **state)
{
	char out[PEOPLE_SECRET_BYTES];

	(void)state;
	assert_int_equal(sessions_shown(NULL, NULL, out), SHOWN_NONE);
	assert_int_equal(sessions_shown("Bearer " LETTERS, "x", out),
	    SHOWN_BEARER);
	assert_string_equal(out, LETTERS);
	assert_int_equal(sessions_shown("Bearer " LETTERS " ", NULL, out),
	    SHOWN_RUBBISH);
	assert_int_equal(sessions_shown("", NULL, out), SHOWN_RUBBISH);
	assert_int_equal(sessions_shown(NULL, "__Host-camwarden=" LETTERS, out),
	    SHOWN_COOKIE);
	assert_int_equal(sessions_shown(NULL,
			     "a;;__Host-camwarden=" LETTERS ";", out),
	    SHOWN_COOKIE);
	assert_int_equal(sessions_shown(NULL, "x__Host-camwarden=" LETTERS,
			     out),
	    SHOWN_NONE);
	assert_int_equal(sessions_shown(NULL, "__Host-camwarden=" LETTERS "f",
			     out),
	    SHOWN_NONE);
	assert_int_equal(sessions_shown(NULL,
			     "__Host-camwarden=" LETTERS
			     "; __Host-camwarden=" LETTERS,
			     out),
	    SHOWN_NONE);
}

static void
header_values(void **state)
{
	struct web_configure near = { .loopback = true };
	struct web_configure safe = { .tls = true };
	struct web_configure far = { .name_count = 1,
		.names = { "wall.example" } };

	(void)state;
	assert_true(headers_host("LOCALHOST:80", &near));
	assert_true(headers_host("127.9.9.9", &near));
	assert_true(headers_host("[::1]:8080", &near));
	assert_false(headers_host("192.0.2.1", &near));
	assert_false(headers_host("wall.example", &near));
	assert_false(headers_host(NULL, &far));
	assert_true(headers_host("Wall.Example:443", &far));
	assert_true(headers_host("192.0.2.1:443", &far));
	assert_true(headers_host("[2001:db8::1]", &far));
	assert_false(headers_host("wall.example.evil", &far));
	assert_false(headers_host("evil.example", &far));
	assert_false(headers_host("[::1", &far));
	assert_false(headers_host("1.2.3", &far));
	assert_true(headers_origin(NULL, "h", &safe));
	assert_true(headers_origin("https://h:1", "h:1", &safe));
	assert_false(headers_origin("http://h:1", "h:1", &safe));
	assert_false(headers_origin("null", "h", &near));
	assert_false(headers_origin("http://h", NULL, &near));
	assert_true(headers_origin("http://h", "h", &near));
	assert_false(headers_origin("https://h", "h", &near));
	/* Behind a proxy that ends TLS, by a name that was configured. */
	assert_true(
	    headers_origin("https://wall.example", "Wall.Example", &far));
	assert_false(
	    headers_origin("https://wall.example", "wall.example:80", &far));
	assert_false(
	    headers_origin("https://evil.example", "wall.example", &far));
	assert_false(
	    headers_origin("https://evil.example", "evil.example", &far));
	assert_true(headers_json("application/json"));
	assert_true(headers_json("Application/JSON; charset=utf-8"));
	assert_false(headers_json("application/jsonp"));
	assert_false(headers_json(NULL));
	assert_true(headers_gzip("gzip"));
	assert_true(headers_gzip("br;q=1.0, gzip;q=0.5"));
	assert_false(headers_gzip("gzip;q=0"));
	assert_false(headers_gzip("gzip;q=0.000"));
	assert_false(headers_gzip("xgzip, gzipx"));
	assert_false(headers_gzip(NULL));
	assert_true(headers_has_tag("\"a\", W/\"b\"", "\"b\""));
	assert_true(headers_has_tag("\"b\"", "W/\"b\""));
	assert_true(headers_has_tag("*", "\"b\""));
	assert_false(headers_has_tag("\"bb\"", "\"b\""));
	assert_false(headers_has_tag(NULL, "\"b\""));
}

/* --- lists */

static struct web_row *
feed(unsigned n, const char *site, const char *name, enum cause cause)
{
	static struct web_row m;

	memset(&m, 0, sizeof(m));
	memcpy(m.uuid, &n, sizeof(n));
	snprintf(m.site, sizeof(m.site), "%s", site);
	snprintf(m.name, sizeof(m.name), "%s", name);
	snprintf(m.tags, sizeof(m.tags), "night,gate");
	m.cause = (uint8_t)cause;
	m.state =
	    (uint8_t)(cause == CAUSE_NONE ? STATE_UP : cause_state(cause));
	return &m;
}

static char *
list_of(struct rows *t, const struct lists_ask *ask, const struct lists_view *v)
{
	static char text[8192];
	struct json_out j;
	size_t length;
	char *made;

	json_out_init(&j);
	bool good = ask != NULL ? lists_feeds(t, ask, v, false, &j)
				: lists_wall(t, v, &j);

	made = json_out_take(&j, &length);
	snprintf(text, sizeof(text), "%s", good && made ? made : "");
	free(made);
	return text;
}

static unsigned
count_of(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void
fill(struct rows *t)
{
	assert_true(rows_init(t));
	rows_put(t, feed(1, "South", "Beta <b>", CAUSE_FROZEN));
	rows_put(t, feed(2, "North/Gate", "alpha", CAUSE_NONE));
	rows_put(t, feed(3, "North", "Gamma", CAUSE_NONE));
	rows_put(t, feed(4, "Northern", "delta", CAUSE_LOW_FPS));
}

static void
lists_are_scoped(void **state)
{
	struct lists_ask ask = { .state = STATE_COUNT,
		.cause = CAUSE_COUNT,
		.limit = 2 };
	struct lists_view v = { .scope = "", .event = "0-1" };
	struct rows t;
	char *text;

	(void)state;
	fill(&t);
	text = list_of(&t, NULL, &v);
	assert_int_equal(count_of(text, "[\"0"), 4);
	assert_non_null(strstr(text,
	    "\"sites\":[\"North\",\"North/Gate\",\"Northern\",\"South\"]"));
	assert_non_null(strstr(text, ",3,\"Beta \\u003cb\\u003e\",2,"
				     "\"frozen\",0,"));
	v.scope = "North";
	text = list_of(&t, NULL, &v);
	assert_non_null(strstr(text, "\"sites\":[\"North\",\"North/Gate\"]"));
	assert_null(strstr(text, "Beta"));
	assert_null(strstr(text, "delta"));
	text = list_of(&t, &ask, &v);
	assert_int_equal(count_of(text, "\"site\":"), 2);
	assert_non_null(strstr(text, "\"next\":null"));
	v.scope = "";
	text = list_of(&t, &ask, &v);
	assert_non_null(strstr(text, "\"next\":\"02000000-"));
	memcpy(ask.after, strstr(text, "\"next\":\"") + 8, 36);
	text = list_of(&t, &ask, &v);
	assert_non_null(strstr(text, "delta"));
	assert_non_null(strstr(text, "\"next\":null"));
	/* Where it points must be in one's own scope. */
	v.scope = "South";
	assert_string_equal(list_of(&t, &ask, &v), "");
	rows_fini(&t);
}

static void
lists_are_searched(void **state)
{
	static const struct {
		const char *q, *tag, *site;
		unsigned state, count;
	} rows[] = {
		{ "", "", "", STATE_COUNT, 4 },
		{ "BETA", "", "", STATE_COUNT, 1 },
		{ "north a", "", "", STATE_COUNT, 3 },
		{ "  alpha   gate ", "", "", STATE_COUNT, 1 },
		{ "", "gate", "", STATE_COUNT, 4 },
		{ "", "gat", "", STATE_COUNT, 0 },
		{ "", "", "North", STATE_COUNT, 2 },
		{ "", "", "", STATE_DOWN, 1 },
		{ "", "", "North", STATE_DOWN, 0 },
	};
	struct lists_view v = { .scope = "", .event = "" };
	struct rows t;

	(void)state;
	fill(&t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lists_ask ask = { .state = rows[i].state,
			.cause = CAUSE_COUNT,
			.limit = 100 };

		snprintf(ask.q, sizeof(ask.q), "%s", rows[i].q);
		snprintf(ask.tag, sizeof(ask.tag), "%s", rows[i].tag);
		snprintf(ask.site, sizeof(ask.site), "%s", rows[i].site);
		if (count_of(list_of(&t, &ask, &v), "\"site\":") !=
		    rows[i].count)
			fail_msg("%zu: %s", i, list_of(&t, &ask, &v));
	}
	v.late = true;
	struct lists_ask ask = { .state = STATE_UNKNOWN,
		.cause = CAUSE_MONITOR_OFF,
		.limit = 100 };

	assert_int_equal(count_of(list_of(&t, &ask, &v), "\"site\":"), 4);
	assert_int_equal(count_of(list_of(&t, NULL, &v), ",3,\"monitor-off\","),
	    4);
	rows_fini(&t);
}

/* --- the wire */

static void
changes_are_checked(void **state)
{
	static uint8_t bytes[1024];
	struct web_change m = { .id = 7,
		.verb = RIGHT_RETRY,
		.address = "192.0.2.1",
		.number = 3,
		.body = { (const uint8_t *)"{}", 2 } },
			  back;
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	web_put_change(&w, &m);
	size_t n = writer_length(&w);

	assert_true(web_get_change((struct span){ bytes, n }, &back));
	assert_int_equal(back.verb, RIGHT_RETRY);
	assert_string_equal(back.address, "192.0.2.1");
	assert_int_equal(back.body.n, 2);
	for (size_t i = 0; i < n; i++)
		assert_false(web_get_change((struct span){ bytes, i }, &back));
	bytes[4] = RIGHT_WALL; /* nothing that the monitor does */
	assert_false(web_get_change((struct span){ bytes, n }, &back));
	bytes[4] = 255;
	assert_false(web_get_change((struct span){ bytes, n }, &back));
}

static void
principals_are_checked(void **state)
{
	static uint8_t bytes[1024];
	struct principal m = { .kind = CREDENTIAL_API,
		.role = ROLE_AUDITOR,
		.name = "x",
		.site = "North",
		.ends_utc_us = 5 },
			 back;
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	web_put_principal(&w, &m);
	size_t n = writer_length(&w);

	assert_true(web_get_principal((struct span){ bytes, n }, &back));
	assert_string_equal(back.site, "North");
	assert_int_equal(back.ends_utc_us, 5);
	for (size_t i = 0; i < n; i++)
		assert_false(
		    web_get_principal((struct span){ bytes, i }, &back));
	bytes[33] = ROLE_COUNT;
	assert_false(web_get_principal((struct span){ bytes, n }, &back));
	bytes[33] = ROLE_NONE;
	assert_false(web_get_principal((struct span){ bytes, n }, &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(paths_are_found),
		cmocka_unit_test(roles_and_scopes),
		cmocka_unit_test(sessions_come_and_go),
		cmocka_unit_test(credentials_in_headers),
		cmocka_unit_test(header_values),
		cmocka_unit_test(lists_are_scoped),
		cmocka_unit_test(lists_are_searched),
		cmocka_unit_test(changes_are_checked),
		cmocka_unit_test(principals_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
