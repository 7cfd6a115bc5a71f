/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clip is encoded and packetised by libavcodec and libavformat; what our
 * depacketisers make of the packets must be the encoder's own access units. */
#include "../media_rig.h"

#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>

#define FRAMES 45
#define PACKET_BYTES 1200
#define WIDTH 320
#define HEIGHT 176

struct bytes {
	uint8_t *p;
	size_t n, size;
};

static void
append(struct bytes *b, const void *p, size_t n)
{
	if (b->n + n > b->size) {
		b->size = (b->n + n) * 2;
		b->p = realloc(b->p, b->size);
		assert_non_null(b->p);
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

struct golden {
	struct rig rig;
	struct interleaved il;
	struct bytes wire;		/* the whole interleaved stream */
	struct bytes units[FRAMES + 4]; /* as the encoder gave them */
	bool key[FRAMES + 4];
	unsigned count;
};

struct clip {
	const char *encoder;
	const char *option; /* key=value */
	enum codec codec;
	uint8_t payload_type;
	int pix_fmt;
};

/* The muxer's output: one RTP or RTCP packet a call, each put as a frame. */
static int
on_write(void *arg, uint8_t *buf, int n)
{
	struct golden *g = arg;
	bool rtcp = buf[1] >= 200 && buf[1] <= 204;
	uint8_t head[4] = { '$', rtcp, (uint8_t)(n >> 8), (uint8_t)n };

	append(&g->wire, head, 4);
	append(&g->wire, buf, (size_t)n);
	return n;
}

static void
draw(AVFrame *f, int t)
{
	int x, y;

	assert_int_equal(av_frame_make_writable(f), 0);
	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			f->data[0][y * f->linesize[0] + x] =
			    (uint8_t)(x * 3 + y * 2 + t * 5 +
				      ((x * 7919 + y * 104729 + t * 31) % 23));
	for (y = 0; y < HEIGHT / 2; y++)
		for (x = 0; x < WIDTH / 2; x++) {
			f->data[1][y * f->linesize[1] + x] =
			    (uint8_t)(128 + y + t);
			f->data[2][y * f->linesize[2] + x] = (uint8_t)(64 + x);
		}
}

static AVCodecContext *
open_encoder(const struct clip *clip)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(clip->encoder);
	AVDictionary *options = NULL;
	AVCodecContext *c;

	if (!codec)
		return NULL;
	c = avcodec_alloc_context3(codec);
	c->width = WIDTH;
	c->height = HEIGHT;
	c->pix_fmt = (enum AVPixelFormat)clip->pix_fmt;
	c->color_range = AVCOL_RANGE_JPEG;
	c->time_base = (AVRational){ 1, 15 };
	c->framerate = (AVRational){ 15, 1 };
	c->gop_size = 15;
	c->bit_rate = 600000;
	c->thread_count = 1;
	if (clip->option)
		av_dict_parse_string(&options, clip->option, "=", ",", 0);
	assert_int_equal(avcodec_open2(c, codec, &options), 0);
	av_dict_free(&options);
	return c;
}

static AVFormatContext *
open_muxer(struct golden *g, const AVCodecContext *c, uint8_t payload_type)
{
	AVFormatContext *f = NULL;
	AVDictionary *options = NULL;
	AVStream *s;

	assert_true(avformat_alloc_output_context2(&f, NULL, "rtp", NULL) >= 0);
	f->pb = avio_alloc_context(av_malloc(PACKET_BYTES), PACKET_BYTES, 1, g,
	    NULL, on_write, NULL);
	f->pb->max_packet_size = PACKET_BYTES;
	f->packet_size = PACKET_BYTES;
	s = avformat_new_stream(f, NULL);
	avcodec_parameters_from_context(s->codecpar, c);
	s->time_base = c->time_base;
	av_dict_set_int(&options, "payload_type", payload_type, 0);
	av_dict_set_int(&options, "seq", 65500, 0); /* wraps on the way */
	assert_true(avformat_write_header(f, &options) >= 0);
	av_dict_free(&options);
	return f;
}

static void
pump(struct golden *g, AVCodecContext *c, AVFormatContext *f, AVFrame *frame)
{
	AVPacket *p = av_packet_alloc();

	assert_int_equal(avcodec_send_frame(c, frame), 0);
	while (avcodec_receive_packet(c, p) == 0) {
		append(&g->units[g->count], p->data, (size_t)p->size);
		g->key[g->count++] = p->flags & AV_PKT_FLAG_KEY;
		av_packet_rescale_ts(p, c->time_base, f->streams[0]->time_base);
		p->stream_index = 0;
		assert_int_equal(av_write_frame(f, p), 0);
		av_packet_unref(p);
	}
	av_packet_free(&p);
}

static bool
make_clip(struct golden *g, const struct clip *clip)
{
	AVCodecContext *c = open_encoder(clip);
	AVFormatContext *f;
	AVFrame *frame;
	int t;

	if (!c)
		return false;
	f = open_muxer(g, c, clip->payload_type);
	frame = av_frame_alloc();
	frame->format = c->pix_fmt;
	frame->width = WIDTH;
	frame->height = HEIGHT;
	frame->color_range = AVCOL_RANGE_JPEG;
	assert_int_equal(av_frame_get_buffer(frame, 0), 0);
	for (t = 0; t < FRAMES; t++) {
		draw(frame, t);
		frame->pts = t;
		pump(g, c, f, frame);
	}
	pump(g, c, f, NULL);
	av_write_trailer(f);
	av_freep(&f->pb->buffer);
	avio_context_free(&f->pb);
	avformat_free_context(f);
	av_frame_free(&frame);
	avcodec_free_context(&c);
	return true;
}

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	struct golden *g = arg;

	media_interleaved(&g->rig.media, channel, packet, now_us);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct golden *g = arg;

	return media_head(&g->rig.media, channel, head, length, now_us);
}

static enum interleaved_text
on_text(void *arg, struct span text, size_t *used_out)
{
	(void)arg;
	(void)text;
	(void)used_out;
	return INTERLEAVED_TEXT_BAD;
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

/* step: bytes a read. */
static struct account
play(struct golden *g, const struct clip *clip, size_t step)
{
	struct media_format f = { clip->codec, clip->payload_type, 90000,
		NULL };
	struct account a;
	size_t at;

	memset(&g->rig, 0, sizeof(g->rig));
	g->rig.now_us = 1000000;
	media_init(&g->rig.media, &rig_calls, &g->rig);
	assert_true(media_restart(&g->rig.media, &f, 1, false, 1000000));
	media_set_channels(&g->rig.media,
	    (struct media_channels){ 0, 1, true });
	g->rig.greedy = true;
	media_want(&g->rig.media, 1, 0);
	interleaved_init(&g->il);
	interleaved_add_channel(&g->il, 0);
	interleaved_add_channel(&g->il, 1);
	for (at = 0; at < g->wire.n; at += step) {
		size_t n = g->wire.n - at < step ? g->wire.n - at : step;
		uint8_t *exact = malloc(n);

		memcpy(exact, g->wire.p + at, n);
		assert_int_equal(interleaved_feed(&g->il, &calls, g,
				     (struct span){ exact, n }, g->rig.now_us),
		    INTERLEAVED_OK);
		free(exact);
	}
	rig_flush(&g->rig);
	a = rig_account(&g->rig);
	interleaved_fini(&g->il);
	return a;
}

/* The next NAL unit of an Annex B stream; false at its end. */
static bool
next_nal(struct span *rest, struct span *nal)
{
	size_t i = 0, start;

	while (i + 3 <= rest->n &&
	       !(rest->p[i] == 0 && rest->p[i + 1] == 0 && rest->p[i + 2] == 1))
		i++;
	if (i + 3 > rest->n)
		return false;
	start = i + 3;
	for (i = start; i < rest->n; i++)
		if (i + 3 <= rest->n && !rest->p[i] && !rest->p[i + 1] &&
		    rest->p[i + 2] <= 1)
			break;
	*nal = (struct span){ rest->p + start, i - start };
	rest->p += i;
	rest->n -= i;
	return true;
}

static unsigned
nal_type(enum codec codec, struct span nal)
{
	return codec == CODEC_H264 ? nal.p[0] & 31u : nal.p[0] >> 1 & 63u;
}

static bool
is_set(enum codec codec, struct span nal)
{
	unsigned t = nal_type(codec, nal);

	return codec == CODEC_H264 ? t == 7 || t == 8 : t >= 32 && t <= 34;
}

static bool
next_plain_nal(enum codec codec, struct span *rest, struct span *nal)
{
	while (next_nal(rest, nal))
		if (!is_set(codec, *nal))
			return true;
	return false;
}

static void
same_annexb(enum codec codec, const struct bytes *source,
    const struct media_unit *ours)
{
	struct span a = { source->p, source->n };
	struct span b = { ours->bytes, ours->length };
	struct span x, y;
	unsigned n = 0, type;

	assert_true(next_nal(&b, &y));
	type = nal_type(codec, y);
	assert_true(codec == CODEC_H264 ? type == 7 : type == 32);
	b = (struct span){ ours->bytes, ours->length };
	while (next_plain_nal(codec, &a, &x)) {
		assert_true(next_plain_nal(codec, &b, &y));
		assert_int_equal(x.n, y.n);
		assert_memory_equal(x.p, y.p, x.n);
		n++;
	}
	assert_false(next_plain_nal(codec, &b, &y));
	assert_true(n > 0);
}

static struct span
jpeg_scan(const uint8_t *p, size_t n)
{
	size_t i = 2;

	while (i + 4 <= n) {
		size_t length = (size_t)p[i + 2] << 8 | p[i + 3];

		if (p[i + 1] == 0xda)
			return (struct span){ p + i + 2 + length,
				n - i - 2 - length };
		i += 2 + length;
	}
	fail_msg("no scan");
	return (struct span){ p, 0 };
}

static uint64_t
picture_sum(enum AVCodecID id, const uint8_t *p, size_t n)
{
	AVCodecContext *c = avcodec_alloc_context3(avcodec_find_decoder(id));
	AVPacket *packet = av_packet_alloc();
	AVFrame *f = av_frame_alloc();
	uint64_t sum = 0;
	int x, y;

	assert_int_equal(avcodec_open2(c, NULL, NULL), 0);
	assert_int_equal(av_new_packet(packet, (int)n), 0);
	memcpy(packet->data, p, n);
	assert_int_equal(avcodec_send_packet(c, packet), 0);
	avcodec_send_packet(c, NULL);
	assert_int_equal(avcodec_receive_frame(c, f), 0);
	assert_int_equal(f->width, WIDTH);
	assert_int_equal(f->height, HEIGHT);
	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++)
			sum = sum * 31 + f->data[0][y * f->linesize[0] + x];
	av_frame_free(&f);
	av_packet_free(&packet);
	avcodec_free_context(&c);
	return sum;
}

static void
same_jpeg(const struct bytes *source, const struct media_unit *ours)
{
	struct span a = jpeg_scan(source->p, source->n);
	struct span b = jpeg_scan(ours->bytes, ours->length);

	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	assert_true(picture_sum(AV_CODEC_ID_MJPEG, source->p, source->n) ==
		    picture_sum(AV_CODEC_ID_MJPEG, ours->bytes, ours->length));
}

static void
same_mpeg4(const struct bytes *source, const struct media_unit *ours)
{
	assert_true(ours->length >= source->n);
	assert_memory_equal(ours->bytes + ours->length - source->n, source->p,
	    source->n);
	assert_true(picture_sum(AV_CODEC_ID_MPEG4, source->p, source->n) ==
		    picture_sum(AV_CODEC_ID_MPEG4, ours->bytes, ours->length));
}

static void
compare(const struct golden *g, const struct clip *clip)
{
	unsigned i, k = 0;

	for (i = 0; i < g->count; i++) {
		if (!g->key[i])
			continue;
		assert_true(k < g->rig.unit_count);
		assert_false(g->rig.units[k].damaged);
		if (clip->codec == CODEC_MJPEG)
			same_jpeg(&g->units[i], &g->rig.units[k]);
		else if (clip->codec == CODEC_MPEG4)
			same_mpeg4(&g->units[i], &g->rig.units[k]);
		else
			same_annexb(clip->codec, &g->units[i],
			    &g->rig.units[k]);
		k++;
	}
	assert_int_equal(k, g->rig.unit_count);
}

/* Bytes of an access unit as the account counts them. */
static uint64_t
counted(enum codec codec, const struct bytes *unit)
{
	struct span rest = { unit->p, unit->n }, nal;
	uint64_t n = 0;

	if (codec == CODEC_MJPEG)
		return jpeg_scan(unit->p, unit->n).n - 2; /* EOI isn't sent */
	if (codec == CODEC_MPEG4)
		return unit->n;
	while (next_nal(&rest, &nal))
		n += nal.n;
	return n;
}

static void
check_account(const struct golden *g, const struct clip *clip,
    const struct account *a)
{
	uint64_t bytes = 0;
	unsigned i, keys = 0;

	for (i = 0; i < g->count; i++) {
		bytes += counted(clip->codec, &g->units[i]);
		keys += g->key[i];
	}
	assert_int_equal(a->units, g->count);
	assert_int_equal(a->keyframes, keys);
	assert_int_equal(a->bytes, bytes);
	assert_int_equal(a->damaged, 0);
	assert_int_equal(a->lost, 0);
	assert_int_equal(a->duplicates, 0);
	assert_int_equal(a->discontinuities, 0);
	/* with B frames the last in decoding order isn't the last shown */
	assert_in_range(a->fps_milli, 14600, 15400);
	if (clip->codec != CODEC_MPEG4) {
		assert_int_equal(a->width, WIDTH);
		assert_int_equal(a->height, HEIGHT);
	}
}

static void
run(const struct clip *clip)
{
	static const size_t steps[] = { 1u << 20, 1, 7, 1000, 4096 };
	struct golden *g = calloc(1, sizeof(*g));
	struct account a;
	unsigned i, j;

	assert_non_null(g);
	if (!make_clip(g, clip)) {
		print_message("no encoder %s here: skipped\n", clip->encoder);
		free(g);
		skip();
	}
	assert_int_equal(g->count, FRAMES);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		a = play(g, clip, steps[i]);
		check_account(g, clip, &a);
		compare(g, clip);
		for (j = 0; j < g->rig.unit_count; j++)
			free(g->rig.units[j].bytes);
		media_fini(&g->rig.media);
	}
	for (i = 0; i < g->count; i++)
		free(g->units[i].p);
	free(g->wire.p);
	free(g);
}

static void
h264_equals_the_encoder(void **state)
{
	static const struct clip clip = { "libx264",
		"preset=veryfast,x264-params=slices=3:bframes=2:log-level=-1",
		CODEC_H264, 96, AV_PIX_FMT_YUV420P };

	(void)state;
	run(&clip);
}

static void
h264_filler_is_not_counted(void **state)
{
	static const struct clip clip = { "libx264",
		"preset=ultrafast,tune=zerolatency,nal-hrd=cbr,maxrate=600000,"
		"bufsize=300000,x264-params=log-level=-1",
		CODEC_H264, 97, AV_PIX_FMT_YUV420P };

	(void)state;
	run(&clip);
}

static void
h265_equals_the_encoder(void **state)
{
	static const struct clip clip = { "libx265",
		"preset=ultrafast,x265-params=log-level=none:bframes=2",
		CODEC_H265, 96, AV_PIX_FMT_YUV420P };

	(void)state;
	run(&clip);
}

static void
mjpeg_equals_the_encoder(void **state)
{
	static const struct clip clip = { "mjpeg", "huffman=default",
		CODEC_MJPEG, 26, AV_PIX_FMT_YUVJ420P };

	(void)state;
	run(&clip);
}

static void
mpeg4_equals_the_encoder(void **state)
{
	static const struct clip clip = { "mpeg4", "bf=0", CODEC_MPEG4, 98,
		AV_PIX_FMT_YUV420P };

	(void)state;
	run(&clip);
}

/* libx265 keeps some for itself at close. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libx265\n";
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(h264_equals_the_encoder),
		cmocka_unit_test(h264_filler_is_not_counted),
		cmocka_unit_test(h265_equals_the_encoder),
		cmocka_unit_test(mjpeg_equals_the_encoder),
		cmocka_unit_test(mpeg4_equals_the_encoder),
	};

	av_log_set_level(AV_LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
