/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer.h: what the writing side of the store shares between its files: the
 * writer's place in time, and one apply function per kind of operation. Private
 * to this room; all of it runs on the writer thread (on the opening thread
 * until that one starts).
 */
#ifndef MONITOR_STORE_WRITER_H
#define MONITOR_STORE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/tree.h"
#include "monitor/store/db.h"
#include "monitor/store/op.h"

/* The writer's place; copied before and put back after what fails. */
struct stand {
	int64_t run, epoch;  /* epoch 0: none open (tool) */
	int64_t anchor_us;   /* UTC - monotonic */
	int64_t epoch_start; /* UTC */
	int64_t alive_us;    /* monotonic: the heartbeat row */
	int64_t beats;
	int64_t seq;	  /* of the last line */
	int64_t mono;	  /* of this run's last line: lines never go back */
	uint8_t hash[32]; /* of the last line */
	struct tree tree; /* over all lines */
	uint64_t revision;
	uint64_t floor_revision;
	/* Every hour before this one was summed, or is in watched_due; 0 =
	 * there never was a screen. */
	int64_t watched_hour;
	/* Hours from there up to watched_top were summed before a clock was set
	 * back; epochs from watched_epoch on are new. 0: it was not. */
	int64_t watched_top, watched_epoch;
	bool inventory_changed, floor_changed, people_changed;
	bool resync_due; /* the monitor must post every verdict again */
};

#define WRITER_BODY_BYTES (48u << 10)

struct writer {
	struct db db;
	struct stand at;
	bool tool;
	char boot[40]; /* the kernel's boot id */
	uint8_t origin[16], run_uuid[16];
	char body[WRITER_BODY_BYTES]; /* of the event being made */
	uint32_t keep_interval_days, keep_event_days, keep_rollup_days;
	uint32_t keep_thumbnail_days, keep_people_days;
	uint64_t keep_bytes;
	int64_t base;	      /* seq before the ledger's first line */
	struct keys *keys;    /* that seal passwords; NULL: .. */
	char keys_error[256]; /* .. why not */
	char keys_path[4096];
	struct sight *sight; /* of the hour being summed; NULL = none */
	int64_t sight_hour;
};

/* recover.c: opening. Each leaves w->db.rc set when it failed. */
void recover_settings(struct writer *w);
void recover_begin_run(struct writer *w, int64_t mono_us, int64_t utc_us);
void recover_end_run(struct writer *w, int64_t mono_us);

/* epoch.c */
int64_t epoch_utc(const struct writer *w, int64_t mono_us);
/* The main loop was alive at mono_us. */
void epoch_alive(struct writer *w, int64_t mono_us, bool stopped);
/* Nothing could be written, or nobody lived, from the heartbeat to mono_us. */
void epoch_gap(struct writer *w, int64_t mono_us);
/* All open intervals become unknown from mono_us on: verdicts were lost. */
void epoch_doubt(struct writer *w, int64_t mono_us);
void epoch_step(struct writer *w, struct op *op);

/* apply*.c: one operation; a fault of the operation itself goes through
 * apply_fault, the environment's stays in w->db. */
void apply_fault(struct op *op, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void apply_verdict(struct writer *w, struct op *op);
void apply_incident_open(struct writer *w, struct op *op);
void apply_incident_change(struct writer *w, struct op *op);
void apply_incident_close(struct writer *w, struct op *op);
void apply_incident_acknowledge(struct writer *w, struct op *op);
void apply_thumbnail(struct writer *w, struct op *op);
void apply_reference(struct writer *w, struct op *op);
void apply_overlay(struct writer *w, struct op *op);
void apply_overlay_end(struct writer *w, struct op *op);
void apply_rollup(struct writer *w, struct op *op);
void apply_learned(struct writer *w, struct op *op);
void apply_inventory(struct writer *w, struct op *op);
void apply_event(struct writer *w, struct op *op);
void apply_floor(struct writer *w, struct op *op);
void apply_presence(struct writer *w, struct op *op);
void apply_display(struct writer *w, struct op *op);
void apply_token_add(struct writer *w, struct op *op);
void apply_token_revoke(struct writer *w, struct op *op);
void apply_prompt(struct writer *w, struct op *op);
void apply_dispute(struct writer *w, struct op *op);
/* "{}" for what is no JSON object: it must not spoil the event. */
const char *apply_evidence(struct writer *w, const char *evidence);

/* apply_inventory.c: the id of the site of that path; 0: there is none. */
int64_t site_in_force(struct writer *w, const char *path);

/* sealed.c */
void apply_keys(struct writer *w, struct op *op);
/* apply_users.c */
void apply_user(struct writer *w, struct op *op);
void apply_user_remove(struct writer *w, struct op *op);
/* apply_logins.c */
void apply_login(struct writer *w, struct op *op);
void apply_login_end(struct writer *w, struct op *op);
void apply_login_seen(struct writer *w, struct op *op);
/* All of a user's but that one; told as the op's actor. */
void logins_end(struct writer *w, struct op *op, int64_t user, int64_t keep,
    enum store_login_end why, const char *actor, const char *reason);
/* apply_tokens.c */
void apply_token_seen(struct writer *w, struct op *op);
void apply_claim(struct writer *w, struct op *op);
/* apply_alert.c */
void apply_alert(struct writer *w, struct op *op);
void apply_notice(struct writer *w, struct op *op);
/* apply_notes.c */
void apply_comment(struct writer *w, struct op *op);
void apply_handover(struct writer *w, struct op *op);

/* apply_ledger.c */
void apply_head(struct writer *w, struct op *op);
void apply_checkpoint(struct writer *w, struct op *op);
void apply_receipt(struct writer *w, struct op *op);
void apply_delivery(struct writer *w, struct op *op);
void apply_attempt(struct writer *w, struct op *op);
void apply_deliveries_due(struct writer *w, struct op *op);
void apply_made_report(struct writer *w, struct op *op);
void apply_forget_reports(struct writer *w, struct op *op);

/* event.c: one line of the ledger with its content, chained, and in the tree;
 * feed 0 = none. Returns its seq, 0 on failure. */
int64_t event_append(struct writer *w, int64_t mono_us, const char *kind,
    const char *actor, int64_t feed, const char *body);
/* The feed's uuid as text into out ("" when there is no such feed). */
void event_feed_uuid(struct writer *w, int64_t feed, char out[37]);

/* retention.c: a bounded step of deleting what is too old or too much; true
 * when more is left to do. */
bool retention_step(struct writer *w, int64_t mono_us);

#endif
