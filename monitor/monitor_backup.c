/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_duties.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"
#include "monitor/store/store_file.h"

#include <stdlib.h>

#include "common/clock.h"

void
monitor_backup(struct monitor *m, const char *file, bool credentials,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	char *body = store_backup_body(file, credentials);
	struct monitor_request *q;

	if (body == NULL) {
		monitor_answer_later(answer, arg, "memory is out");
		return;
	}
	q = monitor_request_new(answer, arg);
	if (q != NULL)
		monitor_request_posted(q,
		    store_event(m->store, clock_mono_us(), "backup", who->actor,
			body, &(struct store_done){ monitor_request_done, q }));
	free(body);
}
