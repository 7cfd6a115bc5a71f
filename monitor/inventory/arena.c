/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 65536

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(8) char bytes[];
};

struct inventory_arena {
	struct block *top;
};

struct inventory_arena *
arena_new(void)
{
	return calloc(1, sizeof(struct inventory_arena));
}

void
arena_free(struct inventory_arena **a)
{
	if (*a == NULL)
		return;
	for (struct block *b = (*a)->top, *next; b != NULL; b = next) {
		next = b->next;
		explicit_bzero(b->bytes, b->used); /* passwords, too */
		free(b);
	}
	free(*a);
	*a = NULL;
}

static struct block *
block_new(struct inventory_arena *a, size_t least)
{
	size_t size = least > BLOCK ? least : BLOCK;
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->used = 0;
	b->size = size;
	b->next = a->top;
	a->top = b;
	return b;
}

char *
arena_copy(struct inventory_arena *a, const char *bytes, size_t n)
{
	struct block *b = a->top;

	if (b == NULL || b->size - b->used < n + 1)
		b = block_new(a, n + 1);
	if (b == NULL)
		return NULL;
	char *to = b->bytes + b->used;

	if (n > 0)
		memcpy(to, bytes, n);
	to[n] = '\0';
	b->used += n + 1;
	return to;
}

int64_t *
arena_numbers(struct inventory_arena *a, const int64_t *v, size_t n)
{
	char *p = arena_copy(a, "", 0);

	if (p == NULL)
		return NULL;
	/* The block's bytes begin aligned; what was used of it need not be. */
	struct block *b = a->top;
	size_t used = (b->used + 7) & ~(size_t)7;

	if (used > b->size || b->size - used < (n + 1) * sizeof(*v)) {
		b = block_new(a, (n + 1) * sizeof(*v));
		used = 0;
	}
	if (b == NULL)
		return NULL;
	int64_t *to = (int64_t *)(void *)(b->bytes + used);

	if (n > 0)
		memcpy(to, v, n * sizeof(*v));
	b->used = used + n * sizeof(*v);
	return to;
}

void *
arena_more(void *items, size_t *count, size_t item_size, void **item_out)
{
	size_t n = *count;

	/* Full whenever n is a power of two (from 8 on). */
	if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
		size_t room = n == 0 ? 8 : n * 2;
		void *grown = realloc(items, room * item_size);

		if (grown == NULL) {
			*item_out = NULL;
			return items;
		}
		items = grown;
	}
	*item_out = (char *)items + n * item_size;
	memset(*item_out, 0, item_size);
	*count = n + 1;
	return items;
}
