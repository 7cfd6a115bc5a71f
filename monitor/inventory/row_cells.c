/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row's cells say: a table names each column, where it may stand and how
 * its value is read; every mistake is said, with what was expected. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "camwarden/wire.h"
#include "monitor/inventory/cell.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/inventory/headings.h"
#include "monitor/inventory/row.h"

#define DIGITS "0123456789"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void
row_mistake(struct row *r, size_t offset, const char *what)
{
	mistake_add(r->mistakes,
	    (struct mistake_place){ r->form->file, r->cell->line,
		r->cell->column + r->cell->quoted + offset },
	    "%s", what);
}

const char *
row_kept(struct row *r, const char *s)
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
		row_mistake(r, 0,
		    "control characters or line breaks, expected plain text");
		return false;
	}
	if (strlen(value) < limit)
		return true;
	row_mistake(r, 0, "too long, expected at most 255 bytes");
	return false;
}

static void
read_name(struct row *r, const char *value)
{
	if (value[0] == '\0' || !plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->feed.name = row_kept(r, value);
	r->feed.given |= INVENTORY_NAME;
}

static void
read_site(struct row *r, const char *value)
{
	char path[LIMIT_NAME_BYTES];

	if (!plain(r, value, sizeof(path)))
		return;
	if (value[0] != '\0' && !cell_path(value, path, sizeof(path))) {
		row_mistake(r, 0,
		    "a site's path has an empty part, expected "
		    "\"Region/Site\"");
		return;
	}
	r->feed.site = r->site.path = value[0] != '\0' ? row_kept(r, path) : "";
	r->feed.given |= INVENTORY_SITE;
	r->site.given |= INVENTORY_SITE;
}

static void
read_device(struct row *r, const char *value)
{
	if (value[0] == '\0' || !plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->feed.device = r->device.name = row_kept(r, value);
	r->feed.given |= INVENTORY_DEVICE;
	r->device.given |= INVENTORY_NAME;
}

static void
url_of(struct row *r, const char *value, struct inventory_url *out)
{
	size_t at;
	const char *wrong;

	if (value[0] == '\0')
		return;
	wrong = inventory_url_parse(value, out, &at);
	if (wrong != NULL)
		row_mistake(r, at, wrong);
	r->url_wrong |= wrong != NULL;
	r->padded += out->padded;
}

static void
read_url(struct row *r, const char *value)
{
	url_of(r, value, &r->main);
}

static void
read_sub_url(struct row *r, const char *value)
{
	url_of(r, value, &r->sub);
}

/* Of these a url is made where the row has none (row_make.c). Some lists hold
 * whole URLs in place of addresses. */
static void
read_host(struct row *r, const char *value)
{
	if (strstr(value, "://") != NULL)
		url_of(r, value, &r->main);
	else if (value[0] != '\0')
		r->address = r->cell;
}

static void
read_port(struct row *r, const char *value)
{
	r->port = value[0] != '\0' ? r->cell : NULL;
}

static void
read_vendor(struct row *r, const char *value)
{
	r->vendor = value[0] != '\0' ? r->cell : NULL;
}

static void
read_channel(struct row *r, const char *value)
{
	r->channel = value[0] != '\0' ? r->cell : NULL;
}

bool
inventory_streams_named(const char *word, enum inventory_streams *out)
{
	static const char *const words[] = {
		[INVENTORY_STREAMS_MAIN] = " main principal haupt hauptstream ",
		[INVENTORY_STREAMS_SUB] = " sub secondary secundario neben "
					  "nebenstream ",
		[INVENTORY_STREAMS_BOTH] = " both ambos beide ",
	};

	for (int i = INVENTORY_STREAMS_MAIN; i <= INVENTORY_STREAMS_BOTH; i++)
		if (heading_among(words[i], word)) {
			*out = (enum inventory_streams)i;
			return true;
		}
	return false;
}

static void
read_streams(struct row *r, const char *value)
{
	if (value[0] != '\0' && !inventory_streams_named(value, &r->streams))
		row_mistake(r, 0,
		    "not which stream, expected main, sub or both");
}

static void
read_source_line(struct row *r, const char *value)
{
	if (value[0] != '\0' &&
	    !cell_number(value, 1, UINT32_MAX, &r->source_line))
		row_mistake(r, 0, "not a line's number");
}

static void
read_user(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_CREDENTIAL_BYTES))
		return;
	r->device.user = row_kept(r, value);
	r->device.given |= INVENTORY_USER;
}

/* "1.23457E+11": more digits than a spreadsheet keeps. */
static bool
looks_rounded(const char *p)
{
	size_t n = strspn(p, DIGITS);

	p += n;
	if (n != 1 || (*p != '.' && *p != ','))
		return false;
	p += 1 + strspn(p + 1, DIGITS);
	return (*p == 'E' || *p == 'e') && p[1] == '+' && p[2] != '\0' &&
	       p[2 + strspn(p + 2, DIGITS)] == '\0';
}

static void
read_password(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_CREDENTIAL_BYTES))
		return;
	if (looks_rounded(value) && r->form->notes != NULL)
		mistake_add(r->form->notes,
		    (struct mistake_place){ r->form->file, r->cell->line,
			r->cell->column },
		    "this password looks like a number that a spreadsheet has "
		    "rounded");
	r->device.password = row_kept(r, value);
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
		row_mistake(r, 0,
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
		row_mistake(r, 0,
		    "not a visit, expected held, or STAY/EVERY like 20s/10m");
	else if (stay < 5 || every > 86400 || stay >= every)
		row_mistake(r, 0,
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
		row_mistake(r, 0, "not a yes or no, expected yes or no");
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
		row_mistake(r, 0,
		    "not hours of darkness, expected at most four like "
		    "21:00-05:30");
		return;
	}
	dark_hours_print(&d, text);
	r->feed.dark_hours = row_kept(r, text);
}

static const struct {
	const char *words; /* folded, between blanks */
	uint8_t criticality;
} criticalities[] = {
	{ " low lowest baja bajo niedrig gering bas basse faible bassa basso "
	  "baixa baixo ",
	    1 },
	{ " normal medium standard media medio mittel moyen moyenne normale ",
	    3 },
	{ " high alta alto hoch haut haute elevee eleve ", 4 },
	{ " vital critical highest critica critico kritisch critique ", 5 },
};

static void
read_criticality(struct row *r, const char *value)
{
	uint32_t number;

	r->feed.given |= INVENTORY_CRITICALITY;
	if (value[0] == '\0')
		return;
	for (size_t i = 0; i < COUNT(criticalities); i++)
		if (heading_among(criticalities[i].words, value)) {
			r->feed.criticality = criticalities[i].criticality;
			return;
		}
	if (cell_number(value, 1, 5, &number)) {
		r->feed.criticality = (uint8_t)number;
		return;
	}
	row_mistake(r, 0, "not a criticality, expected 1 (low) to 5 (vital)");
}

static void
read_uuid(struct row *r, const char *value)
{
	if (value[0] == '\0')
		return;
	if (inventory_uuid_parse(value, r->feed.uuid))
		r->feed.given |= INVENTORY_UUID;
	else
		row_mistake(r, 0,
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
	r->feed.tags = row_kept(r, joined);
}

/* Its form only: whether the zone exists is for who has the zone files. */
static void
read_zone(struct row *r, const char *value)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789_+-/";

	if (value[strspn(value, ok)] != '\0' || strlen(value) > 63 ||
	    value[0] == '/' || value[0] == '-') {
		row_mistake(r, 0,
		    "not a time zone, expected one like "
		    "America/Tijuana");
		return;
	}
	r->site.zone = row_kept(r, value);
	r->site.given |= INVENTORY_ZONE;
}

static void
read_contact(struct row *r, const char *value)
{
	if (!plain(r, value, LIMIT_NAME_BYTES))
		return;
	r->site.contact = row_kept(r, value);
	r->site.given |= INVENTORY_CONTACT;
}

static void
read_target(struct row *r, const char *value)
{
	r->site.target_ppm = 0;
	if (value[0] != '\0' && !cell_percent(value, &r->site.target_ppm)) {
		row_mistake(r, 0,
		    "not a target, expected a percentage like 99.5");
		return;
	}
	r->site.given |= INVENTORY_TARGET;
}

static void
read_address(struct row *r, const char *value)
{
	struct inventory_url u = { .host = "" };

	if (value[0] != '\0' && !row_host(r, value, &u)) {
		row_mistake(r, 0,
		    "not an address, expected a host name or an IP address");
		return;
	}
	r->device.address = row_kept(r, u.host);
	r->device.given |= INVENTORY_ADDRESS;
}

static void
read_ceiling(struct row *r, const char *value)
{
	r->site.ceiling_kbps = 0;
	if (value[0] != '\0' && strcmp(value, "0") != 0 &&
	    !cell_rate(value, &r->site.ceiling_kbps)) {
		row_mistake(r, 0,
		    "not a ceiling, expected a rate like 20Mbit or 512kbit");
		return;
	}
	r->site.given |= INVENTORY_CEILING;
}

/* Its password would lie open in the row: it belongs to the relay's device. */
static void
read_relay(struct row *r, const char *value)
{
	struct inventory_url u;
	const char *wrong;
	size_t at = 0;

	r->feed.given |= INVENTORY_RELAY;
	if (value[0] == '\0')
		return;
	wrong = inventory_url_parse(value, &u, &at);
	if (wrong == NULL && (u.has_credentials || u.host[0] == '\0'))
		wrong = "a relay's URL holds a host and no password, expected "
			"that with the device of the host's name";
	if (wrong != NULL)
		row_mistake(r, at, wrong);
	else
		r->feed.relay = row_kept(r, u.url);
}

static void
read_sessions(struct row *r, const char *value)
{
	uint32_t v = 0;

	if (value[0] != '\0' && !cell_number(value, 0, 10000, &v))
		row_mistake(r, 0,
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
	{ "single-session", WIRE_QUIRK_SINGLE_SESSION },
	{ "single_session", WIRE_QUIRK_SINGLE_SESSION },
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
			row_mistake(r, (size_t)(p - value),
			    "unknown quirk, expected setup-all, no-range, "
			    "basic-ok, tls-verify or single-session");
		r->device.quirks |= bit;
		p += n;
	}
}

#define IN_SITES (1u << INVENTORY_SITES)
#define IN_DEVICES (1u << INVENTORY_DEVICES)
#define IN_FEEDS (1u << INVENTORY_FEEDS)

const struct row_column row_columns[] = {
	{ "uuid", IN_FEEDS, read_uuid, 0 },
	{ "site", IN_SITES | IN_FEEDS, read_site, COLUMN_TEXT },
	{ "name", IN_FEEDS, read_name, COLUMN_TEXT },
	{ "device", IN_DEVICES | IN_FEEDS, read_device, COLUMN_TEXT },
	{ "url", IN_FEEDS, read_url, COLUMN_EXACT },
	{ "sub_url", IN_FEEDS, read_sub_url, COLUMN_EXACT },
	{ "address", IN_FEEDS, read_host, COLUMN_EXACT },
	{ "address", IN_DEVICES, read_address, COLUMN_EXACT },
	{ "port", IN_FEEDS, read_port, 0 },
	{ "vendor", IN_FEEDS, read_vendor, 0 },
	{ "channel", IN_FEEDS, read_channel, 0 },
	{ "streams", IN_FEEDS, read_streams, 0 },
	{ "user", IN_DEVICES | IN_FEEDS, read_user,
	    COLUMN_EXACT | COLUMN_TEXT },
	{ "password", IN_DEVICES | IN_FEEDS, read_password,
	    COLUMN_EXACT | COLUMN_SECRET },
	{ "transport", IN_FEEDS, read_transport, 0 },
	{ "visit", IN_FEEDS, read_visit, 0 },
	{ "no_picture", IN_FEEDS, read_no_picture, 0 },
	{ "criticality", IN_FEEDS, read_criticality, 0 },
	{ "tags", IN_FEEDS, read_tags, COLUMN_TEXT },
	{ "enabled", IN_FEEDS, read_enabled, 0 },
	{ "ptz", IN_FEEDS, read_ptz, 0 },
	{ "dark_hours", IN_FEEDS, read_dark_hours, 0 },
	{ "relay", IN_FEEDS, read_relay, COLUMN_EXACT },
	{ "zone", IN_SITES, read_zone, 0 },
	{ "contact", IN_SITES, read_contact, COLUMN_TEXT },
	{ "target", IN_SITES, read_target, 0 },
	{ "ceiling", IN_SITES, read_ceiling, 0 },
	{ "sessions", IN_DEVICES | IN_FEEDS, read_sessions, 0 },
	{ "quirks", IN_DEVICES | IN_FEEDS, read_quirks, 0 },
	{ "source_line", IN_SITES | IN_DEVICES | IN_FEEDS, read_source_line,
	    0 },
};
const size_t row_columns_count = COUNT(row_columns);
