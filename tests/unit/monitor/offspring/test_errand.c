/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that end well, badly, late, or talk too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "common/clock.h"
#include "monitor/offspring/errand.h"

struct outcome {
	struct event_base *base;
	struct errand *errand;
	struct errand_result r;
	char text[200], complaint[200];
	size_t length;
};

static void
on_done(void *arg, const struct errand_result *r)
{
	struct outcome *o = arg;

	o->r = *r;
	o->length = r->length;
	snprintf(o->text, sizeof(o->text), "%s", r->text);
	snprintf(o->complaint, sizeof(o->complaint), "%s", r->complaint);
	errand_free(&o->errand); /* allowed here */
	event_base_loopbreak(o->base);
}

static void
run(struct outcome *o, const char *script, const char *input, unsigned seconds)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct errand_spec spec = { .path = "/bin/sh",
		.argv = argv,
		.input = input,
		.input_length = strlen(input),
		.seconds = seconds,
		.nice = 5,
		.idle = true,
		.memory_bytes = 64u << 20 };

	memset(o, 0, sizeof(*o));
	o->base = event_base_new();
	o->errand = errand_start(o->base, &spec, on_done, o);
	assert_non_null(o->errand);
	event_base_dispatch(o->base);
	event_base_free(o->base);
	assert_null(o->errand);
}

static void
ends_with_its_code_and_words(void **state)
{
	struct outcome o;

	(void)state;
	run(&o, "cat; echo no good >&2; exit 3", "given\n", 10);
	assert_int_equal(o.r.code, 3);
	assert_false(o.r.late);
	assert_true(o.r.whole);
	assert_string_equal(o.text, "given\n");
	assert_string_equal(o.complaint, "no good\n");
	run(&o, "nice; kill -9 $$", "", 10);
	assert_int_equal(o.r.code, -1);
	assert_string_equal(o.text, "5\n");
}

static void
takes_no_more_than_it_may(void **state)
{
	struct outcome o;

	(void)state;
	run(&o,
	    "ionice; ulimit -d; "
	    "head -c 100000000 /dev/zero | tail -c 90000000 >/dev/null",
	    "", 20);
	assert_int_not_equal(o.r.code, 0);
	assert_string_equal(o.text, "idle\n65536\n");
	assert_non_null(strstr(o.complaint, "memory"));
}

static void
is_killed_with_its_children_when_late(void **state)
{
	struct outcome o;
	int64_t began = clock_mono_us();

	(void)state;
	run(&o, "trap '' TERM; sleep 60 & wait", "", 1);
	assert_int_equal(o.r.code, -1);
	assert_true(o.r.late);
	assert_true(clock_mono_us() - began < 5 * US_PER_S);
}

static void
keeps_the_beginning_and_the_last_words(void **state)
{
	struct outcome o;

	(void)state;
	run(&o,
	    "head -c 200000 /dev/zero | tr '\\0' a; "
	    "head -c 100000 /dev/zero | tr '\\0' b >&2; echo end >&2",
	    "", 20);
	assert_int_equal(o.r.code, 0);
	assert_false(o.r.whole);
	assert_int_equal(o.length, ERRAND_OUTPUT_BYTES);
	assert_int_equal(o.complaint[0], 'b');
}

static void
a_program_that_is_none(void **state)
{
	const char *argv[] = { "none", NULL };
	struct errand_spec spec = { .path = "/no/such/program",
		.argv = argv,
		.seconds = 5 };
	struct outcome o = { .base = event_base_new() };

	(void)state;
	o.errand = errand_start(o.base, &spec, on_done, &o);
	assert_non_null(o.errand);
	event_base_dispatch(o.base);
	assert_int_equal(o.r.code, 127);
	event_base_free(o.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_its_code_and_words),
		cmocka_unit_test(takes_no_more_than_it_may),
		cmocka_unit_test(is_killed_with_its_children_when_late),
		cmocka_unit_test(keeps_the_beginning_and_the_last_words),
		cmocka_unit_test(a_program_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
