/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support_outside.h: texts for a support bundle that others keep: the metrics
 * of our own pages, the system's journal. Both are bounded in time and size,
 * and give a word in brackets instead where they can't be had. Given.
 */
#ifndef MONITOR_CLI_SUPPORT_OUTSIDE_H
#define MONITOR_CLI_SUPPORT_OUTSIDE_H

#include "monitor/config/config.h"

/* NULL: no memory. */
char *support_outside_metrics(const struct monitor_config *config);
char *support_outside_journal(void);

#endif
