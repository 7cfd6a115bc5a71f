/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz.h: what fuzz targets share. A target is LLVMFuzzerTestOneInput: it takes
 * hostile bytes, leaves nothing behind, and ends the process (assert, or a
 * sanitizer) where something is not as the room's header promises. One that
 * acts a script out reads it with common/cursor.h, until that is bad; the
 * script's numbers are its own, so that seeds keep their meaning. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether an allocation under the target may fail in this run (short.h; not
 * under libFuzzer): then it promises less. */
__attribute__((weak)) bool short_armed(void);

static inline bool
fuzz_short(void)
{
	return short_armed != NULL && short_armed();
}

/* The bytes as a text of its own, to be freed; what follows its first NUL
 * can't be seen by whoever takes a text. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* In a block of their own size, so that a sanitizer sees a byte too far. */
static inline uint8_t *
fuzz_exact(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size > 0 ? size : 1);

	assert(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	return bytes;
}

/* The next word of a text, up to `stop`, ended by a NUL; behind the last one
 * they are empty. */
static inline char *
fuzz_word(char **at, char stop)
{
	char *word = *at, *end = strchrnul(word, stop);

	*at = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

/* The next n bytes of a script, or those that are left. */
static inline struct span
fuzz_span(struct reader *r, size_t n)
{
	size_t left = reader_left(r);

	return reader_span(r, n < left ? n : left);
}

#define FUZZ_DIR 64

/* A folder of this run's own, in $TMPDIR (whoever runs targets takes that away)
 * or /tmp. */
static inline void
fuzz_dir(char out[FUZZ_DIR])
{
	const char *in = getenv("TMPDIR");

	assert(snprintf(out, FUZZ_DIR, "%s/camwarden-fuzz-XXXXXX",
		   in != NULL && *in != '\0' ? in : "/tmp") < FUZZ_DIR);
	assert(mkdtemp(out) != NULL);
}

/* Every file in it, not what folders in it hold. */
static inline void
fuzz_dir_empty(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

#endif
