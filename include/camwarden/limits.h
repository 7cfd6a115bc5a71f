/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limits.h: the hard limits that every process compiles against. A limit here
 * bounds hostile input; tuning values live in the configuration. */
#ifndef CAMWARDEN_LIMITS_H
#define CAMWARDEN_LIMITS_H

#define LIMIT_FEEDS 16384u  /* per monitor */
#define LIMIT_PLACES 16384u /* of sites, and of devices, in a list */
#define LIMIT_PROBES 64u    /* of one role */
#define LIMIT_SHARDS 256u

#define LIMIT_NAME_BYTES 256u /* name of a site, device or feed */
#define LIMIT_URL_BYTES 1024u
#define LIMIT_HOST_BYTES 256u
#define LIMIT_CREDENTIAL_BYTES 256u
#define LIMIT_DETAIL_BYTES 200u /* evidence text on the wire */
#define LIMIT_ADDRESSES 8u	/* of one name */

#define LIMIT_RTSP_HEADER_BYTES (16u << 10) /* whole header block */
#define LIMIT_RTSP_BODY_BYTES (64u << 10)
#define LIMIT_SDP_BYTES (16u << 10)
#define LIMIT_SDP_MEDIA 64u
#define LIMIT_NAL_BYTES (4u << 20)
#define LIMIT_AU_BYTES (8u << 20)
#define LIMIT_AU_SLICES 2048u /* one a packet: 3 MB */
#define LIMIT_PARAMETER_SET_BYTES 1024u
#define LIMIT_PIXELS 36000000u /* of one picture */
#define LIMIT_SIDE 16384u      /* width or height */
#define LIMIT_REDIRECTS 5u

#define LIMIT_MESSAGE_BYTES (4u << 20) /* one wire message */
#define LIMIT_CHUNK_BYTES (48u << 10)  /* one packet of the picture link */
#define LIMIT_PNG_BYTES (512u << 10)

#endif
