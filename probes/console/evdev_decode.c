/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/evdev_decode.h"

#define US_PER_S 1000000

static int64_t
time_of(const struct input_event *e)
{
	return (int64_t)e->input_event_sec * US_PER_S +
	       (int64_t)e->input_event_usec;
}

static void
on_relative(struct evdev_pointer *p, const struct input_event *e,
    enum tally_origin origin, struct tally *t)
{
	switch (e->code) {
	case REL_X:
	case REL_Y:
		p->moved = true;
		*(e->code == REL_X ? &p->dx : &p->dy) += e->value;
		return;
	case REL_WHEEL:
	case REL_HWHEEL:
		tally_input(t, time_of(e), INPUT_WHEEL, origin);
		return;
	}
}

/* A touch pad or tablet: where on the screen it points can't be told. */
static void
on_absolute(struct evdev_pointer *p, const struct input_event *e,
    enum tally_origin origin, struct tally *t)
{
	switch (e->code) {
	case ABS_X:
	case ABS_Y:
	case ABS_MT_POSITION_X:
	case ABS_MT_POSITION_Y:
		p->moved = true;
		if (origin == TALLY_HAND)
			t->pathless = true;
		return;
	}
}

static void
on_report(struct evdev_pointer *p, const struct input_event *e,
    enum tally_origin origin, struct tally *t)
{
	if (p->moved) {
		tally_input(t, time_of(e), INPUT_MOVE, origin);
		if (origin == TALLY_HAND)
			tally_moved(t, p->dx, p->dy);
	}
	*p = (struct evdev_pointer){ 0 };
}

static enum input_kind
kind_of(uint16_t code)
{
	return (code >= BTN_MISC && code < KEY_OK) || code >= BTN_TRIGGER_HAPPY
		   ? INPUT_BUTTON
		   : INPUT_KEY;
}

void
evdev_decode(struct evdev_pointer *p, const struct input_event *e,
    enum tally_origin origin, struct tally *t)
{
	switch (e->type) {
	case EV_KEY:
		if (e->value == 1) /* 0: let go, 2: the kernel repeats it */
			tally_input(t, time_of(e), kind_of(e->code), origin);
		return;
	case EV_REL:
		on_relative(p, e, origin, t);
		return;
	case EV_ABS:
		on_absolute(p, e, origin, t);
		return;
	case EV_SYN:
		if (e->code == SYN_REPORT)
			on_report(p, e, origin, t);
		else if (e->code == SYN_DROPPED)
			*p = (struct evdev_pointer){ 0 };
		return;
	}
}
