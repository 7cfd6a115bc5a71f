/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.h: what every source of the agent is made of, and what they share.
 * A source connects by itself, again and again, never ends the agent, never
 * waits for more than a second or two, and leaves at HEARTBEAT_BLIND what it
 * can't see. Called by agent.c, one after the other, in one thread.
 */
#ifndef PROBES_CONSOLE_SOURCE_H
#define PROBES_CONSOLE_SOURCE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "camwarden/heartbeat.h"
#include "probes/console/options.h"
#include "probes/console/tally.h"

/* Who sits at the seat, as logind says. */
struct session {
	bool known;   /* logind answers: the rest is true */
	bool present; /* there is an active session */
	bool greeter; /* it is the login screen's */
	bool locked;
	char id[HEARTBEAT_ID_BYTES];
	char type[16];	  /* "x11", "wayland", "tty" */
	char display[64]; /* ":0"; "" = not said */
	char user[64];
	uid_t uid;
};

struct surroundings {
	const struct options *options; /* borrowed */
	struct tally tally;
	struct session session;
	bool knew_session;		  /* logind answered before */
	struct heartbeat_answer patterns; /* the newest that were given */
	bool x11_sees_input; /* then evdev keeps its hands off the tally */
	bool going_down;     /* logind says that the machine stops or sleeps */
};

struct source {
	const char *name;
	struct surroundings *around; /* borrowed */
	/* At least once a second: connect, ask, give up. */
	void (*step)(struct source *s, int64_t now_us);
	/* What to poll for; at most `room`. */
	int (*fds)(struct source *s, struct pollfd *out, int room);
	/* Takes whatever came, without waiting. */
	void (*ready)(struct source *s, int64_t now_us);
	void (*fill)(struct source *s, struct heartbeat *hb, int64_t now_us);
	void (*free)(struct source *s);
};

#define SOURCE_FDS 64

/* NULL: no memory. */
struct source *source_x11_new(struct surroundings *around);
struct source *source_logind_new(struct surroundings *around);
struct source *source_evdev_new(struct surroundings *around);
struct source *source_wayland_new(struct surroundings *around);

/* After the goodbye: logind may stop the machine now. */
void source_logind_let_go(struct source *s);

#endif
