/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/sizes.h"

#include <string.h>

#define SEED 2166136261u /* FNV-1a, by bytes */
#define PRIME 16777619u
#define GROUP_LEAST 8u	 /* units: fewer say too little */
#define GROUP_MOST 2000u /* a print may not take for ever */
#define LONG_GROUP 64u	 /* from here on a unit itself may end the group .. */
#define LONG_MASK 63u	 /* .. one in so many does */
#define SHORT_MASK 1u	 /* keyframes closer than GROUP_LEAST: each second */
#define INTRA_MASK 15u	 /* and where every unit is one */
#define BITS_LEAST 24u	 /* variety of sizes, in bits beyond a few bytes */
#define BITS_FREE 3u
#define STEPLESS 8u
#define ASTRAY_US 15000000 /* source's time against arrival */
#define USUAL_SLOW 16u
#define UNIT_MOST (1u << 24)
#define EVEN_MOST 4u /* times; next to nothing stays that */
#define STEP_MOST_US 30000000

void
sizes_init(struct sizes *s)
{
	memset(s, 0, sizeof(*s));
	s->group_bad = true;
	s->bin = -1;
	s->key_us = -1;
}

void
sizes_break(struct sizes *s)
{
	s->group_bad = true;
	s->was_key = false;
	s->since_key = 0;
	s->key_us = -1;
	s->bin = -1;
	s->bin_units = 0;
	s->bin_bytes = 0;
}

static uint32_t
mix(uint32_t h, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++, v >>= 8)
		h = (h ^ (v & 255u)) * PRIME;
	return h;
}

static unsigned
bits_of(uint32_t v)
{
	return v == 0 ? 0 : 32u - (unsigned)__builtin_clz(v);
}

/* Whether the unit says by its own size that a group begins with it. */
static bool
chosen(const struct sizes_unit *u, uint32_t mask)
{
	return ((mix(SEED, u->bytes) >> 8) & mask) == 0;
}

static bool
cuts(const struct sizes *s, const struct sizes_unit *u)
{
	if (u->key && !s->was_key &&
	    (s->since_key >= GROUP_LEAST || s->group_bad))
		return true;
	if (s->group_units < GROUP_LEAST)
		return false;
	if (s->group_units >= GROUP_MOST)
		return true;
	if (u->key)
		return chosen(u, s->was_key ? INTRA_MASK : SHORT_MASK);
	return s->group_units >= LONG_GROUP && chosen(u, LONG_MASK);
}

/* More than fit: the smallest stay, so that the same ones stay each time. */
static void
keep_print(struct sizes *s, uint32_t print)
{
	unsigned at = 0;

	if (s->prints < ACCOUNT_PRINTS) {
		at = s->prints++;
	} else {
		for (unsigned i = 1; i < ACCOUNT_PRINTS; i++)
			if (s->print[i] > s->print[at])
				at = i;
		if (s->print[at] <= print)
			return;
	}
	s->print[at] = print;
	s->print_us[at] = s->group_us;
}

static void
end_group(struct sizes *s, const struct sizes_unit *u)
{
	if (!s->group_bad && s->group_units >= GROUP_LEAST &&
	    s->group_bits >= BITS_LEAST)
		keep_print(s, s->group_hash != 0 ? s->group_hash : 1);
	s->group_us = u->at_us;
	s->group_hash = SEED;
	s->group_bits = 0;
	s->group_units = 0;
	s->group_bad = false;
}

static void
add_to_group(struct sizes *s, const struct sizes_unit *u)
{
	uint32_t change = u->bytes > s->last_bytes ? u->bytes - s->last_bytes
						   : s->last_bytes - u->bytes;

	if (cuts(s, u))
		end_group(s, u);
	s->group_hash = mix(s->group_hash, u->bytes);
	if (s->group_units < UINT16_MAX)
		s->group_units++;
	if (u->key == s->was_key && bits_of(change) > BITS_FREE &&
	    s->group_bits < BITS_LEAST)
		s->group_bits += bits_of(change) - BITS_FREE;
	if (u->damaged)
		s->group_bad = true;
}

/* log2 x 128 of the mean size, straight between powers of two; 0 only where
 * there was no unit. */
static uint16_t
level(uint64_t bytes, uint32_t units)
{
	uint64_t mean = units == 0 ? 0 : bytes / units;
	unsigned whole;

	if (units == 0)
		return 0;
	mean = mean < 1 ? 1 : mean > UNIT_MOST ? UNIT_MOST : mean;
	whole = bits_of((uint32_t)mean) - 1;
	return (uint16_t)(1 + whole * 128 + ((mean << 7 >> whole) & 127));
}

static void
end_bin(struct sizes *s)
{
	if (s->bins > 0 && s->bin != s->bin_first + s->bins)
		s->bins = 0; /* a gap: what was before it is given up */
	if (s->bins == ACCOUNT_BINS) {
		memmove(s->activity, s->activity + 1,
		    (ACCOUNT_BINS - 1) * sizeof(*s->activity));
		s->bins--;
		s->bin_first++;
	}
	if (s->bins == 0)
		s->bin_first = s->bin;
	s->activity[s->bins++] = level(s->bin_bytes, s->bin_units);
	s->bin++;
	s->bin_bytes = 0;
	s->bin_units = 0;
}

/* The gap that ends with this keyframe. */
static void
note_gap(struct sizes *s)
{
	int64_t gap = s->source_us - s->key_us;

	if (s->key_us >= 0 && gap > 0) {
		s->gap_us[s->gap_next] =
		    gap > UINT32_MAX ? UINT32_MAX : (uint32_t)gap;
		s->gap_next = (uint8_t)((s->gap_next + 1) % SIZES_GAPS);
	}
	s->key_us = s->source_us;
}

/* The median, so that a keyframe out of turn does not count. */
static uint32_t
usual_gap(const struct sizes *s)
{
	uint32_t sorted[SIZES_GAPS];
	unsigned n = 0;

	for (unsigned i = 0; i < SIZES_GAPS; i++) {
		unsigned j = n;

		if (s->gap_us[i] == 0)
			continue;
		for (; j > 0 && sorted[j - 1] > s->gap_us[i]; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = s->gap_us[i];
		n++;
	}
	return n == 0 ? 0 : sorted[n / 2];
}

static uint32_t
towards(uint32_t old, uint32_t value)
{
	if (old == 0)
		return value;
	return value > old ? old + (value - old + USUAL_SLOW - 1) / USUAL_SLOW
			   : old - (old - value) / USUAL_SLOW;
}

/* 32 places of a unit each, then eight to an octave. */
static unsigned
place_of(unsigned since_key)
{
	unsigned octave, place;

	if (since_key < 32)
		return since_key;
	octave = bits_of(since_key) - 6;
	place = 32 + 8 * octave + (since_key >> (octave + 2) & 7);
	return place < SIZES_PLACES ? place : SIZES_PLACES - 1;
}

static void
end_sum(struct sizes *s)
{
	if (s->sum_units > 0)
		s->mean_bytes = towards(s->mean_bytes,
		    (uint32_t)(s->sum_bytes / s->sum_units));
	s->sum_bytes = 0;
	s->sum_units = 0;
}

/* The unit's size as if all places in a group were alike: at constant bitrate
 * the coder gives much after one keyframe and little before the next, and what
 * comes again with each group would drown what moves. */
static uint32_t
even_bytes(struct sizes *s, const struct sizes_unit *u)
{
	uint32_t bytes = u->bytes < UNIT_MOST ? u->bytes : UNIT_MOST;
	uint32_t *usual = &s->place_bytes[place_of(s->since_key)];
	uint64_t even;

	*usual = towards(*usual, bytes);
	s->sum_bytes += bytes;
	if (++s->sum_units >= GROUP_MOST)
		end_sum(s);
	if (s->mean_bytes == 0 || *usual == 0)
		return bytes;
	even = (uint64_t)bytes * s->mean_bytes / *usual;
	return even > (uint64_t)bytes * EVEN_MOST ? bytes * EVEN_MOST
						  : (uint32_t)even;
}

/* The source's time goes by its own steps, or arrival's jitter would smear the
 * curve; where the two part, or the source tells no time, arrival is right. */
static int64_t
source_time(struct sizes *s, const struct sizes_unit *u)
{
	int64_t at = s->source_us;

	if (u->step_us > 0 && u->step_us < STEP_MOST_US) {
		at += u->step_us;
		s->stepless = 0;
	} else if (s->stepless < STEPLESS) {
		s->stepless++;
	}
	if (s->bin < 0 || at > u->at_us + ASTRAY_US ||
	    at < u->at_us - ASTRAY_US || s->stepless == STEPLESS)
		at = u->at_us > 0 ? u->at_us : 0;
	return at;
}

static void
add_to_curve(struct sizes *s, const struct sizes_unit *u)
{
	int64_t at = source_time(s, u), bin;

	s->source_us = at;
	bin = at / ACCOUNT_BIN_US;
	if (s->bin >= 0 && (bin < s->bin || bin > s->bin + ACCOUNT_BINS))
		s->bin = -1;
	if (s->bin < 0) {
		s->bin = bin;
		s->bin_bytes = 0;
		s->bin_units = 0;
	}
	while (s->bin < bin)
		end_bin(s);
	if (u->key) {
		note_gap(s);
		end_sum(s);
	}
	if (u->key && !s->was_key)
		return; /* unless every unit is a keyframe */
	s->bin_bytes += u->key ? u->bytes : even_bytes(s, u);
	s->bin_units++;
}

void
sizes_add(struct sizes *s, const struct sizes_unit *u)
{
	add_to_group(s, u);
	add_to_curve(s, u);
	s->since_key = u->key			   ? 1
		       : s->since_key < UINT16_MAX ? s->since_key + 1u
						   : UINT16_MAX;
	s->was_key = u->key;
	s->last_bytes = u->bytes;
}

void
sizes_take(struct sizes *s, struct account *out)
{
	for (unsigned i = 0; i < ACCOUNT_PRINTS; i++) {
		int64_t age = out->to_us - s->print_us[i];

		out->print[i] = i < s->prints ? s->print[i] : 0;
		out->print_age_ms[i] = i >= s->prints || age < 0 ? 0
				       : age > 1000ll * UINT32_MAX
					   ? UINT32_MAX
					   : (uint32_t)(age / 1000);
	}
	out->rhythm_us = usual_gap(s);
	out->activity_first = s->bins > 0 ? s->bin_first : 0;
	out->activity_count = s->bins;
	memset(out->activity, 0, sizeof(out->activity));
	memcpy(out->activity, s->activity, s->bins * sizeof(*s->activity));
	s->prints = 0;
	s->bins = 0;
}
