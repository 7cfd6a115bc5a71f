/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/civil.h"
#include "monitor/inventory/inventory.h"

static void
cell(struct ink *out, const char *text)
{
	size_t n = inventory_quote(text, NULL, 0);
	char *quoted = malloc(n + 1);

	if (quoted == NULL) {
		out->failed = true;
		return;
	}
	inventory_quote(text, quoted, n + 1);
	ink_put(out, ",");
	ink_bytes(out, quoted, n);
	free(quoted);
}

static void
seconds(struct ink *out, int64_t us)
{
	ink_format(out, ",%lld.%03lld", (long long)(us / 1000000),
	    (long long)(us % 1000000 / 1000));
}

/* "2026-03-29 01:59:58": what every spreadsheet takes for a time. */
static void
moment(struct ink *out, int64_t utc_us)
{
	struct civil c = civil_of(utc_us);

	ink_put(out, ",");
	if (utc_us != 0)
		ink_format(out, "%04lld-%02u-%02u %02u:%02u:%02u",
		    (long long)c.year, c.month, c.day, c.hour, c.minute,
		    c.second);
}

/* Percent, cut after four digits and never rounded up. */
static void
percent(struct ink *out, struct availability_bounds b)
{
	if (b.none)
		ink_put(out, ",,");
	else
		ink_format(out, ",%u.%04u,%u.%04u", b.low / 10000,
		    b.low % 10000, b.high / 10000, b.high % 10000);
}

static void
figures(struct ink *out, const struct availability *a)
{
	seconds(out, a->span_us);
	for (unsigned s = 0; s < STATE_COUNT; s++)
		seconds(out, a->state_us[s]);
	seconds(out, a->counted_us[COUNTED_GOOD]);
	seconds(out, a->excused_us[COUNTED_UNKNOWN] +
			 a->excused_us[COUNTED_GOOD] +
			 a->excused_us[COUNTED_BAD]);
	percent(out, availability_all(a));
	percent(out, availability_kept(a));
	ink_format(out, ",%u,%u", a->outages, a->open);
	seconds(out, a->longest_us);
	moment(out, a->longest_start_us);
	seconds(out, availability_mtbf_us(a));
	seconds(out, availability_mttr_us(a));
}

static void
answers(struct ink *out, const struct report_answers *a)
{
	ink_format(out, ",%u,%u", a->incidents, a->acknowledged);
	if (a->acknowledged > 0)
		seconds(out, a->sum_us / a->acknowledged);
	else
		ink_put(out, ",");
}

static void
target(struct ink *out, uint32_t ppm, enum target_word all,
    enum target_word kept)
{
	static const char *const words[] = { "", "met", "missed", "undecided" };

	ink_format(out, ",%u.%04u,%s,%s", ppm / 10000, ppm % 10000, words[all],
	    words[kept]);
}

static void
watched(struct ink *out, const struct report_watched *w)
{
	if (w->span_us == 0) {
		ink_put(out, ",,,,,");
		return;
	}
	seconds(out, w->us[WATCHED_WATCHED]);
	seconds(out, w->us[WATCHED_UNATTENDED]);
	seconds(out, w->us[WATCHED_BAD_PICTURE]);
	seconds(out, w->us[WATCHED_NOT_ON_SCREEN]);
	seconds(out, w->us[WATCHED_UNKNOWN]);
}

static void
feed_row(struct ink *out, const struct report *r, const struct report_feed *f)
{
	ink_put(out, "feed");
	cell(out, f->site != REPORT_NONE ? r->sites[f->site].path : "");
	cell(out, f->name);
	cell(out, f->uuid);
	ink_format(out, ",%u", f->criticality);
	figures(out, &f->a);
	answers(out, &f->answers);
	target(out, f->target_ppm, f->target_all, f->target_kept);
	watched(out, &f->watched);
	cell(out, state_name(f->state));
	cell(out, cause_name(f->cause));
	moment(out, f->since_utc);
	ink_put(out, "\r\n");
}

static void
site_row(struct ink *out, const struct report_site *s)
{
	ink_put(out, "site");
	cell(out, s->path);
	ink_put(out, ",,,");
	figures(out, &s->a);
	answers(out, &s->answers);
	target(out, s->target_ppm, s->target_all, s->target_kept);
	watched(out, &s->watched);
	ink_put(out, ",,,\r\n");
}

bool
report_csv(const struct report *r, struct ink *out)
{
	ink_put(out,
	    "\xef\xbb\xbfrow,site,name,uuid,criticality,span_s,unknown_s,up_s,"
	    "degraded_s,down_s,good_s,maintenance_s,availability_low_percent,"
	    "availability_high_percent,"
	    "availability_low_percent_without_maintenance,"
	    "availability_high_percent_without_maintenance,outages,"
	    "outages_open,longest_outage_s,longest_outage_start_utc,mtbf_s,"
	    "mttr_s,incidents,acknowledged,mean_acknowledgement_s,"
	    "target_percent,target_with_maintenance_counted,"
	    "target_without_maintenance,watched_s,on_screen_unattended_s,"
	    "on_screen_bad_picture_s,not_on_screen_s,watched_unknown_s,"
	    "state_now,cause_now,since_utc\r\n");
	ink_put(out, "all,,,,");
	figures(out, &r->fleet);
	answers(out, &r->answers);
	target(out, r->target_ppm, r->target_all, r->target_kept);
	watched(out, &r->watched);
	ink_put(out, ",,,\r\n");
	for (uint32_t i = 0; i < r->site_count; i++)
		site_row(out, &r->sites[i]);
	for (uint32_t i = 0; i < r->feed_count; i++)
		feed_row(out, r, &r->feeds[i]);
	return !out->failed;
}
