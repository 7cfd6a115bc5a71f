/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.h: a change that a command makes itself, while no monitor runs: what
 * the *_local.c files and user_change.c share. Answers are as the monitor's
 * (client.h).
 */
#ifndef MONITOR_CLI_LOCAL_H
#define MONITOR_CLI_LOCAL_H

#include <jansson.h>

#include "monitor/store/store.h"

struct monitor_config;

struct local_change {
	bool told, ok;
	int64_t id; /* of what was made */
	char error[STORE_ERROR_BYTES];
};

/* For writing, under its lock; NULL and a sentence. */
struct store *local_open(const struct monitor_config *config, const char *actor,
    char error[STORE_ERROR_BYTES]);
/* c must outlive the store, which may tell it as late as when it closes. */
struct store_done local_done(struct local_change *c);
/* Waits for what was posted with local_done, or was not. False: c->error says
 * why. */
bool local_wait(struct store *s, struct local_change *c, bool posted);
/* NULL: memory is out, or the text is no UTF-8. */
json_t *local_failed(const char *text);
/* Done; its number is the text. */
json_t *local_made(int64_t id);

#endif
