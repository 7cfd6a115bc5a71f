/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report in 80 columns, for a terminal and for a mail's body: page one, and
 * the sites that had trouble. */
#include "monitor/report/report_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 80
#define ROWS 40 /* over all lists */
#define SITES 60
#define CONSOLE_INDENT 26

/* A phrase, wrapped at 80 columns. What stands before its first line took
 * `indent` columns; the other lines begin below it. */
static void
wrap(struct page *p, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		char word[400];

		snprintf(word, sizeof(word), "%.*s",
		    (int)(length < 399 ? length : 399), text);
		size_t wide = ink_columns(word);

		if (column > indent && column + 1 + wide > COLUMNS) {
			ink_put(p->out, "\n");
			for (column = 0; column < indent; column++)
				ink_put(p->out, " ");
		} else if (column > indent) {
			ink_put(p->out, " ");
			column++;
		}
		column += ink_plain(p->out, word, COLUMNS - indent);
		text += length;
		text += strspn(text, " ");
	}
	ink_put(p->out, "\n");
}

static void
say(struct page *p, enum report_phrase phrase, uint64_t count,
    const char *const *args)
{
	char text[1000];

	report_words_fill(text, sizeof(text), p->language, phrase, count, args);
	wrap(p, text, 0);
}

static void
pad(struct page *p, size_t took, size_t width)
{
	for (; took < width; took++)
		ink_put(p->out, " ");
}

/* Theirs, in a column of its own. */
static void
column(struct page *p, const char *hostile, size_t width)
{
	pad(p, ink_plain(p->out, hostile, width - 1), width);
}

static void
feed_column(struct page *p, uint32_t feed, uint32_t site, size_t width)
{
	struct ink name = { 0 };
	const struct report *r = p->r;

	if (feed < r->feed_count)
		site = r->feeds[feed].site;
	if (site < r->site_count)
		ink_put(&name, r->sites[site].path);
	if (feed < r->feed_count) {
		ink_put(&name, name.length > 0 ? "/" : "");
		ink_put(&name, r->feeds[feed].name);
	}
	column(p, name.text, width);
	p->out->failed |= name.failed;
	ink_free(&name);
}

static void
heading(struct page *p, enum report_phrase phrase, uint64_t count)
{
	char text[200], number[32];

	snprintf(number, sizeof(number), "%d", REPORT_REPEATS);
	char days[32];

	snprintf(days, sizeof(days), "%d", REPORT_REPEAT_DAYS);
	report_words_fill(text, sizeof(text), p->language, phrase, 1,
	    WITH(number, days));
	ink_put(p->out, "\n");
	size_t took = ink_plain(p->out, text, COLUMNS - 12);

	if (count > 0)
		ink_format(p->out, " (%s)", page_number(count).text);
	ink_put(p->out, "\n");
	for (size_t i = 0; i < took; i++)
		ink_put(p->out, "-");
	ink_put(p->out, "\n");
}

static void
more(struct page *p, uint32_t shown, uint32_t all)
{
	if (shown >= all)
		return;
	ink_put(p->out, "  ");
	say(p, PHRASE_MORE, all - shown, WITH(page_number(all - shown).text));
}

/* --- page one */

static void
masthead(struct page *p)
{
	const struct report *r = p->r;
	int64_t from = page_local(p, r->from_utc);
	int64_t to = page_local(p, r->to_utc);
	struct ink place = { 0 };

	ink_put(p->out, "camwarden \u00b7 ");
	say(p, PHRASE_REPORT, 1, WITH(""));
	ink_put(p->out, report_figure_day(p->language, from).text);
	if (to - from > 90000000000LL) {
		ink_put(p->out, " \u2013 ");
		ink_put(p->out, report_figure_day(p->language, to - 1).text);
	}
	ink_format(p->out, "\n%s %s \u2013 %s %s\n",
	    report_figure_date(p->language, from).text,
	    report_figure_minute(from).text,
	    report_figure_date(p->language, to).text,
	    report_figure_minute(to).text);
	ink_clean(&place,
	    r->site[0] != '\0' ? r->site
			       : report_words_of(p->language, PHRASE_ALL_SITES),
	    60);
	wrap(p, place.text != NULL ? place.text : "", 0);
	ink_free(&place);
	say(p, PHRASE_FEEDS_AT_SITES, r->feed_count,
	    WITH(page_number(r->feed_count).text));
	say(p, PHRASE_TIMES_IN, 1, WITH(r->zone[0] != '\0' ? r->zone : "UTC"));
	say(p, PHRASE_AS_OF, 1, WITH(page_moment(p, r->as_of_utc).text));
	if (r->as_of_utc != 0 && r->as_of_utc < r->to_utc)
		say(p, PHRASE_NOT_OVER, 1, WITH(""));
}

static void
witness(struct page *p)
{
	const struct report_ledger *l = &p->r->ledger;
	char text[600];

	ink_put(p->out, "\n");
	if (p->front.witness == FRONT_NOT_WITNESSED) {
		snprintf(text, sizeof(text), "%s: %s.",
		    report_words_of(p->language, PHRASE_NOT_WITNESSED),
		    report_words_of(p->language, PHRASE_COULD_REWRITE));
		wrap(p, text, 0);
		return;
	}
	if (p->front.witness == FRONT_WITNESSED_LATE) {
		char upto[200];

		report_words_fill(upto, sizeof(upto), p->language,
		    PHRASE_WITNESSED_UP_TO, 1,
		    WITH(page_moment(p, l->covers_utc).text));
		snprintf(text, sizeof(text), "%s: %s.", upto,
		    report_words_of(p->language, PHRASE_WITNESSED_LATE));
		wrap(p, text, 0);
	}
	struct ink who = { 0 };

	ink_clean(&who, l->witness, 60);
	say(p, PHRASE_WITNESSED_BY, 1,
	    WITH(page_moment(p, l->receipt_utc).text,
		who.text != NULL ? who.text : "",
		report_figure_number(l->receipt_size).text,
		report_figure_number(l->size).text));
	ink_free(&who);
}

static void
unsure(struct page *p)
{
	const struct front *f = &p->front;
	char what[300], text[600];

	if (f->unsure == 0)
		return;
	report_words_fill(what, sizeof(what), p->language, PHRASE_UNSURE,
	    f->feeds,
	    WITH(page_number(f->unsure).text, page_number(f->feeds).text));
	snprintf(text, sizeof(text), "%s: %s.", what,
	    report_words_of(p->language, PHRASE_UNSURE_WHY));
	ink_put(p->out, "\n");
	wrap(p, text, 0);
}

static void
tally_row(struct page *p, uint32_t n, bool unknown, enum report_phrase phrase)
{
	char words[200];

	if (unknown)
		ink_put(p->out, "       \u2013  ");
	else
		ink_format(p->out, "%8s  ", page_number(n).text);
	report_words_fill(words, sizeof(words), p->language, phrase, n,
	    WITH(""));
	ink_put(p->out, words);
	ink_put(p->out, "\n");
}

static void
tally(struct page *p)
{
	const struct front *f = &p->front;

	ink_put(p->out, "\n");
	if (p->r->feed_count == 0)
		say(p, PHRASE_NO_FEEDS, 1, WITH(""));
	else
		say(p, f->well ? PHRASE_ALL_WELL : PHRASE_TODAY, 1, WITH(""));
	bool dark = !front_measured(f, FRONT_STILL);

	tally_row(p, f->down, dark, PHRASE_STILL_DOWN);
	tally_row(p, f->poor, dark, PHRASE_STILL_POOR);
	tally_row(p, f->lists[FRONT_REPEATERS], false, PHRASE_REPEATERS);
	tally_row(p, f->lists[FRONT_WINDOWS], f->no_screens,
	    PHRASE_BLIND_WINDOWS);
	tally_row(p, f->idle, f->no_consoles, PHRASE_IDLE_CONSOLES);
	tally_row(p, f->missed, f->no_consoles, PHRASE_PROMPTS_MISSED);
	tally_row(p, f->lists[FRONT_NEVER], f->no_screens,
	    PHRASE_NEVER_WATCHED);
}

static void
bounds_row(struct page *p, enum report_phrase name,
    struct availability_bounds bounds)
{
	column(p, report_words_of(p->language, name), 26);
	if (bounds.none) {
		ink_put(p->out, "\u2013\n");
		return;
	}
	ink_format(p->out, "%s %s, %s %s\n",
	    report_words_of(p->language, PHRASE_AT_LEAST),
	    page_percent(p, bounds.low).text,
	    report_words_of(p->language, PHRASE_AT_MOST),
	    page_percent(p, bounds.high).text);
}

static void
sums(struct page *p)
{
	const struct report *r = p->r;
	const struct availability *a = &r->fleet;
	int64_t unknown = a->counted_us[COUNTED_UNKNOWN];

	ink_put(p->out, "\n");
	bounds_row(p, PHRASE_GOOD_PICTURE, availability_all(a));
	bounds_row(p, PHRASE_WITHOUT_MAINTENANCE, availability_kept(a));
	if (r->target_ppm > 0) {
		char target[100];

		report_words_fill(target, sizeof(target), p->language,
		    PHRASE_TARGET, 1,
		    WITH(page_percent(p, r->target_ppm).text));
		column(p, target, 26);
		ink_format(p->out, "%s\n",
		    report_words_of(p->language,
			page_target_word(r->target_kept)));
	}
	column(p, report_words_of(p->language, PHRASE_UNKNOWN_TIME), 26);
	ink_format(p->out, "%s (%s)\n",
	    page_percent(p, page_some_ppm(unknown, a->span_us)).text,
	    report_figure_duration(unknown).text);
	if (p->front.off_us > 0) {
		pad(p, 0, 26);
		say(p, PHRASE_MONITOR_OFF_FOR, 1,
		    WITH(report_figure_duration(p->front.off_us).text));
	}
	bounds_row(p, PHRASE_WATCHED, page_watched_bounds(&r->watched));
	column(p, report_words_of(p->language, PHRASE_ALARMS), 26);
	ink_format(p->out, "%s; ", page_number(r->alarms.alarms).text);
	say(p, PHRASE_PER_OPERATOR, 1,
	    WITH(report_figure_tenths(r->alarms.mean).text));
}

/* --- lists */

static void
still(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		const struct report_feed *f = &p->r->feeds[p->r->still_bad[i]];

		ink_put(p->out, "  ");
		feed_column(p, p->r->still_bad[i], REPORT_NONE, 36);
		column(p, report_words_cause(p->language, f->cause), 27);
		ink_put(p->out, page_moment(p, f->since_utc).text);
		ink_put(p->out, "\n");
	}
}

static void
repeaters(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		const struct report_offender *o = &p->r->offenders[i];

		ink_put(p->out, "  ");
		feed_column(p, o->feed, REPORT_NONE, 36);
		say(p, PHRASE_TIMES_DOWN, o->count,
		    WITH(page_number(o->count).text,
			report_figure_duration(o->down_us).text));
	}
}

static void
windows(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		const struct report_window *w = &p->r->windows[i];
		char when[64], weeks[64];

		page_window(p, w, when, sizeof(when));
		report_words_fill(weeks, sizeof(weeks), p->language,
		    PHRASE_WEEKS, w->of,
		    WITH(page_number(w->weeks).text, page_number(w->of).text));
		ink_put(p->out, "  ");
		column(p, when, 24);
		column(p, weeks, 18);
		say(p, PHRASE_BLIND_FEEDS, w->feeds,
		    WITH(page_number(w->feeds).text,
			page_number(w->sure).text));
	}
}

static void
console(struct page *p, const struct report_console *c)
{
	char text[400], part[200];
	size_t at = 0;

	text[0] = '\0';
	if (c->presence_us[PRESENCE_SUSPECT] > 0) {
		report_words_fill(part, sizeof(part), p->language,
		    PHRASE_SUSPECT_FOR, 1,
		    WITH(
			report_figure_duration(c->presence_us[PRESENCE_SUSPECT])
			    .text));
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s. ",
		    part);
	}
	if (c->missed > 0) {
		report_words_fill(part, sizeof(part), p->language,
		    PHRASE_MISSED_OF, c->prompts,
		    WITH(page_number(c->missed).text,
			page_number(c->prompts).text));
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s. ",
		    part);
	}
	if (c->breaches > 0) {
		report_words_fill(part, sizeof(part), p->language,
		    PHRASE_BREACHES, c->breaches,
		    WITH(page_number(c->breaches).text));
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s. ",
		    part);
	}
	if (c->idle_longest_us > 0) {
		report_words_fill(part, sizeof(part), p->language,
		    PHRASE_IDLE_UP_TO, 1,
		    WITH(report_figure_duration(c->idle_longest_us).text,
			page_moment(p, c->idle_start_us).text));
		snprintf(text + at, sizeof(text) - at, "%s.", part);
	}
	ink_put(p->out, "  ");
	column(p, c->name, CONSOLE_INDENT - 2);
	wrap(p, text, CONSOLE_INDENT);
}

static void
never(struct page *p, uint32_t rows)
{
	for (uint32_t i = 0; i < rows; i++) {
		ink_put(p->out, "  ");
		feed_column(p, p->r->never[i], REPORT_NONE, 78);
		ink_put(p->out, "\n");
	}
}

static void
list(struct page *p, enum front_list which, uint32_t rows)
{
	static const enum report_phrase titles[FRONT_LISTS] = { PHRASE_H_STILL,
		PHRASE_H_REPEATERS, PHRASE_H_WINDOWS, PHRASE_H_CONSOLES,
		PHRASE_H_NEVER };

	if (rows == 0)
		return;
	heading(p, titles[which], p->front.lists[which]);
	switch (which) {
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
	more(p, rows, p->front.lists[which]);
}

/* --- the rest, in short */

static void
sites(struct page *p)
{
	uint32_t shown = 0, all = 0;

	for (uint32_t i = 0; i < p->r->site_count; i++) {
		const struct report_site *s = &p->r->sites[i];
		struct availability_bounds b = availability_all(&s->a);

		if (b.none || b.low == 1000000)
			continue;
		if (all++ >= SITES)
			continue;
		if (shown++ == 0)
			heading(p, PHRASE_S_SITES, 0);
		ink_put(p->out, "  ");
		column(p, s->path, 40);
		ink_format(p->out, "%s %s, %s %s\n",
		    report_words_of(p->language, PHRASE_AT_LEAST),
		    page_percent(p, b.low).text,
		    report_words_of(p->language, PHRASE_AT_MOST),
		    page_percent(p, b.high).text);
	}
	more(p, shown, all);
}

static void
overlays(struct page *p)
{
	const struct report *r = p->r;

	heading(p, PHRASE_S_OVERLAYS, r->overlay_count);
	if (r->overlay_count == 0) {
		say(p, PHRASE_OVERLAYS_NONE, 1, WITH(""));
		return;
	}
	for (uint32_t i = 0; i < r->overlay_count && i < ROWS; i++) {
		const struct report_overlay *o = &r->overlays[i];

		ink_put(p->out, "  ");
		column(p,
		    report_words_of(p->language, o->kind == REPORT_MUTE
						     ? PHRASE_MUTE
						     : PHRASE_MAINTENANCE),
		    15);
		if (o->feed < r->feed_count || o->site < r->site_count)
			feed_column(p, o->feed, o->site, 30);
		else
			column(p, o->tag, 30);
		column(p, o->actor, 16);
		ink_put(p->out, page_moment(p, o->from_utc).text);
		ink_put(p->out, "\n");
	}
	more(p, r->overlay_count < ROWS ? r->overlay_count : ROWS,
	    r->overlay_count);
}

static void
record(struct page *p)
{
	const struct report_ledger *l = &p->r->ledger;

	heading(p, PHRASE_S_RECORD, 0);
	column(p, report_words_of(p->language, PHRASE_R_ORIGIN), 16);
	ink_plain(p->out, l->origin, 60);
	ink_put(p->out, "\n");
	column(p, report_words_of(p->language, PHRASE_R_LINES), 16);
	ink_put(p->out, report_figure_number(l->size).text);
	ink_put(p->out, "\n");
	column(p, report_words_of(p->language, PHRASE_R_HEAD), 16);
	ink_plain(p->out,
	    l->head[0] != '\0' ? l->head
			       : report_words_of(p->language, PHRASE_R_EMPTY),
	    64);
	ink_put(p->out, "\n");
}

/* Columns are padded as they come; at the end of a line nobody needs that. */
static void
trim(struct ink *out)
{
	size_t to = 0;

	for (size_t i = 0; i < out->length; i++) {
		if (out->text[i] == '\n')
			while (to > 0 && out->text[to - 1] == ' ')
				to--;
		out->text[to++] = out->text[i];
	}
	out->length = to;
	out->text[to] = '\0';
}

bool
report_text(const struct report *r, const struct report_face *face,
    struct ink *out)
{
	struct page p = { out, r, face, face->language };
	uint32_t shares[FRONT_LISTS];

	if (!front_init(&p.front, r))
		return false;
	masthead(&p);
	unsure(&p);
	witness(&p);
	tally(&p);
	sums(&p);
	front_share(p.front.lists, ROWS, shares);
	for (unsigned i = 0; i < FRONT_LISTS; i++)
		list(&p, (enum front_list)i, shares[i]);
	sites(&p);
	overlays(&p);
	record(&p);
	if (face->mail) {
		ink_put(out, "\n");
		say(&p, PHRASE_TEXT_FULL, 1, WITH(""));
	}
	if (!out->failed)
		trim(out);
	front_fini(&p.front);
	return !out->failed;
}

bool
report_subject(const struct report *r, const struct report_face *face,
    struct ink *out)
{
	struct page p = { out, r, face, face->language };
	char text[300];

	if (!front_init(&p.front, r))
		return false;
	struct report_figure day =
	    report_figure_iso(page_local(&p, r->from_utc));

	report_words_fill(text, sizeof(text), p.language,
	    p.front.well	 ? PHRASE_SUBJECT_WELL
	    : p.front.unsure > 0 ? PHRASE_SUBJECT_UNSURE
				 : PHRASE_SUBJECT,
	    p.front.feeds,
	    WITH(day.text, page_number(p.front.down).text,
		page_number(p.front.poor).text,
		page_number(p.front.lists[FRONT_NEVER]).text,
		page_number(p.front.unsure).text,
		page_number(p.front.feeds).text));
	ink_plain(out, text, 200);
	front_fini(&p.front);
	return !out->failed;
}
