/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.h: one feed held by one thread: connects, reads, reports, backs off,
 * connects again, until told to stop. A file instead is read once, in
 * lockstep with the samples asked of it (DESIGN.md 6). All it has to say goes
 * through the outbox; these calls come from the main thread and never block.
 */
#ifndef PROBES_DEMUX_SOURCE_H
#define PROBES_DEMUX_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"

struct outbox;
struct seating;
struct source;

struct source_config {
	struct wire_configure configure;
	struct wire_feed_add feed;
	int fd;			 /* given, -1 none: the file to read */
	struct outbox *outbox;	 /* borrowed, outlives the source; .. */
	struct seating *seating; /* .. so does this */
	uint64_t seed;
};

/* Starts the thread. NULL (fd closed) when memory or threads are out. */
struct source *source_start(const struct source_config *config);
/* The pending ask from now on. True when it displaced another: that one's
 * ticket is then in *displaced_out. */
bool source_ask(struct source *s, const struct wire_sample_ask *ask,
    uint64_t *displaced_out);
/* Forgets the back-off. */
void source_retry(struct source *s);
/* As WIRE_FEED_PAUSE. */
void source_pause(struct source *s, uint32_t least_ms, uint32_t most_ms);
/* Asks the thread to end; NOTE_ENDED follows, then source_join. */
void source_stop(struct source *s);
bool source_is_stopped(const struct source *s);
bool source_is_flowing(const struct source *s);
uint64_t source_received(const struct source *s);
/* After its NOTE_ENDED was taken from the outbox. */
void source_join(struct source **s);

#endif
