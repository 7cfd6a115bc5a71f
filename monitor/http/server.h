/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.h: the web process as one struct, shared by its parts. Only files of
 * this room include it. Its clients are hostile; the monitor on its channel is
 * trusted; the reader is checked.
 */
#ifndef MONITOR_HTTP_SERVER_H
#define MONITOR_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/rows.h"
#include "monitor/http/sessions.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/read_wire.h"
#include "monitor/http/web_wire.h"

struct event_base;
struct evhttp;
struct evhttp_request;
struct channel;
struct gate;
struct events;
struct asks;
struct changes;
struct present;
struct snapshots;

#define SERVER_LATE_US 3000000 /* without a word the monitor counts as late */

struct server {
	struct event_base *base;
	struct evhttp *http;
	struct channel *monitor;
	struct channel *reader; /* NULL while there is none, */
	int64_t reader_us;	/* since then, or since the start */
	struct gate *gate;
	struct events *events;
	struct asks *asks;
	struct changes *changes;
	struct present *present;
	struct ssl_ctx_st *tls; /* NULL: none, or not yet */
	struct snapshots *snapshots;
	struct rows rows;
	struct sessions sessions;
	bool loaded;	  /* every row was told once */
	bool late;	  /* no word from the monitor for SERVER_LATE_US */
	int64_t heard_us; /* its last word */
	struct web_configure configure;
	struct web_totals totals;
	struct read_facts facts; /* for the reader */
	uint64_t epoch; /* random: event numbers of another life don't fit */
	uint64_t requests;
	uint64_t strangers; /* requests without a credential that is good */
};

/* The monitor is to take a fresh picture of this feed, unless it was asked a
 * moment ago or the present one is new. */
void server_want_picture(struct server *s, struct row *row);
/* The reader is lost or hangs: the monitor is asked for another. */
void server_reader_lost(struct server *s);

#endif
