/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "common/site.h"
#include "monitor/cli/incident_print.h"
#include "monitor/cli/place_print.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/quirks.h"
#include "monitor/overlay.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_read_web.h"

struct counted {
	const struct inventory_device *device; /* borrowed */
	uint32_t feeds, states[STATE_COUNT];
	bool at_site;
};

struct devices {
	const struct cli *cli;
	const struct devices_ask *ask;
	struct store_reader *reader;
	struct inventory *inv; /* owned */
	struct counted *rows;  /* by the device's number; owned */
};

static int
by_number(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	return (x->device->id > y->device->id) -
	       (x->device->id < y->device->id);
}

static int
by_name(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	return strcmp(x->device->name, y->device->name);
}

static struct counted *
row_of(struct devices *d, int64_t id)
{
	const struct inventory_device key = { .id = id };
	const struct counted wanted = { .device = &key };

	return d->inv->device_count == 0
		   ? NULL
		   : bsearch(&wanted, d->rows, d->inv->device_count,
			 sizeof(*d->rows), by_number);
}

static bool
on_feed(void *arg, const struct store_short_row *feed)
{
	struct devices *d = arg;
	struct counted *row = row_of(d, feed->device_id);

	if (row == NULL)
		return true;
	row->at_site = true;
	if (!feed->enabled)
		return true;
	row->feeds++;
	row->states[feed->state]++;
	return true;
}

static bool
has_words(const struct inventory_device *d, const char *words)
{
	return words == NULL || strcasestr(d->name, words) != NULL ||
	       strcasestr(d->address, words) != NULL;
}

static bool
is_meant(const struct devices *d, const struct counted *row, int state)
{
	return (d->ask->site == NULL || row->at_site) &&
	       (state < 0 || row->states[state] > 0) &&
	       has_words(row->device, d->ask->words);
}

static void
put_sessions(struct cli_table *t, uint32_t sessions)
{
	if (sessions > 0)
		cli_table_add(t, "%u", sessions);
	else
		cli_table_add(t, "any");
}

static json_t *
device_json(const struct counted *row)
{
	const struct inventory_device *d = row->device;
	char quirks[QUIRKS_BYTES];

	quirks_print(d->quirks, quirks);
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:i, s:o}", "name", d->name,
	    "address", d->address, "user", d->user, "sessions",
	    (int)d->sessions, "quirks", quirks, "feeds", (int)row->feeds,
	    "states", place_print_states(row->states));
}

static void
device_row(struct cli_table *t, const struct counted *row)
{
	cli_table_add(t, "%s", row->device->name);
	cli_table_add(t, "%s", row->device->address);
	cli_table_add(t, "%s", row->device->user);
	put_sessions(t, row->device->sessions);
	place_print_cells(t, row->feeds, row->states);
}

/* False after saying why. */
static bool
begin(struct devices *d)
{
	struct store_alive alive;

	d->reader = cli_reader(d->cli);
	if (d->reader == NULL)
		return false;
	if (store_read_alive(d->reader, NULL, &alive) &&
	    store_reader_hold(d->reader))
		d->inv = store_read_inventory(d->reader, false, NULL);
	if (d->inv != NULL)
		d->rows = calloc(d->inv->device_count + 1, sizeof(*d->rows));
	if (d->rows == NULL) {
		cli_say("%s", store_reader_error(d->reader));
		return false;
	}
	for (size_t i = 0; i < d->inv->device_count; i++)
		d->rows[i].device = &d->inv->devices[i];
	qsort(d->rows, d->inv->device_count, sizeof(*d->rows), by_number);
	return true;
}

static void
end(struct devices *d)
{
	free(d->rows);
	inventory_free(&d->inv);
	store_reader_close(&d->reader);
}

static void
put_list(const struct devices *d, int state)
{
	static const char *const heads[] = { "DEVICE", "ADDRESS", "USER",
		"SESSIONS", PLACE_PRINT_HEADS };
	json_t *list = json_array();
	struct cli_table table;

	cli_table_heads(&table, 4 + PLACE_PRINT_COLUMNS, heads);
	for (size_t i = 0; i < d->inv->device_count; i++) {
		if (!is_meant(d, &d->rows[i], state))
			continue;
		json_array_append_new(list, device_json(&d->rows[i]));
		device_row(&table, &d->rows[i]);
	}
	cli_table_print(&table, d->cli->json ? NULL : stdout);
	if (d->cli->json)
		cli_print_json(list);
	json_decref(list);
}

/* -1: any; -2 after saying that it is none. */
static int
state_of(const char *word)
{
	if (word == NULL)
		return -1;
	for (unsigned i = 0; i < STATE_COUNT; i++)
		if (strcmp(word, state_name(i)) == 0)
			return (int)i;
	cli_say("'%.40s' is no state, expected up, degraded, down or unknown",
	    word);
	return -2;
}

int
devices_list(const struct cli *cli, const struct devices_ask *ask)
{
	struct devices d = { .cli = cli, .ask = ask };
	int state = state_of(ask->state);
	int code = CLI_FAILED;

	if (state < -1)
		return cli_usage("devices");
	if (begin(&d) &&
	    store_read_short(d.reader, ask->site, 0, on_feed, &d)) {
		qsort(d.rows, d.inv->device_count, sizeof(*d.rows), by_name);
		put_list(&d, state);
		code = CLI_OK;
	} else if (d.rows != NULL) {
		cli_say("%s", store_reader_error(d.reader));
	}
	end(&d);
	return code;
}

/* --- one */

struct shown {
	struct devices *d;
	const struct inventory_device *device;
	struct store_now now;
	struct counted count;
	uint32_t causes[CAUSE_COUNT];
	struct cli_table table;
	json_t *feeds;
	int64_t answered_utc; /* its newest picture */
};

static json_t *
feed_json(const struct store_feed_row *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:I}",
	    "uuid", f->uuid_text, "site", f->site, "name", f->name, "url",
	    f->url, "enabled", f->enabled, "state", state_name(f->state),
	    "cause", cause_name(f->cause), "since", cli_json_time(f->since_utc),
	    "picture",
	    f->no_picture ? json_null() : cli_json_time(f->thumbnail_utc),
	    "incident", (json_int_t)f->incident);
}

static void
feed_row(struct shown *s, const struct store_feed_row *f)
{
	struct cli_table *t = &s->table;
	char since[24], age[24];

	cli_table_add(t, "%s%s", f->enabled ? state_name(f->state) : "off",
	    f->maintenance ? " (maintenance)"
	    : f->mute	   ? " (muted)"
			   : "");
	cli_table_add(t, "%s", cause_name(f->cause));
	cli_table_add(t, "%s", cli_utc(f->since_utc, since));
	cli_table_add(t, "%s",
	    f->no_picture ? "not kept"
	    : f->thumbnail_utc == 0
		? "none"
		: cli_age(s->now.utc_us - f->thumbnail_utc, age));
	cli_table_add(t, "%s%s%s", f->site, f->site[0] ? "/" : "", f->name);
	cli_table_add(t, "%s", f->url);
}

static bool
on_shown(void *arg, const struct store_feed_row *f)
{
	struct shown *s = arg;

	if (f->device_id != s->device->id)
		return true;
	if (f->thumbnail_utc > s->answered_utc)
		s->answered_utc = f->thumbnail_utc;
	s->count.feeds += f->enabled;
	if (f->enabled) {
		s->count.states[f->state]++;
		s->causes[f->cause]++;
	}
	json_array_append_new(s->feeds, feed_json(f));
	feed_row(s, f);
	return true;
}

static void
put_device(const struct shown *s)
{
	const struct inventory_device *d = s->device;
	char quirks[QUIRKS_BYTES], sessions[48] = "any number", age[24];

	if (d->sessions > 0)
		snprintf(sessions, sizeof(sessions), "%u at once at most",
		    d->sessions);
	quirks_print(d->quirks, quirks);
	place_print_line("device", d->name);
	place_print_line("address", d->address);
	place_print_line("user", d->user);
	place_print_line("sessions", sessions);
	place_print_line("quirks", quirks);
	place_print_counts(s->count.feeds, s->count.states, s->causes);
	if (s->answered_utc != 0)
		printf("picture  the newest is %s old\n",
		    cli_age(s->now.utc_us - s->answered_utc, age));
	putchar('\n');
}

static void
put_shown(struct shown *s)
{
	json_t *root;

	if (!s->d->cli->json) {
		put_device(s);
		cli_table_print(&s->table, stdout);
		return;
	}
	s->count.device = s->device;
	root = device_json(&s->count);
	json_object_set_new(root, "causes", place_print_causes(s->causes));
	json_object_set_new(root, "picture", cli_json_time(s->answered_utc));
	json_object_set(root, "list", s->feeds);
	cli_print_json(root);
	json_decref(root);
}

static int
show(struct shown *s)
{
	static const char *const heads[] = { "STATE", "CAUSE", "SINCE",
		"PICTURE", "FEED", "URL" };
	struct zones *zones = zones_new();
	struct store_reader *r = s->d->reader;
	bool read;

	if (zones != NULL)
		store_reader_holds(r, overlay_holds, zones);
	store_now(&s->now);
	s->feeds = json_array();
	cli_table_heads(&s->table, 6, heads);
	read = store_read_feeds(r, NULL, NULL, on_shown, s);
	if (read)
		put_shown(s);
	else
		cli_say("%s", store_reader_error(r));
	cli_table_print(&s->table, NULL);
	json_decref(s->feeds);
	zones_free(&zones);
	return read ? CLI_OK : CLI_FAILED;
}

int
devices_show(const struct cli *cli, const char *name)
{
	struct devices d = { .cli = cli };
	struct shown s = { .d = &d };
	int code = CLI_FAILED;

	if (!begin(&d)) {
		end(&d);
		return code;
	}
	for (size_t i = 0; i < d.inv->device_count; i++)
		if (strcmp(d.inv->devices[i].name, name) == 0)
			s.device = &d.inv->devices[i];
	if (s.device != NULL) {
		code = show(&s);
	} else {
		cli_say("there is no device '%.200s'", name);
		code = CLI_TROUBLE;
	}
	end(&d);
	return code;
}
