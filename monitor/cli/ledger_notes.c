/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/ledger_notes.h"

#include <string.h>

#define DASH "\xe2\x80\x94 " /* begins a signature's line */

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

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable (RFC 2045, 6.7), as a mail of ours is saved. */
static size_t
unquoted(char *text, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		int high = i + 2 < n ? hex_digit(text[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		if (text[i] != '=' ||
		    (low < 0 && (i + 1 == n || text[i + 1] != '\n'))) {
			text[k++] = text[i];
		} else if (low < 0) {
			i++; /* the line goes on */
		} else {
			text[k++] = (char)(high << 4 | low);
			i += 2;
		}
	}
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

static size_t
notes_in(const char *p, size_t length, ledger_note_fn *fn, void *arg)
{
	static const char begins[] = "camwarden/";
	const char *end = p + length;
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

size_t
ledger_notes(char *text, size_t length, ledger_note_fn *fn, void *arg)
{
	size_t n = without_returns(text, length);
	size_t count = notes_in(text, n, fn, arg);

	return count > 0 ? count : notes_in(text, unquoted(text, n), fn, arg);
}
