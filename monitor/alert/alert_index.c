/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open addressing, linear; what is removed leaves no mark: those behind it move
 * up. */
#include "monitor/alert/alert_index.h"

#include <stdlib.h>

#define FIRST 64u

struct slot {
	uint64_t key; /* 0 = free */
	void *thing;
};

struct alert_index {
	struct slot *slots;
	size_t room; /* a power of two */
	size_t count;
};

struct alert_index *
alert_index_new(void)
{
	struct alert_index *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->slots = calloc(FIRST, sizeof(*x->slots));
	x->room = FIRST;
	if (x->slots == NULL)
		alert_index_free(&x);
	return x;
}

void
alert_index_free(struct alert_index **x)
{
	if (*x == NULL)
		return;
	free((*x)->slots);
	free(*x);
	*x = NULL;
}

static size_t
home(const struct alert_index *x, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15ull) >> 20) & (x->room - 1);
}

/* Of the key, or where it would go. */
static size_t
seek(const struct alert_index *x, uint64_t key)
{
	size_t i = home(x, key);

	while (x->slots[i].key != 0 && x->slots[i].key != key)
		i = (i + 1) & (x->room - 1);
	return i;
}

static bool
grow(struct alert_index *x)
{
	struct alert_index more = { .room = x->room * 2 };

	more.slots = calloc(more.room, sizeof(*more.slots));
	if (more.slots == NULL)
		return false;
	for (size_t i = 0; i < x->room; i++)
		if (x->slots[i].key != 0)
			more.slots[seek(&more, x->slots[i].key)] = x->slots[i];
	free(x->slots);
	x->slots = more.slots;
	x->room = more.room;
	return true;
}

bool
alert_index_put(struct alert_index *x, uint64_t key, void *thing)
{
	if ((x->count + 1) * 2 > x->room && !grow(x))
		return false;

	struct slot *s = &x->slots[seek(x, key)];

	x->count += s->key == 0;
	*s = (struct slot){ key, thing };
	return true;
}

void *
alert_index_find(const struct alert_index *x, uint64_t key)
{
	const struct slot *s = &x->slots[seek(x, key)];

	return s->key == key ? s->thing : NULL;
}

void
alert_index_remove(struct alert_index *x, uint64_t key)
{
	size_t gap = seek(x, key), i = gap;

	if (x->slots[gap].key == 0)
		return;
	x->count--;
	for (;;) {
		i = (i + 1) & (x->room - 1);
		if (x->slots[i].key == 0)
			break;
		/* It may move when its home is not between gap and itself. */
		size_t from = home(x, x->slots[i].key);

		if (((i - from) & (x->room - 1)) >=
		    ((i - gap) & (x->room - 1))) {
			x->slots[gap] = x->slots[i];
			gap = i;
		}
	}
	x->slots[gap] = (struct slot){ 0 };
}

void *
alert_index_next(const struct alert_index *x, size_t *at)
{
	while (*at < x->room) {
		const struct slot *s = &x->slots[(*at)++];

		if (s->key != 0)
			return s->thing;
	}
	return NULL;
}
