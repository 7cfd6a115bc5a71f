/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who keeps trying while neighbours are silent: what feeds tell goes to the
 * book of outages, its orders to the probes. */
#include "monitor/monitor_parts.h"

#include "common/log.h"
#include "monitor/network/outage.h"

bool
monitor_outage_start(struct monitor *m)
{
	const struct monitor_config *c = &m->config;
	const struct outage_config settings = { .feeds = c->outage_feeds,
		.prefix4 = c->outage_prefix4,
		.prefix6 = c->outage_prefix6,
		/* a pause, and a try that nobody answers */
		.turn_us = 1000ll *
			   (c->outage_scout_ms + c->probe.connect_timeout_ms) };

	m->outage = outage_new(&settings);
	return m->outage != NULL;
}

static uint32_t
pause_ms(const struct monitor *m, enum outage_role role)
{
	switch (role) {
	case OUTAGE_FREE:
		break;
	case OUTAGE_SCOUT:
		return m->config.outage_scout_ms;
	case OUTAGE_HELD:
		return m->config.outage_rest_ms;
	}
	return 0;
}

static void
tell(struct monitor *m)
{
	uint32_t held = outage_count(m->outage, OUTAGE_HELD);

	if (held > 0 && !m->held)
		log_info("outage",
		    "neighbours are silent: one of each subnet keeps trying, "
		    "the others wait for it");
	else if (held == 0 && m->held)
		log_info("outage", "nobody waits for another any more");
	m->held = held > 0;
}

/* Half of each pause is chance, so that they don't march in step. */
static void
carry_out(struct monitor *m)
{
	struct outage_order order;

	while (outage_next(m->outage, &order)) {
		uint32_t most = pause_ms(m, order.role);

		fleet_pause(m->fleet, order.feed, most / 2, most);
	}
	tell(m);
}

/* Known there from its first word on. One that is visited keeps its own time
 * and says nothing between; one without an address has no neighbours. */
static bool
place(struct monitor *m, const struct watched_feed *f, int64_t now_us)
{
	struct wire_address a;

	if (f->add->visit_seconds != 0 ||
	    !fleet_address(m->fleet, f->number, &a))
		return false;
	outage_place(m->outage, f->number, f->site_id, &a, now_us);
	return true;
}

void
monitor_outage_on_silent(struct monitor *m, const struct watched_feed *f,
    int64_t now_us)
{
	if (!place(m, f, now_us))
		return;
	outage_on_silent(m->outage, f->number, now_us);
	carry_out(m);
}

void
monitor_outage_on_answer(struct monitor *m, const struct watched_feed *f,
    int64_t now_us)
{
	if (!place(m, f, now_us))
		return;
	outage_on_answer(m->outage, f->number, f->phase == PHASE_FLOWING);
	carry_out(m);
}

void
monitor_outage_on_lost(struct monitor *m, const struct watched_feed *f,
    int64_t now_us)
{
	outage_on_lost(m->outage, f->number, now_us);
	carry_out(m);
}

void
monitor_outage_remove(struct monitor *m, const struct watched_feed *f,
    int64_t now_us)
{
	outage_remove(m->outage, f->number, now_us);
	carry_out(m);
}

void
monitor_outage_second(struct monitor *m, int64_t now_us)
{
	outage_step(m->outage, now_us);
	carry_out(m);
}
