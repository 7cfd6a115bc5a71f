/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lines.h: sites with a ceiling, as commands and pages tell of them: what is
 * planned for their lines, what came over them lately. Our own database's
 * words.
 */
#ifndef MONITOR_LINES_H
#define MONITOR_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration.h"

struct store_reader;

struct lines {
	struct inventory *inventory; /* owned */
	struct ration *ration;	     /* owned; borrows the inventory's paths */
	uint64_t *measured; /* kbit/s of each site of it, with all below, in
			     * the last full ten minutes; owned */
};

/* By the rates of the last full ten minutes where they are known. False: the
 * reader says why, or memory is out. */
bool lines_read(struct lines *out, struct store_reader *r);
void lines_fini(struct lines *l);
/* Of the site of that path; NULL: it has no ceiling. */
const struct ration_site *lines_find(const struct lines *l, const char *path,
    uint64_t *measured_out);

#endif
