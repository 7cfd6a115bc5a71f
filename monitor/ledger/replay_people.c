/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users, log-ins, comments, handovers: each a thing known by its number. What
 * is proved of a password is the hash of its hash. */
#include <stdio.h>
#include <string.h>

#include "monitor/ledger/replay_declared.h"

static struct thing *
number_get(struct replay *r, const struct replay_line *l,
    enum replay_table table, const struct body_value *number)
{
	int64_t id = body_number(number, 0);
	struct thing *t = id != 0 ? thing_get(r, table, (uint64_t)id) : NULL;

	if (t == NULL)
		return NULL;
	t->seq = (uint32_t)l->seq;
	t->utc = l->utc;
	t->id = id;
	return t;
}

static void
unknown_time(struct replay *r, enum replay_table table, unsigned n)
{
	for (size_t i = 0; i < r->thing_count; i++)
		if (r->things[i]->table == table)
			r->things[i]->known &= (uint16_t)~KNOWS_TIME(n);
}

/* --- users. Digest 0: name, role, site; 1: who made it; 2: the password;
 * times: 0 disabled (0 = not), 1 created, 2 removed (0 = not) */

static void
user_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "user", "name", "role", "site", "disabled",
	    "password_sha256");
	struct thing *t =
	    readable ? number_get(r, l, REPLAY_USER, &v[0]) : NULL;

	if (t == NULL) {
		r->blank_utc[REPLAY_USER] = l->utc;
		things_forget(r, REPLAY_USER);
		return;
	}
	thing_set_digest(t, 0, replay_fields(r, &v[1], 3));
	thing_set_time(t, 0, body_number(&v[4], 0));
	thing_set_time(t, 2, strcmp(l->kind, "user.remove") == 0 ? l->utc : 0);
	thing_set_digest(t, 2, replay_fields(r, &v[5], 1));
	if (strcmp(l->kind, "user.add") != 0)
		return;
	thing_set_digest(t, 1, replay_text(r, l->actor));
	thing_set_time(t, 1, l->utc);
}

static void
user_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "name", "role", "site", "disabled", "created",
	    "removed", "password_sha256");
	struct said s = { .digest = { replay_fields(r, v, 3),
			      replay_text(r, row->actor),
			      replay_fields(r, &v[6], 1) },
		.digest_of = { "the name, role or site", "who made it, of",
		    "the password" },
		.time = { body_number(&v[3], 0), body_number(&v[4], 0),
		    body_number(&v[5], 0) },
		.time_of = { "the moment of disabling", "when it was made, of",
		    "the removal" },
		.utc = body_number(&v[4], 0) };

	/* A copy without credentials has none: nobody gets in by that. */
	if (v[6].p == NULL)
		s.digest_of[2] = NULL;
	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* --- log-ins. Digest 0: whose, and from where; 1: why it ended; times: 0
 * ended (0 = not), 1 created */

static void
login_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "login", "user", "hash_sha256", "address", "agent",
	    "ends");
	static const struct body_value none = { "\"none\"", 6 };
	struct thing *t =
	    readable ? number_get(r, l, REPLAY_LOGIN, &v[0]) : NULL;

	if (t == NULL) {
		r->blank_utc[REPLAY_LOGIN] = l->utc;
		return;
	}
	thing_set_digest(t, 0, replay_fields(r, &v[1], 5));
	thing_set_digest(t, 1, replay_fields(r, &none, 1));
	thing_set_time(t, 0, 0);
	thing_set_time(t, 1, l->utc);
}

static void
logout_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "login", "why");
	struct thing *t = readable ? thing_find(r, REPLAY_LOGIN,
					 (uint64_t)body_number(&v[0], 0))
				   : NULL;

	if (!readable) {
		unknown_time(r, REPLAY_LOGIN, 0);
		for (size_t i = 0; i < r->thing_count; i++)
			if (r->things[i]->table == REPLAY_LOGIN)
				r->things[i]->known &=
				    (uint16_t)~KNOWS_DIGEST(1);
	}
	if (t == NULL)
		return;
	thing_set_digest(t, 1, replay_fields(r, &v[1], 1));
	thing_set_time(t, 0, l->utc);
}

static void
login_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "user", "hash_sha256", "address", "agent", "ends",
	    "why", "ended", "created");
	struct said s = { .digest = { replay_fields(r, v, 5),
			      replay_fields(r, &v[5], 1) },
		.digest_of = { "whose it is, or from where,",
		    "why it ended, of" },
		.time = { body_number(&v[6], 0), body_number(&v[7], 0) },
		.time_of = { "the end", "the beginning" },
		.utc = body_number(&v[7], 0) };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* --- comments, handovers. Digest 0: what is said, and of what; 1: by whom;
 * time 0: when */

static void
note_line(struct replay *r, const struct replay_line *l,
    enum replay_table table, const struct body_value *v, size_t count,
    bool readable)
{
	struct thing *t = readable ? number_get(r, l, table, &v[0]) : NULL;

	if (t == NULL) {
		r->blank_utc[table] = l->utc;
		return;
	}
	thing_set_digest(t, 0, replay_fields(r, &v[1], count - 1));
	thing_set_digest(t, 1, replay_text(r, l->actor));
	thing_set_time(t, 0, l->utc);
}

static void
note_row(struct replay *r, const struct replay_row *row,
    const struct body_value *v, size_t count)
{
	int64_t created = body_number(&v[count], 0);
	struct said s = { .digest = { replay_fields(r, v, count),
			      replay_text(r, row->actor) },
		.digest_of = { "what is said in", "who said" },
		.time = { created },
		.time_of = { "the moment" },
		.utc = created };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

static void
comment_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "comment", "incident", "text");
	note_line(r, l, REPLAY_COMMENT, v, 3, readable);
}

static void
handover_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "handover", "from", "to", "site", "text");
	note_line(r, l, REPLAY_HANDOVER, v, 5, readable);
}

bool
people_line(struct replay *r, const struct replay_line *l)
{
	if (strcmp(l->kind, "user.add") == 0 ||
	    strcmp(l->kind, "user.change") == 0 ||
	    strcmp(l->kind, "user.remove") == 0)
		user_line(r, l);
	else if (strcmp(l->kind, "login") == 0)
		login_line(r, l);
	else if (strcmp(l->kind, "logout") == 0)
		logout_line(r, l);
	else if (strcmp(l->kind, "incident.comment") == 0)
		comment_line(r, l);
	else if (strcmp(l->kind, "handover") == 0)
		handover_line(r, l);
	else
		return false;
	return true;
}

void
people_row(struct replay *r, const struct replay_row *row)
{
	static const char *const comment[] = { "incident", "text", "created" };
	static const char *const handover[] = { "from", "to", "site", "text",
		"created" };
	struct body_value v[5];

	switch (row->table) {
	case REPLAY_USER:
		user_row(r, row);
		break;
	case REPLAY_LOGIN:
		login_row(r, row);
		break;
	case REPLAY_COMMENT:
		body_get(row->json, row->length, comment, 3, v);
		note_row(r, row, v, 2);
		break;
	default:
		body_get(row->json, row->length, handover, 5, v);
		note_row(r, row, v, 4);
	}
}

/* Whether retention may have taken the row of t, as its lines say. */
bool
people_may_lack(const struct replay *r, const struct thing *t)
{
	enum replay_table table = (enum replay_table)t->table;
	unsigned n = table == REPLAY_USER ? 2 : 0;

	if (table < REPLAY_USER || table > REPLAY_HANDOVER)
		return false;
	return !(t->known & KNOWS_TIME(n)) ||
	       (t->time[n] != 0 && t->time[n] <= r->gone_to[table]);
}
