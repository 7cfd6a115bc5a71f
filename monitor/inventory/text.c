/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#define LOOKED_AT 4096u /* bytes in which UTF-16 without a mark shows */

/* Windows-1252's 0x80..0x9f; 0 = not assigned. */
static const uint16_t windows_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

struct work {
	struct text *out;
	const char *file;
	const uint8_t *p;
	size_t n;
	struct inventory_mistakes *mistakes;
};

static bool
room_for(struct work *w, size_t n)
{
	w->out->utf8 = malloc(n + 1);
	w->out->length = 0;
	return w->out->utf8 != NULL;
}

static bool
finish(struct work *w)
{
	w->out->utf8[w->out->length] = '\0';
	return true;
}

static bool
zero_at(struct work *w, size_t at)
{
	mistake_add(w->mistakes,
	    mistake_place_after(w->file, (const char *)w->p, at, true),
	    "the file holds a zero byte, expected text (CSV)");
	return false;
}

/* --- UTF-8 */

static bool
utf8_copy(struct work *w)
{
	const uint8_t *zero = w->n > 0 ? memchr(w->p, '\0', w->n) : NULL;

	if (zero != NULL)
		return zero_at(w, (size_t)(zero - w->p));
	if (!room_for(w, w->n))
		return false;
	if (w->n > 0)
		memcpy(w->out->utf8, w->p, w->n);
	w->out->length = w->n;
	return finish(w);
}

struct census {
	size_t letters; /* sequences of more than one byte */
	size_t broken;	/* bytes that are part of none */
	size_t first;	/* where the first of those is */
};

static struct census
utf8_census(const uint8_t *p, size_t n)
{
	struct census c = { 0 };

	for (size_t i = 0; i < n;) {
		size_t k = utf8_length(p + i, n - i);

		if (k == 0 && c.broken++ == 0)
			c.first = i;
		c.letters += k > 1;
		i += k > 0 ? k : 1;
	}
	return c;
}

static bool
utf8_broken(struct work *w, size_t at)
{
	mistake_add(w->mistakes,
	    mistake_place_after(w->file, (const char *)w->p, at, true),
	    "byte 0x%02x is no UTF-8, as the rest of the file is, expected one "
	    "encoding",
	    w->p[at]);
	return false;
}

/* --- Windows-1252 */

static bool
windows_1252_decode(struct work *w)
{
	const uint8_t *zero = memchr(w->p, '\0', w->n);
	struct text *t = w->out;

	if (zero != NULL)
		return zero_at(w, (size_t)(zero - w->p));
	if (w->n > SIZE_MAX / 3 - 1 || !room_for(w, w->n * 3))
		return false;
	for (size_t i = 0; i < w->n; i++) {
		uint32_t c = w->p[i];

		if (c >= 0x80 && c < 0xa0)
			c = windows_1252[c - 0x80];
		if (c == 0) {
			mistake_add(w->mistakes,
			    mistake_place_after(w->file, (const char *)w->p, i,
				false),
			    "byte 0x%02x is no letter of UTF-8 or of "
			    "Windows-1252, expected the file as \"CSV UTF-8\"",
			    w->p[i]);
			return false;
		}
		t->length += utf8_put(t->utf8 + t->length, c);
	}
	t->guessed = "Windows-1252 (Latin-1)";
	return finish(w);
}

/* --- UTF-16 */

static uint32_t
unit_at(const struct work *w, size_t i, bool big)
{
	return big ? (uint32_t)w->p[i] << 8 | w->p[i + 1]
		   : (uint32_t)w->p[i + 1] << 8 | w->p[i];
}

/* The letter at *i, which moves on; 0: it is none. */
static uint32_t
letter_at(const struct work *w, size_t *i, bool big)
{
	uint32_t low, c = w->n - *i >= 2 ? unit_at(w, *i, big) : 0;

	*i += 2;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c > 0xdbff || w->n < *i + 2)
		return 0;
	low = unit_at(w, *i, big);
	*i += 2;
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
}

static bool
utf16_decode(struct work *w, bool big)
{
	struct text *t = w->out;

	if (w->n > SIZE_MAX / 2 - 1 || !room_for(w, w->n / 2 * 3 + 3))
		return false;
	for (size_t i = 0; i < w->n;) {
		uint32_t c = letter_at(w, &i, big);

		if (c == 0) {
			mistake_add(w->mistakes,
			    mistake_place_after(w->file, t->utf8, t->length,
				true),
			    "no letter of UTF-16 stands here, expected the "
			    "file as \"CSV UTF-8\"");
			return false;
		}
		t->length += utf8_put(t->utf8 + t->length, c);
	}
	return finish(w);
}

/* ASCII in UTF-16 has a zero in each second byte; other letters have few, on
 * either side. 0: it doesn't look so, 1: little-endian, 2: big-endian. */
static int
looks_like_utf16(const uint8_t *p, size_t n)
{
	size_t zero[2] = { 0, 0 }, looked = n < LOOKED_AT ? n : LOOKED_AT;
	unsigned high;

	for (size_t i = 0; i < looked; i++)
		zero[i & 1] += p[i] == '\0';
	high = zero[1] > zero[0];
	if (n < 4 || zero[high] < looked / 8 || zero[!high] > zero[high] / 8)
		return 0;
	return high ? 1 : 2;
}

/* --- what is no list, whatever it is called */

static const struct {
	const char *begins, *what;
} others[] = {
	{ "PK\x03\x04", "a workbook or an archive (xlsx, ods, zip)" },
	{ "\xd0\xcf\x11\xe0", "a workbook of an old Excel (xls)" },
	{ "%PDF", "a PDF" },
	{ "{\\rtf", "a text document (RTF)" },
	{ "\x1f\x8b", "a compressed file" },
	{ "<", "a page or XML" },
};

static bool
is_other(struct work *w)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = strlen(others[i].begins);

		if (w->n < n || memcmp(w->p, others[i].begins, n) != 0)
			continue;
		mistake_add(w->mistakes,
		    (struct mistake_place){ w->file, 0, 0 },
		    "this is %s, expected it saved as CSV", others[i].what);
		return true;
	}
	return false;
}

/* --- which */

static bool
unmarked(struct work *w)
{
	int wide = looks_like_utf16(w->p, w->n);
	struct census c;

	if (wide != 0) {
		w->out->guessed = "UTF-16";
		return utf16_decode(w, wide == 2);
	}
	c = utf8_census(w->p, w->n);
	if (c.broken == 0)
		return utf8_copy(w);
	/* Letters that are UTF-8 by chance are rare. */
	if (c.letters > c.broken)
		return utf8_broken(w, c.first);
	return windows_1252_decode(w);
}

static bool
marked(struct work *w, const char *mark, size_t n)
{
	if (w->n < n || memcmp(w->p, mark, n) != 0)
		return false;
	w->p += n;
	w->n -= n;
	return true;
}

static bool
decode(struct work *w)
{
	struct census c;

	if (is_other(w))
		return false;
	if (marked(w, "\xff\xfe", 2))
		return utf16_decode(w, false);
	if (marked(w, "\xfe\xff", 2))
		return utf16_decode(w, true);
	if (!marked(w, "\xef\xbb\xbf", 3))
		return unmarked(w);
	c = utf8_census(w->p, w->n);
	return c.broken > 0 ? utf8_broken(w, c.first) : utf8_copy(w);
}

bool
text_decode(struct text *out, const char *file, const void *bytes,
    size_t length, struct inventory_mistakes *mistakes)
{
	struct work w = { out, file, bytes, length, mistakes };

	*out = (struct text){ 0 };
	if (decode(&w))
		return true;
	free(out->utf8);
	*out = (struct text){ 0 };
	return false;
}
