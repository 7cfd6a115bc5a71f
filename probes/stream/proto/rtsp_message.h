/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_message.h: bytes at a message border of an RTSP connection -> one
 * response or server request with its body. PURE, hostile input. RFC 2326 s4-6,
 * with what cameras do to it (RTSP.md 5): bare LF, folded lines, lower-case
 * names, blanks, leading empty lines, CSeq missing. Spans borrow the input. */
#ifndef PROBES_STREAM_PROTO_RTSP_MESSAGE_H
#define PROBES_STREAM_PROTO_RTSP_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "probes/stream/proto/parse.h"

/* Between calls on the same, growing input: where to go on looking. Zero it
 * when a new message begins. */
struct rtsp_parser {
	uint32_t scanned; /* bytes known to hold no end of the head */
	uint32_t head;	  /* length of the head once found, else 0 */
	uint32_t need;	  /* length of the whole once known, else 0 */
	bool http;	  /* the answer to a tunnel's GET: its head alone */
};

struct rtsp_message {
	bool is_request; /* from the server to us */
	uint16_t status; /* of a response, 100..999 */
	bool has_cseq;
	uint32_t cseq;
	bool close;	    /* Connection: close */
	struct span method; /* of a request */
	struct span uri;
	struct span reason;  /* the words behind the status */
	struct span headers; /* all header lines */
	struct span body;
};

/* True when a message can begin with these bytes ("RTSP/", "HTTP/", or the
 * first letters of an upper-case method); what can't be told yet counts as
 * true. */
bool rtsp_message_begins(struct span bytes);

/* PARSE_DONE: *message_out is filled and *used_out bytes are its. PARSE_MORE:
 * keep the bytes and call again with more behind them (p->need says how many,
 * when known). PARSE_BAD: not RTSP (with p->http: not HTTP), or beyond
 * LIMIT_RTSP_*; *why_out says. Behind the head of an HTTP answer comes RTSP,
 * whatever its Content-Length (RTSP.md 7). */
enum parse_result rtsp_message_parse(struct rtsp_parser *p, struct span bytes,
    struct rtsp_message *message_out, size_t *used_out, const char **why_out);

/* Walks the header lines: false at the end. Start with *rest = m->headers. A
 * folded line's value still holds its line break: use span_trim / unfold. */
bool rtsp_message_header(struct span *rest, struct span *name_out,
    struct span *value_out);
/* The first header of that name (any case); an empty span when absent. */
struct span rtsp_message_find(const struct rtsp_message *m, const char *name);
/* "Session: token;timeout=60" -> token (borrowed) and seconds (0 = none). */
struct span rtsp_message_session(const struct rtsp_message *m,
    uint32_t *timeout_out);

#endif
