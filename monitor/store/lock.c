/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/disk.h"

#define TRIES 20
#define TRIES_LEFT 500
#define PAUSE_MS 10

/* Whose name stands in the file. */
static const char *
holder(int fd, char out[32])
{
	ssize_t n = pread(fd, out, 31, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* Killed while it started a process, it leaves one that holds the lock until
 * it is another program: a busy machine takes its time. */
static bool
is_gone(int fd)
{
	char who[32];
	long pid = strtol(holder(fd, who), NULL, 10);

	return pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Whoever only looks (store_in_use) holds it for a moment. */
static bool
take(int fd)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	for (int i = 0; i < TRIES || (i < TRIES_LEFT && is_gone(fd)); i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool
store_in_use(const char *dir)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/camwarden.lock", dir);
	int fd = n < (int)sizeof(path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 &&
		    errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return held;
}

/* The lock file names its holder, for the other one's message. */
int
lock_take(const char *dir, char error_out[STORE_ERROR_BYTES])
{
	char path[4096], who[32] = "";
	int n = snprintf(path, sizeof(path), "%s/camwarden.lock", dir);
	int fd = n < (int)sizeof(path)
		     ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)
		     : -1;

	if (fd < 0 || !disk_give(fd, dir)) {
		snprintf(error_out, STORE_ERROR_BYTES, "%.180s: %s", path,
		    strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (take(fd)) {
		n = snprintf(who, sizeof(who), "%ld\n", (long)getpid());
		if (ftruncate(fd, 0) == 0 && pwrite(fd, who, (size_t)n, 0) < n)
			who[0] = '\0'; /* only a courtesy */
		return fd;
	}
	holder(fd, who);
	snprintf(error_out, STORE_ERROR_BYTES,
	    "%.160s is in use by another camwarden (process %s)", dir,
	    who[0] != '\0' ? who : "unknown");
	close(fd);
	return -1;
}
