/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_session.h: the life of one feed's connections as a state machine: events
 * (granted, connected, answered, flowed, timed out ...) in, actions (connect,
 * send these bytes, report ...) out. PURE; messages are hostile. For
 * probes/stream only, which carries the actions out and knows sockets.
 *
 * One session lives as long as its feed and learns over its connections: which
 * transport works, which keep-alive the camera bears, how often it failed.
 * The table in rtsp_session.c is the whole of it: state x event -> next state,
 * action, reason (RTSP.md 16, RFC 2326). Times are CLOCK_MONOTONIC us.
 */
#ifndef PROBES_STREAM_PROTO_RTSP_SESSION_H
#define PROBES_STREAM_PROTO_RTSP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "probes/stream/proto/digest.h"
#include "probes/stream/proto/rtsp_event.h"
#include "probes/stream/proto/rtsp_url.h"

/* Shared by all sessions of a process. */
struct rtsp_options {
	int64_t connect_us;
	int64_t reply_us; /* one answer; half as long again: all up to PLAY's */
	int64_t first_media_us; /* doubled on UDP */
	int64_t stall_us;
	int64_t backoff_max_us;
	digest_hash_fn *hash;
};

struct rtsp_session {
	const struct rtsp_options *options; /* borrowed */
	char *url;  /* as configured, no credentials; owned, as all below */
	char *user; /* "" = none */
	char *password;
	char *dial;	 /* after a redirect, else NULL */
	char *aggregate; /* PLAY, keep-alive, TEARDOWN */
	char *track;	 /* SETUP */
	char *extra;	 /* SETUP of a second track, to be discarded, or NULL */
	char *token;	 /* of the session */
	struct digest_challenge *challenge;
	struct digest_challenge *web; /* of the HTTP around the RTSP */
	int64_t deadline_us;	      /* of the state; 0 = none */
	int64_t dialogue_us;	      /* PLAY must be accepted by then */
	int64_t keepalive_us;	      /* next one is due; 0 = none */
	int64_t next_try_us;	      /* in BACKOFF */
	int64_t lingers_us; /* the camera may count what we left until then */
	int64_t kept_us;    /* last keep-alive sent on this connection */
	int64_t stalled_us; /* the last stall began */
	int64_t played_us;  /* PLAY was accepted */
	int64_t flowing_us; /* FLOWING since */
	int64_t last_media_us; /* set by the caller; any connection */
	int64_t stall_us;      /* of this feed; 0 = the common one */
	int64_t gap_us; /* learned longest packet gap, set by the caller */
	uint64_t random;
	uint32_t cseq;	       /* last one sent */
	uint32_t pending_cseq; /* of the request in flight, 0 = none */
	uint32_t kept_cseq;    /* of the keep-alive in flight, 0 = none */
	uint32_t passed_cseq;  /* OPTIONS we didn't wait for, 0 = none */
	uint32_t nc;	       /* uses of the nonce */
	uint32_t web_nc;
	uint32_t cookie[2];	/* joins a tunnel's two connections */
	uint32_t attempts;	/* since media last flowed */
	uint32_t timeout_s;	/* of the session, as the server says */
	uint32_t hint_s;	/* what it says where that is a mistake .. */
	uint32_t least_ms;	/* between tries that nobody answers .. */
	uint32_t most_ms;	/* .. when told; 0 = the back-off */
	uint16_t status;	/* last status of the last attempt */
	uint16_t port;		/* our UDP port */
	uint8_t state;		/* enum rtsp_state */
	uint8_t reason;		/* enum reason: why the last attempt ended */
	uint8_t failures;	/* in a row; the back-off's exponent */
	uint8_t class_failures; /* of busy, 404 or auth in a row */
	uint8_t hops;
	uint8_t keepalive;  /* enum rtsp_keepalive */
	uint8_t stalls;	    /* in a row */
	uint8_t suspect;    /* connections that died beside a keep-alive */
	uint8_t pending;    /* enum rtsp_method in flight */
	uint8_t auth_sends; /* of the present request */
	uint8_t play_tries;
	uint8_t early_closes; /* after 401 */
	uint8_t quirks;	      /* WIRE_QUIRK_ */
	uint8_t configured;   /* enum wire_transport */
	bool udp;	      /* of the present attempt */
	bool port_given;      /* in the URL as configured */
	bool tls;
	bool udp_failed, tcp_failed; /* tried and refused or silent */
	bool brief;		     /* .. or was meant after all */
	bool skip_options;	     /* it closed on or ignored OPTIONS */
	bool minimal;		     /* it said 400 once */
	bool range;		     /* PLAY with Range: npt= */
	bool no_qop;
	bool login_proved; /* this nonce's login was accepted once */
	bool login_ever;   /* these credentials worked once */
	bool web_proved;   /* the same of the HTTP around */
	bool foreign;	   /* redirected to another host: no credentials */
	bool extra_done;
	bool outage; /* stalled, and nobody said at once that it lives */
	bool old_live555;
	bool wanted;
	bool urgent;  /* next grant needs no back-off */
	bool unclean; /* we left without TEARDOWN's answer */
	bool left;    /* we closed, so wait before the next connection */
	bool limited; /* its device's sessions are: none before lingers_us */
	bool knocks;  /* asks by DESCRIBE alone: takes no session */
};

enum rtsp_keepalive {
	RTSP_KEEP_OPTIONS = 1,
	RTSP_KEEP_GET_PARAMETER = 2,
	RTSP_KEEP_SET_PARAMETER = 3,
};

enum rtsp_method {
	RTSP_M_NONE,
	RTSP_M_OPTIONS,
	RTSP_M_DESCRIBE,
	RTSP_M_SETUP,
	RTSP_M_PLAY,
	RTSP_M_TEARDOWN,
	RTSP_M_GET_PARAMETER,
	RTSP_M_SET_PARAMETER,
	RTSP_M_GET,  /* HTTP */
	RTSP_M_POST, /* HTTP */
};

/* Copies url (with credentials cut out), user and password. False when memory
 * is out. A URL that is none makes a session that answers WANT with BACKOFF
 * and REASON_CONFIG_ERROR. quirks: WIRE_QUIRK_; keepalive: learned, 0 none. */
bool rtsp_session_init(struct rtsp_session *s,
    const struct rtsp_options *options, const char *url, const char *user,
    const char *password, uint64_t seed);
void rtsp_session_fini(struct rtsp_session *s);

/* One event. Always fills *todo (flags 0 = nothing to do). */
void rtsp_session_step(struct rtsp_session *s, const struct rtsp_event *event,
    int64_t now_us, struct rtsp_actions *todo);
/* A whole message from the server: an answer, or a request of its own. */
void rtsp_session_message(struct rtsp_session *s,
    const struct rtsp_message *message, int64_t now_us,
    struct rtsp_actions *todo);
/* Deadline and keep-alive; call when rtsp_session_due() has come. */
void rtsp_session_tick(struct rtsp_session *s, int64_t now_us,
    struct rtsp_actions *todo);
/* When tick wants to be called next; INT64_MAX = never. */
int64_t rtsp_session_due(const struct rtsp_session *s);

/* The head of a tunnel's POST, whose body is the base64 of all that we say
 * (the way up of RTSP over HTTP). Its length; 0: doesn't fit. */
size_t rtsp_session_post(struct rtsp_session *s, char *out, size_t size);

/* Whether all goes through HTTP, and whether what we say now goes into a POST
 * (else it is the GET itself). */
bool rtsp_session_tunnels(const struct rtsp_session *s);
bool rtsp_session_posts(const struct rtsp_session *s);
/* The URL in force (after redirects), parsed; the port is the HTTP one when it
 * tunnels. */
bool rtsp_session_target(const struct rtsp_session *s, struct rtsp_url *out);
enum phase rtsp_session_phase(const struct rtsp_session *s);
/* Silence that counts as a stall for this feed, us. */
int64_t rtsp_session_stall_us(const struct rtsp_session *s);

/* The table, for tests and documentation. False: no row covers the cell. */
struct rtsp_cell {
	unsigned next; /* RTSP_STATE_COUNT: the action decides or it stays */
	const char *action;
	enum reason reason;
	bool ignored;
};
bool rtsp_session_cell(unsigned state, unsigned event,
    struct rtsp_cell *cell_out);

#endif
