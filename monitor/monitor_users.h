/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_users.h: who may do what, while the monitor runs: users, tokens with
 * a role, and the secrets that prove who asks. Part of monitor.h; its rules
 * hold. Answers are given once, after the commit, and by then what changed is
 * in force here and told to the follower: nobody gets in on what was taken
 * away. See monitor_logins.h for log-ins, monitor_notes.h for what people say.
 */
#ifndef MONITOR_MONITOR_USERS_H
#define MONITOR_MONITOR_USERS_H

#include "camwarden/people.h"
#include "monitor/monitor.h"

/* What the web process is to know. One follower; told all that is in force at
 * once, then each change. calls NULL ends it. Called from the loop; must not
 * call back but for monitor_principal. */
struct monitor_people_calls {
	/* New, or other than before. */
	void (*on_principal)(void *arg, const struct principal *p);
	void (*on_gone)(void *arg, const uint8_t sha256[32]);
	/* Whether the first user is still to be made (/setup). */
	void (*on_setup)(void *arg, bool due);
	void *arg;
};
void monitor_people_watch(struct monitor *m,
    const struct monitor_people_calls *calls);

/* Whose secret has this hash, now; false: nobody's. */
bool monitor_principal(const struct monitor *m, const uint8_t sha256[32],
    struct principal *out);
/* Who goes on record: "user:NAME", "api:NAME", "kiosk:NAME". */
#define MONITOR_ACTOR_BYTES (PEOPLE_NAME_BYTES + 8)
void monitor_principal_actor(const struct principal *p,
    char out[MONITOR_ACTOR_BYTES]);
/* It was used just now (at most one call a minute and credential is of use). */
void monitor_principal_seen(struct monitor *m, const uint8_t sha256[32]);
/* While there is no user, the first one is made with this token (64 digits; ""
 * = there are users), which stands in the state directory, too. */
const char *monitor_setup_token(const struct monitor *m);

struct monitor_user {
	int64_t id;	  /* 0: a new one */
	const char *name; /* of a new one */
	enum role role;	  /* NONE: as it is */
	const char *site; /* path, "" = all; NULL: as it is */
	/* One of them, or both NULL: as it is. The password is checked and
	 * hashed; wipe yours. hash: of who has hashed it already (the CLI). */
	const char *password, *hash;
	int disabled; /* 1, 0; -1: as it is */
	/* Who asks: when the password was hashed he must be who he was, and
	 * the user still of his site. NULL: whoever has the machine. */
	const struct principal *by;
};
/* The answer's text: its number. */
void monitor_user_set(struct monitor *m, const struct monitor_user *u,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);
void monitor_user_remove(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);
/* 0: nobody is called so. */
int64_t monitor_user_id(struct monitor *m, const char *name);

/* For rights: the site of a user, a token, a login's user; false: there is none
 * such. */
bool monitor_user_site(struct monitor *m, int64_t id,
    char out[LIMIT_NAME_BYTES]);
bool monitor_token_site(struct monitor *m, int64_t id,
    char out[LIMIT_NAME_BYTES]);
bool monitor_login_site(struct monitor *m, int64_t id,
    char out[LIMIT_NAME_BYTES]);

/* An API or kiosk token made here: the answer's text is its number, a blank,
 * and the secret, which nobody keeps. (monitor_token_add takes one made
 * elsewhere.) */
struct monitor_credential {
	bool kiosk;
	const char *name;
	enum role role; /* not of a kiosk's */
	const char *site;
};
void monitor_credential_add(struct monitor *m,
    const struct monitor_credential *what, const struct monitor_actor *who,
    monitor_answer_fn *answer, void *arg);

#endif
