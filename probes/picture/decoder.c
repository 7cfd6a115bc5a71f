/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/picture/decoder.h"

#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "camwarden/limits.h"
#include "common/cursor.h"
#include "common/unit.h"

#define ALLOC_MAX (256u << 20)
/* What fills a frame buffer before decoding: grey, and in the middle row of
 * each row of macroblocks this pattern, which looks grey too and which no
 * encoder makes by chance: a macroblock that was never written is found. */
#define MARK_STEP 16
#define MARK_BYTES 8
static const uint8_t mark_8[MARK_BYTES] = { 127, 129, 129, 127, 128, 127, 129,
	126 };
static const uint16_t mark_16[MARK_BYTES / 2] = { 511, 514, 513, 510 };
/* So much of a picture missing is no picture. */
#define MISSING_MAX_PERCENT 90

struct slot {
	AVCodecContext *ctx; /* owned; NULL = free slot */
	uint64_t key;	     /* codec, geometry, parameter sets */
	uint64_t used;	     /* unit number of the last use */
	uint64_t pixels;
	uint32_t jobs;
};

struct decoder {
	struct decoder_config cfg;
	struct slot slots[DECODER_CONTEXTS_MAX];
	AVCodecContext *parser_ctx[CODEC_COUNT]; /* owned; for geometry */
	AVPacket *packet;
	AVFrame *frame;	   /* the last picture */
	AVFrame *extra;	   /* what a unit gives beyond it */
	uint8_t *unpacked; /* owned; planes of a picture in an odd layout */
	struct decoder_stats stats;
};

/* What one unit asks for. */
struct want {
	enum AVCodecID id;
	struct span packet;
	struct span extradata;
	uint32_t width; /* 0 = not known before decoding */
	uint32_t height;
	uint32_t damage; /* seen before decoding */
	uint64_t sets;	 /* a print of its parameter sets */
	bool lonely;	 /* its codec has none: it shares no context */
	bool field;	 /* it begins with one, and may be no more */
};

/* Of CODEC_OTHER: what cameras and encoders send. All else stays shut. */
static const enum AVCodecID others[] = {
	AV_CODEC_ID_MPEG1VIDEO,
	AV_CODEC_ID_MPEG2VIDEO,
	AV_CODEC_ID_H261,
	AV_CODEC_ID_H263,
	AV_CODEC_ID_FLV1,
	AV_CODEC_ID_VP8,
	AV_CODEC_ID_VP9,
	AV_CODEC_ID_AV1,
	AV_CODEC_ID_THEORA,
	AV_CODEC_ID_VC1,
	AV_CODEC_ID_WMV3,
	AV_CODEC_ID_MSMPEG4V3,
	AV_CODEC_ID_PNG,
	AV_CODEC_ID_BMP,
	AV_CODEC_ID_GIF,
	AV_CODEC_ID_WEBP,
	AV_CODEC_ID_JPEG2000,
};
#define OTHERS (sizeof(others) / sizeof(others[0]))

static enum AVCodecID
codec_of(const struct decoder_unit *unit)
{
	switch (unit->codec) {
	case CODEC_H264:
		return AV_CODEC_ID_H264;
	case CODEC_H265:
		return AV_CODEC_ID_HEVC;
	case CODEC_MJPEG:
		return AV_CODEC_ID_MJPEG;
	case CODEC_MPEG4:
		return AV_CODEC_ID_MPEG4;
	case CODEC_OTHER:
		for (size_t i = 0; i < OTHERS; i++)
			if (unit->codec_id == (uint32_t)others[i])
				return others[i];
		return AV_CODEC_ID_NONE;
	case CODEC_NONE:
		break;
	}
	return AV_CODEC_ID_NONE;
}

/* Geometry through libavcodec's parser, which reads headers only; a new one
 * each time, since it would take an earlier unit's where this one's are bad. */
static void
look_with_parser(struct decoder *d, enum codec codec, struct want *w)
{
	AVCodecParserContext *s;
	uint8_t *out = NULL;
	int out_size = 0;

	s = d->parser_ctx[codec] != NULL ? av_parser_init((int)w->id) : NULL;
	if (s == NULL)
		return;
	s->flags |= PARSER_FLAG_COMPLETE_FRAMES;
	av_parser_parse2(s, d->parser_ctx[codec], &out, &out_size, w->packet.p,
	    (int)w->packet.n, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
	if (s->width > 0 && s->height > 0) {
		w->width = (uint32_t)s->width;
		w->height = (uint32_t)s->height;
	}
	w->field = s->picture_structure == AV_PICTURE_STRUCTURE_TOP_FIELD ||
		   s->picture_structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD;
	av_parser_close(s);
}

static bool
look_at_jpeg(struct want *w)
{
	struct unit_jpeg jpeg;

	if (!unit_read_jpeg(w->packet, &jpeg))
		return false;
	w->width = jpeg.width;
	w->height = jpeg.height;
	w->damage = jpeg.truncated ? DECODER_DAMAGE_TRUNCATED : 0;
	return true;
}

static bool
look_at_other(struct want *w)
{
	struct unit_other other;

	if (!unit_read_other(w->packet, &other))
		return false;
	w->width = other.width;
	w->height = other.height;
	w->extradata = other.extradata;
	w->packet = other.packet;
	return other.extradata.n <= LIMIT_PARAMETER_SET_BYTES * 64u;
}

/* False: nothing that could be decoded. */
static bool
look(struct decoder *d, const struct decoder_unit *unit, struct want *w)
{
	*w = (struct want){ .id = codec_of(unit),
		.packet = { unit->bytes, unit->length },
		.lonely =
		    unit->codec == CODEC_MJPEG || unit->codec == CODEC_OTHER };
	if (w->id == AV_CODEC_ID_NONE || unit->length == 0 ||
	    unit->length > LIMIT_AU_BYTES)
		return false;
	switch (unit->codec) {
	case CODEC_OTHER:
		return look_at_other(w);
	case CODEC_MJPEG:
		return look_at_jpeg(w);
	case CODEC_H264:
	case CODEC_H265:
		if (!unit_brings_sets(unit->codec, w->packet))
			return false;
		break;
	case CODEC_MPEG4:
	case CODEC_NONE:
		break;
	}
	look_with_parser(d, unit->codec, w);
	w->sets = unit_sets_print(unit->codec, w->packet);
	return true;
}

static const uint8_t *
mark_of(const AVPixFmtDescriptor *desc)
{
	const AVComponentDescriptor *luma = &desc->comp[0];

	if (luma->plane != 0 || luma->shift != 0 ||
	    (desc->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL |
			       AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE)))
		return NULL;
	if (luma->depth == 8 && luma->step == 1)
		return mark_8;
	if (luma->depth > 8 && luma->step == 2)
		return (const uint8_t *)mark_16;
	return NULL;
}

/* Fills a fresh buffer; else what an earlier unit, of another camera, left
 * there would show where this one is damaged. */
static void
fill(const AVFrame *f, const AVPixFmtDescriptor *desc)
{
	const uint8_t *mark = mark_of(desc);

	for (int i = 0; i < AV_NUM_DATA_POINTERS && f->buf[i] != NULL; i++)
		memset(f->buf[i]->data, desc->comp[0].depth > 8 ? 2 : 128,
		    f->buf[i]->size);
	if (mark == NULL || f->linesize[0] <= 0)
		return;
	for (int y = MARK_STEP / 2; y < f->height; y += MARK_STEP) {
		uint8_t *row = f->data[0] + (ptrdiff_t)y * f->linesize[0];

		for (int x = 0; x + MARK_BYTES <= f->linesize[0];
		     x += MARK_BYTES)
			memcpy(row + x, mark, MARK_BYTES);
	}
}

static int
get_buffer(AVCodecContext *ctx, AVFrame *f, int flags)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
	int ret = avcodec_default_get_buffer2(ctx, f, flags);

	if (ret >= 0 && desc != NULL)
		fill(f, desc);
	return ret;
}

/* Macroblocks whose mark still stands, in percent of all. */
static unsigned
missing_percent(const AVFrame *f, const AVPixFmtDescriptor *desc)
{
	const uint8_t *mark = mark_of(desc);
	unsigned all = 0, missing = 0;

	if (mark == NULL || f->buf[0] == NULL || f->linesize[0] <= 0 ||
	    f->data[0] < f->buf[0]->data)
		return 0;

	/* Cropping moved data[0]; marks count from the buffer's start. */
	size_t off = (size_t)(f->data[0] - f->buf[0]->data);
	size_t line = (size_t)f->linesize[0];
	size_t left = off % line, top = off / line;
	size_t right = left + (size_t)f->width * (size_t)desc->comp[0].step;
	size_t skip = (MARK_STEP - MARK_BYTES) / 2;

	for (size_t y = MARK_STEP / 2; y < top + (size_t)f->height;
	     y += MARK_STEP) {
		const uint8_t *row = f->buf[0]->data + y * line;

		for (size_t x = 0; y >= top && x + MARK_STEP <= right;
		     x += MARK_STEP) {
			all++;
			missing +=
			    memcmp(row + x + skip, mark + skip,
				MARK_BYTES - skip) == 0 &&
			    memcmp(row + x + MARK_BYTES, mark, skip) == 0;
		}
	}
	return missing == 0 ? 0 : 1 + missing * 99 / all;
}

static void
slot_close(struct decoder *d, struct slot *s)
{
	if (s->ctx == NULL)
		return;
	avcodec_free_context(&s->ctx);
	*s = (struct slot){ 0 };
	d->stats.open--;
}

static bool
set_options(AVCodecContext *ctx, const struct decoder *d, const struct want *w)
{
	ctx->thread_count = 1;
	ctx->thread_type = FF_THREAD_SLICE; /* frame threads add delay */
	ctx->error_concealment = 0;
	ctx->max_pixels = (int64_t)d->cfg.max_pixels;
	/* An intra picture is predicted from what no loop filter touched, so
	 * leaving the filter out changes nothing but its own smoothing. It
	 * saves a tenth of the time, and what the measures then see is what
	 * the coder sent: blocks that come back are equal whatever their
	 * neighbours are. */
	ctx->skip_loop_filter = AVDISCARD_ALL;
	/* Open-GOP and recovery-point keyframes come out too. */
	ctx->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
	ctx->flags2 |= AV_CODEC_FLAG2_SHOW_ALL;
	ctx->get_buffer2 = get_buffer;
	if (w->extradata.n == 0)
		return true;
	ctx->extradata =
	    av_mallocz(w->extradata.n + AV_INPUT_BUFFER_PADDING_SIZE);
	if (ctx->extradata == NULL)
		return false;
	memcpy(ctx->extradata, w->extradata.p, w->extradata.n);
	ctx->extradata_size = (int)w->extradata.n;
	ctx->width = (int)w->width;
	ctx->height = (int)w->height;
	return true;
}

static bool
slot_open(struct decoder *d, struct slot *s, const struct want *w, uint64_t key)
{
	const AVCodec *codec = avcodec_find_decoder(w->id);

	if (codec == NULL)
		return false;
	s->ctx = avcodec_alloc_context3(codec);
	if (s->ctx == NULL)
		return false;
	if (!set_options(s->ctx, d, w) ||
	    avcodec_open2(s->ctx, codec, NULL) < 0) {
		avcodec_free_context(&s->ctx);
		return false;
	}
	s->key = key;
	s->pixels = (uint64_t)w->width * w->height;
	s->jobs = 0;
	d->stats.opened++;
	d->stats.open++;
	return true;
}

static uint64_t
key_of(const struct want *w)
{
	uint64_t key = 14695981039346656037u; /* FNV-1a */
	const uint64_t parts[] = { (uint64_t)w->id, w->width, w->height,
		w->sets };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		key = (key ^ parts[i]) * 1099511628211u;
	return key;
}

static struct slot *
least_recent(struct decoder *d)
{
	struct slot *oldest = NULL;

	for (size_t i = 0; i < d->cfg.contexts; i++) {
		struct slot *s = &d->slots[i];

		if (s->ctx != NULL &&
		    (oldest == NULL || s->used < oldest->used))
			oldest = s;
	}
	return oldest;
}

/* Closes what is least recently used until `pixels` more fit. */
static void
make_room(struct decoder *d, uint64_t pixels)
{
	for (;;) {
		uint64_t sum = pixels;

		for (size_t i = 0; i < d->cfg.contexts; i++)
			sum += d->slots[i].pixels;

		struct slot *oldest = least_recent(d);

		if (oldest == NULL || (d->stats.open < d->cfg.contexts &&
					  sum <= d->cfg.pool_pixels))
			return;
		slot_close(d, oldest);
	}
}

/* A decoder for the unit, from the pool or new; NULL when none can be had. */
static struct slot *
slot_get(struct decoder *d, const struct want *w)
{
	uint64_t key = key_of(w);
	struct slot *free_slot = NULL;

	for (size_t i = 0; i < d->cfg.contexts; i++)
		if (d->slots[i].ctx != NULL && d->slots[i].key == key)
			return &d->slots[i];
	make_room(d, (uint64_t)w->width * w->height);
	for (size_t i = 0; i < d->cfg.contexts && free_slot == NULL; i++)
		if (d->slots[i].ctx == NULL)
			free_slot = &d->slots[i];
	return free_slot != NULL && slot_open(d, free_slot, w, key) ? free_slot
								    : NULL;
}

static void
keep_bytes(void *opaque, uint8_t *bytes)
{
	(void)opaque; /* the link's reader owns them */
	(void)bytes;
}

/* Send so often, drain, keep the first picture. False: there was none. */
static bool
run_times(struct decoder *d, AVCodecContext *ctx, const struct want *w,
    unsigned times)
{
	AVPacket *p = d->packet;
	bool got = false;

	p->buf = av_buffer_create((uint8_t *)(uintptr_t)w->packet.p,
	    w->packet.n + DECODER_PADDING, keep_bytes, NULL, 0);
	if (p->buf == NULL)
		return false;
	p->data = p->buf->data;
	p->size = (int)w->packet.n;
	p->flags = AV_PKT_FLAG_KEY;
	while (times-- > 0 && !got && avcodec_send_packet(ctx, p) >= 0)
		got = avcodec_receive_frame(ctx, d->frame) >= 0;
	avcodec_send_packet(ctx, NULL);
	av_packet_unref(p);
	while (avcodec_receive_frame(ctx, got ? d->extra : d->frame) >= 0)
		got = true;
	av_frame_unref(d->extra);
	return got;
}

/* A field without its other (some cameras send each as a unit) comes out only
 * when two more have shown that it stays alone. */
static bool
run(struct decoder *d, AVCodecContext *ctx, const struct want *w)
{
	if (run_times(d, ctx, w, 1))
		return true;
	if (!w->field)
		return false;
	avcodec_flush_buffers(ctx);
	return run_times(d, ctx, w, 3);
}

static bool
is_full_range(const AVFrame *f)
{
	return f->color_range == AVCOL_RANGE_JPEG ||
	       f->format == AV_PIX_FMT_YUVJ420P ||
	       f->format == AV_PIX_FMT_YUVJ422P ||
	       f->format == AV_PIX_FMT_YUVJ444P ||
	       f->format == AV_PIX_FMT_YUVJ440P ||
	       f->format == AV_PIX_FMT_YUVJ411P;
}

/* Planar YUV or grey in this machine's byte order: the measures read it where
 * it is. */
static bool
is_plain(const AVPixFmtDescriptor *desc)
{
	if (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
			      AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE |
			      AV_PIX_FMT_FLAG_FLOAT))
		return false;
	if (desc->nb_components == 2 || desc->log2_chroma_h > 1 ||
	    desc->log2_chroma_w > 2)
		return false;
	for (int i = 0; i < desc->nb_components; i++) {
		const AVComponentDescriptor *c = &desc->comp[i];

		if (c->plane != i || c->shift != 0 || c->offset != 0 ||
		    c->depth < 8 || c->step != (c->depth > 8 ? 2 : 1))
			return false;
	}
	return true;
}

static void
view_plain(const AVFrame *f, const AVPixFmtDescriptor *desc,
    struct picture_view *v)
{
	int planes = desc->nb_components >= 3 ? 3 : 1;

	for (int i = 0; i < planes; i++) {
		v->plane[i] = f->data[i];
		v->stride[i] = f->linesize[i];
	}
	v->depth = (uint8_t)desc->comp[0].depth;
	v->chroma_shift_x = desc->log2_chroma_w;
	v->chroma_shift_y = desc->log2_chroma_h;
	v->full_range = is_full_range(f);
}

/* One row of component c as 8-bit values at luma resolution. */
static void
read_row(const AVFrame *f, const AVPixFmtDescriptor *desc, int y, int c,
    uint16_t *wide, uint8_t *out)
{
	bool chroma =
	    (c == 1 || c == 2) && !(desc->flags & AV_PIX_FMT_FLAG_RGB);
	int sx = chroma ? desc->log2_chroma_w : 0;
	int sy = chroma ? desc->log2_chroma_h : 0;
	bool pal = desc->flags & AV_PIX_FMT_FLAG_PAL;
	int depth = pal ? 8 : desc->comp[c].depth;
	int w = -((-f->width) >> sx);

	av_read_image_line2(wide, (const uint8_t **)(uintptr_t)f->data,
	    f->linesize, desc, 0, y >> sy, c, w, pal, 2);
	for (int x = 0; x < f->width; x++) {
		unsigned v = wide[x >> sx];

		out[x] = (uint8_t)(depth >= 8 ? v >> (depth - 8)
					      : v * 255u / ((1u << depth) - 1));
	}
}

/* R, G, B rows -> Y, U, V rows in place, full range (ITU-R BT.601). */
static void
rgb_to_yuv(uint8_t *r, uint8_t *g, uint8_t *b, int width)
{
	for (int x = 0; x < width; x++) {
		int red = r[x], green = g[x], blue = b[x];

		r[x] = (uint8_t)((77 * red + 150 * green + 29 * blue) >> 8);
		g[x] = (uint8_t)(((-43 * red - 84 * green + 127 * blue) >> 8) +
				 128);
		b[x] = (uint8_t)(((127 * red - 106 * green - 21 * blue) >> 8) +
				 128);
	}
}

/* Any other layout (RGB, palette, packed): into planes of our own, 8 bits,
 * 4:4:4. Slow, and only still-picture sources send it. */
static bool
view_unpacked(struct decoder *d, const AVPixFmtDescriptor *desc,
    struct picture_view *v)
{
	const AVFrame *f = d->frame;
	size_t plane = (size_t)f->width * (size_t)f->height;
	bool rgb = desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
	uint16_t *wide;

	if ((desc->flags & (AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_HWACCEL)))
		return false;
	d->unpacked = malloc(plane * 3);
	wide = malloc((size_t)f->width * sizeof(*wide));
	if (d->unpacked == NULL || wide == NULL) {
		free(wide);
		return false;
	}
	for (int y = 0; y < f->height; y++) {
		uint8_t *row = d->unpacked + (size_t)y * (size_t)f->width;

		for (int c = 0; c < 3; c++)
			read_row(f, desc, y,
			    desc->nb_components >= 3 || rgb ? c : 0, wide,
			    row + (size_t)c * plane);
		if (rgb)
			rgb_to_yuv(row, row + plane, row + 2 * plane, f->width);
	}
	free(wide);
	for (size_t i = 0; i < (desc->nb_components >= 3 || rgb ? 3 : 1); i++) {
		v->plane[i] = d->unpacked + i * plane;
		v->stride[i] = f->width;
	}
	v->depth = 8;
	v->full_range = rgb || is_full_range(f);
	return true;
}

static bool
view(struct decoder *d, struct picture_view *view_out)
{
	const AVFrame *f = d->frame;
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
	struct picture_view v = { .width = (uint32_t)f->width,
		.height = (uint32_t)f->height };

	if (desc == NULL || f->width <= 0 || f->height <= 0 ||
	    f->data[0] == NULL)
		return false;
	if (is_plain(desc))
		view_plain(f, desc, &v);
	else if (!view_unpacked(d, desc, &v))
		return false;
	*view_out = v;
	return true;
}

/* The damage word; SAMPLE_UNDECODABLE when next to nothing was decoded. */
static enum sample_result
judge_damage(const AVFrame *f, uint32_t *damage)
{
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(f->format);
	unsigned missing = desc != NULL ? missing_percent(f, desc) : 0;
	bool intra = f->pict_type == AV_PICTURE_TYPE_I ||
		     f->pict_type == AV_PICTURE_TYPE_NONE;

	*damage |= (uint32_t)f->decode_error_flags & DECODER_DAMAGE_FLAGS;
	if (missing > 0)
		*damage |= DECODER_DAMAGE_BLOCKS;
	if (!intra) /* what it lacks is ours to know, no damage */
		return SAMPLE_NO_KEYFRAME;
	if (missing > MISSING_MAX_PERCENT)
		return SAMPLE_UNDECODABLE;
	return *damage != 0 ? SAMPLE_DAMAGED : SAMPLE_OK;
}

static bool
too_large(const struct decoder *d, uint32_t width, uint32_t height)
{
	return width > LIMIT_SIDE || height > LIMIT_SIDE ||
	       (uint64_t)width * height > d->cfg.max_pixels;
}

/* Whether there is memory for what such a picture takes several times over.
 * Without it nothing is said of the camera. */
static bool
has_memory(const struct want *w)
{
	void *volatile some =
	    malloc((1u << 20) + (size_t)w->width * w->height * 4);

	free(some);
	return some != NULL;
}

static enum sample_result
undecodable(const struct want *w)
{
	return has_memory(w) ? SAMPLE_UNDECODABLE : SAMPLE_BUSY;
}

enum sample_result
decoder_decode(struct decoder *d, const struct decoder_unit *unit,
    struct picture_view *view_out, uint32_t *damage_out)
{
	struct want w;
	struct slot *s;
	enum sample_result result;

	decoder_release(d);
	d->stats.units++;
	if (!look(d, unit, &w))
		return SAMPLE_UNDECODABLE;
	if (unit->codec == CODEC_H264 && !unit_is_intra(w.packet))
		return SAMPLE_NO_KEYFRAME;
	if (too_large(d, w.width, w.height))
		return SAMPLE_TOO_LARGE;
	s = slot_get(d, &w);
	if (s == NULL)
		return undecodable(&w);
	s->used = d->stats.units;
	if (run(d, s->ctx, &w)) {
		result = judge_damage(d->frame, &w.damage);
		if (too_large(d, (uint32_t)d->frame->width,
			(uint32_t)d->frame->height))
			result = SAMPLE_TOO_LARGE;
	} else {
		result = undecodable(&w);
	}
	/* A context that saw an error may carry it on; so may an old one, and
	 * one whose next unit may leave out what this one set. */
	if (result != SAMPLE_OK || w.lonely || ++s->jobs >= DECODER_JOBS)
		slot_close(d, s);
	else
		avcodec_flush_buffers(s->ctx);
	if (result > SAMPLE_DAMAGED)
		return result;
	if (!view(d, view_out))
		return undecodable(&w);
	*damage_out = w.damage;
	return result;
}

void
decoder_release(struct decoder *d)
{
	av_frame_unref(d->frame);
	free(d->unpacked);
	d->unpacked = NULL;
}

void
decoder_stats(const struct decoder *d, struct decoder_stats *out)
{
	*out = d->stats;
}

void
decoder_config_defaults(struct decoder_config *config_out)
{
	*config_out = (struct decoder_config){ .max_pixels = LIMIT_PIXELS,
		.contexts = 16,
		.pool_pixels = 48000000 };
}

static void
log_nothing(void *avcl, int level, const char *format, va_list ap)
{
	(void)avcl; /* hostile input makes endless lines; results tell */
	(void)level;
	(void)format;
	(void)ap;
}

void
decoder_warm(void)
{
	const enum AVCodecID first[] = { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,
		AV_CODEC_ID_MJPEG, AV_CODEC_ID_MPEG4 };
	const size_t count = sizeof(first) / sizeof(first[0]);

	av_log_set_callback(log_nothing);
	av_max_alloc(ALLOC_MAX);
	for (size_t i = 0; i < count + OTHERS; i++) {
		const AVCodec *codec = avcodec_find_decoder(
		    i < count ? first[i] : others[i - count]);
		AVCodecContext *ctx = avcodec_alloc_context3(codec);

		if (ctx != NULL && codec != NULL) {
			ctx->thread_count = 1;
			avcodec_open2(ctx, codec, NULL);
		}
		avcodec_free_context(&ctx);
	}
}

static bool
make_parser_ctx(struct decoder *d, enum codec codec, enum AVCodecID id)
{
	d->parser_ctx[codec] = avcodec_alloc_context3(avcodec_find_decoder(id));
	return d->parser_ctx[codec] != NULL;
}

void
decoder_limit(struct decoder *d, uint32_t max_pixels)
{
	if (max_pixels == 0 || max_pixels > LIMIT_PIXELS)
		max_pixels = LIMIT_PIXELS;
	if (max_pixels < d->cfg.max_pixels) /* open ones allow more */
		for (size_t i = 0; i < DECODER_CONTEXTS_MAX; i++)
			slot_close(d, &d->slots[i]);
	d->cfg.max_pixels = max_pixels;
}

struct decoder *
decoder_new(const struct decoder_config *config)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->cfg = *config;
	if (d->cfg.contexts < 1)
		d->cfg.contexts = 1;
	if (d->cfg.contexts > DECODER_CONTEXTS_MAX)
		d->cfg.contexts = DECODER_CONTEXTS_MAX;
	decoder_limit(d, config->max_pixels);
	d->packet = av_packet_alloc();
	d->frame = av_frame_alloc();
	d->extra = av_frame_alloc();
	if (d->packet == NULL || d->frame == NULL || d->extra == NULL ||
	    !make_parser_ctx(d, CODEC_H264, AV_CODEC_ID_H264) ||
	    !make_parser_ctx(d, CODEC_H265, AV_CODEC_ID_HEVC) ||
	    !make_parser_ctx(d, CODEC_MPEG4, AV_CODEC_ID_MPEG4))
		decoder_free(&d);
	return d;
}

void
decoder_free(struct decoder **dp)
{
	struct decoder *d = *dp;

	*dp = NULL;
	if (d == NULL)
		return;
	for (size_t i = 0; i < DECODER_CONTEXTS_MAX; i++)
		slot_close(d, &d->slots[i]);
	for (int i = 0; i < CODEC_COUNT; i++)
		avcodec_free_context(&d->parser_ctx[i]);
	av_packet_free(&d->packet);
	av_frame_free(&d->frame);
	av_frame_free(&d->extra);
	free(d->unpacked);
	free(d);
}
