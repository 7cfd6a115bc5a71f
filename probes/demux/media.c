/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>

#include "camwarden/limits.h"
#include "common/unit.h"

#define FILE_BUFFER 65536
#define EXTRADATA_MAX (64u << 10)
/* So much may come until a packet is whole: twice what a picture may be long,
 * for what else lies between. */
#define PACKET_MOST (2 * (int64_t)LIMIT_AU_BYTES)
/* Nothing that reaches local files or glues other protocols together. */
#define PROTOCOLS                                                              \
	"http,https,httpproxy,tls,tcp,udp,rtp,rtmp,rtmps,rtmpt,"               \
	"rtmpts,srt,crypto,hls"
#define FORMATS                                                                \
	"mpjpeg,mjpeg,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,gif,hls,mpegts,"   \
	"mpeg,mpegvideo,flv,live_flv,mov,matroska,avi,asf,ogg,h264,hevc,"      \
	"m4v,ivf,dv,mxf,nut"

struct media {
	AVFormatContext *ctx;
	AVIOContext *file_io; /* owned; NULL for URLs */
	int fd;
	int track;	      /* index of the video stream, -1 not found yet */
	AVBSFContext *annexb; /* owned; NULL when packets are it already */
	AVPacket *packet;     /* the last one read */
	bool (*interrupted)(void *arg);
	void *arg;
	int64_t counted_bytes;
	int64_t asked_at; /* bytes that had come when the packet that is awaited
			   * was asked for; -1 none was yet */
	uint64_t packet_bytes;	      /* where libavformat doesn't count */
	AVCodecParserContext *parser; /* owned; NULL until needed */
	AVCodecContext *parser_ctx;
	uint16_t width; /* as the last keyframe itself says, 0 unknown */
	uint16_t height;
	bool live;
};

/* libavformat makes a packet as long as the source says that it is. */
static bool
is_endless(const struct media *m)
{
	return m->live && m->asked_at >= 0 && m->ctx->pb != NULL &&
	       m->ctx->pb->bytes_read - m->asked_at > PACKET_MOST;
}

static int
on_interrupt(void *arg)
{
	const struct media *m = arg;

	if (is_endless(m))
		return 1;
	return m->interrupted != NULL && m->interrupted(m->arg);
}

static int
on_file_read(void *arg, uint8_t *bytes, int size)
{
	const struct media *m = arg;
	ssize_t n = read(m->fd, bytes, (size_t)size);

	if (n < 0)
		return AVERROR(errno);
	return n == 0 ? AVERROR_EOF : (int)n;
}

static int64_t
on_file_seek(void *arg, int64_t offset, int whence)
{
	const struct media *m = arg;
	off_t at;

	if (whence == AVSEEK_SIZE) {
		off_t here = lseek(m->fd, 0, SEEK_CUR);
		off_t end = lseek(m->fd, 0, SEEK_END);

		if (here < 0 || end < 0 || lseek(m->fd, here, SEEK_SET) < 0)
			return AVERROR(errno);
		return end;
	}
	at = lseek(m->fd, offset, whence & ~AVSEEK_FORCE);
	return at < 0 ? AVERROR(errno) : at;
}

static bool
open_file_io(struct media *m)
{
	uint8_t *buffer = av_malloc(FILE_BUFFER);
	bool seekable = lseek(m->fd, 0, SEEK_SET) == 0;

	if (buffer == NULL)
		return false;
	m->file_io = avio_alloc_context(buffer, FILE_BUFFER, 0, m, on_file_read,
	    NULL, seekable ? on_file_seek : NULL);
	if (m->file_io == NULL) {
		av_free(buffer);
		return false;
	}
	m->ctx->pb = m->file_io;
	return true;
}

static AVDictionary *
options(const struct media *m, const struct media_config *c)
{
	AVDictionary *o = NULL;

	av_dict_set(&o, "protocol_whitelist", m->fd >= 0 ? "none" : PROTOCOLS,
	    0);
	av_dict_set(&o, "format_whitelist", FORMATS, 0);
	/* No decoder is opened here: only picture probes decode. */
	av_dict_set(&o, "codec_whitelist", "none", 0);
	if (m->fd >= 0)
		return o;
	av_dict_set(&o, "probesize", "1000000", 0);
	av_dict_set(&o, "analyzeduration", "1500000", 0);
	av_dict_set(&o, "user_agent", "camwarden", 0);
	av_dict_set(&o, "max_reload", "100000", 0); /* our timer decides */
	av_dict_set(&o, "live_start_index", "-1", 0);
	av_dict_set(&o, "overrun_nonfatal", "1", 0);
	av_dict_set(&o, "fifo_size", "4096", 0); /* packets of 188 bytes */
	if (c->headers != NULL)
		av_dict_set(&o, "headers", c->headers, 0);
	return o;
}

static bool
is_pipe(const AVFormatContext *ctx)
{
	const char *name = ctx->iformat->name;
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, "_pipe") == 0;
}

/* Formats that tell all about their track by themselves, or never. */
static bool
needs_probing(const struct media *m)
{
	return !is_pipe(m->ctx) && strcmp(m->ctx->iformat->name, "mpjpeg") != 0;
}

static enum codec
codec_of(enum AVCodecID id)
{
	switch ((int)id) {
	case AV_CODEC_ID_NONE:
		return CODEC_NONE;
	case AV_CODEC_ID_H264:
		return CODEC_H264;
	case AV_CODEC_ID_HEVC:
		return CODEC_H265;
	case AV_CODEC_ID_MJPEG:
		return CODEC_MJPEG;
	case AV_CODEC_ID_MPEG4:
		return CODEC_MPEG4;
	}
	return CODEC_OTHER;
}

static const AVCodecParameters *
track(const struct media *m)
{
	return m->ctx->streams[m->track]->codecpar;
}

/* avcC and hvcC (version 1 first) mean length-prefixed NAL units. */
static int
open_annexb(struct media *m)
{
	const AVCodecParameters *p = track(m);
	const char *name = p->codec_id == AV_CODEC_ID_H264 ? "h264_mp4toannexb"
							   : "hevc_mp4toannexb";
	int rc;

	if ((p->codec_id != AV_CODEC_ID_H264 &&
		p->codec_id != AV_CODEC_ID_HEVC) ||
	    p->extradata_size < 7 || p->extradata[0] != 1)
		return 0;
	rc = av_bsf_alloc(av_bsf_get_by_name(name), &m->annexb);
	if (rc < 0)
		return rc;
	rc = avcodec_parameters_copy(m->annexb->par_in, p);
	if (rc >= 0)
		rc = av_bsf_init(m->annexb);
	if (rc < 0)
		av_bsf_free(&m->annexb);
	return rc;
}

/* Finds the video track among those known by now; drops all others. */
static int
choose_track(struct media *m)
{
	for (unsigned i = 0; i < m->ctx->nb_streams; i++) {
		AVStream *s = m->ctx->streams[i];
		bool video = s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
			     !(s->disposition & AV_DISPOSITION_ATTACHED_PIC);

		if (video && m->track < 0)
			m->track = (int)i;
		if ((int)i != m->track)
			s->discard = AVDISCARD_ALL;
	}
	return m->track < 0 ? 0 : open_annexb(m);
}

/* By such a name libavformat would take its demuxer of numbered files. */
static const AVInputFormat *
picture_format(const char *url)
{
	static const struct {
		const char *end, *format;
	} names[] = {
		{ ".jpg", "jpeg_pipe" },
		{ ".jpeg", "jpeg_pipe" },
		{ ".png", "png_pipe" },
		{ ".bmp", "bmp_pipe" },
		{ ".webp", "webp_pipe" },
	};
	size_t n = strcspn(url, "?#");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t e = strlen(names[i].end);

		if (n > e && strncasecmp(url + n - e, names[i].end, e) == 0)
			return av_find_input_format(names[i].format);
	}
	return NULL;
}

static int
start(struct media *m, const struct media_config *c)
{
	AVDictionary *o = options(m, c);
	const char *url = c->fd >= 0 ? "" : c->url;
	int rc = avformat_open_input(&m->ctx, url, picture_format(url), &o);

	av_dict_free(&o);
	if (rc < 0)
		return rc;
	if (c->accepted != NULL)
		c->accepted(c->arg);
	if (needs_probing(m)) {
		rc = avformat_find_stream_info(m->ctx, NULL);
		if (rc < 0)
			return rc;
	}
	if (m->interrupted != NULL && m->interrupted(m->arg))
		return AVERROR_EXIT;
	rc = choose_track(m);
	if (rc < 0)
		return rc;
	/* Tracks that come late are waited for only while there is none. */
	if (m->track < 0 && (m->ctx->nb_streams > 0 ||
				!(m->ctx->ctx_flags & AVFMTCTX_NOHEADER)))
		return AVERROR_STREAM_NOT_FOUND;
	return 0;
}

int
media_open(const struct media_config *config, struct media **media_out)
{
	struct media *m = calloc(1, sizeof(*m));
	int rc = AVERROR(ENOMEM);

	if (m == NULL)
		return rc;
	m->fd = config->fd;
	m->live = config->live;
	m->track = -1;
	m->asked_at = -1;
	m->interrupted = config->interrupted;
	m->arg = config->arg;
	m->packet = av_packet_alloc();
	m->ctx = avformat_alloc_context();
	if (m->packet != NULL && m->ctx != NULL &&
	    (m->fd < 0 || open_file_io(m))) {
		m->ctx->interrupt_callback =
		    (AVIOInterruptCB){ on_interrupt, m };
		rc = start(m, config);
	}
	if (rc < 0)
		media_close(&m);
	else
		*media_out = m;
	return rc;
}

void
media_close(struct media **mp)
{
	struct media *m = *mp;

	*mp = NULL;
	if (m == NULL)
		return;
	avformat_close_input(&m->ctx); /* leaves a custom pb alone */
	if (m->file_io != NULL)
		av_freep(&m->file_io->buffer);
	avio_context_free(&m->file_io);
	av_bsf_free(&m->annexb);
	if (m->parser != NULL)
		av_parser_close(m->parser);
	avcodec_free_context(&m->parser_ctx);
	av_packet_free(&m->packet);
	free(m);
}

bool
media_is_snapshot(const struct media *m)
{
	return m->live && is_pipe(m->ctx);
}

bool
media_is_bursty(const struct media *m)
{
	return strcmp(m->ctx->iformat->name, "hls") == 0;
}

static int64_t
time_of(const struct media *m, const AVPacket *p)
{
	int64_t t = p->dts != AV_NOPTS_VALUE ? p->dts : p->pts;

	/* Such formats' times are made up from a guessed frame rate. */
	if (t == AV_NOPTS_VALUE ||
	    (m->live && (m->ctx->iformat->flags & AVFMT_NOTIMESTAMPS)))
		return TALLY_NO_TIME;
	return tally_time(av_rescale_q(t, m->ctx->streams[m->track]->time_base,
	    AV_TIME_BASE_Q));
}

static void
note_size(struct media *m, int width, int height)
{
	if (width > 0 && height > 0 && width <= (int)LIMIT_SIDE &&
	    height <= (int)LIMIT_SIDE) {
		m->width = (uint16_t)width;
		m->height = (uint16_t)height;
	}
}

/* Reads the parameter sets in band, no picture. */
static void
parse_size(struct media *m)
{
	uint8_t *out = NULL;
	int size = 0;

	if (m->parser == NULL) {
		m->parser = av_parser_init(track(m)->codec_id);
		m->parser_ctx = avcodec_alloc_context3(NULL);
		if (m->parser == NULL || m->parser_ctx == NULL ||
		    avcodec_parameters_to_context(m->parser_ctx, track(m)) < 0)
			return;
		m->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
	}
	if (m->parser_ctx == NULL)
		return;
	av_parser_parse2(m->parser, m->parser_ctx, &out, &size, m->packet->data,
	    m->packet->size, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
	note_size(m, m->parser->width, m->parser->height);
}

/* Containers that don't know the size of their pictures: the keyframes do. */
static void
look_at_key(struct media *m)
{
	const struct span unit = { m->packet->data, (size_t)m->packet->size };
	struct unit_jpeg jpeg;

	if (track(m)->codec_id == AV_CODEC_ID_MJPEG) {
		if (unit_read_jpeg(unit, &jpeg))
			note_size(m, (int)jpeg.width, (int)jpeg.height);
	} else if (track(m)->width == 0) {
		parse_size(m);
	}
}

int
media_read(struct media *m, struct media_packet *packet_out)
{
	for (;;) {
		int rc;

		av_packet_unref(m->packet);
		m->asked_at = m->ctx->pb != NULL ? m->ctx->pb->bytes_read : -1;
		rc = av_read_frame(m->ctx, m->packet);
		if (is_endless(m))
			return AVERROR_INVALIDDATA;
		if (rc < 0)
			return rc;
		m->packet_bytes += (uint64_t)m->packet->size;
		if (m->track < 0) {
			rc = choose_track(m);
			if (rc < 0)
				return rc;
		}
		if (on_interrupt(m))
			return AVERROR_EXIT;
		if (m->packet->stream_index != m->track || m->packet->size <= 0)
			continue;
		if (m->packet->flags & AV_PKT_FLAG_KEY)
			look_at_key(m);
		*packet_out = (struct media_packet){
			.bytes = (uint32_t)m->packet->size,
			.key = m->packet->flags & AV_PKT_FLAG_KEY,
			.damaged = m->packet->flags & AV_PKT_FLAG_CORRUPT,
			.media_us = time_of(m, m->packet),
		};
		return 0;
	}
}

/* front + body (+ padding is the link's reader's care). */
static bool
join(struct span front, struct span body, struct media_unit *out)
{
	size_t n = front.n + body.n;

	if (n == 0 || n > LIMIT_AU_BYTES || front.n > EXTRADATA_MAX)
		return false;
	out->bytes = malloc(n);
	if (out->bytes == NULL)
		return false;
	if (front.n > 0)
		memcpy(out->bytes, front.p, front.n);
	memcpy(out->bytes + front.n, body.p, body.n);
	out->length = (uint32_t)n;
	return true;
}

static struct span
extradata_of(const AVCodecParameters *p)
{
	return (struct span){ p->extradata,
		p->extradata != NULL && p->extradata_size > 0
		    ? (size_t)p->extradata_size
		    : 0 };
}

/* H.264 and H.265 with their parameter sets in front, in band or not. */
static bool
unit_with_sets(const struct media *m, const AVPacket *p, struct media_unit *out)
{
	const struct span body = { p->data, (size_t)p->size };
	struct span sets =
	    extradata_of(m->annexb != NULL ? m->annexb->par_out : track(m));

	if (unit_brings_sets(out->codec, body))
		sets.n = 0;
	return join(sets, body, out);
}

static bool
unit_annexb(struct media *m, struct media_unit *out)
{
	AVPacket *p = av_packet_clone(m->packet);
	bool made = false;

	if (p == NULL)
		return false;
	if (m->annexb == NULL) {
		made = unit_with_sets(m, p, out);
	} else if (av_bsf_send_packet(m->annexb, p) >= 0 &&
		   av_bsf_receive_packet(m->annexb, p) >= 0) {
		made = unit_with_sets(m, p, out);
	}
	if (m->annexb != NULL)
		av_bsf_flush(m->annexb);
	av_packet_free(&p);
	return made;
}

static bool
unit_other(const struct media *m, struct media_unit *out)
{
	const AVCodecParameters *p = track(m);
	struct span extra = extradata_of(p);
	const struct span body = { m->packet->data, (size_t)m->packet->size };
	uint8_t *front = malloc(UNIT_OTHER_HEAD_BYTES + EXTRADATA_MAX);
	struct writer w =
	    writer_of(front, UNIT_OTHER_HEAD_BYTES + EXTRADATA_MAX);
	bool made;

	if (front == NULL)
		return false;
	writer_le32(&w, (uint32_t)extra.n);
	writer_le16(&w, (uint16_t)p->width);
	writer_le16(&w, (uint16_t)p->height);
	writer_bytes(&w, extra.p, extra.n);
	made = !w.bad &&
	       join((struct span){ front, writer_length(&w) }, body, out);
	free(front);
	return made;
}

bool
media_unit(struct media *m, struct media_unit *unit_out)
{
	struct media_unit u = { .codec = codec_of(track(m)->codec_id) };
	const struct span body = { m->packet->data, (size_t)m->packet->size };
	struct span front = { NULL, 0 };
	bool made = false;

	switch (u.codec) {
	case CODEC_H264:
	case CODEC_H265:
		made = unit_annexb(m, &u);
		break;
	case CODEC_MPEG4:
		if (!unit_has_vol(body))
			front = extradata_of(track(m));
		made = join(front, body, &u);
		break;
	case CODEC_MJPEG:
		made = join(front, body, &u);
		break;
	case CODEC_OTHER:
		u.codec_id = (uint32_t)track(m)->codec_id;
		made = unit_other(m, &u);
		break;
	case CODEC_NONE:
		break;
	}
	if (made)
		*unit_out = u;
	return made;
}

static uint32_t
print_of(struct span s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return s.n == 0 ? 0 : h;
}

struct tally_stream
media_stream(const struct media *m)
{
	const AVCodecParameters *p;
	struct tally_stream s = { .codec = CODEC_NONE };

	if (m->track < 0)
		return s;
	p = track(m);
	s.codec = codec_of(p->codec_id);
	s.width = m->width;
	s.height = m->height;
	if (s.width == 0 && p->width > 0 && p->width <= (int)LIMIT_SIDE &&
	    p->height > 0 && p->height <= (int)LIMIT_SIDE) {
		s.width = (uint16_t)p->width;
		s.height = (uint16_t)p->height;
	}
	s.parameter_print = print_of(extradata_of(p));
	return s;
}

uint64_t
media_received(struct media *m)
{
	uint64_t n = m->packet_bytes;

	m->packet_bytes = 0;
	if (m->ctx->pb != NULL && !media_is_bursty(m)) {
		int64_t now = m->ctx->pb->bytes_read;

		n = now > m->counted_bytes ? (uint64_t)(now - m->counted_bytes)
					   : 0;
		m->counted_bytes = now;
	}
	return n;
}
