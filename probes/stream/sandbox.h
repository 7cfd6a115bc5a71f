/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.h: locks the process in before the first byte of a camera: no files,
 * no programs, no privileges; sockets stay. For probes/stream only. */
#ifndef PROBES_STREAM_SANDBOX_H
#define PROBES_STREAM_SANDBOX_H

#include <stdbool.h>

/* As root: become nobody. No core dumps, no new privileges; raises the
 * descriptor limit first. */
void sandbox_drop(void);
/* seccomp: anything unexpected answers ENOSYS. A kernel that can't is a log
 * line, not an end. Sanitizers need more calls: off under them and with
 * CAMWARDEN_NO_SANDBOX set. */
void sandbox_enter(void);

#endif
