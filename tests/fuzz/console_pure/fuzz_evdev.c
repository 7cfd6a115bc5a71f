/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of an input device that somebody made up (a USB stick can be any
 * device), and times that a compositor says: counts of a heartbeat that its
 * own reader takes; windows of any place and size. */
#include "probes/console/evdev_decode.h"
#include "probes/console/idle_watch.h"
#include "probes/console/visibility.h"
#include "tests/fuzz/fuzz.h"

static void
windows(struct reader *r)
{
	struct rectangle w[24];
	size_t n = 0;

	while (n < 24 && reader_left(r) >= 16) {
		w[n].x = (int32_t)reader_le32(r);
		w[n].y = (int32_t)reader_le32(r);
		w[n].width = (int32_t)reader_le32(r);
		w[n++].height = (int32_t)reader_le32(r);
	}
	if (n > 0)
		assert(visibility_percent(&w[0], w + 1, n - 1) <= 100);
}

static void
inputs(struct reader *r)
{
	static struct heartbeat hb;
	struct evdev_pointer p = { 0 };
	struct idle_watch idle;
	struct tally t;
	struct tally_part part, before;
	int64_t now = 1000000;

	tally_init(&t, now);
	idle_watch_begin(&idle, false, now);
	while (!r->bad && reader_left(r) > 0) {
		uint8_t op = reader_u8(r);
		struct input_event e = { .type = reader_u8(r) % 8,
			.code = reader_le16(r),
			.value = (int32_t)reader_le32(r) };

		now += (int64_t)op * 10000;
		e.input_event_sec = now / 1000000;
		e.input_event_usec = now % 1000000;
		evdev_decode(&p, &e, (enum tally_origin)(op % TALLY_ORIGINS),
		    &t);
		if (op & 64)
			idle_watch_idled(&idle, (uint32_t)e.value, now);
		if (op & 32)
			idle_watch_resumed(&idle, now);
		idle_watch_ms(&idle, now);
		if (op < 200)
			continue;
		tally_take(&t, now, &part);
		tally_write(&t, &part, &hb);
		assert(hb.input.seconds <= HEARTBEAT_SECONDS);
		before = part;
		if (op & 1)
			tally_back(&t, &before);
		tally_idle_ms(&t, now);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);

	(reader_u8(&r) & 1 ? windows : inputs)(&r);
	return 0;
}
