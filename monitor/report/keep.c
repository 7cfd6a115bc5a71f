/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/keep.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)64 << 10)
#define ALIGN 16

struct keep_block {
	struct keep_block *next;
	size_t used, size;
	_Alignas(ALIGN) unsigned char bytes[];
};

void
keep_free(struct keep *k)
{
	for (struct keep_block *b = k->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	*k = (struct keep){ 0 };
}

static void *
take(struct keep *k, size_t n, size_t align)
{
	struct keep_block *b = k->blocks;
	size_t at = b != NULL ? (b->used + align - 1) & ~(align - 1) : 0;

	if (k->failed)
		return NULL;
	if (b == NULL || at > b->size || n > b->size - at) {
		size_t size = n > BLOCK ? n : BLOCK;

		b = malloc(sizeof(*b) + size);
		if (b == NULL) {
			k->failed = true;
			return NULL;
		}
		*b = (struct keep_block){ .next = k->blocks, .size = size };
		k->blocks = b;
		at = 0;
	}
	b->used = at + n;
	return memset(b->bytes + at, 0, n);
}

void *
keep_bytes(struct keep *k, size_t n)
{
	return take(k, n, ALIGN);
}

const char *
keep_text(struct keep *k, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;
	char *copy;

	if (n == 0)
		return "";
	copy = take(k, n + 1, 1);
	return copy != NULL ? memcpy(copy, text, n) : "";
}

void *
keep_more(struct keep *k, struct keep_list *list, size_t item_size)
{
	if (list->count == list->room && !k->failed) {
		uint32_t room = list->room * 2 + 16;
		void *grown = realloc(list->items, room * item_size);

		if (grown == NULL) {
			k->failed = true;
		} else {
			list->items = grown;
			list->room = room;
		}
	}
	if (k->failed)
		return NULL;
	return memset((char *)list->items + list->count++ * item_size, 0,
	    item_size);
}

void
keep_list_free(struct keep_list *list)
{
	free(list->items);
	*list = (struct keep_list){ 0 };
}
