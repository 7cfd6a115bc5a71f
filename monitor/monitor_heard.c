/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What consoles, their pages and VMS say, each answered at once: taken, or
 * refused with a sentence that sender and administrator can read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/heartbeat_json.h"
#include "common/log.h"
#include "monitor/http/json_out.h"
#include "monitor/monitor_consoles.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_users.h"

#define TELL_US (60 * US_PER_S) /* refusals become an event no oftener */
#define RECORD_ROWS 2000
/* A record that did not fit into an answer would be none at all. */
#define RECORD_BYTES (AGENTS_BODY_BYTES - (64u << 10))
/* What one console may want, on the average and at once: each of it costs the
 * database. */
#define RECORD_EACH_US (1 * US_PER_S)
#define RECORD_BURST 20
#define DISPUTE_EACH_US (180 * US_PER_S)
#define DISPUTE_BURST 20
#define POST_EACH_US (200 * US_PER_MS)
#define POST_BURST 20

/* The body of the answer under way; it lives until the next one. */
static char *body;

static void
say(struct agents_answer *answer, uint16_t status, const char *text)
{
	answer->status = status;
	answer->body = (struct span){ (const uint8_t *)text, strlen(text) };
}

/* text: given. */
static void
give(struct agents_answer *answer, char *text)
{
	free(body);
	body = text;
	if (text != NULL)
		say(answer, 200, text);
	else
		say(answer, 503, "memory is out; come again");
}

/* Once in each_us, and so many at once; due_us is what it remembers. */
static bool
allowed(int64_t *due_us, int64_t now_us, int64_t each_us, unsigned burst)
{
	int64_t due = *due_us > now_us ? *due_us : now_us;

	if (due - now_us > each_us * (burst - 1))
		return false;
	*due_us = due + each_us;
	return true;
}

static struct held_token *
token_of(struct consoles *c, const struct agents_from *from)
{
	for (size_t i = 0; c != NULL && i < c->token_count; i++)
		if (c->tokens[i].token.id == from->token)
			return &c->tokens[i];
	return NULL;
}

static void
token_used(struct monitor *m, struct held_token *t)
{
	int64_t now = monitor_utc(m, clock_mono_us());

	if (now - t->saved_utc < STORE_SEEN_US)
		return;
	t->saved_utc = now;
	store_token_seen(m->store, t->token.id, now);
}

/* The console that speaks; NULL: answered already. */
static struct held_console *
speaker(struct monitor *m, const struct agents_from *from,
    struct agents_answer *answer, enum console_token *kind_out)
{
	struct held_token *t = token_of(m->consoles, from);
	struct held_console *h =
	    t != NULL ? consoles_find(m->consoles, t->console) : NULL;

	if (h == NULL) {
		say(answer, 401, "the token was revoked");
		return NULL;
	}
	token_used(m, t);
	*kind_out = (enum console_token)t->token.kind;
	return h;
}

/* --- heartbeats */

/* 422 is wrong for ever. A clock that is wrong now may be ours, or be set in
 * the next second: what was counted is to come with the next heartbeat. */
static uint16_t
status_of(enum heartbeat_fault fault)
{
	return fault == HEARTBEAT_RATE	  ? 429
	       : fault == HEARTBEAT_RANGE ? 422
					  : 409;
}

static void
note_refusal(struct monitor *m, struct held_console *h,
    const struct agents_from *from, enum heartbeat_fault fault, int64_t now_us)
{
	struct json_out j;
	size_t length;
	char *text;

	h->refused[fault]++;
	h->refusals_untold++;
	if (h->refusal_told_us != 0 && now_us - h->refusal_told_us < TELL_US)
		return;
	log_warn("consoles", "%s: heartbeat refused (%s), from %s",
	    h->floor->name, heartbeat_fault_name(fault), from->address);
	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "console");
	json_out_string(&j, h->floor->name);
	json_out_key(&j, "why");
	json_out_string(&j, heartbeat_fault_name(fault));
	json_out_key(&j, "from");
	json_out_string(&j, from->address);
	json_out_key(&j, "count");
	json_out_integer(&j, h->refusals_untold);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		store_event(m->store, now_us, "console.refused", "agents", text,
		    NULL);
	free(text);
	h->refusal_told_us = now_us;
	h->refusals_untold = 0;
}

static void
keep_heartbeat(struct held_console *h, const struct agents_from *from,
    const struct heartbeat *hb, int64_t now_us)
{
	if (h->hb == NULL)
		h->hb = malloc(sizeof(*h->hb));
	if (h->hb == NULL)
		return;
	*h->hb = *hb;
	h->hb_us = now_us;
	memcpy(h->address, from->address, sizeof(h->address));
}

static void
answer_heartbeat(const struct consoles *c, const struct heartbeat *hb,
    struct agents_answer *answer)
{
	static struct heartbeat_answer a; /* large; one thread */

	a = (struct heartbeat_answer){ .interval_ms =
					   HEARTBEAT_INTERVAL_S * 1000,
		.patterns_given = hb->patterns != c->patterns_revision,
		.patterns_revision = c->patterns_revision };
	for (size_t i = 0; a.patterns_given && i < c->floor->pattern_count &&
			   i < HEARTBEAT_PATTERNS;
	     i++) {
		const struct floor_pattern *p = &c->floor->patterns[i];
		struct heartbeat_pattern *to = &a.patterns[a.pattern_count++];

		snprintf(to->id, sizeof(to->id), "%s", p->name);
		snprintf(to->class_, sizeof(to->class_), "%s", p->class_);
		snprintf(to->title, sizeof(to->title), "%s", p->title);
	}
	give(answer, heartbeat_answer_write(&a));
}

static void
on_heartbeat(void *arg, const struct agents_from *from,
    const struct heartbeat *hb, struct agents_answer *answer)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us();
	enum console_token kind;
	struct held_console *h = speaker(m, from, answer, &kind);
	enum heartbeat_fault fault;

	if (h == NULL)
		return;
	fault = console_take(&h->state, kind, hb, now, monitor_utc(m, now));
	if (fault != HEARTBEAT_FINE) {
		note_refusal(m, h, from, fault, now);
		say(answer, status_of(fault), heartbeat_fault_help(fault));
	} else {
		if (kind == CONSOLE_TOKEN_AGENT)
			keep_heartbeat(h, from, hb, now);
		else
			h->page_us = now;
		answer_heartbeat(m->consoles, hb, answer);
	}
	consoles_weigh(m, h, now);
}

/* --- views that a VMS posts */

static struct held_screen *
screen_named(const struct consoles *c, const char *name)
{
	for (size_t i = 0; c != NULL && i < c->screen_count; i++)
		if (strcmp(c->screens[i]->floor->name, name) == 0)
			return c->screens[i];
	return NULL;
}

/* What was taken, and which names no feed has. */
static char *
take_views(struct monitor *m, const struct agents_views *v,
    struct views_post *post)
{
	struct json_out j;
	size_t length;

	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "unknown");
	json_out_open(&j, '[');
	for (unsigned i = 0; i < v->count; i++) {
		const struct agents_view_tile *t = &v->tiles[i];
		const struct watched_feed *f = links_feed_named(m, t->feed);

		if (f == NULL) {
			json_out_string(&j, t->feed);
			continue;
		}
		post->tiles[post->count++] =
		    (struct views_post_tile){ .feed = f->id,
			    .height = t->height,
			    .visible = t->visible,
			    .renders = t->renders };
	}
	json_out_close(&j, ']');
	json_out_key(&j, "taken");
	json_out_integer(&j, post->count);
	json_out_close(&j, '}');
	return json_out_take(&j, &length);
}

static void
on_views(void *arg, const struct agents_from *from,
    const struct agents_views *v, struct agents_answer *answer)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us();
	struct held_screen *s = screen_named(m->consoles, v->screen);
	struct held_token *t = token_of(m->consoles, from);

	if (t == NULL) {
		say(answer, 401, "the token was revoked");
		return;
	}
	token_used(m, t);
	if (s == NULL) {
		say(answer, 422,
		    "no such screen: 'camwarden consoles list --screens' "
		    "names them");
		return;
	}
	if (!allowed(&s->post_due_us, now, POST_EACH_US, POST_BURST)) {
		say(answer, 429,
		    "more than five posts a second for this screen");
		return;
	}
	/* The old one stood until this one came. */
	if (now < s->post.until_us &&
	    (s->console == NULL || consoles_heartbeat(s->console, now) == NULL))
		s->seen_us = now;
	memset(&s->post, 0, sizeof(s->post));
	s->post.until_us = now + (int64_t)v->valid_ms * US_PER_MS;
	s->post.power = v->power;
	s->post.layout = v->layout;
	give(answer, take_views(m, v, &s->post));
	/* What no feed has takes room on the screen all the same. */
	s->post.more = v->more || v->count > VIEW_MAX_TILES;
	consoles_screen_weigh(m, s, now);
}

/* --- what the page asks */

struct record {
	struct json_out j;
	const struct monitor *m;
	int64_t now_utc;
	unsigned rows;
};

static bool
add_interval(void *arg, const struct store_presence_row *row)
{
	struct record *r = arg;
	int64_t end = row->end_utc == STORE_OPEN ? r->now_utc : row->end_utc;

	json_out_open(&r->j, '{');
	json_out_key(&r->j, "from_us");
	json_out_integer(&r->j, row->start_utc);
	json_out_key(&r->j, "to_us");
	json_out_integer(&r->j, end);
	json_out_key(&r->j, "presence");
	json_out_string(&r->j, presence_name(row->state));
	json_out_key(&r->j, "why");
	json_out_string(&r->j, presence_why_name(row->why));
	json_out_close(&r->j, '}');
	return ++r->rows < RECORD_ROWS && r->j.length < RECORD_BYTES;
}

static bool
add_dispute(void *arg, const struct store_dispute_row *row)
{
	struct record *r = arg;

	json_out_open(&r->j, '{');
	json_out_key(&r->j, "from_us");
	json_out_integer(&r->j, row->from_utc);
	json_out_key(&r->j, "to_us");
	json_out_integer(&r->j, row->to_utc);
	json_out_key(&r->j, "text");
	json_out_string(&r->j, row->text);
	json_out_close(&r->j, '}');
	return r->j.length < RECORD_BYTES;
}

static void
record_head(struct record *r, const struct held_console *h, int64_t from)
{
	const struct console_verdict *v = &h->verdict;
	struct json_out *j = &r->j;

	json_out_key(j, "console");
	json_out_string(j, h->floor->name);
	json_out_key(j, "presence");
	json_out_string(j, presence_name(v->state));
	json_out_key(j, "why");
	json_out_string(j, presence_why_name(v->why));
	json_out_key(j, "help");
	json_out_string(j, presence_why_help(v->why));
	json_out_key(j, "since_us");
	json_out_integer(j, monitor_utc(r->m, v->since_us));
	json_out_key(j, "idle_after_s");
	json_out_integer(j, h->state.config.idle_after_s);
	json_out_key(j, "prompt_after_s");
	json_out_integer(j, h->state.config.prompt_after_s);
	json_out_key(j, "from_us");
	json_out_integer(j, from);
	json_out_key(j, "to_us");
	json_out_integer(j, r->now_utc);
}

static char *
record_of(struct monitor *m, const struct held_console *h, uint16_t hours)
{
	struct record r = { .m = m,
		.now_utc = monitor_utc(m, clock_mono_us()) };
	int64_t from = r.now_utc - (int64_t)hours * 3600 * US_PER_S;
	size_t length;

	json_out_init(&r.j);
	json_out_open(&r.j, '{');
	record_head(&r, h, from);
	json_out_key(&r.j, "intervals");
	json_out_open(&r.j, '[');
	store_read_presence(m->reader, h->id, from, r.now_utc, add_interval,
	    &r);
	json_out_close(&r.j, ']');
	json_out_key(&r.j, "disputes");
	json_out_open(&r.j, '[');
	store_read_disputes(m->reader, h->id, from, r.now_utc, add_dispute, &r);
	json_out_close(&r.j, ']');
	json_out_close(&r.j, '}');
	return json_out_take(&r.j, &length);
}

static void
on_ask(void *arg, const struct agents_from *from, const struct agents_ask *q,
    struct agents_answer *answer)
{
	struct monitor *m = arg;
	enum console_token kind;
	struct held_console *h = speaker(m, from, answer, &kind);

	if (h == NULL)
		return;
	if (q->want == AGENTS_WANT_PROMPT) {
		give(answer, prompts_show(h, clock_mono_us()));
		return;
	}
	if (q->want == AGENTS_WANT_RECORD) {
		if (!allowed(&h->record_due_us, clock_mono_us(), RECORD_EACH_US,
			RECORD_BURST)) {
			say(answer, 429, "the record more than once a second");
			return;
		}
		give(answer, record_of(m, h, q->hours));
		return;
	}
	answer->body = prompts_picture(h, q->prompt, q->number);
	answer->picture = true;
	answer->status = 200;
	if (answer->body.n > 0)
		return;
	answer->picture = false;
	say(answer, 404, "no such picture");
}

static void
on_reply(void *arg, const struct agents_from *from,
    const struct agents_reply *r, struct agents_answer *answer)
{
	static const char *const texts[] = {
		[PROMPT_COUNTED] = "{\"result\":\"counted\"}",
		[PROMPT_MORE] = "{\"result\":\"another\"}",
		[PROMPT_WRONG] = "{\"result\":\"wrong\"}",
		[PROMPT_TOO_QUICK] = "{\"result\":\"too-quick\"}",
		[PROMPT_NOT_ASKED] = "{\"result\":\"over\"}",
	};
	struct monitor *m = arg;
	int64_t now = clock_mono_us();
	enum console_token kind;
	struct held_console *h = speaker(m, from, answer, &kind);

	if (h == NULL)
		return;
	say(answer, 200, texts[prompts_answer(m, h, r, now)]);
	consoles_weigh(m, h, now);
}

/* An own word beside the record; of what is over a month ago, or to come,
 * there is nothing to be said. */
static void
on_dispute(void *arg, const struct agents_from *from,
    const struct agents_dispute *d, struct agents_answer *answer)
{
	struct monitor *m = arg;
	int64_t now = clock_mono_us(), utc = monitor_utc(m, now);
	enum console_token kind;
	struct held_console *h = speaker(m, from, answer, &kind);
	struct store_dispute dispute;

	if (h == NULL)
		return;
	if (d->to_us > utc || d->from_us < utc - 31 * 86400 * US_PER_S) {
		say(answer, 422, "only of the last 31 days");
		return;
	}
	if (!allowed(&h->dispute_due_us, now, DISPUTE_EACH_US, DISPUTE_BURST)) {
		say(answer, 429, "more than twenty an hour");
		return;
	}
	dispute = (struct store_dispute){ .console = h->id,
		.from_utc = d->from_us,
		.to_utc = d->to_us,
		.at_us = now,
		.actor = h->floor->name,
		.text = d->text };
	if (store_dispute(m->store, &dispute, NULL))
		say(answer, 200, "{}");
	else
		say(answer, 503, "the database can't keep up; come again");
}

/* Wrong tokens may be somebody who tries: an event a minute at most. */
static void
on_refused(void *arg, const struct agents_refused *r)
{
	struct monitor *m = arg;
	struct consoles *c = m->consoles;
	int64_t now = clock_mono_us();
	struct json_out j;
	size_t length;
	char *text;

	if (c->refused_told_us != 0 && now - c->refused_told_us < TELL_US)
		return;
	c->refused_told_us = now;
	log_warn("consoles", "a wrong or revoked token, from %s", r->address);
	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "from");
	json_out_string(&j, r->address);
	json_out_key(&j, "count");
	json_out_integer(&j, r->count);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		store_event(m->store, now, "token.refused", "agents", text,
		    NULL);
	free(text);
}

static void
tell_tokens(void *arg, struct agents *a)
{
	const struct monitor *m = arg;
	const struct consoles *c = m->consoles;

	for (size_t i = 0; i < c->token_count; i++)
		agents_token_put(a, &c->tokens[i].token);
}

void
monitor_agents_calls(struct monitor *m, struct agents_calls *out)
{
	*out = (struct agents_calls){ .tell_all = tell_tokens,
		.heartbeat = on_heartbeat,
		.views = on_views,
		.ask = on_ask,
		.reply = on_reply,
		.dispute = on_dispute,
		.refused = on_refused,
		.arg = m };
}

void
monitor_agents_set(struct monitor *m, struct agents *agents)
{
	m->consoles->agents = agents;
}
