/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h: the video packets of one feed -> struct account (observation.h).
 * PURE: sizes and times only, given by the caller. Times are arrival
 * (CLOCK_MONOTONIC) for live sources, the file's own time line for files.
 * Called by the source's thread.
 */
#ifndef PROBES_DEMUX_TALLY_H
#define PROBES_DEMUX_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "common/sizes.h"

#define TALLY_NO_TIME INT64_MIN
#define TALLY_KEY_GAPS 8
#define TALLY_SILENCES 8

struct tally_unit {
	int64_t at_us;	  /* arrival */
	int64_t media_us; /* the source's own time, as tally_time gives it */
	uint32_t bytes;
	bool key;
	bool damaged;
};

/* What a source says of its time -> the same where it can be reckoned with
 * (within 18,000 years of zero), else TALLY_NO_TIME. */
int64_t tally_time(int64_t said_us);

/* What is known of the stream itself; kept from account to account. */
struct tally_stream {
	enum codec codec;
	uint16_t width; /* 0 = not known */
	uint16_t height;
	uint32_t parameter_print;
};

struct tally {
	struct account account; /* of the running interval */
	struct tally_stream stream;
	int64_t last_au_us; /* TALLY_NO_TIME before the first */
	int64_t last_key_us;
	int64_t last_media_us; /* newest media time seen */
	int64_t base_media_us; /* the same when the interval began */
	uint32_t timed_units;  /* units with a media time since the base */
	int64_t key_gaps_us[TALLY_KEY_GAPS];
	uint32_t key_gap_at;
	int64_t silences_us[TALLY_SILENCES]; /* the last above a second */
	uint32_t silence_at;
	bool flowing; /* something came on this connection */
	uint64_t inter_bytes;
	uint64_t inter_squares;
	uint64_t key_bytes;
	struct sizes sizes;
};

void tally_init(struct tally *t, struct feed_ref ref, int64_t from_us);
/* A new connection: gaps across it are no habit and no GOP. */
void tally_reconnect(struct tally *t);
void tally_add(struct tally *t, const struct tally_unit *u);
/* Bytes received from the source, of whatever kind. */
void tally_wire(struct tally *t, uint64_t bytes);
/* The account [from, to_us); the next one begins at to_us. */
void tally_flush(struct tally *t, int64_t to_us, struct account *out);
/* Longest recent gap between keyframes, 0 = not known. */
uint32_t tally_gop_us(const struct tally *t);
/* The longest silence on a connection that came twice lately; 0 = none. What
 * came once was an outage, and to learn from it would hide the next one. */
int64_t tally_habit_us(const struct tally *t);

#endif
