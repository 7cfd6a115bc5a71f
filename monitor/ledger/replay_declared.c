/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns, shifts, tokens, references, reports: of each a thing whose digest 0
 * is of its columns. Times of what is declared: 2 removed (0 = not). A line
 * that lacks a field is of an earlier camwarden: what it doesn't say is not
 * known. */
#include "monitor/ledger/replay_declared.h"

#include <stdio.h>
#include <string.h>

/* What such a line said can't be read: which row it was of is not known. */
static void
blank(struct replay *r, const struct replay_line *l, enum replay_table table)
{
	r->blank_utc[table] = l->utc;
	things_forget(r, table);
}

static struct thing *
thing_said(struct replay *r, const struct replay_line *l,
    enum replay_table table, uint64_t key, int64_t id)
{
	struct thing *t = thing_get(r, table, key);

	if (t == NULL)
		return NULL;
	t->seq = (uint32_t)l->seq;
	t->utc = l->utc;
	t->id = id;
	t->gone = false;
	return t;
}

static bool
is_verb(const struct replay_line *l, const char *verb)
{
	const char *dot = strrchr(l->kind, '.');

	return dot != NULL && strcmp(dot + 1, verb) == 0;
}

/* --- patterns, by name */

static void
pattern_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "pattern", "class", "title", "shows", "tiles",
	    "feed");
	if (!readable || v[0].p == NULL) {
		blank(r, l, REPLAY_PATTERN);
		return;
	}
	struct thing *t =
	    thing_said(r, l, REPLAY_PATTERN, replay_fields(r, v, 1), 0);

	if (t == NULL)
		return;
	if (is_verb(l, "remove")) {
		thing_set_time(t, 2, l->utc);
		return;
	}
	thing_set_time(t, 2, 0);
	t->known &= (uint16_t)~KNOWS_DIGEST(0);
	if (v[5].p == NULL)
		return;
	/* A feed is named there; its number is what counts. */
	if (!body_is(&v[3], "layout") && !body_is(&v[3], "connections"))
		v[3] = (struct body_value){ "\"feed\"", 6 };
	thing_set_digest(t, 0, replay_fields(r, &v[1], 5));
}

static void
pattern_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "pattern", "class", "title", "shows", "tiles",
	    "feed", "removed");
	struct said s = { .digest = { replay_fields(r, &v[1], 5) },
		.digest_of = { "what is declared" },
		.time = { [2] = body_number(&v[6], 0) },
		.time_of = { [2] = "the removal" } };

	snprintf(s.name, sizeof(s.name), "%.*s",
	    v[0].n < 150 ? (int)v[0].n : 150, v[0].p != NULL ? v[0].p : "");
	thing_compare(r, row, replay_fields(r, v, 1), &s);
}

/* --- the roster, by number */

#define SHIFT_COLUMNS                                                          \
	"room", "console", "days", "from", "to", "at_least", "breaks",         \
	    "idle_after_s", "prompt_after_s"
#define SHIFT_COUNT 9

static void
shift_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "number", SHIFT_COLUMNS);
	int64_t id = readable ? body_number(&v[0], 0) : 0;

	if (id == 0) {
		blank(r, l, REPLAY_SHIFT);
		return;
	}
	struct thing *t = thing_said(r, l, REPLAY_SHIFT, (uint64_t)id, id);

	if (t == NULL)
		return;
	if (is_verb(l, "remove")) {
		thing_set_time(t, 2, l->utc);
		return;
	}
	thing_set_time(t, 2, 0);
	thing_set_digest(t, 0, replay_fields(r, &v[1], SHIFT_COUNT));
}

static void
shift_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, SHIFT_COLUMNS, "removed");
	struct said s = { .digest = { replay_fields(r, v, SHIFT_COUNT) },
		.digest_of = { "what is declared" },
		.time = { [2] = body_number(&v[SHIFT_COUNT], 0) },
		.time_of = { [2] = "the removal" } };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* --- tokens, by number. Digest 1: who made it; 2: its console, for
 * tokens_leave; 3: who claimed it; times: 0 revoked (0 = not), 1 made, 2
 * claimed (0 = not) */

void
tokens_leave(struct replay *r, const struct body_value *console, int64_t utc)
{
	uint64_t of = console != NULL ? replay_fields(r, console, 1) : 0;

	for (size_t i = 0; i < r->thing_count; i++) {
		struct thing *t = r->things[i];

		if (t->table != REPLAY_TOKEN)
			continue;
		if (console == NULL)
			t->known &= (uint16_t)~KNOWS_TIME(0);
		else if (t->digest[2] == of && t->time[0] == 0 &&
			 (t->known & KNOWS_TIME(0)))
			thing_set_time(t, 0, utc);
	}
}

/* Lines of before there were roles: those tokens are supervisors' now. */
static void
old_token(struct body_value v[])
{
	if (v[5].p != NULL || !body_is(&v[1], "api"))
		return;
	v[5] = (struct body_value){ "\"supervisor\"", 12 };
	v[6] = (struct body_value){ "\"\"", 2 };
}

static void
token_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "token", "for", "console", "name", "hash_sha256",
	    "role", "site", "when");
	static const struct body_value nobody[2];
	int64_t id = readable ? body_number(&v[0], 0) : 0;
	bool add = is_verb(l, "add");

	if (id == 0) {
		if (add)
			r->blank_utc[REPLAY_TOKEN] = l->utc;
		else
			tokens_leave(r, NULL, 0);
		return;
	}
	struct thing *t = add ? thing_said(r, l, REPLAY_TOKEN, (uint64_t)id, id)
			      : thing_find(r, REPLAY_TOKEN, (uint64_t)id);

	if (t == NULL)
		return;
	if (!add) {
		t->known &= (uint16_t)~KNOWS_TIME(0);
		if (v[7].p != NULL)
			thing_set_time(t, 0, l->utc);
		return;
	}
	old_token(v);
	thing_set_digest(t, 3, replay_fields(r, nobody, 2));
	thing_set_time(t, 2, 0);
	thing_set_digest(t, 1, replay_text(r, l->actor));
	t->digest[2] = replay_fields(r, &v[2], 1);
	thing_set_time(t, 0, 0);
	if (v[4].p != NULL)
		thing_set_digest(t, 0, replay_fields(r, &v[1], 6));
	if (v[7].p != NULL)
		thing_set_time(t, 1, l->utc);
}

static void
claim_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "token", "address", "claim_sha256");
	struct thing *t = readable ? thing_find(r, REPLAY_TOKEN,
					 (uint64_t)body_number(&v[0], 0))
				   : NULL;

	for (size_t i = 0; !readable && i < r->thing_count; i++)
		if (r->things[i]->table == REPLAY_TOKEN)
			r->things[i]->known &=
			    (uint16_t) ~(KNOWS_DIGEST(3) | KNOWS_TIME(2));
	if (t == NULL)
		return;
	thing_set_digest(t, 3, replay_fields(r, &v[1], 2));
	thing_set_time(t, 2, l->utc);
}

static void
token_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "for", "console", "name", "hash_sha256", "role",
	    "site", "address", "claim_sha256", "created", "revoked", "claimed");
	struct said s = { .digest = { replay_fields(r, v, 6),
			      replay_text(r, row->actor), 0,
			      replay_fields(r, &v[6], 2) },
		.digest_of = { "what it is, or whose,", "who made it, of", NULL,
		    "the machine" },
		.time = { body_number(&v[9], 0), body_number(&v[8], 0),
		    body_number(&v[10], 0) },
		.time_of = { "the end", "when it was made, of",
		    "when it was claimed, of" },
		.utc = body_number(&v[8], 0) };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* --- references, by feed; time 0: approved */

void
reference_leaves(struct replay *r, int64_t feed)
{
	struct thing *t = thing_find(r, REPLAY_REFERENCE, (uint64_t)feed);

	if (t != NULL)
		t->gone = true;
}

static void
approval_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "reason", "judge_sha256", "when");
	if (is_verb(l, "clear")) {
		reference_leaves(r, l->feed);
		return;
	}
	struct thing *t =
	    thing_said(r, l, REPLAY_REFERENCE, (uint64_t)l->feed, l->feed);

	if (t == NULL)
		return;
	t->known = 0;
	if (!readable) /* that there is one stands in the line itself */
		return;
	thing_set_digest(t, 0,
	    replay_text(r, l->actor) + replay_fields(r, v, 2));
	if (v[2].p != NULL)
		thing_set_time(t, 0, l->utc);
}

static void
reference_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "reason", "judge_sha256", "when");
	struct said s = { .digest = { replay_text(r, row->actor) +
				      replay_fields(r, v, 2) },
		.digest_of = { "who approved, why, or what, of" },
		.time = { body_number(&v[2], 0) },
		.time_of = { "when it was approved, of" },
		.utc = body_number(&v[2], 0) };

	snprintf(s.name, sizeof(s.name), "of feed %lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* --- reports, by number; times: 0 made, 1 its line */

static void
report_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "report", "from", "to", "site", "sha256_1", "when");
	int64_t id = readable ? body_number(&v[0], 0) : 0;

	if (id == 0)
		return;
	struct thing *t = thing_said(r, l, REPLAY_REPORT, (uint64_t)id, id);

	if (t == NULL)
		return;
	thing_set_digest(t, 0, replay_fields(r, &v[1], 4));
	thing_set_time(t, 1, l->seq);
	t->time[0] = l->utc;
	if (v[5].p != NULL)
		thing_set_time(t, 0, l->utc);
}

static void
report_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "from", "to", "site", "sha256_1", "when", "line");
	struct said s = { .digest = { replay_fields(r, v, 4) },
		.digest_of = { "the span, site or hash" },
		.time = { body_number(&v[4], 0), body_number(&v[5], 0) },
		.time_of = { "when it was made, of", "the line" },
		.utc = body_number(&v[4], 0) };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

bool
declared_line(struct replay *r, const struct replay_line *l)
{
	bool add = is_verb(l, "add"), remove = is_verb(l, "remove");

	if (strncmp(l->kind, "pattern.", 8) == 0) {
		if (add || remove || is_verb(l, "change"))
			pattern_line(r, l);
	} else if (strncmp(l->kind, "shift.", 6) == 0) {
		if (add || remove || is_verb(l, "change"))
			shift_line(r, l);
	} else if (strncmp(l->kind, "token.", 6) == 0) {
		if (add || is_verb(l, "revoke"))
			token_line(r, l);
	} else if (strcmp(l->kind, "kiosk.claim") == 0) {
		claim_line(r, l);
	} else if (strcmp(l->kind, "reference.approve") == 0 ||
		   strcmp(l->kind, "reference.clear") == 0) {
		approval_line(r, l);
	} else if (strcmp(l->kind, "report") == 0) {
		report_line(r, l);
	} else {
		return people_line(r, l);
	}
	return true;
}

void
declared_row(struct replay *r, const struct replay_row *row)
{
	switch (row->table) {
	case REPLAY_PATTERN:
		pattern_row(r, row);
		break;
	case REPLAY_SHIFT:
		shift_row(r, row);
		break;
	case REPLAY_TOKEN:
		token_row(r, row);
		break;
	case REPLAY_REFERENCE:
		reference_row(r, row);
		break;
	case REPLAY_REPORT:
		report_row(r, row);
		break;
	default:
		people_row(r, row);
	}
}
