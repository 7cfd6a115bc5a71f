/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discover_print.h: the devices that were asked, for people and as JSON. Names
 * and words are theirs: hostile. */
#ifndef MONITOR_CLI_DISCOVER_PRINT_H
#define MONITOR_CLI_DISCOVER_PRINT_H

#include "monitor/cli/discover_session.h"

void discover_print(const struct discover_found *f, bool keep_host);
void discover_print_json(const struct discover_found *f);
/* To stderr: how many of which state, and what was passed over. */
void discover_print_summary(const struct discover_found *f);
/* All that was asked is well, and something was. */
bool discover_well(const struct discover_found *f);

#endif
