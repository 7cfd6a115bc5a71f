/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agents_wire.h: what the monitor and the listener for agents say to each
 * other, over common/channel. PURE. The monitor does not trust the listener:
 * each get gives false unless all is in range. Both come from one build.
 */
#ifndef MONITOR_HTTP_AGENTS_WIRE_H
#define MONITOR_HTTP_AGENTS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "camwarden/limits.h"
#include "common/cursor.h"

#define AGENTS_FD_CHANNEL 3
#define AGENTS_FD_LISTEN 4
#define AGENTS_FD_CERTIFICATE 5 /* with AGENTS_FD_KEY: TLS */
#define AGENTS_FD_KEY 6

enum agents_type {
	/* monitor -> listener */
	AGENTS_CONFIGURE = 140,
	AGENTS_TOKEN = 141,  /* one that is good */
	AGENTS_TOKENS = 142, /* empty: those told since the last are all */
	AGENTS_ANSWER = 143,
	/* listener -> monitor */
	AGENTS_ALIVE = 150, /* each second */
	AGENTS_HEARTBEAT = 151,
	AGENTS_VIEWS = 152,
	AGENTS_ASK = 153,     /* what the console's page wants to know */
	AGENTS_REPLY = 154,   /* to a prompt */
	AGENTS_REFUSED = 155, /* a wrong token; at most one a second */
	AGENTS_DISPUTE = 156, /* an operator's own word on the record */
};

struct agents_configure {
	uint32_t connections;
	uint32_t per_address;
};

struct agents_token {
	int64_t id;	    /* the store's row */
	uint8_t kind;	    /* enum console_token */
	uint8_t sha256[32]; /* of its text */
};

/* Who speaks: the head of each message that wants an answer. */
struct agents_from {
	uint32_t request;		       /* echoed in the answer */
	int64_t token;			       /* the row whose hash fitted */
	char address[HEARTBEAT_ADDRESS_BYTES]; /* numeric */
};

/* POST /api/v1/views: what a VMS shows on a screen. */
#define AGENTS_FEED_BYTES (2 * LIMIT_NAME_BYTES)
#define AGENTS_TILES 64
struct agents_view_tile {
	char feed[AGENTS_FEED_BYTES]; /* UUID or SITE/NAME */
	uint16_t height;	      /* pixels; 0 = not said */
	uint8_t visible, renders;     /* enum heartbeat_bool */
};
struct agents_views {
	char screen[LIMIT_NAME_BYTES];
	uint8_t power; /* enum screen_power */
	uint32_t valid_ms;
	bool layout; /* what is declared is shown */
	bool more;   /* tiles than fit */
	uint16_t count;
	struct agents_view_tile tiles[AGENTS_TILES];
};

enum agents_want {
	AGENTS_WANT_PROMPT = 1,	 /* is there a question? */
	AGENTS_WANT_PICTURE = 2, /* of it, by its number */
	AGENTS_WANT_RECORD = 3,	 /* what is said of this console, of late */
};
struct agents_ask {
	uint8_t want;
	uint64_t prompt; /* PICTURE */
	uint8_t number;
	uint16_t hours; /* RECORD */
};
struct agents_reply {
	uint64_t prompt;
	uint8_t choice;
	uint32_t latency_ms; /* as the page says */
};

/* UTC of the record that is disputed, and what was so. */
#define AGENTS_TEXT_BYTES 1200
struct agents_dispute {
	int64_t from_us, to_us;
	char text[AGENTS_TEXT_BYTES];
};

struct agents_answer {
	uint32_t request;
	uint16_t status;  /* HTTP */
	bool picture;	  /* the body is PNG, else JSON or, with a status that
			   * is no success, a sentence */
	struct span body; /* borrowed from the message */
};
#define AGENTS_BODY_BYTES LIMIT_PNG_BYTES /* channel_scratch holds it */

struct agents_alive {
	uint32_t connections;
	uint64_t requests, refused;
};
struct agents_refused {
	char address[HEARTBEAT_ADDRESS_BYTES];
	uint32_t count; /* since the last said */
};

void agents_put_configure(struct writer *w, const struct agents_configure *m);
void agents_put_token(struct writer *w, const struct agents_token *m);
void agents_put_answer(struct writer *w, const struct agents_answer *m);
void agents_put_alive(struct writer *w, const struct agents_alive *m);
void agents_put_refused(struct writer *w, const struct agents_refused *m);
void agents_put_heartbeat(struct writer *w, const struct agents_from *from,
    const struct heartbeat *m);
void agents_put_views(struct writer *w, const struct agents_from *from,
    const struct agents_views *m);
void agents_put_ask(struct writer *w, const struct agents_from *from,
    const struct agents_ask *m);
void agents_put_dispute(struct writer *w, const struct agents_from *from,
    const struct agents_dispute *m);
void agents_put_reply(struct writer *w, const struct agents_from *from,
    const struct agents_reply *m);

bool agents_get_configure(struct span body, struct agents_configure *m_out);
bool agents_get_token(struct span body, struct agents_token *m_out);
bool agents_get_answer(struct span body, struct agents_answer *m_out);
bool agents_get_alive(struct span body, struct agents_alive *m_out);
bool agents_get_refused(struct span body, struct agents_refused *m_out);
bool agents_get_heartbeat(struct span body, struct agents_from *from_out,
    struct heartbeat *m_out);
bool agents_get_views(struct span body, struct agents_from *from_out,
    struct agents_views *m_out);
bool agents_get_ask(struct span body, struct agents_from *from_out,
    struct agents_ask *m_out);
bool agents_get_dispute(struct span body, struct agents_from *from_out,
    struct agents_dispute *m_out);
bool agents_get_reply(struct span body, struct agents_from *from_out,
    struct agents_reply *m_out);

#endif
