/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what the process of the night prints: refused, or names of
 * reports and nothing else. */
#include "monitor/nightly/nightly_said.h"
#include "tests/fuzz/fuzz.h"

static void
check(const struct nightly_file *files, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert(nightly_is_name(files[i].name) &&
		       strchr(files[i].name, '/') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nightly_made made;
	static struct nightly_old old;
	char *said = fuzz_text(data, size);

	if (nightly_said_made(said, size, &made)) {
		assert(
		    made.file_count >= 1 && made.file_count <= NIGHTLY_FILES);
		assert(made.text >= said &&
		       made.text + made.text_length <= said + size);
		for (const char *s = made.subject; *s != '\0'; s++)
			assert((unsigned char)*s >= ' ' && *s != 0x7f);
		check(made.files, made.file_count);
	}
	if (nightly_said_old(said, size, &old)) {
		assert(old.count <= NIGHTLY_OLD);
		check(old.files, old.count);
	}
	free(said);
	return 0;
}
