/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standing.h: what a run begins with, as lines: which feeds, consoles and
 * screens there are, so that all that is told of an epoch can be replayed from
 * its own lines alone, when older ones (or their content) are gone by age.
 * Private to this room; on the writer thread.
 */
#ifndef MONITOR_STORE_STANDING_H
#define MONITOR_STORE_STANDING_H

#include "monitor/store/writer.h"

/* Those that are there, or still were after from_utc. */
void standing_say(struct writer *w, int64_t mono_us, int64_t from_utc);

#endif
