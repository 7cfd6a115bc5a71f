/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of notes: base64, times, checkpoints. */
#include "monitor/ledger/note.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define DAY_S INT64_C(86400)
#define LATEST_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

void
note_base64(const uint8_t *bytes, size_t n, char *out)
{
	sodium_bin2base64(out, 4 * ((n + 2) / 3) + 1, bytes, n,
	    sodium_base64_VARIANT_ORIGINAL);
}

bool
note_base64_read(const char *text, size_t n, uint8_t *out, size_t size,
    size_t *n_out)
{
	const char *end = NULL;

	/* libsodium 1.0.18 takes some bytes beyond ASCII for letters. */
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	/* Also refuses bits that a decoder would drop, so that there is one
	 * text for each value. */
	return sodium_base642bin(out, size, text, n, NULL, n_out, &end,
		   sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       end == text + n;
}

/* Days since 1970 of a civil date, and back (Howard Hinnant's algorithms). */
static int64_t
days_of(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = y / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
civil_of(int64_t days, int *y, int *m, int *d)
{
	int64_t z = days + 719468, era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

void
note_time_print(int64_t utc_us, char out[NOTE_TIME])
{
	int64_t s = utc_us / 1000000;
	char wide[96]; /* as far as the compiler can tell */
	int y, m, d;

	if (utc_us < 0 || s > LATEST_S)
		utc_us = s = 0;
	civil_of(s / DAY_S, &y, &m, &d);
	snprintf(wide, sizeof(wide), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", y,
	    m, d, (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60),
	    (int)(utc_us % 1000000));
	memcpy(out, wide, NOTE_TIME - 1);
	out[NOTE_TIME - 1] = '\0';
}

/* A number of exactly n digits; -1: none. */
static int64_t
digits(const char *p, size_t n)
{
	int64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* Ours and no other form; what does not print back the same is none. */
bool
note_time_read(const char *text, size_t n, int64_t *utc_us_out)
{
	char again[NOTE_TIME];

	if (n != NOTE_TIME - 1)
		return false;
	int64_t y = digits(text, 4), m = digits(text + 5, 2);
	int64_t d = digits(text + 8, 2), hour = digits(text + 11, 2);
	int64_t min = digits(text + 14, 2), s = digits(text + 17, 2);
	int64_t us = digits(text + 20, 6);

	if (y < 1970 || m < 1 || m > 12 || d < 1 || hour < 0 || min < 0 ||
	    s < 0 || us < 0)
		return false;
	s += days_of(y, (unsigned)m, (unsigned)d) * DAY_S + hour * 3600 +
	     min * 60;
	*utc_us_out = s * 1000000 + us;
	note_time_print(*utc_us_out, again);
	return memcmp(text, again, n) == 0;
}

void
note_checkpoint_print(const struct note_checkpoint *c,
    char out[NOTE_CHECKPOINT])
{
	char root[48], head[48], utc[NOTE_TIME];
	int n;

	note_base64(c->root, LEDGER_HASH, root);
	n = snprintf(out, NOTE_CHECKPOINT, "%s\n%llu\n%s\n", c->origin,
	    (unsigned long long)c->size, root);
	if (c->utc_us != 0) {
		note_time_print(c->utc_us, utc);
		n += snprintf(out + n, NOTE_CHECKPOINT - (size_t)n, "utc %s\n",
		    utc);
	}
	if (c->has_head) {
		note_base64(c->head, LEDGER_HASH, head);
		snprintf(out + n, NOTE_CHECKPOINT - (size_t)n, "head %s\n",
		    head);
	}
}

struct lines {
	const char *p, *end;
};

/* The next line without its newline; false at the end. */
static bool
next_line(struct lines *l, const char **line_out, size_t *n_out)
{
	const char *nl =
	    l->p < l->end ? memchr(l->p, '\n', (size_t)(l->end - l->p)) : NULL;

	if (nl == NULL)
		return false;
	*line_out = l->p;
	*n_out = (size_t)(nl - l->p);
	l->p = nl + 1;
	return true;
}

static bool
hash_read(const char *text, size_t n, uint8_t out[LEDGER_HASH])
{
	size_t got = 0;

	return note_base64_read(text, n, out, LEDGER_HASH, &got) &&
	       got == LEDGER_HASH;
}

/* Decimal without leading zeroes, as the specification wants it. */
static bool
size_read(const char *text, size_t n, uint64_t *out)
{
	if (n == 0 || n > 18 || (n > 1 && text[0] == '0'))
		return false;
	int64_t v = digits(text, n);

	*out = (uint64_t)v;
	return v >= 0;
}

static bool
extension_read(struct note_checkpoint *c, const char *line, size_t n)
{
	if (n > 4 && memcmp(line, "utc ", 4) == 0)
		return c->utc_us == 0 &&
		       note_time_read(line + 4, n - 4, &c->utc_us);
	if (n > 5 && memcmp(line, "head ", 5) == 0) {
		bool again = c->has_head;

		c->has_head = true;
		return !again && hash_read(line + 5, n - 5, c->head);
	}
	return n > 0; /* an empty line would end the note's text */
}

bool
note_checkpoint_read(struct note_checkpoint *out, const char *text, size_t n)
{
	struct lines l = { text, text + n };
	const char *line;
	size_t length;

	memset(out, 0, sizeof(*out));
	if (!next_line(&l, &line, &length) || length == 0 ||
	    length >= sizeof(out->origin) || memchr(line, '\0', length))
		return false;
	memcpy(out->origin, line, length);
	if (!next_line(&l, &line, &length) ||
	    !size_read(line, length, &out->size))
		return false;
	if (!next_line(&l, &line, &length) ||
	    !hash_read(line, length, out->root))
		return false;
	while (next_line(&l, &line, &length))
		if (!extension_read(out, line, length))
			return false;
	return l.p == l.end; /* the last line ends too */
}
