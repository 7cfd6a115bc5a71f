/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandbox.h: locks the picture probe in before it sees the first byte of a
 * camera (DESIGN.md 3): afterwards it can read, write, poll and use memory on
 * what it already holds, and nothing else. Cannot be undone.
 */
#ifndef PROBES_PICTURE_SANDBOX_H
#define PROBES_PICTURE_SANDBOX_H

#include <stddef.h>

struct sandbox_config {
	size_t memory_bytes; /* address space beyond what is mapped now */
};

/* No new privileges, no core dumps; as root: to nobody;
 * address space bounded; seccomp: read and write only, everything else fails
 * with ENOSYS. NULL, or what could not be locked (a static text): then the
 * caller must not go on. */
const char *sandbox_enter(const struct sandbox_config *config);

#endif
