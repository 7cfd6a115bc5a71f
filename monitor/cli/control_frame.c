/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/control_frame.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cursor.h"

static const uint8_t magic[4] = { 'C', 'W', 'C', '1' };

void
control_frame_init(struct control_frame *f, uint32_t json_most,
    uint32_t blob_most)
{
	memset(f, 0, sizeof(*f));
	f->json_most = json_most;
	f->blob_most = blob_most;
}

void
control_frame_fini(struct control_frame *f)
{
	free(f->body);
	f->body = NULL;
	f->size = 0;
}

/* Room for n more bytes of the body. */
static bool
reserve(struct control_frame *f, size_t n)
{
	size_t most = (size_t)f->json_length + f->blob_length;
	size_t want = f->have - CONTROL_HEAD_BYTES + n;
	size_t size = f->size ? f->size : 4096;

	if (want <= f->size)
		return true;
	while (size < want)
		size *= 2;
	if (size > most)
		size = most;

	uint8_t *body = realloc(f->body, size);

	if (body == NULL)
		return false;
	f->body = body;
	f->size = size;
	return true;
}

static enum control_parse
read_head(struct control_frame *f)
{
	struct reader r = reader_of(f->head, sizeof(f->head));

	if (memcmp(reader_span(&r, 4).p, magic, 4) != 0)
		return CONTROL_BAD_MAGIC;
	f->json_length = reader_le32(&r);
	f->blob_length = reader_le32(&r);
	if (f->json_length > f->json_most || f->blob_length > f->blob_most)
		return CONTROL_TOO_LONG;
	return CONTROL_MORE;
}

static enum control_parse
feed_head(struct control_frame *f, const uint8_t *p, size_t n, size_t *used)
{
	size_t left = CONTROL_HEAD_BYTES - f->have;
	size_t take = n < left ? n : left;

	memcpy(f->head + f->have, p, take);
	f->have += take;
	*used += take;
	return f->have == CONTROL_HEAD_BYTES ? read_head(f) : CONTROL_MORE;
}

enum control_parse
control_frame_feed(struct control_frame *f, const void *bytes, size_t length,
    size_t *used_out)
{
	const uint8_t *p = bytes;

	*used_out = 0;
	if (f->have < CONTROL_HEAD_BYTES) {
		enum control_parse r = feed_head(f, p, length, used_out);

		if (r != CONTROL_MORE || f->have < CONTROL_HEAD_BYTES)
			return r;
	}
	size_t end =
	    CONTROL_HEAD_BYTES + (size_t)f->json_length + f->blob_length;
	size_t take = length - *used_out;

	if (take > end - f->have)
		take = end - f->have;
	if (take > 0) {
		if (!reserve(f, take))
			return CONTROL_NO_MEMORY;
		memcpy(f->body + f->have - CONTROL_HEAD_BYTES, p + *used_out,
		    take);
	}
	f->have += take;
	*used_out += take;
	return f->have == end ? CONTROL_DONE : CONTROL_MORE;
}

const char *
control_frame_json(const struct control_frame *f)
{
	return f->body != NULL ? (const char *)f->body : "";
}

const char *
control_frame_blob(const struct control_frame *f)
{
	return f->body != NULL ? (const char *)f->body + f->json_length : "";
}

void
control_frame_head(uint8_t head_out[CONTROL_HEAD_BYTES], uint32_t json_length,
    uint32_t blob_length)
{
	struct writer w = writer_of(head_out, CONTROL_HEAD_BYTES);

	writer_bytes(&w, magic, sizeof(magic));
	writer_le32(&w, json_length);
	writer_le32(&w, blob_length);
}
