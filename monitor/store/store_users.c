/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side of who may use it and what they say. */
#include "monitor/store/store_users.h"

#include "monitor/store/post.h"

bool
store_user(struct store *s, const struct store_user *u,
    const struct store_done *done)
{
	struct op *op = post_new(OP_USER,
	    post_text_size(u->name) + post_text_size(u->site) +
		post_text_size(u->password) + post_text_size(u->actor) +
		post_text_size(u->reason),
	    done);

	if (op == NULL)
		return false;
	op->user = *u;
	op->user.site_given = u->site != NULL;
	op->user.name = post_text(op, u->name);
	op->user.site = post_text(op, u->site);
	op->user.password = post_text(op, u->password);
	op->user.actor = post_text(op, u->actor);
	op->user.reason = post_text(op, u->reason);
	return post_op(s, op, u->at_us);
}

static bool
words(struct store *s, enum op_kind kind, const struct op_word *w,
    const struct store_done *done)
{
	struct op *op = post_new(kind,
	    post_text_size(w->actor) + post_text_size(w->text), done);

	if (op == NULL)
		return false;
	op->word = *w;
	op->word.actor = post_text(op, w->actor);
	op->word.text = post_text(op, w->text);
	return post_op(s, op, w->at_us);
}

bool
store_user_remove(struct store *s, int64_t id, int64_t at_us, const char *actor,
    const char *reason, const struct store_done *done)
{
	return words(s, OP_USER_REMOVE,
	    &(struct op_word){ .id = id,
		.at_us = at_us,
		.actor = actor,
		.text = reason },
	    done);
}

bool
store_login(struct store *s, const struct store_login *l,
    const struct store_done *done)
{
	struct op *op = post_new(OP_LOGIN,
	    post_text_size(l->address) + post_text_size(l->agent) +
		post_text_size(l->password),
	    done);

	if (op == NULL)
		return false;
	op->login = *l;
	op->login.address = post_text(op, l->address);
	op->login.agent = post_text(op, l->agent);
	op->login.password = post_text(op, l->password);
	return post_op(s, op, l->at_us);
}

bool
store_login_end(struct store *s, int64_t id, enum store_login_end why,
    int64_t at_us, const char *actor, const char *reason,
    const struct store_done *done)
{
	return words(s, OP_LOGIN_END,
	    &(struct op_word){ .id = id,
		.kind = (int)why,
		.at_us = at_us,
		.actor = actor,
		.text = reason },
	    done);
}

bool
store_login_seen(struct store *s, int64_t id, int64_t utc)
{
	return words(s, OP_LOGIN_SEEN,
	    &(struct op_word){ .id = id, .utc = utc }, NULL);
}

bool
store_token_seen(struct store *s, int64_t id, int64_t utc)
{
	return words(s, OP_TOKEN_SEEN,
	    &(struct op_word){ .id = id, .utc = utc }, NULL);
}

bool
store_claim(struct store *s, const struct store_claim *c,
    const struct store_done *done)
{
	struct op *op = post_new(OP_CLAIM, post_text_size(c->address), done);

	if (op == NULL)
		return false;
	op->claim = *c;
	op->claim.address = post_text(op, c->address);
	return post_op(s, op, c->at_us);
}

bool
store_incident_comment(struct store *s, int64_t incident, int64_t at_us,
    const char *actor, const char *text, const struct store_done *done)
{
	return words(s, OP_COMMENT,
	    &(struct op_word){ .id = incident,
		.at_us = at_us,
		.actor = actor,
		.text = text },
	    done);
}

bool
store_handover(struct store *s, const struct store_handover *h,
    const struct store_done *done)
{
	struct op *op = post_new(OP_HANDOVER,
	    post_text_size(h->site) + post_text_size(h->actor) +
		post_text_size(h->text),
	    done);

	if (op == NULL)
		return false;
	op->handover = *h;
	op->handover.site = post_text(op, h->site);
	op->handover.actor = post_text(op, h->actor);
	op->handover.text = post_text(op, h->text);
	return post_op(s, op, h->at_us);
}
