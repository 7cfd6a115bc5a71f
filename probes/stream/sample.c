/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/sample.h"

#include <stdlib.h>

#include <event2/event.h>

#include "common/link.h"

static void
pop(struct sample_link *l)
{
	struct sample_unit *u = &l->queue[l->first];

	l->bytes -= u->head.total;
	free(u->bytes);
	u->bytes = NULL;
	l->first = (l->first + 1) % SAMPLE_QUEUE_UNITS;
	l->count--;
	l->offset = 0;
}

static void
drop_all(struct sample_link *l)
{
	while (l->count > 0) {
		struct unit_head head = l->queue[l->first].head;

		pop(l);
		l->out->dropped++;
		l->out->on_gone(l->out->arg, &head);
	}
}

static void
pump(struct sample_link *l)
{
	while (l->count > 0) {
		struct sample_unit *u = &l->queue[l->first];
		struct span part = { u->bytes, u->head.total };

		switch (link_send(l->fd, &u->head, &part, 1, &l->offset)) {
		case LINK_SENT:
			l->out->sent++;
			pop(l);
			break;
		case LINK_BUSY:
			event_add(l->writable, NULL);
			return;
		case LINK_GONE:
			drop_all(l);
			return;
		}
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

bool
sample_out_init(struct sample_out *out, struct event_base *base, uint32_t count)
{
	out->links = calloc(count > 0 ? count : 1, sizeof(*out->links));
	if (out->links == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct sample_link *l = &out->links[i];

		l->fd = WIRE_FD_LINK_FIRST + (int)i;
		l->out = out;
		l->writable = event_new(base, l->fd, EV_WRITE, on_writable, l);
		if (l->writable == NULL)
			return false;
		out->count++;
	}
	return true;
}

void
sample_out_fini(struct sample_out *out)
{
	for (uint32_t i = 0; i < out->count; i++) {
		struct sample_link *l = &out->links[i];

		while (l->count > 0)
			pop(l);
		event_free(l->writable);
	}
	free(out->links);
	out->links = NULL;
	out->count = 0;
}

bool
sample_out_send(struct sample_out *out, uint32_t link,
    const struct unit_head *head, uint8_t *bytes)
{
	struct sample_link *l =
	    out->count > 0 ? &out->links[link % out->count] : NULL;

	if (l == NULL || l->count == SAMPLE_QUEUE_UNITS ||
	    (l->count > 0 && l->bytes + head->total > SAMPLE_QUEUE_BYTES)) {
		free(bytes);
		out->dropped++;
		return false;
	}

	uint32_t at = (l->first + l->count) % SAMPLE_QUEUE_UNITS;

	l->queue[at] = (struct sample_unit){ *head, bytes };
	l->count++;
	l->bytes += head->total;
	if (l->count == 1)
		pump(l);
	return true;
}
