/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/outlet.h"

#include <stdlib.h>

#include <event2/event.h>

#include "common/link.h"

#define QUEUE_UNITS 8u

struct outlet {
	struct event *writable;
	struct note *first;
	struct note **last;
	unsigned count;
	uint32_t offset; /* of the first one, as far as it is sent */
	int fd;
	outlet_lost_fn *lost;
	void *arg;
};

/* Sends what goes; waits for room with the event, not here. */
static void
send_on(struct outlet *o)
{
	while (o->first != NULL) {
		struct note *n = o->first;
		const struct span part = { n->unit.bytes, n->unit.head.total };
		enum link_sent sent =
		    link_send(o->fd, &n->unit.head, &part, 1, &o->offset);

		if (sent == LINK_BUSY) {
			event_add(o->writable, NULL);
			return;
		}
		if (sent == LINK_GONE)
			o->lost(o->arg, n);
		o->first = n->next;
		if (o->first == NULL)
			o->last = &o->first;
		o->count--;
		o->offset = 0;
		note_free(&n);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_on(arg);
}

struct outlet *
outlet_new(struct event_base *base, int fd, outlet_lost_fn *lost, void *arg)
{
	struct outlet *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->fd = fd;
	o->lost = lost;
	o->arg = arg;
	o->last = &o->first;
	o->writable = event_new(base, fd, EV_WRITE, on_writable, o);
	if (o->writable == NULL)
		outlet_free(&o);
	return o;
}

void
outlet_free(struct outlet **op)
{
	struct outlet *o = *op;

	*op = NULL;
	if (o == NULL)
		return;
	while (o->first != NULL) {
		struct note *n = o->first;

		o->first = n->next;
		note_free(&n);
	}
	if (o->writable != NULL)
		event_free(o->writable);
	free(o);
}

bool
outlet_push(struct outlet *o, struct note *unit)
{
	bool idle = o->first == NULL;

	if (o->count >= QUEUE_UNITS)
		return false;
	unit->next = NULL;
	*o->last = unit;
	o->last = &unit->next;
	o->count++;
	if (idle)
		send_on(o);
	return true;
}
