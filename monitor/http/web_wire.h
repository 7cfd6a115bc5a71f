/* SPDX-License-Identifier: GPL-3.0-or-later */
/* web_wire.h: what the monitor, the web process and the reader say to each
 * other, over common/channel. PURE. The monitor does not trust the web process,
 * and the web process does not trust the reader: each get gives false unless
 * all is in range and nothing is left over. All three come from one build.
 */
#ifndef MONITOR_HTTP_WEB_WIRE_H
#define MONITOR_HTTP_WEB_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"
#include "common/cursor.h"

#define WEB_FD_CHANNEL 3    /* of the web process: to the monitor */
#define WEB_FD_LISTEN 4	    /* bound and listening */
#define READER_FD_CHANNEL 3 /* of the reader: to the web process */

#define WEB_ROW_BYTES 8192 /* most of one encoded row */
#define WEB_EVIDENCE_BYTES 1024

enum web_type {
	/* monitor -> web */
	WEB_CONFIGURE = 100,
	WEB_READER = 101, /* empty; a socket to a new reader rides along */
	WEB_ROW = 102,
	WEB_ROW_GONE = 103, /* uuid */
	WEB_TOTALS = 104,   /* each second; also the monitor's sign of life */
	WEB_LOADED = 105,   /* empty: every row was told once */
	WEB_EVENT = 106,    /* of those who watch, for the live stream */
	WEB_CHANGED = 107,  /* what came of a change */
	/* web -> monitor */
	WEB_ALIVE = 110,	/* each second */
	WEB_WANT_PICTURE = 111, /* uuid */
	WEB_READER_LOST = 112,	/* empty: it ended or hangs */
	WEB_CHANGE = 113,	/* a client wants something changed */
	/* web -> reader */
	READ_ASK = 120,
	/* reader -> web */
	READ_ANSWER = 121,
};

struct web_configure {
	uint32_t connections;
	uint32_t per_address;
	bool reload_good;      /* the last reload of the configuration */
	int64_t reload_utc_us; /* of the last good one */
};

/* A feed as pages show it (struct monitor_row, on the wire). */
struct web_row {
	uint8_t uuid[16];
	char site[LIMIT_NAME_BYTES];
	char device[LIMIT_NAME_BYTES];
	char name[LIMIT_NAME_BYTES];
	char url[LIMIT_URL_BYTES];
	char evidence[WEB_EVIDENCE_BYTES]; /* JSON object */
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
	uint64_t samples, verdicts, restarts;
	uint32_t loop_lag_max_us, store_queue, store_lag_us;
	int64_t started_utc_us, now_utc_us;
	int64_t witnessed_utc_us; /* last receipt from outside; 0 = none */
	bool witnessed;		  /* it is fresh */
	bool contradicted;	  /* somebody outside knows another record */
};

/* Told once to whoever follows; not repeated to one who comes later. */
#define WEB_EVENT_BYTES 4096
struct web_event {
	char name[32];
	char json[WEB_EVENT_BYTES]; /* one object, on one line */
};

/* Whether its token may do that is the monitor's to say. */
#define WEB_CHANGE_BYTES 8192
enum web_change_verb { WEB_OVERLAY_ADD = 1, WEB_OVERLAY_END = 2 };
struct web_change {
	uint32_t id; /* echoed */
	uint8_t verb;
	uint8_t sha256[32]; /* of the token's letters */
	int64_t number;	    /* END: of the overlay */
	struct span body;   /* JSON, hostile; borrowed from the message */
};
struct web_changed {
	uint32_t id;
	uint16_t status;  /* 200, 201: body is JSON; else a sentence */
	struct span body; /* borrowed */
};

struct web_alive {
	uint32_t connections, streams;
	uint64_t requests;
};

enum read_what {
	READ_THUMBNAIL = 1,
	READ_HISTORY = 2,
	READ_INCIDENTS = 3,
	READ_EVIDENCE = 4,  /* a picture of an incident */
	READ_CONSOLES = 5,  /* and screens, as they are now */
	READ_PRESENCE = 6,  /* of one console */
	READ_WATCHED = 7,   /* time line of a feed */
	READ_UNWATCHED = 8, /* the audit of all feeds */
	READ_ROSTER = 9,    /* the shifts */
	READ_OVERLAYS = 10, /* maintenance and mutes; open_only: not over */
};

struct read_ask {
	uint32_t id;	/* echoed */
	uint8_t what;	/* enum read_what */
	uint8_t kind;	/* THUMBNAIL, EVIDENCE: store_thumbnail_kind */
	bool open_only; /* INCIDENTS */
	uint32_t limit; /* INCIDENTS, HISTORY */
	uint8_t
	    uuid[16]; /* THUMBNAIL, HISTORY, WATCHED; INCIDENTS: all 0 = all */
	int64_t from_utc_us;	     /* HISTORY, INCIDENTS */
	int64_t number;		     /* EVIDENCE: incident, PRESENCE: console */
	char site[LIMIT_NAME_BYTES]; /* CONSOLES, UNWATCHED: "" = all */
};

struct read_answer {
	uint32_t id;
	uint16_t status;  /* 200, 404, 500 */
	int64_t utc_us;	  /* THUMBNAIL, EVIDENCE: taken */
	struct span body; /* PNG or JSON; borrowed from the message */
};
#define READ_BODY_BYTES (1u << 20)

void web_put_configure(struct writer *w, const struct web_configure *m);
void web_put_row(struct writer *w, const struct web_row *m);
void web_put_totals(struct writer *w, const struct web_totals *m);
void web_put_event(struct writer *w, const char *name, const char *json);
void web_put_change(struct writer *w, const struct web_change *m);
void web_put_changed(struct writer *w, const struct web_changed *m);
bool web_get_change(struct span body, struct web_change *m_out);
bool web_get_changed(struct span body, struct web_changed *m_out);
void web_put_alive(struct writer *w, const struct web_alive *m);
void web_put_ask(struct writer *w, const struct read_ask *m);
void web_put_answer(struct writer *w, const struct read_answer *m);

bool web_get_configure(struct span body, struct web_configure *m_out);
bool web_get_row(struct span body, struct web_row *m_out);
bool web_get_uuid(struct span body, uint8_t uuid_out[16]);
bool web_get_totals(struct span body, struct web_totals *m_out);
bool web_get_event(struct span body, struct web_event *m_out);
bool web_get_alive(struct span body, struct web_alive *m_out);
bool web_get_ask(struct span body, struct read_ask *m_out);
bool web_get_answer(struct span body, struct read_answer *m_out);

#endif
