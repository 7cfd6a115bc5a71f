/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_wire.h: what the web process asks of the reader, and its answers. PURE.
 * Neither trusts the other (web_wire.h).
 */
#ifndef MONITOR_HTTP_READ_WIRE_H
#define MONITOR_HTTP_READ_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/people.h"
#include "camwarden/words.h"
#include "common/cursor.h"

/* What can be asked of the reader (rights.c says by which route). */
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
	READ_OVERLAYS = 10, /* maintenance and mutes; `all`: those over, too */
	READ_INCIDENT = 11, /* one, with its comments */
	READ_INFO = 12,	    /* of a feed */
	READ_SERIES = 13,
	READ_INTERVALS = 14,
	READ_VIEWS = 15,
	READ_SITES = 16,
	READ_DEVICES = 17,
	READ_PRESENCES = 18, /* of all consoles */
	READ_BREACHES = 19,
	READ_COVERAGE = 20,
	READ_DEBT = 21,
	READ_HANDOVER = 22,
	READ_REPORTS = 23,
	READ_REPORT_FILE = 24,
	READ_CSV = 25, /* name: of the table */
	READ_ONBOARDING = 26,
	READ_USERS = 27,
	READ_TOKENS = 28,
	READ_LOGINS = 29,
	READ_LEDGER = 30,
	READ_LEDGER_LINES = 31,
};
#define READ_WHAT_MOST READ_LEDGER_LINES

#define READ_CURSOR_BYTES 160 /* letters of `next` and `after` */
#define READ_WORD_BYTES 160

/* A question, as the query of its URL said it: hostile, but in range. What was
 * not said is 0 or "", so defaults are the reader's. EVERY answer is limited to
 * `scope`; what lies outside is as if it weren't there (404). */
struct read_ask {
	uint32_t id;	     /* echoed */
	uint8_t what;	     /* enum read_what */
	uint8_t kind;	     /* THUMBNAIL, EVIDENCE: of picture */
	uint8_t role;	     /* enum role of who asks */
	bool open_only;	     /* open=1 */
	bool all;	     /* all=1 */
	uint8_t state;	     /* STATE_COUNT: any */
	uint8_t cause;	     /* CAUSE_COUNT: any */
	uint32_t limit;	     /* rows; never 0, at most READ_LIMIT_MOST */
	uint32_t days;	     /* at most READ_DAYS_MOST */
	uint8_t uuid[16];    /* feed= or {id}; zeros = none */
	int64_t number;	     /* {n}; screen= */
	int64_t from_utc_us; /* from=, since=, or now - hours= */
	int64_t to_utc_us;   /* to= */
	int64_t now_utc_us;  /* the asker's clock, for cursors */
	char scope[LIMIT_NAME_BYTES];  /* of who asks; "" = all */
	char site[LIMIT_NAME_BYTES];   /* site= */
	char tag[LIMIT_NAME_BYTES];    /* tag= */
	char name[LIMIT_NAME_BYTES];   /* {name} */
	char word[READ_WORD_BYTES];    /* kind= (a word of the route's own) */
	char q[READ_WORD_BYTES];       /* q=: part of a name */
	char after[READ_CURSOR_BYTES]; /* after=: a `next`, or anything */
};
#define READ_LIMIT_MOST 5000u
#define READ_LIMIT 500u /* when none was said */
#define READ_DAYS_MOST 400u

enum read_type { READ_JSON, READ_PNG, READ_TEXT_CSV, READ_HTML, READ_PLAIN };

struct read_answer {
	uint32_t id;
	/* 200; 400: body is a sentence (a bad cursor); 404; 500 */
	uint16_t status;
	uint8_t type; /* enum read_type, of a 200 */
	bool more;    /* another message with the same id continues the body */
	int64_t utc_us;	  /* PNG: taken */
	struct span body; /* borrowed from the message */
};
#define READ_BODY_BYTES (1u << 20)    /* of one message */
#define READ_ANSWER_BYTES (64u << 20) /* of all of one answer */

void web_put_ask(struct writer *w, const struct read_ask *m);
void web_put_answer(struct writer *w, const struct read_answer *m);
bool web_get_ask(struct span body, struct read_ask *m_out);
bool web_get_answer(struct span body, struct read_answer *m_out);

#endif
