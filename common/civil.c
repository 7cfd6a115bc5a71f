/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/civil.h"

#define DAY_US INT64_C(86400000000)

/* Eras of 400 years, years from March on, so that the leap day comes last
 * (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
struct civil
civil_of(int64_t us)
{
	int64_t rest = us % DAY_US + (us % DAY_US < 0 ? DAY_US : 0);
	int64_t days = us / DAY_US - (us % DAY_US < 0);
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;

	return (struct civil){
		.year = (int64_t)yoe + era * 400 + (month <= 2),
		.month = month,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.weekday = (unsigned)((days % 7 + 10) % 7),
		.hour = (unsigned)(rest / 3600000000),
		.minute = (unsigned)(rest / 60000000 % 60),
		.second = (unsigned)(rest / 1000000 % 60),
		.micro = (unsigned)(rest % 1000000),
	};
}

bool
civil_days(unsigned year, unsigned month, unsigned day, int64_t *days_out)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year, days;
	struct civil c;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
	c = civil_of(days * DAY_US);
	*days_out = days;
	return c.month == month; /* there is no 30 February */
}
