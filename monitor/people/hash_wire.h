/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash_wire.h: what the monitor and a hashing process say to each other, over
 * common/channel. PURE. Neither trusts the other: each get gives false unless
 * all is in range and nothing is left over.
 */
#ifndef MONITOR_PEOPLE_HASH_WIRE_H
#define MONITOR_PEOPLE_HASH_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

#define HASH_FD_CHANNEL 3

#define HASH_PASSWORD_BYTES 260 /* with its NUL */
#define HASH_LETTERS_BYTES 128	/* crypto_pwhash_STRBYTES, with its NUL */

enum hash_type {
	HASH_JOB = 300,	 /* monitor -> process, one at a time */
	HASH_DONE = 301, /* process -> monitor */
	HASH_ALIVE = 302,
};

struct hash_job {
	uint32_t id; /* echoed */
	char password[HASH_PASSWORD_BYTES];
	char letters[HASH_LETTERS_BYTES]; /* to compare; "" = make them */
};
struct hash_done {
	uint32_t id;
	bool good; /* it was that password; or they are made */
	char letters[HASH_LETTERS_BYTES];
};

void hash_put_job(struct writer *w, const struct hash_job *m);
bool hash_get_job(struct span body, struct hash_job *m_out);
void hash_put_done(struct writer *w, const struct hash_done *m);
bool hash_get_done(struct span body, struct hash_done *m_out);

/* Argon2id letters such as we make: nothing that a worker would choke on. */
bool hash_letters_good(const char *letters);

#endif
