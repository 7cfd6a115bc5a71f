/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name, a line end, a password: what is let through is one that can stand in
 * a URL and on the record, and long enough. */
#include "monitor/people/password.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *password = fuzz_text(data, size);
	char *name = fuzz_word(&password, '\n');

	if (people_name_fault(name) == NULL) {
		size_t n = strlen(name);

		assert(n >= 1 && n <= 64);
		assert(strspn(name, "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-@+") == n);
	}
	if (password_fault(password, name) == NULL)
		assert(strlen(password) >= PASSWORD_LETTERS &&
		       strlen(password) <= PASSWORD_BYTES &&
		       strcmp(password, name) != 0);
	free(name);
	return 0;
}
