/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deliveries: rows that are sent, one after the other, until each is done. The
 * row stays until its end is committed: what is sent twice after a crash has
 * the same Message-ID. */
#include "monitor/monitor_duties.h"
#include "monitor/monitor_outside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/courier/backoff.h"
#include "monitor/courier/mail_text.h"
#include "monitor/monitor_request.h"
#include "monitor/store/store_read_ledger.h"

#define LOOK_US (5 * US_PER_S)
#define PATIENCE_US (15 * 60 * US_PER_S) /* of failures, before an incident */
#define MARK "checkpoint-number: "	 /* in a body that carries one */

static int
place_of(const struct post *p, int64_t delivery)
{
	for (int i = 0; i < POST_MOST; i++)
		if (p->under_way[i] == delivery)
			return i;
	return -1;
}

/* The first line of the file, without its end. */
static bool
read_password(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static void
put_text(char *out, size_t size, struct store_text text)
{
	snprintf(out, size, "%.*s", (int)text.n, text.p != NULL ? text.p : "");
}

static void
put_headers(const struct monitor *m, struct courier_job *j,
    const struct store_delivery_row *row)
{
	char subject[400], date[64], id[NOTE_NAME + 64];
	const char *at = strchr(m->config.mail_from, '@');

	put_text(subject, sizeof(subject), row->subject);
	mail_text_date(date, sizeof(date), row->made_utc);
	snprintf(id, sizeof(id), "<%lld.%s@%s>", (long long)row->id,
	    strchr(m->outside->record.name, '/') != NULL
		? strchr(m->outside->record.name, '/') + 1
		: "0",
	    at != NULL ? at + 1 : "camwarden");
	mail_text_header(j->headers, sizeof(j->headers), "Date", date);
	mail_text_header(j->headers, sizeof(j->headers), "From", j->from);
	mail_text_addresses(j->headers, sizeof(j->headers), "To", j->to);
	mail_text_header(j->headers, sizeof(j->headers), "Subject", subject);
	/* RFC 5322 forbids encoding it: one that is too long is left out. */
	if (strlen(id) < 70)
		mail_text_header(j->headers, sizeof(j->headers), "Message-ID",
		    id);
	mail_text_header(j->headers, sizeof(j->headers), "Auto-Submitted",
	    "auto-generated");
}

/* NULL, or why it can't be sent. */
static const char *
make_job(const struct monitor *m, const struct store_delivery_row *row,
    struct courier_job *j)
{
	struct config_mail mail;

	memset(j, 0, sizeof(*j));
	if (config_mail_server(m->config.mail_server, &mail) != NULL)
		return "mail.server is not set any more";
	j->id = OUTSIDE_JOB(OUTSIDE_POST, row->id);
	j->kind = COURIER_MAIL;
	j->tls = mail.plain	     ? COURIER_TLS_NEVER
		 : mail.implicit_tls ? COURIER_TLS_ALWAYS
				     : COURIER_TLS_START;
	snprintf(j->host, sizeof(j->host), "%s", mail.url.host);
	j->port = mail.url.port;
	snprintf(j->from, sizeof(j->from), "%s", m->config.mail_from);
	put_text(j->to, sizeof(j->to), row->target);
	if (!config_mail_address(j->to))
		return "its address is none";
	snprintf(j->user, sizeof(j->user), "%s", m->config.mail_user);
	if (j->user[0] != '\0' && !read_password(m->config.mail_password_file,
				      j->password, sizeof(j->password)))
		return "mail.password_file can't be read";
	put_headers(m, j, row);
	j->body = (struct span){ row->body, row->length };
	if (j->body.n > COURIER_BODY_BYTES)
		j->body.n = COURIER_BODY_BYTES;
	return NULL;
}

struct attempt {
	struct monitor *m;
	int64_t delivery;
};

static void
on_stored(void *arg, const struct store_result *r)
{
	struct attempt *a = arg;
	struct post *p = a->m->outside != NULL ? &a->m->outside->post : NULL;
	int i = p != NULL ? place_of(p, a->delivery) : -1;

	if (!r->ok)
		log_error("post",
		    "delivery %lld: its outcome can't be "
		    "written: %s",
		    (long long)a->delivery, r->error);
	if (i >= 0)
		p->under_way[i] = 0;
	free(a);
}

static void
finish(struct monitor *m, int i, const struct courier_result *r)
{
	struct post *p = &m->outside->post;
	int64_t now = monitor_utc(m, clock_mono_us());
	struct attempt *memory = malloc(sizeof(*memory));
	struct store_attempt a = { .delivery = p->under_way[i],
		.utc = now,
		.due_utc = now + backoff_us(p->tries[i] + 1),
		.error = r->ok ? "" : r->detail,
		.outcome = r->ok ? STORE_SENT : STORE_TRY_AGAIN };
	struct store_done done = { on_stored, memory };

	if (memory == NULL) {
		p->under_way[i] = 0; /* it comes again */
		return;
	}
	if (!r->ok &&
	    (p->test[i] || backoff_over(p->made_utc[i], now, r->lasting)))
		a.outcome = STORE_GIVEN_UP;
	*memory = (struct attempt){ m, p->under_way[i] };
	p->ending[i] = true;
	if (!store_attempt(m->store, &a, &done)) {
		p->under_way[i] = 0;
		free(memory);
	}
}

void
post_on_result(struct monitor *m, uint64_t delivery,
    const struct courier_result *r)
{
	struct post *p = &m->outside->post;
	int64_t now = clock_mono_us();
	int i = place_of(p, (int64_t)delivery);

	if (i < 0 || p->ending[i])
		return;
	if (r->ok) {
		log_info("post", "delivery %lld is sent", (long long)delivery);
		monitor_own_over(m, OWN_MAIL, now);
		if (p->checkpoints[i] != 0)
			record_mailed(m, p->checkpoints[i]);
	} else {
		log_warn("post", "delivery %lld, try %u: %s",
		    (long long)delivery, p->tries[i] + 1, r->detail);
		if (!p->test[i] &&
		    (r->lasting ||
			monitor_utc(m, now) - p->made_utc[i] > PATIENCE_US))
			monitor_own_say(m, OWN_MAIL, now, now, r->detail);
	}
	finish(m, i, r);
}

/* Bodies of ours only: the line begins one. */
static int64_t
checkpoint_in(const char *body, size_t n)
{
	const char *at = body, *next;
	int64_t number = 0;

	/* The last one: what stands before it may hold anybody's words. */
	while ((next = memmem(at, (size_t)(body + n - at), "\n" MARK,
		    sizeof(MARK))) != NULL)
		at = next + sizeof(MARK);
	if (at == body)
		return 0;
	for (; at < body + n && *at >= '0' && *at <= '9' &&
	       number < INT64_MAX / 10 - 9;
	     at++)
		number = number * 10 + (*at - '0');
	return number;
}

static bool
send_row(void *arg, const struct store_delivery_row *row)
{
	struct monitor *m = arg;
	struct post *p = &m->outside->post;
	struct courier_result failed = { 0 };
	struct courier_job j;
	char file[600];
	int i = place_of(p, 0), fd = -1;
	const char *why;

	if (i < 0 || row->due_utc > monitor_utc(m, clock_mono_us()))
		return false; /* the most urgent come first */
	if (place_of(p, row->id) >= 0 || (row->kind != STORE_DELIVERY_MAIL &&
					     row->kind != STORE_DELIVERY_TEST))
		return true;
	p->test[i] = row->kind == STORE_DELIVERY_TEST;
	p->under_way[i] = row->id;
	p->made_utc[i] = row->made_utc;
	p->tries[i] = row->tries;
	p->ending[i] = false;
	p->checkpoints[i] = checkpoint_in(row->body, row->length);
	put_text(file, sizeof(file), row->path);
	why = make_job(m, row, &j);
	if (why == NULL && file[0] != '\0') {
		/* Of our own state_dir; one that is gone: the text goes. */
		fd = open(file, O_RDONLY | O_CLOEXEC);
		const char *name = strrchr(file, '/');

		if (fd >= 0 && name != NULL)
			snprintf(j.attachment, sizeof(j.attachment), "%.127s",
			    name + 1);
		snprintf(j.attachment_type, sizeof(j.attachment_type),
		    "text/html; charset=utf-8");
	}
	if (why != NULL) {
		snprintf(failed.detail, sizeof(failed.detail), "%s", why);
		post_on_result(m, (uint64_t)row->id, &failed);
	} else if (!courier_send(m->outside->courier, &j, fd)) {
		p->under_way[i] = 0; /* another time */
	}
	explicit_bzero(j.password, sizeof(j.password));
	if (fd >= 0)
		close(fd);
	return true;
}

void
post_second(struct monitor *m, int64_t now_us)
{
	struct post *p = &m->outside->post;

	if (m->outside->courier == NULL || now_us < p->look_us)
		return;
	p->look_us = now_us + LOOK_US;
	if (!store_read_deliveries(m->reader, true, 64, send_row, m))
		log_error("post", "deliveries can't be read: %s",
		    store_reader_error(m->reader));
}

void
post_mail(struct monitor *m, const char *subject, const char *body,
    const char *path)
{
	const char *at = m->config.report_mail_to;
	int64_t now = monitor_utc(m, clock_mono_us());
	char to[256];

	while (config_mail_next(&at, to)) {
		struct store_delivery d = { .kind = STORE_DELIVERY_MAIL,
			.target = to,
			.subject = subject,
			.path = path,
			.body = body,
			.length = strlen(body),
			.made_utc = now,
			.due_utc = now };

		if (!store_delivery(m->store, &d, NULL))
			log_error("post", "a mail to %s could not be kept", to);
	}
	m->outside->post.look_us = 0;
}

/* --- a test, for which somebody waits */

struct mail_test {
	struct monitor *m;
	monitor_answer_fn *answer;
	void *arg;
};

static void
on_test_kept(void *arg, const struct store_result *r)
{
	struct mail_test *t = arg;
	struct monitor_answer a = { .ok = r->ok,
		.text = r->error,
		.seq = r->id };

	if (t->m->outside != NULL)
		t->m->outside->post.look_us = 0;
	t->answer(t->arg, &a);
	free(t);
}

void
monitor_mail_test(struct monitor *m, const char *to, const char *actor,
    monitor_answer_fn *answer, void *arg)
{
	struct mail_test *t = malloc(sizeof(*t));
	struct store_done done = { on_test_kept, t };
	int64_t now = monitor_utc(m, clock_mono_us());
	char host[256] = "?", body[900];
	struct store_delivery d = { .kind = STORE_DELIVERY_TEST,
		.target = to,
		.subject = "camwarden: a test",
		.path = "",
		.body = body,
		.made_utc = now,
		.due_utc = now };

	gethostname(host, sizeof(host) - 1);
	d.length = (size_t)snprintf(body, sizeof(body),
	    "camwarden on %s sent this because %.100s asked for it.\n"
	    "Mail arrives here: so will the reports.\n",
	    host, actor);
	if (m->outside->courier == NULL || !config_mail_address(to))
		monitor_answer_now(answer, arg, false,
		    m->outside->courier == NULL ? "mail.server is not set"
						: "its address is none");
	else if (t == NULL)
		monitor_answer_later(answer, arg, "memory is out");
	else {
		*t = (struct mail_test){ m, answer, arg };
		if (store_delivery(m->store, &d, &done))
			return;
		monitor_answer_later(answer, arg, MONITOR_STORE_BUSY);
	}
	free(t);
}
