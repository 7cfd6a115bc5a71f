/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a note, a checkpoint and keys: what is accepted prints back the
 * same, and nobody who never signed has signed. */
#include "monitor/ledger/note.h"
#include "tests/fuzz/fuzz.h"

static void
as_checkpoint(const char *text, size_t n)
{
	struct note_checkpoint c, again;
	char printed[NOTE_CHECKPOINT];

	if (!note_checkpoint_read(&c, text, n))
		return;
	note_checkpoint_print(&c, printed);
	assert(note_checkpoint_read(&again, printed, strlen(printed)));
	assert(memcmp(&c, &again, sizeof(c)) == 0);
}

static void
as_note(const char *text, size_t n)
{
	static const uint8_t seed[32] = { 42 };
	struct note_signer log, witness;
	struct note note;

	if (!note_read(&note, text, n))
		return;
	assert(note.count > 0 && note.n < n && note.text[note.n - 1] == '\n');
	as_checkpoint(note.text, note.n);
	assert(note_signer_make(&log, note.signatures[0].name, NOTE_ED25519,
	    seed));
	assert(note_signer_make(&witness, note.signatures[0].name,
	    NOTE_COSIGNATURE_V1, seed));
	/* So that the arithmetic is reached. */
	memcpy(note.signatures[0].id, log.key.id, 4);
	assert(!note_is_signed(&note, &log.key, NULL));
	memcpy(note.signatures[0].id, witness.key.id, 4);
	assert(!note_is_signed(&note, &witness.key, NULL));
}

static void
as_keys(const char *text, size_t n)
{
	char printed[NOTE_KEY_TEXT];
	struct note_signer s;
	struct note_key k;

	if (note_key_read(&k, text, n)) {
		note_key_print(&k, printed);
		assert(strlen(printed) <= n);
	}
	if (note_signer_read(&s, text, n)) {
		struct note_signer again;

		note_signer_print(&s, printed);
		assert(note_signer_read(&again, printed, strlen(printed)));
		assert(memcmp(&s, &again, sizeof(s)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;

	assert(note_ready());
	as_note(text, n);
	as_checkpoint(text, n);
	as_keys(text, n);
	return 0;
}
