/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames whole, byte by byte, too long, of another tongue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/cli/control_frame.h"

#define JSON "{\"command\":\"import\"}"
#define BLOB "name,url\n\xff\x00\xfe"
#define BLOB_LENGTH (sizeof(BLOB) - 1)

static size_t
make(uint8_t *out)
{
	control_frame_head(out, strlen(JSON), BLOB_LENGTH);
	memcpy(out + CONTROL_HEAD_BYTES, JSON, strlen(JSON));
	memcpy(out + CONTROL_HEAD_BYTES + strlen(JSON), BLOB, BLOB_LENGTH);
	return CONTROL_HEAD_BYTES + strlen(JSON) + BLOB_LENGTH;
}

static void
pieces_of_any_size_give_the_same(void **state)
{
	uint8_t bytes[256];
	size_t n = make(bytes);

	(void)state;
	for (size_t piece = 1; piece <= n; piece++) {
		struct control_frame f;
		enum control_parse r = CONTROL_MORE;
		size_t used = 0;

		control_frame_init(&f, 1000, 1000);
		for (size_t at = 0; at < n; at += used) {
			size_t take = n - at < piece ? n - at : piece;

			assert_int_equal(r, CONTROL_MORE);
			r = control_frame_feed(&f, bytes + at, take, &used);
			assert_int_equal(used, take);
		}
		assert_int_equal(r, CONTROL_DONE);
		assert_memory_equal(control_frame_json(&f), JSON, strlen(JSON));
		assert_memory_equal(control_frame_blob(&f), BLOB, BLOB_LENGTH);
		control_frame_fini(&f);
	}
}

static void
what_follows_is_left(void **state)
{
	uint8_t bytes[256];
	size_t n = make(bytes), used;
	struct control_frame f;

	(void)state;
	memset(bytes + n, 'x', 10);
	control_frame_init(&f, 1000, 1000);
	assert_int_equal(control_frame_feed(&f, bytes, n + 10, &used),
	    CONTROL_DONE);
	assert_int_equal(used, n);
	control_frame_fini(&f);
}

static void
empty_frame_is_one(void **state)
{
	uint8_t head[CONTROL_HEAD_BYTES];
	struct control_frame f;
	size_t used;

	(void)state;
	control_frame_head(head, 0, 0);
	control_frame_init(&f, 10, 10);
	assert_int_equal(control_frame_feed(&f, head, sizeof(head), &used),
	    CONTROL_DONE);
	assert_string_equal(control_frame_json(&f), "");
	control_frame_fini(&f);
}

static void
limits_hold_before_memory_is_taken(void **state)
{
	static const struct {
		uint32_t json, blob;
		enum control_parse want;
	} rows[] = {
		{ 100, 1000, CONTROL_MORE },
		{ 101, 0, CONTROL_TOO_LONG },
		{ 0, 1001, CONTROL_TOO_LONG },
		{ 0xffffffff, 0xffffffff, CONTROL_TOO_LONG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t head[CONTROL_HEAD_BYTES];
		struct control_frame f;
		size_t used;

		control_frame_head(head, rows[i].json, rows[i].blob);
		control_frame_init(&f, 100, 1000);
		assert_int_equal(control_frame_feed(&f, head, sizeof(head),
				     &used),
		    rows[i].want);
		assert_int_equal(f.size, 0);
		control_frame_fini(&f);
	}
}

static void
another_tongue_is_refused(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\n\r\n";
	struct control_frame f;
	size_t used;

	(void)state;
	control_frame_init(&f, 100, 100);
	assert_int_equal(control_frame_feed(&f, text, strlen(text), &used),
	    CONTROL_BAD_MAGIC);
	control_frame_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_any_size_give_the_same),
		cmocka_unit_test(what_follows_is_left),
		cmocka_unit_test(empty_frame_is_one),
		cmocka_unit_test(limits_hold_before_memory_is_taken),
		cmocka_unit_test(another_tongue_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
