/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "monitor/config/config_outline.h"
#include "monitor/config/config_walk.h"

/* The whole file, bounded. NULL and a fault when it can't be had. Given. */
static char *
read_all(const char *path, size_t *length_out, struct config_faults *faults)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(CONFIG_FILE_BYTES + 1);

	if (f == NULL || text == NULL) {
		config_walk_fault(faults, 0, 0, "%s, expected a readable file",
		    strerror(errno));
		free(text);
		if (f != NULL)
			fclose(f);
		return NULL;
	}
	*length_out = fread(text, 1, CONFIG_FILE_BYTES + 1, f);
	bool bad = ferror(f) != 0;
	int error = errno;

	fclose(f);
	if (!bad && *length_out <= CONFIG_FILE_BYTES)
		return text;
	config_walk_fault(faults, 0, 0, "%s, expected a file of at most %u KiB",
	    bad ? strerror(error) : "too long", CONFIG_FILE_BYTES >> 10);
	free(text);
	return NULL;
}

bool
config_load(const char *path, struct monitor_config *config_out,
    struct config_faults *faults_out)
{
	memset(faults_out, 0, sizeof(*faults_out));
	if (path == NULL) {
		config_defaults(config_out);
		return true;
	}

	size_t length;
	char *text = read_all(path, &length, faults_out);
	bool good =
	    text != NULL && config_parse(text, length, config_out, faults_out);

	if (good) {
		snprintf(config_out->file, sizeof(config_out->file), "%s",
		    path);
		SHA256((const uint8_t *)text, length, config_out->file_sha256);
	}
	free(text);
	return good;
}

char *
config_outline_file(const char *path)
{
	struct config_faults faults = { 0 };
	size_t length;
	char *text = read_all(path, &length, &faults), *lines = NULL;

	if (text != NULL)
		lines = config_outline_of(text, length);
	free(text);
	return lines;
}

void
config_fault_print(const struct config_faults *faults, uint32_t n,
    const char *file, char *out, size_t size)
{
	const struct config_fault *f = &faults->fault[n];

	if (f->line == 0)
		snprintf(out, size, "%s: %s\n", file, f->text);
	else
		snprintf(out, size, "%s:%u:%u: %s\n", file, f->line, f->column,
		    f->text);
}
