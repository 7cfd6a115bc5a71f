/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records -> CSV that inventory_read reads back the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "monitor/inventory/inventory.h"

struct text {
	char *p;
	size_t length, room;
	bool no_memory;
	bool started; /* the row has a cell */
};

static void
put(struct text *t, const char *s, size_t n)
{
	if (t->no_memory)
		return;
	if (t->room - t->length < n + 1) {
		size_t room = (t->room + n) * 2 + 256;
		char *grown = realloc(t->p, room);

		if (grown == NULL) {
			t->no_memory = true;
			return;
		}
		t->p = grown;
		t->room = room;
	}
	memcpy(t->p + t->length, s, n);
	t->length += n;
	t->p[t->length] = '\0';
}

struct quoted {
	char *out;
	size_t size, n; /* n may pass size: what would be needed */
};

static void
quoted_put(struct quoted *q, char c)
{
	if (q->n + 1 < q->size)
		q->out[q->n] = c;
	q->n++;
}

/* Cells that a spreadsheet would run are marked with an apostrophe, as are
 * those that look so marked. */
static bool
like_a_formula(const char *value)
{
	while (*value == '\'')
		value++;
	return *value != '\0' && strchr("=+-@", *value) != NULL;
}

size_t
inventory_quote(const char *value, char *out, size_t size)
{
	struct quoted q = { out, size, 0 };
	size_t length = strlen(value);
	bool blank =
	    length > 0 && (value[0] == ' ' || value[length - 1] == ' ');
	bool quote = blank || value[strcspn(value, ",;\t\"\r\n|")] != '\0';

	if (quote)
		quoted_put(&q, '"');
	if (like_a_formula(value))
		quoted_put(&q, '\'');
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '"')
			quoted_put(&q, '"');
		quoted_put(&q, *p);
	}
	if (quote)
		quoted_put(&q, '"');
	if (size > 0)
		out[q.n < size ? q.n : size - 1] = '\0';
	return q.n;
}

static void
cell(struct text *t, const char *value)
{
	char quoted[LIMIT_URL_BYTES * 2 + 4];
	size_t n = inventory_quote(value, quoted, sizeof(quoted));

	if (t->started)
		put(t, ",", 1);
	t->started = true;
	put(t, quoted, n < sizeof(quoted) ? n : sizeof(quoted) - 1);
}

static void
number(struct text *t, uint32_t v)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", v);
	cell(t, text);
}

static void
row_end(struct text *t)
{
	put(t, "\r\n", 2);
	t->started = false;
}

static void
sites(struct text *t, const struct inventory *inv)
{
	put(t, "site,zone,contact\r\n", 19);
	for (size_t i = 0; i < inv->site_count; i++) {
		cell(t, inv->sites[i].path);
		cell(t, inv->sites[i].zone);
		cell(t, inv->sites[i].contact);
		row_end(t);
	}
}

static void
quirks(struct text *t, uint32_t bits)
{
	char out[80];

	snprintf(out, sizeof(out), "%s%s%s%s",
	    bits & WIRE_QUIRK_SETUP_ALL ? "setup-all " : "",
	    bits & WIRE_QUIRK_NO_RANGE ? "no-range " : "",
	    bits & WIRE_QUIRK_BASIC_OK ? "basic-ok " : "",
	    bits & WIRE_QUIRK_TLS_VERIFY ? "tls-verify " : "");
	if (out[0] != '\0')
		out[strlen(out) - 1] = '\0';
	cell(t, out);
}

static void
devices(struct text *t, const struct inventory *inv, bool secrets)
{
	static const char head[] = "device,address,sessions,quirks";
	static const char head_secrets[] = ",user,password";

	put(t, head, sizeof(head) - 1);
	if (secrets)
		put(t, head_secrets, sizeof(head_secrets) - 1);
	row_end(t);
	for (size_t i = 0; i < inv->device_count; i++) {
		const struct inventory_device *d = &inv->devices[i];

		cell(t, d->name);
		cell(t, d->address);
		number(t, d->sessions);
		quirks(t, d->quirks);
		if (secrets) {
			cell(t, d->user);
			cell(t, d->password);
		}
		row_end(t);
	}
}

static void
visit(struct text *t, const struct inventory_feed *f)
{
	char text[40] = "held";

	if (f->visit_s != 0)
		snprintf(text, sizeof(text), "%us/%us", f->visit_s,
		    f->visit_every_s);
	cell(t, text);
}

static int
device_by_name(const void *a, const void *b)
{
	return strcmp(((const struct inventory_device *)a)->name,
	    ((const struct inventory_device *)b)->name);
}

/* The inventory's devices are sorted by name (both readers see to it). */
static void
credentials(struct text *t, const struct inventory *inv, const char *device)
{
	struct inventory_device key = { .name = device };
	const struct inventory_device *d =
	    inv->device_count == 0
		? NULL
		: bsearch(&key, inv->devices, inv->device_count,
		      sizeof(*inv->devices), device_by_name);

	cell(t, d != NULL ? d->user : "");
	cell(t, d != NULL ? d->password : "");
}

static void
feed(struct text *t, const struct inventory *inv,
    const struct inventory_feed *f, bool secrets)
{
	static const uint8_t none[16];
	char uuid[37] = "";

	if (memcmp(f->uuid, none, 16) != 0)
		inventory_uuid_print(f->uuid, uuid);
	cell(t, uuid);
	cell(t, f->site);
	cell(t, f->name);
	cell(t, f->device);
	cell(t, f->url);
	cell(t, inventory_transport(f->transport));
	visit(t, f);
	cell(t, f->no_picture ? "yes" : "no");
	number(t, f->criticality);
	cell(t, f->tags);
	cell(t, f->enabled ? "yes" : "no");
	cell(t, f->ptz ? "yes" : "no");
	cell(t, f->dark_hours);
	if (secrets)
		credentials(t, inv, f->device);
	row_end(t);
}

static void
feeds(struct text *t, const struct inventory *inv, bool secrets)
{
	static const char head[] = "uuid,site,name,device,url,transport,visit,"
				   "no_picture,criticality,tags,enabled,"
				   "ptz,dark_hours";
	static const char head_secrets[] = ",user,password";

	put(t, head, sizeof(head) - 1);
	if (secrets)
		put(t, head_secrets, sizeof(head_secrets) - 1);
	row_end(t);
	for (size_t i = 0; i < inv->feed_count; i++)
		feed(t, inv, &inv->feeds[i], secrets);
}

char *
inventory_write(const struct inventory *inv, enum inventory_kind kind,
    bool secrets)
{
	struct text t = { 0 };

	put(&t, "", 0);
	switch (kind) {
	case INVENTORY_SITES:
		sites(&t, inv);
		break;
	case INVENTORY_DEVICES:
		devices(&t, inv, secrets);
		break;
	case INVENTORY_FEEDS:
		feeds(&t, inv, secrets);
		break;
	}
	if (t.no_memory) {
		free(t.p);
		return NULL;
	}
	return t.p;
}
