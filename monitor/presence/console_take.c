/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a heartbeat in: is it one to believe, how old is it, what does it say
 * of input. */
#include <string.h>

#include "monitor/presence/console.h"
#include "monitor/presence/console_inside.h"

/* Four a second for long, twenty at once: an agent reports a lock at once, and
 * catches up after a break. */
#define RATE_COST_US (S_US / 4)
#define RATE_BURST_US (20 * RATE_COST_US)
/* After two agents spoke with one token: only who is alone so long is
 * believed. */
#define ALONE_US CONSOLE_ALONE_US
/* A clock is believed to be right until its own offset was seen for so long;
 * then the least offset of the last six to twelve hours is what a heartbeat
 * takes that isn't delayed. Crystals drift by less than 3 s in that time. */
#define LEARN_US (600 * S_US)
#define WINDOW_US (6 * 3600 * S_US)
/* Its clock went so far less than its own counts cover: it was set back. */
#define BACK_MS 1500
#define SPAN_MAX_MS 3600000
#define COUNT_MAX_S 20000 /* inputs of one kind a second; mice do 8,000 */
#define JUDGE_US (20 * S_US)

static const struct {
	const char *name, *help;
} faults[HEARTBEAT_FAULT_COUNT] = {
	[HEARTBEAT_FINE] = { "fine", "The heartbeat was taken." },
	[HEARTBEAT_REPEATED] = { "repeated",
	    "This heartbeat was here already; each needs its own seq." },
	[HEARTBEAT_OUT_OF_ORDER] = { "out-of-order",
	    "A later heartbeat was here before this one; seq must grow, and "
	    "an agent that starts again needs a new life." },
	[HEARTBEAT_FUTURE] = { "future",
	    "The console's clock is more than two minutes ahead of the "
	    "monitor's. Set the clocks (NTP)." },
	[HEARTBEAT_PAST] = { "past",
	    "The heartbeat is more than two minutes old, or the console's "
	    "clock is behind. Set the clocks (NTP)." },
	[HEARTBEAT_CONFLICT] = { "conflict",
	    "Two agents speak with this console's token. Neither is believed "
	    "until one has been alone for a minute; if the second one isn't "
	    "yours, revoke the token." },
	[HEARTBEAT_RATE] = { "rate",
	    "Too many heartbeats; one every five seconds is enough." },
	[HEARTBEAT_RANGE] = { "range",
	    "A number in the heartbeat can't be: life or seq is missing, the "
	    "span is over an hour, or there is more input than devices can "
	    "make." },
};

const char *
heartbeat_fault_name(unsigned fault)
{
	return fault < HEARTBEAT_FAULT_COUNT ? faults[fault].name : "?";
}

const char *
heartbeat_fault_help(unsigned fault)
{
	return fault < HEARTBEAT_FAULT_COUNT ? faults[fault].help : "?";
}

static uint64_t
sum(const uint32_t count[INPUT_KINDS])
{
	uint64_t n = 0;
	unsigned i;

	for (i = 0; i < INPUT_KINDS; i++)
		n += count[i];
	return n;
}

/* All that counts as a person's. */
static uint64_t
by_hand(const struct console *c, const struct heartbeat *hb)
{
	uint64_t n = sum(hb->input.count);

	if (c->config.remote_input)
		n += sum(hb->input.injected) + sum(hb->input.virtual_);
	return n;
}

static bool
in_range(const struct heartbeat *hb)
{
	uint32_t most = COUNT_MAX_S * (hb->span_ms / 1000 + 1);
	uint64_t total = 0;
	unsigned i;

	for (i = 0; i < INPUT_KINDS; i++) {
		if (hb->input.count[i] > most || hb->input.injected[i] > most ||
		    hb->input.virtual_[i] > most)
			return false;
		total += hb->input.count[i];
	}
	return hb->life[0] && hb->seq && hb->span_ms <= SPAN_MAX_MS &&
	       !(total && !hb->span_ms) && hb->locked <= SAID_YES &&
	       hb->screen_count <= HEARTBEAT_SCREENS &&
	       hb->input.seconds <= HEARTBEAT_SECONDS;
}

static enum heartbeat_fault
check_clock(const struct heartbeat *hb, int64_t utc_us)
{
	int64_t ahead = hb->utc_ms - utc_us / MS_US;

	if (!hb->utc_ms)
		return HEARTBEAT_FINE;
	return ahead > CONSOLE_CLOCK_LIMIT_MS	 ? HEARTBEAT_FUTURE
	       : ahead < -CONSOLE_CLOCK_LIMIT_MS ? HEARTBEAT_PAST
						 : HEARTBEAT_FINE;
}

static enum heartbeat_fault
check_rate(struct console_reporter *r, int64_t now_us)
{
	if (r->spent_us > now_us + RATE_BURST_US)
		return HEARTBEAT_RATE;
	r->spent_us =
	    (r->spent_us > now_us ? r->spent_us : now_us) + RATE_COST_US;
	return HEARTBEAT_FINE;
}

static unsigned
find_life(const struct console_reporter *r, const struct heartbeat *hb)
{
	unsigned i;

	for (i = 0; i < r->life_count; i++) {
		if (strncmp(r->lives[i].id, hb->life, sizeof(hb->life)) == 0)
			break;
	}
	return i;
}

/* Puts that life in front; a new one pushes out the oldest. */
static void
turn_to(struct console_reporter *r, unsigned at, const struct heartbeat *hb,
    int64_t now_us)
{
	bool fresh = at == r->life_count;

	if (at == 0 && !fresh)
		return;
	r->turn_us = now_us;
	if (fresh && r->life_count < CONSOLE_LIVES)
		r->life_count++;
	else if (fresh)
		at--;
	if (fresh) {
		memmove(&r->lives[1], &r->lives[0], at * sizeof(r->lives[0]));
		memset(&r->lives[0], 0, sizeof(r->lives[0]));
		memcpy(r->lives[0].id, hb->life, sizeof(hb->life));
		r->lives[0].id[sizeof(hb->life) - 1] = '\0';
		r->lives[0].first_us = now_us;
		r->lives[0].first_utc_ms = hb->utc_ms;
	} else {
		/* Of what was pushed down, the moment it began to be in the
		 * way stays. */
		char kept[sizeof(r->lives[0])];

		memcpy(kept, &r->lives[at], sizeof(kept));
		memmove(&r->lives[1], &r->lives[0], at * sizeof(r->lives[0]));
		memcpy(&r->lives[0], kept, sizeof(kept));
	}
}

/* When the newer of two lives that speak at once began; both, if they did of
 * late: after a restart nobody knows which was there before. */
static int64_t
since_two(const struct console_reporter *r, unsigned at, int64_t now_us)
{
	int64_t newer = r->lives[0].first_us, older = r->lives[at].first_us;

	return older < newer && now_us - older < ALONE_US ? older : newer;
}

/* A heartbeat of a life that another one has followed: a straggler, or two
 * agents at once? */
static enum heartbeat_fault
check_older(struct console_reporter *r, unsigned at, const struct heartbeat *hb,
    int64_t now_us)
{
	int64_t followed = r->lives[0].first_utc_ms;

	if (hb->utc_ms && followed && hb->utc_ms <= followed)
		return HEARTBEAT_OUT_OF_ORDER;
	if (!r->conflict) {
		r->conflict = true;
		r->conflict_us = since_two(r, at, now_us);
	}
	turn_to(r, at, hb, now_us);
	r->lives[0].seq = hb->seq;
	return HEARTBEAT_CONFLICT;
}

/* A number that was here already, by a clock that has gone on since: not the
 * same heartbeat again, but a copy of the agent (of its machine, perhaps). */
static enum heartbeat_fault
check_number(struct console_reporter *r, unsigned at,
    const struct heartbeat *hb, int64_t now_us)
{
	if (at == 0 && hb->utc_ms && r->utc_ms &&
	    hb->utc_ms > r->utc_ms + BACK_MS) {
		if (!r->conflict)
			r->conflict_us =
			    r->jump_us == NEVER_US ? r->sent_us : r->jump_us;
		r->conflict = true;
		r->turn_us = now_us;
		return HEARTBEAT_CONFLICT;
	}
	return hb->seq == r->lives[at].seq ? HEARTBEAT_REPEATED
					   : HEARTBEAT_OUT_OF_ORDER;
}

static enum heartbeat_fault
check_life(struct console_reporter *r, const struct heartbeat *hb,
    int64_t now_us)
{
	unsigned at = find_life(r, hb);

	if (at < r->life_count && hb->seq <= r->lives[at].seq)
		return check_number(r, at, hb, now_us);
	if (at > 0 && at < r->life_count)
		return check_older(r, at, hb, now_us);
	if (!r->conflict)
		return HEARTBEAT_FINE;
	if (at == 0 && now_us - r->turn_us >= ALONE_US) {
		r->conflict = false;
		return HEARTBEAT_FINE;
	}
	turn_to(r, at, hb, now_us);
	r->lives[0].seq = hb->seq;
	return HEARTBEAT_CONFLICT;
}

/* A clock that is too wrong: nothing that it says is believed, but that it
 * speaks; another one than who is believed is a second agent. */
static void
note_refused(struct console_reporter *r, const struct heartbeat *hb,
    int64_t now_us)
{
	unsigned at = find_life(r, hb);
	int64_t first = r->lives[0].first_us;

	if (at < r->life_count && hb->seq <= r->lives[at].seq)
		return; /* an old one again */
	if (at == 0)
		r->refused_us = now_us;
	if (!r->heard || at == 0)
		return;
	if (!r->conflict)
		r->conflict_us = now_us - first < ALONE_US ? first : now_us;
	r->conflict = true;
	r->turn_us = now_us;
}

/* When it was sent: its clock against the least offset seen so far. `follows`:
 * no heartbeat is missing before it; `whole`: its span is all the time since
 * the last one, so that it tells how far a clock was set back. `same`: its life
 * is that of the last one, whose numbers grow, so that a clock which shows less
 * was set back (by how much more than that, nobody knows: it counts as sent too
 * early, not late). */
static int64_t
sent_at(struct console_reporter *r, const struct heartbeat *hb, bool same,
    bool follows, bool whole, int64_t now_us, int64_t utc_us)
{
	int64_t offset, least, sent;

	if (!hb->utc_ms)
		return now_us;
	if (whole && r->utc_ms &&
	    hb->utc_ms - r->utc_ms < (int64_t)hb->span_ms - BACK_MS)
		r->back_ms += hb->span_ms - (hb->utc_ms - r->utc_ms);
	else if (same && r->utc_ms && hb->utc_ms < r->utc_ms - BACK_MS)
		r->back_ms += r->utc_ms - hb->utc_ms;
	r->utc_ms = hb->utc_ms;
	offset = now_us / MS_US - (hb->utc_ms + r->back_ms);
	if (!r->heard) {
		r->base_ms[0] = offset;
		r->base_ms[1] = now_us / MS_US - utc_us / MS_US;
		r->base_until_us = now_us + LEARN_US;
	} else if (!follows || now_us >= r->base_until_us) {
		/* A clock that was set while nobody saw it is learned anew. */
		if (now_us >= r->base_until_us || r->base_ms[0] < r->base_ms[1])
			r->base_ms[1] = r->base_ms[0];
		r->base_ms[0] = offset;
		r->base_until_us = now_us + (follows ? WINDOW_US : LEARN_US);
	}
	if (offset < r->base_ms[0])
		r->base_ms[0] = offset;
	least = r->base_ms[0] < r->base_ms[1] ? r->base_ms[0] : r->base_ms[1];
	sent = now_us - (offset - least) * MS_US;
	return sent > r->sent_us ? sent : r->sent_us;
}

/* The last moment of input by hand within the heartbeat's span. */
static int64_t
last_input(const struct heartbeat *hb, int64_t sent_us)
{
	const struct heartbeat_input *in = &hb->input;
	int64_t span = hb->span_ms * MS_US, back = span;
	unsigned i;

	if (hb->idle_ms != HEARTBEAT_NOT_SAID &&
	    sum(in->injected) + sum(in->virtual_) == 0) {
		back = hb->idle_ms * MS_US;
	} else {
		/* What a program did may have reset its idle time. */
		for (i = 0; i < in->seconds; i++) {
			if (in->per_second[i])
				back = (in->seconds - i) * S_US;
		}
	}
	return sent_us - (back < span ? back : span);
}

/* Whether this reporter's input counts. */
static bool
speaks_of_input(const struct console *c, const struct console_reporter *r)
{
	if (r == &c->agent || !console_has_agent(c))
		return true;
	return c->agent.heard && !c->agent.saw_input;
}

static void
later(int64_t *at, int64_t value)
{
	if (value > *at)
		*at = value;
}

static void
judge_pattern(struct console *c, int64_t now_us)
{
	struct pattern_verdict odd;

	pattern_judge(&c->pattern, now_us, &odd);
	c->odd_us = now_us;
	/* What a program alone did, a hand ends; the others take time. */
	if (c->odd_held && odd.why == PRESENCE_WHY_NONE &&
	    c->odd.why != PRESENCE_WHY_INJECTED &&
	    now_us < c->began_us + LEARN_US)
		return;
	c->odd_held = false;
	/* While it stays odd, the first word stands. */
	if (c->odd.why != PRESENCE_WHY_NONE && odd.why != PRESENCE_WHY_NONE) {
		odd.why = c->odd.why;
		odd.since_us = c->odd.since_us;
	}
	c->odd = odd;
}

/* Judging costs some microseconds: not at every heartbeat, and not while
 * nothing came that could change it; but a program alone is called at once,
 * and a hand ends that. */
static bool
is_judged(const struct console *c, bool hand, bool program, int64_t now_us)
{
	if (c->odd_us == NEVER_US)
		return true;
	if (hand ? c->odd.why == PRESENCE_WHY_INJECTED
		 : program && c->odd.why == PRESENCE_WHY_NONE)
		return true;
	return now_us >= c->odd_us + JUDGE_US &&
	       (c->odd.why != PRESENCE_WHY_NONE || c->odd_held ||
		   c->pattern.newest_us > c->odd_us - JUDGE_US);
}

/* The first word after the monitor's own restart: an input that it didn't see,
 * or forgot, is as old as the idle time says. Only where the console was
 * attended by input before, so that what was held against it isn't undone; and
 * where its counts cover all the time since, and have no program's among them,
 * which may have reset that time. */
static void
carry_input(struct console *c, const struct console_reporter *r,
    const struct heartbeat *hb)
{
	const struct heartbeat_input *in = &hb->input;
	int64_t since_us = c->carried_us;

	if (since_us == NEVER_US || r != console_lead(c))
		return;
	c->carried_us = NEVER_US;
	if (hb->idle_ms == HEARTBEAT_NOT_SAID || c->input_us != NEVER_US ||
	    sum(in->injected) + sum(in->virtual_) > 0 ||
	    r->sent_us - hb->span_ms * MS_US > since_us)
		return;
	c->input_us = r->sent_us - hb->idle_ms * MS_US;
}

/* A first word may tell of a long time at once, in which a program and a hand
 * had their turns: nobody can say which of them was last. */
static bool
is_mixed(const struct console *c, const struct heartbeat *hb)
{
	return sum(hb->input.injected) + sum(hb->input.virtual_) > 0 &&
	       sum(hb->input.count) > 0 && !c->config.remote_input;
}

static void
take_input(struct console *c, const struct console_reporter *r,
    const struct heartbeat *hb, bool first, int64_t now_us)
{
	const struct heartbeat_input *in = &hb->input;
	uint64_t hand = by_hand(c, hb);

	if (first && is_mixed(c, hb))
		return;
	if (r->sees_input) {
		pattern_take(&c->pattern, hb, r->sent_us,
		    c->config.remote_input);
		if (hand)
			later(&c->input_us, last_input(hb, r->sent_us));
		if (in->count[INPUT_KEY] || in->count[INPUT_BUTTON] ||
		    in->count[INPUT_WHEEL])
			later(&c->act_us, last_input(hb, r->sent_us));
		if (is_judged(c, hand > 0,
			sum(in->injected) + sum(in->virtual_) > 0, now_us))
			judge_pattern(c, now_us);
	} else if (r->sees_idle && hb->idle_ms != HEARTBEAT_NOT_SAID) {
		later(&c->input_us, r->sent_us - hb->idle_ms * MS_US);
		later(&c->act_us, r->sent_us - hb->idle_ms * MS_US);
	}
}

static bool
all_dark(const struct heartbeat *hb)
{
	unsigned i;

	if (!hb->screen_count || hb->sees_screens == HEARTBEAT_BLIND)
		return false;
	for (i = 0; i < hb->screen_count; i++) {
		if (hb->screens[i].power != SCREEN_OFF)
			return false;
	}
	return true;
}

static void
take_state(struct console *c, struct console_reporter *r,
    const struct heartbeat *hb)
{
	bool agent = r == &c->agent;
	bool shut = r->locked || r->no_session;

	r->heard = true;
	r->goodbye = hb->goodbye;
	r->locked = hb->locked == SAID_YES;
	r->dark = agent && all_dark(hb);
	r->no_session =
	    agent && !hb->session[0] && hb->sees_lock != HEARTBEAT_BLIND;
	r->sees_input = hb->sees_input != HEARTBEAT_BLIND;
	r->sees_idle = hb->sees_idle != HEARTBEAT_BLIND;
	r->sees_lock = hb->locked != SAID_NOT;
	r->saw_input |= r->sees_input;
	r->saw_lock |= r->sees_lock;
	if (shut && !r->locked && !r->no_session)
		c->free_us = r->sent_us;
}

/* Nobody vouches for the time since its last heartbeat: one is missing, or it
 * is another life. */
static bool
is_gap(const struct console_reporter *r, const struct heartbeat *hb,
    bool same_life)
{
	if (!r->heard || r->goodbye)
		return false;
	return !same_life || hb->seq != r->lives[0].seq + 1;
}

/* Its counts are of all the time since the last one that was taken: an agent
 * that couldn't deliver one puts them into the next. By its clock, or where
 * that was set meanwhile (it went back, or on for longer than there was time),
 * by ours, which counts its way here too. */
static bool
covers(const struct console_reporter *r, const struct heartbeat *hb,
    int64_t now_us)
{
	int64_t most_ms = (now_us - r->sent_us) / MS_US;
	int64_t since_ms =
	    hb->utc_ms && r->utc_ms ? hb->utc_ms - r->utc_ms : most_ms;

	if (since_ms < 0 || since_ms > most_ms + BACK_MS)
		since_ms = most_ms;
	return hb->span_ms + BACK_MS >= since_ms;
}

enum heartbeat_fault
console_take(struct console *c, enum console_token kind,
    const struct heartbeat *hb, int64_t now_us, int64_t utc_us)
{
	struct console_reporter *r =
	    kind == CONSOLE_TOKEN_BROWSER ? &c->page : &c->agent;
	enum heartbeat_fault fault;
	int64_t before = r->sent_us, spoke;
	bool same, gap, whole, was_conflict = r->conflict, first = !r->heard;

	console_settle(c, now_us);
	if (!in_range(hb))
		return HEARTBEAT_RANGE;
	if ((fault = check_rate(r, now_us)) != HEARTBEAT_FINE)
		return fault;
	fault = check_clock(hb, utc_us);
	if (fault != HEARTBEAT_FINE)
		note_refused(r, hb, now_us);
	else
		fault = check_life(r, hb, now_us);
	if (fault != HEARTBEAT_FINE) {
		console_settle(c, now_us);
		return fault;
	}
	same = r->life_count && find_life(r, hb) == 0;
	gap = was_conflict || is_gap(r, hb, same);
	whole = same && !was_conflict && covers(r, hb, now_us);
	if (gap)
		r->jump_us = now_us;
	if (gap && r == console_lead(c))
		console_gap(c, before, now_us, !whole);
	/* Both may be there: it takes the old one's next heartbeat to know. */
	spoke = before > r->refused_us ? before : r->refused_us;
	if (gap && !same && now_us < spoke + c->config.late_after_s * S_US)
		r->trial_us = now_us + c->config.late_after_s * S_US;
	r->sent_us = sent_at(r, hb, same, same && !gap, same && (!gap || whole),
	    now_us, utc_us);
	turn_to(r, find_life(r, hb), hb, now_us);
	r->lives[0].seq = hb->seq;
	take_state(c, r, hb);
	if (speaks_of_input(c, r)) {
		take_input(c, r, hb, first, now_us);
		carry_input(c, r, hb);
	}
	console_settle(c, now_us);
	return HEARTBEAT_FINE;
}
