/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which challenge is taken, and how its parts are read. The values of answers
 * are tested with the real hashes in ../test_hash.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/proto/digest.h"

enum taken { NONE, BASIC, MD5, SHA };

static void
test_choice(void **state)
{
	static const struct {
		const char *headers[3];
		bool basic_ok;
		enum taken taken;
	} cases[] = {
		{ { "Digest realm=\"a\", nonce=\"b\"" }, false, MD5 },
		{ { "Basic realm=\"a\"" }, false, NONE },
		{ { "Basic realm=\"a\"" }, true, BASIC },
		/* auth_both_md5first, auth_both_sha_first */
		{ { "Digest realm=\"a\", nonce=\"b\", algorithm=MD5",
		      "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256" },
		    false, SHA },
		{ { "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256",
		      "Digest realm=\"a\", nonce=\"b\", algorithm=MD5" },
		    false, SHA },
		/* comma-joined in one header; Bearer is passed over */
		{ { "Bearer realm=\"x\", Digest realm=\"a\", nonce=\"b\", "
		    "Basic realm=\"q, Digest\"" },
		    true, MD5 },
		/* auth_algo_quoted */
		{ { "digest REALM=\"a\",nonce=\"b\",algorithm=\"sha-256\","
		    "stale=\"FALSE\"" },
		    false, SHA },
		{ { "Digest realm=a, nonce=b" }, false, MD5 },
		/* nothing that we may or can answer */
		{ { "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"" },
		    false, NONE },
		{ { "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-512" },
		    false, NONE },
		{ { "Digest realm=\"a\r\nX: y\", nonce=\"b\"" }, false, NONE },
		{ { "" }, true, NONE },
		{ { "=,=\"" }, true, NONE },
		{ { "Digest" }, true, MD5 },
		{ { "Digest realm=\"unclosed" }, true, MD5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct digest_challenge *c = NULL;
		enum taken taken = NONE;

		for (int h = 0; h < 3 && cases[i].headers[h]; h++)
			digest_challenge_add(span_of(cases[i].headers[h]),
			    cases[i].basic_ok, &c);
		if (c != NULL)
			taken = c->basic		     ? BASIC
				: c->algorithm == DIGEST_MD5 ? MD5
							     : SHA;
		if (taken != cases[i].taken)
			fail_msg("%s: %d", cases[i].headers[0], taken);
		free(c);
	}
}

static void
test_parts(void **state)
{
	struct digest_challenge *c = NULL;

	(void)state;
	digest_challenge_add(
	    span_of("Digest realm=\"a \\\"b\\\"\" , nonce = \"n==\", "
		    "opaque=\"\", stale=TRUE, qop=\"auth-int,auth\", x=y"),
	    false, &c);
	assert_non_null(c);
	assert_string_equal(c->realm, "a \\\"b\\\"");
	assert_string_equal(c->nonce, "n==");
	assert_true(c->has_opaque);
	assert_string_equal(c->opaque, "");
	assert_true(c->stale);
	assert_true(c->qop);
	assert_false(c->algorithm_given);
	free(c);
}

static void
fake_hash(enum digest_algorithm algorithm, const struct span *parts,
    size_t count, uint8_t out[32])
{
	(void)algorithm;
	(void)parts;
	memset(out, (int)count, 32);
}

/* A user's name can't end its quotes; a small buffer is never overrun. */
static void
test_write(void **state)
{
	struct digest_challenge *c = NULL;
	struct digest_request r = { .method = "PLAY",
		.uri = "rtsp://h/",
		.user = "a\"b\\c",
		.password = "p" };
	char out[512];
	size_t whole;

	(void)state;
	digest_challenge_add(span_of("Digest realm=\"a\", nonce=\"b\""), false,
	    &c);
	whole = digest_write(c, &r, fake_hash, out, sizeof(out));
	assert_true(whole > 0);
	assert_non_null(strstr(out, "username=\"a\\\"b\\\\c\""));
	for (size_t n = 0; n <= whole; n++) {
		char *small = malloc(n + 1);

		assert_int_equal(digest_write(c, &r, fake_hash, small, n), 0);
		free(small);
	}
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
