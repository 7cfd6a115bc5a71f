/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/strainer.h"

#include <string.h>
#include <strings.h>

#include "monitor/http/sessions.h"

#define MOST_DIGITS 10

void
strainer_init(struct strainer *s, uint32_t body_most, const char *big_path,
    uint32_t big_most)
{
	memset(s, 0, sizeof(*s));
	s->body_most = body_most;
	s->big_path = big_path;
	s->big_most = big_most;
}

static bool
is_token(const char *text, size_t n)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && strchr(others, c) == NULL)
			return false;
	}
	return n > 0;
}

/* An absolute path and perhaps a query, of visible ASCII. Not "//": some take
 * what follows for a host. */
static bool
is_target(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x21 || text[i] > 0x7e || text[i] == '#')
			return false;
	return n > 0 && text[0] == '/' && (n == 1 || text[1] != '/');
}

static bool
is_big_path(const struct strainer *s, const char *target, size_t n)
{
	size_t most = s->big_path != NULL ? strlen(s->big_path) : 0;

	return most > 0 && n >= most &&
	       strncmp(target, s->big_path, most) == 0 &&
	       (n == most || target[most] == '?');
}

static enum strained
end_request_line(struct strainer *s)
{
	static const char *const bodied[] = { "POST", "PUT", "PATCH" };
	const char *target, *version;
	size_t method, n;

	if (s->kept >= STRAINER_LINE_BYTES)
		return STRAINED_LONG_HEAD;
	method = strcspn(s->line, " ");
	target = s->line + method + 1;
	if (s->line[method] != ' ' || !is_token(s->line, method))
		return STRAINED_BAD;
	n = strcspn(target, " ");
	version = target + n;
	if (!is_target(target, n) || (strcmp(version, " HTTP/1.1") != 0 &&
					 strcmp(version, " HTTP/1.0") != 0))
		return STRAINED_BAD;
	s->may_have_body = false;
	for (size_t i = 0; i < 3; i++)
		if (strlen(bodied[i]) == method &&
		    memcmp(bodied[i], s->line, method) == 0)
			s->may_have_body = true;
	s->big = method == 4 && memcmp(s->line, "POST", 4) == 0 &&
		 is_big_path(s, target, n);
	s->sized = s->hosted = false;
	s->letters[0] = '\0';
	return STRAINED_WELL;
}

static enum strained
take_length(struct strainer *s, const char *value, size_t n)
{
	uint64_t v = 0;

	if (s->sized || n == 0 || strspn(value, "0123456789") < n)
		return STRAINED_BAD;
	for (size_t i = 0; i < n && i < MOST_DIGITS; i++)
		v = v * 10 + (uint64_t)(value[i] - '0');
	s->sized = true;
	s->length = n > MOST_DIGITS ? UINT64_MAX : v;
	return STRAINED_WELL;
}

static void
take_credential(struct strainer *s, const char *value, bool cookie)
{
	char letters[PEOPLE_SECRET_BYTES];

	enum shown shown = sessions_shown(cookie ? NULL : value,
	    cookie ? value : NULL, letters);

	/* An Authorization counts before a cookie. */
	if (shown == SHOWN_BEARER ||
	    (shown == SHOWN_COOKIE && s->letters[0] == '\0'))
		memcpy(s->letters, letters, sizeof(letters));
}

static enum strained
end_field(struct strainer *s)
{
	size_t name = strcspn(s->line, ":");
	char *value = s->line + name + 1;
	size_t n;

	/* What begins with a blank would continue the line before. */
	if (s->line[name] != ':' || !is_token(s->line, name))
		return STRAINED_BAD;
	s->line[name] = '\0';
	value += strspn(value, " \t");
	for (n = strlen(value); n > 0 && strchr(" \t", value[n - 1]);)
		n--;
	value[n] = '\0';
	if (strcasecmp(s->line, "Content-Length") == 0)
		return take_length(s, value, n);
	if (strcasecmp(s->line, "Transfer-Encoding") == 0)
		return STRAINED_LENGTH;
	if (strcasecmp(s->line, "Host") == 0) {
		if (s->hosted)
			return STRAINED_BAD;
		s->hosted = true;
	} else if (strcasecmp(s->line, "Authorization") == 0) {
		take_credential(s, value, false);
	} else if (strcasecmp(s->line, "Cookie") == 0) {
		take_credential(s, value, true);
	}
	return STRAINED_WELL;
}

static enum strained
end_head(struct strainer *s)
{
	s->head = s->lines = 0;
	s->requests++;
	s->body = s->sized ? s->length : 0;
	if (s->body > 0 && !s->may_have_body)
		return STRAINED_BAD;
	return s->body > (s->big ? s->big_most : s->body_most)
		   ? STRAINED_LONG_BODY
		   : STRAINED_WELL;
}

static enum strained
end_line(struct strainer *s)
{
	enum strained r;

	s->line[s->kept < STRAINER_LINE_BYTES ? s->kept
					      : STRAINER_LINE_BYTES - 1] = '\0';
	if (s->lines == 0)
		r = end_request_line(s);
	else if (s->kept == 0)
		return end_head(s);
	else
		r = end_field(s);
	s->kept = 0;
	if (++s->lines > STRAINER_LINES)
		return STRAINED_LONG_HEAD;
	return r;
}

static enum strained
take_byte(struct strainer *s, uint8_t b)
{
	if (++s->head > STRAINER_HEAD_BYTES)
		return STRAINED_LONG_HEAD;
	if (s->cr) {
		s->cr = false;
		return b == '\n' ? end_line(s) : STRAINED_BAD;
	}
	if (b == '\r') {
		s->cr = true;
		return STRAINED_WELL;
	}
	if ((b < 0x20 && b != '\t') || b == 0x7f)
		return STRAINED_BAD;
	if (s->kept < STRAINER_LINE_BYTES)
		s->line[s->kept++] = (char)b;
	return STRAINED_WELL;
}

enum strained
strainer_take(struct strainer *s, const uint8_t *bytes, size_t n)
{
	enum strained r = STRAINED_WELL;

	while (n > 0 && r == STRAINED_WELL) {
		size_t skip = s->body < n ? (size_t)s->body : n;

		bytes += skip;
		n -= skip;
		s->body -= skip;
		if (n == 0)
			break;
		r = take_byte(s, *bytes++);
		n--;
	}
	return r;
}

bool
strainer_is_big(const struct strainer *s)
{
	return s->big && s->body > 0 && s->length > s->body_most;
}
