/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may change what: each role on each verb, within his site and outside, on
 * a monitor of paper that takes all it is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/cli/change.h"
#include "monitor/cli/change_wish.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_logins.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_notes.h"
#include "monitor/monitor_overlay.h"
#include "monitor/monitor_target.h"
#include "monitor/monitor_users.h"

#define V (1u << ROLE_VIEWER)
#define O (1u << ROLE_OPERATOR)
#define S (1u << ROLE_SUPERVISOR)
#define A (1u << ROLE_AUDITOR)
#define D (1u << ROLE_ADMIN)
#define K (1u << ROLE_KIOSK)

/* --- the monitor of paper */

static const char *asked; /* the call that was made last; NULL = none */
static char asked_actor[100], asked_scope[100];
static const char *target_site = "North/Gate 3";
static bool target_found = true, target_of_feed = true;
static int target_overlay = STORE_MUTE;
static int64_t target_acknowledged;
static bool target_worse; /* since */
static const char *answer_text = "12 secret";

static void
take(const char *call, const char *actor, monitor_answer_fn *answer, void *arg)
{
	const struct monitor_answer a = { .ok = true,
		.text = answer_text,
		.id = 12,
		.seq = 3 };

	asked = call;
	snprintf(asked_actor, sizeof(asked_actor), "%s", actor);
	answer(arg, &a);
}

static void
target(struct store_target *out)
{
	*out = (struct store_target){ .found = target_found,
		.of_feed = target_of_feed,
		.overlay = target_overlay,
		.acknowledged_utc = target_acknowledged,
		.acknowledged_by = "user:first" };
	snprintf(out->site, sizeof(out->site), "%s", target_site);
}

bool
monitor_target_incident(struct monitor *m, int64_t number,
    struct store_target *out)
{
	(void)m;
	(void)number;
	target(out);
	return true;
}

bool
monitor_target_overlay(struct monitor *m, int64_t number,
    struct store_target *out)
{
	return monitor_target_incident(m, number, out);
}

void
monitor_target_feed(struct monitor *m, const char *name,
    struct store_target *out)
{
	(void)m;
	(void)name;
	target(out);
}

void
monitor_news_incident(struct monitor *m, int64_t incident, const char *change)
{
	(void)m;
	(void)incident;
	(void)change;
}

void
monitor_acknowledge(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)incident;
	take("acknowledge", who->actor, answer, arg);
}

bool
monitor_acknowledge_again(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)incident;
	if (target_worse)
		take("acknowledge again", who->actor, answer, arg);
	return target_worse;
}

void
monitor_incident_comment(struct monitor *m, int64_t incident, const char *text,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)incident;
	(void)text;
	take("comment", actor, answer, arg);
}

void
monitor_handover(struct monitor *m, const struct monitor_handover *what,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)what;
	take("handover", actor, answer, arg);
}

void
monitor_overlay(struct monitor *m, const struct overlay_wish *wish,
    monitor_answer_fn *answer, void *arg)
{
	(void)m;
	take(wish->mute ? "mute" : "maintenance", wish->actor, answer, arg);
}

void
monitor_overlay_end(struct monitor *m, int64_t id, int kind,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	(void)kind;
	take("end", who->actor, answer, arg);
}

bool
monitor_retry(struct monitor *m, const uint8_t uuid[16])
{
	(void)m;
	(void)uuid;
	asked = "retry";
	return true;
}

void
monitor_reference(struct monitor *m, const struct monitor_reference *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)what;
	take("reference", who->actor, answer, arg);
}

void
monitor_import(struct monitor *m, const struct monitor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	snprintf(asked_scope, sizeof(asked_scope), "%s", what->scope);
	take("import", who->actor, answer, arg);
}

void
monitor_channel_test(struct monitor *m, const char *channel, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)channel;
	take("channel", actor, answer, arg);
}

void
monitor_floor_import(struct monitor *m, const struct monitor_floor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	snprintf(asked_scope, sizeof(asked_scope), "%s", what->scope);
	take("floor", who->actor, answer, arg);
}

void
monitor_user_set(struct monitor *m, const struct monitor_user *u,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)u;
	take("user", who->actor, answer, arg);
}

void
monitor_user_remove(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	take("user remove", who->actor, answer, arg);
}

void
monitor_credential_add(struct monitor *m, const struct monitor_credential *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)what;
	take("token", who->actor, answer, arg);
}

void
monitor_token_revoke(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	take("revoke", who->actor, answer, arg);
}

void
monitor_login_end(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	take("login end", who->actor, answer, arg);
}

bool
monitor_user_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	(void)m;
	(void)id;
	snprintf(out, LIMIT_NAME_BYTES, "%s", target_site);
	return target_found;
}

bool
monitor_token_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	return monitor_user_site(m, id, out);
}

bool
monitor_login_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	return monitor_user_site(m, id, out);
}

static void
prove(const char *call, monitor_login_fn *answer, void *arg)
{
	const struct monitor_login_answer a = { .status = 200,
		.text = "",
		.secret = "s3cret" };

	asked = call;
	answer(arg, &a);
}

void
monitor_login(struct monitor *m, const struct monitor_login *l,
    monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)l;
	prove("login", answer, arg);
}

void
monitor_setup(struct monitor *m, const char *token,
    const struct monitor_login *l, monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)token;
	(void)l;
	prove("setup", answer, arg);
}

void
monitor_kiosk_claim(struct monitor *m, const char *token, const char *address,
    monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)token;
	(void)address;
	prove("kiosk", answer, arg);
}

void
monitor_password(struct monitor *m, const uint8_t sha256[32], const char *old,
    const char *new, const char *address, monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)sha256;
	(void)old;
	(void)new;
	(void)address;
	prove("password", answer, arg);
}

void
monitor_logout(struct monitor *m, const uint8_t sha256[32],
    monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)sha256;
	prove("logout", answer, arg);
}

/* --- asking */

struct got {
	unsigned status, answers;
	char text[200];
	char body[600];
	bool secret, clear;
};

static void
on_answer(void *arg, struct change_answer *a)
{
	struct got *g = arg;
	char *body = a->body != NULL ? json_dumps(a->body, 0) : NULL;

	g->status = a->status;
	g->answers++;
	snprintf(g->text, sizeof(g->text), "%s", a->text);
	snprintf(g->body, sizeof(g->body), "%s", body != NULL ? body : "");
	g->secret = a->secret != NULL;
	g->clear = a->clear;
	free(body);
	json_decref(a->body);
}

static struct change_who
who_is(enum role role, const char *site)
{
	struct change_who who = { 0 };

	who.principal.role = (uint8_t)role;
	who.principal.kind = role == ROLE_NONE	  ? CREDENTIAL_NONE
			     : role == ROLE_KIOSK ? CREDENTIAL_KIOSK
						  : CREDENTIAL_LOGIN;
	snprintf(who.principal.site, sizeof(who.principal.site), "%s", site);
	snprintf(who.actor, sizeof(who.actor), "user:%s", role_name(role));
	return who;
}

static struct got
ask(const struct change_who *who, enum right right, const char *json)
{
	char fault[WISH_FAULT_BYTES];
	struct change_wish wish;
	struct got g = { 0 };
	const struct change_ask a = { .right = right,
		.wish = &wish,
		.who = who,
		.number = 7,
		.address = "192.0.2.1",
		.agent = "test" };

	asked = NULL;
	asked_actor[0] = '\0';
	if (!change_wish_read(right, json, strlen(json), &wish, fault))
		fail_msg("%s: %s", json, fault);
	change_run(NULL, &a, on_answer, &g);
	change_wish_fini(&wish);
	assert_int_equal(g.answers, 1);
	return g;
}

/* --- the table of roles, in other words than rights.c's */

static const struct verb {
	enum right right;
	const char *json;
	uint32_t roles;
	unsigned status;  /* when he may */
	const char *call; /* of the monitor */
	bool whole;	  /* concerns all sites, or is nobody's place */
} verbs[] = {
	{ RIGHT_ACKNOWLEDGE, "{}", O | S | D, 200, "acknowledge", false },
	{ RIGHT_COMMENT, "{\"text\":\"a\"}", O | S | D, 200, "comment", false },
	{ RIGHT_INCIDENT_MUTE, "{\"for_s\":60,\"reason\":\"a\"}", O | S | D,
	    200, "mute", false },
	{ RIGHT_OVERLAY_ADD,
	    "{\"kind\":\"mute\",\"feed\":\"North/Gate 3/x\",\"for_s\":60,"
	    "\"reason\":\"a\"}",
	    O | S | D, 201, "mute", false },
	{ RIGHT_OVERLAY_ADD,
	    "{\"kind\":\"maintenance\",\"site\":\"North/Gate 3\",\"for_s\":60,"
	    "\"reason\":\"a\"}",
	    S | D, 201, "maintenance", false },
	{ RIGHT_OVERLAY_ADD,
	    "{\"kind\":\"maintenance\",\"tag\":\"t\",\"for_s\":60,"
	    "\"reason\":\"a\"}",
	    S | D, 201, "maintenance", true },
	{ RIGHT_OVERLAY_END, "{\"reason\":\"a\"}", O | S | D, 200, "end",
	    false },
	{ RIGHT_RETRY, "{}", O | S | D, 204, "retry", false },
	{ RIGHT_REFERENCES,
	    "{\"action\":\"approve\",\"feeds\":[\"North/Gate 3/x\"]}", S | D,
	    200, "reference", false },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"all\":true}", S | D, 200,
	    "reference", true },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"site\":\"North/Gate 3\"}",
	    S | D, 200, "reference", false },
	{ RIGHT_HANDOVER_NOTE,
	    "{\"from\":\"2026-11-22T06:00:00Z\",\"to\":"
	    "\"2026-11-22T07:00:00Z\",\"site\":\"North/Gate 3\",\"note\":\"\"}",
	    O | S | D, 201, "handover", false },
	{ RIGHT_IMPORT, "{\"table\":\"feeds\",\"csv\":\"x\"}", D, 200, "import",
	    false },
	{ RIGHT_IMPORT, "{\"table\":\"roster\",\"csv\":\"x\"}", S | D, 200,
	    "floor", false },
	{ RIGHT_IMPORT, "{\"table\":\"screens\",\"csv\":\"x\"}", D, 200,
	    "floor", false },
	{ RIGHT_USER_ADD,
	    "{\"name\":\"a\",\"role\":\"viewer\",\"password\":\"p\","
	    "\"site\":\"North/Gate 3\"}",
	    D, 201, "user", false },
	{ RIGHT_USER_ADD,
	    "{\"name\":\"a\",\"role\":\"admin\",\"password\":\"p\"}", D, 201,
	    "user", true },
	{ RIGHT_USER_CHANGE, "{\"disabled\":true}", D, 200, "user", false },
	{ RIGHT_USER_REMOVE, "{}", D, 200, "user remove", false },
	{ RIGHT_TOKEN_ADD,
	    "{\"name\":\"a\",\"kind\":\"api\",\"role\":\"viewer\","
	    "\"site\":\"North/Gate 3\"}",
	    D, 201, "token", false },
	{ RIGHT_TOKEN_ADD, "{\"name\":\"a\",\"kind\":\"kiosk\"}", D, 201,
	    "token", true },
	{ RIGHT_TOKEN_REVOKE, "{}", D, 200, "revoke", false },
	{ RIGHT_LOGIN_END, "{}", D, 200, "login end", false },
	{ RIGHT_CHANNEL_TEST, "{\"name\":\"team\"}", S | D, 200, "channel",
	    true },
	{ RIGHT_LOGOUT, "{}", V | O | S | A | D, 204, "logout", false },
	{ RIGHT_PASSWORD, "{\"old\":\"a\",\"new\":\"b\"}", V | O | S | A | D,
	    204, "password", false },
};

static void
expect(const struct verb *v, enum role role, const char *site, unsigned status)
{
	struct change_who who = who_is(role, site);
	struct got g = ask(&who, v->right, v->json);

	if (g.status != status)
		fail_msg("%s of \"%s\", %s %s: %u %s, expected %u",
		    role_name(role), site, rights_row(v->right)->id, v->json,
		    g.status, g.text, status);
	if (status < 300 && status != 204)
		assert_int_equal(g.body[0], '{');
	if (status < 300)
		assert_string_equal(asked, v->call);
	else
		assert_null(asked); /* nothing was begun */
	if (status < 300 && v->right == RIGHT_IMPORT)
		assert_string_equal(asked_scope, site);
	if (status < 300 && asked_actor[0] != '\0')
		assert_string_equal(asked_actor, who.actor);
}

static void
each_role(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		for (unsigned role = ROLE_NONE; role <= ROLE_KIOSK; role++) {
			bool may = verbs[i].roles >> role & 1;

			expect(&verbs[i], (enum role)role, "",
			    may			? verbs[i].status
			    : role == ROLE_NONE ? 401
						: 403);
		}
}

static void
each_site(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		const struct verb *v = &verbs[i];
		bool own = v->right == RIGHT_LOGOUT ||
			   v->right == RIGHT_PASSWORD ||
			   v->right == RIGHT_IMPORT; /* asked with it */
		bool people =
		    v->right == RIGHT_USER_ADD || v->right == RIGHT_TOKEN_ADD;
		unsigned whole = people ? 422 : 403;

		expect(v, ROLE_ADMIN, "North", v->whole ? whole : v->status);
		expect(v, ROLE_ADMIN, "North/Gate 3",
		    v->whole ? whole : v->status);
		expect(v, ROLE_ADMIN, "North/Gate",
		    v->whole ? whole
		    : own    ? v->status
			     : 404);
		expect(v, ROLE_ADMIN, "South",
		    v->whole ? whole
		    : own    ? v->status
			     : 404);
	}
}

/* What is not there is not told from what is not his. */
static void
missing_is_missing(void **state)
{
	static const enum right asks[] = { RIGHT_ACKNOWLEDGE, RIGHT_OVERLAY_END,
		RIGHT_USER_REMOVE, RIGHT_TOKEN_REVOKE, RIGHT_LOGIN_END,
		RIGHT_RETRY };
	struct change_who who = who_is(ROLE_ADMIN, "South");

	(void)state;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		const char *json =
		    asks[i] == RIGHT_OVERLAY_END ? "{\"reason\":\"a\"}" : "{}";

		target_found = false;
		struct got none = ask(&who, asks[i], json);

		target_found = true;
		struct got other = ask(&who, asks[i], json);

		assert_int_equal(none.status, 404);
		assert_int_equal(other.status, 404);
		assert_string_equal(none.text, other.text);
	}
}

static void
twice_is_fine(void **state)
{
	struct change_who who = who_is(ROLE_OPERATOR, "");

	(void)state;
	target_acknowledged = 1000000;
	struct got g = ask(&who, RIGHT_ACKNOWLEDGE, "{}");

	target_acknowledged = 0;
	assert_int_equal(g.status, 200);
	assert_null(asked);
	assert_non_null(strstr(g.body, "\"acknowledged_by\": \"user:first\""));
	assert_non_null(strstr(g.body, "\"already\": true"));
	/* .. unless it became worse since. */
	target_acknowledged = 1000000;
	target_worse = true;
	g = ask(&who, RIGHT_ACKNOWLEDGE, "{}");
	target_acknowledged = 0;
	target_worse = false;
	assert_int_equal(g.status, 200);
	assert_string_equal(asked, "acknowledge again");
	assert_non_null(strstr(g.body, "\"already\": false"));
}

/* An operator ends a mute, not maintenance; what is of no place is not muted.*/
static void
kinds_matter(void **state)
{
	struct change_who who = who_is(ROLE_OPERATOR, "");

	(void)state;
	target_overlay = STORE_MAINTENANCE;
	assert_int_equal(ask(&who, RIGHT_OVERLAY_END, "{\"reason\":\"a\"}")
			     .status,
	    403);
	target_overlay = STORE_MUTE;
	target_of_feed = false;
	target_site = "";
	assert_int_equal(ask(&who, RIGHT_INCIDENT_MUTE,
			     "{\"for_s\":9,\"reason\":\"a\"}")
			     .status,
	    422);
	target_site = "North/Gate 3";
	target_of_feed = true;
	assert_int_equal(ask(&who, RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\"}")
			     .status,
	    400);
}

static void
proofs(void **state)
{
	struct change_who nobody = who_is(ROLE_NONE, "");
	struct change_who ana = who_is(ROLE_VIEWER, "North");
	struct got g;

	(void)state;
	g = ask(&nobody, RIGHT_LOGIN, "{\"user\":\"a\",\"password\":\"b\"}");
	assert_true(g.status == 200 && g.secret && !g.clear);
	g = ask(&nobody, RIGHT_SETUP,
	    "{\"token\":\"t\",\"user\":\"a\",\"password\":\"b\"}");
	assert_true(g.status == 200 && g.secret);
	g = ask(&nobody, RIGHT_KIOSK, "{\"token\":\"t\"}");
	assert_true(g.status == 200 && g.secret);
	g = ask(&ana, RIGHT_LOGOUT, "{}");
	assert_true(g.status == 204 && g.clear);
	/* A program's token is no log-in. */
	ana.principal.kind = CREDENTIAL_API;
	assert_int_equal(ask(&ana, RIGHT_LOGOUT, "{}").status, 403);
}

/* Root at the machine itself may all, under his own name. */
static void
local_may_all(void **state)
{
	struct change_who who = { .actor = "unix:root", .local = true };

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct got g = ask(&who, verbs[i].right, verbs[i].json);

		assert_int_equal(g.status, verbs[i].status);
	}
}

static void
tokens_shown_once(void **state)
{
	struct change_who who = who_is(ROLE_ADMIN, "");
	struct got g =
	    ask(&who, RIGHT_TOKEN_ADD, "{\"name\":\"a\",\"kind\":\"kiosk\"}");

	(void)state;
	assert_string_equal(g.body, "{\"id\": 12, \"token\": \"secret\", "
				    "\"url\": \"/kiosk#secret\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role),
		cmocka_unit_test(each_site),
		cmocka_unit_test(missing_is_missing),
		cmocka_unit_test(twice_is_fine),
		cmocka_unit_test(kinds_matter),
		cmocka_unit_test(proofs),
		cmocka_unit_test(local_may_all),
		cmocka_unit_test(tokens_shown_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
