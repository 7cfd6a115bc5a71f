/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input that goes on and on. People pause, and their bursts make counts vary
 * far more than chance; what a motor or a loop makes varies less than chance,
 * or is the same all the time. */
#include <stddef.h>

#include "monitor/presence/pattern_inside.h"

#define STEADY_US (480 * S_US) /* without a heartbeat that had none */
#define STEADY_BEATS 24
#define WINDOW_S 600
#define PART_S 20
#define PARTS (WINDOW_S / PART_S)
/* A pointer that goes so many times as far as it gets, within so few pixels. */
#define SPOT_PX 300
#define SPOT_TURNS 5
#define SPOT_PATH_PX 200
#define SPOT_BEATS 8
#define SPOT_LEAST_S 240

struct run {
	unsigned beats;
	int64_t since_us;
	double mean, variance; /* of the counts in 5 s */
	bool keys;
};

/* Heartbeats with input that follow each other without one that had none. */
static void
find_run(const struct pattern *p, struct run *r)
{
	const struct pattern_beat *b, *later = NULL;
	double sum = 0, squares = 0;
	uint32_t n, k;

	*r = (struct run){ 0 };
	for (n = 0; (b = pattern_beat_back(p, n)); n++) {
		double count = 0;

		if (later && later->at_us - b->at_us > later->span_ms * 1500LL)
			break;
		for (k = 0; k < INPUT_KINDS; k++)
			count += b->count[k];
		if (count == 0 || !b->span_ms)
			break;
		r->keys |= b->count[INPUT_KEY] > 0;
		count *= 5000.0 / b->span_ms;
		sum += count;
		squares += count * count;
		r->since_us = b->at_us - b->span_ms * 1000LL;
		later = b;
		r->beats++;
	}
	if (!r->beats)
		return;
	r->mean = sum / r->beats;
	r->variance = squares / r->beats - r->mean * r->mean;
}

static bool
is_even(const struct run *r, int64_t newest_us)
{
	double chance = r->mean * (r->keys ? 0.35 : 0.45);
	double same = r->mean * (r->keys ? 0.1 : 0.2);

	if (r->beats < STEADY_BEATS || newest_us - r->since_us < STEADY_US)
		return false;
	return r->variance < chance || r->variance < same * same;
}

/* The last ten minutes in parts of 20 s. */
struct window {
	double parts[PARTS];			      /* inputs */
	double seconds[PARTS];			      /* with input */
	unsigned active, kinds, pause, longest_pause; /* seconds */
};

static void
find_window(const struct pattern *p, struct window *w)
{
	int s;

	*w = (struct window){ 0 };
	for (s = 0; s < WINDOW_S; s++) {
		int64_t second = p->newest_s - s;
		uint8_t b =
		    second < 0 ? 0 : p->second[second % PATTERN_SECONDS];

		w->pause = b ? 0 : w->pause + 1;
		if (w->pause > w->longest_pause)
			w->longest_pause = w->pause;
		if (!b)
			continue;
		w->active++;
		w->kinds |= b & 0xfu;
		w->parts[s / PART_S] += pattern_middle[b >> 4];
		w->seconds[s / PART_S]++;
	}
}

/* Mean of the parts, and their squared deviation. */
static void
spread_of(const double parts[PARTS], double *mean, double *variance)
{
	double sum = 0, squares = 0;
	unsigned i;

	for (i = 0; i < PARTS; i++) {
		sum += parts[i];
		squares += parts[i] * parts[i];
	}
	*mean = sum / PARTS;
	*variance = squares / PARTS - *mean * *mean;
}

/* Squared deviation / squared mean. */
static double
relative(const double parts[PARTS])
{
	double mean, variance;

	spread_of(parts, &mean, &variance);
	return mean > 0 ? variance / (mean * mean) : 9;
}

/* Seconds with input come far more evenly than by chance, whatever is in them:
 * a loop that sleeps between a bit and a bit more. */
static bool
is_paced(const struct window *w)
{
	double mean, variance, rarer;

	spread_of(w->seconds, &mean, &variance);
	/* Of seconds with and without input, those that are rarer. */
	rarer = mean < PART_S - mean ? mean : PART_S - mean;
	return mean >= 3 && rarer >= 2.5 && variance < 0.3 * rarer &&
	       w->longest_pause < 2 + 2.2 * PART_S / mean;
}

/* Within how many pixels the pointer stayed in each heartbeat, at most; 0: not
 * said. */
static uint32_t
widest(const struct pattern *p, int64_t from_us)
{
	const struct pattern_beat *b;
	uint32_t n, span = 0;

	for (n = 0; (b = pattern_beat_back(p, n)) && b->at_us > from_us; n++) {
		if (b->span_px == HEARTBEAT_NOT_SAID)
			return 0;
		if (b->span_px > span)
			span = b->span_px;
	}
	return span;
}

/* One kind, for ten minutes, as no hand does it. Keys alone are a report being
 * written. */
static bool
is_one_kind(const struct pattern *p, const struct window *w)
{
	uint32_t wide;

	if (w->kinds == KIND(INPUT_WHEEL) || w->kinds == KIND(INPUT_BUTTON))
		return w->active >= 420 && relative(w->parts) < 0.2;
	if (w->kinds != KIND(INPUT_MOVE))
		return false;
	wide = widest(p, p->newest_s * S_US - WINDOW_S * S_US);
	return (w->active >= 540 && w->longest_pause <= 5) ||
	       (w->active >= 240 && relative(w->parts) < 0.08) ||
	       (w->active >= 150 && wide > 0 && wide < 80);
}

/* Round and round on one spot, heartbeat by heartbeat, and nothing else. */
static bool
is_on_spot(const struct pattern *p, int64_t *since_us)
{
	const struct pattern_beat *b, *newest = pattern_beat_back(p, 0);
	uint32_t n;

	for (n = 0; (b = pattern_beat_back(p, n)); n++) {
		if (!b->count[INPUT_MOVE] || b->count[INPUT_KEY] ||
		    b->count[INPUT_BUTTON] || b->count[INPUT_WHEEL] ||
		    b->span_px > SPOT_PX || b->path_px == HEARTBEAT_NOT_SAID ||
		    b->path_px < SPOT_TURNS * b->span_px ||
		    b->path_px < SPOT_PATH_PX ||
		    newest->at_us - b->at_us > WINDOW_S * S_US)
			break;
		*since_us = b->at_us - b->span_ms * 1000LL;
	}
	return n >= SPOT_BEATS &&
	       newest->at_us - *since_us >= SPOT_LEAST_S * S_US;
}

enum presence_why
steady_judge(const struct pattern *p, int64_t *since_us)
{
	const struct pattern_beat *newest = pattern_beat_back(p, 0);
	struct window w;
	struct run r;

	find_run(p, &r);
	if (newest && is_even(&r, newest->at_us)) {
		*since_us = r.since_us;
		return PRESENCE_WHY_RHYTHM;
	}
	if (is_on_spot(p, since_us))
		return PRESENCE_WHY_ONE_KIND;
	find_window(p, &w);
	*since_us = (p->newest_s - WINDOW_S + 1) * S_US;
	/* Seconds that were guessed tell of no pace. */
	if (p->coarse_us < p->newest_us - WINDOW_S * S_US && is_paced(&w))
		return PRESENCE_WHY_RHYTHM;
	return is_one_kind(p, &w) ? PRESENCE_WHY_ONE_KIND : PRESENCE_WHY_NONE;
}
