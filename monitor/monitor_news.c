/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/monitor_news.h"

#include <stdlib.h>

#include "common/hex.h"
#include "monitor/http/json_out.h"
#include "monitor/monitor_alerts.h"
#include "monitor/monitor_consoles.h"
#include "monitor/monitor_parts.h"
#include "monitor/store/store_read_target.h"

void
monitor_news_watch(struct monitor *m, monitor_news_fn *fn, void *arg)
{
	m->consoles->follower = fn;
	m->consoles->follower_arg = arg;
}

bool
monitor_news_wanted(const struct monitor *m)
{
	return m->consoles != NULL && m->consoles->follower != NULL;
}

void
monitor_news_say(struct monitor *m, const char *name, const char *site,
    const char *json)
{
	if (monitor_news_wanted(m))
		m->consoles->follower(m->consoles->follower_arg, name, site,
		    json);
}

void
monitor_news_incident(struct monitor *m, int64_t incident, const char *change)
{
	struct store_target t;
	struct json_out j;
	char uuid[37], *text;
	size_t length;

	if (!monitor_news_wanted(m) ||
	    !store_read_target_incident(m->reader, incident, &t) || !t.found)
		return;
	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "number");
	json_out_integer(&j, incident);
	json_out_key(&j, "feed");
	uuid_print(t.feed, uuid);
	if (t.of_feed)
		json_out_string(&j, uuid);
	else
		json_out_raw(&j, "null", 4);
	json_out_key(&j, "site");
	json_out_string(&j, t.site);
	json_out_key(&j, "change");
	json_out_string(&j, change);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		monitor_news_say(m, "incident", t.site, text);
	free(text);
}

void
monitor_news_on_incident(void *monitor, int64_t incident,
    enum store_incident_news what)
{
	static const char *const words[] = {
		[STORE_INCIDENT_NONE] = "changed",
		[STORE_INCIDENT_OPENED] = "opened",
		[STORE_INCIDENT_CHANGED] = "changed",
		[STORE_INCIDENT_ACKNOWLEDGED] = "acknowledged",
		[STORE_INCIDENT_COMMENTED] = "commented",
		[STORE_INCIDENT_CLOSED] = "closed",
	};

	if (what == STORE_INCIDENT_ACKNOWLEDGED)
		monitor_alerts_on_acknowledge(monitor, incident);
	monitor_news_incident(monitor, incident, words[what]);
}
