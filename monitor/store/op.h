/* SPDX-License-Identifier: GPL-3.0-or-later */
/* op.h: a queued operation, from post_new (post.h) on the main thread to its
 * apply function (writer.h) on the writer's and back. Private to this room.
 */
#ifndef MONITOR_STORE_OP_H
#define MONITOR_STORE_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/store/reference.h"
#include "monitor/store/store.h"
#include "monitor/store/store_alert.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_overlay.h"
#include "monitor/store/store_ledger.h"
#include "monitor/store/store_users.h"

enum op_kind {
	OP_VERDICT,
	OP_INCIDENT_OPEN,
	OP_INCIDENT_CHANGE,
	OP_INCIDENT_CLOSE,
	OP_INCIDENT_ACKNOWLEDGE,
	OP_THUMBNAIL,
	OP_OVERLAY,
	OP_OVERLAY_END,
	OP_ROLLUP,
	OP_LEARNED,
	OP_HEARTBEAT,
	OP_EPOCH,
	OP_INVENTORY,
	OP_EVENT,
	OP_REFERENCE,
	OP_FLOOR,
	OP_PRESENCE,
	OP_DISPLAY,
	OP_TOKEN_ADD,
	OP_TOKEN_REVOKE,
	OP_PROMPT,
	OP_DISPUTE,
	OP_HEAD,
	OP_CHECKPOINT,
	OP_RECEIPT,
	OP_DELIVERY,
	OP_ATTEMPT,
	OP_MADE_REPORT,
	OP_FORGET_REPORTS,
	OP_USER,
	OP_USER_REMOVE,
	OP_LOGIN,
	OP_LOGIN_END,
	OP_LOGIN_SEEN,
	OP_TOKEN_SEEN,
	OP_CLAIM,
	OP_COMMENT,
	OP_HANDOVER,
	OP_KEYS,
	OP_ALERT,
	OP_NOTICE,
	OP_DELIVERIES_DUE,
};
#define OP_COUNT 42

struct op_close {
	int64_t id, since_us, at_us;
};
struct op_word { /* acknowledgement, end of an overlay, epoch, event, .. */
	int64_t id, at_us, utc;
	const char *actor, *text, *body;
	int kind; /* of an overlay; 0 = either. Of a log-in: why */
};
struct op_learned {
	int64_t feed;
	int kind;
	const void *bytes;
	size_t length;
};
struct op_inventory {
	struct inventory_plan *plan; /* owned */
	uint64_t revision;
	const char *actor, *reason;
};

struct op_floor {
	struct floor_plan *plan; /* owned */
	uint64_t revision;
	const char *actor, *reason;
};

struct op {
	struct op *next;
	enum op_kind kind;
	int64_t stamp_us; /* when it was posted */
	size_t bytes;	  /* what it weighs in the queue */
	struct store_done done;
	bool wants; /* done is to be called */
	bool news;  /* of an incident: the monitor hears of it, committed */
	struct store_result result;
	char error[STORE_ERROR_BYTES]; /* result.error points here */
	union {
		struct store_verdict verdict;
		struct store_incident incident;
		struct op_close close;
		struct op_word word;
		struct store_thumbnail thumbnail;
		struct store_reference reference;
		struct store_overlay overlay;
		struct store_rollup rollup;
		struct op_learned learned;
		struct op_inventory inventory;
		struct op_floor floor;
		struct store_presence presence;
		struct store_display display;
		struct store_token token;
		struct store_prompt prompt;
		struct store_dispute dispute;
		struct store_head head; /* the answer */
		struct store_checkpoint checkpoint;
		struct store_receipt receipt;
		struct store_delivery delivery;
		struct store_attempt attempt;
		struct store_made_report made;
		struct store_user user;
		struct store_login login;
		struct store_claim claim;
		struct store_handover handover;
		struct store_alert alert;
		struct store_notice notice;
	};
	size_t used; /* of tail */
	char tail[]; /* copies of the strings above */
};

#endif
