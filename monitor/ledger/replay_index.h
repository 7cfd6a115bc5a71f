/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_index.h: 64-bit keys (digests) -> numbers in an array. PURE. Private
 * to replay*.c.
 */
#ifndef MONITOR_LEDGER_REPLAY_INDEX_H
#define MONITOR_LEDGER_REPLAY_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONE UINT32_MAX

struct index {
	uint64_t *keys;
	uint32_t *values;
	size_t size, count; /* size: a power of two, or 0 */
};
uint32_t index_find(const struct index *x, uint64_t key);
/* False: no memory. The key is not there yet. */
bool index_add(struct index *x, uint64_t key, uint32_t value);

#endif
