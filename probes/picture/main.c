/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-picture: started by the monitor with its channel and its picture
 * links as descriptors. Does everything that needs files or other rights
 * first, then locks itself in, then reads. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/confine.h"
#include "common/log.h"
#include "probes/picture/decoder.h"
#include "probes/picture/probe.h"
#include "probes/picture/thumbnail.h"

#define MEMORY_BYTES ((size_t)1536 << 20)
#define PRIORITIES 3 /* channel at the middle one, links after it */

static const struct confine role = { .nobody = true,
	.memory_bytes = MEMORY_BYTES };

/* What libraries load or compute on first use. */
static void
warm(void)
{
	static const uint8_t grey[32 * 32];
	const struct picture_view v = { .plane = { grey },
		.stride = { 32 },
		.width = 32,
		.height = 32,
		.depth = 8,
		.full_range = true };
	const struct thumbnail_about about = { 0 };
	struct thumbnail png;

	decoder_warm();
	if (thumbnail_make(&v, 32, &about, &png))
		free(png.bytes);
}

int
main(int argc, char **argv)
{
	struct decoder_config config;
	struct decoder *decoder;
	struct probe *probe;
	struct event_base *base = event_base_new();

	if (argc > 1) {
		fprintf(stderr,
		    "%s is started by camwarden; it takes no "
		    "arguments\n",
		    argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	decoder_config_defaults(&config);
	decoder = decoder_new(&config);
	if (base == NULL || decoder == NULL ||
	    event_base_priority_init(base, PRIORITIES) != 0) {
		log_error("picture", "out of memory");
		return 1;
	}
	warm();
	probe = probe_new(base, decoder);
	if (probe == NULL) {
		log_error("picture", "no channel to the monitor");
		return 1;
	}
	if (!confine_enter(&role, "picture"))
		return 1;
	/* Not exit(): what runs at exit may want more than is left to us. */
	_exit(probe_serve(probe));
}
