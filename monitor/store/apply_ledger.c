/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record itself: what is committed of it, what was signed, who has it, what
 * is to be sent, what was reported. */
#include <stdio.h>
#include <string.h>

#include "monitor/store/json.h"
#include "monitor/store/nodes.h"
#include "monitor/store/writer.h"

/* Its answer is handed out only when the batch it stands in is committed; what
 * it says of the lines before it is true of any later moment too. */
void
apply_head(struct writer *w, struct op *op)
{
	struct store_head *h = &op->head;

	memcpy(h->origin, w->origin, sizeof(h->origin));
	h->size = w->at.tree.size;
	h->seq = h->size > 0 ? w->at.seq : 0;
	h->utc = epoch_utc(w, op->stamp_us);
	tree_root(&w->at.tree, h->root);
	memcpy(h->head, w->at.hash, sizeof(h->head));
	op->result.seq = h->seq;
	op->result.head = h;
}

/* What is kept as signed must be ours: whoever signed it may be mistaken. */
static bool
is_ours(struct writer *w, const struct store_checkpoint *c)
{
	struct nodes nodes = { &w->db, w->base };
	struct tree_source source = nodes_source(&nodes);
	struct tree then;
	uint8_t root[LEDGER_HASH];

	if (c->size > w->at.tree.size || !tree_at(&source, c->size, &then))
		return false;
	tree_root(&then, root);
	return memcmp(root, c->root, sizeof(root)) == 0;
}

void
apply_checkpoint(struct writer *w, struct op *op)
{
	const struct store_checkpoint *c = &op->checkpoint;

	if (!is_ours(w, c)) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op,
			    "the checkpoint is not one of this ledger");
		return;
	}
	db_run(&w->db,
	    "INSERT INTO checkpoint(size, utc, root, note) VALUES(?,?,?,?)",
	    "iibs", (int64_t)c->size, c->utc, c->root, sizeof(c->root),
	    c->note);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
}

void
apply_receipt(struct writer *w, struct op *op)
{
	const struct store_receipt *r = &op->receipt;

	if (db_int(&w->db, 0, "SELECT 1 FROM checkpoint WHERE id = ?", "i",
		r->checkpoint) == 0) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "no such checkpoint");
		return;
	}
	db_run(&w->db,
	    "INSERT INTO receipt(checkpoint, witness, kind, utc, text)"
	    " VALUES(?,?,?,?,?)",
	    "isiis", r->checkpoint, r->witness, (int64_t)r->kind, r->utc,
	    r->text);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
}

void
apply_delivery(struct writer *w, struct op *op)
{
	const struct store_delivery *d = &op->delivery;

	db_run(&w->db,
	    "INSERT OR IGNORE INTO delivery(kind, target, subject, path, body,"
	    " made, due, notice, instead) SELECT ?1,?2,?3,?4,?5,?6,?7,?8,?9"
	    " WHERE ?8 IS NULL OR ?4 <> '' OR NOT EXISTS (SELECT 1"
	    " FROM delivery WHERE notice = ?8 AND target = ?2)",
	    "isssbii??", (int64_t)d->kind, d->target, d->subject, d->path,
	    d->body, d->length, d->made_utc, d->due_utc, d->notice, d->instead);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
}

void
apply_deliveries_due(struct writer *w, struct op *op)
{
	db_run(&w->db,
	    "UPDATE delivery SET due = ?1 WHERE done IS NULL"
	    " AND gave_up IS NULL AND due > ?1"
	    " AND (?2 = '' OR (target = ?2 AND kind = ?3))",
	    "isi", op->word.utc, op->word.text, (int64_t)STORE_DELIVERY_ALERT);
}

/* What another way has told need not be told by the first one, nor by the one
 * that that one was for. */
static void
tell_instead(struct writer *w, const struct store_attempt *a)
{
	db_run(&w->db,
	    "WITH RECURSIVE way(id) AS ("
	    "SELECT instead FROM delivery WHERE id = ?1 UNION"
	    " SELECT d.instead FROM delivery d JOIN way ON d.id = way.id)"
	    "UPDATE delivery SET gave_up = ?2, body = x'' WHERE id IN way"
	    " AND done IS NULL AND gave_up IS NULL",
	    "ii", a->delivery, a->utc);
}

void
apply_attempt(struct writer *w, struct op *op)
{
	const struct store_attempt *a = &op->attempt;

	if (db_int(&w->db, 0,
		"SELECT 1 FROM delivery WHERE id = ? AND done IS NULL"
		" AND gave_up IS NULL",
		"i", a->delivery) == 0) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "no such delivery is waiting");
		return;
	}
	op->result.id = a->delivery;
	if (a->outcome == STORE_SENT) {
		db_run(&w->db,
		    "UPDATE delivery SET tries = tries + 1, done = ?1,"
		    " body = x'', error = ?2 WHERE id = ?3",
		    "isi", a->utc, a->said, a->delivery);
		tell_instead(w, a);
	} else if (a->outcome == STORE_TRY_AGAIN)
		db_run(&w->db,
		    "UPDATE delivery SET tries = tries + 1, due = ?1,"
		    " error = ?2 WHERE id = ?3",
		    "isi", a->due_utc, a->said, a->delivery);
	else
		db_run(&w->db,
		    "UPDATE delivery SET tries = tries + 1, gave_up = ?1,"
		    " error = ?2 WHERE id = ?3",
		    "isi", a->utc, a->said, a->delivery);
}

static void
files_say(struct json *j, const struct store_made_report *m)
{
	char key[32];

	for (size_t i = 0; i < m->file_count; i++) {
		snprintf(key, sizeof(key), "file%zu", i + 1);
		json_text(j, key, m->files[i].name);
		snprintf(key, sizeof(key), "sha256_%zu", i + 1);
		json_hex(j, key, m->files[i].sha256, LEDGER_HASH);
	}
}

void
apply_made_report(struct writer *w, struct op *op)
{
	const struct store_made_report *m = &op->made;
	struct json j = json_open(w->body, sizeof(w->body));

	if (m->to_utc <= m->from_utc || m->file_count == 0) {
		apply_fault(op, "a report is of a span and has a file");
		return;
	}
	db_run(&w->db,
	    "INSERT INTO report(starts, ends, site, made, path, sha256, seq)"
	    " VALUES(?,?,?,?,?,?,?)",
	    "ii?isbi", m->from_utc, m->to_utc, m->site, epoch_utc(w, m->at_us),
	    m->path, m->files[0].sha256, (size_t)LEDGER_HASH, w->at.seq + 1);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	json_number(&j, "report", op->result.id);
	json_number(&j, "from", m->from_utc);
	json_number(&j, "to", m->to_utc);
	json_number(&j, "site", m->site);
	json_number(&j, "size", (int64_t)m->size);
	json_number(&j, "when", epoch_utc(w, m->at_us));
	files_say(&j, m);
	op->result.seq =
	    event_append(w, m->at_us, "report", "camwarden", 0, json_close(&j));
}

void
apply_forget_reports(struct writer *w, struct op *op)
{
	const struct op_word *f = &op->word;
	struct json j = json_open(w->body, sizeof(w->body));

	db_run(&w->db, "DELETE FROM report WHERE made < ?", "i", f->utc);
	int64_t n = w->db.rc == SQLITE_OK ? sqlite3_changes(w->db.h) : 0;

	if (n == 0)
		return;
	op->result.changes = (uint32_t)n;
	json_number(&j, "reports", n);
	json_number(&j, "reports_to", f->utc);
	op->result.seq = event_append(w, f->at_us, "retention", "camwarden", 0,
	    json_close(&j));
}
