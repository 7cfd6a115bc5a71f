/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h: what is known of our own ways to the cameras -> whether each of
 * them is whole, lost, or can't be told from a lost one. PURE: time comes with
 * each call. Facts come from the kernel, from what we asked, and from the
 * probes' own counts: trusted. Called by the monitor, fed by network_watch.
 *
 * A *way* is an interface with the gateway behind it, if any. Nobody who sits
 * behind a lost way can be judged: a feed that falls silent there is unknown,
 * not down; one that gives an answer, were it a refusal, is judged by it.
 * Evidence, best first: the carrier; media that arrive; a configured reference
 * that answers or doesn't; the gateway. With none of them, feeds of several
 * devices (behind a gateway that answers: of several sites) that all fall
 * silent in the same moment leave it undecided.
 */
#ifndef MONITOR_NETWORK_NETWORK_H
#define MONITOR_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"

#define NETWORK_WAYS 16u
#define NETWORK_TARGETS 24u
#define NETWORK_NAME_BYTES 16u

/* The first two ways are always there. */
#define NETWORK_HERE 0u	   /* this machine itself, or not known: whole */
#define NETWORK_NOWHERE 1u /* no route: lost */

enum network_state { NETWORK_WHOLE, NETWORK_UNDECIDED, NETWORK_LOST };

/* A gateway, or a host that a person named because it answers whenever our
 * network works. */
struct network_target {
	struct wire_address address;
	uint16_t port; /* TCP; 0 = an echo request */
	uint8_t way;
	bool gateway;
	int64_t asked_us;    /* first question of all; 0 = none yet */
	int64_t answered_us; /* last answer; 0 = never */
};

/* What the monitor counts of the feeds on a way. */
struct network_load {
	uint32_t flowing;
	bool several_devices, several_sites; /* of those that flow */
};

struct network_way {
	int ifindex;
	struct wire_address gateway; /* family 0 = none */
	char name[NETWORK_NAME_BYTES];
	bool carrier;
	int64_t carrier_us; /* since when it is so */
	struct network_load load;
	struct network_load fell; /* what it carried when all fell silent */
	bool fell_silent;	  /* and nobody was heard since */
	enum network_state state;
	int64_t sure_us; /* the last proof that it was whole is from then */
	const char *why; /* a few words, "" when whole; static */
};

struct network {
	struct network_way way[NETWORK_WAYS];
	uint32_t ways;
	struct network_target target[NETWORK_TARGETS];
	uint32_t targets;
	int64_t heard_us; /* media from anybody arrived */
};

void network_init(struct network *n, int64_t now_us);
/* The way through an interface and gateway (NULL = none), made when new.
 * NETWORK_HERE when there are too many. */
uint32_t network_way_of(struct network *n, int ifindex, const char *name,
    const struct wire_address *gateway, int64_t now_us);
/* An interface carries or doesn't (down, unplugged, gone). */
void network_on_carrier(struct network *n, int ifindex, bool carrier,
    int64_t now_us);
/* A host to be asked; NETWORK_TARGETS when there are too many, else its
 * number. */
uint32_t network_target_add(struct network *n,
    const struct network_target *target);
void network_on_asked(struct network *n, uint32_t target, int64_t now_us);
void network_on_answer(struct network *n, uint32_t target, int64_t now_us);
void network_on_heard(struct network *n, int64_t now_us);
void network_on_load(struct network *n, uint32_t way,
    const struct network_load *load);
/* Weighs all ways. Bit n of the result: the state of way n changed. */
uint32_t network_step(struct network *n, int64_t now_us);
/* The last proof that it was whole, also since the last step. */
int64_t network_sure(const struct network *n, uint32_t way);
/* Nobody behind this way can be seen at all, whatever a feed seems to say. */
bool network_cut(const struct network *n, uint32_t way);

#endif
