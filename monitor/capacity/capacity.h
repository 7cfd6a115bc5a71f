/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capacity.h: how late our own work is, second by second -> what is left undone
 * until it is on time again, and in which order: thumbnails first, then
 * sampling, never liveness. PURE. Of what is counted here a probe could lie,
 * and would gain that less is looked at, which is said aloud. Called by
 * monitor_capacity.c.
 *
 * A ladder of steps, one up for each CAPACITY_RISE_US behind (from the fifth on
 * CAPACITY_SHED_US), down again after a calm that doubles whenever the last
 * descent was too early:
 *   1      routine thumbnails (the last good ones, renewed now and then; they
 *          are paced in any case, or all that were left out would come at once
 *          when it is over, and bring it back)
 *   2      all but a person's prompt and the pictures of a change of verdict
 *   3, 4   intervals 1.5, 2 times as long: nobody's picture grows too old;
 *          back within two minutes, or a quarter of all feeds would be due at
 *          once when it is over, and bring it back
 *   5..12  an eighth more of the feeds is not sampled (of those of low
 *          criticality two), always the same ones, so that nothing flaps
 *   13..16 a quarter more of the critical ones isn't either
 * What looks odd is sampled as ever. A slow disk gains from the first two
 * alone. Pictures that are merely late harm nobody: feeds are left out only
 * when others grow too old, or a loop is late on which connections are watched.
 */
#ifndef MONITOR_CAPACITY_CAPACITY_H
#define MONITOR_CAPACITY_CAPACITY_H

#include <stdbool.h>
#include <stdint.h>

enum capacity_level {
	CAPACITY_OK = 0,
	CAPACITY_THUMBNAILS = 1, /* some are not made */
	CAPACITY_STRETCHED = 2,	 /* and pictures are judged more rarely */
	CAPACITY_SHED = 3,	 /* and those of some feeds not at all */
};
#define CAPACITY_LEVELS 4
#define CAPACITY_STEPS 16u

/* Where it is late, as bits. */
#define CAPACITY_LOOP 1u     /* the monitor's own loop */
#define CAPACITY_PROBES 2u   /* a probe's loop, or its answers */
#define CAPACITY_PICTURES 4u /* from a keyframe's arrival to its measures */
#define CAPACITY_STORE 8u    /* commits */

#define CAPACITY_SLOW_US 2000000  /* a picture measured later is slow */
#define CAPACITY_RISE_US 3000000  /* behind for so long: a step up */
#define CAPACITY_SHED_US 10000000 /* .. one that leaves feeds out */
#define CAPACITY_CALM_US 20000000 /* on time for so long: a step down */
#define CAPACITY_CALM_MOST_US 600000000
#define CAPACITY_FURTHER_US 5000000 /* and the next ones */
#define CAPACITY_LOOK_US 10000000   /* when a feed held back is looked at */
#define CAPACITY_BACK_US 20000000   /* one that came back has its picture by */
#define CAPACITY_WINDOW 5	    /* seconds over which pictures count */
#define CAPACITY_ROUTINE_S                                                     \
	120 /* routine thumbnails of all feeds take so long, */
#define CAPACITY_ROUTINE_LEAST 8 /* or so many a second */

/* Of one second. */
struct capacity_load {
	uint64_t loop_lags_us; /* how late the monitor's loop was, together, */
	uint32_t loops;	       /* in so many looks */
	uint32_t probe_lag_us; /* worst of the loops that read cameras */
	uint32_t silent_us;    /* the longest that a probe owes an answer */
	uint32_t learning;     /* feeds that flow and are still learned */
	/* Of feeds that are known: */
	uint32_t pictures;     /* measured, */
	uint32_t slow;	       /* of them late, */
	uint32_t lost;	       /* and dropped by us; */
	uint32_t wanted;       /* feeds that are sampled, */
	uint32_t overdue;      /* of them too old by our own fault */
	uint32_t store_lag_us; /* since the last commit; 0 while it fails: .. */
	uint32_t store_queue;  /* .. that is another trouble */
};

struct capacity {
	struct capacity_load load; /* counted so far; the caller's */
	uint8_t step;
	uint16_t stretch[2]; /* intervals are so many 1/256 as long, of the
			      * usual and of the critical ones */
	int64_t back_us[CAPACITY_STEPS + 1]; /* each step was last left for the
					      * one below; 0 = never */
	uint32_t routine;  /* such thumbnails may still be made this second */
	uint32_t why;	   /* what was late when it last rose; bits */
	int64_t behind_us; /* behind since; 0 = is not */
	int64_t easy_us;   /* on time since, or since the last step down */
	int64_t calm_us;   /* that a first step down takes now */
	int64_t fell_us;   /* last step down */
	bool falling;	   /* it stepped down, and nothing spoke against it */
	bool strained;	   /* at the last look */
	struct {
		uint32_t all, late;
	} seconds[CAPACITY_WINDOW];
	uint8_t next;
};

/* A feed that wants a picture. */
struct capacity_feed {
	int64_t due_us;	     /* when it wants it */
	int64_t last_us;     /* its last picture, 0 = none yet */
	int64_t interval_us; /* between its pictures, when all is well */
	bool odd;	     /* something looks odd: never held back */
	uint8_t criticality; /* 1 low .. 5 vital */
	uint8_t place;	     /* among the feeds, by chance but for good */
};

void capacity_init(struct capacity *c);
/* Each second: weighs what was counted, and counts anew. True when the step
 * changed. */
bool capacity_second(struct capacity *c, int64_t now_us);
enum capacity_level capacity_level(const struct capacity *c);
const char *capacity_level_name(enum capacity_level level);
/* Loops or pictures are not well on time: a picture that is owed now may be so
 * by our fault. That some are too old is no sign of it: whom we starved stays
 * so until his next picture, and his camera may send none. */
bool capacity_strained(const struct capacity *c);
/* What is done about it, for people: a sentence. */
const char *capacity_level_text(enum capacity_level level);

/* Whether such thumbnails are made now; of a routine one that it is. */
bool capacity_routine(const struct capacity *c);
bool capacity_pages(const struct capacity *c);
void capacity_routine_made(struct capacity *c);
/* Whether the feed is sampled at all, */
bool capacity_samples(const struct capacity *c, const struct capacity_feed *f);
/* .. and for so long that it should have its picture by now, */
bool capacity_owes(const struct capacity *c, const struct capacity_feed *f,
    int64_t now_us);
/* and when it is to be asked: due_us, or later. */
int64_t capacity_due(const struct capacity *c, const struct capacity_feed *f,
    int64_t now_us);

#endif
