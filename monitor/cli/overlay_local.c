/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/overlay_local.h"

#include "monitor/cli/client.h"
#include "monitor/cli/local.h"
#include "monitor/cli/who.h"

#define ANSWER_SECONDS 55

static json_t *
apply(struct store *store, struct store_reader *r, const struct cli *cli,
    const struct overlay_wish *wish, int64_t number, struct local_change *c)
{
	const struct store_done done = local_done(c);
	struct overlay_plan p = { .text = "" };
	struct store_now now;
	bool posted;

	store_now(&now);
	if (number > 0)
		posted = store_overlay_end(store, number,
		    wish->mute ? STORE_MUTE : STORE_MAINTENANCE, now.utc_us,
		    wish->actor, wish->reason, &done);
	else if (!overlay_plan(r, wish, cli->config.report_zone, now.utc_us,
		     &p))
		return local_failed(p.text);
	else
		posted = store_overlay(store, &p.overlay, &done);
	if (!local_wait(store, c, posted))
		return local_failed(c->error);
	return json_pack("{s:b, s:I, s:s}", "ok", 1, "number",
	    (json_int_t)c->id, "note", p.text);
}

static json_t *
local(const struct cli *cli, struct overlay_wish *wish, int64_t number)
{
	struct local_change c = { .told = false };
	char actor[WHO_BYTES];
	struct store_reader *r = NULL;
	struct store *store;
	json_t *answer;

	wish->actor = who_actor(actor);
	store = local_open(&cli->config, actor, c.error);
	if (store != NULL)
		r = store_reader_open(cli->config.state_dir, c.error);
	answer = r != NULL ? apply(store, r, cli, wish, number, &c)
			   : local_failed(c.error);
	store_reader_close(&r);
	store_close(&store);
	wish->actor = "";
	return answer;
}

static const char *
kind_of(const struct overlay_wish *w)
{
	return w->mute ? "mute" : "maintenance";
}

static const char *
said(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* As it is asked over HTTP; given. */
static json_t *
wish_json(const struct overlay_wish *w)
{
	char from[32] = "", to[32] = "", weekly[64] = "";

	if (w->from_utc != 0)
		cli_iso(w->from_utc, from);
	if (w->to_utc != 0)
		cli_iso(w->to_utc, to);
	if (w->days != 0)
		overlay_weekly_print(w->days, w->begin_minute, w->end_minute,
		    weekly);
	return json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s}",
	    "kind", kind_of(w), "feed", said(w->feed), "site", said(w->site),
	    "tag", said(w->tag), "from", said(from), "to", said(to), "weekly",
	    said(weekly), "reason", w->reason);
}

json_t *
overlay_ask(const struct cli *cli, struct overlay_wish *w, int64_t number)
{
	json_t *answer = NULL, *question;
	enum client_result r;

	if (number > 0)
		question = client_change("overlays.end", number,
		    json_pack("{s:s, s:s}", "kind", kind_of(w), "reason",
			w->reason));
	else
		question = client_change("overlays.add", 0, wish_json(w));
	if (question == NULL) {
		cli_say("a name or the reason is no UTF-8");
		return NULL;
	}
	r = client_ask(cli->config.state_dir, question, NULL, 0, ANSWER_SECONDS,
	    &answer);
	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		return local(cli, w, number);
	if (r == CLIENT_OK)
		return answer;
	cli_say("%s", client_result_text(r));
	return NULL;
}
