/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_walk.h: YAML events, one by one, -> settings and faults, by the one
 * table of keys in config_walk.c. PURE; knows no libyaml and no file. Events
 * come in YAML's order but their content is anything.
 */
#ifndef MONITOR_CONFIG_CONFIG_WALK_H
#define MONITOR_CONFIG_CONFIG_WALK_H

#include "monitor/config/config.h"

#define CONFIG_DEPTH 8
#define CONFIG_KEYS 192 /* most rows in the table */
#define CONFIG_LIST_BYTES 4096

struct config_row; /* config_table.h */
struct config_group;

enum config_event {
	CONFIG_SCALAR,
	CONFIG_SEQUENCE,
	CONFIG_SEQUENCE_END,
	CONFIG_MAP,
	CONFIG_MAP_END,
	CONFIG_ALIAS,
};

struct config_token {
	enum config_event event;
	uint32_t line; /* from 1 */
	uint32_t column;
	const char *text; /* scalar's value, NUL-terminated; borrowed */
	size_t length;	  /* without the NUL; may hold others inside */
};

/* One open mapping. */
struct config_level {
	char prefix[64]; /* "http." ; "" at the top */
	char key[64];	 /* the key read last */
	bool expect_value;
	uint32_t line, column; /* of that key */
	/* The level of a group's items, or (item) of one of them. */
	const struct config_group *group;
	bool item;
};

struct config_place {
	uint32_t line, column; /* 0 = nowhere */
};
/* Where an item and its values stand; by the row's place in the table. */
struct config_item_places {
	struct config_place at, row[CONFIG_KEYS];
};

struct config_walk {
	struct monitor_config config; /* being filled */
	struct config_faults *faults; /* borrowed */
	struct config_level level[CONFIG_DEPTH];
	uint32_t depth;
	uint32_t skip; /* open collections inside something refused */
	/* A list of texts under way: they become one, by comma. */
	const struct config_row *list; /* NULL: none is */
	uint32_t list_line, list_column;
	char listed[CONFIG_LIST_BYTES];
	size_t listed_length; /* also of what found no room */
	bool skip_value;      /* the next value belongs to a refused key */
	bool started;
	bool seen[CONFIG_KEYS];		/* rows of the table met */
	uint32_t row_line[CONFIG_KEYS]; /* where */
	uint32_t row_column[CONFIG_KEYS];
	bool section_seen[CONFIG_KEYS]; /* by first row of the section */
	uint32_t section_line[CONFIG_KEYS];
	/* The item whose level is open, and its rows; all of them in places:
	 * channels, roles and rules one after the other. */
	void *item;
	struct config_item_places *item_places;
	struct config_item_places places[3 * CONFIG_ITEMS];
};

void config_walk_init(struct config_walk *w, struct config_faults *faults);
void config_walk_token(struct config_walk *w, const struct config_token *t);
/* Where the item's value stands, or the item itself. path: "alerts.rules.to".
 */
struct config_place config_walk_place(const struct config_walk *w,
    const char *path, uint32_t item);
/* The end: what must hold between keys. */
void config_walk_end(struct config_walk *w);

/* A fault from outside the walk (libyaml's own). printf-like. */
void config_walk_fault(struct config_faults *faults, uint32_t line,
    uint32_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
