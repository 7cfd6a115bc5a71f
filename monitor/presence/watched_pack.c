/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day of a feed in bytes: version, 24 bits of the hours that are there, then
 * each of those: a tag (bits 0..4: the classes that are not zero; FULL; WHOLE),
 * the hour's total unless FULL, all classes of it but the last, the moments of
 * `sure` if anything was watched, those of `maybe` unless they follow from the
 * rest. Numbers are LEB128. Most hours of most feeds are a single byte. */
#include <string.h>

#include "monitor/presence/watched.h"

#define VERSION 1
#define FULL 0x20  /* the total is an hour */
#define WHOLE 0x40 /* maybe is from the start to the total, without a gap */
#define HOUR ((uint32_t)WATCHED_HOUR_US)

static uint8_t *
put(uint8_t *p, uint32_t v)
{
	for (; v > 0x7f; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
put_moments(uint8_t *p, const struct watched_moments *m)
{
	p = put(p, m->first_us);
	p = put(p, m->last_us - m->first_us);
	p = put(p, m->gap_us);
	return m->gap_us ? put(p, m->gap_at_us) : p;
}

static uint32_t
total_of(const struct watched_hour *h)
{
	uint32_t total = 0;
	unsigned i;

	for (i = 0; i < WATCHED_COUNT; i++)
		total += h->us[i];
	return total;
}

static bool
is_whole(const struct watched_hour *h, uint32_t total)
{
	return h->maybe.first_us == 0 && h->maybe.last_us == total &&
	       h->maybe.gap_us == 0;
}

static uint8_t *
put_hour(uint8_t *p, const struct watched_hour *h)
{
	uint32_t total = total_of(h), left = total;
	uint8_t *tag = p++;
	unsigned i;

	*tag = total == HOUR ? FULL : 0;
	if (total != HOUR)
		p = put(p, total);
	for (i = 0; i < WATCHED_COUNT; i++) {
		if (!h->us[i])
			continue;
		*tag |= (uint8_t)(1u << i);
		left -= h->us[i];
		if (left)
			p = put(p, h->us[i]);
	}
	if (h->us[WATCHED_WATCHED])
		p = put_moments(p, &h->sure);
	if (!h->us[WATCHED_UNKNOWN])
		return p; /* maybe is sure */
	if (is_whole(h, total))
		*tag |= WHOLE;
	else
		p = put_moments(p, &h->maybe);
	return p;
}

size_t
watched_pack(const struct watched_day *day, uint8_t *out)
{
	uint8_t *p = out;
	unsigned i;

	*p++ = VERSION;
	*p++ = (uint8_t)day->present;
	*p++ = (uint8_t)(day->present >> 8);
	*p++ = (uint8_t)(day->present >> 16);
	for (i = 0; i < WATCHED_DAY_HOURS; i++) {
		if (day->present >> i & 1)
			p = put_hour(p, &day->hours[i]);
	}
	return (size_t)(p - out);
}

struct source {
	const uint8_t *p, *end;
	bool bad;
};

/* A number of at most an hour. */
static uint32_t
get(struct source *s)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 35 && s->p < s->end; shift += 7) {
		uint8_t b = *s->p++;

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			s->bad |= v > HOUR;
			return s->bad ? 0 : (uint32_t)v;
		}
	}
	s->bad = true;
	return 0;
}

static void
get_moments(struct source *s, struct watched_moments *m)
{
	m->first_us = get(s);
	m->last_us = m->first_us + get(s);
	m->gap_us = get(s);
	m->gap_at_us = m->gap_us ? get(s) : 0;
	s->bad |= m->last_us > HOUR || m->last_us <= m->first_us ||
		  (m->gap_us && (m->gap_at_us <= m->first_us ||
				    m->gap_us >= m->last_us - m->first_us ||
				    m->gap_at_us >= m->last_us - m->gap_us));
}

static void
get_classes(struct source *s, uint8_t tag, uint32_t total,
    struct watched_hour *h)
{
	uint32_t left = total;
	unsigned i;

	for (i = 0; i < WATCHED_COUNT; i++) {
		bool last = !(tag >> (i + 1) & (0x1f >> (i + 1)));

		if (!(tag >> i & 1))
			continue;
		h->us[i] = last ? left : get(s);
		s->bad |= h->us[i] == 0 || h->us[i] > left;
		left -= s->bad ? 0 : h->us[i];
	}
	s->bad |= left != 0;
}

static void
get_hour(struct source *s, struct watched_hour *h)
{
	static const struct watched_moments never = { UINT32_MAX, UINT32_MAX, 0,
		0 };
	uint8_t tag = s->p < s->end ? *s->p++ : 0x80;
	uint32_t total;

	s->bad |= tag & 0x80;
	total = tag & FULL ? HOUR : get(s);
	get_classes(s, tag, total, h);
	h->sure = h->maybe = never;
	if (h->us[WATCHED_WATCHED])
		get_moments(s, &h->sure);
	if (!h->us[WATCHED_UNKNOWN]) {
		h->maybe = h->sure;
		s->bad |= (tag & WHOLE) != 0;
	} else if (tag & WHOLE) {
		h->maybe = (struct watched_moments){ 0, total, 0, 0 };
	} else {
		get_moments(s, &h->maybe);
	}
}

bool
watched_unpack(const uint8_t *bytes, size_t length, struct watched_day *out)
{
	struct source s = { bytes, bytes + length, false };
	unsigned i;

	memset(out, 0, sizeof(*out));
	if (length < 4 || bytes[0] != VERSION)
		return false;
	out->present = (uint32_t)bytes[1] | (uint32_t)bytes[2] << 8 |
		       (uint32_t)bytes[3] << 16;
	s.p += 4;
	for (i = 0; i < WATCHED_DAY_HOURS && !s.bad; i++) {
		if (out->present >> i & 1)
			get_hour(&s, &out->hours[i]);
	}
	if (s.bad || s.p != s.end) {
		out->present = 0;
		return false;
	}
	return true;
}
