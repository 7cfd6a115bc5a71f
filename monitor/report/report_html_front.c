/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Page one: a sheet that a tired person understands in twenty seconds. Its
 * rows are counted, so that it stays one sheet whatever happened. */
#include "monitor/report/report_page.h"

#include <stdio.h>
#include <string.h>

#define ROWS 22	      /* over all lists */
#define NAMES_A_ROW 3 /* of feeds never watched */

/* --- whose report, of when */

static bool
is_night(const struct page *p)
{
	int64_t from = page_local(p, p->r->from_utc);
	int64_t to = page_local(p, p->r->to_utc);

	return to - from == 86400000000LL && from % 86400000000LL == 0;
}

static void
title(struct page *p)
{
	int64_t from = page_local(p, p->r->from_utc);
	int64_t to = page_local(p, p->r->to_utc);
	bool days = from % 86400000000LL == 0 && to % 86400000000LL == 0;

	if (is_night(p)) {
		page_put(p, report_figure_day(p->language, from).text);
		return;
	}
	if (days) { /* the last day is part of it */
		page_put(p, report_figure_day(p->language, from).text);
		page_put(p, " \u2013 ");
		page_put(p, report_figure_day(p->language, to - 1).text);
		return;
	}
	if (from / 86400000000LL == (to - 1) / 86400000000LL) { /* of one day */
		page_put(p, report_figure_day(p->language, from).text);
		page_put(p, ", ");
		page_put(p, report_figure_minute(from).text);
		page_put(p, " \u2013 ");
		page_put(p, to % 86400000000LL == 0
				? "24:00"
				: report_figure_minute(to).text);
		return;
	}
	page_put(p, report_figure_iso(from).text);
	page_put(p, " ");
	page_put(p, report_figure_minute(from).text);
	page_put(p, " \u2013 ");
	page_put(p, report_figure_iso(to).text);
	page_put(p, " ");
	page_put(p, report_figure_minute(to).text);
}

static void
zone_words(struct page *p)
{
	const struct report *r = p->r;
	int64_t ahead_from = page_local(p, r->from_utc) - r->from_utc;
	int64_t ahead_to = page_local(p, r->to_utc) - r->to_utc;
	char zone[300];

	snprintf(zone, sizeof(zone), "%.200s (%s)",
	    r->zone[0] != '\0' ? r->zone : "UTC",
	    report_figure_offset((int32_t)(ahead_to / 1000000)).text);
	page_fill(p, PHRASE_TIMES_IN, 1, WITH(zone));
	if (ahead_from == ahead_to)
		return;
	int64_t by = ahead_from - ahead_to;

	page_put(p, " \u00b7 <b>");
	page_fill(p, by > 0 ? PHRASE_LONG_DAY : PHRASE_SHORT_DAY, 1,
	    WITH(report_figure_duration(by > 0 ? by : -by).text,
		report_figure_duration(r->to_utc - r->from_utc).text));
	page_put(p, "</b>");
}

static void
masthead(struct page *p)
{
	const struct report *r = p->r;

	page_put(p, "<header><p class=\"kicker\"><span>camwarden \u00b7 ");
	page_say(p, is_night(p) ? PHRASE_NIGHTLY : PHRASE_REPORT);
	page_put(p, "</span><span>");
	page_fill(p, PHRASE_AS_OF, 1, WITH(page_moment(p, r->as_of_utc).text));
	page_put(p, "</span></p><h1>");
	title(p);
	page_put(p, "</h1><p class=\"meta\"><b>");
	if (r->site[0] != '\0')
		page_name(p, r->site, 120);
	else
		page_say(p, PHRASE_ALL_SITES);
	page_put(p, "</b> \u00b7 ");
	page_fill(p, PHRASE_FEEDS_AT_SITES, r->feed_count,
	    WITH(page_number(r->feed_count).text));
	page_put(p, ", ");
	page_fill(p, PHRASE_SITES, r->site_count,
	    WITH(page_number(r->site_count).text));
	page_put(p, " \u00b7 ");
	zone_words(p);
	page_put(p, "</p>");
	if (r->as_of_utc != 0 && r->as_of_utc < r->to_utc) {
		page_put(p, "<p class=\"meta\"><b>");
		page_say(p, PHRASE_NOT_OVER);
		page_put(p, "</b></p>");
	}
	page_put(p, "</header>");
}

/* --- seven numbers */

static void
count(struct page *p, uint32_t n, bool unknown, enum svg_sign sign,
    enum report_phrase label)
{
	ink_format(p->out, "<li class=\"%s\"><b>",
	    n == 0	? "z"
	    : n > 99999 ? "long"
			: "");
	if (n > 0)
		svg_sign(p->out, sign);
	page_put(p, unknown ? "\u2013" : page_number(n).text);
	page_put(p, "</b>");
	page_fill(p, label, n, WITH(""));
	page_put(p, "</li>");
}

static void
tally(struct page *p)
{
	const struct front *f = &p->front;

	page_put(p, "<h2 class=\"verdict\">");
	page_say(p, p->r->feed_count == 0 ? PHRASE_NO_FEEDS
		    : f->well		  ? PHRASE_ALL_WELL
					  : PHRASE_TODAY);
	page_put(p, "</h2><ul class=\"tally\">");
	bool dark = !front_measured(f, FRONT_STILL);

	count(p, f->down, dark, SIGN_DOWN, PHRASE_STILL_DOWN);
	count(p, f->poor, dark, SIGN_POOR, PHRASE_STILL_POOR);
	count(p, f->lists[FRONT_REPEATERS], false, SIGN_REPEAT,
	    PHRASE_REPEATERS);
	count(p, f->lists[FRONT_WINDOWS], f->no_screens, SIGN_BLIND,
	    PHRASE_BLIND_WINDOWS);
	count(p, f->idle, f->no_consoles, SIGN_IDLE, PHRASE_IDLE_CONSOLES);
	count(p, f->missed, f->no_consoles, SIGN_PROMPT, PHRASE_PROMPTS_MISSED);
	count(p, f->lists[FRONT_NEVER], f->no_screens, SIGN_NEVER,
	    PHRASE_NEVER_WATCHED);
	page_put(p, "</ul>");
}

/* --- whether to believe it */

static void
unsure(struct page *p)
{
	const struct front *f = &p->front;

	if (f->unsure == 0)
		return;
	page_put(p, "<p class=\"witness late\">\u25b2 <b>");
	page_fill(p, PHRASE_UNSURE, f->feeds,
	    WITH(page_number(f->unsure).text, page_number(f->feeds).text));
	page_put(p, ":</b> ");
	page_say(p, PHRASE_UNSURE_WHY);
	page_put(p, ".</p>");
}

static void
witness(struct page *p)
{
	const struct report_ledger *l = &p->r->ledger;

	switch (p->front.witness) {
	case FRONT_NOT_WITNESSED:
		page_put(p, "<p class=\"witness no\">\u25b2 <b>");
		page_say(p, PHRASE_NOT_WITNESSED);
		page_put(p, ":</b> ");
		page_say(p, PHRASE_COULD_REWRITE);
		page_put(p, ".</p>");
		return;
	case FRONT_WITNESSED_LATE:
		page_put(p, "<p class=\"witness late\">\u25b2 <b>");
		page_fill(p, PHRASE_WITNESSED_UP_TO, 1,
		    WITH(page_moment(p, l->covers_utc).text));
		page_put(p, ":</b> ");
		page_say(p, PHRASE_WITNESSED_LATE);
		page_put(p, ". ");
		break;
	case FRONT_WITNESSED:
		page_put(p, "<p class=\"witness\">\u2713 <b>");
		page_say(p, PHRASE_WITNESSED);
		page_put(p, ".</b> ");
		break;
	}
	struct ink who = { 0 };

	ink_clean(&who, l->witness, 80);
	page_fill(p, PHRASE_WITNESSED_BY, 1,
	    WITH(page_moment(p, l->receipt_utc).text,
		who.text != NULL ? who.text : "",
		report_figure_number(l->receipt_size).text,
		report_figure_number(l->size).text));
	ink_free(&who);
	page_put(p, "</p>");
}

/* --- five lists */

static void
list_head(struct page *p, enum svg_sign sign, enum report_phrase title_,
    uint32_t shown, uint32_t all)
{
	char repeats[16], days[16];

	snprintf(repeats, sizeof(repeats), "%d", REPORT_REPEATS);
	snprintf(days, sizeof(days), "%d", REPORT_REPEAT_DAYS);
	page_put(p, "<h3>");
	svg_sign(p->out, sign);
	page_put(p, "<span>");
	page_fill(p, title_, 1, WITH(repeats, days));
	page_put(p, "</span>");
	if (shown < all) {
		page_put(p, "<small>");
		page_fill(p, PHRASE_MORE, all - shown,
		    WITH(page_number(all - shown).text));
		page_put(p, "</small>");
	}
	page_put(p, "</h3><table class=\"rows\"><tbody>");
}

static void
cell(struct page *p, const char *class)
{
	ink_format(p->out, "</td><td class=\"%s\">", class);
}

static void
contact(struct page *p, uint32_t site)
{
	if (site < p->r->site_count)
		page_name(p, p->r->sites[site].contact, 60);
}

static void
still(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		uint32_t n = p->r->still_bad[i];
		const struct report_feed *f = &p->r->feeds[n];

		page_put(p, "<tr><td class=\"w1\">");
		svg_sign(p->out,
		    f->state == STATE_DOWN ? SIGN_DOWN : SIGN_POOR);
		page_feed(p, n);
		cell(p, "w2");
		page_put(p, report_words_cause(p->language, f->cause));
		cell(p, "w3");
		page_put(p, page_moment(p, f->since_utc).text);
		cell(p, "w4 n");
		page_put(p,
		    report_figure_duration(p->r->as_of_utc - f->since_utc)
			.text);
		cell(p, "w5");
		contact(p, f->site);
		page_put(p, "</td></tr>");
	}
}

static void
repeaters(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		const struct report_offender *o = &p->r->offenders[i];

		page_put(p, "<tr><td class=\"w1\">");
		page_feed(p, o->feed);
		cell(p, "w2");
		page_put(p, report_words_cause(p->language, o->cause));
		cell(p, "w34");
		page_fill(p, PHRASE_TIMES_DOWN, o->count,
		    WITH(page_number(o->count).text,
			report_figure_duration(o->down_us).text));
		cell(p, "w5");
		contact(p, p->r->feeds[o->feed].site);
		page_put(p, "</td></tr>");
	}
}

void
page_window(const struct page *p, const struct report_window *w, char *out,
    size_t size)
{
	unsigned end = (w->hour + w->hours) % 168;

	if (w->hours >= 168)
		end = w->hour;
	snprintf(out, size, "%s %02u:00 \u2013 %s%s%02u:00",
	    report_words_weekday(p->language, w->hour / 24), w->hour % 24,
	    end / 24 == w->hour / 24 && w->hours < 24
		? ""
		: report_words_weekday(p->language, end / 24),
	    end / 24 == w->hour / 24 && w->hours < 24 ? "" : " ", end % 24);
}

static void
windows(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		const struct report_window *w = &p->r->windows[i];
		char when[64], weeks[8], of[8];

		page_window(p, w, when, sizeof(when));
		snprintf(weeks, sizeof(weeks), "%u", w->weeks);
		snprintf(of, sizeof(of), "%u", w->of);
		page_put(p, "<tr><td class=\"w2\"><b>");
		page_put(p, when);
		page_put(p, "</b>");
		cell(p, "w2");
		page_fill(p, PHRASE_BLIND_FEEDS, w->feeds,
		    WITH(page_number(w->feeds).text,
			page_number(w->sure).text));
		cell(p, "w3");
		page_fill(p, PHRASE_WEEKS, w->of, WITH(weeks, of));
		cell(p, "");
		page_feed(p, w->first);
		page_put(p, "</td></tr>");
	}
}

static void
console(struct page *p, const struct report_console *c)
{
	bool first = true;
	int64_t suspect = c->presence_us[PRESENCE_SUSPECT];

	page_put(p, "<tr><td class=\"w0\"><b>");
	page_name(p, c->name, 60);
	page_put(p, "</b> <i>");
	page_name(p, c->room, 60);
	page_put(p, "</i>");
	cell(p, "");
	if (suspect > 0) {
		page_dot(p, &first);
		page_fill(p, PHRASE_SUSPECT_FOR, 1,
		    WITH(report_figure_duration(suspect).text));
	}
	if (c->breaches > 0) {
		page_dot(p, &first);
		page_fill(p, PHRASE_BREACHES, c->breaches,
		    WITH(page_number(c->breaches).text));
	}
	if (c->missed > 0) {
		page_dot(p, &first);
		page_fill(p, PHRASE_MISSED_OF, c->prompts,
		    WITH(page_number(c->missed).text,
			page_number(c->prompts).text));
	}
	if (c->idle_longest_us > 0) {
		page_dot(p, &first);
		page_fill(p, PHRASE_IDLE_UP_TO, 1,
		    WITH(report_figure_duration(c->idle_longest_us).text,
			page_moment(p, c->idle_start_us).text));
	}
	page_put(p, "</td></tr>");
}

static void
never(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		page_put(p, "<tr>");
		for (uint32_t k = 0; k < NAMES_A_ROW; k++) {
			uint32_t n = i * NAMES_A_ROW + k;

			page_put(p, "<td>");
			if (n < p->r->never_count)
				page_feed(p, p->r->never[n]);
			page_put(p, "</td>");
		}
		page_put(p, "</tr>");
	}
}

/* What there was none of, and what nobody can tell, are two sentences. */
static void
nothing_of(struct page *p, bool measured, enum report_phrase sentence)
{
	static const enum report_phrase names[FRONT_LISTS] = { PHRASE_N_STILL,
		PHRASE_REPEATERS, PHRASE_N_WINDOWS, PHRASE_N_CONSOLES,
		PHRASE_NEVER_WATCHED };
	char all[400];
	size_t at = 0;

	for (unsigned i = 0; i < FRONT_LISTS && at < sizeof(all); i++)
		/* Of what is unknown now, a sentence of its own tells. */
		if (p->front.lists[i] == 0 &&
		    (i != FRONT_STILL || p->front.unsure == 0) &&
		    front_measured(&p->front, (enum front_list)i) == measured)
			at += (size_t)snprintf(all + at, sizeof(all) - at,
			    "%s%s", at > 0 ? ", " : "",
			    report_words_of(p->language, names[i]));
	if (at == 0)
		return;
	page_put(p, "<p class=\"nothing\">");
	page_fill(p, sentence, 1, WITH(all));
	page_put(p, "</p>");
}

static void
list(struct page *p, unsigned which, uint32_t rows)
{
	static const struct {
		enum svg_sign sign;
		enum report_phrase title;
	} heads[FRONT_LISTS] = { { SIGN_DOWN, PHRASE_H_STILL },
		{ SIGN_REPEAT, PHRASE_H_REPEATERS },
		{ SIGN_BLIND, PHRASE_H_WINDOWS },
		{ SIGN_IDLE, PHRASE_H_CONSOLES },
		{ SIGN_NEVER, PHRASE_H_NEVER } };
	uint32_t all = p->front.lists[which], shown = rows;
	enum svg_sign sign = heads[which].sign;

	if (rows == 0)
		return;
	if (which == FRONT_NEVER)
		shown = rows * NAMES_A_ROW < all ? rows * NAMES_A_ROW : all;
	if (which == FRONT_STILL && p->front.down == 0)
		sign = SIGN_POOR;
	list_head(p, sign, heads[which].title, shown, all);
	switch ((enum front_list)which) {
	case FRONT_STILL:
		still(p, rows);
		break;
	case FRONT_REPEATERS:
		repeaters(p, rows);
		break;
	case FRONT_WINDOWS:
		windows(p, rows);
		break;
	case FRONT_CONSOLES:
		for (uint32_t i = 0; i < rows; i++)
			console(p, &p->r->consoles[p->front.consoles[i]]);
		break;
	case FRONT_NEVER:
		never(p, rows);
		break;
	}
	page_put(p, "</tbody></table>");
}

static void
lists(struct page *p)
{
	uint32_t want[FRONT_LISTS], shares[FRONT_LISTS];

	memcpy(want, p->front.lists, sizeof(want));
	want[FRONT_NEVER] = (want[FRONT_NEVER] + NAMES_A_ROW - 1) / NAMES_A_ROW;
	front_share(want, ROWS, shares);
	page_put(p, "<div class=\"lists\">");
	for (unsigned i = 0; i < FRONT_LISTS; i++)
		list(p, i, shares[i]);
	nothing_of(p, true, PHRASE_NOTHING_OF);
	nothing_of(p, false, PHRASE_NOT_MEASURED);
	page_put(p, "</div>");
}

/* --- four sums and a curve */

enum report_phrase
page_target_word(enum target_word word)
{
	switch (word) {
	case TARGET_MET:
		return PHRASE_TARGET_MET;
	case TARGET_MISSED:
		return PHRASE_TARGET_MISSED;
	case TARGET_UNDECIDED:
		return PHRASE_TARGET_UNDECIDED;
	case TARGET_NONE:
		break;
	}
	return PHRASE_TARGET_NONE;
}

static void
sum_good(struct page *p)
{
	const struct report *r = p->r;

	page_put(p, "<div><dt>");
	page_say(p, PHRASE_GOOD_PICTURE);
	page_put(p, "</dt><dd class=\"big\">");
	page_put(p, page_bounds(p, availability_all(&r->fleet)).text);
	page_put(p, "</dd><dd>");
	page_say(p, PHRASE_WITHOUT_MAINTENANCE);
	page_put(p, " <span class=\"w\">");
	page_put(p, page_bounds(p, availability_kept(&r->fleet)).text);
	page_put(p, "</span></dd>");
	if (r->target_ppm > 0) {
		ink_format(p->out, "<dd class=\"%s\">",
		    r->target_kept == TARGET_MISSED ? "at" : "");
		page_fill(p, PHRASE_TARGET, 1,
		    WITH(page_percent(p, r->target_ppm).text));
		page_put(p, ": ");
		page_say(p, page_target_word(r->target_kept));
		page_put(p, "</dd>");
	}
	page_put(p, "</div>");
}

static void
sum_unknown(struct page *p)
{
	const struct availability *a = &p->r->fleet;
	int64_t unknown = a->counted_us[COUNTED_UNKNOWN];

	page_put(p, "<div><dt>");
	page_say(p, PHRASE_UNKNOWN_TIME);
	page_put(p, "</dt><dd class=\"big\">");
	page_put(p, page_percent(p, page_some_ppm(unknown, a->span_us)).text);
	page_put(p, "</dd><dd>");
	page_fill(p, PHRASE_FEED_TIME, 1,
	    WITH(report_figure_duration(unknown).text));
	ink_format(p->out, "</dd><dd class=\"%s\">",
	    p->front.off_us > 0 ? "at" : "");
	if (p->front.off_us > 0)
		page_fill(p, PHRASE_MONITOR_OFF_FOR, 1,
		    WITH(report_figure_duration(p->front.off_us).text));
	else
		page_say(p, PHRASE_MONITOR_ON);
	page_put(p, "</dd></div>");
}

struct availability_bounds
page_watched_bounds(const struct report_watched *w)
{
	int64_t low = w->us[WATCHED_WATCHED];

	return (struct availability_bounds){
		.low = page_ppm(low, w->span_us),
		.high = page_ppm(low + w->us[WATCHED_UNKNOWN], w->span_us),
		.none = w->span_us <= 0,
	};
}

static void
sum_watched(struct page *p)
{
	page_put(p, "<div><dt>");
	page_say(p, PHRASE_WATCHED);
	page_put(p, "</dt><dd class=\"big\">");
	page_put(p, page_bounds(p, page_watched_bounds(&p->r->watched)).text);
	page_put(p, "</dd><dd>");
	page_say(p, p->r->watched.span_us > 0 ? PHRASE_OF_FEED_TIME
					      : PHRASE_NO_SCREENS);
	page_put(p, "</dd></div>");
}

static void
sum_alarms(struct page *p)
{
	const struct report_alarms *a = &p->r->alarms;

	page_put(p, "<div><dt>");
	page_say(p, PHRASE_ALARMS);
	page_put(p, "</dt><dd class=\"big\">");
	page_put(p, page_number(a->alarms).text);
	page_put(p, "</dd><dd>");
	page_fill(p, PHRASE_PER_OPERATOR, 1,
	    WITH(report_figure_tenths(a->mean).text));
	page_put(p, "</dd>");
	if (a->worst_utc != 0) {
		ink_format(p->out, "<dd class=\"%s\">",
		    a->floods > 0 ? "at" : "");
		page_fill(p, PHRASE_ALARM_WORST, 1,
		    WITH(report_figure_tenths(a->worst).text,
			report_figure_minute(page_local(p, a->worst_utc))
			    .text));
		page_put(p, "</dd>");
	}
	page_put(p, "</div>");
}

static void
graph(struct page *p)
{
	const struct report *r = p->r;
	struct svg_curve curve;

	svg_curve_of(r, &curve);
	int64_t at = r->from_utc +
		     (r->to_utc - r->from_utc) / SVG_BAR_UNITS * curve.bad_at;

	page_put(p, "<figure class=\"graph\"><figcaption><b>");
	page_say(p, PHRASE_GRAPH);
	page_put(p, "</b><span>");
	svg_bar_key(p->out, BAR_DOWN);
	page_put(p, report_words_of(p->language, PHRASE_B_DOWN));
	page_put(p, "</span><span>");
	svg_bar_key(p->out, BAR_POOR);
	page_put(p, report_words_of(p->language, PHRASE_B_POOR));
	page_put(p, "</span><span>");
	if (curve.bad_most > 0)
		page_fill(p, PHRASE_GRAPH_MOST, 1,
		    WITH(page_number(curve.bad_most).text,
			page_moment(p, at).text));
	else
		page_say(p, PHRASE_GRAPH_NONE);
	page_put(p, "</span><span>");
	svg_bar_key(p->out, BAR_UNKNOWN);
	page_put(p, report_words_of(p->language, PHRASE_B_UNKNOWN));
	page_put(p, ": ");
	page_put(p, page_number(curve.unknown_most).text);
	page_put(p, "</span></figcaption>");
	svg_curve(p->out, &curve, r, p->language, page_local_fn, p);
	page_put(p, "</figure>");
}

void
page_front(struct page *p)
{
	page_put(p, "<section id=\"front\" class=\"front\">");
	masthead(p);
	tally(p);
	unsure(p);
	witness(p);
	lists(p);
	page_put(p, "<div class=\"bottom\"><dl class=\"sums\">");
	sum_good(p);
	sum_unknown(p);
	sum_watched(p);
	sum_alarms(p);
	page_put(p, "</dl>");
	graph(p);
	page_put(p, "</div></section>");
}
