/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a template, any bytes as what its words stand for: what is taken
 * is filled, and what comes of it is JSON by the same grammar; what isn't taken
 * isn't filled. */
#include "monitor/message/template.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[65536];
	size_t half = size / 2, length;
	char *text = fuzz_text(data, half);
	char *value = fuzz_text(data + half, size - half), *p;
	const struct template_word words[] = { { "place", value, NULL },
		{ "kind", "firing", NULL },
		{ "severity", value, "[1, null]" } };
	struct template_fault fault = { 0 };
	bool good;

	/* Braces of a value are no words of the next look. */
	while ((p = strstr(value, "{{")) != NULL)
		*p = '(';
	good = template_check(text, words, 3, &fault);
	assert(good ||
	       (fault.line > 0 && fault.column > 0 && fault.why[0] != '\0'));
	if (!template_fill(text, words, 3, out, sizeof(out), &length)) {
		assert(!good || strlen(text) * 100 + strlen(value) > 4096);
		assert(out[0] == '\0' && length == 0);
	} else {
		assert(good && strlen(out) == length);
		assert(length >= TEMPLATE_BYTES ||
		       template_check(out, NULL, 0, &fault));
	}
	free(text);
	free(value);
	return 0;
}
