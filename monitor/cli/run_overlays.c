/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/run_overlays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "monitor/cli/when.h"
#include "monitor/http/web.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/rights.h"
#include "monitor/monitor_overlay.h"

#define FOR_MOST_S (400 * 86400)

static struct web *current; /* one web, one thread */

void
run_overlays_web(struct web *w)
{
	current = w;
}

struct pending {
	struct web *web;
	uint32_t id;
	int64_t number; /* of what is ended; 0 = a new one */
};

static void
say(struct web *w, uint32_t id, uint16_t status, const char *text)
{
	struct web_changed m = { .id = id, .status = status };
	size_t n = strlen(text);

	m.body.p = (const uint8_t *)text;
	m.body.n = n > WEB_CHANGED_BYTES ? WEB_CHANGED_BYTES : n;
	web_change_answer(w, &m);
}

static void
on_done(void *arg, const struct monitor_answer *a)
{
	struct pending *p = arg;
	const char *text = a->text != NULL ? a->text : "";
	const char *note = strchr(text, '\n');
	int64_t number = p->number != 0 ? p->number : strtoll(text, NULL, 10);
	char *body = NULL;
	json_t *o;

	if (p->web != current) {
		free(p);
		return;
	}
	o = json_pack("{s:I, s:s*}", "number", (json_int_t)number, "note",
	    note != NULL ? note + 1 : NULL);
	if (o != NULL)
		body = json_dumps(o, 0);
	if (!a->ok)
		say(p->web, p->id, 422, text[0] != '\0' ? text : "refused");
	else
		say(p->web, p->id, p->number != 0 ? 200 : 201,
		    body != NULL ? body : "{}");
	free(body);
	json_decref(o);
	free(p);
}

/* --- the question */

static const char *
word(const json_t *root, const char *key)
{
	const char *s = json_string_value(json_object_get(root, key));

	return s != NULL ? s : "";
}

/* NULL: all is well; else what was expected. */
static const char *
times_of(const json_t *root, struct overlay_wish *w, int64_t now_utc)
{
	const json_t *span = json_object_get(root, "for_s");
	const char *from = word(root, "from"), *to = word(root, "to");

	if (from[0] != '\0' && !when_parse_rfc3339(from, &w->from_utc))
		return "from: expected a moment like 2026-11-22T06:00:00Z";
	if ((to[0] != '\0') + (span != NULL) != 1)
		return "expected to or for_s, one of them";
	if (to[0] != '\0' && !when_parse_rfc3339(to, &w->to_utc))
		return "to: expected a moment like 2026-11-22T08:00:00Z";
	if (span != NULL &&
	    (!json_is_integer(span) || json_integer_value(span) < 1 ||
		json_integer_value(span) > FOR_MOST_S))
		return "for_s: expected a number of seconds";
	if (span != NULL)
		w->to_utc = (w->from_utc != 0 ? w->from_utc : now_utc) +
			    json_integer_value(span) * 1000000;
	if (json_object_get(root, "weekly") != NULL &&
	    !overlay_weekly_parse(word(root, "weekly"), w))
		return "weekly: expected days and hours like \"mon-fri "
		       "22:00-23:00\"";
	return NULL;
}

static const char *
wish_of(const json_t *root, struct overlay_wish *w, int64_t now_utc)
{
	static const char *const known[] = { "kind", "feed", "site", "tag",
		"from", "to", "for_s", "weekly", "reason" };
	const char *key, *kind = word(root, "kind");
	json_t *value;

	json_object_foreach((json_t *)root, key, value)
	{
		bool is = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is |= strcmp(key, known[i]) == 0;
		if (!is)
			return "a member is unknown, expected kind, feed, site "
			       "or tag, from, to or for_s, weekly, reason";
	}
	w->mute = strcmp(kind, "mute") == 0;
	if (!w->mute && strcmp(kind, "maintenance") != 0)
		return "kind: expected maintenance or mute";
	w->feed = word(root, "feed");
	w->site = word(root, "site");
	w->tag = word(root, "tag");
	w->reason = word(root, "reason");
	return times_of(root, w, now_utc);
}

static struct pending *
pending_new(struct web *w, const struct web_change *c)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		say(w, c->id, 503, "memory is out");
		return NULL;
	}
	*p = (struct pending){ w, c->id,
		c->verb == RIGHT_OVERLAY_END ? c->number : 0 };
	return p;
}

static void
change(struct monitor *m, struct web *w, const struct web_change *c,
    const json_t *root, const char *actor)
{
	struct overlay_wish wish = { .actor = actor };
	struct monitor_actor who = { actor, word(root, "reason") };
	struct store_now now;
	const char *why = NULL;
	struct pending *p;

	store_now(&now);
	if (!json_is_object(root))
		why = "not a JSON object";
	else if (c->verb == RIGHT_OVERLAY_ADD)
		why = wish_of(root, &wish, now.utc_us);
	else if (strlen(who.reason) > OVERLAY_REASON_BYTES)
		why = "the reason is too long, expected at most 500 bytes";
	if (why != NULL)
		say(w, c->id, 400, why);
	else if ((p = pending_new(w, c)) == NULL)
		return;
	else if (c->verb == RIGHT_OVERLAY_ADD)
		monitor_overlay(m, &wish, on_done, p);
	else
		monitor_overlay_end(m, c->number, 0, &who, on_done, p);
}

void
run_overlays_change(struct monitor *m, struct web *w,
    const struct web_change *c)
{
	char actor[LIMIT_NAME_BYTES + 4];
	json_t *root;

	if (!monitor_api_actor(m, c->sha256, actor, sizeof(actor))) {
		say(w, c->id, 401, "");
		return;
	}
	root = json_loadb((const char *)c->body.p, c->body.n,
	    JSON_REJECT_DUPLICATES, NULL);
	change(m, w, c, root, actor);
	json_decref(root);
}
