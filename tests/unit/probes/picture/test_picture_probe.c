/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program camwarden-picture itself, spawned as the monitor would: units
 * in on its links, answers out on its channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clip.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/wire.h"
#include "tests/unit/probes/driver/driver.h"

static struct sample sample; /* large */

static int
spawn(void **state)
{
	const struct wire_configure cfg = { .max_pixels = 4000000,
		.thumb_width = 320 };
	struct driver *d = calloc(1, sizeof(*d));

	driver_spawn(d, PROGRAM, ROLE_PICTURE, &cfg);
	*state = d;
	return 0;
}

static int
reap(void **state)
{
	driver_end(*state);
	free(*state);
	return 0;
}

static struct unit_head
head_of(uint64_t ticket, enum codec codec, const struct clip_unit *u)
{
	return (struct unit_head){ .ticket = ticket,
		.uuid = { 0xab },
		.at_us = 1000 + (int64_t)ticket,
		.utc_us = 1700000000000000,
		.total = (uint32_t)u->length,
		.codec = (uint8_t)codec,
		.ref = { (uint32_t)ticket, 1 } };
}

static enum link_sent
send_unit(struct driver *d, int link, const struct unit_head *h,
    const struct clip_unit *u)
{
	const struct span part = { u->bytes, u->length };
	uint32_t offset = 0;

	return link_send(d->links[link], h, &part, 1, &offset);
}

/* The next DECODE_BEGIN and the SAMPLE that must follow it. */
static uint64_t
next_sample(struct driver *d, int timeout_ms)
{
	struct span body;
	uint64_t ticket;

	if (driver_next(d, &body, timeout_ms) != WIRE_DECODE_BEGIN)
		return 0;
	assert_true(wire_get_u64(body, &ticket));
	assert_int_equal(driver_next(d, &body, timeout_ms), WIRE_SAMPLE);
	assert_true(wire_get_sample(body, &sample));
	assert_int_equal(sample.ticket, ticket);
	return ticket;
}

static void
units_in_measures_out(void **state)
{
	struct driver *d = *state;
	struct clip_unit u =
	    clip_make(&(struct clip_spec){ "libx264", 640, 360, 3 });
	struct unit_head h = head_of(77, CODEC_H264, &u);
	struct wire_png png;
	struct span body;

	assert_int_equal(send_unit(d, 0, &h, &u), LINK_SENT);
	assert_int_equal(next_sample(d, 5000), 77);
	assert_int_equal(sample.result, SAMPLE_OK);
	assert_int_equal(sample.at_us, h.at_us);
	assert_int_equal(sample.ref.feed, 77);
	assert_int_equal(sample.ref.generation, 1);
	assert_int_equal(sample.au_bytes, u.length);
	assert_int_equal(sample.measures.width, 640);
	assert_int_equal(sample.measures.height, 360);
	assert_in_range(sample.measures.mean_q8 >> 8, 60, 210);
	assert_int_equal(driver_next(d, &body, 100),
	    0); /* no PNG: none was asked */

	h = head_of(78, CODEC_H264, &u);
	h.flags = WIRE_SAMPLE_PNG;
	assert_int_equal(send_unit(d, 1, &h, &u), LINK_SENT);
	assert_int_equal(next_sample(d, 5000), 78);
	assert_int_equal(driver_next(d, &body, 5000), WIRE_PNG);
	assert_true(wire_get_png(body, &png));
	assert_int_equal(png.ticket, 78);
	assert_int_equal(png.width, 320);
	assert_int_equal(png.height, 180);
	assert_memory_equal(png.bytes, "\x89PNG", 4);
	clip_free(&u);
}

/* Whatever comes on a link: a result, and the next one is served. */
static void
hostile_units_end_in_results(void **state)
{
	struct driver *d = *state;
	struct clip_unit good =
	    clip_make(&(struct clip_spec){ "libx264", 320, 180, 3 });
	struct clip_unit cut = clip_copy(good.bytes, good.length / 3);
	struct clip_unit junk = clip_copy(good.bytes, good.length);
	struct clip_unit empty = clip_copy(good.bytes, 0);
	const struct {
		const struct clip_unit *unit;
		enum codec codec;
		enum sample_result least;
		enum sample_result most;
	} cases[] = {
		{ &cut, CODEC_H264, SAMPLE_DAMAGED, SAMPLE_UNDECODABLE },
		{ &junk, CODEC_H264, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &empty, CODEC_H264, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &good, CODEC_H265, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &good, CODEC_MJPEG, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &good, CODEC_OTHER, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &good, CODEC_NONE, SAMPLE_UNDECODABLE, SAMPLE_UNDECODABLE },
		{ &good, CODEC_H264, SAMPLE_OK, SAMPLE_OK },
	};

	for (size_t i = 0; i < junk.length; i++)
		junk.bytes[i] = (uint8_t)(i * 37 >> 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct unit_head h =
		    head_of(100 + i, cases[i].codec, cases[i].unit);

		assert_int_equal(send(d->links[2], "rubbish", 7, 0), 7);
		assert_int_equal(send_unit(d, 2, &h, cases[i].unit), LINK_SENT);
		assert_int_equal(next_sample(d, 5000), 100 + i);
		assert_in_range(sample.result, cases[i].least, cases[i].most);
	}
	clip_free(&good);
	clip_free(&cut);
	clip_free(&junk);
	clip_free(&empty);
}

/* One link full of work doesn't make the others wait for all of it. */
static void
links_take_turns(void **state)
{
	struct driver *d = *state;
	struct clip_unit u =
	    clip_make(&(struct clip_spec){ "mjpeg", 640, 360, 3, "yuvj420p" });
	int place_of_other = 0;
	const int busy = 40;
	int sent = 0;

	kill(d->pid, SIGSTOP);
	for (int i = 0; i < busy; i++) {
		struct unit_head h =
		    head_of(1000 + (uint64_t)i, CODEC_MJPEG, &u);

		if (send_unit(d, 0, &h, &u) != LINK_SENT)
			break;
		sent++;
	}
	assert_in_range(sent, 2, busy);

	struct unit_head h = head_of(5000, CODEC_MJPEG, &u);

	assert_int_equal(send_unit(d, 1, &h, &u), LINK_SENT);
	kill(d->pid, SIGCONT);
	for (int i = 1; i <= sent + 1; i++)
		if (next_sample(d, 5000) == 5000)
			place_of_other = i;
	assert_in_range(place_of_other, 1, 3);
	clip_free(&u);
}

/* A monitor that doesn't read fills nothing but a bounded queue: the links
 * back up, nothing of what was taken is lost, and pings are answered after. */
static void
slow_monitor_backs_up(void **state)
{
	struct driver *d = *state;
	struct clip_unit u =
	    clip_make(&(struct clip_spec){ "mjpeg", 64, 48, 3, "yuvj420p" });
	uint8_t bytes[16];
	struct writer w = writer_of(bytes, sizeof(bytes));
	int taken = 0, quiet = 0, pongs = 0, got = 0;

	for (int i = 0; i < 4000 && quiet < 100; i++) {
		struct unit_head h =
		    head_of(1 + (uint64_t)taken, CODEC_MJPEG, &u);

		if (send_unit(d, 0, &h, &u) == LINK_SENT) {
			taken++;
			quiet = 0;
		} else {
			quiet++;
			usleep(2000);
		}
	}
	assert_in_range(taken, 10, 1000);
	writer_le64(&w, 99);
	driver_post(d, WIRE_PING, &w, -1);
	for (int i = 0; i < taken * 2 + 1; i++) {
		struct span body;
		unsigned type = driver_next(d, &body, 5000);

		got += type == WIRE_SAMPLE;
		pongs += type == WIRE_PONG;
		assert_true(type == WIRE_SAMPLE || type == WIRE_PONG ||
			    type == WIRE_DECODE_BEGIN);
	}
	assert_int_equal(got, taken);
	assert_int_equal(pongs, 1);
	clip_free(&u);
}

static void
stop_ends_it(void **state)
{
	assert_int_equal(driver_stop(*state), 0);
}

static void
lost_monitor_ends_it(void **state)
{
	struct driver *d = *state;
	int status;

	shutdown(d->channel, SHUT_RDWR);
	assert_int_equal(waitpid(d->pid, &status, 0), d->pid);
	d->pid = 0;
	assert_true(WIFEXITED(status));
}

#define WITH_PROBE(t) cmocka_unit_test_setup_teardown(t, spawn, reap)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PROBE(units_in_measures_out),
		WITH_PROBE(hostile_units_end_in_results),
		WITH_PROBE(links_take_turns),
		WITH_PROBE(slow_monitor_backs_up),
		WITH_PROBE(stop_ends_it),
		WITH_PROBE(lost_monitor_ends_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
