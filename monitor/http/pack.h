/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.h: bytes -> gzip (RFC 1952), quickly rather than small, and never for
 * more than a share of each second: who asks for much gets it as it is. Of the
 * web process.
 */
#ifndef MONITOR_HTTP_PACK_H
#define MONITOR_HTTP_PACK_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;

#define PACK_SHARE_US 250000 /* of a second */

/* In place. False: it is as it was, no time (or memory) was left. */
bool pack_evbuffer(struct evbuffer *body);
/* out_out is given: free it. Takes its time whatever was used before: for what
 * is shared by many. */
bool pack_bytes(const void *bytes, size_t length, char **out_out,
    size_t *length_out);

#endif
