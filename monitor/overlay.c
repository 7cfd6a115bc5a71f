/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/overlay.h"

#include <stdio.h>
#include <string.h>

#include "common/site.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/inventory.h"
#include "monitor/report/excuse.h"

#define DAY_US (86400 * INT64_C(1000000))
#define SECOND_US INT64_C(1000000)
#define AHEAD_DAYS_MOST 400 /* until it begins */
#define BACK_DAYS_MOST 90

static bool
refuse(struct overlay_plan *p, const char *why)
{
	snprintf(p->text, sizeof(p->text), "%s", why);
	return false;
}

/* --- where */

struct search {
	const char *name;
	int64_t id;
	char zone[ZONES_NAME_BYTES];
	bool tagged;
};

static bool
match_feed(void *arg, const struct store_feed_row *row)
{
	struct search *s = arg;
	size_t n = strlen(row->site);

	if (strncmp(s->name, row->site, n) != 0 || s->name[n] != '/' ||
	    strcmp(s->name + n + 1, row->name) != 0)
		return true;
	s->id = row->id;
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	return false;
}

static bool
match_uuid(void *arg, const struct store_feed_row *row)
{
	struct search *s = arg;

	s->id = row->id;
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	return false;
}

/* Rows come in the order of their paths: the last that it lies in and that
 * says a zone is the nearest. */
static bool
match_site(void *arg, const struct store_site_row *row)
{
	struct search *s = arg;

	if (!site_within(s->name, row->path))
		return true;
	if (row->zone[0] != '\0')
		snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	if (strcmp(s->name, row->path) == 0)
		s->id = row->id;
	return true;
}

static bool
match_tag(void *arg, const struct store_feed_row *row)
{
	struct search *s = arg;

	s->tagged = tags_have(row->tags, s->name);
	return !s->tagged;
}

bool
overlay_place(struct store_reader *r, const struct overlay_wish *w,
    const char *agency, struct overlay_plan *p)
{
	bool feed = w->feed[0] != '\0', site = w->site[0] != '\0',
	     tag = w->tag[0] != '\0';
	struct search s = { .name = feed ? w->feed : site ? w->site : w->tag };
	uint8_t uuid[16];
	bool read;

	if (feed + site + tag != 1)
		return refuse(p, "expected a feed, a site or a tag, one of "
				 "them");
	if (feed && inventory_uuid_parse(w->feed, uuid))
		read = store_read_feeds(r, NULL, uuid, match_uuid, &s);
	else if (feed)
		read = store_read_feeds(r, NULL, NULL, match_feed, &s);
	else if (site)
		read = store_read_sites(r, match_site, &s);
	else
		read = store_read_feeds(r, NULL, NULL, match_tag, &s);
	if (!read)
		return refuse(p, store_reader_error(r));
	if (tag ? !s.tagged : s.id == 0)
		return refuse(p,
		    feed   ? "no such feed, expected its UUID or SITE/NAME"
		    : site ? "no such site"
			   : "no feed has this tag");
	if (tag)
		snprintf(s.zone, sizeof(s.zone), "%s", agency);
	p->overlay.feed = feed ? s.id : 0;
	p->overlay.site = site ? s.id : 0;
	snprintf(p->zone, sizeof(p->zone), "%s",
	    s.zone[0] != '\0' ? s.zone : "UTC");
	return true;
}

/* --- when, and why */

static bool
times_good(const struct store_overlay *o, int64_t now, struct overlay_plan *p)
{
	int64_t most =
	    o->days != 0 ? OVERLAY_WEEKLY_DAYS_MOST : OVERLAY_DAYS_MOST;

	if (o->to_utc <= o->from_utc)
		return refuse(p, "it must end after it begins");
	if (o->to_utc - o->from_utc > most * DAY_US)
		return refuse(p,
		    o->days != 0
			? "too long, expected at most 400 days; enter it again "
			  "then"
			: "too long, expected at most 90 days; enter it again "
			  "then");
	if (o->from_utc > now + AHEAD_DAYS_MOST * DAY_US)
		return refuse(p, "it begins in more than 400 days");
	if (o->from_utc < now - BACK_DAYS_MOST * DAY_US)
		return refuse(p, "it began more than 90 days ago");
	if (o->begin_minute >= 1440 || o->end_minute > 1440 || o->days > 0x7f)
		return refuse(p, "no such time of day");
	return true;
}

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static bool
words_good(const struct overlay_wish *w, struct overlay_plan *p)
{
	if (w->actor[0] == '\0' || w->reason[strspn(w->reason, " ")] == '\0')
		return refuse(p, "a reason is needed");
	if (strlen(w->reason) > OVERLAY_REASON_BYTES || !is_plain(w->reason))
		return refuse(p,
		    "the reason is too long or no plain text, expected at most "
		    "500 bytes on one line");
	return true;
}

bool
overlay_plan(struct store_reader *r, const struct overlay_wish *w,
    const char *agency, int64_t now_utc, struct overlay_plan *p)
{
	bool weekly = w->days != 0;

	*p = (struct overlay_plan){
		.overlay = { .kind = w->mute ? STORE_MUTE : STORE_MAINTENANCE,
		    .tag = w->tag,
		    .from_utc = w->from_utc != 0 ? w->from_utc : now_utc,
		    .to_utc = w->to_utc,
		    .days = w->days,
		    .begin_minute = weekly ? w->begin_minute : 0,
		    .end_minute = weekly ? w->end_minute : 0,
		    .actor = w->actor,
		    .reason = w->reason }
	};
	if (!words_good(w, p) || !times_good(&p->overlay, now_utc, p) ||
	    !overlay_place(r, w, agency, p))
		return false;
	p->overlay.zone = weekly ? p->zone : "";
	if (p->overlay.to_utc <= now_utc)
		snprintf(p->text, sizeof(p->text),
		    "it is over already: a note that excuses nothing");
	else if (p->overlay.from_utc < now_utc - SECOND_US)
		snprintf(p->text, sizeof(p->text),
		    "it began in the past: a note until now, it %s from now on "
		    "only",
		    w->mute ? "mutes" : "excuses");
	return true;
}

/* --- words */

static bool
take_minute(const char **p, uint16_t *out)
{
	unsigned hour, minute;
	int n = 0;

	if (sscanf(*p, "%2u:%2u%n", &hour, &minute, &n) != 2 || n < 4 ||
	    **p < '0' || **p > '9' || (*p)[n - 3] != ':' || minute > 59 ||
	    hour * 60 + minute > 1440)
		return false;
	*out = (uint16_t)(hour * 60 + minute);
	*p += n;
	return true;
}

bool
overlay_weekly_parse(const char *text, struct overlay_wish *w)
{
	const char *hours = strrchr(text, ' ');
	char days[64];
	bool good;

	if (hours == NULL || (size_t)(hours - text) >= sizeof(days) ||
	    hours == text)
		return false;
	memcpy(days, text, (size_t)(hours - text));
	days[hours - text] = '\0';
	hours++;
	good = floor_days_parse(days, &w->days) &&
	       take_minute(&hours, &w->begin_minute) && *hours++ == '-' &&
	       take_minute(&hours, &w->end_minute) && *hours == '\0';
	w->begin_minute %= 1440;
	return good;
}

void
overlay_weekly_print(uint8_t days, unsigned begin_minute, unsigned end_minute,
    char out[64])
{
	char names[32];

	floor_days_print(days, names);
	snprintf(out, 64, "%s %02u:%02u-%02u:%02u", names,
	    begin_minute / 60 % 25, begin_minute % 60, end_minute / 60 % 25,
	    end_minute % 60);
}

void
overlay_of(const struct store_overlay_row *row, char *out, size_t size)
{
	if (row->feed != 0)
		snprintf(out, size, "%s", row->feed_name);
	else if (row->site != 0)
		snprintf(out, size, "site %s", row->site_path);
	else
		snprintf(out, size, "tag %s", row->tag);
}

/* --- now */

bool
overlay_holds(void *zones, const struct store_overlay_row *row, int64_t utc_us)
{
	const struct excuse e = { .from_us = row->from_utc,
		.to_us = row->to_utc,
		.created_us = row->created_utc,
		.days = row->days,
		.begin_minute = row->begin_minute,
		.end_minute = row->end_minute,
		.calendar = { zones_ahead, zones, row->zone } };

	return excuse_holds(&e, utc_us);
}
