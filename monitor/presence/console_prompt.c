/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to ask, and what an answer is worth. Guessing among four pictures must
 * not pay: after a wrong answer two right ones are needed, then three. */
#include "monitor/presence/console.h"
#include "monitor/presence/console_inside.h"

#define SETTLE_US (120 * S_US) /* after unlocking: nobody is asked */
#define AGAIN_US (2 * S_US)
#define MISSED_AGAIN_US (30 * S_US)
#define SUSPECT_AGAIN_US (120 * S_US)
#define NEEDED_MAX 3
#define SERIES 3 /* answers' times, for several questions in a row */

/* xorshift64*: unpredictable enough for who doesn't know the seed. */
static uint32_t
draw(struct console *c, uint32_t below)
{
	c->random ^= c->random >> 12;
	c->random ^= c->random << 25;
	c->random ^= c->random >> 27;
	return (uint32_t)(c->random * 2685821657736338717ULL >> 33) % below;
}

/* Between 0.6 and 1 of the quiet time. */
void
console_prompt_draw(struct console *c)
{
	c->prompt.part_pm = 600 + draw(c, 401);
}

static int64_t
latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of somebody who is there, as far as can be told. */
static int64_t
due_attended(const struct console *c)
{
	const struct console_prompt *p = &c->prompt;
	int64_t part = c->config.prompt_after_s * S_US / 1000 * p->part_pm;
	int64_t quiet = latest(c->act_us, latest(p->asked_us, c->began_us));
	int64_t due = quiet + part;

	/* A right answer's worth is used up first, but for what is needed to
	 * answer the next; early enough that it can't be told when. */
	if (p->until_us != NEVER_US)
		due =
		    latest(due, p->until_us - c->config.prompt_answer_s * S_US -
				    c->config.prompt_valid_s * S_US / 5000 *
					(1000 - p->part_pm));
	return latest(due, c->free_us + SETTLE_US);
}

bool
console_prompt_due(const struct console *c, int64_t now_us)
{
	const struct console_prompt *p = &c->prompt;

	if (!c->config.prompt_after_s || p->open)
		return false;
	if (p->more)
		return now_us >= p->asked_us + AGAIN_US;
	if (p->missed && c->verdict.why == PRESENCE_WHY_PROMPT_MISSED)
		return c->act_us > p->missed_us &&
		       now_us >= p->asked_us + MISSED_AGAIN_US;
	if (c->verdict.state == PRESENCE_SUSPECT)
		return !p->asked_us || now_us >= p->asked_us + SUSPECT_AGAIN_US;
	return c->verdict.state == PRESENCE_ATTENDED &&
	       now_us >= due_attended(c);
}

void
console_prompt_asked(struct console *c, int64_t now_us)
{
	struct console_prompt *p = &c->prompt;
	int64_t answer = c->config.prompt_answer_s * S_US;
	int64_t deadline = now_us + answer;

	console_settle(c, now_us);
	if (!p->more && !p->missed) {
		p->first_us = now_us;
		p->needed = p->needed ? p->needed : 1;
	}
	if (p->more && deadline > p->first_us + SERIES * answer)
		deadline = p->first_us + SERIES * answer;
	p->open = true;
	p->more = false;
	p->asked_us = now_us;
	p->deadline_us = deadline;
	console_prompt_draw(c);
}

void
console_prompt_miss(struct console *c, int64_t at_us)
{
	struct console_prompt *p = &c->prompt;

	p->open = p->more = false;
	p->missed = true;
	p->missed_us = at_us;
}

static enum prompt_result
wrong(struct console *c, int64_t now_us, enum prompt_result result)
{
	struct console_prompt *p = &c->prompt;

	if (p->wrong < UINT8_MAX)
		p->wrong++;
	p->needed =
	    p->wrong + 1 < NEEDED_MAX ? (uint8_t)(p->wrong + 1) : NEEDED_MAX;
	p->more = true;
	if (p->deadline_us < now_us + AGAIN_US)
		p->deadline_us = now_us + AGAIN_US;
	console_settle(c, now_us);
	return result;
}

enum prompt_result
console_prompt_answered(struct console *c, bool right, uint32_t latency_ms,
    int64_t now_us)
{
	struct console_prompt *p = &c->prompt;

	console_settle(c, now_us);
	if (!p->open)
		return PROMPT_NOT_ASKED;
	p->open = false;
	if (latency_ms < PROMPT_QUICK_MS)
		return wrong(c, now_us, PROMPT_TOO_QUICK);
	if (!right)
		return wrong(c, now_us, PROMPT_WRONG);
	if (p->needed > 1) {
		p->needed--;
		p->more = true;
		return PROMPT_MORE;
	}
	p->needed = 1;
	p->more = p->missed = false;
	p->wrong = 0;
	p->until_us = now_us + c->config.prompt_valid_s * S_US;
	console_settle(c, now_us);
	return PROMPT_COUNTED;
}
