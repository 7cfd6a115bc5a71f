/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in force: log-ins, programs' tokens, claimed kiosks, as the database
 * has them. After each change the whole list is made anew, and the follower
 * hears what differs: what is not in the list is worth nothing anywhere. */
#include "monitor/monitor_people.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/sha.h>

#include "common/clock.h"
#include "common/hex.h"
#include "common/log.h"
#include "monitor/people/password.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_users.h"

#define KNOWN_ROWS 20000u /* read for them, newest first */

/* --- small parts */

void
people_sha256(const char *text, uint8_t out[32])
{
	SHA256((const uint8_t *)text, strlen(text), out);
}

bool
people_secret(char out[PEOPLE_SECRET_BYTES], uint8_t sha256_out[32])
{
	uint8_t random[32];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	hex_print(random, sizeof(random), out);
	explicit_bzero(random, sizeof(random));
	people_sha256(out, sha256_out);
	return true;
}

/* Hashes tell nothing of a secret, but so it is. */
bool
people_same(const uint8_t a[32], const uint8_t b[32])
{
	unsigned differ = 0;

	for (size_t i = 0; i < 32; i++)
		differ |= (unsigned)(a[i] ^ b[i]);
	return differ == 0;
}

void
people_address_key(const char *address, char out[ADDRESS_KEY_BYTES])
{
	uint8_t six[16];

	snprintf(out, ADDRESS_KEY_BYTES, "%s", address);
	if (strchr(address, ':') == NULL ||
	    inet_pton(AF_INET6, address, six) != 1)
		return;
	hex_print(six, 8, out);
}

bool
people_known(const struct people *x, const char *user_low,
    const char *address_key)
{
	for (size_t i = 0; i < x->known_count; i++)
		if (strcmp(x->known[i].user, user_low) == 0 &&
		    strcmp(x->known[i].address, address_key) == 0)
			return true;
	return false;
}

void
people_lower(const char *name, char out[PEOPLE_NAME_BYTES])
{
	size_t i = 0;

	for (; name[i] != '\0' && i + 1 < PEOPLE_NAME_BYTES; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	out[i] = '\0';
}

/* The oldest makes room. */
void
people_know(struct people *x, const char *user, const char *address)
{
	struct known_pair pair = { 0 };

	people_lower(user, pair.user);
	people_address_key(address, pair.address);
	if (people_known(x, pair.user, pair.address))
		return;
	x->known[x->known_next++ % KNOWN_MOST] = pair;
	if (x->known_count < KNOWN_MOST)
		x->known_count++;
}

/* --- the list */

struct list { /* what is being made */
	struct monitor *m;
	int64_t now_utc;
	struct people made;
	size_t held_room, kiosk_room;
	bool failed, users;
};

static void *
grow(struct list *l, void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	size_t more = *room * 2 + 32;
	void *grown = realloc(array, more * size);

	if (grown == NULL) {
		l->failed = true;
		return NULL;
	}
	*room = more;
	return grown;
}

static void
hold(struct list *l, const struct principal *p, int64_t seen, int64_t saved)
{
	struct people *x = &l->made;
	struct held_principal *grown =
	    grow(l, x->held, x->held_count, &l->held_room, sizeof(*x->held));

	if (grown == NULL)
		return;
	x->held = grown;
	struct held_principal *h = &x->held[x->held_count++];

	/* All of its bytes: they are compared. */
	memset(h, 0, sizeof(*h));
	memcpy(&h->p, p, sizeof(h->p));
	h->seen_utc = seen;
	h->saved_utc = saved;
}

static bool
is_over(const struct monitor *m, const struct held_principal *h, int64_t now)
{
	return h->p.kind == CREDENTIAL_LOGIN &&
	       (h->p.ends_utc_us <= now ||
		   h->seen_utc + m->config.http_login_idle_us <= now);
}

static int
by_sha256(const void *a, const void *b)
{
	const struct held_principal *x = a, *y = b;

	return memcmp(x->p.sha256, y->p.sha256, sizeof(x->p.sha256));
}

/* Of two lists of ours, each in order: nobody learns from the time it takes. */
static const struct held_principal *
find_in(const struct held_principal *held, size_t count,
    const struct principal *p)
{
	struct held_principal key;

	memcpy(key.p.sha256, p->sha256, sizeof(key.p.sha256));
	return count == 0
		   ? NULL
		   : bsearch(&key, held, count, sizeof(*held), by_sha256);
}

static bool
take_login(void *arg, const struct store_login_row *row)
{
	struct list *l = arg;
	struct principal p;
	const struct held_principal *was;
	int64_t seen = row->seen_utc;

	memset(&p, 0, sizeof(p));
	memcpy(p.sha256, row->hash, sizeof(p.sha256));
	p.kind = CREDENTIAL_LOGIN;
	p.role = (uint8_t)row->role;
	p.id = row->id;
	p.user = row->user;
	p.ends_utc_us = row->ends_utc;
	snprintf(p.name, sizeof(p.name), "%s", row->name);
	snprintf(p.site, sizeof(p.site), "%s", row->site);
	was = find_in(l->m->people->held, l->m->people->held_count, &p);
	if (was != NULL && was->seen_utc > seen)
		seen = was->seen_utc;
	hold(l, &p, seen, row->seen_utc);
	return !l->failed;
}

static void
take_kiosk(struct list *l, const struct store_token_row *row)
{
	struct people *x = &l->made;
	struct held_kiosk *grown = grow(l, x->kiosks, x->kiosk_count,
	    &l->kiosk_room, sizeof(*x->kiosks));

	if (grown == NULL)
		return;
	x->kiosks = grown;
	x->kiosks[x->kiosk_count] =
	    (struct held_kiosk){ .id = row->id, .claimed = row->claim != NULL };
	memcpy(x->kiosks[x->kiosk_count++].sha256, row->hash, 32);
}

static bool
take_token(void *arg, const struct store_token_row *row)
{
	struct list *l = arg;
	bool kiosk = row->kind == CONSOLE_TOKEN_KIOSK;
	struct principal p;

	if (kiosk)
		take_kiosk(l, row);
	if (row->kind != CONSOLE_TOKEN_API && !(kiosk && row->claim != NULL))
		return !l->failed;
	memset(&p, 0, sizeof(p));
	memcpy(p.sha256, kiosk ? row->claim : row->hash, sizeof(p.sha256));
	p.kind = kiosk ? CREDENTIAL_KIOSK : CREDENTIAL_API;
	p.role = (uint8_t)(kiosk ? ROLE_KIOSK : row->role);
	p.id = row->id;
	snprintf(p.name, sizeof(p.name), "%s", row->name);
	snprintf(p.site, sizeof(p.site), "%s", row->site);
	if (kiosk)
		snprintf(p.address, sizeof(p.address), "%s", row->address);
	hold(l, &p, row->seen_utc, row->seen_utc);
	return !l->failed;
}

static bool
take_user(void *arg, const struct store_user_row *row)
{
	struct list *l = arg;

	(void)row;
	l->users = true;
	return false;
}

static bool
list_read(struct list *l)
{
	struct store_reader *r = l->m->reader;
	struct people *x = &l->made;

	return store_read_logins(r, false, take_login, l) &&
	       store_read_tokens(r, false, take_token, l) &&
	       store_read_users(r, false, take_user, l) && !l->failed &&
	       (x->held_count == 0 || x->held != NULL);
}

static void
tell_changes(struct people *x, const struct held_principal *old,
    size_t old_count)
{
	if (!x->followed)
		return;
	for (size_t i = 0; i < old_count; i++)
		if (find_in(x->held, x->held_count, &old[i].p) == NULL)
			x->calls.on_gone(x->calls.arg, old[i].p.sha256);
	for (size_t i = 0; i < x->held_count; i++) {
		const struct held_principal *was =
		    find_in(old, old_count, &x->held[i].p);

		if (was == NULL ||
		    memcmp(&was->p, &x->held[i].p, sizeof(was->p)) != 0)
			x->calls.on_principal(x->calls.arg, &x->held[i].p);
	}
}

static void
list_free(struct people *x)
{
	free(x->held);
	free(x->kiosks);
}

/* A log-in's time is over: the ledger is to say which. */
static void
post_end(struct monitor *m, const struct held_principal *h, int64_t now_utc,
    int64_t at_us)
{
	store_login_end(m->store, h->p.id,
	    h->p.ends_utc_us <= now_utc ? STORE_LOGIN_LONG : STORE_LOGIN_IDLE,
	    at_us, "camwarden", "", NULL);
}

/* Whose time is over is left out. */
static void
drop_over(struct list *l)
{
	struct people *x = &l->made;

	for (size_t i = x->held_count; i-- > 0;) {
		if (!is_over(l->m, &x->held[i], l->now_utc))
			continue;
		post_end(l->m, &x->held[i], l->now_utc, clock_mono_us());
		x->held[i] = x->held[--x->held_count];
	}
}

static bool
people_load(struct monitor *m)
{
	struct people *x = m->people;
	struct list l = { .m = m, .now_utc = monitor_utc(m, clock_mono_us()) };
	struct people old = *x;

	if (!list_read(&l)) {
		list_free(&l.made);
		return false;
	}
	drop_over(&l);
	if (l.made.held_count > 0)
		qsort(l.made.held, l.made.held_count, sizeof(*l.made.held),
		    by_sha256);
	x->held = l.made.held;
	x->held_count = l.made.held_count;
	x->kiosks = l.made.kiosks;
	x->kiosk_count = l.made.kiosk_count;
	x->setup_due = !l.users;
	tell_changes(x, old.held, old.held_count);
	if (old.setup_due && !x->setup_due)
		people_setup_over(m);
	if (x->followed && old.setup_due != x->setup_due)
		x->calls.on_setup(x->calls.arg, x->setup_due);
	list_free(&old);
	return true;
}

void
people_settle(struct monitor *m)
{
	struct people *x = m->people;

	if (m->stopping || x == NULL)
		return;
	if (people_load(m)) {
		x->unread = false;
		return;
	}
	/* What may have been taken away must not go on: nobody is in force
	 * until the database can be read again. */
	if (!x->unread)
		log_error("people", "the changed users can't be read: %s",
		    store_reader_error(m->reader));
	x->unread = true;
	for (size_t i = 0; x->followed && i < x->held_count; i++)
		x->calls.on_gone(x->calls.arg, x->held[i].p.sha256);
	x->held_count = 0;
}

static struct held_principal *
held_find(const struct monitor *m, const uint8_t sha256[32])
{
	const struct people *x = m->people;
	struct held_principal *found = NULL;

	for (size_t i = 0; x != NULL && i < x->held_count; i++)
		if (people_same(x->held[i].p.sha256, sha256))
			found = &x->held[i];
	return found;
}

/* --- for others */

bool
monitor_principal(const struct monitor *m, const uint8_t sha256[32],
    struct principal *out)
{
	const struct held_principal *h = held_find(m, sha256);

	if (h == NULL || is_over(m, h, monitor_utc(m, clock_mono_us())))
		return false;
	*out = h->p;
	return true;
}

void
monitor_principal_actor(const struct principal *p,
    char out[MONITOR_ACTOR_BYTES])
{
	snprintf(out, MONITOR_ACTOR_BYTES, "%s:%s",
	    p->kind == CREDENTIAL_LOGIN ? "user"
	    : p->kind == CREDENTIAL_API ? "api"
					: "kiosk",
	    p->name);
}

void
monitor_principal_seen(struct monitor *m, const uint8_t sha256[32])
{
	struct held_principal *h = held_find(m, sha256);
	int64_t now = monitor_utc(m, clock_mono_us());

	if (h == NULL || is_over(m, h, now) || now <= h->seen_utc)
		return;
	h->seen_utc = now;
	if (now - h->saved_utc < STORE_SEEN_US)
		return;
	h->saved_utc = now;
	if (h->p.kind == CREDENTIAL_LOGIN)
		store_login_seen(m->store, h->p.id, now);
	else
		store_token_seen(m->store, h->p.id, now);
}

const char *
monitor_setup_token(const struct monitor *m)
{
	return m->people->setup_token;
}

void
monitor_people_watch(struct monitor *m,
    const struct monitor_people_calls *calls)
{
	struct people *x = m->people;

	x->followed = calls != NULL;
	if (calls == NULL)
		return;
	x->calls = *calls;
	for (size_t i = 0; i < x->held_count; i++)
		x->calls.on_principal(x->calls.arg, &x->held[i].p);
	x->calls.on_setup(x->calls.arg, x->setup_due);
}

/* --- birth, seconds, end */

void
monitor_people_second(struct monitor *m, int64_t now_us)
{
	struct people *x = m->people;
	int64_t now = monitor_utc(m, now_us);

	for (size_t i = 0; i < x->held_count; i++) {
		struct held_principal *h = &x->held[i];

		if (h->ending || !is_over(m, h, now))
			continue;
		h->ending = true; /* on_people follows */
		post_end(m, h, now, now_us);
		if (x->followed)
			x->calls.on_gone(x->calls.arg, h->p.sha256);
	}
	people_refused_second(m, now_us);
	/* Walls and programs don't log in anew: nobody else would ask. */
	if (x->unread)
		people_settle(m);
}

struct knowing {
	struct people *people;
	unsigned rows;
};

static bool
take_known(void *arg, const struct store_login_row *row)
{
	struct knowing *k = arg;

	if (k->people->known_count < KNOWN_MOST)
		people_know(k->people, row->name, row->address);
	return ++k->rows < KNOWN_ROWS;
}

bool
monitor_people_start(struct monitor *m, char **error_out)
{
	struct knowing k = { .rows = 0 };

	m->people = k.people = calloc(1, sizeof(*m->people));
	if (m->people != NULL)
		m->people->known =
		    calloc(KNOWN_MOST, sizeof(*m->people->known));
	if (m->people == NULL || m->people->known == NULL ||
	    !people_logins_start(m)) {
		*error_out = strdup("memory is out");
		return false;
	}
	if (!people_load(m) ||
	    !store_read_logins(m->reader, true, take_known, &k)) {
		*error_out = strdup(store_reader_error(m->reader));
		return false;
	}
	return people_setup_load(m, error_out);
}

void
monitor_people_free(struct monitor *m)
{
	if (m->people == NULL)
		return;
	people_logins_free(m);
	list_free(m->people);
	free(m->people->known);
	explicit_bzero(m->people->setup_token, sizeof(m->people->setup_token));
	free(m->people);
	m->people = NULL;
}
