/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_url.h: the text of an rtsp:// or rtsps:// URL -> its parts, and the text
 * that goes into request lines. PURE. Input hostile (configuration, Location,
 * Content-Base). Does not resolve names. RFC 2326 s3.2, RFC 3986. */
#ifndef PROBES_STREAM_PROTO_RTSP_URL_H
#define PROBES_STREAM_PROTO_RTSP_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/wire.h"
#include "probes/stream/proto/parse.h"

struct rtsp_url {
	bool tls;	  /* rtsps:// */
	bool literal;	  /* host is an IPv4 or IPv6 address */
	bool credentials; /* user[:password]@ was given */
	bool port_given;
	uint16_t port;		     /* given, or 554 (rtsp), 322 (rtsps) */
	struct wire_address address; /* when literal */
	char host[LIMIT_HOST_BYTES]; /* lower case, without brackets */
	char user[LIMIT_CREDENTIAL_BYTES]; /* percent-decoded bytes */
	char password[LIMIT_CREDENTIAL_BYTES];
	char text[LIMIT_URL_BYTES]; /* scheme://host[:port]/path?query, without
				     * credentials: never a secret of ours */
	uint16_t path_at;	    /* offset of the path within text */
};

/* PARSE_DONE or PARSE_BAD, then *why_out is a static sentence. Split at the
 * last '@' before the path; user and password percent-decoded after that. */
enum parse_result rtsp_url_parse(struct span text, struct rtsp_url *url_out,
    const char **why_out);

/* Base + control as servers in the field expect it: text concatenated, not
 * resolved (RTSP.md section 3). `dialled` gives scheme, host and port, always;
 * base may be a full URL, a path or broken; control may be absolute, relative,
 * "*" or empty. False when it doesn't fit into LIMIT_URL_BYTES. */
bool rtsp_url_join(const struct rtsp_url *dialled, struct span base,
    struct span control, char out[LIMIT_URL_BYTES]);

#endif
