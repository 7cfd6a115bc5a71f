/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV -> desired records. A table names each column, where it may stand and
 * how its value is read; every mistake is said, with what was expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "camwarden/wire.h"
#include "monitor/inventory/arena.h"
#include "monitor/inventory/cell.h"
#include "monitor/inventory/csv.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/unique.h"

struct row {
	struct inventory *inv;
	struct inventory_mistakes *mistakes;
	const char *file;
	const struct csv_cell *cell; /* being read */
	struct inventory_site site;
	struct inventory_device device;
	struct inventory_feed feed;
	struct inventory_url url; /* of a feed */
	bool no_memory;
};

typedef void column_fn(struct row *row, const char *value);

static void
mistake(struct row *r, size_t offset, const char *what)
{
	mistake_add(r->mistakes,
	    (struct mistake_place){ r->file, r->cell->line,
		r->cell->column + r->cell->quoted + offset },
	    "%s", what);
}

static const char *
kept(struct row *r, const char *s)
{
	const char *copy = inventory_string(r->inv, s);

	if (copy == NULL)
		r->no_memory = true;
	return copy != NULL ? copy : "";
}

/* Printable and short enough. */
static bool
plain(struct row *r, const char *value, size_t limit)
{
	if (!cell_is_plain(value)) {
		mistake(r, 0,
		    "control characters or line breaks, expected plain text");
		return false;
	}
	if (strlen(value) < limit)
		return true;
	mistake(r, 0, "too long, expected at most 255 bytes");
	return false;
}

static void
read_name(struct row *r, const char *value)
{
	if (value[0] == '\0' || !plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->feed.name = kept(r, value);
	r->feed.given |= INVENTORY_NAME;
}

static void
read_site(struct row *r, const char *value)
{
	char path[LIMIT_NAME_BYTES];

	if (!plain(r, value, sizeof(path)))
		return;
	if (value[0] != '\0' && !cell_path(value, path, sizeof(path))) {
		mistake(r, 0,
		    "a site's path has an empty part, expected "
		    "\"Region/Site\"");
		return;
	}
	r->feed.site = r->site.path = value[0] != '\0' ? kept(r, path) : "";
	r->feed.given |= INVENTORY_SITE;
	r->site.given |= INVENTORY_SITE;
}

static void
read_device(struct row *r, const char *value)
{
	if (value[0] == '\0' || !plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->feed.device = r->device.name = kept(r, value);
	r->feed.given |= INVENTORY_DEVICE;
	r->device.given |= INVENTORY_NAME;
}

static void
read_url(struct row *r, const char *value)
{
	size_t at;
	const char *wrong;

	if (value[0] == '\0') {
		mistake(r, 0,
		    "the url is missing, expected one like "
		    "rtsp://HOST/PATH");
		return;
	}
	wrong = inventory_url_parse(value, &r->url, &at);
	if (wrong != NULL) {
		mistake(r, at, wrong);
		return;
	}
	r->feed.url = kept(r, r->url.url);
	r->feed.given |= INVENTORY_URL;
}

static void
read_user(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_CREDENTIAL_BYTES))
		return;
	r->device.user = kept(r, value);
	r->device.given |= INVENTORY_USER;
}

static void
read_password(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_CREDENTIAL_BYTES))
		return;
	r->device.password = kept(r, value);
	r->device.given |= INVENTORY_PASSWORD;
}

static void
read_transport(struct row *r, const char *value)
{
	uint8_t i = 0;

	r->feed.given |= INVENTORY_TRANSPORT;
	while (i < WIRE_TRANSPORT_COUNT && value[0] != '\0' &&
	       strcasecmp(value, inventory_transport(i)) != 0)
		i++;
	if (i < WIRE_TRANSPORT_COUNT)
		r->feed.transport = i;
	else
		mistake(r, 0,
		    "unknown transport, expected auto, tcp, udp or "
		    "http");
}

/* "20s", "10m", "2h", "30" (seconds); NULL when it is none of these. */
static const char *
duration(const char *p, uint32_t *seconds_out)
{
	uint64_t v = 0;
	const char *start = p;

	for (; *p >= '0' && *p <= '9' && v < 1000000; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == start)
		return NULL;
	if (*p == 's') {
		p++;
	} else if (*p == 'm') {
		v *= 60;
		p++;
	} else if (*p == 'h') {
		v *= 3600;
		p++;
	}
	*seconds_out = v > 86400 ? 86401 : (uint32_t)v;
	return p;
}

static void
read_visit(struct row *r, const char *value)
{
	uint32_t stay = 0, every = 0;
	const char *p;

	r->feed.given |= INVENTORY_VISIT;
	if (value[0] == '\0' || strcasecmp(value, "held") == 0)
		return;
	if (strncmp(value, "visit=", 6) == 0)
		value += 6;
	p = duration(value, &stay);
	if (p != NULL && *p == '/')
		p = duration(p + 1, &every);
	else
		p = NULL;
	if (p == NULL || *p != '\0')
		mistake(r, 0,
		    "not a visit, expected held, or STAY/EVERY like 20s/10m");
	else if (stay < 5 || every > 86400 || stay >= every)
		mistake(r, 0,
		    "a visit out of range, expected at least 5s, each time "
		    "shorter than the interval, and that at most 24h");
	r->feed.visit_s = stay;
	r->feed.visit_every_s = every;
}

static bool
read_bool(struct row *r, const char *value, bool otherwise)
{
	bool v = otherwise;

	if (value[0] != '\0' && !cell_bool(value, &v))
		mistake(r, 0, "not a yes or no, expected yes or no");
	return v;
}

static void
read_no_picture(struct row *r, const char *value)
{
	r->feed.no_picture = read_bool(r, value, false);
	r->feed.given |= INVENTORY_NO_PICTURE;
}

static void
read_enabled(struct row *r, const char *value)
{
	r->feed.enabled = read_bool(r, value, true);
	r->feed.given |= INVENTORY_ENABLED;
}

static void
read_ptz(struct row *r, const char *value)
{
	r->feed.ptz = read_bool(r, value, false);
	r->feed.given |= INVENTORY_PTZ;
}

static void
read_dark_hours(struct row *r, const char *value)
{
	char text[DARK_HOURS_BYTES];
	struct dark_hours d;

	r->feed.given |= INVENTORY_DARK_HOURS;
	if (!dark_hours_parse(value, &d)) {
		mistake(r, 0,
		    "not hours of darkness, expected at most four like "
		    "21:00-05:30");
		return;
	}
	dark_hours_print(&d, text);
	r->feed.dark_hours = kept(r, text);
}

static void
read_criticality(struct row *r, const char *value)
{
	r->feed.given |= INVENTORY_CRITICALITY;
	if (value[0] == '\0')
		return;
	if (value[0] >= '1' && value[0] <= '5' && value[1] == '\0')
		r->feed.criticality = (uint8_t)(value[0] - '0');
	else
		mistake(r, 0,
		    "not a criticality, expected 1 (low) to 5 (vital)");
}

static void
read_uuid(struct row *r, const char *value)
{
	if (value[0] == '\0')
		return;
	if (inventory_uuid_parse(value, r->feed.uuid))
		r->feed.given |= INVENTORY_UUID;
	else
		mistake(r, 0,
		    "not a UUID, expected one like "
		    "6fa459ea-ee8a-4ca4-894e-db77e160355e, or nothing");
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted and each once, so that equal sets are equal texts. */
static void
tags_join(char **tag, size_t count, char *out)
{
	size_t n = 0;

	qsort(tag, count, sizeof(*tag), by_text);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(tag[i], tag[i - 1]) == 0)
			continue;
		if (n > 0)
			out[n++] = ',';
		for (const char *p = tag[i]; *p != '\0'; p++)
			out[n++] = *p;
	}
	out[n] = '\0';
}

static void
read_tags(struct row *r, const char *value)
{
	char text[LIMIT_NAME_BYTES], joined[LIMIT_NAME_BYTES];
	char *tag[LIMIT_NAME_BYTES / 2];
	size_t count = 0;

	r->feed.given |= INVENTORY_TAGS;
	if (!plain(r, value, sizeof(text)))
		return;
	memcpy(text, value, strlen(value) + 1);
	for (char *p = text; *p != '\0';) {
		p += strspn(p, " ,;|");
		size_t n = strcspn(p, " ,;|");

		if (n == 0)
			break;
		tag[count++] = p;
		p += n;
		if (*p != '\0')
			*p++ = '\0';
	}
	tags_join(tag, count, joined);
	r->feed.tags = kept(r, joined);
}

/* Its form only: whether the zone exists is for who has the zone files. */
static void
read_zone(struct row *r, const char *value)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789_+-/";

	if (value[strspn(value, ok)] != '\0' || strlen(value) > 63 ||
	    value[0] == '/' || value[0] == '-') {
		mistake(r, 0,
		    "not a time zone, expected one like "
		    "America/Tijuana");
		return;
	}
	r->site.zone = kept(r, value);
	r->site.given |= INVENTORY_ZONE;
}

static void
read_contact(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->site.contact = kept(r, value);
	r->site.given |= INVENTORY_CONTACT;
}

static void
read_target(struct row *r, const char *value)
{
	r->site.target_ppm = 0;
	if (value[0] != '\0' && !cell_percent(value, &r->site.target_ppm)) {
		mistake(r, 0, "not a target, expected a percentage like 99.5");
		return;
	}
	r->site.given |= INVENTORY_TARGET;
}

static void
read_address(struct row *r, const char *value)
{
	if (value[strcspn(value, " /@")] != '\0') {
		mistake(r, strcspn(value, " /@"),
		    "not an address, expected a host name or an IP address");
		return;
	}
	if (!plain(r, value, LIMIT_HOST_BYTES))
		return;
	r->device.address = kept(r, value);
	r->device.given |= INVENTORY_ADDRESS;
}

static void
read_sessions(struct row *r, const char *value)
{
	uint32_t v = 0;
	const char *end = value[0] != '\0' ? duration(value, &v) : value;

	if (end == NULL || *end != '\0' || v > 10000 ||
	    value[strspn(value, "0123456789")] != '\0')
		mistake(r, 0,
		    "not a number of sessions, expected 0 (no limit) to "
		    "10000");
	r->device.sessions = v;
	r->device.given |= INVENTORY_SESSIONS;
}

static const struct {
	const char *word;
	uint32_t bit;
} quirk_words[] = {
	{ "setup-all", WIRE_QUIRK_SETUP_ALL },
	{ "no-range", WIRE_QUIRK_NO_RANGE },
	{ "basic-ok", WIRE_QUIRK_BASIC_OK },
	{ "tls-verify", WIRE_QUIRK_TLS_VERIFY },
};
#define QUIRKS (sizeof(quirk_words) / sizeof(quirk_words[0]))

static uint32_t
quirk_find(const char *word, size_t n)
{
	for (size_t i = 0; i < QUIRKS; i++)
		if (strlen(quirk_words[i].word) == n &&
		    memcmp(quirk_words[i].word, word, n) == 0)
			return quirk_words[i].bit;
	return 0;
}

static void
read_quirks(struct row *r, const char *value)
{
	r->device.given |= INVENTORY_QUIRKS;
	for (const char *p = value; *p != '\0';) {
		p += strspn(p, " ,;|");
		size_t n = strcspn(p, " ,;|");
		uint32_t bit = quirk_find(p, n);

		if (n > 0 && bit == 0)
			mistake(r, (size_t)(p - value),
			    "unknown quirk, expected setup-all, no-range, "
			    "basic-ok or tls-verify");
		r->device.quirks |= bit;
		p += n;
	}
}

#define IN_SITES (1u << INVENTORY_SITES)
#define IN_DEVICES (1u << INVENTORY_DEVICES)
#define IN_FEEDS (1u << INVENTORY_FEEDS)

static const struct column {
	const char *name, *alias;
	unsigned where, needed; /* IN_* */
	column_fn *read;
} columns[] = {
	{ "uuid", "id", IN_FEEDS, 0, read_uuid },
	{ "site", "path", IN_SITES | IN_FEEDS, IN_SITES, read_site },
	{ "name", "camera", IN_FEEDS, 0, read_name },
	{ "zone", "time_zone", IN_SITES, 0, read_zone },
	{ "contact", NULL, IN_SITES, 0, read_contact },
	{ "target", "sla", IN_SITES, 0, read_target },
	{ "device", "name", IN_DEVICES, IN_DEVICES, read_device },
	{ "device", NULL, IN_FEEDS, 0, read_device },
	{ "url", "stream", IN_FEEDS, IN_FEEDS, read_url },
	{ "address", "host", IN_DEVICES, 0, read_address },
	{ "user", "username", IN_DEVICES | IN_FEEDS, 0, read_user },
	{ "password", NULL, IN_DEVICES | IN_FEEDS, 0, read_password },
	{ "transport", NULL, IN_FEEDS, 0, read_transport },
	{ "visit", "held", IN_FEEDS, 0, read_visit },
	{ "no_picture", NULL, IN_FEEDS, 0, read_no_picture },
	{ "criticality", NULL, IN_FEEDS, 0, read_criticality },
	{ "tags", "tag", IN_FEEDS, 0, read_tags },
	{ "enabled", NULL, IN_FEEDS, 0, read_enabled },
	{ "ptz", NULL, IN_FEEDS, 0, read_ptz },
	{ "dark_hours", NULL, IN_FEEDS, 0, read_dark_hours },
	{ "sessions", NULL, IN_DEVICES, 0, read_sessions },
	{ "quirks", NULL, IN_DEVICES, 0, read_quirks },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct header {
	const struct column *column[CSV_CELLS]; /* NULL: unknown, said */
	size_t count;
};

static const struct column *
column_find(enum inventory_kind kind, const char *cell)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if ((columns[i].where >> kind & 1) &&
		    (cell_is_column(cell, columns[i].name) ||
			cell_is_column(cell, columns[i].alias)))
			return &columns[i];
	return NULL;
}

static void
known_columns(enum inventory_kind kind, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < COLUMNS && n < size; i++)
		if (columns[i].where >> kind & 1)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? ", " : "", columns[i].name);
}

static void
header_cell(struct header *h, enum inventory_kind kind, struct csv *csv,
    const struct csv_cell *cell)
{
	const struct column *c = column_find(kind, cell->text);
	struct mistake_place at = { csv->file, cell->line, cell->column };
	char known[256];

	known_columns(kind, known, sizeof(known));
	if (c == NULL)
		mistake_add(csv->mistakes, at,
		    "unknown column \"%.64s\", expected one of %s", cell->text,
		    known);
	for (size_t i = 0; c != NULL && i < h->count; i++)
		if (h->column[i] == c) {
			mistake_add(csv->mistakes, at,
			    "column %s stands here a second time, expected "
			    "each once",
			    c->name);
			c = NULL;
		}
	h->column[h->count++] = c;
}

/* Else it is a row of values, which may hold a password: none is quoted. */
static bool
names_columns(enum inventory_kind kind, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (column_find(kind, row->cell[i].text) != NULL)
			return true;
	return false;
}

static bool
header_read(struct header *h, enum inventory_kind kind, struct csv *csv,
    const struct csv_row *row)
{
	size_t before = csv->mistakes->count;

	h->count = 0;
	if (names_columns(kind, row))
		for (size_t i = 0; i < row->count; i++)
			header_cell(h, kind, csv, &row->cell[i]);
	for (size_t i = 0; i < COLUMNS; i++) {
		bool there = !(columns[i].needed >> kind & 1);

		for (size_t k = 0; k < h->count; k++)
			there |= h->column[k] == &columns[i];
		if (!there)
			mistake_add(csv->mistakes,
			    (struct mistake_place){ csv->file,
				row->count > 0 ? row->cell[0].line : 1, 1 },
			    "no column %s, expected a first row that names "
			    "the columns",
			    columns[i].name);
	}
	return csv->mistakes->count == before;
}

/* Credentials from the URL and from columns must not contradict. */
static void
credentials(struct row *r)
{
	const struct inventory_url *u = &r->url;
	struct inventory_device *d = &r->device;

	if (d->user[0] == '\0')
		d->given &= ~INVENTORY_USER;
	if (d->password[0] == '\0')
		d->given &= ~INVENTORY_PASSWORD;
	if (!u->has_credentials)
		return;
	if (((d->given & INVENTORY_USER) && strcmp(d->user, u->user) != 0) ||
	    ((d->given & INVENTORY_PASSWORD) &&
		strcmp(d->password, u->password) != 0))
		mistake(r, 0,
		    "the url holds other credentials than the columns user "
		    "and password, expected them in one place");
	d->user = kept(r, u->user);
	d->password = kept(r, u->password);
	d->given |= INVENTORY_USER | INVENTORY_PASSWORD;
}

/* What an empty cell stands for. */
static void
feed_defaults(struct row *r)
{
	struct inventory_feed *f = &r->feed;
	const char *rest;

	if (!(f->given & INVENTORY_NAME)) {
		char name[LIMIT_NAME_BYTES];

		rest = strstr(f->url, "://") + 3;
		snprintf(name, sizeof(name), "%s", rest);
		f->name = kept(r, name);
	}
	if (!(f->given & INVENTORY_DEVICE))
		f->device = kept(r, r->url.host);
	r->device.name = f->device;
	r->device.address = kept(r, r->url.host);
	r->device.line = f->line;
}

static void
append_site(struct row *r)
{
	struct inventory_site *s;

	if (r->site.path[0] == '\0') {
		mistake(r, 0, "the site is missing, expected its path");
		return;
	}
	s = inventory_add_site(r->inv);
	if (s != NULL)
		*s = r->site;
	r->no_memory |= s == NULL;
}

static void
append_device(struct row *r)
{
	struct inventory_device *d;

	if (r->device.name[0] == '\0') {
		mistake(r, 0, "the device is missing, expected its name");
		return;
	}
	d = inventory_add_device(r->inv);
	if (d != NULL)
		*d = r->device;
	r->no_memory |= d == NULL;
}

static void
append_feed(struct row *r)
{
	struct inventory_feed *f;

	if (r->inv->feed_count >= LIMIT_FEEDS) {
		mistake(r, 0, "too many feeds, expected at most 16384");
		r->no_memory = true; /* no use to go on */
		return;
	}
	if (!(r->feed.given & INVENTORY_URL))
		return; /* said already */
	credentials(r);
	feed_defaults(r);
	f = inventory_add_feed(r->inv);
	if (f != NULL)
		*f = r->feed;
	r->no_memory |= f == NULL;
	if (r->device.name != NULL && r->device.name[0] != '\0')
		append_device(r);
}

static void
row_init(struct row *r, size_t line)
{
	r->site = (struct inventory_site){ .path = "",
		.zone = "",
		.contact = "",
		.line = (uint32_t)line };
	r->device = (struct inventory_device){ .name = "",
		.address = "",
		.user = "",
		.password = "",
		.line = (uint32_t)line };
	r->feed = (struct inventory_feed){ .name = "",
		.site = "",
		.device = "",
		.url = "",
		.tags = "",
		.dark_hours = "",
		.criticality = 3,
		.enabled = true,
		.line = (uint32_t)line };
	memset(&r->url, 0, sizeof(r->url));
}

static void
row_read(struct row *r, enum inventory_kind kind, const struct header *h,
    const struct csv_row *row)
{
	static void (*const append[])(
	    struct row *) = { append_site, append_device, append_feed };

	row_init(r, row->cell[0].line);
	r->cell = &row->cell[0];
	if (row->count != h->count) {
		char what[96];

		snprintf(what, sizeof(what),
		    "%zu cells, expected %zu as in the first row", row->count,
		    h->count);
		mistake(r, 0, what);
		return;
	}
	for (size_t i = 0; i < h->count; i++) {
		r->cell = &row->cell[i];
		h->column[i]->read(r, cell_unescape(r->cell->text));
	}
	r->cell = &row->cell[0];
	if (!r->no_memory) /* else a cell that was read may be "" */
		append[kind](r);
}

static void
rows_read(struct row *r, enum inventory_kind kind, struct csv *csv)
{
	struct csv_row *row = malloc(sizeof(*row));
	struct header h;

	if (row == NULL) {
		r->no_memory = true;
		return;
	}
	if (!csv_next(csv, row))
		mistake_add(r->mistakes,
		    (struct mistake_place){ r->file, 1, 1 },
		    "the file is empty, expected a first row that names the "
		    "columns");
	else if (row->count > 0 && header_read(&h, kind, csv, row))
		while (!r->no_memory && csv_next(csv, row))
			if (row->count > 0)
				row_read(r, kind, &h, row);
	free(row);
}

bool
inventory_read(struct inventory *inv, enum inventory_kind kind,
    const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes_out)
{
	struct row r = { .inv = inv, .mistakes = mistakes_out, .file = file };
	struct csv csv;

	if (csv_init(&csv, file, bytes, length, mistakes_out)) {
		rows_read(&r, kind, &csv);
		csv_fini(&csv);
	} else if (mistakes_out->count == 0) {
		r.no_memory = true;
	}
	if (!r.no_memory)
		r.no_memory = !unique_check(inv, kind, file, mistakes_out);
	if (r.no_memory && mistakes_out->count == 0)
		mistake_add(mistakes_out, (struct mistake_place){ file, 0, 0 },
		    "out of memory");
	return mistakes_out->count == 0;
}
