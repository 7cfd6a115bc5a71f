/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device that serves few sessions is asked for, and when. */
#include "camwarden/wire.h"
#include "common/clock.h"
#include "common/seats.h"
#include "probes/demux/failure.h"
#include "probes/demux/seating.h"
#include "probes/demux/source_parts.h"

#define LOOK_US 250000 /* between two looks whether one is free */
/* A device's time to clear up after a session that it saw end. */
#define CLEAR_US 1000000

bool
source_seat_take(struct source *s)
{
	const struct wire_feed_add *f = &s->cfg.feed;
	bool told = false;

	if (s->seat == NULL || f->device_sessions == 0)
		return true;
	for (;;) {
		int64_t now = clock_mono_us();

		if (source_stopping(s) ||
		    (s->visit_end_us != 0 && now >= s->visit_end_us))
			return false;
		s->seated = seating_take(s->cfg.seating, s->seat,
		    f->device_sessions, now);
		if (s->seated)
			return true;
		if (!told)
			source_report(s, PHASE_WAITING, REASON_SESSION_LIMIT,
			    now, 0, "the device's sessions are all in use");
		told = true;
		source_sleep(s, now + LOOK_US, 0);
	}
}

/* One that we cut off since it fell silent may not have noticed. */
void
source_seat_leave(struct source *s)
{
	struct failure_marks seen = failure_seen();
	bool unseen = s->timed_out && (seen.connected || s->accepted);
	int64_t now = clock_mono_us();

	if (!s->seated)
		return;
	s->seated = false;
	seating_leave(s->cfg.seating, s->seat, now,
	    now + (unseen ? SEATS_SLOW_US : CLEAR_US), seen.status == 503);
}

bool
source_seat_is_others(const struct source *s)
{
	return (s->cfg.feed.quirks & WIRE_QUIRK_SINGLE_SESSION) != 0;
}
