/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_outside.h: what leaves the house, as the composition root holds it;
 * for monitor_*.c only. monitor_outside.c: the courier. monitor_post.c:
 * deliveries, kept until they are sent. monitor_record.c: checkpoints and their
 * witnesses.
 */
#ifndef MONITOR_MONITOR_OUTSIDE_H
#define MONITOR_MONITOR_OUTSIDE_H

#include "monitor/config/config_outside.h"
#include "monitor/courier/courier.h"
#include "monitor/ledger/note.h"
#include "monitor/monitor_parts.h"
#include "monitor/offspring/errand.h"
#include "monitor/store/store_ledger.h"

#define POST_MOST 4
struct post {
	int64_t under_way[POST_MOST]; /* deliveries; 0 = none */
	int64_t made_utc[POST_MOST];
	unsigned tries[POST_MOST];
	int64_t checkpoints[POST_MOST]; /* that the body carries; 0 = none */
	bool ending[POST_MOST];		/* its outcome is not yet committed */
	bool test[POST_MOST];		/* monitor_mail_test's */
	int64_t look_us;		/* no sooner */
};

struct held_witness {
	struct config_witness config;
	struct note_key key; /* of an HTTP witness */
	struct monitor *m;
	unsigned number;
	uint64_t known; /* the size that it has of us */
	bool wanted;	/* the newest checkpoint isn't there yet */
	bool busy;
	bool asked_again; /* it told another size than we thought */
	int64_t retry_us;
	unsigned fails;
	int64_t checkpoint; /* under way or last sent: its number, .. */
	uint64_t size;
	char note[NOTE_BYTES];
	struct errand *errand; /* of a folder */
	int64_t receipt_us;    /* monotonic, the last; or our start */
	bool inside;	       /* a folder of our own file system: no outside */
	char why[COURIER_DETAIL_BYTES]; /* the last failure */
	bool missed, denied;
	char contradiction[COURIER_DETAIL_BYTES];
};

struct record {
	struct note_signer signer;
	char name[NOTE_NAME];
	bool asking; /* for the head, or storing a checkpoint */
	int64_t due_us;
	int64_t checkpoint; /* the newest: its number, 0 = none yet */
	uint64_t size;
	char note[NOTE_BYTES];
	struct held_witness witnesses[CONFIG_WITNESSES];
	unsigned count;
};

struct outside {
	struct courier *courier; /* NULL: nothing is sent over a network */
	struct post post;
	struct record record;
	/* The end: */
	struct event *last; /* looks whether the witnesses have answered */
	int64_t last_until_us;
	void (*last_done)(struct monitor *m);
};

/* --- monitor_outside.c */
/* Before the inventory is loaded. False: error_out says why (given). */
bool monitor_outside_start(struct monitor *m, char **error_out);
void monitor_outside_second(struct monitor *m, int64_t now_us);
/* The monitor stops: a last checkpoint. */
void monitor_outside_stop(struct monitor *m);
/* It is stored: handed to the witnesses; done is called once all have answered,
 * or after two seconds. */
void monitor_outside_last(struct monitor *m, void (*done)(struct monitor *m));
/* New settings of mail and checkpoints; true: key or witnesses are others, from
 * the next start on. */
bool monitor_outside_reload(struct monitor *m,
    const struct monitor_config *cfg);
void monitor_outside_free(struct monitor *m);

/* Jobs of the courier: whose, and its number there. */
enum outside_owner { OUTSIDE_POST = 1, OUTSIDE_WITNESS = 2 };
#define OUTSIDE_JOB(owner, number)                                             \
	((uint64_t)(owner) << 56 | (uint64_t)(number))

/* --- monitor_post.c */
void post_second(struct monitor *m, int64_t now_us);
void post_on_result(struct monitor *m, uint64_t delivery,
    const struct courier_result *r);
/* A mail to each of report.mail_to; path: a page that goes along, of a
 * folder that doesn't hang and for as long as it may wait (backoff.h: five
 * days); "" = none. A line "checkpoint-number: N" in body makes the mail a
 * receipt of that checkpoint (record_newest). */
void post_mail(struct monitor *m, const char *subject, const char *body,
    const char *path);

/* --- monitor_record.c */
bool record_start(struct monitor *m, char **error_out);
void record_second(struct monitor *m, int64_t now_us);
void record_stop(struct monitor *m);
/* The newest checkpoint goes, once, to whoever hasn't had it. True: one has not
 * yet answered. */
bool record_last(struct monitor *m);
void record_free(struct monitor *m);
void record_on_result(struct monitor *m, unsigned witness,
    const struct courier_result *r);
/* The newest checkpoint: its number, and its note; 0 = there is none yet. */
int64_t record_newest(struct monitor *m, const char **note_out);
/* A mail that carried this checkpoint was taken. */
void record_mailed(struct monitor *m, int64_t checkpoint);

#endif
