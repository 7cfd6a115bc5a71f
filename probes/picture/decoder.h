/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decoder.h: one access unit (a keyframe with its parameter sets in front) ->
 * one decoded picture. The only room that includes libavcodec. Input hostile.
 * Called by the picture probe, inside its sandbox: opens no file, starts no
 * thread, reads no clock.
 *
 * Decoders are shared by all feeds whose parameter sets are the same (a context
 * per feed would cost 2.5-10 MB each): a bounded pool, least recently used goes
 * first. A context is flushed after each unit and replaced after an error and
 * every DECODER_JOBS units; one of a codec without parameter sets (JPEG: its
 * tables may be left out) serves one unit. Nothing of one unit shows in the
 * next: every frame buffer is filled with grey before it is decoded into, a
 * unit must bring its own parameter sets, and what the decoder left untouched
 * is counted as damage (concealment is off, so that damage shows).
 */
#ifndef PROBES_PICTURE_DECODER_H
#define PROBES_PICTURE_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "probes/picture/measure.h"

#define DECODER_JOBS 10000u /* then the context is made anew */
#define DECODER_PADDING 64u /* zero bytes that must follow every unit */

/* Bits of the damage word: the low byte is libavcodec's decode_error_flags,
 * without FF_DECODE_ERROR_DECODE_SLICES (8): without error concealment 5.1
 * sets it for every sound picture of several slices (ff_er_add_slice looks at
 * a table that nobody keeps then). A slice that did fail leaves blocks that
 * were never decoded. */
#define DECODER_DAMAGE_FLAGS 0xf7u
#define DECODER_DAMAGE_BLOCKS 0x100u	/* parts of the picture never decoded */
#define DECODER_DAMAGE_TRUNCATED 0x200u /* JPEG without its end marker */

struct decoder_config {
	uint32_t max_pixels;  /* of one picture; more is SAMPLE_TOO_LARGE */
	uint32_t contexts;    /* most decoders kept, 1..DECODER_CONTEXTS_MAX */
	uint64_t pool_pixels; /* most pixels of all kept decoders together */
};
#define DECODER_CONTEXTS_MAX 64u

struct decoder_stats {
	uint64_t units;
	uint64_t opened; /* contexts made so far */
	uint32_t open;	 /* now */
};

/* One unit. Those of CODEC_OTHER start with a
 * head of their own (unit.h). */
struct decoder_unit {
	enum codec codec;
	uint32_t codec_id;    /* AVCodecID, for CODEC_OTHER only */
	const uint8_t *bytes; /* DECODER_PADDING zero bytes follow */
	size_t length;
};

struct decoder;

/* Max_pixels 36 million, 16 contexts, 48 million pixels. */
void decoder_config_defaults(struct decoder_config *config_out);
/* Runs every decoder's one-time initialisation; call before the sandbox. */
void decoder_warm(void);
/* NULL when memory is out. Owned by the caller. */
struct decoder *decoder_new(const struct decoder_config *config);
void decoder_free(struct decoder **d);
/* Another max_pixels from here on; 0 or beyond LIMIT_PIXELS: LIMIT_PIXELS. */
void decoder_limit(struct decoder *d, uint32_t max_pixels);

/* SAMPLE_OK or SAMPLE_DAMAGED: *view_out is borrowed until the next call on
 * this decoder and *damage_out is the damage word. Else SAMPLE_UNDECODABLE or
 * SAMPLE_TOO_LARGE, and *view_out is untouched. */
enum sample_result decoder_decode(struct decoder *d,
    const struct decoder_unit *unit, struct picture_view *view_out,
    uint32_t *damage_out);
/* Gives the last picture's memory back to its decoder. */
void decoder_release(struct decoder *d);
void decoder_stats(const struct decoder *d, struct decoder_stats *out);

#endif
