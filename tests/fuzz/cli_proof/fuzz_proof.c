/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any file as a proof: none holds under a key that never signed, and what holds
 * names nobody without content. */
#include "monitor/cli/ledger_proof.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint8_t seed[32] = { 42 };
	struct note_signer nobody;
	struct proved p = { 0 };
	json_t *j = json_loadb((const char *)bytes, n, JSON_ALLOW_NUL, NULL);

	assert(note_ready() &&
	       note_signer_make(&nobody, "camwarden/x", NOTE_ED25519, seed));
	if (j != NULL && proof_is_one(j)) {
		const char *wrong = proof_wrong(j, NULL, &p);

		assert(wrong != NULL || p.kind != NULL);
		assert(wrong != NULL || p.actor == NULL || p.body != NULL);
		assert(proof_wrong(j, &nobody.key, &p) != NULL);
	}
	json_decref(j);
	return 0;
}
