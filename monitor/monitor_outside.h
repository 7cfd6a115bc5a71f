/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_outside.h: what leaves the house, as the composition root holds it;
 * for monitor_*.c only. monitor_outside.c: the courier. monitor_post.c:
 * deliveries, kept until they are sent. monitor_record.c: checkpoints and their
 * witnesses.
 */
#ifndef MONITOR_MONITOR_OUTSIDE_H
#define MONITOR_MONITOR_OUTSIDE_H

#include "monitor/config/config_outside.h"
#include "monitor/courier/backoff.h"
#include "monitor/courier/courier.h"
#include "monitor/ledger/note.h"
#include "monitor/monitor_parts.h"
#include "monitor/offspring/errand.h"
#include "monitor/store/store_ledger.h"

/* Deliveries under way: mails of reports, then so many of each channel, that
 * none waits for another. */
#define POST_MAILS 4
#define POST_PER_CHANNEL 2
#define POST_WAITERS 8
#define POST_TESTS 4 /* beyond those: somebody looks on */
#define POST_PLACES                                                            \
	(POST_MAILS + CONFIG_CHANNELS * POST_PER_CHANNEL + POST_TESTS)
struct posting {
	int64_t delivery; /* 0 = none */
	int channel;	  /* its number in the settings, or enum post_way */
	int64_t made_utc;
	unsigned tries;
	int64_t checkpoint; /* that the body carries; 0 = none */
	int64_t notice;	    /* whose it is; 0 = of none */
	char to[1024];	    /* of a notice by mail */
	char subject[300];
	bool ending; /* its outcome is not yet committed */
	bool test;   /* tried once */
};
enum post_way { POST_BY_MAIL = -1, POST_BY_NONE = -2 /* any more */ };
struct post_channel {
	struct backoff_rest rest;
	bool failing; /* it was told as a trouble of ours */
};
/* Who waits for what comes of a test. */
struct post_waiter {
	int64_t delivery; /* 0 = nobody does; -1: it is not yet kept */
	int64_t until_us;
	monitor_answer_fn *answer;
	void *arg;
};
struct post {
	struct posting under_way[POST_PLACES];
	struct post_channel channels[CONFIG_CHANNELS], mails;
	struct post_waiter waiters[POST_WAITERS];
	int64_t look_us; /* no sooner */
	/* Those that wait for a channel that is gone are looked for. */
	int64_t strays_us;
};

struct outward_beat {
	int64_t due_us, heard_utc;
	uint32_t number;
	bool fails;
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
	struct outward_beat heartbeat;
	int64_t again_us; /* Alertmanager's are told again */
	uint32_t again, again_failed;
	struct states *states[CONFIG_CHANNELS]; /* of brokers; owned */
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
enum outside_owner {
	OUTSIDE_POST = 1,
	OUTSIDE_WITNESS = 2,
	OUTSIDE_AGAIN = 3, /* its number's last byte: the channel's */
	OUTSIDE_HEARTBEAT = 4,
	OUTSIDE_STATES = 5, /* likewise */
};
#define OUTSIDE_JOB(owner, number)                                             \
	((uint64_t)(owner) << 56 | (uint64_t)(number))

/* --- monitor_post.c: deliveries, and what comes of them */
/* Other settings, or the first: channels are known again by their names (was:
 * the count of before, and their names), and what waits for one that is gone
 * goes by those of its recipient. */
void post_reload(struct monitor *m, char (*was)[CONFIG_NAME_BYTES],
    uint32_t count);
/* What waits for another try has it now: somebody may have mended something. */
void post_again(struct monitor *m);
/* Something new waits: look at once. */
void post_soon(struct monitor *m);
void post_second(struct monitor *m, int64_t now_us);
void post_on_result(struct monitor *m, uint64_t delivery,
    const struct courier_result *r);
/* A mail to each of report.mail_to; path: a page that goes along, of a
 * folder that doesn't hang and for as long as it may wait (backoff.h: five
 * days); "" = none. A line "checkpoint-number: N" in body makes the mail a
 * receipt of that checkpoint (record_newest). */
void post_mail(struct monitor *m, const char *subject, const char *body,
    const char *path);

/* --- monitor_post_test.c: tests, for whose outcome somebody waits */
void post_tell_waiter(struct post *p, int64_t delivery, bool ok,
    const char *text);
void post_waiters_second(struct post *p, int64_t now_us);

/* --- monitor_post_row.c: a row -> a job */
struct store_delivery_row;
struct store_text;
struct channel_job;
/* channel -1: a mail of its own. NULL, or why it can't be sent; fd_out: the
 * attachment's, the caller's to close; -1 = none. */
const char *post_make(struct monitor *m, int channel,
    const struct store_delivery_row *row, struct channel_job *out, int *fd_out);
void post_row_text(char *out, size_t size, struct store_text text);
/* Of a mail, that its body carries; 0 = none. */
int64_t post_checkpoint(const struct store_delivery_row *row);

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
