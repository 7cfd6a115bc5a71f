/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may use it, who is logged in, what they said. */
#include "monitor/store/store_read_users.h"

#include <stdio.h>
#include <string.h>

#include "monitor/store/reader.h"

bool
store_read_users(struct store_reader *r, bool all, store_user_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT u.id, u.name, u.site, u.actor, u.role, u.created,"
	    " u.disabled, u.removed, (SELECT max(seen) FROM login WHERE"
	    " user = u.id), (SELECT count(*) FROM login WHERE user = u.id AND"
	    " ended IS NULL), u.hash <> '' FROM user u"
	    " WHERE ? OR u.removed IS NULL ORDER BY u.name, u.id",
	    "i", (int64_t)all);

	while (db_step(&r->db, st)) {
		struct store_user_row row = {
			.id = sqlite3_column_int64(st, 0),
			.name = db_text(st, 1),
			.site = db_text(st, 2),
			.actor = db_text(st, 3),
			.role = (enum role)sqlite3_column_int(st, 4),
			.created_utc = sqlite3_column_int64(st, 5),
			.disabled_utc = sqlite3_column_int64(st, 6),
			.removed_utc = sqlite3_column_int64(st, 7),
			.seen_utc = sqlite3_column_int64(st, 8),
			.logins = (uint32_t)sqlite3_column_int(st, 9),
			.password = sqlite3_column_int(st, 10),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

static void
password_take(struct store_reader *r, sqlite3_stmt *st, int64_t *user_out,
    char name_out[PEOPLE_NAME_BYTES], char hash_out[STORE_READ_PASSWORD_BYTES])
{
	*user_out = 0;
	name_out[0] = hash_out[0] = '\0';
	if (!db_step(&r->db, st))
		return;
	*user_out = sqlite3_column_int64(st, 0);
	snprintf(name_out, PEOPLE_NAME_BYTES, "%s", db_text(st, 1));
	snprintf(hash_out, STORE_READ_PASSWORD_BYTES, "%s", db_text(st, 2));
	db_done(st);
}

bool
store_read_password(struct store_reader *r, const char *name, int64_t *user_out,
    char name_out[PEOPLE_NAME_BYTES], char hash_out[STORE_READ_PASSWORD_BYTES])
{
	store_reader_begin(r);
	password_take(r,
	    db_query(&r->db,
		"SELECT id, name, hash FROM user WHERE name = ? AND removed IS"
		" NULL AND disabled IS NULL",
		"s", name),
	    user_out, name_out, hash_out);
	return store_reader_end(r);
}

bool
store_read_password_of(struct store_reader *r, int64_t user,
    char hash_out[STORE_READ_PASSWORD_BYTES])
{
	char name[PEOPLE_NAME_BYTES];
	int64_t id;

	store_reader_begin(r);
	password_take(r,
	    db_query(&r->db,
		"SELECT id, name, hash FROM user WHERE id = ? AND removed IS"
		" NULL AND disabled IS NULL",
		"i", user),
	    &id, name, hash_out);
	return store_reader_end(r);
}

/* Two statements: one with "all OR .." would walk through those of all years
 * for the few that are in force. */
#define LOGINS(where)                                                          \
	"SELECT l.id, l.user, u.name, u.site, u.role, l.hash, l.address,"      \
	" l.agent, l.created, l.seen, l.ends, l.ended, l.why FROM login l"     \
	" JOIN user u ON u.id = l.user" where " ORDER BY l.id DESC"

bool
store_read_logins(struct store_reader *r, bool all, store_login_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    all ? LOGINS("")
		: LOGINS(" WHERE l.ended IS NULL AND u.disabled IS NULL AND"
			 " u.removed IS NULL"),
	    "");

	while (db_step(&r->db, st)) {
		struct store_login_row row = {
			.id = sqlite3_column_int64(st, 0),
			.user = sqlite3_column_int64(st, 1),
			.name = db_text(st, 2),
			.site = db_text(st, 3),
			.role = (enum role)sqlite3_column_int(st, 4),
			.hash = sqlite3_column_blob(st, 5),
			.address = db_text(st, 6),
			.agent = db_text(st, 7),
			.created_utc = sqlite3_column_int64(st, 8),
			.seen_utc = sqlite3_column_int64(st, 9),
			.ends_utc = sqlite3_column_int64(st, 10),
			.ended_utc = sqlite3_column_int64(st, 11),
			.why = (unsigned)sqlite3_column_int(st, 12),
		};

		if (sqlite3_column_bytes(st, 5) == 32 && !fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_comments(struct store_reader *r, int64_t incident,
    store_comment_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, incident, created, actor, text FROM comment"
	    " WHERE incident = ? ORDER BY created, id",
	    "i", incident);

	while (db_step(&r->db, st)) {
		struct store_comment_row row = {
			.id = sqlite3_column_int64(st, 0),
			.incident = sqlite3_column_int64(st, 1),
			.created_utc = sqlite3_column_int64(st, 2),
			.actor = db_text(st, 3),
			.text = db_text(st, 4),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_handovers(struct store_reader *r, const char *site, int64_t from_utc,
    int64_t to_utc, uint32_t limit, store_handover_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, starts, ends, created, site, actor, text FROM handover"
	    " WHERE starts < ?1 AND ends > ?2 AND (?3 IS NULL OR site = ?3)"
	    " ORDER BY created DESC, id DESC LIMIT ?4",
	    "iisi", to_utc, from_utc, site,
	    limit != 0 ? (int64_t)limit : INT64_MAX);

	while (db_step(&r->db, st)) {
		struct store_handover_row row = {
			.id = sqlite3_column_int64(st, 0),
			.from_utc = sqlite3_column_int64(st, 1),
			.to_utc = sqlite3_column_int64(st, 2),
			.created_utc = sqlite3_column_int64(st, 3),
			.site = db_text(st, 4),
			.actor = db_text(st, 5),
			.text = db_text(st, 6),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
