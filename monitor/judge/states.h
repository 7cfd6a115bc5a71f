/* SPDX-License-Identifier: GPL-3.0-or-later */
/* states.h: what each detector keeps of one feed from picture to picture, and
 * what the account's rates and the sampling keep. Plain data, PURE; each part
 * is written by the file of its name alone. For the judge's files only.
 */
#ifndef MONITOR_JUDGE_STATES_H
#define MONITOR_JUDGE_STATES_H

#include "camwarden/observation.h"
#include "monitor/judge/judge.h"

/* What a camera is like while it lives, in one light: by its own eyes, or by
 * infrared. */
struct calm {
	int64_t from_us;   /* since when; 0 = from the first */
	uint32_t q8;	   /* usual calm difference */
	uint16_t seen;	   /* signs of life it was learned from */
	uint16_t level_q8; /* brightness meanwhile; 0 not known */
};

struct frozen {
	int64_t quiet_us;   /* last sign of life, or the first picture */
	int64_t exact_us;   /* first picture of a run of equal ones */
	uint16_t exact_run; /* pictures equal to the one before, in a row */
	uint16_t samples;   /* since quiet_us */
	uint16_t strong;    /* of them, nearly all blocks came back */
	uint32_t equal_sum; /* permille, over samples */
	uint32_t recent_permille; /* running mean of the same */
	uint32_t uneven_permille; /* running mean of nearest / median */
	bool intra_only;
	bool mono; /* no colour in the picture: by infrared */
	struct calm floor;
	struct calm before;	 /* the other light's, which may be back soon */
	uint16_t best_permille;	 /* the most blocks that came back */
	uint32_t near_q8;	 /* running mean of the nearest */
	uint32_t anchor_q8;	 /* and to the first of the quiet ones */
	uint16_t quiet_permille; /* equal blocks in quiet that ended */
	uint16_t life_permille;	 /* equal blocks usual beside motion */
	uint16_t life_seen;
	uint32_t life_excess; /* usual excess_percent in life */
	uint16_t level_q8;    /* brightness now */
	int64_t longest_us;   /* longest equal run that motion ended */
};

struct white {
	int64_t glare_us; /* since when it glares, 0 = it does not */
	uint16_t permille;
	uint16_t usual_permille;
	bool blank; /* white all over: nothing else can be seen in it */
};

struct black {
	int64_t from_us;  /* first of a row of black pictures, 0 = none */
	int64_t dusk_us;  /* since when it has been growing dark */
	uint8_t dusk;	  /* pictures of that */
	bool gradual;	  /* it became black by and by */
	bool blank;	  /* black all over */
	uint16_t dark_q8; /* what was seen last */
	uint16_t spread_q8;
};

struct corrupt {
	uint8_t recent; /* a bit for each of the last pictures */
	uint8_t damaged;
	uint8_t held; /* undamaged in a row, but not the scene either */
	uint8_t smeared;
	uint16_t green; /* cells */
	uint16_t zones; /* far too sharp */
	uint16_t units_permille;
};

struct noisy {		 /* the last picture that was not: .. */
	int64_t good_us; /* 0 = none yet */
	uint16_t noise_q8;
	uint8_t light; /* .. enum light */
};

struct cast {
	int64_t off_us; /* since when colours are off, 0 = they are not */
	int32_t u_q8, v_q8;
	uint16_t agree_permille;
};

struct moved {
	uint8_t drifts;	 /* in a row */
	uint8_t hits;	 /* pictures with the same displacement .. */
	uint8_t misses;	 /* .. and without it, since the first */
	uint8_t strays;	 /* by another, in a row */
	int64_t from_us; /* of the first */
	int16_t x_q4, y_q4;
};

struct blurred {
	int64_t from_us;
	uint16_t pictures; /* in a row .. */
	uint16_t doubts;   /* .. but for these */
};

struct span_count { /* one account, for sums over a minute */
	int64_t from_us;
	int64_t to_us;
	uint32_t units;
	uint32_t packets;
	uint32_t lost;
	uint32_t damaged;
	uint64_t bytes;
};

#define SPANS 12u
struct stream {
	struct span_count span[SPANS];
	uint8_t span_next;
	uint8_t span_count;
	enum codec codec;
	uint16_t width;
	uint16_t height;
	uint32_t parameter_print;
	int64_t changed_us; /* last change of the format, 0 = none */
	char changed[48];   /* "h264 640x360 -> ..." */
	uint32_t fps_milli; /* last accounted */
	uint32_t gop_us;
	uint32_t rhythm_us; /* of the keyframes, last accounted */
	uint32_t fps_usual; /* learned, milli */
	uint32_t rate_low;  /* learned: low mean, bytes a second */
	uint32_t rate_mean; /* running mean and mean deviation */
	uint32_t rate_spread;
	uint32_t key_mean; /* the same of the keyframes' bytes */
	uint32_t key_spread;
	uint32_t inter_low; /* learned: low mean of non-key unit bytes */
	uint16_t learned;   /* accounts that were learned from */
	uint32_t inter_now;
	int64_t offset_us; /* camera's clock, INT64_MIN none */
	uint8_t offset_jumps;
	int64_t offset_jump_us;
	int64_t account_us;  /* end of the last account .. */
	int64_t pictured_us; /* .. and of the last with a picture */
};

struct schedule {
	int64_t asked_us; /* 0 = no ask is out */
	int64_t wait_us;  /* the interval in force at the last picture */
	int64_t next_us;  /* when the next is wanted */
	int64_t odd_us;	  /* since when something looks odd; 0 = nothing */
	uint32_t taken;	  /* pictures judged */
	uint8_t lively;	  /* that showed life, in a row, as far as it counts */
};

#endif
