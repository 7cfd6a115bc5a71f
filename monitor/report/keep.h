/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep.h: a report's memory: texts that live as long as it, and arrays that
 * grow. PURE; called by gather. After the first failure nothing more is kept,
 * and `failed` tells.
 */
#ifndef MONITOR_REPORT_KEEP_H
#define MONITOR_REPORT_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keep_block;
struct keep {
	struct keep_block *blocks; /* owned */
	bool failed;
};
void keep_free(struct keep *k);
/* A copy; "" when memory is out. NULL is "". */
const char *keep_text(struct keep *k, const char *text);
/* n bytes, zeroed, aligned for anything; NULL: no memory. */
void *keep_bytes(struct keep *k, size_t n);

struct keep_list { /* owned by whoever made it: keep_list_free */
	void *items;
	uint32_t count, room;
};
/* A new item at the end, zeroed; NULL: no memory. */
void *keep_more(struct keep *k, struct keep_list *list, size_t item_size);
void keep_list_free(struct keep_list *list);

#endif
