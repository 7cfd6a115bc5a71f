/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/sdp.h"

#include <string.h>

#define ORPHANS 8

struct orphan { /* a=fmtp whose payload type no m= has named so far */
	uint8_t payload_type;
	struct span fmtp;
};

struct parse {
	struct sdp *sdp;
	struct sdp_track *track; /* of the last m=, NULL before the first */
	struct orphan orphans[ORPHANS];
	unsigned orphan_count;
	bool overflow; /* more m= lines than we keep: skip their lines */
};

static enum codec
codec_of(struct span name)
{
	static const struct {
		const char *name;
		enum codec codec;
	} codecs[] = { { "H264", CODEC_H264 }, { "H265", CODEC_H265 },
		{ "HEVC", CODEC_H265 }, { "JPEG", CODEC_MJPEG },
		{ "MP4V-ES", CODEC_MPEG4 } };

	name = span_trim(name);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++)
		if (span_equal(name, codecs[i].name))
			return codecs[i].codec;
	return CODEC_OTHER;
}

static struct sdp_format *
find_format(struct sdp_track *t, uint32_t payload_type)
{
	for (unsigned i = 0; i < t->format_count; i++)
		if (t->formats[i].payload_type == payload_type)
			return &t->formats[i];
	return NULL;
}

static struct sdp_format *
add_format(struct sdp_track *t, uint32_t payload_type)
{
	struct sdp_format *f = find_format(t, payload_type);

	if (f != NULL)
		return f;
	if (payload_type > 127 || t->format_count == SDP_FORMATS)
		return NULL;
	f = &t->formats[t->format_count++];
	*f = (struct sdp_format){ .payload_type = (uint8_t)payload_type,
		.codec = CODEC_OTHER };
	if (payload_type == 26) { /* RFC 3551 table 5: JPEG, 90 kHz */
		f->codec = CODEC_MJPEG;
		f->clock_rate = 90000;
	}
	return f;
}

/* m=video 0 RTP/AVP 96 97 */
static void
on_media(struct parse *p, struct span value)
{
	if (p->sdp->track_count == LIMIT_SDP_MEDIA) {
		p->overflow = true;
		return;
	}
	p->track = &p->sdp->tracks[p->sdp->track_count++];
	*p->track = (struct sdp_track){ 0 };
	p->track->type = span_trim(span_cut(&value, ' '));
	span_cut(&value, ' '); /* port */
	span_cut(&value, ' '); /* proto */
	while (value.n > 0) {
		struct span word = span_cut(&value, ' ');
		uint32_t pt;

		if (span_number(word, &pt))
			add_format(p->track, pt);
	}
}

/* a=rtpmap:96 H264/90000 */
static void
on_rtpmap(struct parse *p, struct span value)
{
	uint32_t pt;

	value = span_trim(value);

	struct span number = span_cut(&value, ' ');

	if (p->track == NULL || !span_number(number, &pt))
		return;

	struct sdp_format *f = add_format(p->track, pt);

	if (f == NULL)
		return;
	value = span_trim(value);
	f->codec = codec_of(span_cut(&value, '/'));
	f->clock_rate = 0;
	span_number(value, &f->clock_rate);
}

static struct sdp_format *
find_anywhere(struct sdp *sdp, uint32_t pt)
{
	for (uint32_t i = 0; i < sdp->track_count; i++) {
		struct sdp_format *f = find_format(&sdp->tracks[i], pt);

		if (f != NULL)
			return f;
	}
	return NULL;
}

/* a=fmtp:96 key=value; ... ; may stand under the wrong m= */
static void
on_fmtp(struct parse *p, struct span value)
{
	uint32_t pt;

	value = span_trim(value);

	struct span number = span_cut(&value, ' ');

	if (!span_number(number, &pt) || pt > 127)
		return;

	struct sdp_format *f =
	    p->track != NULL ? find_format(p->track, pt) : NULL;

	if (f == NULL)
		f = find_anywhere(p->sdp, pt);
	if (f != NULL && f->fmtp.n == 0)
		f->fmtp = span_trim(value);
	else if (f == NULL && p->orphan_count < ORPHANS)
		p->orphans[p->orphan_count++] =
		    (struct orphan){ (uint8_t)pt, span_trim(value) };
}

static void
on_attribute(struct parse *p, struct span value)
{
	struct span name = span_trim(span_cut(&value, ':'));

	if (span_equal(name, "control")) {
		struct span *where =
		    p->track ? &p->track->control : &p->sdp->control;

		if (where->n == 0)
			*where = span_trim(value);
	} else if (span_equal(name, "rtpmap")) {
		on_rtpmap(p, value);
	} else if (span_equal(name, "fmtp")) {
		on_fmtp(p, value);
	} else if (span_equal(name, "tool")) {
		p->sdp->tool = span_trim(value);
	} else if (span_equal(name, "sendonly") && p->track != NULL) {
		p->track->sendonly = true;
	}
}

static void
on_line(struct parse *p, struct span line)
{
	if (line.n < 2 || line.p[1] != '=')
		return;

	struct span value = { line.p + 2, line.n - 2 };

	if (line.p[0] == 'm')
		on_media(p, value);
	else if (p->overflow)
		return;
	else if (line.p[0] == 'a')
		on_attribute(p, value);
	else if (line.p[0] == 's' && p->sdp->name.n == 0)
		p->sdp->name = span_trim(value);
}

void
sdp_parse(struct span body, struct sdp *sdp)
{
	struct parse p = { .sdp = sdp };

	sdp->control = sdp->tool = sdp->name = (struct span){ 0 };
	sdp->track_count = 0;
	if (body.n > LIMIT_SDP_BYTES)
		body.n = LIMIT_SDP_BYTES;
	while (body.n > 0)
		on_line(&p, span_trim(span_cut(&body, '\n')));
	for (unsigned i = 0; i < p.orphan_count; i++) {
		struct sdp_format *f =
		    find_anywhere(sdp, p.orphans[i].payload_type);

		if (f != NULL && f->fmtp.n == 0)
			f->fmtp = p.orphans[i].fmtp;
	}
}

static bool
is_ours(const struct sdp_track *t)
{
	for (unsigned i = 0; i < t->format_count; i++)
		if (t->formats[i].codec != CODEC_OTHER)
			return true;
	return false;
}

const struct sdp_track *
sdp_choose(const struct sdp *sdp, enum reason *reason_out)
{
	const struct sdp_track *best = NULL;

	*reason_out = REASON_SDP_NO_VIDEO;
	for (uint32_t i = 0; i < sdp->track_count; i++) {
		const struct sdp_track *t = &sdp->tracks[i];

		if (!span_equal(t->type, "video"))
			continue;
		if (!is_ours(t)) {
			*reason_out = REASON_CODEC_UNSUPPORTED;
			continue;
		}
		if (best == NULL || (best->sendonly && !t->sendonly))
			best = t;
	}
	return best;
}

bool
sdp_needs_all(const struct sdp *sdp, struct span server)
{
	return span_starts(sdp->name, "H264DVR") ||
	       span_starts(sdp->tool, "H264DVR") ||
	       span_starts(server, "H264DVR");
}

static bool
is_old(struct span tool)
{
	static const char prefix[] = "LIVE555 Streaming Media v";
	static const char fixed[] = "2017.06.04";
	const size_t at = sizeof(prefix) - 1, n = sizeof(fixed) - 1;

	return span_starts(tool, prefix) && tool.n >= at + n &&
	       memcmp(tool.p + at, fixed, n) < 0;
}

bool
sdp_is_old_live555(const struct sdp *sdp, struct span server)
{
	return is_old(sdp->tool) || is_old(server);
}
