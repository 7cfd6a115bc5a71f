/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that includes yaml.h: libyaml's events -> the schema walk. */
#include "monitor/config/config.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "monitor/config/config_outline.h"
#include "monitor/config/config_walk.h"

static bool
token_of(const yaml_event_t *e, struct config_token *t)
{
	memset(t, 0, sizeof(*t));
	t->line = (uint32_t)e->start_mark.line + 1;
	t->column = (uint32_t)e->start_mark.column + 1;
	t->text = "";
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		t->event = CONFIG_SCALAR;
		t->text = (const char *)e->data.scalar.value;
		t->length = e->data.scalar.length;
		return true;
	case YAML_SEQUENCE_START_EVENT:
		t->event = CONFIG_SEQUENCE;
		return true;
	case YAML_SEQUENCE_END_EVENT:
		t->event = CONFIG_SEQUENCE_END;
		return true;
	case YAML_MAPPING_START_EVENT:
		t->event = CONFIG_MAP;
		return true;
	case YAML_MAPPING_END_EVENT:
		t->event = CONFIG_MAP_END;
		return true;
	case YAML_ALIAS_EVENT:
		t->event = CONFIG_ALIAS;
		return true;
	default:
		return false;
	}
}

static void
say_syntax(const yaml_parser_t *p, struct config_faults *faults)
{
	const yaml_mark_t *at = &p->problem_mark;
	const char *problem = p->problem ? p->problem : "not readable";

	/* The reader (encoding) knows no mark, only an offset. */
	if (p->error == YAML_READER_ERROR || p->error == YAML_MEMORY_ERROR)
		config_walk_fault(faults, (uint32_t)p->mark.line + 1,
		    (uint32_t)p->mark.column + 1,
		    "%s near byte %zu, expected YAML in UTF-8", problem,
		    p->problem_offset);
	else
		config_walk_fault(faults, (uint32_t)at->line + 1,
		    (uint32_t)at->column + 1, "%s%s%s, expected YAML",
		    p->context ? p->context : "", p->context ? ": " : "",
		    problem);
}

/* Runs the parser to its end; false when it stopped at bad syntax. */
static bool
walk_all(yaml_parser_t *parser, struct config_walk *w)
{
	unsigned documents = 0;

	for (;;) {
		struct config_token t;
		yaml_event_t e;

		if (!yaml_parser_parse(parser, &e)) {
			say_syntax(parser, w->faults);
			return false;
		}
		bool last = e.type == YAML_STREAM_END_EVENT;

		if (e.type == YAML_DOCUMENT_START_EVENT && ++documents > 1) {
			config_walk_fault(w->faults,
			    (uint32_t)e.start_mark.line + 1, 1,
			    "a second document ('---'), expected one");
			last = true;
		} else if (token_of(&e, &t)) {
			config_walk_token(w, &t);
		}
		yaml_event_delete(&e);
		if (last)
			return true;
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct config_fault *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

bool
config_parse(const void *text, size_t length, struct monitor_config *config_out,
    struct config_faults *faults_out)
{
	struct config_walk walk;
	yaml_parser_t parser;

	memset(faults_out, 0, sizeof(*faults_out));
	config_walk_init(&walk, faults_out);
	if (!yaml_parser_initialize(&parser)) {
		config_walk_fault(faults_out, 0, 0, "memory is out");
		return false;
	}
	yaml_parser_set_input_string(&parser, text, length);
	if (walk_all(&parser, &walk))
		config_walk_end(&walk);
	yaml_parser_delete(&parser);
	qsort(faults_out->fault, faults_out->count,
	    sizeof(faults_out->fault[0]), by_place);
	if (faults_out->count > 0)
		return false;
	*config_out = walk.config;
	return true;
}

char *
config_outline_of(const void *text, size_t length)
{
	struct config_outline o = { 0 };
	yaml_parser_t parser;
	bool on = true;

	if (!yaml_parser_initialize(&parser))
		return NULL;
	yaml_parser_set_input_string(&parser, text, length);
	while (on) {
		struct config_token t;
		yaml_event_t e;

		if (!yaml_parser_parse(&parser, &e))
			break;
		on = e.type != YAML_STREAM_END_EVENT;
		if (token_of(&e, &t))
			config_outline_token(&o, &t);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&parser);
	if (o.bad) {
		free(o.text);
		return NULL;
	}
	return o.text != NULL ? o.text : strdup("");
}
