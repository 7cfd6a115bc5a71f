/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _reader DIR`: answers the web process's named queries from the
 * database, read-only. It has no network; what asks it is hostile (the web
 * process may be compromised) and can name no SQL. */
#include "monitor/http/web.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/http/reader_query.h"
#include "monitor/http/web_wire.h"

#define QUEUE_BYTES (64u << 20)
#define HEAD_BYTES 64u /* of an encoded answer, around the body */

struct reader_process {
	struct event_base *base;
	struct channel *ch;
	struct reading *reading;
	uint8_t *scratch; /* READ_BODY_BYTES + HEAD_BYTES */
};

/* In as many messages as it takes. */
static void
on_answer(void *arg, const struct read_answer *answer)
{
	struct reader_process *rp = arg;
	struct read_answer part = *answer;
	struct span left = answer->body;

	do {
		struct writer w =
		    writer_of(rp->scratch, READ_BODY_BYTES + HEAD_BYTES);

		part.body.p = left.p;
		part.body.n =
		    left.n < READ_BODY_BYTES ? left.n : READ_BODY_BYTES;
		part.more = left.n > part.body.n;
		web_put_answer(&w, &part);
		channel_send(rp->ch, READ_ANSWER, w.start, writer_length(&w));
		left.n -= part.body.n;
		left.p += left.n > 0 ? part.body.n : 0;
	} while (left.n > 0);
}

/* False: this one ends, and the web process is given another. */
static bool
goes_on(struct reader_process *rp)
{
	if (!reading_outgrown(rp->reading))
		return true;
	log_info("reader",
	    "it may not read what it must; another takes its place");
	channel_flush(rp->ch);
	return false;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct reader_process *rp = arg;
	static struct read_ask ask; /* one thread, one at a time */
	static struct read_facts facts;

	if (type == READ_FACTS) {
		if (!web_get_facts(body, &facts))
			return false;
		reading_tell(rp->reading, &facts);
		return goes_on(rp);
	}
	if (type != READ_ASK || !web_get_ask(body, &ask))
		return false;
	reading_answer(rp->reading, &ask, on_answer, rp);
	return goes_on(rp);
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
	struct reader_process rp = { 0 };
	struct channel_calls calls = { on_message, on_closed, &rp };
	struct confine role = { .may = CONFINE_READ,
		.rights = 1u << CAP_DAC_READ_SEARCH };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-read");
	rp.base = event_base_new();
	rp.scratch = malloc(READ_BODY_BYTES + HEAD_BYTES);
	rp.reading = reading_new(argc > 1 ? argv[1] : "");
	if (rp.base != NULL && rp.scratch != NULL && rp.reading != NULL)
		rp.ch = channel_new(rp.base, READER_FD_CHANNEL, QUEUE_BYTES,
		    &calls);
	if (rp.ch == NULL) {
		log_error("reader", "can't start");
		return 2;
	}
	if (!reading_role(rp.reading, &role)) {
		log_error("reader", "too many folders, or a name is too long");
		return 2;
	}
	if (!confine_enter(&role, "reader"))
		return 2;
	event_base_dispatch(rp.base);
	reading_free(&rp.reading);
	_exit(0); /* locked in: no library's work at exit */
}
