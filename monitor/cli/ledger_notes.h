/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_notes.h: a text -> the checkpoints in it, whatever stands around them:
 * a file of one, of many that a witness kept, a mail. PURE; the text may be
 * hostile.
 */
#ifndef MONITOR_CLI_LEDGER_NOTES_H
#define MONITOR_CLI_LEDGER_NOTES_H

#include "monitor/ledger/note.h"

/* False: enough. What is given is borrowed from the text. */
typedef bool ledger_note_fn(void *arg, const struct note *note,
    const struct note_checkpoint *c);
/* Gives how many there were (up to the one at which it ended). Carriage returns
 * are taken out of the text. */
size_t ledger_notes(char *text, size_t length, ledger_note_fn *fn, void *arg);

#endif
