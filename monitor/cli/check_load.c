/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/check_load.h"

#include <string.h>

/* Over-estimates on purpose: a UDP feed may need three sockets (RTSP, RTP,
 * RTCP); every process has a few of its own. */
#define SOCKETS_TCP 1u
#define SOCKETS_UDP 3u
#define SOCKETS_HTTP 2u /* GET and POST */
#define OWN_DESCRIPTORS 32u
#define FEED_KIB 100u /* the budget of all processes per feed */
#define STREAM_MIB 12u
#define PICTURE_MIB 80u
#define DEMUX_MIB 30u
#define DEMUX_FEED_MIB 6u
#define MONITOR_MIB 60u /* with web and reader */

static void
add_feed(const struct inventory_feed *f, uint32_t *sockets,
    struct check_load *out)
{
	struct inventory_url url;
	size_t at;

	if (!f->enabled) {
		out->off++;
		return;
	}
	out->feeds++;
	if (inventory_url_parse(f->url, &url, &at) == NULL &&
	    url.by == INVENTORY_BY_DEMUX)
		out->demux_feeds++;
	else
		*sockets += f->transport == WIRE_TRANSPORT_TCP	  ? SOCKETS_TCP
			    : f->transport == WIRE_TRANSPORT_HTTP ? SOCKETS_HTTP
								  : SOCKETS_UDP;
}

static uint32_t
up_to(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void
check_load_reckon(const struct inventory *inv,
    const struct monitor_config *config, unsigned cores, struct check_load *out)
{
	uint32_t stream = config->stream_probes ? config->stream_probes : cores;
	uint32_t picture =
	    config->picture_probes ? config->picture_probes : cores;
	uint32_t demux = config->demux_probes;
	uint32_t sockets = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < inv->feed_count; i++)
		add_feed(&inv->feeds[i], &sockets, out);
	out->demux_capacity = demux * config->probe.demux_threads;

	uint32_t links = (stream + demux) * picture;
	uint32_t one_stream = stream > 0 ? (sockets + stream - 1) / stream : 0;
	uint32_t one_demux = demux > 0 ? out->demux_feeds * 4 / demux : 0;
	/* The gate lets a quarter more in while others make room. */
	uint32_t agents =
	    config->agents_enabled
		? config->agents_connections * 5 / 4 + OWN_DESCRIPTORS
		: 0;
	uint32_t monitor = 2 * links + 2 * (stream + picture + demux) + 64;

	out->descriptors = sockets + out->demux_feeds * 4 + monitor +
			   links * 2 +
			   OWN_DESCRIPTORS * (stream + picture + demux + 2) +
			   config->http_connections + agents;
	out->descriptors_one =
	    up_to(up_to(one_stream, one_demux) + OWN_DESCRIPTORS + picture,
		up_to(up_to(monitor, agents),
		    config->http_connections + OWN_DESCRIPTORS));
	out->memory_mib =
	    (uint64_t)out->feeds * FEED_KIB / 1024 + stream * STREAM_MIB +
	    picture * PICTURE_MIB + demux * DEMUX_MIB +
	    (uint64_t)out->demux_feeds * DEMUX_FEED_MIB + MONITOR_MIB;
}
