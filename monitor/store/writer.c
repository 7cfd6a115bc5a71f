/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer thread: takes batches from the desk, makes each one transaction,
 * tries again when the disk fails. An operation at fault itself (a feed that
 * does not exist) fails alone, behind its savepoint. */
#include "monitor/store/writer.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/store/desk.h"
#include "monitor/store/watched_hours.h"

#define BATCH_OPS 500
#define BATCH_US 250000
#define RETRY_MIN_US 250000
#define RETRY_MAX_US 5000000
#define CLOSE_TRIES 3
#define CHECKPOINT_PAGES 1000	 /* at once */
#define CHECKPOINT_IDLE_PAGES 64 /* when nobody waits */
#define RETENTION_US 60000000
#define SPACE_US 5000000
#define WATCHED_US 30000000	/* between looks for an hour that is over */
#define WATCHED_PAUSE_US 50000	/* between steps of its summing */
#define FLOOR_BYTES (64u << 20) /* free on the disk */

typedef void apply_fn(struct writer *w, struct op *op);

static void
apply_heartbeat(struct writer *w, struct op *op)
{
	(void)w; /* the row moves with every batch (transact) */
	(void)op;
}

/* While the disk fails facts wait; but who asked for something, and wants to
 * hear of it, is answered at once and may ask again. */
static const struct {
	apply_fn *apply;
	bool asked; /* if somebody wants to hear of it */
} kinds[OP_COUNT] = {
	[OP_VERDICT] = { apply_verdict, false },
	[OP_INCIDENT_OPEN] = { apply_incident_open, false },
	[OP_INCIDENT_CHANGE] = { apply_incident_change, false },
	[OP_INCIDENT_CLOSE] = { apply_incident_close, false },
	[OP_INCIDENT_ACKNOWLEDGE] = { apply_incident_acknowledge, true },
	[OP_THUMBNAIL] = { apply_thumbnail, false },
	[OP_OVERLAY] = { apply_overlay, true },
	[OP_OVERLAY_END] = { apply_overlay_end, true },
	[OP_ROLLUP] = { apply_rollup, false },
	[OP_LEARNED] = { apply_learned, false },
	[OP_HEARTBEAT] = { apply_heartbeat, false },
	[OP_EPOCH] = { epoch_step, false },
	[OP_INVENTORY] = { apply_inventory, true },
	[OP_EVENT] = { apply_event, true },
	[OP_REFERENCE] = { apply_reference, true },
	[OP_FLOOR] = { apply_floor, true },
	[OP_PRESENCE] = { apply_presence, false },
	[OP_DISPLAY] = { apply_display, false },
	[OP_TOKEN_ADD] = { apply_token_add, true },
	[OP_TOKEN_REVOKE] = { apply_token_revoke, true },
	[OP_PROMPT] = { apply_prompt, false },
	[OP_DISPUTE] = { apply_dispute, true },
	[OP_HEAD] = { apply_head, false },
	[OP_CHECKPOINT] = { apply_checkpoint, false },
	[OP_RECEIPT] = { apply_receipt, false },
	[OP_DELIVERY] = { apply_delivery, false },
	[OP_ATTEMPT] = { apply_attempt, false },
	[OP_MADE_REPORT] = { apply_made_report, false },
	[OP_FORGET_REPORTS] = { apply_forget_reports, false },
	[OP_USER] = { apply_user, true },
	[OP_USER_REMOVE] = { apply_user_remove, true },
	[OP_LOGIN] = { apply_login, true },
	[OP_LOGIN_END] = { apply_login_end, true },
	[OP_LOGIN_SEEN] = { apply_login_seen, false },
	[OP_TOKEN_SEEN] = { apply_token_seen, false },
	[OP_CLAIM] = { apply_claim, true },
	[OP_COMMENT] = { apply_comment, true },
	[OP_HANDOVER] = { apply_handover, true },
	[OP_KEYS] = { apply_keys, true },
	[OP_ALERT] = { apply_alert, false },
	[OP_NOTICE] = { apply_notice, false },
	[OP_DELIVERIES_DUE] = { apply_deliveries_due, false },
};

struct loop {
	struct desk *desk;
	struct writer *w;
	struct op_list batch; /* taken, not yet committed */
	int64_t latest_us;
	bool verdicts_lost; /* seen, and not yet written down */
	int64_t retry_us;   /* pause after a failure, 0 = all is well */
	int64_t retention_due_us, space_due_us, watched_due_us;
	int tries_closing;
	uint64_t events;
	int wal_pages;
};

static int
on_wal(void *arg, sqlite3 *h, const char *name, int pages)
{
	struct loop *l = arg;

	(void)h;
	(void)name;
	l->wal_pages = pages;
	return SQLITE_OK;
}

/* One operation behind its savepoint. */
static void
apply_one(struct writer *w, struct op *op)
{
	struct stand before = w->at;

	memset(&op->result, 0, sizeof(op->result));
	op->result.ok = true;
	op->error[0] = '\0';
	db_run(&w->db, "SAVEPOINT op", "");
	kinds[op->kind].apply(w, op);
	if (w->db.rc != SQLITE_OK && db_environment(&w->db))
		return;
	if (w->db.rc != SQLITE_OK) {
		apply_fault(op, "%s", w->db.error);
		db_forgive(&w->db);
	}
	if (!op->result.ok) {
		db_run(&w->db, "ROLLBACK TO op", "");
		w->at = before;
	}
	db_run(&w->db, "RELEASE op", "");
}

/* The batch as one transaction. False: rolled back, nothing of it is kept. */
static bool
transact(struct loop *l)
{
	struct writer *w = l->w;
	struct stand before = w->at;

	db_run(&w->db, "BEGIN IMMEDIATE", "");
	if (w->at.epoch != 0) {
		if (l->latest_us - w->at.alive_us > STORE_GAP_US)
			epoch_gap(w, l->latest_us);
		epoch_alive(w, l->latest_us, false);
	}
	for (struct op *op = l->batch.first; op != NULL; op = op->next) {
		apply_one(w, op);
		if (w->db.rc != SQLITE_OK)
			break;
	}
	if (w->at.epoch != 0 && l->verdicts_lost)
		epoch_doubt(w, l->latest_us);
	db_run(&w->db, "COMMIT", "");
	if (w->db.rc == SQLITE_OK) {
		l->events += (uint64_t)(w->at.seq - before.seq);
		return true;
	}
	if (!sqlite3_get_autocommit(w->db.h))
		sqlite3_exec(w->db.h, "ROLLBACK", NULL, NULL, NULL);
	w->at = before;
	return false;
}

/* Hands an operation back: to its asker, or to nobody. Under the lock. */
static void
finish(struct desk *d, struct op *op)
{
	if (op->wants || (op->news && op->result.ok)) {
		op->result.error = op->error;
		desk_list_add(&d->out, op);
	} else {
		desk_free(op);
	}
}

static void
not_stored(struct desk *d, struct op *op, const char *why)
{
	op->result.ok = false;
	op->result.later = true;
	sqlite3_snprintf((int)sizeof(op->error), op->error, "not stored: %s",
	    why);
	finish(d, op);
}

/* After a failure: pictures go, people hear of it, facts wait. */
static void
thin_out(struct loop *l, struct op_list *list)
{
	struct desk *d = l->desk;
	struct op_list keep;
	struct op *op;

	desk_list_init(&keep);
	while ((op = desk_list_take(list)) != NULL) {
		bool asked = kinds[op->kind].asked && op->wants;

		if (op->kind != OP_THUMBNAIL && !asked) {
			desk_list_add(&keep, op);
			continue;
		}
		if (op->kind == OP_THUMBNAIL)
			d->health.thumbnails_dropped++;
		not_stored(d, op, l->w->db.error);
	}
	desk_list_append(list, &keep);
}

static void
news(struct desk *d)
{
	uint64_t one = 1;

	if (write(d->news_fd, &one, sizeof(one)) < 0)
		return; /* its counter is full: news is known to wait */
}

static void
note_failure(struct loop *l)
{
	struct desk *d = l->desk;
	struct db *db = &l->w->db;

	if (l->retry_us == 0)
		log_error("store", "can't write: %s (%d); will try again",
		    db->error, db->rc);
	l->retry_us = l->retry_us == 0		       ? RETRY_MIN_US
		      : l->retry_us < RETRY_MAX_US / 2 ? l->retry_us * 2
						       : RETRY_MAX_US;
	pthread_mutex_lock(&d->lock);
	thin_out(l, &l->batch);
	thin_out(l, &d->in); /* with so many facts their turn never comes */
	d->health.failures++;
	d->health.last_try_us = clock_mono_us();
	sqlite3_snprintf((int)sizeof(d->health.error), d->health.error, "%s",
	    db->error);
	d->health_changed |= !d->health.failing;
	d->health.failing = true;
	pthread_mutex_unlock(&d->lock);
	db_forgive(db);
	news(d);
}

static void
note_commit(struct loop *l)
{
	struct desk *d = l->desk;
	struct op *op;
	int64_t now = clock_mono_us();

	if (l->retry_us != 0)
		log_info("store", "writing again");
	l->retry_us = 0;
	l->verdicts_lost = false;
	pthread_mutex_lock(&d->lock);
	d->health.commits++;
	d->health.events = l->events;
	d->health.last_commit_us = d->health.last_try_us = now;
	d->health_changed |= d->health.failing;
	d->health.failing = false;
	d->health.wal_pages = (uint64_t)l->wal_pages;
	while ((op = desk_list_take(&l->batch)) != NULL)
		finish(d, op);
	d->inventory_changed |= l->w->at.inventory_changed;
	d->resync_due |= l->w->at.resync_due;
	d->revision = l->w->at.revision;
	d->floor_changed |= l->w->at.floor_changed;
	d->people_changed |= l->w->at.people_changed;
	bool some = d->out.count > 0 || d->inventory_changed ||
		    d->floor_changed || d->people_changed || d->resync_due ||
		    d->health_changed;

	pthread_mutex_unlock(&d->lock);
	l->w->at.inventory_changed = l->w->at.resync_due = false;
	l->w->at.floor_changed = l->w->at.people_changed = false;
	if (some)
		news(d);
}

static void
wait_until(struct desk *d, int64_t when_us)
{
	struct timespec t = { .tv_sec = when_us / US_PER_S,
		.tv_nsec = when_us % US_PER_S * 1000 };

	pthread_cond_timedwait(&d->wake, &d->lock, &t);
}

/* Until a batch is due. False: the desk closes and nothing is left. */
static bool
wait_for_batch(struct loop *l)
{
	struct desk *d = l->desk;
	int64_t now = clock_mono_us();
	int64_t idle = now + US_PER_S;

	while (l->batch.count == 0 && d->in.count == 0 && !d->closing &&
	       !d->verdicts_lost) {
		if (clock_mono_us() >= idle)
			return true;
		wait_until(d, idle);
	}
	if (l->batch.count > 0) { /* a retry */
		int64_t due = now + l->retry_us;

		while (!d->closing && clock_mono_us() < due)
			wait_until(d, due);
		return true;
	}
	while (!d->closing && !d->urgent && d->in.count < BATCH_OPS &&
	       clock_mono_us() < d->oldest_us + BATCH_US)
		wait_until(d, d->oldest_us + BATCH_US);
	return d->in.count > 0 || !d->closing;
}

static void
take_batch(struct loop *l)
{
	struct desk *d = l->desk;

	while (l->batch.count < BATCH_OPS && d->in.count > 0)
		desk_list_add(&l->batch, desk_list_take(&d->in));
	if (d->in.count == 0)
		d->urgent = false;
	l->latest_us = d->latest_us;
	/* What still waits is older than the loss: doubt comes behind it. */
	if (d->in.count == 0) {
		l->verdicts_lost |= d->verdicts_lost;
		d->verdicts_lost = false;
	}
	d->busy = l->batch.count > 0;
	d->health.queued = (uint32_t)(d->in.count + l->batch.count);
}

/* PASSIVE never waits for a reader and never makes one wait. */
static void
checkpoint(struct loop *l, bool idle)
{
	int limit = idle ? CHECKPOINT_IDLE_PAGES : CHECKPOINT_PAGES;
	int in_wal = 0, moved = 0;

	if (l->wal_pages < limit || l->retry_us != 0)
		return;
	if (sqlite3_wal_checkpoint_v2(l->w->db.h, NULL,
		SQLITE_CHECKPOINT_PASSIVE, &in_wal, &moved) == SQLITE_OK)
		l->wal_pages = in_wal - moved;
}

/* The last of the disk is for the record: pictures stop first. */
static void
look_at_space(struct loop *l)
{
	struct desk *d = l->desk;
	const char *file = sqlite3_db_filename(l->w->db.h, "main");
	struct statvfs disk;

	if (file == NULL || statvfs(file, &disk) != 0)
		return;
	bool low = (uint64_t)disk.f_bavail * disk.f_frsize < FLOOR_BYTES;

	pthread_mutex_lock(&d->lock);
	bool changed = low != d->health.low_space;

	d->health.low_space = low;
	d->health_changed |= changed;
	pthread_mutex_unlock(&d->lock);
	if (!changed)
		return;
	log_warn("store", "%s",
	    low ? "the disk is nearly full: no more thumbnails"
		: "the disk has room again");
	news(d);
}

static void
housekeeping(struct loop *l, bool idle)
{
	int64_t now = clock_mono_us();

	checkpoint(l, idle);
	if (now >= l->space_due_us) {
		look_at_space(l);
		l->space_due_us = now + SPACE_US;
	}
	if (!idle || l->retry_us != 0)
		return;
	if (now >= l->retention_due_us) {
		bool more = retention_step(l->w, l->latest_us);

		db_forgive(&l->w->db);
		l->retention_due_us = more ? now : now + RETENTION_US;
	} else if (now >= l->watched_due_us) {
		bool more = watched_step(l->w, l->latest_us);

		db_forgive(&l->w->db);
		l->watched_due_us =
		    more ? now + WATCHED_PAUSE_US : now + WATCHED_US;
	}
}

/* At closing, a disk that stays full can't hold us for ever. */
static bool
given_up(struct loop *l)
{
	struct desk *d = l->desk;
	struct op *op;

	if (!d->closing || l->retry_us == 0 || ++l->tries_closing < CLOSE_TRIES)
		return false;
	desk_list_append(&l->batch, &d->in);
	while ((op = desk_list_take(&l->batch)) != NULL) {
		not_stored(d, op, d->health.error);
		d->health.ops_dropped++;
	}
	return true;
}

static bool
turn(struct loop *l)
{
	struct desk *d = l->desk;

	pthread_mutex_lock(&d->lock);
	bool on = wait_for_batch(l) && !given_up(l);

	if (on)
		take_batch(l);
	pthread_mutex_unlock(&d->lock);
	if (!on)
		return false;
	if (l->batch.count > 0 || l->verdicts_lost) {
		if (transact(l))
			note_commit(l);
		else
			note_failure(l);
	}
	pthread_mutex_lock(&d->lock);
	d->busy = l->batch.count > 0;
	bool idle = d->in.count == 0 && !d->busy;

	pthread_cond_broadcast(&d->idle);
	pthread_mutex_unlock(&d->lock);
	housekeeping(l, idle);
	return true;
}

void *
writer_run(void *arg)
{
	struct writer_thread *t = arg;
	struct loop l = { .desk = t->desk,
		.w = t->writer,
		.retention_due_us = clock_mono_us() + RETENTION_US };

	desk_list_init(&l.batch);
	sqlite3_wal_hook(l.w->db.h, on_wal, &l);
	while (turn(&l))
		;
	pthread_mutex_lock(&l.desk->lock);
	l.latest_us = l.desk->latest_us;
	pthread_mutex_unlock(&l.desk->lock);
	recover_end_run(l.w, l.latest_us);
	sqlite3_wal_hook(l.w->db.h, NULL, NULL);
	watched_end(l.w);
	db_close(&l.w->db);
	return NULL;
}
