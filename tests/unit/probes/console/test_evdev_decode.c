/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/console/evdev_decode.h"

#define MS 1000
#define S 1000000
#define START (50 * (int64_t)S)

struct step {
	int ms;
	uint16_t type, code;
	int32_t value;
};

/* As a mouse and a keyboard send it. */
static const struct step honest[] = {
	{ 0, EV_MSC, MSC_SCAN, 0x70004 },
	{ 0, EV_KEY, KEY_A, 1 },
	{ 0, EV_SYN, SYN_REPORT, 0 },
	{ 90, EV_KEY, KEY_A, 0 },
	{ 90, EV_SYN, SYN_REPORT, 0 },
	{ 300, EV_REL, REL_X, 30 },
	{ 300, EV_REL, REL_Y, -40 },
	{ 300, EV_SYN, SYN_REPORT, 0 },
	{ 308, EV_REL, REL_X, 10 },
	{ 308, EV_SYN, SYN_REPORT, 0 },
	{ 500, EV_KEY, BTN_LEFT, 1 },
	{ 500, EV_SYN, SYN_REPORT, 0 },
	{ 560, EV_KEY, BTN_LEFT, 0 },
	{ 560, EV_SYN, SYN_REPORT, 0 },
	{ 700, EV_REL, REL_WHEEL, -1 },
	{ 700, EV_REL, REL_WHEEL_HI_RES, -120 },
	{ 700, EV_SYN, SYN_REPORT, 0 },
};

static void
play(struct tally *t, const struct step *steps, size_t count,
    enum tally_origin origin)
{
	struct evdev_pointer p = { 0 };

	for (size_t i = 0; i < count; i++) {
		int64_t at = START + (int64_t)steps[i].ms * MS;
		struct input_event e = { .type = steps[i].type,
			.code = steps[i].code,
			.value = steps[i].value };

		e.input_event_sec = at / S;
		e.input_event_usec = at % S;
		evdev_decode(&p, &e, origin, t);
	}
}

static struct heartbeat
played(const struct step *steps, size_t count, enum tally_origin origin)
{
	struct heartbeat hb = { .version = 1 };
	struct tally_part part;
	struct tally t;

	tally_init(&t, START);
	play(&t, steps, count, origin);
	tally_take(&t, START + 5 * (int64_t)S, &part);
	tally_write(&t, &part, &hb);
	return hb;
}

static void
honest_input(void **state)
{
	struct heartbeat hb =
	    played(honest, sizeof(honest) / sizeof(honest[0]), TALLY_HAND);

	(void)state;
	assert_int_equal(hb.input.count[INPUT_KEY], 1);
	assert_int_equal(hb.input.count[INPUT_MOVE], 2);
	assert_int_equal(hb.input.count[INPUT_BUTTON], 1);
	assert_int_equal(hb.input.count[INPUT_WHEEL], 1);
	assert_int_equal(hb.input.path_px, 60);
	assert_int_equal(hb.input.span_px, 40);
	assert_int_equal(hb.input.gaps[8], 1); /* 300 ms */
	assert_int_equal(hb.input.gaps[3], 1); /* 8 ms */
	assert_int_equal(hb.input.gaps[7], 2); /* 192, 200 ms */
}

static void
a_device_without_hardware(void **state)
{
	struct heartbeat hb =
	    played(honest, sizeof(honest) / sizeof(honest[0]), TALLY_VIRTUAL);

	(void)state;
	assert_int_equal(hb.input.virtual_[INPUT_KEY], 1);
	assert_int_equal(hb.input.virtual_[INPUT_MOVE], 2);
	assert_int_equal(hb.input.count[INPUT_KEY], 0);
	assert_int_equal(hb.input.path_px, 0);
	assert_int_equal(hb.input.per_second[0], 0);
}

/* A weight on a key: pressed once, then the kernel repeats it. */
static void
a_held_key_is_one_input(void **state)
{
	struct step held[202] = { { 0, EV_KEY, KEY_SPACE, 1 },
		{ 0, EV_SYN, SYN_REPORT, 0 } };
	struct heartbeat hb;

	(void)state;
	for (int i = 2; i < 202; i += 2) {
		held[i] = (struct step){ 250 + i * 16, EV_KEY, KEY_SPACE, 2 };
		held[i + 1] =
		    (struct step){ 250 + i * 16, EV_SYN, SYN_REPORT, 1 };
	}
	hb = played(held, 202, TALLY_HAND);
	assert_int_equal(hb.input.count[INPUT_KEY], 1);
}

static void
a_touch_pad_says_no_pixels(void **state)
{
	static const struct step pad[] = {
		{ 0, EV_KEY, BTN_TOUCH, 1 },
		{ 0, EV_ABS, ABS_X, 1200 },
		{ 0, EV_ABS, ABS_PRESSURE, 40 },
		{ 0, EV_SYN, SYN_REPORT, 0 },
		{ 8, EV_ABS, ABS_PRESSURE, 41 },
		{ 8, EV_SYN, SYN_REPORT, 0 },
	};
	struct heartbeat hb = played(pad, 6, TALLY_HAND);

	(void)state;
	assert_int_equal(hb.input.count[INPUT_MOVE], 1);
	assert_int_equal(hb.input.count[INPUT_BUTTON], 1);
	assert_int_equal(hb.input.path_px, HEARTBEAT_NOT_SAID);
}

static void
a_dropped_packet_is_forgotten(void **state)
{
	static const struct step lost[] = {
		{ 0, EV_REL, REL_X, 1000 },
		{ 1, EV_SYN, SYN_DROPPED, 0 },
		{ 2, EV_SYN, SYN_REPORT, 0 },
	};
	struct heartbeat hb = played(lost, 3, TALLY_HAND);

	(void)state;
	assert_int_equal(hb.input.count[INPUT_MOVE], 0);
	assert_int_equal(hb.input.path_px, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_input),
		cmocka_unit_test(a_device_without_hardware),
		cmocka_unit_test(a_held_key_is_one_input),
		cmocka_unit_test(a_touch_pad_says_no_pixels),
		cmocka_unit_test(a_dropped_packet_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
