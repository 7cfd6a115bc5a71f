/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_credentials.h: what cameras ask of us before they answer. The monitor
 * holds passwords as the database does, sealed; each is opened for the moment
 * in which it is handed to its probe. For the composition root's files.
 */
#ifndef MONITOR_MONITOR_CREDENTIALS_H
#define MONITOR_MONITOR_CREDENTIALS_H

#include "monitor/monitor.h"

/* Behind the store, which makes the file of keys. False: memory is out. Without
 * keys all else goes on. */
bool monitor_credentials_start(struct monitor *m);
void monitor_credentials_free(struct monitor *m);
/* What is committed, read anew. False: it can't be. */
bool monitor_credentials_load(struct monitor *m);
/* Opens, changes or ends the incident of those that no key opens. */
void monitor_credentials_say(struct monitor *m, int64_t now_us);
/* The file of keys may be another by now. */
void monitor_credentials_reload(struct monitor *m);

/* A number that tells a device's password from another one, and nothing else;
 * only of this process. */
void monitor_credentials_mark(const struct monitor *m, int64_t device,
    uint8_t out[16]);
/* That of a password that no key opens. */
bool monitor_credentials_locked(const uint8_t mark[16]);
/* A fleet call. */
void monitor_credentials_password(void *arg, uint32_t feed,
    char out[LIMIT_CREDENTIAL_BYTES]);

/* How it stands; names: of devices whose password no key opens, a line each. */
struct monitor_credentials_state {
	const char *path, *error; /* error: of the file of keys; "" = none */
	uint32_t sealed, locked;
	const char *names;
};
void monitor_credentials_state(const struct monitor *m,
    struct monitor_credentials_state *out);
/* Another key, and all that can be opened sealed with it. keep_old: the one
 * that was stays in the file, for backups. answer: `changed` were sealed anew,
 * `unchanged` could not be opened. */
void monitor_credentials_rekey(struct monitor *m, bool keep_old,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

#endif
