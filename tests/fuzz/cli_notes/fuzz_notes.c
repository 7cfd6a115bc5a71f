/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any file as one that a witness kept, or a mail: what is found in it is a
 * checkpoint by itself. */
#include "monitor/cli/ledger_notes.h"
#include "tests/fuzz/fuzz.h"

struct found {
	const char *begin, *end, *last;
	size_t count;
};

static bool
on_note(void *arg, const struct note *note, const struct note_checkpoint *c)
{
	struct found *f = arg;
	struct note_checkpoint again;

	assert(note->text >= f->last && note->text + note->n < f->end);
	assert(strncmp(c->origin, "camwarden/", 10) == 0);
	assert(note_checkpoint_read(&again, note->text, note->n));
	f->last = note->text + note->n;
	f->count++;
	return f->count < 100;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = (char *)fuzz_exact(bytes, n);
	struct found f = { text, text + n, text, 0 };

	assert(note_ready());
	assert(ledger_notes(text, n, on_note, &f) == f.count);
	free(text);
	return 0;
}
