/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user_change.h: a change of a user or log-in -> the running monitor, or, while
 * none runs, the store under its own lock. Answers look alike. Passwords come
 * from a terminal or a pipe, and leave this process only as their hash.
 */
#ifndef MONITOR_CLI_USER_CHANGE_H
#define MONITOR_CLI_USER_CHANGE_H

#include "camwarden/people.h"
#include "monitor/cli/cli.h"

enum user_verb { USER_ADD, USER_CHANGE, USER_REMOVE, USER_LOGIN_END };
struct user_change {
	enum user_verb verb;
	const char *name;
	enum role role;	  /* NONE: as it is */
	const char *site; /* NULL: as it is */
	const char *hash; /* of the new password; NULL: as it is */
	int disabled;	  /* 1, 0; -1: as it is */
	int64_t login;
	const char *reason;
};

/* Exit code; what came of it was printed. */
int user_change(const struct cli *cli, const struct user_change *what);

/* A new password of that user, asked for twice on a terminal (not shown), else
 * the first line of standard input; its hash's letters into out. False: what
 * is wrong was said. */
#define USER_HASH_BYTES 128
bool user_password(const char *user, char out[USER_HASH_BYTES]);

#endif
