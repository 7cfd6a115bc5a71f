/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-device: started by `camwarden devices discover` with its channel;
 * locks itself in, then meets devices. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/confine.h"
#include "common/log.h"
#include "probes/device/probe.h"
#include "probes/device/token.h"
#include "probes/device/xml.h"

#define MEMORY_BYTES ((size_t)1 << 30)

static const struct confine role = { .may = CONFINE_CONNECT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES,
	.files = 256 };

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct probe *probe;

	if (argc > 1) {
		fprintf(stderr,
		    "%s is started by camwarden; it takes no arguments\n",
		    argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	xml_init();
	probe = base != NULL && token_load() ? probe_new(base) : NULL;
	if (probe == NULL) {
		log_error("device", "can't start: out of memory, or fd 3 is "
				    "no channel");
		return 1;
	}
	if (!confine_enter(&role, "device"))
		return 1;
	/* Nobody waits for what is still under way. */
	_exit(probe_serve(probe));
}
