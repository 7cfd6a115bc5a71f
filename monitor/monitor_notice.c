/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a notice says beyond what the book knows: names, whom to call, which
 * feeds lie under it, where its page is. */
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "common/site.h"
#include "monitor/monitor_alerts.h"
#include "monitor/store/store_read_web.h"

const struct alerts_site *
monitor_alerts_site(const struct monitor *m, int64_t id)
{
	const struct alerts *a = m->alerts;

	for (size_t i = 0; a != NULL && i < a->site_count; i++)
		if (a->sites[i].id == id)
			return &a->sites[i];
	return NULL;
}

/* Its own zone and contact, or the nearest above that has any. */
static void
take_site(const struct monitor *m, struct notice *n)
{
	const struct alerts *a = m->alerts;
	size_t zone = 0, contact = 0;

	for (size_t i = 0; i < a->site_count; i++) {
		const struct alerts_site *s = &a->sites[i];
		size_t length = strlen(s->path) + 1;

		if (n->site[0] == '\0' || !site_within(n->site, s->path))
			continue;
		if (s->zone[0] != '\0' && length > zone) {
			snprintf(n->zone, sizeof(n->zone), "%s", s->zone);
			zone = length;
		}
		if (s->contact[0] != '\0' && length > contact) {
			snprintf(n->contact, sizeof(n->contact), "%s",
			    s->contact);
			contact = length;
		}
	}
}

static void
take_feeds(struct monitor *m, struct notice *n, int64_t site)
{
	uint32_t feeds[NOTICE_FEEDS];
	uint32_t all = incident_place_feeds(m->incidents, (uint32_t)site, feeds,
	    NOTICE_FEEDS);

	if (all > n->feeds)
		n->feeds = all;
	for (uint32_t i = 0; i < all && i < NOTICE_FEEDS; i++) {
		const struct watched_feed *f = m->feeds[feeds[i]];

		if (f != NULL)
			snprintf(n->feed_names[n->feed_count++],
			    sizeof(n->feed_names[0]), "%s", f->name);
	}
}

static bool
take_case(void *arg, const struct store_case_row *row)
{
	struct notice *n = arg;

	snprintf(n->acknowledged_by, sizeof(n->acknowledged_by), "%s",
	    row->incident.acknowledged_by);
	return false;
}

static void
take_url(const struct monitor *m, struct notice *n)
{
	const char *base = m->config.alerts.url;
	size_t length = strlen(base);

	while (length > 0 && base[length - 1] == '/')
		length--;
	if (length > 0 && n->incident != 0)
		snprintf(n->url, sizeof(n->url), "%.*s/trouble?incident=%lld",
		    (int)length, base, (long long)n->incident);
	else if (length > 0)
		snprintf(n->url, sizeof(n->url), "%.*s/alerts", (int)length,
		    base);
}

static int64_t
utc(const struct monitor *m, int64_t us)
{
	return us != 0 ? monitor_utc(m, us) : 0;
}

void
monitor_notice_complete(struct monitor *m, struct notice *n)
{
	const struct store_case_ask ask = { .number = n->incident };
	struct alert_view v;

	n->made_utc = utc(m, n->made_utc);
	n->since_utc = utc(m, n->since_utc);
	n->at_utc = utc(m, n->at_utc);
	n->over_utc = utc(m, n->over_utc);
	for (uint32_t i = 0; i < n->item_count; i++)
		n->items[i].since_utc = utc(m, n->items[i].since_utc);
	take_url(m, n);
	if (n->alert == 0 || !alert_view(m->alerts->book, n->alert, &v))
		return;
	take_site(m, n);
	if (v.of == NOTICE_OF_SITE)
		take_feeds(m, n, v.place_id);
	if (v.of == NOTICE_OF_FEED) {
		const struct watched_feed *f =
		    monitor_feed_of_id(m, v.place_id);

		if (f != NULL)
			uuid_print(f->uuid, n->feed);
		if (f != NULL && !f->no_picture)
			n->picture = n->incident;
	}
	if (v.acknowledged)
		store_read_cases(m->reader, &ask, take_case, n);
}

void
monitor_notice_subject(const struct notice *n, char *out, size_t size)
{
	if (n->kind == NOTICE_DIGEST)
		snprintf(out, size, "digest: %u open, %u over", n->open,
		    n->over);
	else if (n->cause != CAUSE_NONE)
		snprintf(out, size, "%s: %s: %s", notice_kind_name(n->kind),
		    n->place, cause_name(n->cause));
	else
		snprintf(out, size, "%s: %s", notice_kind_name(n->kind),
		    n->text);
}
