/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords that are tried: who may try is the throttle's word, the work is
 * done by the hashers, and who is let in stands in the database first. A name
 * that nobody has costs as much time as a wrong password. */
#include "monitor/monitor_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <event2/event.h>
#include <jansson.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/people/password.h"
#include "monitor/store/store_read_users.h"

#define TOLD_US (60 * US_PER_S)
#define RETRY_LOST_S 2

/* Of no password: what a name is tried against that nobody has. */
static const char nobody[] =
    "$argon2id$v=19$m=65536,t=2,p=1$Y2Ftd2FyZGVuLW5vYm9keQ"
    "$7Hk2Zr0mB4vYq9wE1uTgS5xJcN8aLfPoD3iVhR6sKyM";

enum tried { /* what is being done with it */
	TRIED_LOGIN,
	TRIED_OLD,    /* a person's own, to be changed */
	TRIED_LETTERS /* nothing: letters are made */
};

struct attempt {
	struct monitor *m;
	struct attempt *next;
	uint64_t ticket;
	enum tried tried;
	char password[PASSWORD_BYTES + 4], next_password[PASSWORD_BYTES + 4];
	char typed[PEOPLE_NAME_BYTES]; /* as it was asked for */
	struct people_entry entry;
	char letters[HASHER_LETTERS_BYTES];
	char address[PEOPLE_ADDRESS_BYTES], agent[PEOPLE_AGENT_BYTES];
	int64_t login; /* that stays, when the password changes */
	monitor_login_fn *answer;
	people_letters_fn *made;
	void *arg;
};

static void
attempt_free(struct people *x, struct attempt *a)
{
	struct attempt **at = &x->attempts;

	while (*at != NULL && *at != a)
		at = &(*at)->next;
	if (*at == a)
		*at = a->next;
	explicit_bzero(a, sizeof(*a));
	free(a);
}

void
people_answer(monitor_login_fn *answer, void *arg, unsigned status,
    const char *text)
{
	const struct monitor_login_answer a = { .status = status,
		.text = text };

	answer(arg, &a);
}

static void
answer_later(monitor_login_fn *answer, void *arg, unsigned seconds)
{
	const struct monitor_login_answer a = { .status = 429,
		.text = "too many tries: wait a little",
		.retry_after = seconds };

	answer(arg, &a);
}

/* --- those that were refused */

static void
remember(char *list, size_t size, unsigned *count, const char *text)
{
	for (unsigned i = 0; i < *count; i++)
		if (strcmp(list + i * size, text) == 0)
			return;
	if (*count < REFUSED_NAMES)
		snprintf(list + (*count)++ * size, size, "%s", text);
}

static void
refuse(struct people *x, const char *user, const char *address)
{
	struct refused *r = &x->refused;

	remember(r->addresses[0], sizeof(r->addresses[0]), &r->address_count,
	    address);
	/* What is no user's name may be somebody's password, mistyped. */
	if (user[0] != '\0')
		remember(r->users[0], sizeof(r->users[0]), &r->user_count,
		    user);
	else
		r->unknown++;
}

static json_t *
list_json(const char *list, size_t size, unsigned count)
{
	json_t *a = json_array();

	for (unsigned i = 0; i < count; i++)
		json_array_append_new(a, json_string(list + i * size));
	return a;
}

/* At most one line a minute, and the first one at once. */
void
people_refused_second(struct monitor *m, int64_t now_us)
{
	struct refused *r = &m->people->refused;
	char *text;

	if (r->wrong + r->later + r->tokens == 0 ||
	    (r->told_us != 0 && now_us - r->told_us < TOLD_US))
		return;
	json_t *body = json_pack("{s:i, s:i, s:i, s:i, s:o, s:o}", "wrong",
	    (int)r->wrong, "later", (int)r->later, "tokens", (int)r->tokens,
	    "unknown_names", (int)r->unknown, "users",
	    list_json(r->users[0], sizeof(r->users[0]), r->user_count),
	    "addresses",
	    list_json(r->addresses[0], sizeof(r->addresses[0]),
		r->address_count));

	text = json_dumps(body, JSON_COMPACT);
	if (text != NULL)
		store_event(m->store, now_us, "login.refused", "camwarden",
		    text, NULL);
	log_warn("people", "log-ins refused: %u wrong, %u put off, %u tokens",
	    r->wrong, r->later, r->tokens);
	free(text);
	json_decref(body);
	*r = (struct refused){ .told_us = now_us };
}

void
people_refuse_token(struct monitor *m, const char *address)
{
	struct refused *r = &m->people->refused;

	r->tokens++;
	remember(r->addresses[0], sizeof(r->addresses[0]), &r->address_count,
	    address);
}

/* --- let in */

struct entering {
	struct monitor *m;
	monitor_login_fn *answer;
	void *arg;
	char secret[PEOPLE_SECRET_BYTES];
	uint8_t sha256[32];
	char address[PEOPLE_ADDRESS_BYTES];
};

static void
on_entered(void *arg, const struct store_result *r)
{
	struct entering *e = arg;
	struct principal p;

	people_settle(e->m);
	if (r->ok && monitor_principal(e->m, e->sha256, &p)) {
		const struct monitor_login_answer a = { .status = 200,
			.text = "",
			.secret = e->secret,
			.principal = &p };

		people_know(e->m->people, p.name, e->address);
		e->answer(e->arg, &a);
	} else {
		people_answer(e->answer, e->arg, r->ok || r->later ? 503 : 401,
		    r->ok ? "not now: try again" : r->error);
	}
	explicit_bzero(e, sizeof(*e));
	free(e);
}

void
people_let_in(struct monitor *m, const struct people_entry *in,
    monitor_login_fn *answer, void *arg)
{
	struct entering *e = calloc(1, sizeof(*e));
	struct store_login l = { .user = in->user,
		.address = in->address,
		.agent = in->agent,
		.ends_utc = monitor_utc(m, clock_mono_us()) +
			    m->config.http_login_longest_us,
		.password = in->password,
		.at_us = clock_mono_us() };

	if (e == NULL || !people_secret(e->secret, e->sha256)) {
		free(e);
		people_answer(answer, arg, 503, "memory is out");
		return;
	}
	e->m = m;
	e->answer = answer;
	e->arg = arg;
	snprintf(e->address, sizeof(e->address), "%s", in->address);
	memcpy(l.hash, e->sha256, sizeof(l.hash));
	if (store_login(m->store, &l, &(struct store_done){ on_entered, e }))
		return;
	free(e);
	people_answer(answer, arg, 503, "the database can't keep up");
}

/* --- another password */

struct changing {
	struct monitor *m;
	monitor_login_fn *answer;
	void *arg;
};

static void
on_changed(void *arg, const struct store_result *r)
{
	struct changing *c = arg;

	people_settle(c->m);
	people_answer(c->answer, c->arg,
	    r->ok      ? 200
	    : r->later ? 503
		       : 422,
	    r->ok ? "" : r->error);
	free(c);
}

static void
on_next_made(void *arg, enum hasher_word word, const char *letters)
{
	struct attempt *a = arg;
	struct people *x = a->m->people;
	struct changing *c = word == HASHER_GOOD ? calloc(1, sizeof(*c)) : NULL;
	char actor[MONITOR_ACTOR_BYTES];
	struct store_user u = { .id = a->entry.user,
		.password = letters,
		.disabled = -1,
		.keep_login = a->login,
		.at_us = clock_mono_us(),
		.actor = actor,
		.reason = "own password" };

	snprintf(actor, sizeof(actor), "user:%s", a->typed);
	if (c == NULL) {
		people_answer(a->answer, a->arg, 503, "not now: try again");
	} else {
		*c = (struct changing){ a->m, a->answer, a->arg };
		if (!store_user(a->m->store, &u,
			&(struct store_done){ on_changed, c })) {
			people_answer(a->answer, a->arg, 503,
			    "the database can't keep up");
			free(c);
		}
	}
	attempt_free(x, a);
}

/* --- what came of a try */

static void pump(struct monitor *m);

static void
tried_wrong(struct people *x, struct attempt *a)
{
	x->refused.wrong++;
	refuse(x, a->entry.user != 0 ? a->typed : "", a->address);
	people_answer(a->answer, a->arg, a->tried == TRIED_OLD ? 422 : 401,
	    a->tried == TRIED_OLD ? "the old password is wrong"
				  : "the name or the password is wrong");
	attempt_free(x, a);
}

static void
tried_right(struct people *x, struct attempt *a)
{
	if (a->tried == TRIED_OLD) {
		/* The process that said so rests now. */
		if (hasher_work(x->hasher, a->next_password, NULL, on_next_made,
			a))
			return;
		people_answer(a->answer, a->arg, 503, "not now: try again");
	} else {
		people_let_in(a->m, &a->entry, a->answer, a->arg);
	}
	attempt_free(x, a);
}

static void
tried_lost(struct people *x, struct attempt *a)
{
	if (a->tried == TRIED_LETTERS)
		a->made(a->arg, NULL);
	else
		answer_later(a->answer, a->arg, RETRY_LOST_S);
	attempt_free(x, a);
}

static void
on_tried(void *arg, enum hasher_word word, const char *letters)
{
	struct attempt *a = arg;
	struct people *x = a->m->people;
	bool right = word == HASHER_GOOD &&
		     (a->tried == TRIED_LETTERS || a->entry.user != 0);

	throttle_done(x->throttle, a->ticket,
	    word == HASHER_LOST ? THROTTLE_UNTRIED
	    : right		? THROTTLE_RIGHT
				: THROTTLE_WRONG,
	    clock_mono_us());
	if (word == HASHER_LOST) {
		tried_lost(x, a);
	} else if (a->tried == TRIED_LETTERS) {
		a->made(a->arg, right ? letters : NULL);
		attempt_free(x, a);
	} else if (right) {
		tried_right(x, a);
	} else {
		tried_wrong(x, a);
	}
}

/* What it is compared with. False: the database can't be read. */
static bool
letters_of(struct attempt *a)
{
	struct store_reader *r = a->m->reader;
	char name[PEOPLE_NAME_BYTES];

	if (a->tried == TRIED_OLD) {
		if (!store_read_password_of(r, a->entry.user, a->letters))
			return false;
	} else if (!store_read_password(r, a->typed, &a->entry.user, name,
		       a->letters)) {
		return false;
	} else if (a->entry.user != 0) {
		snprintf(a->typed, sizeof(a->typed), "%s", name);
	}
	if (a->letters[0] == '\0') {
		snprintf(a->letters, sizeof(a->letters), "%s", nobody);
		a->entry.user = 0;
	}
	return true;
}

static struct attempt *
attempt_of(struct people *x, uint64_t ticket)
{
	for (struct attempt *a = x->attempts; a != NULL; a = a->next)
		if (a->ticket == ticket)
			return a;
	return NULL;
}

static void
start(struct people *x, struct attempt *a)
{
	bool make = a->tried == TRIED_LETTERS;

	if ((make || letters_of(a)) &&
	    hasher_work(x->hasher, a->password, make ? NULL : a->letters,
		on_tried, a))
		return;
	throttle_done(x->throttle, a->ticket, THROTTLE_UNTRIED,
	    clock_mono_us());
	tried_lost(x, a);
}

static void
turn_at(struct people *x, int64_t due_us, int64_t now_us)
{
	int64_t wait = due_us > now_us ? due_us - now_us : 1000;
	struct timeval t = { .tv_sec = wait / US_PER_S,
		.tv_usec = wait % US_PER_S };

	event_add(x->turn, &t);
}

static void
pump(struct monitor *m)
{
	struct people *x = m->people;
	int64_t due = 0, now = clock_mono_us();

	while (hasher_free_one(x->hasher)) {
		uint64_t ticket = throttle_next(x->throttle, now, &due);
		struct attempt *a = ticket != 0 ? attempt_of(x, ticket) : NULL;

		if (ticket == 0)
			break;
		if (a != NULL)
			start(x, a);
		else
			throttle_done(x->throttle, ticket, THROTTLE_UNTRIED,
			    now);
	}
	if (due != 0)
		turn_at(x, due, now);
}

static void
on_free(void *arg)
{
	struct monitor *m = arg;

	if (!m->stopping && m->people != NULL && m->people->throttle != NULL)
		pump(m);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	on_free(arg);
}

/* --- into the queue */

static void
push_out(struct people *x, uint64_t ticket)
{
	struct attempt *a = ticket != 0 ? attempt_of(x, ticket) : NULL;

	if (a == NULL)
		return;
	x->refused.later++;
	tried_lost(x, a);
}

/* Takes a, whose user is `user` for the throttle. */
static void
enqueue(struct monitor *m, struct attempt *a, const char *user,
    const char *address, bool known)
{
	struct people *x = m->people;
	struct throttle_ask ask = { .user = user,
		.address = address,
		.known = known,
		.ticket = ++x->ticket };
	uint64_t dropped;
	unsigned later =
	    throttle_ask(x->throttle, &ask, clock_mono_us(), &dropped);

	a->ticket = ask.ticket;
	a->next = x->attempts;
	x->attempts = a;
	push_out(x, dropped);
	if (later != 0) {
		x->refused.later++;
		if (a->tried == TRIED_LETTERS)
			a->made(a->arg, NULL);
		else
			answer_later(a->answer, a->arg, later);
		attempt_free(x, a);
		return;
	}
	pump(m);
}

static struct attempt *
attempt_new(struct monitor *m, enum tried tried, const char *password)
{
	struct attempt *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->m = m;
	a->tried = tried;
	a->entry.password = a->letters;
	a->entry.address = a->address;
	a->entry.agent = a->agent;
	snprintf(a->password, sizeof(a->password), "%s", password);
	return a;
}

void
monitor_login(struct monitor *m, const struct monitor_login *l,
    monitor_login_fn *answer, void *arg)
{
	char low[PEOPLE_NAME_BYTES], key[ADDRESS_KEY_BYTES];
	struct attempt *a = attempt_new(m, TRIED_LOGIN, l->password);

	if (a == NULL) {
		people_answer(answer, arg, 503, "memory is out");
		return;
	}
	a->answer = answer;
	a->arg = arg;
	/* What can't be a name is tried as one that nobody has. */
	snprintf(a->typed, sizeof(a->typed), "%s",
	    people_name_fault(l->user) == NULL ? l->user : "?");
	/* Nor may a password that is too long be cut into the right one. */
	if (strlen(l->password) > PASSWORD_BYTES)
		a->typed[0] = '?';
	snprintf(a->address, sizeof(a->address), "%s", l->address);
	snprintf(a->agent, sizeof(a->agent), "%s", l->agent);
	people_lower(a->typed, low);
	people_address_key(l->address, key);
	enqueue(m, a, low, key, people_known(m->people, low, key));
}

void
monitor_password(struct monitor *m, const uint8_t sha256[32], const char *old,
    const char *new, const char *address, monitor_login_fn *answer, void *arg)
{
	/* Beside who tries to log in by that name: neither is in the other's
	 * way. */
	char low[PEOPLE_NAME_BYTES] = "=", key[ADDRESS_KEY_BYTES];
	const char *fault;
	struct principal p;
	struct attempt *a;

	if (!monitor_principal(m, sha256, &p) || p.kind != CREDENTIAL_LOGIN) {
		people_answer(answer, arg, 403, "that is a person's to do");
		return;
	}
	fault = password_fault(new, p.name);
	if (fault == NULL && strlen(old) > PASSWORD_BYTES)
		fault = "the old password is wrong";
	a = fault == NULL ? attempt_new(m, TRIED_OLD, old) : NULL;
	if (a == NULL) {
		people_answer(answer, arg, fault != NULL ? 422 : 503,
		    fault != NULL ? fault : "memory is out");
		return;
	}
	a->answer = answer;
	a->arg = arg;
	a->entry.user = p.user;
	a->login = p.id;
	snprintf(a->typed, sizeof(a->typed), "%s", p.name);
	snprintf(a->next_password, sizeof(a->next_password), "%s", new);
	snprintf(a->address, sizeof(a->address), "%s", address);
	snprintf(low + 1, sizeof(low) - 1, "%lld", (long long)p.user);
	people_address_key(address, key);
	enqueue(m, a, low, key, true);
}

/* In a place of its own: who may ask for it was decided before. */
void
people_letters(struct monitor *m, const char *password, people_letters_fn *fn,
    void *arg)
{
	struct attempt *a = attempt_new(m, TRIED_LETTERS, password);
	char user[24];

	if (a == NULL) {
		fn(arg, NULL);
		return;
	}
	a->made = fn;
	a->arg = arg;
	snprintf(user, sizeof(user), "%llu",
	    (unsigned long long)m->people->ticket);
	enqueue(m, a, user, "inside", true);
}

/* --- birth and end */

bool
people_logins_start(struct monitor *m)
{
	struct people *x = m->people;
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return false;
	x->hasher = hasher_new(m->base);
	x->throttle = throttle_new(seed);
	x->turn = event_new(m->base, -1, 0, on_turn, m);
	if (x->hasher == NULL || x->throttle == NULL || x->turn == NULL)
		return false;
	hasher_on_free(x->hasher, on_free, m);
	return true;
}

void
people_logins_free(struct monitor *m)
{
	struct people *x = m->people;

	x->refused.told_us = 0;
	if (m->store != NULL)
		people_refused_second(m, clock_mono_us());

	hasher_free(&x->hasher);
	throttle_free(&x->throttle);
	if (x->turn != NULL)
		event_free(x->turn);
	while (x->attempts != NULL)
		attempt_free(x, x->attempts);
}
