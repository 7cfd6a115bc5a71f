/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_logins.h: people prove who they are: log-ins, the first set-up, the
 * claim of a kiosk. Part of monitor.h; its rules hold. All arguments may be
 * hostile; passwords are wiped here, wipe yours. Passwords are hashed in other
 * processes, so most answers come later.
 */
#ifndef MONITOR_MONITOR_LOGINS_H
#define MONITOR_MONITOR_LOGINS_H

#include "camwarden/people.h"
#include "monitor/monitor.h"

struct monitor_login_answer {
	/* 200; 401 wrong; 403 may not; 409 no more (setup, kiosk); 422 the new
	 * password or name won't do; 429 later; 503 not now */
	unsigned status;
	const char *text;     /* a sentence; "" when ok */
	unsigned retry_after; /* seconds, of 429 */
	/* 200 of a login, set-up or kiosk: the cookie, which nobody keeps, and
	 * whose it is. Else NULL. */
	const char *secret;
	const struct principal *principal;
};
typedef void monitor_login_fn(void *arg, const struct monitor_login_answer *a);

struct monitor_login {
	const char *user, *password;
	const char *address; /* of the client, as a number */
	const char *agent;   /* its User-Agent */
};
void monitor_login(struct monitor *m, const struct monitor_login *l,
    monitor_login_fn *answer, void *arg);
/* The first admin, with the one-time token. */
void monitor_setup(struct monitor *m, const char *token,
    const struct monitor_login *l, monitor_login_fn *answer, void *arg);
/* The kiosk's token is good once, and from then on only at that address. */
void monitor_kiosk_claim(struct monitor *m, const char *token,
    const char *address, monitor_login_fn *answer, void *arg);
/* A person's own password: the old one is proved; the other log-ins end. */
void monitor_password(struct monitor *m, const uint8_t sha256[32],
    const char *old, const char *new, const char *address,
    monitor_login_fn *answer, void *arg);
/* A person's own login. Not in force: 200 all the same. */
void monitor_logout(struct monitor *m, const uint8_t sha256[32],
    monitor_login_fn *answer, void *arg);
/* Any login, by its number. */
void monitor_login_end(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

#endif
