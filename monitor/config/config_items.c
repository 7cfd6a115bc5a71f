/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_items.h"

#include <stdio.h>
#include <string.h>

#include "monitor/config/config_table.h"

struct config_level *
config_top(struct config_walk *w)
{
	return &w->level[w->depth - 1];
}

void
config_push(struct config_walk *w, const char *path,
    const struct config_group *group, bool item)
{
	struct config_level *l = &w->level[w->depth++];

	memset(l, 0, sizeof(*l));
	snprintf(l->prefix, sizeof(l->prefix), "%.62s.", path);
	l->group = group;
	l->item = item;
}

const struct config_group *
config_items_group(const char *path)
{
	for (size_t i = 1; i < CONFIG_GROUPS; i++)
		if (strcmp(config_groups[i].path, path) == 0)
			return &config_groups[i];
	return NULL;
}

/* The next item, with its keys at their defaults; false: too many. */
static bool
item_begin(struct config_walk *w, const struct config_group *g,
    const struct config_token *t, const char *name)
{
	uint32_t *count = config_group_count(g, &w->config);
	uint8_t number = (uint8_t)(g - config_groups);

	if (*count == g->most) {
		SAY(w, t->line, t->column, "more than %u of %s", g->most,
		    g->path);
		return false;
	}
	w->item = config_group_item(g, &w->config, *count);
	w->item_places = &w->places[(number - 1u) * CONFIG_ITEMS + (*count)++];
	w->item_places->at = (struct config_place){ t->line, t->column };
	memset(w->item, 0, g->size);
	config_table_default(number, w->item);
	snprintf(w->item, CONFIG_NAME_BYTES, "%s", name);
	for (size_t i = 0; i < config_row_count; i++)
		if (config_rows[i].group == number)
			w->seen[i] = false;
	return true;
}

static bool
is_name(const struct config_token *t)
{
	return t->length > 0 && t->length < CONFIG_NAME_BYTES &&
	       strlen(t->text) == t->length && strchr(t->text, ',') == NULL &&
	       t->text[0] != ' ' && t->text[t->length - 1] != ' ';
}

static bool
is_taken(struct config_walk *w, const struct config_group *g, const char *name)
{
	for (uint32_t i = 0; i < *config_group_count(g, &w->config); i++)
		if (strcmp(config_group_item(g, &w->config, i), name) == 0)
			return true;
	return false;
}

static void
on_name(struct config_walk *w, const struct config_token *t)
{
	struct config_level *l = config_top(w);

	l->expect_value = true;
	l->line = t->line;
	l->column = t->column;
	snprintf(l->key, sizeof(l->key), "%.63s", t->text);
	w->skip_value = true;
	if (!is_name(t))
		SAY(w, t->line, t->column,
		    "'%.60s' is not a name for one of %s, expected at most %d "
		    "bytes without commas",
		    t->text, l->group->path, CONFIG_NAME_BYTES - 1);
	else if (is_taken(w, l->group, t->text))
		SAY(w, t->line, t->column, "'%.60s' given twice in %s", t->text,
		    l->group->path);
	else
		w->skip_value = false;
}

/* What an item is made of. */
static void
on_item(struct config_walk *w, const struct config_token *t, const char *name)
{
	struct config_level *l = config_top(w);
	bool opens = t->event == CONFIG_MAP || t->event == CONFIG_SEQUENCE;

	l->expect_value = false;
	if (w->skip_value) {
		w->skip_value = false;
		w->skip = opens;
	} else if (t->event != CONFIG_MAP || w->depth == CONFIG_DEPTH) {
		SAY(w, t->line, t->column,
		    "one of %s is a %s, expected a section with: %s",
		    l->group->path,
		    t->event == CONFIG_SCALAR ? "single value" : "list",
		    config_table_keys(l->group->path));
		w->skip = opens;
	} else if (item_begin(w, l->group, t, name)) {
		config_push(w, l->group->path, l->group, true);
	} else {
		w->skip = 1;
	}
}

bool
config_items_between(const struct config_walk *w)
{
	return w->depth > 0 && w->level[w->depth - 1].group != NULL &&
	       !w->level[w->depth - 1].item;
}

void
config_items_token(struct config_walk *w, const struct config_token *t)
{
	struct config_level *l = config_top(w);

	if (t->event == CONFIG_MAP_END || t->event == CONFIG_SEQUENCE_END)
		w->depth--;
	else if (!l->group->named)
		on_item(w, t, "");
	else if (l->expect_value)
		on_item(w, t, l->key);
	else if (t->event == CONFIG_SCALAR)
		on_name(w, t);
	else {
		SAY(w, t->line, t->column,
		    "a key that is a collection, expected a name");
		l->expect_value = true;
		w->skip_value = true;
		w->skip = 1;
	}
}

void
config_items_value(struct config_walk *w, const struct config_token *t,
    const struct config_group *g)
{
	enum config_event wanted = g->named ? CONFIG_MAP : CONFIG_SEQUENCE;

	if (t->event == CONFIG_SCALAR && t->length == 0)
		return; /* there are none */
	if (t->event == wanted && w->depth < CONFIG_DEPTH) {
		config_push(w, g->path, g, false);
		return;
	}
	SAY(w, t->line, t->column, "%s is not a %s, expected %s", g->path,
	    g->named ? "section" : "list",
	    g->named ? "names, each with its keys"
		     : "items that begin with '-', each with its keys");
	w->skip = t->event != CONFIG_SCALAR;
}
