/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose camera an address is: what consoles are connected to, as feeds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "common/clock.h"
#include "monitor/monitor_consoles.h"

#define LINKS_US (10 * US_PER_S)   /* names may resolve anew */
#define RELAYED_US (15 * US_PER_S) /* a relay's list says nothing then */

static int
by_address(const void *a, const void *b)
{
	return memcmp(&((const struct link_address *)a)->address,
	    &((const struct link_address *)b)->address,
	    sizeof(struct wire_address));
}

/* Every feed by the address that it is fetched from. */
static void
refresh(struct monitor *m, int64_t now_us)
{
	struct consoles *c = m->consoles;
	void *grown;

	if (c->links_us != 0 && now_us - c->links_us < LINKS_US)
		return;
	grown = realloc(c->links, (m->feed_count + 1) * sizeof(*c->links));
	if (grown == NULL)
		return;
	c->links = grown;
	c->links_us = now_us;
	c->link_count = 0;
	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];
		struct link_address *l = &c->links[c->link_count];

		memset(l, 0, sizeof(*l));
		l->feed = f->id;
		c->link_count +=
		    fleet_address(m->fleet, f->number, &l->address);
	}
	qsort(c->links, c->link_count, sizeof(*c->links), by_address);
}

static size_t
first_of(const struct consoles *c, const struct wire_address *a)
{
	size_t low = 0, high = c->link_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(&c->links[middle].address, a, sizeof(*a)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
add_feeds(const struct consoles *c, const struct wire_address *a,
    struct views_link *out, size_t n, size_t max)
{
	size_t first = first_of(c, a), end = first;

	while (end < c->link_count && address_same(&c->links[end].address, a))
		end++;
	for (size_t i = first; i < end && n < max; i++)
		out[n++] = (struct views_link){ .feed = c->links[i].feed,
			.sure = end - first == 1 };
	return n;
}

static bool
said_before(const struct heartbeat *hb, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(hb->connections[i].address,
			hb->connections[n].address) == 0)
			return true;
	return false;
}

/* What relays say of somebody at that address. */
static size_t
add_relayed(const struct consoles *c, const char *address,
    struct views_link *out, size_t n, size_t max, int64_t now_us)
{
	for (unsigned r = 0; r < RELAYS_MOST; r++) {
		const struct relay_list *l = &c->relays[r];

		if (now_us - l->at_us > RELAYED_US)
			continue;
		for (size_t i = 0; i < l->count && n < max; i++)
			if (strcmp(l->links[i].address, address) == 0)
				out[n++] =
				    (struct views_link){ .feed =
							     l->links[i].feed,
					    .sure = true };
	}
	return n;
}

size_t
links_of(struct monitor *m, const struct held_console *h,
    struct views_link *out, size_t max, int64_t now_us)
{
	const struct heartbeat *hb = h->hb;
	size_t n = 0;

	refresh(m, now_us);
	for (unsigned i = 0; i < hb->connection_count; i++) {
		struct wire_address a;

		memset(&a, 0, sizeof(a));
		if (address_parse(hb->connections[i].address, &a) &&
		    !said_before(hb, i))
			n = add_feeds(m->consoles, &a, out, n, max);
	}
	return add_relayed(m->consoles, h->address, out, n, max, now_us);
}

/* --- relays */

/* A feed by the path of its URL, for searching. */
struct path_of {
	char path[RELAYS_PATH_BYTES]; /* without the first '/' and any query */
	int64_t feed;
};

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct path_of *)a)->path,
	    ((const struct path_of *)b)->path);
}

static bool
path_of_url(const char *url, const char *host, char *out, size_t size)
{
	struct inventory_url u;
	size_t at, n;
	const char *p;

	if (inventory_url_parse(url, &u, &at) != NULL ||
	    strcmp(u.host, host) != 0)
		return false;
	p = strstr(u.url, "://");
	p = p != NULL ? strchr(p + 3, '/') : NULL;
	n = p != NULL ? strcspn(++p, "?") : 0;
	if (n == 0 || n >= size)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

/* The feeds that this relay serves. */
static size_t
feeds_of_relay(const struct monitor *m, const char *host, struct path_of *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		out[n].feed = f->id;
		n += path_of_url(f->add->url, host, out[n].path,
		    sizeof(out[n].path));
	}
	qsort(out, n, sizeof(*out), by_path);
	return n;
}

static bool
is_console(const struct consoles *c, const char *address)
{
	for (size_t i = 0; i < c->console_count; i++)
		if (strcmp(c->consoles[i]->address, address) == 0)
			return true;
	return false;
}

static void
take_readers(struct monitor *m, struct relay_list *l,
    const struct relays_reader *list, size_t count)
{
	struct path_of *paths = NULL;
	size_t n = 0;

	l->count = 0;
	for (size_t i = 0; i < count && l->count < RELAYS_READERS; i++) {
		struct path_of key = { 0 };
		const struct path_of *found;

		if (!is_console(m->consoles, list[i].address))
			continue;
		/* Most relays' readers are no consoles: then no feed's URL
		 * need be taken apart. */
		if (paths == NULL) {
			paths = calloc(m->feed_count + 1, sizeof(*paths));
			if (paths == NULL)
				return;
			n = feeds_of_relay(m, l->host, paths);
		}
		memcpy(key.path, list[i].path, sizeof(key.path));
		found = bsearch(&key, paths, n, sizeof(*paths), by_path);
		if (found == NULL)
			continue;
		memcpy(l->links[l->count].address, list[i].address,
		    sizeof(list[i].address));
		l->links[l->count++].feed = found->feed;
	}
	free(paths);
}

void
monitor_relays_on_list(struct monitor *m, unsigned n, const char *url,
    const struct relays_reader *list, size_t count)
{
	struct relay_list *l = &m->consoles->relays[n];
	struct inventory_url u;
	size_t at;

	if (l->links == NULL)
		l->links = calloc(RELAYS_READERS, sizeof(*l->links));
	if (l->links == NULL || list == NULL ||
	    inventory_url_parse(url, &u, &at) != NULL)
		return; /* what it said last holds for a while */
	snprintf(l->host, sizeof(l->host), "%s", u.host);
	l->at_us = clock_mono_us();
	take_readers(m, l, list, count);
}

struct watched_feed *
links_feed_named(const struct monitor *m, const char *name)
{
	const char *slash = strrchr(name, '/');
	uint8_t uuid[16];

	if (inventory_uuid_parse(name, uuid))
		return monitor_feed_find(m, uuid);
	for (uint32_t i = 0; slash != NULL && i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];
		size_t n = strlen(f->site);

		/* A feed's own name may hold a slash too. */
		if (strncmp(name, f->site, n) == 0 && name[n] == '/' &&
		    strcmp(name + n + 1, f->name) == 0)
			return f;
	}
	return NULL;
}
