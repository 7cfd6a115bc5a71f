/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes.h: one HTTP request -> its answer. Of the web process; requests are
 * hostile. Only GET is answered, only under a loopback host name.
 */
#ifndef MONITOR_HTTP_ROUTES_H
#define MONITOR_HTTP_ROUTES_H

struct evhttp_request;

/* evhttp's general callback; arg is the struct server. */
void routes_on_request(struct evhttp_request *req, void *arg);

#endif
