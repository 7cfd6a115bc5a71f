/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every event is chained to the one before: hash = SHA-256(prev hash, then
 * each field as "<length>:<bytes>,"). The ledger (a later room) builds its
 * tree and checkpoints over these hashes. */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "monitor/inventory/inventory.h"
#include "monitor/store/writer.h"

static void
hash_field(EVP_MD_CTX *ctx, const void *bytes, size_t n)
{
	char length[24];
	int k = snprintf(length, sizeof(length), "%zu:", n);

	EVP_DigestUpdate(ctx, length, (size_t)k);
	EVP_DigestUpdate(ctx, bytes, n);
	EVP_DigestUpdate(ctx, ",", 1);
}

static void
hash_number(EVP_MD_CTX *ctx, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)v);

	hash_field(ctx, text, (size_t)n);
}

static void
hash_text(EVP_MD_CTX *ctx, const char *s)
{
	hash_field(ctx, s, strlen(s));
}

struct row {
	int64_t seq, mono, utc, feed;
	const char *kind, *actor, *body;
};

static bool
chain(struct writer *w, const struct row *e, uint8_t hash_out[32])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)) {
		EVP_MD_CTX_free(ctx);
		db_fail(&w->db, SQLITE_NOMEM, "no SHA-256");
		return false;
	}
	EVP_DigestUpdate(ctx, w->at.hash, sizeof(w->at.hash));
	hash_field(ctx, w->origin, sizeof(w->origin));
	hash_field(ctx, w->run_uuid, sizeof(w->run_uuid));
	hash_number(ctx, e->seq);
	hash_number(ctx, e->mono);
	hash_number(ctx, e->utc);
	hash_text(ctx, e->kind);
	hash_text(ctx, e->actor);
	hash_number(ctx, e->feed);
	hash_text(ctx, e->body);
	EVP_DigestFinal_ex(ctx, hash_out, NULL);
	EVP_MD_CTX_free(ctx);
	return true;
}

int64_t
event_append(struct writer *w, int64_t mono_us, const char *kind,
    const char *actor, int64_t feed, const char *body)
{
	struct row e = { .seq = w->at.seq + 1,
		.mono = mono_us,
		.utc = epoch_utc(w, mono_us),
		.feed = feed,
		.kind = kind,
		.actor = actor,
		.body = body };
	uint8_t hash[32];

	if (!chain(w, &e, hash))
		return 0;
	db_run(&w->db,
	    "INSERT INTO event(seq, run, mono, utc, kind, actor, feed, body,"
	    " hash) VALUES(?,?,?,?,?,?,?,?,?)",
	    "iiiiss?sb", e.seq, w->at.run, e.mono, e.utc, kind, actor, feed,
	    body, hash, sizeof(hash));
	if (w->db.rc != SQLITE_OK)
		return 0;
	w->at.seq = e.seq;
	memcpy(w->at.hash, hash, sizeof(hash));
	return e.seq;
}

void
event_feed_uuid(struct writer *w, int64_t feed, char out[37])
{
	sqlite3_stmt *st =
	    db_query(&w->db, "SELECT uuid FROM feed WHERE id = ?", "i", feed);

	out[0] = '\0';
	if (!db_step(&w->db, st))
		return;
	const uint8_t *uuid = sqlite3_column_blob(st, 0);

	if (uuid != NULL && sqlite3_column_bytes(st, 0) == 16)
		inventory_uuid_print(uuid, out);
	db_done(st);
}
