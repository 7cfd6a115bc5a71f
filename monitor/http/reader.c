/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _reader DIR`: answers the web process's named queries from the
 * database, read-only. It has no network; what asks it is hostile (the web
 * process may be compromised) and can name no SQL. */
#include "monitor/http/web.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/log.h"
#include "monitor/http/reader_query.h"
#include "monitor/http/web_wire.h"
#include "monitor/offspring/sandbox.h"

#define QUEUE_BYTES (64u << 20)
#define LOOKED_THROUGH 20000u /* incidents, for those of one feed */
#define HEAD_BYTES 64u	      /* of an encoded answer, around the body */

struct reader_process {
	struct event_base *base;
	struct channel *ch;
	struct store_reader *store;
	const char *dir;
	uint8_t *scratch; /* READ_BODY_BYTES + HEAD_BYTES */
};

static void
send_answer(struct query *q)
{
	struct writer w =
	    writer_of(q->rp->scratch, READ_BODY_BYTES + HEAD_BYTES);

	web_put_answer(&w, &q->answer);
	channel_send(q->rp->ch, READ_ANSWER, w.start, writer_length(&w));
}

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct query *q = arg;

	q->feed = row->id;
	return false;
}

bool
query_find_feed(struct query *q)
{
	q->feed = 0;
	return store_read_feeds(q->store, NULL, q->ask->uuid, on_feed, q);
}

static void
on_picture(void *arg, const struct store_picture *p)
{
	struct query *q = arg;

	if (p->length > LIMIT_PNG_BYTES)
		return;
	q->answer.status = 200;
	q->answer.utc_us = p->utc;
	q->answer.body = (struct span){ p->png, p->length };
	send_answer(q);
}

/* Both answer by themselves when there is a picture. */
static bool
read_evidence(struct query *q)
{
	bool found = false;

	q->answer.status = 404;
	if (!store_read_evidence(q->store, q->ask->number, q->ask->kind,
		on_picture, q, &found))
		return false;
	if (q->answer.status == 404)
		send_answer(q);
	return true;
}

static bool
read_thumbnail(struct query *q)
{
	bool found = false;

	if (!query_find_feed(q))
		return false;
	q->answer.status = 404;
	if (q->feed > 0 && !store_read_picture(q->store, q->feed, q->ask->kind,
			       0, on_picture, q, &found))
		return false;
	if (q->answer.status == 404)
		send_answer(q);
	return true;
}

void
query_put_span(struct query *q, int64_t start_utc, int64_t end_utc)
{
	json_out_key(&q->json, "start");
	json_out_time(&q->json, start_utc);
	json_out_key(&q->json, "end");
	json_out_time(&q->json, end_utc == STORE_OPEN ? 0 : end_utc);
}

void
query_end_list(struct query *q)
{
	json_out_close(&q->json, ']');
	json_out_key(&q->json, "cut");
	json_out_bool(&q->json, q->rows > q->ask->limit);
	json_out_close(&q->json, '}');
}

static bool
on_interval(void *arg, const struct store_interval_row *row)
{
	struct query *q = arg;
	struct json_out *j = &q->json;

	if (q->rows++ >= q->ask->limit)
		return false;
	json_out_open(j, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	json_out_key(j, "state");
	json_out_string(j, state_name(row->state));
	json_out_key(j, "cause");
	json_out_string(j, cause_name(row->cause));
	json_out_close(j, '}');
	return true;
}

static bool
read_history(struct query *q)
{
	struct store_now now;

	store_now(&now);
	if (!query_find_feed(q))
		return false;
	if (q->feed == 0) {
		q->answer.status = 404;
		return true;
	}
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "from");
	json_out_time(&q->json, q->ask->from_utc_us);
	json_out_key(&q->json, "to");
	json_out_time(&q->json, now.utc_us);
	json_out_key(&q->json, "intervals");
	json_out_open(&q->json, '[');
	bool read = store_read_intervals(q->store, q->feed, q->ask->from_utc_us,
	    now.utc_us, on_interval, q);

	query_end_list(q);
	return read;
}

static bool
on_incident(void *arg, const struct store_incident_row *row)
{
	struct query *q = arg;
	struct json_out *j = &q->json;

	if (q->feed > 0 && row->feed != q->feed)
		return true;
	if (j->length > READ_BODY_BYTES / 2 || q->rows++ >= q->ask->limit)
		return false;
	json_out_open(j, '{');
	json_out_key(j, "number");
	json_out_integer(j, row->id);
	json_out_key(j, "cause");
	json_out_string(j, cause_name(row->cause));
	json_out_key(j, "text");
	json_out_string(j, row->text);
	json_out_key(j, "since");
	json_out_time(j, row->since_utc);
	json_out_key(j, "at");
	json_out_time(j, row->at_utc);
	json_out_key(j, "until");
	json_out_time(j, row->good_utc);
	json_out_key(j, "alert");
	json_out_bool(j, row->alertable);
	json_out_key(j, "acknowledged");
	json_out_time(j, row->acknowledged_utc);
	json_out_key(j, "acknowledged_by");
	json_out_string(j, row->acknowledged_by);
	json_out_key(j, "before");
	json_out_bool(j, row->before != 0);
	json_out_key(j, "after");
	json_out_bool(j, row->after != 0);
	json_out_close(j, '}');
	return true;
}

static bool
read_incidents(struct query *q)
{
	static const uint8_t none[16];

	if (memcmp(q->ask->uuid, none, 16) != 0) {
		if (!query_find_feed(q))
			return false;
		if (q->feed == 0) {
			q->answer.status = 404;
			return true;
		}
	}
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "incidents");
	json_out_open(&q->json, '[');
	bool read = store_read_incidents(q->store, q->ask->open_only,
	    q->ask->from_utc_us, INT64_MAX,
	    q->feed > 0 ? LOOKED_THROUGH : q->ask->limit, on_incident, q);

	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return read;
}

/* The database is there from the monitor's start on, but may be replaced. */
static bool
have_store(struct reader_process *rp)
{
	char error[256];

	if (rp->store == NULL)
		rp->store = store_reader_open(rp->dir, error);
	return rp->store != NULL &&
	       store_read_alive(rp->store, NULL, &(struct store_alive){ 0 });
}

static void
answer_json(struct query *q, bool good)
{
	if (!good || q->json.bad || q->json.length > READ_BODY_BYTES) {
		log_warn("reader", "%s",
		    q->rp->store ? store_reader_error(q->rp->store)
				 : "no database");
		q->answer.status = 500;
	} else if (q->answer.status == 200) {
		q->answer.body =
		    (struct span){ (uint8_t *)q->json.text, q->json.length };
	}
	send_answer(q);
}

static bool
read_json(struct query *q)
{
	switch (q->ask->what) {
	case READ_HISTORY:
		return read_history(q);
	case READ_INCIDENTS:
		return read_incidents(q);
	case READ_CONSOLES:
		return query_consoles(q);
	case READ_PRESENCE:
		return query_presence(q);
	case READ_WATCHED:
		return query_watched(q);
	case READ_UNWATCHED:
		return query_unwatched(q);
	case READ_ROSTER:
		return query_roster(q);
	case READ_OVERLAYS:
		return query_overlays(q);
	case READ_THUMBNAIL:
	case READ_EVIDENCE:
		break;
	}
	return false;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct reader_process *rp = arg;
	struct read_ask ask;
	struct query q = { .rp = rp, .ask = &ask };

	if (type != READ_ASK || !web_get_ask(body, &ask))
		return false;
	q.answer.id = ask.id;
	q.answer.status = 200;
	json_out_init(&q.json);
	bool ready = have_store(rp);

	q.store = rp->store;

	if (ready && ask.what == READ_THUMBNAIL) {
		if (!read_thumbnail(&q))
			answer_json(&q, false);
	} else if (ready && ask.what == READ_EVIDENCE) {
		if (!read_evidence(&q))
			answer_json(&q, false);
	} else {
		answer_json(&q, ready && read_json(&q));
	}
	json_out_fini(&q.json);
	return true;
}

static void
on_closed(void *arg, const char *why)
{
	struct reader_process *rp = arg;

	(void)why;
	event_base_loopbreak(rp->base);
}

int
reader_process_main(int argc, char **argv)
{
	struct reader_process rp = { .dir = argc > 1 ? argv[1] : "" };
	struct channel_calls calls = { on_message, on_closed, &rp };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-read");
	rp.base = event_base_new();
	rp.scratch = malloc(READ_BODY_BYTES + HEAD_BYTES);
	if (rp.base != NULL && rp.scratch != NULL)
		rp.ch = channel_new(rp.base, READER_FD_CHANNEL, QUEUE_BYTES,
		    &calls);
	if (rp.ch == NULL || !sandbox_reader()) {
		log_error("reader", "can't start, or lock itself in");
		return 2;
	}
	event_base_dispatch(rp.base);
	store_reader_close(&rp.store);
	_exit(0); /* locked in: no library's work at exit */
}
