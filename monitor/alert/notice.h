/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.h: one thing that is told to one recipient: what alert.h decides,
 * what the store keeps, what the courier's channels turn into messages. PURE:
 * a struct of its own storage, and its bytes in the database. Names in it are
 * people's, texts may quote a device: escape them in every output.
 *
 * An alert is one trouble of one place, from the first sign to proven recovery;
 * its notices share `alert`, and count up in `sequence`. A digest is of many
 * alerts: it has no place, and lists them.
 */
#ifndef MONITOR_ALERT_NOTICE_H
#define MONITOR_ALERT_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"

/* Numbers are stored: append, never renumber. */
enum notice_kind {
	NOTICE_FIRING = 1,     /* it began, or became worse */
	NOTICE_REPEAT = 2,     /* nobody has acknowledged it yet */
	NOTICE_ESCALATION = 3, /* .. so the next ones are told */
	NOTICE_RESOLVED = 4,   /* it is over; to whoever was told */
	NOTICE_DIGEST = 5,     /* several that the budget held back, at once */
	NOTICE_TEST = 6,       /* somebody tries the channel */
};
#define NOTICE_KINDS 7

/* As incidents': how much it matters. */
enum notice_severity {
	NOTICE_LOW = 1,	     /* degraded by the stream only: still good */
	NOTICE_MEDIUM = 2,   /* degraded picture */
	NOTICE_HIGH = 3,     /* down; people missing; a duty of our own */
	NOTICE_CRITICAL = 4, /* a whole site; a picture replayed */
};
#define NOTICE_SEVERITIES 5

enum notice_of {
	NOTICE_OF_FEED = 1,
	NOTICE_OF_SITE = 2, /* with all below it */
	NOTICE_OF_ROOM = 3, /* people are missing, or don't answer */
	NOTICE_OF_CONSOLE = 4,
	NOTICE_OF_OWN = 5, /* camwarden itself, or our own network */
};
#define NOTICE_OFS 6

#define NOTICE_FEEDS 20 /* named, of a site's; `feeds` counts all */
#define NOTICE_ITEMS 20 /* named, of a digest's */
#define NOTICE_NAME_BYTES 64
#define NOTICE_TEXT_BYTES 512
#define NOTICE_PLACE_BYTES (2 * LIMIT_NAME_BYTES)

struct notice_item {
	uint64_t alert;
	enum notice_severity severity;
	enum cause cause;
	bool over; /* while it was held back, or since it was told */
	int64_t since_utc;
	char place[NOTICE_PLACE_BYTES];
};

/* Times are UTC microseconds, 0 = does not apply. Texts are UTF-8, cut where a
 * character ends, "" = does not apply. */
struct notice {
	int64_t id;	   /* of its row; 0 = not stored (yet) */
	uint64_t alert;	   /* 0: a digest's, or a test's */
	uint32_t sequence; /* of the alert's notices, from 1 */
	enum notice_kind kind;
	enum notice_severity severity; /* of a digest: the worst that is open */
	char to[NOTICE_NAME_BYTES];    /* the recipient's name */
	char rule[NOTICE_NAME_BYTES];  /* that says so */
	int64_t made_utc;

	/* Of one alert: */
	enum notice_of of;
	char place[NOTICE_PLACE_BYTES]; /* "North/Gate/cam 3", "North/Gate" */
	char site[LIMIT_NAME_BYTES];	/* its path; "" = the whole fleet */
	char zone[NOTICE_NAME_BYTES];	/* of the site; "" = UTC */
	char contact[LIMIT_NAME_BYTES]; /* who to call there */
	char feed[37];			/* its UUID */
	uint8_t criticality;		/* of a feed; 0 = of none */
	int64_t incident; /* the (latest) one; for a page, and pictures */
	enum cause cause; /* leading; none: people, or camwarden itself */
	char text[NOTICE_TEXT_BYTES]; /* what it means, what to try */
	int64_t since_utc, at_utc;    /* first sign; when called */
	int64_t over_utc;	      /* first proof of good */
	uint32_t turns;		      /* of one that flaps: ups, downs */
	uint32_t repeats;	      /* of this alert so far */
	char acknowledged_by[LIMIT_NAME_BYTES]; /* "" = nobody has */
	int64_t picture; /* whose pictures (store_read_evidence) may be shown:
			  * its incident, or 0 = none */
	uint32_t feeds;	 /* of a site: under it */
	uint32_t feed_count; /* of them, named: */
	char feed_names[NOTICE_FEEDS][LIMIT_NAME_BYTES];

	/* Of a digest: */
	uint32_t open, over; /* alerts that it tells of */
	uint32_t item_count; /* of them, listed, worst first: */
	struct notice_item items[NOTICE_ITEMS];

	/* Alerts that this recipient was not told of since the last notice:
	 * over before their turn came. The pages list them. */
	uint32_t held_back;
	char url[LIMIT_URL_BYTES]; /* of the page that shows it; "" = unknown */
};

/* "firing", "critical", "site"; "?" when out of range. */
const char *notice_kind_name(unsigned kind);
const char *notice_severity_name(unsigned severity);
const char *notice_of_name(unsigned of);
bool notice_severity_find(const char *word, enum notice_severity *out);
/* What stays the same over all notices of an alert, for a receiver that joins
 * them: "camwarden-17", of a digest "camwarden-digest-5". */
void notice_key(const struct notice *n, char out[48]);

/* As bytes in the database. Returns the length, 0 = no room in size. */
#define NOTICE_BYTES (48u << 10)
size_t notice_write(const struct notice *n, void *out, size_t size);
/* False: not one. Any bytes are borne; texts come out terminated. */
bool notice_read(struct notice *out, const void *bytes, size_t length);

#endif
