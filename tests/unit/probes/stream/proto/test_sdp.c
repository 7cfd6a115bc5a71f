/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/proto/rtsp_transport.h"
#include "probes/stream/proto/sdp.h"

static struct sdp sdp;

static void
test_choose(void **state)
{
	static const struct {
		const char *body;
		enum reason reason; /* NONE: chosen */
		const char *control;
		unsigned payload_type;
		enum codec codec;
		const char *fmtp;
	} cases[] = {
		{ "v=0\r\ns=x\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n"
		  "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
		  "a=control:trackID=1\r\n",
		    REASON_NONE, "trackID=1", 96, CODEC_H264,
		    "packetization-mode=1" },
		/* LF only, trailing blanks, several s=, broken o= */
		{ "o=\ns=\ns=a\nm=audio 0 RTP/AVP 0\na=control:a\n"
		  "m=video 0 RTP/AVP 98 \na=rtpmap:98 H265/90000  \n"
		  "a=sendonly\na=control:v \n",
		    REASON_NONE, "v", 98, CODEC_H265, "" },
		/* Bosch: H.264 on a payload type of the static range */
		{ "m=video 0 RTP/AVP 35\na=rtpmap:35 H264/90000\n", REASON_NONE,
		    "", 35, CODEC_H264, "" },
		{ "m=video 0 RTP/AVP 26\n", REASON_NONE, "", 26, CODEC_MJPEG,
		    "" },
		/* rtpmap beats the static table */
		{ "m=video 0 RTP/AVP 26\na=rtpmap:26 H264/90000\n", REASON_NONE,
		    "", 26, CODEC_H264, "" },
		/* fmtp under the wrong media, before its own */
		{ "m=application 0 smart/1/90000\na=fmtp:96 x=1\n"
		  "m=vana\nm=video 0 RTP/AVP 96\na=rtpmap:96 h264/90000\n"
		  "a=fmtp:96\n",
		    REASON_NONE, "", 96, CODEC_H264, "x=1" },
		/* a backchannel comes first */
		{ "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
		  "a=control:back\na=sendonly\n"
		  "m=video 0 RTP/AVP 97\na=rtpmap:97 H264/90000\n"
		  "a=control:cam\n",
		    REASON_NONE, "cam", 97, CODEC_H264, "" },
		{ "m=audio 0 RTP/AVP 0\n", REASON_SDP_NO_VIDEO },
		{ "", REASON_SDP_NO_VIDEO },
		{ "m=video 0 RTP/AVP 96\na=rtpmap:96 VP8/90000\n",
		    REASON_CODEC_UNSUPPORTED },
		{ "m=video 0 RTP/AVP 96\n", REASON_CODEC_UNSUPPORTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum reason reason;

		sdp_parse(span_of(cases[i].body), &sdp);

		const struct sdp_track *t = sdp_choose(&sdp, &reason);

		if (cases[i].reason != REASON_NONE) {
			assert_null(t);
			assert_int_equal(reason, cases[i].reason);
			continue;
		}
		assert_non_null(t);
		assert_true(span_equal(t->control, cases[i].control));
		assert_int_equal(t->formats[0].payload_type,
		    cases[i].payload_type);
		assert_int_equal(t->formats[0].codec, cases[i].codec);
		assert_true(span_equal(t->formats[0].fmtp, cases[i].fmtp));
	}
}

static void
test_quirks(void **state)
{
	(void)state;
	sdp_parse(span_of("s=H264DVR 1.0\nm=video 0 RTP/AVP 96\n"), &sdp);
	assert_true(sdp_needs_all(&sdp, span_of("")));
	sdp_parse(span_of("a=tool:LIVE555 Streaming Media v2016.01.02\n"),
	    &sdp);
	assert_true(sdp_is_old_live555(&sdp, span_of("")));
	assert_false(sdp_needs_all(&sdp, span_of("")));
	assert_true(sdp_needs_all(&sdp, span_of("H264DVR 1.0")));
	sdp_parse(span_of("a=tool:LIVE555 Streaming Media v2017.06.04\n"),
	    &sdp);
	assert_false(sdp_is_old_live555(&sdp, span_of("")));
}

static void
test_many_media(void **state)
{
	char *body = malloc(64 * 400);
	size_t n = 0;
	enum reason reason;

	(void)state;
	for (int i = 0; i < 400; i++)
		n += (size_t)sprintf(body + n,
		    "m=audio 0 RTP/AVP 0\na=control:%d\n", i);
	sdp_parse((struct span){ (uint8_t *)body, n }, &sdp);
	assert_int_equal(sdp.track_count, LIMIT_SDP_MEDIA);
	assert_null(sdp_choose(&sdp, &reason));
	free(body);
}

static void
test_transport(void **state)
{
	static const struct {
		const char *in;
		struct rtsp_transport out;
	} cases[] = {
		{ "RTP/AVP/TCP;unicast;interleaved=0-1",
		    { .tcp = true, .has_channels = true, .rtcp_channel = 1 } },
		/* chan_shift */
		{ "RTP/AVP/TCP;unicast;interleaved=10-11;ssrc=0000ABCD",
		    { .tcp = true,
			.has_channels = true,
			.rtp_channel = 10,
			.rtcp_channel = 11,
			.has_ssrc = true,
			.ssrc = 0xabcd } },
		/* chan_single */
		{ "RTP/AVP/TCP;interleaved=4", { .tcp = true,
						   .has_channels = true,
						   .rtp_channel = 4,
						   .rtcp_channel = 5 } },
		/* chan_swapped */
		{ "RTP/AVP/TCP;interleaved=1-0",
		    { .tcp = true, .has_channels = true, .rtp_channel = 1 } },
		/* without /TCP, blanks, odd order */
		{ "unicast; interleaved=2-3 ;RTP/AVP; ssrc= 1f",
		    { .tcp = true,
			.has_channels = true,
			.rtp_channel = 2,
			.rtcp_channel = 3,
			.has_ssrc = true,
			.ssrc = 0x1f } },
		/* chan_missing */
		{ "RTP/AVP/TCP;unicast", { .tcp = true } },
		{ "RTP/AVP;unicast;client_port=1-2;server_port=5000-5001",
		    { .has_server_port = true,
			.server_rtp = 5000,
			.server_rtcp = 5001 } },
		{ "RTP/AVP;multicast;ssrc=zz;server_port=99999",
		    { .multicast = true } },
		{ "RTP/AVP/TCP;interleaved=256-257;interleaved=,x",
		    { .tcp = true } },
		{ "", { 0 } },
		{ ";;=;,;interleaved=1", { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_transport t;

		rtsp_transport_parse(span_of(cases[i].in), &t);
		assert_memory_equal(&t, &cases[i].out, sizeof(t));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_quirks),
		cmocka_unit_test(test_many_media),
		cmocka_unit_test(test_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
