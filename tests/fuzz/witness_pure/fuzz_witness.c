/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any body as a request to add a checkpoint, and as what a witness kept: from
 * somebody without the key nothing is ever cosigned. */
#include "monitor/witness/witness.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct witness w;
	static const uint8_t seed[32] = { 42 };
	struct witness_answer answer;
	struct witness_offer offer;
	struct note_signer log;
	char *exact = (char *)fuzz_exact(bytes, n);

	if (w.count == 0)
		assert(
		    note_ready() &&
		    note_signer_make(&w.signer, "w.example/w",
			NOTE_COSIGNATURE_V1, seed) &&
		    note_signer_make(&log, "camwarden/x", NOTE_ED25519, seed) &&
		    witness_add(&w, &log.key));
	witness_weigh(&w, exact, n, INT64_C(1790000000000000), &answer, &offer);
	assert(answer.status >= 200 && answer.status < 500 &&
	       answer.why != NULL && answer.type != NULL);
	assert(answer.status != 200);
	assert(!witness_recall(&w, exact, n));
	free(exact);
	return 0;
}
