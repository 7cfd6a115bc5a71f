/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/tally.h"

#include <math.h>
#include <string.h>

#define JUMP_AHEAD_US 10000000 /* observation.h: discontinuities */
#define JUMP_BACK_US 1000000
#define SILENCE_US 1000000

static void
restart(struct tally *t, int64_t from_us)
{
	struct feed_ref ref = t->account.ref;

	t->account = (struct account){ .ref = ref,
		.from_us = from_us,
		.clock_offset_us = INT64_MIN };
	t->base_media_us = t->last_media_us;
	t->timed_units = 0;
	t->inter_bytes = t->inter_squares = t->key_bytes = 0;
}

void
tally_init(struct tally *t, struct feed_ref ref, int64_t from_us)
{
	*t = (struct tally){ .account.ref = ref,
		.last_au_us = TALLY_NO_TIME,
		.last_key_us = TALLY_NO_TIME,
		.last_media_us = TALLY_NO_TIME };
	sizes_init(&t->sizes);
	restart(t, from_us);
}

void
tally_reconnect(struct tally *t)
{
	t->account.reconnects++;
	t->last_key_us = TALLY_NO_TIME;
	t->last_media_us = t->base_media_us = TALLY_NO_TIME;
	t->timed_units = 0;
	t->flowing = false;
	sizes_break(&t->sizes);
}

int64_t
tally_time(int64_t said_us)
{
	const int64_t most = INT64_C(1) << 59;

	return said_us > -most && said_us < most ? said_us : TALLY_NO_TIME;
}

static void
add_media_time(struct tally *t, int64_t media_us)
{
	if (media_us == TALLY_NO_TIME)
		return;
	if (t->last_media_us != TALLY_NO_TIME &&
	    (media_us > t->last_media_us + JUMP_AHEAD_US ||
		media_us < t->last_media_us - JUMP_BACK_US)) {
		t->account.discontinuities++;
		t->last_media_us = t->base_media_us = TALLY_NO_TIME;
	}
	if (t->base_media_us == TALLY_NO_TIME) {
		t->base_media_us = t->last_media_us = media_us;
		t->timed_units = 0;
		return;
	}
	t->timed_units++;
	if (media_us > t->last_media_us) /* B pictures come out of order */
		t->last_media_us = media_us;
}

static void
add_key(struct tally *t, const struct tally_unit *u)
{
	t->account.keyframes++;
	t->key_bytes += u->bytes;
	if (t->last_key_us != TALLY_NO_TIME) {
		t->key_gaps_us[t->key_gap_at] = u->at_us - t->last_key_us;
		t->key_gap_at = (t->key_gap_at + 1) % TALLY_KEY_GAPS;
	}
	t->last_key_us = u->at_us;
}

static void
add_inter(struct tally *t, const struct tally_unit *u)
{
	struct account *a = &t->account;

	if (a->units == a->keyframes || u->bytes < a->inter_min_bytes)
		a->inter_min_bytes = u->bytes;
	t->inter_bytes += u->bytes;
	t->inter_squares += (uint64_t)u->bytes * u->bytes;
}

/* Before the newest media time is raised. */
static void
add_sizes(struct tally *t, const struct tally_unit *u)
{
	bool timed =
	    u->media_us != TALLY_NO_TIME && t->last_media_us != TALLY_NO_TIME;
	const struct sizes_unit unit = { .at_us = u->at_us,
		.step_us = timed ? u->media_us - t->last_media_us : 0,
		.bytes = u->bytes,
		.key = u->key,
		.damaged = u->damaged };

	sizes_add(&t->sizes, &unit);
}

static void
add_silence(struct tally *t, int64_t gap)
{
	struct account *a = &t->account;

	if (gap > UINT32_MAX)
		gap = UINT32_MAX;
	if (gap > (int64_t)a->max_gap_us)
		a->max_gap_us = (uint32_t)gap;
	if (!t->flowing || gap < SILENCE_US)
		return;
	t->silences_us[t->silence_at] = gap;
	t->silence_at = (t->silence_at + 1) % TALLY_SILENCES;
}

void
tally_add(struct tally *t, const struct tally_unit *u)
{
	struct account *a = &t->account;

	if (t->last_au_us != TALLY_NO_TIME)
		add_silence(t, u->at_us - t->last_au_us);
	t->last_au_us = u->at_us;
	t->flowing = true;
	if (u->key)
		add_key(t, u);
	else
		add_inter(t, u);
	a->units++;
	a->packets++;
	a->damaged += u->damaged;
	a->bytes += u->bytes;
	add_sizes(t, u);
	add_media_time(t, u->media_us);
}

void
tally_wire(struct tally *t, uint64_t bytes)
{
	t->account.wire_bytes += bytes;
}

uint32_t
tally_gop_us(const struct tally *t)
{
	int64_t longest = 0;

	for (int i = 0; i < TALLY_KEY_GAPS; i++)
		if (t->key_gaps_us[i] > longest)
			longest = t->key_gaps_us[i];
	return longest > UINT32_MAX ? UINT32_MAX : (uint32_t)longest;
}

int64_t
tally_habit_us(const struct tally *t)
{
	int64_t longest = 0, again = 0;

	for (int i = 0; i < TALLY_SILENCES; i++) {
		int64_t us = t->silences_us[i];

		if (us > longest) {
			again = longest;
			longest = us;
		} else if (us > again) {
			again = us;
		}
	}
	return again;
}

/* Mean rate by the source's own clock; by arrival where it has none. */
static uint32_t
fps_milli(const struct tally *t, int64_t to_us)
{
	int64_t span = t->last_media_us - t->base_media_us;
	uint64_t units = t->timed_units;

	if (t->base_media_us == TALLY_NO_TIME || units == 0 || span <= 0) {
		span = to_us - t->account.from_us;
		units = t->account.units;
	}
	if (span <= 0)
		return 0;

	uint64_t fps =
	    (units * 1000000000u + (uint64_t)span / 2) / (uint64_t)span;

	return fps > 10000000u ? 10000000u : (uint32_t)fps;
}

static void
fill_sizes(struct tally *t, struct account *a)
{
	uint64_t inter = a->units - a->keyframes;

	if (a->keyframes > 0)
		a->key_mean_bytes = (uint32_t)(t->key_bytes / a->keyframes);
	if (inter > 0) {
		double mean = (double)t->inter_bytes / (double)inter;
		double square = (double)t->inter_squares / (double)inter;
		double variance = square - mean * mean;

		a->inter_mean_bytes = (uint32_t)mean;
		a->inter_sd_bytes = variance > 0 ? (uint32_t)sqrt(variance) : 0;
	}
}

void
tally_flush(struct tally *t, int64_t to_us, struct account *out)
{
	struct account *a = &t->account;

	a->to_us = to_us;
	a->last_au_us = t->last_au_us == TALLY_NO_TIME ? 0 : t->last_au_us;
	a->gop_us = tally_gop_us(t);
	a->fps_milli = fps_milli(t, to_us);
	a->codec = t->stream.codec;
	a->width = t->stream.width;
	a->height = t->stream.height;
	a->parameter_print = t->stream.parameter_print;
	fill_sizes(t, a);
	sizes_take(&t->sizes, a);
	*out = *a;
	restart(t, to_us);
}
