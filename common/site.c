/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/site.h"

#include <string.h>

bool
site_within(const char *path, const char *site)
{
	size_t n = strlen(site);

	return n == 0 || (strncmp(path, site, n) == 0 &&
			     (path[n] == '\0' || path[n] == '/'));
}

bool
tags_have(const char *tags, const char *tag)
{
	size_t n = strlen(tag);

	for (const char *p = tags; n > 0 && (p = strstr(p, tag)) != NULL; p++)
		if ((p == tags || p[-1] == ',') &&
		    (p[n] == '\0' || p[n] == ','))
			return true;
	return false;
}
