/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/outbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct outbox {
	pthread_mutex_t lock;
	struct note *first;
	struct note **last;
	int fd;
};

struct outbox *
outbox_new(void)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (o->fd < 0) {
		free(o);
		return NULL;
	}
	pthread_mutex_init(&o->lock, NULL);
	o->last = &o->first;
	return o;
}

void
outbox_free(struct outbox **op)
{
	struct outbox *o = *op;

	*op = NULL;
	if (o == NULL)
		return;
	for (struct note *n = outbox_take(o); n != NULL;) {
		struct note *next = n->next;

		note_free(&n);
		n = next;
	}
	close(o->fd);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

int
outbox_fd(const struct outbox *o)
{
	return o->fd;
}

void
outbox_post(struct outbox *o, struct note *n)
{
	const uint64_t one = 1;

	n->next = NULL;
	pthread_mutex_lock(&o->lock);
	*o->last = n;
	o->last = &n->next;
	pthread_mutex_unlock(&o->lock);
	if (write(o->fd, &one, sizeof(one)) < 0) {
		/* Full only when readable already. */
	}
}

struct note *
outbox_take(struct outbox *o)
{
	struct note *first;
	uint64_t count;

	if (read(o->fd, &count, sizeof(count)) < 0) {
		/* Nothing waits; the list says so too. */
	}
	pthread_mutex_lock(&o->lock);
	first = o->first;
	o->first = NULL;
	o->last = &o->first;
	pthread_mutex_unlock(&o->lock);
	return first;
}

struct note *
note_new(struct source *source, enum note_kind kind)
{
	struct note *n = calloc(1, sizeof(*n));

	if (n != NULL) {
		n->source = source;
		n->kind = kind;
	}
	return n;
}

void
note_free(struct note **np)
{
	struct note *n = *np;

	*np = NULL;
	if (n == NULL)
		return;
	if (n->kind == NOTE_UNIT)
		free(n->unit.bytes);
	free(n);
}
