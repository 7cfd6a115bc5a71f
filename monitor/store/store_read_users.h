/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_users.h: users, log-ins, comments, handovers, read. All that
 * store_read.h says of readers holds: strings are borrowed for the call, a
 * callback that gives false ends the reading, false = the database could not
 * be read. Never gives a password's hash but through store_read_password.
 */
#ifndef MONITOR_STORE_STORE_READ_USERS_H
#define MONITOR_STORE_STORE_READ_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/people.h"

struct store_reader;

struct store_user_row {
	int64_t id;
	const char *name, *site, *actor; /* actor: who made it */
	enum role role;
	int64_t created_utc, disabled_utc, removed_utc; /* 0 = is not */
	int64_t seen_utc; /* of its last log-in that was used; 0 = never */
	uint32_t logins;  /* in force */
	bool password;	  /* has one */
};
typedef bool store_user_fn(void *arg, const struct store_user_row *row);
/* Those there are (all: and were), by name. */
bool store_read_users(struct store_reader *r, bool all, store_user_fn *fn,
    void *arg);
/* The hash's letters of a user that may log in, found whatever the case of the
 * letters; "" = there is none, or it has no password. The name as it is
 * written goes to name_out. Wipe them. */
#define STORE_READ_PASSWORD_BYTES 128
bool store_read_password(struct store_reader *r, const char *name,
    int64_t *user_out, char name_out[PEOPLE_NAME_BYTES],
    char hash_out[STORE_READ_PASSWORD_BYTES]);
/* Of one by number. */
bool store_read_password_of(struct store_reader *r, int64_t user,
    char hash_out[STORE_READ_PASSWORD_BYTES]);

struct store_login_row {
	int64_t id, user;
	const char *name, *site; /* of the user */
	enum role role;
	const uint8_t *hash; /* 32 bytes */
	const char *address, *agent;
	int64_t created_utc, seen_utc, ends_utc, ended_utc; /* 0 = in force */
	unsigned why; /* enum store_login_end */
};
typedef bool store_login_fn(void *arg, const struct store_login_row *row);
/* In force only (of users neither disabled nor removed; their time may be over
 * all the same), or all that are kept, newest first. site: of users of that
 * site and below, "" or NULL = all. */
bool store_read_logins(struct store_reader *r, bool all, store_login_fn *fn,
    void *arg);

struct store_comment_row {
	int64_t id, incident, created_utc;
	const char *actor, *text;
};
typedef bool store_comment_fn(void *arg, const struct store_comment_row *row);
/* Of one incident, oldest first. */
bool store_read_comments(struct store_reader *r, int64_t incident,
    store_comment_fn *fn, void *arg);

struct store_handover_row {
	int64_t id, from_utc, to_utc, created_utc;
	const char *site, *actor, *text;
};
typedef bool store_handover_fn(void *arg, const struct store_handover_row *row);
/* Those whose span touches [from, to), newest first, at most limit (0 = all).
 * site: NULL = any; else of exactly that site ("" = the whole fleet's). */
bool store_read_handovers(struct store_reader *r, const char *site,
    int64_t from_utc, int64_t to_utc, uint32_t limit, store_handover_fn *fn,
    void *arg);

#endif
