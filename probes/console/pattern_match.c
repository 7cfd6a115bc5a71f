/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/pattern_match.h"

#include <stddef.h>

static unsigned char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32)
				    : (unsigned char)c;
}

/* A UTF-8 letter is one sign for '?'. */
static const char *
next_sign(const char *t)
{
	t++;
	while (((unsigned char)*t & 0xc0) == 0x80)
		t++;
	return t;
}

static bool
in_range(unsigned char c, unsigned char low, unsigned char high)
{
	unsigned char upper =
	    c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;

	return (c >= low && c <= high) || (upper >= low && upper <= high);
}

/* p behind '['. The place behind ']', or NULL when it never closes. */
static const char *
match_set(const char *p, char text, bool *hit_out)
{
	bool no = *p == '!' || *p == '^', hit = false, first = true;

	if (no)
		p++;
	for (; *p != '\0' && (first || *p != ']'); first = false) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		unsigned char low = (unsigned char)*p++, high = low;

		if (*p == '-' && p[1] != '\0' && p[1] != ']') {
			high = (unsigned char)p[1];
			p += 2;
		}
		hit |= in_range(fold(text), low, high) ||
		       (low == high && fold((char)low) == fold(text));
	}
	*hit_out = hit != no;
	return *p == ']' ? p + 1 : NULL;
}

/* One sign of the pattern against one of the text; NULL: they differ. */
static const char *
match_sign(const char *p, const char **text)
{
	const char *behind;
	bool hit;

	if (*p == '[' && (behind = match_set(p + 1, **text, &hit)) != NULL) {
		*text += 1;
		return hit ? behind : NULL;
	}
	if (*p == '?') {
		*text = next_sign(*text);
		return p + 1;
	}
	if (*p == '\\' && p[1] != '\0')
		p++;
	if (*p == '\0' || fold(*p) != fold(**text))
		return NULL;
	*text += 1;
	return p + 1;
}

bool
pattern_match_glob(const char *p, const char *text)
{
	const char *star = NULL, *retry = NULL;

	/* Only the last star is ever tried anew: the ones before it matched
	 * as early as they could. */
	while (*text != '\0') {
		if (*p == '*') {
			star = ++p;
			retry = text;
			continue;
		}
		const char *behind = match_sign(p, &text);

		if (behind != NULL) {
			p = behind;
		} else if (star != NULL) {
			p = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return *p == '\0';
}

bool
pattern_match(const struct heartbeat_pattern *p, const char *instance,
    const char *class_, const char *title)
{
	if (p->class_[0] != '\0' && !pattern_match_glob(p->class_, class_) &&
	    !pattern_match_glob(p->class_, instance))
		return false;
	return p->title[0] == '\0' || pattern_match_glob(p->title, title);
}
