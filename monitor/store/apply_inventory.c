/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan of inventory changes, applied as one. What was removed stays as a row
 * (its history is still reported on); added again, it lives on. */
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/json.h"
#include "monitor/store/sealed.h"
#include "monitor/store/tiled.h"
#include "monitor/store/writer.h"

struct change {
	struct op *op;
	const struct inventory_change *c;
	int64_t utc;
	int64_t id; /* of the row */
};

static void
say(struct writer *w, const struct change *x, const char *kind, struct json *j)
{
	const struct op_inventory *i = &x->op->inventory;
	bool feed = x->c->kind == INVENTORY_FEEDS;

	json_number(j, "when", x->utc);
	json_text(j, "reason", i->reason);
	x->op->result.seq = event_append(w, x->op->stamp_us, kind, i->actor,
	    feed ? x->id : 0, json_close(j));
}

int64_t
site_in_force(struct writer *w, const char *path)
{
	return db_int(&w->db, 0,
	    "SELECT id FROM site WHERE path = ? AND removed IS NULL", "s",
	    path);
}

/* The row of a site's path, made with its parents when missing. */
static int64_t
site_id(struct writer *w, const char *path)
{
	if (path[0] == '\0')
		return 0;
	int64_t id = site_in_force(w, path);

	if (id != 0 || w->db.rc != SQLITE_OK)
		return id;
	char parent[LIMIT_NAME_BYTES * 4];
	const char *slash = strrchr(path, '/');
	int n = slash != NULL ? (int)(slash - path) : 0;

	snprintf(parent, sizeof(parent), "%.*s", n, path);
	int64_t above = site_id(w, parent);

	db_run(&w->db,
	    "INSERT INTO site(parent, path) VALUES(nullif(?, 0), ?)"
	    " ON CONFLICT(path) DO UPDATE SET removed = NULL, zone = '',"
	    " contact = '', target = 0, ceiling = 0, parent ="
	    " excluded.parent",
	    "is", above, path);
	return db_int(&w->db, 0, "SELECT id FROM site WHERE path = ?", "s",
	    path);
}

static void
site_write(struct writer *w, struct change *x)
{
	const struct inventory_site *s = &x->c->site;
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->change == INVENTORY_ADD ? site_id(w, s->path) : x->c->id;
	db_run(&w->db,
	    "UPDATE site SET zone = ?, contact = ?, target = ?, ceiling = ?"
	    " WHERE id = ?",
	    "ssiii", s->zone, s->contact, (int64_t)s->target_ppm,
	    (int64_t)s->ceiling_kbps, x->id);
	json_text(&j, "site", s->path);
	json_text(&j, "zone", s->zone);
	json_text(&j, "contact", s->contact);
	json_number(&j, "target_ppm", s->target_ppm);
	json_number(&j, "ceiling_kbps", s->ceiling_kbps);
	say(w, x, x->c->change == INVENTORY_ADD ? "site.add" : "site.change",
	    &j);
}

static void
site_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->id;
	if (db_int(&w->db, 0,
		"SELECT (SELECT count(*) FROM feed WHERE site = ?1 AND removed"
		" IS NULL) + (SELECT count(*) FROM site WHERE parent = ?1 AND"
		" removed IS NULL)",
		"i", x->id) > 0) {
		apply_fault(x->op, "site %s is still in use", x->c->site.path);
		return;
	}
	db_run(&w->db, "UPDATE site SET removed = ? WHERE id = ?", "ii", x->utc,
	    x->id);
	json_text(&j, "site", x->c->site.path);
	say(w, x, "site.remove", &j);
}

static int64_t
device_id(struct writer *w, const char *name)
{
	if (name[0] == '\0')
		return 0;
	int64_t id = db_int(&w->db, 0,
	    "SELECT id FROM device WHERE name = ? AND removed IS NULL", "s",
	    name);

	if (id != 0 || w->db.rc != SQLITE_OK)
		return id;
	db_run(&w->db,
	    "INSERT INTO device(name) VALUES(?) ON CONFLICT(name) DO UPDATE"
	    " SET removed = NULL, sessions = 0, quirks = 0",
	    "s", name);
	return db_int(&w->db, 0, "SELECT id FROM device WHERE name = ?", "s",
	    name);
}

static void
device_write(struct writer *w, struct change *x)
{
	const struct inventory_device *d = &x->c->device;
	struct json j = json_open(w->body, sizeof(w->body));
	bool add = x->c->change == INVENTORY_ADD;

	x->id = add ? device_id(w, d->name) : x->c->id;
	db_run(&w->db,
	    "UPDATE device SET address = ?, sessions = ?, quirks = ?"
	    " WHERE id = ?",
	    "siii", d->address, (int64_t)d->sessions, (int64_t)d->quirks,
	    x->id);
	if (add || (x->c->fields & (INVENTORY_USER | INVENTORY_PASSWORD)))
		sealed_put(w, x->op, x->id, d,
		    add || (x->c->fields & INVENTORY_PASSWORD));
	json_text(&j, "device", d->name);
	json_text(&j, "address", d->address);
	json_number(&j, "sessions", d->sessions);
	json_number(&j, "quirks", d->quirks);
	json_bool(&j, "credentials", d->user[0] || d->password[0]);
	json_bool(&j, "credentials_changed",
	    add || (x->c->fields & (INVENTORY_USER | INVENTORY_PASSWORD)));
	say(w, x, add ? "device.add" : "device.change", &j);
}

static void
device_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->id;
	if (db_int(&w->db, 0,
		"SELECT count(*) FROM feed WHERE device = ? AND removed IS"
		" NULL",
		"i", x->id) > 0) {
		apply_fault(x->op, "device %s is still in use",
		    x->c->device.name);
		return;
	}
	db_run(&w->db, "DELETE FROM credential WHERE device = ?", "i", x->id);
	db_run(&w->db, "UPDATE device SET removed = ? WHERE id = ?", "ii",
	    x->utc, x->id);
	json_text(&j, "device", x->c->device.name);
	say(w, x, "device.remove", &j);
}

static void
feed_say(struct writer *w, struct change *x, const char *kind)
{
	const struct inventory_feed *f = &x->c->feed;
	struct json j = json_open(w->body, sizeof(w->body));
	char uuid[37];

	uuid_print(f->uuid, uuid);
	json_text(&j, "feed", uuid);
	json_text(&j, "name", f->name);
	json_text(&j, "site", f->site);
	if (x->c->change != INVENTORY_REMOVE) {
		json_text(&j, "device", f->device);
		json_text(&j, "url", f->url);
		json_number(&j, "transport", f->transport);
		json_number(&j, "visit_s", f->visit_s);
		json_number(&j, "visit_every_s", f->visit_every_s);
		json_bool(&j, "no_picture", f->no_picture);
		json_number(&j, "criticality", f->criticality);
		json_text(&j, "tags", f->tags);
		json_bool(&j, "enabled", f->enabled);
		json_bool(&j, "ptz", f->ptz);
		json_text(&j, "dark_hours", f->dark_hours);
		json_text(&j, "relay", f->relay);
	}
	say(w, x, kind, &j);
}

/* From now on watched, or no longer. */
static void
feed_active(struct writer *w, int64_t id, bool was, bool is, int64_t utc)
{
	if (was == is)
		return;
	if (is) {
		db_run(&w->db,
		    "UPDATE feed SET active = ?, inactive = NULL WHERE id = ?",
		    "ii", utc, id);
		tiled_open_feed(w, id, utc);
	} else {
		db_run(&w->db, "UPDATE feed SET inactive = ? WHERE id = ?",
		    "ii", utc, id);
		tiled_close_feed(w, id, utc);
	}
}

static bool
feed_watched(struct writer *w, int64_t id)
{
	return db_int(&w->db, 0,
	    "SELECT enabled AND removed IS NULL FROM feed WHERE id = ?", "i",
	    id);
}

static int64_t
feed_insert(struct writer *w, const struct change *x)
{
	const struct inventory_feed *f = &x->c->feed;

	db_run(&w->db,
	    "INSERT INTO feed(uuid, name, url, transport, visit_s,"
	    " visit_every_s, no_picture, criticality, tags, enabled, created,"
	    " active, inactive, removed)"
	    " VALUES(?1, ?3, '', 0, 0, 0, 0, 3, '', 0, ?2, ?2, ?2, ?2)"
	    " ON CONFLICT(uuid) DO NOTHING",
	    "bis", f->uuid, (size_t)16, x->utc, f->name);
	int64_t id = db_int(&w->db, 0, "SELECT id FROM feed WHERE uuid = ?",
	    "b", f->uuid, (size_t)16);

	if (w->db.rc == SQLITE_OK &&
	    db_int(&w->db, 0, "SELECT removed IS NULL FROM feed WHERE id = ?",
		"i", id))
		apply_fault(x->op, "feed %s exists already", f->name);
	return id;
}

/* None may be kept: also not what the judge knows of its picture, which it
 * then stores anew without. */
static void
pictures_forget(struct writer *w, int64_t id)
{
	db_run(&w->db, "DELETE FROM thumbnail WHERE feed = ?", "i", id);
	db_run(&w->db, "DELETE FROM learned WHERE feed = ? AND kind = 1", "i",
	    id);
	db_run(&w->db, "DELETE FROM reference WHERE feed = ?", "i", id);
}

/* What was learned of one camera is nothing of another's: neither how it looks
 * nor its certificate. Before the row is changed. */
static void
learned_forget(struct writer *w, const struct change *x)
{
	const struct inventory_feed *f = &x->c->feed;

	db_run(&w->db,
	    "DELETE FROM learned WHERE feed = ?1 AND ?2 <> (SELECT CASE relay"
	    " WHEN '' THEN url ELSE relay END FROM feed WHERE id = ?1)",
	    "is", x->id, f->relay[0] != '\0' ? f->relay : f->url);
}

static void
feed_write(struct writer *w, struct change *x)
{
	const struct inventory_feed *f = &x->c->feed;
	bool add = x->c->change == INVENTORY_ADD;

	x->id = add ? feed_insert(w, x) : x->c->id;
	bool was = feed_watched(w, x->id);

	if (add || (x->c->fields & (INVENTORY_URL | INVENTORY_RELAY)))
		learned_forget(w, x);

	int64_t site = site_id(w, f->site);
	int64_t device = device_id(w, f->device);

	db_run(&w->db,
	    "UPDATE feed SET uuid = ?, site = nullif(?, 0), device ="
	    " nullif(?, 0), name = ?, url = ?, transport = ?, visit_s = ?,"
	    " visit_every_s = ?, no_picture = ?, criticality = ?, tags = ?,"
	    " enabled = ?, ptz = ?, dark_hours = ?, relay = ?, removed = NULL"
	    " WHERE id = ?",
	    "biissiiiiisiissi", f->uuid, (size_t)16, site, device, f->name,
	    f->url, (int64_t)f->transport, (int64_t)f->visit_s,
	    (int64_t)f->visit_every_s, (int64_t)f->no_picture,
	    (int64_t)f->criticality, f->tags, (int64_t)f->enabled,
	    (int64_t)f->ptz, f->dark_hours, f->relay, x->id);
	if (f->no_picture)
		pictures_forget(w, x->id);
	feed_active(w, x->id, was, f->enabled, x->utc);
	feed_say(w, x, add ? "feed.add" : "feed.change");
}

static void
feed_remove(struct writer *w, struct change *x)
{
	x->id = x->c->id;
	bool was = feed_watched(w, x->id);

	db_run(&w->db, "UPDATE feed SET removed = ?, enabled = 0 WHERE id = ?",
	    "ii", x->utc, x->id);
	db_run(&w->db,
	    "DELETE FROM thumbnail WHERE feed = ? AND incident IS NULL", "i",
	    x->id);
	db_run(&w->db, "DELETE FROM learned WHERE feed = ?", "i", x->id);
	db_run(&w->db, "DELETE FROM reference WHERE feed = ?", "i", x->id);
	db_run(&w->db,
	    "UPDATE incident SET good = max(since, ?1), closed = max(at, ?1)"
	    " WHERE feed = ?2 AND closed IS NULL",
	    "ii", x->utc, x->id);
	feed_active(w, x->id, was, false, x->utc);
	feed_say(w, x, "feed.remove");
}

static void
change_apply(struct writer *w, struct change *x)
{
	typedef void change_fn(struct writer *, struct change *);
	static change_fn *const fns[3][2] = {
		[INVENTORY_SITES] = { site_write, site_remove },
		[INVENTORY_DEVICES] = { device_write, device_remove },
		[INVENTORY_FEEDS] = { feed_write, feed_remove },
	};

	fns[x->c->kind][x->c->change == INVENTORY_REMOVE](w, x);
}

/* Names may be swapped between feeds: no name is taken while they move. */
static void
names_free(struct writer *w, const struct inventory_plan *plan)
{
	for (size_t k = 0; k < plan->count; k++) {
		const struct inventory_change *c = &plan->changes[k];

		if (c->kind == INVENTORY_FEEDS &&
		    c->change == INVENTORY_CHANGE &&
		    (c->fields & (INVENTORY_NAME | INVENTORY_SITE)))
			db_run(&w->db,
			    "UPDATE feed SET name = char(1) || id"
			    " WHERE id = ?",
			    "i", c->id);
	}
}

void
apply_inventory(struct writer *w, struct op *op)
{
	const struct op_inventory *i = &op->inventory;

	if (i->revision != w->at.revision) {
		apply_fault(op,
		    "the inventory was changed meanwhile; try again");
		return;
	}
	names_free(w, i->plan);
	for (size_t k = 0; k < i->plan->count; k++) {
		struct change x = { op, &i->plan->changes[k],
			epoch_utc(w, op->stamp_us), 0 };

		change_apply(w, &x);
		if (!op->result.ok || w->db.rc != SQLITE_OK)
			return;
		op->result.id = x.id;
	}
	op->result.changes = (uint32_t)i->plan->count;
	if (i->plan->count == 0)
		return;
	w->at.revision++;
	w->at.inventory_changed = true;
	db_run(&w->db, "UPDATE meta SET value = ? WHERE key = 'revision'", "i",
	    (int64_t)w->at.revision);
}
