/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_request.h"

#include <stdio.h>
#include <stdlib.h>

#include "monitor/inventory/diff.h"
#include "monitor/monitor_people.h"
#include "monitor/store/store.h"

void
monitor_answer_now(monitor_answer_fn *answer, void *arg, bool ok,
    const char *text)
{
	const struct monitor_answer a = { .ok = ok, .text = text };

	answer(arg, &a);
}

void
monitor_answer_later(monitor_answer_fn *answer, void *arg, const char *why)
{
	answer(arg, &(struct monitor_answer){ .later = true, .text = why });
}

void
monitor_answer_refused(monitor_answer_fn *answer, void *arg,
    const struct inventory_mistakes *mistakes, const char *why)
{
	const struct monitor_answer a = { .text = mistakes->text != NULL
						      ? mistakes->text
						      : why,
		.mistakes = mistakes };

	answer(arg, &a);
}

void
monitor_request_done(void *arg, const struct store_result *r)
{
	struct monitor_request *q = arg;

	q->result.ok = r->ok;
	q->result.later = r->later;
	q->result.seq = r->seq;
	q->result.id = r->id;
	q->result.diff = r->ok ? q->diff : NULL;
	q->result.expects = r->ok ? q->expects : NULL;
	q->result.notes = r->ok ? &q->notes : NULL;
	q->result.text = r->ok ? q->text : r->error;
	if (q->result.text == NULL)
		q->result.text = "";
	q->answer(q->arg, &q->result);
	free(q->text);
	diff_free(&q->diff);
	free(q->expects);
	inventory_mistakes_fini(&q->notes);
	free(q);
}

void
monitor_request_made(void *arg, const struct store_result *r)
{
	struct monitor_request *q = arg;

	if (q->people != NULL)
		people_settle(q->people);
	if (!r->ok)
		q->result.added = q->result.changed = q->result.removed = 0;
	else if (asprintf(&q->text, "%lld", (long long)r->id) < 0)
		q->text = NULL;
	monitor_request_done(q, r);
}

struct monitor_request *
monitor_request_new(monitor_answer_fn *answer, void *arg)
{
	struct monitor_request *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		monitor_answer_later(answer, arg, "memory is out");
		return NULL;
	}
	q->answer = answer;
	q->arg = arg;
	return q;
}

/* The store took it, or did not. */
void
monitor_request_posted(struct monitor_request *q, bool accepted)
{
	static const struct store_result busy = { .later = true,
		.error = MONITOR_STORE_BUSY };

	if (!accepted)
		monitor_request_done(q, &busy);
}
