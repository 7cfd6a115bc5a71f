/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/failure.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/error.h>
#include <libavutil/log.h>

static _Thread_local struct failure_marks marks;

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

void
failure_note(struct failure_marks *m, const char *format, int number)
{
	/* libavformat 59: tcp.c, network.c, http.c. Should another version
	 * word them otherwise, reasons only become coarser. */
	if (starts(format, "Failed to resolve hostname"))
		m->unresolved = true;
	else if (starts(format, "Successfully connected to"))
		m->connected = true;
	else if (starts(format, "header='"))
		m->answered = m->connected = true;
	else if (starts(format, "HTTP error %d"))
		m->status = number;
}

static void
on_line(void *avcl, int level, const char *format, va_list ap)
{
	int number = 0;

	(void)avcl;
	(void)level;
	if (starts(format, "HTTP error %d"))
		number = va_arg(ap, int);
	else if (starts(format, "Failed to resolve hostname %s: %s") &&
		 va_arg(ap, const char *) != NULL)
		marks.unanswered = strcmp(va_arg(ap, const char *),
				       gai_strerror(EAI_AGAIN)) == 0;
	failure_note(&marks, format, number);
}

void
failure_listen(void)
{
	av_log_set_level(AV_LOG_TRACE);
	av_log_set_callback(on_line);
}

void
failure_clear(void)
{
	marks = (struct failure_marks){ 0 };
}

struct failure_marks
failure_seen(void)
{
	return marks;
}

static enum reason
of_status(const struct failure_case *c, int status)
{
	switch (status) {
	case 401:
		return c->credentials ? REASON_AUTH_WRONG : REASON_AUTH_MISSING;
	case 403:
		return REASON_AUTH_WRONG;
	case 404:
	case 410:
		return REASON_NOT_FOUND_404;
	case 503:
		return REASON_BUSY_503;
	}
	return REASON_STATUS_OTHER;
}

static int
status_of(const struct failure_case *c)
{
	if (c->marks.status != 0)
		return c->marks.status;
	switch (c->error) {
	case AVERROR_HTTP_BAD_REQUEST:
		return 400;
	case AVERROR_HTTP_UNAUTHORIZED:
		return 401;
	case AVERROR_HTTP_FORBIDDEN:
		return 403;
	case AVERROR_HTTP_NOT_FOUND:
		return 404;
	case AVERROR_HTTP_OTHER_4XX:
		return 499;
	case AVERROR_HTTP_SERVER_ERROR:
		return 500;
	}
	return 0;
}

static enum reason
of_timeout(const struct failure_case *c)
{
	if (c->flowed)
		return REASON_STALL_DEAD;
	if (c->opened || c->datagrams)
		return REASON_PLAY_NO_MEDIA;
	if (!c->marks.connected)
		return REASON_CONNECT_TIMEOUT;
	return c->marks.answered ? REASON_PLAY_NO_MEDIA : REASON_REPLY_TIMEOUT;
}

static enum reason
of_error(const struct failure_case *c)
{
	switch (c->error) {
	case AVERROR(ECONNREFUSED):
		return REASON_REFUSED;
	case AVERROR(EHOSTUNREACH):
	case AVERROR(ENETUNREACH):
	case AVERROR(EADDRNOTAVAIL):
		return REASON_UNREACHABLE;
	case AVERROR(ETIMEDOUT):
		return of_timeout(c);
	case AVERROR_PROTOCOL_NOT_FOUND:
	case AVERROR(EINVAL):
		return c->flowed ? REASON_PROTOCOL : REASON_CONFIG_ERROR;
	case AVERROR_INVALIDDATA:
		return REASON_PROTOCOL;
	case AVERROR_DECODER_NOT_FOUND:
	case AVERROR_PATCHWELCOME:
		return REASON_CODEC_UNSUPPORTED;
	case AVERROR_STREAM_NOT_FOUND:
		return REASON_SDP_NO_VIDEO;
	case AVERROR_DEMUXER_NOT_FOUND:
		return REASON_OPEN_FAILED;
	case AVERROR_EOF:
		return c->flowed ? REASON_END_OF_STREAM : REASON_PEER_CLOSED;
	case AVERROR(EPIPE):
	case AVERROR(ECONNRESET):
		return REASON_PEER_CLOSED;
	case AVERROR(EIO): /* redirects without end, above all */
		if (c->marks.answered && !c->opened)
			return REASON_PROTOCOL;
		break;
	}
	if (c->marks.connected || c->flowed)
		return REASON_PEER_CLOSED;
	return REASON_OPEN_FAILED;
}

enum reason
failure_reason(const struct failure_case *c)
{
	int status = status_of(c);

	/* Whatever it looks like then, it says nothing of the camera. */
	if (c->lacking || c->error == AVERROR(ENOMEM) ||
	    c->error == AVERROR(EMFILE) || c->error == AVERROR(ENFILE) ||
	    c->error == AVERROR(ENOBUFS))
		return REASON_OVER_CAPACITY;
	if (c->marks.unresolved && !c->marks.connected)
		return c->marks.unanswered ? REASON_NAMES_SILENT
					   : REASON_DNS_FAIL;
	if (c->timed_out)
		return of_timeout(c);
	if (status != 0 && !c->opened)
		return of_status(c, status);
	if (c->tls && c->marks.connected && !c->marks.answered && !c->opened)
		return REASON_TLS_FAIL;
	return of_error(c);
}

void
failure_describe(const struct failure_case *c, char *out, size_t size)
{
	int status = status_of(c);
	char text[AV_ERROR_MAX_STRING_SIZE] = "";

	if (failure_reason(c) == REASON_OVER_CAPACITY) {
		snprintf(out, size,
		    "camwarden itself lacks descriptors or memory");
	} else if (c->marks.unresolved && !c->marks.connected) {
		snprintf(out, size, "name not found");
	} else if (status != 0 && !c->timed_out) {
		snprintf(out, size, "HTTP status %d", status);
	} else if (c->timed_out) {
		snprintf(out, size, "no %s in time",
		    c->flowed		 ? "more media"
		    : c->opened		 ? "media"
		    : c->marks.connected ? "answer"
					 : "connection");
	} else {
		av_strerror(c->error, text, sizeof(text));
		snprintf(out, size, "libavformat: %s", text);
	}
}
