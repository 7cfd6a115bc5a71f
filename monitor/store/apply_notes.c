/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of incidents and to the next shift, each with its event. */
#include <string.h>

#include "monitor/store/json.h"
#include "monitor/store/writer.h"

static bool
text_good(struct op *op, const char *text)
{
	if (text[strspn(text, " \t\r\n")] == '\0')
		apply_fault(op, "there is nothing said");
	else if (strlen(text) > STORE_NOTE_BYTES)
		apply_fault(op, "that is too long, expected at most %d bytes",
		    STORE_NOTE_BYTES);
	return op->result.ok;
}

void
apply_comment(struct writer *w, struct op *op)
{
	const struct op_word *c = &op->word;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t now = epoch_utc(w, op->stamp_us);
	int64_t feed = db_int(&w->db, -1,
	    "SELECT ifnull(feed, 0) FROM incident WHERE id = ?", "i", c->id);

	if (feed < 0 && w->db.rc == SQLITE_OK)
		apply_fault(op, "no such incident");
	if (feed < 0 || !text_good(op, c->text))
		return;
	db_run(&w->db,
	    "INSERT INTO comment(incident, created, actor, text)"
	    " VALUES(?, ?, ?, ?)",
	    "iiss", c->id, now, c->actor, c->text);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	json_number(&j, "comment", op->result.id);
	json_number(&j, "incident", c->id);
	json_text(&j, "text", c->text);
	json_number(&j, "when", now);
	op->result.seq = event_append(w, op->stamp_us, "incident.comment",
	    c->actor, feed, json_close(&j));
}

void
apply_handover(struct writer *w, struct op *op)
{
	const struct store_handover *h = &op->handover;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t now = epoch_utc(w, op->stamp_us);

	if (h->to_utc <= h->from_utc)
		apply_fault(op, "its end is not after its start");
	else if (h->site[0] != '\0' && site_in_force(w, h->site) == 0)
		apply_fault(op, "no such site");
	if (!op->result.ok || !text_good(op, h->text))
		return;
	db_run(&w->db,
	    "INSERT INTO handover(starts, ends, site, actor, text, created)"
	    " VALUES(?, ?, ?, ?, ?, ?)",
	    "iisssi", h->from_utc, h->to_utc, h->site, h->actor, h->text, now);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	json_number(&j, "handover", op->result.id);
	json_number(&j, "from", h->from_utc);
	json_number(&j, "to", h->to_utc);
	json_text(&j, "site", h->site);
	json_text(&j, "text", h->text);
	json_number(&j, "when", now);
	op->result.seq = event_append(w, op->stamp_us, "handover", h->actor, 0,
	    json_close(&j));
}
