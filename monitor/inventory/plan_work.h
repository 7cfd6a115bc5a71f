/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_work.h: a plan of sites, devices and feeds in the making, shared by the
 * files that make it. PURE; private to this room.
 */
#ifndef MONITOR_INVENTORY_PLAN_WORK_H
#define MONITOR_INVENTORY_PLAN_WORK_H

#include "monitor/inventory/inventory.h"

struct plan_work {
	const struct inventory *now, *wish;
	const struct inventory_options *opt;
	struct inventory_mistakes *mistakes;
	struct inventory_plan *plan; /* owned until plan_work_end */
	bool no_memory;
};

void plan_work_begin(struct plan_work *w);
/* What was made of it, given; NULL: no memory, or there are more mistakes than
 * `before`. */
struct inventory_plan *plan_work_end(struct plan_work *w, size_t before);

/* A change of one record: as it shall be, or, removed, as it was; copied.
 * fields: of a CHANGE; one of none is only counted. */
void plan_work_site(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_site *s, uint32_t fields);
void plan_work_device(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_device *d, uint32_t fields);
void plan_work_feed(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_feed *f, uint32_t fields);

/* Takes the wish for one value, if it is given; the bit, if that changes it. */
uint32_t plan_take_text(uint32_t given, uint32_t bit, const char **value,
    const char *wish);
uint32_t plan_take_number(uint32_t given, uint32_t bit, uint32_t *value,
    uint32_t wish);

/* NULL: none of that path. */
const struct inventory_site *plan_site_of(const struct inventory *inv,
    const char *path);
/* What the wish says of one of them, held against what is there. */
void plan_site(struct plan_work *w, const struct inventory_site *wish);
void plan_device(struct plan_work *w, const struct inventory_device *wish);
void plan_feeds(struct plan_work *w);

#endif
