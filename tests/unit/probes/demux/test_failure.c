/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <libavutil/error.h>

#include "camwarden/limits.h"
#include "probes/demux/failure.h"

static const struct {
	struct failure_case c;
	enum reason reason;
} cases[] = {
	{ { .error = AVERROR(ECONNREFUSED) }, REASON_REFUSED },
	{ { .error = AVERROR(EHOSTUNREACH) }, REASON_UNREACHABLE },
	{ { .error = AVERROR(EIO), .marks.unresolved = true },
	    REASON_DNS_FAIL },
	{ { .error = AVERROR(EIO),
	      .marks = { .unresolved = true, .unanswered = true } },
	    REASON_NAMES_SILENT },
	{ { .error = AVERROR_EXIT, .timed_out = true },
	    REASON_CONNECT_TIMEOUT },
	{ { .error = AVERROR_EXIT, .timed_out = true, .marks.connected = true },
	    REASON_REPLY_TIMEOUT },
	{ { .error = AVERROR_EXIT,
	      .timed_out = true,
	      .marks = { .connected = true, .answered = true } },
	    REASON_PLAY_NO_MEDIA },
	{ { .error = AVERROR_EXIT, .timed_out = true, .datagrams = true },
	    REASON_PLAY_NO_MEDIA },
	{ { .error = AVERROR_EXIT,
	      .timed_out = true,
	      .opened = true,
	      .flowed = true },
	    REASON_STALL_DEAD },
	{ { .error = AVERROR(EIO), .tls = true, .marks.connected = true },
	    REASON_TLS_FAIL },
	{ { .error = AVERROR_HTTP_UNAUTHORIZED }, REASON_AUTH_MISSING },
	{ { .error = AVERROR_HTTP_UNAUTHORIZED, .credentials = true },
	    REASON_AUTH_WRONG },
	{ { .error = AVERROR_HTTP_NOT_FOUND }, REASON_NOT_FOUND_404 },
	{ { .error = AVERROR_HTTP_SERVER_ERROR }, REASON_STATUS_OTHER },
	{ { .error = AVERROR_HTTP_SERVER_ERROR, .marks.status = 503 },
	    REASON_BUSY_503 },
	{ { .error = AVERROR_STREAM_NOT_FOUND }, REASON_SDP_NO_VIDEO },
	{ { .error = AVERROR_INVALIDDATA }, REASON_PROTOCOL },
	{ { .error = AVERROR_EOF, .opened = true, .flowed = true },
	    REASON_END_OF_STREAM },
	{ { .error = AVERROR(ECONNRESET), .flowed = true },
	    REASON_PEER_CLOSED },
	{ { .error = AVERROR(EIO),
	      .marks = { .connected = true, .answered = true } },
	    REASON_PROTOCOL },
	{ { .error = AVERROR_UNKNOWN }, REASON_OPEN_FAILED },
	/* our own want of something is nobody else's fault */
	{ { .error = AVERROR(ENOMEM) }, REASON_OVER_CAPACITY },
	{ { .error = AVERROR(EMFILE), .tls = true }, REASON_OVER_CAPACITY },
	{ { .error = AVERROR(EIO), .lacking = true, .marks.unresolved = true },
	    REASON_OVER_CAPACITY },
};

static void
errors_have_reasons(void **state)
{
	char text[LIMIT_DETAIL_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(failure_reason(&cases[i].c), cases[i].reason);
		failure_describe(&cases[i].c, text, sizeof(text));
		assert_true(strlen(text) > 3);
	}
}

static void
log_lines_leave_marks(void **state)
{
	struct failure_marks m = { 0 };

	(void)state;
	failure_note(&m, "Opening '%s' for reading\n", 5);
	assert_false(m.unresolved || m.connected || m.answered || m.status);
	failure_note(&m, "Failed to resolve hostname %s: %s\n", 0);
	assert_true(m.unresolved);
	failure_note(&m, "Successfully connected to %s port %s\n", 0);
	assert_true(m.connected && !m.answered);
	failure_note(&m, "header='%s'\n", 0);
	assert_true(m.answered);
	failure_note(&m, "HTTP error %d %s\n", 503);
	assert_int_equal(m.status, 503);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_reasons),
		cmocka_unit_test(log_lines_leave_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
