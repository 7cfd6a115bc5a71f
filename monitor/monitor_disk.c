/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that is full or fails, as an incident of our own. While nothing can
 * be written it waits with all other facts, and is on record with the time at
 * which it began once there is room. */
#include <stdio.h>

#include "common/clock.h"
#include "monitor/monitor_parts.h"

#define WELL_US (10 * US_PER_S) /* so long, and it is over */

void
monitor_disk_told(struct monitor *m, const struct store_health *h,
    int64_t now_us)
{
	char text[OWN_TEXT_BYTES];
	int64_t since = h->last_commit_us != 0 ? h->last_commit_us : now_us;

	if (h->failing) {
		snprintf(text, sizeof(text),
		    "nothing can be written (%s). Make room, or mend it: what "
		    "happens waits in memory, the time until then is unknown",
		    h->error);
		monitor_own_say(m, OWN_DISK, since, now_us, text);
	} else if (h->low_space) {
		monitor_own_say(m, OWN_DISK, now_us, now_us,
		    "it is nearly full. Make room: no pictures are kept until "
		    "then");
	}
	m->disk_well_us = h->failing || h->low_space ? 0 : now_us;
}

void
monitor_disk_second(struct monitor *m, int64_t now_us)
{
	if (m->disk_well_us == 0 || now_us - m->disk_well_us < WELL_US)
		return;
	monitor_own_over(m, OWN_DISK, now_us);
}
