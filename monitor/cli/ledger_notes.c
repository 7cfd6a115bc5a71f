/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and notes, from files. */
#include <stdlib.h>
#include <string.h>

#include "monitor/cli/cli.h"
#include "monitor/cli/ledger_verify.h"

#define KEY_BYTES 4096
#define DASH "\xe2\x80\x94 " /* begins a signature's line */

bool
ledger_key_load(const char *path, struct note_key *out)
{
	size_t n;
	char *text = cli_slurp(path, KEY_BYTES, &n);

	if (text == NULL)
		return false;
	bool good = note_key_read(out, text, n);

	if (!good)
		cli_say("%s: no public key (NAME+ID+KEY in one line)", path);
	free(text);
	return good;
}

/* Files that went through mail programs. */
static size_t
without_returns(char *text, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '\r')
			text[k++] = text[i];
	return k;
}

static size_t
line_length(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline != NULL ? (size_t)(newline - p) + 1 : (size_t)(end - p);
}

/* The note that begins at p: its text, an empty line, signatures. */
static const char *
note_end(const char *p, const char *end)
{
	const char *at = p;

	while (at < end && *at != '\n')
		at += line_length(at, end);
	if (at >= end)
		return NULL;
	at++;
	const char *signatures = at;

	while ((size_t)(end - at) > strlen(DASH) &&
	       memcmp(at, DASH, strlen(DASH)) == 0)
		at += line_length(at, end);
	return at > signatures ? at : NULL;
}

size_t
ledger_notes(char *text, size_t length, ledger_note_fn *fn, void *arg)
{
	static const char begins[] = "camwarden/";
	const char *end = text + without_returns(text, length), *p = text;
	size_t count = 0;

	while (p < end) {
		const char *stop = NULL;
		struct note note;
		struct note_checkpoint c;

		if ((size_t)(end - p) > sizeof(begins) &&
		    memcmp(p, begins, sizeof(begins) - 1) == 0)
			stop = note_end(p, end);
		if (stop == NULL || !note_read(&note, p, (size_t)(stop - p)) ||
		    !note_checkpoint_read(&c, note.text, note.n)) {
			p += line_length(p, end);
			continue;
		}
		count++;
		p = stop;
		if (!fn(arg, &note, &c))
			break;
	}
	return count;
}
