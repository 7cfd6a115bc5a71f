/* SPDX-License-Identifier: GPL-3.0-or-later */
/* witness.h: what a witness of other installations' ledgers knows and says
 * (C2SP tlog-witness): a request to add a checkpoint -> what is to be kept and
 * answered. PURE but for libsodium; requests are hostile. The caller keeps what
 * is offered on disk before it accepts and answers.
 */
#ifndef MONITOR_WITNESS_WITNESS_H
#define MONITOR_WITNESS_WITNESS_H

#include "monitor/ledger/note.h"

#define WITNESS_LOGS 64
#define WITNESS_REQUEST_BYTES                                                  \
	(NOTE_BYTES + 8192u) /* a longer one is refused                        \
			      */
#define WITNESS_ANSWER_BYTES 512u

struct witness_log { /* an origin whose checkpoints are taken */
	struct note_key key;
	bool known; /* size and root are: it has sent one */
	uint64_t size;
	uint8_t root[LEDGER_HASH];
	int64_t heard_us; /* UTC, its last checkpoint; 0 = never */
	bool late, told;  /* of the caller: is it, and was that said */
};

struct witness {
	struct note_signer signer;
	struct witness_log logs[WITNESS_LOGS];
	unsigned count;
};

struct witness_answer {
	unsigned status;  /* of HTTP: 200, 400, 403, 404, 409, 422 */
	const char *type; /* of its body */
	char body[WITNESS_ANSWER_BYTES];
	const char *why; /* for the log; "" with 200 */
};

/* With status 200: what is to be kept, then accepted. */
struct witness_offer {
	struct witness_log *log;
	uint64_t size;
	uint8_t root[LEDGER_HASH];
	const char *note; /* borrowed from the request */
	size_t note_length;
	char line[NOTE_LINE]; /* our cosignature */
};

/* False: one more than WITNESS_LOGS, or one of that name is there. */
bool witness_add(struct witness *w, const struct note_key *key);
void witness_weigh(struct witness *w, const char *body, size_t n,
    int64_t utc_us, struct witness_answer *answer_out,
    struct witness_offer *offer_out);
void witness_accept(const struct witness_offer *offer, int64_t utc_us);
/* A note with our own cosignature, as it was kept: brings its log up to it.
 * False: it is none, or of no log of ours. *log_out may be NULL. */
bool witness_recall(struct witness *w, const char *note, size_t n);

#endif
