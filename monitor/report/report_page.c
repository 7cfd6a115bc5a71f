/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
page_put(struct page *p, const char *ours)
{
	ink_put(p->out, ours);
}

void
page_say(struct page *p, enum report_phrase phrase)
{
	ink_html(p->out, report_words_of(p->language, phrase));
}

void
page_fill(struct page *p, enum report_phrase phrase, uint64_t count,
    const char *const *args)
{
	char few[512];
	size_t length = report_words_fill(few, sizeof(few), p->language, phrase,
	    count, args);

	if (length < sizeof(few)) {
		ink_html(p->out, few);
		return;
	}
	char *many = malloc(length + 1);

	if (many == NULL) {
		p->out->failed = true;
		return;
	}
	report_words_fill(many, length + 1, p->language, phrase, count, args);
	ink_html(p->out, many);
	free(many);
}

void
page_section(struct page *p, const char *id, enum report_phrase title)
{
	ink_format(p->out, "<section id=\"%s\"><h2>", id);
	page_say(p, title);
	page_put(p, "</h2>");
}

void
page_heading(struct page *p, enum report_phrase phrase)
{
	page_put(p, "<h3>");
	page_say(p, phrase);
	page_put(p, "</h3>");
}

void
page_column(struct page *p, const char *class, enum report_phrase phrase)
{
	ink_format(p->out, "<th scope=\"col\" class=\"%s\">", class);
	page_say(p, phrase);
	page_put(p, "</th>");
}

void
page_columns(struct page *p, const char *const *widths, unsigned count)
{
	page_put(p, "<table class=\"t2\"><colgroup>");
	for (unsigned i = 0; i < count; i++)
		ink_format(p->out, "<col style=\"width:%s\">", widths[i]);
	page_put(p, "</colgroup><thead><tr>");
}

void
page_table(struct page *p, const char *const *widths,
    const enum report_phrase *heads, unsigned count, unsigned numbers)
{
	page_columns(p, widths, count);
	for (unsigned i = 0; i < count; i++)
		page_column(p, numbers >> i & 1 ? "n" : "", heads[i]);
	page_put(p, "</tr></thead><tbody>");
}

void
page_cut(struct page *p, uint64_t count, uint64_t most)
{
	if (count <= most)
		return;
	page_put(p, "<p class=\"note\">");
	page_fill(p, PHRASE_ROWS_LEFT_OUT, count - most,
	    WITH(page_number(count - most).text,
		page_elsewhere_words(p, false)));
	page_put(p, "</p>");
}

void
page_dot(struct page *p, bool *first)
{
	if (!*first)
		page_put(p, " \u00b7 ");
	*first = false;
}

void
page_text(struct page *p, const char *hostile)
{
	ink_html(p->out, hostile);
}

void
page_name(struct page *p, const char *hostile, size_t characters)
{
	page_put(p, "<bdi>");
	ink_html_cut(p->out, hostile, characters);
	page_put(p, "</bdi>");
}

void
page_feed(struct page *p, uint32_t feed)
{
	page_place(p, feed, REPORT_NONE);
}

void
page_place(struct page *p, uint32_t feed, uint32_t site)
{
	if (feed < p->r->feed_count)
		site = p->r->feeds[feed].site;
	page_put(p, "<span class=\"place\">");
	if (feed < p->r->feed_count) {
		page_put(p, "<b>");
		page_name(p, p->r->feeds[feed].name, 60);
		page_put(p, "</b> ");
	}
	if (site < p->r->site_count) {
		page_put(p, "<i>");
		page_name(p, p->r->sites[site].path, 80);
		page_put(p, "</i>");
	}
	page_put(p, "</span>");
}

void
page_cell(struct page *p, struct report_figure figure)
{
	page_put(p, "<td class=\"n\">");
	page_put(p, figure.text);
	page_put(p, "</td>");
}

/* --- times and figures */

static int64_t
there(const struct page *p, const char *zone, int64_t utc_us)
{
	const struct calendar c = { p->face->ahead, p->face->ahead_arg, zone };

	return utc_us + calendar_ahead(&c, utc_us) * 1000000LL;
}

int64_t
page_local(const struct page *p, int64_t utc_us)
{
	return there(p, p->r->zone, utc_us);
}

int64_t
page_local_fn(const void *page, int64_t utc_us)
{
	return page_local(page, utc_us);
}

int64_t
page_local_of(const struct page *p, uint32_t site, int64_t utc_us)
{
	if (site >= p->r->site_count || p->r->sites[site].zone[0] == '\0')
		return page_local(p, utc_us);
	return there(p, p->r->sites[site].zone, utc_us);
}

bool
page_elsewhere(const struct page *p, uint32_t site, int64_t utc_us)
{
	return page_local_of(p, site, utc_us) != page_local(p, utc_us);
}

struct report_figure
page_moment(const struct page *p, int64_t utc_us)
{
	return report_figure_moment(p->language, page_local(p, utc_us));
}

struct report_figure
page_number(uint64_t n)
{
	return report_figure_number((int64_t)n);
}

struct report_figure
page_percent(const struct page *p, uint32_t ppm)
{
	return report_figure_percent(p->language, ppm, false);
}

struct report_figure
page_bounds(const struct page *p, struct availability_bounds bounds)
{
	struct report_figure f;

	if (bounds.none)
		snprintf(f.text, sizeof(f.text), "\u2013");
	else
		snprintf(f.text, sizeof(f.text), "%.20s\u2013%.20s",
		    report_figure_percent(p->language, bounds.low, true).text,
		    page_percent(p, bounds.high).text);
	return f;
}

uint32_t
page_ppm(int64_t part, int64_t whole)
{
	if (whole <= 0 || part <= 0)
		return 0;
	if (part >= whole)
		return 1000000;
	/* Fleets of 10,000 feeds over a year are near 2^58 microseconds: the
	 * product needs more. */
	return (uint32_t)((unsigned __int128)part * 1000000u /
			  (unsigned __int128)whole);
}

uint32_t
page_some_ppm(int64_t part, int64_t whole)
{
	uint32_t ppm = page_ppm(part, whole);

	return ppm == 0 && part > 0 ? 1 : ppm;
}

const char *
page_elsewhere_words(const struct page *p, bool in_html)
{
	return report_words_of(p->language, p->face->mail && in_html
						? PHRASE_IN_THE_FOLDER
						: PHRASE_IN_THE_CSV);
}
