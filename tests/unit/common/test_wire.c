/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every message survives the round trip, no proper prefix or extension of its
 * bytes is taken for it, and values out of range are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire.h"

static uint8_t bytes[64 << 10];

/* Fills a struct with a pattern in which no two fields are likely equal. */
static void
fill(void *m, size_t n)
{
	uint8_t *p = m;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 37 + 11);
}

#define ROUND(name, type, m)                                                   \
	do {                                                                   \
		struct writer w = writer_of(bytes, sizeof(bytes));             \
		static type back;                                              \
		uint8_t again[sizeof(bytes)];                                  \
		struct writer w2 = writer_of(again, sizeof(again));            \
                                                                               \
		wire_put_##name(&w, (m));                                      \
		assert_false(w.bad);                                           \
		size_t n = writer_length(&w);                                  \
		assert_true(                                                   \
		    wire_get_##name((struct span){ bytes, n }, &back));        \
		wire_put_##name(&w2, &back);                                   \
		assert_int_equal(writer_length(&w2), n);                       \
		assert_memory_equal(bytes, again, n);                          \
		for (size_t i = 0; i < n; i += 1 + n / 500)                    \
			assert_false(                                          \
			    wire_get_##name((struct span){ bytes, i },         \
				&back));                                       \
		assert_false(                                                  \
		    wire_get_##name((struct span){ bytes, n + 1 }, &back));    \
	} while (0)

static void
test_rounds(void **state)
{
	(void)state;
	struct wire_hello hello = { 1, ROLE_DEMUX, 7, 4242 };
	struct wire_configure configure;
	struct feed_ref ref = { 5, 6 };
	struct wire_feed_pause pause = { { 5, 6 }, 7, 8 };
	struct wire_sample_ask ask = { { 1, 2 }, 3, WIRE_SAMPLE_PNG, -4 };
	struct wire_sample_gone gone = { { 1, 2 }, 3, SAMPLE_BUSY };
	struct wire_pong pong;
	struct wire_log line = { 4, { 1, 2 }, "tls: no" };
	struct link_report report;
	struct account account;

	fill(&configure, sizeof(configure));
	configure.links = 2;
	configure.trace_requests = true;
	configure.loopback_only = false;
	fill(&pong, sizeof(pong));
	fill(&report, sizeof(report));
	report.phase = PHASE_BACKOFF;
	report.reason = REASON_REFUSED;
	memset(report.detail, 0, sizeof(report.detail));
	memcpy(report.detail, "no", 2);
	fill(&account, sizeof(account));
	account.codec = CODEC_H265;
	account.from_us = 1;
	account.to_us = 2;
	account.units = 9;
	account.keyframes = 3;
	account.activity_first = 11;
	account.activity_count = ACCOUNT_BINS;
	ROUND(hello, struct wire_hello, &hello);
	ROUND(configure, struct wire_configure, &configure);
	ROUND(ref, struct feed_ref, &ref);
	ROUND(feed_pause, struct wire_feed_pause, &pause);
	ROUND(sample_ask, struct wire_sample_ask, &ask);
	ROUND(sample_gone, struct wire_sample_gone, &gone);
	ROUND(pong, struct wire_pong, &pong);
	ROUND(log, struct wire_log, &line);
	ROUND(link_report, struct link_report, &report);
	ROUND(account, struct account, &account);
}

static void
test_feed(void **state)
{
	(void)state;
	static struct wire_feed_add add;
	struct wire_resolved resolved = { { 1, 2 }, "camera.example", true, 1,
		{ { 6, { 1 } } } };
	struct wire_resolve resolve = { { 1, 2 }, "camera.example" };
	struct wire_learned learned = { { 1, 2 }, 3, WIRE_TRANSPORT_UDP, { 9 },
		4, 5 };

	strncpy(add.url, "rtsp://127.0.0.1/cam0", sizeof(add.url) - 1);
	strncpy(add.user, "watch", sizeof(add.user) - 1);
	strncpy(add.password, "p@ss:w/\xc3\xb6%41 \"",
	    sizeof(add.password) - 1);
	add.address_count = 2;
	add.addresses[0].family = 4;
	add.addresses[1].family = 6;
	add.transport = WIRE_TRANSPORT_TCP;
	add.has_fd = true;
	ROUND(feed_add, struct wire_feed_add, &add);
	ROUND(resolve, struct wire_resolve, &resolve);
	ROUND(resolved, struct wire_resolved, &resolved);
	ROUND(learned, struct wire_learned, &learned);
}

static void
test_sample(void **state)
{
	(void)state;
	static struct sample sample;
	static const uint8_t png[] = "not really a png";
	struct wire_png picture = { 77, 320, 180, sizeof(png), png };

	fill(&sample, sizeof(sample));
	sample.result = SAMPLE_DAMAGED;
	sample.codec = CODEC_MJPEG;
	ROUND(sample, struct sample, &sample);
	sample.result = SAMPLE_LOST; /* carries no measures */
	ROUND(sample, struct sample, &sample);
	ROUND(png, struct wire_png, &picture);
}

static void
test_out_of_range(void **state)
{
	(void)state;
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct account account = { .from_us = 2, .to_us = 1 };
	struct account back;

	wire_put_account(&w, &account);
	assert_true(w.bad); /* time runs forward */
	w = writer_of(bytes, sizeof(bytes));
	account = (struct account){ .activity_count = ACCOUNT_BINS + 1 };
	wire_put_account(&w, &account);
	assert_true(w.bad);
	w = writer_of(bytes, sizeof(bytes));
	account = (struct account){ .activity_first = INT64_MAX };
	wire_put_account(&w, &account);
	assert_true(w.bad); /* no time has that number */
	w = writer_of(bytes, sizeof(bytes));
	account = (struct account){ .units = 3, .keyframes = 2 };
	wire_put_account(&w, &account);
	assert_false(w.bad);
	/* units is the first field behind ref and three times */
	bytes[8 + 24] = 1;
	assert_false(
	    wire_get_account((struct span){ bytes, writer_length(&w) }, &back));
}

static void
test_unit_head(void **state)
{
	(void)state;
	struct unit_head head = { .ticket = 9,
		.total = 10,
		.offset = 4,
		.length = 6,
		.codec = CODEC_H264 };
	struct unit_head back;
	struct writer w = writer_of(bytes, sizeof(bytes));

	wire_put_unit_head(&w, &head);
	assert_int_equal(writer_length(&w), UNIT_HEAD_BYTES);
	for (size_t n = 0; n < 100; n++)
		assert_int_equal(wire_get_unit_head((struct span){ bytes, n },
				     &back),
		    n == UNIT_HEAD_BYTES + 6);
	head.offset = 5; /* 5 + 6 > 10 */
	w = writer_of(bytes, sizeof(bytes));
	wire_put_unit_head(&w, &head);
	assert_true(w.bad);
}

static void
test_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CAUSE_COUNT; i++) {
		enum cause c;

		assert_true(cause_find(cause_name(i), &c));
		assert_int_equal(c, i);
		assert_true(cause_help(c)[0] != '\0');
	}
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		assert_string_not_equal(reason_name(i), "?");
		if (i != REASON_NONE)
			assert_int_not_equal(cause_state(reason_cause(i)),
			    STATE_UP);
	}
	assert_string_equal(cause_name(CAUSE_COUNT), "?");
	assert_string_equal(reason_name(9999), "?");
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		assert_string_not_equal(phase_name(i), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_feed),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_unit_head),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
