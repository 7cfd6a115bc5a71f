/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/note.h"

/* The example of the specification (C2SP signed-note; Go's note package). */
#define PETER_KEY                                                              \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"               \
	"LDE4izWy10TW"
#define PETER_SECRET                                                           \
	"PRIVATE+KEY+PeterNeumann+c74f20a3+"                                   \
	"AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define PETER_TEXT                                                             \
	"If you think cryptography is the answer to your problem,\n"           \
	"then you don't know what your problem is.\n"
#define PETER_LINE                                                             \
	"\xe2\x80\x94 PeterNeumann "                                           \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf" \
	"qdngotpRZb6KE6RyyBwJnAM=\n"
#define PETER_NOTE PETER_TEXT "\n" PETER_LINE

static void
test_specification(void **state)
{
	struct note_signer s;
	struct note_key k;
	struct note n;
	char text[NOTE_KEY_TEXT], line[NOTE_LINE];
	int64_t time = 1;

	(void)state;
	assert_true(note_key_read(&k, PETER_KEY, strlen(PETER_KEY)));
	assert_true(note_key_read(&k, PETER_KEY "\n", strlen(PETER_KEY) + 1));
	assert_string_equal(k.name, "PeterNeumann");
	note_key_print(&k, text);
	assert_string_equal(text, PETER_KEY);
	assert_true(note_read(&n, PETER_NOTE, strlen(PETER_NOTE)));
	assert_int_equal(n.n, strlen(PETER_TEXT));
	assert_int_equal(n.count, 1);
	assert_true(note_is_signed(&n, &k, &time));
	assert_int_equal(time, 0);
	assert_true(note_signer_read(&s, PETER_SECRET, strlen(PETER_SECRET)));
	assert_memory_equal(&s.key, &k, sizeof(k));
	note_signer_print(&s, text);
	assert_string_equal(text, PETER_SECRET);
	assert_true(note_sign(&s, PETER_TEXT, strlen(PETER_TEXT), 0, line));
	assert_string_equal(line, PETER_LINE);
	note_signer_forget(&s);
}

/* Each byte of a note changed, and each beginning of it: never signed. */
static void
test_nothing_else(void **state)
{
	size_t length = strlen(PETER_NOTE);
	char spoiled[sizeof(PETER_NOTE)];
	struct note_key k;
	struct note n;

	(void)state;
	assert_true(note_key_read(&k, PETER_KEY, strlen(PETER_KEY)));
	for (size_t i = 0; i < length; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(spoiled, PETER_NOTE, sizeof(spoiled));
			spoiled[i] ^= (char)(1u << bit);
			assert_false(note_read(&n, spoiled, length) &&
				     note_is_signed(&n, &k, NULL));
		}
	for (size_t i = 0; i < length; i++) {
		char *exact = malloc(i + 1); /* ASan sees a byte too far */

		memcpy(exact, PETER_NOTE, i);
		assert_false(note_read(&n, exact, i));
		free(exact);
	}
}

static const char *const bad_notes[] = {
	"",
	"\n",
	"\n\n",
	"a\n\n",
	"a\n\nb\n",
	"a\n" PETER_LINE,
	"a\n\n" PETER_LINE "b\n",
	"a\n\n" PETER_LINE "\n",
	"a\tb\n\n" PETER_LINE,
	"a\n\n\xe2\x80\x94 x AAAA\n",
	"a\n\n\xe2\x80\x94 x y\n",
	"a\n\n\xe2\x80\x94 a+b AAAAAAAA\n",
	"a\n\n\xe2\x80\x94  AAAAAAAA\n",
	"a\n\n- x AAAAAAAA\n",
	"a\n\n\xe2\x80\x94 x AAAAAAAB=\n",
};

static void
test_bad_notes(void **state)
{
	struct note n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_notes) / sizeof(bad_notes[0]); i++)
		if (note_read(&n, bad_notes[i], strlen(bad_notes[i])))
			fail_msg("taken: %s", bad_notes[i]);
	/* Signatures nobody knows are read over, even long ones: 3,432 digits
	 * are a witness's in ML-DSA-44. */
	char many[16000] = "a\n\n";

	strcat(many, "\xe2\x80\x94 other ");
	for (int i = 0; i < 858; i++)
		strcat(many, "AAAA");
	strcat(many, "\n");
	assert_true(note_read(&n, many, strlen(many)));
	assert_int_equal(n.signatures[0].n, 0);
	for (int i = 1; i < NOTE_SIGNATURES; i++)
		strcat(many, PETER_LINE);
	assert_true(note_read(&n, many, strlen(many)));
	assert_int_equal(n.count, NOTE_SIGNATURES);
	strcat(many, PETER_LINE);
	assert_false(note_read(&n, many, strlen(many)));
}

static const char *const bad_keys[] = {
	"",
	"+",
	"PeterNeumann",
	"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
	"PeterNeumann+c74f20a3+AhpcQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"PeterNeumann+c74f20a3-ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"PeterNeumann+c74f20a+3ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/"
	"LDE4izWy10TW\n\n",
};

static void
test_bad_keys(void **state)
{
	struct note_key k;
	struct note_signer s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_keys) / sizeof(bad_keys[0]); i++) {
		size_t n = strlen(bad_keys[i]);
		char *exact = malloc(n + 1);

		memcpy(exact, bad_keys[i], n);
		if (note_key_read(&k, exact, n))
			fail_msg("taken: %s", bad_keys[i]);
		assert_false(note_signer_read(&s, exact, n));
		free(exact);
	}
	assert_false(note_signer_read(&s, PETER_KEY, strlen(PETER_KEY)));
	assert_false(
	    note_signer_make(&s, "a b", NOTE_ED25519, (uint8_t[32]){ 1 }));
	assert_false(
	    note_signer_make(&s, "", NOTE_ED25519, (uint8_t[32]){ 1 }));
}

static void
test_cosignature(void **state)
{
	struct note_signer log, witness;
	struct note n;
	char text[NOTE_BYTES], line[NOTE_LINE], key[NOTE_KEY_TEXT];
	struct note_key k;
	int64_t time = 0;

	(void)state;
	assert_true(note_signer_make(&log, "camwarden/x", NOTE_ED25519,
	    (uint8_t[32]){ 1 }));
	assert_true(note_signer_make(&witness, "witness.example/w",
	    NOTE_COSIGNATURE_V1, (uint8_t[32]){ 2 }));
	struct note_checkpoint c = { .origin = "camwarden/x", .size = 1234 };

	note_checkpoint_print(&c, text);
	size_t length = strlen(text);

	assert_true(note_sign(&log, text, length, 0, line));
	char own[NOTE_LINE];

	memcpy(own, line, sizeof(own));
	assert_true(note_sign(&witness, text, length, 1700000000, line));
	strcat(text, "\n");
	strcat(text, own);
	strcat(text, line);
	assert_true(note_read(&n, text, strlen(text)));
	assert_int_equal(n.count, 2);
	assert_true(note_is_signed(&n, &log.key, NULL));
	note_key_print(&witness.key, key);
	assert_true(note_key_read(&k, key, strlen(key)));
	assert_true(note_is_signed(&n, &k, &time));
	assert_int_equal(time, 1700000000);
	/* Another time is another signature. */
	n.signatures[1].bytes[7] ^= 1;
	assert_false(note_is_signed(&n, &k, &time));
	/* A log's signature is no witness's, whatever it is called. */
	struct note_signer plain;

	assert_true(note_signer_make(&plain, "witness.example/w", NOTE_ED25519,
	    (uint8_t[32]){ 2 }));
	assert_memory_not_equal(plain.key.id, witness.key.id, 4);
	n.signatures[1].bytes[7] ^= 1;
	assert_false(note_is_signed(&n, &plain.key, NULL));
}

static void
test_checkpoint(void **state)
{
	struct note_checkpoint c = { .origin = "camwarden/7",
		.size = 20852163,
		.utc_us = 1795376757123456,
		.has_head = true },
			       d;
	char text[NOTE_CHECKPOINT];

	(void)state;
	memset(c.root, 7, sizeof(c.root));
	memset(c.head, 9, sizeof(c.head));
	note_checkpoint_print(&c, text);
	assert_string_equal(text,
	    "camwarden/7\n20852163\n"
	    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"
	    "utc 2026-11-22T19:45:57.123456Z\n"
	    "head CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n");
	assert_true(note_checkpoint_read(&d, text, strlen(text)));
	assert_memory_equal(&c, &d, sizeof(c));
	/* Anybody's: C2SP tlog-checkpoint's own example, and an extension. */
	static const char theirs[] =
	    "example.com/behind-the-sofa\n20852163\n"
	    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nwhat ever\n";

	assert_true(note_checkpoint_read(&d, theirs, strlen(theirs)));
	assert_int_equal(d.size, 20852163);
	assert_int_equal(d.utc_us, 0);
	assert_false(d.has_head);
}

#define ROOT "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"
static const char *const bad_checkpoints[] = {
	"",
	"x\n",
	"x\n1\n",
	"x\n1\nBwc=\n",
	"\n1\n" ROOT,
	"x\n01\n" ROOT,
	"x\n-1\n" ROOT,
	"x\n\n" ROOT,
	"x\n1 \n" ROOT,
	"x\n9999999999999999999\n" ROOT,
	"x\n1\n" ROOT "\n",
	"x\n1\n" ROOT "a",
	"x\n1\n" ROOT "utc yesterday\n",
	"x\n1\n" ROOT "utc 2026-02-30T00:00:00.000000Z\n",
	"x\n1\n" ROOT "head " ROOT "head " ROOT,
	"x\n1\n" ROOT "head Bwc=\n",
	"x\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwd=\n",
	"x\n1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\n",
};

static void
test_bad_checkpoints(void **state)
{
	size_t count = sizeof(bad_checkpoints) / sizeof(bad_checkpoints[0]);
	struct note_checkpoint c;

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (note_checkpoint_read(&c, bad_checkpoints[i],
			strlen(bad_checkpoints[i])))
			fail_msg("taken: %s", bad_checkpoints[i]);
}

static void
test_times(void **state)
{
	static const struct {
		int64_t utc;
		const char *text;
	} times[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 951782400000001, "2000-02-29T00:00:00.000001Z" },
		{ 1709251199999999, "2024-02-29T23:59:59.999999Z" },
		{ 253402300799000000, "9999-12-31T23:59:59.000000Z" },
	};
	char text[NOTE_TIME];
	int64_t utc;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		note_time_print(times[i].utc, text);
		assert_string_equal(text, times[i].text);
		assert_true(note_time_read(text, strlen(text), &utc));
		assert_int_equal(utc, times[i].utc);
	}
	assert_false(note_time_read("2023-02-29T00:00:00.000000Z", 27, &utc));
	assert_false(note_time_read("2023-02-28T24:00:00.000000Z", 27, &utc));
	assert_false(note_time_read("2023-02-28 23:00:00.000000Z", 27, &utc));
}

/* --- what others published */

#define DASH "\xe2\x80\x94 "
/* A log that exists to try witnesses (Geomys' witness monitor), and its only
 * checkpoint. */
#define GEOMYS_KEY                                                             \
	"geomys.org/witness/test-log+c0787ff4+"                                \
	"AeMb5VOzy60PTGdGmLPxOKGAa0jNyDGsgv2rnprGju1t"
#define GEOMYS_TEXT                                                            \
	"geomys.org/witness/test-log\n1\n"                                     \
	"BCml5C32yqMcl0gjTrcSOeNVx59oPnSdytBzDGBO5k0=\n"
#define GEOMYS_NOTE                                                            \
	GEOMYS_TEXT "\n" DASH "geomys.org/witness/test-log wHh/"               \
		    "9BPsoBNr2x0Ol3qPBYasIN0HI2ZiBg5ac0v3LQq/"                 \
		    "7F+YO7U4oWbDeJn1VaWVrlbSEM30Gr7WWYQjj2SBxRoJ/Ao=\n"
/* A checkpoint of a log of Certificate Transparency that signs in another way
 * (RFC 6962's), cosigned by the witness navigli.sunlight.geomys.org. */
#define NAVIGLI_KEY                                                            \
	"witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/"                    \
	"co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
#define STAGING "coachandhorses2026h1.staging.certificate.transparency.goog"
#define STAGING_NOTE                                                           \
	STAGING                                                                \
	"\n185550722\n"                                                        \
	"YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=\n"                       \
	"\n" DASH STAGING " MpXgsHy8ZwxXnO+WjtVrPxAzL49Rs1gWTkNVNeEa//"        \
	"5peAzaocRCB3qt3EaibjzY5GILLtGgBP7dBhgcSHy+JQh0OAc=\n" DASH            \
	"witness.navigli.sunlight.geomys.org "                                 \
	"o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/"                              \
	"ZYczDIsvwvouiSjwOjn7a72ccxBk+"                                        \
	"lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==\n"

static void
is_note(const char *text, const char *key, const char *origin, uint64_t size,
    int64_t at)
{
	struct note n;
	struct note_key k;
	struct note_checkpoint c;
	int64_t time = -1;
	char *other;

	assert_true(note_key_read(&k, key, strlen(key)));
	assert_true(note_read(&n, text, strlen(text)));
	assert_true(note_is_signed(&n, &k, &time));
	assert_int_equal(time, at);
	assert_true(note_checkpoint_read(&c, n.text, n.n));
	assert_string_equal(c.origin, origin);
	assert_int_equal(c.size, size);
	other = strdup(text);
	other[strlen(origin) + 1]++; /* of its size */
	assert_true(note_read(&n, other, strlen(text)));
	assert_false(note_is_signed(&n, &k, NULL));
	free(other);
}

static void
test_published(void **state)
{
	(void)state;
	is_note(GEOMYS_NOTE, GEOMYS_KEY, "geomys.org/witness/test-log", 1, 0);
	is_note(STAGING_NOTE, NAVIGLI_KEY, STAGING, 185550722, 0x6a6fb0f3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_specification),
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_bad_notes),
		cmocka_unit_test(test_bad_keys),
		cmocka_unit_test(test_cosignature),
		cmocka_unit_test(test_checkpoint),
		cmocka_unit_test(test_bad_checkpoints),
		cmocka_unit_test(test_times),
	};

	if (!note_ready())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
