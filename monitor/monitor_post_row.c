/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of deliveries -> what the courier is to do. */
#include "monitor/monitor_channels.h"
#include "monitor/monitor_outside.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "monitor/store/store_read_ledger.h"

#define MARK "checkpoint-number: " /* in a body that carries one */

void
post_row_text(char *out, size_t size, struct store_text text)
{
	snprintf(out, size, "%.*s", (int)text.n, text.p != NULL ? text.p : "");
}

/* Bodies of ours only: the line begins one. */
int64_t
post_checkpoint(const struct store_delivery_row *row)
{
	const char *body = row->body, *at = body, *next;
	size_t n = row->length;
	int64_t number = 0;

	/* The last one: what stands before it may hold anybody's words. */
	while (n > 0 && (next = memmem(at, (size_t)(body + n - at), "\n" MARK,
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

/* Of our own state_dir; one that is gone: the text goes. */
static int
attach(const struct store_delivery_row *row, struct courier_job *j)
{
	char file[600];
	const char *name;
	int fd;

	post_row_text(file, sizeof(file), row->path);
	if (file[0] == '\0')
		return -1;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	name = strrchr(file, '/');
	if (fd >= 0 && name != NULL)
		snprintf(j->attachment, sizeof(j->attachment), "%.127s",
		    name + 1);
	snprintf(j->attachment_type, sizeof(j->attachment_type),
	    "text/html; charset=utf-8");
	return fd;
}

static const char *
make_mail(const struct monitor *m, const struct store_delivery_row *row,
    struct courier_job *j, int *fd_out)
{
	const char *why = channels_mail(m, j);
	char subject[400];

	if (why != NULL)
		return why;
	post_row_text(j->to, sizeof(j->to), row->target);
	if (!config_mail_address(j->to))
		return "its address is none";
	post_row_text(subject, sizeof(subject), row->subject);
	channels_headers(m, j, row->id, subject, row->made_utc, "");
	j->body = (struct span){ row->body, row->length };
	if (j->body.n > COURIER_BODY_BYTES)
		j->body.n = COURIER_BODY_BYTES;
	*fd_out = attach(row, j);
	return NULL;
}

const char *
post_make(struct monitor *m, int channel, const struct store_delivery_row *row,
    struct channel_job *out, int *fd_out)
{
	static struct notice notice; /* one thread */
	const char *why;

	*fd_out = -1;
	memset(out, 0, sizeof(*out));
	if (channel < 0)
		why = make_mail(m, row, &out->job, fd_out);
	else if (!notice_read(&notice, row->body, row->length))
		why = "its notice can't be read";
	else {
		/* By which a receiver knows a digest or test again. */
		notice.id = row->notice != 0 ? row->notice : row->id;
		why =
		    channels_make(m, (unsigned)channel, &notice, row->id, out);
		/* The others have it. */
		if (row->path.n > 0 && out->job.kind == COURIER_MAIL)
			post_row_text(out->job.to, sizeof(out->job.to),
			    row->path);
	}
	out->job.id = OUTSIDE_JOB(OUTSIDE_POST, row->id);
	return why;
}
