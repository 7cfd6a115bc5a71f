/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.h: what somebody wishes to be changed -> whether he may, calls of the
 * monitor, one answer. The same for a request over HTTP (run_changes.c) and for
 * a question on the control socket (control_commands.c). The wish's form was
 * checked (change_wish.h); who asks is given by whoever knows it.
 */
#ifndef MONITOR_CLI_CHANGE_H
#define MONITOR_CLI_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "camwarden/people.h"
#include "monitor/http/rights.h"
#include "monitor/monitor.h"

struct change_wish;

#define CHANGE_ACTOR_BYTES 80

struct change_who {
	/* kind CREDENTIAL_NONE: nobody. */
	struct principal principal;
	char actor[CHANGE_ACTOR_BYTES]; /* "user:NAME", "unix:NAME" */
	bool local; /* of this machine, through the control socket: may all */
};

struct change_ask {
	enum right right;
	const struct change_wish *wish;
	const struct change_who *who;
	int64_t number;	     /* {n} of the path */
	uint8_t uuid[16];    /* {id} of the path */
	const char *address; /* of the client */
	const char *agent;   /* what it calls itself */
};

struct change_answer {
	unsigned status; /* of HTTP */
	unsigned retry_s;
	json_t *body; /* given; NULL: none, or text */
	/* When it was refused: a sentence, borrowed; "". */
	const char *text;
	/* A new credential for a cookie, borrowed; NULL = none. */
	const char *secret;
	bool clear; /* the cookie is of no use any more */
};
/* Called exactly once, perhaps from within change_run. */
typedef void change_answer_fn(void *arg, struct change_answer *a);

/* "sites", "devices", "feeds"; false: none of them. */
bool change_table_named(const char *name, enum monitor_table *out);

/* All of ask is borrowed until this returns. What it began is done and on
 * record even when nobody waits for the answer any more. */
void change_run(struct monitor *m, const struct change_ask *ask,
    change_answer_fn *answer, void *arg);

#endif
