/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/wire.h"

#define PADDING 64u /* AV_INPUT_BUFFER_PADDING_SIZE */
#define PARTS_MAX 64u

/* The next packet's payload: up to a chunk of the parts' bytes from `at`. */
static size_t
gather(struct iovec *iov, size_t *count_out, const struct span *parts,
    size_t part_count, size_t at, size_t want)
{
	size_t got = 0, count = 0;

	if (want > LIMIT_CHUNK_BYTES)
		want = LIMIT_CHUNK_BYTES;
	for (size_t i = 0; i < part_count && got < want; i++) {
		if (at >= parts[i].n) {
			at -= parts[i].n;
			continue;
		}

		size_t n = parts[i].n - at;

		if (n > want - got)
			n = want - got;
		if (count == PARTS_MAX)
			break;
		iov[count++] =
		    (struct iovec){ (void *)(uintptr_t)(parts[i].p + at), n };
		got += n;
		at = 0;
	}
	*count_out = count;
	return got;
}

enum link_sent
link_send(int fd, const struct unit_head *head, const struct span *parts,
    size_t count, uint32_t *offset)
{
	struct unit_head h = *head;

	do {
		uint8_t bytes[UNIT_HEAD_BYTES];
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct iovec iov[1 + PARTS_MAX];
		struct msghdr msg = { .msg_iov = iov };

		h.offset = *offset;
		h.length = (uint16_t)gather(iov + 1, &msg.msg_iovlen, parts,
		    count, h.offset, h.total - h.offset);
		wire_put_unit_head(&w, &h);
		iov[0] = (struct iovec){ bytes, sizeof(bytes) };
		msg.msg_iovlen++;
		if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return errno == EAGAIN || errno == ENOBUFS ? LINK_BUSY
								   : LINK_GONE;
		*offset += h.length;
	} while (*offset < head->total && h.length > 0);
	return LINK_SENT;
}

void
link_reader_init(struct link_reader *l)
{
	*l = (struct link_reader){ 0 };
}

void
link_reader_fini(struct link_reader *l)
{
	free(l->bytes);
	*l = (struct link_reader){ 0 };
}

static bool
start(struct link_reader *l, const struct unit_head *h)
{
	if (l->active)
		l->dropped++;
	l->active = false;
	if (h->offset != 0)
		return false;
	if (l->size < h->total + PADDING) {
		free(l->bytes);
		l->size = 0;
		l->bytes = malloc(h->total + PADDING);
		if (l->bytes == NULL)
			return false;
		l->size = h->total + PADDING;
	}
	l->head = *h;
	l->have = 0;
	l->active = true;
	return true;
}

bool
link_reader_feed(struct link_reader *l, struct span packet)
{
	struct unit_head h;

	if (!wire_get_unit_head(packet, &h))
		return false;

	bool follows = l->active && h.ticket == l->head.ticket &&
		       h.total == l->head.total && h.offset == l->have &&
		       h.offset != 0;

	if (!follows && !start(l, &h))
		return false;
	if (h.length > 0)
		memcpy(l->bytes + h.offset, packet.p + UNIT_HEAD_BYTES,
		    h.length);
	l->have += h.length;
	if (l->have < h.total)
		return false;
	memset(l->bytes + h.total, 0, PADDING);
	l->active = false;
	return true;
}
