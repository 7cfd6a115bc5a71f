/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Others' text in pages and on terminals: whatever the bytes, it can neither
 * end what it stands in nor turn what stands beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/report/ink.h"

static uint64_t seed = 12345;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % below;
}

static void
html_is(const char *hostile, const char *expected)
{
	struct ink ink = { 0 };

	ink_html(&ink, hostile);
	assert_string_equal(ink.text != NULL ? ink.text : "", expected);
	ink_free(&ink);
}

#define GONE "\xef\xbf\xbd"

static void
test_table(void **state)
{
	(void)state;
	html_is(NULL, "");
	html_is("", "");
	html_is("Garita 3", "Garita 3");
	html_is("<b a=\"x\" c='y'>&amp;",
	    "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;");
	html_is("a\nb\tc\rd", "a" GONE "b" GONE "c" GONE "d");
	html_is("\x1b[31m\x7f", GONE "[31m" GONE);
	html_is("\xc2\x9b", GONE);			  /* C1: CSI */
	html_is("x\xe2\x80\xaey", "x" GONE "y");	  /* override */
	html_is("\xe2\x81\xa6\xe2\x81\xa9", GONE GONE);	  /* isolates */
	html_is("\xef\xbb\xbf", GONE);			  /* byte order mark */
	html_is("\xf3\xa0\x81\x81", GONE);		  /* a tag */
	html_is("\xc0\xaf", GONE GONE);			  /* overlong / */
	html_is("\xed\xa0\x80", GONE GONE GONE);	  /* a surrogate */
	html_is("\xf4\x90\x80\x80", GONE GONE GONE GONE); /* past the end */
	html_is("\xe2\x82", GONE GONE);			  /* cut off */
	html_is("\xe2\x82<", GONE GONE "&lt;");
	html_is("\xe2\x80\x8d", "\xe2\x80\x8d"); /* joiner: scripts need it */
	html_is("ñandú \xf0\x9f\x9a\xa7", "ñandú \xf0\x9f\x9a\xa7");
}

/* Not by the code under test: plain byte looks. */
static void
harmless(const char *out)
{
	static const char *const never[] = { "<", ">", "\"", "'",
		"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad",
		"\xe2\x80\xae", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x81\xa6",
		"\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xd8\x9c",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\x8b",
		"\xef\xbb\xbf" };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_null(strstr(out, never[i]));
	for (const char *s = out; *s != '\0'; s++) {
		assert_true((unsigned char)*s >= 0x20 && *s != 0x7f);
		if ((unsigned char)s[0] == 0xc2)
			assert_true((unsigned char)s[1] >= 0xa0);
		if (*s == '&')
			assert_true(strncmp(s, "&amp;", 5) == 0 ||
				    strncmp(s, "&lt;", 4) == 0 ||
				    strncmp(s, "&gt;", 4) == 0 ||
				    strncmp(s, "&quot;", 6) == 0 ||
				    strncmp(s, "&#39;", 5) == 0);
	}
}

static void
test_any_bytes(void **state)
{
	static const char *const parts[] = { "<script>", "\xe2\x80\xae", "&",
		"\"", "'", "\x1b", "\xd9\x85", "国", "\xc2\x85", "\xf0\x9f",
		"\xe2\x81\xa7", "\xd8\x9c", "a" };
	char text[64];

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct ink ink = { 0 };
		size_t n = 0;

		while (n < 40) {
			if (draw(2) == 0) {
				text[n++] = (char)(1 + draw(255));
				continue;
			}
			const char *part = parts[draw(13)];

			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		text[n] = '\0';
		ink_html(&ink, text);
		harmless(ink.text);
		/* What is harmless stays as it is. */
		struct ink clean = { 0 }, again = { 0 };

		ink_clean(&clean, text, SIZE_MAX);
		ink_clean(&again, clean.text, SIZE_MAX);
		assert_string_equal(clean.text, again.text);
		/* No line is longer than asked, no control gets through. */
		for (size_t columns = 1; columns < 20; columns += 3) {
			struct ink line = { 0 };
			size_t took = ink_plain(&line, text, columns);

			assert_true(took <= columns);
			for (const char *s = line.text; s && *s != '\0'; s++)
				assert_true((unsigned char)*s >= 0x20);
			ink_free(&line);
		}
		ink_free(&ink);
		ink_free(&clean);
		ink_free(&again);
	}
}

static void
test_cut(void **state)
{
	struct ink ink = { 0 };

	(void)state;
	ink_html_cut(&ink, "aé<d", 3);
	assert_string_equal(ink.text, "aé&lt;…");
	ink.length = 0;
	ink_html_cut(&ink, "aé<d", 4);
	assert_string_equal(ink.text, "aé&lt;d");
	ink.length = 0;
	assert_int_equal(ink_plain(&ink, "国道一号", 5), 5);
	assert_string_equal(ink.text, "国道…");
	ink.length = 0;
	assert_int_equal(ink_plain(&ink, "e\xcc\x81t\xcc\x81", 2), 2);
	ink.length = 0;
	/* From right to left: isolated, so that figures after it stay. */
	ink_plain(&ink, "שער", 10);
	assert_string_equal(ink.text, "\xe2\x81\xa8שער\xe2\x81\xa9");
	ink_free(&ink);
}

static void
test_base64(void **state)
{
	static const char *const rows[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ink ink = { 0 };

		ink_base64(&ink, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(ink.text != NULL ? ink.text : "",
		    rows[i][1]);
		ink_free(&ink);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
