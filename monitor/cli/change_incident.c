/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of incidents; maintenance and mutes. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/hex.h"
#include "monitor/cli/change_inside.h"
#include "monitor/cli/cli.h"
#include "monitor/monitor_news.h"
#include "monitor/monitor_notes.h"
#include "monitor/monitor_overlay.h"

typedef bool target_fn(struct monitor *m, int64_t number,
    struct store_target *out);

/* Found, and his to see; else it is refused. */
static bool
target_of(struct change *c, target_fn *read, const char *missing,
    struct store_target *t)
{
	if (!read(c->m, c->ask->number, t)) {
		change_refuse(c, 503, "the database can't be read");
		return false;
	}
	if (!t->found) {
		change_refuse(c, 404, missing);
		return false;
	}
	return change_sees(c, t->site, missing);
}

static bool
incident_of(struct change *c, struct store_target *t)
{
	return target_of(c, monitor_target_incident, "no such incident", t);
}

/* --- acknowledged */

static json_t *
acknowledged(int64_t number, int64_t utc, const char *by, bool already)
{
	return json_pack("{s:I, s:o, s:s, s:b}", "number", (json_int_t)number,
	    "acknowledged", cli_json_time(utc), "acknowledged_by", by,
	    "already", already);
}

static json_t *
acknowledged_body(struct change_later *l, const struct monitor_answer *a)
{
	struct store_target t;

	(void)a;
	if (!monitor_target_incident(l->m, l->number, &t) || !t.found)
		return NULL;
	return acknowledged(l->number, t.acknowledged_utc, t.acknowledged_by,
	    false);
}

void
change_acknowledge(struct change *c)
{
	struct change_later *l;
	struct store_target t;

	if (!incident_of(c, &t))
		return;
	l = change_later_new(c, 200, acknowledged_body);
	if (l == NULL)
		return;
	l->refused = 409;
	l->number = c->ask->number;
	c->actor.reason = c->wish->note;
	if (t.acknowledged_utc == 0) {
		monitor_acknowledge(c->m, c->ask->number, &c->actor,
		    change_done, l);
	} else if (!monitor_acknowledge_again(c->m, c->ask->number, &c->actor,
		       change_done, l)) {
		free(l);
		/* two hands on one key: both are right */
		change_say(c, 200,
		    acknowledged(c->ask->number, t.acknowledged_utc,
			t.acknowledged_by, true));
	}
}

/* --- commented */

static json_t *
comment_body(struct change_later *l, const struct monitor_answer *a)
{
	return json_pack("{s:I, s:I}", "number", (json_int_t)l->number,
	    "comment", (json_int_t)a->id);
}

void
change_comment(struct change *c)
{
	struct change_later *l;
	struct store_target t;

	if (!incident_of(c, &t) ||
	    (l = change_later_new(c, 200, comment_body)) == NULL)
		return;
	l->number = c->ask->number;
	monitor_incident_comment(c->m, c->ask->number, c->wish->text,
	    c->actor.actor, change_done, l);
}

/* --- maintenance and mutes */

static json_t *
overlay_body(struct change_later *l, const struct monitor_answer *a)
{
	const char *note = strchr(a->text, '\n');

	json_t *o = json_pack("{s:I, s:s}", "number", (json_int_t)a->id, "note",
	    note != NULL ? note + 1 : "");

	if (l->number != 0) {
		json_object_set_new(o, "incident", json_integer(l->number));
		monitor_news_incident(l->m, l->number, "muted");
	}
	return o;
}

/* Until when; false: it is refused. */
static bool
times_of(struct change *c, struct overlay_wish *w)
{
	const struct change_wish *wish = c->wish;

	if (change_wish_has(wish, WISH_TO) == change_wish_has(wish, WISH_FOR)) {
		change_refuse(c, 400, "expected to or for_s, one of them");
		return false;
	}
	w->from_utc = wish->from_utc;
	w->to_utc = wish->to_utc;
	if (change_wish_has(wish, WISH_FOR))
		w->to_utc = (w->from_utc != 0 ? w->from_utc : clock_utc_us()) +
			    wish->for_s * US_PER_S;
	if (wish->weekly[0] != '\0' && !overlay_weekly_parse(wish->weekly, w)) {
		change_refuse(c, 400,
		    "weekly: expected days and hours like \"mon-fri "
		    "22:00-23:00\"");
		return false;
	}
	return true;
}

static void
overlay_post(struct change *c, struct overlay_wish *w, int64_t incident)
{
	struct change_later *l =
	    change_later_new(c, incident != 0 ? 200 : 201, overlay_body);

	if (l == NULL)
		return;
	l->number = incident;
	w->actor = c->actor.actor;
	w->reason = c->wish->reason;
	monitor_overlay(c->m, w, change_done, l);
}

void
change_mute(struct change *c)
{
	struct overlay_wish w = { .mute = true,
		.feed = "",
		.site = "",
		.tag = "" };
	struct store_target t;
	char uuid[UUID_TEXT];

	if (!incident_of(c, &t))
		return;
	uuid_print(t.feed, uuid);
	if (t.of_feed)
		w.feed = uuid;
	else if (t.of_site)
		w.site = t.site;
	else
		change_refuse(c, 422, "it is of no feed and no site");
	if ((t.of_feed || t.of_site) && times_of(c, &w))
		overlay_post(c, &w, c->ask->number);
}

/* What it shall cover is his to see; else it is refused. Where a feed's name
 * may be that of another, too, it is the one that was looked at: uuid. */
static bool
covers_his(struct change *c, struct overlay_wish *o, char uuid[UUID_TEXT])
{
	const struct change_wish *w = c->wish;
	struct store_target t;

	if (w->tag[0] != '\0')
		return change_sees_all(c);
	if (w->site[0] != '\0')
		return change_sees(c, w->site, "no such site");
	if (c->ask->who->local || c->ask->who->principal.site[0] == '\0')
		return true; /* what is no feed is said by the plan */
	monitor_target_feed(c->m, w->feed, &t);
	if (!t.found) {
		change_refuse(c, 404, "no such feed");
		return false;
	}
	uuid_print(t.feed, uuid);
	o->feed = uuid;
	return change_sees(c, t.site, "no such feed");
}

void
change_overlay_add(struct change *c)
{
	const struct change_wish *wish = c->wish;
	struct overlay_wish w = { .mute = strcmp(wish->kind, "mute") == 0,
		.feed = wish->feed,
		.site = wish->site,
		.tag = wish->tag };
	char uuid[UUID_TEXT];

	if (!w.mute && strcmp(wish->kind, "maintenance") != 0)
		change_refuse(c, 400, "kind: expected maintenance or mute");
	else if ((wish->feed[0] != '\0') + (wish->site[0] != '\0') +
		     (wish->tag[0] != '\0') !=
		 1)
		change_refuse(c, 400,
		    "expected feed, site or tag, one of them");
	else if (change_may(c, w.mute ? RIGHT_MUTE : RIGHT_MAINTENANCE) &&
		 covers_his(c, &w, uuid) && times_of(c, &w))
		overlay_post(c, &w, 0);
}

static json_t *
ended_body(struct change_later *l, const struct monitor_answer *a)
{
	(void)a;
	return json_pack("{s:I, s:s}", "number", (json_int_t)l->number, "note",
	    "");
}

/* Found, his to see and of a kind that he may; else it is refused. */
static bool
overlay_of_his(struct change *c, struct store_target *t)
{
	/* One of a tag has no place: it is for who answers for all. */
	return target_of(c, monitor_target_overlay,
		   "no such maintenance or mute", t) &&
	       change_may(c,
		   t->overlay == STORE_MUTE ? RIGHT_MUTE : RIGHT_MAINTENANCE);
}

void
change_overlay_end(struct change *c)
{
	const char *kind = c->wish->kind;
	struct change_later *l;
	struct store_target t;

	if (!overlay_of_his(c, &t) ||
	    (l = change_later_new(c, 200, ended_body)) == NULL)
		return;
	if (kind[0] != '\0')
		t.overlay =
		    strcmp(kind, "mute") == 0 ? STORE_MUTE : STORE_MAINTENANCE;
	l->number = c->ask->number;
	monitor_overlay_end(c->m, c->ask->number, t.overlay, &c->actor,
	    change_done, l);
}
