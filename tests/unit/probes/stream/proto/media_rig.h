/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media_rig.h: for tests of the media part: makes RTP packets and frames, runs
 * a struct media on them and keeps the units that it gives. */
#ifndef TESTS_MEDIA_RIG_H
#define TESTS_MEDIA_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/stream/proto/interleaved.h"
#include "probes/stream/proto/media.h"

#define RIG_UNITS 256
#define RIG_PT 96

struct rig {
	struct media media;
	struct media_unit units[RIG_UNITS];
	unsigned unit_count;
	unsigned refused;	/* asks that were answered without one .. */
	enum sample_result why; /* .. the last time */
	bool greedy;		/* ask for the next unit as soon as one came */
	int64_t now_us;
	uint16_t sequence;
	uint32_t ssrc;
	uint8_t payload_type;
};

static inline void
rig_on_unit(void *arg, struct media *m, struct media_unit *unit)
{
	struct rig *rig = arg;

	assert_true(rig->unit_count < RIG_UNITS);
	assert_int_equal(unit->result == SAMPLE_OK, unit->bytes != NULL);
	if (unit->result == SAMPLE_OK) {
		rig->units[rig->unit_count++] = *unit;
	} else {
		rig->refused++;
		rig->why = unit->result;
	}
	if (rig->greedy)
		media_want(m, unit->ticket + 1, 0);
}

static const struct media_calls rig_calls = { rig_on_unit };

static inline void
rig_init(struct rig *rig, enum codec codec, const char *fmtp, bool udp)
{
	struct media_format f = { codec, RIG_PT, 90000, fmtp };

	memset(rig, 0, sizeof(*rig));
	rig->now_us = 1000000;
	rig->ssrc = 0x1234;
	rig->payload_type = RIG_PT;
	rig->sequence = 100;
	media_init(&rig->media, &rig_calls, rig);
	assert_true(media_restart(&rig->media, &f, 1, udp, rig->now_us));
	if (!udp)
		media_set_channels(&rig->media,
		    (struct media_channels){ 0, 1, true });
}

static inline void
rig_fini(struct rig *rig)
{
	unsigned i;

	for (i = 0; i < rig->unit_count; i++)
		free(rig->units[i].bytes);
	media_fini(&rig->media);
}

/* RTP header into out (12 bytes). */
static inline void
rig_header(const struct rig *rig, uint8_t *out, bool marker, uint32_t ts)
{
	uint8_t h[12] = { 0x80,
		(uint8_t)(rig->payload_type | (marker ? 0x80 : 0)),
		(uint8_t)(rig->sequence >> 8), (uint8_t)rig->sequence,
		(uint8_t)(ts >> 24), (uint8_t)(ts >> 16), (uint8_t)(ts >> 8),
		(uint8_t)ts, (uint8_t)(rig->ssrc >> 24),
		(uint8_t)(rig->ssrc >> 16), (uint8_t)(rig->ssrc >> 8),
		(uint8_t)rig->ssrc };

	memcpy(out, h, 12);
}

/* A whole RTP packet on channel 0, in a buffer of its own size so that a
 * sanitizer sees every read beyond it. */
static inline void
rig_raw(struct rig *rig, const uint8_t *bytes, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);

	memcpy(exact, bytes, n);
	if (rig->media.reorder)
		media_udp(&rig->media, false, (struct span){ exact, n },
		    rig->now_us);
	else
		media_interleaved(&rig->media, 0, (struct span){ exact, n },
		    rig->now_us);
	free(exact);
}

static inline void
rig_packet(struct rig *rig, bool marker, uint32_t ts, const void *payload,
    size_t n)
{
	uint8_t *b = malloc(12 + n);

	rig_header(rig, b, marker, ts);
	memcpy(b + 12, payload, n);
	rig_raw(rig, b, 12 + n);
	free(b);
	rig->sequence++;
}

/* Let the pending unit end. */
static inline void
rig_flush(struct rig *rig)
{
	rig->now_us += 5000000;
	media_tick(&rig->media, rig->now_us);
}

static inline struct account
rig_account(struct rig *rig)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	media_account(&rig->media, rig->now_us, 0, &a);
	return a;
}

#endif
