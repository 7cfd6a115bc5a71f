/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consoles and alarm load; maintenance, mutes and changes: what people did, and
 * what it excused. */
#include "monitor/report/report_page.h"

#include <stdio.h>
#include <string.h>

#define OVERLAY_ROWS 300
#define CHANGE_ROWS 300
#define CONSOLE_ROWS 300

/* --- consoles */

static void
prompts(struct page *p, const struct report_console *c)
{
	page_put(p, "<td class=\"n\">");
	if (c->prompts == 0) {
		page_put(p, "\u2013</td>");
		return;
	}
	page_put(p, page_number(c->right).text);
	page_put(p, ", ");
	page_put(p, page_number(c->wrong).text);
	page_put(p, c->missed > 0 ? ", <b>" : ", ");
	page_put(p, page_number(c->missed).text);
	page_put(p, c->missed > 0 ? "</b>" : "");
	if (c->right + c->wrong > 0) {
		page_put(p, "<br><small>");
		page_fill(p, PHRASE_ANSWER_AFTER, 1,
		    WITH(report_figure_duration(c->latency_ms * 1000).text));
		page_put(p, "</small>");
	}
	page_put(p, "</td>");
}

static void
console(struct page *p, const struct report_console *c)
{
	static const enum presence order[] = { PRESENCE_ATTENDED, PRESENCE_IDLE,
		PRESENCE_AWAY, PRESENCE_SUSPECT, PRESENCE_UNKNOWN };

	page_put(p, "<tr><th scope=\"row\"><span class=\"place\"><b>");
	page_name(p, c->name, 60);
	page_put(p, "</b> <i>");
	page_name(p, c->room, 60);
	page_put(p, "</i></span></th><td class=\"b0\">");
	svg_presence(p->out, c);
	page_put(p, "</td>");
	for (unsigned i = 0; i < 5; i++)
		page_cell(p, report_figure_duration(c->presence_us[order[i]]));
	page_put(p, "<td class=\"n\">");
	if (c->idle_longest_us > 0) {
		page_put(p, report_figure_duration(c->idle_longest_us).text);
		page_put(p, "<br>");
		page_put(p, page_moment(p, c->idle_start_us).text);
	} else {
		page_put(p, "\u2013");
	}
	page_put(p, "</td>");
	prompts(p, c);
	page_put(p, "<td class=\"n\">");
	page_put(p, page_number(c->breaches).text);
	if (c->disputes > 0) {
		page_put(p, "<br><small>");
		page_fill(p, PHRASE_DISPUTES, c->disputes,
		    WITH(page_number(c->disputes).text));
		page_put(p, "</small>");
	}
	page_put(p, "</td></tr>");
}

static void
consoles(struct page *p)
{
	static const char *const widths[] = { "13%", "10%", "9.5%", "9.5%",
		"9%", "9.5%", "8.5%", "10.5%", "10.5%", "10%" };
	static const enum report_phrase heads[] = { PHRASE_C_CONSOLE,
		PHRASE_C_PRESENCE, PHRASE_C_ATTENDED, PHRASE_C_IDLE,
		PHRASE_C_AWAY, PHRASE_C_SUSPECT, PHRASE_C_UNKNOWN,
		PHRASE_C_LONGEST_IDLE, PHRASE_C_PROMPTS, PHRASE_C_BREACHES };

	if (p->r->console_count == 0) {
		page_put(p, "<p class=\"note\">");
		page_say(p, PHRASE_NO_CONSOLES);
		page_put(p, "</p>");
		return;
	}
	page_table(p, widths, heads, 10, 0x3fc);
	for (uint32_t i = 0; i < p->r->console_count && i < CONSOLE_ROWS; i++)
		console(p, &p->r->consoles[i]);
	page_put(p, "</tbody></table>");
	page_cut(p, p->r->console_count, CONSOLE_ROWS);
}

static void
alarms(struct page *p)
{
	const struct report_alarms *a = &p->r->alarms;

	page_heading(p, PHRASE_ALARM_LOAD);
	page_put(p, "<p>");
	page_fill(p, PHRASE_ALARM_MEAN, a->alarms,
	    WITH(page_number(a->alarms).text, page_number(a->windows).text,
		report_figure_tenths(a->mean).text));
	if (a->worst_utc != 0) {
		page_put(p, " ");
		page_fill(p, PHRASE_ALARM_PEAK, a->worst_operators,
		    WITH(page_moment(p, a->worst_utc).text,
			page_number(a->worst_alarms).text,
			page_number(a->worst_operators).text,
			report_figure_tenths(a->worst).text));
	}
	page_put(p, " ");
	page_fill(p, PHRASE_ALARM_OVER, a->over,
	    WITH(page_number(a->over).text,
		page_number(REPORT_ALARM_STEADY).text,
		page_number(a->floods).text,
		page_number(REPORT_ALARM_FLOOD).text));
	page_put(p, " ");
	page_fill(p, PHRASE_ALARM_ALONE, a->unattended,
	    WITH(page_number(a->unattended).text));
	if (!a->consoles) {
		page_put(p, " ");
		page_say(p, PHRASE_ALARM_NO_CONSOLES);
	}
	page_put(p, "</p>");
}

void
page_people(struct page *p)
{
	page_section(p, "people", PHRASE_S_PEOPLE);
	page_put(p, "<p class=\"note\">");
	page_say(p, PHRASE_PEOPLE_NOTE);
	page_put(p, "</p>");
	consoles(p);
	alarms(p);
	page_put(p, "</section>");
}

/* --- maintenance and mutes */

static void
covers(struct page *p, const struct report_overlay *o)
{
	if (o->feed < p->r->feed_count) {
		page_feed(p, o->feed);
	} else if (o->site < p->r->site_count) {
		page_place(p, REPORT_NONE, o->site);
	} else if (o->tag[0] != '\0') {
		struct ink name = { 0 };

		ink_clean(&name, o->tag, 60);
		page_fill(p, PHRASE_TAG, 1,
		    WITH(name.text != NULL ? name.text : ""));
		ink_free(&name);
	} else {
		page_say(p, PHRASE_GONE);
	}
	page_put(p, "<br><small>");
	page_fill(p, PHRASE_FEEDS_AT_SITES, o->feeds,
	    WITH(page_number(o->feeds).text));
	page_put(p, "</small>");
}

static void
when(struct page *p, const struct report_overlay *o)
{
	page_put(p, page_moment(p, o->from_utc).text);
	page_put(p, " \u2013 ");
	page_put(p, page_moment(p, o->to_utc).text);
	if (o->days == 0)
		return;
	char days[80], begin[8], end[8];
	size_t at = 0;

	for (unsigned i = 0; i < 7; i++)
		if (o->days >> i & 1)
			at += (size_t)snprintf(days + at, sizeof(days) - at,
			    "%s%.6s", at > 0 ? ", " : "",
			    report_words_weekday(p->language, i));
	snprintf(begin, sizeof(begin), "%02u:%02u", o->begin_minute / 60 % 100,
	    o->begin_minute % 60);
	snprintf(end, sizeof(end), "%02u:%02u", o->end_minute / 60 % 100,
	    o->end_minute % 60);
	page_put(p, "<br><small>");
	page_fill(p, PHRASE_WEEKLY, 1, WITH(days, begin, end));
	page_put(p, " ");
	page_name(p, o->zone, 40);
	page_put(p, "</small>");
}

/* Both numbers: what it took out, by what that time was, and what it names but
 * doesn't excuse. */
static void
excused(struct page *p, const struct report_overlay *o)
{
	static const enum report_phrase words[COUNTED_COUNT] = {
		[COUNTED_UNKNOWN] = PHRASE_EXCUSED_UNKNOWN,
		[COUNTED_GOOD] = PHRASE_EXCUSED_GOOD,
		[COUNTED_BAD] = PHRASE_EXCUSED_BAD,
	};
	static const enum counted order[] = { COUNTED_BAD, COUNTED_UNKNOWN,
		COUNTED_GOOD };
	bool any = false;

	for (unsigned i = 0; i < COUNTED_COUNT; i++) {
		int64_t us = o->excused_us[order[i]];

		if (us <= 0)
			continue;
		if (any)
			page_put(p, "<br>");
		any = true;
		page_fill(p, words[order[i]], 1,
		    WITH(report_figure_duration(us).text));
	}
	if (!any)
		page_say(p, PHRASE_EXCUSED_NOTHING);
	if (o->note_us > 0) {
		page_put(p, "<br><b>");
		page_fill(p, PHRASE_NOTE_ONLY, 1,
		    WITH(report_figure_duration(o->note_us).text));
		page_put(p, "</b>");
	}
}

static void
overlay(struct page *p, const struct report_overlay *o)
{
	page_put(p, "<tr><th scope=\"row\">");
	page_say(p, o->kind == REPORT_MUTE ? PHRASE_MUTE : PHRASE_MAINTENANCE);
	page_put(p, "</th><td>");
	covers(p, o);
	page_put(p, "</td><td>");
	when(p, o);
	page_put(p, "</td><td>");
	page_name(p, o->actor, 60);
	page_put(p, "<br><small>");
	if (o->seq > 0)
		page_fill(p, PHRASE_LINE, 1,
		    WITH(report_figure_number(o->seq).text));
	page_put(p, "</small></td><td>");
	page_name(p, o->reason, 160);
	page_put(p, "</td><td>");
	excused(p, o);
	page_put(p, "</td>");
	page_cell(p, page_number(o->incidents));
	page_put(p, "</tr>");
}

static void
overlays(struct page *p)
{
	static const char *const widths[] = { "13%", "18%", "17%", "12%", "15%",
		"15%", "10%" };
	static const enum report_phrase heads[] = { PHRASE_C_WHAT,
		PHRASE_C_COVERS, PHRASE_C_WHEN, PHRASE_C_WHO, PHRASE_C_WHY,
		PHRASE_C_EXCUSED, PHRASE_C_INCIDENTS };
	const struct report *r = p->r;
	struct availability_bounds all = availability_all(&r->fleet);
	struct availability_bounds kept = availability_kept(&r->fleet);

	if (r->overlay_count == 0) {
		page_put(p, "<p>");
		page_say(p, PHRASE_OVERLAYS_NONE);
		page_put(p, "</p>");
		return;
	}
	page_put(p, "<p>");
	page_fill(p, PHRASE_OVERLAYS_BOTH, 1,
	    WITH(page_percent(p, all.low).text, page_percent(p, all.high).text,
		page_percent(p, kept.low).text,
		page_percent(p, kept.high).text));
	page_put(p, "</p>");
	page_table(p, widths, heads, 7, 0x40);
	for (uint32_t i = 0; i < r->overlay_count && i < OVERLAY_ROWS; i++)
		overlay(p, &r->overlays[i]);
	page_put(p, "</tbody></table>");
	page_cut(p, r->overlay_count, OVERLAY_ROWS);
}

/* --- changes */

static void
change(struct page *p, const struct report_change *c)
{
	page_put(p, "<tr>");
	page_cell(p, report_figure_number(c->seq));
	page_put(p, "<td>");
	page_put(p, page_moment(p, c->utc).text);
	page_put(p, "</td><td>");
	page_name(p, c->kind, 60);
	if (c->count > 1) {
		page_put(p, " <small>");
		page_fill(p, PHRASE_TIMES, c->count,
		    WITH(page_number(c->count).text));
		page_put(p, "</small>");
	}
	if (c->expired) {
		page_put(p, "</td><td colspan=\"3\"><small>");
		page_say(p, PHRASE_EXPIRED);
		page_put(p, "</small></td></tr>");
		return;
	}
	page_put(p, "</td><td>");
	page_name(p, c->actor, 60);
	page_put(p, "</td><td>");
	page_name(p, c->what, 160);
	page_put(p, "</td><td>");
	page_name(p, c->reason, 160);
	page_put(p, "</td></tr>");
}

static void
changes(struct page *p)
{
	static const char *const widths[] = { "10%", "12%", "18%", "14%", "26%",
		"20%" };
	static const enum report_phrase heads[] = { PHRASE_C_LINE,
		PHRASE_C_WHEN, PHRASE_C_KIND, PHRASE_C_WHO, PHRASE_C_WHAT,
		PHRASE_C_WHY };

	page_heading(p, PHRASE_CHANGES);
	if (p->r->change_count == 0) {
		page_put(p, "<p>");
		page_say(p, PHRASE_CHANGES_NONE);
		page_put(p, "</p>");
		return;
	}
	page_table(p, widths, heads, 6, 0x1);
	for (uint32_t i = 0; i < p->r->change_count && i < CHANGE_ROWS; i++)
		change(p, &p->r->changes[i]);
	page_put(p, "</tbody></table>");
	page_cut(p, p->r->change_count, CHANGE_ROWS);
}

void
page_overlays(struct page *p)
{
	page_section(p, "overlays", PHRASE_S_OVERLAYS);
	page_put(p, "<p class=\"note\">");
	page_say(p, PHRASE_OVERLAYS_NOTE);
	page_put(p, "</p>");
	overlays(p);
	changes(p);
	page_put(p, "</section>");
}
