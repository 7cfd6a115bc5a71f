/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_message.h"

#include <string.h>

static enum parse_result
bad(const char **why_out, const char *why)
{
	*why_out = why;
	return PARSE_BAD;
}

bool
rtsp_message_begins(struct span b)
{
	static const char *const starts[] = { "RTSP/", "HTTP/", "OPTIONS ",
		"GET_PARAMETER ", "SET_PARAMETER ", "REDIRECT ", "ANNOUNCE ",
		"DESCRIBE ", "SETUP ", "PLAY ", "PAUSE ", "TEARDOWN ",
		"RECORD ", "PLAY_NOTIFY " };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = strlen(starts[i]);

		if (memcmp(starts[i], b.p, b.n < n ? b.n : n) == 0)
			return true;
	}
	return false;
}

enum line { LINE_EMPTY, LINE_OTHER, LINE_CUT };

/* What line begins at i; *n_out: its length when empty. One of blanks alone
 * counts as empty: some cameras end every line with blanks (RTSP.md 5). */
static enum line
line_at(struct span b, size_t i, size_t *n_out)
{
	size_t start = i;

	while (i < b.n && (b.p[i] == ' ' || b.p[i] == '\t'))
		i++;
	if (i < b.n && b.p[i] == '\r')
		i++;
	if (i >= b.n)
		return LINE_CUT;
	*n_out = i + 1 - start;
	return b.p[i] == '\n' ? LINE_EMPTY : LINE_OTHER;
}

/* Finds the end of the head: a line break followed by an empty line. */
static enum parse_result
find_head(struct rtsp_parser *p, struct span b, const char **why_out)
{
	size_t i = p->scanned;
	const uint8_t *lf;

	while (i < b.n && (lf = memchr(b.p + i, '\n', b.n - i)) != NULL) {
		size_t at = (size_t)(lf - b.p), n = 0;

		i = at;
		switch (line_at(b, at + 1, &n)) {
		case LINE_EMPTY:
			p->head = (uint32_t)(at + 1 + n);
			return PARSE_DONE;
		case LINE_OTHER:
			i = at + 1;
			continue;
		case LINE_CUT:
			break;
		}
		break;
	}
	if (i < b.n && b.p[i] != '\n')
		i = b.n;
	p->scanned = (uint32_t)i;
	if (b.n > LIMIT_RTSP_HEADER_BYTES)
		return bad(why_out, "header block too long");
	return PARSE_MORE;
}

/* Next logical line: folded continuation lines belong to it. */
static struct span
next_line(struct span *rest)
{
	struct span line = { rest->p, 0 };

	while (rest->n > 0) {
		span_cut(rest, '\n');
		line.n = (size_t)(rest->p - line.p);
		if (rest->n == 0 || (rest->p[0] != ' ' && rest->p[0] != '\t'))
			break;
	}
	return span_trim(line);
}

bool
rtsp_message_header(struct span *rest, struct span *name_out,
    struct span *value_out)
{
	while (rest->n > 0) {
		struct span line = next_line(rest);

		if (line.n == 0 || memchr(line.p, ':', line.n) == NULL)
			continue;
		*name_out = span_trim(span_cut(&line, ':'));
		*value_out = span_trim(line);
		return true;
	}
	return false;
}

struct span
rtsp_message_find(const struct rtsp_message *m, const char *wanted)
{
	struct span rest = m->headers, name, value;

	while (rtsp_message_header(&rest, &name, &value))
		if (span_equal(name, wanted))
			return value;
	return (struct span){ 0 };
}

struct span
rtsp_message_session(const struct rtsp_message *m, uint32_t *timeout_out)
{
	struct span rest = rtsp_message_find(m, "session");
	struct span token = span_trim(span_cut(&rest, ';'));

	*timeout_out = 0;
	while (rest.n > 0) {
		struct span value = span_trim(span_cut(&rest, ';'));
		struct span name = span_trim(span_cut(&value, '='));

		if (span_equal(name, "timeout"))
			span_number(value, timeout_out);
	}
	return token;
}

static bool
parse_first_line(struct span line, bool http, struct rtsp_message *m)
{
	if (span_starts(line, http ? "HTTP/" : "RTSP/")) {
		uint32_t status;

		span_cut(&line, ' ');
		line = span_trim(line);
		if (!span_number(line, &status) || status < 100 || status > 999)
			return false;
		m->status = (uint16_t)status;
		span_cut(&line, ' ');
		m->reason = span_trim(line);
		return true;
	}
	if (http)
		return false;
	m->is_request = true;
	m->method = span_cut(&line, ' ');
	line = span_trim(line);
	m->uri = span_cut(&line, ' ');
	return m->method.n > 0 && span_starts(span_trim(line), "RTSP/");
}

static enum parse_result
parse_head(struct span head, bool http, struct rtsp_message *m,
    uint32_t *body_out, const char **why_out)
{
	struct span name, value;

	*m = (struct rtsp_message){ 0 };
	*body_out = 0;

	struct span first = span_trim(span_cut(&head, '\n'));

	if (!parse_first_line(first, http, m))
		return bad(why_out, http ? "not an HTTP server"
				    : span_starts(first, "HTTP/")
					? "an HTTP server, not RTSP"
					: "first line is not RTSP");
	m->headers = head;

	struct span rest = head;

	while (rtsp_message_header(&rest, &name, &value)) {
		if (span_equal(name, "cseq"))
			m->has_cseq = span_number(value, &m->cseq);
		else if (span_equal(name, "connection"))
			m->close = span_starts(value, "close");
		else if (span_equal(name, "content-length") &&
			 !span_number(value, body_out))
			return bad(why_out, "Content-Length is no number");
	}
	if (http)
		*body_out = 0;
	if (*body_out > LIMIT_RTSP_BODY_BYTES)
		return bad(why_out, "body too long");
	return PARSE_DONE;
}

enum parse_result
rtsp_message_parse(struct rtsp_parser *p, struct span b, struct rtsp_message *m,
    size_t *used_out, const char **why_out)
{
	uint32_t body;
	size_t blank = 0;

	if (b.n < p->need)
		return PARSE_MORE;
	/* Empty lines and blanks before a message are noise. */
	while (blank < b.n &&
	       (b.p[blank] == '\r' || b.p[blank] == '\n' || b.p[blank] == ' '))
		blank++;
	if (blank > LIMIT_RTSP_HEADER_BYTES)
		return bad(why_out, "nothing but blank lines");
	if (blank == b.n)
		return PARSE_MORE;
	if (p->scanned < blank)
		p->scanned = (uint32_t)blank;
	if (!rtsp_message_begins((struct span){ b.p + blank, b.n - blank }))
		return bad(why_out, "neither RTSP response nor request");
	if (p->head == 0) {
		enum parse_result r = find_head(p, b, why_out);

		if (r != PARSE_DONE)
			return r;
	}

	struct span head = { b.p + blank, p->head - blank };

	if (head.n > LIMIT_RTSP_HEADER_BYTES)
		return bad(why_out, "header block too long");
	if (parse_head(head, p->http, m, &body, why_out) == PARSE_BAD)
		return PARSE_BAD;
	p->need = p->head + body;
	if (b.n < p->need)
		return PARSE_MORE;
	m->body = (struct span){ b.p + p->head, body };
	*used_out = p->need;
	return PARSE_DONE;
}
