/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/pack.h"

#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <zlib.h>

#include "common/clock.h"

#define GZIP 16 /* added to the window's bits: a gzip head and end */
#define LEVEL 1
#define MEMORY 8

static int64_t window_us, used_us;

static void
account(int64_t from_us, int64_t to_us)
{
	if (to_us - window_us >= US_PER_S) {
		window_us = to_us;
		used_us = 0;
	}
	used_us += to_us - from_us;
}

bool
pack_bytes(const void *bytes, size_t length, char **out_out, size_t *length_out)
{
	int64_t from = clock_mono_us();
	z_stream z = { 0 };
	uLong most;
	int done = Z_STREAM_ERROR;
	char *out;

	if (length > UINT32_MAX / 2 ||
	    deflateInit2(&z, LEVEL, Z_DEFLATED, MAX_WBITS + GZIP, MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	most = deflateBound(&z, (uLong)length);
	out = malloc(most);
	if (out != NULL) {
		z.next_in = (Bytef *)(uintptr_t)bytes;
		z.avail_in = (uInt)length;
		z.next_out = (Bytef *)out;
		z.avail_out = (uInt)most;
		done = deflate(&z, Z_FINISH);
	}
	*length_out = z.total_out;
	deflateEnd(&z);
	account(from, clock_mono_us());
	if (done != Z_STREAM_END) {
		free(out);
		return false;
	}
	*out_out = out;
	return true;
}

static void
release(const void *data, size_t length, void *arg)
{
	(void)data;
	(void)length;
	free(arg);
}

bool
pack_evbuffer(struct evbuffer *body)
{
	size_t length = evbuffer_get_length(body), packed;
	int64_t now = clock_mono_us();
	const void *bytes;
	char *out;

	if (now - window_us < US_PER_S && used_us > PACK_SHARE_US)
		return false;
	bytes = evbuffer_pullup(body, -1);
	if (bytes == NULL || !pack_bytes(bytes, length, &out, &packed))
		return false;
	evbuffer_drain(body, length);
	if (evbuffer_add_reference(body, out, packed, release, out) == 0)
		return true;
	evbuffer_add(body, out, packed);
	free(out);
	return true;
}
