/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that two parsers might read in two ways are refused, byte by byte
 * as well as in one piece; the rest passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/http/strainer.h"

#define LETTERS                                                                \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HOST "Host: localhost\r\n"

static enum strained
strain(const char *text, size_t n, bool single, struct strainer *s)
{
	enum strained r = STRAINED_WELL;

	strainer_init(s, 100, "/api/v1/import", 1000);
	if (!single)
		return strainer_take(s, (const uint8_t *)text, n);
	for (size_t i = 0; i < n && r == STRAINED_WELL; i++)
		r = strainer_take(s, (const uint8_t *)text + i, 1);
	return r;
}

static void
requests_are_judged(void **state)
{
	static const struct {
		enum strained want;
		unsigned requests;
		const char *text;
	} rows[] = {
		{ STRAINED_WELL, 1, "GET / HTTP/1.1\r\n" HOST "\r\n" },
		{ STRAINED_WELL, 1, "GET / HTTP/1.0\r\n\r\n" },
		{ STRAINED_WELL, 2,
		    "POST /x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab\n"
		    "GET /a?b=c HTTP/1.1\r\n" HOST "\r\n" },
		{ STRAINED_WELL, 1,
		    "GET / HTTP/1.1\r\nX:\ty \t\r\nY:\r\n\r\n" },
		{ STRAINED_WELL, 1,
		    "GET / HTTP/1.1\r\nX: \xc3\xa4\xff\r\n\r\n" },
		{ STRAINED_WELL, 1,
		    "GET /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n" },
		{ STRAINED_WELL, 0, "GET /half HTTP/1.1\r\nHo" },
		/* the request line */
		{ STRAINED_BAD, 0, "\r\nGET / HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET http://evil/ HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET //evil/x HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET * HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET /#a HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.2\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/2.0\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET /\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET  / HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / a HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, " GET / HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "G\tT / HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET /\xc3\xa4 HTTP/1.1\r\n\r\n" },
		{ STRAINED_BAD, 0, "\x16\x03\x01\x02" },
		/* ends of lines */
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\n\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX: y\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX: y\rz\r\n\r\n" },
		/* fields */
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX : y\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\n: y\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\nX: \x7f\r\n\r\n" },
		{ STRAINED_BAD, 0, "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
		/* lengths */
		{ STRAINED_LENGTH, 0,
		    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" },
		{ STRAINED_LENGTH, 0,
		    "POST / HTTP/1.1\r\nContent-Length: 3\r\n"
		    "transfer-encoding: identity\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length: 3\r\n"
		    "Content-Length: 3\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length: 3, 3\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n" },
		{ STRAINED_BAD, 0,
		    "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n" },
		{ STRAINED_BAD, 1,
		    "GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx" },
		{ STRAINED_BAD, 1,
		    "DELETE / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx" },
		{ STRAINED_WELL, 1,
		    "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n" },
		{ STRAINED_LONG_BODY, 1,
		    "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" },
		{ STRAINED_LONG_BODY, 1,
		    "POST / HTTP/1.1\r\n"
		    "Content-Length: 99999999999999999999999999\r\n\r\n" },
		{ STRAINED_WELL, 1,
		    "POST /api/v1/import HTTP/1.1\r\n"
		    "Content-Length: 1000\r\n\r\n" },
		{ STRAINED_LONG_BODY, 1,
		    "POST /api/v1/import HTTP/1.1\r\n"
		    "Content-Length: 1001\r\n\r\n" },
		{ STRAINED_LONG_BODY, 1,
		    "POST /api/v1/importx HTTP/1.1\r\n"
		    "Content-Length: 1000\r\n\r\n" },
		{ STRAINED_LONG_BODY, 1,
		    "PUT /api/v1/import HTTP/1.1\r\n"
		    "Content-Length: 1000\r\n\r\n" },
	};
	struct strainer s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int single = 0; single < 2; single++) {
			const char *t = rows[i].text;
			enum strained r = strain(t, strlen(t), single, &s);

			if (r != rows[i].want || s.requests != rows[i].requests)
				fail_msg("%d, %u: %s", r, (unsigned)s.requests,
				    t);
		}
	assert_int_equal(strain("GET /\0 HTTP/1.1\r\n\r\n", 19, false, &s),
	    STRAINED_BAD);
	assert_int_equal(strain("GET / HTTP/1.1\r\nX: \0\r\n\r\n", 23, false,
			     &s),
	    STRAINED_BAD);
}

static void
heads_are_bounded(void **state)
{
	char text[STRAINER_HEAD_BYTES * 2];
	struct strainer s;
	int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n");

	(void)state;
	memset(text + n, 'x', sizeof(text) - (size_t)n);
	assert_int_equal(strain(text, sizeof(text), false, &s),
	    STRAINED_LONG_HEAD);
	memcpy(text, "GET /", 5);
	memset(text + 5, 'a', 3000);
	memcpy(text + 3005, " HTTP/1.1\r\n\r\n", 14);
	assert_int_equal(strain(text, 3018, false, &s), STRAINED_LONG_HEAD);
	n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n");
	for (unsigned i = 0; i < STRAINER_LINES; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "X: y\r\n");
	assert_int_equal(strain(text, (size_t)n, false, &s),
	    STRAINED_LONG_HEAD);
	/* A long value passes while the head is within its bounds. */
	n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nCookie: ");
	memset(text + n, 'c', 9000);
	memcpy(text + n + 9000, "\r\n\r\n", 4);
	assert_int_equal(strain(text, (size_t)n + 9004, true, &s),
	    STRAINED_WELL);
	assert_int_equal(s.requests, 1);
}

static void
credentials_are_seen(void **state)
{
	static const struct {
		const char *fields, *letters;
	} rows[] = {
		{ "Authorization: Bearer " LETTERS "\r\n", LETTERS },
		{ "Cookie: a=b; __Host-camwarden=" LETTERS "\r\n", LETTERS },
		{ "Cookie: __Host-camwarden=" LETTERS "0\r\n", "" },
		{ "Authorization: Basic " LETTERS "\r\n", "" },
		{ "X: Bearer " LETTERS "\r\n", "" },
	};
	struct strainer s;
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int n = snprintf(text, sizeof(text),
		    "POST /api/v1/import HTTP/1.1\r\n%s"
		    "Content-Length: 500\r\n\r\n",
		    rows[i].fields);

		assert_int_equal(strain(text, (size_t)n, true, &s),
		    STRAINED_WELL);
		assert_true(strainer_is_big(&s));
		assert_string_equal(s.letters, rows[i].letters);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_judged),
		cmocka_unit_test(heads_are_bounded),
		cmocka_unit_test(credentials_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
