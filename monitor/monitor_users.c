/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people change of people: users, tokens, others' log-ins. */
#include "monitor/monitor_users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/site.h"
#include "monitor/monitor_floor.h"
#include "monitor/monitor_people.h"
#include "monitor/monitor_request.h"
#include "monitor/people/hash_wire.h"
#include "monitor/people/password.h"
#include "monitor/store/store_read_target.h"
#include "monitor/store/store_read_users.h"

/* --- one request, its words kept until the password is hashed */

struct change {
	struct monitor *m;
	struct monitor_request *q;
	struct store_user user;
	struct principal by; /* kind NONE: whoever has the machine */
	char name[PEOPLE_NAME_BYTES], site[LIMIT_NAME_BYTES];
	char actor[MONITOR_ACTOR_BYTES + LIMIT_NAME_BYTES], reason[512];
};

static void
on_done(void *arg, const struct store_result *r)
{
	struct change *c = arg;

	monitor_request_made(c->q, r);
	free(c);
}

static void
fail(struct change *c, const char *why)
{
	monitor_request_done(c->q, &(struct store_result){ .error = why });
	free(c);
}

static void
post(struct change *c, const char *letters)
{
	c->user.password = letters;
	c->user.at_us = clock_mono_us();
	if (!store_user(c->m->store, &c->user,
		&(struct store_done){ on_done, c })) {
		monitor_request_posted(c->q, false);
		free(c);
	}
}

static bool still_may(struct change *c);

static void
on_letters(void *arg, const char *letters)
{
	struct change *c = arg;

	if (letters == NULL)
		fail(c, "the password could not be hashed now: try again");
	else if (!still_may(c))
		fail(c, "the user changed in the meantime");
	else
		post(c, letters);
}

struct search {
	int64_t id;
	const char *name;
	bool found;
	char name_out[PEOPLE_NAME_BYTES];
};

static bool
match_user(void *arg, const struct store_user_row *row)
{
	struct search *s = arg;

	if (s->name != NULL ? strcasecmp(row->name, s->name) != 0
			    : row->id != s->id)
		return true;
	s->found = true;
	s->id = row->id;
	snprintf(s->name_out, sizeof(s->name_out), "%s", row->name);
	return false;
}

static const char *
user_fault(struct monitor *m, const struct monitor_user *u)
{
	struct search s = { .id = u->id };
	const char *fault = NULL;

	if (u->id == 0)
		fault = people_name_fault(u->name != NULL ? u->name : "");
	else if (store_read_users(m->reader, false, match_user, &s) && !s.found)
		fault = "no such user";
	if (fault != NULL)
		return fault;
	if (u->id == 0 && u->password == NULL && u->hash == NULL)
		return "a password is needed";
	if (u->hash != NULL && !hash_letters_good(u->hash))
		return "that is not the hash of a password";
	if (u->password == NULL)
		return NULL;
	return password_fault(u->password, u->id == 0 ? u->name : s.name_out);
}

static struct change *
change_new(struct monitor *m, const struct monitor_user *u,
    const struct monitor_actor *who, struct monitor_request *q)
{
	struct change *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		monitor_request_done(q, &(struct store_result){ .later = true,
					    .error = "memory is out" });
		return NULL;
	}
	c->m = m;
	c->q = q;
	if (u->by != NULL)
		c->by = *u->by;
	snprintf(c->name, sizeof(c->name), "%s", u->id == 0 ? u->name : "");
	snprintf(c->site, sizeof(c->site), "%s",
	    u->site != NULL ? u->site : "");
	snprintf(c->actor, sizeof(c->actor), "%s", who->actor);
	snprintf(c->reason, sizeof(c->reason), "%s", who->reason);
	c->user = (struct store_user){ .id = u->id,
		.name = c->name,
		.role = u->role,
		.site = u->site != NULL || u->id == 0 ? c->site : NULL,
		.disabled = u->disabled,
		.actor = c->actor,
		.reason = c->reason };
	return c;
}

void
monitor_user_set(struct monitor *m, const struct monitor_user *u,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	const char *fault = user_fault(m, u);
	struct monitor_request *q;
	struct change *c;

	if (fault == NULL && u->site != NULL &&
	    strlen(u->site) >= LIMIT_NAME_BYTES)
		fault = "no such site";
	if (fault != NULL) {
		monitor_answer_now(answer, arg, false, fault);
		return;
	}
	q = monitor_request_new(answer, arg);
	if (q == NULL || (c = change_new(m, u, who, q)) == NULL)
		return;
	q->people = m;
	q->result.added = u->id == 0;
	q->result.changed = u->id != 0;
	if (u->password != NULL)
		people_letters(m, u->password, on_letters, c);
	else
		post(c, u->hash);
}

void
monitor_user_remove(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q == NULL)
		return;
	q->people = m;
	q->result.removed = 1;
	monitor_request_posted(q,
	    store_user_remove(m->store, id, clock_mono_us(), who->actor,
		who->reason, &(struct store_done){ monitor_request_made, q }));
}

void
monitor_login_end(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q == NULL)
		return;
	q->people = m;
	q->result.removed = 1;
	monitor_request_posted(q,
	    store_login_end(m->store, id, STORE_LOGIN_ENDED, clock_mono_us(),
		who->actor, who->reason,
		&(struct store_done){ monitor_request_made, q }));
}

/* --- who is who */

int64_t
monitor_user_id(struct monitor *m, const char *name)
{
	struct search s = { .name = name };

	store_read_users(m->reader, false, match_user, &s);
	return s.found ? s.id : 0;
}

static bool
site_of(bool read, const struct store_target *t, char out[LIMIT_NAME_BYTES])
{
	snprintf(out, LIMIT_NAME_BYTES, "%s", t->site);
	return read && t->found;
}

bool
monitor_user_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	struct store_target t;
	bool read = store_read_target_user(m->reader, id, &t);

	return site_of(read, &t, out);
}

/* Hashing takes a while, and many may wait for it: meanwhile he may have been
 * disabled, or whom he changes given to another site. */
static bool
still_may(struct change *c)
{
	char site[LIMIT_NAME_BYTES];
	struct principal p;

	if (c->by.kind == CREDENTIAL_NONE)
		return true;
	return monitor_principal(c->m, c->by.sha256, &p) &&
	       p.role == c->by.role && strcmp(p.site, c->by.site) == 0 &&
	       (c->user.id == 0 || (monitor_user_site(c->m, c->user.id, site) &&
				       site_within(site, p.site)));
}

bool
monitor_token_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	struct store_target t;
	bool read = store_read_target_token(m->reader, id, &t);

	return site_of(read, &t, out);
}

bool
monitor_login_site(struct monitor *m, int64_t id, char out[LIMIT_NAME_BYTES])
{
	struct store_target t;
	bool read = store_read_target_login(m->reader, id, &t);

	return site_of(read, &t, out);
}

/* --- tokens made here */

struct giving {
	monitor_answer_fn *answer;
	void *arg;
	char secret[PEOPLE_SECRET_BYTES];
};

static void
on_given(void *arg, const struct monitor_answer *a)
{
	struct giving *g = arg;
	struct monitor_answer told = *a;
	char text[PEOPLE_SECRET_BYTES + 32];

	snprintf(text, sizeof(text), "%.24s %s", a->text, g->secret);
	if (a->ok)
		told.text = text;
	g->answer(g->arg, &told);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(g, sizeof(*g));
	free(g);
}

void
monitor_credential_add(struct monitor *m, const struct monitor_credential *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct giving *g = calloc(1, sizeof(*g));
	struct monitor_token t = { .console = what->name,
		.kind = what->kiosk ? CONSOLE_TOKEN_KIOSK : CONSOLE_TOKEN_API,
		.role = what->kiosk ? ROLE_KIOSK : what->role,
		.site = what->site };

	if (g == NULL || !people_secret(g->secret, t.hash)) {
		free(g);
		monitor_answer_later(answer, arg, "memory is out");
		return;
	}
	g->answer = answer;
	g->arg = arg;
	monitor_token_add(m, &t, who, on_given, g);
}
