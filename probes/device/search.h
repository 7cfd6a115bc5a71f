/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search.h: WS-Discovery over UDP: questions to the group of each network and
 * to named addresses, at a pace; who answers is told. What comes is hostile:
 * bounded in number, believed only of its sender. In the probe's loop.
 */
#ifndef PROBES_DEVICE_SEARCH_H
#define PROBES_DEVICE_SEARCH_H

#include "probes/device/proto/discovery.h"

struct event_base;
struct search;

struct search_calls {
	/* Somebody answered; the same one may again. */
	void (*on_match)(void *arg, const struct wire_address *from,
	    const struct discovery_match *m);
	/* One that was to be told of said nothing until the search was over. */
	void (*on_silent)(void *arg, const struct wire_address *a);
	/* One was passed over; why. */
	void (*on_word)(void *arg, const struct wire_address *from,
	    const char *why);
	void (*on_over)(void *arg); /* once, from the loop */
	void *arg;
};

struct search_counts {
	uint32_t replies, strays, others, to_send;
};

/* NULL: no memory. begin: borrowed. */
struct search *search_new(struct event_base *base,
    const struct device_begin *begin, const struct search_calls *calls);
void search_free(struct search **s);
/* One more address that is asked; tell: of its silence, too. False: there are
 * too many. */
bool search_add(struct search *s, const struct wire_address *a, bool tell);
/* False: not even one question can be sent. */
bool search_start(struct search *s);
struct search_counts search_counts(const struct search *s);

#endif
