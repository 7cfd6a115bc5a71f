/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_event.h: the states of a feed's connection, the events that come in and
 * the actions that go out of rtsp_session.h. PURE, plain data. Messages in
 * events are hostile. For probes/stream only. */
#ifndef PROBES_STREAM_PROTO_RTSP_EVENT_H
#define PROBES_STREAM_PROTO_RTSP_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "probes/stream/proto/rtsp_message.h"
#include "probes/stream/proto/rtsp_transport.h"
#include "probes/stream/proto/sdp.h"

enum rtsp_state {
	RTSP_IDLE,    /* not wanted now */
	RTSP_WAITING, /* wants to connect, held by a pace or a limit */
	RTSP_RESOLVING,
	RTSP_CONNECTING,
	RTSP_SECURING, /* TLS */
	RTSP_TUNNEL,   /* HTTP GET, the way down of RTSP over HTTP */
	RTSP_OPTIONS,
	RTSP_DESCRIBE,
	RTSP_SETUP,
	RTSP_PLAY,
	RTSP_PLAYING, /* PLAY accepted, no media yet */
	RTSP_FLOWING,
	RTSP_STALLED,
	RTSP_TEARDOWN, /* waiting for its answer, at most 1 s */
	RTSP_BACKOFF,
};
#define RTSP_STATE_COUNT 15

enum rtsp_event_kind {
	RTSP_EV_WANT,	/* the feed is wanted from now on */
	RTSP_EV_RETRY,	/* forget the back-off */
	RTSP_EV_PAUSE,	/* other pauses between tries: least_ms, most_ms */
	RTSP_EV_UNWANT, /* removed, visit over, stopping */
	RTSP_EV_HELD,	/* the device's session limit holds it back */
	RTSP_EV_LOCKED, /* too many bad logins at this host: not now */
	RTSP_EV_SHORT,	/* we ourselves lack descriptors or memory: why */
	RTSP_EV_GRANT,	/* the pace lets it connect; addressed says how */
	RTSP_EV_RESOLVED,
	RTSP_EV_NO_NAME,
	RTSP_EV_CONNECTED,
	RTSP_EV_REFUSED,
	RTSP_EV_UNREACHABLE, /* also: address not allowed */
	RTSP_EV_SECURED,
	RTSP_EV_TLS_FAILED,
	RTSP_EV_PIN_CHANGED,
	RTSP_EV_CLOSED, /* by the peer, FIN or RST */
	RTSP_EV_DEAD,	/* the kernel gave up: no acknowledgement */
	RTSP_EV_PORTS,	/* a UDP port pair is there: port */
	RTSP_EV_NO_PORTS,
	RTSP_EV_CONFLICT, /* shared UDP ports can't tell two feeds apart */
	RTSP_EV_MEDIA,	  /* two valid RTP packets in sequence came, or more */
	RTSP_EV_BYE,
	RTSP_EV_GARBAGE,  /* framing lost for good */
	RTSP_EV_RUBBISH,  /* not RTSP, or beyond a limit: why says */
	RTSP_EV_DEADLINE, /* the state's time is over (made by tick) */
	/* answers, told apart by rtsp_session_message */
	RTSP_EV_OK,
	RTSP_EV_AUTH,
	RTSP_EV_FORBIDDEN,
	RTSP_EV_REDIRECT,
	RTSP_EV_BAD_REQUEST,
	RTSP_EV_NOT_FOUND,
	RTSP_EV_NOT_ALLOWED, /* 405, 501 */
	RTSP_EV_BUSY,	     /* 453, 503 */
	RTSP_EV_NO_SESSION,  /* 454 */
	RTSP_EV_WRONG_STATE, /* 455..457 */
	RTSP_EV_TRANSPORT,   /* 461 */
	RTSP_EV_STATUS,	     /* any other */
	RTSP_EV_KEPT,	     /* a keep-alive was answered */
	RTSP_EV_KEPT_AUTH,   /* ... with 401 */
};
#define RTSP_EVENT_COUNT 40

struct rtsp_event {
	enum rtsp_event_kind kind;
	const struct rtsp_message *message; /* answers; borrowed */
	const char
	    *why;	/* TLS_FAILED, RUBBISH, UNREACHABLE, SHORT, NULL else */
	uint16_t port;	/* PORTS: our RTP port, RTCP is the next */
	bool addressed; /* GRANT: an address is known */
	uint32_t least_ms, most_ms; /* PAUSE: both 0 = the back-off again */
};

#define RTSP_OUT_BYTES 6144

/* What the caller has to do, in this order. */
#define RTSP_DO_RESOLVE (1u << 0) /* rtsp_session_host */
#define RTSP_DO_CONNECT (1u << 1)
#define RTSP_DO_SECURE (1u << 2)    /* begin TLS */
#define RTSP_DO_PORTS (1u << 3)	    /* get UDP ports, answer with PORTS */
#define RTSP_DO_MEDIA (1u << 4)	    /* a track was chosen: track */
#define RTSP_DO_TRANSPORT (1u << 5) /* SETUP was answered: transport */
#define RTSP_DO_SEND (1u << 6)	    /* out[0, length) */
#define RTSP_DO_CLOSE (1u << 7)
#define RTSP_DO_ABORT (1u << 8)	     /* close with RST: a garbage peer */
#define RTSP_DO_REPORT (1u << 9)     /* phase or reason changed */
#define RTSP_DO_LEARNED (1u << 10)   /* keep-alive or transport */
#define RTSP_DO_BAD_LOGIN (1u << 11) /* bad_logins more at this host */
#define RTSP_DO_GOOD_LOGIN (1u << 12)
#define RTSP_DO_NEXT_ADDRESS (1u << 13) /* this one didn't answer */

struct rtsp_actions {
	unsigned flags;
	unsigned bad_logins;
	uint32_t length;
	const struct sdp_track *track;	 /* borrows the answer's body */
	struct rtsp_transport transport; /* of the video track */
	bool transport_is_extra;	 /* of a track we only discard */
	char detail[LIMIT_DETAIL_BYTES];
	char out[RTSP_OUT_BYTES];
};

const char *rtsp_state_name(unsigned state);
const char *rtsp_event_name(unsigned event);

#endif
