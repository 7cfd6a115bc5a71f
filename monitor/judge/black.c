/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Black: nothing but dark, evenly. Means of 1/200 of the picture are used, so
 * that sensor noise (which a dark camera amplifies) averages out; the rows at
 * the top and the bottom, where text is drawn, may hold anything small. A
 * night scene is dark too, but not evenly.
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
#define LEAVE_PERCENT 150u /* clears only above this of the limits */

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

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct note *n = history_last(&f->history);
	uint16_t inner[INNER];
	unsigned dark, spread;
	struct lit lit;

	if (s->contrast == NULL || n == NULL)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	if (s->at_us < f->dark_until_us ||
	    s->sample->measures.saturation_q8 > COLOURED_Q8)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	memcpy(inner, n->coarse + EDGE_ROWS * COARSE_W, sizeof(inner));
	sort(inner, INNER);
	lit = lit_cells(n);
	dark = inner[INNER - 1 - TEXT_CELLS];
	spread = dark - inner[INNER * 5 / 100];
	f->dark_q8 = (uint16_t)dark;
	f->dark_spread_q8 = (uint16_t)spread;
	if (dark <= DARK_Q8 && spread <= SPREAD_Q8 &&
	    lit.edge <= EDGE_BRIGHT_MOST && lit.rows <= TEXT_ROWS)
		return (struct opinion){ SAY_BAD, 95, 0 };
	if (dark * 100 > DARK_Q8 * LEAVE_PERCENT ||
	    spread * 100 > SPREAD_Q8 * LEAVE_PERCENT)
		return (struct opinion){ SAY_GOOD, 0, 0 };
	return (struct opinion){ SAY_NOTHING, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "brightest", f->dark_q8, 256);
	evidence_number(e, "spread", f->dark_spread_q8, 256);
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
