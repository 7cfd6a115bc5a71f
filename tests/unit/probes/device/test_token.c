/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token of ONVIF's Application Programmer's Guide (6.1.1.3), and how it
 * stands in an envelope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/device/token.h"
#include "probes/device/xml.h"

static void
known(void **state)
{
	/* LKqI6G/AikKCQrN0zqZFlg== */
	static const uint8_t nonce[TOKEN_NONCE_BYTES] = { 0x2c, 0xaa, 0x88,
		0xe8, 0x6f, 0xc0, 0x8a, 0x42, 0x82, 0x42, 0xb3, 0x74, 0xce,
		0xa6, 0x45, 0x96 };
	struct token t;

	(void)state;
	assert_true(token_make(&t, nonce, 1284623445ll * 1000000 + 999999,
	    "userpassword"));
	assert_string_equal(t.created, "2010-09-16T07:50:45Z");
	assert_string_equal(t.nonce, "LKqI6G/AikKCQrN0zqZFlg==");
	assert_string_equal(t.digest, "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
}

static void
in_an_envelope(void **state)
{
	const struct soap_token token = { .user = "a<&\"b>",
		.digest = "D=",
		.nonce = "N=",
		.created = "C" };
	char text[4096], why[XML_WHY_BYTES];
	struct tree *t;
	const struct tree_node *n;

	(void)state;
	assert_true(soap_envelope(text, sizeof(text), "<x>1</x>", &token));
	t = xml_read((uint8_t *)text, strlen(text), why);
	assert_non_null(t);
	assert_string_equal(soap_body(t)->name, "x");
	n = tree_at(tree_root(t), "Header/Security/UsernameToken");
	assert_string_equal(tree_text_at(n, "Username"), "a<&\"b>");
	assert_string_equal(tree_text_at(n, "Password"), "D=");
	assert_non_null(
	    strstr(tree_attribute_of(tree_child(n, "Password"), "Type"),
		"#PasswordDigest"));
	assert_string_equal(tree_text_at(n, "Nonce"), "N=");
	assert_string_equal(tree_text_at(n, "Created"), "C");
	tree_free(&t);
	assert_true(soap_envelope(text, sizeof(text), "<x>1</x>", NULL));
	assert_null(strstr(text, "Header"));
	assert_false(soap_envelope(text, 100, "<x>1</x>", NULL));
}

static int
init(void **state)
{
	(void)state;
	xml_init();
	return token_load() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(in_an_envelope),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
