/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_alerts.h"

#include <stdio.h>
#include <string.h>

#include "camwarden/words.h"
#include "monitor/config/config_channel.h"
#include "monitor/config/config_items.h"
#include "monitor/config/config_outside.h"
#include "monitor/config/config_value.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/inventory/floor.h"

#define BUDGET_MOST 16
#define BUDGET_SPAN_MOST (24 * 3600 * 1000000LL)

static const char *const kinds[CHANNEL_KINDS] = {
	[CHANNEL_MAIL] = "mail",
	[CHANNEL_WEBHOOK] = "webhook",
	[CHANNEL_MQTT] = "mqtt",
	[CHANNEL_ALERTMANAGER] = "alertmanager",
	[CHANNEL_SYSLOG] = "syslog",
};

enum config_channel_kind
config_channel_kind(const char *word)
{
	for (unsigned i = 1; i < CHANNEL_KINDS; i++)
		if (strcmp(kinds[i], word) == 0)
			return (enum config_channel_kind)i;
	return 0;
}

const char *
config_channel_kind_name(enum config_channel_kind kind)
{
	return kind > 0 && kind < CHANNEL_KINDS ? kinds[kind] : "?";
}

bool
config_alerts_next(const char **at, char out[CONFIG_NAME_BYTES])
{
	const char *p = *at + strspn(*at, ", \t");
	size_t n = strcspn(p, ",");

	*at = p + n;
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	snprintf(out, CONFIG_NAME_BYTES, "%.*s", (int)n, p);
	return n > 0;
}

bool
config_alerts_budget(const char *text, uint32_t *count_out,
    int64_t *span_us_out)
{
	const char *per = strstr(text, " per ");
	char number[16];
	int64_t count, span;

	if (strcmp(text, "none") == 0) {
		*count_out = 0;
		*span_us_out = 0;
		return true;
	}
	if (per == NULL || (size_t)(per - text) >= sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(per - text), text);
	if (!config_value_integer(number, &count) || count < 1 ||
	    count > BUDGET_MOST ||
	    !config_value_duration(per + strlen(" per "), &span) || span <= 0 ||
	    span > BUDGET_SPAN_MOST)
		return false;
	*count_out = (uint32_t)count;
	*span_us_out = span;
	return true;
}

bool
config_alerts_criticality(const char *text, uint8_t *low_out, uint8_t *high_out)
{
	bool range = text[0] != '\0' && text[1] == '-';
	char low = text[0], high = range ? text[2] : text[0];

	if (low < '1' || low > '5' || high < low || high > '5' ||
	    text[range ? 3 : 1] != '\0')
		return false;
	*low_out = (uint8_t)(low - '0');
	*high_out = (uint8_t)(high - '0');
	return true;
}

static bool
one_of(const char *word, const char *const *words, unsigned count,
    unsigned *out)
{
	for (unsigned i = 0; i < count; i++) {
		if (words[i] == NULL || strcmp(words[i], word) != 0)
			continue;
		*out = i;
		return true;
	}
	return false;
}

bool
config_alerts_severity(const char *word, unsigned *out)
{
	static const char *const words[] = { NULL, "low", "medium", "high",
		"critical" };

	return one_of(word, words, 5, out);
}

bool
config_alerts_cause(const char *word, uint64_t *causes, uint32_t *of)
{
	/* Numbers are those of enum notice_of. */
	static const char *const places[] = { NULL, "feed", "site", "people",
		NULL, "own" };
	enum cause cause;
	enum state state;
	unsigned place;

	if (one_of(word, places, 6, &place)) {
		*of |= place == 3 ? 3u << 3 : 1u << place;
		return true;
	}
	if (cause_find(word, &cause)) {
		*causes |= 1ull << cause;
		return true;
	}
	if (!state_find(word, &state))
		return false;
	for (unsigned c = 1; c < CAUSE_COUNT; c++)
		if (cause_state((enum cause)c) == state)
			*causes |= 1ull << c;
	return true;
}

const struct config_channel *
config_alerts_channel(const struct config_alerts *a, const char *name)
{
	for (uint32_t i = 0; i < a->channel_count; i++)
		if (strcmp(a->channels[i].name, name) == 0)
			return &a->channels[i];
	return NULL;
}

const struct config_role *
config_alerts_role(const struct config_alerts *a, const char *name)
{
	for (uint32_t i = 0; i < a->role_count; i++)
		if (strcmp(a->roles[i].name, name) == 0)
			return &a->roles[i];
	return NULL;
}

/* --- what must hold */

struct look {
	struct config_walk *w;
	const struct config_alerts *a;
	uint32_t item;
};

static void
say(const struct look *l, const char *path, const char *what,
    const char *expected)
{
	struct config_place at = config_walk_place(l->w, path, l->item);

	if (what[0] != '\0')
		SAY(l->w, at.line, at.column, "%s: '%.60s', expected %s", path,
		    what, expected);
	else
		SAY(l->w, at.line, at.column, "%s: expected %s", path,
		    expected);
}

static void
check_budget(const struct look *l, const char *path, const char *text)
{
	uint32_t count;
	int64_t span;

	if (text[0] != '\0' && !config_alerts_budget(text, &count, &span))
		say(l, path, text, "like '1 per 10m', or none");
}

/* roles: names may be of roles, too. */
static void
check_names(const struct look *l, const char *path, const char *list,
    bool roles)
{
	char name[CONFIG_NAME_BYTES];

	while (config_alerts_next(&list, name))
		if (config_alerts_channel(l->a, name) == NULL &&
		    (!roles || config_alerts_role(l->a, name) == NULL))
			say(l, path, name,
			    roles ? "a name from alerts.roles or "
				    "alerts.channels"
				  : "a name from alerts.channels");
}

/* Two that fail would hand one notice to and fro. */
static bool
is_ring(const struct config_alerts *a, const struct config_channel *c)
{
	const struct config_channel *at = c;

	for (uint32_t i = 0; i < a->channel_count; i++) {
		at = config_alerts_channel(a, at->or_else);
		if (at == NULL || at == c)
			return at == c;
	}
	return false;
}

static void
check_channel(const struct look *l, const struct config_channel *c)
{
	enum config_channel_kind kind = config_channel_kind(c->kind);
	struct config_channel_fault fault;
	char path[64];

	if (config_channel_fault(c, &fault)) {
		snprintf(path, sizeof(path), "alerts.channels.%s", fault.key);
		say(l, path, fault.value, fault.expected);
	}
	if (kind == CHANNEL_MAIL && l->w->config.mail_server[0] == '\0')
		say(l, "alerts.channels.kind", c->kind, "mail.server with it");
	check_names(l, "alerts.channels.or_else", c->or_else, false);
	if (is_ring(l->a, c))
		say(l, "alerts.channels.or_else", c->or_else,
		    "another channel, and none that comes back here");
	check_budget(l, "alerts.channels.budget", c->budget);
}

static void
check_role(const struct look *l, const struct config_role *r)
{
	struct dark_hours hours;
	uint8_t days;

	if (config_alerts_channel(l->a, r->name) != NULL)
		say(l, "alerts.roles.channels", r->name,
		    "another name than that of a channel");
	if (r->channels[0] == '\0')
		say(l, "alerts.roles.channels", "", "channels' names");
	check_names(l, "alerts.roles.channels", r->channels, false);
	if (!floor_days_parse(r->days, &days))
		say(l, "alerts.roles.days", r->days,
		    "days like mon-fri, or daily");
	if (!dark_hours_parse(r->hours, &hours))
		say(l, "alerts.roles.hours", r->hours,
		    "hours like '06:00-14:00'");
	if (r->room[0] != '\0' && (r->days[0] != '\0' || r->hours[0] != '\0'))
		say(l, "alerts.roles.room", r->room,
		    "a room, or days and hours");
	check_budget(l, "alerts.roles.budget", r->budget);
}

static void
check_rule(const struct look *l, const struct config_alert_rule *r)
{
	const char *at = r->causes;
	char word[CONFIG_NAME_BYTES];
	uint8_t low, high;
	uint64_t causes = 0;
	uint32_t of = 0;
	unsigned severity;

	if (r->criticality[0] != '\0' &&
	    !config_alerts_criticality(r->criticality, &low, &high))
		say(l, "alerts.rules.criticality", r->criticality,
		    "1 to 5, or a span like 4-5");
	if (r->severity[0] != '\0' &&
	    !config_alerts_severity(r->severity, &severity))
		say(l, "alerts.rules.severity", r->severity,
		    "low, medium, high or critical");
	while (config_alerts_next(&at, word))
		if (!config_alerts_cause(word, &causes, &of))
			say(l, "alerts.rules.causes", word,
			    "causes (frozen), states (down), feed, site, "
			    "people or own");
	if (r->to[0] == '\0')
		say(l, "alerts.rules.to", "", "who is told");
	check_names(l, "alerts.rules.to", r->to, true);
	check_names(l, "alerts.rules.escalate", r->escalate, true);
}

void
config_alerts_check(struct config_walk *w)
{
	const struct config_alerts *a = &w->config.alerts;
	struct look l = { w, a, 0 };

	for (l.item = 0; l.item < a->channel_count; l.item++)
		check_channel(&l, &a->channels[l.item]);
	for (l.item = 0; l.item < a->role_count; l.item++)
		check_role(&l, &a->roles[l.item]);
	for (l.item = 0; l.item < a->rule_count; l.item++)
		check_rule(&l, &a->rules[l.item]);
}
