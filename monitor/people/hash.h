/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: a password -> Argon2id in its own letters, with libsodium's
 * INTERACTIVE limits (2 passes over 64 MiB). Slow by design: only in a process
 * that has nothing else to do (_hash, the command line).
 */
#ifndef MONITOR_PEOPLE_HASH_H
#define MONITOR_PEOPLE_HASH_H

#include <stdbool.h>

#define HASH_OUT_BYTES 128

/* Once, before the others. False: no random numbers. */
bool hash_ready(void);
/* False: no memory. */
bool hash_make(const char *password, char out[HASH_OUT_BYTES]);
bool hash_is(const char *letters, const char *password);

#endif
