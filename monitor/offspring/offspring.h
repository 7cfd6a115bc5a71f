/* SPDX-License-Identifier: GPL-3.0-or-later */
/* offspring.h: how the processes that meet hostile peers are started:
 * the program that runs, in another role, with a few descriptors and nothing
 * else. Of the monitor's side.
 */
#ifndef MONITOR_OFFSPRING_OFFSPRING_H
#define MONITOR_OFFSPRING_OFFSPRING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* fds (all of 10 or above) become 3, 4, .. of the child, whose arguments are
 * role and, unless NULL, argument. 0: it failed, and was logged. */
pid_t offspring_spawn(const char *role, const char *argument, const int *fds,
    int count);
/* Kills; *pid becomes 0. Reaped at once or, where the kernel doesn't let it go
 * yet, later: nobody waits for it. */
void offspring_end(pid_t *pid);
/* A socket pair whose ends offspring_spawn can take. */
bool offspring_pair(int fds_out[2]);
/* fd moved to where offspring_spawn can take it; the old one is closed. */
int offspring_fd(int fd);
/* A copy of fd where offspring_spawn can take it; -1, logged. */
int offspring_copy(int fd);
/* A listening socket for offspring_spawn; *port 0 becomes the free one taken.
 * -1 with errno. */
int offspring_listen(const char *address, uint16_t *port);

#endif
