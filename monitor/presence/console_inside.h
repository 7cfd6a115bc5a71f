/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console_inside.h: what console.c, console_take.c and console_prompt.c share.
 * Nobody else includes it. PURE.
 */
#ifndef MONITOR_PRESENCE_CONSOLE_INSIDE_H
#define MONITOR_PRESENCE_CONSOLE_INSIDE_H

#include "monitor/presence/console.h"

#define S_US 1000000LL
#define MS_US 1000LL
#define NEVER_US INT64_MIN
#define CONSOLE_ALONE_US (60 * S_US)

/* Who decides whether the console is there at all: the agent, where there is
 * one. */
const struct console_reporter *console_lead(const struct console *c);
bool console_has_agent(const struct console *c);
/* All that time alone changed until now becomes verdicts. Before anything new
 * is taken in, and after it. */
void console_settle(struct console *c, int64_t now_us);
/* Nobody vouches for [since, now): unknown, whatever it was. lost: what was
 * known of input counts no more, since what is missing might have contradicted
 * it. */
void console_gap(struct console *c, int64_t since_us, int64_t now_us,
    bool lost);

/* A new draw of when the next prompt comes. */
void console_prompt_draw(struct console *c);
/* The open question went unanswered. */
void console_prompt_miss(struct console *c, int64_t at_us);

#endif
