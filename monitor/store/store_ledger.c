/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side of the record: posting. */
#include "monitor/store/store_ledger.h"

#include "monitor/store/post.h"

bool
store_head(struct store *s, int64_t at_us, const struct store_done *done)
{
	struct op *op = post_new(OP_HEAD, 0, done);

	return op != NULL && post_op(s, op, at_us);
}

bool
store_checkpoint(struct store *s, const struct store_checkpoint *c,
    const struct store_done *done)
{
	struct op *op = post_new(OP_CHECKPOINT, post_text_size(c->note), done);

	if (op == NULL)
		return false;
	op->checkpoint = *c;
	op->checkpoint.note = post_text(op, c->note);
	return post_op(s, op, 0);
}

bool
store_receipt(struct store *s, const struct store_receipt *r,
    const struct store_done *done)
{
	struct op *op = post_new(OP_RECEIPT,
	    post_text_size(r->witness) + post_text_size(r->text), done);

	if (op == NULL)
		return false;
	op->receipt = *r;
	op->receipt.witness = post_text(op, r->witness);
	op->receipt.text = post_text(op, r->text);
	return post_op(s, op, 0);
}

bool
store_delivery(struct store *s, const struct store_delivery *d,
    const struct store_done *done)
{
	struct op *op = post_new(OP_DELIVERY,
	    post_text_size(d->target) + post_text_size(d->subject) +
		post_text_size(d->path) + d->length,
	    done);

	if (op == NULL)
		return false;
	op->delivery = *d;
	op->delivery.target = post_text(op, d->target);
	op->delivery.subject = post_text(op, d->subject);
	op->delivery.path = post_text(op, d->path);
	op->delivery.body = post_keep(op, d->body, d->length);
	return post_op(s, op, 0);
}

bool
store_attempt(struct store *s, const struct store_attempt *a,
    const struct store_done *done)
{
	struct op *op = post_new(OP_ATTEMPT, post_text_size(a->said), done);

	if (op == NULL)
		return false;
	op->attempt = *a;
	op->attempt.said = post_text(op, a->said);
	return post_op(s, op, 0);
}

bool
store_deliveries_due(struct store *s, const char *channel, int64_t utc)
{
	struct op *op =
	    post_new(OP_DELIVERIES_DUE, post_text_size(channel), NULL);

	if (op == NULL)
		return false;
	op->word =
	    (struct op_word){ .utc = utc, .text = post_text(op, channel) };
	return post_op(s, op, 0);
}

bool
store_made_report(struct store *s, const struct store_made_report *m,
    const struct store_done *done)
{
	size_t count = m->file_count, room = post_text_size(m->path);

	if (count > STORE_MADE_FILES)
		return false;
	for (size_t i = 0; i < count; i++)
		room += post_text_size(m->files[i].name);
	struct op *op = post_new(OP_MADE_REPORT, room, done);

	if (op == NULL)
		return false;
	op->made = *m;
	op->made.path = post_text(op, m->path);
	for (size_t i = 0; i < count; i++)
		op->made.files[i].name = post_text(op, m->files[i].name);
	return post_op(s, op, m->at_us);
}

bool
store_forget_reports(struct store *s, int64_t at_us, int64_t before_utc,
    const struct store_done *done)
{
	struct op *op = post_new(OP_FORGET_REPORTS, 0, done);

	if (op == NULL)
		return false;
	op->word = (struct op_word){ .at_us = at_us, .utc = before_utc };
	return post_op(s, op, at_us);
}
