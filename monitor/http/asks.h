/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asks.h: requests that wait for the reader: each has a number, a deadline and
 * a way to end when its client or the reader goes. Of the web process.
 */
#ifndef MONITOR_HTTP_ASKS_H
#define MONITOR_HTTP_ASKS_H

#include "monitor/http/read_wire.h"

struct asks;
struct server;
struct request;

#define ASKS_MOST 64   /* waiting at once; more are told to come again */
#define ASKS_EACH 24   /* of them of one person or token */
#define ASKS_SECONDS 5 /* then the reader counts as hung */

struct asks *asks_new(struct server *s);
void asks_free(struct asks **a);
/* r will be answered from the reader's answer; ask->id is filled here. */
void asks_send(struct asks *a, const struct request *r, struct read_ask *ask);
/* A message of the reader. False when it makes no sense. */
bool asks_on_message(struct asks *a, unsigned type, struct span body);
/* The reader is gone: all that wait are told so. */
void asks_fail(struct asks *a);

#endif
