/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_proof.h: a proof of one line, as JSON (docs/formats.md) -> what it
 * proves, or why it doesn't. No sockets, files, clocks; the proof is hostile.
 */
#ifndef MONITOR_CLI_LEDGER_PROOF_H
#define MONITOR_CLI_LEDGER_PROOF_H

#include <jansson.h>

#include "monitor/ledger/note.h"

#define PROOF_VERSION 1

/* Borrowed from the JSON; actor and body are NULL where the file has none:
 * only that there was such a line is proved then. */
struct proved {
	const char *kind, *actor, *body, *note;
	int64_t seq, utc;
	struct note_checkpoint checkpoint;
};

bool proof_is_one(const json_t *j);
/* NULL: it holds, under this key (NULL: whoever signed). Else a sentence. */
const char *proof_wrong(const json_t *j, const struct note_key *key,
    struct proved *p);

#endif
