/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_figure.h"

#include <stdio.h>
#include <string.h>

#include "common/civil.h"

#define SECOND_US 1000000LL

static const char *const weekdays[][REPORT_LANGUAGES] = { { "Monday", "lunes" },
	{ "Tuesday", "martes" }, { "Wednesday", "miércoles" },
	{ "Thursday", "jueves" }, { "Friday", "viernes" },
	{ "Saturday", "sábado" }, { "Sunday", "domingo" } };
static const char *const months[][REPORT_LANGUAGES] = { { "January", "enero" },
	{ "February", "febrero" }, { "March", "marzo" }, { "April", "abril" },
	{ "May", "mayo" }, { "June", "junio" }, { "July", "julio" },
	{ "August", "agosto" }, { "September", "septiembre" },
	{ "October", "octubre" }, { "November", "noviembre" },
	{ "December", "diciembre" } };
static const char *const months_short[][REPORT_LANGUAGES] = { { "Jan", "ene" },
	{ "Feb", "feb" }, { "Mar", "mar" }, { "Apr", "abr" }, { "May", "may" },
	{ "Jun", "jun" }, { "Jul", "jul" }, { "Aug", "ago" }, { "Sep", "sep" },
	{ "Oct", "oct" }, { "Nov", "nov" }, { "Dec", "dic" } };

/* --- numbers */

struct report_figure
report_figure_number(int64_t n)
{
	struct report_figure f;
	char digits[24];
	size_t length, at = 0;

	snprintf(digits, sizeof(digits), "%llu",
	    n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n);
	length = strlen(digits);
	if (n < 0)
		at += (size_t)snprintf(f.text, sizeof(f.text), "\u2212");
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			f.text[at++] = ',';
		f.text[at++] = digits[i];
	}
	f.text[at] = '\0';
	return f;
}

struct report_figure
report_figure_tenths(double value)
{
	struct report_figure f;

	snprintf(f.text, sizeof(f.text), "%.1f", value);
	return f;
}

struct report_figure
report_figure_percent(enum report_language language, uint32_t ppm, bool bare)
{
	struct report_figure f;
	const char *sign = bare				? ""
			   : language == REPORT_SPANISH ? "\u00a0%"
							: "%";

	/* Near either end two more digits: what is not nothing must not read as
	 * 0.00, and 99.995 promised is more than 99.99. */
	if (ppm >= 1000000)
		snprintf(f.text, sizeof(f.text), "100%s", sign);
	else if (ppm == 0)
		snprintf(f.text, sizeof(f.text), "0%s", sign);
	else if (ppm < 100 || ppm > 999900)
		snprintf(f.text, sizeof(f.text), "%u.%04u%s", ppm / 10000,
		    ppm % 10000, sign);
	else
		snprintf(f.text, sizeof(f.text), "%u.%02u%s", ppm / 10000,
		    ppm / 100 % 100, sign);
	return f;
}

struct report_figure
report_figure_duration(int64_t us)
{
	struct report_figure f;
	int64_t s = us / SECOND_US;

	if (us < 0)
		snprintf(f.text, sizeof(f.text), "\u2212");
	else if (us > 0 && s < 1)
		snprintf(f.text, sizeof(f.text), "0.%lld\u00a0s",
		    (long long)(us / 100000));
	else if (s < 60)
		snprintf(f.text, sizeof(f.text), "%lld\u00a0s", (long long)s);
	else if (s < 3600)
		snprintf(f.text, sizeof(f.text),
		    "%lld\u00a0min\u00a0%02lld\u00a0s", (long long)s / 60,
		    (long long)s % 60);
	else if (s < 86400)
		snprintf(f.text, sizeof(f.text),
		    "%lld\u00a0h\u00a0%02lld\u00a0min", (long long)s / 3600,
		    (long long)s / 60 % 60);
	else
		snprintf(f.text, sizeof(f.text),
		    "%.32s\u00a0d\u00a0%02lld\u00a0h",
		    report_figure_number(s / 86400).text,
		    (long long)s / 3600 % 24);
	return f;
}

/* --- dates */

struct report_figure
report_figure_clock(int64_t local_us)
{
	struct report_figure f;
	struct civil d = civil_of(local_us);

	snprintf(f.text, sizeof(f.text), "%02u:%02u:%02u", d.hour, d.minute,
	    d.second);
	return f;
}

struct report_figure
report_figure_minute(int64_t local_us)
{
	struct report_figure f;
	struct civil d = civil_of(local_us);

	snprintf(f.text, sizeof(f.text), "%02u:%02u", d.hour, d.minute);
	return f;
}

struct report_figure
report_figure_date(enum report_language language, int64_t local_us)
{
	struct report_figure f;
	struct civil d = civil_of(local_us);

	snprintf(f.text, sizeof(f.text), "%u\u00a0%s", d.day,
	    months_short[d.month - 1][language]);
	return f;
}

struct report_figure
report_figure_moment(enum report_language language, int64_t local_us)
{
	struct report_figure f;

	snprintf(f.text, sizeof(f.text), "%.24s %.12s",
	    report_figure_date(language, local_us).text,
	    report_figure_minute(local_us).text);
	return f;
}

struct report_figure
report_figure_day(enum report_language language, int64_t local_us)
{
	struct report_figure f;
	struct civil d = civil_of(local_us);
	const char *of = language == REPORT_SPANISH ? "de " : "";

	snprintf(f.text, sizeof(f.text), "%.12s %u %s%.12s %s%lld",
	    weekdays[d.weekday][language], d.day, of,
	    months[d.month - 1][language], of, (long long)d.year);
	return f;
}

struct report_figure
report_figure_iso(int64_t local_us)
{
	struct report_figure f;
	struct civil d = civil_of(local_us);

	snprintf(f.text, sizeof(f.text), "%04lld-%02u-%02u", (long long)d.year,
	    d.month, d.day);
	return f;
}

struct report_figure
report_figure_offset(int32_t ahead_s)
{
	struct report_figure f;
	int minutes = (ahead_s < 0 ? -ahead_s : ahead_s) / 60;
	const char *sign = ahead_s < 0 ? "\u2212" : "+";

	if (minutes == 0)
		snprintf(f.text, sizeof(f.text), "UTC");
	else if (minutes % 60 == 0)
		snprintf(f.text, sizeof(f.text), "UTC%s%d", sign, minutes / 60);
	else
		snprintf(f.text, sizeof(f.text), "UTC%s%d:%02d", sign,
		    minutes / 60, minutes % 60);
	return f;
}
