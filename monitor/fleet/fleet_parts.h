/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet_parts.h: what the files of the fleet share; nobody else includes it.
 * fleet.c holds the feeds, fleet_probe.c the processes, fleet_inbox.c judges
 * what they say.
 */
#ifndef MONITOR_FLEET_FLEET_PARTS_H
#define MONITOR_FLEET_FLEET_PARTS_H

#include <sys/types.h>

#include "camwarden/wire.h"
#include "common/cursor.h"
#include "monitor/fleet/fleet.h"
#include "monitor/fleet/names.h"
#include "monitor/fleet/tickets.h"

#define CRASHES_KEPT 2u /* so many kills make a quarantine */
#define CRASH_WINDOW_US (600 * 1000000LL)
#define QUARANTINE_US (3600 * 1000000LL)

struct probe;

struct feed {
	struct wire_feed_add *want; /* owned; NULL = this number is free */
	int fd;			    /* of an as_file feed, owned; -1 none */
	uint32_t
	    generation; /* of the life now; kept when the number is freed */
	struct probe *owner;	/* NULL: beyond the capacity */
	bool queued;		/* waits in fl->line to be handed over */
	bool resolving;		/* its name is being asked */
	bool added;		/* FEED_ADD of this generation was sent */
	bool blind;		/* on_blind said so, NONE not yet */
	uint32_t name_failures; /* in a row, before it was handed over */
	int64_t retry_us;	/* after such a failure; 0 = not waiting */
	int64_t locked_us; /* no connect sooner: the device may lock us out */
	int64_t rest_us;   /* what its device may count ended by then; .. */
	uint32_t rest_device; /* .. also when it is removed and added */
	struct tickets tickets;
	int64_t crash_us[CRASHES_KEPT]; /* when its pictures killed, 0 none */
	int64_t quarantined_us;		/* until then; 0 = not */
};

struct probe {
	struct fleet *fl;
	enum probe_role role;
	uint32_t number;     /* within its role */
	uint32_t first_link; /* stream, demux: row of the link matrix */
	pid_t pid; /* 0 = none runs, or it is not yet reaped no more */
	struct channel *channel; /* NULL: closed */
	bool hello;		 /* its own was good: it may be fed */
	bool hung;		 /* killed by us because it did not answer */
	bool banned;		 /* killed by us because it lied */
	int64_t born_us;
	int64_t throttle_us; /* wait before the next start */
	int64_t pinged_us;   /* the unanswered ping went out; 0 = none */
	int64_t heard_us;    /* last pong, of any life, or the first start */
	uint64_t nonce;	     /* of that ping */
	struct event *restart;
	uint32_t restarts;
	uint32_t feeds;	    /* owned by it, handed over or not */
	uint32_t log_lines; /* in the current second */
	uint64_t decoding;  /* ticket that DECODE_BEGIN named, 0 = none */
	struct wire_pong last;
};

struct fleet {
	struct event_base *base;
	struct fleet_calls calls;
	struct wire_configure configure;
	int64_t patience_us; /* with a silent probe */
	char *program_dir;
	struct names *names;
	struct feed *feeds;   /* LIMIT_FEEDS of them */
	struct probe *probes; /* streams, then demuxes, then pictures */
	uint32_t streams, demuxes, pictures;
	int (*links)[2]; /* [writer * pictures + picture] = write, read end */
	uint32_t *line;	 /* ring of feed numbers to be handed over */
	uint32_t line_head, line_length;
	struct event *second, *pump, *child, *stop;
	uint32_t waiting; /* feeds with retry_us or over capacity */
	uint64_t ignored; /* late messages dropped in peace */
	bool stopping;
	int64_t tick_us;   /* between two looks at the probes */
	int64_t ticked_us; /* we looked last */
	void (*on_stopped)(void *arg);
	void *stopped_arg;
};

/* What the loop calls; fleet.c's, handed to fleet_new.c. */
struct fleet_turns {
	void (*second)(int, short, void *);
	void (*pump)(int, short, void *);
	void (*child)(int, short, void *);
	void (*stop_deadline)(int, short, void *);
	names_fn *name;
};
struct fleet *fleet_build(struct event_base *base,
    const struct fleet_config *cfg, const struct fleet_calls *calls,
    const struct fleet_turns *turns, const char **error_out);

/* fleet_random: from the kernel; a ticket must not be guessed. */
uint64_t fleet_random(void);

/* --- fleet.c, for the other two */
/* The probe is gone: its feeds are blind and queued again, or (a picture
 * probe) its partners' samples lost. */
void fleet_probe_lost(struct probe *p);
/* A decoder died with this ticket in hand. */
void fleet_suspect(struct fleet *fl, uint64_t ticket);
/* Its probe found no room for it: it is handed over anew, then. */
int64_t fleet_not_held(struct fleet *fl, uint32_t feed);
void fleet_pump(struct fleet *fl); /* soon, from the loop */
/* Tell the caller that one sample will not come. */
void fleet_no_sample(struct fleet *fl, uint32_t feed, uint64_t ticket,
    enum sample_result why);
/* A live report from the feed's new probe ends its blindness. */
void fleet_seeing(struct fleet *fl, uint32_t feed);
bool fleet_names_ask(struct probe *p, const struct wire_resolve *ask);

/* --- fleet_probe.c */
bool fleet_probe_start(struct probe *p);
void fleet_probe_ban(struct probe *p, const char *why);
/* late: so long we slept ourselves since the last. */
void fleet_probe_tick(struct probe *p, int64_t now_us, int64_t late_us);
void fleet_probe_reap(struct probe *p);
void fleet_probe_close(struct probe *p); /* at the end: kill, reap, free */
const char *fleet_probe_name(const struct probe *p); /* "stream-0" */

/* --- fleet_inbox.c: a channel_message_fn */
bool fleet_inbox_message(void *probe, unsigned type, struct span body);

#endif
