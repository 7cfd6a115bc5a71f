/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parameter_sets.h: keeps a feed's H.264 SPS/PPS or H.265 VPS/SPS/PPS and
 * reads picture size and range from them. Pure, hostile input. The reading is
 * advisory: what it can't read is kept all the same, for the decoder to judge
 * in its sandbox (RTSP.md 8). At most 4 sets of a kind, 1 KiB each.
 */
#ifndef PROBES_STREAM_PROTO_PARAMETER_SETS_H
#define PROBES_STREAM_PROTO_PARAMETER_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "common/cursor.h"

#define PARAMETER_SETS_OF_KIND 4

enum parameter_kind {
	PARAMETER_NONE = 0, /* not a parameter set */
	PARAMETER_VPS = 1,
	PARAMETER_SPS = 2,
	PARAMETER_PPS = 3,
	PARAMETER_CONFIG = 4, /* MPEG-4: VOS, VO and VOL headers, as they are */
};

/* What an SPS says. Zeros where it doesn't. */
struct parameter_info {
	uint16_t width; /* after cropping; 0 = not read or beyond LIMIT_SIDE */
	uint16_t height;
	bool range_full;
	bool has_range; /* the VUI tells the range */
};

struct parameter_sets {
	uint8_t
	    *bytes; /* owned: records { kind, id, length16, NAL }, by kind */
	uint16_t length;
	uint16_t width; /* of the newest readable SPS */
	uint16_t height;
	uint8_t range_full;
	uint8_t changes; /* times that a kept set was replaced by another */
	bool in_band;	 /* some came with the pictures */
	uint32_t print;	 /* hash of all sets in force, 0 = none */
};

void parameter_sets_init(struct parameter_sets *s);
void parameter_sets_fini(struct parameter_sets *s);
void parameter_sets_clear(struct parameter_sets *s);

enum parameter_kind parameter_sets_kind(enum codec codec, const uint8_t *nal,
    size_t n);
/* Keep one NAL unit (without start code). True when it is new or differs from
 * the one of its kind and id. Too long, empty or foreign ones are ignored. */
bool parameter_sets_put(struct parameter_sets *s, enum codec codec,
    struct span nal);
/* Keep MPEG-4 headers (start codes and all) in place of earlier ones. */
bool parameter_sets_put_config(struct parameter_sets *s, struct span config);
/* Bytes that parameter_sets_annexb writes. */
uint32_t parameter_sets_annexb_bytes(const struct parameter_sets *s);
/* All sets, VPS SPS PPS, each behind 00 00 00 01 (a config as it is); `out`
 * has room. */
void parameter_sets_annexb(const struct parameter_sets *s, uint8_t *out);

/* sprop-parameter-sets (H.264), sprop-vps/-sps/-pps (H.265), config (MPEG-4)
 * of an SDP fmtp value; what is invalid is skipped (a hint at best). */
void parameter_sets_from_fmtp(struct parameter_sets *s, enum codec codec,
    const char *fmtp);

/* The value of a parameter ("sprop-sps") in an fmtp value; empty when absent.
 * Borrowed. */
struct span parameter_sets_fmtp_value(const char *fmtp, const char *name);

/* False when the SPS could not be read to its size. */
bool parameter_sets_read_sps(enum codec codec, struct span nal,
    struct parameter_info *info_out);

#endif
