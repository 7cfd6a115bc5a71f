/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each message between monitor and courier: what is accepted is
 * written again the same. */
#include "monitor/courier/courier_wire.h"
#include "tests/fuzz/fuzz.h"

static uint8_t bytes[COURIER_BODY_BYTES + 65536];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct courier_job job, again;
	static struct courier_result result, other;
	struct span body = { data, size };
	struct writer w = writer_of(bytes, sizeof(bytes));

	if (courier_get_job(body, &job)) {
		courier_put_job(&w, &job);
		assert(
		    courier_get_job((struct span){ bytes, writer_length(&w) },
			&again));
		assert(again.id == job.id && again.body.n == job.body.n &&
		       strcmp(again.headers, job.headers) == 0);
	}
	w = writer_of(bytes, sizeof(bytes));
	if (courier_get_result(body, &result)) {
		for (const char *p = result.detail; *p != '\0'; p++)
			assert(*p >= ' ' && *p <= '~');
		courier_put_result(&w, &result);
		assert(courier_get_result((struct span){ bytes,
					      writer_length(&w) },
		    &other));
		assert(other.status == result.status &&
		       other.answer.n == result.answer.n);
	}
	return 0;
}
