/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_target.h"

#include <stdio.h>
#include <string.h>

#include "monitor/monitor_consoles.h"
#include "monitor/monitor_parts.h"

bool
monitor_target_incident(struct monitor *m, int64_t number,
    struct store_target *out)
{
	return store_read_target_incident(m->reader, number, out);
}

bool
monitor_target_overlay(struct monitor *m, int64_t number,
    struct store_target *out)
{
	return store_read_target_overlay(m->reader, number, out);
}

void
monitor_target_feed(struct monitor *m, const char *name,
    struct store_target *out)
{
	const struct watched_feed *f = links_feed_named(m, name);

	*out = (struct store_target){ .found = f != NULL };
	if (f == NULL)
		return;
	snprintf(out->site, sizeof(out->site), "%s", f->site);
	memcpy(out->feed, f->uuid, 16);
	out->of_feed = true;
}
