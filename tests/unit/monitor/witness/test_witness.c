/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger that grows, one that is rewritten, requests that are lies: what the
 * witness answers, and what it remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "monitor/ledger/tree.h"
#include "monitor/witness/witness_files.h"

#define NOW 1763841600000000ll
#define LEAVES 600

struct world {
	struct note_signer origin;
	struct witness witness;
	uint8_t leaves[LEAVES][LEDGER_HASH];
};

static bool
get_leaf(void *arg, unsigned level, uint64_t place, unsigned count,
    uint8_t (*out)[LEDGER_HASH])
{
	struct world *w = arg;
	struct tree t = { 0 };
	uint8_t tiles[TREE_TILES][LEDGER_HASH];

	if (level == 0) {
		if (place + count > LEAVES)
			return false;
		memcpy(out, w->leaves[place], (size_t)count * LEDGER_HASH);
		return true;
	}
	for (unsigned i = 0; level == 8 && i < count; i++) {
		memset(&t, 0, sizeof(t));
		for (unsigned k = 0; k < 256; k++)
			tree_append(&t, w->leaves[(place + i) * 256 + k],
			    tiles);
		tree_root(&t, out[i]);
	}
	return level == 8;
}

static void
setup(struct world *w)
{
	uint8_t seed[32] = { 1 };

	memset(w, 0, sizeof(*w));
	assert_true(note_ready());
	assert_true(
	    note_signer_make(&w->origin, "camwarden/test", NOTE_ED25519, seed));
	seed[0] = 2;
	assert_true(note_signer_make(&w->witness.signer, "w.test",
	    NOTE_COSIGNATURE_V1, seed));
	assert_true(witness_add(&w->witness, &w->origin.key));
	assert_false(witness_add(&w->witness, &w->origin.key));
	for (unsigned i = 0; i < LEAVES; i++)
		hash_of(&i, sizeof(i), w->leaves[i]);
}

static void
make_note(struct world *w, uint64_t size, char *out, size_t room)
{
	struct tree_source s = { get_leaf, w };
	struct note_checkpoint c = { .origin = "camwarden/test", .size = size };
	char text[NOTE_CHECKPOINT], line[NOTE_LINE];
	struct tree t;

	assert_true(tree_at(&s, size, &t));
	tree_root(&t, c.root);
	note_checkpoint_print(&c, text);
	assert_true(note_sign(&w->origin, text, strlen(text), 0, line));
	snprintf(out, room, "%s\n%s", text, line);
}

static void
make_request(struct world *w, uint64_t old, uint64_t size, char *out,
    size_t room)
{
	struct tree_source s = { get_leaf, w };
	struct tree_proof p = { 0 };
	char note[NOTE_BYTES], hash[64];
	size_t n =
	    (size_t)snprintf(out, room, "old %llu\n", (unsigned long long)old);

	if (old > 0 && old < size)
		assert_true(tree_consistency(&s, old, size, &p));
	for (unsigned i = 0; i < p.count; i++) {
		note_base64(p.hash[i], LEDGER_HASH, hash);
		n += (size_t)snprintf(out + n, room - n, "%s\n", hash);
	}
	make_note(w, size, note, sizeof(note));
	snprintf(out + n, room - n, "\n%s", note);
}

static unsigned
ask(struct world *w, const char *body, size_t n, struct witness_answer *a)
{
	struct witness_offer o;

	witness_weigh(&w->witness, body, n, NOW, a, &o);
	if (a->status == 200)
		witness_accept(&o, NOW);
	return a->status;
}

static unsigned
add(struct world *w, uint64_t old, uint64_t size, struct witness_answer *a)
{
	char body[WITNESS_REQUEST_BYTES];

	make_request(w, old, size, body, sizeof(body));
	return ask(w, body, strlen(body), a);
}

static void
a_ledger_that_grows_is_cosigned(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 3, 7, 255, 256, 257, 511, 512,
		513, 600, 600 };
	static struct world w;
	struct witness_answer a;
	uint64_t old = 0;

	(void)state;
	setup(&w);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char note[NOTE_BYTES + NOTE_LINE];
		struct note read;
		int64_t at;

		assert_int_equal(add(&w, old, sizes[i], &a), 200);
		old = sizes[i];
		make_note(&w, old, note, sizeof(note));
		assert_true(strlen(a.body) < NOTE_LINE);
		memcpy(note + strlen(note), a.body, strlen(a.body) + 1);
		assert_true(note_read(&read, note, strlen(note)));
		assert_true(note_is_signed(&read, &w.witness.signer.key, &at));
		assert_int_equal(at, NOW / 1000000);
	}
}

static void
what_does_not_continue_is_refused(void **state)
{
	static struct world w;
	struct witness_answer a;

	(void)state;
	setup(&w);
	assert_int_equal(add(&w, 0, 300, &a), 200);
	/* Rolled back, or a proof from elsewhere: it says what it knows. */
	assert_int_equal(add(&w, 100, 200, &a), 409);
	assert_string_equal(a.body, "300\n");
	assert_string_equal(a.type, "text/x.tlog.size");
	assert_int_equal(add(&w, 0, 400, &a), 409);
	/* An old line is rewritten, at the same and at a larger size. */
	w.leaves[17][0] ^= 1;
	assert_int_equal(add(&w, 300, 300, &a), 409);
	assert_int_equal(add(&w, 300, 400, &a), 422);
	w.leaves[17][0] ^= 1;
	assert_int_equal(add(&w, 300, 400, &a), 200);
	/* Another's key. */
	uint8_t seed[32] = { 9 };

	assert_true(
	    note_signer_make(&w.origin, "camwarden/test", NOTE_ED25519, seed));
	assert_int_equal(add(&w, 400, 500, &a), 403);
	assert_int_equal(w.witness.logs[0].size, 400);
}

/* Cut anywhere, or with any byte changed: never taken, never a crash. */
static void
broken_requests_are_never_taken(void **state)
{
	static struct world w;
	struct witness_answer a;
	char body[WITNESS_REQUEST_BYTES];
	size_t n;

	(void)state;
	setup(&w);
	assert_int_equal(add(&w, 0, 300, &a), 200);
	make_request(&w, 300, 400, body, sizeof(body));
	n = strlen(body);
	for (size_t i = 0; i < n; i++) {
		char *exact = malloc(i + 1); /* ASan sees a byte too far */

		memcpy(exact, body, i);
		exact = realloc(exact, i > 0 ? i : 1);
		assert_int_not_equal(ask(&w, exact, i, &a), 200);
		free(exact);
	}
	char *zero = malloc(5);

	memcpy(zero, "old 0", 5);
	assert_int_equal(ask(&w, zero, 5, &a), 400);
	free(zero);
	for (size_t i = 0; i < n; i++) {
		body[i] ^= 1;
		assert_int_not_equal(ask(&w, body, n, &a), 200);
		body[i] ^= 1;
	}
	assert_int_equal(ask(&w, body, n, &a), 200);
}

static void
what_was_kept_is_recalled(void **state)
{
	static struct world w, again;
	char dir[] = "/tmp/camwarden-witness-XXXXXX",
	     body[WITNESS_REQUEST_BYTES];
	char error[256], path[200];
	struct witness_answer a;
	struct witness_offer o;
	FILE *f;

	(void)state;
	setup(&w);
	assert_non_null(mkdtemp(dir));
	assert_true(witness_files_open(&w.witness, dir, "w.test", error));
	make_request(&w, 0, 300, body, sizeof(body));
	witness_weigh(&w.witness, body, strlen(body), NOW, &a, &o);
	assert_int_equal(a.status, 200);
	assert_true(witness_files_keep(dir, &o, NOW, error));
	/* Torn by a power cut, then forged without our key. */
	snprintf(path, sizeof(path), "%s/checkpoints-2025-11-22", dir);
	f = fopen(path, "a");
	assert_non_null(f);
	make_note(&w, 500, body, sizeof(body));
	fprintf(f, "\n=== 900\ncamwarden/test\n12\n=== %zu\n%s", strlen(body),
	    body);
	fclose(f);
	setup(&again);
	assert_true(witness_files_open(&again.witness, dir, "other", error));
	assert_string_equal(again.witness.signer.key.name, "w.test");
	assert_true(again.witness.logs[0].known);
	assert_int_equal(again.witness.logs[0].size, 300);
	assert_int_equal(add(&again, 300, 400, &a), 200);
	static const char *const names[] = { "checkpoints-2025-11-22",
		"witness.key", "witness.pub", "latest-camwarden_test" };

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ledger_that_grows_is_cosigned),
		cmocka_unit_test(what_does_not_continue_is_refused),
		cmocka_unit_test(broken_requests_are_never_taken),
		cmocka_unit_test(what_was_kept_is_recalled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
