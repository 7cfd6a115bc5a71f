/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zone's name, a line end, a moment as a person or a program writes it: it is
 * none, or one that is printed and read again as the same second. */
#include "monitor/cli/when.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1790000000000000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *zone = fuzz_word(&text, '\n');
	char shown[24], utc[32];
	struct when *w = when_new();
	int64_t a, b;

	assert(w != NULL);
	if (when_parse(w, zone, text, NOW, &a)) {
		when_print(w, "", a, shown);
		assert(strlen(shown) < sizeof(shown));
		strcpy(utc, shown);
		strcat(utc, "Z");
		assert(
		    when_parse(w, zone, utc, NOW, &b) && b == a - a % 1000000);
	}
	if (when_parse_rfc3339(text, &a)) {
		when_print(w, zone, a, shown);
		assert(strlen(shown) < sizeof(shown));
	}
	when_free(&w);
	free(zone);
	return 0;
}
