/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was watched: by the hour, by site, and the feeds longest out of sight.
 * Always both bounds, since unknown time may hide a look. */
#include "monitor/report/report_page.h"

#include <stdlib.h>
#include <string.h>

#define FEED_ROWS 60
#define SITE_ROWS 60
#define SITE_NAMES 300
#define WINDOW_ROWS 60

struct ranked {
	int64_t weight; /* the greater comes first */
	uint32_t index;
};

static int
longer(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static bool
unseen(const struct report_site *s)
{
	return s->watched.span_us > 0 && s->watched.us[WATCHED_WATCHED] == 0;
}

static void
hours_head(struct page *p)
{
	page_put(p, "<th scope=\"col\">");
	page_say(p, PHRASE_C_HOURS);
	page_put(p, "</th>");
}

static void
share_cells(struct page *p, const struct report_watched *w)
{
	struct availability_bounds b = page_watched_bounds(w);

	page_put(p, "<td class=\"b0\">");
	svg_hours(p->out, w);
	page_put(p, "</td>");
	if (b.none) {
		page_put(p, "<td class=\"n\">\u2013</td><td class=\"n\">\u2013"
			    "</td>");
		return;
	}
	page_cell(p, report_figure_percent(p->language, b.low, true));
	page_cell(p, report_figure_percent(p->language, b.high, true));
}

static void
share_heads(struct page *p)
{
	static const enum report_phrase bounds[] = { PHRASE_AT_LEAST,
		PHRASE_AT_MOST };

	hours_head(p);
	for (unsigned i = 0; i < 2; i++) {
		page_put(p, "<th scope=\"col\" class=\"n\">");
		page_say(p, PHRASE_C_WATCHED);
		page_put(p, " ");
		page_say(p, bounds[i]);
		page_put(p, "</th>");
	}
}

static void
sums(struct page *p)
{
	const struct report_watched *w = &p->r->watched;

	page_put(p, "<dl class=\"facts\">");
	for (unsigned i = 0; i < WATCHED_COUNT; i++) {
		/* Watched first, unknown last. */
		unsigned state = (i + 1) % WATCHED_COUNT;

		page_put(p, "<dt>");
		page_text(p, report_words_watched(p->language, state));
		page_put(p, "</dt><dd>");
		page_put(p,
		    page_percent(p, page_ppm(w->us[state], w->span_us)).text);
		page_put(p, " \u00b7 ");
		page_put(p, report_figure_duration(w->us[state]).text);
		page_put(p, "</dd>");
	}
	page_put(p, "</dl><p>");
	page_fill(p, PHRASE_NEVER_COUNT, w->never_surely,
	    WITH(page_number(w->never_surely).text,
		page_number(w->never_perhaps).text));
	page_put(p, "</p>");
}

static void
site_row(struct page *p, uint32_t index)
{
	const struct report_site *s = &p->r->sites[index];

	page_put(p, "<tr><th scope=\"row\">");
	page_name(p, s->path, 80);
	page_put(p, "</th>");
	share_cells(p, &s->watched);
	page_cell(p, page_number(s->watched.never_surely));
	page_put(p, "</tr>");
}

static void
sites_head(struct page *p)
{
	static const char *const widths[] = { "34%", "36%", "10%", "10%",
		"10%" };

	page_heading(p, PHRASE_UNWATCHED_SITES);
	page_put(p, "<p class=\"note\">");
	page_say(p, PHRASE_HOUR_STRIP);
	page_put(p, "</p>");
	page_columns(p, widths, 5);
	page_column(p, "", PHRASE_C_SITE);
	share_heads(p);
	page_column(p, "n", PHRASE_NEVER_WATCHED);
	page_put(p,
	    "</tr></thead><tbody><tr class=\"site\"><th scope=\"row\">");
	page_say(p, PHRASE_ALL_SITES);
	page_put(p, "</th>");
	share_cells(p, &p->r->watched);
	page_cell(p, page_number(p->r->watched.never_surely));
	page_put(p, "</tr>");
}

/* Of a site that nobody watched there is nothing to draw: its name alone. */
static void
unseen_sites(struct page *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->r->site_count; i++)
		n += unseen(&p->r->sites[i]);
	if (n == 0)
		return;
	page_put(p, "<h3>");
	page_fill(p, PHRASE_SITES_UNSEEN, n, WITH(page_number(n).text));
	page_put(p, "</h3><ul class=\"quiet\">");
	for (uint32_t i = 0, row = 0; i < p->r->site_count; i++) {
		if (!unseen(&p->r->sites[i]) || row++ >= SITE_NAMES)
			continue;
		page_put(p, "<li>");
		page_name(p, p->r->sites[i].path, 80);
		page_put(p, "</li>");
	}
	page_put(p, "</ul>");
	page_cut(p, n, SITE_NAMES);
}

static void
sites(struct page *p)
{
	struct ranked *ranked = calloc(p->r->site_count + 1, sizeof(*ranked));
	uint32_t n = 0;

	if (ranked == NULL) {
		p->out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < p->r->site_count; i++) {
		const struct report_watched *w = &p->r->sites[i].watched;

		if (w->us[WATCHED_WATCHED] > 0)
			ranked[n++] = (struct ranked){
				-(int64_t)page_watched_bounds(w).high, i
			};
	}
	qsort(ranked, n, sizeof(*ranked), longer);
	sites_head(p);
	for (uint32_t i = 0; i < n && i < SITE_ROWS; i++)
		site_row(p, ranked[i].index);
	page_put(p, "</tbody></table>");
	page_cut(p, n, SITE_ROWS);
	unseen_sites(p);
	free(ranked);
}

static void
gap_cell(struct page *p, const struct unwatched_gap *gap)
{
	page_put(p, "<td class=\"n\">");
	if (gap->end_us <= gap->start_us) {
		page_put(p, "\u2013</td>");
		return;
	}
	page_put(p, report_figure_duration(gap->end_us - gap->start_us).text);
	page_put(p, "<br>");
	page_put(p, page_moment(p, gap->start_us).text);
	page_put(p, "</td>");
}

static void
feed_row(struct page *p, uint32_t index)
{
	const struct report_feed *f = &p->r->feeds[index];

	page_put(p, "<tr><th scope=\"row\">");
	page_feed(p, index);
	page_put(p, "</th>");
	share_cells(p, &f->watched);
	gap_cell(p, &f->gap_low);
	gap_cell(p, &f->gap_high);
	page_put(p, "</tr>");
}

static void
feeds(struct page *p)
{
	static const char *const widths[] = { "34%", "26%", "9%", "9%", "11%",
		"11%" };
	struct ranked *ranked = calloc(p->r->feed_count + 1, sizeof(*ranked));
	uint32_t n = 0;

	if (ranked == NULL) {
		p->out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < p->r->feed_count; i++) {
		const struct report_feed *f = &p->r->feeds[i];

		if (f->watched.span_us > 0)
			ranked[n++] = (struct ranked){
				f->gap_high.end_us - f->gap_high.start_us, i
			};
	}
	qsort(ranked, n, sizeof(*ranked), longer);
	page_heading(p, PHRASE_UNWATCHED_FEEDS);
	page_columns(p, widths, 6);
	page_column(p, "", PHRASE_C_FEED);
	share_heads(p);
	page_column(p, "n", PHRASE_C_GAP);
	page_column(p, "n", PHRASE_C_GAP_SURE);
	page_put(p, "</tr></thead><tbody>");
	for (uint32_t i = 0; i < n && i < FEED_ROWS; i++)
		feed_row(p, ranked[i].index);
	page_put(p, "</tbody></table>");
	if (n > FEED_ROWS) {
		page_put(p, "<p class=\"note\">");
		page_fill(p, PHRASE_UNWATCHED_CUT, n,
		    WITH(page_number(FEED_ROWS).text, page_number(n).text,
			page_elsewhere_words(p, false)));
		page_put(p, "</p>");
	}
	free(ranked);
}

static void
windows(struct page *p)
{
	const struct report *r = p->r;

	if (r->window_count == 0)
		return;
	page_heading(p, PHRASE_H_WINDOWS);
	page_put(p, "<table class=\"t2\"><thead><tr>");
	page_column(p, "", PHRASE_C_WHEN);
	page_column(p, "", PHRASE_C_FEEDS);
	page_column(p, "", PHRASE_C_WEEKS);
	page_column(p, "", PHRASE_C_FEED);
	page_put(p, "</tr></thead><tbody>");
	for (uint32_t i = 0; i < r->window_count && i < WINDOW_ROWS; i++) {
		const struct report_window *w = &r->windows[i];
		char when[64];

		page_window(p, w, when, sizeof(when));
		page_put(p, "<tr><th scope=\"row\">");
		page_put(p, when);
		page_put(p, "</th><td>");
		page_fill(p, PHRASE_BLIND_FEEDS, w->feeds,
		    WITH(page_number(w->feeds).text,
			page_number(w->sure).text));
		page_put(p, "</td><td>");
		page_fill(p, PHRASE_WEEKS, w->of,
		    WITH(page_number(w->weeks).text, page_number(w->of).text));
		page_put(p, "</td><td>");
		page_feed(p, w->first);
		page_put(p, "</td></tr>");
	}
	page_put(p, "</tbody></table>");
	page_cut(p, r->window_count, WINDOW_ROWS);
}

void
page_unwatched(struct page *p)
{
	page_section(p, "watched", PHRASE_S_UNWATCHED);
	page_put(p, "<p class=\"note\">");
	if (p->r->watched.span_us == 0) {
		page_say(p, PHRASE_NO_SCREENS);
		page_put(p, "</p></section>");
		return;
	}
	page_say(p, PHRASE_UNWATCHED_NOTE);
	page_put(p, "</p>");
	sums(p);
	windows(p);
	sites(p);
	feeds(p);
	page_put(p, "</section>");
}
