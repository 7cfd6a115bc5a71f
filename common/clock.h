/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.h: the only place that reads the system's clocks. Pure rooms take
 * time as an argument instead. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

#define US_PER_S 1000000LL
#define US_PER_MS 1000LL

/* CLOCK_MONOTONIC in microseconds. */
int64_t clock_mono_us(void);
/* CLOCK_BOOTTIME: the same, and the time for which the machine slept. */
int64_t clock_boot_us(void);
/* CLOCK_REALTIME in microseconds since 1970 UTC. */
int64_t clock_utc_us(void);
/* User + system CPU time of this process, microseconds. */
uint64_t clock_cpu_us(void);

#endif
