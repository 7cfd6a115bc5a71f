/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-demux: started by the monitor with its channel and its picture
 * links as descriptors; locks itself in, then reads. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <event2/event.h>
#include <libavformat/avformat.h>

#include "common/confine.h"
#include "common/log.h"
#include "probes/demux/failure.h"
#include "probes/demux/probe.h"

#define MEMORY_BYTES ((size_t)4 << 30)

/* Sources come by name and over TLS: it reads what says how to find and trust
 * them; files to be examined it gets open. */
static const struct confine role = {
	.may = CONFINE_CONNECT | CONFINE_LOCAL | CONFINE_READ | CONFINE_THREADS,
	.reads = { CONFINE_NAMES, "/etc/ssl/certs", "/etc/gnutls", "/usr/share",
	    "/usr/local/share", "/sys/devices/system/cpu" },
	.nobody = true,
	.memory_bytes = MEMORY_BYTES,
};

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct probe *probe;

	if (argc > 1) {
		fprintf(stderr,
		    "%s is started by camwarden; it takes no "
		    "arguments\n",
		    argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	mallopt(M_ARENA_MAX, 2); /* many threads, little to contend for */
	failure_listen();
	avformat_network_init();
	confine_load_names();
	probe = base != NULL ? probe_new(base) : NULL;
	if (probe == NULL) {
		log_error("demux", "out of memory");
		return 1;
	}
	if (!confine_enter(&role, "demux"))
		return 1;
	/* Not exit(): a thread may hang in the resolver. */
	_exit(probe_serve(probe));
}
