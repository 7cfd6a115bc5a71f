/* SPDX-License-Identifier: GPL-3.0-or-later */
/* credentials_look.h: the database and the file of keys -> how many passwords
 * of devices are there, and which of them nobody can open. Reads only. For the
 * commands that tell it.
 */
#ifndef MONITOR_CLI_CREDENTIALS_LOOK_H
#define MONITOR_CLI_CREDENTIALS_LOOK_H

#include <jansson.h>

struct monitor_config;

/* {"ok", "file", "error" ("": the keys are well), "passwords", "not_opened":
 * [names]}, as the running monitor answers; without a database, none. NULL:
 * memory. */
json_t *credentials_look(const struct monitor_config *config);
/* The same, made of what is known; names: a line each. */
json_t *credentials_look_json(const char *file, const char *error,
    unsigned passwords, const char *names);
/* A sentence; "": all can be opened. Given; NULL: memory. */
char *credentials_look_text(const json_t *look);

#endif
