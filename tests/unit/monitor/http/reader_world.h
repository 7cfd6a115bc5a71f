/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_world.h: a database of two sites that know nothing of each other, made
 * with the store's own schema and filled row by row, a monitor that lives on it
 * now, and what the reader answers about it. */
#ifndef TEST_READER_WORLD_H
#define TEST_READER_WORLD_H

#include "tests/unit/monitor/store/bench.h"

#include <jansson.h>

#include "common/clock.h"
#include "monitor/http/reader_query.h"
#include "tests/unit/monitor/http/query_word.h"

#define SECOND 1000000LL
#define MINUTE (60 * SECOND)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

struct world {
	struct bench b;
	sqlite3 *sql;
	struct reading *reading;
	int64_t now; /* UTC, a whole second */
	/* The last answer. */
	unsigned status, type, answers;
	int64_t utc;
	char *text; /* owned */
	size_t length;
};

/* "{...}" of printf's format, run as SQL. */
static inline void
world_sql(struct world *w, const char *format, ...)
{
	char *error = NULL, *text;
	va_list ap;

	va_start(ap, format);
	text = sqlite3_vmprintf(format, ap);
	va_end(ap);
	if (sqlite3_exec(w->sql, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", text, error);
	sqlite3_free(text);
}

/* The monitor's heart beats now (or did, so long ago). */
static inline void
world_beat(struct world *w, int64_t ago)
{
	struct store_now now;

	store_now(&now);
	world_sql(w,
	    "UPDATE heartbeat SET boot = %Q, mono = %lld, utc = %lld,"
	    " stopped = 0",
	    now.boot, now.mono_us - ago, now.utc_us - ago);
}

/* So many feeds of each site: North/Gate cam1.., South vault1... */
static inline void
world_feeds(struct world *w, int n)
{
	char *csv = calloc(1, 128 + 512 * (size_t)n), *p = csv;

	p += sprintf(p, "site,name,url,criticality,tags,user,password\n");
	for (int i = 1; i <= n; i++) {
		p += sprintf(p,
		    "North/Gate,cam%d,rtsp://north%d.example/s,%d,day,"
		    "nora,hush%d\n",
		    i, i, 1 + i % 5, i);
		p += sprintf(p,
		    "South,vault%d,rtsp://south%d.example/s,%d,night,"
		    "susan,whisper%d\n",
		    i, i, 1 + i % 5, i);
	}
	assert_true(bench_import(&w->b, INVENTORY_FEEDS, csv, false));
	free(csv);
}

static inline void
world_open_sql(struct world *w)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", w->b.dir, STORE_FILE);
	assert_int_equal(sqlite3_open_v2(path, &w->sql, SQLITE_OPEN_READWRITE,
			     NULL),
	    SQLITE_OK);
	sqlite3_busy_timeout(w->sql, 5000);
}

/* An epoch of forty days; nothing is known in it yet. */
static inline void
world_past(struct world *w)
{
	world_sql(w,
	    "DELETE FROM interval; DELETE FROM presence; DELETE FROM display;"
	    "DELETE FROM epoch; DELETE FROM watched_due;"
	    "INSERT INTO epoch(id, run, reason, anchor, start)"
	    " VALUES(1, 1, 'start', 0, %lld);"
	    "UPDATE feed SET created = %lld, active = %lld;"
	    "INSERT OR REPLACE INTO meta VALUES('watched_since', %lld);"
	    "INSERT OR REPLACE INTO meta VALUES('watched_hour', 0)",
	    w->now - 40 * DAY, w->now - 40 * DAY, w->now - 40 * DAY,
	    w->now - 40 * DAY);
}

static inline struct world *
world_new(int feeds)
{
	struct world *w = calloc(1, sizeof(*w));

	bench_init(&w->b);
	w->now = clock_utc_us() / SECOND * SECOND;
	w->b.config.mono_us = w->b.mono = clock_mono_us();
	w->b.config.utc_us = w->now;
	char error[STORE_ERROR_BYTES];

	w->b.store = store_open(&w->b.config, &w->b.calls, error);
	if (w->b.store == NULL)
		fail_msg("%s", error);
	world_feeds(w, feeds);
	store_close(&w->b.store);
	world_open_sql(w);
	world_past(w);
	world_beat(w, 0);
	w->reading = reading_new(w->b.dir);
	assert_non_null(w->reading);
	return w;
}

static inline void
world_free(struct world *w)
{
	reading_free(&w->reading);
	sqlite3_close(w->sql);
	free(w->text);
	bench_fini(&w->b);
	free(w);
}

/* --- asking */

static inline void
world_on_answer(void *arg, const struct read_answer *a)
{
	struct world *w = arg;

	w->answers++;
	w->status = a->status;
	w->type = a->type;
	w->utc = a->utc_us;
	free(w->text);
	w->text = malloc(a->body.n + 1);
	if (a->body.n > 0)
		memcpy(w->text, a->body.p, a->body.n);
	w->text[a->body.n] = '\0';
	w->length = a->body.n;
}

static inline void
world_fill(struct world *w, uint8_t what, const char *words,
    struct read_ask *ask)
{
	char error[READ_ERROR_BYTES];

	if (!read_ask_fill(what, query_word, (void *)(uintptr_t)words,
		clock_utc_us(), ask, error))
		fail_msg("%s: %s", words, error);
	ask->role = ROLE_ADMIN; /* the web process says whose */
	(void)w;
}

static inline unsigned
world_ask(struct world *w, const struct read_ask *ask)
{
	w->answers = 0;
	reading_answer(w->reading, ask, world_on_answer, w);
	assert_int_equal(w->answers, 1);
	return w->status;
}

/* The answer as JSON, decref it; NULL: not 200. */
static inline json_t *
world_json(struct world *w, const struct read_ask *ask)
{
	json_error_t error;
	json_t *j;

	if (world_ask(w, ask) != 200)
		return NULL;
	j = json_loads(w->text, 0, &error);
	if (j == NULL)
		fail_msg("%s at %d: %.200s", error.text, error.position,
		    w->text);
	return j;
}

static inline json_t *
world_get(struct world *w, uint8_t what, const char *words)
{
	struct read_ask ask;

	world_fill(w, what, words, &ask);
	return world_json(w, &ask);
}

static inline void
world_uuid(struct world *w, const char *name, uint8_t out[16])
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(w->sql,
			     "SELECT uuid FROM feed WHERE name = ?", -1, &st,
			     NULL),
	    SQLITE_OK);
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	memcpy(out, sqlite3_column_blob(st, 0), 16);
	sqlite3_finalize(st);
}

static inline const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "(none)";
}

static inline int64_t
number_of(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static inline json_t *
item_of(const json_t *j, size_t i)
{
	return json_array_get(json_object_get(j, "items"), i);
}

static inline size_t
items_of(const json_t *j)
{
	return json_array_size(json_object_get(j, "items"));
}

#endif
