/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arena.h: strings that live and die together, and growing arrays. PURE;
 * private to this room. */
#ifndef MONITOR_INVENTORY_ARENA_H
#define MONITOR_INVENTORY_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct inventory_arena;

struct inventory_arena *arena_new(void); /* NULL: no memory */
void arena_free(struct inventory_arena **a);
/* n bytes and a NUL behind them; NULL: no memory. */
char *arena_copy(struct inventory_arena *a, const char *bytes, size_t n);
/* The same for numbers, aligned as they must be. */
int64_t *arena_numbers(struct inventory_arena *a, const int64_t *v, size_t n);
/* Room for one more item of an array that doubles; NULL: no memory, the array
 * stays. The new item is zeroed. */
void *arena_more(void *items, size_t *count, size_t item_size, void **item_out);

#endif
