/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maintenance and mutes: taken from people, ended by them, and put on the feeds
 * that they cover while they are in force. */
#include "monitor/monitor_overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/site.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"
#include "monitor/monitor_users.h"

/* Its number, and on a second line what to know of it. */
static void
on_made(void *arg, const struct store_result *r)
{
	struct monitor_request *q = arg;
	char *note = q->text;

	q->text = NULL;
	if (r->ok && asprintf(&q->text, "%lld%s%s", (long long)r->id,
			 note != NULL ? "\n" : "", note ? note : "") < 0)
		q->text = NULL;
	free(note);
	q->result.added = r->ok;
	monitor_request_done(arg, r);
}

void
monitor_overlay(struct monitor *m, const struct overlay_wish *wish,
    monitor_answer_fn *answer, void *arg)
{
	struct overlay_plan p;
	struct monitor_request *q;

	if (!overlay_plan(m->reader, wish, m->config.report_zone,
		monitor_utc(m, clock_mono_us()), &p)) {
		monitor_answer_now(answer, arg, false, p.text);
		return;
	}
	q = monitor_request_new(answer, arg);
	if (q == NULL)
		return;
	q->text = p.text[0] != '\0' ? strdup(p.text) : NULL;
	monitor_request_posted(q, store_overlay(m->store, &p.overlay,
				      &(struct store_done){ on_made, q }));
}

void
monitor_overlay_end(struct monitor *m, int64_t id, int kind,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q;

	if (who->reason[strspn(who->reason, " ")] == '\0') {
		monitor_answer_now(answer, arg, false, "a reason is needed");
		return;
	}
	q = monitor_request_new(answer, arg);
	if (q == NULL)
		return;
	q->result.removed = 1;
	monitor_request_posted(q,
	    store_overlay_end(m->store, id, kind,
		monitor_utc(m, clock_mono_us()), who->actor, who->reason,
		&(struct store_done){ monitor_request_done, q }));
}

/* --- in force now */

struct overlay_reading {
	struct monitor *m;
	int64_t now_utc;
	uint8_t *marks; /* of each feed: bit 0 maintenance, bit 1 mute */
};

static bool
take_overlay(void *arg, const struct store_overlay_row *row)
{
	struct overlay_reading *r = arg;
	uint8_t bit = row->kind == STORE_MUTE ? 2 : 1;

	if (!overlay_holds(r->m->zones, row, r->now_utc))
		return true;
	for (uint32_t i = 0; i < r->m->feed_count; i++) {
		const struct watched_feed *f = r->m->feeds[r->m->order[i]];

		if ((row->feed != 0 && row->feed == f->id) ||
		    (row->site != 0 && site_within(f->site, row->site_path)) ||
		    tags_have(f->tags, row->tag))
			r->marks[f->number] |= bit;
	}
	return true;
}

void
monitor_overlays_apply(struct monitor *m)
{
	int64_t now = monitor_utc(m, clock_mono_us());
	struct overlay_reading r = { .m = m,
		.now_utc = now,
		.marks = calloc(LIMIT_FEEDS, 1) };

	if (m->zones == NULL)
		m->zones = zones_new();
	if (r.marks == NULL || m->zones == NULL ||
	    !store_read_overlays(m->reader, now, now + 1, take_overlay, &r)) {
		free(r.marks);
		return;
	}
	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];
		bool maintenance = (r.marks[f->number] & 1) != 0;
		bool muted = (r.marks[f->number] & 2) != 0;

		if (f->maintenance == maintenance && f->muted == muted)
			continue;
		f->maintenance = maintenance;
		f->muted = muted;
		if (f->version != 0)
			monitor_row_changed(m, f, false);
	}
	free(r.marks);
}
