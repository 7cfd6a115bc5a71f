/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/refusals.h"

#include <assert.h>
#include <string.h>

#include "monitor/http/json_out.h"

/* Where `literal` is, at least one letter on; at the very end when it is the
 * last. NULL: nowhere. */
static const char *
next_literal(const char *p, const char *end, const char *literal, size_t n,
    bool last)
{
	if ((size_t)(end - p) <= n)
		return NULL;
	if (last)
		return memcmp(end - n, literal, n) == 0 ? end - n : NULL;
	return memmem(p + 1, (size_t)(end - p) - 1, literal, n);
}

/* Cut between letters. */
static void
keep(char *out, size_t size, const char *p, size_t n)
{
	if (n >= size)
		for (n = size - 1;
		     n > 0 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	memcpy(out, p, n);
	out[n] = '\0';
}

static bool
fits(const char *s, const char *p, const char *end, struct refused *out)
{
	size_t n = strcspn(s, "{");

	if ((size_t)(end - p) < n || memcmp(p, s, n) != 0)
		return false;
	p += n;
	for (s += n; *s == '{'; s += n) {
		struct refused_value *v = &out->values[out->count++];
		size_t name = strcspn(s, "}") - 1;
		const char *at;

		assert(out->count <= REFUSALS_GAPS && name < sizeof(v->name));
		keep(v->name, sizeof(v->name), s + 1, name);
		s += name + 2;
		n = strcspn(s, "{");
		at = next_literal(p, end, s, n, s[n] == '\0');
		if (at == NULL)
			return false;
		keep(v->text, sizeof(v->text), p, (size_t)(at - p));
		p = at + n;
	}
	return p == end;
}

bool
refusals_find(const char *sentence, struct refused *out)
{
	const char *end = sentence + strlen(sentence);

	while (end > sentence && end[-1] == '\n')
		end--;
	for (unsigned i = 0; i < refusals_count; i++) {
		out->code = refusals[i].code;
		out->count = 0;
		if (fits(refusals[i].sentence, sentence, end, out))
			return true;
	}
	return false;
}

void
refusals_put(struct json_out *j, const char *sentence)
{
	struct refused r;

	if (!refusals_find(sentence, &r))
		return;
	json_out_key(j, "code");
	json_out_string(j, r.code);
	if (r.count == 0)
		return;
	json_out_key(j, "values");
	json_out_open(j, '{');
	for (unsigned i = 0; i < r.count; i++) {
		json_out_key(j, r.values[i].name);
		json_out_string(j, r.values[i].text);
	}
	json_out_close(j, '}');
}
