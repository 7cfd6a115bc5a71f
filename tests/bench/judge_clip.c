/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_clip FILE [--every SECONDS] [--trace]: plays a file on its own time
 * line through decoder, measure and judge in one process and prints the JSON
 * lines of `camwarden probe --json`. For calibration: no probe, no channel, so
 * hundreds of clips go by in minutes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>

#include "monitor/judge/judge.h"
#include "probes/picture/measure.h"

#define SECOND 1000000ll

struct player {
	AVFormatContext *format;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *frame;
	int video;
	bool trace;
	struct judge_config cfg;
	struct judge_feed *feed;
	struct account account;
	double inter_sum, inter_squares;
	int64_t now_us;
	int64_t start_us;
	int64_t key_us; /* last keyframe */
	struct sample sample;
};

static int
open_file(struct player *p, const char *path)
{
	const AVCodec *codec;
	AVStream *stream;

	if (avformat_open_input(&p->format, path, NULL, NULL) < 0 ||
	    avformat_find_stream_info(p->format, NULL) < 0)
		return -1;
	p->video =
	    av_find_best_stream(p->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	if (p->video < 0)
		return -1;
	stream = p->format->streams[p->video];
	codec = avcodec_find_decoder(stream->codecpar->codec_id);
	if (codec == NULL)
		return -1;
	p->decoder = avcodec_alloc_context3(codec);
	if (p->decoder == NULL ||
	    avcodec_parameters_to_context(p->decoder, stream->codecpar) < 0)
		return -1;
	p->decoder->thread_count = 1;
	p->decoder->skip_loop_filter = AVDISCARD_ALL; /* as decoder.c */
	if (avcodec_open2(p->decoder, codec, NULL) < 0)
		return -1;
	p->packet = av_packet_alloc();
	p->frame = av_frame_alloc();
	return p->packet == NULL || p->frame == NULL ? -1 : 0;
}

static enum codec
codec_of(const struct player *p)
{
	switch (p->decoder->codec_id) {
	case AV_CODEC_ID_H264:
		return CODEC_H264;
	case AV_CODEC_ID_HEVC:
		return CODEC_H265;
	case AV_CODEC_ID_MJPEG:
		return CODEC_MJPEG;
	case AV_CODEC_ID_MPEG4:
		return CODEC_MPEG4;
	default:
		return CODEC_OTHER;
	}
}

static void
print_verdict(const struct verdict *v)
{
	bool first = true;

	printf("{\"t\":%.3f,\"since\":%.3f,\"state\":\"%s\",\"cause\":\"%s\","
	       "\"causes\":[",
	    (double)v->at_us / SECOND, (double)v->since_us / SECOND,
	    state_name(v->state), cause_name(v->cause));
	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		if (!(v->causes >> c & 1))
			continue;
		printf("%s\"%s\"", first ? "" : ",", cause_name(c));
		first = false;
	}
	printf("],\"confidence\":%u,\"evidence\":%s}\n", v->confidence,
	    v->evidence);
}

static void
step(struct player *p)
{
	struct verdict v;

	if (judge_step(p->feed, p->now_us, &v))
		print_verdict(&v);
	else if (p->trace)
		printf("# %.3f %s\n", (double)p->now_us / SECOND,
		    judge_verdict(p->feed)->evidence);
}

static void
close_account(struct player *p)
{
	struct account *a = &p->account;
	uint32_t inter = a->units - a->keyframes;

	a->to_us = p->now_us;
	a->inter_mean_bytes = inter == 0 ? 0 : (uint32_t)(p->inter_sum / inter);
	a->codec = codec_of(p);
	a->width = (uint16_t)p->decoder->width;
	a->height = (uint16_t)p->decoder->height;
	a->clock_offset_us = INT64_MIN;
	if (a->to_us > a->from_us)
		a->fps_milli = (uint32_t)(a->units * 1000.0 * SECOND /
					  (double)(a->to_us - a->from_us));
	judge_on_account(p->feed, a, p->now_us);
	*a = (struct account){ .from_us = p->now_us, .gop_us = a->gop_us };
	p->inter_sum = 0;
	step(p);
}

static void
account(struct player *p)
{
	struct account *a = &p->account;
	bool key = p->packet->flags & AV_PKT_FLAG_KEY;

	a->units++;
	a->packets++;
	a->bytes += (uint64_t)p->packet->size;
	a->last_au_us = p->now_us;
	if (key) {
		a->keyframes++;
		if (p->now_us - p->key_us > a->gop_us && p->key_us > 0)
			a->gop_us = (uint32_t)(p->now_us - p->key_us);
		p->key_us = p->now_us;
	} else {
		p->inter_sum += p->packet->size;
	}
	if (p->now_us - a->from_us >= 10 * SECOND)
		close_account(p);
}

static bool
measure(struct player *p)
{
	const AVFrame *f = p->frame;
	const AVPixFmtDescriptor *d =
	    av_pix_fmt_desc_get((enum AVPixelFormat)f->format);
	bool colour = d->nb_components > 2;
	struct picture_view v = {
		.plane = { f->data[0], colour ? f->data[1] : NULL,
		    colour ? f->data[2] : NULL },
		.stride = { f->linesize[0], f->linesize[1], f->linesize[2] },
		.width = (uint32_t)f->width,
		.height = (uint32_t)f->height,
		.depth = (uint8_t)d->comp[0].depth,
		.chroma_shift_x = d->log2_chroma_w,
		.chroma_shift_y = d->log2_chroma_h,
		.full_range = f->color_range == AVCOL_RANGE_JPEG,
	};

	return measure_picture(&v, &p->sample.measures);
}

static void
look(struct player *p)
{
	struct sample *s = &p->sample;

	judge_sample_asked(p->feed, p->now_us);
	s->result = SAMPLE_UNDECODABLE;
	s->at_us = p->now_us;
	s->codec = codec_of(p);
	s->au_bytes = (uint32_t)p->packet->size;
	if (avcodec_send_packet(p->decoder, p->packet) >= 0 &&
	    avcodec_send_packet(p->decoder, NULL) >= 0 &&
	    avcodec_receive_frame(p->decoder, p->frame) >= 0 && measure(p))
		s->result = SAMPLE_OK;
	avcodec_flush_buffers(p->decoder);
	judge_on_sample(p->feed, s, p->now_us);
	step(p);
}

static void
play(struct player *p)
{
	AVRational base = p->format->streams[p->video]->time_base;
	struct link_report flowing = { .phase = PHASE_FLOWING };

	judge_on_link(p->feed, &flowing, 0);
	for (; av_read_frame(p->format, p->packet) >= 0;
	     av_packet_unref(p->packet)) {
		int64_t t = p->packet->pts;

		if (p->packet->stream_index != p->video)
			continue;
		if (t == AV_NOPTS_VALUE)
			t = p->packet->dts;
		t = av_rescale_q(t, base, (AVRational){ 1, SECOND });
		if (p->start_us == INT64_MIN)
			p->start_us = t;
		if (t - p->start_us > p->now_us)
			p->now_us = t - p->start_us;
		account(p);
		if (p->packet->flags & AV_PKT_FLAG_KEY &&
		    p->now_us >= judge_sample_due(p->feed))
			look(p);
	}
	close_account(p);
}

static void
summary(const struct player *p)
{
	const struct verdict *v = judge_verdict(p->feed);
	struct judge_stream s;

	judge_stream(p->feed, &s);
	printf("{\"summary\":{\"state\":\"%s\",\"cause\":\"%s\",\"codec\":"
	       "\"%s\",\"width\":%u,\"height\":%u,\"fps\":%.2f,\"kbps\":%u,"
	       "\"gop_s\":%.2f,\"seconds\":%.2f,\"samples\":%u}}\n",
	    state_name(v->state), cause_name(v->cause), codec_name(s.codec),
	    s.width, s.height, s.fps_milli / 1000.0, s.kbps,
	    s.gop_us / 1000000.0, (double)p->now_us / SECOND, s.samples);
}

int
main(int argc, char **argv)
{
	static struct player p = { .start_us = INT64_MIN };
	const char *path = NULL;
	double every = 2;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--every") == 0 && i + 1 < argc)
			every = atof(argv[++i]);
		else if (strcmp(argv[i], "--trace") == 0)
			p.trace = true;
		else
			path = argv[i];
	}
	av_log_set_level(AV_LOG_FATAL);
	if (path == NULL || open_file(&p, path) != 0) {
		fprintf(stderr, "usage: judge_clip FILE [--every SECONDS] "
				"[--trace]\n");
		return 2;
	}
	judge_config_defaults(&p.cfg);
	p.cfg.sample_us = (int64_t)(every * SECOND);
	if (p.cfg.sample_suspect_us > p.cfg.sample_us)
		p.cfg.sample_suspect_us = p.cfg.sample_us;
	p.feed = judge_feed_new(&p.cfg, 0);
	if (p.feed == NULL)
		return 2;
	play(&p);
	summary(&p);
	judge_feed_free(&p.feed);
	av_frame_free(&p.frame);
	av_packet_free(&p.packet);
	avcodec_free_context(&p.decoder);
	avformat_close_input(&p.format);
	return 0;
}
