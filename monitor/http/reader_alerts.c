/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts, who was told of them, what was held back, and how it was sent. */
#include <stdio.h>
#include <string.h>

#include "monitor/alert/notice.h"
#include "monitor/http/reader_query.h"
#include "monitor/http/refusals.h"
#include "monitor/store/store_alert.h"

#define ALERT_BYTES (2u << 20)

static void
put_or_null(struct query *q, const char *key, int64_t number)
{
	json_out_key(&q->json, key);
	if (number != 0)
		json_out_integer(&q->json, number);
	else
		json_out_null(&q->json);
}

static void
put_excused(struct query *q, int bits)
{
	json_out_key(&q->json, "excused");
	json_out_open(&q->json, '[');
	if ((bits & 1) != 0)
		json_out_string(&q->json, "maintenance");
	if ((bits & 2) != 0)
		json_out_string(&q->json, "mute");
	json_out_close(&q->json, ']');
}

/* The object stays open. */
static void
put_alert(struct query *q, const struct store_alert_row *row)
{
	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	query_put_text(q, "of", notice_of_name((unsigned)row->of));
	query_put_text(q, "place", row->place);
	query_put_text(q, "site", row->site);
	query_put_number(q, "incident", row->incident);
	query_put_text(q, "cause", cause_name(row->cause));
	query_put_text(q, "severity",
	    notice_severity_name((unsigned)row->severity));
	query_put_number(q, "criticality", row->criticality);
	query_put_number(q, "feeds", row->feeds);
	query_put_bool(q, "flapping", row->flapping);
	query_put_number(q, "turns", row->turns);
	query_put_number(q, "repeats", row->repeats);
	query_put_bool(q, "acknowledged", row->acknowledged);
	put_excused(q, row->excused);
	query_put_text(q, "rule", row->rule);
	query_put_text(q, "text", row->text);
	refusals_put(&q->json, row->text);
	query_put_time(q, "since", row->since_utc);
	query_put_time(q, "at", row->at_utc);
	query_put_time(q, "good", row->good_utc);
	query_put_time(q, "closed", row->closed_utc);
	query_put_number(q, "told", row->told);
	query_put_number(q, "waiting", row->waiting);
	query_put_number(q, "dropped", row->dropped);
}

static void
put_notice(struct query *q, const struct store_notice_row *row)
{
	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	put_or_null(q, "alert", row->alert);
	query_put_number(q, "sequence", row->sequence);
	query_put_text(q, "place", row->place);
	query_put_text(q, "kind", notice_kind_name((unsigned)row->kind));
	query_put_text(q, "to", row->recipient);
	query_put_text(q, "rule", row->rule);
	query_put_bool(q, "exempt", row->exempt);
	query_put_text(q, "state", store_notice_state(row));
	put_or_null(q, "digest", row->digest);
	query_put_time(q, "made", row->made_utc);
	query_put_time(q, "told",
	    row->told_utc != 0 ? row->told_utc : row->dropped_utc);
	json_out_close(&q->json, '}');
}

static void
put_sent(struct query *q, const struct store_sent_row *row)
{
	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	put_or_null(q, "notice", row->notice);
	put_or_null(q, "alert", row->alert);
	query_put_text(q, "kind", row->kind);
	query_put_text(q, "channel", row->channel);
	query_put_text(q, "to", row->recipient);
	query_put_text(q, "subject", row->subject);
	query_put_text(q, "said", row->said);
	query_put_number(q, "tries", row->tries);
	query_put_time(q, "made", row->made_utc);
	query_put_time(q, "due", row->due_utc);
	query_put_time(q, "sent", row->done_utc);
	query_put_time(q, "gave_up", row->gave_up_utc);
	json_out_close(&q->json, '}');
}

/* --- lists, each by its number */

/* Who is missing where is told to those who may see who is there. */
static bool
is_told(const struct query *q, const struct store_alert_row *row)
{
	bool people = row->of == NOTICE_OF_ROOM || row->of == NOTICE_OF_CONSOLE;

	return !people || query_sees_people(q);
}

static bool
on_alert(void *arg, const struct store_alert_row *row)
{
	struct query *q = arg;

	if (!is_told(q, row))
		return true;
	if (!query_more(q))
		return false;
	put_alert(q, row);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->id, 0);
	return true;
}

static bool
on_notice(void *arg, const struct store_notice_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	put_notice(q, row);
	query_mark_numbers(q, row->id, 0);
	return true;
}

static bool
on_sent(void *arg, const struct store_sent_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	put_sent(q, row);
	query_mark_numbers(q, row->id, 0);
	return true;
}

/* The number below which the page begins; false: that is none. */
static bool
page_of(const struct query *q, int64_t *before_out)
{
	int64_t unused;

	return query_after_numbers(q, before_out, &unused) % 2 == 0;
}

static bool
end_list(struct query *q, bool read)
{
	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}

bool
query_alerts(struct query *q)
{
	struct store_alert_ask ask = { .open_only = q->ask->flag,
		.from_utc = q->ask->from_utc_us,
		.to_utc = q->ask->to_utc_us,
		.site = q->site };

	if (!page_of(q, &ask.before_id))
		return query_status(q, 400);
	query_list(q);
	return end_list(q,
	    q->nowhere || store_read_alerts(q->store, &ask, on_alert, q));
}

bool
query_notices(struct query *q)
{
	struct store_notice_ask ask = { .waiting_only = q->ask->flag,
		.site = q->site };

	if (!page_of(q, &ask.before_id))
		return query_status(q, 400);
	query_list(q);
	return end_list(q,
	    q->nowhere || store_read_notices(q->store, &ask, on_notice, q));
}

bool
query_deliveries(struct query *q)
{
	struct store_sent_ask ask = { .waiting_only = q->ask->flag,
		.site = q->site };

	if (!page_of(q, &ask.before_id))
		return query_status(q, 400);
	query_list(q);
	return end_list(q,
	    q->nowhere || store_read_sent(q->store, &ask, on_sent, q));
}

/* --- the means */

#define CHANNEL_LOOK 50u /* of its newest messages */

struct channel {
	int64_t sent_utc, failed_utc; /* 0 = not among them */
	char said[512];		      /* when it failed */
};

static bool
on_of_channel(void *arg, const struct store_sent_row *row)
{
	struct channel *c = arg;

	if (row->done_utc != 0 && c->sent_utc == 0)
		c->sent_utc = row->done_utc;
	if (row->done_utc == 0 && row->tries > 0 && c->failed_utc == 0) {
		c->failed_utc =
		    row->gave_up_utc != 0 ? row->gave_up_utc : row->made_utc;
		snprintf(c->said, sizeof(c->said), "%s", row->said);
	}
	return c->sent_utc == 0 || c->failed_utc == 0;
}

static bool
put_channel(struct query *q, const struct read_channel *f)
{
	const struct store_sent_ask ask = { .channel = f->name,
		.limit = CHANNEL_LOOK };
	struct channel c = { 0 };
	bool read = store_read_sent(q->store, &ask, on_of_channel, &c);

	json_out_open(&q->json, '{');
	query_put_text(q, "name", f->name);
	query_put_text(q, "kind", f->kind);
	query_put_text(q, "or_else", f->or_else);
	query_put_time(q, "sent", c.sent_utc);
	query_put_time(q, "failed", c.failed_utc);
	query_put_text(q, "said", c.said);
	json_out_close(&q->json, '}');
	return read;
}

/* For those who see all: a channel tells of all sites. */
bool
query_channels(struct query *q)
{
	bool read = true;

	query_list(q);
	for (uint32_t i = 0; query_may(q, "") && i < q->facts->channel_count;
	     i++)
		if (query_more(q))
			read = read && put_channel(q, &q->facts->channels[i]);
	return end_list(q, read);
}

/* --- one */

static bool
on_its_notice(void *arg, const struct store_notice_row *row)
{
	struct query *q = arg;

	put_notice(q, row);
	return q->json.length < ALERT_BYTES;
}

static bool
on_its_sent(void *arg, const struct store_sent_row *row)
{
	struct query *q = arg;

	put_sent(q, row);
	return q->json.length < ALERT_BYTES;
}

static bool
on_one(void *arg, const struct store_alert_row *row)
{
	struct query *q = arg;

	if (!query_may(q, row->site) || !is_told(q, row))
		return false;
	query_status(q, 200);
	put_alert(q, row);
	return false;
}

static bool
put_rest(struct query *q)
{
	const struct store_notice_ask notices = { .alert = q->ask->number };
	const struct store_sent_ask sent = { .alert = q->ask->number };
	bool read;

	json_out_key(&q->json, "notices");
	json_out_open(&q->json, '[');
	read = store_read_notices(q->store, &notices, on_its_notice, q);
	json_out_close(&q->json, ']');
	json_out_key(&q->json, "deliveries");
	json_out_open(&q->json, '[');
	read = read && store_read_sent(q->store, &sent, on_its_sent, q);
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return read;
}

bool
query_alert(struct query *q)
{
	const struct store_alert_ask ask = { .id = q->ask->number };
	bool read = true;

	query_status(q, 404);
	if (ask.id > 0) {
		read = store_reader_hold(q->store) &&
		       store_read_alerts(q->store, &ask, on_one, q) &&
		       (q->answer.status != 200 || put_rest(q));
		store_reader_release(q->store);
	}
	return read;
}
