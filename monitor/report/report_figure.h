/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_figure.h: numbers, dates and durations as each language writes them.
 * PURE, no hostile input; any value is printed as something. Called by the
 * report's renderers.
 */
#ifndef MONITOR_REPORT_REPORT_FIGURE_H
#define MONITOR_REPORT_REPORT_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/report/report_words.h"

/* One of these holds any of what follows. */
struct report_figure {
	char text[64];
};
/* 12,345 (Mexico groups like the United States). */
struct report_figure report_figure_number(int64_t n);
/* Tenths: 0.8. */
struct report_figure report_figure_tenths(double value);
/* 99.12%; cut, never rounded up, so that 100% is 100%. bare: without sign. */
struct report_figure report_figure_percent(enum report_language language,
    uint32_t ppm, bool bare);
/* 43 s, 14 min 20 s, 2 h 05 min, 3 d 04 h; below a second: 0.4 s. */
struct report_figure report_figure_duration(int64_t us);

/* Of local time: microseconds since 1970 as a clock on the wall there counts.*/
struct report_figure report_figure_clock(int64_t local_us);  /* 02:14:31 */
struct report_figure report_figure_minute(int64_t local_us); /* 02:14 */
/* 22 Nov */
struct report_figure report_figure_date(enum report_language language,
    int64_t local_us);
/* 22 Nov 02:14 */
struct report_figure report_figure_moment(enum report_language language,
    int64_t local_us);
/* Sunday 22 November 2026 */
struct report_figure report_figure_day(enum report_language language,
    int64_t local_us);
/* 2026-11-22, for names of files. */
struct report_figure report_figure_iso(int64_t local_us);
/* UTC+5:30 */
struct report_figure report_figure_offset(int32_t ahead_s);

#endif
