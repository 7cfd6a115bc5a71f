/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/sealed.h"

#include <string.h>

#include "common/hex.h"
#include "common/log.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/json.h"
#include "monitor/store/schema.h"

/* camwarden_seal(device, password, origin), for the sixth version's tables. */
static void
on_seal(sqlite3_context *call, int count, sqlite3_value **value)
{
	const struct writer *w = sqlite3_user_data(call);
	const char *password = (const char *)sqlite3_value_text(value[1]);
	struct seal_place place = { .device = sqlite3_value_int64(value[0]) };
	uint8_t sealed[SEAL_MOST];

	(void)count;
	if (password == NULL || password[0] == '\0') {
		sqlite3_result_zeroblob(call, 0);
		return;
	}
	if (w->keys == NULL || sqlite3_value_bytes(value[2]) != 16) {
		sqlite3_result_error(call, w->keys_error, -1);
		return;
	}
	memcpy(place.origin, sqlite3_value_blob(value[2]), 16);
	sqlite3_result_blob(call, sealed,
	    (int)keys_seal(w->keys, &place, password, sealed),
	    SQLITE_TRANSIENT);
}

static bool
something_is_sealed(struct writer *w)
{
	int version = schema_of(&w->db);

	return version >= SCHEMA_SEALED && version <= schema_version() &&
	       db_int(&w->db, 0,
		   "SELECT 1 FROM credential WHERE length(sealed) > 0 LIMIT 1",
		   "") != 0;
}

void
sealed_begin(struct writer *w, const char *key_file, const char *dir)
{
	keys_path(key_file, dir, w->keys_path);
	if (something_is_sealed(w) || keys_make(w->keys_path, w->keys_error))
		w->keys = keys_open(w->keys_path, w->keys_error);
	sqlite3_create_function_v2(w->db.h, "camwarden_seal", 3,
	    SQLITE_UTF8 | SQLITE_DIRECTONLY, w, on_seal, NULL, NULL, NULL);
}

void
sealed_end(struct writer *w)
{
	keys_free(&w->keys);
}

void
sealed_scrub(struct writer *w)
{
	int rc = w->db.rc != SQLITE_OK
		     ? SQLITE_OK
		     : sqlite3_wal_checkpoint_v2(w->db.h, NULL,
			   SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	/* It goes with the log's next round, then. */
	if (rc != SQLITE_OK)
		log_warn("store",
		    "passwords of before may still stand in the database's "
		    "log: %s",
		    sqlite3_errstr(rc));
}

/* False: the operation failed. */
static bool
seal(struct writer *w, struct op *op, int64_t device, const char *password)
{
	struct seal_place place = { .device = device };
	uint8_t sealed[SEAL_MOST];
	size_t n = 0;

	memcpy(place.origin, w->origin, sizeof(place.origin));
	if (password[0] != '\0' && w->keys == NULL) {
		apply_fault(op, "passwords can't be kept: %s", w->keys_error);
		return false;
	}
	if (password[0] != '\0')
		n = keys_seal(w->keys, &place, password, sealed);
	return db_run(&w->db,
	    "UPDATE credential SET sealed = ? WHERE device = ?", "bi", sealed,
	    n, device);
}

void
sealed_put(struct writer *w, struct op *op, int64_t device,
    const struct inventory_device *d, bool password)
{
	db_run(&w->db,
	    "INSERT INTO credential(device, user, sealed)"
	    " VALUES(?, ?, x'') ON CONFLICT(device) DO UPDATE"
	    " SET user = excluded.user",
	    "is", device, d->user);
	if (password && !seal(w, op, device, d->password))
		return;
	db_run(&w->db,
	    "DELETE FROM credential WHERE device = ? AND user = ''"
	    " AND length(sealed) = 0",
	    "i", device);
}

/* --- another key */

struct row {
	int64_t device;
	uint8_t sealed[SEAL_MOST];
	size_t n;
};

static bool
row_after(struct writer *w, struct row *row)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT device, sealed FROM credential WHERE device > ?"
	    " AND length(sealed) > 0 ORDER BY device LIMIT 1",
	    "i", row->device);

	if (!db_step(&w->db, st))
		return false;
	row->device = sqlite3_column_int64(st, 0);
	row->n = (size_t)sqlite3_column_bytes(st, 1);
	if (row->n > SEAL_MOST)
		row->n = 0; /* none of ours */
	if (row->n > 0)
		memcpy(row->sealed, sqlite3_column_blob(st, 1), row->n);
	db_done(st);
	return true;
}

/* Those that no key opens stay as they are: it may come back. */
static void
seal_anew(struct writer *w, struct op *op, int64_t *left_out)
{
	struct row row = { .device = INT64_MIN };
	struct seal_place place;
	char password[LIMIT_CREDENTIAL_BYTES];

	memcpy(place.origin, w->origin, sizeof(place.origin));
	while (op->result.ok && row_after(w, &row)) {
		place.device = row.device;
		if (!keys_unseal(w->keys, &place, row.sealed, row.n,
			password)) {
			(*left_out)++;
			continue;
		}
		if (keys_newest(w->keys, row.sealed, row.n))
			continue;
		seal(w, op, row.device, password);
		op->result.changes++;
	}
	explicit_bzero(password, sizeof(password));
}

void
apply_keys(struct writer *w, struct op *op)
{
	struct keys *fresh = keys_open(w->keys_path, w->keys_error);
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t left = 0;

	if (fresh == NULL) {
		apply_fault(op, "%s", w->keys_error);
		return;
	}
	keys_free(&w->keys);
	w->keys = fresh;
	if (op->word.actor[0] == '\0')
		return; /* read again, nothing more */
	seal_anew(w, op, &left);
	json_hex(&j, "key", keys_id(fresh), SEAL_ID);
	json_number(&j, "sealed", op->result.changes);
	json_number(&j, "not_opened", left);
	json_text(&j, "reason", op->word.text);
	op->result.id = left;
	op->result.seq = event_append(w, op->stamp_us, "credentials.rekey",
	    op->word.actor, 0, json_close(&j));
	/* Whoever holds what is sealed has to read it anew. */
	w->at.inventory_changed = true;
}
