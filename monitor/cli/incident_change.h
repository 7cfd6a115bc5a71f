/* SPDX-License-Identifier: GPL-3.0-or-later */
/* incident_change.h: what a person says of incidents, to the running monitor.
 * Each gives an exit code and says what came of it.
 */
#ifndef MONITOR_CLI_INCIDENT_CHANGE_H
#define MONITOR_CLI_INCIDENT_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/cli/cli.h"

int incident_change_acknowledge(const struct cli *cli, int64_t number,
    const char *note);
int incident_change_note(const struct cli *cli, int64_t number,
    const char *text);
/* Alerts of what it is of are silent for so long. */
int incident_change_mute(const struct cli *cli, int64_t number, int64_t for_s,
    const char *reason);

#endif
