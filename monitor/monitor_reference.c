/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What feeds shall look like, as people approve it: the judge pins what it
 * knows of a feed now, the store keeps that with its actor and reason, and the
 * next picture is kept beside it for people to see. */
#include "monitor/monitor_parts.h"
#include "monitor/monitor_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/site.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/reference.h"

#define LINES_SHOWN 200u
#define AT_ONCE 64u /* feeds whose picture is asked for at once */
#define BIT(cause) (1ull << (cause))

/* What may be the new truth: a person says so. The judge pins nothing else. */
#define MAY_BE_MEANT                                                           \
	(BIT(CAUSE_BLURRED) | BIT(CAUSE_MOVED) | BIT(CAUSE_COLOUR_CAST))

/* One request: many feeds, each with an operation of its own. */
struct approval {
	monitor_answer_fn *answer;
	void *arg;
	struct monitor *m;
	const struct monitor_reference *what; /* until all are posted */
	const struct monitor_actor *who;
	struct monitor_answer result;
	char *text; /* owned */
	size_t text_length;
	FILE *lines;
	uint32_t said;
	uint32_t waiting; /* operations on their way, and one for the posting */
};

/* An operation of it, for one feed. */
struct approved {
	struct approval *of;
	uint32_t feed;
	int64_t id; /* of the feed: its number may be another's by now */
	bool clear;
	int64_t utc;
};

static void
say(struct approval *a, const struct watched_feed *f, const char *why,
    const char *more)
{
	a->result.unchanged++;
	if (a->said++ == LINES_SHOWN)
		fputs("... and more\n", a->lines);
	if (a->said > LINES_SHOWN)
		return;
	fprintf(a->lines, "%s%s%s: %s%s\n", f->site, f->site[0] ? "/" : "",
	    f->name, why, more);
}

static void
conclude(struct approval *a)
{
	if (--a->waiting > 0)
		return;
	fclose(a->lines);
	a->result.text = a->text != NULL ? a->text : "";
	a->answer(a->arg, &a->result);
	free(a->text);
	free(a);
}

static void
on_stored(void *arg, const struct store_result *r)
{
	struct approved *p = arg;
	struct approval *a = p->of;
	struct watched_feed *f =
	    a->m->feeds != NULL ? a->m->feeds[p->feed] : NULL;

	if (f != NULL && f->id != p->id)
		f = NULL;
	if (!r->ok) {
		a->result.ok = false;
		a->result.later = r->later;
		if (f != NULL)
			say(a, f, "", r->error);
	} else {
		a->result.changed++;
	}
	if (r->ok && f != NULL && !a->m->stopping) {
		f->reference_utc = p->clear ? 0 : p->utc;
		monitor_row_changed(a->m, f, false);
	}
	free(p);
	conclude(a);
}

/* NULL, or why what the feed shows now can't be what it shall show. */
static const char *
unfit(const struct watched_feed *f)
{
	const struct verdict *v = judge_verdict(f->judge);

	if (v->state == STATE_UP)
		return NULL;
	for (unsigned c = 1; c < CAUSE_COUNT; c++)
		if (v->causes >> c & 1 && !(MAY_BE_MEANT >> c & 1) &&
		    !cause_is_stream((enum cause)c))
			return cause_name((enum cause)c);
	return NULL;
}

bool
monitor_reference_fits(const struct watched_feed *f)
{
	return f->phase == PHASE_FLOWING && unfit(f) == NULL;
}

static bool
post(struct monitor *m, struct watched_feed *f, bool clear,
    const struct monitor_actor *who, int64_t now_us,
    const struct store_done *done)
{
	static uint8_t bytes[JUDGE_SAVE_BYTES];
	const struct store_reference op = { .feed = f->id,
		.clear = clear,
		.at_us = now_us,
		.actor = who->actor,
		.reason = who->reason,
		.judge = bytes,
		.judge_length = monitor_judge_save(f, bytes, sizeof(bytes)) };

	return op.judge_length > 0 && store_reference(m->store, &op, done);
}

static void
post_counted(struct approval *a, struct watched_feed *f, int64_t now_us)
{
	struct approved *p = malloc(sizeof(*p));
	const struct store_done done = { on_stored, p };

	if (p == NULL) {
		say(a, f, "memory is out", "");
		return;
	}
	*p = (struct approved){ .of = a,
		.feed = f->number,
		.id = f->id,
		.clear = a->what->clear,
		.utc = monitor_utc(a->m, now_us) };
	a->waiting++;
	if (post(a->m, f, a->what->clear, a->who, now_us, &done))
		return;
	a->waiting--;
	a->result.ok = false;
	free(p);
	say(a, f, "the database can't keep up: try again in a minute", "");
}

static void
approve(struct approval *a, struct watched_feed *f, int64_t now_us)
{
	const char *cause = unfit(f);

	if (f->no_picture) {
		say(a, f, "no picture of it may be kept", "");
		return;
	}
	if (cause != NULL) {
		say(a, f, "it can't be approved now: ", cause);
		return;
	}
	if (!judge_reference_set(f->judge, now_us)) {
		say(a, f,
		    "this picture of it is not known well enough yet; try "
		    "again in a few minutes",
		    "");
		return;
	}
	post_counted(a, f, now_us);
	f->wanted |= PICTURE_REFERENCE;
}

static void
clear(struct approval *a, struct watched_feed *f, int64_t now_us)
{
	if (f->reference_utc == 0 && judge_reference_us(f->judge) == 0) {
		a->result.unchanged++;
		return;
	}
	judge_reference_clear(f->judge);
	f->wanted &= ~PICTURE_REFERENCE;
	f->asked_for &= ~PICTURE_REFERENCE;
	post_counted(a, f, now_us);
}

void
monitor_reference_drop(struct monitor *m, struct watched_feed *f,
    const char *why)
{
	static const struct monitor_actor nobody = { "monitor", "" };
	struct monitor_actor who = nobody;

	if (f->reference_utc == 0)
		return;
	who.reason = why;
	log_warn("monitor", "name=\"%s/%s\" its reference is lost: %s", f->site,
	    f->name, why);
	judge_reference_clear(f->judge);
	f->reference_utc = 0;
	f->wanted &= ~PICTURE_REFERENCE;
	post(m, f, true, &who, clock_mono_us(), NULL);
}

/* --- which feeds are meant */

static bool
feed_is(const struct watched_feed *f, const char *name, size_t n)
{
	size_t site = strlen(f->site);

	if (site > 0 && (n <= site || memcmp(f->site, name, site) != 0 ||
			    name[site] != '/'))
		return false;
	if (site > 0) {
		name += site + 1;
		n -= site + 1;
	}
	return strlen(f->name) == n && memcmp(f->name, name, n) == 0;
}

static struct watched_feed *
feed_named(const struct monitor *m, const char *name, size_t n)
{
	char text[37];
	uint8_t uuid[16];

	if (n == 36) {
		memcpy(text, name, n);
		text[n] = '\0';
		if (inventory_uuid_parse(text, uuid))
			return monitor_feed_find(m, uuid);
	}
	for (uint32_t i = 0; i < m->feed_count; i++)
		if (feed_is(m->feeds[m->order[i]], name, n))
			return m->feeds[m->order[i]];
	return NULL;
}

static bool
within_site(const struct watched_feed *f, const char *site)
{
	return site[0] != '\0' && site_within(f->site, site);
}

/* Marks them; NULL, or what is wrong with the request. */
static const char *
select_feeds(const struct monitor *m, const struct monitor_reference *what,
    uint8_t *chosen, uint32_t *count_out)
{
	const char *p = what->feeds, *end = p + what->length;
	uint32_t count = 0;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop != NULL ? stop : end) - p);
		const struct watched_feed *f =
		    n > 0 ? feed_named(m, p, n) : NULL;

		if (n > 0 && f == NULL)
			return "no such feed is watched: ";
		if (f != NULL)
			chosen[f->number] = 1;
		p += n + 1;
	}
	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		if (what->all || within_site(f, what->site))
			chosen[f->number] = 1;
		count += chosen[f->number];
	}
	*count_out = count;
	return count > 0 ? NULL : "no feed is meant";
}

/* The name that names nothing, for its message. */
static void
first_unknown(const struct monitor *m, const struct monitor_reference *what,
    char *out, size_t size)
{
	const char *p = what->feeds, *end = p + what->length;

	out[0] = '\0';
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop != NULL ? stop : end) - p);

		if (n > 0 && feed_named(m, p, n) == NULL) {
			snprintf(out, size, "%.*s", n < 200 ? (int)n : 200, p);
			return;
		}
		p += n + 1;
	}
}

static void
refuse(struct approval *a, const char *why)
{
	char name[256];

	first_unknown(a->m, a->what, name, sizeof(name));
	a->result.ok = false;
	fprintf(a->lines, "%s%s\n", why, name);
	conclude(a);
}

static void
run(struct approval *a, const uint8_t *chosen, uint32_t count)
{
	struct monitor *m = a->m;
	int64_t now = clock_mono_us();

	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];

		if (!chosen[f->number])
			continue;
		(a->what->clear ? clear : approve)(a, f, now);
		if ((f->wanted & PICTURE_REFERENCE) && count <= AT_ONCE) {
			f->resample = true;
			deadlines_set(&m->deadlines, f->number, now);
		}
	}
	monitor_timer_soon(m);
	conclude(a);
}

void
monitor_reference(struct monitor *m, const struct monitor_reference *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg)
{
	struct approval *a = calloc(1, sizeof(*a));
	uint8_t *chosen = calloc(LIMIT_FEEDS, 1);
	const char *why = NULL;
	uint32_t count;

	if (a != NULL)
		a->lines = open_memstream(&a->text, &a->text_length);
	if (a == NULL || chosen == NULL || a->lines == NULL) {
		free(a);
		free(chosen);
		monitor_answer_later(answer, arg, "memory is out");
		return;
	}
	a->answer = answer;
	a->arg = arg;
	a->m = m;
	a->what = what;
	a->who = who;
	a->waiting = 1;
	a->result.ok = true;
	why = select_feeds(m, what, chosen, &count);
	if (why != NULL)
		refuse(a, why);
	else
		run(a, chosen, count);
	free(chosen);
}

/* --- at the start */

static bool
take_reference(void *arg, const struct store_reference_row *row)
{
	struct monitor *m = arg;
	struct watched_feed *f = monitor_feed_of_id(m, row->feed);

	if (f == NULL || row->utc == 0)
		return true;
	f->reference_utc = row->utc;
	if (row->picture_utc == 0)
		f->wanted |= PICTURE_REFERENCE;
	if (judge_reference_us(f->judge) == 0)
		monitor_reference_drop(m, f,
		    "this version can't read what was pinned");
	return true;
}

bool
monitor_references_load(struct monitor *m)
{
	return store_read_references(m->reader, NULL, take_reference, m);
}
