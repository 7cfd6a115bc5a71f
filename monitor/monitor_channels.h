/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_channels.h: the channels by which notices are told: a notice and a
 * channel's settings -> a job of the courier. Of the composition root; nobody
 * else includes it. Files with secrets are read when something is sent, and
 * what was read is wiped.
 */
#ifndef MONITOR_MONITOR_CHANNELS_H
#define MONITOR_MONITOR_CHANNELS_H

#include "monitor/alert/notice.h"
#include "monitor/config/config_channel.h"
#include "monitor/courier/courier.h"
#include "monitor/report/ink.h"

struct monitor;
struct store_delivery_row;

#define CHANNEL_SECRET_BYTES 1024

struct channel_job {
	struct courier_job job; /* borrows from what follows */
	struct ink body, html;
	uint8_t *picture; /* owned; NULL = none */
};

/* Its number among alerts.channels; -1 = none is called so. */
int channels_find(const struct monitor *m, const char *name);
/* NULL, or why it can't be sent. channels_drop in any case. The job's id is the
 * caller's to set. */
const char *channels_make(struct monitor *m, unsigned channel,
    const struct notice *n, int64_t delivery, struct channel_job *out);
void channels_drop(struct channel_job *j);
/* What the server said, without the channel's own secrets in it. */
void channels_redact(const struct monitor *m, unsigned channel, char *text);

/* What stands in the mails of all kinds: server, login, from, to; NULL, or
 * why they can't be sent. */
const char *channels_mail(const struct monitor *m, struct courier_job *j);
/* Header lines of a mail. thread: what mails of one matter share; "" = none.
 */
void channels_headers(const struct monitor *m, struct courier_job *j,
    int64_t delivery, const char *subject, int64_t made_utc,
    const char *thread);
/* The first line of the file. */
bool channels_secret(const char *path, char *out, size_t size);
/* Who may vouch for servers: the mail's, then the channels'. */
void channels_trust(const struct monitor *m, struct courier_trust *out);

#define CHANNELS_TRUST_MAIL 0u
#define CHANNELS_TRUST(channel) (1u + (channel))

/* The notice as this installation tells it; host: room for our name. */
struct message;
void channels_message(struct monitor *m, const struct notice *n,
    struct message *out, char host[256]);
/* Its server and login, without anything to tell yet; NULL, or why not. */
const char *channels_alertmanager(const struct monitor *m, unsigned channel,
    struct courier_job *j);

/* .. of a broker. */
const char *channels_broker(const struct monitor *m, unsigned channel,
    struct courier_job *j);

/* --- monitor_states.c: what a broker keeps for whoever comes later */
void states_second(struct monitor *m, int64_t now_us);
void states_on_result(struct monitor *m, uint64_t number,
    const struct courier_result *r);
/* Other settings, before they are taken: what was told stays known where the
 * broker and the topics are the same. */
void states_reload(struct monitor *m, const struct config_alerts *now);
/* Forgets what was told. */
void states_free(struct monitor *m);

/* --- monitor_alertmanager.c: what Alertmanager is told again and again */

/* The notice as its API takes it, behind `others` that are in out: one alert,
 * or all of a digest. now_utc: it ends some minutes later, unless it is told
 * again. */
void alertmanager_put(const struct message *message, int64_t now_utc,
    bool others, struct ink *out);
void alertmanager_second(struct monitor *m, int64_t now_us);
void alertmanager_on_result(struct monitor *m, unsigned channel,
    const struct courier_result *r);

/* --- monitor_heartbeat.c: who hears each minute that we are well */
void heartbeat_second(struct monitor *m, int64_t now_us);
void heartbeat_on_result(struct monitor *m, const struct courier_result *r);

#endif
