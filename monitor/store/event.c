/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event becomes a line of the ledger: its content (about people: salted and
 * apart, so that it can be deleted while the line stays), its digest, its hash,
 * which is link of the chain and leaf of the tree, and the tiles it completes.
 * All in the transaction of the change it tells of. */
#include <string.h>
#include <sys/random.h>

#include "common/hex.h"
#include "monitor/ledger/line.h"
#include "monitor/store/writer.h"

struct content {
	const char *kind, *actor, *body;
	bool private;
	uint8_t salt[LEDGER_SALT], digest[LEDGER_HASH];
};

static struct ledger_bytes
bytes_of(const char *s)
{
	return (struct ledger_bytes){ s, strlen(s) };
}

static bool
content_seal(struct writer *w, struct content *c)
{
	c->private = ledger_is_private(c->kind, strlen(c->kind));
	if (c->private &&
	    getrandom(c->salt, sizeof(c->salt), 0) != sizeof(c->salt)) {
		db_fail(&w->db, SQLITE_IOERR, "no random numbers");
		return false;
	}
	ledger_digest(c->private ? c->salt : NULL, bytes_of(c->actor),
	    bytes_of(c->body), c->digest);
	return true;
}

static void
line_write(struct writer *w, const struct ledger_line *l,
    const struct content *c, const uint8_t hash[LEDGER_HASH])
{
	if (!c->private) {
		db_run(&w->db,
		    "INSERT INTO event(seq, run, mono, utc, kind, feed, actor,"
		    " body, hash) VALUES(?,?,?,?,?,?,?,?,?)",
		    "iiiis?ssb", l->seq, w->at.run, l->mono, l->utc, c->kind,
		    l->feed, c->actor, c->body, hash, (size_t)LEDGER_HASH);
		return;
	}
	db_run(&w->db,
	    "INSERT INTO event(seq, run, mono, utc, kind, feed, digest, hash)"
	    " VALUES(?,?,?,?,?,?,?,?)",
	    "iiiis?bb", l->seq, w->at.run, l->mono, l->utc, c->kind, l->feed,
	    c->digest, (size_t)LEDGER_HASH, hash, (size_t)LEDGER_HASH);
	db_run(&w->db,
	    "INSERT INTO private(seq, salt, actor, body) VALUES(?,?,?,?)",
	    "ibss", l->seq, c->salt, (size_t)LEDGER_SALT, c->actor, c->body);
}

/* Adds it to the tree; every 256th leaf completes a tile. */
static void
tree_grow(struct writer *w, const uint8_t hash[LEDGER_HASH])
{
	uint8_t tiles[TREE_TILES][LEDGER_HASH];
	unsigned n = tree_append(&w->at.tree, hash, tiles);

	for (unsigned k = 0; k < n; k++) {
		unsigned level = TREE_STEP * (k + 1);

		db_run(&w->db,
		    "INSERT INTO tile(level, place, hash) VALUES(?,?,?)", "iib",
		    (int64_t)level, (int64_t)(w->at.tree.size >> level) - 1,
		    tiles[k], (size_t)LEDGER_HASH);
	}
}

int64_t
event_append(struct writer *w, int64_t mono_us, const char *kind,
    const char *actor, int64_t feed, const char *body)
{
	struct content c = { .kind = kind, .actor = actor, .body = body };
	/* A verdict may be called a little before another line was written;
	 * its body says when. The line's own time never goes back. */
	int64_t mono = mono_us > w->at.mono ? mono_us : w->at.mono;
	struct ledger_line l = { .origin = w->origin,
		.run = w->run_uuid,
		.seq = w->at.seq + 1,
		.mono = mono,
		.utc = epoch_utc(w, mono),
		.feed = feed,
		.kind = bytes_of(kind) };
	uint8_t hash[LEDGER_HASH];

	if (w->db.rc != SQLITE_OK || !content_seal(w, &c))
		return 0;
	ledger_line_hash(&l, w->at.hash, c.digest, hash);
	line_write(w, &l, &c, hash);
	tree_grow(w, hash);
	if (w->db.rc != SQLITE_OK)
		return 0;
	w->at.seq = l.seq;
	w->at.mono = mono;
	memcpy(w->at.hash, hash, sizeof(hash));
	return l.seq;
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
		uuid_print(uuid, out);
	db_done(st);
}
