/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heartbeat.h: what a console says of itself every few seconds, decoded. The
 * JSON that carries it is written and read by common/heartbeat_json, and is
 * described for others' agents in docs/consoles.md. It holds counts and
 * states, never a key, a title, an address of a page or a picture.
 */
#ifndef CAMWARDEN_HEARTBEAT_H
#define CAMWARDEN_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/presence.h"

#define HEARTBEAT_VERSION 1
#define HEARTBEAT_BODY_BYTES 65536 /* a longer one is refused */
#define HEARTBEAT_ID_BYTES 64	   /* boot, session, pattern, screen, .. */
#define HEARTBEAT_SCREENS 8
#define HEARTBEAT_WINDOWS 32
#define HEARTBEAT_CONNECTIONS 256
#define HEARTBEAT_ADDRESS_BYTES 56 /* "[IPv6]:port" */
#define HEARTBEAT_INTERVAL_S 5
#define HEARTBEAT_SECONDS 16 /* of counts in one heartbeat */
/* Bin 0: gaps below 2 ms; bin n: [2^n, 2^(n+1)) ms; the last: all longer. */
#define HEARTBEAT_GAP_BINS 16
#define HEARTBEAT_NOT_SAID UINT32_MAX

/* Where an agent takes something from. */
enum heartbeat_source {
	HEARTBEAT_BLIND = 0, /* it can't see it */
	HEARTBEAT_X11 = 1,
	HEARTBEAT_LOGIND = 2,
	HEARTBEAT_EVDEV = 3,
	HEARTBEAT_WAYLAND = 4,
	HEARTBEAT_BROWSER = 5,
	HEARTBEAT_KERNEL = 6, /* /proc */
	HEARTBEAT_OTHER = 7,  /* others' agents */
};
#define HEARTBEAT_SOURCE_COUNT 8

enum input_kind { INPUT_KEY, INPUT_MOVE, INPUT_BUTTON, INPUT_WHEEL };
#define INPUT_KINDS 4

/* Since the heartbeat before. Auto-repeat of a held key is not counted. */
struct heartbeat_input {
	uint32_t count[INPUT_KINDS];	/* by hand */
	uint32_t injected[INPUT_KINDS]; /* by a program: XTEST, isTrusted no */
	uint32_t virtual_[INPUT_KINDS]; /* by a device without hardware */
	uint16_t gaps[HEARTBEAT_GAP_BINS]; /* between inputs by hand */
	/* Inputs by hand, second by second, oldest first; 0 = not said. */
	uint8_t seconds;
	uint16_t per_second[HEARTBEAT_SECONDS];
	/* How far the pointer went in all, and the longer side of the box in
	 * which it stayed, in pixels; HEARTBEAT_NOT_SAID. */
	uint32_t path_px, span_px;
};

enum heartbeat_bool { SAID_NOT = 0, SAID_NO = 1, SAID_YES = 2 };

struct heartbeat_screen {
	char name[HEARTBEAT_ID_BYTES]; /* of the output: "HDMI-1" */
	enum screen_power power;
	uint16_t width, height;
};
/* A window that matches a configured pattern. */
struct heartbeat_window {
	char pattern[HEARTBEAT_ID_BYTES]; /* its id, nothing of the window */
	uint8_t screen;			  /* place in `screens`; 255 = none */
	uint16_t width, height; /* of its part on that screen, pixels */
	uint8_t visible;	/* percent of it that nothing covers; 0 also
				 * when minimised or on another workspace */
};
/* Somebody this machine holds a connection to. */
struct heartbeat_connection {
	char address[HEARTBEAT_ADDRESS_BYTES]; /* numeric, "[..]" if IPv6 */
	uint16_t port;
};

struct heartbeat {
	uint32_t version;
	char agent[HEARTBEAT_ID_BYTES];	  /* "camwarden-console/0.1.0" */
	char boot[HEARTBEAT_ID_BYTES];	  /* of the machine, or page load */
	char session[HEARTBEAT_ID_BYTES]; /* "" = nobody is logged in */
	uint64_t seq;		       /* from 1 within a life of the agent */
	char life[HEARTBEAT_ID_BYTES]; /* of the agent, random at its start */
	int64_t utc_ms;	  /* its clock, for comparison only; 0 = not said */
	uint32_t span_ms; /* what the counts cover */
	uint32_t idle_ms; /* since the last input by hand; .. NOT_SAID */
	bool goodbye;	  /* the machine or agent is shut down in order */
	enum heartbeat_bool locked;
	struct heartbeat_input input;
	/* enum heartbeat_source of each kind of thing */
	uint8_t sees_input, sees_idle, sees_lock, sees_screens, sees_windows,
	    sees_connections;
	uint8_t screen_count, window_count;
	uint16_t connection_count;
	bool connections_more; /* there were more than fit */
	uint32_t patterns;     /* revision of the patterns it matched */
	struct heartbeat_screen screens[HEARTBEAT_SCREENS];
	struct heartbeat_window windows[HEARTBEAT_WINDOWS];
	struct heartbeat_connection connections[HEARTBEAT_CONNECTIONS];
};

/* A window pattern, as the listener's answer tells it to the agent. Globs
 * (fnmatch, case ignored); "" matches all. */
#define HEARTBEAT_PATTERNS 32
#define HEARTBEAT_GLOB_BYTES 128
struct heartbeat_pattern {
	char id[HEARTBEAT_ID_BYTES];
	char class_[HEARTBEAT_GLOB_BYTES]; /* WM_CLASS, Wayland app_id */
	char title[HEARTBEAT_GLOB_BYTES];
};

/* What the listener answers (200). */
struct heartbeat_answer {
	uint32_t interval_ms; /* until the next one */
	bool patterns_given;  /* the agent's were old: */
	uint32_t patterns_revision;
	uint8_t pattern_count;
	struct heartbeat_pattern patterns[HEARTBEAT_PATTERNS];
};

#endif
