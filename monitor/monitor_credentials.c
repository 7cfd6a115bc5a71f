/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/ledger/hash.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"
#include "monitor/secrets/keys.h"

#define NAMES_BYTES 210 /* of devices, in an incident's text */

static const uint8_t locked_mark[16] = "no key opens it";

struct credential {
	int64_t device;
	uint8_t mark[16];
	uint16_t length;
	uint8_t sealed[SEAL_MOST];
};

struct credentials {
	char path[KEYS_PATH];
	struct keys *keys;	/* NULL: .. */
	char error[KEYS_ERROR]; /* .. why */
	uint8_t salt[32];	/* of marks */
	uint8_t origin[16];
	struct credential *list; /* by device */
	size_t count, room;
	uint32_t locked;
	char *names; /* of those locked, a line each; owned, NULL = memory */
};

/* --- the keys */

static void
keys_take(struct monitor *m)
{
	struct credentials *c = m->credentials;

	keys_free(&c->keys);
	c->error[0] = '\0';
	c->keys = keys_open(c->path, c->error);
	store_reader_keys(m->reader, c->keys);
}

bool
monitor_credentials_start(struct monitor *m)
{
	struct credentials *c = calloc(1, sizeof(*c));

	m->credentials = c;
	if (c == NULL ||
	    getrandom(c->salt, sizeof(c->salt), 0) != (ssize_t)sizeof(c->salt))
		return false;
	keys_path(m->config.credentials_key_file, m->config.state_dir, c->path);
	keys_take(m);
	return true;
}

void
monitor_credentials_free(struct monitor *m)
{
	struct credentials *c = m->credentials;

	if (c == NULL)
		return;
	keys_free(&c->keys);
	free(c->list);
	free(c->names);
	free(c);
	m->credentials = NULL;
}

/* --- what is sealed */

static void
mark_of(const struct credentials *c, const char *password, uint8_t out[16])
{
	uint8_t whole[LEDGER_HASH];
	struct hash h;

	hash_begin(&h);
	hash_add(&h, c->salt, sizeof(c->salt));
	hash_add(&h, password, strlen(password));
	hash_end(&h, whole);
	memcpy(out, whole, 16);
}

struct loading {
	struct credentials *c;
	FILE *names;
	bool good;
};

static struct credential *
credential_more(struct credentials *c)
{
	if (c->count == c->room) {
		size_t room = c->room == 0 ? 64 : c->room * 2;
		struct credential *list =
		    realloc(c->list, room * sizeof(*list));

		if (list == NULL)
			return NULL;
		c->list = list;
		c->room = room;
	}
	return &c->list[c->count++];
}

static bool
on_row(void *arg, const struct store_credential_row *row)
{
	struct loading *l = arg;
	struct credential *k = credential_more(l->c);

	l->good = k != NULL;
	if (k == NULL)
		return false;
	memset(k, 0, sizeof(*k));
	k->device = row->device;
	k->length = row->length <= SEAL_MOST ? (uint16_t)row->length : 0;
	memcpy(k->sealed, row->sealed, k->length);
	if (row->password != NULL) {
		mark_of(l->c, row->password, k->mark);
		return true;
	}
	memcpy(k->mark, locked_mark, sizeof(k->mark));
	l->c->locked++;
	if (l->names != NULL)
		fprintf(l->names, "%s\n", row->name);
	return true;
}

bool
monitor_credentials_load(struct monitor *m)
{
	struct credentials *c = m->credentials;
	struct loading l = { .c = c, .good = true };
	char *names = NULL;
	size_t n;

	c->count = c->locked = 0;
	l.names = open_memstream(&names, &n);
	bool good = store_read_credentials(m->reader, c->origin, on_row, &l);

	if (l.names != NULL)
		fclose(l.names);
	free(c->names);
	c->names = names;
	return good && l.good;
}

static int
by_device(const void *a, const void *b)
{
	const struct credential *x = a, *y = b;

	return (x->device > y->device) - (x->device < y->device);
}

static const struct credential *
credential_of(const struct credentials *c, int64_t device)
{
	const struct credential key = { .device = device };

	return c->count == 0
		   ? NULL
		   : bsearch(&key, c->list, c->count, sizeof(key), by_device);
}

void
monitor_credentials_mark(const struct monitor *m, int64_t device,
    uint8_t out[16])
{
	const struct credential *k = credential_of(m->credentials, device);

	memset(out, 0, 16);
	if (k != NULL)
		memcpy(out, k->mark, 16);
}

bool
monitor_credentials_locked(const uint8_t mark[16])
{
	return memcmp(mark, locked_mark, sizeof(locked_mark)) == 0;
}

void
monitor_credentials_password(void *arg, uint32_t feed,
    char out[LIMIT_CREDENTIAL_BYTES])
{
	const struct monitor *m = arg;
	const struct credentials *c = m->credentials;
	const struct watched_feed *f =
	    feed < LIMIT_FEEDS ? m->feeds[feed] : NULL;
	const struct credential *k =
	    f != NULL ? credential_of(c, f->guest.login_id) : NULL;
	struct seal_place place;

	out[0] = '\0';
	if (k == NULL)
		return;
	memcpy(place.origin, c->origin, sizeof(place.origin));
	place.device = k->device;
	keys_unseal(c->keys, &place, k->sealed, k->length, out);
}

/* --- what people hear of it */

/* "nvr1, nvr2 and 12 more" */
static void
put_names(const struct credentials *c, char out[NAMES_BYTES])
{
	const char *p = c->names != NULL ? c->names : "";
	size_t at = 0, told = 0;

	out[0] = '\0';
	for (size_t n; *p != '\0'; p += n + 1, told++) {
		n = strcspn(p, "\n");
		if (at + n + 32 > NAMES_BYTES)
			break;
		at += (size_t)snprintf(out + at, NAMES_BYTES - at, "%s%.*s",
		    told > 0 ? ", " : "", (int)n, p);
	}
	if (c->locked > told)
		snprintf(out + at, NAMES_BYTES - at, "%s%zu more",
		    told > 0 ? " and " : "", c->locked - told);
}

void
monitor_credentials_say(struct monitor *m, int64_t now_us)
{
	const struct credentials *c = m->credentials;
	char names[NAMES_BYTES], text[OWN_TEXT_BYTES];

	if (c->locked == 0) {
		monitor_own_over(m, OWN_CREDENTIALS, now_us);
		return;
	}
	put_names(c, names);
	snprintf(text, sizeof(text),
	    "%.190s. Not opened, their feeds not watched: %.209s. Put the key "
	    "back and reload, or import them again.",
	    c->error[0] != '\0' ? c->error : "sealed with another key", names);
	log_error("credentials", "%s", text);
	monitor_own_say(m, OWN_CREDENTIALS, now_us, now_us, text);
}

void
monitor_credentials_state(const struct monitor *m,
    struct monitor_credentials_state *out)
{
	const struct credentials *c = m->credentials;

	*out = (struct monitor_credentials_state){ .path = c->path,
		.error = c->error,
		.sealed = (uint32_t)c->count,
		.locked = c->locked,
		.names = c->names != NULL ? c->names : "" };
}

/* --- another key */

/* The writer first: whoever imports meanwhile is sealed with what both have. */
static void
take_again(struct monitor *m)
{
	keys_take(m);
	if (!monitor_feeds_load(m, false))
		log_error("credentials", "%s", store_reader_error(m->reader));
}

void
monitor_credentials_reload(struct monitor *m)
{
	store_keys(m->store, "", "", NULL);
	take_again(m);
}

struct rekey {
	struct monitor *m;
	bool keep_old;
	monitor_answer_fn *answer;
	void *arg;
};

static void
on_rekeyed(void *arg, const struct store_result *r)
{
	struct rekey *k = arg;
	struct credentials *c = k->m->credentials;
	char why[KEYS_ERROR] = "";
	struct monitor_answer a = { .ok = r->ok,
		.later = r->later,
		.changed = r->changes,
		.unchanged = (uint32_t)r->id,
		.seq = r->seq,
		.text = r->ok ? why : r->error };

	/* Not before all is committed: until then it needs both. */
	if (r->ok && !k->keep_old)
		keys_settle(c->path, why);
	if (!k->m->stopping)
		keys_take(k->m);
	k->answer(k->arg, &a);
	free(k);
}

void
monitor_credentials_rekey(struct monitor *m, bool keep_old,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct credentials *c = m->credentials;
	struct rekey *k = calloc(1, sizeof(*k));
	char why[KEYS_ERROR];

	if (k == NULL) {
		monitor_answer_later(answer, arg, "memory is out");
		return;
	}
	if (!keys_rotate(c->path, why)) {
		monitor_answer_now(answer, arg, false, why);
		free(k);
		return;
	}
	*k = (struct rekey){ m, keep_old, answer, arg };
	keys_take(m);
	if (store_keys(m->store, who->actor, who->reason,
		&(struct store_done){ on_rekeyed, k }))
		return;
	monitor_answer_later(answer, arg, MONITOR_STORE_BUSY);
	free(k);
}
