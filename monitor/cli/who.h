/* SPDX-License-Identifier: GPL-3.0-or-later */
/* who.h: the name of whoever runs this command, for the record. */
#ifndef MONITOR_CLI_WHO_H
#define MONITOR_CLI_WHO_H

#define WHO_BYTES 64

/* "unix:name", into out and back. */
const char *who_actor(char out[WHO_BYTES]);

#endif
