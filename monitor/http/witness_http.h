/* SPDX-License-Identifier: GPL-3.0-or-later */
/* witness_http.h: the HTTP server of a witness (C2SP tlog-witness): POST
 * .../add-checkpoint and GET /healthz, with limits of its own on connections,
 * bodies and time. Clients are hostile; what they ask is weighed by the caller.
 */
#ifndef MONITOR_HTTP_WITNESS_HTTP_H
#define MONITOR_HTTP_WITNESS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct witness_http;
struct event_base;

struct witness_http_answer {
	unsigned status;
	const char *type;
	char body[4096];
};

struct witness_http_calls {
	/* A body that came to add-checkpoint. */
	void (*add)(void *arg, const char *body, size_t length,
	    struct witness_http_answer *out);
	/* 200 or 503, and why. */
	void (*health)(void *arg, struct witness_http_answer *out);
	void *arg;
};

/* listen_fd (offspring_listen) and, unless -1, both TLS files are taken. NULL:
 * no memory, or the files aren't a certificate and its key. */
struct witness_http *witness_http_new(struct event_base *base, int listen_fd,
    int certificate_fd, int key_fd, size_t body_most,
    const struct witness_http_calls *calls);
void witness_http_free(struct witness_http **h);

#endif
