/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a name -> a page: nothing that acts comes out. */
#include "monitor/report/ink.h"
#include "tests/fuzz/fuzz.h"

static void
check(const char *out)
{
	for (const char *s = out; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || strchr("<>\"'\x7f", *s))
			abort();
		if (strncmp(s, "\u202e", 3) == 0 ||
		    strncmp(s, "\u2066", 3) == 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct ink html = { 0 }, line = { 0 };
	size_t columns = size > 0 ? data[0] : 0;

	ink_html(&html, text);
	if (html.text != NULL)
		check(html.text);
	html.length = 0;
	ink_html_cut(&html, text, columns);
	if (html.text != NULL && html.length > 0)
		check(html.text);
	if (ink_plain(&line, text, columns) > columns)
		abort();
	ink_free(&html);
	ink_free(&line);
	free(text);
	return 0;
}
