/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before the C library (LD_PRELOAD) by tests only. SHIM_KILL=n: SIGKILL
 * in place of the n-th call that changes files (1 = the first);
 * SHIM_COUNT=file: how many there were, at the end. SHIM_CLOCK=file: eight
 * bytes, microseconds by which the clock on the wall is off, as they are at
 * each look, perhaps eight more, for which the machine slept. The monotonic
 * clock stays the kernel's. SHIM_FAULT=file: a struct fault that the test and
 * all processes share: what changes files below a folder is counted, and fails
 * from one number up to another. SHIM_STATE=file: two letters, as they are at
 * each look: "h" and calls that change files hang until it is another; "s" or
 * "u" and the kernel says that the clock is set right, or is not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static volatile const int64_t *offset_us;
static volatile const char *disk_and_clock;

/* As faults.py writes it. */
struct fault {
	_Atomic int64_t calls;	  /* so far, below the folder */
	_Atomic int64_t from, to; /* those fail; none: both 0 */
	_Atomic int64_t error;
	_Atomic int64_t failed; /* how many did */
	char folder[216];
};
static struct fault *fault;

static void *
shared(const char *variable, int flags, int rights, size_t size)
{
	const char *file = getenv(variable);
	int fd = file != NULL ? open(file, flags | O_CLOEXEC) : -1;
	void *p =
	    fd >= 0 ? mmap(NULL, size, rights, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	return p != MAP_FAILED ? p : NULL;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("SHIM_KILL");

	kill_at = at != NULL ? atol(at) : 0;
	offset_us = shared("SHIM_CLOCK", O_RDONLY, PROT_READ, 8);
	disk_and_clock = shared("SHIM_STATE", O_RDONLY, PROT_READ, 2);
	fault = shared("SHIM_FAULT", O_RDWR, PROT_READ | PROT_WRITE,
	    sizeof(*fault));
}

__attribute__((destructor)) static void
end(void)
{
	const char *file = getenv("SHIM_COUNT");
	FILE *f = file != NULL ? fopen(file, "w") : NULL;

	if (f == NULL)
		return;
	fprintf(f, "%ld\n", atomic_load(&calls));
	fclose(f);
}

/* Whether this call, of a file of that path, is one that fails. */
static bool
fails(const char *path)
{
	if (strncmp(path, fault->folder, strlen(fault->folder)) != 0)
		return false;
	int64_t n = atomic_fetch_add(&fault->calls, 1) + 1;

	if (n < atomic_load(&fault->from) || n >= atomic_load(&fault->to))
		return false;
	atomic_fetch_add(&fault->failed, 1);
	errno = (int)atomic_load(&fault->error);
	return true;
}

/* The disk hangs. */
static void
hold(void)
{
	while (disk_and_clock != NULL && disk_and_clock[0] == 'h')
		usleep(20000);
}

static bool
fails_at(const char *path)
{
	hold();
	if (atomic_fetch_add(&calls, 1) + 1 == kill_at)
		kill(getpid(), SIGKILL);
	return fault != NULL && fails(path);
}

static bool
fails_on(int fd)
{
	char link[32], path[512];
	ssize_t n = -1;
	int before = errno;

	if (fault != NULL) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		errno = before;
	}
	path[n > 0 ? n : 0] = '\0';
	return fails_at(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CHANGES(result, name, params, test, args)                              \
	result name params                                                     \
	{                                                                      \
		static __typeof__(&name) next;                                 \
                                                                               \
		if (next == NULL)                                              \
			next = NEXT(name);                                     \
		return test ? -1 : next args;                                  \
	}

CHANGES(int, rename, (const char *a, const char *b), fails_at(b), (a, b))
CHANGES(int, link, (const char *a, const char *b), fails_at(b), (a, b))
CHANGES(int, unlink, (const char *a), fails_at(a), (a))
CHANGES(int, unlinkat, (int d, const char *a, int f), fails_at(a), (d, a, f))
CHANGES(int, mkdir, (const char *a, mode_t m), fails_at(a), (a, m))
CHANGES(int, rmdir, (const char *a), fails_at(a), (a))
CHANGES(int, fsync, (int fd), fails_on(fd), (fd))
CHANGES(int, fdatasync, (int fd), fails_on(fd), (fd))
CHANGES(int, ftruncate, (int fd, off_t n), fails_on(fd), (fd, n))
CHANGES(int, ftruncate64, (int fd, off64_t n), fails_on(fd), (fd, n))
CHANGES(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t o),
    fails_on(fd), (fd, p, n, o))
CHANGES(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t o),
    fails_on(fd), (fd, p, n, o))

/* Not counted before there was SHIM_FAULT, and sockets are written so too. */
ssize_t
write(int fd, const void *p, size_t n)
{
	static __typeof__(&write) next;

	if (next == NULL)
		next = NEXT(write);
	return fault != NULL && fails_on(fd) ? -1 : next(fd, p, n);
}

/* One that is made takes room. */
#define OPENS(name)                                                            \
	int name(const char *path, int flags, ...)                             \
	{                                                                      \
		static __typeof__(&name) next;                                 \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, flags);                                           \
		mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;        \
                                                                               \
		va_end(ap);                                                    \
		if (next == NULL)                                              \
			next = NEXT(name);                                     \
		if (fault != NULL && (flags & O_CREAT) != 0 && fails(path))    \
			return -1;                                             \
		return next(path, flags, mode);                                \
	}
OPENS(open)
OPENS(open64)

int
clock_gettime(clockid_t id, struct timespec *t)
{
	static __typeof__(&clock_gettime) next;

	if (next == NULL)
		next = NEXT(clock_gettime);
	int rc = next(id, t);

	if (rc != 0 || offset_us == NULL ||
	    (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE &&
		id != CLOCK_BOOTTIME))
		return rc;
	/* (Behind the end of a file its last page holds zeros.) */
	int64_t us = (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000 +
		     offset_us[id == CLOCK_BOOTTIME];

	t->tv_sec = us / 1000000;
	t->tv_nsec = us % 1000000 * 1000 + t->tv_nsec % 1000;
	return 0;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = t.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
adjtimex(struct timex *t)
{
	static __typeof__(&adjtimex) next;

	if (next == NULL)
		next = NEXT(adjtimex);
	int rc = next(t);
	char word = disk_and_clock != NULL ? disk_and_clock[1] : '\0';

	if (word == 's') {
		t->status &= ~STA_UNSYNC;
		t->maxerror = 5000;
		rc = TIME_OK;
	} else if (word == 'u') {
		t->status |= STA_UNSYNC;
		rc = TIME_ERROR;
	}
	return rc;
}
