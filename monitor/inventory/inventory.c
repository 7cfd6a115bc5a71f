/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "common/hex.h"
#include "monitor/inventory/arena.h"

struct inventory *
inventory_new(void)
{
	struct inventory *inv = calloc(1, sizeof(*inv));

	if (inv == NULL)
		return NULL;
	inv->arena = arena_new();
	if (inv->arena == NULL)
		inventory_free(&inv);
	return inv;
}

void
inventory_free(struct inventory **inv)
{
	if (*inv == NULL)
		return;
	free((*inv)->sites);
	free((*inv)->devices);
	free((*inv)->feeds);
	arena_free(&(*inv)->arena);
	free(*inv);
	*inv = NULL;
}

const char *
inventory_string(struct inventory *inv, const char *s)
{
	return arena_copy(inv->arena, s, strlen(s));
}

struct inventory_site *
inventory_add_site(struct inventory *inv)
{
	void *item;

	inv->sites = arena_more(inv->sites, &inv->site_count,
	    sizeof(*inv->sites), &item);
	struct inventory_site *s = item;

	if (s != NULL)
		s->path = s->zone = s->contact = "";
	return s;
}

struct inventory_device *
inventory_add_device(struct inventory *inv)
{
	void *item;

	inv->devices = arena_more(inv->devices, &inv->device_count,
	    sizeof(*inv->devices), &item);
	struct inventory_device *d = item;

	if (d != NULL)
		d->name = d->address = d->user = d->password = "";
	return d;
}

struct inventory_feed *
inventory_add_feed(struct inventory *inv)
{
	void *item;

	inv->feeds = arena_more(inv->feeds, &inv->feed_count,
	    sizeof(*inv->feeds), &item);
	struct inventory_feed *f = item;

	if (f == NULL)
		return NULL;
	f->name = f->site = f->device = f->url = f->tags = "";
	f->dark_hours = f->relay = "";
	f->enabled = true;
	f->criticality = 3;
	return f;
}

void
inventory_feed_asks(const struct inventory_feed *f, char out[LIMIT_NAME_BYTES])
{
	const char *name = f->device;
	struct inventory_url u;
	size_t n, at;

	if (f->relay[0] != '\0' &&
	    inventory_url_parse(f->relay, &u, &at) == NULL)
		name = u.host;
	n = strnlen(name, LIMIT_NAME_BYTES - 1);
	memcpy(out, name, n);
	out[n] = '\0';
}

/* RFC 4122 4.4 */
void
inventory_uuid_make(const uint8_t random[16], uint8_t uuid_out[16])
{
	memmove(uuid_out, random, 16);
	uuid_out[6] = (uint8_t)((uuid_out[6] & 0x0f) | 0x40);
	uuid_out[8] = (uint8_t)((uuid_out[8] & 0x3f) | 0x80);
}

const char *
inventory_transport(unsigned transport)
{
	static const char *const words[WIRE_TRANSPORT_COUNT] = { "auto", "tcp",
		"udp", "http" };

	return words[transport < WIRE_TRANSPORT_COUNT ? transport : 0];
}

bool
inventory_uuid_parse(const char *text, uint8_t uuid_out[16])
{
	static const uint8_t none[16];
	uint8_t uuid[16];

	if (!uuid_read(text, uuid) || text[UUID_TEXT - 1] != '\0' ||
	    memcmp(uuid, none, 16) == 0)
		return false;
	memcpy(uuid_out, uuid, 16);
	return true;
}
