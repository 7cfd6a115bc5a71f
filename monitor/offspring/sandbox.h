/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.h: locks the calling process in (seccomp), for good. */
#ifndef MONITOR_OFFSPRING_SANDBOX_H
#define MONITOR_OFFSPRING_SANDBOX_H

#include <stdbool.h>

/* The web process: the descriptors it has and connections accepted on them; no
 * file is opened, no socket made, nothing executed. False: not locked. */
bool sandbox_web(void);
/* The same, and it may open sockets and connect them. */
bool sandbox_calling(void);
/* Who only computes: the channel it has, memory, random numbers. */
bool sandbox_computing(void);
/* The reader: files, but no network and nothing executed. */
bool sandbox_reader(void);

#endif
