/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People on the fleet of paper (fake_monitor.c): one administrator, whose
 * password everybody knows; nothing that is changed is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/sha.h>

#include "monitor/monitor_floor.h"
#include "monitor/monitor_logins.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_notes.h"
#include "monitor/monitor_target.h"
#include "monitor/monitor_users.h"

#define USER "admin"
#define PASSWORD "a fleet of paper"
#define LOGINS 64

static struct monitor_people_calls follower;
static struct principal logins[LOGINS];
static size_t login_count;

/* --- those who are logged in */

void
monitor_people_watch(struct monitor *m,
    const struct monitor_people_calls *calls)
{
	(void)m;
	follower = calls != NULL ? *calls : (struct monitor_people_calls){ 0 };
	for (size_t i = 0; follower.on_principal != NULL && i < login_count;
	     i++)
		follower.on_principal(follower.arg, &logins[i]);
	if (follower.on_setup != NULL)
		follower.on_setup(follower.arg, false);
}

bool
monitor_principal(const struct monitor *m, const uint8_t sha256[32],
    struct principal *out)
{
	(void)m;
	for (size_t i = 0; i < login_count; i++) {
		if (memcmp(logins[i].sha256, sha256, 32) != 0)
			continue;
		*out = logins[i];
		return true;
	}
	return false;
}

void
monitor_principal_actor(const struct principal *p,
    char out[MONITOR_ACTOR_BYTES])
{
	snprintf(out, MONITOR_ACTOR_BYTES, "user:%s", p->name);
}

void
monitor_principal_seen(struct monitor *m, const uint8_t sha256[32])
{
	(void)m;
	(void)sha256;
}

static void
refuse(unsigned status, monitor_login_fn *answer, void *arg)
{
	answer(arg, &(struct monitor_login_answer){ .status = status,
			.text = "not on paper" });
}

void
monitor_login(struct monitor *m, const struct monitor_login *l,
    monitor_login_fn *answer, void *arg)
{
	struct principal *p = &logins[login_count % LOGINS];
	char secret[PEOPLE_SECRET_BYTES];
	uint8_t random[32];

	(void)m;
	if (strcmp(l->user, USER) != 0 || strcmp(l->password, PASSWORD) != 0 ||
	    login_count == LOGINS ||
	    getrandom(random, sizeof(random), 0) != sizeof(random)) {
		refuse(401, answer, arg);
		return;
	}
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(secret + 2 * i, 3, "%02x", random[i]);
	*p = (struct principal){ .kind = CREDENTIAL_LOGIN,
		.role = ROLE_ADMIN,
		.id = (int64_t)++login_count,
		.user = 1,
		.name = USER };
	SHA256((const uint8_t *)secret, strlen(secret), p->sha256);
	if (follower.on_principal != NULL)
		follower.on_principal(follower.arg, p);
	answer(arg, &(struct monitor_login_answer){ .status = 200,
			.text = "",
			.secret = secret,
			.principal = p });
}

void
monitor_setup(struct monitor *m, const char *token,
    const struct monitor_login *l, monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)token;
	(void)l;
	refuse(409, answer, arg);
}

void
monitor_kiosk_claim(struct monitor *m, const char *token, const char *address,
    monitor_login_fn *answer, void *arg)
{
	(void)m;
	(void)token;
	(void)address;
	refuse(401, answer, arg);
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
	refuse(422, answer, arg);
}

void
monitor_logout(struct monitor *m, const uint8_t sha256[32],
    monitor_login_fn *answer, void *arg)
{
	(void)m;
	for (size_t i = 0; i < login_count; i++)
		if (memcmp(logins[i].sha256, sha256, 32) == 0)
			logins[i] = logins[--login_count];
	if (follower.on_gone != NULL)
		follower.on_gone(follower.arg, sha256);
	answer(arg,
	    &(struct monitor_login_answer){ .status = 200, .text = "" });
}

/* --- nothing is kept */

static void
not_done(monitor_answer_fn *answer, void *arg)
{
	answer(arg, &(struct monitor_answer){ .text = "not on paper" });
}

void
monitor_login_end(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	(void)who;
	not_done(answer, arg);
}

void
monitor_user_set(struct monitor *m, const struct monitor_user *u,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)u;
	(void)who;
	not_done(answer, arg);
}

void
monitor_user_remove(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)id;
	(void)who;
	not_done(answer, arg);
}

int64_t
monitor_user_id(struct monitor *m, const char *name)
{
	(void)m;
	return strcmp(name, USER) == 0;
}

static bool
everywhere(char out[LIMIT_NAME_BYTES])
{
	out[0] = '\0';
	return true;
}

bool
monitor_user_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	(void)m;
	(void)id;
	return everywhere(out);
}

bool
monitor_token_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	(void)m;
	(void)id;
	return everywhere(out);
}

bool
monitor_login_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	(void)m;
	(void)id;
	return everywhere(out);
}

void
monitor_credential_add(struct monitor *m, const struct monitor_credential *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)what;
	(void)who;
	not_done(answer, arg);
}

void
monitor_incident_comment(struct monitor *m, int64_t incident, const char *text,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)incident;
	(void)text;
	(void)actor;
	not_done(answer, arg);
}

void
monitor_handover(struct monitor *m, const struct monitor_handover *what,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	(void)m;
	(void)what;
	(void)actor;
	not_done(answer, arg);
}

bool
monitor_target_incident(struct monitor *m, int64_t number,
    struct store_target *out)
{
	(void)m;
	(void)number;
	*out = (struct store_target){ .found = true };
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
	*out = (struct store_target){ .found = true, .of_feed = true };
}

void
monitor_news_incident(struct monitor *m, int64_t incident, const char *change)
{
	(void)m;
	(void)incident;
	(void)change;
}
