/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outputs by RandR, light by DPMS and MIT-SCREEN-SAVER: both hold for the
 * whole server. A monitor switched off by its own button is often still
 * "connected": nobody here can see that.
 */
#include "probes/console/x11.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcb/dpms.h>
#include <xcb/randr.h>
#include <xcb/screensaver.h>

#define MOST_OUTPUTS 64

static xcb_randr_get_screen_resources_current_reply_t *
resources(struct x11 *x)
{
	if (!x->has_randr || x->c == NULL)
		return NULL;
	return x11_reply(x,
	    xcb_randr_get_screen_resources_current(x->c, x->root).sequence);
}

void
x11_screens_start(struct x11 *x)
{
	xcb_randr_query_version_reply_t *v = NULL;

	if (x->c != NULL && x->has_randr)
		v = x11_reply(x, xcb_randr_query_version(x->c, 1, 3).sequence);
	x->has_randr =
	    v != NULL && (v->major_version > 1 || v->minor_version >= 3);
	free(v);
	if (x->c != NULL && x->has_dpms) {
		xcb_dpms_capable_reply_t *r =
		    x11_reply(x, xcb_dpms_capable(x->c).sequence);

		x->has_dpms = r != NULL && r->capable;
		free(r);
	}
}

/* Standby is dark too: whoever looks at it sees nothing. A server without
 * DPMS doesn't know what its monitors do. */
static enum screen_power
power_by_dpms(struct x11 *x)
{
	xcb_dpms_info_reply_t *r = NULL;
	enum screen_power power = SCREEN_UNKNOWN;

	if (x->c != NULL && x->has_dpms)
		r = x11_reply(x, xcb_dpms_info(x->c).sequence);
	if (r != NULL)
		power = r->power_level == XCB_DPMS_DPMS_MODE_ON || !r->state
			    ? SCREEN_ON
			    : SCREEN_OFF;
	free(r);
	return power;
}

static xcb_screensaver_query_info_reply_t *
saver(struct x11 *x)
{
	if (x->c == NULL || !x->has_saver)
		return NULL;
	return x11_reply(x, xcb_screensaver_query_info(x->c, x->root).sequence);
}

/* A screen saver blanks the screen, or draws over all there is. */
static enum screen_power
power_now(struct x11 *x)
{
	enum screen_power power = power_by_dpms(x);
	xcb_screensaver_query_info_reply_t *r = saver(x);

	if (r != NULL && r->state == XCB_SCREENSAVER_STATE_ON)
		power = SCREEN_OFF;
	free(r);
	return power;
}

bool
x11_screens_idle(struct x11 *x, uint32_t *ms_out)
{
	xcb_screensaver_query_info_reply_t *r = saver(x);

	if (r == NULL)
		return false;
	*ms_out = r->ms_since_user_input;
	free(r);
	return true;
}

static void
copy_name(char *out, size_t size, const uint8_t *name, int length)
{
	size_t n = 0;

	for (int i = 0; i < length && n < size - 1; i++)
		out[n++] = name[i] > ' ' && name[i] <= '~' && name[i] != '"' &&
				   name[i] != '\\'
			       ? (char)name[i]
			       : '_';
	out[n] = '\0';
}

/* One connected output; crtc: NULL = it shows nothing. */
static void
add(struct x11 *x, struct heartbeat *hb,
    const xcb_randr_get_output_info_reply_t *o,
    const xcb_randr_get_crtc_info_reply_t *crtc, enum screen_power power)
{
	struct heartbeat_screen *s = &hb->screens[hb->screen_count];

	if (hb->screen_count == HEARTBEAT_SCREENS)
		return;
	copy_name(s->name, sizeof(s->name), xcb_randr_get_output_info_name(o),
	    o->name_len);
	if (strncmp(s->name, "XWAYLAND", 8) == 0)
		x->rootless = true;
	x->areas[hb->screen_count++] =
	    crtc == NULL ? (struct rectangle){ 0 }
			 : (struct rectangle){ crtc->x, crtc->y, crtc->width,
				   crtc->height };
	s->power = crtc == NULL ? SCREEN_OFF : power;
	if (crtc != NULL) {
		s->width = crtc->width;
		s->height = crtc->height;
	}
}

/* lit: those that show something; they come first, in case that there are
 * more than a heartbeat holds. */
static void
add_outputs(struct x11 *x, struct heartbeat *hb,
    const xcb_randr_get_screen_resources_current_reply_t *r,
    enum screen_power power, bool lit)
{
	const xcb_randr_output_t *ids =
	    xcb_randr_get_screen_resources_current_outputs(r);
	int count =
	    r->num_outputs < MOST_OUTPUTS ? r->num_outputs : MOST_OUTPUTS;

	for (int i = 0; i < count && x->c != NULL; i++) {
		xcb_randr_get_crtc_info_reply_t *crtc = NULL;
		xcb_randr_get_output_info_reply_t *o = x11_reply(x,
		    xcb_randr_get_output_info(x->c, ids[i], r->config_timestamp)
			.sequence);

		if (o != NULL && x->c != NULL && o->crtc != XCB_NONE)
			crtc = x11_reply(x, xcb_randr_get_crtc_info(x->c,
						o->crtc, r->config_timestamp)
						.sequence);
		if (o != NULL && (o->crtc != XCB_NONE) == lit &&
		    (lit ? crtc != NULL
			 : o->connection == XCB_RANDR_CONNECTION_CONNECTED))
			add(x, hb, o, crtc, power);
		free(crtc);
		free(o);
	}
}

static void
add_whole(struct x11 *x, struct heartbeat *hb, enum screen_power power)
{
	hb->screens[0] = (struct heartbeat_screen){ .name = "screen",
		.power = power,
		.width = (uint16_t)x->root_area.width,
		.height = (uint16_t)x->root_area.height };
	x->areas[0] = x->root_area;
	hb->screen_count = 1;
}

void
x11_screens_fill(struct x11 *x, struct heartbeat *hb)
{
	xcb_randr_get_screen_resources_current_reply_t *r;
	enum screen_power power;

	if (x->c == NULL)
		return;
	power = power_now(x);
	r = resources(x);
	if (r != NULL) {
		add_outputs(x, hb, r, power, true);
		add_outputs(x, hb, r, power, false);
	}
	free(r);
	if (x->c != NULL && hb->screen_count == 0)
		add_whole(x, hb, power);
	hb->sees_screens = x->c != NULL ? HEARTBEAT_X11 : HEARTBEAT_BLIND;
}
