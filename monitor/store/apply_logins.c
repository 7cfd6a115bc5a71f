/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-ins: begun, used, ended, each but its use with its event. */
#include <stdio.h>
#include <string.h>

#include "monitor/ledger/hash.h"
#include "monitor/store/json.h"
#include "monitor/store/writer.h"

#define LOGINS_MOST 32 /* of one user; a new one ends the oldest */

const char *
store_login_end_name(unsigned why)
{
	static const char *const names[] = { "none", "logout", "password",
		"disabled", "removed", "ended", "idle", "long", "many",
		"restored" };

	return why < sizeof(names) / sizeof(names[0]) ? names[why] : "?";
}

/* A log-in that is in force ends. False: it isn't. */
static bool
end_one(struct writer *w, struct op *op, int64_t id, enum store_login_end why,
    const char *actor, const char *reason)
{
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t now = epoch_utc(w, op->stamp_us);
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT l.user, u.name FROM login l JOIN user u ON u.id = l.user"
	    " WHERE l.id = ? AND l.ended IS NULL",
	    "i", id);

	if (!db_step(&w->db, st))
		return false;
	json_number(&j, "login", id);
	json_number(&j, "user", sqlite3_column_int64(st, 0));
	json_text(&j, "name", db_text(st, 1));
	json_text(&j, "why", store_login_end_name(why));
	json_number(&j, "when", now);
	json_text(&j, "reason", reason);
	db_done(st);
	db_run(&w->db, "UPDATE login SET ended = ?, why = ? WHERE id = ?",
	    "iii", now, (int64_t)why, id);
	op->result.seq =
	    event_append(w, op->stamp_us, "logout", actor, 0, json_close(&j));
	w->at.people_changed = true;
	return true;
}

void
logins_end(struct writer *w, struct op *op, int64_t user, int64_t keep,
    enum store_login_end why, const char *actor, const char *reason)
{
	int64_t id = 0;

	while ((id = db_int(&w->db, 0,
		    "SELECT min(id) FROM login WHERE user = ? AND ended IS NULL"
		    " AND id > ? AND id <> ?",
		    "iii", user, id, keep)) != 0)
		end_one(w, op, id, why, actor, reason);
}

/* The oldest makes room. */
static void
make_room(struct writer *w, struct op *op, int64_t user)
{
	while (db_int(&w->db, 0,
		   "SELECT count(*) FROM login WHERE user = ? AND ended IS"
		   " NULL",
		   "i", user) >= LOGINS_MOST) {
		int64_t oldest = db_int(&w->db, 0,
		    "SELECT id FROM login WHERE user = ? AND ended IS NULL"
		    " ORDER BY seen, id LIMIT 1",
		    "i", user);

		if (!end_one(w, op, oldest, STORE_LOGIN_MANY, "camwarden", ""))
			return;
	}
}

static void
login_say(struct writer *w, struct op *op, const char *name)
{
	const struct store_login *l = &op->login;
	struct json j = json_open(w->body, sizeof(w->body));
	char actor[PEOPLE_NAME_BYTES + 8];
	uint8_t sha[LEDGER_HASH]; /* of a hash: of no use to who reads it */

	hash_of(l->hash, sizeof(l->hash), sha);
	snprintf(actor, sizeof(actor), "user:%s", name);
	json_number(&j, "login", op->result.id);
	json_number(&j, "user", l->user);
	json_text(&j, "name", name);
	json_hex(&j, "hash_sha256", sha, sizeof(sha));
	json_text(&j, "address", l->address);
	json_text(&j, "agent", l->agent);
	json_number(&j, "ends", l->ends_utc);
	json_number(&j, "when", epoch_utc(w, op->stamp_us));
	op->result.seq =
	    event_append(w, op->stamp_us, "login", actor, 0, json_close(&j));
	w->at.people_changed = true;
}

void
apply_login(struct writer *w, struct op *op)
{
	const struct store_login *l = &op->login;
	int64_t now = epoch_utc(w, op->stamp_us);
	char name[PEOPLE_NAME_BYTES];
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT name FROM user WHERE id = ? AND hash = ? AND hash <> ''"
	    " AND disabled IS NULL AND removed IS NULL",
	    "is", l->user, l->password);

	if (!db_step(&w->db, st)) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "the user changed in the meantime");
		return;
	}
	snprintf(name, sizeof(name), "%s", db_text(st, 0));
	db_done(st);
	make_room(w, op, l->user);
	db_run(&w->db,
	    "INSERT INTO login(user, hash, address, agent, created, seen, ends)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?)",
	    "ibssiii", l->user, l->hash, sizeof(l->hash), l->address, l->agent,
	    now, now, l->ends_utc);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	login_say(w, op, name);
}

static void
end_all(struct writer *w, struct op *op)
{
	const struct op_word *x = &op->word;
	int64_t id = 0;

	while ((id = db_int(&w->db, 0,
		    "SELECT min(id) FROM login WHERE ended IS NULL AND id > ?",
		    "i", id)) != 0)
		end_one(w, op, id, (enum store_login_end)x->kind, x->actor,
		    x->text);
}

void
apply_login_end(struct writer *w, struct op *op)
{
	const struct op_word *x = &op->word;

	op->result.id = x->id;
	if (x->id == 0)
		end_all(w, op);
	else if (!end_one(w, op, x->id, (enum store_login_end)x->kind, x->actor,
		     x->text) &&
		 w->db.rc == SQLITE_OK)
		apply_fault(op, "no log-in %lld is in force", (long long)x->id);
}

void
apply_login_seen(struct writer *w, struct op *op)
{
	db_run(&w->db,
	    "UPDATE login SET seen = max(seen, ?) WHERE id = ? AND ended IS"
	    " NULL",
	    "ii", op->word.utc, op->word.id);
}
