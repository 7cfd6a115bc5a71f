/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x11.h: what the files of the X11 source share: one connection to one
 * server, whose answers are waited for only so long. The server is the
 * operator's: what it says is data, and its windows' properties are hostile.
 */
#ifndef PROBES_CONSOLE_X11_H
#define PROBES_CONSOLE_X11_H

#include <stdbool.h>
#include <stdint.h>

#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include "probes/console/source.h"
#include "probes/console/visibility.h"

#define X11_DEVICES 64
#define X11_WAIT_MS 1000 /* for any answer; then the server counts as hung */

struct x11_device {
	uint16_t id;
	enum tally_origin origin;
	/* Which keys are down right now, to tell a repeated one (VNC sends
	 * them) from a new one; forgotten when it is let go. */
	uint8_t held[32];
};

enum x11_atom {
	X11_CLIENTS_STACKED,
	X11_CLIENTS,
	X11_CURRENT_DESKTOP,
	X11_DESKTOP,
	X11_STATE,
	X11_STATE_HIDDEN,
	X11_NAME,
	X11_WM_STATE,
	X11_XTEST_DEVICE,
	X11_DEVICE_NODE,
};
#define X11_ATOMS 10

struct x11 {
	struct source source;
	xcb_connection_t *c; /* NULL = not connected */
	xcb_window_t root;
	struct rectangle root_area;
	char display[64];		  /* it is connected to, */
	char session[HEARTBEAT_ID_BYTES]; /* for this one */
	int64_t retry_us;
	bool said_why; /* why it can't connect: once is enough */
	xcb_atom_t atoms[X11_ATOMS];
	bool has_input, has_saver, has_dpms, has_randr;
	bool rootless; /* Xwayland: sees only what its own windows see */
	uint8_t input_opcode;
	struct x11_device devices[X11_DEVICES];
	int device_count;
	bool devices_stale;
	/* Moved since the pointer was asked for its place, by whom. */
	bool moved_by_hand, moved_else;
	int64_t place_asked_us;
	uint32_t moves; /* of all origins */
	/* Of each screen of the heartbeat, in the same order. */
	struct rectangle areas[HEARTBEAT_SCREENS];
};

/* The answer to a request, or NULL: an error, or the server hangs or went
 * (then x->c is NULL). Free it. */
void *x11_reply(struct x11 *x, unsigned sequence);

/* x11_input.c */
void x11_input_start(struct x11 *x);
void x11_input_event(struct x11 *x, const xcb_generic_event_t *e,
    int64_t now_us);
/* Asks for the pointer's place when it moved and the last time is a while
 * ago. */
void x11_input_place(struct x11 *x, int64_t now_us, int64_t at_least_us);
/* A program may also set the pointer elsewhere without any input (WarpPointer,
 * as xdotool does): counted as injected, once for all since the last call. */
void x11_input_warp(struct x11 *x, int64_t now_us);
void x11_input_devices(struct x11 *x);

/* x11_screens.c: the screens into the heartbeat, their areas into x. */
void x11_screens_start(struct x11 *x);
void x11_screens_fill(struct x11 *x, struct heartbeat *hb);
/* Since any input, injected too: only where nothing better is to be had. */
bool x11_screens_idle(struct x11 *x, uint32_t *ms_out);

/* x11_windows.c: after the screens. */
void x11_windows_fill(struct x11 *x, struct heartbeat *hb);

#endif
