/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lines tell: changes by people, the monitor's own gaps, its clock, and
 * how far the record is witnessed. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "monitor/report/gather_parts.h"

/* --- a line's words */

static const char *
word_of(const json_t *body, const char *key)
{
	const char *text = json_string_value(json_object_get(body, key));

	return text != NULL ? text : "";
}

/* What it was done to. */
static const char *
what_of(const json_t *body)
{
	static const char *const keys[] = { "what", "name", "site", "device",
		"screen", "console", "room", "pattern", "shift", "user", "tag",
		"feed", "text" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = word_of(body, keys[i]);

		if (text[0] != '\0')
			return text;
	}
	return "";
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The monitor's own daily lines, which are no change. */
static bool
routine(const char *kind)
{
	static const char *const own[] = { "store.", "monitor.", "epoch",
		"report", "ledger.", "delivery" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (begins(kind, own[i]))
			return true;
	return false;
}

static void
change_add(struct gather *g, const struct store_deed_row *row,
    const json_t *body)
{
	struct report_change *list = g->w->changes.items;
	struct report_change *last =
	    g->w->changes.count > 0 ? &list[g->w->changes.count - 1] : NULL;
	const char *reason = word_of(body, "reason"), *what = what_of(body);
	struct report_change *c;

	/* An import of thousands is one change. */
	if (last != NULL && strcmp(last->kind, row->kind) == 0 &&
	    strcmp(last->actor, row->actor) == 0 &&
	    strcmp(last->reason, reason) == 0 &&
	    last->expired == row->expired) {
		last->count++;
		return;
	}
	c = keep_more(g->keep, &g->w->changes, sizeof(*c));
	if (c == NULL)
		return;
	*c = (struct report_change){ .seq = row->seq,
		.utc = row->utc,
		.kind = keep_text(g->keep, row->kind),
		.actor = keep_text(g->keep, row->actor),
		.what = keep_text(g->keep, what),
		.reason = keep_text(g->keep, reason),
		.count = 1,
		.expired = row->expired };
}

static void
gap_add(struct gather *g, enum report_gap_kind kind, int64_t from, int64_t to,
    const char *why)
{
	struct report_gap *gap = keep_more(g->keep, &g->w->gaps, sizeof(*gap));

	if (gap != NULL)
		*gap = (struct report_gap){ .kind = kind,
			.from_utc = from,
			.to_utc = to,
			.why = keep_text(g->keep, why) };
}

static int64_t
number_of(const json_t *body, const char *key)
{
	return json_integer_value(json_object_get(body, key));
}

static void
clock_add(struct gather *g, const struct store_deed_row *row,
    const json_t *body)
{
	struct report_clock *c = keep_more(g->keep, &g->w->clocks, sizeof(*c));

	if (c == NULL)
		return;
	*c = (struct report_clock){ .utc = row->utc,
		.synchronised =
		    json_is_true(json_object_get(body, "synchronised")),
		.offset_us = number_of(body, "offset_us"),
		.error_us = number_of(body, "error_us"),
		.text = keep_text(g->keep, word_of(body, "text")) };
}

static bool
clock_row(void *arg, const struct store_deed_row *row)
{
	json_t *body = json_loads(row->body, 0, NULL);

	clock_add(arg, row, body);
	json_decref(body);
	return true;
}

static bool
line_row(void *arg, const struct store_deed_row *row)
{
	struct gather *g = arg;
	json_t *body = json_loads(row->body, 0, NULL);

	if (begins(row->kind, "clock."))
		clock_add(g, row, body);
	else if (strcmp(row->kind, "store.gap") == 0)
		gap_add(g, GAP_STORE, number_of(body, "from"),
		    number_of(body, "to"), "nothing could be written");
	else if (strcmp(row->kind, "store.lost") == 0)
		gap_add(g, GAP_STORE, row->utc, row->utc,
		    "verdicts found no room");
	else if (!routine(row->kind))
		change_add(g, row, body);
	json_decref(body);
	return !g->keep->failed;
}

/* --- epochs: off, stepped */

struct steps {
	struct gather *g;
	int64_t end; /* of the epoch before */
	bool some;
};

static bool
epoch_row(void *arg, const struct store_epoch_row *row)
{
	struct steps *x = arg;
	struct gather *g = x->g;
	bool off = strcmp(row->reason, "monitor-off") == 0;
	bool step = !off && strcmp(row->reason, "start") != 0;

	if (off && row->end_utc > g->from && row->start_utc < g->to &&
	    row->start_utc != g->stand.heartbeat_utc)
		gap_add(g, GAP_OFF,
		    row->start_utc > g->from ? row->start_utc : g->from,
		    row->end_utc < g->to ? row->end_utc : g->to, row->reason);
	if (step && row->start_utc >= g->from && row->start_utc < g->to)
		gap_add(g, GAP_STEP, x->some ? x->end : row->start_utc,
		    row->start_utc, row->reason);
	x->end = row->end_utc;
	x->some = true;
	return !g->keep->failed;
}

/* --- blind: feeds' stretches, joined by cause */

static int
by_cause_start(const void *a, const void *b)
{
	const struct blind *x = a, *y = b;

	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

/* Most of them at once: among those of one joined stretch, begins and ends in
 * order of time. */
static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t
most_at_once(struct gather *g, const struct blind *b, uint32_t count)
{
	int64_t *ends = malloc(count * sizeof(*ends));
	uint32_t most = 0, over = 0;

	if (ends == NULL) {
		g->keep->failed = true;
		return 0;
	}
	for (uint32_t i = 0; i < count; i++)
		ends[i] = b[i].end_us;
	qsort(ends, count, sizeof(*ends), by_number);
	for (uint32_t i = 0; i < count; i++) {
		while (over < count && ends[over] <= b[i].start_us)
			over++;
		if (i + 1 - over > most)
			most = i + 1 - over;
	}
	free(ends);
	return most;
}

static void
blind_join(struct gather *g)
{
	struct blind *b = g->blind.items;
	uint32_t count = g->blind.count;

	if (count > 1)
		qsort(b, count, sizeof(*b), by_cause_start);
	for (uint32_t i = 0, next; i < count; i = next) {
		int64_t end = b[i].end_us;

		for (next = i + 1;
		     next < count && b[next].cause == b[i].cause &&
		     b[next].start_us <= end;
		     next++)
			if (b[next].end_us > end)
				end = b[next].end_us;
		gap_add(g, GAP_BLIND, b[i].start_us, end,
		    cause_name(b[i].cause));
		if (g->keep->failed)
			return;
		struct report_gap *gap = (struct report_gap *)g->w->gaps.items +
					 g->w->gaps.count - 1;

		gap->cause = b[i].cause;
		gap->feeds = most_at_once(g, b + i, next - i);
	}
}

static int
by_from(const void *a, const void *b)
{
	const struct report_gap *x = a, *y = b;

	if (x->from_utc != y->from_utc)
		return x->from_utc < y->from_utc ? -1 : 1;
	return x->kind != y->kind ? (int)x->kind - (int)y->kind
				  : (int)x->cause - (int)y->cause;
}

bool
gather_lines(struct gather *g)
{
	struct steps steps = { .g = g };
	int64_t tail = g->stand.heartbeat_utc;

	if (!store_read_deed_before(g->r, &g->stand, "clock.*", g->from,
		clock_row, g) ||
	    !store_read_deeds(g->r, &g->stand, g->from, g->to, line_row, g) ||
	    !store_read_epochs(g->r, &g->stand, g->from - 1, g->to, epoch_row,
		&steps))
		return false;
	/* No monitor ran: then nobody had written so yet. */
	if (tail < g->stand.as_of_utc && tail < g->to)
		gap_add(g, GAP_OFF, tail > g->from ? tail : g->from, g->to,
		    "monitor-off");
	blind_join(g);
	if (g->w->gaps.count > 1)
		qsort(g->w->gaps.items, g->w->gaps.count,
		    sizeof(struct report_gap), by_from);
	return !g->keep->failed;
}

/* --- the ledger */

static void
witness_row(void *arg, const struct store_witness_row *row)
{
	struct gather *g = arg;
	struct report_ledger *l = &g->w->report.ledger;
	char
	    text[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];

	/* enum store_witness_kind */
	static const char *const kinds[] = { "", "http", "syslog", "mail",
		"file" };

	l->checkpoint_utc = row->checkpoint_utc;
	l->checkpoint_size = row->checkpoint_size;
	l->checkpoint_root = "";
	if (row->checkpoint_size > 0)
		l->checkpoint_root = keep_text(g->keep,
		    sodium_bin2base64(text, sizeof(text), row->root, 32,
			sodium_base64_VARIANT_ORIGINAL));
	l->receipt_utc = row->receipt_utc;
	l->receipt_size = row->receipt_size;
	l->covers_utc = row->covers_utc;
	l->witness = keep_text(g->keep, row->witness);
	l->receipt_kind = row->receipt_kind >= 1 && row->receipt_kind <= 4
			      ? kinds[row->receipt_kind]
			      : "";
}

bool
gather_ledger(struct gather *g)
{
	struct report_ledger *l = &g->w->report.ledger;

	l->size =
	    g->stand.seq > g->stand.base ? g->stand.seq - g->stand.base : 0;
	memcpy(l->head, g->stand.head, sizeof(l->head));
	return store_read_witness(g->r, &g->stand, witness_row, g) &&
	       !g->keep->failed;
}
