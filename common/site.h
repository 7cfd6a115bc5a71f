/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site.h: where a feed stands and what it is called by, as texts: a site's path
 * "North/Gate 3", a feed's tags "day,gate". PURE; texts may be hostile. Anybody
 * may call it: who sees what rests on site_within(). */
#ifndef COMMON_SITE_H
#define COMMON_SITE_H

#include <stdbool.h>

/* The path is that site or below it; "" is above all. */
bool site_within(const char *path, const char *site);
/* The tag is one of them; "" is none. */
bool tags_have(const char *tags, const char *tag);

#endif
