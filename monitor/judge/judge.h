/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.h: observations of one feed over time -> its verdict, and when it
 * wants the next picture. PURE: takes time as an argument, calls no clock, no
 * socket, no log. Observations were range-checked on the wire but their
 * content is a camera's: hostile. Called by the monitor (and by tests, with a
 * time line of their own); knows nothing of sites, stores or probes.
 *
 * Life of a feed here: new -> any order of judge_on_* and judge_step -> free.
 * Every call carries `now_us`, never earlier than the call before.
 */
#ifndef MONITOR_JUDGE_JUDGE_H
#define MONITOR_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define EVIDENCE_BYTES 768

struct verdict {
	enum state state;
	enum cause cause;   /* the leading one, by cause_rank */
	uint64_t causes;    /* bit n = cause n in force; 0 when up */
	uint8_t confidence; /* percent */
	int64_t since_us;   /* last good evidence, or first proof of good */
	int64_t at_us;	    /* when it was called */
	char evidence[EVIDENCE_BYTES]; /* one JSON object, values as measured */
};

struct judge_config {
	int64_t sample_us;	   /* base interval, 10 s */
	int64_t sample_suspect_us; /* while something looks odd, 2 s */
	int64_t sample_rare_us;	   /* while the account proves life, 60 s */
	bool adaptive; /* false: every sample_us, sooner only when odd */
	int64_t return_grace_us; /* a closed connection may come back, 0.9 s */
};

void judge_config_defaults(struct judge_config *config_out);

struct judge_feed;

/* cfg is borrowed for the feed's life. NULL when memory is out. A new feed is
 * unknown: learning. */
struct judge_feed *judge_feed_new(const struct judge_config *cfg,
    int64_t now_us);
void judge_feed_free(struct judge_feed **f);

void judge_on_link(struct judge_feed *f, const struct link_report *r,
    int64_t now_us);
void judge_on_account(struct judge_feed *f, const struct account *a,
    int64_t now_us);
/* A sample that came, or (result other than OK, DAMAGED) that did not. */
void judge_on_sample(struct judge_feed *f, const struct sample *s,
    int64_t now_us);
/* Our own side fails or is back: the probe that held the feed is gone, the
 * network is lost, no capacity. CAUSE_NONE clears. The feed is unknown with
 * that cause at once; what it had proved stays known. */
void judge_on_blind(struct judge_feed *f, enum cause cause, int64_t now_us);

/* Our own side did not take, or lost, the picture that was due. If it then
 * grows too old, that is over-capacity, not not-sampled, until the next is
 * judged, or for so long as one is valid. */
void judge_on_starved(struct judge_feed *f, int64_t now_us);

/* Known from elsewhere: a PTZ tour, declared dark hours, a camera's alarm.
 * Half-open [from, to); what is not known to the judge is kept and unused. */
enum annotation_kind {
	ANNOTATION_PTZ_MOVING = 1,
	ANNOTATION_DARK_HOURS = 2,
	ANNOTATION_CAMERA_ALARM = 3
};
struct annotation {
	enum annotation_kind kind;
	int64_t from_us;
	int64_t to_us;
};
void judge_on_annotation(struct judge_feed *f, const struct annotation *a,
    int64_t now_us);

/* The reference: what the feed looks like now is pinned as what it should show
 * (a person approved it), and slow change is measured against it; it is part
 * of what judge_save gives. False while too little is known (no life shown, no
 * picture learned). It is a person's word: also while moved, covered or blurred
 * is called, which is then measured against what is pinned and so clears. The
 * caller has refused what shows no scene (black, frozen, a card ...).
 * clear: only the learned normal is left. */
bool judge_reference_set(struct judge_feed *f, int64_t now_us);
void judge_reference_clear(struct judge_feed *f);
/* When it was pinned, by now_us of the set; 0 = there is none; -1 = in an
 * earlier life (restored). */
int64_t judge_reference_us(const struct judge_feed *f);

/* Another feed shows the same at the same time, as duplicate.h found; NULL:
 * none does (any more). The next account weighs it. */
struct twin {
	uint32_t feed;
	bool coded;	   /* the same units; else the same pictures */
	int16_t like;	   /* per mille, where encoded separately; else 0 */
	uint32_t matches;  /* that were found so far */
	uint32_t apart_ms; /* in arrival, on the average */
	char name[64];	   /* of the other feed, for the evidence */
};
void judge_on_twin(struct judge_feed *f, const struct twin *t, int64_t now_us);

/* Weighs everything at now_us. True when the verdict differs from the last
 * one returned (state, leading cause or set of causes): *out is the new one. */
bool judge_step(struct judge_feed *f, int64_t now_us, struct verdict *out);
/* Something looks odd and is not called yet (or is). */
bool judge_suspects(const struct judge_feed *f);
/* The verdict in force. */
const struct verdict *judge_verdict(const struct judge_feed *f);
/* When two pictures in a row last differed in some place, as far as is seen;
 * 0 = never. */
int64_t judge_moved_us(const struct judge_feed *f);
/* When judge_step must be called even if nothing is observed; INT64_MAX never.
 */
int64_t judge_deadline(const struct judge_feed *f);

/* When the next sample is wanted (may be past); INT64_MAX: none while no
 * media flows. The caller tells when it asked, so that it isn't wanted twice.
 */
int64_t judge_sample_due(const struct judge_feed *f);
void judge_sample_asked(struct judge_feed *f, int64_t now_us);
/* How far apart it wants them now. */
int64_t judge_sample_interval(const struct judge_feed *f);

/* Summary of the stream as last accounted, for `probe` and pages. */
struct judge_stream {
	enum codec codec;
	uint16_t width;
	uint16_t height;
	uint32_t fps_milli;
	uint32_t kbps;
	uint32_t gop_us;
	uint32_t loss_ppm;
	uint32_t samples; /* judged so far */
	int64_t
	    last_sample_us; /* keyframe arrival of the last judged, 0 none */
};
void judge_stream(const struct judge_feed *f, struct judge_stream *out);

/* What was learned, to survive a restart: opaque, versioned, little-endian.
 * Returns the length, at most `size`. judge_restore ignores what it can't
 * read; what is restored is never proof of life now. */
size_t judge_save(const struct judge_feed *f, void *out, size_t size);
/* The same without what is known of the picture, for a feed of which none may
 * be kept. */
size_t judge_save_unseen(const struct judge_feed *f, void *out, size_t size);
void judge_restore(struct judge_feed *f, const void *bytes, size_t length);
#define JUDGE_SAVE_BYTES 16384

#endif
