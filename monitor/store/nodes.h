/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodes.h: leaves and tiles of the ledger's tree, out of their tables. Private
 * to this room; for the writer's connection and for readers'.
 */
#ifndef MONITOR_STORE_NODES_H
#define MONITOR_STORE_NODES_H

#include "monitor/ledger/tree.h"
#include "monitor/store/db.h"

struct nodes {
	struct db *db;
	int64_t base; /* seq before the first line */
};
/* Level 0, 8, 16, 24; all `count` of them, or false. */
bool nodes_get(struct nodes *n, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH]);
/* Borrows n. */
struct tree_source nodes_source(struct nodes *n);

#endif
