/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/overlay_local.h"

#include <stdio.h>

#include "monitor/cli/client.h"
#include "monitor/cli/who.h"

#define ANSWER_SECONDS 55
#define DRAIN_MS 30000

static json_t *
failed(const char *text)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

struct applied {
	bool told, ok;
	int64_t id;
	char error[STORE_ERROR_BYTES];
};

static void
on_applied(void *arg, const struct store_result *r)
{
	struct applied *a = arg;

	a->told = true;
	a->ok = r->ok;
	a->id = r->id;
	snprintf(a->error, sizeof(a->error), "%s", r->error);
}

static json_t *
apply(struct store *store, struct store_reader *r, const struct cli *cli,
    const struct overlay_wish *wish, int64_t number)
{
	struct applied a = { .told = false };
	const struct store_done done = { on_applied, &a };
	struct overlay_plan p = { .text = "" };
	char text[OVERLAY_TEXT_BYTES + 32];
	struct store_now now;
	bool posted;

	store_now(&now);
	if (number > 0)
		posted = store_overlay_end(store, number,
		    wish->mute ? STORE_MUTE : STORE_MAINTENANCE, now.utc_us,
		    wish->actor, wish->reason, &done);
	else if (!overlay_plan(r, wish, cli->config.report_zone, now.utc_us,
		     &p))
		return failed(p.text);
	else
		posted = store_overlay(store, &p.overlay, &done);
	if (!posted || !store_drain(store, DRAIN_MS) || !a.told)
		return failed("the database did not take it in time");
	if (!a.ok)
		return failed(a.error);
	snprintf(text, sizeof(text), "%lld%s%s", (long long)a.id,
	    p.text[0] != '\0' ? "\n" : "", p.text);
	return json_pack("{s:b, s:s}", "ok", 1, "text", text);
}

static json_t *
local(const struct cli *cli, struct overlay_wish *wish, int64_t number)
{
	char actor[WHO_BYTES], error[STORE_ERROR_BYTES];
	struct store_config config = { .dir = cli->config.state_dir,
		.tool = true,
		.actor = who_actor(actor) };
	struct store_calls calls = { 0 };
	struct store_reader *r = NULL;
	struct store *store;
	json_t *answer;

	wish->actor = actor;
	store = store_open(&config, &calls, error);
	if (store != NULL)
		r = store_reader_open(cli->config.state_dir, error);
	answer = r != NULL ? apply(store, r, cli, wish, number) : failed(error);
	store_reader_close(&r);
	store_close(&store);
	wish->actor = "";
	return answer;
}

json_t *
overlay_ask(const struct cli *cli, struct overlay_wish *w, int64_t number)
{
	json_t *answer = NULL, *question;
	enum client_result r;

	if (number > 0)
		question = json_pack("{s:s, s:I, s:b, s:s}", "command",
		    "overlay-end", "overlay", (json_int_t)number, "mute",
		    w->mute, "reason", w->reason);
	else
		question = json_pack("{s:s, s:b, s:s, s:s, s:s, s:I, s:I, s:i, "
				     "s:i, s:i, s:s}",
		    "command", "overlay", "mute", w->mute, "feed", w->feed,
		    "site", w->site, "tag", w->tag, "from",
		    (json_int_t)w->from_utc, "to", (json_int_t)w->to_utc,
		    "days", (int)w->days, "begin", (int)w->begin_minute, "end",
		    (int)w->end_minute, "reason", w->reason);
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
