/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people.h: words for those who use camwarden: their roles, and what proves to
 * the web process who asks. No logic; names in common/people_words.c.
 */
#ifndef CAMWARDEN_PEOPLE_H
#define CAMWARDEN_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"

/* As the database numbers them. */
enum role {
	ROLE_NONE = 0,
	ROLE_VIEWER = 1,
	ROLE_OPERATOR = 2,
	ROLE_SUPERVISOR = 3,
	ROLE_AUDITOR = 4,
	ROLE_ADMIN = 5,
	ROLE_KIOSK = 6, /* of a wall's machine, never a person's */
};
#define ROLE_COUNT 7

enum credential {
	CREDENTIAL_NONE = 0,
	CREDENTIAL_LOGIN = 1, /* a person's, in a cookie */
	CREDENTIAL_API = 2,   /* a program's token, as Bearer */
	CREDENTIAL_KIOSK = 3, /* a claimed kiosk's, in a cookie */
};
#define CREDENTIAL_COUNT 4

#define PEOPLE_NAME_BYTES 72	/* of a user or token: 64 and a NUL */
#define PEOPLE_ADDRESS_BYTES 48 /* of a client, as a number */
#define PEOPLE_AGENT_BYTES 200	/* what a browser calls itself */
#define PEOPLE_SECRET_BYTES 65	/* 64 hexadecimal digits */

/* Whoever holds the secret with this hash may do what the role may, within the
 * site. */
struct principal {
	uint8_t sha256[32]; /* of the secret's letters, as they are sent */
	uint8_t kind;	    /* enum credential */
	uint8_t role;	    /* enum role */
	int64_t id;	    /* of the login, or of the token */
	int64_t user;	    /* whose login; 0 = a token */
	char name[PEOPLE_NAME_BYTES];	    /* of the user, or of the token */
	char site[LIMIT_NAME_BYTES];	    /* and all below it; "" = all */
	char address[PEOPLE_ADDRESS_BYTES]; /* KIOSK: no other's; else "" */
	int64_t ends_utc_us;		    /* at the latest; 0 = never */
};

/* "viewer", "api"; never NULL, "?" when out of range. */
const char *role_name(unsigned role);
const char *credential_name(unsigned kind);
/* Word -> value; false when it is none. */
bool role_find(const char *word, enum role *role_out);

#endif
