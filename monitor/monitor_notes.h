/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_notes.h: what people say of incidents and to the next shift. Part of
 * monitor.h; its rules hold. The answer's text is the note's number.
 */
#ifndef MONITOR_MONITOR_NOTES_H
#define MONITOR_MONITOR_NOTES_H

#include "monitor/monitor.h"

#define MONITOR_NOTE_BYTES 4000

void monitor_incident_comment(struct monitor *m, int64_t incident,
    const char *text, const char *actor, monitor_answer_fn *answer, void *arg);

struct monitor_handover {
	int64_t from_utc_us, to_utc_us;
	const char *site; /* a path, "" = the whole fleet */
	const char *text;
};
void monitor_handover(struct monitor *m, const struct monitor_handover *what,
    const char *actor, monitor_answer_fn *answer, void *arg);

#endif
