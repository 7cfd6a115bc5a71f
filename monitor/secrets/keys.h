/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.h: the file of keys -> the keys that seal the devices' passwords, kept
 * where no core dump and no swap takes them. A line each, 64 hex digits; the
 * first one seals, the others open what they sealed. The file is an
 * administrator's: believed only when it is nobody else's to read. For the
 * store, the monitor and the commands that change or count what is sealed.
 */
#ifndef MONITOR_SECRETS_KEYS_H
#define MONITOR_SECRETS_KEYS_H

#include "monitor/secrets/seal.h"

#define KEYS_FILE "credentials.key" /* in the state directory */
#define KEYS_MOST 8
#define KEYS_PATH 4096
#define KEYS_ERROR 256

struct keys;

/* Where it is: as set; else what systemd hands to us by that name; else beside
 * the database. */
void keys_path(const char *setting, const char *state_dir, char out[KEYS_PATH]);
/* Makes it (0400) unless it is there. False: error_out says why. */
bool keys_make(const char *path, char error_out[KEYS_ERROR]);
/* NULL: error_out says in a sentence why there is none to be had. */
struct keys *keys_open(const char *path, char error_out[KEYS_ERROR]);
void keys_free(struct keys **k);

unsigned keys_count(const struct keys *k);
/* Of the one that seals. */
const uint8_t *keys_id(const struct keys *k);

/* Its length. */
size_t keys_seal(const struct keys *k, const struct seal_place *place,
    const char *secret, uint8_t out[SEAL_MOST]);
/* False: none of them opens it there. k may be NULL. */
bool keys_unseal(const struct keys *k, const struct seal_place *place,
    const void *sealed, size_t n, char out[LIMIT_CREDENTIAL_BYTES]);
/* The key that seals did it. */
bool keys_newest(const struct keys *k, const void *sealed, size_t n);

/* A new key before the one that is there, which stays as the second line until
 * keys_settle. Where there are two already, an earlier change was cut off, or
 * an administrator put one there: nothing is made, the first is the new one. */
bool keys_rotate(const char *path, char error_out[KEYS_ERROR]);
/* Only the first stays. */
bool keys_settle(const char *path, char error_out[KEYS_ERROR]);

#endif
