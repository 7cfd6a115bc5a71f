/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clip.h: single keyframes made at test time with libavcodec's encoders, so
 * that the tests need no material. Asserts on failure: tests only. */
#ifndef TESTS_PICTURE_CLIP_H
#define TESTS_PICTURE_CLIP_H

#include <stddef.h>
#include <stdint.h>

struct clip_unit {
	uint8_t *bytes; /* owned; 64 zero bytes follow */
	size_t length;
};

struct clip_spec {
	const char *encoder; /* "libx264", "mjpeg", ... */
	int width;
	int height;
	unsigned seed;	    /* another seed is another picture */
	const char *format; /* pixel format, NULL = yuv420p */
	int frame;  /* which frame to give: 0 the keyframe, 1 one after it */
	int slices; /* of each picture, 0 = the encoder's choice */
};

/* Level of the synthetic luma at (x, y): what a decoder should come near. */
uint8_t clip_luma(unsigned seed, int x, int y);
struct clip_unit clip_make(const struct clip_spec *spec);
/* A CODEC_OTHER unit around a packet: u32 extradata length, u16 width, u16
 * height, extradata, packet. */
struct clip_unit clip_wrap(const struct clip_unit *packet, uint16_t width,
    uint16_t height);
void clip_free(struct clip_unit *u);
struct clip_unit clip_copy(const void *bytes, size_t length);

#endif
