/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/ledger/tree.h"

#include <string.h>

static void
node_of(const uint8_t left[LEDGER_HASH], const uint8_t right[LEDGER_HASH],
    uint8_t out[LEDGER_HASH])
{
	uint8_t bytes[1 + 2 * LEDGER_HASH];

	bytes[0] = 0x01;
	memcpy(bytes + 1, left, LEDGER_HASH);
	memcpy(bytes + 1 + LEDGER_HASH, right, LEDGER_HASH);
	hash_of(bytes, sizeof(bytes), out);
}

unsigned
tree_append(struct tree *t, const uint8_t leaf[LEDGER_HASH],
    uint8_t tiles[TREE_TILES][LEDGER_HASH])
{
	uint8_t hash[LEDGER_HASH];
	unsigned level = 0, done = 0;

	memcpy(hash, leaf, LEDGER_HASH);
	for (uint64_t left = t->size; left & 1; left >>= 1) {
		node_of(t->node[level], hash, hash);
		level++;
		if (level % TREE_STEP == 0 && done < TREE_TILES)
			memcpy(tiles[done++], hash, LEDGER_HASH);
	}
	memcpy(t->node[level], hash, LEDGER_HASH);
	t->size++;
	return done;
}

void
tree_root(const struct tree *t, uint8_t out[LEDGER_HASH])
{
	bool some = false;

	if (t->size == 0)
		hash_of("", 0, out);
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if (!(t->size >> level & 1))
			continue;
		if (some)
			node_of(t->node[level], out, out);
		else
			memcpy(out, t->node[level], LEDGER_HASH);
		some = true;
	}
}

/* The level of the tiles (or leaves) that a node is made of. */
static unsigned
base_of(unsigned level)
{
	unsigned base = level / TREE_STEP * TREE_STEP;

	return base < TREE_TILES * TREE_STEP ? base : TREE_TILES * TREE_STEP;
}

static bool
node_at(const struct tree_source *s, unsigned level, uint64_t place,
    uint8_t out[LEDGER_HASH])
{
	unsigned base = base_of(level), above = level - base;
	uint8_t row[TREE_TILE][LEDGER_HASH], left[LEDGER_HASH];

	if (above > TREE_STEP) /* beyond 2^32 leaves: halve first */
		return node_at(s, level - 1, 2 * place, left) &&
		       node_at(s, level - 1, 2 * place + 1, out) &&
		       (node_of(left, out, out), true);
	unsigned count = 1u << above;

	if (!s->get(s->arg, base, place << above, count, row))
		return false;
	for (; count > 1; count /= 2)
		for (unsigned i = 0; i < count / 2; i++)
			node_of(row[2 * i], row[2 * i + 1], row[i]);
	memcpy(out, row[0], LEDGER_HASH);
	return true;
}

bool
tree_at(const struct tree_source *s, uint64_t size, struct tree *out)
{
	memset(out, 0, sizeof(*out));
	out->size = size;
	for (unsigned level = 0; level < TREE_LEVELS; level++)
		if ((size >> level & 1) &&
		    !node_at(s, level, (size >> level) - 1, out->node[level]))
			return false;
	return true;
}

/* The largest power of two below n (n > 1), as its exponent. */
static unsigned
split(uint64_t n)
{
	return 63u - (unsigned)__builtin_clzll(n - 1);
}

/* The root over the n leaves from `begin` on; begin is a multiple of the power
 * of two that is at least n, as every right-hand side is. */
static bool
range(const struct tree_source *s, uint64_t begin, uint64_t n,
    uint8_t out[LEDGER_HASH])
{
	struct tree t = { .size = n };
	uint64_t at = begin;

	for (unsigned level = TREE_LEVELS; level-- > 0;) {
		if (!(n >> level & 1))
			continue;
		if (!node_at(s, level, at >> level, t.node[level]))
			return false;
		at += (uint64_t)1 << level;
	}
	tree_root(&t, out);
	return true;
}

static bool
add(const struct tree_source *s, uint64_t begin, uint64_t n,
    struct tree_proof *p)
{
	return p->count < 2 * TREE_LEVELS &&
	       range(s, begin, n, p->hash[p->count++]);
}

static void
reverse(struct tree_proof *p)
{
	uint8_t kept[LEDGER_HASH];

	for (unsigned i = 0; i < p->count / 2; i++) {
		unsigned k = p->count - 1 - i;

		memcpy(kept, p->hash[i], LEDGER_HASH);
		memcpy(p->hash[i], p->hash[k], LEDGER_HASH);
		memcpy(p->hash[k], kept, LEDGER_HASH);
	}
}

/* From the root down; each step adds the side it does not go into. */
bool
tree_inclusion(const struct tree_source *s, uint64_t index, uint64_t size,
    struct tree_proof *out)
{
	uint64_t begin = 0, n = size;

	out->count = 0;
	while (n > 1) {
		uint64_t k = (uint64_t)1 << split(n);
		bool right = index - begin >= k;

		if (!add(s, right ? begin : begin + k, right ? k : n - k, out))
			return false;
		begin += right ? k : 0;
		n = right ? n - k : k;
	}
	reverse(out);
	return true;
}

bool
tree_consistency(const struct tree_source *s, uint64_t old, uint64_t size,
    struct tree_proof *out)
{
	uint64_t begin = 0, n = size, m = old;
	bool whole = true; /* the old tree is a subtree as it stands */

	out->count = 0;
	while (m != n) {
		uint64_t k = (uint64_t)1 << split(n);
		bool right = m > k;

		if (!add(s, right ? begin : begin + k, right ? k : n - k, out))
			return false;
		whole &= !right;
		begin += right ? k : 0;
		m -= right ? k : 0;
		n = right ? n - k : k;
	}
	if (!whole && !add(s, begin, m, out))
		return false;
	reverse(out);
	return true;
}

static bool
same(const uint8_t a[LEDGER_HASH], const uint8_t b[LEDGER_HASH])
{
	return memcmp(a, b, LEDGER_HASH) == 0;
}

bool
tree_inclusion_holds(uint64_t index, uint64_t size,
    const uint8_t leaf[LEDGER_HASH], const struct tree_proof *proof,
    const uint8_t root[LEDGER_HASH])
{
	uint64_t fn = index, sn = size - 1;
	uint8_t r[LEDGER_HASH];

	if (index >= size)
		return false;
	memcpy(r, leaf, LEDGER_HASH);
	for (unsigned i = 0; i < proof->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			node_of(proof->hash[i], r, r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			node_of(r, proof->hash[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(r, root);
}

bool
tree_consistency_holds(uint64_t old, uint64_t size,
    const uint8_t old_root[LEDGER_HASH], const uint8_t root[LEDGER_HASH],
    const struct tree_proof *proof)
{
	uint64_t fn = old - 1, sn = size - 1;
	uint8_t fr[LEDGER_HASH], sr[LEDGER_HASH];
	unsigned i = 0;

	if (old == 0 || old >= size)
		return old <= size && proof->count == 0 &&
		       (old == 0 || same(old_root, root));
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	/* A complete old tree is its own first node: it is left out. */
	bool complete = (old & (old - 1)) == 0;

	if (!complete && proof->count == 0)
		return false;
	memcpy(fr, complete ? old_root : proof->hash[i++], LEDGER_HASH);
	memcpy(sr, fr, LEDGER_HASH);
	for (; i < proof->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			node_of(proof->hash[i], fr, fr);
			node_of(proof->hash[i], sr, sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			node_of(sr, proof->hash[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(fr, old_root) && same(sr, root);
}
