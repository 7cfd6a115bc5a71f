/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_people.h: what the files of people's credentials share, with those
 * whose requests touch credentials. monitor_people.c: who is in force, and the
 * follower. monitor_logins.c: passwords that are tried. monitor_claim.c: the
 * set-up, kiosks, the end of log-ins. monitor_users.c: what people change of
 * people.
 */
#ifndef MONITOR_MONITOR_PEOPLE_H
#define MONITOR_MONITOR_PEOPLE_H

#include "monitor/monitor_logins.h"
#include "monitor/monitor_parts.h"
#include "monitor/monitor_users.h"
#include "monitor/people/hasher.h"
#include "monitor/people/throttle.h"
#include "monitor/store/store_users.h"

#define ADDRESS_KEY_BYTES PEOPLE_ADDRESS_BYTES
#define REFUSED_NAMES 8
#define KNOWN_MOST 1024u

struct held_principal {
	struct principal p;
	/* Used then, and stored as used then; of a log-in it decides. */
	int64_t seen_utc, saved_utc;
	bool ending; /* its end is posted */
};
struct held_kiosk { /* a token that can be claimed, or was */
	int64_t id;
	uint8_t sha256[32];
	bool claimed;
};
struct known_pair {		      /* let in before */
	char user[PEOPLE_NAME_BYTES]; /* lower case */
	char address[ADDRESS_KEY_BYTES];
};

/* Those that were refused, until it is told. */
struct refused {
	uint32_t wrong, later, tokens;
	uint32_t unknown; /* of wrong: names that nobody has */
	char users[REFUSED_NAMES][PEOPLE_NAME_BYTES];
	char addresses[REFUSED_NAMES][PEOPLE_ADDRESS_BYTES];
	unsigned user_count, address_count;
	int64_t told_us;
};

struct attempt;
struct people {
	struct held_principal *held; /* in the order of their SHA-256 */
	size_t held_count;
	struct held_kiosk *kiosks;
	size_t kiosk_count;
	struct known_pair *known; /* KNOWN_MOST, the newest */
	size_t known_count, known_next;
	struct monitor_people_calls calls;
	bool followed;
	bool unread; /* the list could not be made: tried again each second */
	bool setup_due;
	char setup_token[PEOPLE_SECRET_BYTES]; /* "" = there is none */
	struct hasher *hasher;
	struct throttle *throttle;
	struct event *turn; /* when the throttle is to be asked again */
	struct attempt *attempts;
	uint64_t ticket;
	struct refused refused;
};

/* monitor_people.c */
bool monitor_people_start(struct monitor *m, char **error_out);
void monitor_people_free(struct monitor *m);
void monitor_people_second(struct monitor *m, int64_t now_us);
/* Of a store_done: what is held becomes what is committed, and the follower is
 * told, before the change is answered. */
void people_settle(struct monitor *m);
/* 32 random bytes as 64 digits, and the SHA-256 of the digits. False: no
 * random numbers. */
bool people_secret(char out[PEOPLE_SECRET_BYTES], uint8_t sha256_out[32]);
void people_sha256(const char *text, uint8_t out[32]);
/* In the same time for each. */
bool people_same(const uint8_t a[32], const uint8_t b[32]);
/* An IPv6 network of 64 bits is one place. */
void people_address_key(const char *address, char out[ADDRESS_KEY_BYTES]);
bool people_known(const struct people *x, const char *user_low,
    const char *address_key);
void people_know(struct people *x, const char *user, const char *address);
void people_lower(const char *name, char out[PEOPLE_NAME_BYTES]);

/* monitor_logins.c */
bool people_logins_start(struct monitor *m);
void people_logins_free(struct monitor *m);
void people_refused_second(struct monitor *m, int64_t now_us);
void people_refuse_token(struct monitor *m, const char *address);
/* Another's password is hashed in the same queue; fn is told the letters, NULL:
 * not now. */
typedef void people_letters_fn(void *arg, const char *letters);
void people_letters(struct monitor *m, const char *password,
    people_letters_fn *fn, void *arg);
/* The user is let in, as store_user or its password says: the answer follows.
 */
struct people_entry {
	int64_t user;
	const char *password; /* its hash's letters */
	const char *address, *agent;
};
void people_let_in(struct monitor *m, const struct people_entry *e,
    monitor_login_fn *answer, void *arg);
void people_answer(monitor_login_fn *answer, void *arg, unsigned status,
    const char *text);

/* monitor_claim.c: the set-up token, in memory and in the state directory. */
bool people_setup_load(struct monitor *m, char **error_out);
void people_setup_over(struct monitor *m);

#endif
