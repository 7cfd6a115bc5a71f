/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any body as a request to add a checkpoint, and as what a witness kept: from
 * somebody without the key nothing is ever cosigned. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/witness/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define MUST(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			__builtin_trap();                                      \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct witness w;
	static const uint8_t seed[32] = { 42 };
	struct witness_answer answer;
	struct witness_offer offer;
	struct note_signer log;
	char *exact = malloc(n + 1); /* ASan sees a byte too far */

	if (w.count == 0)
		MUST(
		    note_ready() &&
		    note_signer_make(&w.signer, "w.example/w",
			NOTE_COSIGNATURE_V1, seed) &&
		    note_signer_make(&log, "camwarden/x", NOTE_ED25519, seed) &&
		    witness_add(&w, &log.key));
	MUST(exact != NULL);
	memcpy(exact, bytes, n);
	exact = realloc(exact, n > 0 ? n : 1);
	witness_weigh(&w, exact, n, INT64_C(1790000000000000), &answer, &offer);
	MUST(answer.status >= 200 && answer.status < 500 &&
	     answer.why != NULL && answer.type != NULL);
	MUST(answer.status != 200);
	MUST(!witness_recall(&w, exact, n));
	free(exact);
	return 0;
}
