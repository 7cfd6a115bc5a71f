/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change_inside.h: what the files of change.h share; nobody else includes it.
 * change.c: which, who may, answers. change_incident.c: incidents, overlays.
 * change_import.c: inventory, references. change_people.c: users, tokens.
 * change_login.c: who proves who he is.
 */
#ifndef MONITOR_CLI_CHANGE_INSIDE_H
#define MONITOR_CLI_CHANGE_INSIDE_H

#include "monitor/cli/change.h"
#include "monitor/cli/change_wish.h"
#include "monitor/monitor.h"
#include "monitor/monitor_target.h"

#define CHANGE_RETRY_S 10 /* when it may go, after a 503 */

/* One change under way. */
struct change {
	struct monitor *m;
	const struct change_ask *ask; /* until change_run returns */
	const struct change_wish *wish;
	struct monitor_actor actor; /* and reason; likewise */
	change_answer_fn *answer;
	void *arg;
};

/* Where the answer goes, once ask is gone. */
struct change_later {
	change_answer_fn *answer;
	void *arg;
	/* What a good answer is made of. */
	json_t *(*body)(struct change_later *l, const struct monitor_answer *a);
	unsigned status;  /* of a good one */
	unsigned refused; /* of another; 422 unless said */
	int64_t number;	  /* as the maker needs it */
	json_t *more;	  /* owned; likewise */
	struct monitor *m;
};

/* Now. */
void change_refuse(struct change *c, unsigned status, const char *text);
void change_say(struct change *c, unsigned status, json_t *body);
/* NULL: it was refused. */
struct change_later *change_later_new(struct change *c, unsigned status,
    json_t *(*body)(struct change_later *, const struct monitor_answer *));
/* A monitor_answer_fn; arg: the later, which is freed. */
void change_done(void *arg, const struct monitor_answer *a);

/* Whether who asks may also do this part of it; else it is refused. */
bool change_may(struct change *c, enum right part);
/* Whether a place is within his site; else "no such ..." with 404: what is not
 * his to see is not told from what is not there. */
bool change_sees(struct change *c, const char *site, const char *missing);
/* He answers for all sites; else refused. */
bool change_sees_all(struct change *c);

typedef void change_fn(struct change *c);
change_fn change_acknowledge, change_comment, change_mute, change_overlay_add,
    change_overlay_end;
change_fn change_retry, change_references, change_handover, change_import;
change_fn change_channel_test;
change_fn change_user_add, change_user_change, change_user_remove,
    change_token_add, change_token_revoke, change_login_end;
change_fn change_login, change_setup, change_kiosk, change_logout,
    change_password;

#endif
