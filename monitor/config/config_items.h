/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_items.h: what the schema walk does within a group (config_table.h):
 * each item's section fills the next struct of the group's array. PURE;
 * private to the walk, whose rules hold.
 */
#ifndef MONITOR_CONFIG_CONFIG_ITEMS_H
#define MONITOR_CONFIG_CONFIG_ITEMS_H

#include "monitor/config/config_walk.h"

#define SAY(w, line, column, ...)                                              \
	config_walk_fault((w)->faults, line, column, __VA_ARGS__)

struct config_level *config_top(struct config_walk *w);
/* Deeper: there must be room. */
void config_push(struct config_walk *w, const char *path,
    const struct config_group *group, bool item);

/* NULL: no group lies there. */
const struct config_group *config_items_group(const char *path);
/* The value of a group's own key. */
void config_items_value(struct config_walk *w, const struct config_token *t,
    const struct config_group *g);
/* Whether the walk is in a group, in none of its items; then the token is
 * that one's. */
bool config_items_between(const struct config_walk *w);
void config_items_token(struct config_walk *w, const struct config_token *t);

#endif
