/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hasher.h: passwords -> Argon2id (libsodium, its INTERACTIVE limits), in two
 * processes of their own, one job each, so that log-ins hold up neither the
 * monitor nor each other. Of the monitor's loop. What a process says is
 * checked; one that is lost fails its job and is replaced.
 */
#ifndef MONITOR_PEOPLE_HASHER_H
#define MONITOR_PEOPLE_HASHER_H

#include <stdbool.h>

#define HASHER_WORKERS 2
#define HASHER_LETTERS_BYTES 128

struct hasher;
struct event_base;

enum hasher_word {
	HASHER_GOOD,  /* it is that password; or letters are made */
	HASHER_WRONG, /* it is another */
	HASHER_LOST,  /* nobody can say: the process is gone */
};
typedef void hasher_fn(void *arg, enum hasher_word word, const char *letters);

/* NULL: no memory. */
struct hasher *hasher_new(struct event_base *base);
/* Jobs under way are forgotten, unanswered. */
void hasher_free(struct hasher **h);
/* A process stands and rests. */
bool hasher_free_one(const struct hasher *h);
/* letters NULL: make them of this password; else: are they of it? Both are
 * copied; the copy is wiped. fn is called once, from the loop. False: no
 * process rests. */
bool hasher_work(struct hasher *h, const char *password, const char *letters,
    hasher_fn *fn, void *arg);
/* One of them rests again, or stands again: called from the loop. */
void hasher_on_free(struct hasher *h, void (*fn)(void *arg), void *arg);

/* `camwarden _hash`: exit code. */
int hash_process_main(int argc, char **argv);

#endif
