/* SPDX-License-Identifier: GPL-3.0-or-later */
/* civil.h: microseconds since 1970 -> what a calendar and a clock on the wall
 * show, and dates -> days since 1970. PURE; any value is some date. Called by
 * whatever prints or reads a moment where the C library may not be asked (it
 * reads files, and knows one zone a process).
 */
#ifndef COMMON_CIVIL_H
#define COMMON_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

struct civil {
	int64_t year;
	unsigned month, day; /* 1..12, 1..31 */
	unsigned weekday;    /* 0 = Monday */
	unsigned hour, minute, second, micro;
};

/* Proleptic Gregorian. Of UTC, or of local time if it is what is given: as a
 * clock there counts. */
struct civil civil_of(int64_t us);
/* A date of the years 1 to 9999 -> its days since 1970. False: there is no such
 * day. */
bool civil_days(unsigned year, unsigned month, unsigned day, int64_t *days_out);

#endif
