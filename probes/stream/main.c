/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-stream: born by the monitor with a message channel on fd 3 and the
 * picture links behind it; holds RTSP feeds until it is told to stop. */
#include <signal.h>
#include <stdlib.h>

#include <event2/event.h>

#include "common/log.h"
#include "probes/stream/sandbox.h"
#include "probes/stream/stream.h"

static struct stream stream;

int
main(void)
{
	struct event_base *base;

	signal(SIGPIPE, SIG_IGN);
	sandbox_drop();
	base = event_base_new();
	if (base == NULL || !stream_init(&stream, base)) {
		log_error("stream", "can't start: out of memory, or fd 3 is "
				    "no channel");
		return EXIT_FAILURE;
	}
	sandbox_enter();
	stream_serve(&stream);
	stream_fini(&stream);
	event_base_free(base);
	return EXIT_SUCCESS;
}
