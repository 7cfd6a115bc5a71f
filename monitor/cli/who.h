/* SPDX-License-Identifier: GPL-3.0-or-later */
/* who.h: a user of this machine -> his name in the record. */
#ifndef MONITOR_CLI_WHO_H
#define MONITOR_CLI_WHO_H

#include <sys/types.h>

#define WHO_BYTES 64

/* "unix:name", into out and back. */
const char *who_is(uid_t uid, char out[WHO_BYTES]);
/* Whoever runs this command. */
const char *who_actor(char out[WHO_BYTES]);

#endif
