/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtcp.h"

#include <string.h>

#define TYPE_SR 200
#define TYPE_RR 201
#define TYPE_SDES 202
#define TYPE_BYE 203
#define NTP_UNIX_S 2208988800u /* 1900 -> 1970 */

bool
rtcp_is(struct span p)
{
	return p.n >= 4 && p.p[0] >> 6 == 2 && p.p[1] >= 200 && p.p[1] <= 204;
}

static void
read_sr(struct reader r, bool has_ssrc, uint32_t known, struct rtcp_news *news)
{
	uint32_t ssrc = reader_be32(&r);
	uint64_t ntp = reader_be64(&r);
	uint32_t rtp_time = reader_be32(&r);

	if (r.bad || (has_ssrc && ssrc != known))
		return;
	news->sender_report = true;
	news->ssrc = ssrc;
	news->ntp = ntp;
	news->rtp_time = rtp_time;
}

static void
read_bye(struct reader r, unsigned count, bool has_ssrc, uint32_t known,
    struct rtcp_news *news)
{
	for (; count && !r.bad; count--) {
		uint32_t ssrc = reader_be32(&r);

		if (!r.bad && (!has_ssrc || ssrc == known))
			news->bye = true;
	}
}

bool
rtcp_parse(struct span packet, bool has_ssrc, uint32_t known_ssrc,
    struct rtcp_news *news_out)
{
	struct reader r = reader_of(packet.p, packet.n);
	struct rtcp_news news = { 0 };
	bool any = false;

	while (reader_left(&r) >= 4) {
		uint8_t first = reader_u8(&r);
		uint8_t type = reader_u8(&r);
		size_t bytes = reader_be16(&r) * 4u;
		struct span body;

		if (first >> 6 != 2)
			break;
		if (bytes > reader_left(&r)) /* lying length: what there is */
			bytes = reader_left(&r);
		body = reader_span(&r, bytes);
		any = true;
		if (type == TYPE_SR)
			read_sr(reader_of(body.p, body.n), has_ssrc, known_ssrc,
			    &news);
		else if (type == TYPE_BYE)
			read_bye(reader_of(body.p, body.n), first & 31,
			    has_ssrc, known_ssrc, &news);
	}
	if (any)
		*news_out = news;
	return any;
}

bool
rtcp_ntp_unix_us(uint64_t ntp, int64_t *us_out)
{
	uint32_t seconds = (uint32_t)(ntp >> 32);
	uint64_t fraction = ntp & 0xffffffff;

	if (seconds < NTP_UNIX_S)
		return false;
	*us_out = (int64_t)(seconds - NTP_UNIX_S) * 1000000 +
		  (int64_t)((fraction * 1000000) >> 32);
	return true;
}

/* SDES with one CNAME chunk, padded to words: 4 + 4 + 2 + 11 + 1..4 zeros */
static void
put_cname(struct writer *w, uint32_t ssrc)
{
	static const char hex[] = "0123456789abcdef";
	char name[11] = "cw-";
	int i;

	for (i = 0; i < 8; i++)
		name[3 + i] = hex[ssrc >> (28 - 4 * i) & 15];
	writer_u8(w, 0x81);
	writer_u8(w, TYPE_SDES);
	writer_be16(w, 5);
	writer_be32(w, ssrc);
	writer_u8(w, 1);
	writer_u8(w, sizeof(name));
	writer_bytes(w, name, sizeof(name));
	writer_bytes(w, "\0\0\0", 3);
}

unsigned
rtcp_report(const struct rtcp_report *r, uint8_t out[RTCP_REPORT_BYTES])
{
	struct writer w = writer_of(out, RTCP_REPORT_BYTES);

	writer_u8(&w, 0x81);
	writer_u8(&w, TYPE_RR);
	writer_be16(&w, 7);
	writer_be32(&w, r->own_ssrc);
	writer_be32(&w, r->ssrc);
	writer_be32(&w, (uint32_t)r->fraction << 24 |
			    (r->lost > 0x7fffff ? 0x7fffff : r->lost));
	writer_be32(&w, r->highest);
	writer_be32(&w, 0); /* jitter: arrivals are batched, none is measured */
	writer_be32(&w, r->last_sr);
	writer_be32(&w, r->delay_sr);
	put_cname(&w, r->own_ssrc);
	return (unsigned)writer_length(&w);
}
