/* SPDX-License-Identifier: GPL-3.0-or-later */
/* overlay_local.h: maintenance and mutes, asked of the running monitor, or
 * entered under the store's own lock while none runs. Called by the commands.
 */
#ifndef MONITOR_CLI_OVERLAY_LOCAL_H
#define MONITOR_CLI_OVERLAY_LOCAL_H

#include <jansson.h>

#include "monitor/cli/cli.h"
#include "monitor/overlay.h"

/* A new one; or with number > 0 the end of that one (wish->reason says why).
 * {"ok", "text"} or {"ok": false, "error" or "text"}; given. NULL after saying
 * why. wish->actor is filled in. */
json_t *overlay_ask(const struct cli *cli, struct overlay_wish *wish,
    int64_t number);

#endif
