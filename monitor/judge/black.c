/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Black: nothing but dark, evenly. Means of 1/200 of the picture are used, so
 * that sensor noise (which a dark camera amplifies) averages out; the rows at
 * the top and the bottom, where text is drawn, may hold anything small. A
 * night scene is dark too, but not evenly. In declared dark hours black is no
 * fault, and after a dusk that was seen it must last.
 */
#include <string.h>

#include "monitor/judge/feed.h"

#define EDGE_ROWS 2u
#define INNER ((COARSE_H - 2 * EDGE_ROWS) * COARSE_W)
#define DARK_Q8 (34u * 256u)  /* no inner cell but a few above this */
#define SPREAD_Q8 (4u * 256u) /* from nearly the least to the most */
#define TEXT_CELLS 14u	      /* inner cells that a line of text may light .. */
#define TEXT_ROWS 2u	      /* .. within these rows */
#define EDGE_BRIGHT_MOST 24u  /* of 80 cells: text */
#define COLOURED_Q8 (24u * 256u)
#define LEAVE_PERCENT 150u	 /* clears only above this of the limits */
#define DUSK_PERCENT 60u	 /* of the usual brightness, and below .. */
#define DUSK_LIKENESS 300	 /* .. the scene in sight, permille .. */
#define DUSK_PICTURES 3u	 /* .. so often .. */
#define DUSK_US (30ll * 1000000) /* .. and so long: dusk, not a cap */
#define NIGHTFALL_US                                                           \
	(300ll * 1000000) /* black after dusk is no news before                \
			   */

static void
sort(uint16_t *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		uint16_t x = v[i];
		unsigned j = i;

		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/* Cells that are lit, by where they are. */
struct lit {
	unsigned edge, inner, rows; /* rows: inner ones, from first to last */
};

static struct lit
lit_cells(const struct note *n)
{
	struct lit l = { 0, 0, 0 };
	unsigned first = COARSE_H, last = 0;

	for (unsigned i = 0; i < COARSE; i++) {
		unsigned row = i / COARSE_W;

		if (n->coarse[i] <= DARK_Q8)
			continue;
		if (row < EDGE_ROWS || row >= COARSE_H - EDGE_ROWS) {
			l.edge++;
			continue;
		}
		l.inner++;
		first = row < first ? row : first;
		last = row;
	}
	l.rows = l.inner > 0 ? last - first + 1 : 0;
	return l;
}

/* The brightest that any light usually is, mean of the picture. */
static unsigned
usual_mean_q8(const struct usual *u)
{
	unsigned most = 0;

	for (unsigned k = 0; k < LIGHTS; k++) {
		uint32_t sum = 0;

		if (u->light[k].seen == 0)
			continue;
		for (unsigned i = 0; i < CHROMA_CELLS; i++)
			sum += u->light[k].luma_q8[i];
		if (sum / CHROMA_CELLS > most)
			most = sum / CHROMA_CELLS;
	}
	return most;
}

/* A picture that is not black: is it growing dark, with the scene in sight? */
static void
watch_dusk(struct judge_feed *f, const struct sight *s)
{
	struct black *b = &f->black;
	unsigned mean = s->sample->measures.mean_q8;

	b->from_us = 0;
	if (!f->life.alive || f->usual.now.likeness < DUSK_LIKENESS ||
	    mean * 100u > usual_mean_q8(&f->usual) * DUSK_PERCENT) {
		b->dusk = 0;
		return;
	}
	if (b->dusk == 0)
		b->dusk_us = s->at_us;
	if (b->dusk < 255)
		b->dusk++;
}

/* Black: at once a fault, but after a dusk only when it lasts. */
static struct opinion
is_black(struct black *b, int64_t at_us)
{
	if (b->from_us == 0) {
		b->from_us = at_us;
		b->gradual =
		    b->dusk >= DUSK_PICTURES && at_us - b->dusk_us >= DUSK_US;
		b->dusk = 0;
	}
	if (b->gradual && at_us - b->from_us < NIGHTFALL_US)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	return (struct opinion){ SAY_BAD, b->gradual ? 75 : 95, 0 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct note *n = history_last(&f->history);
	struct black *b = &f->black;
	uint16_t inner[INNER];
	unsigned dark, spread;
	struct lit lit;

	b->blank = false;
	if (s->contrast == NULL || n == NULL)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	memcpy(inner, n->coarse + EDGE_ROWS * COARSE_W, sizeof(inner));
	sort(inner, INNER);
	lit = lit_cells(n);
	dark = inner[INNER - 1 - TEXT_CELLS];
	spread = dark - inner[INNER * 5 / 100];
	b->dark_q8 = (uint16_t)dark;
	b->spread_q8 = (uint16_t)spread;
	b->blank = s->sample->measures.saturation_q8 <= COLOURED_Q8 &&
		   dark <= DARK_Q8 && spread <= SPREAD_Q8 &&
		   lit.edge <= EDGE_BRIGHT_MOST && lit.rows <= TEXT_ROWS;
	if (s->at_us < f->dark_until_us || f->card)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	if (b->blank)
		return is_black(b, s->at_us);
	watch_dusk(f, s);
	if (s->sample->measures.saturation_q8 > COLOURED_Q8 ||
	    dark * 100 > DARK_Q8 * LEAVE_PERCENT ||
	    spread * 100 > SPREAD_Q8 * LEAVE_PERCENT)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	return (struct opinion){ SAY_NOTHING, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "brightest", f->black.dark_q8, 256);
	evidence_number(e, "spread", f->black.spread_q8, 256);
}

const struct detector detector_black = {
	.name = "black",
	.cause = CAUSE_BLACK,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL,
	.on = 3,
	.off = 2,
	.look = look,
	.tell = tell,
};
