/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/report/report.h"
#include "monitor/report/report_figure.h"

#define HOUR_US 3600000000LL
#define CURVE_HEIGHT 46
#define UNKNOWN_HEIGHT 14

/* --- signs */

static const struct {
	enum report_phrase letter;
	const char *shape; /* in a box of 12 x 12 */
	const char *class;
} signs[SIGN_COUNT] = {
	[SIGN_DOWN] = { PHRASE_L_DOWN, "<path d=\"M0 0h12v12h-12z\"/>", "sd" },
	[SIGN_POOR] = { PHRASE_L_POOR, "<path d=\"M6-1L13 6 6 13-1 6z\"/>",
	    "sp" },
	[SIGN_UNKNOWN] = { PHRASE_L_UNKNOWN,
	    "<circle cx=\"6\" cy=\"6\" r=\"5.4\"/>", "su" },
	[SIGN_REPEAT] = { PHRASE_L_REPEAT,
	    "<path d=\"M3 0h6l3.5 6-3.5 6h-6l-3.5-6z\"/>", "sr" },
	[SIGN_BLIND] = { PHRASE_L_BLIND, "<path d=\"M-1 0h14L6 13.4z\"/>",
	    "sb" },
	[SIGN_IDLE] = { PHRASE_L_IDLE, "<path d=\"M0 4.6L6-.8l6 5.4V12H0z\"/>",
	    "si" },
	[SIGN_PROMPT] = { PHRASE_L_PROMPT, "<path d=\"M-1 12.2h14L6-1z\"/>",
	    "sq" },
	[SIGN_NEVER] = { PHRASE_L_NEVER, "<circle cx=\"6\" cy=\"6\" r=\"6\"/>",
	    "sn" },
};

void
svg_definitions(struct ink *out, enum report_language language)
{
	ink_put(out,
	    "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\">"
	    "<defs>"
	    "<pattern id=\"hp\" width=\"4\" height=\"4\" patternUnits="
	    "\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 "
	    "0h4v4h-4z\" fill=\"#e3a52c\"/><path d=\"M0 0v4\" stroke=\"#3d2c00"
	    "\" stroke-width=\"2\"/></pattern>"
	    "<pattern id=\"hu\" width=\"4\" height=\"4\" patternUnits="
	    "\"userSpaceOnUse\" patternTransform=\"rotate(-45)\"><path d=\"M0 "
	    "0h4v4h-4z\" fill=\"#fff\"/><path d=\"M0 0v4\" stroke=\"#3a6fb0\" "
	    "stroke-width=\"2\"/></pattern>");
	for (unsigned i = 0; i < SIGN_COUNT; i++) {
		/* The triangles' middle is not their box's. */
		const char *y = i == SIGN_BLIND	   ? "8.3"
				: i == SIGN_PROMPT ? "11"
				: i == SIGN_IDLE   ? "10.4"
						   : "9.2";

		ink_format(out,
		    "<symbol id=\"s%u\" viewBox=\"-1.5 -1.5 15 15\"><g "
		    "class=\"%s\">%s<text x=\"6\" y=\"%s\">",
		    i, signs[i].class, signs[i].shape, y);
		ink_html(out, report_words_of(language, signs[i].letter));
		ink_put(out, "</text></g></symbol>");
	}
	ink_put(out, "</defs></svg>");
}

void
svg_sign(struct ink *out, enum svg_sign sign)
{
	ink_format(out,
	    "<svg class=\"s\" aria-hidden=\"true\"><use href=\"#s%u\"/></svg>",
	    (unsigned)sign);
}

/* --- bars */

static const char *const bar_class[BAR_COUNT] = {
	[BAR_OFF] = NULL,
	[BAR_UP] = "u",
	[BAR_STREAM] = "t",
	[BAR_UNKNOWN] = "k",
	[BAR_POOR] = "p",
	[BAR_DOWN] = "d",
};

struct columns {
	uint8_t bar[SVG_BAR_UNITS];
	bool excused[SVG_BAR_UNITS];
};

/* Steps to columns: the worst in a column is what it shows, so that no short
 * outage is lost between two pixels. */
static void
columns_of(struct columns *c, const struct report *r,
    const struct report_feed *feed)
{
	uint32_t steps = r->bar_steps > 0 ? r->bar_steps : 1;

	memset(c, 0, sizeof(*c));
	for (uint32_t i = 0; i < feed->bar_count; i++) {
		const struct report_piece *piece = &feed->bar[i];
		uint32_t from = piece->from * SVG_BAR_UNITS / steps;
		uint32_t to = (piece->to * SVG_BAR_UNITS + steps - 1) / steps;

		for (; from < to && from < SVG_BAR_UNITS; from++) {
			if (piece->bar < BAR_COUNT && piece->bar > c->bar[from])
				c->bar[from] = piece->bar;
			c->excused[from] |= piece->excused;
		}
	}
}

/* One path for all stretches of a kind: the page has thousands of bars. */
static void
bar_path(struct ink *out, const struct columns *c, unsigned bar)
{
	bool begun = false;

	for (unsigned i = 0; i < SVG_BAR_UNITS;) {
		bool is = bar == BAR_COUNT ? c->excused[i] : c->bar[i] == bar;
		unsigned n = 1;

		while (i + n < SVG_BAR_UNITS &&
		       (bar == BAR_COUNT ? c->excused[i + n]
					 : c->bar[i + n] == bar) == is)
			n++;
		if (is) {
			if (!begun)
				ink_format(out, "<path class=\"%s\" d=\"",
				    bar == BAR_COUNT ? "m" : bar_class[bar]);
			begun = true;
			ink_format(out, "M%u %sh%u", i,
			    bar == BAR_COUNT ? "11" : "5", n);
		}
		i += n;
	}
	if (begun)
		ink_put(out, "\"/>");
}

void
svg_bar(struct ink *out, const struct report *r, const struct report_feed *feed)
{
	struct columns c;

	columns_of(&c, r, feed);
	ink_put(out, "<svg class=\"b\" viewBox=\"0 0 240 12\">");
	for (unsigned bar = BAR_UP; bar <= BAR_COUNT; bar++)
		bar_path(out, &c, bar);
	ink_put(out, "</svg>");
}

void
svg_bar_key(struct ink *out, unsigned bar)
{
	ink_format(out,
	    "<svg class=\"key\" viewBox=\"0 0 40 12\" aria-hidden=\"true\">"
	    "<path class=\"%s\" d=\"M0 %sh40\"/></svg>",
	    bar == BAR_COUNT ? "m"
	    : bar == BAR_OFF ? "o"
			     : bar_class[bar],
	    bar == BAR_COUNT ? "11" : "5");
}

/* --- time below and above */

struct tick {
	double x; /* 0..1 */
	char text[24];
	int anchor; /* -1 start, 0 middle, 1 end */
};
#define TICKS 40

/* Where the clock on the wall there shows a full sixth hour, or midnight where
 * the span is of many days: looked for, not computed, since a day may have 23
 * hours, or 24 and a half. */
static unsigned
ticks_of(struct tick *ticks, const struct report *r,
    enum report_language language, svg_local_fn local, const void *arg)
{
	int64_t span = r->to_utc - r->from_utc, step = HOUR_US / 4;
	int64_t hours = span / HOUR_US, last = INT64_MIN;
	int64_t every = hours <= 30 ? 6 : hours <= 24 * 10 ? 24 : 24 * 7;
	unsigned n = 0;

	if (span <= 0)
		return 0;
	if (hours > 24 * 70) /* beyond ten weeks: four even ticks */
		step = span / 4, every = 0;
	int64_t first = r->from_utc;

	if (every != 0) /* whatever minute the span begins at */
		first += (step - first % step) % step;
	for (int64_t t = first; t <= r->to_utc && n < TICKS; t += step) {
		int64_t there = local(arg, t), hour = there / HOUR_US;
		bool fits =
		    every == 0 || (there % HOUR_US == 0 &&
				      hour % (every > 24 ? 24 : every) == 0);

		if (every > 24 && fits) /* Mondays: day 4 of 1970 was one */
			fits = (hour / 24 - 4) % 7 == 0;
		if (!fits || hour == last)
			continue;
		last = hour;
		struct tick *k = &ticks[n++];

		k->x = (double)(t - r->from_utc) / (double)span;
		k->anchor = k->x < 0.03 ? -1 : k->x > 0.97 ? 1 : 0;
		if (every == 6)
			snprintf(k->text, sizeof(k->text), "%lld",
			    t == r->to_utc && hour % 24 == 0
				? 24LL
				: (long long)(hour % 24));
		else
			snprintf(k->text, sizeof(k->text), "%.20s",
			    report_figure_date(language, there).text);
	}
	return n;
}

static const char *
anchor_of(int anchor)
{
	return anchor < 0 ? "start" : anchor > 0 ? "end" : "middle";
}

void
svg_axis(struct ink *out, const struct report *r, enum report_language language,
    svg_local_fn local, const void *arg)
{
	struct tick ticks[TICKS];
	unsigned n = ticks_of(ticks, r, language, local, arg);

	ink_put(out, "<svg class=\"b axis\" viewBox=\"0 0 240 14\" "
		     "aria-hidden=\"true\">");
	for (unsigned i = 0; i < n; i++)
		ink_format(out,
		    "<path d=\"M%.1f 11v3\"/><text x=\"%.1f\" y=\"9\" "
		    "text-anchor=\"%s\">%s</text>",
		    ticks[i].x * 239 + 0.5, ticks[i].x * 240,
		    anchor_of(ticks[i].anchor), ticks[i].text);
	ink_put(out, "</svg>");
}

/* --- the fleet's curve */

static void
curve_add(struct svg_curve *curve, const struct columns *c)
{
	for (unsigned i = 0; i < SVG_BAR_UNITS; i++) {
		curve->down[i] += c->bar[i] == BAR_DOWN;
		curve->bad[i] += c->bar[i] == BAR_DOWN || c->bar[i] == BAR_POOR;
		curve->unknown[i] += c->bar[i] == BAR_UNKNOWN;
	}
}

void
svg_curve_of(const struct report *r, struct svg_curve *out)
{
	struct columns c;

	memset(out, 0, sizeof(*out));
	for (uint32_t i = 0; i < r->feed_count; i++) {
		columns_of(&c, r, &r->feeds[i]);
		curve_add(out, &c);
	}
	for (unsigned i = 0; i < SVG_BAR_UNITS; i++) {
		if (out->bad[i] > out->bad_most) {
			out->bad_most = out->bad[i];
			out->bad_at = i;
		}
		if (out->unknown[i] > out->unknown_most)
			out->unknown_most = out->unknown[i];
	}
}

/* The outlines of so many, standing on `base`, 3 units a column; nothing where
 * there are none. */
static void
curve_path(struct ink *out, const char *class, const uint32_t *counts,
    uint32_t most, double height, double base)
{
	uint32_t before = 0;

	if (most == 0)
		return;
	ink_format(out, "<path class=\"%s\" d=\"", class);
	for (unsigned i = 0; i <= SVG_BAR_UNITS; i++) {
		uint32_t n = i < SVG_BAR_UNITS ? counts[i] : 0;

		if (n == before)
			continue;
		if (before == 0)
			ink_format(out, "M%u %.1f", i * 3, base);
		ink_format(out, "H%uV%.1f%s", i * 3, base - n * height / most,
		    n == 0 ? "z" : "");
		before = n;
	}
	ink_put(out, "\"/>");
}

void
svg_curve(struct ink *out, const struct svg_curve *curve,
    const struct report *r, enum report_language language, svg_local_fn local,
    const void *arg)
{
	struct tick ticks[TICKS];
	unsigned n = ticks_of(ticks, r, language, local, arg);
	double base = CURVE_HEIGHT + 2, under = base + UNKNOWN_HEIGHT + 4;

	ink_put(out, "<svg class=\"curve\" viewBox=\"0 0 720 82\" "
		     "aria-hidden=\"true\">");
	for (unsigned i = 0; i < n; i++)
		ink_format(out,
		    "<path class=\"g\" d=\"M%.1f 2V%.1f\"/><text x=\"%.1f\" "
		    "y=\"79\" text-anchor=\"%s\">%s</text>",
		    ticks[i].x * 719 + 0.5, under, ticks[i].x * 720,
		    anchor_of(ticks[i].anchor), ticks[i].text);
	curve_path(out, "cp", curve->bad, curve->bad_most, CURVE_HEIGHT, base);
	curve_path(out, "cd", curve->down, curve->bad_most, CURVE_HEIGHT, base);
	curve_path(out, "ck", curve->unknown, curve->unknown_most,
	    UNKNOWN_HEIGHT, under);
	ink_format(out,
	    "<path class=\"g\" d=\"M0 %.1fH720M0 %.1fH720\"/></svg>", base,
	    under);
}

/* --- strips */

static unsigned
share(int64_t part, int64_t whole, unsigned of)
{
	if (whole <= 0 || part <= 0)
		return 0;
	return part >= whole ? of
			     : (unsigned)((double)part * of / (double)whole);
}

void
svg_hours(struct ink *out, const struct report_watched *w)
{
	ink_put(out,
	    "<svg class=\"b\" viewBox=\"0 0 240 22\"><path class=\"g\" "
	    "d=\"M0 21.5H240\"/><path class=\"ho\" d=\"");
	for (unsigned h = 0; h < 24; h++) {
		unsigned high = share(w->hour_high_us[h], w->hour_us[h], 20);

		if (high > share(w->hour_low_us[h], w->hour_us[h], 20))
			ink_format(out, "M%u.5 21v-%uh8v%u", h * 10, high,
			    high);
	}
	ink_put(out, "\"/><path class=\"hl\" d=\"");
	for (unsigned h = 0; h < 24; h++) {
		unsigned low = share(w->hour_low_us[h], w->hour_us[h], 20);

		if (low == 0 && w->hour_low_us[h] > 0)
			low = 1; /* a little is not nothing */
		if (low > 0)
			ink_format(out, "M%u 21v-%uh9v%uz", h * 10, low, low);
	}
	ink_put(out, "\"/></svg>");
}

void
svg_presence(struct ink *out, const struct report_console *c)
{
	static const struct {
		enum presence state;
		const char *class;
	} order[] = { { PRESENCE_ATTENDED, "pa" }, { PRESENCE_IDLE, "pi" },
		{ PRESENCE_AWAY, "pw" }, { PRESENCE_SUSPECT, "px" },
		{ PRESENCE_UNKNOWN, "k" } };
	int64_t all = 0, sum = 0;

	for (unsigned i = 0; i < PRESENCE_COUNT; i++)
		all += c->presence_us[i];
	ink_put(out, "<svg class=\"b\" viewBox=\"0 0 240 12\">");
	for (unsigned i = 0; i < PRESENCE_COUNT; i++) {
		unsigned from = share(sum, all, SVG_BAR_UNITS);

		sum += c->presence_us[order[i].state];
		unsigned to = share(sum, all, SVG_BAR_UNITS);

		if (to > from)
			ink_format(out, "<path class=\"%s\" d=\"M%u 5h%u\"/>",
			    order[i].class, from, to - from);
	}
	ink_put(out, "</svg>");
}
