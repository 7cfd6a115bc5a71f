/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtcp.h: compound RTCP packets (RFC 3550 s6) -> the sender report and BYE of
 * one source; and the receiver report with CNAME that we send. Pure, hostile
 * input.
 */
#ifndef PROBES_STREAM_PROTO_RTCP_H
#define PROBES_STREAM_PROTO_RTCP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

#define RTCP_REPORT_BYTES 64

struct rtcp_news {
	bool sender_report;
	bool bye;      /* of `ssrc`, or of anybody when it is not known */
	uint32_t ssrc; /* of the report */
	uint64_t ntp;  /* 32.32 since 1900, as sent */
	uint32_t rtp_time;
};

/* What a receiver report says about the source (RFC 3550 s6.4.1). */
struct rtcp_report {
	uint32_t own_ssrc;
	uint32_t ssrc;
	uint8_t fraction;
	uint32_t lost;	  /* 24 bits, clamped */
	uint32_t highest; /* extended sequence number */
	uint32_t last_sr;
	uint32_t delay_sr; /* 1/65536 s */
};

/* True when it looks like RTCP: version 2, type 200..204. */
bool rtcp_is(struct span packet);
/* Reads what it can; false when nothing in it could be read. known_ssrc is
 * looked at only with has_ssrc. */
bool rtcp_parse(struct span packet, bool has_ssrc, uint32_t known_ssrc,
    struct rtcp_news *news_out);
/* NTP 32.32 -> Unix microseconds; false for zero and times before 1970. */
bool rtcp_ntp_unix_us(uint64_t ntp, int64_t *us_out);
/* RR + SDES(CNAME); returns the bytes written. No name of host or user. */
unsigned rtcp_report(const struct rtcp_report *r,
    uint8_t out[RTCP_REPORT_BYTES]);

#endif
