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
#include "common/cursor.h"

/* What can be asked of the reader (rights.c says by which route). */
enum read_what {
	READ_THUMBNAIL = 1,
	READ_LEDGER_LINES = 2,
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
	READ_ALERTS = 31,
	READ_ALERT = 32,      /* one, with its notices and deliveries */
	READ_NOTICES = 33,    /* who was told what; open=1: what waits */
	READ_DELIVERIES = 34, /* what was sent; open=1: what waits */
	READ_CHANNELS = 35,   /* by which it is, and whether they work */
};
#define READ_WHAT_MOST READ_CHANNELS

#define READ_AFTER_BYTES 1100 /* of `next`: two names as hexadecimal */
#define READ_WORDS_BYTES 256
#define READ_LIMIT_MOST 1000u /* rows that a client may ask for of a list */
#define READ_LIMIT_ANY 20000u /* and at all */
#define READ_UTC_MOST INT64_C(253402300799999999) /* the year 9999 */

/* A question, as the query of its URL said it (read_query.h): hostile, but in
 * range. EVERY answer is limited to `scope`; what lies outside is as if it
 * weren't there (404). */
struct read_ask {
	uint32_t id;	  /* echoed */
	uint8_t what;	  /* enum read_what */
	uint8_t kind;	  /* THUMBNAIL, EVIDENCE: of picture; OVERLAYS: enum
			   * store_overlay_kind, 0 = both */
	uint8_t role;	  /* enum role of who asks */
	bool flag;	  /* INCIDENTS: open=1; OVERLAYS: all=1 */
	uint32_t limit;	  /* rows at most, 1.. */
	uint8_t uuid[16]; /* feed= or {id}; zeros = none */
	int64_t number;	  /* {n} */
	int64_t from_utc_us, to_utc_us; /* 0 = not said */
	char scope[LIMIT_NAME_BYTES];	/* of who asks; "" = all sites */
	char site[LIMIT_NAME_BYTES];	/* site=; "" = all */
	char name[LIMIT_NAME_BYTES];	/* {name}; screen=, kind= of lines */
	char words[READ_WORDS_BYTES];	/* q=: any text; "" = all */
	char after[READ_AFTER_BYTES];	/* as `next` was; "" = begin */
};

enum read_type { READ_JSON, READ_PNG, READ_TEXT_CSV, READ_HTML, READ_PLAIN };

struct read_answer {
	uint32_t id;
	/* 200; without a body: 400 (the cursor), 404, 409 (a file is not what
	 * was recorded), 413, 500 */
	uint16_t status;
	uint8_t type;	  /* enum read_type, of a 200 */
	bool more;	  /* another message with this id continues the body */
	int64_t utc_us;	  /* PNG: taken */
	struct span body; /* borrowed from the message */
};
#define READ_BODY_BYTES (1u << 20)    /* of one message */
#define READ_ANSWER_BYTES (32u << 20) /* of all of one answer */

/* What the monitor tells the reader by way of the web process: settings that
 * are in force, and its plans. The database knows neither. */
#define READ_WITNESSES 8
#define READ_WITNESS_BYTES 512
#define READ_CHANNELS_MOST 16
#define READ_CHANNEL_BYTES 64
struct read_facts {
	uint32_t people_days; /* keep.people; 0: nothing was told yet */
	bool reports;	      /* report.enabled */
	int64_t report_utc;   /* the next is due then; 0 = not known */
	char report_date[16]; /* of that local day, "2026-11-22" */
	char report_trouble[READ_WITNESS_BYTES]; /* "" = none */
	uint32_t witness_count;			 /* those configured */
	struct read_witness {
		char name[READ_WITNESS_BYTES];
		uint8_t kind; /* of its receipts: 1 http, 2 syslog, 3 mail, 4
			       * file */
	} witnesses[READ_WITNESSES];
	uint32_t channel_count; /* those configured */
	struct read_channel {
		char name[READ_CHANNEL_BYTES], kind[16];
		char or_else[READ_CHANNEL_BYTES]; /* "" = none */
	} channels[READ_CHANNELS_MOST];
};

void web_put_facts(struct writer *w, const struct read_facts *m);
bool web_get_facts(struct span body, struct read_facts *m_out);
void web_put_ask(struct writer *w, const struct read_ask *m);
void web_put_answer(struct writer *w, const struct read_answer *m);
bool web_get_ask(struct span body, struct read_ask *m_out);
bool web_get_answer(struct span body, struct read_answer *m_out);

#endif
