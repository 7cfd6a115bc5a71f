/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every incident goes to the database and, once it may alert, to the book of
 * alerts: in that order, so that the alert's rows find it. */
#include "monitor/monitor_alerts.h"

bool
monitor_incident_open(struct monitor *m, const struct store_incident *i,
    unsigned own)
{
	if (!store_incident_open(m->store, i, NULL))
		return false;
	if (i->alertable)
		monitor_alerts_on_incident(m, i, own);
	return true;
}

bool
monitor_incident_change(struct monitor *m, const struct store_incident *i,
    unsigned own)
{
	if (!store_incident_change(m->store, i, NULL))
		return false;
	if (i->alertable)
		monitor_alerts_on_incident(m, i, own);
	return true;
}

bool
monitor_incident_close(struct monitor *m, int64_t incident, int64_t good_us,
    int64_t now_us)
{
	if (!store_incident_close(m->store, incident, good_us, now_us, NULL))
		return false;
	monitor_alerts_on_close(m, incident, good_us, now_us);
	return true;
}
