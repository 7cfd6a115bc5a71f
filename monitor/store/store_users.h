/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_users.h: who may use camwarden, and what they say -> the database:
 * users, their log-ins, what a kiosk claims, comments on incidents, handovers.
 * Part of store.h (the writer's side, main thread); its rules hold: copied
 * arguments, false = not accepted, each change with its event row in one
 * transaction. store_calls.on_people follows each but the notes. Tokens are
 * made and revoked through store_consoles.h. docs/formats.md, "People".
 */
#ifndef MONITOR_STORE_STORE_USERS_H
#define MONITOR_STORE_STORE_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/people.h"

struct store;
struct store_done;

#define STORE_PASSWORD_BYTES 128 /* Argon2id in its own letters, with NUL */
#define STORE_NOTE_BYTES 4000	 /* of a comment or handover */

/* A new user (id 0), whose name is free; or one as it shall be from now on.
 * Its log-ins end when it is disabled or gets another password. The last admin
 * that is not disabled, of no site, can't be changed into something less, and
 * not be removed. result.id = its number. */
struct store_user {
	int64_t id;
	const char *name;     /* ADD only */
	enum role role;	      /* NONE: as it is */
	const char *site;     /* a path, "" = all; NULL: as it is */
	const char *password; /* the hash's letters; NULL: as it is */
	int disabled;	      /* 1, 0; -1: as it is */
	/* A log-in that stays when the password changes: whose own it is. */
	int64_t keep_login;
	bool first;	 /* only while there is no user at all */
	bool site_given; /* the store's own */
	int64_t at_us;
	const char *actor, *reason;
};
bool store_user(struct store *s, const struct store_user *u,
    const struct store_done *done);
bool store_user_remove(struct store *s, int64_t id, int64_t at_us,
    const char *actor, const char *reason, const struct store_done *done);

/* A user, not disabled, is let in. result.id = the login's number. */
struct store_login {
	int64_t user;
	uint8_t hash[32]; /* SHA-256 of the secret */
	const char *address, *agent;
	int64_t ends_utc; /* at the latest */
	/* The password's hash that was proved: another one by now, and nobody
	 * is let in. */
	const char *password;
	int64_t at_us;
};
bool store_login(struct store *s, const struct store_login *l,
    const struct store_done *done);
enum store_login_end {
	STORE_LOGIN_OUT = 1,	  /* the person said so */
	STORE_LOGIN_PASSWORD = 2, /* another password */
	STORE_LOGIN_DISABLED = 3,
	STORE_LOGIN_REMOVED = 4,
	STORE_LOGIN_ENDED = 5, /* somebody else said so */
	STORE_LOGIN_IDLE = 6,
	STORE_LOGIN_LONG = 7,	  /* its longest time is over */
	STORE_LOGIN_MANY = 8,	  /* the same user had too many */
	STORE_LOGIN_RESTORED = 9, /* a backup came in the database's place */
};
/* "logout", "password", ..; "?" when out of range. */
const char *store_login_end_name(unsigned why);
/* id 0: all of them. */
bool store_login_end(struct store *s, int64_t id, enum store_login_end why,
    int64_t at_us, const char *actor, const char *reason,
    const struct store_done *done);
/* It was used lately. No event; of no account. Told no oftener than each
 * STORE_SEEN_US. */
#define STORE_SEEN_US (300 * 1000000ll)
bool store_login_seen(struct store *s, int64_t id, int64_t utc);
/* The same of a token. */
bool store_token_seen(struct store *s, int64_t id, int64_t utc);

/* The machine at that address takes the kiosk's token: from now on only the
 * new secret counts. A second claim is refused. */
struct store_claim {
	int64_t token;
	uint8_t hash[32]; /* SHA-256 of the new secret */
	const char *address;
	int64_t at_us;
};
bool store_claim(struct store *s, const struct store_claim *c,
    const struct store_done *done);

bool store_incident_comment(struct store *s, int64_t incident, int64_t at_us,
    const char *actor, const char *text, const struct store_done *done);

struct store_handover {
	int64_t from_utc, to_utc;
	const char *site; /* a path, "" = all */
	const char *actor, *text;
	int64_t at_us;
};
bool store_handover(struct store *s, const struct store_handover *h,
    const struct store_done *done);

#endif
