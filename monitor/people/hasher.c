/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/people/hasher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/keeper.h"
#include "monitor/people/hash_wire.h"

#define QUEUE_BYTES (64u << 10)
#define SILENT_US (20 * US_PER_S)

struct worker {
	struct hasher *hasher;
	struct keeper *keeper;
	uint32_t id; /* of the job under way; 0 = rests */
	uint32_t last;
	hasher_fn *fn;
	void *arg;
};

struct hasher {
	struct worker workers[HASHER_WORKERS];
	void (*on_free)(void *arg);
	void *on_free_arg;
};

static void
finish(struct worker *w, enum hasher_word word, const char *letters)
{
	hasher_fn *fn = w->fn;
	void *arg = w->arg;

	w->id = 0;
	w->fn = NULL;
	fn(arg, word, letters);
	if (w->hasher->on_free != NULL)
		w->hasher->on_free(w->hasher->on_free_arg);
}

static bool
on_done(struct worker *w, struct span body)
{
	struct hash_done d;

	if (!hash_get_done(body, &d) || w->id == 0 || d.id != w->id)
		return false;
	finish(w, d.good ? HASHER_GOOD : HASHER_WRONG, d.letters);
	explicit_bzero(&d, sizeof(d));
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct worker *w = arg;

	switch (type) {
	case HASH_ALIVE:
		keeper_heard(w->keeper);
		return body.n == 0;
	case HASH_DONE:
		return on_done(w, body);
	default:
		return false;
	}
}

static void
on_start(void *arg, struct channel *ch)
{
	struct worker *w = arg;

	channel_wipe(ch);
	if (w->hasher->on_free != NULL)
		w->hasher->on_free(w->hasher->on_free_arg);
}

static void
on_lost(void *arg)
{
	struct worker *w = arg;

	if (w->id != 0)
		finish(w, HASHER_LOST, "");
}

struct hasher *
hasher_new(struct event_base *base)
{
	static const struct keeper_spec spec = { .room = "people",
		.what = "a process that hashes passwords",
		.role = "_hash",
		.queue_bytes = QUEUE_BYTES,
		.silent_us = SILENT_US };
	struct hasher *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	for (unsigned i = 0; i < HASHER_WORKERS; i++) {
		struct worker *w = &h->workers[i];
		struct keeper_calls calls = { .on_message = on_message,
			.on_start = on_start,
			.on_lost = on_lost,
			.arg = w };

		w->hasher = h;
		w->keeper = keeper_new(base, &spec, &calls);
		if (w->keeper == NULL) {
			hasher_free(&h);
			return NULL;
		}
		keeper_restart(w->keeper);
	}
	return h;
}

void
hasher_free(struct hasher **hp)
{
	if (*hp == NULL)
		return;
	for (unsigned i = 0; i < HASHER_WORKERS; i++)
		keeper_free(&(*hp)->workers[i].keeper);
	free(*hp);
	*hp = NULL;
}

static struct worker *
resting(const struct hasher *h)
{
	for (unsigned i = 0; i < HASHER_WORKERS; i++)
		if (h->workers[i].id == 0 &&
		    keeper_channel(h->workers[i].keeper) != NULL)
			return (struct worker *)&h->workers[i];
	return NULL;
}

bool
hasher_free_one(const struct hasher *h)
{
	return resting(h) != NULL;
}

bool
hasher_work(struct hasher *h, const char *password, const char *letters,
    hasher_fn *fn, void *arg)
{
	struct worker *w = resting(h);
	struct writer out = channel_scratch();
	struct hash_job job = { 0 };
	bool sent;

	if (w == NULL || strlen(password) >= sizeof(job.password) ||
	    (letters != NULL && !hash_letters_good(letters)))
		return false;
	job.id = ++w->last != 0 ? w->last : ++w->last;
	snprintf(job.password, sizeof(job.password), "%s", password);
	snprintf(job.letters, sizeof(job.letters), "%s",
	    letters != NULL ? letters : "");
	hash_put_job(&out, &job);
	sent = !out.bad && channel_send(keeper_channel(w->keeper), HASH_JOB,
			       out.start, writer_length(&out));
	explicit_bzero(&job.password, sizeof(job.password));
	explicit_bzero(out.start, writer_length(&out));
	if (!sent)
		return false;
	w->id = w->last;
	w->fn = fn;
	w->arg = arg;
	return true;
}

void
hasher_on_free(struct hasher *h, void (*fn)(void *arg), void *arg)
{
	h->on_free = fn;
	h->on_free_arg = arg;
}
