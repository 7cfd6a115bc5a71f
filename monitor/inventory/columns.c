/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/columns.h"

#include <stdio.h>
#include <string.h>

#include "camwarden/wire.h"
#include "common/hex.h"
#include "monitor/inventory/floor_parts.h"
#include "monitor/inventory/quirks.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A column that is one of the record's own texts. */
#define TEXT(type, member)                                                     \
	static const char *type##_##member(const void *r,                      \
	    char out[COLUMN_BYTES])                                            \
	{                                                                      \
		(void)out;                                                     \
		return ((const struct type *)r)->member;                       \
	}
#define NUMBER(type, member)                                                   \
	static const char *type##_##member(const void *r,                      \
	    char out[COLUMN_BYTES])                                            \
	{                                                                      \
		snprintf(out, COLUMN_BYTES, "%u",                              \
		    (unsigned)((const struct type *)r)->member);               \
		return out;                                                    \
	}
#define FLAG(type, member)                                                     \
	static const char *type##_##member(const void *r,                      \
	    char out[COLUMN_BYTES])                                            \
	{                                                                      \
		(void)out;                                                     \
		return ((const struct type *)r)->member ? "yes" : "no";        \
	}

/* --- sites */

TEXT(inventory_site, path)
TEXT(inventory_site, zone)
TEXT(inventory_site, contact)

/* "99.5"; "" for 0. */
static const char *
site_target(const void *r, char out[COLUMN_BYTES])
{
	uint32_t ppm = ((const struct inventory_site *)r)->target_ppm;
	size_t n;

	out[0] = '\0';
	if (ppm == 0)
		return out;
	n = (size_t)snprintf(out, COLUMN_BYTES, "%u.%04u", ppm / 10000 % 1000,
	    ppm % 10000);
	while (out[n - 1] == '0')
		out[--n] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	return out;
}

/* "20Mbit"; "" for 0. */
static const char *
site_ceiling(const void *r, char out[COLUMN_BYTES])
{
	uint32_t kbps = ((const struct inventory_site *)r)->ceiling_kbps;

	out[0] = '\0';
	if (kbps > 0 && kbps % 1000 == 0)
		snprintf(out, COLUMN_BYTES, "%uMbit", kbps / 1000);
	else if (kbps > 0)
		snprintf(out, COLUMN_BYTES, "%ukbit", kbps);
	return out;
}

static const struct column sites[] = {
	{ "site", inventory_site_path, false, INVENTORY_SITE },
	{ "zone", inventory_site_zone, false, INVENTORY_ZONE },
	{ "contact", inventory_site_contact, false, INVENTORY_CONTACT },
	{ "target", site_target, false, INVENTORY_TARGET },
	{ "ceiling", site_ceiling, false, INVENTORY_CEILING },
};

/* --- devices */

TEXT(inventory_device, name)
TEXT(inventory_device, address)
TEXT(inventory_device, user)
TEXT(inventory_device, password)
NUMBER(inventory_device, sessions)

static const char *
device_quirks(const void *r, char out[COLUMN_BYTES])
{
	quirks_print(((const struct inventory_device *)r)->quirks, out);
	return out;
}

static const struct column devices[] = {
	{ "device", inventory_device_name, false, INVENTORY_NAME },
	{ "address", inventory_device_address, false, INVENTORY_ADDRESS },
	{ "sessions", inventory_device_sessions, false, INVENTORY_SESSIONS },
	{ "quirks", device_quirks, false, INVENTORY_QUIRKS },
	{ "user", inventory_device_user, true, INVENTORY_USER },
	{ "password", inventory_device_password, true, INVENTORY_PASSWORD },
};

/* --- feeds */

TEXT(inventory_feed, site)
TEXT(inventory_feed, name)
TEXT(inventory_feed, device)
TEXT(inventory_feed, url)
TEXT(inventory_feed, tags)
TEXT(inventory_feed, dark_hours)
TEXT(inventory_feed, relay)
NUMBER(inventory_feed, criticality)
FLAG(inventory_feed, no_picture)
FLAG(inventory_feed, enabled)
FLAG(inventory_feed, ptz)

static const char *
feed_uuid(const void *r, char out[COLUMN_BYTES])
{
	static const uint8_t none[16];
	const struct inventory_feed *f = r;

	out[0] = '\0';
	if (memcmp(f->uuid, none, 16) != 0)
		uuid_print(f->uuid, out);
	return out;
}

static const char *
feed_transport(const void *r, char out[COLUMN_BYTES])
{
	(void)out;
	return inventory_transport(
	    ((const struct inventory_feed *)r)->transport);
}

static const char *
feed_visit(const void *r, char out[COLUMN_BYTES])
{
	const struct inventory_feed *f = r;

	if (f->visit_s == 0)
		return "held";
	snprintf(out, COLUMN_BYTES, "%us/%us", f->visit_s, f->visit_every_s);
	return out;
}

static const struct column feeds[] = {
	{ "uuid", feed_uuid, false, INVENTORY_UUID },
	{ "site", inventory_feed_site, false, INVENTORY_SITE },
	{ "name", inventory_feed_name, false, INVENTORY_NAME },
	{ "device", inventory_feed_device, false, INVENTORY_DEVICE },
	{ "url", inventory_feed_url, false, INVENTORY_URL },
	{ "transport", feed_transport, false, INVENTORY_TRANSPORT },
	{ "visit", feed_visit, false, INVENTORY_VISIT },
	{ "no_picture", inventory_feed_no_picture, false,
	    INVENTORY_NO_PICTURE },
	{ "criticality", inventory_feed_criticality, false,
	    INVENTORY_CRITICALITY },
	{ "tags", inventory_feed_tags, false, INVENTORY_TAGS },
	{ "enabled", inventory_feed_enabled, false, INVENTORY_ENABLED },
	{ "ptz", inventory_feed_ptz, false, INVENTORY_PTZ },
	{ "dark_hours", inventory_feed_dark_hours, false,
	    INVENTORY_DARK_HOURS },
	{ "relay", inventory_feed_relay, false, INVENTORY_RELAY },
};

struct columns
columns_of(enum inventory_kind kind, bool secrets)
{
	switch (kind) {
	case INVENTORY_SITES:
		return (struct columns){ sites, COUNT(sites) };
	case INVENTORY_DEVICES:
		return (struct columns){ devices,
			COUNT(devices) - (secrets ? 0 : 2) };
	case INVENTORY_FEEDS:
		break;
	}
	return (struct columns){ feeds, COUNT(feeds) };
}

/* --- the floor */

TEXT(floor_console, name)
TEXT(floor_console, room)
TEXT(floor_console, site)
NUMBER(floor_console, idle_after_s)
NUMBER(floor_console, prompt_after_s)
FLAG(floor_console, remote_input)
TEXT(floor_console, desk_feed)
NUMBER(floor_console, desk_still_s)
NUMBER(floor_console, max_tiles)

static const struct column consoles[] = {
	{ "console", floor_console_name, false },
	{ "room", floor_console_room, false },
	{ "site", floor_console_site, false },
	{ "idle_after_s", floor_console_idle_after_s, false },
	{ "prompt_after_s", floor_console_prompt_after_s, false },
	{ "remote_input", floor_console_remote_input, false },
	{ "desk_feed", floor_console_desk_feed, false },
	{ "desk_still_s", floor_console_desk_still_s, false },
	{ "max_tiles", floor_console_max_tiles, false },
};

TEXT(floor_screen, name)
TEXT(floor_screen, console)
TEXT(floor_screen, room)
TEXT(floor_screen, output)
TEXT(floor_screen, layout)
TEXT(floor_screen, confirmed_by)

static const struct column screens[] = {
	{ "screen", floor_screen_name, false },
	{ "console", floor_screen_console, false },
	{ "room", floor_screen_room, false },
	{ "output", floor_screen_output, false },
	{ "layout", floor_screen_layout, false },
	{ "confirmed_by", floor_screen_confirmed_by, false },
};

TEXT(floor_pattern, name)
TEXT(floor_pattern, class_)
TEXT(floor_pattern, title)

static const char *
pattern_shows(const void *r, char out[COLUMN_BYTES])
{
	const struct floor_pattern *p = r;

	(void)out;
	return p->shows == FLOOR_SHOWS_LAYOUT	     ? "layout"
	       : p->shows == FLOOR_SHOWS_CONNECTIONS ? "connections"
						     : p->feed;
}

static const char *
pattern_tiles(const void *r, char out[COLUMN_BYTES])
{
	const struct floor_pattern *p = r;

	out[0] = '\0';
	if (p->tiles > 0)
		snprintf(out, COLUMN_BYTES, "%u", p->tiles);
	return out;
}

static const struct column patterns[] = {
	{ "pattern", floor_pattern_name, false },
	{ "class", floor_pattern_class_, false },
	{ "title", floor_pattern_title, false },
	{ "shows", pattern_shows, false },
	{ "tiles", pattern_tiles, false },
};

TEXT(floor_shift, room)
TEXT(floor_shift, console)
NUMBER(floor_shift, at_least)
NUMBER(floor_shift, idle_after_s)
NUMBER(floor_shift, prompt_after_s)

static const char *
shift_days(const void *r, char out[COLUMN_BYTES])
{
	char days[32];

	floor_days_print(((const struct floor_shift *)r)->days, days);
	snprintf(out, COLUMN_BYTES, "%s", days);
	return out;
}

static const char *
minute_print(unsigned m, char out[COLUMN_BYTES])
{
	snprintf(out, COLUMN_BYTES, "%02u:%02u", m / 60 % 25, m % 60);
	return out;
}

static const char *
shift_from(const void *r, char out[COLUMN_BYTES])
{
	return minute_print(((const struct floor_shift *)r)->hours.from, out);
}

static const char *
shift_to(const void *r, char out[COLUMN_BYTES])
{
	return minute_print(((const struct floor_shift *)r)->hours.to, out);
}

static const char *
shift_breaks(const void *r, char out[COLUMN_BYTES])
{
	const struct floor_shift *s = r;

	_Static_assert(FLOOR_BREAKS_MAX * 12 + 1 <= COLUMN_BYTES, "breaks");
	out[0] = '\0';
	for (unsigned k = 0; k < s->break_count; k++) {
		char *to = out + k * 12; /* 11 and a semicolon */

		floor_span_print(s->breaks[k], to);
		if (k + 1 < s->break_count)
			to[11] = ';';
	}
	return out;
}

static const struct column roster[] = {
	{ "room", floor_shift_room, false },
	{ "console", floor_shift_console, false },
	{ "days", shift_days, false },
	{ "from", shift_from, false },
	{ "to", shift_to, false },
	{ "at_least", floor_shift_at_least, false },
	{ "breaks", shift_breaks, false },
	{ "idle_after_s", floor_shift_idle_after_s, false },
	{ "prompt_after_s", floor_shift_prompt_after_s, false },
};

TEXT(floor_room, name)
TEXT(floor_room, site)

static const struct column rooms[] = {
	{ "room", floor_room_name, false },
	{ "site", floor_room_site, false },
};

struct columns
columns_of_floor(enum floor_kind kind)
{
	static const struct columns all[] = {
		[FLOOR_CONSOLES] = { consoles, COUNT(consoles) },
		[FLOOR_SCREENS] = { screens, COUNT(screens) },
		[FLOOR_PATTERNS] = { patterns, COUNT(patterns) },
		[FLOOR_ROSTER] = { roster, COUNT(roster) },
		[FLOOR_ROOMS] = { rooms, COUNT(rooms) },
	};

	return all[kind <= FLOOR_ROOMS ? kind : FLOOR_ROOMS];
}
