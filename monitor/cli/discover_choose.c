/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/discover_choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/address.h"
#include "monitor/inventory/csv_out.h"

#define LABEL_BYTES (2 * DEVICE_TEXT_BYTES)

/* --- which streams */

static bool
usable(const struct device_stream *s, bool jpeg)
{
	return s->url[0] != '\0' &&
	       jpeg == (strcasecmp(s->encoding, "JPEG") == 0);
}

static uint32_t
pixels(const struct device_stream *s)
{
	return (uint32_t)s->width * s->height;
}

/* What the profiles of one source make. False: nothing to open. */
static bool
camera_of(const struct discover_device *d, const char *source, bool jpeg,
    struct discover_camera *c)
{
	const struct device_stream *small = NULL;

	*c = (struct discover_camera){ 0 };
	for (uint32_t i = 0; i < d->streams_got; i++) {
		const struct device_stream *s = &d->streams[i];

		if (strcmp(s->source, source) != 0)
			continue;
		c->ptz = c->ptz || s->ptz;
		if (!usable(s, jpeg))
			continue;
		if (c->main == NULL || pixels(s) > pixels(c->main))
			c->main = s;
		/* One that doesn't say its size is none to prefer. */
		if (pixels(s) > 0 &&
		    (small == NULL || pixels(s) < pixels(small)))
			small = s;
	}
	if (small != NULL && pixels(small) < pixels(c->main) &&
	    strcmp(small->url, c->main->url) != 0)
		c->sub = small;
	return c->main != NULL;
}

static bool
seen_before(const struct discover_device *d, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (strcmp(d->streams[i].source, d->streams[at].source) == 0)
			return true;
	return false;
}

uint32_t
discover_choose(const struct discover_device *d, struct discover_camera *out,
    uint32_t most)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->streams_got && n < most; i++) {
		const char *source = d->streams[i].source;

		if (!seen_before(d, i) &&
		    (camera_of(d, source, false, &out[n]) ||
			camera_of(d, source, true, &out[n])))
			n++;
	}
	return n;
}

/* --- what they are called */

static const char *
own_name(const struct device_result *r)
{
	return r->name[0] != '\0' ? r->name : r->model;
}

/* "Gate 3", or with its address where others are called the same. */
static void
label(const struct discover_device *devices, uint32_t count, uint32_t at,
    char out[LABEL_BYTES])
{
	const struct device_result *r = &devices[at].result;
	const char *name = own_name(r);
	char address[ADDRESS_TEXT];
	bool alone = name[0] != '\0';

	address_print(&r->address, address);
	for (uint32_t i = 0; i < count && alone; i++)
		alone = i == at ||
			strcasecmp(own_name(&devices[i].result), name) != 0;
	snprintf(out, LABEL_BYTES, "%s%s%s", name,
	    alone || name[0] == '\0' ? "" : " ", alone ? "" : address);
}

/* Several devices behind one address are told apart by their ports. */
static void
device_name(const struct discover_device *devices, uint32_t count, uint32_t at,
    char out[LABEL_BYTES])
{
	const struct device_result *r = &devices[at].result;
	char address[ADDRESS_TEXT];
	bool alone = true;

	address_print(&r->address, address);
	for (uint32_t i = 0; i < count && alone; i++)
		alone = i == at ||
			!address_same(&devices[i].result.address, &r->address);
	if (alone)
		snprintf(out, LABEL_BYTES, "%s", address);
	else
		snprintf(out, LABEL_BYTES, "%s port %u", address, r->port);
}

/* --- rows */

struct table {
	struct csv_out csv;
	const char *site, *user;
};

static void
row(struct table *t, const char *name, const char *device,
    const struct discover_camera *c)
{
	csv_out_cell(&t->csv, t->site);
	csv_out_cell(&t->csv, name);
	csv_out_cell(&t->csv, device);
	csv_out_cell(&t->csv, c->main->url);
	csv_out_cell(&t->csv, c->sub != NULL ? c->sub->url : "");
	csv_out_cell(&t->csv, c->ptz ? "yes" : "no");
	if (t->user[0] != '\0')
		csv_out_cell(&t->csv, t->user);
	csv_out_row_end(&t->csv);
}

static void
rows(struct table *t, const struct discover_device *devices, uint32_t count,
    uint32_t at)
{
	struct discover_camera cameras[DEVICE_STREAMS];
	uint32_t n = discover_choose(&devices[at], cameras, DEVICE_STREAMS);
	char base[LABEL_BYTES], own[LABEL_BYTES], name[LABEL_BYTES + 12];

	label(devices, count, at, base);
	device_name(devices, count, at, own);
	for (uint32_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), n > 1 ? "%s %u" : "%s", base,
		    i + 1);
		row(t, name, own, &cameras[i]);
	}
}

char *
discover_csv(const struct discover_device *devices, uint32_t count,
    const char *site, const char *user)
{
	static const char *const heads[] = { "site", "name", "device", "url",
		"sub_url", "ptz", "user" };
	struct table t = { .site = site, .user = user };

	for (unsigned i = 0; i < (user[0] != '\0' ? 7 : 6); i++)
		csv_out_cell(&t.csv, heads[i]);
	csv_out_row_end(&t.csv);
	for (uint32_t i = 0; i < count; i++)
		rows(&t, devices, count, i);
	if (t.csv.no_memory) {
		free(t.csv.p);
		return NULL;
	}
	return t.csv.p;
}
