/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_ledger.h: the record's side of the store (writer's): what of the ledger
 * is committed and may be signed, what was signed, who outside has it, what is
 * to be sent, what was reported. As with store.h: typed operations posted by
 * the main thread, every argument copied, false = not accepted. Times *_us are
 * CLOCK_MONOTONIC, *_utc microseconds UTC.
 */
#ifndef MONITOR_STORE_STORE_LEDGER_H
#define MONITOR_STORE_STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/store/store.h"

#define STORE_LEDGER_HASH 32

/* A beginning of the ledger that is on the disk: result->head of the `done` of
 * store_head, valid during that call. */
struct store_head {
	uint8_t origin[16]; /* uuid of this installation */
	uint64_t size;	    /* lines in the tree */
	int64_t seq;	    /* of the last of them; 0 = none */
	int64_t utc;	    /* of at_us */
	uint8_t root[STORE_LEDGER_HASH];
	uint8_t head[STORE_LEDGER_HASH]; /* hash of the last line */
};
/* Asks for it; done is called once all that was posted before is committed. */
bool store_head(struct store *s, int64_t at_us, const struct store_done *done);

/* A signed checkpoint: its whole note. result->id is its number. Refused when
 * it is larger than the ledger, or its root is not the ledger's at that size.
 */
struct store_checkpoint {
	uint64_t size;
	int64_t utc;
	uint8_t root[STORE_LEDGER_HASH];
	const char *note;
};
bool store_checkpoint(struct store *s, const struct store_checkpoint *c,
    const struct store_done *done);

enum store_witness_kind {
	STORE_WITNESS_HTTP = 1, /* text: its cosignature line */
	STORE_WITNESS_SYSLOG = 2,
	STORE_WITNESS_MAIL = 3,
	STORE_WITNESS_FILE = 4,
};
struct store_receipt {
	int64_t checkpoint;  /* its number */
	const char *witness; /* its name, as configured */
	enum store_witness_kind kind;
	int64_t utc;
	const char *text;
};
bool store_receipt(struct store *s, const struct store_receipt *r,
    const struct store_done *done);

/* Numbers of table `delivery`: part of the format. */
enum store_delivery_kind {
	STORE_DELIVERY_MAIL = 1,
	STORE_DELIVERY_TEST = 2,  /* somebody waits for it: tried once */
	STORE_DELIVERY_ALERT = 3, /* of a notice, by channel `target` */
	STORE_DELIVERY_TRIAL = 4, /* a test of channel `target`; body: a
				   * notice's bytes (alert/notice.h) */
};
/* What is to be sent outside; kept until it was, then its log. */
struct store_delivery {
	enum store_delivery_kind kind;
	const char *target, *subject;
	/* Of a mail: a file that goes along. Of a notice: those of its
	 * channel's addresses that it is for alone. "" = none; all. */
	const char *path;
	const void *body;
	size_t length;
	int64_t made_utc, due_utc;
	/* Whose bytes are the body; 0 = of none. What was or is told of it by
	 * that channel is not told there again (but for a path). */
	int64_t notice;
	/* The delivery that this is the other way of: one of them at most, a
	 * second is passed over. When this one is sent, that one is given up.
	 * 0 = of none. */
	int64_t instead;
};
bool store_delivery(struct store *s, const struct store_delivery *d,
    const struct store_done *done);

enum store_attempt_outcome {
	STORE_SENT,	 /* done: the body goes, the row stays as a log */
	STORE_TRY_AGAIN, /* at due_utc */
	STORE_GIVEN_UP,
};
struct store_attempt {
	int64_t delivery; /* its number; one that is still waiting */
	enum store_attempt_outcome outcome;
	int64_t utc, due_utc;
	const char *said; /* by the server, or what went wrong; for people */
};
bool store_attempt(struct store *s, const struct store_attempt *a,
    const struct store_done *done);

/* What waits for another try has it now: notices by that channel; "" = all.
 */
bool store_deliveries_due(struct store *s, const char *channel, int64_t utc);

/* A report was made: its row, and a `report` line with the hash of each of its
 * files. result->id: the row; result->seq: the line. */
#define STORE_MADE_FILES 8
struct store_made_file {
	const char *name; /* without folder */
	uint8_t sha256[STORE_LEDGER_HASH];
};
struct store_made_report {
	int64_t from_utc, to_utc; /* the span */
	int64_t site;		  /* 0 = the fleet */
	int64_t at_us;		  /* made then */
	const char *path;	  /* of its main file */
	uint64_t size; /* of the ledger that it was made from; 0 = unknown */
	size_t file_count; /* at least 1: the first is the main file */
	struct store_made_file files[STORE_MADE_FILES];
};
bool store_made_report(struct store *s, const struct store_made_report *r,
    const struct store_done *done);
/* The rows of reports whose files the caller deleted (retention of the folder):
 * those made before; a `retention` line says so. */
bool store_forget_reports(struct store *s, int64_t at_us, int64_t before_utc,
    const struct store_done *done);

#endif
