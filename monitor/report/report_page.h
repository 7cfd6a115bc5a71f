/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_page.h: what the sections of the HTML share: a page being written, and
 * the ways to write on it. PURE. Between the report_html*.c only. Whatever
 * comes from the report goes through page_text, page_name or page_fill, which
 * escape.
 */
#ifndef MONITOR_REPORT_REPORT_PAGE_H
#define MONITOR_REPORT_REPORT_PAGE_H

#include "monitor/report/report.h"
#include "monitor/report/report_face.h"
#include "monitor/report/report_figure.h"
#include "monitor/report/report_front.h"
#include "monitor/report/report_svg.h"

struct page {
	struct ink *out; /* borrowed */
	const struct report *r;
	const struct report_face *face;
	enum report_language language;
	struct front front;
};
#define WITH(...) ((const char *const[]){ __VA_ARGS__ })

void page_put(struct page *p, const char *ours);
/* A phrase without and with what it is filled with. */
void page_say(struct page *p, enum report_phrase phrase);
void page_fill(struct page *p, enum report_phrase phrase, uint64_t count,
    const char *const *args);
/* <h2 id=..>; a section begins. */
void page_section(struct page *p, const char *id, enum report_phrase title);
/* <h3>, <th>, <td> of a phrase; class "" for none. */
void page_heading(struct page *p, enum report_phrase phrase);
void page_column(struct page *p, const char *class, enum report_phrase phrase);
/* A table begins: of columns so wide, up to its open head; and with its heads,
 * up to its open body. Bit n of `numbers`: the n-th column is of figures. */
void page_columns(struct page *p, const char *const *widths, unsigned count);
void page_table(struct page *p, const char *const *widths,
    const enum report_phrase *heads, unsigned count, unsigned numbers);
/* "n rows more in .." when there are more than so many. */
void page_cut(struct page *p, uint64_t count, uint64_t most);
/* Between the parts of a sentence. */
void page_dot(struct page *p, bool *first);
/* Theirs. A name stands isolated, cut at so many characters. */
void page_text(struct page *p, const char *hostile);
void page_name(struct page *p, const char *hostile, size_t characters);
/* SITE / feed, the site quieter. */
void page_feed(struct page *p, uint32_t feed);
void page_place(struct page *p, uint32_t feed, uint32_t site);
/* <td class=n> of a figure. */
void page_cell(struct page *p, struct report_figure figure);

/* Local time of the report's zone, and of a feed's or site's own. */
int64_t page_local(const struct page *p, int64_t utc_us);
int64_t page_local_of(const struct page *p, uint32_t site, int64_t utc_us);
int64_t page_local_fn(const void *page, int64_t utc_us);
/* True when that site's clocks show another time then. */
bool page_elsewhere(const struct page *p, uint32_t site, int64_t utc_us);
struct report_figure page_moment(const struct page *p, int64_t utc_us);
struct report_figure page_number(uint64_t n);
struct report_figure page_percent(const struct page *p, uint32_t ppm);
/* Two bounds: "99.12 to 99.31%". */
struct report_figure page_bounds(const struct page *p,
    struct availability_bounds bounds);
struct availability_bounds page_watched_bounds(const struct report_watched *w);
enum report_phrase page_target_word(enum target_word word);
/* "Mon 02:00 \u2013 06:00" */
void page_window(const struct page *p, const struct report_window *w, char *out,
    size_t size);
/* Where what is left out here stands. */
const char *page_elsewhere_words(const struct page *p, bool in_html);
/* Parts per million; 0 for a whole of 0. */
uint32_t page_ppm(int64_t part, int64_t whole);
/* The same of what counts against us: some is never none. */
uint32_t page_some_ppm(int64_t part, int64_t whole);

/* The sections, in their order. */
void page_front(struct page *p);
void page_sites(struct page *p);
void page_days(struct page *p);
void page_incidents(struct page *p);
void page_unwatched(struct page *p);
void page_people(struct page *p);
void page_overlays(struct page *p);
void page_monitor(struct page *p);
void page_record(struct page *p);
void page_key(struct page *p);

extern const char page_style[];

#endif
