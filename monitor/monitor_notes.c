/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_notes.h"

#include "common/clock.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"
#include "monitor/store/store_users.h"

_Static_assert(MONITOR_NOTE_BYTES == STORE_NOTE_BYTES, "one limit");

void
monitor_incident_comment(struct monitor *m, int64_t incident, const char *text,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q == NULL)
		return;
	q->result.added = 1;
	monitor_request_posted(q,
	    store_incident_comment(m->store, incident, clock_mono_us(), actor,
		text, &(struct store_done){ monitor_request_made, q }));
}

void
monitor_handover(struct monitor *m, const struct monitor_handover *what,
    const char *actor, monitor_answer_fn *answer, void *arg)
{
	const struct store_handover h = { .from_utc = what->from_utc_us,
		.to_utc = what->to_utc_us,
		.site = what->site,
		.actor = actor,
		.text = what->text,
		.at_us = clock_mono_us() };
	struct monitor_request *q = monitor_request_new(answer, arg);

	if (q == NULL)
		return;
	q->result.added = 1;
	monitor_request_posted(q,
	    store_handover(m->store, &h,
		&(struct store_done){ monitor_request_made, q }));
}
