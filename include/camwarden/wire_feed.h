/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_feed.h: what a stream or demux probe is told of a feed that it shall
 * hold. Part of wire.h; its rules hold. */
#ifndef CAMWARDEN_WIRE_FEED_H
#define CAMWARDEN_WIRE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

enum wire_transport {
	WIRE_TRANSPORT_AUTO = 0, /* TCP, then UDP where refused */
	WIRE_TRANSPORT_TCP = 1,
	WIRE_TRANSPORT_UDP = 2,	 /* UDP, then TCP */
	WIRE_TRANSPORT_HTTP = 3, /* RTSP and media through HTTP */
};
#define WIRE_TRANSPORT_COUNT 4

struct wire_address {
	uint8_t family; /* 4 or 6 */
	uint8_t bytes[16];
};

#define WIRE_QUIRK_SETUP_ALL 1u /* set up every track, discard the rest */
#define WIRE_QUIRK_NO_RANGE 2u
#define WIRE_QUIRK_BASIC_OK 4u	  /* Basic allowed without TLS */
#define WIRE_QUIRK_TLS_VERIFY 8u  /* verify the certificate, not pin it */
#define WIRE_QUIRK_MAIN_ALIVE 16u /* reserved */
/* Its sessions are others': it is asked what it would show (DESCRIBE), and none
 * is begun but in visits, and then none that is refused. */
#define WIRE_QUIRK_SINGLE_SESSION 32u

/* Everything a probe must know to hold one feed. */
struct wire_feed_add {
	struct feed_ref ref;
	uint8_t uuid[16];
	uint32_t device; /* monitor's number of the device, for its limits */
	uint32_t device_feeds;	   /* how many it has here, 0 = not said */
	uint32_t device_sessions;  /* most sessions at once, 0 = no limit */
	char url[LIMIT_URL_BYTES]; /* without credentials */
	char user[LIMIT_CREDENTIAL_BYTES]; /* may be empty */
	char password[LIMIT_CREDENTIAL_BYTES];
	uint32_t address_count; /* 0 = probe parses a literal from the URL */
	struct wire_address addresses[LIMIT_ADDRESSES];
	enum wire_transport transport;
	uint32_t stall_timeout_ms; /* 0 = the configured one */
	uint32_t visit_seconds;	   /* 0 = held */
	uint32_t visit_every_seconds;
	uint32_t visit_phase_seconds; /* one begins whenever CLOCK_MONOTONIC is
				       * that, modulo visit_every_seconds */
	uint32_t quirks;	      /* WIRE_QUIRK_ */
	uint8_t keepalive;	      /* learned method, 0 = not known */
	uint8_t tls_pin[32]; /* SHA-256 of the public key, all 0 = none yet */
	uint32_t gap_us;     /* learned longest packet gap, 0 = none */
	uint32_t gop_us;     /* learned */
	bool as_file; /* read fast on its own time line, sampled in lockstep */
	bool has_fd;  /* the descriptor rides with this message */
	int64_t not_before_us; /* first connect no sooner (lock-outs, pace) */
};

/* From now on the next try comes so long after one that nobody answered, drawn
 * evenly, in place of the back-off; a pause under way is drawn anew. Both 0:
 * the back-off again, from its beginning, with a try as soon as the pace lets
 * it. */
struct wire_feed_pause {
	struct feed_ref ref;
	uint32_t least_ms;
	uint32_t most_ms; /* least_ms or more */
};

#endif
