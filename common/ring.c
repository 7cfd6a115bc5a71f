/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/ring.h"

#include <stdlib.h>
#include <string.h>

#define FIRST 64u

static void *
at(const struct ring *r, size_t number)
{
	return r->values + (r->from + number) % r->room * r->size;
}

bool
ring_reserve(struct ring *r, size_t more)
{
	size_t room = r->room == 0 ? FIRST : r->room;
	unsigned char *values;

	while (room - r->count < more)
		room *= 2;
	if (room == r->room)
		return true;
	values = calloc(room, r->size);
	if (values == NULL)
		return false;
	for (size_t i = 0; i < r->count; i++)
		memcpy(values + i * r->size, at(r, i), r->size);
	free(r->values);
	r->values = values;
	r->from = 0;
	r->room = room;
	return true;
}

void *
ring_put(struct ring *r)
{
	return memset(at(r, r->count++), 0, r->size);
}

void *
ring_first(const struct ring *r)
{
	return r->count > 0 ? at(r, 0) : NULL;
}

void
ring_pop(struct ring *r)
{
	r->from = (r->from + 1) % r->room;
	r->count--;
}

void
ring_free(struct ring *r)
{
	free(r->values);
	*r = (struct ring){ .size = r->size };
}
