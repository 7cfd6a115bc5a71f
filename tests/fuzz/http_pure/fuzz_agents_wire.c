/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process that hears consoles says to the monitor, should it have been
 * taken over: sound messages with patches, and any bytes. What is taken is
 * within the bounds of its struct, is written, taken again and written the
 * same. Of the input: which message, then patches (place, value). */
#include "monitor/http/agents_wire.h"
#include "tests/fuzz/fuzz.h"

static uint8_t wire[1 << 18], again[2][1 << 18];

static size_t
put_sound(uint8_t which)
{
	static struct heartbeat hb = { .version = HEARTBEAT_VERSION,
		.agent = "a/1",
		.boot = "b",
		.session = "1",
		.seq = 7,
		.life = "l",
		.utc_ms = 1,
		.span_ms = 5000,
		.screen_count = 2,
		.window_count = 2,
		.connection_count = 2,
		.screens = { { "HDMI-1", SCREEN_ON, 1920, 1080 },
		    { "DP-1", SCREEN_OFF, 800, 600 } },
		.windows = { { "wall", 0, 800, 600, 90 },
		    { "player", 255, 10, 10, 0 } },
		.connections = { { "10.0.0.1", 554 }, { "[fd00::1]", 80 } } };
	static struct agents_views views = { .screen = "left",
		.power = 1,
		.valid_ms = 5000,
		.count = 2 };
	static const struct agents_ask ask = { AGENTS_WANT_RECORD, 1, 2, 3 };
	static const struct agents_reply reply = { 9, 2, 1500 };
	static const struct agents_dispute dispute = { 1, 2, "I was there" };
	struct agents_from from = { 0 };
	struct writer w = writer_of(wire, sizeof(wire));

	switch (which) {
	case 0:
		agents_put_heartbeat(&w, &from, &hb);
		break;
	case 1:
		agents_put_views(&w, &from, &views);
		break;
	case 2:
		agents_put_ask(&w, &from, &ask);
		break;
	case 3:
		agents_put_reply(&w, &from, &reply);
		break;
	default:
		agents_put_dispute(&w, &from, &dispute);
		break;
	}
	assert(!w.bad);
	return writer_length(&w);
}

#define TRY(name, type)                                                        \
	do {                                                                   \
		static type m;                                                 \
                                                                               \
		if (!agents_get_##name(body, &from, &m))                       \
			return (struct span){ NULL, 0 };                       \
		agents_put_##name(&w, &from, &m);                              \
	} while (0)

/* What is written of it; nothing if it isn't taken. */
static struct span
take(uint8_t which, struct span body, uint8_t *out)
{
	struct writer w = writer_of(out, sizeof(again[0]));
	struct agents_from from;

	switch (which) {
	case 0:
		TRY(heartbeat, struct heartbeat);
		break;
	case 1:
		TRY(views, struct agents_views);
		break;
	case 2:
		TRY(ask, struct agents_ask);
		break;
	case 3:
		TRY(reply, struct agents_reply);
		break;
	default:
		TRY(dispute, struct agents_dispute);
		break;
	}
	assert(!w.bad);
	return (struct span){ out, writer_length(&w) };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	uint8_t which = reader_u8(&r) % 5;
	size_t n = put_sound(which);
	struct span one, two;
	uint8_t *exact;

	while (!r.bad && reader_left(&r) >= 3) {
		uint16_t at = reader_le16(&r);

		wire[at % n] = reader_u8(&r);
	}
	if (reader_left(&r) == 1 && n > 0)
		n = n * reader_u8(&r) / 256;
	exact = fuzz_exact(wire, n);
	one = take(which, (struct span){ exact, n }, again[0]);
	free(exact);
	if (one.n > 0) {
		two = take(which, one, again[1]);
		assert(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
	}
	return 0;
}
