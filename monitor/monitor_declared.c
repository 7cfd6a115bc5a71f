/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the inventory declares of feeds, told to the judge; and what the judge
 * has learned of them, kept in the store. Both go round the feeds, a few each
 * second, so that no second has all of them. */
#include "monitor/monitor_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/zones.h"

#define DECLARE_S 60u			/* one round */
#define DECLARED_US (150 * US_PER_S)	/* what is told holds so long */
#define SAVE_LEAST_S 300u		/* one round of saving, at least, .. */
#define SAVE_BYTES_A_SECOND (64u << 10) /* .. and no more than this written */
#define SAVE_MOST_AT_END (64u << 20)
#define SAVED_NOW_US (30 * US_PER_S) /* not again at the end */

/* --- time zones of sites */

const struct zone *
monitor_zone(struct monitor *m, const char *name)
{
	const struct zone *zone;
	bool unknown = false;

	if (m->zones == NULL)
		m->zones = zones_new();
	if (m->zones == NULL)
		return NULL;
	zone = zones_find(m->zones, name, &unknown);
	if (unknown)
		log_warn("monitor", "time zone \"%s\" is not known here: UTC",
		    name);
	return zone;
}

void
monitor_zones_free(struct monitor *m)
{
	zones_free(&m->zones);
}

/* --- declared */

void
monitor_declare(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	struct annotation a = { .from_us = now_us,
		.to_us = now_us + DECLARED_US };
	int64_t left;

	if (f->ptz) {
		a.kind = ANNOTATION_PTZ_MOVING;
		judge_on_annotation(f->judge, &a, now_us);
	}
	if (f->dark.count == 0)
		return;
	left = 60 * US_PER_S *
	       (int64_t)dark_hours_left(&f->dark,
		   zone_minute(f->zone, monitor_utc(m, now_us)));
	if (left < DECLARED_US)
		a.to_us = now_us + left;
	a.kind = ANNOTATION_DARK_HOURS;
	if (left > 0)
		judge_on_annotation(f->judge, &a, now_us);
}

/* --- learned */

size_t
monitor_judge_save(const struct watched_feed *f, void *out, size_t size)
{
	return (f->no_picture ? judge_save_unseen : judge_save)(f->judge, out,
	    size);
}

/* FNV-1a: what has not changed is not written again. */
static uint64_t
print_of(const uint8_t *p, size_t n)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

/* Bytes posted. */
static size_t
save(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	static uint8_t bytes[JUDGE_SAVE_BYTES];
	size_t n = monitor_judge_save(f, bytes, sizeof(bytes));
	uint64_t print = print_of(bytes, n);

	if (n == 0 || print == f->saved_print ||
	    !store_learned(m->store, f->id, STORE_LEARNED_JUDGE, bytes, n))
		return 0;
	f->saved_print = print;
	f->saved_us = now_us;
	return n;
}

static uint32_t
save_round_s(const struct monitor *m)
{
	uint64_t s =
	    (uint64_t)m->feed_count * JUDGE_SAVE_BYTES / SAVE_BYTES_A_SECOND;

	return s > SAVE_LEAST_S ? (uint32_t)s : SAVE_LEAST_S;
}

/* The next few of a round over all feeds that takes round_s seconds. */
static uint32_t
share(const struct monitor *m, uint32_t *next, uint32_t round_s,
    uint32_t *first_out)
{
	uint32_t n = m->feed_count / round_s + 1;

	if (*next >= m->feed_count)
		*next = 0;
	*first_out = *next;
	if (n > m->feed_count - *next)
		n = m->feed_count - *next;
	*next += n;
	return n;
}

void
monitor_declared_second(struct monitor *m, int64_t now_us)
{
	uint32_t first, n;

	n = share(m, &m->next_declared, DECLARE_S, &first);
	for (uint32_t i = first; i < first + n; i++)
		monitor_declare(m, m->feeds[m->order[i]], now_us);
	n = share(m, &m->next_saved, save_round_s(m), &first);
	for (uint32_t i = first; i < first + n; i++)
		save(m, m->feeds[m->order[i]], now_us);
}

void
monitor_learned_save_all(struct monitor *m, int64_t now_us)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < m->feed_count && bytes < SAVE_MOST_AT_END;
	     i++) {
		struct watched_feed *f = m->feeds[m->order[i]];

		if (f->saved_us == 0 || now_us - f->saved_us > SAVED_NOW_US)
			bytes += save(m, f, now_us);
	}
}
