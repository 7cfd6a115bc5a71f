/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/ledger/body.h"

#include <string.h>

/* Behind the string that begins at p; NULL: it has no end. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* Behind the list or object at p; strings within may hold brackets. */
static const char *
skip_nested(const char *p, const char *end)
{
	unsigned depth = 0;

	while (p != NULL && p < end) {
		switch (*p) {
		case '"':
			p = skip_string(p, end);
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0)
				return p + 1;
			break;
		default:
			break;
		}
		p++;
	}
	return NULL;
}

static const char *
skip_value(const char *p, const char *end)
{
	if (p >= end)
		return NULL;
	if (*p == '"')
		return skip_string(p, end);
	if (*p == '{' || *p == '[')
		return skip_nested(p, end);
	const char *start = p;

	/* A number, or a word. */
	while (p < end &&
	       ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' ||
		   *p == '.' || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')))
		p++;
	return p > start ? p : NULL;
}

static void
keep(const struct body_value *key, const struct body_value *value,
    const char *const keys[], size_t count, size_t *hint,
    struct body_value out[])
{
	for (size_t i = 0; i < count; i++) {
		size_t k = (*hint + i) % count;

		if (key->n == 0 || keys[k][0] != key->p[0] ||
		    strlen(keys[k]) != key->n ||
		    memcmp(keys[k], key->p, key->n) != 0)
			continue;
		out[k] = *value;
		*hint = k + 1;
		return;
	}
}

bool
body_get(const char *body, size_t length, const char *const keys[],
    size_t count, struct body_value out[])
{
	const char *p = body, *end = body + length;
	size_t hint = 0;

	memset(out, 0, count * sizeof(*out));
	if (length < 2 || *p++ != '{' || end[-1] != '}')
		return false;
	if (length == 2)
		return true;
	while (p < end && *p == '"') {
		const char *behind = skip_string(p, end);

		if (behind == NULL || behind >= end || *behind != ':')
			return false;
		struct body_value key = { p + 1, (size_t)(behind - p) - 2 };
		const char *value = behind + 1;

		p = skip_value(value, end);
		if (p == NULL || p >= end)
			return false;
		keep(&key, &(struct body_value){ value, (size_t)(p - value) },
		    keys, count, &hint, out);
		if (*p == '}')
			return p + 1 == end;
		if (*p++ != ',')
			return false;
	}
	return false;
}

int64_t
body_number(const struct body_value *v, int64_t otherwise)
{
	const char *p = v->p, *end;
	uint64_t n = 0;

	if (p == NULL || v->n == 0)
		return otherwise;
	bool minus = *p == '-';

	end = p + v->n;
	if (minus)
		p++;
	if (p >= end || end - p > 18)
		return otherwise;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9')
			return otherwise;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	return minus ? -(int64_t)n : (int64_t)n;
}

bool
body_is(const struct body_value *v, const char *text)
{
	size_t n = strlen(text);

	return v->p != NULL && v->n == n + 2 && v->p[0] == '"' &&
	       memcmp(v->p + 1, text, n) == 0;
}

static unsigned
hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i] | 0x20u;
		unsigned digit = c >= '0' && c <= '9'	? c - '0'
				 : c >= 'a' && c <= 'f' ? c - 'a' + 10
							: 0;

		v = v << 4 | digit;
	}
	return v;
}

void
body_text(const struct body_value *v, char *out, size_t size)
{
	const char *p = v->p, *end;
	size_t n = 0;

	out[0] = '\0';
	if (p == NULL || v->n < 2 || *p != '"')
		return;
	end = p + v->n;
	for (p++, end--; p < end && n + 1 < size; p++) {
		char c = *p;

		if (c == '\\' && p + 1 < end) {
			c = *++p;
			if (c == 'u' && end - p > 4) {
				unsigned u = hex4(p + 1);

				c = u < 0x80 ? (char)u : '?';
				p += 4;
			}
		}
		out[n++] = c;
	}
	out[n] = '\0';
}
