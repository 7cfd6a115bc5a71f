/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree against the definitions of RFC 9162 2.1 written down as they stand
 * there: recursive, slow, obvious. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/tree.h"

#define MOST 600
#define BIG 200000

typedef uint8_t hash_t[LEDGER_HASH];

/* The leaves, and the tiles that appending them gave. */
struct forest {
	hash_t *leaf;
	hash_t *tile[TREE_TILES];
	struct tree tree;
	uint64_t cut; /* leaves before this one are gone */
	unsigned gets;
};

static bool
get(void *arg, unsigned level, uint64_t place, unsigned count, hash_t *out)
{
	struct forest *f = arg;
	hash_t *from = level == 0 ? f->leaf : f->tile[level / TREE_STEP - 1];

	assert_true(level % TREE_STEP == 0 && count >= 1 && count <= TREE_TILE);
	f->gets++;
	if (place + count > f->tree.size >> level ||
	    (level == 0 && place < f->cut))
		return false;
	memcpy(out, from + place, count * sizeof(hash_t));
	return true;
}

static void
grow(struct forest *f, uint64_t size)
{
	uint8_t tiles[TREE_TILES][LEDGER_HASH];

	f->leaf = calloc(size, sizeof(hash_t));
	for (unsigned k = 0; k < TREE_TILES; k++)
		f->tile[k] = calloc((size >> 8 * (k + 1)) + 1, sizeof(hash_t));
	for (uint64_t i = 0; i < size; i++) {
		hash_of(&i, sizeof(i), f->leaf[i]);
		unsigned n = tree_append(&f->tree, f->leaf[i], tiles);

		for (unsigned k = 0; k < n; k++)
			memcpy(f->tile[k][((i + 1) >> 8 * (k + 1)) - 1],
			    tiles[k], LEDGER_HASH);
	}
}

static void
fell(struct forest *f)
{
	free(f->leaf);
	for (unsigned k = 0; k < TREE_TILES; k++)
		free(f->tile[k]);
}

static uint64_t
half(uint64_t n)
{
	uint64_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

/* MTH(D[n]) */
static void
mth(const hash_t *d, uint64_t n, hash_t out)
{
	uint8_t both[1 + 2 * LEDGER_HASH] = { 1 };

	if (n == 0) {
		hash_of("", 0, out);
		return;
	}
	if (n == 1) {
		memcpy(out, d[0], LEDGER_HASH);
		return;
	}
	uint64_t k = half(n);

	mth(d, k, both + 1);
	mth(d + k, n - k, both + 1 + LEDGER_HASH);
	hash_of(both, sizeof(both), out);
}

/* PATH(m, D[n]) */
static void
path(uint64_t m, const hash_t *d, uint64_t n, struct tree_proof *p)
{
	if (n == 1)
		return;
	uint64_t k = half(n);

	if (m < k) {
		path(m, d, k, p);
		mth(d + k, n - k, p->hash[p->count++]);
	} else {
		path(m - k, d + k, n - k, p);
		mth(d, k, p->hash[p->count++]);
	}
}

/* SUBPROOF(m, D[n], b) */
static void
subproof(uint64_t m, const hash_t *d, uint64_t n, bool b, struct tree_proof *p)
{
	if (m == n) {
		if (!b)
			mth(d, n, p->hash[p->count++]);
		return;
	}
	uint64_t k = half(n);

	if (m <= k) {
		subproof(m, d, k, b, p);
		mth(d + k, n - k, p->hash[p->count++]);
	} else {
		subproof(m - k, d + k, n - k, false, p);
		mth(d, k, p->hash[p->count++]);
	}
}

static void
same_proof(const struct tree_proof *a, const struct tree_proof *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->hash, b->hash, a->count * sizeof(hash_t));
}

/* Nothing but the proof itself holds: not a bit of it may differ. */
static void
spoiled_inclusion(struct forest *f, uint64_t i, uint64_t n,
    struct tree_proof *p, const hash_t root)
{
	struct tree_proof q = *p;

	assert_false(tree_inclusion_holds(n, n, f->leaf[i], p, root));
	if (n > 1) {
		assert_false(
		    tree_inclusion_holds((i + 1) % n, n, f->leaf[i], p, root));
		q.hash[rand() % (int)q.count][rand() % LEDGER_HASH] ^=
		    (uint8_t)(1 << rand() % 8);
		assert_false(tree_inclusion_holds(i, n, f->leaf[i], &q, root));
		q = *p;
		q.count--;
		assert_false(tree_inclusion_holds(i, n, f->leaf[i], &q, root));
		q.count += 2;
		assert_false(tree_inclusion_holds(i, n, f->leaf[i], &q, root));
	}
	assert_false(tree_inclusion_holds(i, n, root[0] ? root : f->leaf[i], p,
			 f->leaf[i]) &&
		     n > 1);
}

static void
one_inclusion(struct forest *f, const struct tree_source *s, uint64_t i,
    uint64_t n, const hash_t root)
{
	struct tree_proof p, slow = { 0 };

	assert_true(tree_inclusion(s, i, n, &p));
	path(i, f->leaf, n, &slow);
	same_proof(&p, &slow);
	assert_true(tree_inclusion_holds(i, n, f->leaf[i], &p, root));
	spoiled_inclusion(f, i, n, &p, root);
}

static void
one_consistency(struct forest *f, const struct tree_source *s, uint64_t m,
    uint64_t n, const hash_t old, const hash_t root)
{
	struct tree_proof p, slow = { 0 }, q;
	hash_t other;

	assert_true(tree_consistency(s, m, n, &p));
	subproof(m, f->leaf, n, true, &slow);
	same_proof(&p, &slow);
	assert_true(tree_consistency_holds(m, n, old, root, &p));
	memcpy(other, old, sizeof(other));
	other[rand() % LEDGER_HASH] ^= 1;
	assert_false(tree_consistency_holds(m, n, other, root, &p));
	memcpy(other, root, sizeof(other));
	other[rand() % LEDGER_HASH] ^= 0x80;
	assert_false(tree_consistency_holds(m, n, old, other, &p));
	q = p;
	if (q.count > 0) {
		q.hash[rand() % (int)q.count][rand() % LEDGER_HASH] ^= 2;
		assert_false(tree_consistency_holds(m, n, old, root, &q));
		q.count--;
		assert_false(tree_consistency_holds(m, n, old, root, &q));
	}
	q = p;
	q.count++;
	assert_false(tree_consistency_holds(m, n, old, root, &q));
	if (m < n) /* the other way round nothing follows */
		assert_false(tree_consistency_holds(n, m, root, old, &p));
}

/* Every size, every leaf; consistency from a spread of older sizes. */
static void
test_all_small(void **state)
{
	struct forest f = { 0 };
	struct tree_source s = { get, &f };
	hash_t *roots = calloc(MOST + 1, sizeof(hash_t));

	(void)state;
	grow(&f, MOST);
	for (uint64_t n = 0; n <= MOST; n++) {
		struct tree t;
		hash_t again;

		mth(f.leaf, n, roots[n]);
		assert_true(tree_at(&s, n, &t));
		tree_root(&t, again);
		assert_memory_equal(again, roots[n], LEDGER_HASH);
		if (n == 0)
			continue;
		for (uint64_t i = n % 7; i < n; i += 1 + n / 40)
			one_inclusion(&f, &s, i, n, roots[n]);
		for (uint64_t m = 1; m <= n; m += 1 + n / 60)
			one_consistency(&f, &s, m, n, roots[m], roots[n]);
	}
	free(roots);
	fell(&f);
}

/* Exhaustive where it is cheap. */
static void
test_all_pairs(void **state)
{
	struct forest f = { 0 };
	struct tree_source s = { get, &f };
	hash_t *roots = calloc(71, sizeof(hash_t));

	(void)state;
	grow(&f, 70);
	for (uint64_t n = 1; n <= 70; n++) {
		mth(f.leaf, n, roots[n]);
		for (uint64_t i = 0; i < n; i++)
			one_inclusion(&f, &s, i, n, roots[n]);
		for (uint64_t m = 1; m <= n; m++)
			one_consistency(&f, &s, m, n, roots[m], roots[n]);
	}
	/* Anything follows from nothing; but without a proof. */
	struct tree_proof none = { 0 }, some = { .count = 1 };

	assert_true(tree_consistency_holds(0, 7, roots[1], roots[7], &none));
	assert_false(tree_consistency_holds(0, 7, roots[1], roots[7], &some));
	free(roots);
	fell(&f);
}

static uint64_t
any(uint64_t below)
{
	return ((uint64_t)rand() << 31 ^ (uint64_t)rand()) % below;
}

static void
test_big(void **state)
{
	struct forest f = { 0 };
	struct tree_source s = { get, &f };
	hash_t old, root, again;
	struct tree t;

	(void)state;
	grow(&f, BIG);
	for (unsigned round = 0; round < 12; round++) {
		uint64_t n = round == 0 ? BIG : 1 + any(BIG);
		uint64_t m = round == 1 ? 65536 % n + 1 : 1 + any(n);

		mth(f.leaf, n, root);
		mth(f.leaf, m, old);
		f.gets = 0;
		assert_true(tree_at(&s, n, &t));
		assert_true(f.gets <= 18); /* a bit of the size each */
		tree_root(&t, again);
		assert_memory_equal(again, root, LEDGER_HASH);
		one_inclusion(&f, &s, any(n), n, root);
		one_consistency(&f, &s, m, n, old, root);
	}
	/* The frontier that was recovered is the one that was kept. */
	assert_true(tree_at(&s, BIG, &t));
	assert_int_equal(t.size, f.tree.size);
	for (unsigned l = 0; l < TREE_LEVELS; l++)
		if (t.size >> l & 1)
			assert_memory_equal(t.node[l], f.tree.node[l],
			    LEDGER_HASH);
	fell(&f);
}

/* Old leaves are gone: what is said of sizes behind the cut is still proved. */
static void
test_cut(void **state)
{
	struct forest f = { 0 };
	struct tree_source s = { get, &f };
	struct tree_proof p;
	hash_t old, root;

	(void)state;
	grow(&f, 5000);
	f.cut = 3 * TREE_TILE;
	mth(f.leaf, 5000, root);
	for (uint64_t m = f.cut; m <= 5000; m += 3) {
		mth(f.leaf, m, old);
		assert_true(tree_consistency(&s, m, 5000, &p));
		assert_true(tree_consistency_holds(m, 5000, old, root, &p));
		if (m == 5000)
			break;
		assert_true(tree_inclusion(&s, m, 5000, &p));
		assert_true(tree_inclusion_holds(m, 5000, f.leaf[m], &p, root));
	}
	assert_false(tree_inclusion(&s, f.cut - 1, 5000, &p));
	assert_false(tree_consistency(&s, f.cut - 1, 5000, &p));
	fell(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_small),
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_cut),
	};

	srand(9162);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
