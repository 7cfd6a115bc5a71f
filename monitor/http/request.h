/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.h: one request that was let in: what it asks for, and who asks.
 * Shared by the files that answer; of the web process.
 */
#ifndef MONITOR_HTTP_REQUEST_H
#define MONITOR_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/keyvalq_struct.h>

#include "camwarden/people.h"
#include "monitor/http/lists.h"
#include "monitor/http/rights.h"

struct evhttp_request;
struct server;
struct session;

struct request {
	struct server *s;
	struct evhttp_request *req;
	const char *path; /* without its query */
	struct evkeyvalq query;
	enum right_method method; /* HEAD counts as GET */
	const struct right_row *row;
	struct right_match match;
	struct session *session; /* whose credential is good; NULL: nobody's */
	bool cookie;		 /* that is how it was shown */
	bool rubbish;		 /* one was shown and is not good */
	uint8_t sha256[32];
	char letters[PEOPLE_SECRET_BYTES]; /* of the credential, or "" */
	char address[PEOPLE_ADDRESS_BYTES];
};

/* A word of the query; NULL, or "", when it isn't there. The first is what
 * fills asks (read_query.h, lists.h): r is a struct request. */
const char *request_find(void *r, const char *key);
const char *request_word(struct request *r, const char *key);
/* The role and scope of who asks. */
enum role request_role(const struct request *r);
const char *request_scope(const struct request *r);
/* Whose it is, whatever log-in it came by: equal for one person or one token,
 * never 0. There is a session. */
uint64_t request_mark(const struct request *r);

/* routes_own.c: what the web process answers by itself. */
void request_answer(struct request *r);
/* The Session of whoever asks (monitor/web/src/api.ts), or of `session`. */
void request_answer_session(struct server *s, struct evhttp_request *req,
    const struct session *session);

#endif
