/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_declared.h: what is declared and approved beside the inventory
 * (patterns, shifts, tokens, references, reports), lines and rows of it, and
 * how lines and rows are read into things and compared with them. PURE. Private
 * to replay*.c.
 */
#ifndef MONITOR_LEDGER_REPLAY_DECLARED_H
#define MONITOR_LEDGER_REPLAY_DECLARED_H

#include "monitor/ledger/replay_inside.h"

struct said { /* of a row: what a thing says, and in words, of what */
	uint64_t digest[THING_DIGESTS];
	int64_t time[THING_TIMES];
	const char *digest_of[THING_DIGESTS]; /* NULL: has none */
	const char *time_of[THING_TIMES];
	int64_t utc; /* how old it is */
	char name[160];
};
/* values: the fields so named; `readable`: its content is there, and an object.
 */
#define LINE_FIELDS(line, values, ...)                                         \
	static const char *const keys[] = { __VA_ARGS__ };                     \
	struct body_value values[sizeof(keys) / sizeof(keys[0])];              \
	bool readable = (line)->body != NULL &&                                \
			body_get((line)->body, (line)->body_length, keys,      \
			    sizeof(keys) / sizeof(keys[0]), values)
#define ROW_FIELDS(row, values, ...)                                           \
	static const char *const keys[] = { __VA_ARGS__ };                     \
	struct body_value values[sizeof(keys) / sizeof(keys[0])];              \
	body_get((row)->json, (row)->length, keys,                             \
	    sizeof(keys) / sizeof(keys[0]), values)

static inline void
thing_set_digest(struct thing *t, unsigned n, uint64_t digest)
{
	t->digest[n] = digest;
	t->known |= (uint16_t)KNOWS_DIGEST(n);
}

static inline void
thing_set_time(struct thing *t, unsigned n, int64_t time)
{
	t->time[n] = time;
	t->known |= (uint16_t)KNOWS_TIME(n);
}

/* replay_things_rows.c: the row with its thing of that key. */
void thing_compare(struct replay *r, const struct replay_row *row, uint64_t key,
    const struct said *s);

/* replay_who.c: a console's desk camera, or a screen's layout, as it says. */
struct body_value replay_extra(const char *body, size_t length);
/* replay_declared.c. True: the line was of one of them. */
bool declared_line(struct replay *r, const struct replay_line *l);
void declared_row(struct replay *r, const struct replay_row *row);
/* The tokens of a console (its raw name) go with it; NULL: of some console that
 * can't be told. */
void tokens_leave(struct replay *r, const struct body_value *console,
    int64_t utc);
void reference_leaves(struct replay *r, int64_t feed);

/* replay_people.c: users, log-ins, comments, handovers. */
bool people_line(struct replay *r, const struct replay_line *l);
void people_row(struct replay *r, const struct replay_row *row);
/* That the row is not there may be in order. */
bool people_may_lack(const struct replay *r, const struct thing *t);

#endif
