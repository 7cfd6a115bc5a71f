/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/standing.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/store/json.h"

#define LINE_BYTES (16u << 10) /* a longer list becomes several lines */
#define ITEM_BYTES 160

struct list { /* one line's array, under way */
	struct writer *w;
	int64_t mono;
	const char *kind, *key;
	char text[LINE_BYTES];
	size_t n;
	unsigned lines;
};

static void
list_flush(struct list *l)
{
	struct json j = json_open(l->w->body, sizeof(l->w->body));

	memcpy(l->text + l->n, "]", 2);
	json_number(&j, "part", ++l->lines);
	json_raw(&j, l->key, l->text);
	event_append(l->w, l->mono, l->kind, "camwarden", 0, json_close(&j));
	l->n = 1;
}

static struct list
list_open(struct writer *w, int64_t mono, const char *kind, const char *key)
{
	struct list l = { .w = w, .mono = mono, .kind = kind, .key = key };

	l.text[0] = '[';
	l.n = 1;
	return l;
}

static void
list_add(struct list *l, const char *item)
{
	size_t n = strlen(item);

	if (l->n + n + 3 > sizeof(l->text))
		list_flush(l);
	if (l->n > 1)
		l->text[l->n++] = ',';
	memcpy(l->text + l->n, item, n);
	l->n += n;
}

/* The last (perhaps the only, empty) part says that it is the last. */
static void
list_end(struct list *l)
{
	struct json j = json_open(l->w->body, sizeof(l->w->body));

	memcpy(l->text + l->n, "]", 2);
	json_number(&j, "part", ++l->lines);
	json_bool(&j, "last", true);
	json_raw(&j, l->key, l->text);
	event_append(l->w, l->mono, l->kind, "camwarden", 0, json_close(&j));
}

/* [number, "uuid", since when it is watched, until when or null] */
static void
feeds_say(struct writer *w, int64_t mono, int64_t from)
{
	struct list l = list_open(w, mono, "store.feeds", "feeds");
	char item[ITEM_BYTES], uuid[37], until[24];
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT id, uuid, active, inactive FROM feed"
	    " WHERE inactive IS NULL OR inactive > ? ORDER BY id",
	    "i", from);

	while (db_step(&w->db, st)) {
		snprintf(until, sizeof(until), "%lld",
		    (long long)sqlite3_column_int64(st, 3));
		uuid[0] = '\0';
		if (sqlite3_column_bytes(st, 1) == 16)
			uuid_print(sqlite3_column_blob(st, 1), uuid);
		snprintf(item, sizeof(item), "[%lld,\"%s\",%lld,%s]",
		    (long long)sqlite3_column_int64(st, 0), uuid,
		    (long long)sqlite3_column_int64(st, 2),
		    sqlite3_column_type(st, 3) == SQLITE_NULL ? "null" : until);
		list_add(&l, item);
	}
	list_end(&l);
}

/* Numbers alone, no names: [number, its room (or console, room), active,
 * inactive or null]; absent numbers are 0. */
static void
numbers_say(struct writer *w, int64_t mono, int64_t from, const char *kind,
    const char *key, const char *sql)
{
	struct list l = list_open(w, mono, kind, key);
	char item[ITEM_BYTES];
	sqlite3_stmt *st = db_query(&w->db, sql, "i", from);

	while (db_step(&w->db, st)) {
		int columns = sqlite3_column_count(st);
		size_t n = 0;

		for (int k = 0; k < columns; k++)
			n += (size_t)snprintf(item + n, sizeof(item) - n,
			    "%s%s", k == 0 ? "[" : ",", db_text(st, k));
		snprintf(item + n, sizeof(item) - n, "]");
		list_add(&l, item);
	}
	list_end(&l);
}

void
standing_say(struct writer *w, int64_t mono_us, int64_t from_utc)
{
	feeds_say(w, mono_us, from_utc);
	numbers_say(w, mono_us, from_utc, "store.consoles", "consoles",
	    "SELECT id, room, active, ifnull(inactive, 'null') FROM console"
	    " WHERE inactive IS NULL OR inactive > ? ORDER BY id");
	numbers_say(w, mono_us, from_utc, "store.screens", "screens",
	    "SELECT id, ifnull(console, 0), ifnull(room, 0), active,"
	    " ifnull(inactive, 'null') FROM screen"
	    " WHERE inactive IS NULL OR inactive > ? ORDER BY id");
}
