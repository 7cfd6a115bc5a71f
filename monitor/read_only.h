/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_only.h: which files a process opens that reads the database: what its
 * role (common/confine.h) has to name. The keys lie in the same folder, so that
 * it is files, not the folder.
 */
#ifndef MONITOR_READ_ONLY_H
#define MONITOR_READ_ONLY_H

#include <stdbool.h>

#include "common/confine.h"

#define READ_ONLY_PATHS 8 /* that read_only_let adds */

struct read_only {
	char file[3][4096]; /* the database, its log, its index */
};

/* Adds them to role->reads, and what tells the time zones and which boot this
 * is. They must be there when the role is entered. files lives as long as the
 * role. False: a name is too long. */
bool read_only_let(struct confine *role, const char *state_dir,
    struct read_only *files);

#endif
