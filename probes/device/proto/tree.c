/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/tree.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (32u << 10)

struct block {
	struct block *next;
	size_t used, size;
	char bytes[];
};

/* A node while it is built. */
struct open_node {
	struct tree_node *node;
	struct tree_node *last; /* child */
	struct tree_attribute *last_attribute;
};

struct tree {
	struct block *blocks;
	size_t bytes; /* of all blocks */
	struct open_node open[TREE_DEPTH];
	unsigned depth;
	struct tree_node *root;
	char *text; /* of the element that was opened last; owned */
	size_t text_length;
	const char *fault;
};

static bool
fail(struct tree *t, const char *why)
{
	if (t->fault == NULL)
		t->fault = why;
	return false;
}

static void *
take(struct tree *t, size_t n)
{
	struct block *b = t->blocks;
	size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	void *p;

	n = (n + 7) & ~(size_t)7;
	if (b == NULL || b->size - b->used < n) {
		size = (size + 7) & ~(size_t)7;
		if (t->bytes + size > TREE_BYTES) {
			fail(t, "it holds too much");
			return NULL;
		}
		b = malloc(sizeof(*b) + size);
		if (b == NULL) {
			fail(t, "memory is out");
			return NULL;
		}
		b->next = t->blocks;
		b->used = 0;
		b->size = size;
		t->blocks = b;
		t->bytes += size;
	}
	p = b->bytes + b->used;
	b->used += n;
	return p;
}

static const char *
copy(struct tree *t, const char *bytes, size_t n)
{
	char *p = take(t, n + 1);

	if (p == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, bytes, n);
	p[n] = '\0';
	return p;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
copy_trimmed(struct tree *t, const char *bytes, size_t n)
{
	while (n > 0 && blank(bytes[n - 1]))
		n--;
	while (n > 0 && blank(bytes[0])) {
		bytes++;
		n--;
	}
	return n > 0 ? copy(t, bytes, n) : "";
}

struct tree *
tree_new(void)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->text = malloc(TREE_TEXT_BYTES);
	if (t->text == NULL)
		tree_free(&t);
	return t;
}

void
tree_free(struct tree **tp)
{
	struct tree *t = *tp;

	if (t == NULL)
		return;
	*tp = NULL;
	while (t->blocks != NULL) {
		struct block *b = t->blocks;

		t->blocks = b->next;
		free(b);
	}
	free(t->text);
	free(t);
}

const char *
tree_fault(const struct tree *t)
{
	return t->fault;
}

static void
hang_in(struct tree *t, struct tree_node *n)
{
	struct open_node *above = t->depth > 0 ? &t->open[t->depth - 1] : NULL;

	if (above == NULL) {
		t->root = n;
		return;
	}
	if (above->last == NULL)
		above->node->child = n;
	else
		above->last->next = n;
	above->last = n;
}

bool
tree_open(struct tree *t, const char *name)
{
	struct tree_node *n;

	if (t->fault != NULL)
		return false;
	if (t->depth == TREE_DEPTH)
		return fail(t, "it is nested too deep");
	n = take(t, sizeof(*n));
	if (n == NULL)
		return false;
	*n = (struct tree_node){ .name = copy(t, name, strlen(name)),
		.text = "" };
	if (n->name == NULL)
		return false;
	hang_in(t, n);
	t->open[t->depth++] = (struct open_node){ .node = n };
	t->text_length = 0; /* text around elements is nobody's */
	return true;
}

bool
tree_attribute(struct tree *t, const char *name, const char *value,
    size_t length)
{
	struct open_node *o = t->depth > 0 ? &t->open[t->depth - 1] : NULL;
	struct tree_attribute *a;

	if (t->fault != NULL || o == NULL)
		return false;
	a = take(t, sizeof(*a));
	if (a == NULL)
		return false;
	*a = (struct tree_attribute){ .name = copy(t, name, strlen(name)) };
	a->value = copy_trimmed(t, value, length);
	if (a->name == NULL || a->value == NULL)
		return false;
	if (o->last_attribute == NULL)
		o->node->attributes = a;
	else
		o->last_attribute->next = a;
	o->last_attribute = a;
	return true;
}

bool
tree_text(struct tree *t, const char *bytes, size_t length)
{
	size_t room = TREE_TEXT_BYTES - t->text_length;

	if (t->fault != NULL)
		return false;
	if (length > room)
		length = room;
	memcpy(t->text + t->text_length, bytes, length);
	t->text_length += length;
	return true;
}

bool
tree_close(struct tree *t)
{
	struct open_node *o;

	if (t->fault != NULL || t->depth == 0)
		return false;
	o = &t->open[--t->depth];
	if (o->last == NULL) {
		o->node->text = copy_trimmed(t, t->text, t->text_length);
		if (o->node->text == NULL)
			o->node->text = "";
	}
	t->text_length = 0;
	return t->fault == NULL;
}

const struct tree_node *
tree_root(const struct tree *t)
{
	return t->root;
}

static const struct tree_node *
of_name(const struct tree_node *n, const char *name, size_t length)
{
	for (; n != NULL; n = n->next)
		if (strncmp(n->name, name, length) == 0 &&
		    n->name[length] == '\0')
			return n;
	return NULL;
}

const struct tree_node *
tree_child(const struct tree_node *n, const char *name)
{
	return n != NULL ? of_name(n->child, name, strlen(name)) : NULL;
}

const struct tree_node *
tree_again(const struct tree_node *n)
{
	return n != NULL ? of_name(n->next, n->name, strlen(n->name)) : NULL;
}

const struct tree_node *
tree_at(const struct tree_node *n, const char *path)
{
	while (n != NULL && *path != '\0') {
		size_t length = strcspn(path, "/");

		n = of_name(n->child, path, length);
		path += length + (path[length] == '/');
	}
	return n;
}

const char *
tree_text_at(const struct tree_node *n, const char *path)
{
	n = tree_at(n, path);
	return n != NULL ? n->text : "";
}

const char *
tree_attribute_of(const struct tree_node *n, const char *name)
{
	for (const struct tree_attribute *a = n ? n->attributes : NULL;
	     a != NULL; a = a->next)
		if (strcmp(a->name, name) == 0)
			return a->value;
	return "";
}
