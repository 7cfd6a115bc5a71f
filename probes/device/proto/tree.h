/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.h: elements of an XML document as they open and close -> a small tree
 * to look things up in. PURE; names and texts are hostile, their number and
 * depth bounded. Names are local ones: devices use namespaces as they please.
 */
#ifndef PROBES_DEVICE_PROTO_TREE_H
#define PROBES_DEVICE_PROTO_TREE_H

#include <stdbool.h>
#include <stddef.h>

#define TREE_DEPTH 64
#define TREE_BYTES (16u << 20)	    /* of memory */
#define TREE_TEXT_BYTES (16u << 10) /* of one element; more is cut */

struct tree_attribute {
	const char *name, *value;
	const struct tree_attribute *next;
};

struct tree_node {
	const char *name, *text; /* without blanks around; "" = none */
	const struct tree_attribute *attributes;
	const struct tree_node *child, *next;
};

struct tree;

struct tree *tree_new(void); /* NULL: no memory */
void tree_free(struct tree **t);

/* Building. False: a bound is passed, or memory is out (tree_fault). */
bool tree_open(struct tree *t, const char *name);
bool tree_attribute(struct tree *t, const char *name, const char *value,
    size_t length); /* of the element that was opened last */
bool tree_text(struct tree *t, const char *bytes, size_t length);
bool tree_close(struct tree *t);
const char *tree_fault(const struct tree *t); /* NULL = none */

/* Looking up; nodes are borrowed from the tree, NULL = there is none, which
 * all of these bear. */
const struct tree_node *tree_root(const struct tree *t);
/* The first child of that name. */
const struct tree_node *tree_child(const struct tree_node *n, const char *name);
/* The next sibling of the same name. */
const struct tree_node *tree_again(const struct tree_node *n);
/* "Date/Year": child of a child. */
const struct tree_node *tree_at(const struct tree_node *n, const char *path);
/* Its text; "" = there is none. */
const char *tree_text_at(const struct tree_node *n, const char *path);
const char *tree_attribute_of(const struct tree_node *n, const char *name);

#endif
