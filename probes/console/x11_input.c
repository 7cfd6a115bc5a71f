/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XInput2 raw events of the master devices: one per input, with the device it
 * came from, also while another program holds a grab (XI 2.1). The key's
 * number is looked at only to tell a repeated press, and not kept.
 */
#include "probes/console/x11.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcb/xinput.h>

#include "common/clock.h"
#include "common/log.h"

#define WHEEL_FIRST 4
#define WHEEL_LAST 7
#define STALE_MS 10000 /* a clock that differs by more isn't ours */

/* --- devices */

static bool
property_text(struct x11 *x, uint16_t device, enum x11_atom atom, char *out,
    size_t size)
{
	xcb_input_xi_get_property_cookie_t asked =
	    xcb_input_xi_get_property(x->c, device, 0, x->atoms[atom],
		XCB_ATOM_ANY, 0, 64);
	xcb_input_xi_get_property_reply_t *r = x11_reply(x, asked.sequence);
	bool ok = r != NULL && r->format == 8 && r->num_items > 0 &&
		  r->num_items / 4 <= r->length;

	if (ok)
		snprintf(out, size, "%.*s", (int)r->num_items,
		    (const char *)xcb_input_xi_get_property_items(r));
	free(r);
	return ok;
}

/* uinput's devices live in /devices/virtual/input. Not all that is virtual to
 * the kernel is no hardware: Bluetooth keyboards come through uhid. */
static bool
is_virtual(const char *node)
{
	char link[128], real[PATH_MAX];
	const char *name = strrchr(node, '/');

	if (strncmp(node, "/dev/input/event", 16) != 0)
		return false;
	snprintf(link, sizeof(link), "/sys/class/input/%s", name + 1);
	return realpath(link, real) != NULL &&
	       strncmp(real, "/sys/devices/virtual/input/", 27) == 0;
}

static enum tally_origin
origin_of(struct x11 *x, uint16_t device, const char *name)
{
	char text[128];

	/* Every XTEST device has this property; set to 1 on them alone. */
	if ((property_text(x, device, X11_XTEST_DEVICE, text, sizeof(text)) &&
		text[0] == 1) ||
	    strstr(name, "XTEST") != NULL)
		return TALLY_INJECTED;
	if (x->c != NULL &&
	    property_text(x, device, X11_DEVICE_NODE, text, sizeof(text)) &&
	    is_virtual(text))
		return TALLY_VIRTUAL;
	return TALLY_HAND;
}

static struct x11_device *
device_find(struct x11 *x, uint16_t id)
{
	for (int i = 0; i < x->device_count; i++)
		if (x->devices[i].id == id)
			return &x->devices[i];
	return NULL;
}

static void
device_add(struct x11 *x, const xcb_input_xi_device_info_t *info)
{
	char name[128];

	if (x->device_count == X11_DEVICES || x->c == NULL)
		return;
	snprintf(name, sizeof(name), "%.*s",
	    xcb_input_xi_device_info_name_length(info),
	    xcb_input_xi_device_info_name(info));
	x->devices[x->device_count] = (struct x11_device){ .id = info->deviceid,
		.origin = origin_of(x, info->deviceid, name) };
	x->device_count++;
}

void
x11_input_devices(struct x11 *x)
{
	xcb_input_xi_query_device_reply_t *r;
	xcb_input_xi_device_info_iterator_t i;

	x->devices_stale = false;
	x->device_count = 0;
	r = x11_reply(x,
	    xcb_input_xi_query_device(x->c, XCB_INPUT_DEVICE_ALL).sequence);
	if (r == NULL)
		return;
	i = xcb_input_xi_query_device_infos_iterator(r);
	for (; i.rem > 0; xcb_input_xi_device_info_next(&i))
		device_add(x, i.data);
	free(r);
}

/* --- events */

void
x11_input_start(struct x11 *x)
{
	struct {
		xcb_input_event_mask_t head;
		uint32_t mask;
	} masks[2] = {
		{ { XCB_INPUT_DEVICE_ALL_MASTER, 1 },
		    XCB_INPUT_XI_EVENT_MASK_RAW_KEY_PRESS |
			XCB_INPUT_XI_EVENT_MASK_RAW_KEY_RELEASE |
			XCB_INPUT_XI_EVENT_MASK_RAW_BUTTON_PRESS |
			XCB_INPUT_XI_EVENT_MASK_RAW_MOTION |
			XCB_INPUT_XI_EVENT_MASK_RAW_TOUCH_BEGIN |
			XCB_INPUT_XI_EVENT_MASK_RAW_TOUCH_UPDATE },
		{ { XCB_INPUT_DEVICE_ALL, 1 },
		    XCB_INPUT_XI_EVENT_MASK_HIERARCHY },
	};
	xcb_input_xi_query_version_reply_t *v = NULL;

	if (!x->has_input || x->c == NULL)
		return;
	v = x11_reply(x, xcb_input_xi_query_version(x->c, 2, 2).sequence);
	/* Before 2.1 a grab (any open menu) hides raw events. */
	x->has_input = v != NULL && x->c != NULL &&
		       (v->major_version > 2 ||
			   (v->major_version == 2 && v->minor_version >= 1));
	free(v);
	if (!x->has_input)
		return;
	x->input_opcode =
	    xcb_get_extension_data(x->c, &xcb_input_id)->major_opcode;
	x11_input_devices(x);
	if (x->c == NULL)
		return;
	xcb_input_xi_select_events(x->c, x->root, 2, &masks[0].head);
	xcb_flush(x->c);
	x->moved_else = true; /* so that the place is known from the start */
	x->source.around->tally.pathless = false;
}

/* The server's milliseconds are those of CLOCK_MONOTONIC, cut to 32 bits. */
static int64_t
time_of(xcb_timestamp_t time, int64_t now_us)
{
	int32_t ago_ms = (int32_t)((uint32_t)(now_us / US_PER_MS) - time);

	if (ago_ms < 0 || ago_ms > STALE_MS)
		return now_us;
	return now_us - ago_ms * US_PER_MS;
}

/* Whether this press is a new one. */
static bool
press(struct x11_device *d, const xcb_input_raw_key_press_event_t *e)
{
	unsigned key = e->detail & 0xff;
	bool held = (d->held[key / 8] >> key % 8 & 1) != 0;

	d->held[key / 8] |= (uint8_t)(1u << key % 8);
	return !held && (e->flags & XCB_INPUT_KEY_EVENT_FLAGS_KEY_REPEAT) == 0;
}

static void
release(struct x11_device *d, const xcb_input_raw_key_press_event_t *e)
{
	unsigned key = e->detail & 0xff;

	d->held[key / 8] &= (uint8_t) ~(1u << key % 8);
}

/* Axes 0 and 1 move the pointer; the others are wheels, which also come as
 * buttons 4 to 7, and pressure. */
static bool
moves_pointer(const xcb_input_raw_button_press_event_t *e)
{
	if (e->valuators_len == 0)
		return false;
	return (xcb_input_raw_button_press_valuator_mask(e)[0] & 3) != 0;
}

static bool
is_new(struct x11_device *d, const xcb_input_raw_button_press_event_t *e,
    enum input_kind *kind_out)
{
	switch (e->event_type) {
	case XCB_INPUT_RAW_KEY_PRESS:
		*kind_out = INPUT_KEY;
		return press(d, (const xcb_input_raw_key_press_event_t *)e);
	case XCB_INPUT_RAW_KEY_RELEASE:
		release(d, (const xcb_input_raw_key_press_event_t *)e);
		return false;
	case XCB_INPUT_RAW_BUTTON_PRESS:
		*kind_out = e->detail >= WHEEL_FIRST && e->detail <= WHEEL_LAST
				? INPUT_WHEEL
				: INPUT_BUTTON;
		return true;
	case XCB_INPUT_RAW_TOUCH_BEGIN:
		*kind_out = INPUT_BUTTON;
		return true;
	case XCB_INPUT_RAW_MOTION:
	case XCB_INPUT_RAW_TOUCH_UPDATE:
		*kind_out = INPUT_MOVE;
		return e->event_type == XCB_INPUT_RAW_TOUCH_UPDATE ||
		       moves_pointer(e);
	}
	return false;
}

void
x11_input_event(struct x11 *x, const xcb_generic_event_t *event, int64_t now_us)
{
	const xcb_ge_generic_event_t *ge =
	    (const xcb_ge_generic_event_t *)event;
	const xcb_input_raw_button_press_event_t *e =
	    (const xcb_input_raw_button_press_event_t *)event;
	struct x11_device *d;
	enum input_kind kind = INPUT_KEY;

	if ((event->response_type & 0x7f) != XCB_GE_GENERIC || !x->has_input ||
	    ge->extension != x->input_opcode)
		return;
	if (ge->event_type == XCB_INPUT_HIERARCHY) {
		x->devices_stale = true;
		return;
	}
	d = device_find(x, e->sourceid);
	if (d == NULL) { /* newer than the list: it is asked for once more */
		x->devices_stale = true;
		return;
	}
	if (x->rootless || !is_new(d, e, &kind))
		return;
	tally_input(&x->source.around->tally, time_of(e->time, now_us), kind,
	    d->origin);
	x->moves += kind == INPUT_MOVE;
	if (kind == INPUT_MOVE && d->origin == TALLY_HAND)
		x->moved_by_hand = true;
	else if (kind == INPUT_MOVE)
		x->moved_else = true;
}

void
x11_input_place(struct x11 *x, int64_t now_us, int64_t at_least_us)
{
	xcb_query_pointer_reply_t *r;

	if (x->c == NULL || (!x->moved_by_hand && !x->moved_else) ||
	    now_us - x->place_asked_us < at_least_us)
		return;
	x->place_asked_us = now_us;
	r = x11_reply(x, xcb_query_pointer(x->c, x->root).sequence);
	/* Where both moved it, nobody can say who how far: not by hand. */
	if (r != NULL)
		tally_place(&x->source.around->tally, r->root_x, r->root_y,
		    x->moved_by_hand && !x->moved_else);
	x->moved_by_hand = x->moved_else = false;
	free(r);
}

void
x11_input_warp(struct x11 *x, int64_t now_us)
{
	struct tally *t = &x->source.around->tally;
	xcb_query_pointer_reply_t *r;
	uint32_t moves = x->moves;

	if (x->c == NULL || !x->has_input || x->rootless || !t->placed)
		return;
	r = x11_reply(x, xcb_query_pointer(x->c, x->root).sequence);
	/* The inputs before this answer are here now. */
	x->source.ready(&x->source, now_us);
	if (r != NULL && x->moves == moves &&
	    (r->root_x != (int)t->x || r->root_y != (int)t->y)) {
		tally_input(t, now_us, INPUT_MOVE, TALLY_INJECTED);
		tally_place(t, r->root_x, r->root_y, false);
	}
	free(r);
}
