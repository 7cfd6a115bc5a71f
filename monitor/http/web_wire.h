/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web_wire.h: what the monitor, the web process and the reader say to each
 * other, over common/channel. PURE. The monitor does not trust the web process,
 * and the web process does not trust the reader: each get gives false unless
 * all is in range and nothing is left over. All three come from one build.
 * Credentials and changes are in change_wire.h, the reader's in read_wire.h.
 */
#ifndef MONITOR_HTTP_WEB_WIRE_H
#define MONITOR_HTTP_WEB_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"
#include "common/cursor.h"
#include "monitor/capacity/health.h"

#define WEB_FD_CHANNEL 3    /* of the web process: to the monitor */
#define WEB_FD_LISTEN 4	    /* bound and listening */
#define READER_FD_CHANNEL 3 /* of the reader: to the web process */

#define WEB_ROW_BYTES 8192 /* most of one encoded row */
#define WEB_EVIDENCE_BYTES 1024

enum web_type {
	/* monitor -> web */
	WEB_CONFIGURE = 100, /* the first lets clients in: sessions come before
			      * it */
	WEB_READER = 101,    /* empty; a socket to a new reader rides along */
	WEB_ROW = 102,
	WEB_ROW_GONE = 103, /* uuid */
	WEB_TOTALS = 104,   /* each second; also the monitor's sign of life */
	WEB_LOADED = 105,   /* empty: every row was told once */
	WEB_EVENT = 106,    /* for the live stream */
	WEB_CHANGED = 107,  /* what came of a change */
	WEB_SESSION = 108,  /* a credential that is good, or changed */
	WEB_SESSION_GONE = 109, /* sha256: it is good no more */
	WEB_FACTS = 117, /* for the reader (read_wire.h); when they change */
	WEB_TLS = 116,	 /* a certificate and its key: from now on with these */
	/* web -> monitor */
	WEB_ALIVE = 110,	/* each second */
	WEB_WANT_PICTURE = 111, /* uuid */
	WEB_READER_LOST = 112,	/* empty: it ended or hangs */
	WEB_CHANGE = 113,	/* a client wants something changed */
	WEB_CHANGE_PART = 114,	/* what comes before a large body's end */
	WEB_SEEN = 115,		/* a credential was used */
	WEB_WANT_ROW = 118,	/* uuid: its WEB_ROW or WEB_ROW_GONE now */
	/* web -> reader */
	READ_ASK = 120,
	READ_FACTS = 122, /* as WEB_FACTS; before any ask, and again */
	/* reader -> web */
	READ_ANSWER = 121,
};

#define WEB_NAMES 16 /* host names that are answered */
struct web_configure {
	uint32_t connections;
	uint32_t per_address;
	bool reload_good;      /* the last reload of the configuration */
	int64_t reload_utc_us; /* of the last good one */
	bool loopback;	       /* nobody else can reach it */
	bool tls;	       /* WEB_TLS comes before anybody is let in */
	bool setup;	       /* no user is known yet */
	char language[16];     /* of people who said none */
	uint32_t name_count;
	char names[WEB_NAMES][LIMIT_HOST_BYTES];
};

/* A feed as pages show it (struct monitor_row, on the wire). */
struct web_row {
	uint8_t uuid[16];
	char site[LIMIT_NAME_BYTES];
	char device[LIMIT_NAME_BYTES];
	char name[LIMIT_NAME_BYTES];
	char url[LIMIT_URL_BYTES];
	char tags[LIMIT_NAME_BYTES];	   /* by comma */
	char evidence[WEB_EVIDENCE_BYTES]; /* JSON object, or "" */
	char detail[LIMIT_DETAIL_BYTES];
	bool no_picture, maintenance, muted, ptz;
	uint8_t criticality;
	uint8_t state; /* enum state */
	uint8_t cause; /* enum cause */
	uint8_t confidence;
	uint8_t phase, reason, codec;
	uint64_t causes;
	int64_t since_utc_us, at_utc_us, last_sample_utc_us, thumb_utc_us;
	int64_t reference_utc_us; /* approved then; 0 = none is */
	uint16_t width, height;
	uint32_t fps_milli, kbps, gop_us, loss_ppm, samples;
};

struct web_totals {
	uint32_t feeds;
	uint32_t state[STATE_COUNT];
	uint32_t cause[CAUSE_COUNT];
	uint32_t flowing, demux_capacity, demux_used;
	uint32_t held, tried, arrival_left_s; /* first tries: arrival.h */
	uint64_t samples, verdicts, restarts;
	uint32_t loop_lag_max_us, store_queue, store_lag_us;
	int64_t started_utc_us, now_utc_us;
	int64_t witnessed_utc_us; /* last receipt from outside; 0 = none */
	int64_t heartbeat_utc_us; /* ours was last heard there; 0 = never */
	uint32_t loop_lag_p99_us, sample_gap_p99_us; /* 0 = not known */
	uint64_t lost_bytes;			     /* dropped unread */
	int64_t clock_error_us;			     /* -1 = not known */
	bool witnessed;				     /* it is fresh */
	bool contradicted; /* somebody outside knows another record */
	uint32_t alerts_open, notices_waiting;
	uint64_t notices_told, notices_dropped;
	struct health health;
};

/* Told once to whoever follows and may see it; not repeated to one who comes
 * later. */
#define WEB_EVENT_BYTES 4096
struct web_event {
	char name[32];		     /* "console", "incident" */
	char site[LIMIT_NAME_BYTES]; /* "": of none, for unscoped ones only */
	char json[WEB_EVENT_BYTES];  /* one object, on one line */
};

struct web_alive {
	uint32_t connections, streams;
	uint64_t requests;
};

void web_put_configure(struct writer *w, const struct web_configure *m);
void web_put_row(struct writer *w, const struct web_row *m);
void web_put_totals(struct writer *w, const struct web_totals *m);
void web_put_event(struct writer *w, const struct web_event *m);
/* Both as PEM, borrowed. */
void web_put_tls(struct writer *w, struct span certificate, struct span key);
bool web_get_tls(struct span body, struct span *certificate_out,
    struct span *key_out);
void web_put_alive(struct writer *w, const struct web_alive *m);

bool web_get_configure(struct span body, struct web_configure *m_out);
bool web_get_row(struct span body, struct web_row *m_out);
bool web_get_uuid(struct span body, uint8_t uuid_out[16]);
bool web_get_totals(struct span body, struct web_totals *m_out);
bool web_get_event(struct span body, struct web_event *m_out);
bool web_get_alive(struct span body, struct web_alive *m_out);

#endif
