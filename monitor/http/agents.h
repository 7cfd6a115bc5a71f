/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agents.h: the monitor's side of the listener for console agents, console
 * pages and VMS: spawns its process, tells it which tokens are good, hears
 * what they say and answers. What the process says is hostile. Runs in the
 * monitor's loop; the process is replaced when it dies.
 */
#ifndef MONITOR_HTTP_AGENTS_H
#define MONITOR_HTTP_AGENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/agents_wire.h"

struct agents;
struct event_base;

/* Borrowed for the call. */
struct agents_settings {
	const char *address; /* IPv4 or IPv6 */
	uint16_t port;	     /* 0 = any free one */
	/* Files, PEM; "" = without TLS, which only a loopback address gets. */
	const char *certificate, *key;
	uint32_t connections;
	uint32_t per_address;
};

/* Each fills answer (status, picture, body) before it returns; the body must
 * live until then. None may free the agents. */
struct agents_calls {
	/* agents_token_put every good token; from within agents_new too. */
	void (*tell_all)(void *arg, struct agents *a);
	void (*heartbeat)(void *arg, const struct agents_from *from,
	    const struct heartbeat *hb, struct agents_answer *answer);
	void (*views)(void *arg, const struct agents_from *from,
	    const struct agents_views *v, struct agents_answer *answer);
	void (*ask)(void *arg, const struct agents_from *from,
	    const struct agents_ask *q, struct agents_answer *answer);
	void (*reply)(void *arg, const struct agents_from *from,
	    const struct agents_reply *r, struct agents_answer *answer);
	void (*dispute)(void *arg, const struct agents_from *from,
	    const struct agents_dispute *d, struct agents_answer *answer);
	void (*refused)(void *arg, const struct agents_refused *r);
	void *arg;
};

/* NULL with a sentence in error_out (given). */
struct agents *agents_new(struct event_base *base,
    const struct agents_settings *set, const struct agents_calls *calls,
    char **error_out);
void agents_free(struct agents **a);
/* Tokens changed: all of them are told again, through tell_all. */
void agents_tokens_changed(struct agents *a);
void agents_token_put(struct agents *a, const struct agents_token *t);
/* Limits are in force at once, certificates are read again (while they can't be
 * used, the listener keeps what it had); a new address needs a restart. */
void agents_reload(struct agents *a, const struct agents_settings *set);
uint16_t agents_port(const struct agents *a);

/* Are they, PEM, a certificate and its key? Takes both descriptors. */
bool agents_material_good(int certificate_fd, int key_fd);

/* The process's main: `camwarden _agents`. Exit code. */
int agents_process_main(int argc, char **argv);

#endif
