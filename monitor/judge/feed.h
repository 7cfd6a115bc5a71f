/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed.h: the inside of one judged feed, and what a detector is. PURE. For
 * the judge's files only.
 *
 * A detector looks at each sample (or account) and says what it thinks; the
 * judge counts: `on` bad ones in a row over at least on_us call it, `off`
 * good ones in a row clear it. All of them stand in one table (detector.c).
 */
#ifndef MONITOR_JUDGE_FEED_H
#define MONITOR_JUDGE_FEED_H

#include "monitor/judge/evidence.h"
#include "monitor/judge/history.h"
#include "monitor/judge/judge.h"
#include "monitor/judge/life.h"
#include "monitor/judge/liveness.h"
#include "monitor/judge/looped.h"
#include "monitor/judge/normal.h"
#include "monitor/judge/usual.h"

enum say {
	SAY_NOTHING, /* this one tells nothing either way */
	SAY_GOOD,
	SAY_ODD, /* suspect: look again soon */
	SAY_BAD,
};

struct opinion {
	enum say say;
	uint8_t confidence; /* percent, of SAY_BAD */
	int64_t since_us;   /* last good evidence, 0 = the judge's own */
};

/* What there is to look at: a sample, or an account. */
struct sight {
	int64_t at_us;
	const struct sample *sample;	 /* NULL: an account came */
	const struct contrast *contrast; /* NULL where nothing was decoded */
	enum sign sign;
	const struct account *account;
};

struct detector {
	const char *name;
	enum cause cause;
	uint64_t hushed_by; /* bits of causes that make this one meaningless */
	uint8_t on;
	uint8_t off;
	int64_t on_us;
	bool at_account;
	struct opinion (*look)(struct judge_feed *f, const struct sight *s);
	void (*tell)(const struct judge_feed *f, struct evidence *e);
};

extern const struct detector *const detectors[];
extern const unsigned detector_count;
#define DETECTORS_MAX 24u

struct detector_state {
	bool called;
	bool odd;
	uint8_t bad; /* in a row */
	uint8_t good;
	uint8_t confidence;
	int64_t first_bad_us;
	int64_t last_good_us;
	int64_t since_us;   /* while called */
	int64_t cleared_us; /* first good one of the row that cleared it */
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
	bool mono;	   /* no colour in the picture: by infrared */
	int64_t mode_us; /* when that changed last, 0 = never */
	uint16_t best_permille;	 /* the most blocks that came back */
	uint32_t near_q8;	 /* running mean of the nearest */
	uint32_t anchor_q8;	 /* and to the first of the quiet ones */
	uint16_t quiet_permille; /* equal blocks in quiet that ended */
	uint16_t life_permille;	 /* equal blocks usual beside motion */
	uint16_t life_seen;
	uint32_t life_excess; /* usual excess_percent in life */
	uint32_t floor_q8;    /* calm difference usual in life */
	uint16_t floor_seen;
	int64_t longest_us; /* longest equal run that motion ended */
};

struct white {
	int64_t glare_us; /* since when it glares, 0 = it does not */
	uint16_t permille;
	uint16_t usual_permille;
	bool blank; /* white all over: nothing else can be seen in it */
};

struct black {
	int64_t from_us;   /* first of a row of black pictures, 0 = none */
	int64_t dusk_us;   /* since when it has been growing dark */
	uint8_t dusk;	   /* pictures of that */
	bool gradual;	   /* it became black by and by */
	bool blank;	   /* black all over */
	uint16_t dark_q8;  /* what was seen last */
	uint16_t spread_q8;
};

struct corrupt {
	uint8_t recent; /* a bit for each of the last pictures */
	uint8_t damaged;
	uint16_t green; /* cells */
	uint16_t zones;	      /* far too sharp */
	uint16_t units_permille;
};

struct cast {
	int64_t off_us; /* since when colours are off, 0 = they are not */
	int32_t u_q8, v_q8;
	uint16_t agree_permille;
};

struct moved {
	uint8_t drifts;	  /* in a row */
	uint8_t hits;	  /* pictures with the same displacement .. */
	uint8_t misses;	  /* .. and without it, since the first */
	uint8_t strays;	  /* by another, in a row */
	int64_t from_us;  /* of the first */
	int16_t x_q4, y_q4;
};

struct blurred {
	int64_t from_us;
	uint16_t pictures; /* in a row */
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
	int64_t account_us; /* end of the last account */
};

struct schedule {
	int64_t asked_us; /* 0 = no ask is out */
	int64_t wait_us;  /* the interval in force at the last picture */
	int64_t next_us;  /* when the next is wanted */
	int64_t odd_us;	  /* since when something looks odd; 0 = nothing */
	uint32_t taken;	  /* pictures judged */
	uint8_t lively;	  /* that showed life, in a row, as far as it counts */
};

struct judge_feed {
	const struct judge_config *cfg;
	int64_t born_us;
	int64_t now_us;
	struct liveness link;
	enum cause blind;
	int64_t blind_us;
	struct stream stream;
	struct schedule schedule;
	struct history history;
	struct life life;
	struct frozen frozen;
	struct usual usual;
	struct white white;
	struct black black;
	struct corrupt corrupt;
	struct cast cast;
	struct looped looped;
	bool has_twin; /* another feed shows the same, as we were told */
	struct twin twin;
	struct normal normal;
	struct moved moved;
	struct blurred blurred;
	struct contrast contrast; /* of the last sample */
	struct detector_state state[DETECTORS_MAX];
	uint32_t samples;
	int64_t sample_us;     /* last judged picture */
	int64_t good_us;       /* last good evidence of any kind */
	int64_t proof_us;      /* first proof of good since the last trouble */
	int64_t dark_until_us; /* declared dark hours */
	bool card; /* the last picture looked drawn */
	uint16_t flat_permille;
	uint16_t repeat_permille;
	uint16_t cover_permille;
	struct verdict verdict; /* the last one returned */
};

extern const struct detector detector_frozen;
extern const struct detector detector_black;
extern const struct detector detector_no_signal;
extern const struct detector detector_looped;
extern const struct detector detector_duplicate;
extern const struct detector detector_covered;
extern const struct detector detector_moved;
extern const struct detector detector_blurred;
extern const struct detector detector_white;
extern const struct detector detector_noisy;
extern const struct detector detector_corrupt;
extern const struct detector detector_colour_cast;
extern const struct detector detector_undecodable;
extern const struct detector detector_packet_loss;
extern const struct detector detector_low_fps;
extern const struct detector detector_low_bitrate;
extern const struct detector detector_flapping;
extern const struct detector detector_clock_drift;
extern const struct detector detector_changed;

/* stream.c: takes an account in, before the detectors look. */
void stream_take(struct judge_feed *f, const struct account *a);
/* True when the account proves that the source still changes: a feed of
 * variable rate whose non-key units are as large as they were in life. */
bool stream_proves_life(const struct judge_feed *f);
/* Units with holes in them, of the last minute. */
uint32_t stream_damaged_permille(const struct judge_feed *f);
/* True when the account calls for a picture now. */
bool stream_odd(const struct judge_feed *f);

/* detector.c */
void detector_step(struct judge_feed *f, const struct sight *s);
/* Bits of the causes called, hushed ones left out. */
uint64_t detector_causes(const struct judge_feed *f);
bool detector_any_odd(const struct judge_feed *f);
const struct detector_state *detector_state_of(const struct judge_feed *f,
    enum cause cause, const struct detector **which_out);

/* schedule.c */
void schedule_on_sample(struct judge_feed *f, const struct sample *s,
    int64_t now_us);
/* Whether the picture just taken shows life. */
void schedule_on_sign(struct judge_feed *f, enum sign sign);
/* The account may call for a picture sooner than was planned. */
void schedule_on_account(struct judge_feed *f, int64_t now_us);
/* The interval that is in force. */
int64_t schedule_interval(const struct judge_feed *f);
/* How old the last judged picture may be. */
int64_t schedule_validity(const struct judge_feed *f);

#endif
