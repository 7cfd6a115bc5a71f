/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/lists/node.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MERGE "<<"
#define MERGES_DEEP 8u
#define MERGED_MOST 256u /* maps looked into for one key */

struct owned {
	struct node value; /* first: a value is its owned */
	char *text;
	uint32_t size; /* of items */
	struct owned *next;
};

struct node_tree {
	struct owned *all;
	struct node *root;
	uint32_t count;
};

struct node_tree *
node_new(void)
{
	return calloc(1, sizeof(struct node_tree));
}

void
node_free(struct node_tree **t)
{
	if (*t == NULL)
		return;
	for (struct owned *o = (*t)->all, *next; o != NULL; o = next) {
		next = o->next;
		free(o->text);
		free(o->value.items);
		free(o);
	}
	free(*t);
	*t = NULL;
}

struct node *
node_root(struct node_tree *t)
{
	return t->root;
}

void
node_set_root(struct node_tree *t, struct node *v)
{
	t->root = v;
}

struct node *
node_add(struct node_tree *t, enum node_kind kind, uint32_t line,
    uint32_t column)
{
	struct owned *o = t->count < NODE_VALUES ? calloc(1, sizeof(*o)) : NULL;

	if (o == NULL)
		return NULL;
	t->count++;
	o->next = t->all;
	t->all = o;
	o->value = (struct node){ .kind = kind,
		.line = line,
		.column = column,
		.text = "" };
	return &o->value;
}

bool
node_set_text(struct node_tree *t, struct node *v, const void *text,
    size_t length)
{
	struct owned *o = (struct owned *)v;

	(void)t;
	o->text = malloc(length + 1);
	if (o->text == NULL)
		return false;
	memcpy(o->text, text, length);
	o->text[length] = '\0';
	v->text = o->text;
	return true;
}

bool
node_append(struct node_tree *t, struct node *to, struct node *item)
{
	struct owned *o = (struct owned *)to;
	uint32_t size = o->size > 0 ? o->size * 2 : 4;
	struct node **grown = to->items;

	(void)t;
	if (to->count == o->size) {
		grown = realloc(to->items, size * sizeof(struct node *));
		if (grown == NULL)
			return false;
		to->items = grown;
		o->size = size;
	}
	to->items[to->count++] = item;
	return true;
}

static const struct node *
get(const struct node *v, const char *key, unsigned deep, unsigned *looked)
{
	const struct node *found = NULL;

	/* Maps that merge lists of maps that do branch at each step. */
	if (v == NULL || v->kind != NODE_MAP || deep > MERGES_DEEP ||
	    (*looked)++ >= MERGED_MOST)
		return NULL;
	for (uint32_t i = 0; i + 1 < v->count; i += 2)
		if (v->items[i]->kind == NODE_SCALAR &&
		    strcmp(v->items[i]->text, key) == 0)
			return v->items[i + 1];
	for (uint32_t i = 0; found == NULL && i + 1 < v->count; i += 2) {
		const struct node *from = v->items[i + 1];

		if (strcmp(v->items[i]->text, MERGE) != 0)
			continue;
		found = get(from, key, deep + 1, looked);
		for (uint32_t k = 0; from->kind == NODE_LIST && k < 8 &&
				     found == NULL && k < from->count;
		     k++)
			found = get(from->items[k], key, deep + 1, looked);
	}
	return found;
}

const struct node *
node_get(const struct node *v, const char *key)
{
	unsigned looked = 0;

	return get(v, key, 0, &looked);
}

const char *
node_text(const struct node *v)
{
	return v != NULL && v->kind == NODE_SCALAR ? v->text : NULL;
}

const char *
node_word(const struct node *v, const char *key, const char *otherwise)
{
	const char *text = node_text(node_get(v, key));

	return text != NULL ? text : otherwise;
}

bool
node_true(const struct node *v, bool otherwise)
{
	const char *text = node_text(v);

	if (text == NULL || text[0] == '\0')
		return otherwise;
	return strcasecmp(text, "false") != 0 && strcasecmp(text, "no") != 0 &&
	       strcasecmp(text, "off") != 0;
}
