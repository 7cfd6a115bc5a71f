/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_front.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/report/report.h"

#define FEW 3
#define FRONT_DARK 100 /* unknown: a hundredth of the time */

static bool
was_idle(const struct report_console *c)
{
	return c->breaches > 0 || (c->presence_us[PRESENCE_ATTENDED] > 0 &&
				      c->idle_longest_us >= FRONT_IDLE_US);
}

/* How much a console asks to be looked after; 0: not at all. */
static uint64_t
urgency(const struct report_console *c)
{
	uint64_t minutes = (uint64_t)(c->idle_longest_us / 60000000);

	if (c->presence_us[PRESENCE_SUSPECT] == 0 && c->missed == 0 &&
	    !was_idle(c))
		return 0;
	return 1 + minutes + c->breaches * 1000ULL + c->missed * 500ULL +
	       (c->presence_us[PRESENCE_SUSPECT] > 0 ? 100000ULL : 0);
}

static void
consoles_list(struct front *f, const struct report *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->console_count; i++) {
		uint64_t mine = urgency(&r->consoles[i]);
		uint32_t at = n;

		f->idle += was_idle(&r->consoles[i]);
		f->missed += r->consoles[i].missed;
		if (mine == 0)
			continue;
		for (; at > 0; at--) { /* few: by insertion */
			uint32_t other = f->consoles[at - 1];

			if (urgency(&r->consoles[other]) >= mine)
				break;
			f->consoles[at] = other;
		}
		f->consoles[at] = i;
		n++;
	}
	f->lists[FRONT_CONSOLES] = n;
}

static enum front_witness
witnessed(const struct front *f, const struct report *r)
{
	if (r->ledger.receipt_utc == 0)
		return FRONT_NOT_WITNESSED;
	return r->ledger.covers_utc + FRONT_LATE_US < f->ends_utc
		   ? FRONT_WITNESSED_LATE
		   : FRONT_WITNESSED;
}

bool
front_init(struct front *f, const struct report *r)
{
	*f = (struct front){ 0 };
	f->consoles = calloc(r->console_count + 1, sizeof(*f->consoles));
	if (f->consoles == NULL)
		return false;
	f->ends_utc = r->as_of_utc != 0 && r->as_of_utc < r->to_utc
			  ? r->as_of_utc
			  : r->to_utc;
	for (uint32_t i = 0; i < r->still_bad_count; i++) {
		if (r->feeds[r->still_bad[i]].state == STATE_DOWN)
			f->down++;
		else
			f->poor++;
	}
	for (uint32_t i = 0; i < r->feed_count; i++) {
		f->feeds += !r->feeds[i].removed;
		f->unsure +=
		    !r->feeds[i].removed && r->feeds[i].state == STATE_UNKNOWN;
	}
	for (uint32_t i = 0; i < r->gap_count; i++)
		if (r->gaps[i].kind == GAP_OFF)
			f->off_us += r->gaps[i].to_utc - r->gaps[i].from_utc;
	f->lists[FRONT_STILL] = r->still_bad_count;
	f->lists[FRONT_REPEATERS] = r->offender_count;
	f->lists[FRONT_WINDOWS] = r->window_count;
	f->lists[FRONT_NEVER] = r->never_count;
	f->no_screens = r->watched.span_us == 0;
	f->no_consoles = r->console_count == 0;
	consoles_list(f, r);
	/* What nobody knows is not well, nor is a span that was mostly dark. */
	f->well = f->unsure == 0 && r->fleet.counted_us[COUNTED_UNKNOWN] <=
					r->fleet.span_us / FRONT_DARK;
	for (unsigned i = 0; i < FRONT_LISTS; i++)
		f->well &= f->lists[i] == 0;
	f->witness = witnessed(f, r);
	return true;
}

void
front_fini(struct front *f)
{
	free(f->consoles);
	f->consoles = NULL;
}

bool
front_measured(const struct front *f, enum front_list list)
{
	switch (list) {
	case FRONT_STILL:
		return f->unsure == 0 || f->unsure < f->feeds;
	case FRONT_REPEATERS:
		return true;
	case FRONT_WINDOWS:
	case FRONT_NEVER:
		return !f->no_screens;
	case FRONT_CONSOLES:
		break;
	}
	return !f->no_consoles;
}

void
front_share(const uint32_t *lists, uint32_t rows, uint32_t *shares_out)
{
	for (unsigned i = 0; i < FRONT_LISTS; i++) {
		shares_out[i] = lists[i] < FEW ? lists[i] : FEW;
		if (shares_out[i] > rows)
			shares_out[i] = rows;
		rows -= shares_out[i];
	}
	for (unsigned i = 0; i < FRONT_LISTS && rows > 0; i++) {
		uint32_t want = lists[i] - shares_out[i];

		want = want < rows ? want : rows;
		shares_out[i] += want;
		rows -= want;
	}
}
