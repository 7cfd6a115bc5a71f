/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_work.h: a plan in the making, shared by the files that make it. PURE;
 * private to this room.
 */
#ifndef MONITOR_INVENTORY_FLOOR_WORK_H
#define MONITOR_INVENTORY_FLOOR_WORK_H

#include "monitor/inventory/floor.h"
#include "monitor/inventory/floor_resolve.h"

struct floor_work {
	const struct floor *now, *wanted;
	const struct floor_options *opt;
	struct floor_plan *plan;
	struct floor_resolve *names;
	struct inventory_mistakes *mistakes;
	bool no_memory;
};

/* "file:line: "name": what" */
void floor_work_mistake(struct floor_work *k, uint32_t line, const char *what,
    const char *name);
/* A change with empty records; NULL: no memory. */
struct floor_change *floor_work_add(struct floor_work *k,
    enum inventory_change_kind change, enum floor_kind kind, int64_t id);
void floor_work_count(struct floor_work *k, enum inventory_change_kind change);
/* The number of a feed that a row names; 0 after saying why. */
int64_t floor_work_feed(struct floor_work *k, uint32_t line, const char *name,
    bool no_picture);
void floor_work_remove_pattern(struct floor_work *k,
    const struct floor_pattern *was);

/* NULL: none of that name. */
const struct floor_console *floor_find_console(const struct floor *f,
    const char *name);
const struct floor_screen *floor_find_screen(const struct floor *f,
    const char *name);
const struct floor_pattern *floor_find_pattern(const struct floor *f,
    const char *name);
const struct floor_shift *floor_find_shift(const struct floor *f,
    const struct floor_shift *s);

/* What the wish says of each kind, as changes. */
void floor_plan_screens(struct floor_work *k);
void floor_plan_patterns(struct floor_work *k);
void floor_plan_roster(struct floor_work *k);

#endif
