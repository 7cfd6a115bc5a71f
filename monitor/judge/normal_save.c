/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normal as bytes. Only what was in use is kept: what was seen before the
 * feed showed life is nothing yet. */
#include <string.h>

#include "monitor/judge/normal.h"

static void
put_sharp(struct writer *w, const struct sharpness *s)
{
	writer_le16(w, s->width);
	writer_le16(w, s->height);
	writer_le16(w, s->noise_q8);
	writer_le16(w, s->seam_q8);
	writer_le16(w, s->seen);
	for (unsigned z = 0; z < ZONES; z++)
		writer_le16(w, s->zone[z]);
}

static void
get_sharp(struct reader *r, struct sharpness *s)
{
	s->width = reader_le16(r);
	s->height = reader_le16(r);
	s->noise_q8 = reader_le16(r);
	s->seam_q8 = reader_le16(r);
	s->seen = reader_le16(r);
	for (unsigned z = 0; z < ZONES; z++)
		s->zone[z] = reader_le16(r);
}

static void
put_marks(struct writer *w, const struct marks *k)
{
	writer_le16(w, k->seen);
	writer_le16(w, k->energy);
	writer_bytes(w, k->at, sizeof(k->at));
	for (unsigned z = 0; z < ZONES; z++)
		writer_le16(w, (uint16_t)k->step[z]);
}

static bool
get_marks(struct reader *r, struct marks *k)
{
	k->seen = reader_le16(r);
	k->energy = reader_le16(r);
	reader_bytes(r, k->at, sizeof(k->at));
	for (unsigned z = 0; z < ZONES; z++)
		k->step[z] = (int16_t)reader_le16(r);
	return k->seen == 0 || marks_valid(k);
}

static void
put_mode(struct writer *w, const struct mode *m)
{
	writer_le16(w, m->seen);
	if (m->seen == 0)
		return;
	writer_le16(w, m->colour);
	put_sharp(w, &m->sharp);
	put_marks(w, &m->marks);
	writer_bytes(w, m->agree, sizeof(m->agree));
	writer_bytes(w, m->luma, sizeof(m->luma));
}

/* False: what save never wrote. */
static bool
get_mode(struct reader *r, struct mode *m)
{
	m->seen = reader_le16(r);
	if (m->seen == 0)
		return true;
	m->colour = reader_le16(r);
	get_sharp(r, &m->sharp);
	if (!get_marks(r, &m->marks))
		return false;
	reader_bytes(r, m->agree, sizeof(m->agree));
	reader_bytes(r, m->luma, sizeof(m->luma));
	for (unsigned z = 0; z < ZONES; z++)
		if (m->agree[z] > 100)
			return false;
	return m->seen >= NORMAL_SEEN;
}

static bool
get_pinned(struct reader *r, struct pinned *p)
{
	uint8_t kind = reader_u8(r);

	if (kind == 0)
		return true;
	p->set = true;
	p->approved = kind == 2;
	p->at_us = -1;
	get_sharp(r, &p->sharp);
	reader_bytes(r, p->luma, sizeof(p->luma));
	return kind <= 2;
}

void
normal_save(const struct normal *n, struct writer *w)
{
	const struct pinned *p = &n->pinned;
	unsigned in_force = n->proven ? n->in_force : 0;

	writer_u8(w, (uint8_t)in_force);
	for (unsigned i = 0; i < 2; i++) {
		if (n->proven && n->mode[i].seen >= NORMAL_SEEN)
			put_mode(w, &n->mode[i]);
		else
			writer_le16(w, 0);
	}
	writer_u8(w, !p->set ? 0 : p->approved ? 2 : 1);
	if (!p->set)
		return;
	put_sharp(w, &p->sharp);
	writer_bytes(w, p->luma, sizeof(p->luma));
}

/* The big struct is filled in place: it was empty before. */
bool
normal_restore(struct normal *n, struct reader *r)
{
	bool good;

	memset(n, 0, sizeof(*n));
	n->in_force = reader_u8(r);
	good = get_mode(r, &n->mode[0]) && get_mode(r, &n->mode[1]) &&
	       get_pinned(r, &n->pinned) && n->in_force <= 1 && !r->bad;
	if (!good) {
		memset(n, 0, sizeof(*n));
		return false;
	}
	n->proven = n->mode[n->in_force].seen > 0;
	return true;
}
