/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_page.h"

#include <string.h>

static void
head(struct page *p)
{
	struct report_figure from =
	    report_figure_iso(page_local(p, p->r->from_utc));

	ink_format(p->out,
	    "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    /* Nothing is fetched, nothing runs, whatever a name may hold. */
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
	    "<meta name=\"generator\" content=\"camwarden ",
	    report_words_code(p->language));
	page_text(p, p->r->program);
	page_put(p, "\"><title>camwarden ");
	page_put(p, from.text);
	page_put(p, " ");
	page_text(p, p->r->site);
	page_put(p, "</title><style>");
	page_put(p, page_style);
	page_put(p, "</style></head><body>");
	svg_definitions(p->out, p->language);
}

bool
report_html(const struct report *r, const struct report_face *face,
    struct ink *out)
{
	struct page p = { out, r, face, face->language };

	if (!front_init(&p.front, r))
		return false;
	head(&p);
	page_put(&p, "<main>");
	page_front(&p);
	page_days(&p);
	page_sites(&p);
	page_incidents(&p);
	page_unwatched(&p);
	page_people(&p);
	page_overlays(&p);
	page_monitor(&p);
	page_record(&p);
	page_key(&p);
	page_put(&p, "</main></body></html>\n");
	front_fini(&p.front);
	return !out->failed;
}
