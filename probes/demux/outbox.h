/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.h: what the sources' threads have to say -> the main thread, in
 * order, through a locked queue and an eventfd. The only thing that threads
 * and the main thread share besides a source's own lock.
 */
#ifndef PROBES_DEMUX_OUTBOX_H
#define PROBES_DEMUX_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/wire.h"

struct source;

enum note_kind {
	NOTE_REPORT,
	NOTE_ACCOUNT,
	NOTE_UNIT,  /* goes to a picture probe */
	NOTE_GONE,  /* an asked sample that will not come */
	NOTE_ENDED, /* the thread's last word: it may be joined */
};

struct note {
	struct note *next;
	struct source *source; /* borrowed; valid until NOTE_ENDED is taken */
	enum note_kind kind;
	union {
		struct link_report report;
		struct account account;
		struct wire_sample_gone gone;
		struct {
			struct unit_head head;
			uint8_t *bytes; /* owned by the note */
		} unit;
	};
};

struct outbox;

/* NULL when memory or descriptors are out. */
struct outbox *outbox_new(void);
void outbox_free(struct outbox **o);
/* Readable while notes wait. */
int outbox_fd(const struct outbox *o);
/* From any thread: takes the note. */
void outbox_post(struct outbox *o, struct note *n);
/* From the main thread: all waiting notes, oldest first; given. */
struct note *outbox_take(struct outbox *o);
struct note *note_new(struct source *source, enum note_kind kind);
void note_free(struct note **n);

#endif
