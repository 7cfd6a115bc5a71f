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

/* --- what others published: the leaves, roots and proofs by which Certificate
 * Transparency's own implementation is tested (RFC 6962) */

static const char *const ct_leaves[8] = { "", "00", "10", "2021", "3031",
	"40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const ct_roots[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
static const struct {
	bool inclusion;
	uint64_t from, size; /* a leaf's index, or the old size */
	unsigned count;
	const char *hash[3];
} ct_proofs[] = {
	{ true, 0, 8, 3,
	    { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09"
	      "cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de303"
		"1e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6"
		"e4" } },
	{ true, 5, 8, 3,
	    { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d8859"
	      "9e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0a"
		"e0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614"
		"b7" } },
	{ false, 1, 1, 0, { NULL, NULL, NULL } },
	{ false, 1, 8, 3,
	    { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09"
	      "cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de303"
		"1e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6"
		"e4" } },
	{ false, 6, 8, 3,
	    { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558"
	      "ef6a",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0a"
		"e0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614"
		"b7" } },
	{ false, 2, 5, 2,
	    { "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3"
	      "031e",
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e"
		"6b",
		NULL } },
};

static size_t
from_hex(const char *text, uint8_t *out)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static void
is_hex(const uint8_t *hash, const char *text)
{
	hash_t want;

	assert_int_equal(from_hex(text, want), LEDGER_HASH);
	assert_memory_equal(hash, want, LEDGER_HASH);
}

static void
ct_grow(struct forest *f)
{
	uint8_t leaf[1 + 16] = { 0 }, tiles[TREE_TILES][LEDGER_HASH];
	hash_t root;

	f->leaf = calloc(8, sizeof(hash_t));
	tree_root(&f->tree, root);
	is_hex(root, ct_roots[0]);
	for (unsigned i = 0; i < 8; i++) {
		size_t n = from_hex(ct_leaves[i], leaf + 1);

		hash_of(leaf, 1 + n, f->leaf[i]);
		tree_append(&f->tree, f->leaf[i], tiles);
		tree_root(&f->tree, root);
		is_hex(root, ct_roots[i + 1]);
	}
}

static void
test_published(void **state)
{
	struct forest f = { 0 };
	struct tree_source s = { get, &f };
	struct tree_proof p;
	hash_t old, root;

	(void)state;
	ct_grow(&f);
	for (size_t i = 0; i < sizeof(ct_proofs) / sizeof(ct_proofs[0]); i++) {
		uint64_t from = ct_proofs[i].from, size = ct_proofs[i].size;
		bool inclusion = ct_proofs[i].inclusion;

		from_hex(ct_roots[size], root);
		assert_true((inclusion ? tree_inclusion : tree_consistency)(&s,
		    from, size, &p));
		assert_int_equal(p.count, ct_proofs[i].count);
		for (unsigned k = 0; k < p.count; k++)
			is_hex(p.hash[k], ct_proofs[i].hash[k]);
		if (inclusion) {
			assert_true(tree_inclusion_holds(from, size,
			    f.leaf[from], &p, root));
		} else {
			from_hex(ct_roots[from], old);
			assert_true(
			    tree_consistency_holds(from, size, old, root, &p));
		}
	}
	fell(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_all_small),
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_cut),
	};

	srand(9162);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
