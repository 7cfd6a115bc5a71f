/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of the input, and the tests in their order. Numbers were set by
 * tests/bench/bench_presence: no honest trace of many thousand hours may be
 * called odd; what that costs in jigglers is in docs/consoles.md. */
#include "monitor/presence/pattern.h"

#include <string.h>

#include "monitor/presence/pattern_inside.h"

/* A program's input counts as odd when nobody's hand was near for so long. */
#define INJECTED_ALONE_US (120 * S_US)
#define RECENT_US (600 * S_US)

/* Level n of a second: up to so many inputs. Ratio 1.5. */
static const uint16_t level_most[PATTERN_LEVELS] = { 0, 1, 2, 3, 5, 8, 12, 18,
	27, 40, 60, 90, 140, 210, 320, UINT16_MAX };

void
pattern_init(struct pattern *p)
{
	memset(p, 0, sizeof(*p));
	p->newest_s = -1;
	p->began_us = p->hand_us = p->newest_us = p->repeat_us = INT64_MIN;
	p->coarse_us = INT64_MIN;
}

static uint16_t
small(uint64_t n)
{
	return n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

static uint8_t
level_of(uint32_t count)
{
	uint8_t level = 0;

	while (level < PATTERN_LEVELS - 1 && count > level_most[level])
		level++;
	return level;
}

/* How many a level stands for. */
const uint16_t pattern_middle[PATTERN_LEVELS] = { 0, 1, 2, 3, 4, 7, 10, 15, 23,
	34, 50, 75, 115, 175, 265, 400 };

/* Seconds until `second` are there, empty if nothing came. */
static void
advance(struct pattern *p, int64_t second)
{
	int64_t s = p->newest_s;

	if (s < 0 || second - s >= PATTERN_SECONDS) {
		memset(p->second, 0, sizeof(p->second));
		p->newest_s = second;
		return;
	}
	for (; s < second; s++)
		p->second[(s + 1) % PATTERN_SECONDS] = 0;
	if (second > p->newest_s)
		p->newest_s = second;
}

static void
put_second(struct pattern *p, int64_t at_us, uint32_t count, uint8_t kinds)
{
	int64_t second = at_us / S_US;
	uint8_t *b;

	if (!count || at_us < 0 || second <= p->newest_s - PATTERN_SECONDS)
		return;
	advance(p, second);
	b = &p->second[second % PATTERN_SECONDS];
	if (*b)
		count += pattern_middle[*b >> 4];
	*b = (uint8_t)(level_of(count) << 4 | (*b & 0xf) | kinds);
}

static void
put_seconds(struct pattern *p, const struct heartbeat *hb,
    const struct pattern_beat *beat, uint32_t total)
{
	const struct heartbeat_input *in = &hb->input;
	uint8_t kinds = 0;
	uint32_t seconds;
	int64_t back;
	unsigned i;

	for (i = 0; i < INPUT_KINDS; i++) {
		if (beat->count[i])
			kinds |= (uint8_t)(1u << i);
	}
	for (i = 0; i < in->seconds && i < HEARTBEAT_SECONDS; i++)
		put_second(p, beat->at_us - (in->seconds - 1 - i) * S_US,
		    in->per_second[i], kinds);
	if (in->seconds)
		return;
	/* Not said second by second: in its last ones, no more of them than
	 * there were inputs. */
	p->coarse_us = beat->at_us;
	seconds = hb->span_ms / 1000 ? hb->span_ms / 1000 : 1;
	if (total < seconds)
		seconds = total;
	back = hb->idle_ms < hb->span_ms ? hb->idle_ms : 0;
	for (i = seconds; i-- > 0;)
		put_second(p, beat->at_us - back * 1000 - i * S_US,
		    (total + i) / seconds, kinds);
}

void
pattern_take(struct pattern *p, const struct heartbeat *hb, int64_t sent_us,
    bool remote)
{
	const struct heartbeat_input *in = &hb->input;
	struct pattern_beat *b = &p->beats[p->beat_next];
	uint32_t hand = 0, program = 0;
	unsigned i;

	if (p->began_us == INT64_MIN)
		p->began_us = sent_us;
	for (i = 0; i < INPUT_KINDS; i++) {
		uint32_t other = in->injected[i] + in->virtual_[i];
		uint32_t mine = in->count[i] + (remote ? other : 0);

		b->count[i] = small(mine);
		hand += mine;
		program += remote ? 0 : other;
	}
	if (!hand && !program)
		return;
	b->at_us = p->newest_us = sent_us;
	b->injected = small(program);
	b->span_ms = small(hb->span_ms);
	b->path_px = in->path_px;
	b->span_px = in->span_px;
	p->beat_next = (p->beat_next + 1) % PATTERN_BEATS;
	if (p->beat_count < PATTERN_BEATS)
		p->beat_count++;
	if (!hand)
		return;
	p->hand_us = sent_us;
	put_seconds(p, hb, b, hand);
}

const struct pattern_beat *
pattern_beat_back(const struct pattern *p, uint32_t n)
{
	return n < p->beat_count
		   ? &p->beats[(p->beat_next + PATTERN_BEATS - 1 - n) %
			       PATTERN_BEATS]
		   : NULL;
}

/* What of the last ten minutes is told as evidence. */
static void
recent(const struct pattern *p, int64_t now_us, struct pattern_verdict *out)
{
	const struct pattern_beat *b;
	uint32_t n, k;

	for (n = 0; (b = pattern_beat_back(p, n)); n++) {
		if (b->at_us < now_us - RECENT_US)
			break;
		out->injected += b->injected;
		for (k = 0; k < INPUT_KINDS; k++)
			out->kinds |= (uint8_t)((b->count[k] > 0) << k);
	}
}

/* By programs, and nobody's hand since long. It begins with the first such
 * input, but not before that time is over: until then a hand's input was still
 * worth something. */
static bool
is_injected(const struct pattern *p, int64_t now_us, int64_t *since_us)
{
	const struct pattern_beat *b;
	int64_t hand = p->hand_us == INT64_MIN ? p->began_us : p->hand_us;
	int64_t alone = hand + INJECTED_ALONE_US, first = INT64_MAX;
	uint32_t n;

	if (now_us < alone)
		return false;
	for (n = 0; (b = pattern_beat_back(p, n)); n++) {
		if (b->at_us < now_us - RECENT_US || b->at_us <= hand)
			break;
		if (b->injected)
			first = b->at_us;
	}
	if (first == INT64_MAX)
		return false;
	*since_us = first > alone ? first : alone;
	return true;
}

void
pattern_judge(struct pattern *p, int64_t now_us, struct pattern_verdict *out)
{
	struct episodes e;

	memset(out, 0, sizeof(*out));
	recent(p, now_us, out);
	out->since_us = now_us;
	if (is_injected(p, now_us, &out->since_us)) {
		out->why = PRESENCE_WHY_INJECTED;
		return;
	}
	if (!out->kinds) /* nothing by hand: nothing to call odd */
		return;
	episodes_find(&e, p);
	out->why = episodes_judge(&e, out);
	if (out->why == PRESENCE_WHY_NONE)
		out->why = steady_judge(p, &out->since_us);
	if (out->why == PRESENCE_WHY_NONE && repeat_judge(p, &e, now_us)) {
		out->why = PRESENCE_WHY_REPEATED;
		out->since_us = p->repeat_since_us;
	}
	out->repeat_pct = p->repeat_pct;
	if (out->since_us > now_us)
		out->since_us = now_us;
}
