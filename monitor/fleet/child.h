/* SPDX-License-Identifier: GPL-3.0-or-later */
/* child.h: starts another program of ours with a few descriptors and nothing
 * else of this process: no other open file, no ignored signal, no terminal's
 * Ctrl-C (a process group of its own), stdin and stdout on /dev/null. Trusted
 * input. Called by the fleet for probes and resolvers.
 */
#ifndef MONITOR_FLEET_CHILD_H
#define MONITOR_FLEET_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#define CHILD_FDS_MAX 256

struct child_spec {
	const char *path;
	const char *name;     /* argv[0] */
	const char *argument; /* argv[1] or NULL */
	const int *fds;	      /* become 3, 4, ... there; stay open here */
	size_t fd_count;
};

/* The process id, or -errno. A path that can't be executed shows as exit
 * status 127. */
pid_t child_start(const struct child_spec *spec);
/* The folder of the running program into a buffer; 0 or -errno. */
int child_own_folder(char *out, size_t size);

#endif
