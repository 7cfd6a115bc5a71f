/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet.h: feeds in, checked observations out. Spawns, feeds, supervises and
 * replaces the probe processes, shards the feeds over them, resolves names
 * for them and hands out the one-time tickets of samples. What probes say is
 * hostile: it is checked for version, length, range, owner, generation and
 * ticket here, and a probe that lies is killed and replaced. Called by
 * monitor.c and by `camwarden probe`; one thread, on libevent.
 *
 * Knows nothing of verdicts, stores or pages. Never ends its process.
 */
#ifndef MONITOR_FLEET_FLEET_H
#define MONITOR_FLEET_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "camwarden/wire.h"

struct event_base;
struct fleet;

struct fleet_config {
	const char *program_dir; /* "" or NULL: beside the running program */
	uint32_t stream_probes;	 /* 0 = one per core, 1 at least */
	uint32_t picture_probes; /* 0 = one per core, 1 at least */
	uint32_t demux_probes;	 /* 0 = 1 */
	bool no_stream; /* for `camwarden probe`: don't start that role */
	bool no_demux;
	uint32_t patience_ms;	     /* a probe silent for longer is replaced;
				      * 0 = 5000 */
	struct wire_configure probe; /* seed, anchor, links filled by us */
};

/* Called from the event loop, never from within a fleet_ call. What is
 * pointed to is borrowed until the call returns. */
struct fleet_calls {
	void *arg;
	void (*on_link)(void *arg, const struct link_report *r);
	void (*on_account)(void *arg, const struct account *a);
	/* Exactly one for every accepted fleet_ask, with its result; feeds
	 * that were removed meanwhile excepted. */
	void (*on_sample)(void *arg, const struct sample *s);
	/* Beside an on_sample (before or after it), if WIRE_SAMPLE_PNG was
	 * asked and made. */
	void (*on_png)(void *arg, uint32_t feed, const struct wire_png *png);
	/* Our own side lost the feed (its cause), or has it again (NONE). */
	void (*on_blind)(void *arg, uint32_t feed, enum cause cause);
	void (*on_learned)(void *arg, const struct wire_learned *l);
	/* From within: the feed is handed over now, and its password wanted,
	 * for that moment. NULL: it is in what fleet_add was given. */
	void (*on_password)(void *arg, uint32_t feed,
	    char out[LIMIT_CREDENTIAL_BYTES]);
	void (*on_pong)(void *arg, enum probe_role role, uint32_t number,
	    int32_t pid, const struct wire_pong *pong);
};

/* Starts the probes. NULL with a sentence in error_out when there can be
 * none (no programs, no memory, no descriptors). */
struct fleet *fleet_new(struct event_base *base, const struct fleet_config *cfg,
    const struct fleet_calls *calls, const char **error_out);
/* WIRE_STOP to all; `on_stopped` once every probe is gone, or killed after
 * 1.5 s. Then fleet_free. */
void fleet_stop(struct fleet *fl, void (*on_stopped)(void *arg), void *arg);
/* Kills what still runs. */
void fleet_free(struct fleet **fl);

/* Whether a URL is the demux probe's. */
bool fleet_is_demux(const char *url, bool as_file);
/* Feeds of other URLs than RTSP that this fleet can hold. */
uint32_t fleet_demux_capacity(const struct fleet *fl);
uint32_t fleet_demux_used(const struct fleet *fl);

/* Takes over one feed: want->ref.feed is the caller's number (< LIMIT_FEEDS,
 * not in use), the generation and the addresses are ours to fill;
 * not_before_us: no first connection sooner. fd: -1, or
 * the open file of an `as_file` feed (duplicated). It is handed to its probe
 * at the configured pace. False with a sentence: number in use, memory out. A
 * feed beyond the demux capacity is taken and reported over-capacity. */
bool fleet_add(struct fleet *fl, const struct wire_feed_add *want, int fd,
    const char **error_out);
void fleet_remove(struct fleet *fl, uint32_t feed);
/* The address that the feed is fetched from; false while none is known (a
 * name that isn't resolved yet, or one that libavformat resolves). */
bool fleet_address(const struct fleet *fl, uint32_t feed,
    struct wire_address *out);
/* Whether it is reached over the network at all: its URL names a host. */
bool fleet_has_name(const struct fleet *fl, uint32_t feed);
/* Forget the back-off: try now. */
void fleet_retry(struct fleet *fl, uint32_t feed);
/* As WIRE_FEED_PAUSE; a feed that is handed to another probe forgets it. */
void fleet_pause(struct fleet *fl, uint32_t feed, uint32_t least_ms,
    uint32_t most_ms);

enum fleet_asked {
	FLEET_ASKED,
	FLEET_NOT_NOW,	   /* the feed's probe is being replaced, or queued */
	FLEET_QUARANTINED, /* its pictures killed decoders; on_sample is not
			    * called for this ask */
};
/* Ask one sample; a pending ask of the same feed is replaced (its on_sample
 * says SAMPLE_NO_KEYFRAME). */
enum fleet_asked fleet_ask(struct fleet *fl, uint32_t feed, uint32_t flags,
    int64_t not_before_us);
/* Whether an ask of this feed is unanswered. */
bool fleet_asking(const struct fleet *fl, uint32_t feed);

/* For pages, drills and tests: one probe as it stands. */
struct fleet_probe {
	enum probe_role role;
	uint32_t number;
	int32_t pid; /* 0 while it is being replaced */
	uint32_t restarts;
	uint32_t feeds;	       /* given to it */
	struct wire_pong last; /* all 0 before the first */
	int64_t owes_us;       /* the unanswered ping went out; 0 = none */
	int64_t heard_us; /* its last pong, also of an earlier life; or when the
			   * first began */
};
uint32_t fleet_probe_count(const struct fleet *fl);
void fleet_probe_at(const struct fleet *fl, uint32_t index,
    struct fleet_probe *out);
/* So long a device may count sessions that nobody ended: RFC 2326's timeout,
 * and how late servers look. One that limits them is not asked before. */
#define FLEET_LINGER_US (65 * 1000000ll)

/* The stream probe that a feed of this UUID belongs to, of `probes`; unless it
 * belongs to where its device is. */
uint32_t fleet_shard(const uint8_t uuid[16], uint32_t probes);

#endif
