/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/store_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hex.h"
#include "monitor/inventory/inventory.h"
#include "monitor/secrets/keys.h"
#include "monitor/store/reader.h"
#include "monitor/store/schema.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read_ledger.h"

void
store_now(struct store_now *out)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	memset(out, 0, sizeof(*out));
	if (fd >= 0) {
		n = read(fd, out->boot, 36);
		close(fd);
	}
	out->boot[n > 0 ? n : 0] = '\0';
	out->mono_us = clock_mono_us();
	out->utc_us = clock_utc_us();
}

struct store_reader *
store_reader_open(const char *dir, char error_out[256])
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, STORE_FILE);
	return store_reader_open_file(path, error_out);
}

struct store_reader *
store_reader_open_file(const char *path, char error_out[256])
{
	struct store_reader *r = calloc(1, sizeof(*r));

	snprintf(error_out, 256, "out of memory");
	if (r == NULL)
		return NULL;
	store_now(&r->now);
	if (db_open(&r->db, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		NULL)) {
		sqlite3_db_config(r->db.h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
		db_script(&r->db,
		    "PRAGMA query_only = ON; PRAGMA mmap_size = 0;"
		    "PRAGMA temp_store = MEMORY");
		if (schema_check(&r->db))
			return r;
	}
	snprintf(error_out, 256, "%.120s: %.130s", path, r->db.error);
	store_reader_close(&r);
	return NULL;
}

void
store_reader_close(struct store_reader **r)
{
	if (*r == NULL)
		return;
	if ((*r)->db.h != NULL)
		db_close(&(*r)->db);
	free(*r);
	*r = NULL;
}

const char *
store_reader_error(const struct store_reader *r)
{
	return r->db.error;
}

/* Fresh = same boot and young; another boot's monotonic clock says nothing. */
static void
judge_heartbeat(struct store_reader *r)
{
	struct store_alive *a = &r->alive;
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT boot, mono, utc, stopped FROM heartbeat", "");

	if (!db_step(&r->db, st))
		return;
	bool same_boot = strcmp(db_text(st, 0), r->now.boot) == 0;

	a->heartbeat_utc = sqlite3_column_int64(st, 2);
	a->age_us = same_boot ? r->now.mono_us - sqlite3_column_int64(st, 1)
			      : r->now.utc_us - a->heartbeat_utc;
	a->alive = same_boot && a->age_us <= STORE_TRUE_US &&
		   sqlite3_column_int(st, 3) == 0;
	db_done(st);
}

bool
store_reader_begin(struct store_reader *r)
{
	db_forgive(&r->db);
	if (!r->now_fixed) {
		r->now.mono_us = clock_mono_us();
		r->now.utc_us = clock_utc_us();
	}
	memset(&r->alive, 0, sizeof(r->alive));
	if (!r->held)
		db_run(&r->db, "BEGIN", "");
	judge_heartbeat(r);
	return r->db.rc == SQLITE_OK;
}

bool
store_reader_hold(struct store_reader *r)
{
	if (r->held)
		return true;
	db_forgive(&r->db);
	db_run(&r->db, "BEGIN", "");
	/* The moment is that of the first read. */
	db_int(&r->db, 0, "SELECT count(*) FROM meta", "");
	r->held = r->db.rc == SQLITE_OK;
	return store_reader_end(r);
}

void
store_reader_release(struct store_reader *r)
{
	r->held = false;
	store_reader_end(r);
}

bool
store_reader_end(struct store_reader *r)
{
	if (!r->held && !sqlite3_get_autocommit(r->db.h))
		sqlite3_exec(r->db.h, "COMMIT", NULL, NULL, NULL);
	return r->db.rc == SQLITE_OK;
}

static void
origin_read(struct store_reader *r)
{
	struct store_alive *a = &r->alive;
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, uuid FROM origin ORDER BY id LIMIT 1", "");

	if (!db_step(&r->db, st))
		return;
	a->origin = sqlite3_column_int64(st, 0);
	if (sqlite3_column_bytes(st, 1) == 16)
		uuid_print(sqlite3_column_blob(st, 1), a->origin_uuid);
	db_done(st);
}

bool
store_read_alive(struct store_reader *r, const struct store_now *now,
    struct store_alive *out)
{
	r->now_fixed = now != NULL;
	if (now != NULL)
		r->now = *now;
	else
		store_now(&r->now);
	store_reader_begin(r);
	origin_read(r);
	r->alive.anchor_us = db_int(&r->db, 0,
	    "SELECT anchor FROM epoch ORDER BY id DESC LIMIT 1", "");
	r->alive.revision = (uint64_t)db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'revision'", "");
	r->alive.last_seq = db_int(&r->db, 0, "SELECT max(seq) FROM event", "");
	if (!store_reader_end(r))
		return false;
	*out = r->alive;
	return true;
}

/* A string of the row, kept by the inventory. */
static const char *
kept(struct store_reader *r, struct inventory *inv, sqlite3_stmt *st, int col)
{
	const char *s = inventory_string(inv, db_text(st, col));

	if (s == NULL)
		db_fail(&r->db, SQLITE_NOMEM, "out of memory");
	return s != NULL ? s : "";
}

static void
sites_load(struct store_reader *r, struct inventory *inv)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, path, zone, contact, target, ceiling FROM site"
	    " WHERE removed IS NULL ORDER BY path",
	    "");

	while (db_step(&r->db, st)) {
		struct inventory_site *s = inventory_add_site(inv);

		if (s == NULL) {
			db_fail(&r->db, SQLITE_NOMEM, "out of memory");
			db_done(st);
			return;
		}
		s->id = sqlite3_column_int64(st, 0);
		s->path = kept(r, inv, st, 1);
		s->zone = kept(r, inv, st, 2);
		s->contact = kept(r, inv, st, 3);
		s->target_ppm = (uint32_t)sqlite3_column_int64(st, 4);
		s->ceiling_kbps = (uint32_t)sqlite3_column_int64(st, 5);
		s->given = ~0u;
	}
}

/* The row's sealed password, opened and kept by the inventory. */
static const char *
opened(struct store_reader *r, struct inventory *inv, sqlite3_stmt *st,
    const struct seal_place *place)
{
	char password[LIMIT_CREDENTIAL_BYTES];
	const char *s;

	keys_unseal(r->keys, place, sqlite3_column_blob(st, 6),
	    (size_t)sqlite3_column_bytes(st, 6), password);
	s = inventory_string(inv, password);
	explicit_bzero(password, sizeof(password));
	if (s == NULL)
		db_fail(&r->db, SQLITE_NOMEM, "out of memory");
	return s != NULL ? s : "";
}

static void
devices_load(struct store_reader *r, struct inventory *inv, bool secrets)
{
	struct seal_place place;

	reader_origin(r, place.origin);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT d.id, d.name, d.address, d.sessions, d.quirks,"
	    " ifnull(c.user, ''), iif(?, c.sealed, NULL)"
	    " FROM device d LEFT JOIN credential c ON c.device = d.id"
	    " WHERE d.removed IS NULL ORDER BY d.name",
	    "i", (int64_t)secrets);

	while (db_step(&r->db, st)) {
		struct inventory_device *d = inventory_add_device(inv);

		if (d == NULL) {
			db_fail(&r->db, SQLITE_NOMEM, "out of memory");
			db_done(st);
			return;
		}
		d->id = sqlite3_column_int64(st, 0);
		d->name = kept(r, inv, st, 1);
		d->address = kept(r, inv, st, 2);
		d->sessions = (uint32_t)sqlite3_column_int64(st, 3);
		d->quirks = (uint32_t)sqlite3_column_int64(st, 4);
		d->user = kept(r, inv, st, 5);
		place.device = d->id;
		d->password = opened(r, inv, st, &place);
		d->given = secrets ? ~0u : ~INVENTORY_PASSWORD;
	}
}

static void
feed_load(struct store_reader *r, struct inventory *inv, sqlite3_stmt *st,
    struct inventory_feed *f)
{
	f->id = sqlite3_column_int64(st, 0);
	if (sqlite3_column_bytes(st, 1) == 16)
		memcpy(f->uuid, sqlite3_column_blob(st, 1), 16);
	f->name = kept(r, inv, st, 2);
	f->site = kept(r, inv, st, 3);
	f->device = kept(r, inv, st, 4);
	f->url = kept(r, inv, st, 5);
	f->transport = (uint8_t)sqlite3_column_int(st, 6);
	f->visit_s = (uint32_t)sqlite3_column_int64(st, 7);
	f->visit_every_s = (uint32_t)sqlite3_column_int64(st, 8);
	f->no_picture = sqlite3_column_int(st, 9);
	f->criticality = (uint8_t)sqlite3_column_int(st, 10);
	f->tags = kept(r, inv, st, 11);
	f->enabled = sqlite3_column_int(st, 12);
	f->ptz = sqlite3_column_int(st, 13);
	f->dark_hours = kept(r, inv, st, 14);
	f->relay = kept(r, inv, st, 15);
	f->given = ~0u;
}

static void
feeds_load(struct store_reader *r, struct inventory *inv)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT f.id, f.uuid, f.name, s.path, d.name, f.url, f.transport,"
	    " f.visit_s, f.visit_every_s, f.no_picture, f.criticality, f.tags,"
	    " f.enabled, f.ptz, f.dark_hours, f.relay FROM feed f"
	    " LEFT JOIN site s ON s.id = f.site"
	    " LEFT JOIN device d ON d.id = f.device WHERE f.removed IS NULL"
	    " ORDER BY f.id",
	    "");

	while (db_step(&r->db, st)) {
		struct inventory_feed *f = inventory_add_feed(inv);

		if (f == NULL) {
			db_fail(&r->db, SQLITE_NOMEM, "out of memory");
			db_done(st);
			return;
		}
		feed_load(r, inv, st, f);
	}
}

struct inventory *
store_read_inventory(struct store_reader *r, bool secrets,
    uint64_t *revision_out)
{
	struct inventory *inv = inventory_new();

	store_reader_begin(r);
	if (inv == NULL)
		db_fail(&r->db, SQLITE_NOMEM, "out of memory");
	sites_load(r, inv);
	devices_load(r, inv, secrets);
	feeds_load(r, inv);
	uint64_t revision = (uint64_t)db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'revision'", "");

	if (!store_reader_end(r)) {
		inventory_free(&inv);
		return NULL;
	}
	if (revision_out != NULL)
		*revision_out = revision;
	return inv;
}

bool
store_read_learned(struct store_reader *r, store_learned_fn *fn, void *arg)
{
	sqlite3_stmt *st;

	store_reader_begin(r);
	st = db_query(&r->db,
	    "SELECT f.id, j.bytes, w.bytes FROM feed f"
	    " LEFT JOIN learned j ON j.feed = f.id AND j.kind = 1"
	    " LEFT JOIN learned w ON w.feed = f.id AND w.kind = 2"
	    " WHERE f.removed IS NULL",
	    "");
	while (db_step(&r->db, st)) {
		struct store_learned_row row = {
			.feed = sqlite3_column_int64(st, 0),
			.judge = sqlite3_column_blob(st, 1),
			.judge_length = (size_t)sqlite3_column_bytes(st, 1),
			.wire = sqlite3_column_blob(st, 2),
			.wire_length = (size_t)sqlite3_column_bytes(st, 2),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
