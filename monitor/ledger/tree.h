/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tree.h: hashes of leaves -> a Merkle tree that only grows, and proofs about
 * it (RFC 9162 2.1). PURE; what is verified may be hostile. Inner nodes are
 * SHA-256(0x01 | left | right); a leaf's hash is the ledger line's own. The
 * root of nothing is SHA-256 of nothing.
 *
 * A node (level, place) is the complete subtree over the 2^level leaves from
 * place << level on. Kept for ever are those of level 8, 16 and 24 ("tiles");
 * with the leaves they give every other node, and a proof reads at most a few
 * hundred hashes. Leaves may be cut off at borders of 256 from the old end: all
 * that is said of sizes behind the cut can still be proved.
 */
#ifndef MONITOR_LEDGER_TREE_H
#define MONITOR_LEDGER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/hash.h"

#define TREE_LEVELS 63
#define TREE_STEP 8 /* levels between tiles */
#define TREE_TILE 256
#define TREE_TILES 3 /* levels 8, 16, 24 */

/* What must be known to go on: for each bit l of size, the root of the newest
 * complete subtree of 2^l leaves that no larger one holds. */
struct tree {
	uint64_t size;
	uint8_t node[TREE_LEVELS][LEDGER_HASH];
};

/* Adds a leaf; gives how many tiles it completed: level 8 (hash tiles[0]),
 * 16 and 24, each at place ((size after) >> level) - 1. */
unsigned tree_append(struct tree *t, const uint8_t leaf[LEDGER_HASH],
    uint8_t tiles[TREE_TILES][LEDGER_HASH]);
void tree_root(const struct tree *t, uint8_t out[LEDGER_HASH]);

/* Where leaves and tiles come from. get: those of level 0, 8, 16 or 24 from
 * `place` on, count of them (1 to 256); false: (one of them) is not there. */
struct tree_source {
	bool (*get)(void *arg, unsigned level, uint64_t place, unsigned count,
	    uint8_t (*out)[LEDGER_HASH]);
	void *arg;
};

/* All false when the source lacks something that is needed. */
/* The frontier as it was at this size: at a start, or for the root then. */
bool tree_at(const struct tree_source *s, uint64_t size, struct tree *out);

struct tree_proof {
	unsigned count;
	uint8_t hash[2 * TREE_LEVELS][LEDGER_HASH];
};

/* That leaf `index` is in the tree of `size` (RFC 9162 2.1.3.1); index < size.
 */
bool tree_inclusion(const struct tree_source *s, uint64_t index, uint64_t size,
    struct tree_proof *out);
/* That the tree of `old` is a beginning of the one of `size` (2.1.4.1);
 * 0 < old <= size. Empty when both are the same. */
bool tree_consistency(const struct tree_source *s, uint64_t old, uint64_t size,
    struct tree_proof *out);

/* 2.1.3.2 */
bool tree_inclusion_holds(uint64_t index, uint64_t size,
    const uint8_t leaf[LEDGER_HASH], const struct tree_proof *proof,
    const uint8_t root[LEDGER_HASH]);
/* 2.1.4.2; from old = 0 anything follows, and the proof is empty. */
bool tree_consistency_holds(uint64_t old, uint64_t size,
    const uint8_t old_root[LEDGER_HASH], const uint8_t root[LEDGER_HASH],
    const struct tree_proof *proof);

#endif
