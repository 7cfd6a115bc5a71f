/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.h: locks the demux probe in before it opens the first source, as far
 * as libavformat's threads, TLS and name resolution let it: it may open
 * sockets and read files (certificates, resolver settings), but run no
 * program, start no process, write or change no file, trace nobody, load
 * nothing into the kernel. Cannot be undone.
 */
#ifndef PROBES_DEMUX_SANDBOX_H
#define PROBES_DEMUX_SANDBOX_H

/* As root: to nobody. No core dumps (they would hold passwords). NULL, or
 * what could not be locked (a static text): then don't go on. */
const char *sandbox_enter(void);

#endif
