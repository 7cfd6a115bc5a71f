/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every message between discover and the process that asks devices survives the
 * round trip; no prefix or extension of it is taken for it; what is out of
 * range is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/device_wire.h"

static uint8_t bytes[16 << 10], again[16 << 10];

#define ROUND(name, type, m)                                                   \
	do {                                                                   \
		struct writer w = writer_of(bytes, sizeof(bytes));             \
		struct writer w2 = writer_of(again, sizeof(again));            \
		static type back;                                              \
		size_t n;                                                      \
                                                                               \
		device_put_##name(&w, (m));                                    \
		assert_false(w.bad);                                           \
		n = writer_length(&w);                                         \
		assert_true(                                                   \
		    device_get_##name((struct span){ bytes, n }, &back));      \
		device_put_##name(&w2, &back);                                 \
		assert_int_equal(writer_length(&w2), n);                       \
		assert_memory_equal(bytes, again, n);                          \
		for (size_t i = 0; i < n; i++)                                 \
			assert_false(                                          \
			    device_get_##name((struct span){ bytes, i },       \
				&back));                                       \
		assert_false(                                                  \
		    device_get_##name((struct span){ bytes, n + 1 }, &back));  \
	} while (0)

static struct device_begin begin = { .version = 1,
	.basic_ok = true,
	.at_once = 2,
	.wait_ms = 3,
	.timeout_ms = 4,
	.interface_count = 2,
	.interfaces = { { { 4, { 10, 0, 0, 1 } }, 24 },
	    { { 4, { 10, 1, 0, 1 } }, 32 } } };
static struct device_target target = { .address = { 6, { 0xfd } },
	.port = 81,
	.secure = true,
	.path = "/x" };
static struct device_result result = { .address = { 4, { 10, 0, 0, 5 } },
	.port = 80,
	.found = true,
	.state = DEVICE_BROKEN,
	.login = DEVICE_LOGIN_BASIC,
	.detail = "d",
	.said_host = "h",
	.manufacturer = "m",
	.location = "l",
	.clock_known = true,
	.clock_offset_us = -7,
	.stream_count = DEVICE_STREAMS,
	.stream_more = 9 };
static struct device_stream stream = { .token = "t",
	.encoding = "H264",
	.width = 1920,
	.height = 1080,
	.fps_milli = 15000,
	.kbps = 2048,
	.ptz = true,
	.url = "rtsp://10.0.0.5/x",
	.had_login = true };

static void
rounds(void **state)
{
	const struct device_key key = { { 4, { 10, 0, 0, 5 } }, "u", "p" };
	const struct device_word word = { { 0 }, "w" };
	const struct device_progress progress = { 1, 2, 3, 4, 5, 6, 7 };

	(void)state;
	ROUND(begin, struct device_begin, &begin);
	ROUND(key, struct device_key, &key);
	ROUND(target, struct device_target, &target);
	ROUND(result, struct device_result, &result);
	ROUND(stream, struct device_stream, &stream);
	ROUND(word, struct device_word, &word);
	ROUND(progress, struct device_progress, &progress);
}

#define REFUSED(name, m)                                                       \
	do {                                                                   \
		struct writer w = writer_of(bytes, sizeof(bytes));             \
                                                                               \
		device_put_##name(&w, &(m));                                   \
		assert_true(w.bad);                                            \
	} while (0)

static void
refusals(void **state)
{
	struct device_begin b = begin;
	struct device_target t = target;
	struct device_result r = result;

	(void)state;
	b.interface_count = DEVICE_INTERFACES + 1;
	REFUSED(begin, b);
	b = begin;
	b.interfaces[1].prefix = 33;
	REFUSED(begin, b);
	b.interfaces[1].prefix = 3;
	b.interfaces[0].address.family = 6;
	REFUSED(begin, b);
	t.address.family = 0;
	REFUSED(target, t);
	t.address.family = 5;
	REFUSED(target, t);
	r.stream_count++;
	REFUSED(result, r);
	r = result;
	r.state = DEVICE_STATE_COUNT;
	REFUSED(result, r);
	r = result;
	r.login = DEVICE_LOGIN_COUNT;
	REFUSED(result, r);
	r = result;
	r.address.family = 0;
	REFUSED(result, r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
