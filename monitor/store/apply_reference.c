/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a feed shall look like: approved or cleared by a person, kept with what
 * the judge has pinned, in one transaction with its event. */
#include <openssl/sha.h>

#include "monitor/store/json.h"
#include "monitor/store/writer.h"

/* The pictures of an older approval go: they show something else. */
static void
forget(struct writer *w, int64_t feed)
{
	db_run(&w->db, "DELETE FROM reference WHERE feed = ?", "i", feed);
	db_run(&w->db,
	    "DELETE FROM thumbnail WHERE feed = ? AND kind = 5"
	    " AND incident IS NULL",
	    "i", feed);
}

static void
pin(struct writer *w, const struct store_reference *r, struct json *j)
{
	uint8_t sha[32];

	SHA256(r->judge, r->judge_length, sha);
	db_run(&w->db,
	    "INSERT INTO reference(feed, utc, actor, reason, judge_sha256)"
	    " VALUES(?, ?, ?, ?, ?)",
	    "iissb", r->feed, epoch_utc(w, r->at_us), r->actor, r->reason, sha,
	    sizeof(sha));
	json_hex(j, "judge_sha256", sha, sizeof(sha));
	json_number(j, "when", epoch_utc(w, r->at_us));
}

void
apply_reference(struct writer *w, struct op *op)
{
	const struct store_reference *r = &op->reference;
	struct json j = json_open(w->body, sizeof(w->body));
	char uuid[37];

	if (db_int(&w->db, 0,
		"SELECT 1 FROM feed WHERE id = ? AND removed IS NULL", "i",
		r->feed) == 0) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "no such feed");
		return;
	}
	forget(w, r->feed);
	event_feed_uuid(w, r->feed, uuid);
	json_text(&j, "feed", uuid);
	json_text(&j, "reason", r->reason);
	if (!r->clear)
		pin(w, r, &j);
	db_run(&w->db,
	    "INSERT OR REPLACE INTO learned(feed, kind, utc, bytes)"
	    " VALUES(?, 1, ?, ?)",
	    "iib", r->feed, epoch_utc(w, r->at_us), r->judge, r->judge_length);
	op->result.id = r->feed;
	op->result.seq = event_append(w, r->at_us,
	    r->clear ? "reference.clear" : "reference.approve", r->actor,
	    r->feed, json_close(&j));
}
