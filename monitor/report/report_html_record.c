/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The monitor's own gaps and clock, the ledger and how to check it, and how to
 * read the whole. */
#include "monitor/report/report_page.h"

#include <stdio.h>
#include <string.h>

#define GAP_ROWS 200
#define CLOCK_ROWS 60

static enum report_phrase
gap_word(enum report_gap_kind kind)
{
	switch (kind) {
	case GAP_OFF:
		return PHRASE_GAP_OFF;
	case GAP_STEP:
		return PHRASE_GAP_STEP;
	case GAP_STORE:
		return PHRASE_GAP_STORE;
	case GAP_BLIND:
		break;
	}
	return PHRASE_GAP_BLIND;
}

static void
gap(struct page *p, const struct report_gap *g)
{
	int64_t length = g->to_utc - g->from_utc;

	page_put(p, "<tr><th scope=\"row\">");
	page_say(p, gap_word(g->kind));
	page_put(p, "</th><td>");
	page_put(p, page_moment(p, g->from_utc).text);
	page_put(p, " \u2013 ");
	page_put(p, page_moment(p, g->to_utc).text);
	page_put(p, "</td><td class=\"n\">");
	if (length < 0) /* the clock was set back */
		page_put(p, "\u2212");
	page_put(p, report_figure_duration(length < 0 ? -length : length).text);
	page_put(p, "</td><td>");
	if (g->kind == GAP_BLIND) {
		page_text(p, report_words_cause(p->language, g->cause));
		page_put(p, ", ");
		page_fill(p, PHRASE_GAP_FEEDS, g->feeds,
		    WITH(page_number(g->feeds).text));
	}
	if (g->why[0] != '\0') {
		page_put(p, " ");
		page_name(p, g->why, 200);
	}
	page_put(p, "</td></tr>");
}

static void
gaps(struct page *p)
{
	page_heading(p, PHRASE_GAPS);
	if (p->r->gap_count == 0) {
		page_put(p, "<p>");
		page_say(p, PHRASE_GAPS_NONE);
		page_put(p, "</p>");
		return;
	}
	page_put(p, "<table class=\"t2\"><colgroup><col style=\"width:20%\">"
		    "<col style=\"width:28%\"><col style=\"width:14%\"><col>"
		    "</colgroup><thead><tr>");
	page_column(p, "", PHRASE_C_WHAT);
	page_column(p, "", PHRASE_C_WHEN);
	page_column(p, "n", PHRASE_C_LASTED);
	page_column(p, "", PHRASE_C_WHY);
	page_put(p, "</tr></thead><tbody>");
	for (uint32_t i = 0; i < p->r->gap_count && i < GAP_ROWS; i++)
		gap(p, &p->r->gaps[i]);
	page_put(p, "</tbody></table>");
	page_cut(p, p->r->gap_count, GAP_ROWS);
}

static void
clocks(struct page *p)
{
	page_heading(p, PHRASE_CLOCK);
	if (p->r->clock_count == 0) {
		page_put(p, "<p>");
		page_say(p, PHRASE_CLOCK_NONE);
		page_put(p, "</p>");
		return;
	}
	page_put(p, "<dl class=\"facts\">");
	for (uint32_t i = 0; i < p->r->clock_count && i < CLOCK_ROWS; i++) {
		const struct report_clock *c = &p->r->clocks[i];
		int64_t off = c->offset_us < 0 ? -c->offset_us : c->offset_us;
		char offset[48];

		snprintf(offset, sizeof(offset), "%s%lld.%03lld\u00a0ms",
		    c->offset_us < 0 ? "\u2212" : "", (long long)off / 1000,
		    (long long)off % 1000);
		page_put(p, "<dt>");
		page_fill(p, PHRASE_SINCE, 1,
		    WITH(page_moment(p, c->utc).text));
		page_put(p, c->synchronised ? "</dt><dd>" : "</dt><dd><b>");
		page_say(p,
		    c->synchronised ? PHRASE_CLOCK_SYNCED : PHRASE_CLOCK_FREE);
		page_put(p, c->synchronised ? ", " : "</b>, ");
		page_fill(p, PHRASE_CLOCK_ERROR, 1,
		    WITH(offset, report_figure_duration(c->error_us).text));
		if (c->text[0] != '\0') {
			page_put(p, " \u00b7 ");
			page_name(p, c->text, 120);
		}
		page_put(p, "</dd>");
	}
	page_put(p, "</dl>");
	page_cut(p, p->r->clock_count, CLOCK_ROWS);
}

void
page_monitor(struct page *p)
{
	page_section(p, "monitor", PHRASE_S_MONITOR);
	gaps(p);
	clocks(p);
	page_put(p, "</section>");
}

/* --- the ledger */

static void
fact(struct page *p, enum report_phrase name, const char *value, bool code)
{
	page_put(p, "<dt>");
	page_say(p, name);
	page_put(p, code ? "</dt><dd><code>" : "</dt><dd>");
	page_name(p, value, 200);
	page_put(p, code ? "</code></dd>" : "</dd>");
}

static void
at_size(struct page *p, enum report_phrase name, int64_t utc, int64_t size,
    const char *by, const char *kind)
{
	page_put(p, "<dt>");
	page_say(p, name);
	page_put(p, "</dt><dd>");
	if (utc == 0) {
		page_put(p, "<b>");
		page_say(p, PHRASE_R_NONE);
		page_put(p, "</b></dd>");
		return;
	}
	page_fill(p, PHRASE_R_AT_SIZE, (uint64_t)size,
	    WITH(page_moment(p, utc).text, report_figure_number(size).text));
	if (by[0] != '\0') {
		page_put(p, " \u00b7 ");
		page_name(p, by, 120);
		page_put(p, " (");
		page_name(p, kind, 40);
		page_put(p, ")");
	}
	page_put(p, "</dd>");
}

static void
command(struct page *p, enum report_phrase words, const char *code)
{
	page_put(p, "<p>");
	page_say(p, words);
	page_put(p, "</p><pre>");
	page_put(p, code);
	page_put(p, "</pre>");
}

void
page_record(struct page *p)
{
	const struct report_ledger *l = &p->r->ledger;

	page_section(p, "record", PHRASE_S_RECORD);
	if (p->front.witness == FRONT_NOT_WITNESSED) {
		page_put(p, "<p class=\"witness no\">\u25b2 <b>");
		page_say(p, PHRASE_NOT_WITNESSED);
		page_put(p, ":</b> ");
		page_say(p, PHRASE_COULD_REWRITE);
		page_put(p, ".</p>");
	}
	page_put(p, "<dl class=\"facts\">");
	fact(p, PHRASE_R_ORIGIN, l->origin, true);
	fact(p, PHRASE_R_LINES, report_figure_number(l->size).text, false);
	if (l->head[0] != '\0')
		fact(p, PHRASE_R_HEAD, l->head, true);
	else
		fact(p, PHRASE_R_HEAD,
		    report_words_of(p->language, PHRASE_R_EMPTY), false);
	at_size(p, PHRASE_R_CHECKPOINT, l->checkpoint_utc, l->checkpoint_size,
	    "", "");
	if (l->checkpoint_root[0] != '\0')
		fact(p, PHRASE_R_ROOT, l->checkpoint_root, true);
	at_size(p, PHRASE_R_RECEIPT, l->receipt_utc, l->receipt_size,
	    l->witness, l->receipt_kind);
	page_put(p, "</dl><div style=\"margin-top:10px\">");
	command(p, PHRASE_CHECK_THIS, "camwarden report --check FILE.json");
	command(p, PHRASE_CHECK_LEDGER,
	    "camwarden ledger verify --db COPY --key ledger.pub "
	    "--checkpoint WITNESSED");
	page_put(p, "<p>");
	page_say(p, PHRASE_CHECK_HEAD);
	page_put(p, "</p></div></section>");
}

/* --- how to read it */

void
page_key(struct page *p)
{
	static const enum report_phrase bars[] = { PHRASE_B_OFF, PHRASE_B_UP,
		PHRASE_B_STREAM, PHRASE_B_UNKNOWN, PHRASE_B_POOR, PHRASE_B_DOWN,
		PHRASE_B_EXCUSED };
	static const enum report_phrase words[] = { PHRASE_KEY_NORMAL,
		PHRASE_KEY_BOUNDS, PHRASE_KEY_GOOD };
	int64_t step = (p->r->to_utc - p->r->from_utc) / SVG_BAR_UNITS;

	page_section(p, "key", PHRASE_S_KEY);
	page_put(p, "<ul class=\"keys\">");
	for (unsigned i = 0; i <= BAR_COUNT; i++) {
		page_put(p, "<li>");
		svg_bar_key(p->out, i);
		page_say(p, bars[i]);
		page_put(p, "</li>");
	}
	page_put(p, "</ul>");
	for (unsigned i = 0; i < 3; i++) {
		page_put(p, "<p>");
		page_say(p, words[i]);
		page_put(p, "</p>");
	}
	page_put(p, "<p>");
	page_fill(p, PHRASE_KEY_STEPS, 1,
	    WITH(report_figure_duration(step).text));
	page_put(p, " ");
	page_fill(p, PHRASE_KEY_IDLE, 1,
	    WITH(report_figure_duration(FRONT_IDLE_US).text));
	page_put(p, "</p></section>");
}
