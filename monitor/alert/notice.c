/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are described once, by a walk over the fields that either writes
 * or reads them. */
#include "monitor/alert/notice.h"

#include <stdio.h>
#include <string.h>

#include "common/cursor.h"

#define FORMAT 1

static const char *const kinds[NOTICE_KINDS] = {
	[NOTICE_FIRING] = "firing",
	[NOTICE_REPEAT] = "repeat",
	[NOTICE_ESCALATION] = "escalation",
	[NOTICE_RESOLVED] = "resolved",
	[NOTICE_DIGEST] = "digest",
	[NOTICE_TEST] = "test",
};

static const char *const severities[NOTICE_SEVERITIES] = {
	[NOTICE_LOW] = "low",
	[NOTICE_MEDIUM] = "medium",
	[NOTICE_HIGH] = "high",
	[NOTICE_CRITICAL] = "critical",
};

static const char *const ofs[NOTICE_OFS] = {
	[NOTICE_OF_FEED] = "feed",
	[NOTICE_OF_SITE] = "site",
	[NOTICE_OF_ROOM] = "room",
	[NOTICE_OF_CONSOLE] = "console",
	[NOTICE_OF_OWN] = "own",
};

static const char *
name_of(const char *const *names, unsigned count, unsigned value)
{
	return value > 0 && value < count ? names[value] : "?";
}

const char *
notice_kind_name(unsigned kind)
{
	return name_of(kinds, NOTICE_KINDS, kind);
}

const char *
notice_severity_name(unsigned severity)
{
	return name_of(severities, NOTICE_SEVERITIES, severity);
}

const char *
notice_of_name(unsigned of)
{
	return name_of(ofs, NOTICE_OFS, of);
}

bool
notice_severity_find(const char *word, enum notice_severity *out)
{
	for (unsigned i = 1; i < NOTICE_SEVERITIES; i++) {
		if (strcmp(severities[i], word) != 0)
			continue;
		*out = (enum notice_severity)i;
		return true;
	}
	return false;
}

void
notice_key(const struct notice *n, char out[48])
{
	if (n->alert != 0)
		snprintf(out, 48, "camwarden-%llu",
		    (unsigned long long)n->alert);
	else
		snprintf(out, 48, "camwarden-%s-%lld",
		    n->kind == NOTICE_TEST ? "test" : "digest",
		    (long long)n->id);
}

/* --- bytes */

struct walk {
	struct writer *w; /* writing when not NULL */
	struct reader *r;
};

static void
f_u64(struct walk *k, uint64_t *v)
{
	if (k->w != NULL)
		writer_le64(k->w, *v);
	else
		*v = reader_le64(k->r);
}

static void
f_time(struct walk *k, int64_t *v)
{
	uint64_t u = (uint64_t)*v;

	f_u64(k, &u);
	*v = (int64_t)u;
}

static void
f_u32(struct walk *k, uint32_t *v)
{
	if (k->w != NULL)
		writer_le32(k->w, *v);
	else
		*v = reader_le32(k->r);
}

/* A small number below `most`. */
static unsigned
f_small(struct walk *k, unsigned v, unsigned most)
{
	if (k->w != NULL)
		writer_u8(k->w, (uint8_t)v);
	else
		v = reader_u8(k->r);
	if (v >= most && k->r != NULL)
		k->r->bad = true;
	return v;
}

static void
f_text(struct walk *k, char *text, size_t size)
{
	if (k->w != NULL)
		writer_string(k->w, text);
	else
		reader_string(k->r, text, size);
}

/* How many of an array follow. */
static void
f_count(struct walk *k, uint32_t *count, uint32_t most)
{
	f_u32(k, count);
	if (*count > most && k->r != NULL)
		k->r->bad = true;
	if (*count > most)
		*count = 0;
}

#define TEXT(k, field) f_text(k, field, sizeof(field))
#define SMALL(k, field, type, most)                                            \
	((field) = (type)f_small(k, (unsigned)(field), most))

static void
walk_item(struct walk *k, struct notice_item *i)
{
	f_u64(k, &i->alert);
	SMALL(k, i->severity, enum notice_severity, NOTICE_SEVERITIES);
	SMALL(k, i->cause, enum cause, CAUSE_COUNT);
	SMALL(k, i->over, bool, 2);
	f_time(k, &i->since_utc);
	TEXT(k, i->place);
}

static void
walk_alert(struct walk *k, struct notice *n)
{
	SMALL(k, n->of, enum notice_of, NOTICE_OFS);
	TEXT(k, n->place);
	TEXT(k, n->site);
	TEXT(k, n->zone);
	TEXT(k, n->contact);
	TEXT(k, n->feed);
	SMALL(k, n->criticality, uint8_t, 256);
	f_time(k, &n->incident);
	SMALL(k, n->cause, enum cause, CAUSE_COUNT);
	TEXT(k, n->text);
	f_time(k, &n->since_utc);
	f_time(k, &n->at_utc);
	f_time(k, &n->over_utc);
	f_u32(k, &n->turns);
	f_u32(k, &n->repeats);
	TEXT(k, n->acknowledged_by);
	f_time(k, &n->picture);
	f_u32(k, &n->feeds);
	f_count(k, &n->feed_count, NOTICE_FEEDS);
	for (uint32_t i = 0; i < n->feed_count; i++)
		TEXT(k, n->feed_names[i]);
}

static void
walk_notice(struct walk *k, struct notice *n)
{
	if (f_small(k, FORMAT, 256) != FORMAT)
		k->r->bad = true;
	f_u64(k, &n->alert);
	f_u32(k, &n->sequence);
	SMALL(k, n->kind, enum notice_kind, NOTICE_KINDS);
	SMALL(k, n->severity, enum notice_severity, NOTICE_SEVERITIES);
	TEXT(k, n->to);
	TEXT(k, n->rule);
	f_time(k, &n->made_utc);
	walk_alert(k, n);
	f_u32(k, &n->open);
	f_u32(k, &n->over);
	f_count(k, &n->item_count, NOTICE_ITEMS);
	for (uint32_t i = 0; i < n->item_count; i++)
		walk_item(k, &n->items[i]);
	f_u32(k, &n->held_back);
	TEXT(k, n->url);
}

size_t
notice_write(const struct notice *n, void *out, size_t size)
{
	struct writer w = writer_of(out, size);
	struct walk k = { .w = &w };

	walk_notice(&k, (struct notice *)n); /* writing changes nothing */
	return w.bad ? 0 : writer_length(&w);
}

bool
notice_read(struct notice *out, const void *bytes, size_t length)
{
	struct reader r = reader_of(bytes, length);
	struct walk k = { .r = &r };

	memset(out, 0, sizeof(*out));
	walk_notice(&k, out);
	return reader_done(&r) && out->kind != 0;
}
