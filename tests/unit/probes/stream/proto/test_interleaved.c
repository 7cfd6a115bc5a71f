/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media_rig.h"

#include <stdio.h>

/* What came out, as text: "F<channel>:<length>:<sum> " and "T<text> ". Every
 * script is fed whole, byte by byte and in odd pieces: the log is the same. */
struct log {
	struct interleaved il;
	char text[65536];
	size_t n;
	char message[512];
	size_t message_n;
	unsigned skipped;  /* heads that sufficed */
	uint32_t suffices; /* channels whose heads do */
};

static void
note(struct log *log, const char *s)
{
	size_t n = strlen(s);

	assert_true(log->n + n < sizeof(log->text));
	memcpy(log->text + log->n, s, n + 1);
	log->n += n;
}

static void
note_frame(struct log *log, unsigned channel, uint32_t length, const uint8_t *p,
    size_t n)
{
	char line[64];
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n && i < 16; i++)
		sum = sum * 31 + p[i];
	snprintf(line, sizeof(line), "F%u:%u:%u ", channel, length, sum);
	note(log, line);
}

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	(void)now_us;
	note_frame(arg, channel, (uint32_t)packet.n, packet.p, packet.n);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct log *log = arg;

	(void)now_us;
	if (head.n < 24 || channel > 31 || !(log->suffices >> channel & 1))
		return false;
	log->skipped++;
	note_frame(log, channel, length, head.p, head.n);
	return true;
}

/* A message is anything up to an empty line. */
static enum interleaved_text
on_text(void *arg, struct span text, size_t *used_out)
{
	struct log *log = arg;
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (log->message_n + 1 >= sizeof(log->message) ||
		    text.p[i] >= 0x80) {
			log->message_n = 0;
			return INTERLEAVED_TEXT_BAD;
		}
		log->message[log->message_n++] = (char)text.p[i];
		if (log->message_n >= 4 &&
		    !memcmp(log->message + log->message_n - 4, "\r\n\r\n", 4)) {
			log->message[log->message_n - 4] = 0;
			note(log, "T");
			note(log, log->message);
			note(log, " ");
			log->message_n = 0;
			*used_out = i + 1;
			return INTERLEAVED_TEXT_DONE;
		}
	}
	return INTERLEAVED_TEXT_MORE;
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

struct script {
	uint8_t bytes[200000];
	size_t n;
};

static void
add(struct script *s, const void *p, size_t n)
{
	assert_true(s->n + n <= sizeof(s->bytes));
	memcpy(s->bytes + s->n, p, n);
	s->n += n;
}

static void
add_text(struct script *s, const char *text)
{
	add(s, text, strlen(text));
}

static void
add_frame(struct script *s, uint8_t channel, uint16_t length)
{
	uint8_t b[65540] = { '$', channel, (uint8_t)(length >> 8),
		(uint8_t)length, 0x80, 96 };
	unsigned i;

	for (i = 6; i < 4u + length; i++)
		b[i] = (uint8_t)(i * 7 + length);
	add(s, b, 4u + length);
}

static enum interleaved_result
run(struct log *log, const struct script *s, size_t step, uint32_t suffices)
{
	enum interleaved_result r = INTERLEAVED_OK;
	size_t at;

	memset(log, 0, sizeof(*log));
	log->suffices = suffices;
	interleaved_init(&log->il);
	interleaved_add_channel(&log->il, 0);
	interleaved_add_channel(&log->il, 1);
	for (at = 0; at < s->n && r == INTERLEAVED_OK; at += step) {
		size_t n = s->n - at < step ? s->n - at : step;
		uint8_t *exact = malloc(n);

		memcpy(exact, s->bytes + at, n);
		r = interleaved_feed(&log->il, &calls, log,
		    (struct span){ exact, n }, 1000);
		free(exact);
	}
	interleaved_fini(&log->il);
	return r;
}

static void
check(const struct script *s, const char *expected,
    enum interleaved_result result, unsigned resyncs)
{
	static const size_t steps[] = { 1u << 20, 1, 3, 5, 64, 67, 1448 };
	static struct log log;
	unsigned i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			assert_int_equal(run(&log, s, steps[i], k ? 3 : 0),
			    result);
			assert_string_equal(log.text, expected);
			assert_int_equal(log.il.resyncs, resyncs);
			assert_true(k || !log.skipped);
		}
}

static char *
frames(char *out, size_t size, const struct script *s)
{
	/* the expected log of a script of whole frames only */
	static struct log log;

	run(&log, s, sizeof(s->bytes), 0);
	assert_true(strlen(log.text) < size);
	memcpy(out, log.text, strlen(log.text) + 1);
	return out;
}

static void
frames_and_replies(void **state)
{
	static struct script s, only;
	char expected[4096], plain[2048];

	(void)state;
	s.n = only.n = 0;
	add_frame(&only, 0, 1400);
	frames(plain, sizeof(plain), &only);
	add_text(&s, "\r\n\n"); /* crlf_noise */
	add_frame(&s, 0, 1400);
	add_text(&s, "RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\n"); /* reply_between */
	add_frame(&s, 0, 1400);
	add_text(&s, "OPTIONS * RTSP/1.0\r\nCSeq: 6\r\n\r\n\r\n");
	add_frame(&s, 0, 1400);
	snprintf(expected, sizeof(expected),
	    "%.99sTRTSP/1.0 200 OK\r\nCSeq: 5 %.99sTOPTIONS * RTSP/1.0\r\n"
	    "CSeq: 6 %.99s",
	    plain, plain, plain);
	check(&s, expected, INTERLEAVED_OK, 0);
}

static void
sizes(void **state)
{
	static const uint16_t lengths[] = { 12, 13, 0, 1, 59, 60, 61, 63, 64,
		65, 1400, 10000, 65535 };
	static struct script s;
	char expected[2048];
	unsigned i;

	(void)state;
	s.n = 0;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		add_frame(&s, i & 1, lengths[i]);
	/* frames of 0 and 1 bytes wrote no version byte of their own */
	frames(expected, sizeof(expected), &s);
	assert_non_null(strstr(expected, "F0:65535:"));
	check(&s, expected, INTERLEAVED_OK, 0);
}

static void
unknown_channels(void **state)
{
	static struct script s;
	char expected[256];

	(void)state;
	s.n = 0;
	add_frame(&s, 9, 100);
	add_frame(&s, 200, 300);
	add_frame(&s, 0, 100);
	frames(expected, sizeof(expected), &s);
	assert_memory_equal(expected, "F9:100:", 7);
	check(&s, expected, INTERLEAVED_OK, 0);
}

static void
garbage_is_passed(void **state)
{
	static struct script s, one;
	char expected[512], plain[256];
	uint8_t noise[3000];
	unsigned i;

	(void)state;
	s.n = one.n = 0;
	add_frame(&one, 0, 1200);
	frames(plain, sizeof(plain), &one);
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 13 % 251);
	add_frame(&s, 0, 1200);
	add(&s, noise, sizeof(noise));
	add(&s, "$\0\0", 3);
	add_frame(&s, 0, 1200);
	add(&s, "\x01RTSP/1.1 RT$\x05\1\1\1\1R", 19);
	add_text(&s, "RTSP/1.0 200 OK\r\n\r\n");
	add_frame(&s, 0, 1200);
	snprintf(expected, sizeof(expected), "%.99s%.99sTRTSP/1.0 200 OK %.99s",
	    plain, plain, plain);
	check(&s, expected, INTERLEAVED_OK, 2);
}

/* A frame that is cut short: the length lies, the next frame is eaten. */
static void
cut_and_lying_frames(void **state)
{
	static struct script s, one;
	char expected[512], plain[256];

	(void)state;
	s.n = one.n = 0;
	add_frame(&one, 0, 500);
	frames(plain, sizeof(plain), &one);
	add_frame(&s, 0, 500);
	s.n -= 200;	       /* trunc_frame */
	add_frame(&s, 0, 500); /* its first 200 bytes are eaten */
	add_frame(&s, 0, 500);
	add_frame(&s, 0, 500);
	snprintf(expected, sizeof(expected), "%.99s%.99s%.99s", plain, plain,
	    plain);
	check(&s, expected, INTERLEAVED_OK, 1);
}

static void
endless_garbage(void **state)
{
	static struct script s;
	static struct log log;
	unsigned i;

	(void)state;
	s.n = 0;
	for (i = 0; i < 70000; i++)
		add(&s, "\x01", 1);
	assert_int_equal(run(&log, &s, 1000, 0), INTERLEAVED_LOST);
	s.n = 0;
	for (i = 0; i < 3; i++) {
		add_frame(&s, 0, 100);
		add(&s, "\x01\x02", 2);
	}
	add_frame(&s, 0, 100);
	assert_int_equal(run(&log, &s, 1u << 20, 0), INTERLEAVED_LOST);
	assert_int_equal(run(&log, &s, 1, 0), INTERLEAVED_LOST);
}

static enum interleaved_text
stop_text(void *arg, struct span text, size_t *used_out)
{
	interleaved_stop(arg);
	(void)text;
	*used_out = 1;
	return INTERLEAVED_TEXT_DONE;
}

static void
stop_is_at_once(void **state)
{
	static const struct interleaved_calls stop_calls = { NULL, NULL,
		stop_text };
	struct interleaved il;

	(void)state;
	interleaved_init(&il);
	assert_int_equal(interleaved_feed(&il, &stop_calls, &il,
			     (struct span){ (const uint8_t *)"RTSP\1", 5 }, 0),
	    INTERLEAVED_STOPPED);
	interleaved_fini(&il);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_and_replies),
		cmocka_unit_test(sizes),
		cmocka_unit_test(unknown_channels),
		cmocka_unit_test(garbage_is_passed),
		cmocka_unit_test(cut_and_lying_frames),
		cmocka_unit_test(endless_garbage),
		cmocka_unit_test(stop_is_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
