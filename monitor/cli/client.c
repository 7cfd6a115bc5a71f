/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/cli/control.h"
#include "monitor/cli/control_frame.h"
#include "monitor/cli/progress.h"
#include "monitor/store/store.h"

#define STARTING_US (10 * US_PER_S)
#define STARTING_PAUSE_MS 50
/* Who asked to stop (progress.h) is told of an answer that comes so soon. */
#define STOPPED_US (2 * US_PER_S)
#define LOOK_MS 100 /* whether somebody did */

struct talk {
	int fd;
	int64_t deadline_us;
	bool stopped;
};

static int
dial_once(const char *state_dir, enum client_result *result_out)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", state_dir,
	    CONTROL_SOCKET_NAME);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*result_out = CLIENT_NOT_RUNNING;
	if (fd >= 0 && n < (int)sizeof(sun.sun_path) &&
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	if (errno == EACCES || errno == EPERM)
		*result_out = CLIENT_REFUSED;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A monitor that starts has its directory before it listens. */
static int
dial(const char *state_dir, enum client_result *result_out)
{
	static const struct timespec pause = { .tv_nsec = STARTING_PAUSE_MS *
							  1000000 };
	int64_t deadline = clock_mono_us() + STARTING_US;
	int fd = dial_once(state_dir, result_out);

	while (fd < 0 && *result_out == CLIENT_NOT_RUNNING &&
	       store_in_use(state_dir) && clock_mono_us() < deadline) {
		nanosleep(&pause, NULL);
		fd = dial_once(state_dir, result_out);
		if (fd < 0 && progress_stops() > 0)
			*result_out = CLIENT_STOPPED;
	}
	return fd;
}

static void
look_for_stop(struct talk *t, int64_t now)
{
	if (progress_stops() > 1)
		t->deadline_us = now;
	else if (progress_stops() > 0 && !t->stopped &&
		 t->deadline_us > now + STOPPED_US)
		t->deadline_us = now + STOPPED_US;
	t->stopped = progress_stops() > 0;
}

/* True once it is ready for `events` before the deadline. */
static bool
wait_for(struct talk *t, short events)
{
	struct pollfd p = { .fd = t->fd, .events = events };
	int64_t left;
	int r;

	do {
		int64_t now = clock_mono_us();

		look_for_stop(t, now);
		left = (t->deadline_us - now) / US_PER_MS + 1;
		r = poll(&p, 1,
		    left <= 0 ? 0 : (int)(left < LOOK_MS ? left : LOOK_MS));
	} while ((r == 0 && left > LOOK_MS) || (r < 0 && errno == EINTR));
	return r > 0;
}

static bool
send_all(struct talk *t, const void *bytes, size_t length)
{
	const char *p = bytes;

	while (length > 0) {
		if (!wait_for(t, POLLOUT))
			return false;
		ssize_t n = send(t->fd, p, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return false;
		p += n;
		length -= (size_t)n;
	}
	return true;
}

static bool
send_question(struct talk *t, const json_t *question, const void *blob,
    size_t blob_length)
{
	uint8_t head[CONTROL_HEAD_BYTES];
	char *text = json_dumps(question, JSON_COMPACT);

	if (text == NULL)
		return false;
	control_frame_head(head, (uint32_t)strlen(text), (uint32_t)blob_length);
	bool sent = send_all(t, head, sizeof(head)) &&
		    send_all(t, text, strlen(text)) &&
		    send_all(t, blob, blob_length);

	free(text);
	return sent;
}

static json_t *
read_answer(struct talk *t)
{
	struct control_frame frame;
	enum control_parse got = CONTROL_MORE;
	json_t *answer = NULL;
	char bytes[16384];

	control_frame_init(&frame, CONTROL_REPLY_JSON_BYTES, 0);
	while (got == CONTROL_MORE && wait_for(t, POLLIN)) {
		ssize_t n = recv(t->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		size_t used;

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			break;
		got = control_frame_feed(&frame, bytes, (size_t)n, &used);
	}
	if (got == CONTROL_DONE)
		answer = json_loadb(control_frame_json(&frame),
		    frame.json_length, JSON_REJECT_DUPLICATES, NULL);
	control_frame_fini(&frame);
	if (answer != NULL && !json_is_object(answer)) {
		json_decref(answer);
		answer = NULL;
	}
	return answer;
}

enum client_result
client_ask(const char *state_dir, const json_t *question, const void *blob,
    size_t blob_length, unsigned timeout_s, json_t **answer_out)
{
	struct talk t = { .deadline_us =
			      clock_mono_us() + timeout_s * US_PER_S };
	enum client_result result;

	t.fd = dial(state_dir, &result);
	if (t.fd < 0)
		return result;
	/* One that refuses an over-long question answers before it is all
	 * sent: read even then. */
	(void)send_question(&t, question, blob, blob_length);
	json_t *answer = read_answer(&t);

	close(t.fd);
	if (answer == NULL)
		return t.stopped ? CLIENT_STOPPED : CLIENT_FAILED;
	*answer_out = answer;
	return CLIENT_OK;
}

json_t *
client_change(const char *right, int64_t number, json_t *body)
{
	if (body == NULL)
		return NULL;
	return json_pack("{s:s, s:s, s:I, s:o}", "command", "change", "right",
	    right, "number", (json_int_t)number, "body", body);
}

bool
client_done(const json_t *answer, const char **text_out)
{
	*text_out = json_string_value(json_object_get(answer, "error"));
	if (*text_out == NULL)
		*text_out = json_string_value(json_object_get(answer, "text"));
	if (*text_out == NULL)
		*text_out = "";
	return json_is_true(json_object_get(answer, "ok"));
}

const char *
client_result_text(enum client_result r)
{
	switch (r) {
	case CLIENT_OK:
		return "answered";
	case CLIENT_NOT_RUNNING:
		return "no monitor runs on this state directory";
	case CLIENT_REFUSED:
		return "the monitor belongs to another user; ask as that user "
		       "or as root";
	case CLIENT_FAILED:
		return "the monitor ended the conversation without an answer";
	case CLIENT_STOPPED:
		return "stopped before the monitor answered";
	}
	return "?";
}
