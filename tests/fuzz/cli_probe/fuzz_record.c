/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of a record (`camwarden judge FILE`): anybody's bytes. What reads
 * back as an observation must be one that the judge may see. */
#include "monitor/cli/record.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct record_line line;
	const char *error = NULL;

	if (!record_get((struct span){ bytes, n }, &line, &error)) {
		if (error == NULL)
			abort();
	} else if (line.kind == RECORD_ACCOUNT &&
		   line.account.to_us < line.account.from_us) {
		abort();
	}
	return 0;
}
