/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte chooses codec and ways, the rest are bytes of an interleaved
 * connection (or datagrams, each behind its 16-bit length). */
#include "probes/stream/proto/interleaved.h"
#include "probes/stream/proto/media.h"
#include "tests/fuzz/fuzz.h"

static void
on_unit(void *arg, struct media *m, struct media_unit *unit)
{
	(void)arg;
	assert((unit->length != 0) == (unit->result == SAMPLE_OK));
	assert(unit->length <= LIMIT_AU_BYTES);
	free(unit->bytes);
	media_want(m, unit->ticket + 1, 0);
}

static const struct media_calls media_calls = { on_unit };

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	media_interleaved(arg, channel, packet, now_us);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	return media_head(arg, channel, head, length, now_us);
}

static enum interleaved_text
on_text(void *arg, struct span text, size_t *used_out)
{
	const uint8_t *end = memchr(text.p, '\n', text.n);

	(void)arg;
	if (!end)
		return INTERLEAVED_TEXT_MORE;
	*used_out = (size_t)(end - text.p) + 1;
	return INTERLEAVED_TEXT_DONE;
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

static void
feed_tcp(struct media *m, const uint8_t *data, size_t size, size_t step)
{
	struct interleaved il;
	int64_t now_us = 1000000;
	size_t at;

	interleaved_init(&il);
	interleaved_add_channel(&il, 0);
	interleaved_add_channel(&il, 1);
	for (at = 0; at < size; at += step) {
		size_t n = size - at < step ? size - at : step;
		uint8_t *exact = fuzz_exact(data + at, n);

		if (interleaved_feed(&il, &calls, m, (struct span){ exact, n },
			now_us) != INTERLEAVED_OK)
			at = size;
		free(exact);
		now_us += 70000;
		media_tick(m, now_us);
	}
	interleaved_fini(&il);
}

static void
feed_udp(struct media *m, const uint8_t *data, size_t size)
{
	int64_t now_us = 1000000;

	while (size >= 2) {
		size_t n = (size_t)data[0] << 8 | data[1];
		uint8_t *exact;

		data += 2;
		size -= 2;
		n = n > size ? size : n;
		exact = fuzz_exact(data, n);
		media_udp(m, false, (struct span){ exact, n }, now_us);
		free(exact);
		data += n;
		size -= n;
		now_us += 7000;
	}
	media_tick(m, now_us + 600000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = { CODEC_H264, CODEC_H265,
		CODEC_MJPEG, CODEC_MPEG4 };
	static const size_t steps[] = { 1u << 20, 1, 77, 1448 };
	struct media_format f = { CODEC_NONE, 96, 90000, NULL };
	uint8_t report[MEDIA_REPORT_BYTES];
	struct account a;
	struct media m;
	uint8_t how;

	if (!size)
		return 0;
	how = *data;
	f.codec = codecs[how & 3];
	f.fmtp = how & 0x40 ? "sprop-max-don-diff=1" : NULL;
	media_init(&m, &media_calls, NULL);
	media_restart(&m, &f, 1, how & 0x80, 1000000);
	media_set_channels(&m, (struct media_channels){ 0, 1, how & 0x20 });
	if (how & 0x10)
		media_want(&m, 1, 0);
	if (how & 0x80)
		feed_udp(&m, data + 1, size - 1);
	else
		feed_tcp(&m, data + 1, size - 1, steps[how >> 2 & 3]);
	media_report(&m, 1, 2000000, report);
	media_end(&m, 2000000);
	media_account(&m, 2000000, 0, &a);
	media_fini(&m);
	return 0;
}
