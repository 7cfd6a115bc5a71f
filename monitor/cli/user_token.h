/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user_token.h: `user token` and `user kiosk`: the secrets of programs and wall
 * screens, made here, shown once, revoked, listed.
 */
#ifndef MONITOR_CLI_USER_TOKEN_H
#define MONITOR_CLI_USER_TOKEN_H

#include "camwarden/people.h"
#include "camwarden/presence.h"
#include "monitor/cli/cli.h"

struct user_token {
	enum console_token kind; /* API or KIOSK */
	const char *name;
	enum role role;
	const char *site; /* NULL = all */
	const char *reason;
	int64_t id; /* to be revoked */
};
/* Exit codes; what came of it was printed. */
int user_token_add(const struct cli *cli, const struct user_token *t);
int user_token_revoke(const struct cli *cli, const struct user_token *t);
int user_token_list(const struct cli *cli, enum console_token kind);

#endif
