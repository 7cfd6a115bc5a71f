/* SPDX-License-Identifier: GPL-3.0-or-later */
/* witness_files.h: the folder of a witness: its key, and every checkpoint it
 * cosigned, one file a day, only ever appended to and synced before anything is
 * answered. Also the newest of each log in a file of its own, as `camwarden
 * ledger verify --checkpoint` reads it. Files are read as if anybody had
 * written them: what isn't cosigned by our own key counts for nothing.
 */
#ifndef MONITOR_WITNESS_WITNESS_FILES_H
#define MONITOR_WITNESS_WITNESS_FILES_H

#include "monitor/witness/witness.h"

/* Reads or makes the folder's key (`name` for a new one) and recalls what was
 * kept; logs are in w already. False: error_out says why. */
bool witness_files_open(struct witness *w, const char *dir, const char *name,
    char error_out[256]);
/* On the disk when it returns true. */
bool witness_files_keep(const char *dir, const struct witness_offer *offer,
    int64_t utc_us, char error_out[256]);

#endif
