/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern_match.h: a window's class and title against the patterns the server
 * gave: only which pattern it was leaves this machine. PURE; titles are
 * hostile (any program chooses its own), any bytes are borne, the time is
 * bounded by pattern length x text length. Called by the X11 source.
 */
#ifndef PROBES_CONSOLE_PATTERN_MATCH_H
#define PROBES_CONSOLE_PATTERN_MATCH_H

#include <stdbool.h>

#include "camwarden/heartbeat.h"

/* fnmatch(3) with FNM_CASEFOLD and no other flag: * ? [a-z] [!a-z] \x, the
 * whole text. Letters of ASCII only are folded. A pattern that is not well
 * formed ("[a") takes the odd sign as itself. */
bool pattern_match_glob(const char *glob, const char *text);
/* class_ may match either word of WM_CLASS; "" matches all. */
bool pattern_match(const struct heartbeat_pattern *p, const char *instance,
    const char *class_, const char *title);

#endif
