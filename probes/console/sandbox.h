/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.h: what the agent gives up for ever before it opens any source. It
 * keeps: sockets, reading files. As root it becomes nobody, who may still read
 * any file (the session's X cookie, /dev/input) and nothing else. It can run
 * no program, write no file, trace and signal nobody. Called by main.c.
 */
#ifndef PROBES_CONSOLE_SANDBOX_H
#define PROBES_CONSOLE_SANDBOX_H

#include <stdbool.h>

/* wayland: a compositor's socket belongs to its user: connecting takes the
 * right to pass over permissions of writing, too. NULL, or what could not be
 * done (a static text): then don't go on. */
const char *sandbox_enter(bool wayland);

#endif
