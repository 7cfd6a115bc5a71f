/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs fuzz targets over files, without libFuzzer: each file once.
 *
 *   replay_LIBRARY SEEDS                    its targets, each over its seeds
 *   replay_LIBRARY TARGET FILE|FOLDER...    one target over these
 *   replay_LIBRARY --short ...              the same, each file again and again
 *                                           with one allocation more that fails
 *
 * Names each file before it is run; a finding ends the process. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/short.h"
#include "tests/remove_tree.h"

#define TARGET(name) int name(const uint8_t *data, size_t size);
#include "fuzz_targets.h"
#undef TARGET

struct target {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
};

static const struct target targets[] = {
#define TARGET(name) { #name, name },
#include "fuzz_targets.h"
#undef TARGET
};

#define TARGETS (sizeof(targets) / sizeof(*targets))
#define SHORT_MOST 400u /* of one file */

static bool in_short;
static unsigned short_failed;

/* Each input lies in a block of its own size: a byte too far is seen. */
static unsigned
run_file(const struct target *t, const char *path, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");

	if (bytes == NULL || f == NULL || fread(bytes, 1, size, f) != size) {
		perror(path);
		exit(2);
	}
	fclose(f);
	printf("%s %s\n", t->name, path);
	t->run(bytes, size);
	for (unsigned n = 1; in_short && n <= SHORT_MOST; n++) {
		short_arm(n);
		t->run(bytes, size);
		short_failed += short_came();
		if (!short_came())
			break;
	}
	short_arm(0);
	free(bytes);
	return 1;
}

/* How many files were run. */
static unsigned
run_path(const struct target *t, const char *path)
{
	struct stat st;
	struct dirent *e;
	unsigned count = 0;
	char inside[4096];
	DIR *d;

	if (stat(path, &st) != 0) {
		perror(path);
		exit(2);
	}
	if (!S_ISDIR(st.st_mode))
		return run_file(t, path, (size_t)st.st_size);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (*e->d_name == '.')
			continue;
		snprintf(inside, sizeof(inside), "%s/%s", path, e->d_name);
		count += run_path(t, inside);
	}
	if (d != NULL)
		closedir(d);
	return count;
}

static int
run_all(const char *root)
{
	char seeds[4096];
	unsigned files = 0;

	for (size_t i = 0; i < TARGETS; i++) {
		unsigned n;

		snprintf(seeds, sizeof(seeds), "%s/%s", root,
		    targets[i].name + strlen("fuzz_"));
		n = run_path(&targets[i], seeds);
		if (n == 0) {
			fprintf(stderr, "%s: no seeds\n", seeds);
			return 1;
		}
		files += n;
	}
	printf("%zu targets, %u files", TARGETS, files);
	if (in_short)
		printf(", %u times memory was out", short_failed);
	printf("\n");
	return 0;
}

/* --- the targets' files */

static char temporary[] = "/tmp/camwarden-replay-XXXXXX";

static void
tidy(void)
{
	remove_tree(temporary);
}

int
main(int argc, char **argv)
{
	if (mkdtemp(temporary) == NULL || setenv("TMPDIR", temporary, 1) != 0) {
		perror(temporary);
		return 2;
	}
	atexit(tidy);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "--short") == 0) {
		in_short = true;
		argc--;
		argv++;
	}
	if (argc == 2)
		return run_all(argv[1]);
	for (size_t i = 0; argc > 2 && i < TARGETS; i++) {
		if (strcmp(targets[i].name, argv[1]) != 0)
			continue;
		for (int k = 2; k < argc; k++)
			run_path(&targets[i], argv[k]);
		return 0;
	}
	fprintf(stderr,
	    "usage: replay_LIBRARY [--short] SEEDS | TARGET FILE|FOLDER...\n");
	return 2;
}
