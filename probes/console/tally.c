/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/tally.h"

#include <math.h>
#include <string.h>

#define US_PER_S 1000000
#define MOST_COUNTED 1000000 /* what the listener takes of one kind */
#define MOST_SPAN_MS 86400000

void
tally_init(struct tally *t, int64_t now_us)
{
	memset(t, 0, sizeof(*t));
	t->now.start_us = now_us;
}

/* Makes room for second s; seconds without input are zeros. */
static void
ring_forward(struct tally_part *p, int64_t s)
{
	int64_t from = p->newest_s + 1;

	if (s <= p->newest_s)
		return;
	if (from < s - HEARTBEAT_SECONDS + 1)
		from = s - HEARTBEAT_SECONDS + 1;
	for (int64_t i = from; i <= s; i++)
		p->ring[i % HEARTBEAT_SECONDS] = 0;
	p->newest_s = s;
}

static void
ring_add(struct tally_part *p, int64_t s, unsigned count)
{
	ring_forward(p, s);
	if (s < 0 || s <= p->newest_s - HEARTBEAT_SECONDS)
		return;
	uint16_t *slot = &p->ring[s % HEARTBEAT_SECONDS];

	*slot =
	    (uint16_t)(*slot + count > UINT16_MAX ? UINT16_MAX : *slot + count);
}

static unsigned
gap_bin(int64_t gap_us)
{
	int64_t ms = gap_us / 1000;
	unsigned bin = 0;

	while (ms >= 2 && bin < HEARTBEAT_GAP_BINS - 1) {
		ms >>= 1;
		bin++;
	}
	return bin;
}

void
tally_input(struct tally *t, int64_t at_us, enum input_kind kind,
    enum tally_origin origin)
{
	t->now.count[origin][kind]++;
	if (origin != TALLY_HAND)
		return;
	if (t->last_us != 0)
		t->now.gaps[gap_bin(at_us - t->last_us)]++;
	ring_add(&t->now, at_us / US_PER_S, 1);
	if (at_us > t->last_us)
		t->last_us = at_us;
}

static void
box_add(struct tally_part *p, double x, double y)
{
	if (!p->boxed) {
		p->box[0] = p->box[2] = x;
		p->box[1] = p->box[3] = y;
		p->boxed = true;
		return;
	}
	p->box[0] = fmin(p->box[0], x);
	p->box[1] = fmin(p->box[1], y);
	p->box[2] = fmax(p->box[2], x);
	p->box[3] = fmax(p->box[3], y);
}

void
tally_place(struct tally *t, double x, double y, bool by_hand)
{
	if (by_hand && t->placed) {
		box_add(&t->now, t->x, t->y);
		t->now.path += hypot(x - t->x, y - t->y);
	}
	if (by_hand)
		box_add(&t->now, x, y);
	t->x = x;
	t->y = y;
	t->placed = true;
}

void
tally_moved(struct tally *t, double dx, double dy)
{
	t->placed = true;
	tally_place(t, t->x + dx, t->y + dy, true);
}

void
tally_take(struct tally *t, int64_t now_us, struct tally_part *out)
{
	*out = t->now;
	out->end_us = now_us;
	memset(&t->now, 0, sizeof(t->now));
	t->now.start_us = now_us;
}

void
tally_back(struct tally *t, const struct tally_part *part)
{
	struct tally_part *now = &t->now;

	now->start_us = part->start_us;
	for (int o = 0; o < TALLY_ORIGINS; o++)
		for (int k = 0; k < INPUT_KINDS; k++)
			now->count[o][k] += part->count[o][k];
	for (int b = 0; b < HEARTBEAT_GAP_BINS; b++)
		now->gaps[b] += part->gaps[b];
	for (int64_t s = part->newest_s - HEARTBEAT_SECONDS + 1;
	     s <= part->newest_s; s++)
		if (s > 0)
			ring_add(now, s, part->ring[s % HEARTBEAT_SECONDS]);
	now->path += part->path;
	if (part->boxed) {
		box_add(now, part->box[0], part->box[1]);
		box_add(now, part->box[2], part->box[3]);
	}
}

static uint32_t
at_most(double v, uint32_t most)
{
	return v < most ? (uint32_t)v : most;
}

static void
write_counts(const struct tally_part *p, struct heartbeat_input *out)
{
	for (int k = 0; k < INPUT_KINDS; k++) {
		out->count[k] = at_most(p->count[TALLY_HAND][k], MOST_COUNTED);
		out->injected[k] =
		    at_most(p->count[TALLY_INJECTED][k], MOST_COUNTED);
		out->virtual_[k] =
		    at_most(p->count[TALLY_VIRTUAL][k], MOST_COUNTED);
	}
	for (int b = 0; b < HEARTBEAT_GAP_BINS; b++)
		out->gaps[b] = (uint16_t)at_most(p->gaps[b], UINT16_MAX);
}

/* Every second that the span touches, the newest 16 of them. */
static void
write_seconds(const struct tally_part *p, struct heartbeat_input *out)
{
	int64_t last = (p->end_us - 1) / US_PER_S;
	int64_t first = p->start_us / US_PER_S;
	struct tally_part copy = *p;

	if (p->end_us <= p->start_us)
		return;
	if (first < last - HEARTBEAT_SECONDS + 1)
		first = last - HEARTBEAT_SECONDS + 1;
	/* An input of this very moment may be of the second after. */
	if (copy.newest_s > last)
		last = copy.newest_s;
	if (first < last - HEARTBEAT_SECONDS + 1)
		first = last - HEARTBEAT_SECONDS + 1;
	ring_forward(&copy, last);
	for (int64_t s = first; s <= last; s++)
		out->per_second[out->seconds++] =
		    copy.ring[s % HEARTBEAT_SECONDS];
}

void
tally_write(const struct tally *t, const struct tally_part *p,
    struct heartbeat *hb)
{
	struct heartbeat_input *out = &hb->input;
	int64_t span_ms = (p->end_us - p->start_us) / 1000;

	memset(out, 0, sizeof(*out));
	hb->span_ms = at_most((double)span_ms, MOST_SPAN_MS);
	write_counts(p, out);
	write_seconds(p, out);
	out->path_px = out->span_px = 0;
	if (t->pathless)
		out->path_px = out->span_px = HEARTBEAT_NOT_SAID;
	else if (p->boxed) {
		out->path_px = at_most(p->path, 100000000);
		out->span_px =
		    at_most(fmax(p->box[2] - p->box[0], p->box[3] - p->box[1]),
			1000000);
	}
}

uint32_t
tally_idle_ms(const struct tally *t, int64_t now_us)
{
	if (t->last_us == 0)
		return HEARTBEAT_NOT_SAID;
	if (now_us <= t->last_us)
		return 0;
	return at_most((double)((now_us - t->last_us) / 1000),
	    HEARTBEAT_NOT_SAID - 1);
}
