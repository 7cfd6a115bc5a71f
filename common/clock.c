/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/clock.h"

#include <time.h>

static int64_t
now_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t
clock_mono_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int64_t
clock_boot_us(void)
{
	return now_us(CLOCK_BOOTTIME);
}

int64_t
clock_utc_us(void)
{
	return now_us(CLOCK_REALTIME);
}

uint64_t
clock_cpu_us(void)
{
	return (uint64_t)now_us(CLOCK_PROCESS_CPUTIME_ID);
}
