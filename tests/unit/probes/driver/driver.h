/* SPDX-License-Identifier: GPL-3.0-or-later */
/* driver.h: spawns a probe's program as the monitor would and speaks to it.
 * Fails the running test (cmocka) when anything goes wrong. Blocking. */
#ifndef TESTS_PROBES_DRIVER_H
#define TESTS_PROBES_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "camwarden/wire.h"
#include "common/link.h"

#define DRIVER_LINKS 3

struct driver {
	pid_t pid;
	int channel;
	int links[DRIVER_LINKS];
	struct link_reader readers[DRIVER_LINKS];
	uint8_t *in;
	size_t length;
	uint8_t *last; /* body of the message given out last */
};

/* HELLO both ways, then CONFIGURE (its `links` is set here). */
void driver_spawn(struct driver *d, const char *program, enum probe_role role,
    const struct wire_configure *cfg);
/* Kills what still runs. */
void driver_end(struct driver *d);
/* fd < 0: none rides along. */
void driver_post(struct driver *d, unsigned type, const struct writer *body,
    int fd);
/* The next message; its body is borrowed until the next call. 0: none within
 * the time, or the probe is gone. */
unsigned driver_next(struct driver *d, struct span *body, int timeout_ms);
/* A unit from one of the links: its reader; NULL: none within the time. */
struct link_reader *driver_unit(struct driver *d, int timeout_ms);
/* Sends STOP and returns the exit status; fails when it takes over a second.*/
int driver_stop(struct driver *d);

#endif
