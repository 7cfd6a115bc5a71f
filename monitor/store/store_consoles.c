/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side of what is told of those who watch. */
#include "monitor/store/store_consoles.h"

#include "monitor/inventory/floor.h"
#include "monitor/store/post.h"

bool
store_floor(struct store *s, struct floor_plan *plan, uint64_t revision,
    const char *actor, const char *reason, const struct store_done *done)
{
	struct op *op = post_new(OP_FLOOR,
	    post_text_size(actor) + post_text_size(reason), done);

	if (op == NULL) {
		floor_plan_free(&plan);
		return false;
	}
	op->floor.plan = plan;
	op->floor.revision = revision;
	op->floor.actor = post_text(op, actor);
	op->floor.reason = post_text(op, reason);
	return post_op(s, op, 0);
}

bool
store_presence(struct store *s, const struct store_presence *p,
    const struct store_done *done)
{
	struct op *op =
	    post_new(OP_PRESENCE, post_text_size(p->evidence), done);

	if (op == NULL)
		return false;
	op->presence = *p;
	op->presence.evidence = post_text(op, p->evidence);
	return post_op(s, op, p->at_us);
}

bool
store_display(struct store *s, const struct store_display *d,
    const struct store_done *done)
{
	size_t count =
	    d->tile_count < STORE_TILES ? d->tile_count : STORE_TILES;
	size_t bytes = count * sizeof(*d->tiles);
	struct op *op = post_new(OP_DISPLAY, bytes, done);

	if (op == NULL)
		return false;
	op->display = *d;
	op->display.tile_count = count;
	/* The tail begins aligned, and nothing else is in it. */
	op->display.tiles =
	    bytes > 0 ? post_keep(op, d->tiles, bytes) : (const void *)op->tail;
	return post_op(s, op, d->at_us);
}

bool
store_token_add(struct store *s, const struct store_token *t,
    const struct store_done *done)
{
	struct op *op = post_new(OP_TOKEN_ADD,
	    post_text_size(t->actor) + post_text_size(t->reason) +
		post_text_size(t->name) + post_text_size(t->site),
	    done);

	if (op == NULL)
		return false;
	op->token = *t;
	op->token.actor = post_text(op, t->actor);
	op->token.reason = post_text(op, t->reason);
	op->token.name = post_text(op, t->name);
	op->token.site = post_text(op, t->site);
	return post_op(s, op, t->at_us);
}

bool
store_token_revoke(struct store *s, int64_t id, int64_t at_us,
    const char *actor, const char *reason, const struct store_done *done)
{
	struct op *op = post_new(OP_TOKEN_REVOKE,
	    post_text_size(actor) + post_text_size(reason), done);

	if (op == NULL)
		return false;
	op->word.id = id;
	op->word.at_us = at_us;
	op->word.actor = post_text(op, actor);
	op->word.text = post_text(op, reason);
	return post_op(s, op, at_us);
}

bool
store_prompt(struct store *s, const struct store_prompt *p,
    const struct store_done *done)
{
	struct op *op = post_new(OP_PROMPT, 0, done);

	if (op == NULL)
		return false;
	op->prompt = *p;
	return post_op(s, op, p->at_us);
}

bool
store_dispute(struct store *s, const struct store_dispute *d,
    const struct store_done *done)
{
	struct op *op = post_new(OP_DISPUTE,
	    post_text_size(d->actor) + post_text_size(d->text), done);

	if (op == NULL)
		return false;
	op->dispute = *d;
	op->dispute.actor = post_text(op, d->actor);
	op->dispute.text = post_text(op, d->text);
	return post_op(s, op, d->at_us);
}
