/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records -> CSV that inventory_read reads back the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "monitor/inventory/csv_out.h"
#include "monitor/inventory/inventory.h"

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
	value += strspn(value, " \t\r\n"); /* some take blanks off first */
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

/* "99.5"; "" for 0. */
static const char *
target_print(uint32_t ppm, char out[16])
{
	size_t n;

	out[0] = '\0';
	if (ppm == 0)
		return out;
	n = (size_t)snprintf(out, 16, "%u.%04u", ppm / 10000 % 1000,
	    ppm % 10000);
	while (out[n - 1] == '0')
		out[--n] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	return out;
}

static void
sites(struct csv_out *t, const struct inventory *inv)
{
	char target[16];

	csv_out_put(t, "site,zone,contact,target\r\n", 26);
	for (size_t i = 0; i < inv->site_count; i++) {
		csv_out_cell(t, inv->sites[i].path);
		csv_out_cell(t, inv->sites[i].zone);
		csv_out_cell(t, inv->sites[i].contact);
		csv_out_cell(t, target_print(inv->sites[i].target_ppm, target));
		csv_out_row_end(t);
	}
}

static void
quirks(struct csv_out *t, uint32_t bits)
{
	char out[80];

	snprintf(out, sizeof(out), "%s%s%s%s",
	    bits & WIRE_QUIRK_SETUP_ALL ? "setup-all " : "",
	    bits & WIRE_QUIRK_NO_RANGE ? "no-range " : "",
	    bits & WIRE_QUIRK_BASIC_OK ? "basic-ok " : "",
	    bits & WIRE_QUIRK_TLS_VERIFY ? "tls-verify " : "");
	if (out[0] != '\0')
		out[strlen(out) - 1] = '\0';
	csv_out_cell(t, out);
}

static void
devices(struct csv_out *t, const struct inventory *inv, bool secrets)
{
	static const char head[] = "device,address,sessions,quirks";
	static const char head_secrets[] = ",user,password";

	csv_out_put(t, head, sizeof(head) - 1);
	if (secrets)
		csv_out_put(t, head_secrets, sizeof(head_secrets) - 1);
	csv_out_row_end(t);
	for (size_t i = 0; i < inv->device_count; i++) {
		const struct inventory_device *d = &inv->devices[i];

		csv_out_cell(t, d->name);
		csv_out_cell(t, d->address);
		csv_out_number(t, d->sessions);
		quirks(t, d->quirks);
		if (secrets) {
			csv_out_cell(t, d->user);
			csv_out_cell(t, d->password);
		}
		csv_out_row_end(t);
	}
}

static void
visit(struct csv_out *t, const struct inventory_feed *f)
{
	char text[40] = "held";

	if (f->visit_s != 0)
		snprintf(text, sizeof(text), "%us/%us", f->visit_s,
		    f->visit_every_s);
	csv_out_cell(t, text);
}

static int
device_by_name(const void *a, const void *b)
{
	return strcmp(((const struct inventory_device *)a)->name,
	    ((const struct inventory_device *)b)->name);
}

/* The inventory's devices are sorted by name (both readers see to it). */
static void
credentials(struct csv_out *t, const struct inventory *inv, const char *device)
{
	struct inventory_device key = { .name = device };
	const struct inventory_device *d =
	    inv->device_count == 0
		? NULL
		: bsearch(&key, inv->devices, inv->device_count,
		      sizeof(*inv->devices), device_by_name);

	csv_out_cell(t, d != NULL ? d->user : "");
	csv_out_cell(t, d != NULL ? d->password : "");
}

static void
feed(struct csv_out *t, const struct inventory *inv,
    const struct inventory_feed *f, bool secrets)
{
	static const uint8_t none[16];
	char uuid[37] = "";

	if (memcmp(f->uuid, none, 16) != 0)
		inventory_uuid_print(f->uuid, uuid);
	csv_out_cell(t, uuid);
	csv_out_cell(t, f->site);
	csv_out_cell(t, f->name);
	csv_out_cell(t, f->device);
	csv_out_cell(t, f->url);
	csv_out_cell(t, inventory_transport(f->transport));
	visit(t, f);
	csv_out_cell(t, f->no_picture ? "yes" : "no");
	csv_out_number(t, f->criticality);
	csv_out_cell(t, f->tags);
	csv_out_cell(t, f->enabled ? "yes" : "no");
	csv_out_cell(t, f->ptz ? "yes" : "no");
	csv_out_cell(t, f->dark_hours);
	if (secrets)
		credentials(t, inv, f->device);
	csv_out_row_end(t);
}

static void
feeds(struct csv_out *t, const struct inventory *inv, bool secrets)
{
	static const char head[] = "uuid,site,name,device,url,transport,visit,"
				   "no_picture,criticality,tags,enabled,"
				   "ptz,dark_hours";
	static const char head_secrets[] = ",user,password";

	csv_out_put(t, head, sizeof(head) - 1);
	if (secrets)
		csv_out_put(t, head_secrets, sizeof(head_secrets) - 1);
	csv_out_row_end(t);
	for (size_t i = 0; i < inv->feed_count; i++)
		feed(t, inv, &inv->feeds[i], secrets);
}

char *
inventory_write(const struct inventory *inv, enum inventory_kind kind,
    bool secrets)
{
	struct csv_out t = { 0 };

	csv_out_put(&t, "", 0);
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
