/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace.h: who may connect now: a global rate, a rate and a number in progress
 * per host, sessions per device (common/seats), a half-open cap, a rate of TLS
 * handshakes, nobody while we ourselves lack descriptors or memory; and how
 * often a password was refused at a host (RTSP.md 2, 11). No input from the
 * network. Time is given. For probes/stream only. */
#ifndef PROBES_STREAM_PACE_H
#define PROBES_STREAM_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"
#include "common/seats.h"

#define PACE_HALF_OPEN 500u
/* Begun per second. A rate and no number of them: one that never ends costs
 * nothing and must not hold up others. */
#define PACE_HANDSHAKES 100u
#define PACE_SHORT_US 250000 /* then one may try what we lacked */
#define PACE_BAD_LOGINS 2u   /* in PACE_LOGIN_US, per host, not per feed */
#define PACE_LOGIN_US (1800 * 1000000LL)

struct pace_host {
	struct pace_host *next; /* of its bucket */
	struct wire_address address;
	uint32_t users;	  /* feeds that point here */
	uint32_t opening; /* from GRANT to media or failure */
	uint32_t bad_logins;
	bool good; /* a login or media worked there */
	int64_t bad_since_us;
	int64_t tokens_us; /* time up to which connects are paid */
};

#define PACE_BUCKETS 4096u

struct pace {
	int64_t tokens_us;   /* as of a host */
	uint32_t per_second; /* 0 = no limit */
	uint32_t host_per_second;
	uint32_t host_opening;
	uint32_t half_open;    /* in CONNECTING */
	int64_t handshakes_us; /* tokens, as above */
	int64_t short_us;      /* nobody goes before */
	struct pace_host *hosts[PACE_BUCKETS];
	struct seats seats;
};

enum pace_answer {
	PACE_GO,
	PACE_LATER,  /* nobody may go now */
	PACE_HOST,   /* this host is busy; others may go */
	PACE_DEVICE, /* its session limit is reached */
	PACE_LOCKED, /* too many wrong passwords there */
	PACE_SHORT,  /* we lack descriptors or memory: nobody may go */
};

/* NULL when memory is out. Balance with pace_host_put. */
struct pace_host *pace_host_get(struct pace *p, const struct wire_address *a);
void pace_host_put(struct pace *p, struct pace_host **host);

struct pace_ask {
	struct pace_host *host; /* NULL: not known yet (a name) */
	struct seats_device *device;
	uint32_t device_sessions; /* 0 = no limit */
	bool tls;
	bool proved; /* its password has worked: not held by lock-outs */
	bool login;  /* has a password to be wrong with */
};

/* PACE_GO takes a token of each rate; nothing else is counted here. */
enum pace_answer pace_ask(struct pace *p, const struct pace_ask *ask,
    int64_t now_us);
/* An attempt failed for want of descriptors or memory. */
void pace_short(struct pace *p, int64_t now_us);
void pace_bad_login(struct pace_host *host, unsigned count, int64_t now_us);

#endif
