/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observation.h: what probes measure and the judge reads. Plain data, no
 * judgement, no logic. Times: *_us are microseconds of CLOCK_MONOTONIC unless
 * the name says utc; for a file read by `camwarden probe` they are the file's
 * own time line. Zero means "not known" wherever zero can't be a value.
 */
#ifndef CAMWARDEN_OBSERVATION_H
#define CAMWARDEN_OBSERVATION_H

#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"

/* A feed as probes know it: the monitor's number for it, and which life of it
 * (raised each time the feed is handed to a probe), so that a late message of
 * an earlier life is told apart. */
struct feed_ref {
	uint32_t feed;
	uint32_t generation;
};

/* A change of the connection. Sent at once, one per transition. */
struct link_report {
	struct feed_ref ref;
	int64_t at_us;
	enum phase phase;
	enum reason
	    reason;	 /* why the last attempt ended; NONE while none did */
	uint16_t status; /* last RTSP/HTTP status or AVERROR class, 0 = none */
	uint8_t transport; /* 0 none, 1 TCP, 2 UDP, 3 TLS, 4 HTTP, 5 other */
	uint32_t attempts; /* since media last flowed */
	int64_t last_media_us; /* last media packet, any attempt; 0 = never */
	int64_t next_try_us;   /* in BACKOFF and WAITING; 0 in BACKOFF and
				* over capacity: a stream probe holds it not */
	char detail[LIMIT_DETAIL_BYTES]; /* plain text, no credentials */
};

#define ACCOUNT_PRINTS 12
#define ACCOUNT_BINS 128
#define ACCOUNT_BIN_US 100000

/* The account of what arrived since the previous account of this life. Sent
 * every account interval (config), and at once when something in it turned
 * odd. Nothing here needed decoding (DESIGN.md 4.2). */
struct account {
	struct feed_ref ref;
	int64_t from_us; /* half-open [from, to) */
	int64_t to_us;
	int64_t last_au_us; /* arrival of the last complete access unit */
	uint32_t units;	    /* access units */
	uint32_t keyframes;
	uint32_t
	    damaged;	/* access units with loss or broken fragments in them */
	uint64_t bytes; /* of access units, without filler */
	uint64_t wire_bytes; /* as received */
	uint32_t packets;
	uint32_t lost; /* sequence gaps */
	uint32_t duplicates;
	uint32_t discontinuities; /* RTP time jumped > 10 s or back > 1 s */
	uint32_t resyncs;	  /* interleaved framing lost and found */
	uint32_t reconnects;
	uint32_t max_gap_us;	  /* longest silence between access units */
	uint32_t inter_min_bytes; /* smallest, mean, spread of non-key units */
	uint32_t inter_mean_bytes;
	uint32_t inter_sd_bytes;
	uint32_t key_mean_bytes;
	uint32_t gop_us;    /* learned: longest recent gap between keyframes */
	uint32_t rhythm_us; /* usual gap of them, by the source's time; or 0 */
	uint32_t fps_milli; /* from RTP time: mean rate x 1000 */
	/* Of common/sizes.h: prints of groups of units that ended, 0 = none,
	 * and how long before to_us each group began; and the curve of
	 * activity: per ACCOUNT_BIN_US of the source's time log2 x 128 of the
	 * mean size of units, 0 = no unit. */
	uint32_t print[ACCOUNT_PRINTS];
	uint32_t print_age_ms[ACCOUNT_PRINTS];
	int64_t activity_first; /* number of the first: its time / bin */
	uint8_t activity_count;
	uint16_t activity[ACCOUNT_BINS];
	int64_t
	    clock_offset_us; /* sender report NTP - our UTC; INT64_MIN none */
	enum codec codec;
	uint16_t width; /* from the parameter sets, 0 = not known */
	uint16_t height;
	uint32_t parameter_print; /* hash of the parameter sets in force */
	uint8_t replay_mark;	  /* ONVIF replay extension 0xABAC was seen */
};

#define THUMB_W 160
#define THUMB_H 90
#define THUMB_CELLS (THUMB_W * THUMB_H)
#define CHROMA_W 20
#define CHROMA_H 12
#define CHROMA_CELLS (CHROMA_W * CHROMA_H)
#define SPARSE_PIXELS 2048 /* fixed pseudo-random places, by geometry alone */
#define BLOCK_HASHES 256   /* full-resolution 8x8 luma blocks, fixed places */
#define ZONE_W 16
#define ZONE_H 9
#define ZONES (ZONE_W * ZONE_H)

/* One decoded keyframe, measured. Luma is stretched to full range 0..255
 * before measuring, whatever the stream's range. Fixed point where named. */
struct measures {
	uint16_t width; /* decoded picture after cropping */
	uint16_t height;
	uint32_t decode_us;
	uint32_t measure_us;
	uint32_t damage;       /* decoder's error flags, 0 = none */
	uint64_t picture_hash; /* over all luma and chroma samples as decoded */
	uint16_t mean_q8;      /* luma mean, level x 256 */
	uint16_t sd_q8;	       /* luma standard deviation, level x 256 */
	uint8_t p01, p10, p50, p90, p99; /* luma percentiles */
	uint8_t range_full;		 /* the stream signalled full range */
	uint16_t edge_q16; /* share of pixels on an edge, x 65535 */
	uint16_t sharp_q8; /* mean |x[i+1]-x[i-1]| over sampled rows x 256 */
	uint16_t noise_q8; /* Immerkaer-like noise sigma estimate x 256 */
	uint16_t
	    outlier_q16;     /* share of pixels unlike both neighbours (snow) */
	uint16_t block_q8;   /* gradient at multiples of 8 / elsewhere x 256 */
	uint16_t torn_q16;   /* strong steps where macroblocks meet, share of
			      * pixels there beyond that elsewhere */
	uint16_t repeat_q16; /* share of rows equal to the row above */
	uint16_t flat_q16;   /* share of 8x8 blocks that are quite flat */
	uint16_t saturation_q8;	     /* mean |U-128|+|V-128| x 256 */
	uint16_t thumb[THUMB_CELLS]; /* luma block mean x 256 (q8): not rounded
				      * to 8 bits, or noise would be erased */
	uint8_t chroma_u[CHROMA_CELLS];
	uint8_t chroma_v[CHROMA_CELLS];
	uint8_t sparse[SPARSE_PIXELS];
	uint32_t block[BLOCK_HASHES]; /* low 2 bits: texture, common/places.h */
	uint16_t zone_sharp[ZONES];   /* as sharp_q8, per zone */
};

/* A sample as the monitor gets it: which request, when the keyframe arrived. */
struct sample {
	struct feed_ref ref;
	uint64_t ticket;
	int64_t at_us; /* arrival of the keyframe (or its time in a file) */
	enum sample_result result;
	enum codec codec;
	uint32_t au_bytes;
	struct measures measures; /* valid for SAMPLE_OK and SAMPLE_DAMAGED */
};

#endif
