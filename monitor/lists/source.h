/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.h: what Frigate, MediaMTX and go2rtc write where a stream comes from
 * -> a URL that camwarden opens, another stream's name, or why it is neither;
 * and what stands for a secret of theirs -> the secret. PURE; hostile input.
 * Private to this room.
 */
#ifndef MONITOR_LISTS_SOURCE_H
#define MONITOR_LISTS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/lists/lists.h"

enum source_kind { SOURCE_URL, SOURCE_STREAM, SOURCE_OTHER };

struct source {
	enum source_kind kind;
	char text[LIMIT_URL_BYTES]; /* the URL, or the stream's name */
	const char *why;	    /* of OTHER: what it is */
	uint8_t transport;	    /* enum wire_transport that it asks for */
};

/* hash: '#' begins options of go2rtc's. */
void source_read(const char *text, bool hash, struct source *out);

/* Whether it is a program that is run ("exec:x", "/bin/ffmpeg -i ..") and
 * not a place. */
bool source_is_command(const char *text);
/* Of such: the one stream of a network that it reads (ffmpeg's -i, GStreamer's
 * location=), not filled; transport_out: enum wire_transport that it asks for.
 * NULL; or why there is none. */
const char *source_command(const char *text, char out[LIMIT_URL_BYTES],
    uint8_t *transport_out);

enum source_filled {
	SOURCE_FILLED,
	SOURCE_UNKNOWN, /* name_out: what nobody knows */
	SOURCE_TOO_LONG
};
/* {FRIGATE_NAME}, ${NAME} and ${NAME:otherwise} -> what they stand for; within
 * user:password@ as a URL must have it. */
enum source_filled source_fill(const char *text, const struct lists_env *env,
    char *out, size_t size, char name_out[64]);

#endif
