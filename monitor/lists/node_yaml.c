/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The room's only file that includes yaml.h: libyaml's events -> a tree. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "monitor/inventory/mistake.h"
#include "monitor/lists/node.h"

#define ANCHORS 256u

struct builder {
	struct node_tree *tree;
	const char *file;
	struct inventory_mistakes *mistakes;
	struct node *open[NODE_DEPTH];
	unsigned depth;
	struct {
		char *name;
		struct node *value;
	} anchors[ANCHORS];
	unsigned anchor_count;
	unsigned documents;
};

static bool
wrong(struct builder *b, const yaml_mark_t *at, const char *what)
{
	mistake_add(b->mistakes,
	    (struct mistake_place){ b->file, at->line + 1, at->column + 1 },
	    "%s", what);
	return false;
}

static void
wrong_syntax(struct builder *b, const yaml_parser_t *p)
{
	const yaml_mark_t *at =
	    p->error == YAML_READER_ERROR ? &p->mark : &p->problem_mark;

	mistake_add(b->mistakes,
	    (struct mistake_place){ b->file, at->line + 1, at->column + 1 },
	    "%s%s%s, expected YAML in UTF-8",
	    p->context != NULL ? p->context : "",
	    p->context != NULL ? ": " : "",
	    p->problem != NULL ? p->problem : "not readable");
}

/* Where it belongs: into what is open, or the root. */
static bool
place(struct builder *b, const yaml_event_t *e, struct node *v)
{
	if (b->depth == 0) {
		node_set_root(b->tree, v);
		return true;
	}
	return node_append(b->tree, b->open[b->depth - 1], v) ||
	       wrong(b, &e->start_mark, "memory is out");
}

static bool
note_anchor(struct builder *b, const yaml_event_t *e, const yaml_char_t *name,
    struct node *v)
{
	if (name == NULL)
		return true;
	if (b->anchor_count == ANCHORS)
		return wrong(b, &e->start_mark,
		    "too many anchors, expected at most 256");
	b->anchors[b->anchor_count].name = strdup((const char *)name);
	b->anchors[b->anchor_count].value = v;
	return b->anchors[b->anchor_count++].name != NULL ||
	       wrong(b, &e->start_mark, "memory is out");
}

/* The last of that name counts. One that is still open would hold itself. */
static bool
alias(struct builder *b, const yaml_event_t *e)
{
	const char *name = (const char *)e->data.alias.anchor;

	for (unsigned i = b->anchor_count; i-- > 0;) {
		if (strcmp(b->anchors[i].name, name) != 0)
			continue;
		for (unsigned k = 0; k < b->depth; k++)
			if (b->open[k] == b->anchors[i].value)
				return wrong(b, &e->start_mark,
				    "an alias of what it stands in");
		return place(b, e, b->anchors[i].value);
	}
	return wrong(b, &e->start_mark, "an alias of nothing");
}

static bool
begin(struct builder *b, const yaml_event_t *e, enum node_kind kind,
    const yaml_char_t *anchor)
{
	struct node *v =
	    node_add(b->tree, kind, (uint32_t)e->start_mark.line + 1,
		(uint32_t)e->start_mark.column + 1);

	if (v == NULL)
		return wrong(b, &e->start_mark,
		    "too much of it, expected at most 100000 values");
	if (!place(b, e, v) || !note_anchor(b, e, anchor, v))
		return false;
	if (kind == NODE_SCALAR)
		return node_set_text(b->tree, v, e->data.scalar.value,
			   e->data.scalar.length) ||
		       wrong(b, &e->start_mark, "memory is out");
	if (b->depth == NODE_DEPTH)
		return wrong(b, &e->start_mark, "nested too deeply");
	b->open[b->depth++] = v;
	return true;
}

static bool
take(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return ++b->documents == 1 ||
		       wrong(b, &e->start_mark,
			   "a second document ('---'), expected one");
	case YAML_ALIAS_EVENT:
		return alias(b, e);
	case YAML_SCALAR_EVENT:
		return begin(b, e, NODE_SCALAR, e->data.scalar.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return begin(b, e, NODE_LIST, e->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return begin(b, e, NODE_MAP, e->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return true;
	default:
		return true;
	}
}

static bool
parse_all(struct builder *b, yaml_parser_t *parser)
{
	bool more = true;

	while (more) {
		yaml_event_t e;

		if (!yaml_parser_parse(parser, &e)) {
			wrong_syntax(b, parser);
			return false;
		}
		bool last = e.type == YAML_STREAM_END_EVENT;

		more = take(b, &e);
		yaml_event_delete(&e);
		if (last)
			return true;
	}
	return false;
}

struct node_tree *
node_parse(const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes)
{
	struct builder *b = calloc(1, sizeof(*b));
	struct node_tree *tree = node_new();
	yaml_parser_t parser;
	bool well =
	    b != NULL && tree != NULL && yaml_parser_initialize(&parser);

	if (!well) {
		mistake_add(mistakes, (struct mistake_place){ file, 0, 0 },
		    "memory is out");
	} else {
		b->tree = tree;
		b->file = file;
		b->mistakes = mistakes;
		yaml_parser_set_input_string(&parser, bytes, length);
		well = parse_all(b, &parser);
		yaml_parser_delete(&parser);
		for (unsigned i = 0; i < b->anchor_count; i++)
			free(b->anchors[i].name);
	}
	free(b);
	if (well && node_root(tree) == NULL) {
		mistake_add(mistakes, (struct mistake_place){ file, 1, 1 },
		    "the file is empty");
		well = false;
	}
	if (!well)
		node_free(&tree);
	return tree;
}
