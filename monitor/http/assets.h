/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assets.h: the pages' files (monitor/web), embedded in the program.
 */
#ifndef MONITOR_HTTP_ASSETS_H
#define MONITOR_HTTP_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

struct asset {
	const char *path; /* of the URL */
	const char *type;
	const char *bytes;
	size_t length;
	char tag[20]; /* changes with the bytes: "\"0123456789abcdef\"" */
	bool packed;  /* gzip */
	bool forever; /* its path changes with its bytes */
	bool page;    /* people come by links to it */
};

/* NULL when there is none. Static. Of the status pages (every page's path is
 * the one page); of the console's page, which the agents' listener serves. */
const struct asset *assets_find(const char *path);
const struct asset *assets_find_console(const char *path);
/* docs/openapi.json. */
const struct asset *assets_openapi(void);
/* A packed one as it was; body is NULL or empty, and stays so without memory.
 */
void assets_unpack(const struct asset *a, struct evbuffer *body);

#endif
