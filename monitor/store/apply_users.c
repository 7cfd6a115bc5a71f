/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users: made, changed, removed, each with its event. What is proved of a
 * password is a hash of its hash: nobody learns from the line what either is,
 * and nobody puts another in its place unseen. */
#include <stdio.h>
#include <string.h>

#include "monitor/ledger/hash.h"
#include "monitor/store/json.h"
#include "monitor/store/writer.h"

struct user { /* as the database has it, or shall */
	int64_t id, disabled;
	char name[PEOPLE_NAME_BYTES], site[LIMIT_NAME_BYTES];
	char hash[STORE_PASSWORD_BYTES];
	enum role role;
};

static bool
user_read(struct writer *w, struct op *op, int64_t id, struct user *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT name, site, hash, role, disabled FROM user WHERE id = ?"
	    " AND removed IS NULL",
	    "i", id);

	if (!db_step(&w->db, st)) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "no user %lld", (long long)id);
		return false;
	}
	out->id = id;
	snprintf(out->name, sizeof(out->name), "%s", db_text(st, 0));
	snprintf(out->site, sizeof(out->site), "%s", db_text(st, 1));
	snprintf(out->hash, sizeof(out->hash), "%s", db_text(st, 2));
	out->role = (enum role)sqlite3_column_int(st, 3);
	out->disabled = sqlite3_column_int64(st, 4);
	db_done(st);
	return true;
}

static bool
rules_all(const struct user *u)
{
	return u->role == ROLE_ADMIN && u->site[0] == '\0' &&
	       u->disabled == 0 && u->hash[0] != '\0';
}

/* Somebody else can still make users. */
static bool
others_rule(struct writer *w, struct op *op, int64_t but)
{
	if (db_int(&w->db, 0,
		"SELECT 1 FROM user WHERE role = ? AND site = '' AND disabled"
		" IS NULL AND removed IS NULL AND hash <> '' AND id <> ?",
		"ii", (int64_t)ROLE_ADMIN, but) != 0)
		return true;
	if (w->db.rc == SQLITE_OK)
		apply_fault(op, "that is the last admin: make another first");
	return false;
}

static void
user_say(struct writer *w, struct op *op, const struct user *u,
    const char *kind, bool password, const char *actor, const char *reason)
{
	struct json j = json_open(w->body, sizeof(w->body));
	uint8_t sha[LEDGER_HASH];

	json_number(&j, "user", u->id);
	json_text(&j, "name", u->name);
	json_text(&j, "role", role_name(u->role));
	json_text(&j, "site", u->site);
	json_number(&j, "disabled", u->disabled);
	json_bool(&j, "password_changed", password);
	if (u->hash[0] != '\0') {
		hash_of(u->hash, strlen(u->hash), sha);
		json_hex(&j, "password_sha256", sha, sizeof(sha));
	}
	json_number(&j, "when", epoch_utc(w, op->stamp_us));
	json_text(&j, "reason", reason);
	op->result.id = u->id;
	op->result.seq =
	    event_append(w, op->stamp_us, kind, actor, 0, json_close(&j));
	w->at.people_changed = true;
}

/* NULL: it may be so. */
static const char *
wish_fault(struct writer *w, const struct store_user *s)
{
	if (s->role != ROLE_NONE &&
	    (s->role < ROLE_VIEWER || s->role > ROLE_ADMIN))
		return "no such role";
	if (s->site[0] != '\0' && site_in_force(w, s->site) == 0)
		return "no such site";
	if (strlen(s->site) >= LIMIT_NAME_BYTES ||
	    strlen(s->password) >= STORE_PASSWORD_BYTES)
		return "the site or password is too long";
	if (s->id != 0)
		return NULL;
	if (s->name[0] == '\0' || strlen(s->name) >= PEOPLE_NAME_BYTES ||
	    s->role == ROLE_NONE)
		return "a user has a name and a role";
	if (s->first &&
	    db_int(&w->db, 1, "SELECT count(*) FROM user WHERE removed IS NULL",
		"") != 0)
		return "the first user was made already";
	if (db_int(&w->db, 0,
		"SELECT 1 FROM user WHERE name = ? AND removed IS NULL", "s",
		s->name) != 0)
		return "there is a user of that name already";
	return NULL;
}

static void
user_add(struct writer *w, struct op *op)
{
	const struct store_user *s = &op->user;
	struct user u = { .role = s->role };

	snprintf(u.name, sizeof(u.name), "%s", s->name);
	snprintf(u.site, sizeof(u.site), "%s", s->site);
	snprintf(u.hash, sizeof(u.hash), "%s", s->password);
	if (s->disabled > 0)
		u.disabled = epoch_utc(w, op->stamp_us);
	db_run(&w->db,
	    "INSERT INTO user(name, role, site, hash, created, actor,"
	    " disabled) VALUES(?, ?, ?, ?, ?, ?, ?)",
	    "sissis?", u.name, (int64_t)u.role, u.site, u.hash,
	    epoch_utc(w, op->stamp_us), s->actor, u.disabled);
	u.id = sqlite3_last_insert_rowid(w->db.h);
	user_say(w, op, &u, "user.add", u.hash[0] != '\0', s->actor, s->reason);
	explicit_bzero(&u, sizeof(u));
}

/* What is wished over what is there. */
static void
merge(struct writer *w, const struct op *op, struct user *u)
{
	const struct store_user *s = &op->user;

	if (s->role != ROLE_NONE)
		u->role = s->role;
	if (s->site_given)
		snprintf(u->site, sizeof(u->site), "%s", s->site);
	if (s->password[0] != '\0')
		snprintf(u->hash, sizeof(u->hash), "%s", s->password);
	if (s->disabled == 0)
		u->disabled = 0;
	else if (s->disabled > 0 && u->disabled == 0)
		u->disabled = epoch_utc(w, op->stamp_us);
}

static void
user_change(struct writer *w, struct op *op)
{
	const struct store_user *s = &op->user;
	struct user was, is;

	if (!user_read(w, op, s->id, &was))
		return;
	is = was;
	merge(w, op, &is);
	op->result.id = s->id;
	if (rules_all(&was) && !rules_all(&is) && !others_rule(w, op, s->id))
		return;
	bool password = strcmp(was.hash, is.hash) != 0;

	if (!password && was.role == is.role && was.disabled == is.disabled &&
	    strcmp(was.site, is.site) == 0)
		return;
	db_run(&w->db,
	    "UPDATE user SET role = ?, site = ?, hash = ?, disabled = ?"
	    " WHERE id = ?",
	    "iss?i", (int64_t)is.role, is.site, is.hash, is.disabled, is.id);
	user_say(w, op, &is, "user.change", password, s->actor, s->reason);
	if (is.disabled != 0)
		logins_end(w, op, is.id, 0, STORE_LOGIN_DISABLED, s->actor,
		    s->reason);
	else if (password)
		logins_end(w, op, is.id, s->keep_login, STORE_LOGIN_PASSWORD,
		    s->actor, s->reason);
	explicit_bzero(&was, sizeof(was));
	explicit_bzero(&is, sizeof(is));
}

void
apply_user(struct writer *w, struct op *op)
{
	const char *fault = wish_fault(w, &op->user);

	if (fault != NULL)
		apply_fault(op, "%s", fault);
	else if (op->user.id == 0)
		user_add(w, op);
	else
		user_change(w, op);
}

void
apply_user_remove(struct writer *w, struct op *op)
{
	const struct op_word *x = &op->word;
	struct user u;

	if (!user_read(w, op, x->id, &u) ||
	    (rules_all(&u) && !others_rule(w, op, u.id)))
		return;
	/* Nothing that could let somebody in stays behind. */
	u.hash[0] = '\0';
	db_run(&w->db, "UPDATE user SET removed = ?, hash = '' WHERE id = ?",
	    "ii", epoch_utc(w, op->stamp_us), u.id);
	user_say(w, op, &u, "user.remove", false, x->actor, x->text);
	logins_end(w, op, u.id, 0, STORE_LOGIN_REMOVED, x->actor, x->text);
}
