/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/relays.h"

#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/keeper.h"

#define QUEUE_BYTES (1u << 20)
#define SILENT_US (30 * US_PER_S)

struct relays {
	relays_fn *fn;
	void *arg;
	struct keeper *keeper;
	char *urls[RELAYS_MOST]; /* owned */
	unsigned url_count;
	bool failing[RELAYS_MOST];
	/* the list under way */
	struct relays_reader *list;
	size_t count;
	unsigned of;
};

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
		log_info("relays", "relay %u of agents.relays answers again",
		    r->of + 1u);
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
		keeper_heard(r->keeper);
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
on_start(void *arg, struct channel *ch)
{
	struct relays *r = arg;

	channel_wipe(ch); /* passwords */
	for (unsigned i = 0; i < r->url_count; i++)
		channel_send(ch, RELAYS_URL, r->urls[i], strlen(r->urls[i]));
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
	static const struct keeper_spec spec = { .room = "relays",
		.what = "the process that asks relays",
		.role = "_relays",
		.queue_bytes = QUEUE_BYTES,
		.silent_us = SILENT_US };
	struct relays *r = calloc(1, sizeof(*r));
	struct keeper_calls calls = { .on_message = on_message,
		.on_start = on_start,
		.arg = r };

	if (r == NULL)
		return NULL;
	r->fn = fn;
	r->arg = arg;
	r->list = calloc(RELAYS_READERS, sizeof(*r->list));
	r->keeper = keeper_new(base, &spec, &calls);
	if (r->list == NULL || r->keeper == NULL || !take_urls(r, urls)) {
		relays_free(&r);
		return NULL;
	}
	keeper_restart(r->keeper);
	return r;
}

void
relays_free(struct relays **rp)
{
	struct relays *r = *rp;

	if (r == NULL)
		return;
	*rp = NULL;
	keeper_free(&r->keeper);
	for (unsigned i = 0; i < r->url_count; i++)
		free(r->urls[i]);
	free(r->list);
	free(r);
}
