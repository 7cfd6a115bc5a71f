/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What devices log in with, sealed and (for whoever has keys) opened. */
#include "monitor/store/store_read.h"

#include <string.h>

#include "monitor/secrets/keys.h"
#include "monitor/store/reader.h"

void
store_reader_keys(struct store_reader *r, const struct keys *keys)
{
	r->keys = keys;
}

void
reader_origin(struct store_reader *r, uint8_t out[16])
{
	sqlite3_stmt *st =
	    db_query(&r->db, "SELECT uuid FROM origin WHERE id = 1", "");

	memset(out, 0, 16);
	if (!db_step(&r->db, st))
		return;
	if (sqlite3_column_bytes(st, 0) == 16)
		memcpy(out, sqlite3_column_blob(st, 0), 16);
	db_done(st);
}

bool
store_read_credentials(struct store_reader *r, uint8_t origin_out[16],
    store_credential_fn *fn, void *arg)
{
	char password[LIMIT_CREDENTIAL_BYTES];
	struct seal_place place;
	sqlite3_stmt *st;
	bool more = true;

	store_reader_begin(r);
	reader_origin(r, origin_out);
	memcpy(place.origin, origin_out, sizeof(place.origin));
	st = db_query(&r->db,
	    "SELECT d.id, d.name, c.sealed FROM credential c"
	    " JOIN device d ON d.id = c.device"
	    " WHERE d.removed IS NULL AND length(c.sealed) > 0 ORDER BY d.id",
	    "");
	while (more && db_step(&r->db, st)) {
		struct store_credential_row row = {
			.device = place.device = sqlite3_column_int64(st, 0),
			.name = db_text(st, 1),
			.sealed = sqlite3_column_blob(st, 2),
			.length = (size_t)sqlite3_column_bytes(st, 2),
		};

		if (keys_unseal(r->keys, &place, row.sealed, row.length,
			password))
			row.password = password;
		more = fn(arg, &row);
	}
	if (!more)
		db_done(st);
	explicit_bzero(password, sizeof(password));
	return store_reader_end(r);
}
