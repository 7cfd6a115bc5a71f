/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weighing: what was heard -> the state now, and the moments at which time
 * alone changes it. */
#include "monitor/presence/console.h"

#include <string.h>

#include "monitor/presence/console_inside.h"

/* The desk camera is judged every ten seconds; silent for so long it is blind.
 */
#define DESK_FRESH_US (90 * S_US)
/* A suspicion from before a restart stands until the pattern has seen enough.
 */

struct console_config
console_config_default(void)
{
	return (struct console_config){ .idle_after_s = 300,
		.late_after_s = 15,
		.prompt_answer_s = 60,
		.prompt_valid_s = 900,
		.desk_still_s = 600 };
}

bool
presence_takes(enum presence taker, enum presence taken)
{
	if (taker == PRESENCE_ATTENDED)
		return false;
	return taker == PRESENCE_UNKNOWN || taken == PRESENCE_ATTENDED;
}

bool
console_has_agent(const struct console *c)
{
	return c->config.has_agent || c->agent.heard;
}

const struct console_reporter *
console_lead(const struct console *c)
{
	return console_has_agent(c) ? &c->agent : &c->page;
}

static int64_t
after(int64_t at_us, uint32_t seconds)
{
	return at_us == NEVER_US ? NEVER_US : at_us + seconds * S_US;
}

static int64_t
late_us(const struct console *c, const struct console_reporter *r)
{
	return after(r->sent_us, c->config.late_after_s);
}

static int64_t
idle_us(const struct console *c)
{
	return after(c->input_us, c->config.idle_after_s);
}

/* When somebody ought to have been seen moving; never, without a camera. */
static int64_t
still_us(const struct console *c)
{
	return c->config.desk_still_s
		   ? after(c->desk_moved_us, c->config.desk_still_s)
		   : INT64_MAX;
}

struct finding {
	enum presence state;
	enum presence_why why;
	int64_t since_us; /* NEVER_US: now */
};

static struct finding
finding(enum presence state, enum presence_why why, int64_t since_us)
{
	return (struct finding){ state, why, since_us };
}

/* What can be said without knowing of any input. False: nothing yet. */
static bool
weigh_reporter(const struct console *c, int64_t at_us, struct finding *out)
{
	const struct console_reporter *r = console_lead(c);
	enum presence_why away = r->no_session ? PRESENCE_WHY_NO_SESSION
				 : r->locked   ? PRESENCE_WHY_LOCKED
				 : r->dark     ? PRESENCE_WHY_DARK
					       : PRESENCE_WHY_NONE;

	if (!r->heard)
		*out = finding(PRESENCE_UNKNOWN, PRESENCE_WHY_NEVER_HEARD,
		    NEVER_US);
	else if (r->conflict)
		*out = finding(PRESENCE_UNKNOWN, PRESENCE_WHY_CONFLICT,
		    r->conflict_us);
	else if (r->goodbye)
		*out = finding(PRESENCE_AWAY, PRESENCE_WHY_GOODBYE, r->sent_us);
	else if (at_us >= late_us(c, r) || at_us < r->trial_us)
		*out = finding(PRESENCE_UNKNOWN, PRESENCE_WHY_LATE, r->sent_us);
	else if (away != PRESENCE_WHY_NONE)
		*out = finding(PRESENCE_AWAY, away, r->sent_us);
	else
		return false;
	return true;
}

/* Nothing tells of input: the agent sees none, and no page fills in. */
static bool
is_blind(const struct console *c, int64_t at_us, int64_t *since_us)
{
	const struct console_reporter *r = console_lead(c);

	*since_us = NEVER_US;
	/* A source that was lost isn't replaced by a poorer one. */
	if ((r->saw_input && !r->sees_input) || (r->saw_lock && !r->sees_lock))
		return true;
	if (r->sees_input || r->sees_idle)
		return false;
	if (r == &c->page || !c->page.heard)
		return true;
	*since_us = c->page.sent_us;
	return c->page.conflict || c->page.goodbye ||
	       at_us >= late_us(c, &c->page);
}

static struct finding
weigh_desk(const struct console *c, int64_t at_us)
{
	bool sees = c->desk_heard_us != NEVER_US &&
		    at_us < c->desk_heard_us + DESK_FRESH_US &&
		    at_us >= after(c->began_us, c->config.desk_still_s);

	/* A camera that can't say doesn't make it better than one that says
	 * no. */
	return sees ? finding(PRESENCE_IDLE, PRESENCE_WHY_DESK_STILL, NEVER_US)
		    : finding(PRESENCE_UNKNOWN, PRESENCE_WHY_BLIND, NEVER_US);
}

/* The suspicion begins where the odd stretch did, but not within the time that
 * a right answer vouches for. */
static struct finding
weigh_odd(const struct console *c)
{
	int64_t since = c->odd.since_us;

	if (c->prompt.until_us > since)
		since = c->prompt.until_us;
	return finding(PRESENCE_SUSPECT, c->odd.why, since);
}

/* Once what was odd has ceased, the console is merely idle. Injected input is
 * none by hand, so that it ceases in its own time (pattern.c). */
static bool
is_odd(const struct console *c, int64_t at_us)
{
	return c->odd.why == PRESENCE_WHY_INJECTED ||
	       (c->odd.why != PRESENCE_WHY_NONE && at_us < idle_us(c));
}

static struct finding
weigh_input(const struct console *c, int64_t at_us)
{
	int64_t since;

	if (at_us < c->prompt.until_us)
		return finding(PRESENCE_ATTENDED, PRESENCE_WHY_PROMPT,
		    NEVER_US);
	if (is_odd(c, at_us))
		return weigh_odd(c);
	if (c->prompt.missed)
		return finding(PRESENCE_IDLE, PRESENCE_WHY_PROMPT_MISSED,
		    c->prompt.first_us);
	if (is_blind(c, at_us, &since))
		return finding(PRESENCE_UNKNOWN, PRESENCE_WHY_BLIND, since);
	if (at_us >= idle_us(c) && at_us < c->void_us)
		return finding(PRESENCE_UNKNOWN, PRESENCE_WHY_LATE, NEVER_US);
	if (at_us >= idle_us(c))
		return finding(PRESENCE_IDLE, PRESENCE_WHY_QUIET, NEVER_US);
	if (at_us >= still_us(c))
		return weigh_desk(c, at_us);
	return finding(PRESENCE_ATTENDED, PRESENCE_WHY_INPUT, NEVER_US);
}

static void
push(struct console *c, const struct finding *f, int64_t at_us)
{
	struct console_verdict *v = &c->verdict;
	int64_t since = f->since_us == NEVER_US ? at_us : f->since_us;

	*v = (struct console_verdict){ .state = f->state,
		.why = f->why,
		.since_us = since < c->began_us ? c->began_us
			    : since > at_us	? at_us
						: since,
		.at_us = at_us,
		.last_input_us = c->input_us,
		.last_heard_us = console_lead(c)->sent_us,
		.rhythm_pct = c->odd.rhythm_pct,
		.repeat_pct = c->odd.repeat_pct,
		.injected = c->odd.injected,
		.kinds = c->odd.kinds,
		.wrong_answers = c->prompt.wrong };
	/* Nobody fetches them: the newest is what matters. */
	if (c->queued == CONSOLE_QUEUE)
		c->queued--;
	c->queue[c->queued++] = *v;
}

static void
judge(struct console *c, int64_t at_us)
{
	struct finding f;

	if (!weigh_reporter(c, at_us, &f))
		f = weigh_input(c, at_us);
	if (at_us < c->break_until_us &&
	    (f.state == PRESENCE_IDLE || f.state == PRESENCE_AWAY))
		f.why = PRESENCE_WHY_BREAK;
	if (f.state != c->verdict.state || f.why != c->verdict.why)
		push(c, &f, at_us);
}

static void
sooner(int64_t *next, int64_t at_us, int64_t after_us)
{
	if (at_us > after_us && at_us < *next)
		*next = at_us;
}

/* The first moment after `at` at which time alone may change something. */
static int64_t
next_after(const struct console *c, int64_t at)
{
	int64_t next = INT64_MAX;

	sooner(&next, late_us(c, &c->agent), at);
	sooner(&next, late_us(c, &c->page), at);
	sooner(&next, c->agent.trial_us, at);
	sooner(&next, c->page.trial_us, at);
	sooner(&next, idle_us(c), at);
	sooner(&next, c->void_us, at);
	sooner(&next, still_us(c), at);
	if (c->config.desk_still_s)
		sooner(&next, after(c->began_us, c->config.desk_still_s), at);
	if (c->config.desk_still_s && c->desk_heard_us != NEVER_US)
		sooner(&next, c->desk_heard_us + DESK_FRESH_US, at);
	if (c->prompt.open || c->prompt.more)
		sooner(&next, c->prompt.deadline_us, at);
	sooner(&next, c->prompt.until_us, at);
	sooner(&next, c->break_until_us, at);
	return next;
}

static void
pass(struct console *c, int64_t at_us)
{
	if ((c->prompt.open || c->prompt.more) &&
	    at_us >= c->prompt.deadline_us)
		console_prompt_miss(c, at_us);
}

void
console_settle(struct console *c, int64_t now_us)
{
	int64_t next;

	while ((next = next_after(c, c->weighed_us)) <= now_us) {
		c->weighed_us = next;
		pass(c, next);
		judge(c, next);
	}
	if (now_us > c->weighed_us)
		c->weighed_us = now_us;
	judge(c, c->weighed_us);
}

void
console_gap(struct console *c, int64_t since_us, int64_t now_us, bool lost)
{
	struct finding f =
	    finding(PRESENCE_UNKNOWN, PRESENCE_WHY_LATE, since_us);

	if (c->verdict.state != PRESENCE_UNKNOWN)
		push(c, &f, now_us);
	if (!lost)
		return;
	c->input_us = NEVER_US;
	c->void_us = after(now_us, c->config.idle_after_s);
}

static void
empty(struct console_reporter *r)
{
	memset(r, 0, sizeof(*r));
	r->sent_us = r->trial_us = r->jump_us = r->refused_us = NEVER_US;
}

void
console_init(struct console *c, const struct console_config *config,
    int64_t now_us)
{
	struct finding f;

	memset(c, 0, sizeof(*c));
	c->config = *config;
	c->random = config->seed * 2654435761u + 1;
	c->began_us = c->weighed_us = now_us;
	c->input_us = c->act_us = c->void_us = NEVER_US;
	/* Until somebody was seen moving, the desk camera says nothing good. */
	c->desk_moved_us = c->desk_heard_us = NEVER_US;
	c->break_until_us = c->prompt.until_us = NEVER_US;
	c->odd_us = c->carried_us = NEVER_US;
	c->free_us = now_us;
	empty(&c->agent);
	empty(&c->page);
	pattern_init(&c->pattern);
	console_prompt_draw(c);
	f = finding(PRESENCE_UNKNOWN, PRESENCE_WHY_NEVER_HEARD, now_us);
	push(c, &f, now_us);
}

void
console_configure(struct console *c, const struct console_config *config,
    int64_t now_us)
{
	console_settle(c, now_us);
	c->config = *config;
	judge(c, c->weighed_us);
}

void
console_resume(struct console *c, enum presence state, enum presence_why why,
    int64_t ended_us, int64_t now_us)
{
	if (state == PRESENCE_SUSPECT) {
		c->odd.why = why;
		c->odd.since_us = now_us;
		c->odd_held = true;
	}
	if (state == PRESENCE_ATTENDED && why == PRESENCE_WHY_INPUT)
		c->carried_us = ended_us;
	if (why == PRESENCE_WHY_CONFLICT)
		c->agent.trial_us = c->page.trial_us =
		    now_us + CONSOLE_ALONE_US;
	if (why == PRESENCE_WHY_PROMPT_MISSED) {
		c->prompt.missed = true;
		c->prompt.missed_us = c->prompt.first_us = now_us;
	}
}

bool
console_weigh(struct console *c, int64_t now_us, struct console_verdict *out)
{
	console_settle(c, now_us);
	if (!c->queued)
		return false;
	*out = c->queue[0];
	c->queued--;
	memmove(&c->queue[0], &c->queue[1], c->queued * sizeof(c->queue[0]));
	return true;
}

int64_t
console_next_us(const struct console *c)
{
	return c->queued ? c->weighed_us : next_after(c, c->weighed_us);
}

void
console_desk(struct console *c, bool moves, int64_t now_us)
{
	console_settle(c, now_us);
	c->desk_heard_us = now_us;
	if (moves)
		c->desk_moved_us = now_us;
	judge(c, c->weighed_us);
}

void
console_break(struct console *c, int64_t until_us)
{
	c->break_until_us = until_us;
}

void
console_forget(struct console *c, enum console_token kind, int64_t now_us)
{
	console_settle(c, now_us);
	if (kind == CONSOLE_TOKEN_AGENT)
		empty(&c->agent);
	else if (kind == CONSOLE_TOKEN_BROWSER)
		empty(&c->page);
	judge(c, c->weighed_us);
}
