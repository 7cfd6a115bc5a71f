/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/proto/rtsp_message.h"

struct expected {
	const char *in;
	int status; /* 0: a request */
	int cseq;   /* -1: none */
	const char *session;
	unsigned timeout;
	const char *body;
	size_t left; /* bytes that follow the message */
};

static const struct expected good[] = {
	{ "RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 12;timeout=60\r\n\r\n", 200,
	    3, "12", 60, "", 0 },
	/* lf_only */
	{ "RTSP/1.0 200 OK\nCSeq: 3\nSession: 12\n\n", 200, 3, "12", 0, "", 0 },
	/* hdr_lower, trailing blanks, sess_space */
	{ "RTSP/1.0 401 No\r\ncseq:4  \r\nsession:       1299;timeout=60 \r\n"
	  "\r\n",
	    401, 4, "1299", 60, "", 0 },
	{ "RTSP/1.0 200 OK\r\nCSEQ : 5\r\nSession: a ; timeout = 15\r\n\r\n",
	    200, 5, "a", 15, "", 0 },
	/* blanks at every line's end, the last one's too */
	{ "RTSP/1.0 200 OK  \r\ncseq: 8  \r\n  \r\n", 200, 8, "", 0, "", 0 },
	/* hdr_fold */
	{ "RTSP/1.0 200 OK\r\nCSeq:\r\n  6\r\nSession: b;\r\n\ttimeout=7\r\n"
	  "\r\n",
	    200, 6, "b", 7, "", 0 },
	/* cseq_missing, blank_lines */
	{ "\r\n\r\nRTSP/1.0 200\r\n\r\n", 200, -1, "", 0, "", 0 },
	/* body, and what follows it is not ours */
	{ "RTSP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nv=0\n$..", 200, -1, "",
	    0, "v=0\n", 3 },
	{ "RTSP/1.0 200 OK\r\nno colon here\r\nCSeq: 9\r\n\r\nRTSP/1.0 ", 200,
	    9, "", 0, "", 9 },
	{ "OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", 0, 1, "", 0, "", 0 },
};

static void
check(const struct expected *e, const struct rtsp_message *m, size_t used)
{
	uint32_t timeout;
	struct span token = rtsp_message_session(m, &timeout);

	assert_int_equal(m->status, e->status);
	assert_int_equal(m->is_request, e->status == 0);
	assert_int_equal(m->has_cseq, e->cseq >= 0);
	if (e->cseq >= 0)
		assert_int_equal(m->cseq, e->cseq);
	assert_true(span_equal(token, e->session));
	assert_int_equal(timeout, e->timeout);
	assert_int_equal(m->body.n, strlen(e->body));
	assert_memory_equal(m->body.p, e->body, m->body.n);
	assert_int_equal(used, strlen(e->in) - e->left);
}

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct rtsp_parser p = { 0 };
		struct rtsp_message m;
		size_t used;
		const char *why = "?";

		if (rtsp_message_parse(&p, span_of(good[i].in), &m, &used,
			&why) != PARSE_DONE)
			fail_msg("%s: %s", good[i].in, why);
		check(&good[i], &m, used);
	}
}

/* The same byte by byte, each time in a buffer of exactly that size. */
static void
test_bytewise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t whole = strlen(good[i].in) - good[i].left;
		struct rtsp_parser p = { 0 };

		for (size_t n = 1; n <= whole; n++) {
			uint8_t *copy = malloc(n);
			struct rtsp_message m;
			size_t used;
			const char *why;

			memcpy(copy, good[i].in, n);
			assert_int_equal(rtsp_message_parse(&p,
					     (struct span){ copy, n }, &m,
					     &used, &why),
			    n < whole ? PARSE_MORE : PARSE_DONE);
			if (n == whole)
				check(&good[i], &m, used);
			free(copy);
		}
	}
}

static void
test_bad(void **state)
{
	static const char *const cases[] = { "HTTP/1.1 200 OK\r\n\r\n",
		"SSH-2.0-x\r\n", "\x16\x03\x01", "RTSP/1.0 abc\r\n\r\n",
		"RTSP/1.0 99 x\r\n\r\n", "RTSP/1.0 1000 x\r\n\r\n",
		"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n",
		"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
		"RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"OPTIONS nonsense\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_parser p = { 0 };
		struct rtsp_message m;
		size_t used;
		const char *why = NULL;

		if (rtsp_message_parse(&p, span_of(cases[i]), &m, &used,
			&why) != PARSE_BAD)
			fail_msg("taken: %s", cases[i]);
		assert_non_null(why);
	}
}

/* A tunnel's answer: its head alone, and nothing but HTTP. */
static void
test_http(void **state)
{
	static const struct {
		const char *in;
		enum parse_result result;
		size_t used;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nRTSP",
		    PARSE_DONE, 39 },
		{ "HTTP/1.0 401 No\r\n\r\n<html>", PARSE_DONE, 19 },
		{ "RTSP/1.0 200 OK\r\n\r\n", PARSE_BAD, 0 },
		{ "OPTIONS * RTSP/1.0\r\n\r\n", PARSE_BAD, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_parser p = { .http = true };
		struct rtsp_message m;
		size_t used = 0;
		const char *why;

		assert_int_equal(rtsp_message_parse(&p, span_of(cases[i].in),
				     &m, &used, &why),
		    cases[i].result);
		assert_int_equal(used, cases[i].used);
	}
}

static void
test_endless(void **state)
{
	static uint8_t text[2 * LIMIT_RTSP_HEADER_BYTES];
	struct rtsp_parser p = { 0 };
	struct rtsp_message m;
	size_t used, n;
	const char *why;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "RTSP/1.0 200 OK\r\nX: ", 20);
	for (n = 100; n < sizeof(text); n += 100)
		if (rtsp_message_parse(&p, (struct span){ text, n }, &m, &used,
			&why) == PARSE_BAD)
			break;
	assert_true(n <= LIMIT_RTSP_HEADER_BYTES + 100);
	memset(text, '\n', sizeof(text));
	p = (struct rtsp_parser){ 0 };
	assert_int_equal(rtsp_message_parse(&p,
			     (struct span){ text, sizeof(text) }, &m, &used,
			     &why),
	    PARSE_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
