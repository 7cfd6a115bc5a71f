/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-stream: born by the monitor with a message channel on fd 3 and the
 * picture links behind it; holds RTSP feeds until it is told to stop. */
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>

#include <event2/event.h>

#include "common/confine.h"
#include "common/log.h"
#include "probes/stream/stream.h"

/* Keyframes that are put together are large, short-lived and, while a storm of
 * feeds connects, many at once: between what lives long their heap would never
 * shrink again. So large, a block is mapped alone and given back when freed. */
#define MAPPED_BYTES (8 << 10)

#define MEMORY_BYTES ((size_t)8 << 30)

static const struct confine role = { .may = CONFINE_CONNECT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES };
static struct stream stream;

int
main(void)
{
	struct event_base *base;

	signal(SIGPIPE, SIG_IGN);
	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
	base = event_base_new();
	if (base == NULL || !stream_init(&stream, base)) {
		log_error("stream", "can't start: out of memory, or fd 3 is "
				    "no channel");
		return EXIT_FAILURE;
	}
	if (!confine_enter(&role, "stream"))
		return EXIT_FAILURE;
	stream_serve(&stream);
	stream_fini(&stream);
	event_base_free(base);
	return EXIT_SUCCESS;
}
