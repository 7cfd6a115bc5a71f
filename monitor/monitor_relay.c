/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds that are fetched from a relay in place of their camera: when the relay
 * itself fails, nothing is said of the cameras, and one incident names it. */
#include "monitor/monitor_parts.h"

#include <stdio.h>
#include <string.h>

#include "monitor/inventory/inventory.h"

#define NAMED 6u /* relays in the incident's text */

/* What the relay answers for itself. "No such stream", silence of a stream
 * whose server answers, a bad stream: those are of what stands behind it. */
static bool
is_its_own(enum reason reason)
{
	switch (reason) {
	case REASON_DNS_FAIL:
	case REASON_NAMES_SILENT:
	case REASON_REFUSED:
	case REASON_UNREACHABLE:
	case REASON_CONNECT_TIMEOUT:
	case REASON_TLS_FAIL:
	case REASON_TLS_PIN_CHANGED:
	case REASON_AUTH_MISSING:
	case REASON_AUTH_WRONG:
	case REASON_AUTH_LOCKED_SUSPECT:
	case REASON_BUSY_453:
	case REASON_BUSY_503:
	case REASON_REPLY_TIMEOUT:
	case REASON_PROTOCOL:
	case REASON_STALL_DEAD:
		return true;
	default:
		return false;
	}
}

void
monitor_relay_on_link(struct watched_feed *f, const struct link_report *r,
    int64_t now_us)
{
	bool word = r->phase >= PHASE_FLOWING && r->reason != REASON_SHUTDOWN;
	bool lost = r->phase != PHASE_FLOWING && is_its_own(r->reason);
	enum cause cause = lost ? CAUSE_RELAY_LOST : CAUSE_NONE;

	if (!f->guest.relayed || !word || f->guest.relay_blind == cause)
		return;
	f->guest.relay_blind = cause;
	f->guest.relay_reason = r->reason;
	f->resample = !lost;
	monitor_blind_apply(f, now_us);
}

/* --- one incident for all that are lost */

struct lost {
	char host[LIMIT_HOST_BYTES];
	enum reason reason;
};

static unsigned
add_host(const struct watched_feed *f, struct lost *list, unsigned count)
{
	struct inventory_url u;
	size_t at;

	if (inventory_url_parse(f->add->url, &u, &at) != NULL)
		return count;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(list[i].host, u.host) == 0)
			return count;
	memcpy(list[count].host, u.host, sizeof(u.host));
	list[count].reason = f->guest.relay_reason;
	return count + 1;
}

/* How many feeds of each are lost is not said: it changes by the second. */
static void
say(struct monitor *m, const struct lost *list, unsigned count, int64_t now_us)
{
	char text[OWN_TEXT_BYTES];
	size_t n = 0;

	for (unsigned i = 0; i < count && i < NAMED && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s (%s)",
		    i > 0 ? ", " : "", list[i].host,
		    reason_name(list[i].reason));
	if (n < sizeof(text))
		snprintf(text + n, sizeof(text) - n, "%s do%s not serve.",
		    count > NAMED ? " and others" : "", count > 1 ? "" : "es");
	monitor_own_say(m, OWN_RELAY, now_us, now_us, text);
}

void
monitor_relay_second(struct monitor *m, int64_t now_us)
{
	struct lost list[NAMED + 1];
	unsigned count = 0;

	for (uint32_t i = 0; i < m->feed_count && count <= NAMED; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];

		/* What our own network hides is no fault of the relay's. */
		if (f->guest.relay_blind != CAUSE_NONE &&
		    f->fleet_blind == CAUSE_NONE &&
		    f->network_blind == CAUSE_NONE)
			count = add_host(f, list, count);
	}
	if (count > 0)
		say(m, list, count, now_us);
	else if (m->seconds > OWN_SETTLED_SECONDS)
		monitor_own_over(m, OWN_RELAY, now_us);
}
