/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tar.h: files in memory -> one archive in memory (POSIX ustar), readable by
 * its owner alone when it is unpacked. PURE; names are ours.
 */
#ifndef MONITOR_SUPPORT_TAR_H
#define MONITOR_SUPPORT_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tar {
	uint8_t *bytes; /* owned */
	size_t length, size;
	bool bad; /* memory was out, or a name is too long */
};

/* t zeroed at first. */
void tar_add(struct tar *t, const char *name, const void *bytes, size_t length,
    int64_t mtime_s);
/* After the last; false: bytes are not to be used. */
bool tar_end(struct tar *t);
void tar_fini(struct tar *t);

#endif
