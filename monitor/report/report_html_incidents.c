/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Incidents: the gravest with their pictures, the others as a table. A picture
 * never stands without its time; of a feed marked no-picture there is none. */
#include "monitor/report/report_page.h"

#include <stdlib.h>
#include <string.h>

#define MAIL_ROWS 200
#define ROWS 400
#define MAIL_PICTURE_BYTES 2200000 /* as base64 */

struct ranked {
	uint64_t weight;
	uint32_t index;
};
struct pictures {
	size_t left; /* bytes that may still be embedded */
};

static int64_t
ends(const struct page *p, const struct report_incident *i)
{
	return i->good_utc != 0	    ? i->good_utc
	       : i->closed_utc != 0 ? i->closed_utc
				    : p->front.ends_utc;
}

static int64_t
lasted(const struct page *p, const struct report_incident *i)
{
	int64_t us = ends(p, i) - i->since_utc;

	return us > 0 ? us : 0;
}

/* What should be seen first: whole sites, then what is a person's or a broken
 * picture's fault, then by how long; what was excused or only an interruption
 * comes last. */
static uint64_t
weight(const struct page *p, const struct report_incident *i)
{
	uint64_t w = (uint64_t)(lasted(p, i) / 1000000);

	if (i->before.id == 0 && i->after.id == 0)
		w /= 2; /* nothing to see of it */
	if (i->feed < p->r->feed_count)
		w += w / 2 * p->r->feeds[i->feed].criticality;
	if (cause_state(i->cause) == STATE_DOWN)
		w *= 4;
	if (i->whole_site)
		w *= 4;
	if (i->excused || i->muted)
		w /= 8;
	return i->alertable ? w + 1000000000ULL : w;
}

static int
heavier(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static const char *
what(const struct page *p, const struct report_incident *i)
{
	if (i->room[0] != '\0' || i->console != REPORT_NONE)
		return report_words_of(p->language, PHRASE_STAFFING);
	return report_words_cause(p->language, i->cause);
}

static void
place(struct page *p, const struct report_incident *i)
{
	if (i->room[0] != '\0') {
		page_name(p, i->room, 80);
	} else if (i->console < p->r->console_count) {
		page_name(p, p->r->consoles[i->console].name, 80);
	} else if (i->feed < p->r->feed_count) {
		page_feed(p, i->feed);
	} else if (i->site < p->r->site_count) {
		page_place(p, REPORT_NONE, i->site);
	} else {
		page_name(p, i->place, 120);
	}
}

static void
tag(struct page *p, bool is, enum report_phrase phrase)
{
	if (!is)
		return;
	page_put(p, " <span class=\"tag\">");
	page_say(p, phrase);
	page_put(p, "</span>");
}

static void
tags(struct page *p, const struct report_incident *i)
{
	tag(p, i->whole_site, PHRASE_WHOLE_SITE);
	tag(p, !i->alertable, PHRASE_INTERRUPTION);
	tag(p, i->muted, PHRASE_MUTED);
	tag(p, i->excused, PHRASE_EXCUSED);
}

/* --- pictures */

static void
caption(struct page *p, const struct report_incident *i,
    const struct report_picture *picture, enum report_phrase which)
{
	int64_t apart = picture->utc - i->since_utc;

	page_put(p, "<figcaption>");
	page_say(p, which);
	if (picture->utc != 0) {
		page_put(p, " \u00b7 ");
		page_put(p,
		    report_figure_clock(page_local_of(p, i->site, picture->utc))
			.text);
		page_put(p, ", ");
		if (apart > -1000000 && apart < 1000000)
			page_say(p, PHRASE_AT_ONSET);
		else
			page_fill(p, apart < 0 ? PHRASE_EARLIER : PHRASE_LATER,
			    1,
			    WITH(report_figure_duration(
				apart < 0 ? -apart : apart)
				     .text));
	}
	page_put(p, "</figcaption>");
}

static void
no_picture(struct page *p, enum report_phrase why)
{
	page_put(p, "<div class=\"none\">");
	page_say(p, why);
	page_put(p, "</div>");
}

static void
image(struct page *p, const void *png, size_t length,
    const struct report_incident *i, enum report_phrase which)
{
	const char *name =
	    i->feed < p->r->feed_count ? p->r->feeds[i->feed].name : i->place;

	page_put(p, "<img width=\"160\" height=\"90\" src=\"data:image/png;"
		    "base64,");
	ink_base64(p->out, png, length);
	page_put(p, "\" alt=\"");
	/* Cut first: a name of any length must not make a page of it. */
	struct ink cut = { 0 };

	ink_clean(&cut, name, 60);
	page_fill(p, PHRASE_PICTURE_ALT, 1,
	    WITH(cut.text != NULL ? cut.text : "",
		report_words_of(p->language, which)));
	ink_free(&cut);
	page_put(p, "\">");
}

static void
figure(struct page *p, struct pictures *pictures,
    const struct report_incident *i, const struct report_picture *picture,
    enum report_phrase which)
{
	const void *png;
	size_t length;
	bool barred =
	    i->feed < p->r->feed_count && p->r->feeds[i->feed].no_picture;

	page_put(p, "<figure>");
	if (barred)
		no_picture(p, PHRASE_PICTURE_BARRED);
	else if (picture->id == 0)
		no_picture(p, picture->sha256[0] != '\0' ? PHRASE_PICTURE_GONE
							 : PHRASE_PICTURE_NONE);
	else if (p->face->picture == NULL ||
		 !p->face->picture(p->face->arg, picture->id, &png, &length))
		no_picture(p, PHRASE_PICTURE_GONE);
	else if (length / 3 * 4 > pictures->left)
		no_picture(p, PHRASE_PICTURE_FOLDER);
	else {
		pictures->left -= length / 3 * 4;
		image(p, png, length, i, which);
	}
	caption(p, i, picture, which);
	page_put(p, "</figure>");
}

/* --- cards */

static void
duration_words(struct page *p, const struct report_incident *i)
{
	bool open = i->good_utc == 0 && i->closed_utc == 0;

	page_fill(p, open ? PHRASE_INCIDENT_OPEN : PHRASE_INCIDENT_LASTED, 1,
	    WITH(report_figure_duration(lasted(p, i)).text));
}

static void
times(struct page *p, const struct report_incident *i)
{
	int64_t since = page_local_of(p, i->site, i->since_utc);
	bool open = i->good_utc == 0 && i->closed_utc == 0;

	page_put(p, report_figure_date(p->language, since).text);
	page_put(p, " ");
	page_put(p, report_figure_clock(since).text);
	if (!open) {
		page_put(p, " \u2013 ");
		page_put(p,
		    report_figure_clock(page_local_of(p, i->site, ends(p, i)))
			.text);
	}
	if (page_elsewhere(p, i->site, i->since_utc)) {
		page_put(p, " (");
		page_name(p, p->r->sites[i->site].zone, 40);
		page_put(p, ")");
	}
	page_put(p, " \u00b7 ");
	page_fill(p, PHRASE_CALLED_AT, 1,
	    WITH(report_figure_clock(page_local_of(p, i->site, i->at_utc))
		     .text));
}

static void
answered(struct page *p, const struct report_incident *i)
{
	struct ink who = { 0 };

	if (i->acknowledged_utc == 0) {
		page_say(p, PHRASE_NOT_ANSWERED);
		return;
	}
	ink_clean(&who, i->acknowledged_by, 60);
	page_fill(p, PHRASE_ANSWERED_BY, 1,
	    WITH(report_figure_moment(p->language,
		     page_local_of(p, i->site, i->acknowledged_utc))
		     .text,
		who.text != NULL ? who.text : ""));
	ink_free(&who);
}

/* Two empty frames say nothing; one beside a picture does. */
static bool
pictured(const struct page *p, const struct report_incident *i)
{
	return i->before.id != 0 || i->after.id != 0 ||
	       i->before.sha256[0] != '\0' || i->after.sha256[0] != '\0' ||
	       (i->feed < p->r->feed_count && p->r->feeds[i->feed].no_picture);
}

static void
card(struct page *p, struct pictures *pictures, const struct report_incident *i)
{
	page_put(p, "<article class=\"card\"><h3><small>");
	duration_words(p, i);
	page_put(p, "</small>");
	svg_sign(p->out, cause_state(i->cause) == STATE_DOWN	  ? SIGN_DOWN
			 : cause_state(i->cause) == STATE_UNKNOWN ? SIGN_UNKNOWN
								  : SIGN_POOR);
	page_put(p, " ");
	page_text(p, what(p, i));
	page_put(p, "</h3><p>");
	place(p, i);
	tags(p, i);
	page_put(p, "</p>");
	if (pictured(p, i)) {
		page_put(p, "<div class=\"pair\">");
		figure(p, pictures, i, &i->before, PHRASE_BEFORE);
		figure(p, pictures, i, &i->after, PHRASE_AFTER);
		page_put(p, "</div>");
	}
	page_put(p, "<p class=\"soft\">");
	ink_format(p->out, "%lld \u00b7 ", (long long)i->id);
	times(p, i);
	page_put(p, " \u00b7 ");
	answered(p, i);
	page_put(p, "</p>");
	if (i->note[0] != '\0') {
		page_put(p, "<p>\u201c");
		page_name(p, i->note, 200);
		page_put(p, "\u201d</p>");
	}
	page_put(p, "</article>");
}

/* --- the others */

static void
row(struct page *p, const struct report_incident *i)
{
	page_put(p, "<tr>");
	ink_format(p->out, "<td class=\"n\">%lld</td><td>", (long long)i->id);
	place(p, i);
	page_put(p, "</td><td>");
	page_text(p, what(p, i));
	tags(p, i);
	page_put(p, "</td><td>");
	page_put(p, report_figure_moment(p->language,
			page_local_of(p, i->site, i->since_utc))
			.text);
	page_put(p, "</td><td class=\"n\">");
	page_put(p, report_figure_duration(lasted(p, i)).text);
	page_put(p, i->good_utc == 0 && i->closed_utc == 0 ? " \u2026</td><td>"
							   : "</td><td>");
	if (i->acknowledged_utc == 0)
		page_put(p, "\u2013");
	else
		page_name(p, i->acknowledged_by, 40);
	page_put(p, "</td></tr>");
}

static void
table(struct page *p, const struct ranked *ranked, uint32_t count)
{
	static const char *const widths[] = { "7%", "34%", "24%", "12%", "12%",
		"11%" };
	static const enum report_phrase heads[] = { PHRASE_C_NUMBER,
		PHRASE_C_FEED, PHRASE_C_WHAT, PHRASE_C_BEGAN, PHRASE_C_LASTED,
		PHRASE_C_ANSWERED };
	uint32_t most = p->face->mail ? MAIL_ROWS : ROWS;
	uint32_t shown = count < most ? count : most;

	if (count == 0)
		return;
	page_heading(p, PHRASE_INCIDENTS_MORE);
	page_table(p, widths, heads, 6, 0x11);
	for (uint32_t i = 0; i < shown; i++)
		row(p, &p->r->incidents[ranked[i].index]);
	page_put(p, "</tbody></table>");
	if (shown == count)
		return;
	page_put(p, "<p class=\"note\">");
	page_fill(p, PHRASE_INCIDENTS_CUT, count - shown,
	    WITH(page_number(count - shown).text,
		page_elsewhere_words(p, true)));
	page_put(p, "</p>");
}

static void
head(struct page *p, uint32_t shown)
{
	const struct report *r = p->r;
	const struct report_answers *a = &r->answers;

	page_put(p, "<p class=\"note\">");
	if (r->incident_count == 0) {
		page_say(p, PHRASE_INCIDENTS_NONE);
	} else {
		int64_t mean =
		    a->acknowledged > 0 ? a->sum_us / a->acknowledged : 0;

		page_fill(p,
		    a->acknowledged > 0 ? PHRASE_INCIDENTS_COUNT
					: PHRASE_INCIDENTS_NO_ANSWER,
		    r->incident_count,
		    WITH(page_number(r->incident_count).text,
			page_number(a->incidents).text,
			page_number(a->acknowledged).text,
			report_figure_duration(mean).text,
			report_figure_duration(a->longest_us).text));
		if (shown < r->incident_count) {
			page_put(p, " ");
			page_fill(p, PHRASE_INCIDENTS_PICTURED, shown,
			    WITH(page_number(shown).text,
				p->face->pictures != NULL
				    ? p->face->pictures
				    : report_words_of(p->language,
					  PHRASE_IN_THE_FOLDER)));
		}
	}
	page_put(p, "</p>");
}

void
page_incidents(struct page *p)
{
	const struct report *r = p->r;
	struct pictures pictures = { p->face->mail ? MAIL_PICTURE_BYTES
						   : SIZE_MAX };
	struct ranked *ranked = calloc(r->incident_count + 1, sizeof(*ranked));
	uint32_t shown = r->incident_count < FACE_PICTURES ? r->incident_count
							   : FACE_PICTURES;

	if (ranked == NULL) {
		p->out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < r->incident_count; i++)
		ranked[i] = (struct ranked){ weight(p, &r->incidents[i]), i };
	qsort(ranked, r->incident_count, sizeof(*ranked), heavier);
	page_section(p, "incidents", PHRASE_S_INCIDENTS);
	head(p, shown);
	page_put(p, "<div class=\"cards\">");
	for (uint32_t i = 0; i < shown; i++)
		card(p, &pictures, &r->incidents[ranked[i].index]);
	page_put(p, "</div>");
	table(p, ranked + shown, r->incident_count - shown);
	page_put(p, "</section>");
	free(ranked);
}
