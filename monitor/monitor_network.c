/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own network: which feeds hang on which way, and what a way that is not
 * whole means for them: unknown, not down, and one incident for all. */
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_parts.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define LOOKUPS 2000u /* of routes, in one second */
/* What was heard is told each second, and read up to 0.8 s late. */
#define PROOF_US (3 * US_PER_S)
/* So long after a loss the word may be under way that it ended a connection:
 * none is silent for longer before it is given up. */
#define LATE_US (30 * US_PER_S)

/* --- what feeds tell */

/* Nobody answered: the network may be why. Any answer, were it a refusal,
 * came over a network that works. */
static bool
is_silent(const struct link_report *r)
{
	if (r->phase != PHASE_STALLED && r->phase != PHASE_BACKOFF)
		return false;
	switch (r->reason) {
	case REASON_DNS_FAIL:
	case REASON_NAMES_SILENT:
	case REASON_UNREACHABLE:
	case REASON_CONNECT_TIMEOUT:
	case REASON_REPLY_TIMEOUT:
	case REASON_STALL_DEAD:
	case REASON_OPEN_FAILED:
	case REASON_NONE:
		return true;
	default:
		return false;
	}
}

static bool
is_answer(const struct link_report *r)
{
	return r->phase == PHASE_FLOWING ||
	       ((r->phase == PHASE_BACKOFF || r->phase == PHASE_STALLED) &&
		   r->reason != REASON_SHUTDOWN &&
		   r->reason != REASON_OVER_CAPACITY && !is_silent(r));
}

/* It has no address, so there was nobody to try. */
static bool
is_unnamed(const struct link_report *r)
{
	return r->reason == REASON_DNS_FAIL || r->reason == REASON_NAMES_SILENT;
}

void
monitor_blind_apply(struct watched_feed *f, int64_t now_us)
{
	judge_on_blind(f->judge,
	    f->fleet_blind != CAUSE_NONE     ? f->fleet_blind
	    : f->network_blind != CAUSE_NONE ? f->network_blind
					     : f->guest.relay_blind,
	    now_us);
}

static void
set_blind(struct watched_feed *f, enum cause cause, int64_t now_us)
{
	if (f->network_blind == cause)
		return;
	f->network_blind = cause;
	f->resample = cause == CAUSE_NONE;
	monitor_blind_apply(f, now_us);
}

static const struct network_way *
way_of(const struct monitor *m, const struct watched_feed *f)
{
	return &network_watch_facts(m->network)->way[f->way];
}

static bool
is_whole(const struct monitor *m, const struct watched_feed *f)
{
	return way_of(m, f)->state == NETWORK_WHOLE;
}

/* Nobody says when a name was asked for. */
static void
note_try(const struct monitor *m, struct watched_feed *f,
    const struct link_report *r)
{
	if (r->phase == PHASE_CONNECTING)
		f->tried_us = r->at_us;
	else if (is_unnamed(r))
		f->tried_us =
		    r->at_us - 1000ll * m->config.probe.connect_timeout_ms;
}

/* What failed began when the way was whole again. */
static bool
tried_anew(const struct watched_feed *f, const struct link_report *r)
{
	if (r->phase == PHASE_STALLED || r->reason == REASON_STALL_DEAD)
		return r->last_media_us > f->turned_us;
	return f->tried_us > f->turned_us;
}

/* How a connection ends that outlived a loss says nothing of the camera: it,
 * or a gateway, gave it up meanwhile, and the word of that waited for the way.
 * The next try tells. */
static bool
ends_late(const struct monitor *m, const struct watched_feed *f,
    const struct link_report *r)
{
	return r->phase == PHASE_BACKOFF && is_answer(r) &&
	       f->tried_us < r->last_media_us && f->tried_us < f->turned_us &&
	       (!is_whole(m, f) || r->at_us < f->turned_us + LATE_US);
}

/* A feed may fall silent sooner than we notice that all do: until its way was
 * proved whole well after its last word, it is not the feed's silence alone.
 * From when on a proof counts; 0: there is no doubt. */
static int64_t
doubt_of(const struct monitor *m, const struct watched_feed *f,
    const struct link_report *r)
{
	const struct network *facts = network_watch_facts(m->network);
	int64_t half_us = (r->at_us - r->last_media_us) / 2;
	int64_t from_us =
	    r->last_media_us + (half_us > PROOF_US ? half_us : PROOF_US);

	if (r->phase != PHASE_STALLED && r->reason != REASON_STALL_DEAD)
		return 0;
	return f->way == NETWORK_HERE || !is_whole(m, f) ||
		       network_sure(facts, f->way) >= from_us
		   ? 0
		   : from_us;
}

static void
settle_doubt(struct monitor *m, int64_t now_us)
{
	const struct network *facts = network_watch_facts(m->network);

	for (uint32_t i = 0; i < m->feed_count; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];
		bool whole = is_whole(m, f);

		if (f->doubt_us == 0 ||
		    (whole && network_sure(facts, f->way) < f->doubt_us))
			continue;
		f->doubt_us = 0;
		if (!whole)
			continue; /* it was the way */
		set_blind(f, CAUSE_NONE, now_us);
		monitor_feed_touch(m, f, now_us);
	}
}

void
monitor_network_on_link(struct monitor *m, struct watched_feed *f,
    const struct link_report *r, int64_t now_us)
{
	bool late = m->network != NULL && ends_late(m, f, r);
	bool answer = is_answer(r) && !late, silent = is_silent(r) || late;

	note_try(m, f, r);
	if (answer)
		f->silent_us = 0;
	else if (silent && f->silent_us == 0)
		f->silent_us = r->at_us;
	if (answer || late) /* that much of a way there is */
		monitor_outage_on_answer(m, f, now_us);
	else if (silent && !is_unnamed(r)) /* else nobody was tried */
		monitor_outage_on_silent(m, f, now_us);
	if (m->network == NULL)
		return;

	const struct network *facts = network_watch_facts(m->network);
	/* To the name servers it is ours as well. */
	int64_t doubt_us = doubt_of(m, f, r);
	bool whole =
	    is_whole(m, f) && doubt_us == 0 && r->reason != REASON_NAMES_SILENT;

	if (doubt_us != 0 || is_answer(r))
		f->doubt_us = doubt_us;

	if (answer && !network_cut(facts, f->way))
		set_blind(f, CAUSE_NONE, now_us);
	else if (silent && !late && whole && tried_anew(f, r))
		set_blind(f, CAUSE_NONE, now_us); /* in vain */
	else if (silent)
		set_blind(f, CAUSE_NETWORK_LOST, now_us);
}

/* A connection that outlived the loss proves it by what arrives, unless it has
 * ended since: of one that ended late the account comes behind the word of it.
 */
void
monitor_network_on_account(struct monitor *m, struct watched_feed *f,
    const struct account *a, int64_t now_us)
{
	if (f->network_blind != CAUSE_NONE && f->phase == PHASE_FLOWING &&
	    a->units > 0 && a->last_au_us > f->turned_us && is_whole(m, f))
		set_blind(f, CAUSE_NONE, now_us);
}

/* --- a way is lost, or whole again */

/* The loss takes away the evidence of all behind a way that is cut, else of
 * those that fell silent since it was last known to be whole. */
static void
feed_lost(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	const struct network *facts = network_watch_facts(m->network);

	if (f->network_blind != CAUSE_NONE ||
	    (!network_cut(facts, f->way) &&
		(f->silent_us == 0 || f->silent_us < way_of(m, f)->sure_us)))
		return;
	set_blind(f, CAUSE_NETWORK_LOST, now_us);
	monitor_feed_touch(m, f, now_us);
}

/* One that answered last, or is not connected by intent, is what it was; the
 * others must prove it. */
static void
feed_returns(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	if (f->network_blind == CAUSE_NONE)
		return;
	if (f->phase == PHASE_FLOWING)
		return;
	if (f->silent_us != 0) {
		fleet_retry(m->fleet, f->number);
		return;
	}
	set_blind(f, CAUSE_NONE, now_us);
	monitor_feed_touch(m, f, now_us);
}

static void
feed_turn(struct monitor *m, struct watched_feed *f, int64_t now_us)
{
	f->turned_us = now_us; /* also of those that have not noticed yet */
	if (is_whole(m, f))
		feed_returns(m, f, now_us);
	else
		feed_lost(m, f, now_us);
}

/* --- which way they hang on */

/* Neighbours share their way: one question to the kernel for each /24 or /64,
 * kept for one round. */
struct lookups {
	struct {
		uint8_t key[9]; /* family and prefix; family 0 = empty */
		uint8_t way;
	} known[256];
};

static uint8_t
look_up(struct monitor *m, struct lookups *l, const struct wire_address *a)
{
	unsigned prefix = a->family == 4 ? 3 : 8, hash = a->family;
	uint8_t key[9] = { a->family };

	memcpy(key + 1, a->bytes, prefix);
	for (unsigned i = 0; i < prefix; i++)
		hash = hash * 31 + a->bytes[i];
	hash %= 256;
	if (memcmp(l->known[hash].key, key, sizeof(key)) != 0) {
		memcpy(l->known[hash].key, key, sizeof(key));
		l->known[hash].way = (uint8_t)network_watch_way(m->network, a);
	}
	return l->known[hash].way;
}

static void
take_way(struct monitor *m, struct watched_feed *f, uint8_t way, int64_t now_us)
{
	bool was_whole = is_whole(m, f);

	if (way == f->way)
		return;
	f->way = way;
	if (is_whole(m, f) != was_whole)
		feed_turn(m, f, now_us);
}

static void
find_ways(struct monitor *m, int64_t now_us)
{
	uint32_t version = network_watch_version(m->network);
	struct lookups l = { 0 };
	int names = -1; /* the way to whom names are asked of */

	for (uint32_t i = 0, n = 0; i < m->feed_count && n < LOOKUPS; i++) {
		struct watched_feed *f = m->feeds[m->order[i]];
		struct wire_address a;

		if (f->way_version == version)
			continue;
		n++;
		if (fleet_address(m->fleet, f->number, &a)) {
			f->way_version = version;
			take_way(m, f, look_up(m, &l, &a), now_us);
			continue;
		}
		if (!fleet_has_name(m->fleet, f->number))
			continue;
		if (names < 0)
			names = (int)network_watch_names_way(m->network);
		take_way(m, f, (uint8_t)names, now_us);
	}
}

/* --- each second */

static void
count_load(struct monitor *m, struct network *facts)
{
	struct network_load load[NETWORK_WAYS] = { 0 };
	const struct watched_feed *first[NETWORK_WAYS] = { 0 };

	for (uint32_t i = 0; i < m->feed_count; i++) {
		const struct watched_feed *f = m->feeds[m->order[i]];
		struct network_load *l = &load[f->way];

		if (f->phase != PHASE_FLOWING)
			continue;
		l->flowing++;
		if (first[f->way] == NULL)
			first[f->way] = f;
		l->several_devices |= f->device_id != first[f->way]->device_id;
		l->several_sites |= f->site_id != first[f->way]->site_id;
	}
	for (uint32_t i = 0; i < facts->ways; i++)
		network_on_load(facts, i, &load[i]);
}

/* Bytes from any camera since the last count. */
void
monitor_network_on_pong(struct monitor *m, int64_t now_us)
{
	uint64_t bytes = 0;

	if (m->network == NULL)
		return;
	for (uint32_t i = 0; i < fleet_probe_count(m->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(m->fleet, i, &p);
		if (p.role != ROLE_PICTURE)
			bytes += p.last.wire_bytes;
	}
	if (bytes != m->heard_bytes)
		network_on_heard(network_watch_facts(m->network), now_us);
	m->heard_bytes = bytes;
}

/* --- one incident, however many feeds */

static const struct watched_feed *
first_blind(const struct monitor *m)
{
	for (uint32_t i = 0; i < m->feed_count; i++)
		if (m->feeds[m->order[i]]->network_blind != CAUSE_NONE)
			return m->feeds[m->order[i]];
	return NULL;
}

static void
incident_open(struct monitor *m, const struct watched_feed *f, int64_t now_us)
{
	const struct network_way *w = way_of(m, f);
	bool whole = w->state == NETWORK_WHOLE; /* then it is the names */
	struct store_incident i = { .since_us =
					whole ? f->silent_us : w->sure_us,
		.at_us = now_us,
		.cause = CAUSE_NETWORK_LOST,
		.alertable = true };
	char text[96];

	if (whole)
		snprintf(text, sizeof(text),
		    "Our own network: no name server answers.");
	else
		snprintf(text, sizeof(text), "Our own network, %s: %s.",
		    w->name, w->why);
	i.id = (int64_t)incident_number_take(m->incidents);
	i.text = text;
	/* Else the next second tries again. */
	if (monitor_incident_open(m, &i, ALERTS_OWN_NETWORK))
		m->network_incident = (uint64_t)i.id;
}

static void
incident_turn(struct monitor *m, int64_t now_us)
{
	const struct watched_feed *f = first_blind(m);

	if (f != NULL && m->network_incident == 0 &&
	    (way_of(m, f)->state != NETWORK_WHOLE ||
		f->reason == REASON_NAMES_SILENT))
		incident_open(m, f, now_us);
	if (f != NULL || m->network_incident == 0 ||
	    m->seconds < OWN_SETTLED_SECONDS)
		return;
	if (monitor_incident_close(m, (int64_t)m->network_incident, now_us,
		now_us))
		m->network_incident = 0;
}

void
monitor_network_restore(struct monitor *m, int64_t incident)
{
	m->network_incident = (uint64_t)incident;
}

static void
tell_way(const struct network_way *w)
{
	static const char *const words[] = { "whole", "undecided", "lost" };

	if (w->state == NETWORK_WHOLE)
		log_info("network", "interface=%s state=whole", w->name);
	else
		log_warn("network", "interface=%s state=%s why=\"%s\"", w->name,
		    words[w->state], w->why);
}

static void
step(struct monitor *m, int64_t now_us)
{
	struct network *facts = network_watch_facts(m->network);
	uint32_t changed = network_step(facts, now_us);

	for (uint32_t i = 0; i < facts->ways; i++) {
		if (!(changed >> i & 1))
			continue;
		tell_way(&facts->way[i]);
		for (uint32_t k = 0; k < m->feed_count; k++)
			if (m->feeds[m->order[k]]->way == i)
				feed_turn(m, m->feeds[m->order[k]], now_us);
	}
	incident_turn(m, now_us);
}

void
monitor_network_second(struct monitor *m, int64_t now_us)
{
	struct network *facts;

	if (m->network == NULL)
		return;
	facts = network_watch_facts(m->network);
	find_ways(m, now_us);
	count_load(m, facts);
	step(m, now_us);
	settle_doubt(m, now_us);
}

static void
on_carrier(void *arg)
{
	struct monitor *m = arg;

	if (!m->stopping)
		step(m, clock_mono_us());
}

void
monitor_network_start(struct monitor *m)
{
	const struct network_watch_calls calls = { .arg = m,
		.on_carrier = on_carrier };
	const char *error;

	if (!m->config.network_watch)
		return;
	m->network = network_watch_new(m->base, m->config.references,
	    m->config.reference_ports, m->config.reference_count, &calls,
	    &error);
	if (m->network == NULL)
		log_warn("network", "not watched: %s", error);
}
