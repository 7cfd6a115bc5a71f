/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assets.h: the page's files (monitor/web), embedded in the program.
 */
#ifndef MONITOR_HTTP_ASSETS_H
#define MONITOR_HTTP_ASSETS_H

#include <stddef.h>

struct asset {
	const char *path; /* of the URL */
	const char *type;
	const char *bytes;
	size_t length;
};

/* NULL when there is none. Static. Of the status pages; of the console's page,
 * which the agents' listener serves. */
const struct asset *assets_find(const char *path);
const struct asset *assets_find_console(const char *path);
/* A name that changes with the bytes: "\"0123456789abcdef\"". */
void assets_tag(const struct asset *a, char out[20]);

#endif
