/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/curl_loop.h"

#include <stdlib.h>

#include <event2/event.h>

struct curl_loop {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	curl_loop_fn *done;
};

static void
reap(struct curl_loop *l)
{
	struct CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(l->multi, &left)) != NULL) {
		CURL *easy = msg->easy_handle;
		CURLcode code = msg->data.result; /* gone with the message */

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(l->multi, easy);
		l->done(easy, code);
	}
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct curl_loop *l = arg;
	int running, flags = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			     (what & EV_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(l->multi, fd, flags, &running);
	reap(l);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct curl_loop *l = arg;
	int running;

	(void)fd;
	(void)what;
	curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(l);
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct curl_loop *l = arg;
	struct event *ev = mine;
	short events =
	    (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
		    (what & CURL_POLL_OUT ? EV_WRITE : 0));

	(void)easy;
	if (ev != NULL)
		event_free(ev);
	ev = NULL;
	if (what != CURL_POLL_REMOVE) {
		ev = event_new(l->base, fd, events, on_socket, l);
		if (ev == NULL || event_add(ev, NULL) != 0)
			return -1;
	}
	curl_multi_assign(l->multi, fd, ev);
	return 0;
}

/* A time of 0 means at once, but never from within. */
static int
set_timer(CURLM *multi, long ms, void *arg)
{
	struct curl_loop *l = arg;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		event_del(l->timer);
	else
		event_add(l->timer, &tv);
	return 0;
}

struct curl_loop *
curl_loop_new(struct event_base *base, curl_loop_fn *done)
{
	struct curl_loop *l = calloc(1, sizeof(*l));

	if (l == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(l);
		return NULL;
	}
	l->base = base;
	l->done = done;
	l->multi = curl_multi_init();
	l->timer = evtimer_new(base, on_timer, l);
	if (l->multi == NULL || l->timer == NULL) {
		curl_loop_free(&l);
		return NULL;
	}
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	return l;
}

void
curl_loop_free(struct curl_loop **lp)
{
	struct curl_loop *l = *lp;

	if (l == NULL)
		return;
	*lp = NULL;
	if (l->multi != NULL)
		curl_multi_cleanup(l->multi);
	if (l->timer != NULL)
		event_free(l->timer);
	free(l);
}

CURLM *
curl_loop_multi(struct curl_loop *l)
{
	return l->multi;
}

bool
curl_loop_add(struct curl_loop *l, CURL *easy)
{
	return curl_multi_add_handle(l->multi, easy) == CURLM_OK;
}

void
curl_loop_drop(struct curl_loop *l, CURL *easy)
{
	curl_multi_remove_handle(l->multi, easy);
}
