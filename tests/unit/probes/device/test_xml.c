/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as devices send them, and as nobody should: what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/device/proto/wash.h"
#include "probes/device/xml.h"

static char why[XML_WHY_BYTES];

static struct tree *
read_bytes(const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n + 1);
	struct tree *t;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	why[0] = '\0';
	t = xml_read(copy, n, why);
	free(copy);
	return t;
}

static void
refused(const void *bytes, size_t n, const char *what)
{
	struct tree *t = read_bytes(bytes, n);

	assert_null(t);
	if (strstr(why, what) == NULL)
		fail_msg("'%s' should say '%s'", why, what);
}

static void
looked_up(void **state)
{
	static const char text[] =
	    " \r\n<?xml version=\"1.0\" encoding=\"GB2312\"?>\n"
	    "<e:E xmlns:e=\"u\" a=\" 1 \" b='&lt;2'><A>one</A><B/>"
	    "<A>t&amp;w&#x6f;<C>in<!-- no -->ner</C> </A><A><![CDATA[<3>]]></A>"
	    "<undeclared:D>x</undeclared:D></e:E>\n\0\0";
	struct tree *t = read_bytes(text, sizeof(text));
	const struct tree_node *root = t ? tree_root(t) : NULL, *a;

	(void)state;
	if (t == NULL)
		fail_msg("%s", why);
	assert_string_equal(root->name, "E");
	assert_string_equal(tree_attribute_of(root, "a"), "1");
	assert_string_equal(tree_attribute_of(root, "c"), "");
	a = tree_child(root, "A");
	assert_string_equal(a->text, "one");
	a = tree_again(a);
	assert_string_equal(a->text, ""); /* elements, so no text */
	assert_string_equal(tree_text_at(a, "C"), "inner");
	a = tree_again(a);
	assert_string_equal(a->text, "<3>");
	assert_null(tree_again(a));
	assert_string_equal(tree_text_at(root, "D"), "x");
	assert_string_equal(tree_text_at(root, "A/C/X"), "");
	assert_null(tree_at(NULL, "A"));
	tree_free(&t);
}

static void
no_entities(void **state)
{
	static const char *const all[] = {
		"<!DOCTYPE l [<!ENTITY a \"h\"><!ENTITY b "
		"\"&a;&a;\">]><l>&b;</l>",
		"<!DOCTYPE l SYSTEM \"http://127.0.0.1:9/x.dtd\"><l/>",
		"<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
		"<l>&x;</l>",
		"<!DOCTYPE l [<!ENTITY % p SYSTEM \"/etc/passwd\"> %p;]><l/>",
		"<?xml version=\"1.0\"?><!DOCTYPE html><html/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		refused(all[i], strlen(all[i]), "document type");
	refused("<l>&x;</l>", 10, "no XML");
}

static void
no_rubbish(void **state)
{
	char *big = malloc(1 << 20);

	(void)state;
	assert_non_null(big);
	refused("", 0, "empty");
	refused("\0\0\0", 3, "empty");
	refused("hello", 5, "no XML");
	refused("<a><b></a>", 10, "no XML: line 1");
	refused("<a/><b/>", 8, "no XML");
	refused("<a", 2, "no XML");
	refused("<a>\0</a>", 8, "NUL");
	refused("\xff\xfe<\0a\0", 6, "UTF-16");
	for (size_t i = 0; i + 3 <= 1 << 20; i += 3)
		memcpy(big + i, "<a>", 3);
	refused(big, 3 * 100000, "deep");
	memset(big, 'x', 1 << 20);
	memcpy(big, "<a", 2);
	refused(big, 1 << 20, "16 KiB");
	free(big);
}

/* Beyond its bound a tree takes nothing more. */
static void
bounded(void **state)
{
	size_t n = 0, most = 6u << 20;
	char *text = malloc(most + 16);

	(void)state;
	assert_non_null(text);
	n += (size_t)sprintf(text, "<a>");
	while (n + 8 < most) {
		memcpy(text + n, "<b/>", 4);
		n += 4;
	}
	memcpy(text + n, "</a>", 4);
	refused(text, n + 4, "too much");
	free(text);
}

static void
no_utf8(void **state)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8e\xa5",
		    "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x8e\xa5" },
		{ "caf\xe9 x", "caf? x" },
		{ "\xff\xc0\x80", "???" },
		{ "\xed\xa0\x80", "???" }, /* half a pair */
		{ "\xef\xbf\xbf", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "a\x1b[2J\x07", "a?[2J?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[200];
		struct tree *t;

		snprintf(text, sizeof(text), "<a>%s</a>", cases[i].bytes);
		t = read_bytes(text, strlen(text));
		if (t == NULL)
			fail_msg("%zu: %s", i, why);
		assert_string_equal(tree_root(t)->text, cases[i].text);
		tree_free(&t);
	}
}

/* Into a field: cut at a character's border. */
static void
copied(void **state)
{
	char out[6];

	(void)state;
	wash_copy(out, sizeof(out), "abc\xc3\xa4");
	assert_string_equal(out, "abc\xc3\xa4");
	wash_copy(out, sizeof(out), "abcd\xc3\xa4");
	assert_string_equal(out, "abcd");
	wash_copy(out, sizeof(out), "a\n\xc2\x9b\x7f");
	assert_string_equal(out, "a???");
	wash_copy(out, sizeof(out), "");
	assert_string_equal(out, "");
}

static int
init(void **state)
{
	(void)state;
	xml_init();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looked_up),
		cmocka_unit_test(no_entities),
		cmocka_unit_test(no_rubbish),
		cmocka_unit_test(bounded),
		cmocka_unit_test(no_utf8),
		cmocka_unit_test(copied),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
