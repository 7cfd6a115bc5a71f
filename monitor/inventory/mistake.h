/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mistake.h: collects "file:line:column: what, expected what". PURE; for
 * those that read lists: this room and monitor/lists. */
#ifndef MONITOR_INVENTORY_MISTAKE_H
#define MONITOR_INVENTORY_MISTAKE_H

#include <stddef.h>

#include "monitor/inventory/inventory.h"

struct mistake_place {
	const char *file;
	size_t line, column; /* 0 = not known */
};

/* The place behind n bytes of the file: wide, a letter of UTF-8 is one column,
 * else a byte is. */
struct mistake_place mistake_place_after(const char *file, const char *p,
    size_t n, bool wide);
/* Also of what is not wrong, but was taken as something (notes). Control bytes
 * in what is printed are shown as \xNN. */
void mistake_add(struct inventory_mistakes *m, struct mistake_place place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A list that was meant whole and names nothing was cut off on its way: where
 * there is something, it would remove all. */
void mistake_if_none(struct inventory_mistakes *m, const char *file,
    size_t named, size_t there);

#endif
