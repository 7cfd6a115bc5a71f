/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyframes come, but none can be decoded. Those that we ourselves dropped
 * say nothing about the camera. */
#include "monitor/judge/feed.h"

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	(void)f;
	switch (s->sample->result) {
	case SAMPLE_OK:
	case SAMPLE_DAMAGED:
		return (struct opinion){ SAY_GOOD };
	case SAMPLE_UNDECODABLE:
	case SAMPLE_TOO_LARGE:
	case SAMPLE_QUARANTINED:
		return (struct opinion){ SAY_BAD, 97 };
	case SAMPLE_NO_KEYFRAME:
	case SAMPLE_BUSY:
	case SAMPLE_LOST:
		break;
	}
	return (struct opinion){ SAY_NOTHING };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct detector *d;
	const struct detector_state *k =
	    detector_state_of(f, CAUSE_UNDECODABLE, &d);

	evidence_number(e, "keyframes_in_a_row", k->bad, 1);
}

const struct detector detector_undecodable = {
	.name = "undecodable",
	.cause = CAUSE_UNDECODABLE,
	.on = 3,
	.off = 1,
	.look = look,
	.tell = tell,
};
