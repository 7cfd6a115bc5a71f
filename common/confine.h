/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confine.h: what a process gives up for ever before it meets the first byte
 * of anybody else. Whatever its role doesn't name is refused: system calls
 * answer ENOSYS (a library's vain call must not end the process), files beyond
 * the named ones EACCES where the kernel has landlock. Of every process that
 * runs longer than a command; each has its role beside its main.
 *
 * Without being named, all may read and write what is open, wait, take memory
 * that is never executable, tell the time. None may trace, look into another
 * process, mount, load into the kernel, or reach bpf, keys, io_uring, perf.
 */
#ifndef COMMON_CONFINE_H
#define COMMON_CONFINE_H

#include <stdbool.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>

/* What may be done beyond. */
enum confine_may {
	CONFINE_ACCEPT = 1 << 0,  /* connections, on sockets that listen */
	CONFINE_CONNECT = 1 << 1, /* sockets of IP: TCP, UDP; to the outside */
	CONFINE_LISTEN = 1 << 2,  /* new ones of TCP that listen */
	CONFINE_LOCAL = 1 << 3,	  /* AF_UNIX, and asking for our addresses */
	CONFINE_READ = 1 << 4,	  /* files: those of `reads` and `writes` */
	CONFINE_WRITE = 1 << 5,	  /* files: those of `writes` */
	CONFINE_THREADS = 1 << 6,
	CONFINE_START = 1 << 7,	  /* programs: itself (and reading what it is
				   * made of), those of `runs`; they inherit what
				   * it is refused */
	CONFINE_DEVICES = 1 << 8, /* what is asked of input devices */
};
#define CONFINE_GROUPS 9

#define CONFINE_PATHS 20 /* of one list */

/* Of root: files and folders that belong to others. */
#define CONFINE_FILE_RIGHTS                                                    \
	(1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE |                            \
	    1u << CAP_DAC_READ_SEARCH | 1u << CAP_FOWNER)

struct confine {
	unsigned may;
	/* With all beneath them; what is missing is passed over. "/" is
	 * everything. */
	const char *reads[CONFINE_PATHS];
	const char *writes[CONFINE_PATHS];
	const char *runs[CONFINE_PATHS];
	bool nobody;	     /* as root: becomes nobody */
	uint32_t rights;     /* capabilities (bits) that root keeps */
	size_t memory_bytes; /* address space beyond today's; 0 = no limit */
	unsigned files;	     /* most descriptors; 0 = as many as may be had */
};

/* Also: no core file, no new privileges, no look into /proc/PID of it, and
 * signals only to what it started. False: something of it could not be done,
 * which was logged (room: whose line it is); then don't go on. Call it before
 * there are threads. */
bool confine_enter(const struct confine *role, const char *room);
/* One more of role->reads, borrowed; false: the list is full. */
bool confine_let_read(struct confine *role, const char *path);

/* What finding hosts by name takes to read: of `reads`. Not all of /etc and
 * /run, where keys lie, too. */
#define CONFINE_NAMES                                                          \
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",                \
	    "/etc/host.conf", "/etc/gai.conf", "/etc/services",                \
	    "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",  \
	    "/run/nscd"
/* Modules of the name service (nsswitch.conf) are loaded: afterwards names are
 * found though no code can be loaded any more. Before confine_enter. */
void confine_load_names(void);
/* Another file lies where one of these did, which we may not read: names are
 * found no more, and only a new process will. */
bool confine_names_lost(void);

/* Of the kernel; 0 = it has none. */
int confine_landlock(void);

#endif
