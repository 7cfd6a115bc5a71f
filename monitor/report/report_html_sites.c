/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uptime: sites, and under each its feeds, worst first; what is uneventful is
 * one line, so that thousands of feeds stay readable. */
#include "monitor/report/report_page.h"

#include <stdlib.h>
#include <string.h>

/* The section ends at so many bytes. In a mail some 4,000 feeds of a bad day.
 */
#define MAIL_BYTES 1900000
#define BYTES 20000000
#define QUIET_NAMES 400 /* of sites, in a mail */

/* How much was wrong: less is later. */
static int64_t
trouble(const struct availability *a)
{
	return a->counted_us[COUNTED_BAD] + a->counted_us[COUNTED_UNKNOWN];
}

/* A monitor that was off for three minutes makes no feed eventful: unknown time
 * up to a hundredth is told in the line that stands for the quiet ones. */
static bool
eventful(const struct report_feed *f)
{
	const struct availability *a = &f->a;

	return a->counted_us[COUNTED_BAD] > 0 || a->outages > 0 || f->removed ||
	       f->state == STATE_DOWN || a->excused_us[COUNTED_GOOD] > 0 ||
	       a->excused_us[COUNTED_UNKNOWN] > 0 ||
	       a->counted_us[COUNTED_UNKNOWN] > a->span_us / 100;
}

struct ranked {
	int64_t bad, all; /* more of them comes first */
	uint32_t index;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->bad != y->bad)
		return x->bad < y->bad ? 1 : -1;
	if (x->all != y->all)
		return x->all < y->all ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The feeds of each site, worst first: `order` runs through all sites, the
 * first of site s is order[first[s]]; the last "site" is that of feeds without
 * one. */
struct sites {
	struct ranked *sites, *order;
	uint32_t *first;
	size_t most;  /* length of the page at which no more is written */
	uint32_t cut; /* eventful feeds left out */
};

static bool
sites_init(struct sites *s, const struct report *r)
{
	uint32_t n = r->site_count + 1, at = 0;

	s->sites = calloc(n, sizeof(*s->sites));
	s->order = calloc(r->feed_count + 1, sizeof(*s->order));
	s->first = calloc(n + 1, sizeof(*s->first));
	uint32_t *filled = calloc(n, sizeof(*filled));

	if (s->sites == NULL || s->order == NULL || s->first == NULL ||
	    filled == NULL) {
		free(filled);
		return false;
	}
	for (uint32_t i = 0; i < n; i++)
		s->sites[i].index = i;
	for (uint32_t i = 0; i < r->feed_count; i++) {
		uint32_t site = r->feeds[i].site < r->site_count
				    ? r->feeds[i].site
				    : r->site_count;

		filled[site]++;
		s->sites[site].bad += r->feeds[i].a.counted_us[COUNTED_BAD];
		s->sites[site].all += trouble(&r->feeds[i].a);
	}
	for (uint32_t i = 0; i < n; i++) {
		s->first[i] = at;
		at += filled[i];
		filled[i] = s->first[i];
	}
	s->first[n] = at;
	for (uint32_t i = 0; i < r->feed_count; i++) {
		const struct report_feed *f = &r->feeds[i];
		uint32_t site =
		    f->site < r->site_count ? f->site : r->site_count;

		s->order[filled[site]++] =
		    (struct ranked){ f->a.counted_us[COUNTED_BAD],
			    trouble(&f->a), i };
	}
	free(filled);
	for (uint32_t i = 0; i < n; i++)
		qsort(s->order + s->first[i], s->first[i + 1] - s->first[i],
		    sizeof(*s->order), by_rank);
	qsort(s->sites, n, sizeof(*s->sites), by_rank);
	return true;
}

static void
sites_fini(struct sites *s)
{
	free(s->sites);
	free(s->order);
	free(s->first);
}

/* --- rows */

static void
bound(struct page *p, const struct availability_bounds *b, bool high)
{
	page_put(p, "<td class=\"n\">");
	if (b->none)
		page_put(p, "\u2013");
	else
		page_put(p, report_figure_percent(p->language,
				high ? b->high : b->low, true)
				.text);
	page_put(p, "</td>");
}

static void
figures(struct page *p, const struct availability *a)
{
	struct availability_bounds all = availability_all(a);
	struct availability_bounds kept = availability_kept(a);

	bound(p, &all, false);
	bound(p, &all, true);
	bound(p, &kept, false);
	bound(p, &kept, true);
	page_cell(p, report_figure_duration(a->counted_us[COUNTED_UNKNOWN]));
	page_cell(p, page_number(a->outages));
	page_cell(p, report_figure_duration(a->longest_us));
}

static void
tag(struct page *p, enum report_phrase phrase)
{
	page_put(p, " <span class=\"tag\">");
	page_say(p, phrase);
	page_put(p, "</span>");
}

static void
feed_row(struct page *p, const struct report_feed *f)
{
	page_put(p, "<tr><th scope=\"row\" class=\"sub\">");
	if (f->state == STATE_DOWN)
		svg_sign(p->out, SIGN_DOWN);
	page_name(p, f->name, 60);
	if (f->removed)
		tag(p, PHRASE_REMOVED);
	if (f->a.span_us < p->r->to_utc - p->r->from_utc) {
		page_put(p, " <span class=\"tag\">");
		page_fill(p, PHRASE_PART_OF_SPAN, 1,
		    WITH(report_figure_duration(f->a.span_us).text));
		page_put(p, "</span>");
	}
	page_put(p, "</th><td class=\"b0\">");
	svg_bar(p->out, p->r, f);
	page_put(p, "</td>");
	figures(p, &f->a);
	page_put(p, "</tr>");
}

/* What more is known of a site's repairs and answers, in words. */
static void
site_words(struct page *p, const struct report_site *site, bool *first)
{
	const struct report_answers *answers = &site->answers;
	int64_t between = availability_mtbf_us(&site->a);
	int64_t repair = availability_mttr_us(&site->a);

	if (repair > 0) {
		page_dot(p, first);
		page_fill(p, PHRASE_C_REPAIR, 1,
		    WITH(report_figure_duration(repair).text));
	}
	if (between > 0) {
		page_dot(p, first);
		page_fill(p, PHRASE_C_BETWEEN, 1,
		    WITH(report_figure_duration(between).text));
	}
	if (answers->acknowledged > 0) {
		page_dot(p, first);
		page_fill(p, PHRASE_C_ANSWER, 1,
		    WITH(report_figure_duration(
			     answers->sum_us / answers->acknowledged)
			     .text,
			page_number(answers->acknowledged).text,
			page_number(answers->incidents).text));
	} else if (answers->incidents > 0) {
		page_dot(p, first);
		page_fill(p, PHRASE_C_NO_ANSWER, answers->incidents,
		    WITH(page_number(answers->incidents).text));
	}
}

static void
target_words(struct page *p, enum target_word target, uint32_t target_ppm)
{
	if (target == TARGET_NONE)
		return;
	ink_format(p->out, "<span class=\"%s\">",
	    target == TARGET_MISSED ? "miss" : "met");
	page_fill(p, PHRASE_TARGET, 1, WITH(page_percent(p, target_ppm).text));
	page_put(p, ": ");
	page_say(p, page_target_word(target));
	page_put(p, "</span>");
}

static void
site_row(struct page *p, const struct report_site *site)
{
	page_put(p, "<tr class=\"site\"><th scope=\"row\">");
	page_name(p, site->path, 100);
	page_put(p, " <small>");
	page_fill(p, PHRASE_FEEDS_AT_SITES, site->feeds,
	    WITH(page_number(site->feeds).text));
	page_put(p, "</small></th><td class=\"b0\">");
	target_words(p, site->target_kept, site->target_ppm);
	page_put(p, "</td>");
	figures(p, &site->a);
	page_put(p, "</tr>");
}

/* The lowest bound among the quiet: what may be said of each of them. */
static void
least(uint32_t *ppm, const struct report_feed *f)
{
	struct availability_bounds b = availability_all(&f->a);

	if (!b.none && b.low < *ppm)
		*ppm = b.low;
}

static void
rest_row(struct page *p, const struct report_site *site, uint32_t quiet,
    uint32_t all, uint32_t ppm)
{
	bool first = true;

	page_put(p, "<tr class=\"rest\"><td class=\"sub\" colspan=\"9\">");
	if (quiet > 0) {
		page_dot(p, &first);
		page_fill(p,
		    quiet == all ? PHRASE_UNEVENTFUL : PHRASE_UNEVENTFUL_MORE,
		    quiet,
		    WITH(page_number(quiet).text,
			report_figure_percent(p->language, ppm, true).text,
			page_percent(p, 1000000).text));
	}
	if (site != NULL)
		site_words(p, site, &first);
	page_put(p, "</td></tr>");
}

static void
site_group(struct page *p, struct sites *s, uint32_t index)
{
	const struct report *r = p->r;
	uint32_t from = s->first[index], to = s->first[index + 1];
	uint32_t quiet = 0, ppm = 1000000;

	if (p->out->length >= s->most) {
		for (uint32_t i = from; i < to; i++)
			s->cut += eventful(&r->feeds[s->order[i].index]);
		return;
	}
	page_put(p, "<tbody>");
	if (index < r->site_count) {
		site_row(p, &r->sites[index]);
	} else {
		page_put(p, "<tr class=\"site\"><th scope=\"row\" colspan="
			    "\"9\">");
		page_say(p, PHRASE_TOP_LEVEL);
		page_put(p, "</th></tr>");
	}
	for (uint32_t i = from; i < to; i++) {
		const struct report_feed *f = &r->feeds[s->order[i].index];

		if (!eventful(f)) {
			quiet++;
			least(&ppm, f);
		} else if (p->out->length < s->most) {
			feed_row(p, f);
		} else {
			s->cut++;
		}
	}
	rest_row(p, index < r->site_count ? &r->sites[index] : NULL, quiet,
	    to - from, ppm);
	page_put(p, "</tbody>");
}

static bool
site_eventful(const struct sites *s, const struct report *r, uint32_t index)
{
	for (uint32_t i = s->first[index]; i < s->first[index + 1]; i++)
		if (eventful(&r->feeds[s->order[i].index]))
			return true;
	/* A site above others, all quiet or not, has its own sums to show. */
	return index < r->site_count &&
	       s->first[index] == s->first[index + 1] &&
	       r->sites[index].a.counted_us[COUNTED_BAD] > 0;
}

static void
table_head(struct page *p)
{
	static const char *const widths[] = { "21%", "23.6%", "7%", "7%", "7%",
		"7%", "10.4%", "7%", "10%" };
	bool day = p->r->to_utc - p->r->from_utc <= 90000000000LL;

	page_columns(p, widths, 9);
	page_put(p, "<th scope=\"col\" rowspan=\"2\">");
	page_say(p, PHRASE_C_FEED);
	page_put(p, "</th><th scope=\"col\" rowspan=\"2\">");
	page_say(p, day ? PHRASE_C_DAY : PHRASE_C_SPAN);
	svg_axis(p->out, p->r, p->language, page_local_fn, p);
	page_put(p, "</th><th scope=\"colgroup\" class=\"n\" colspan=\"2\">");
	page_say(p, PHRASE_C_GOOD);
	page_put(p, "</th><th scope=\"colgroup\" class=\"n\" colspan=\"2\">");
	page_say(p, PHRASE_C_KEPT);
	page_put(p, "</th>");
	static const enum report_phrase last[] = { PHRASE_C_UNKNOWN,
		PHRASE_C_OUTAGES, PHRASE_C_LONGEST };

	for (unsigned i = 0; i < 3; i++) {
		page_put(p, "<th scope=\"col\" class=\"n\" rowspan=\"2\">");
		page_say(p, last[i]);
		page_put(p, "</th>");
	}
	page_put(p, "</tr><tr>");
	for (unsigned i = 0; i < 4; i++)
		page_column(p, "n",
		    i % 2 == 0 ? PHRASE_AT_LEAST : PHRASE_AT_MOST);
	page_put(p, "</tr></thead>");
}

static void
quiet_sites(struct page *p, const struct sites *s)
{
	uint32_t n = 0, ppm = 1000000;

	for (uint32_t i = 0; i < p->r->feed_count; i++) {
		uint32_t site = p->r->feeds[i].site;

		if (site < p->r->site_count && !site_eventful(s, p->r, site))
			least(&ppm, &p->r->feeds[i]);
	}
	for (uint32_t i = 0; i < p->r->site_count; i++)
		n += p->r->sites[i].feeds > 0 && !site_eventful(s, p->r, i) &&
		     s->first[i] < s->first[i + 1];
	if (n == 0)
		return;
	page_put(p, "<h3>");
	page_fill(p, PHRASE_UNEVENTFUL_SITES, n,
	    WITH(page_number(n).text,
		report_figure_percent(p->language, ppm, true).text,
		page_percent(p, 1000000).text));
	page_put(p, "</h3><ul class=\"quiet\">");
	uint32_t most = p->face->mail ? QUIET_NAMES : UINT32_MAX;

	for (uint32_t i = 0, row = 0; i < p->r->site_count; i++) {
		if (s->first[i] == s->first[i + 1] ||
		    site_eventful(s, p->r, i) || row++ >= most)
			continue;
		page_put(p, "<li>");
		page_name(p, p->r->sites[i].path, 80);
		page_put(p, " \u00b7 ");
		page_put(p, page_number(s->first[i + 1] - s->first[i]).text);
		page_put(p, "</li>");
	}
	page_put(p, "</ul>");
	page_cut(p, n, most);
}

void
page_sites(struct page *p)
{
	struct sites s = { .most = p->out->length +
				   (p->face->mail ? MAIL_BYTES : BYTES) };
	bool any = false;

	if (p->r->feed_count == 0)
		return;
	if (!sites_init(&s, p->r)) {
		p->out->failed = true;
		sites_fini(&s);
		return;
	}
	page_section(p, "sites", PHRASE_S_SITES);
	page_put(p, "<p class=\"note\">");
	page_say(p, PHRASE_S_SITES_NOTE);
	page_put(p, "</p>");
	for (uint32_t i = 0; i <= p->r->site_count; i++) {
		uint32_t index = s.sites[i].index;

		if (!site_eventful(&s, p->r, index))
			continue;
		if (!any)
			table_head(p);
		any = true;
		site_group(p, &s, index);
	}
	if (any)
		page_put(p, "</table>");
	if (s.cut > 0) {
		page_put(p, "<p class=\"note\">");
		page_fill(p, PHRASE_FEEDS_LEFT_OUT, s.cut,
		    WITH(page_number(s.cut).text,
			page_elsewhere_words(p, true)));
		page_put(p, "</p>");
	}
	quiet_sites(p, &s);
	page_put(p, "</section>");
	sites_fini(&s);
}

/* --- day by day, of a longer span */

void
page_days(struct page *p)
{
	if (p->r->day_count == 0)
		return;
	page_section(p, "days", PHRASE_BY_DAY);
	page_put(p, "<table class=\"t2\"><colgroup><col style=\"width:44%\">"
		    "</colgroup><thead><tr>");
	page_column(p, "", PHRASE_C_DATE);
	page_column(p, "n", PHRASE_AT_LEAST);
	page_column(p, "n", PHRASE_AT_MOST);
	page_column(p, "n", PHRASE_C_UNKNOWN);
	page_column(p, "n", PHRASE_B_DOWN);
	page_put(p, "</tr></thead><tbody>");
	for (uint32_t i = 0; i < p->r->day_count; i++) {
		const struct report_day *d = &p->r->days[i];
		struct availability_bounds all = availability_all(&d->a);
		int64_t at = page_local(p, d->from_utc);

		page_put(p, "<tr><th scope=\"row\">");
		page_put(p, report_figure_day(p->language, at).text);
		page_put(p, "</th>");
		bound(p, &all, false);
		bound(p, &all, true);
		page_cell(p,
		    report_figure_duration(d->a.counted_us[COUNTED_UNKNOWN]));
		page_cell(p, report_figure_duration(d->a.state_us[STATE_DOWN]));
		page_put(p, "</tr>");
	}
	page_put(p, "</tbody></table></section>");
}
