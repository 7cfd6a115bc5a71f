/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before the C library (LD_PRELOAD) by tests only. SHIM_KILL=n: SIGKILL
 * in place of the n-th call that changes files (1 = the first);
 * SHIM_COUNT=file: how many there were, at the end. SHIM_CLOCK=file: eight
 * bytes, microseconds by which the clock on the wall is off, as they are at
 * each look. The monotonic clock stays the kernel's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static volatile const int64_t *offset_us;

__attribute__((constructor)) static void
begin(void)
{
	const char *at = getenv("SHIM_KILL"), *file = getenv("SHIM_CLOCK");
	int fd = file != NULL ? open(file, O_RDONLY | O_CLOEXEC) : -1;

	kill_at = at != NULL ? atol(at) : 0;
	if (fd < 0)
		return;
	void *p = mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);

	close(fd);
	if (p != MAP_FAILED)
		offset_us = p;
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

static void
step(void)
{
	if (atomic_fetch_add(&calls, 1) + 1 == kill_at)
		kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CHANGES(result, name, params, args)                                    \
	result name params                                                     \
	{                                                                      \
		static __typeof__(&name) next;                                 \
                                                                               \
		if (next == NULL)                                              \
			next = NEXT(name);                                     \
		step();                                                        \
		return next args;                                              \
	}

CHANGES(int, rename, (const char *a, const char *b), (a, b))
CHANGES(int, link, (const char *a, const char *b), (a, b))
CHANGES(int, unlink, (const char *a), (a))
CHANGES(int, unlinkat, (int d, const char *a, int f), (d, a, f))
CHANGES(int, mkdir, (const char *a, mode_t m), (a, m))
CHANGES(int, rmdir, (const char *a), (a))
CHANGES(int, fsync, (int fd), (fd))
CHANGES(int, fdatasync, (int fd), (fd))
CHANGES(int, ftruncate, (int fd, off_t n), (fd, n))
CHANGES(int, ftruncate64, (int fd, off64_t n), (fd, n))
CHANGES(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t o),
    (fd, p, n, o))
CHANGES(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t o),
    (fd, p, n, o))

int
clock_gettime(clockid_t id, struct timespec *t)
{
	static __typeof__(&clock_gettime) next;

	if (next == NULL)
		next = NEXT(clock_gettime);
	int rc = next(id, t);

	if (rc != 0 || offset_us == NULL ||
	    (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return rc;
	int64_t us =
	    (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000 + *offset_us;

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
