/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/nightly/nightly_said.h"

#include <string.h>

#include "common/hex.h"

bool
nightly_is_name(const char *name)
{
	static const char shape[] = "report-dddd-dd-dd";
	size_t n = strlen(name);

	if (n < sizeof(shape) || n >= NIGHTLY_NAME)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == 'd' && i > 6 ? name[i] < '0' || name[i] > '9'
					     : name[i] != shape[i])
			return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

struct said {
	const char *p, *end;
};

static bool
take_word(struct said *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* Up to the byte `stop`, which is taken too. */
static bool
take_until(struct said *s, char stop, char *out, size_t size)
{
	const char *end = memchr(s->p, stop, (size_t)(s->end - s->p));
	size_t n = end != NULL ? (size_t)(end - s->p) : 0;

	if (end == NULL || n >= size)
		return false;
	memcpy(out, s->p, n);
	out[n] = '\0';
	s->p = end + 1;
	return strlen(out) == n;
}

static bool
take_number(struct said *s, char stop, uint64_t *out)
{
	char digits[20];

	if (!take_until(s, stop, digits, sizeof(digits)) || digits[0] == '\0' ||
	    strspn(digits, "0123456789") != strlen(digits))
		return false;
	*out = 0;
	for (const char *p = digits; *p != '\0'; p++)
		*out = *out * 10 + (uint64_t)(*p - '0');
	return true;
}

static bool
take_hash(struct said *s, uint8_t out[32])
{
	char hex[65];

	return take_until(s, '\n', hex, sizeof(hex)) && hex_read(hex, out, 32);
}

static bool
take_file(struct said *s, struct nightly_file *f)
{
	return take_until(s, ' ', f->name, sizeof(f->name)) &&
	       nightly_is_name(f->name) && take_number(s, ' ', &f->size) &&
	       take_hash(s, f->sha256);
}

bool
nightly_said_made(const char *said, size_t n, struct nightly_made *out)
{
	struct said s = { said, said + n };
	uint64_t length;

	memset(out, 0, sizeof(*out));
	if (!take_word(&s, "subject ") ||
	    !take_until(&s, '\n', out->subject, sizeof(out->subject)))
		return false;
	for (char *p = out->subject; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	while (out->file_count < NIGHTLY_FILES && take_word(&s, "file "))
		if (!take_file(&s, &out->files[out->file_count++]))
			return false;
	if (out->file_count == 0 || !take_word(&s, "text ") ||
	    !take_number(&s, '\n', &length) || length > NIGHTLY_TEXT ||
	    length > (uint64_t)(s.end - s.p))
		return false;
	out->text = s.p;
	out->text_length = (size_t)length;
	s.p += length;
	return take_word(&s, "end\n") && s.p == s.end;
}

bool
nightly_said_old(const char *said, size_t n, struct nightly_old *out)
{
	struct said s = { said, said + n };

	out->count = 0;
	while (out->count < NIGHTLY_OLD && take_word(&s, "old "))
		if (!take_file(&s, &out->files[out->count++]))
			return false;
	return take_word(&s, "end\n") && s.p == s.end;
}
