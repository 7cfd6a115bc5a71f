/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_setup.h: under which settings, by which programs and by which clock
 * the record is made: `settings` and `clock.sync` lines, at the start and
 * whenever it changes. Of the composition root; nobody else includes it.
 */
#ifndef MONITOR_MONITOR_SETUP_H
#define MONITOR_MONITOR_SETUP_H

#include "monitor/clock_state.h"
#include "monitor/monitor_parts.h"

/* Says both. False: no memory. */
bool monitor_setup_start(struct monitor *m);
/* After m->config: the settings again, if they or a program are others. */
void monitor_setup_reload(struct monitor *m);
/* Each second: looks at the clock. */
void monitor_setup_second(struct monitor *m);
/* As it was at the last look. */
struct clock_state monitor_setup_clock(const struct monitor *m);
void monitor_setup_free(struct monitor *m);

#endif
