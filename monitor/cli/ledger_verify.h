/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_verify.h: what the subcommands of `ledger` share: keys, and the
 * examination of a database. Files are a person's, and may have
 * been tampered with.
 */
#ifndef MONITOR_CLI_LEDGER_VERIFY_H
#define MONITOR_CLI_LEDGER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/ledger/note.h"
#include "monitor/ledger/verify.h"

#define LEDGER_KEY_FILE "ledger.pub" /* in the state directory */

/* A verifier's key from a file. False after saying why. */
bool ledger_key_load(const char *path, struct note_key *out);

struct ledger_ask {
	const char *db;		/* file */
	const char *checkpoint; /* file, or NULL */
	const char *key;	/* file, or NULL: the one beside the database */
	bool json, sums;	/* sums: all hours, not some drawn */
};
/* Exit code; nothing is printed but why it could not be done. */
int ledger_look(const struct ledger_ask *ask, struct verify_report *out);
/* With its report printed. */
int ledger_examine(const struct ledger_ask *ask);
int ledger_examine_proof(const char *path, const char *key, bool json);
int ledger_prove(const struct ledger_ask *ask, const char *entry);

#endif
