/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_text.h: a plan -> what it changes, a line each, as people read it. PURE.
 * No credentials.
 */
#ifndef MONITOR_INVENTORY_PLAN_TEXT_H
#define MONITOR_INVENTORY_PLAN_TEXT_H

#include <stddef.h>

struct floor_plan;
struct inventory_plan;

/* Of what people watch live and what they are told at once: so many lines, and
 * how many more there are. */
#define PLAN_TEXT_SHOWN 200u

/* At most `most` lines; given. NULL: no memory. */
char *plan_text_inventory(const struct inventory_plan *plan, size_t most);
char *plan_text_floor(const struct floor_plan *plan, size_t most);

#endif
