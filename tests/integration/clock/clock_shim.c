/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded by tests: the wall clock is off by so many microseconds as the file
 * CAMWARDEN_TEST_CLOCK holds (8 bytes), which the test changes while programs
 * run; the monotonic clock stays what it is. So nights pass in seconds, and
 * clocks are set, without touching the machine's. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *off_us;

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("CAMWARDEN_TEST_CLOCK");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p =
	    fd >= 0 ? mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (p != MAP_FAILED)
		off_us = p;
}

int
clock_gettime(clockid_t which, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, which, ts);
	int64_t us;

	if (rc != 0 || off_us == NULL ||
	    (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE))
		return rc;
	us = (int64_t)ts->tv_sec * 1000000 + ts->tv_nsec / 1000 + *off_us;
	ts->tv_sec = us / 1000000;
	ts->tv_nsec = us % 1000000 * 1000;
	return 0;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -1;
	*tv = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
