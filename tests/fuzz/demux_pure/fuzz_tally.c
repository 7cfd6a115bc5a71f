/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A camera's units, as sizes and times of any kind: the account of them is one
 * that the monitor's wire takes, and no group is told before it began. */
#include "common/wire.h"
#include "probes/demux/tally.h"
#include "tests/fuzz/fuzz.h"

static void
flush(struct tally *t, int64_t now)
{
	static uint8_t bytes[4096];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct account a, back;

	tally_flush(t, now, &a);
	wire_put_account(&w, &a);
	assert(!w.bad);
	assert(
	    wire_get_account((struct span){ bytes, writer_length(&w) }, &back));
	assert(a.keyframes <= a.units && a.damaged <= a.units);
	tally_gop_us(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	struct tally t;
	int64_t now = 1000000, media = 0;

	tally_init(&t, (struct feed_ref){ 1, 1 }, now);
	while (!r.bad && reader_left(&r) > 0) {
		uint8_t op = reader_u8(&r);
		struct tally_unit u = { .key = op & 1,
			.damaged = op & 2 && op & 4,
			.bytes = reader_le16(&r) };

		now += (int64_t)reader_le16(&r) * (op & 8 ? 1000 : 10);
		media = op & 32 ? (int64_t)reader_le64(&r)
			: op & 16
			    ? now + (int64_t)(int16_t)reader_le16(&r) * 100
			    : now;
		u.at_us = now;
		u.media_us = op & 64 ? TALLY_NO_TIME : tally_time(media);
		tally_add(&t, &u);
		tally_wire(&t, u.bytes);
		if (op >= 0xf0)
			tally_reconnect(&t);
		else if (op >= 0xc0)
			flush(&t, now);
	}
	flush(&t, now + 1);
	return 0;
}
