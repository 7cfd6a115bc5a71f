/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert_index.h: a number -> a pointer, borrowed. PURE; private to the room.
 */
#ifndef MONITOR_ALERT_ALERT_INDEX_H
#define MONITOR_ALERT_ALERT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_index;

/* NULL: no memory. */
struct alert_index *alert_index_new(void);
void alert_index_free(struct alert_index **x);
/* key is not 0; thing is not NULL. False: no memory. */
bool alert_index_put(struct alert_index *x, uint64_t key, void *thing);
/* NULL: none. */
void *alert_index_find(const struct alert_index *x, uint64_t key);
void alert_index_remove(struct alert_index *x, uint64_t key);
/* The things in turn: *at from 0; NULL at the end. Nothing is put or removed
 * meanwhile. */
void *alert_index_next(const struct alert_index *x, size_t *at);

#endif
