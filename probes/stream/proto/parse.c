/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/parse.h"

#include <string.h>

struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool
span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(s.p[i]) != lower((uint8_t)prefix[i]))
			return false;
	return true;
}

bool
span_equal(struct span s, const char *text)
{
	return s.n == strlen(text) && span_starts(s, text);
}

struct span
span_cut(struct span *s, char c)
{
	const uint8_t *at;
	struct span head = *s;

	if (s->n == 0) /* p may be NULL */
		return head;
	at = memchr(s->p, c, s->n);
	if (at == NULL) {
		*s = (struct span){ s->p + s->n, 0 };
		return head;
	}
	head.n = (size_t)(at - s->p);
	s->p = at + 1;
	s->n -= head.n + 1;
	return head;
}

bool
span_number(struct span s, uint32_t *value_out)
{
	uint64_t v = 0;
	size_t i = 0;

	s = span_trim(s);
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		v = v * 10 + (uint64_t)(s.p[i] - '0');
		if (v > UINT32_MAX)
			return false;
	}
	if (i == 0)
		return false;
	*value_out = (uint32_t)v;
	return true;
}

bool
span_copy(struct span s, char *out, size_t size)
{
	if (s.n >= size)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 127)
			return false;
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}
