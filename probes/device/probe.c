/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/address.h"
#include "common/channel.h"
#include "common/curl_loop.h"
#include "common/device_wire.h"
#include "probes/device/search.h"
#include "probes/device/visit.h"

#define QUEUE_LIMIT (64u << 20)
#define AT_ONCE_MOST 64u
#define WORDS_MOST 200u /* more are counted by nobody */
#define PROGRESS_MS 200

struct entry { /* a device that is to be asked, or was */
	struct device_result known;
	char path[DEVICE_PATH_BYTES];
};

struct probe {
	struct event_base *base;
	struct channel *channel;
	struct curl_loop *loop;
	struct search *search;
	struct event *tell;
	struct device_begin begin;
	struct visit_config visits;
	struct device_key *keys; /* owned; wiped */
	uint32_t key_count;
	struct entry *entries; /* DEVICE_MOST of them, owned */
	uint32_t count, next;  /* from `next` on they wait for their turn */
	uint32_t asked, words; /* asked: right now */
	bool begun, full;
	bool searching, going; /* going: all targets are told */
	int status;
};

/* --- what is told */

static void
say(struct probe *p, unsigned type, struct writer w)
{
	if (!w.bad)
		channel_send(p->channel, type, w.start, writer_length(&w));
}

static void
on_word(void *arg, const struct wire_address *from, const char *why)
{
	struct probe *p = arg;
	struct device_word m = { .address = *from };
	struct writer w = channel_scratch();

	if (p->words == WORDS_MOST)
		return;
	p->words++;
	snprintf(m.text, sizeof(m.text), "%s", why);
	device_put_word(&w, &m);
	say(p, DEVICE_WORD, w);
}

static void
say_progress(struct probe *p)
{
	struct search_counts c = search_counts(p->search);
	const struct device_progress m = { .replies = c.replies,
		.strays = c.strays,
		.others = c.others,
		.to_search = c.to_send,
		.waiting = p->count - p->next,
		.asked = p->asked,
		.done = p->next - p->asked };
	struct writer w = channel_scratch();

	device_put_progress(&w, &m);
	say(p, DEVICE_PROGRESS, w);
}

static void
say_result(struct probe *p, const struct interview *v)
{
	struct writer w = channel_scratch();

	device_put_result(&w, &v->result);
	say(p, DEVICE_RESULT, w);
	for (uint32_t i = 0; i < v->result.stream_count; i++) {
		w = channel_scratch();
		device_put_stream(&w, &v->streams[i]);
		say(p, DEVICE_STREAM, w);
	}
}

/* --- the devices */

static struct entry *
entry_of(struct probe *p, const struct wire_address *a, uint16_t port)
{
	for (uint32_t i = 0; i < p->count; i++)
		if (address_same(&p->entries[i].known.address, a) &&
		    p->entries[i].known.port == port)
			return &p->entries[i];
	return NULL;
}

/* NULL: it is there already, or there are too many. */
static struct entry *
entry_new(struct probe *p, const struct wire_address *a, uint16_t port)
{
	static const struct wire_address nobody;

	if (entry_of(p, a, port) != NULL)
		return NULL;
	if (p->count == DEVICE_MOST) {
		if (!p->full)
			on_word(p, &nobody,
			    "more than 4096 devices: the rest is not asked");
		p->full = true;
		return NULL;
	}
	p->entries[p->count] =
	    (struct entry){ .known.address = *a, .known.port = port };
	return &p->entries[p->count++];
}

/* NULL: none is for it. */
static const struct device_key *
key_of(const struct probe *p, const struct wire_address *a)
{
	const struct device_key *others = NULL;

	for (uint32_t i = 0; i < p->key_count; i++) {
		if (address_same(&p->keys[i].address, a))
			return &p->keys[i];
		if (p->keys[i].address.family == 0)
			others = &p->keys[i];
	}
	return others;
}

/* As many as may be asked at once; the end when there is nobody left. */
static void
pump(struct probe *p)
{
	while (p->next < p->count && p->asked < p->begin.at_once) {
		struct entry *e = &p->entries[p->next++];

		if (visit_start(&p->visits, &e->known, e->path,
			key_of(p, &e->known.address)) != NULL)
			p->asked++;
		else
			on_word(p, &e->known.address, "memory is out");
	}
	if (!p->going || p->searching || p->asked > 0)
		return;
	say_progress(p);
	event_del(p->tell);
	channel_send(p->channel, DEVICE_END, NULL, 0);
}

static void
on_visited(void *arg, struct visit *v)
{
	struct probe *p = arg;

	say_result(p, visit_told(v));
	visit_free(&v);
	p->asked--;
	pump(p);
}

/* --- the search */

static void
on_match(void *arg, const struct wire_address *from,
    const struct discovery_match *m)
{
	struct probe *p = arg;
	struct entry *e = p->searching ? entry_new(p, from, m->place.port)
				       : NULL; /* too late */

	if (e == NULL)
		return;
	e->known.found = true;
	e->known.secure = m->place.secure;
	snprintf(e->path, sizeof(e->path), "%s", m->place.path);
	snprintf(e->known.said_host, sizeof(e->known.said_host), "%s",
	    m->said_host);
	snprintf(e->known.name, sizeof(e->known.name), "%s", m->name);
	snprintf(e->known.hardware, sizeof(e->known.hardware), "%s",
	    m->hardware);
	snprintf(e->known.location, sizeof(e->known.location), "%s",
	    m->location);
	pump(p);
}

static void
on_silent(void *arg, const struct wire_address *a)
{
	entry_new(arg, a, 80);
}

static void
on_over(void *arg)
{
	struct probe *p = arg;

	p->searching = false;
	pump(p);
}

/* --- what is to be done */

static bool
on_begin(struct probe *p, struct span body)
{
	const struct search_calls calls = { .on_match = on_match,
		.on_silent = on_silent,
		.on_word = on_word,
		.on_over = on_over,
		.arg = p };
	struct device_begin *b = &p->begin;

	if (p->begun || !device_get_begin(body, b) ||
	    b->version != DEVICE_VERSION || b->at_once == 0 ||
	    b->at_once > AT_ONCE_MOST)
		return false;
	p->begun = true;
	p->visits = (struct visit_config){ .base = p->base,
		.loop = p->loop,
		.interview = { .basic_ok = b->basic_ok,
		    .keep_host = b->keep_host },
		.timeout_ms = b->timeout_ms,
		.over = on_visited,
		.arg = p };
	curl_multi_setopt(curl_loop_multi(p->loop), CURLMOPT_MAXCONNECTS,
	    (long)b->at_once);
	p->search = search_new(p->base, b, &calls);
	return p->search != NULL;
}

static bool
on_key(struct probe *p, struct span body)
{
	if (!p->begun || p->going || p->key_count == DEVICE_MOST)
		return false;
	if (p->keys == NULL)
		p->keys = calloc(DEVICE_MOST, sizeof(*p->keys));
	return p->keys != NULL &&
	       device_get_key(body, &p->keys[p->key_count]) &&
	       ++p->key_count > 0;
}

static bool
on_target(struct probe *p, struct span body)
{
	struct device_target t;
	struct entry *e;

	if (!p->begun || p->going || !device_get_target(body, &t))
		return false;
	if (t.port == 0)
		return search_add(p->search, &t.address, t.anyway);
	e = entry_new(p, &t.address, t.port);
	if (e != NULL) {
		e->known.secure = t.secure;
		snprintf(e->path, sizeof(e->path), "%s", t.path);
	}
	return true;
}

static bool
on_go(struct probe *p, struct span body)
{
	if (!p->begun || p->going || body.n != 0)
		return false;
	p->going = true;
	p->searching = search_start(p->search);
	pump(p);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct probe *p = arg;

	switch (type) {
	case DEVICE_BEGIN:
		return on_begin(p, body);
	case DEVICE_KEY:
		return on_key(p, body);
	case DEVICE_TARGET:
		return on_target(p, body);
	case DEVICE_GO:
		return on_go(p, body);
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct probe *p = arg;

	(void)why; /* who asked has what it wants, or is gone */
	p->status = 1;
	event_base_loopbreak(p->base);
}

static void
on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct probe *p = arg;

	(void)fd;
	(void)what;
	if (p->going)
		say_progress(p);
}

/* --- its life */

struct probe *
probe_new(struct event_base *base)
{
	static const struct timeval each = { 0, PROGRESS_MS * 1000 };
	struct probe *p = calloc(1, sizeof(*p));
	const struct channel_calls calls = { .on_message = on_message,
		.on_closed = on_closed,
		.arg = p };

	if (p == NULL)
		return NULL;
	p->base = base;
	p->loop = curl_loop_new(base, visit_done);
	p->entries = calloc(DEVICE_MOST, sizeof(*p->entries));
	p->channel = channel_new(base, DEVICE_FD_CHANNEL, QUEUE_LIMIT, &calls);
	p->tell = event_new(base, -1, EV_PERSIST, on_tell, p);
	if (p->loop == NULL || p->entries == NULL || p->channel == NULL ||
	    p->tell == NULL || event_add(p->tell, &each) != 0) {
		probe_free(&p);
		return NULL;
	}
	channel_wipe(p->channel); /* passwords */
	return p;
}

int
probe_serve(struct probe *p)
{
	event_base_dispatch(p->base);
	return p->status;
}

void
probe_free(struct probe **pp)
{
	struct probe *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	if (p->tell != NULL)
		event_free(p->tell);
	search_free(&p->search);
	channel_free(&p->channel);
	curl_loop_free(&p->loop);
	if (p->keys != NULL)
		explicit_bzero(p->keys, DEVICE_MOST * sizeof(*p->keys));
	free(p->keys);
	free(p->entries);
	free(p);
}
