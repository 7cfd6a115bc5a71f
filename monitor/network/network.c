/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/network/network.h"

#include <string.h>

#include "common/address.h"

#define SECOND 1000000ll
#define BOUNCE_US (1 * SECOND)	  /* a plug that is moved, a port that trains */
#define HEARD_US (5 * SECOND / 2) /* told each second */
#define ANSWER_US (3 * SECOND)	  /* asked every two seconds */
#define NO_ANSWER_US (7 * SECOND) /* three unanswered */
#define MASS 5u			  /* feeds; fewer may well fail together */

void
network_init(struct network *n, int64_t now_us)
{
	*n = (struct network){ .ways = 2, .heard_us = now_us };
	n->way[NETWORK_HERE] = (struct network_way){ .name = "lo",
		.carrier = true,
		.sure_us = now_us,
		.why = "" };
	n->way[NETWORK_NOWHERE] = (struct network_way){ .name = "none",
		.state = NETWORK_LOST,
		.sure_us = now_us,
		.why = "there is no route" };
}

uint32_t
network_way_of(struct network *n, int ifindex, const char *name,
    const struct wire_address *gateway, int64_t now_us)
{
	static const struct wire_address none;
	const struct wire_address *g = gateway != NULL ? gateway : &none;
	struct network_way *w;

	for (uint32_t i = 2; i < n->ways; i++)
		if (n->way[i].ifindex == ifindex &&
		    address_same(&n->way[i].gateway, g))
			return i;
	if (n->ways == NETWORK_WAYS)
		return NETWORK_HERE;
	w = &n->way[n->ways];
	*w = (struct network_way){ .ifindex = ifindex,
		.gateway = *g,
		.carrier = true,
		.carrier_us = now_us,
		.sure_us = now_us,
		.why = "" };
	memcpy(w->name, name, strnlen(name, sizeof(w->name) - 1));
	return n->ways++;
}

void
network_on_carrier(struct network *n, int ifindex, bool carrier, int64_t now_us)
{
	for (uint32_t i = 2; i < n->ways; i++) {
		struct network_way *w = &n->way[i];

		if (w->ifindex != ifindex || w->carrier == carrier)
			continue;
		w->carrier = carrier;
		w->carrier_us = now_us;
	}
}

uint32_t
network_target_add(struct network *n, const struct network_target *target)
{
	if (n->targets == NETWORK_TARGETS)
		return NETWORK_TARGETS;
	n->target[n->targets] = *target;
	return n->targets++;
}

void
network_on_asked(struct network *n, uint32_t target, int64_t now_us)
{
	if (n->target[target].asked_us == 0)
		n->target[target].asked_us = now_us;
}

void
network_on_answer(struct network *n, uint32_t target, int64_t now_us)
{
	n->target[target].answered_us = now_us;
}

void
network_on_heard(struct network *n, int64_t now_us)
{
	n->heard_us = now_us;
}

void
network_on_load(struct network *n, uint32_t way,
    const struct network_load *load)
{
	n->way[way].load = *load;
}

/* How long the best of a way's targets of one kind has been silent; -1: there
 * is none that says anything. A reference that never answered speaks by its
 * silence; a gateway may simply not answer such questions. */
static int64_t
silence(const struct network *n, uint32_t way, bool gateway, int64_t now_us)
{
	int64_t best = -1;

	for (uint32_t i = 0; i < n->targets; i++) {
		const struct network_target *t = &n->target[i];
		int64_t from = t->answered_us != 0 || gateway ? t->answered_us
							      : t->asked_us;

		if (t->way != way || t->gateway != gateway || from == 0)
			continue;
		if (best < 0 || now_us - from < best)
			best = now_us - from;
	}
	return best;
}

struct finding {
	enum network_state state;
	int64_t sure_us; /* of the last proof that it was whole */
	const char *why;
};

static struct finding
whole_at(int64_t sure_us)
{
	return (struct finding){ NETWORK_WHOLE, sure_us, "" };
}

static struct finding
by_answer(int64_t silent_us, const char *why, int64_t now_us)
{
	if (silent_us <= ANSWER_US)
		return whole_at(now_us - silent_us);
	return (struct finding){ silent_us <= NO_ANSWER_US ? NETWORK_UNDECIDED
							   : NETWORK_LOST,
		now_us - silent_us, why };
}

/* All that it carried fell silent in one moment, and nobody was heard since. */
static void
note_silence(const struct network *n, struct network_way *w, int64_t now_us)
{
	if (now_us - n->heard_us <= HEARD_US)
		w->fell_silent = false;
	else if (!w->fell_silent && w->load.flowing >= MASS) {
		w->fell_silent = true;
		w->fell = w->load;
	}
}

static struct finding
find(const struct network *n, uint32_t way, int64_t now_us)
{
	const struct network_way *w = &n->way[way];
	int64_t silent;

	if (!w->carrier)
		return (struct finding){ now_us - w->carrier_us < BOUNCE_US
					     ? NETWORK_UNDECIDED
					     : NETWORK_LOST,
			w->carrier_us, "the interface has no carrier" };
	if (w->load.flowing > 0 && now_us - n->heard_us <= HEARD_US)
		return whole_at(n->heard_us);
	silent = silence(n, way, false, now_us);
	if (silent >= 0)
		return by_answer(silent, "no reference host answers", now_us);
	silent = silence(n, way, true, now_us);
	if (silent > ANSWER_US)
		return by_answer(silent, "the gateway does not answer", now_us);
	if (w->fell_silent &&
	    (silent >= 0 ? w->fell.several_sites : w->fell.several_devices))
		return (struct finding){ NETWORK_UNDECIDED, n->heard_us,
			"all its feeds fell silent at once" };
	return whole_at(silent >= 0 ? now_us - silent : now_us);
}

uint32_t
network_step(struct network *n, int64_t now_us)
{
	uint32_t changed = 0;

	for (uint32_t i = 2; i < n->ways; i++) {
		struct network_way *w = &n->way[i];
		struct finding f;

		note_silence(n, w, now_us);
		f = find(n, i, now_us);
		if (f.state != w->state)
			changed |= 1u << i;
		w->state = f.state;
		w->sure_us = f.sure_us;
		w->why = f.why;
	}
	return changed;
}

int64_t
network_sure(const struct network *n, uint32_t way)
{
	const struct network_way *w = &n->way[way];
	bool heard = w->load.flowing > 0 && w->carrier;

	return heard && n->heard_us > w->sure_us ? n->heard_us : w->sure_us;
}

bool
network_cut(const struct network *n, uint32_t way)
{
	const struct network_way *w = &n->way[way];

	return w->state == NETWORK_LOST &&
	       (way == NETWORK_NOWHERE || !w->carrier);
}
