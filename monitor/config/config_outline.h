/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_outline.h: the file of settings -> lines "http.port: 8080" that may be
 * shown to strangers: numbers, times, switches, choices and names of files as
 * they stand; of a URL whom it is of; of every other text only how long it is.
 * Whatever a key is called: one that is new, or mistyped, tells no more. PURE;
 * fed as config_walk.h is, for the support bundle.
 */
#ifndef MONITOR_CONFIG_CONFIG_OUTLINE_H
#define MONITOR_CONFIG_CONFIG_OUTLINE_H

#include "monitor/config/config_walk.h"

#define CONFIG_OUTLINE_DEPTH 16

struct config_outline {
	char *text; /* owned; NUL-terminated, NULL = nothing yet */
	size_t length, size;
	bool bad; /* memory was out */
	struct {
		char name[96]; /* the key, or its place in a list */
		bool list, expect_value;
		unsigned count; /* of a list: begun */
	} level[CONFIG_OUTLINE_DEPTH];
	unsigned depth;
	unsigned deeper; /* open beyond what is kept */
};

/* o zeroed at first. */
void config_outline_token(struct config_outline *o,
    const struct config_token *t);

/* All of a file's text, up to where it is no YAML; given, NULL: no memory. In
 * config_yaml.c. */
char *config_outline_of(const void *text, size_t length);
/* Of a file; NULL: it can't be read, or no memory. In config_file.c. */
char *config_outline_file(const char *path);

#endif
