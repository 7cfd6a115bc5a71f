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
	char *ca_file; /* owned; "" = the system's */
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
send_authorities(struct courier *c, struct channel *ch)
{
	int fd;

	if (c->ca_file[0] == '\0')
		return;
	fd = open(c->ca_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		/* Without them nobody's word is taken: TLS fails, and says. */
		log_error("courier", "mail.ca_file %s: %s", c->ca_file,
		    strerror(errno));
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0) {
		channel_send_fd(ch, COURIER_CA, NULL, 0, fd);
		close(fd);
	}
}

static void
on_start(void *arg, struct channel *ch)
{
	send_authorities(arg, ch);
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

struct courier *
courier_new(struct event_base *base, const char *ca_file, courier_fn *fn,
    void *arg)
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
	c->ca_file = strdup(ca_file);
	c->keeper = keeper_new(base, &spec, &calls);
	if (c->ca_file == NULL || c->keeper == NULL) {
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
	free(c->ca_file);
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
courier_reload(struct courier *c, const char *ca_file)
{
	char *copy;

	if (strcmp(c->ca_file, ca_file) == 0)
		return;
	copy = strdup(ca_file);
	if (copy == NULL)
		return;
	free(c->ca_file);
	c->ca_file = copy;
	keeper_restart(c->keeper);
}
