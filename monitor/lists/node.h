/* SPDX-License-Identifier: GPL-3.0-or-later */
/* node.h: another program's YAML as a tree, each value with its place in the
 * file. PURE but for node_yaml.c, which fills it; hostile input: depth, values
 * and bytes are bounded, and an alias is the value that it names, never a copy.
 * Private to this room.
 */
#ifndef MONITOR_LISTS_NODE_H
#define MONITOR_LISTS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/inventory/inventory.h"

#define NODE_VALUES 100000u
#define NODE_DEPTH 40u

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	uint32_t line, column;
	const char *text; /* a scalar's; NUL-terminated, "" for others */
	/* Of a list its values; of a map key, value, key, value. */
	struct node **items; /* owned by the tree */
	uint32_t count;
};

struct node_tree;

/* NULL, with what is wrong in mistakes. file: what they call it. */
struct node_tree *node_parse(const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes);
void node_free(struct node_tree **t);
struct node *node_root(struct node_tree *t);

/* A map's value, also of what it merges in ("<<"); NULL: it has none, or v is
 * no map (v may be NULL). */
const struct node *node_get(const struct node *v, const char *key);
/* The text of a scalar; NULL: it is none. */
const char *node_text(const struct node *v);
/* The text under a key; otherwise if there is none. */
const char *node_word(const struct node *v, const char *key,
    const char *otherwise);
/* YAML's false, no, off; else true. otherwise if v is no scalar. */
bool node_true(const struct node *v, bool otherwise);

/* For node_yaml.c. NULL: too much, or no memory. */
struct node_tree *node_new(void);
struct node *node_add(struct node_tree *t, enum node_kind kind, uint32_t line,
    uint32_t column);
bool node_set_text(struct node_tree *t, struct node *v, const void *text,
    size_t length);
bool node_append(struct node_tree *t, struct node *to, struct node *item);
void node_set_root(struct node_tree *t, struct node *v);

#endif
