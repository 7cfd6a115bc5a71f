/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions that need eyes on the wall: which of four fresh pictures is this
 * feed now? Asked of a console that was quiet for long, about a feed that its
 * own screens show where they show one, in another order each time. Pictures
 * of feeds that aren't well are no question: they could not be told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/monitor_alerts.h"
#include "monitor/http/json_out.h"
#include "monitor/monitor_consoles.h"
#include "monitor/store/store_consoles.h"

#define GATHER_US (40 * US_PER_S) /* pictures must be there by then */
#define RETRY_US (60 * US_PER_S)
#define PAGE_US (15 * US_PER_S) /* a page that reports can show it */
#define FRESH_US (10 * US_PER_S)

void
prompts_drop(struct held_prompt *p)
{
	for (unsigned i = 0; i < PROMPT_PICTURES; i++) {
		free(p->pictures[i].png);
		p->pictures[i].png = NULL;
		p->pictures[i].feed = 0;
	}
	p->id = 0;
	p->begun_us = p->asked_us = p->shown_us = 0;
}

static uint64_t
random64(void)
{
	uint64_t v = 0;

	while (v == 0)
		if (getrandom(&v, sizeof(v), 0) != sizeof(v))
			v = (uint64_t)clock_mono_us();
	return v;
}

/* --- choosing */

static bool
fit(const struct watched_feed *f)
{
	return f != NULL && !f->no_picture && f->phase == PHASE_FLOWING &&
	       judge_verdict(f->judge)->state == STATE_UP &&
	       !judge_suspects(f->judge);
}

static bool
chosen(const struct held_prompt *p, int64_t feed)
{
	for (unsigned i = 0; i < PROMPT_PICTURES; i++)
		if (p->pictures[i].feed == feed)
			return true;
	return false;
}

static struct watched_feed *
any_feed(const struct monitor *m, const struct held_prompt *p)
{
	uint32_t from =
	    m->feed_count > 0 ? (uint32_t)(random64() % m->feed_count) : 0;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f =
		    m->feeds[m->order[(from + i) % m->feed_count]];

		if (fit(f) && !chosen(p, f->id))
			return f;
	}
	return NULL;
}

/* One that the console's screens show, picked by lot; else any. */
static struct watched_feed *
feed_on(const struct monitor *m, const struct held_console *h)
{
	struct watched_feed *found = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < m->consoles->screen_count; i++) {
		const struct held_screen *s = m->consoles->screens[i];

		for (unsigned k = 0; s->console == h && k < s->shown.count;
		     k++) {
			struct watched_feed *f =
			    monitor_feed_of_id(m, s->shown.tiles[k].feed);

			if (s->shown.tiles[k].worth == VIEW_COUNTS && fit(f) &&
			    random64() % ++seen == 0)
				found = f;
		}
	}
	return found != NULL ? found : any_feed(m, &h->prompt);
}

static void
want_picture(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	f->wanted |= PICTURE_PROMPT;
	monitor_feed_touch(m, f, now_us);
}

/* False: there are too few feeds that are well. */
static bool
begin(struct monitor *m, struct held_console *h, int64_t now_us)
{
	struct held_prompt *p = &h->prompt;
	struct watched_feed *f = feed_on(m, h);

	/* Never the same place twice in a row: one who doesn't look and keeps
	 * to one key is wrong. */
	p->right = (uint8_t)(random64() % (PROMPT_PICTURES - 1));
	p->right += p->right >= p->last_right;
	for (unsigned i = 0; i < PROMPT_PICTURES; i++) {
		unsigned place = (p->right + i) % PROMPT_PICTURES;

		if (i > 0)
			f = any_feed(m, p);
		if (f == NULL) {
			prompts_drop(p);
			return false;
		}
		p->pictures[place].feed = f->id;
		if (i == 0)
			snprintf(p->name, sizeof(p->name), "%s%s%s", f->site,
			    f->site[0] != '\0' ? "/" : "", f->name);
		want_picture(m, f, now_us);
	}
	p->id = random64();
	p->begun_us = now_us;
	return true;
}

/* --- its pictures */

static bool
complete(const struct held_prompt *p)
{
	for (unsigned i = 0; i < PROMPT_PICTURES; i++)
		if (p->pictures[i].png == NULL)
			return false;
	return true;
}

static void
take_picture(struct held_prompt *p, int64_t feed, const struct wire_png *png,
    int64_t now_us)
{
	for (unsigned i = 0; i < PROMPT_PICTURES; i++) {
		if (p->pictures[i].feed != feed || p->pictures[i].png != NULL)
			continue;
		p->pictures[i].png = malloc(png->length);
		if (p->pictures[i].png == NULL)
			return;
		memcpy(p->pictures[i].png, png->bytes, png->length);
		p->pictures[i].length = png->length;
		p->pictures[i].at_us = now_us;
	}
}

void
monitor_prompts_on_png(struct monitor *m, const struct watched_feed *f,
    const struct wire_png *png)
{
	int64_t now = clock_mono_us();

	for (size_t i = 0; i < m->consoles->console_count; i++) {
		struct held_console *h = m->consoles->consoles[i];
		struct held_prompt *p = &h->prompt;

		if (p->id == 0 || p->asked_us != 0)
			continue;
		take_picture(p, f->id, png, now);
		if (!complete(p))
			continue;
		p->asked_us = now;
		console_prompt_asked(&h->state, now);
		store_prompt(m->store,
		    &(struct store_prompt){ .open = true,
			.console = h->id,
			.asked_us = now,
			.at_us = now },
		    NULL);
	}
}

/* Those that came first may be old before the last is there. */
static void
refresh_pictures(struct monitor *m, struct held_prompt *p, int64_t now_us)
{
	for (unsigned i = 0; i < PROMPT_PICTURES; i++) {
		struct watched_feed *f =
		    monitor_feed_of_id(m, p->pictures[i].feed);

		if (p->pictures[i].png == NULL || f == NULL ||
		    now_us - p->pictures[i].at_us <= FRESH_US)
			continue;
		free(p->pictures[i].png);
		p->pictures[i].png = NULL;
		want_picture(m, f, now_us);
	}
}

/* --- turns */

static void
finish(struct monitor *m, struct held_console *h, const struct store_prompt *s)
{
	store_prompt(m->store, s, NULL);
	h->prompt.last_right = h->prompt.right;
	prompts_drop(&h->prompt);
}

void
prompts_second(struct monitor *m, struct held_console *h, int64_t now_us)
{
	struct held_prompt *p = &h->prompt;
	int64_t open_us = h->state.config.prompt_answer_s * US_PER_S;

	if (p->id == 0) {
		if (now_us >= p->retry_us && now_us - h->page_us < PAGE_US &&
		    h->page_us != 0 && console_prompt_due(&h->state, now_us) &&
		    !begin(m, h, now_us))
			p->retry_us = now_us + RETRY_US;
	} else if (p->asked_us == 0 && now_us - p->begun_us > GATHER_US) {
		prompts_drop(p);
		p->retry_us = now_us + RETRY_US;
	} else if (p->asked_us == 0) {
		refresh_pictures(m, p, now_us);
	} else if (now_us - p->asked_us > open_us) {
		finish(m, h,
		    &(struct store_prompt){ .console = h->id,
			.asked_us = p->asked_us,
			.at_us = now_us });
	}
}

char *
prompts_show(struct held_console *h, int64_t now_us)
{
	struct held_prompt *p = &h->prompt;
	int64_t left_us =
	    p->asked_us + h->state.config.prompt_answer_s * US_PER_S - now_us;
	char id[20], question[sizeof(p->name) + 64];
	struct json_out j;
	size_t length;

	json_out_init(&j);
	json_out_open(&j, '{');
	if (p->id != 0 && p->asked_us != 0 && left_us > 0) {
		if (p->shown_us == 0)
			p->shown_us = now_us;
		snprintf(id, sizeof(id), "%016llx", (unsigned long long)p->id);
		snprintf(question, sizeof(question),
		    "Which of these pictures is %s now?", p->name);
		json_out_key(&j, "prompt");
		json_out_string(&j, id);
		json_out_key(&j, "question");
		json_out_string(&j, question);
		json_out_key(&j, "feed");
		json_out_string(&j, p->name);
		json_out_key(&j, "pictures");
		json_out_integer(&j, PROMPT_PICTURES);
		json_out_key(&j, "expires_ms");
		json_out_integer(&j, left_us / US_PER_MS);
	}
	json_out_close(&j, '}');
	return json_out_take(&j, &length);
}

struct span
prompts_picture(const struct held_console *h, uint64_t id, uint8_t number)
{
	const struct held_prompt *p = &h->prompt;

	if (p->id == 0 || p->id != id || p->asked_us == 0 ||
	    number >= PROMPT_PICTURES)
		return (struct span){ 0 };
	return (
	    struct span){ p->pictures[number].png, p->pictures[number].length };
}

enum prompt_result
prompts_answer(struct monitor *m, struct held_console *h,
    const struct agents_reply *r, int64_t now_us)
{
	struct held_prompt *p = &h->prompt;
	enum prompt_result result;
	int64_t took_us = now_us - p->shown_us;
	uint32_t latency_ms;
	bool right;

	if (p->id == 0 || p->id != r->prompt || p->shown_us == 0)
		return PROMPT_NOT_ASKED;
	/* The page's own clock may only make it look quicker. */
	latency_ms = (uint32_t)(took_us / US_PER_MS);
	if (r->latency_ms < latency_ms)
		latency_ms = r->latency_ms;
	right = r->choice == p->right;
	result = console_prompt_answered(&h->state, right, latency_ms, now_us);
	finish(m, h,
	    &(struct store_prompt){ .console = h->id,
		.asked_us = p->asked_us,
		.answered_us = now_us,
		.at_us = now_us,
		.right = right,
		.latency_ms = latency_ms });
	return result;
}

/* --- to the supervisor */

static int64_t
incident_open(struct monitor *m, const struct held_console *h, int64_t now_us)
{
	char text[LIMIT_NAME_BYTES + 80];
	struct store_incident i = { .id = (int64_t)incident_number_take(
					m->incidents),
		.console = h->id,
		.room = h->room,
		.since_us = h->verdict.since_us,
		.at_us = now_us,
		.cause = CAUSE_NONE,
		.alertable = true,
		.text = text };

	snprintf(text, sizeof(text),
	    "%s: a question that needs eyes on the wall was not answered",
	    h->floor->name);
	monitor_incident_open(m, &i, 0);
	return i.id;
}

static void
incident_close(struct monitor *m, struct held_console *h, int64_t good_us,
    int64_t now_us)
{
	if (h->prompt_incident != 0)
		monitor_incident_close(m, (int64_t)h->prompt_incident, good_us,
		    now_us);
	h->prompt_incident = 0;
}

void
prompts_end(struct monitor *m, struct held_console *h, int64_t now_us)
{
	incident_close(m, h, now_us, now_us);
}

void
prompts_on_verdict(struct monitor *m, struct held_console *h, int64_t now_us)
{
	bool missed = h->verdict.state == PRESENCE_IDLE &&
		      h->verdict.why == PRESENCE_WHY_PROMPT_MISSED;

	if (missed && h->prompt_incident == 0)
		h->prompt_incident = (uint64_t)incident_open(m, h, now_us);
	else if (!missed && h->verdict.state != PRESENCE_UNKNOWN)
		incident_close(m, h, h->verdict.since_us, now_us);
}
