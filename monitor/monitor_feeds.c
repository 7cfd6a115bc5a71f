/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The committed inventory as held feeds: at the start, and after each change
 * only what the change touches. */
#include "monitor/monitor_credentials.h"
#include "monitor/monitor_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"
#include "monitor/inventory/inventory.h"

/* A probe that lets a session go may be another one than it goes to. */
#define LEAVE_US (2 * US_PER_S)

static uint32_t
hash_of(const uint8_t uuid[16])
{
	uint32_t h = 2166136261u;

	for (int i = 0; i < 16; i++)
		h = (h ^ uuid[i]) * 16777619u;
	return h % UUID_HASH;
}

struct watched_feed *
monitor_feed_find(const struct monitor *m, const uint8_t uuid[16])
{
	uint32_t n = m->uuid_hash[hash_of(uuid)];

	while (n != 0) {
		struct watched_feed *f = m->feeds[n - 1];

		if (memcmp(f->uuid, uuid, sizeof(f->uuid)) == 0)
			return f;
		n = f->chain;
	}
	return NULL;
}

struct watched_feed *
monitor_feed_of_id(const struct monitor *m, int64_t id)
{
	uint32_t n = m->id_hash[(uint64_t)id % UUID_HASH];

	while (n != 0 && m->feeds[n - 1]->id != id)
		n = m->feeds[n - 1]->id_chain;
	return n != 0 ? m->feeds[n - 1] : NULL;
}

static void
hash_remove(struct monitor *m, const struct watched_feed *f)
{
	uint32_t *at = &m->uuid_hash[hash_of(f->uuid)];

	while (*at != 0 && *at != f->number + 1)
		at = &m->feeds[*at - 1]->chain;
	if (*at != 0)
		*at = f->chain;
	at = &m->id_hash[(uint64_t)f->id % UUID_HASH];
	while (*at != 0 && *at != f->number + 1)
		at = &m->feeds[*at - 1]->id_chain;
	if (*at != 0)
		*at = f->id_chain;
}

static void
feed_free(struct watched_feed *f)
{
	if (f == NULL)
		return;
	judge_feed_free(&f->judge);
	free(f->site);
	free(f->device);
	free(f->name);
	free(f->tags);
	free(f->detail);
	free(f->add);
	free(f);
}

/* --- one feed of the inventory */

struct reading {
	struct monitor *m;
	const struct inventory *inv;
	struct ration *ration;			 /* of its feeds; owned */
	const struct inventory_device **devices; /* by name; owned */
	uint32_t *device_feeds; /* how many each of these has; owned */
	const struct inventory_site **sites; /* by path; owned */
	int64_t now_us;
	uint32_t next_number; /* where to look for a free one */
	uint32_t added, changed, removed;
};

static int
by_device_name(const void *a, const void *b)
{
	return strcmp((*(const struct inventory_device *const *)a)->name,
	    (*(const struct inventory_device *const *)b)->name);
}

static int
by_site_path(const void *a, const void *b)
{
	return strcmp((*(const struct inventory_site *const *)a)->path,
	    (*(const struct inventory_site *const *)b)->path);
}

/* Thousands of feeds each look up both: sorted once. */
static bool
index_inventory(struct reading *r)
{
	const struct inventory *inv = r->inv;

	r->devices = calloc(inv->device_count + 1, sizeof(*r->devices));
	r->device_feeds =
	    calloc(inv->device_count + 1, sizeof(*r->device_feeds));
	r->sites = calloc(inv->site_count + 1, sizeof(*r->sites));
	if (r->devices == NULL || r->device_feeds == NULL || r->sites == NULL)
		return false;
	for (size_t i = 0; i < inv->device_count; i++)
		r->devices[i] = &inv->devices[i];
	for (size_t i = 0; i < inv->site_count; i++)
		r->sites[i] = &inv->sites[i];
	qsort(r->devices, inv->device_count, sizeof(*r->devices),
	    by_device_name);
	qsort(r->sites, inv->site_count, sizeof(*r->sites), by_site_path);
	return true;
}

static const struct inventory_device **
device_at(const struct reading *r, const char *name)
{
	const struct inventory_device wanted = { .name = name };
	const struct inventory_device *key = &wanted;

	return bsearch(&key, r->devices, r->inv->device_count,
	    sizeof(*r->devices), by_device_name);
}

static const struct inventory_device *
device_of(const struct reading *r, const char *name)
{
	const struct inventory_device **found = device_at(r, name);

	return found != NULL ? *found : NULL;
}

static void
count_device_feeds(struct reading *r)
{
	for (size_t i = 0; i < r->inv->feed_count; i++) {
		const struct inventory_feed *f = &r->inv->feeds[i];
		const struct inventory_device **found = device_at(r, f->device);

		if (found != NULL && f->enabled)
			r->device_feeds[found - r->devices]++;
	}
}

static uint32_t
site_of(const struct reading *r, const char *path)
{
	const struct inventory_site wanted = { .path = path };
	const struct inventory_site *key = &wanted;
	const struct inventory_site **found = bsearch(&key, r->sites,
	    r->inv->site_count, sizeof(*r->sites), by_site_path);

	return found != NULL ? (uint32_t)(*found)->id : 0;
}

/* Its own time zone, or that of the nearest site above; "" = none is said. */
static const char *
zone_of_site(const struct reading *r, const char *path)
{
	char above[LIMIT_NAME_BYTES];
	size_t n = strnlen(path, sizeof(above) - 1);

	memcpy(above, path, n);
	while (n > 0) {
		const struct inventory_site wanted = { .path = above };
		const struct inventory_site *key = &wanted;
		const struct inventory_site **found;

		above[n] = '\0';
		found = bsearch(&key, r->sites, r->inv->site_count,
		    sizeof(*r->sites), by_site_path);
		if (found != NULL && (*found)->zone[0] != '\0')
			return (*found)->zone;
		while (n > 0 && above[n] != '/')
			n--;
	}
	return "";
}

static void
copy(char *out, size_t size, const char *in)
{
	size_t n = strnlen(in, size - 1);

	memcpy(out, in, n);
	out[n] = '\0';
}

static const struct inventory_device **
fetched_from(const struct reading *r, const struct inventory_feed *want)
{
	char name[LIMIT_NAME_BYTES];

	inventory_feed_asks(want, name);
	return device_at(r, name);
}

/* What a probe must be told; all of it is compared, so no padding is left
 * unset. */
static void
make_add(const struct reading *r, const struct inventory_feed *want,
    struct wire_feed_add *out)
{
	const struct ration_feed *ration =
	    &r->ration->feeds[want - r->inv->feeds];
	const struct inventory_device **at = fetched_from(r, want);
	const struct inventory_device *d = at != NULL ? *at : NULL;

	memset(out, 0, sizeof(*out));
	memcpy(out->uuid, want->uuid, sizeof(out->uuid));
	copy(out->url, sizeof(out->url),
	    want->relay[0] != '\0' ? want->relay : want->url);
	out->transport = want->transport;
	out->visit_seconds = ration->visit_s;
	out->visit_every_seconds = ration->visit_every_s;
	out->visit_phase_seconds = ration->visit_phase_s;
	if (d == NULL)
		return;
	out->device = (uint32_t)d->id;
	out->device_feeds = r->device_feeds[at - r->devices];
	out->device_sessions = ration->sessions;
	if (d->sessions !=
	    0) /* else those of an earlier run count for nobody */
		out->not_before_us = r->m->guests.lingering_us;
	out->quirks = d->quirks;
	copy(out->user, sizeof(out->user), d->user);
}

/* Its password in force; true when it is another than before. */
static bool
take_password(struct monitor *m, struct watched_feed *f)
{
	uint8_t mark[sizeof(f->password_mark)];

	monitor_credentials_mark(m, f->guest.login_id, mark);
	if (memcmp(f->password_mark, mark, sizeof(mark)) == 0)
		return false;
	memcpy(f->password_mark, mark, sizeof(mark));
	return true;
}

/* Whether a probe must be told anew. What was learned is no wish. */
static bool
same_add(const struct wire_feed_add *a, const struct wire_feed_add *b)
{
	return strcmp(a->url, b->url) == 0 && strcmp(a->user, b->user) == 0 &&
	       a->transport == b->transport && a->device == b->device &&
	       a->device_sessions == b->device_sessions &&
	       a->visit_seconds == b->visit_seconds &&
	       a->visit_every_seconds == b->visit_every_seconds &&
	       a->visit_phase_seconds == b->visit_phase_seconds &&
	       a->quirks == b->quirks;
}

static bool
set_text(char **at, const char *text, bool *changed)
{
	char *fresh;

	if (*at != NULL && strcmp(*at, text) == 0)
		return true;
	fresh = strdup(text);
	if (fresh == NULL)
		return false;
	free(*at);
	*at = fresh;
	*changed = true;
	return true;
}

void
monitor_feed_learned(struct watched_feed *f, const struct wire_learned *l)
{
	f->add->keepalive = l->keepalive;
	f->add->gap_us = l->gap_us;
	f->add->gop_us = l->gop_us;
	memcpy(f->add->tls_pin, l->tls_pin, sizeof(l->tls_pin));
	if (f->add->transport == WIRE_TRANSPORT_AUTO ||
	    f->learned_transport != WIRE_TRANSPORT_AUTO)
		f->add->transport = f->learned_transport = l->transport;
}

/* It goes along to where the feed is handed anew: else the first change of
 * anything would end the sessions of all that were told of it at the start, and
 * forget the keys that were pinned. */
static void
keep_learned(struct watched_feed *f, struct wire_feed_add *add)
{
	add->keepalive = f->add->keepalive;
	add->gap_us = f->add->gap_us;
	add->gop_us = f->add->gop_us;
	memcpy(add->tls_pin, f->add->tls_pin, sizeof(add->tls_pin));
	if (add->transport == WIRE_TRANSPORT_AUTO)
		add->transport = f->learned_transport;
	else
		f->learned_transport = WIRE_TRANSPORT_AUTO;
}

/* Names and the like; true when a page would show something else. */
static bool
take_words(struct reading *r, struct watched_feed *f,
    const struct inventory_feed *want)
{
	const struct inventory_device *d = device_of(r, want->device);
	const struct inventory_device **from = fetched_from(r, want);
	uint32_t site = site_of(r, want->site);
	bool changed = false;

	set_text(&f->site, want->site, &changed);
	set_text(&f->device, want->device, &changed);
	set_text(&f->name, want->name, &changed);
	set_text(&f->tags, want->tags, &changed);
	if (f->no_picture != want->no_picture ||
	    f->criticality != want->criticality || f->ptz != want->ptz)
		changed = true;
	if (want->no_picture)
		f->wanted = f->asked_for = 0;
	f->no_picture = want->no_picture;
	if (f->no_picture)
		monitor_reference_drop(r->m, f, "no picture may be kept");
	f->ptz = want->ptz;
	dark_hours_parse(want->dark_hours, &f->dark);
	f->zone = monitor_zone(r->m, zone_of_site(r, want->site));
	monitor_declare(r->m, f, r->now_us);
	f->criticality = want->criticality;
	f->device_id = d != NULL ? d->id : 0;
	f->guest.login_id = from != NULL ? (*from)->id : 0;
	f->guest.relayed = want->relay[0] != '\0';
	f->guest.line = r->ration->feeds[want - r->inv->feeds].site;
	if (f->site_id != site || f->version == 0)
		incident_feed_add(r->m->incidents, f->number, site);
	f->site_id = site;
	duplicate_add(r->m->duplicates, f->number, (uint32_t)f->device_id);
	return changed;
}

/* Without its password a camera would only be asked in vain, and the fault is
 * ours: nothing is said of it. */
static void
leave_alone(struct watched_feed *f, const char *why)
{
	free(f->detail);
	f->detail = strdup(why);
	f->fleet_blind = CAUSE_NOT_SAMPLED;
	monitor_blind_apply(f, clock_mono_us());
}

static void
hand_to_fleet(struct monitor *m, struct watched_feed *f)
{
	const char *error = NULL;

	if (monitor_credentials_locked(f->password_mark)) {
		leave_alone(f,
		    "no key opens its password (camwarden credentials)");
		return;
	}
	if (f->guest.left_out != NULL) {
		leave_alone(f, f->guest.left_out);
		return;
	}
	f->add->ref.feed = f->number;
	if (!fleet_add(m->fleet, f->add, -1, &error))
		log_error("monitor", "feed=%u %s", f->number, error);
}

static struct watched_feed *
feed_new(struct reading *r, const struct inventory_feed *want)
{
	struct monitor *m = r->m;
	struct watched_feed *f = calloc(1, sizeof(*f));

	while (r->next_number < LIMIT_FEEDS && m->feeds[r->next_number] != NULL)
		r->next_number++;
	if (f == NULL || r->next_number == LIMIT_FEEDS) {
		free(f);
		return NULL;
	}
	f->number = r->next_number;
	f->id = want->id;
	memcpy(f->uuid, want->uuid, sizeof(f->uuid));
	f->add = malloc(sizeof(*f->add));
	f->judge = judge_feed_new(&m->config.judge, r->now_us);
	if (f->add == NULL || f->judge == NULL) {
		feed_free(f);
		return NULL;
	}
	make_add(r, want, f->add);
	m->feeds[f->number] = f;
	f->chain = m->uuid_hash[hash_of(f->uuid)];
	m->uuid_hash[hash_of(f->uuid)] = f->number + 1;
	f->id_chain = m->id_hash[(uint64_t)f->id % UUID_HASH];
	m->id_hash[(uint64_t)f->id % UUID_HASH] = f->number + 1;
	return f;
}

static void
feed_remove(struct monitor *m, struct watched_feed *f)
{
	fleet_remove(m->fleet, f->number);
	monitor_outage_remove(m, f, clock_mono_us());
	incident_feed_remove(m->incidents, f->number, clock_mono_us());
	duplicate_remove(m->duplicates, f->number);
	monitor_incidents_drain(m);
	deadlines_set(&m->deadlines, f->number, INT64_MAX);
	monitor_row_changed(m, f, true);
	hash_remove(m, f);
	m->feeds[f->number] = NULL;
	feed_free(f);
}

/* Whether its line and its device have room for it at all; true when that
 * changed. */
static bool
take_room(const struct reading *r, struct watched_feed *f,
    const struct inventory_feed *want)
{
	const char *was = f->guest.left_out;

	f->guest.left_out = r->ration->feeds[want - r->inv->feeds].left_out;
	return f->guest.left_out != was;
}

/* We end its session: that is no silence of the camera's, and no flapping. One
 * that does not flow has nothing to lose by it, and gains nothing. */
static void
tell_ended(struct watched_feed *f, int64_t now_us)
{
	const struct link_report ours = { .ref.feed = f->number,
		.at_us = now_us,
		.phase = PHASE_WAITING,
		.reason = REASON_SHUTDOWN };

	if (f->phase == PHASE_FLOWING)
		judge_on_link(f->judge, &ours, now_us);
}

/* Of another address nothing is known. */
static void
begin_elsewhere(struct reading *r, struct watched_feed *f)
{
	struct judge_feed *fresh =
	    judge_feed_new(&r->m->config.judge, r->now_us);

	if (fresh == NULL)
		return;
	judge_feed_free(&f->judge);
	f->judge = fresh;
	f->last_sample_us = 0;
	duplicate_remove(r->m->duplicates, f->number);
	duplicate_add(r->m->duplicates, f->number, (uint32_t)f->device_id);
	monitor_reference_drop(r->m, f, "the feed's address was changed");
	monitor_declare(r->m, f, r->now_us);
	/* Nor does the record go on with what the old address showed: the
	 * fresh judge says nothing before it knows. */
	monitor_verdict_post(r->m, f);
}

/* A feed that points elsewhere starts to be judged anew; one whose limits or
 * login changed is only connected anew. */
static void
feed_change(struct reading *r, struct watched_feed *f,
    const struct inventory_feed *want)
{
	struct wire_feed_add add;
	bool words = take_words(r, f, want);
	bool login = take_password(r->m, f);
	bool anew = take_room(r, f, want) || login;

	make_add(r, want, &add);

	bool elsewhere = strcmp(f->add->url, add.url) != 0;

	if (elsewhere) /* the store has forgotten it as well */
		f->learned_transport = WIRE_TRANSPORT_AUTO;
	else
		keep_learned(f, &add);
	/* It may be of another camera in the place of the old one. */
	if (login || strcmp(f->add->user, add.user) != 0)
		memset(add.tls_pin, 0, sizeof(add.tls_pin));
	if (anew || !same_add(f->add, &add)) {
		fleet_remove(r->m->fleet, f->number);
		monitor_outage_remove(r->m, f, r->now_us);
		/* Its session ends where it is now. */
		if (add.device_sessions != 0 && f->phase != PHASE_IDLE &&
		    add.not_before_us < r->now_us + LEAVE_US)
			add.not_before_us = r->now_us + LEAVE_US;
		*f->add = add;
		if (elsewhere)
			begin_elsewhere(r, f);
		else
			tell_ended(f, r->now_us);
		f->phase = PHASE_IDLE;
		f->asked_us = f->silent_us = 0;
		f->fleet_blind = f->network_blind = f->guest.relay_blind =
		    CAUSE_NONE;
		f->way = NETWORK_HERE;
		f->way_version = 0;
		monitor_blind_apply(f, r->now_us);
		hand_to_fleet(r->m, f);
		monitor_feed_touch(r->m, f, r->now_us);
		words = true;
	}
	if (words) {
		r->changed++;
		monitor_row_changed(r->m, f, false);
	}
}

static struct watched_feed *
find_by_id(struct monitor *m, const struct inventory_feed *want)
{
	struct watched_feed *f = monitor_feed_find(m, want->uuid);

	return f != NULL && f->id == want->id ? f : NULL;
}

static void
take_feed(struct reading *r, const struct inventory_feed *want)
{
	struct watched_feed *f = find_by_id(r->m, want);

	if (!want->enabled)
		return;
	if (f != NULL) {
		f->seen = true;
		feed_change(r, f, want);
		return;
	}
	f = feed_new(r, want);
	if (f == NULL) {
		log_error("monitor", "feed \"%s/%s\" can't be held: no room",
		    want->site, want->name);
		return;
	}
	f->seen = true;
	take_words(r, f, want);
	take_password(r->m, f);
	take_room(r, f, want);
	r->added++;
}

/* --- what earlier runs left */

static bool
take_learned(void *arg, const struct store_learned_row *row)
{
	struct monitor *m = arg;
	struct watched_feed *f = monitor_feed_of_id(m, row->feed);
	struct wire_learned l;

	if (f == NULL)
		return true;
	if (row->judge != NULL)
		judge_restore(f->judge, row->judge, row->judge_length);
	if (row->wire != NULL &&
	    wire_get_learned((struct span){ row->wire, row->wire_length }, &l))
		monitor_feed_learned(f, &l);
	return true;
}

static bool
take_incident(void *arg, const struct store_incident_row *row)
{
	struct monitor *m = arg;
	struct watched_feed *f = monitor_feed_of_id(m, row->feed);
	struct incident_change c = { .event = row->alertable
						  ? INCIDENT_CONFIRMED
						  : INCIDENT_OPENED,
		.id = (uint64_t)row->id,
		.site = (uint32_t)row->site,
		.whole_site = row->feed == 0,
		.cause = row->cause,
		.since_us = row->since_utc - m->anchor_us,
		.at_us = row->at_utc - m->anchor_us };

	if (row->room != 0)
		return true; /* people are missing, not a picture */
	if (row->feed == 0 && row->site == 0 &&
	    row->cause == CAUSE_NETWORK_LOST)
		monitor_network_restore(m, row->id);
	else if (row->feed == 0 && row->site == 0)
		monitor_own_restore(m, row);
	if (f == NULL && (row->feed != 0 || row->site == 0))
		return true;
	if (f != NULL) {
		c.feed = f->number;
		c.site = f->site_id;
		f->incident = c.id;
	}
	incident_restore(m->incidents, &c);
	return true;
}

/* --- the whole */

static void
remove_unseen(struct reading *r)
{
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++) {
		struct watched_feed *f = r->m->feeds[i];

		if (f == NULL)
			continue;
		if (!f->seen) {
			feed_remove(r->m, f);
			r->removed++;
		} else {
			f->seen = false;
		}
	}
}

/* New ones are held once everything known about them is in place. */
static void
start_new(struct reading *r)
{
	for (uint32_t i = 0; i < r->m->feed_count; i++) {
		struct watched_feed *f = r->m->feeds[r->m->order[i]];

		if (f->version != 0)
			continue;
		hand_to_fleet(r->m, f);
		monitor_row_changed(r->m, f, false);
		monitor_feed_touch(r->m, f, r->now_us);
	}
}

/* Which site lies in which. */
static void
take_sites(struct reading *r)
{
	for (size_t i = 0; i < r->inv->site_count; i++) {
		const struct inventory_site *s = &r->inv->sites[i];
		const char *slash = strrchr(s->path, '/');
		char above[LIMIT_NAME_BYTES] = "";

		if (slash != NULL)
			snprintf(above, sizeof(above), "%.*s",
			    (int)(slash - s->path), s->path);
		incident_site_put(r->m->incidents, (uint32_t)s->id,
		    site_of(r, above));
	}
}

/* Removed ones first, so that their numbers are free again. */
static void
take_inventory(struct reading *r)
{
	take_sites(r);
	for (size_t i = 0; i < r->inv->feed_count; i++) {
		struct watched_feed *f = find_by_id(r->m, &r->inv->feeds[i]);

		if (f != NULL && r->inv->feeds[i].enabled)
			f->seen = true;
	}
	remove_unseen(r);
	for (size_t i = 0; i < r->inv->feed_count; i++)
		take_feed(r, &r->inv->feeds[i]);
	for (uint32_t i = 0; i < LIMIT_FEEDS; i++)
		if (r->m->feeds[i] != NULL)
			r->m->feeds[i]->seen = false;
	monitor_order_sort(r->m);
}

static void
finish_reading(struct reading *r, struct inventory **inv)
{
	free(r->devices);
	free(r->device_feeds);
	free(r->sites);
	ration_free(&r->ration);
	inventory_free(inv);
}

bool
monitor_feeds_load(struct monitor *m, bool learned)
{
	uint64_t revision;
	struct inventory *inv =
	    store_read_inventory(m->reader, false, &revision);
	struct reading r = { .m = m, .inv = inv, .now_us = clock_mono_us() };

	if (inv == NULL || !monitor_credentials_load(m) ||
	    !index_inventory(&r) ||
	    (r.ration = monitor_ration_make(m, inv)) == NULL) {
		finish_reading(&r, &inv);
		return false;
	}
	count_device_feeds(&r);
	take_inventory(&r);
	monitor_ration_keep(m, r.ration);
	finish_reading(&r, &inv);
	if (learned) {
		store_read_learned(m->reader, take_learned, m);
		monitor_references_load(m);
		store_read_incidents(m->reader, true, 0, INT64_MAX, LIMIT_FEEDS,
		    take_incident, m);
	}
	monitor_overlays_apply(m);
	start_new(&r);
	monitor_credentials_say(m, r.now_us);
	log_info("monitor",
	    "inventory: %u feeds held, %u new, %u changed, %u gone",
	    m->feed_count, r.added, r.changed, r.removed);
	return true;
}

/* One that is visited has its own time, one whose password can't be opened
 * none. */
void
monitor_feeds_second(struct monitor *m)
{
	uint32_t feeds = 0, tried = 0;

	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		if (f->add->visit_seconds != 0 || f->guest.left_out != NULL ||
		    monitor_credentials_locked(f->password_mark))
			continue;
		feeds++;
		tried += f->guest.tried;
	}
	arrival_second(&m->guests.arrival, feeds, tried);
}

void
monitor_feeds_free(struct monitor *m)
{
	for (uint32_t i = 0; m->feeds != NULL && i < LIMIT_FEEDS; i++)
		feed_free(m->feeds[i]);
	free(m->feeds);
	m->feeds = NULL;
}
