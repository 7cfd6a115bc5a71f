/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/unique.h"

#include <stdlib.h>
#include <string.h>

typedef const struct inventory_feed *feed_ptr;

int
unique_by_uuid(const void *a, const void *b)
{
	return memcmp((*(const feed_ptr *)a)->uuid,
	    (*(const feed_ptr *)b)->uuid, 16);
}

int
unique_by_name(const void *a, const void *b)
{
	feed_ptr x = *(const feed_ptr *)a, y = *(const feed_ptr *)b;
	int c = strcmp(x->site, y->site);

	return c != 0 ? c : strcmp(x->name, y->name);
}

int
unique_by_url(const void *a, const void *b)
{
	feed_ptr x = *(const feed_ptr *)a, y = *(const feed_ptr *)b;
	int c = strcmp(x->device, y->device);

	return c != 0 ? c : strcmp(x->url, y->url);
}

const struct inventory_feed **
unique_sort(const struct inventory *inv, int (*cmp)(const void *, const void *))
{
	feed_ptr *list = calloc(inv->feed_count + 1, sizeof(*list));

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < inv->feed_count; i++)
		list[i] = &inv->feeds[i];
	if (inv->feed_count > 0)
		qsort(list, inv->feed_count, sizeof(*list), cmp);
	return list;
}

static bool
twice(const struct inventory *inv, int (*cmp)(const void *, const void *),
    const char *file, struct inventory_mistakes *m, const char *what)
{
	static const uint8_t none[16];
	feed_ptr *list = unique_sort(inv, cmp);

	if (list == NULL)
		return false;
	for (size_t i = 1; i < inv->feed_count; i++) {
		feed_ptr a = list[i - 1], b = list[i];
		uint32_t first = a->line < b->line ? a->line : b->line;
		uint32_t second = a->line < b->line ? b->line : a->line;

		if (cmp(&list[i - 1], &list[i]) != 0 ||
		    (cmp == unique_by_uuid && memcmp(a->uuid, none, 16) == 0))
			continue;
		mistake_add(m, (struct mistake_place){ file, second, 1 },
		    "%s as in line %u, expected each once", what, first);
	}
	free(list);
	return true;
}

/* As unique_by_url, and the same streams in the order in which they stand. */
static int
by_stream(const void *a, const void *b)
{
	feed_ptr x = *(const feed_ptr *)a, y = *(const feed_ptr *)b;
	int c = unique_by_url(a, b);

	return c != 0 ? c : (x > y) - (x < y);
}

/* Marks those that are the same stream as one before them. */
static void
mark_again(const struct inventory *inv, feed_ptr *list, bool *again,
    const char *file, struct inventory_mistakes *notes)
{
	feed_ptr first = NULL;

	for (size_t i = 0; i < inv->feed_count; i++) {
		if (first == NULL || unique_by_url(&first, &list[i]) != 0) {
			first = list[i];
			continue;
		}
		again[list[i] - inv->feeds] = true;
		mistake_add(notes,
		    (struct mistake_place){ file, list[i]->line, 1 },
		    "\"%.128s\" is left out: it is the same stream as "
		    "\"%.128s\"",
		    list[i]->name, first->name);
	}
}

bool
unique_keep_first(struct inventory *inv, const char *file,
    struct inventory_mistakes *notes)
{
	feed_ptr *list = unique_sort(inv, by_stream);
	bool *again = calloc(inv->feed_count + 1, sizeof(*again));
	bool well = list != NULL && again != NULL;
	size_t kept = 0;

	if (well)
		mark_again(inv, list, again, file, notes);
	for (size_t i = 0; well && i < inv->feed_count; i++)
		if (!again[i])
			inv->feeds[kept++] = inv->feeds[i];
	if (well)
		inv->feed_count = kept;
	free(list);
	free(again);
	return well;
}

static int
device_by_name(const void *a, const void *b)
{
	const struct inventory_device *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : x->line < y->line ? -1 : x->line > y->line;
}

/* b says more of the device that a is. */
static void
device_merge(struct inventory_device *a, const struct inventory_device *b,
    const char *file, struct inventory_mistakes *m)
{
	uint32_t both = a->given & b->given;

	if (((both & INVENTORY_USER) && strcmp(a->user, b->user) != 0) ||
	    ((both & INVENTORY_PASSWORD) &&
		strcmp(a->password, b->password) != 0))
		mistake_add(m, (struct mistake_place){ file, b->line, 1 },
		    "device %.128s has other credentials than in line %u, "
		    "expected one pair for a device (name the devices apart)",
		    b->name, a->line);
	if ((a->given & b->given & INVENTORY_SESSIONS &&
		a->sessions != b->sessions) ||
	    (a->given & b->given & INVENTORY_QUIRKS && a->quirks != b->quirks))
		mistake_add(m, (struct mistake_place){ file, b->line, 1 },
		    "device %.128s has other sessions or quirks than in line "
		    "%u, expected the same for a device",
		    b->name, a->line);
	if (b->given & INVENTORY_SESSIONS)
		a->sessions = b->sessions;
	if (b->given & INVENTORY_QUIRKS)
		a->quirks = b->quirks;
	if (b->given & INVENTORY_USER)
		a->user = b->user;
	if (b->given & INVENTORY_PASSWORD)
		a->password = b->password;
	a->given |= b->given & (INVENTORY_SESSIONS | INVENTORY_QUIRKS |
				   INVENTORY_USER | INVENTORY_PASSWORD);
}

static void
devices_merge(struct inventory *inv, const char *file,
    struct inventory_mistakes *m)
{
	struct inventory_device *d = inv->devices;
	size_t kept = 0;

	if (inv->device_count == 0)
		return;
	qsort(d, inv->device_count, sizeof(*d), device_by_name);
	for (size_t i = 1; i < inv->device_count; i++) {
		if (strcmp(d[kept].name, d[i].name) == 0)
			device_merge(&d[kept], &d[i], file, m);
		else
			d[++kept] = d[i];
	}
	inv->device_count = kept + 1;
}

static void
devices_twice(struct inventory *inv, const char *file,
    struct inventory_mistakes *m)
{
	struct inventory_device *d = inv->devices;

	if (inv->device_count > 0)
		qsort(d, inv->device_count, sizeof(*d), device_by_name);
	for (size_t i = 1; i < inv->device_count; i++)
		if (strcmp(d[i - 1].name, d[i].name) == 0)
			mistake_add(m,
			    (struct mistake_place){ file, d[i].line, 1 },
			    "the same device as in line %u, expected each "
			    "once",
			    d[i - 1].line);
}

static int
site_by_path(const void *a, const void *b)
{
	const struct inventory_site *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	return c != 0 ? c : x->line < y->line ? -1 : x->line > y->line;
}

static void
sites_twice(struct inventory *inv, const char *file,
    struct inventory_mistakes *m)
{
	struct inventory_site *s = inv->sites;

	if (inv->site_count > 0)
		qsort(s, inv->site_count, sizeof(*s), site_by_path);
	for (size_t i = 1; i < inv->site_count; i++)
		if (strcmp(s[i - 1].path, s[i].path) == 0)
			mistake_add(m,
			    (struct mistake_place){ file, s[i].line, 1 },
			    "the same site as in line %u, expected each once",
			    s[i - 1].line);
}

bool
unique_check(struct inventory *inv, enum inventory_kind kind, const char *file,
    struct inventory_mistakes *m)
{
	switch (kind) {
	case INVENTORY_SITES:
		sites_twice(inv, file, m);
		return true;
	case INVENTORY_DEVICES:
		devices_twice(inv, file, m);
		return true;
	case INVENTORY_FEEDS:
		break;
	}
	devices_merge(inv, file, m);
	return twice(inv, unique_by_uuid, file, m, "the same uuid") &&
	       twice(inv, unique_by_name, file, m, "the same site and name") &&
	       twice(inv, unique_by_url, file, m, "the same device and url");
}

/* --- names that look alike */

struct name {
	const char *in, *text; /* a site's feeds are among themselves */
	uint32_t line;
};

/* The byte in lower case, of ASCII and of Latin-1's letters in UTF-8. */
static unsigned char
lower(const char *text, size_t i)
{
	unsigned char c = (unsigned char)text[i];
	bool latin = i > 0 && (unsigned char)text[i - 1] == 0xc3;

	if ((c >= 'A' && c <= 'Z') ||
	    (latin && c >= 0x80 && c <= 0x9e && c != 0x97))
		c += 'a' - 'A';
	return c;
}

static int
by_letters(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] != '\0' && lower(a, i) == lower(b, i))
		i++;
	return lower(a, i) - lower(b, i);
}

static int
name_order(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int c = strcmp(x->in, y->in);

	c = c != 0 ? c : by_letters(x->text, y->text);
	c = c != 0 ? c : strcmp(x->text, y->text);
	return c != 0 ? c : x->line < y->line ? -1 : x->line > y->line;
}

static void
names_compare(struct name *list, size_t count, const char *file,
    struct inventory_mistakes *notes, const char *what)
{
	if (count > 0)
		qsort(list, count, sizeof(*list), name_order);
	for (size_t i = 1; i < count; i++)
		if (strcmp(list[i - 1].in, list[i].in) == 0 &&
		    strcmp(list[i - 1].text, list[i].text) != 0 &&
		    by_letters(list[i - 1].text, list[i].text) == 0)
			mistake_add(notes,
			    (struct mistake_place){ file, list[i].line, 1 },
			    "%s \"%.128s\" is not \"%.128s\" of line %u", what,
			    list[i].text, list[i - 1].text, list[i - 1].line);
}

bool
unique_look_alike(const struct inventory *inv, enum inventory_kind kind,
    const char *file, struct inventory_mistakes *notes)
{
	size_t n = 0, most = inv->feed_count;
	struct name *list;

	most = inv->site_count > most ? inv->site_count : most;
	most = inv->device_count > most ? inv->device_count : most;
	list = calloc(most + 1, sizeof(*list));
	if (list == NULL)
		return false;
	for (n = 0; kind == INVENTORY_FEEDS && n < inv->feed_count; n++)
		list[n] =
		    (struct name){ "", inv->feeds[n].site, inv->feeds[n].line };
	for (; kind == INVENTORY_SITES && n < inv->site_count; n++)
		list[n] =
		    (struct name){ "", inv->sites[n].path, inv->sites[n].line };
	names_compare(list, n, file, notes, "site");
	for (n = 0; kind != INVENTORY_SITES && n < inv->device_count; n++)
		list[n] = (struct name){ "", inv->devices[n].name,
			inv->devices[n].line };
	names_compare(list, n, file, notes, "device");
	for (n = 0; kind == INVENTORY_FEEDS && n < inv->feed_count; n++)
		list[n] = (struct name){ inv->feeds[n].site, inv->feeds[n].name,
			inv->feeds[n].line };
	names_compare(list, n, file, notes, "feed");
	free(list);
	return true;
}
