/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clip.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#define PADDING 64

struct clip_unit
clip_copy(const void *bytes, size_t length)
{
	struct clip_unit u = { calloc(1, length + PADDING), length };

	assert(u.bytes != NULL);
	memcpy(u.bytes, bytes, length);
	return u;
}

void
clip_free(struct clip_unit *u)
{
	free(u->bytes);
	*u = (struct clip_unit){ 0 };
}

/* Steps of 24 pixels: edges for every macroblock row, levels 40..215. */
uint8_t
clip_luma(unsigned seed, int x, int y)
{
	unsigned h = ((unsigned)(x / 24) * 2654435761u) ^
		     ((unsigned)(y / 24) * 40503u) ^ (seed * 2246822519u);

	h ^= h >> 15;
	h *= 2246822519u;
	h ^= h >> 13;
	return (uint8_t)(40 + h % 176);
}

static void
set_sample(uint8_t *row, int x, int depth, unsigned level)
{
	uint16_t wide = (uint16_t)(level << (depth - 8));

	if (depth == 8)
		row[x] = (uint8_t)level;
	else
		memcpy(row + (size_t)x * 2, &wide, sizeof(wide));
}

static void
paint(AVFrame *f, const struct clip_spec *spec, int frame)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	bool rgb = d->flags & AV_PIX_FMT_FLAG_RGB;

	for (int i = 0; i < 4 && f->data[i] != NULL; i++) {
		bool chroma = i > 0 && !rgb;
		int w = chroma ? -((-f->width) >> d->log2_chroma_w) : f->width;
		int h =
		    chroma ? -((-f->height) >> d->log2_chroma_h) : f->height;
		int per_pixel = d->comp[0].step == 3 ? 3 : 1;

		for (int y = 0; y < h; y++)
			for (int x = 0; x < w * per_pixel; x++)
				set_sample(f->data[i] +
					       (ptrdiff_t)y * f->linesize[i],
				    x, d->comp[0].depth,
				    chroma ? 110
					   : clip_luma(spec->seed,
						 x / per_pixel + frame * 6, y));
	}
}

static AVCodecContext *
open_encoder(const struct clip_spec *spec)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(spec->encoder);

	assert(codec != NULL);

	AVCodecContext *c = avcodec_alloc_context3(codec);

	assert(c != NULL);
	c->width = spec->width;
	c->height = spec->height;
	c->time_base = (AVRational){ 1, 15 };
	c->framerate = (AVRational){ 15, 1 };
	c->gop_size = 30;
	c->thread_count = 1;
	c->slices = spec->slices;
	c->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
	c->pix_fmt = av_get_pix_fmt(spec->format ? spec->format : "yuv420p");
	c->flags |= AV_CODEC_FLAG_QSCALE;
	c->global_quality = FF_QP2LAMBDA * 3;
	av_opt_set(c->priv_data, "preset", "ultrafast", 0);
	av_opt_set(c->priv_data, "tune", "zerolatency", 0);
	av_opt_set(c->priv_data, "x265-params", "log-level=none:pools=none", 0);
	assert(avcodec_open2(c, codec, NULL) == 0);
	return c;
}

struct clip_unit
clip_make(const struct clip_spec *spec)
{
	AVCodecContext *c;
	AVFrame *f = av_frame_alloc();
	AVPacket *p = av_packet_alloc();
	struct clip_unit u = { 0 };

	av_log_set_level(AV_LOG_ERROR);
	c = open_encoder(spec);
	f->format = c->pix_fmt;
	f->width = spec->width;
	f->height = spec->height;
	assert(av_frame_get_buffer(f, 0) == 0);
	for (int i = 0; i <= spec->frame; i++) {
		assert(av_frame_make_writable(f) == 0);
		paint(f, spec, i);
		f->pts = i;
		f->quality = c->global_quality;
		assert(avcodec_send_frame(c, f) == 0);
	}
	avcodec_send_frame(c, NULL);
	for (int i = 0; avcodec_receive_packet(c, p) == 0; i++) {
		if (i == spec->frame)
			u = clip_copy(p->data, (size_t)p->size);
		av_packet_unref(p);
	}
	assert(u.bytes != NULL);
	av_packet_free(&p);
	av_frame_free(&f);
	avcodec_free_context(&c);
	return u;
}

struct clip_unit
clip_wrap(const struct clip_unit *packet, uint16_t width, uint16_t height)
{
	struct clip_unit u = { calloc(1, packet->length + 8 + PADDING),
		packet->length + 8 };

	assert(u.bytes != NULL);
	u.bytes[4] = (uint8_t)width;
	u.bytes[5] = (uint8_t)(width >> 8);
	u.bytes[6] = (uint8_t)height;
	u.bytes[7] = (uint8_t)(height >> 8);
	memcpy(u.bytes + 8, packet->bytes, packet->length);
	return u;
}

#if defined(__SANITIZE_ADDRESS__)
/* libx265 leaks when it is closed; the probes link no encoder. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libx265\n";
}
#endif
