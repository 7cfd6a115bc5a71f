/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source_parts.h: a source as its own thread sees it; shared by source.c (the
 * handle, live sources), source_file.c (files) and source_seat.c (devices that
 * limit their sessions). For nobody else.
 */
#ifndef PROBES_DEMUX_SOURCE_PARTS_H
#define PROBES_DEMUX_SOURCE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "probes/demux/locator.h"
#include "probes/demux/media.h"
#include "probes/demux/outbox.h"
#include "probes/demux/source.h"
#include "probes/demux/tally.h"

struct source {
	struct source_config cfg;
	pthread_t thread;
	atomic_bool stop;
	atomic_bool flowing;
	atomic_ullong received;
	struct seats_device *seat; /* of its device; NULL: nobody counts */
	struct note *ended;	   /* made early: it must never be lacking */

	pthread_mutex_t lock; /* of what follows up to the next blank line */
	pthread_cond_t wake;  /* an ask, a retry or the stop */
	struct wire_sample_ask ask; /* ticket 0: none pending */
	int64_t asked_us;
	bool retry;
	bool turned; /* the pauses are others: the one under way is over */
	uint32_t least_ms, most_ms; /* between tries; 0 = the back-off */

	/* The thread's own. */
	struct locator locator;
	struct tally tally;
	struct media *media; /* NULL between attempts */
	int64_t deadline_us;
	int64_t account_due_us;
	int64_t last_media_us; /* any attempt; 0 = never */
	int64_t previous_us;   /* before it, the present packet hadn't begun */
	int64_t flowing_us;    /* in this attempt, since; 0 = not yet */
	int64_t visit_end_us;
	uint32_t attempts; /* since media last flowed */
	uint32_t failures; /* in a row; the back-off's exponent */
	uint32_t connections;
	uint64_t random;
	uint16_t status; /* HTTP's, of the attempt that failed */
	bool timed_out;
	bool accepted; /* libavformat took the source */
	bool opened;   /* and knows its track */
	bool flowed;   /* in this attempt */
	bool seated;   /* a session of its device is taken */
};

bool source_stopping(const struct source *s);
/* Sleeps until t_us (CLOCK_MONOTONIC); false when to be stopped. What else
 * ends it early: */
#define SOURCE_WAKE_RETRY 1u /* source_retry */
#define SOURCE_WAKE_PAUSE 2u /* source_pause; `turned` stays for the waker */
bool source_sleep(struct source *s, int64_t t_us, unsigned wakes);
void source_report(struct source *s, enum phase phase, enum reason reason,
    int64_t at_us, int64_t next_us, const char *detail);
void source_account(struct source *s, int64_t to_us);
/* True, and the ask is taken, when the packet last read (a keyframe that
 * began at begun_us on the asks' own time line) answers the pending ask. */
bool source_take_ask(struct source *s, int64_t at_us, int64_t begun_us,
    struct wire_sample_ask *ask_out);
/* The packet last read goes to a picture probe under this ask. */
void source_send_unit(struct source *s, const struct wire_sample_ask *ask,
    int64_t at_us);
/* Waits until its device has room for a session more and takes it; false when
 * to be stopped, or when the visit is over before. */
bool source_seat_take(struct source *s);
/* Its session ended; of none nothing is said. */
void source_seat_leave(struct source *s);
/* Whether its device's only session is somebody else's. */
bool source_seat_is_others(const struct source *s);
/* The thread's work for a file: returns at its end or when stopped. */
void source_run_file(struct source *s);

#endif
