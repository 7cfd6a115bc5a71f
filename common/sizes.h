/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sizes.h: sizes of a stream's access units, in order -> prints of groups of
 * them and a curve of activity, as struct account carries them. PURE; a fixed
 * amount of memory, no decoding. Both probes that account for streams use it.
 * Input is a camera's: hostile, any sizes and times.
 *
 * A print is a hash of the sizes of one group: from keyframe to keyframe, and
 * where those lie too close or too far apart, from one unit to another whose
 * own size says so. The cuts depend on content alone, so that footage that
 * comes again as it was coded gives the same prints again, wherever one joined.
 * Groups with too little variety in their sizes (nothing moves and there is no
 * noise) give none: theirs would come again in life too.
 *
 * The curve holds, for each tenth of a second of the source's time, how large
 * the units between keyframes were, against what is usual so long after a
 * keyframe: it follows what moves, however it is coded, and not the coder.
 */
#ifndef COMMON_SIZES_H
#define COMMON_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

struct sizes_unit {
	int64_t at_us;	 /* arrival of its first byte */
	int64_t step_us; /* the source's time since the unit before; a negative
			  * one (fields, B pictures) counts as none */
	uint32_t bytes;
	bool key;
	bool damaged; /* its size is not the sender's */
};

#define SIZES_GAPS 8u
#define SIZES_PLACES                                                           \
	64u /* in a group: later ones share, the later the more                \
	     */

struct sizes {
	int64_t group_us; /* arrival of the running group's first unit */
	uint32_t group_hash;
	uint32_t group_bits; /* variety so far */
	uint16_t group_units;
	uint16_t since_key; /* units, the keyframe itself counts */
	uint32_t last_bytes;
	bool group_bad; /* begun midway, or damaged */
	bool was_key;
	uint8_t prints;
	uint8_t bins;
	int64_t source_us; /* the source's time, set going by arrival */
	int64_t bin;	   /* the running one: source_us / bin */
	int64_t key_us;	   /* the source's time of the last keyframe; -1 none */
	uint32_t gap_us[SIZES_GAPS]; /* between keyframes, 0 = none yet */
	uint8_t gap_next;
	uint8_t stepless; /* units in a row without source's time */
	uint32_t place_bytes[SIZES_PLACES]; /* usual at each place, 0 = none */
	uint64_t sum_bytes;  /* since the last keyframe, of so many units */
	uint32_t sum_units;  /* .. without it */
	uint32_t mean_bytes; /* usual of whole groups, 0 = none yet */
	uint64_t bin_bytes;
	uint32_t bin_units;
	uint32_t print[ACCOUNT_PRINTS];
	int64_t print_us[ACCOUNT_PRINTS];
	int64_t bin_first; /* of those in activity */
	uint16_t activity[ACCOUNT_BINS];
};

void sizes_init(struct sizes *s);
/* The source's time ends here: a new connection, a new time line. */
void sizes_break(struct sizes *s);
void sizes_add(struct sizes *s, const struct sizes_unit *u);
/* Moves what is complete into the account's fields (prints, bins and what
 * belongs to them, and the rhythm of keyframes); its to_us must be set. */
void sizes_take(struct sizes *s, struct account *out);

#endif
