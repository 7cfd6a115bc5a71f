/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disk.h: what must be on the disk, not merely written. For whoever keeps files
 * that others rely on; names are ours.
 */
#ifndef COMMON_DISK_H
#define COMMON_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* All n bytes, whatever interrupts; nothing is synced. False: errno says why,
 * and a part may have been written. */
bool disk_write(int fd, const void *bytes, size_t n);
/* fsync of a file, or of a folder (so that its names are kept) by its path;
 * false with errno. */
bool disk_sync(const char *path);
/* The file at path is this text from now on, or, false with errno, what it was:
 * written beside it (".new"), then put in its place. */
bool disk_put(const char *path, const char *text, mode_t mode);
/* What root made for another (the service) is that one's, who else could not
 * use it: whoever owns `like`, its folder. For anybody but root nothing is
 * done. False: errno. */
bool disk_give(int fd, const char *like);

#endif
