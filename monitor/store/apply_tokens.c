/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of consoles, programs and wall screens, each change with its event. */
#include <stdio.h>
#include <string.h>

#include "monitor/ledger/hash.h"
#include "monitor/store/json.h"
#include "monitor/store/writer.h"

static const char *
kind_name(int64_t kind)
{
	switch (kind) {
	case CONSOLE_TOKEN_AGENT:
		return "agent";
	case CONSOLE_TOKEN_BROWSER:
		return "browser";
	case CONSOLE_TOKEN_API:
		return "api";
	case CONSOLE_TOKEN_KIOSK:
		return "kiosk";
	}
	return "vms";
}

/* A hash of it is of no use to who reads the line. */
static void
json_hashed(struct json *j, const char *key, const void *p, size_t n)
{
	uint8_t sha[LEDGER_HASH];

	hash_of(p, n, sha);
	json_hex(j, key, sha, sizeof(sha));
}

static void
token_say(struct writer *w, struct op *op, const char *kind, int64_t at_us,
    const char *actor, const char *reason)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT t.id, t.kind, ifnull(c.name, ''), t.name, t.hash, t.role,"
	    " t.site FROM token t"
	    " LEFT JOIN console c ON c.id = t.console WHERE t.id = ?",
	    "i", op->result.id);
	struct json j = json_open(w->body, sizeof(w->body));

	if (!db_step(&w->db, st))
		return;
	json_number(&j, "token", sqlite3_column_int64(st, 0));
	json_text(&j, "for", kind_name(sqlite3_column_int64(st, 1)));
	json_text(&j, "console", db_text(st, 2));
	if (db_text(st, 3)[0] != '\0') {
		json_text(&j, "name", db_text(st, 3));
		json_text(&j, "role",
		    role_name((unsigned)sqlite3_column_int(st, 5)));
		json_text(&j, "site", db_text(st, 6));
	}
	json_hashed(&j, "hash_sha256", sqlite3_column_blob(st, 4),
	    (size_t)sqlite3_column_bytes(st, 4));
	json_number(&j, "when", epoch_utc(w, at_us));
	json_text(&j, "reason", reason);
	db_done(st);
	op->result.seq = event_append(w, at_us, kind, actor, 0, json_close(&j));
	w->at.floor_changed = w->at.people_changed = true;
}

/* NULL: a token like this may be made. */
static const char *
token_fault(struct writer *w, const struct store_token *t)
{
	bool kiosk = t->kind == CONSOLE_TOKEN_KIOSK;
	bool named = t->kind == CONSOLE_TOKEN_API || kiosk;

	if ((t->console == 0) != (t->kind == CONSOLE_TOKEN_VMS || named) ||
	    named != (t->name[0] != '\0'))
		return "a token is for a console, for the VMS, or by a name "
		       "for a program or a wall screen";
	if (named &&
	    db_int(&w->db, 0,
		"SELECT 1 FROM token WHERE name = ? AND revoked IS NULL", "s",
		t->name) != 0)
		return "there is a token of that name already";
	if (kiosk ? t->role != ROLE_KIOSK
		  : named != (t->role >= ROLE_VIEWER && t->role <= ROLE_ADMIN))
		return "a program's token has a role, a wall screen's is "
		       "kiosk";
	if (t->site[0] != '\0' && (!named || site_in_force(w, t->site) == 0))
		return "no such site";
	if (t->console != 0 &&
	    db_int(&w->db, 0,
		"SELECT 1 FROM console WHERE id = ? AND removed IS NULL", "i",
		t->console) == 0)
		return "no such console";
	return NULL;
}

void
apply_token_add(struct writer *w, struct op *op)
{
	const struct store_token *t = &op->token;
	const char *fault = token_fault(w, t);

	if (fault != NULL) {
		apply_fault(op, "%s", fault);
		return;
	}
	db_run(&w->db,
	    "INSERT INTO token(console, kind, hash, created, actor, name, role,"
	    " site) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
	    "?ibissis", t->console, (int64_t)t->kind, t->hash,
	    (size_t)STORE_HASH_BYTES, epoch_utc(w, op->stamp_us), t->actor,
	    t->name, (int64_t)t->role, t->site);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	token_say(w, op, "token.add", op->stamp_us, t->actor, t->reason);
}

void
apply_token_revoke(struct writer *w, struct op *op)
{
	const struct op_word *t = &op->word;

	if (db_int(&w->db, 0,
		"SELECT 1 FROM token WHERE id = ? AND revoked IS NULL", "i",
		t->id) == 0) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "no token %lld is in force",
			    (long long)t->id);
		return;
	}
	db_run(&w->db, "UPDATE token SET revoked = ? WHERE id = ?", "ii",
	    epoch_utc(w, op->stamp_us), t->id);
	op->result.id = t->id;
	token_say(w, op, "token.revoke", op->stamp_us, t->actor, t->text);
}

void
apply_token_seen(struct writer *w, struct op *op)
{
	db_run(&w->db,
	    "UPDATE token SET seen = max(ifnull(seen, 0), ?) WHERE id = ? AND"
	    " revoked IS NULL",
	    "ii", op->word.utc, op->word.id);
}

void
apply_claim(struct writer *w, struct op *op)
{
	const struct store_claim *c = &op->claim;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t now = epoch_utc(w, op->stamp_us);
	char actor[PEOPLE_NAME_BYTES + 8];
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT name FROM token WHERE id = ? AND kind = ? AND revoked IS"
	    " NULL AND claimed IS NULL",
	    "ii", c->token, (int64_t)CONSOLE_TOKEN_KIOSK);

	if (!db_step(&w->db, st)) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "the token is claimed already, or is "
					"none any more");
		return;
	}
	snprintf(actor, sizeof(actor), "kiosk:%s", db_text(st, 0));
	db_done(st);
	db_run(&w->db,
	    "UPDATE token SET claimed = ?, address = ?, claim = ? WHERE id = ?",
	    "isbi", now, c->address, c->hash, sizeof(c->hash), c->token);
	json_number(&j, "token", c->token);
	json_text(&j, "name", strchr(actor, ':') + 1);
	json_text(&j, "address", c->address);
	json_hashed(&j, "claim_sha256", c->hash, sizeof(c->hash));
	json_number(&j, "when", now);
	op->result.id = c->token;
	op->result.seq = event_append(w, op->stamp_us, "kiosk.claim", actor, 0,
	    json_close(&j));
	w->at.people_changed = true;
}
