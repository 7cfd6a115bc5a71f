/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
disk_write(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

bool
disk_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return good;
}

/* Of the folder that holds it. */
static bool
sync_name(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return disk_sync(".");
	slash[slash == path] = '\0'; /* "/" is a folder too */
	return disk_sync(path);
}

bool
disk_put(const char *path, const char *text, mode_t mode)
{
	char *fresh = NULL;
	int fd, error;
	bool good;

	if (asprintf(&fresh, "%s.new", path) < 0) {
		errno = ENOMEM;
		return false;
	}
	unlink(fresh); /* of an attempt that was cut off */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	good = fd >= 0 && disk_write(fd, text, strlen(text)) &&
	       fsync(fd) == 0 && rename(fresh, path) == 0;
	error = errno;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !good)
		unlink(fresh);
	errno = error;
	good = good && sync_name(fresh);
	free(fresh);
	return good;
}

bool
disk_give(int fd, const char *like)
{
	struct stat owner, now;

	if (geteuid() != 0)
		return true;
	return stat(like, &owner) == 0 && fstat(fd, &now) == 0 &&
	       (owner.st_uid == now.st_uid ||
		   fchown(fd, owner.st_uid, owner.st_gid) == 0);
}
