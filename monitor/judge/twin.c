/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Duplicate: another feed shows the very same at the same time. Found by
 * duplicate.c, over all feeds; here it is only said. */
#include "monitor/judge/feed.h"

#define CODED_SURE 97u
#define PICTURE_SURE 85u
#define ECHO_SURE 80u

void
judge_on_twin(struct judge_feed *f, const struct twin *t, int64_t now_us)
{
	if (now_us > f->now_us)
		f->now_us = now_us;
	f->has_twin = t != NULL;
	if (t != NULL)
		f->twin = *t;
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	(void)s;
	if (!f->has_twin)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	return (struct opinion){ SAY_BAD,
		f->twin.coded	    ? CODED_SURE
		: f->twin.like != 0 ? ECHO_SURE
				    : PICTURE_SURE,
		0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_text(e, "same_as", f->twin.name);
	evidence_text(e, "same_by",
	    f->twin.coded	? "sizes"
	    : f->twin.like != 0 ? "activity"
				: "pictures");
	evidence_number(e, "equal", f->twin.matches, 1);
	if (f->twin.like != 0)
		evidence_number(e, "activity_alike", f->twin.like, 1000);
	else
		evidence_number(e, "apart_s", f->twin.apart_ms, 1000);
}

const struct detector detector_duplicate = {
	.name = "duplicate",
	.cause = CAUSE_DUPLICATE,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL | 1ull << CAUSE_BLACK |
		     1ull << CAUSE_FROZEN | 1ull << CAUSE_WHITE,
	.on = 1,
	.off = 1,
	.at_account = true,
	.look = look,
	.tell = tell,
};
