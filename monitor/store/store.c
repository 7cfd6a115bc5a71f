/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main thread's side: opening, closing, posting, handing results back. */
#include "monitor/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/disk.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/desk.h"
#include "monitor/store/lock.h"
#include "monitor/store/post.h"
#include "monitor/store/schema.h"
#include "monitor/store/sealed.h"
#include "monitor/store/store_read.h"

#define QUEUE_OPS 65536

struct store {
	struct store_calls calls;
	int lock_fd;	/* flock: two writers can't exist */
	bool wall_time; /* false: a test's clock, moved by the posts */
	bool tool;
	bool running; /* the thread was started */
	pthread_t thread;
	int64_t next_incident;
	int64_t left_utc; /* store_left_utc */
	struct desk desk;
	struct writer writer; /* the thread's, once it runs */
	struct writer_thread start;
};

static bool
directory(const char *dir, char error_out[STORE_ERROR_BYTES])
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return true;
	snprintf(error_out, STORE_ERROR_BYTES, "%.180s: %s", dir,
	    strerror(errno));
	return false;
}

/* Readable by its owner alone from the first byte, who is the folder's; WAL and
 * shm inherit both. */
static bool
file_private(const char *path, const char *dir)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	bool good = fd >= 0 && disk_give(fd, dir);

	if (fd >= 0)
		close(fd);
	return good;
}

/* After a stop that was none, look before writing on. */
static void
check_unclean(struct store *s)
{
	struct db *db = &s->writer.db;

	if (db_int(db, 1, "SELECT stopped FROM heartbeat", "") == 1)
		return;
	s->left_utc = db_int(db, 0, "SELECT utc FROM heartbeat", "");
	sqlite3_stmt *st = db_query(db, "PRAGMA quick_check(1)", "");

	if (!db_step(db, st))
		return;
	if (strcmp(db_text(st, 0), "ok") != 0)
		db_fail(db, SQLITE_CORRUPT, db_text(st, 0));
	db_done(st);
}

static bool
database_open(struct store *s, const struct store_config *c,
    char error_out[STORE_ERROR_BYTES])
{
	struct writer *w = &s->writer;
	struct store_now now;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", c->dir, STORE_FILE);
	store_now(&now);
	s->wall_time = c->mono_us == 0 && c->utc_us == 0;
	if (!s->wall_time) {
		now.mono_us = c->mono_us;
		now.utc_us = c->utc_us;
	}
	memcpy(w->boot, now.boot, sizeof(w->boot));
	if (!file_private(path, c->dir) ||
	    !db_open(&w->db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		c->vfs)) {
		snprintf(error_out, STORE_ERROR_BYTES, "%.120s: %.130s", path,
		    w->db.error[0] != '\0' ? w->db.error : strerror(errno));
		return false;
	}
	recover_settings(w);
	const struct schema_step step = { path, c->vfs, &c->progress };

	sealed_begin(w, c->key_file, c->dir);
	bool open = schema_of(&w->db) < SCHEMA_SEALED;

	if (schema_migrate(&w->db, &step))
		check_unclean(s);
	if (open)
		sealed_scrub(w);
	if (w->db.rc == SQLITE_OK)
		recover_begin_run(w, now.mono_us, now.utc_us);
	s->next_incident =
	    1 + db_int(&w->db, 0, "SELECT max(id) FROM incident", "");
	s->desk.latest_us = now.mono_us;
	s->desk.revision = w->at.revision;
	if (w->db.rc == SQLITE_OK)
		return true;
	snprintf(error_out, STORE_ERROR_BYTES, "%.120s: %.130s", path,
	    w->db.error);
	return false;
}

static bool
desk_init(struct desk *d, const struct store_config *c)
{
	pthread_condattr_t monotonic;

	d->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->news_fd < 0)
		return false;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&d->wake, &monotonic);
	pthread_cond_init(&d->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
	desk_list_init(&d->in);
	desk_list_init(&d->out);
	d->in_limit = c->queue_ops != 0 ? c->queue_ops : QUEUE_OPS;
	return true;
}

static void
desk_fini(struct desk *d)
{
	struct op *op;

	while ((op = desk_list_take(&d->in)) != NULL)
		desk_free(op);
	while ((op = desk_list_take(&d->out)) != NULL)
		desk_free(op);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->wake);
	pthread_cond_destroy(&d->idle);
	close(d->news_fd);
}

static void
configure(struct store *s, const struct store_config *c)
{
	struct writer *w = &s->writer;

	s->tool = w->tool = c->tool;
	w->keep_interval_days = c->keep_interval_days;
	w->keep_event_days = c->keep_event_days;
	w->keep_rollup_days = c->keep_rollup_days;
	w->keep_thumbnail_days = c->keep_thumbnail_days;
	w->keep_people_days = c->keep_people_days;
	w->keep_bytes = c->keep_bytes;
}

static bool
thread_start(struct store *s, char error_out[STORE_ERROR_BYTES])
{
	s->start = (struct writer_thread){ &s->desk, &s->writer };
	s->desk.health.last_commit_us = s->desk.health.last_try_us =
	    clock_mono_us();
	int rc = pthread_create(&s->thread, NULL, writer_run, &s->start);

	if (rc != 0)
		snprintf(error_out, STORE_ERROR_BYTES, "thread: %s",
		    strerror(rc));
	return s->running = rc == 0;
}

static void
store_free(struct store *s)
{
	if (s->writer.db.h != NULL)
		db_close(&s->writer.db);
	sealed_end(&s->writer);
	desk_fini(&s->desk);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}

struct store *
store_open(const struct store_config *config, const struct store_calls *calls,
    char error_out[STORE_ERROR_BYTES])
{
	struct store *s = calloc(1, sizeof(*s));

	snprintf(error_out, STORE_ERROR_BYTES, "out of memory");
	if (s == NULL || !desk_init(&s->desk, config)) {
		free(s);
		return NULL;
	}
	if (calls != NULL)
		s->calls = *calls;
	configure(s, config);
	s->lock_fd = -1;
	if (directory(config->dir, error_out))
		s->lock_fd = lock_take(config->dir, error_out);
	if (s->lock_fd < 0 || !database_open(s, config, error_out) ||
	    !thread_start(s, error_out)) {
		store_free(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->desk.lock);
	if (s->wall_time)
		s->desk.latest_us = clock_mono_us();
	s->desk.closing = true;
	pthread_cond_signal(&s->desk.wake);
	pthread_mutex_unlock(&s->desk.lock);
	pthread_join(s->thread, NULL);
	store_dispatch(s);
	store_free(s);
	*sp = NULL;
}

int64_t
store_left_utc(const struct store *s)
{
	return s->left_utc;
}

int
store_fd(const struct store *s)
{
	return s->desk.news_fd;
}

static void
tell_news(const struct store *s, const struct op *op)
{
	enum store_incident_news what = STORE_INCIDENT_NONE;
	int64_t id = op->incident.id;

	if (!op->news || !op->result.ok || s->calls.on_incident == NULL)
		return;
	if (op->kind == OP_INCIDENT_OPEN)
		what = STORE_INCIDENT_OPENED;
	else if (op->kind == OP_INCIDENT_CHANGE)
		what = STORE_INCIDENT_CHANGED;
	else if (op->kind == OP_INCIDENT_CLOSE) {
		what = STORE_INCIDENT_CLOSED;
		id = op->close.id;
	} else if (op->kind == OP_INCIDENT_ACKNOWLEDGE) {
		what = STORE_INCIDENT_ACKNOWLEDGED;
		id = op->word.id;
	} else if (op->kind == OP_COMMENT) {
		what = STORE_INCIDENT_COMMENTED;
		id = op->word.id;
	}
	if (what != STORE_INCIDENT_NONE)
		s->calls.on_incident(s->calls.arg, id, what);
}

void
store_dispatch(struct store *s)
{
	struct desk *d = &s->desk;
	struct op_list out;
	struct op *op;
	uint64_t n;

	desk_list_init(&out);
	if (read(d->news_fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		return;
	pthread_mutex_lock(&d->lock);
	desk_list_append(&out, &d->out);
	bool inventory = d->inventory_changed, resync = d->resync_due;
	bool health = d->health_changed;
	uint64_t revision = d->revision;

	bool floor = d->floor_changed, people = d->people_changed;

	d->inventory_changed = d->resync_due = d->health_changed = false;
	d->floor_changed = d->people_changed = false;
	pthread_mutex_unlock(&d->lock);
	while ((op = desk_list_take(&out)) != NULL) {
		if (op->wants)
			op->done.call(op->done.arg, &op->result);
		tell_news(s, op);
		desk_free(op);
	}
	if (inventory && s->calls.on_inventory != NULL)
		s->calls.on_inventory(s->calls.arg, revision);
	if (floor && s->calls.on_floor != NULL)
		s->calls.on_floor(s->calls.arg);
	if (people && s->calls.on_people != NULL)
		s->calls.on_people(s->calls.arg);
	if (resync && s->calls.on_resync != NULL)
		s->calls.on_resync(s->calls.arg);
	if (health && s->calls.on_health != NULL)
		s->calls.on_health(s->calls.arg);
}

bool
store_drain(struct store *s, uint32_t timeout_ms)
{
	struct desk *d = &s->desk;
	int64_t due = clock_mono_us() + timeout_ms * US_PER_MS;
	struct timespec t = { .tv_sec = due / US_PER_S,
		.tv_nsec = due % US_PER_S * 1000 };
	int rc = 0;

	pthread_mutex_lock(&d->lock);
	d->urgent = true;
	pthread_cond_signal(&d->wake);
	while ((d->in.count > 0 || d->busy || d->verdicts_lost) && rc == 0)
		rc = pthread_cond_timedwait(&d->idle, &d->lock, &t);
	bool all = d->in.count == 0 && !d->busy;

	pthread_mutex_unlock(&d->lock);
	store_dispatch(s);
	return all;
}

void
store_health(struct store *s, struct store_health *out)
{
	struct desk *d = &s->desk;

	pthread_mutex_lock(&d->lock);
	*out = d->health;
	pthread_mutex_unlock(&d->lock);
}

int64_t
store_incident_next(struct store *s)
{
	return s->next_incident++;
}

struct op *
post_new(enum op_kind kind, size_t tail, const struct store_done *done)
{
	struct op *op = calloc(1, sizeof(*op) + tail);

	if (op == NULL)
		return NULL;
	op->kind = kind;
	op->news =
	    (kind >= OP_INCIDENT_OPEN && kind <= OP_INCIDENT_ACKNOWLEDGE) ||
	    kind == OP_COMMENT;
	op->bytes = sizeof(*op) + tail;
	if (done != NULL) {
		op->done = *done;
		op->wants = true;
	}
	return op;
}

const void *
post_keep(struct op *op, const void *bytes, size_t n)
{
	char *to = op->tail + op->used;

	memcpy(to, bytes, n);
	op->used += n;
	return to;
}

const char *
post_text(struct op *op, const char *s)
{
	return post_keep(op, s != NULL ? s : "",
	    (s != NULL ? strlen(s) : 0) + 1);
}

size_t
post_text_size(const char *s)
{
	return (s != NULL ? strlen(s) : 0) + 1;
}

static bool
room_for(const struct desk *d, const struct op *op)
{
	if (d->in.count >= d->in_limit || d->in.bytes > DESK_QUEUE_BYTES)
		return false;
	return op->kind != OP_THUMBNAIL ||
	       (!d->health.failing && !d->health.low_space &&
		   d->in.bytes < DESK_PICTURE_BYTES);
}

static void
refused(struct desk *d, const struct op *op)
{
	if (op->kind == OP_THUMBNAIL)
		d->health.thumbnails_dropped++;
	else
		d->health.ops_dropped++;
	/* What is not written is not known: the writer will say so. */
	if (op->kind == OP_VERDICT || op->kind == OP_PRESENCE ||
	    op->kind == OP_DISPLAY)
		d->verdicts_lost = true;
}

bool
post_op(struct store *s, struct op *op, int64_t at_us)
{
	struct desk *d = &s->desk;
	int64_t now = clock_mono_us();

	pthread_mutex_lock(&d->lock);
	if (s->wall_time && now > d->latest_us)
		d->latest_us = now;
	if (!s->wall_time && at_us > d->latest_us)
		d->latest_us = at_us;
	op->stamp_us = d->latest_us;
	bool taken = room_for(d, op);

	if (taken) {
		if (d->in.count == 0)
			d->oldest_us = now;
		desk_list_add(&d->in, op);
		d->urgent |= op->wants;
		if (d->in.count == 1 || d->urgent || d->in.count == 500)
			pthread_cond_signal(&d->wake);
	} else {
		refused(d, op);
	}
	pthread_mutex_unlock(&d->lock);
	if (!taken)
		desk_free(op);
	return taken;
}

bool
store_verdict(struct store *s, const struct store_verdict *v,
    const struct store_done *done)
{
	struct op *op = post_new(OP_VERDICT, post_text_size(v->evidence), done);

	if (op == NULL)
		return false;
	op->verdict = *v;
	op->verdict.evidence = post_text(op, v->evidence);
	return post_op(s, op, v->at_us);
}

static bool
incident(struct store *s, enum op_kind kind, const struct store_incident *i,
    const struct store_done *done)
{
	struct op *op = post_new(kind, post_text_size(i->text), done);

	if (op == NULL)
		return false;
	op->incident = *i;
	op->incident.text = post_text(op, i->text);
	return post_op(s, op, i->at_us);
}

bool
store_incident_open(struct store *s, const struct store_incident *i,
    const struct store_done *done)
{
	return incident(s, OP_INCIDENT_OPEN, i, done);
}

bool
store_incident_change(struct store *s, const struct store_incident *i,
    const struct store_done *done)
{
	return incident(s, OP_INCIDENT_CHANGE, i, done);
}

bool
store_incident_close(struct store *s, int64_t id, int64_t since_us,
    int64_t at_us, const struct store_done *done)
{
	struct op *op = post_new(OP_INCIDENT_CLOSE, 0, done);

	if (op == NULL)
		return false;
	op->close = (struct op_close){ id, since_us, at_us };
	return post_op(s, op, at_us);
}

/* The operations that are an id, a time and words of somebody. */
static bool
word(struct store *s, enum op_kind kind, const struct op_word *w,
    const struct store_done *done)
{
	struct op *op = post_new(kind,
	    post_text_size(w->actor) + post_text_size(w->text) +
		post_text_size(w->body),
	    done);

	if (op == NULL)
		return false;
	op->word = *w;
	op->word.actor = post_text(op, w->actor);
	op->word.text = post_text(op, w->text);
	op->word.body = post_text(op, w->body);
	return post_op(s, op, w->at_us);
}

bool
store_incident_acknowledge(struct store *s, int64_t id, int64_t at_us,
    const char *actor, const char *note, const struct store_done *done)
{
	return word(s, OP_INCIDENT_ACKNOWLEDGE,
	    &(struct op_word){ .id = id,
		.at_us = at_us,
		.actor = actor,
		.text = note },
	    done);
}

bool
store_thumbnail(struct store *s, const struct store_thumbnail *t,
    const struct store_done *done)
{
	struct op *op = post_new(OP_THUMBNAIL, t->length, done);

	if (op == NULL)
		return false;
	op->thumbnail = *t;
	op->thumbnail.png = post_keep(op, t->png, t->length);
	return post_op(s, op, t->at_us);
}

bool
store_reference(struct store *s, const struct store_reference *r,
    const struct store_done *done)
{
	struct op *op = post_new(OP_REFERENCE,
	    post_text_size(r->actor) + post_text_size(r->reason) +
		r->judge_length,
	    done);

	if (op == NULL)
		return false;
	op->reference = *r;
	op->reference.actor = post_text(op, r->actor);
	op->reference.reason = post_text(op, r->reason);
	op->reference.judge = post_keep(op, r->judge, r->judge_length);
	return post_op(s, op, r->at_us);
}

bool
store_overlay(struct store *s, const struct store_overlay *o,
    const struct store_done *done)
{
	struct op *op = post_new(OP_OVERLAY,
	    post_text_size(o->tag) + post_text_size(o->actor) +
		post_text_size(o->reason) + post_text_size(o->zone),
	    done);

	if (op == NULL)
		return false;
	op->overlay = *o;
	op->overlay.zone = post_text(op, o->zone);
	op->overlay.tag = post_text(op, o->tag);
	op->overlay.actor = post_text(op, o->actor);
	op->overlay.reason = post_text(op, o->reason);
	return post_op(s, op, 0);
}

bool
store_keys(struct store *s, const char *actor, const char *reason,
    const struct store_done *done)
{
	return word(s, OP_KEYS,
	    &(struct op_word){ .actor = actor, .text = reason }, done);
}

bool
store_overlay_end(struct store *s, int64_t id, int kind, int64_t to_utc,
    const char *actor, const char *reason, const struct store_done *done)
{
	return word(s, OP_OVERLAY_END,
	    &(struct op_word){ .id = id,
		.kind = kind,
		.utc = to_utc,
		.actor = actor,
		.text = reason },
	    done);
}

bool
store_rollup(struct store *s, const struct store_rollup *r)
{
	struct op *op = post_new(OP_ROLLUP, 0, NULL);

	if (op == NULL)
		return false;
	op->rollup = *r;
	return post_op(s, op, 0);
}

bool
store_learned(struct store *s, int64_t feed, enum store_learned_kind kind,
    const void *bytes, size_t length)
{
	struct op *op = post_new(OP_LEARNED, length, NULL);

	if (op == NULL)
		return false;
	op->learned = (struct op_learned){ feed, (int)kind,
		post_keep(op, bytes, length), length };
	return post_op(s, op, 0);
}

bool
store_heartbeat(struct store *s, int64_t mono_us)
{
	struct op *op = post_new(OP_HEARTBEAT, 0, NULL);

	return op != NULL && post_op(s, op, mono_us);
}

bool
store_epoch(struct store *s, int64_t anchor_us, int64_t mono_us,
    const char *reason, const struct store_done *done)
{
	return word(s, OP_EPOCH,
	    &(struct op_word){ .utc = anchor_us,
		.at_us = mono_us,
		.text = reason },
	    done);
}

bool
store_inventory(struct store *s, struct inventory_plan *plan, uint64_t revision,
    const char *actor, const char *reason, const struct store_done *done)
{
	struct op *op = post_new(OP_INVENTORY,
	    post_text_size(actor) + post_text_size(reason), done);

	if (op == NULL) {
		inventory_plan_free(&plan);
		return false;
	}
	op->inventory.plan = plan;
	op->inventory.revision = revision;
	op->inventory.actor = post_text(op, actor);
	op->inventory.reason = post_text(op, reason);
	return post_op(s, op, 0);
}

bool
store_event(struct store *s, int64_t at_us, const char *kind, const char *actor,
    const char *body, const struct store_done *done)
{
	return word(s, OP_EVENT,
	    &(struct op_word){ .at_us = at_us,
		.actor = actor,
		.text = kind,
		.body = body },
	    done);
}
