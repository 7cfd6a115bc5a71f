/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/relays.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/offspring.h"

#define QUEUE_BYTES (1u << 20)
#define SILENT_US (30 * US_PER_S)
#define RESTART_US (2 * US_PER_S)

struct relays {
	struct event_base *base;
	relays_fn *fn;
	void *arg;
	struct event *tick;
	struct channel *ch; /* NULL while there is no process */
	pid_t pid;
	int64_t started_us, alive_us;
	char *urls[RELAYS_MOST]; /* owned */
	unsigned url_count;
	bool failing[RELAYS_MOST];
	/* the list under way */
	struct relays_reader *list;
	size_t count;
	unsigned of;
};

static void
drop(struct relays *r)
{
	channel_free(&r->ch);
	offspring_end(&r->pid);
}

static bool
begin_list(struct relays *r, struct span body)
{
	if (body.n != 1 || body.p[0] >= r->url_count)
		return false;
	r->of = body.p[0];
	r->count = 0;
	return true;
}

static bool
end_list(struct relays *r, struct span body)
{
	if (body.n != 1 || body.p[0] != r->of)
		return false;
	if (r->failing[r->of])
		log_info("relays", "%s answers again", r->urls[r->of]);
	r->failing[r->of] = false;
	r->fn(r->arg, r->of, r->urls[r->of], r->list, r->count);
	return true;
}

static bool
failed(struct relays *r, struct span body)
{
	if (body.n < 1 || body.p[0] >= r->url_count)
		return false;
	if (!r->failing[body.p[0]])
		log_warn("relays", "relay %u of agents.relays: %.*s",
		    body.p[0] + 1u, (int)(body.n - 1),
		    (const char *)body.p + 1);
	r->failing[body.p[0]] = true;
	r->fn(r->arg, body.p[0], r->urls[body.p[0]], NULL, 0);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct relays *r = arg;

	switch (type) {
	case RELAYS_ALIVE:
		r->alive_us = clock_mono_us();
		return body.n == 0;
	case RELAYS_BEGIN:
		return begin_list(r, body);
	case RELAYS_READER:
		return r->count < RELAYS_READERS &&
		       relays_get_reader(body, &r->list[r->count++]);
	case RELAYS_END:
		return end_list(r, body);
	case RELAYS_FAILED:
		return failed(r, body);
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct relays *r = arg;

	log_error("relays", "the process that asks relays is lost (%s)", why);
	drop(r); /* the tick starts another */
}

static void
start(struct relays *r)
{
	struct channel_calls calls = { on_message, on_closed, r };
	int pair[2];

	r->started_us = r->alive_us = clock_mono_us();
	if (!offspring_pair(pair))
		return;
	r->pid = offspring_spawn("_relays", NULL, pair, 1);
	close(pair[0]);
	if (r->pid != 0)
		r->ch = channel_new(r->base, pair[1], QUEUE_BYTES, &calls);
	if (r->ch == NULL) {
		close(pair[1]);
		offspring_end(&r->pid);
		return;
	}
	for (unsigned i = 0; i < r->url_count; i++)
		channel_send(r->ch, RELAYS_URL, r->urls[i], strlen(r->urls[i]));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct relays *r = arg;
	int64_t now = clock_mono_us();

	(void)fd;
	(void)what;
	if (r->ch != NULL && now - r->alive_us > SILENT_US)
		drop(r);
	if (r->ch == NULL && now - r->started_us >= RESTART_US)
		start(r);
}

static bool
take_urls(struct relays *r, const char *urls)
{
	static const char between[] = ", \t";

	for (urls += strspn(urls, between); *urls != '\0';
	     urls += strspn(urls, between)) {
		size_t n = strcspn(urls, between);

		if (r->url_count == RELAYS_MOST)
			break;
		r->urls[r->url_count] = strndup(urls, n);
		if (r->urls[r->url_count++] == NULL)
			return false;
		urls += n;
	}
	return true;
}

struct relays *
relays_new(struct event_base *base, const char *urls, relays_fn *fn, void *arg)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct relays *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->base = base;
	r->fn = fn;
	r->arg = arg;
	r->list = calloc(RELAYS_READERS, sizeof(*r->list));
	r->tick = event_new(base, -1, EV_PERSIST, on_tick, r);
	if (r->list == NULL || r->tick == NULL || !take_urls(r, urls)) {
		relays_free(&r);
		return NULL;
	}
	event_add(r->tick, &second);
	start(r);
	return r;
}

void
relays_free(struct relays **rp)
{
	struct relays *r = *rp;

	if (r == NULL)
		return;
	*rp = NULL;
	drop(r);
	if (r->tick != NULL)
		event_free(r->tick);
	for (unsigned i = 0; i < r->url_count; i++)
		free(r->urls[i]);
	free(r->list);
	free(r);
}
