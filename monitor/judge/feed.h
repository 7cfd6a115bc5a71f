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
#include "monitor/judge/states.h"
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
	bool clean; /* neither it nor the picture before is damaged */
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
#define DETECTORS_MAX 20u

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

struct judge_feed {
	const struct judge_config *cfg;
	int64_t born_us;
	int64_t now_us;
	struct liveness link;
	enum cause blind;
	int64_t blind_us;
	int64_t starved_us; /* our own side last failed to take a picture */
	struct stream stream;
	struct schedule schedule;
	struct history history;
	struct life life;
	struct frozen frozen;
	struct usual usual;
	struct white white;
	struct black black;
	struct corrupt corrupt;
	struct noisy noisy;
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
	bool marred;	       /* the last picture was damaged */
	bool card;	       /* the last picture looked drawn */
	bool grained;	       /* and noisy, whether the scene shows or not */
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
extern const struct detector detector_no_video;
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

/* looped.c: takes a picture in, after normal_look. */
void looped_see(struct judge_feed *f, int64_t at_us);

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
