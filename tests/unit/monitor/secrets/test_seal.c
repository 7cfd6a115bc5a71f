/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed secret opens with its key, in its place, as it was; else it doesn't.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/secrets/seal.h"

static const uint8_t bytes[SEAL_KEY] = { 1, 2, 3 };
static const uint8_t nonce[SEAL_NONCE] = { 9, 8, 7 };
static const struct seal_place here = { { 0xaa, 0xbb }, 42 };

static void
test_every_length(void **state)
{
	struct seal_key key;
	char secret[LIMIT_CREDENTIAL_BYTES], out[LIMIT_CREDENTIAL_BYTES];
	uint8_t sealed[SEAL_MOST];

	(void)state;
	seal_key_of(bytes, &key);
	for (size_t n = 0; n < sizeof(secret); n++) {
		for (size_t i = 0; i < n; i++)
			secret[i] = (char)(1 + (i * 37 + n) % 255);
		secret[n] = '\0';
		size_t length = seal_close(&key, &here, nonce, secret, sealed);

		assert_true(length <= SEAL_MOST);
		/* Nothing is told but which 64 it lies in. */
		assert_int_equal(length, SEAL_HEAD + (n / 64 + 1) * 64 + 16);
		assert_true(seal_open(&key, &here, sealed, length, out));
		assert_string_equal(out, secret);
		if (n > 3)
			assert_null(memmem(sealed, length, secret, n));
	}
}

/* Each bit, and each length that it could be cut to. */
static void
test_altered(void **state)
{
	struct seal_key key;
	char out[LIMIT_CREDENTIAL_BYTES];
	uint8_t sealed[SEAL_MOST];
	size_t n;

	(void)state;
	seal_key_of(bytes, &key);
	n = seal_close(&key, &here, nonce, "geheim", sealed);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(seal_open(&key, &here, sealed, n, out));
		assert_string_equal(out, "");
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = malloc(cut + 1); /* what lies beyond shows */

		memcpy(exact, sealed, cut);
		assert_false(seal_open(&key, &here, exact, cut, out));
		free(exact);
	}
	assert_false(seal_open(&key, &here, sealed, SEAL_MOST + 1, out));
	assert_true(seal_open(&key, &here, sealed, n, out));
}

static void
test_elsewhere(void **state)
{
	const struct seal_place other_device = { { 0xaa, 0xbb }, 43 },
				high = { { 0xaa, 0xbb }, 42 + (1LL << 40) },
				other_origin = { { 0xaa, 0xbc }, 42 };
	struct seal_key key, other;
	char out[LIMIT_CREDENTIAL_BYTES];
	uint8_t sealed[SEAL_MOST], wrong[SEAL_KEY] = { 1, 2, 4 };
	size_t n;

	(void)state;
	seal_key_of(bytes, &key);
	seal_key_of(wrong, &other);
	n = seal_close(&key, &here, nonce, "geheim", sealed);
	assert_false(seal_open(&key, &other_device, sealed, n, out));
	assert_false(seal_open(&key, &high, sealed, n, out));
	assert_false(seal_open(&key, &other_origin, sealed, n, out));
	assert_false(seal_open(&other, &here, sealed, n, out));
	/* A key that claims to be the one it is not. */
	memcpy(other.id, key.id, sizeof(other.id));
	assert_false(seal_open(&other, &here, sealed, n, out));
	assert_memory_equal(seal_wants(sealed, n), key.id, SEAL_ID);
	assert_null(seal_wants(sealed, 10));
}

/* What was sealed once opens in every later version. */
static void
test_kept(void **state)
{
	static const char kept[] =
	    "0185e967fab7f8090f0908070000000000000000000000000000000000000000"
	    "0088af71f0f84461d7d99df2f5076d3294cdddae9586b20c0c5dbbc4c1d7cab4"
	    "263d91fad35287dde66b32b65112b4a649a2b2f07cb2a7b6bd3c0232e520c311"
	    "6019fe825bd23989c66e69a235b903b46a";
	struct seal_key key;
	char hex[2 * SEAL_MOST + 1] = "";
	uint8_t sealed[SEAL_MOST];
	size_t n;

	(void)state;
	seal_key_of(bytes, &key);
	n = seal_close(&key, &here, nonce, "geheim", sealed);
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", sealed[i]);
	assert_string_equal(hex, kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
