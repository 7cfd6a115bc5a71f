/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/account.h"

#include <string.h>

#define JUMP_US 10000000 /* RTSP.md 9 */
#define BACK_US 1000000
#define SQUARE_CAP 4000000u /* sizes beyond count as this in the spread */

void
account_init(struct account_state *a, int64_t now_us)
{
	memset(a, 0, sizeof(*a));
	a->from_us = now_us;
	sizes_init(&a->sizes);
}

void
account_break(struct account_state *a)
{
	a->have_rtp = false;
	a->last_key_us = 0;
	sizes_break(&a->sizes);
}

void
account_outage(struct account_state *a)
{
	a->last_key_us = 0;
}

static int64_t
ticks_us(int32_t ticks, uint32_t clock_rate)
{
	return (int64_t)ticks * 1000000 / clock_rate;
}

/* The step of RTP time since the unit before. It is held against arrival, so
 * that a camera of one frame a minute isn't called jumping; a jump gives 0. */
static int64_t
note_time(struct account_state *a, const struct account_unit *u)
{
	int64_t step = 0, silence;

	if (a->have_rtp) {
		step = ticks_us((int32_t)(u->rtp_time - a->last_rtp),
		    u->clock_rate);
		silence = u->first_us - a->last_au_us;
		if (step < -BACK_US || step - silence > JUMP_US) {
			a->discontinuities++;
			step = 0;
		} else {
			a->ticks += step;
			a->tick_units++;
		}
	}
	a->have_rtp = true;
	a->last_rtp = u->rtp_time;
	return step;
}

/* Longest recent gap between keyframes; forgets slowly. */
static void
note_key(struct account_state *a, const struct account_unit *u)
{
	int64_t gap = a->last_key_us ? u->first_us - a->last_key_us : 0;
	uint32_t gop = gap > UINT32_MAX ? UINT32_MAX : (uint32_t)gap;

	if (gop >= a->gop_us)
		a->gop_us = gop;
	else if (a->last_key_us)
		a->gop_us -= (a->gop_us - gop) / 8;
	a->last_key_us = u->first_us;
	a->keyframes++;
	a->key_bytes += u->bytes;
}

static void
note_sizes(struct account_state *a, const struct account_unit *u,
    int64_t step_us)
{
	const struct sizes_unit unit = { .at_us = u->first_us,
		.step_us = step_us,
		.bytes = u->bytes,
		.key = u->key,
		.damaged = u->damaged };

	sizes_add(&a->sizes, &unit);
}

static void
note_inter(struct account_state *a, uint32_t bytes)
{
	uint64_t b = bytes > SQUARE_CAP ? SQUARE_CAP : bytes;

	a->inter_sum += b;
	a->inter_squares += b * b;
	if (!a->inter_min || bytes < a->inter_min)
		a->inter_min = bytes;
}

void
account_unit(struct account_state *a, const struct account_unit *u)
{
	int64_t silence = a->last_au_us ? u->last_us - a->last_au_us : 0;

	note_sizes(a, u, note_time(a, u));
	if (silence > a->max_gap_us)
		a->max_gap_us =
		    silence > UINT32_MAX ? UINT32_MAX : (uint32_t)silence;
	if (u->key)
		note_key(a, u);
	else
		note_inter(a, u->bytes);
	a->units++;
	a->damaged += u->damaged;
	a->bytes += u->bytes;
	a->last_au_us = u->last_us;
	if (!a->first_au_us)
		a->first_au_us = u->last_us;
}

static uint32_t
root(uint64_t v)
{
	uint64_t low = 0, high = (uint64_t)1 << 32;

	while (high - low > 1) {
		uint64_t mid = (low + high) / 2;

		if (mid * mid <= v)
			low = mid;
		else
			high = mid;
	}
	return (uint32_t)low;
}

static void
take_inter(const struct account_state *a, struct account *out)
{
	uint32_t n = a->units - a->keyframes;
	uint64_t mean, square;

	if (!n)
		return;
	mean = a->inter_sum / n;
	square = a->inter_squares / n;
	out->inter_min_bytes = a->inter_min;
	out->inter_mean_bytes = (uint32_t)mean;
	out->inter_sd_bytes =
	    square > mean * mean ? root(square - mean * mean) : 0;
}

/* From RTP time; from arrival when RTP time stands still (ts_const). */
static uint32_t
take_fps(const struct account_state *a)
{
	int64_t span = a->last_au_us - a->first_au_us;
	uint64_t fps = 0;

	if (a->tick_units && a->ticks > 0)
		fps =
		    (uint64_t)a->tick_units * 1000000000u / (uint64_t)a->ticks;
	else if (a->units > 1 && span > 0)
		fps = (a->units - 1u) * 1000000000ull / (uint64_t)span;
	return fps > UINT32_MAX ? UINT32_MAX : (uint32_t)fps;
}

static void
account_reset(struct account_state *a, int64_t now_us)
{
	struct account_state kept = *a;

	memset(a, 0, sizeof(*a));
	a->from_us = now_us;
	a->last_au_us = kept.last_au_us;
	a->last_key_us = kept.last_key_us;
	a->sizes = kept.sizes;
	a->gop_us = kept.gop_us;
	a->last_rtp = kept.last_rtp;
	a->have_rtp = kept.have_rtp;
}

void
account_take(struct account_state *a, int64_t now_us, struct account *out)
{
	struct account o = { 0 };

	o.from_us = a->from_us;
	o.to_us = now_us;
	o.last_au_us = a->last_au_us;
	o.units = a->units;
	o.keyframes = a->keyframes;
	o.damaged = a->damaged;
	o.bytes = a->bytes;
	o.wire_bytes = a->wire_bytes;
	o.packets = a->packets;
	o.lost = a->lost;
	o.duplicates = a->duplicates;
	o.discontinuities = a->discontinuities;
	o.resyncs = a->resyncs;
	o.reconnects = a->reconnects;
	o.max_gap_us = a->max_gap_us;
	take_inter(a, &o);
	if (a->keyframes)
		o.key_mean_bytes = (uint32_t)(a->key_bytes / a->keyframes);
	o.gop_us = a->gop_us;
	o.fps_milli = take_fps(a);
	sizes_take(&a->sizes, &o);
	o.replay_mark = a->replay_mark;
	account_reset(a, now_us);
	*out = o;
}
