/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/keeper.h"

#define QUEUE_BYTES (8u << 20)
#define SILENT_US (20 * US_PER_S)

struct courier {
	courier_fn *fn;
	void *arg;
	struct keeper *keeper;
	char *trust[COURIER_TRUSTS]; /* owned; NULL = the system's */
	uint64_t under_way[COURIER_MOST];
	unsigned count;
};

static bool
take_out(struct courier *c, uint64_t id)
{
	for (unsigned i = 0; i < c->count; i++) {
		if (c->under_way[i] != id)
			continue;
		c->under_way[i] = c->under_way[--c->count];
		return true;
	}
	return false;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct courier *c = arg;
	struct courier_result r;

	switch (type) {
	case COURIER_ALIVE:
		keeper_heard(c->keeper);
		return body.n == 0;
	case COURIER_RESULT:
		if (!courier_get_result(body, &r) || !take_out(c, r.id))
			return false;
		c->fn(c->arg, &r);
		return true;
	default:
		return false;
	}
}

static void
send_trust(const struct courier *c, struct channel *ch, uint8_t number)
{
	const char *file = c->trust[number];
	int fd;

	if (file == NULL)
		return;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		/* Without them nobody's word is taken: TLS fails, and says. */
		log_error("courier", "ca_file %s: %s", file, strerror(errno));
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		channel_send_fd(ch, COURIER_TRUST, &number, 1, fd);
		close(fd);
	}
}

static void
on_start(void *arg, struct channel *ch)
{
	for (unsigned i = 0; i < COURIER_TRUSTS; i++)
		send_trust(arg, ch, (uint8_t)i);
}

static void
on_lost(void *arg)
{
	struct courier *c = arg;
	struct courier_result r = { 0 };

	snprintf(r.detail, sizeof(r.detail), "the process that sends was lost");
	while (c->count > 0) {
		r.id = c->under_way[--c->count];
		c->fn(c->arg, &r);
	}
}

static void
trust_drop(struct courier *c)
{
	for (unsigned i = 0; i < COURIER_TRUSTS; i++) {
		free(c->trust[i]);
		c->trust[i] = NULL;
	}
}

static bool
trust_take(struct courier *c, const struct courier_trust *t)
{
	trust_drop(c);
	for (unsigned i = 0; i < COURIER_TRUSTS; i++) {
		if (t->files[i] == NULL || t->files[i][0] == '\0')
			continue;
		c->trust[i] = strdup(t->files[i]);
		if (c->trust[i] == NULL)
			return false;
	}
	return true;
}

struct courier *
courier_new(struct event_base *base, const struct courier_trust *trust,
    courier_fn *fn, void *arg)
{
	static const struct keeper_spec spec = { .room = "courier",
		.what = "the courier",
		.role = "_courier",
		.queue_bytes = QUEUE_BYTES,
		.silent_us = SILENT_US };
	struct courier *c = calloc(1, sizeof(*c));
	struct keeper_calls calls = { .on_message = on_message,
		.on_start = on_start,
		.on_lost = on_lost,
		.arg = c };

	if (c == NULL)
		return NULL;
	c->fn = fn;
	c->arg = arg;
	c->keeper = keeper_new(base, &spec, &calls);
	if (c->keeper == NULL || !trust_take(c, trust)) {
		courier_free(&c);
		return NULL;
	}
	keeper_restart(c->keeper);
	return c;
}

void
courier_free(struct courier **cp)
{
	struct courier *c = *cp;

	if (c == NULL)
		return;
	*cp = NULL;
	keeper_free(&c->keeper);
	trust_drop(c);
	free(c);
}

bool
courier_send(struct courier *c, const struct courier_job *job, int fd)
{
	struct channel *ch = keeper_channel(c->keeper);
	struct writer w = channel_scratch();

	if (ch == NULL || c->count == COURIER_MOST)
		return false;
	courier_put_job(&w, job);
	if (w.bad || !(fd >= 0 ? channel_send_fd(ch, COURIER_JOB, w.start,
				     writer_length(&w), fd)
			       : channel_send(ch, COURIER_JOB, w.start,
				     writer_length(&w))))
		return false;
	/* The scratch held a password. */
	explicit_bzero(w.start, writer_length(&w));
	c->under_way[c->count++] = job->id;
	return true;
}

void
courier_reload(struct courier *c, const struct courier_trust *trust)
{
	/* Without memory for a name nobody of that number is trusted more
	 * than the system does. */
	if (!trust_take(c, trust))
		log_error("courier", "memory is out");
	keeper_restart(c->keeper);
}
