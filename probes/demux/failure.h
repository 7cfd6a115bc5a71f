/* SPDX-License-Identifier: GPL-3.0-or-later */
/* failure.h: what libavformat said and did -> the reason (words.h). Its error
 * codes alone don't tell a name that doesn't resolve from a closed port or a
 * wrong password from a busy server, so its log lines are read too, on the
 * thread that makes them; nothing of them is kept but these marks (they hold
 * URLs with passwords). Called by the source's thread.
 */
#ifndef PROBES_DEMUX_FAILURE_H
#define PROBES_DEMUX_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"

/* How far an attempt came. */
struct failure_marks {
	bool unresolved; /* the name was asked for and not found */
	bool unanswered; /* ... since no name server answered */
	bool connected;	 /* TCP stands */
	bool answered;	 /* an HTTP header line came */
	int status;	 /* HTTP's, 0 = none */
};

struct failure_case {
	int error;	  /* AVERROR */
	bool timed_out;	  /* our deadline cut it off */
	bool lacking;	  /* we have no descriptor left */
	bool tls;	  /* the URL wants it */
	bool datagrams;	  /* UDP, SRT, RTP: nothing to be connected */
	bool credentials; /* some were configured */
	bool opened;	  /* libavformat had accepted the source */
	bool flowed;	  /* media had come */
	struct failure_marks marks;
};

/* Reads libavformat's log on every thread and silences it. Once. */
void failure_listen(void);
/* Forgets this thread's marks (before an attempt) and gives them back. */
void failure_clear(void);
struct failure_marks failure_seen(void);
/* One line of libavformat's log: its format and the arguments' first int. */
void failure_note(struct failure_marks *m, const char *format, int number);

enum reason failure_reason(const struct failure_case *c);
/* Plain text for the report; never the URL. */
void failure_describe(const struct failure_case *c, char *out, size_t size);

#endif
