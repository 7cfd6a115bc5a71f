/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_decode [--seconds N] [--json FILE]: what one keyframe costs in the
 * picture probe: the shared decoder, then the measures, and where one is asked
 * for, the thumbnail as PNG. Keyframes are made here, one after the other of a
 * picture with fresh noise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>

#include "common/clock.h"
#include "probes/picture/decoder.h"
#include "probes/picture/measure.h"
#include "probes/picture/thumbnail.h"

#define UNITS 8
#define THUMB_WIDTH 320

struct size {
	int w, h;
	int64_t kbps; /* at 15 pictures a second */
};

struct unit {
	uint8_t *bytes;
	size_t length;
};

struct cost {
	double decode_us, measure_us, png_us;
	size_t bytes; /* of a keyframe, mean */
	size_t png_bytes;
	unsigned runs;
};

static void
paint(AVFrame *f, unsigned t)
{
	uint32_t r = t * 2654435761u + 1;
	int x, y;

	av_frame_make_writable(f);
	for (y = 0; y < f->height; y++)
		for (x = 0; x < f->width; x++) {
			int edge = (x / 40 + y / 24) & 1 ? 150 : 70;

			r = r * 1664525u + 1013904223u;
			f->data[0][y * f->linesize[0] + x] =
			    (uint8_t)(edge + (x * 7 + y * 3) % 31 +
				      (int)(r >> 29));
		}
	for (y = 0; y < f->height / 2; y++) {
		memset(f->data[1] + y * f->linesize[1], 120, f->width / 2);
		memset(f->data[2] + y * f->linesize[2], 130, f->width / 2);
	}
}

static AVCodecContext *
open_encoder(struct size s)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
	AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;

	if (!c)
		return NULL;
	c->width = s.w;
	c->height = s.h;
	c->pix_fmt = AV_PIX_FMT_YUV420P;
	c->time_base = (AVRational){ 1, 15 };
	c->gop_size = 1;
	c->bit_rate = s.kbps * 1000 * 15;
	av_opt_set(c->priv_data, "preset", "veryfast", 0);
	av_opt_set(c->priv_data, "tune", "zerolatency", 0);
	av_opt_set(c->priv_data, "x264-params", "log-level=-1", 0);
	return avcodec_open2(c, codec, NULL) < 0 ? NULL : c;
}

static bool
make_units(struct size s, struct unit *units)
{
	AVCodecContext *c = open_encoder(s);
	AVFrame *f = av_frame_alloc();
	AVPacket *p = av_packet_alloc();
	unsigned t, n = 0;

	if (!c)
		return false;
	f->format = c->pix_fmt;
	f->width = s.w;
	f->height = s.h;
	av_frame_get_buffer(f, 0);
	for (t = 0; n < UNITS && t < 100; t++) {
		paint(f, t);
		f->pts = t;
		avcodec_send_frame(c, f);
		while (n < UNITS && avcodec_receive_packet(c, p) == 0) {
			units[n].length = (size_t)p->size;
			units[n].bytes =
			    calloc(1, (size_t)p->size + DECODER_PADDING);
			memcpy(units[n++].bytes, p->data, (size_t)p->size);
			av_packet_unref(p);
		}
	}
	av_packet_free(&p);
	av_frame_free(&f);
	avcodec_free_context(&c);
	return n == UNITS;
}

static bool
run(struct decoder *d, const struct unit *units, double seconds,
    struct cost *cost)
{
	static const struct thumbnail_about about;
	static struct measures m;
	int64_t end = (int64_t)clock_cpu_us() + (int64_t)(seconds * US_PER_S);
	int64_t decode = 0, measure = 0, draw = 0;

	while ((int64_t)clock_cpu_us() < end) {
		const struct unit *u = &units[cost->runs % UNITS];
		struct decoder_unit in = { .codec = CODEC_H264,
			.bytes = u->bytes,
			.length = u->length };
		struct picture_view v;
		struct thumbnail png;
		uint32_t damage;
		int64_t a = (int64_t)clock_cpu_us(), b, c;

		if (decoder_decode(d, &in, &v, &damage) != SAMPLE_OK)
			return false;
		b = clock_cpu_us();
		if (!measure_picture(&v, &m))
			return false;
		c = clock_cpu_us();
		if (!thumbnail_make(&v, THUMB_WIDTH, &about, &png))
			return false;
		draw += (int64_t)clock_cpu_us() - c;
		cost->png_bytes += png.length;
		free(png.bytes);
		decode += b - a;
		measure += c - b;
		cost->bytes += u->length;
		cost->runs++;
	}
	cost->decode_us = (double)decode / cost->runs;
	cost->measure_us = (double)measure / cost->runs;
	cost->png_us = (double)draw / cost->runs;
	cost->bytes /= cost->runs;
	cost->png_bytes /= cost->runs;
	return true;
}

int
main(int argc, char **argv)
{
	static const struct size sizes[] = { { 640, 360, 150 },
		{ 1280, 720, 500 }, { 1920, 1080, 900 } };
	struct decoder_config config;
	const char *json = NULL;
	double seconds = 3;
	FILE *out = NULL;
	unsigned i, k;

	for (i = 1; i < (unsigned)argc; i++) {
		if (!strcmp(argv[i], "--json") && i + 1 < (unsigned)argc)
			json = argv[++i];
		else if (!strcmp(argv[i], "--seconds") &&
			 i + 1 < (unsigned)argc)
			seconds = atof(argv[++i]);
		else
			return puts("usage: ./dev bench decode [--seconds N] "
				    "[--json FILE]\n"
				    "example: ./dev bench decode --seconds 5"),
			       0;
	}
	av_log_set_level(AV_LOG_ERROR);
	if (json && !(out = fopen(json, "w")))
		return perror(json), 1;
	decoder_config_defaults(&config);
	decoder_warm();
	printf("%-12s%10s%12s%12s%12s%12s\n", "keyframe", "bytes", "decode us",
	    "measure us", "png us", "png bytes");
	if (out)
		fputs("{", out);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct unit units[UNITS] = { 0 };
		struct decoder *d = decoder_new(&config);
		struct cost cost = { 0 };
		char name[32];

		if (!make_units(sizes[i], units) ||
		    !run(d, units, seconds / 3, &cost))
			return fputs("bench_decode: failed\n", stderr), 1;
		snprintf(name, sizeof(name), "%dx%d", sizes[i].w, sizes[i].h);
		printf("%-12s%10zu%12.0f%12.0f%12.0f%12zu\n", name, cost.bytes,
		    cost.decode_us, cost.measure_us, cost.png_us,
		    cost.png_bytes);
		if (out)
			fprintf(out,
			    "%s\n \"decode_%s_us\": %.1f, \"measure_%s_us\": "
			    "%.1f, \"png_%s_us\": %.1f",
			    i ? "," : "", name, cost.decode_us, name,
			    cost.measure_us, name, cost.png_us);
		for (k = 0; k < UNITS; k++)
			free(units[k].bytes);
		decoder_free(&d);
	}
	if (out) {
		fputs("\n}\n", out);
		fclose(out);
	}
	return 0;
}
