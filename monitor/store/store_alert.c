/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side of alerts. */
#include "monitor/store/store_alert.h"

#include "monitor/store/post.h"

bool
store_alert(struct store *s, const struct store_alert *a,
    const struct store_done *done)
{
	struct op *op = post_new(OP_ALERT,
	    post_text_size(a->place) + post_text_size(a->site) +
		post_text_size(a->rule),
	    done);

	if (op == NULL)
		return false;
	op->alert = *a;
	op->alert.place = post_text(op, a->place);
	op->alert.site = post_text(op, a->site);
	op->alert.rule = post_text(op, a->rule);
	return post_op(s, op, a->now_us);
}

bool
store_notice(struct store *s, const struct store_notice *n,
    const struct store_done *done)
{
	struct op *op = post_new(OP_NOTICE,
	    post_text_size(n->recipient) + post_text_size(n->rule) + n->length +
		post_text_size(n->subject) + post_text_size(n->channels) +
		post_text_size(n->kind_name),
	    done);

	if (op == NULL)
		return false;
	op->notice = *n;
	op->notice.recipient = post_text(op, n->recipient);
	op->notice.rule = post_text(op, n->rule);
	op->notice.subject = post_text(op, n->subject);
	op->notice.channels = post_text(op, n->channels);
	op->notice.kind_name = post_text(op, n->kind_name);
	op->notice.body =
	    post_keep(op, n->length > 0 ? n->body : "", n->length);
	return post_op(s, op, n->at_us);
}
