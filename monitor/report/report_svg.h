/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_svg.h: what a report draws: signs, bars of the day, the curve of the
 * whole fleet, strips by the hour. Inline SVG, told apart by shape, height and
 * hatching besides colour. PURE; writes figures only, no text of others. Called
 * by the HTML renderer.
 */
#ifndef MONITOR_REPORT_REPORT_SVG_H
#define MONITOR_REPORT_REPORT_SVG_H

#include <stdint.h>

#include "monitor/report/ink.h"
#include "monitor/report/report_words.h"

struct report;
struct report_feed;
struct report_watched;
struct report_console;

enum svg_sign {
	SIGN_DOWN = 0,
	SIGN_POOR = 1,
	SIGN_UNKNOWN = 2,
	SIGN_REPEAT = 3,
	SIGN_BLIND = 4,
	SIGN_IDLE = 5,
	SIGN_PROMPT = 6,
	SIGN_NEVER = 7,
};
#define SIGN_COUNT 8

#define SVG_BAR_UNITS 240 /* columns of a bar */
/* How local time looks at that moment of the report's zone. */
typedef int64_t (*svg_local_fn)(const void *arg, int64_t utc_us);

/* Hatches and signs, once a page, before anything else of here. */
void svg_definitions(struct ink *out, enum report_language language);
void svg_sign(struct ink *out, enum svg_sign sign);
/* The span of a feed. */
void svg_bar(struct ink *out, const struct report *r,
    const struct report_feed *feed);
/* A sample of one of enum report_bar, or of maintenance (BAR_COUNT). */
void svg_bar_key(struct ink *out, unsigned bar);
/* Hours (or days) above a column of bars. */
void svg_axis(struct ink *out, const struct report *r,
    enum report_language language, svg_local_fn local, const void *arg);

/* How many feeds were not good through the span. */
struct svg_curve {
	uint32_t bad[SVG_BAR_UNITS], down[SVG_BAR_UNITS]; /* bad with down */
	uint32_t unknown[SVG_BAR_UNITS];
	uint32_t bad_most, unknown_most;
	unsigned bad_at; /* the column of the most */
};
void svg_curve_of(const struct report *r, struct svg_curve *out);
void svg_curve(struct ink *out, const struct svg_curve *curve,
    const struct report *r, enum report_language language, svg_local_fn local,
    const void *arg);

/* Share watched by hour of the day: solid for certain, outline at most. */
void svg_hours(struct ink *out, const struct report_watched *w);
/* Presence of a console as shares of its time. */
void svg_presence(struct ink *out, const struct report_console *c);

#endif
