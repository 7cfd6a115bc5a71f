/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a hashing process, or the monitor to it, could say. */
#include "monitor/people/hash_wire.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[4096];
	struct writer w = writer_of(again, sizeof(again));
	struct hash_job job;
	struct hash_done done;

	if (hash_get_job((struct span){ data, size }, &job)) {
		hash_put_job(&w, &job);
		if (w.bad || writer_length(&w) != size ||
		    memcmp(again, data, size) != 0)
			abort();
	}
	w = writer_of(again, sizeof(again));
	if (hash_get_done((struct span){ data, size }, &done)) {
		hash_put_done(&w, &done);
		if (w.bad || writer_length(&w) != size ||
		    memcmp(again, data, size) != 0)
			abort();
	}
	return 0;
}
