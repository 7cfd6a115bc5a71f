/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Section `alerts` -> the book's configuration. Recipients are the roles, then
 * the channels, each for itself: a rule may name either. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_duties.h"
#include "monitor/monitor_consoles.h"

#define DEFAULT_FOR_US (60 * US_PER_S)
#define DEFAULT_REPEAT_US (3600 * US_PER_S)

static uint32_t
bit_of(const struct alert_config *c, const char *name)
{
	for (uint32_t i = 0; i < c->recipient_count; i++)
		if (strcmp(c->recipients[i].name, name) == 0)
			return 1u << i;
	return 0;
}

static void
add_recipient(struct alert_config *out, const char *name, const char *budget)
{
	struct alert_recipient *r = &out->recipients[out->recipient_count];

	if (out->recipient_count == ALERT_RECIPIENTS)
		return;
	snprintf(r->name, sizeof(r->name), "%s", name);
	config_alerts_budget(budget, &r->budget, &r->budget_us);
	out->recipient_count++;
}

static void
add_recipients(const struct config_alerts *c, struct alert_config *out)
{
	for (uint32_t i = 0; i < c->role_count; i++)
		add_recipient(out, c->roles[i].name,
		    c->roles[i].budget[0] != '\0' ? c->roles[i].budget
						  : c->budget);
	for (uint32_t i = 0; i < c->channel_count; i++) {
		const struct config_channel *h = &c->channels[i];
		enum config_channel_kind kind = config_channel_kind(h->kind);
		bool people = kind == CHANNEL_MAIL || kind == CHANNEL_WEBHOOK;

		add_recipient(out, h->name,
		    h->budget[0] != '\0' ? h->budget
		    : people		 ? c->budget
					 : "none");
	}
}

static uint32_t
mask_of(const struct alert_config *c, const char *names)
{
	char name[CONFIG_NAME_BYTES];
	uint32_t mask = 0;

	while (config_alerts_next(&names, name))
		mask |= bit_of(c, name);
	return mask;
}

static void
add_rule(const struct config_alert_rule *r, uint32_t number,
    struct alert_config *out)
{
	struct alert_rule *rule = &out->rules[out->rule_count++];
	const char *causes = r->causes, *next = r->escalate;
	char word[CONFIG_NAME_BYTES];
	unsigned severity = 0;

	if (r->name[0] != '\0')
		snprintf(rule->name, sizeof(rule->name), "%s", r->name);
	else
		snprintf(rule->name, sizeof(rule->name), "rule %u", number);
	snprintf(rule->site, sizeof(rule->site), "%s", r->site);
	config_alerts_criticality(r->criticality, &rule->criticality_low,
	    &rule->criticality_high);
	if (config_alerts_severity(r->severity, &severity))
		rule->severity = (enum notice_severity)severity;
	while (config_alerts_next(&causes, word))
		config_alerts_cause(word, &rule->causes, &rule->of);
	rule->for_us = r->for_us;
	rule->repeat_us = r->repeat_us;
	rule->escalate_us = r->escalate_us;
	rule->exempt = r->exempt;
	rule->go_on = r->go_on;
	rule->steps[rule->step_count++] = mask_of(out, r->to);
	while (
	    rule->step_count < ALERT_STEPS && config_alerts_next(&next, word))
		rule->steps[rule->step_count++] = bit_of(out, word);
}

/* Without rules: what is critical at once, all else when it lasts. */
static void
add_usual_rules(struct alert_config *out)
{
	static const struct alert_rule usual[] = {
		{ .name = "critical",
		    .severity = NOTICE_CRITICAL,
		    .repeat_us = DEFAULT_REPEAT_US,
		    .exempt = true,
		    .step_count = 1,
		    .steps = { 1 } },
		{ .name = "everything",
		    .for_us = DEFAULT_FOR_US,
		    .repeat_us = DEFAULT_REPEAT_US,
		    .step_count = 1,
		    .steps = { 1 } },
	};

	if (out->recipient_count == 0)
		return;
	memcpy(out->rules, usual, sizeof(usual));
	out->rule_count = sizeof(usual) / sizeof(usual[0]);
}

void
monitor_alerts_config(const struct config_alerts *c, struct alert_config *out)
{
	memset(out, 0, sizeof(*out));
	out->gather_us = c->gather_us;
	config_alerts_budget(c->flood, &out->flood, &out->flood_us);
	out->flap_count = c->flap_count;
	out->flap_us = c->flap_us;
	out->calm_us = c->calm_us;
	if (!c->enabled)
		return;
	add_recipients(c, out);
	for (uint32_t i = 0; i < c->rule_count; i++)
		add_rule(&c->rules[i], i + 1, out);
	if (c->rule_count == 0)
		add_usual_rules(out);
}

void
monitor_alerts_channels(const struct config_alerts *c, const char *recipient,
    char *out, size_t size)
{
	const struct config_role *role = config_alerts_role(c, recipient);

	if (role != NULL)
		snprintf(out, size, "%s", role->channels);
	else if (config_alerts_channel(c, recipient) != NULL)
		snprintf(out, size, "%s", recipient);
	else
		out[0] = '\0';
}

/* --- on duty */

static bool
is_now(struct monitor *m, const struct roster_shift *shift,
    const struct zone *zone, int64_t now_us)
{
	int64_t utc_s = monitor_utc(m, now_us) / US_PER_S;
	unsigned weekday, minute;

	roster_local(utc_s + zone_offset(zone, utc_s), &weekday, &minute);
	return roster_at(shift, weekday, minute) != ROSTER_OFF;
}

static bool
in_room(struct monitor *m, const char *room, int64_t now_us)
{
	const struct consoles *c = m->consoles;

	for (size_t i = 0; c != NULL && i < c->shift_count; i++)
		if (strcmp(c->shifts[i]->floor->room, room) == 0 &&
		    is_now(m, &c->shifts[i]->shift, c->shifts[i]->zone, now_us))
			return true;
	return false;
}

static bool
in_hours(struct monitor *m, const struct config_role *r, int64_t now_us)
{
	const struct zone *zone = monitor_zone(m, m->config.report_zone);
	struct roster_shift shift = { 0 };
	struct dark_hours hours;

	if (!floor_days_parse(r->days, &shift.days) ||
	    !dark_hours_parse(r->hours, &hours))
		return true;
	if (hours.count == 0) /* all day */
		return is_now(m, &shift, zone, now_us);
	for (unsigned i = 0; i < hours.count; i++) {
		shift.times.from_min = hours.span[i].from;
		shift.times.to_min = hours.span[i].to % ROSTER_DAY_MINUTES;
		if (is_now(m, &shift, zone, now_us))
			return true;
	}
	return false;
}

uint32_t
monitor_alerts_duty(struct monitor *m, int64_t now_us)
{
	const struct config_alerts *c = &m->config.alerts;
	uint32_t duty = UINT32_MAX;

	for (uint32_t i = 0; i < c->role_count; i++) {
		const struct config_role *r = &c->roles[i];

		if (r->room[0] != '\0' ? !in_room(m, r->room, now_us)
				       : !in_hours(m, r, now_us))
			duty &= ~(1u << i);
	}
	return duty;
}

const struct config_alerts *
monitor_alert_settings(const struct monitor *m)
{
	return &m->config.alerts;
}
