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
#include "monitor/store/store.h"

#define STARTING_US (10 * US_PER_S)
#define STARTING_PAUSE_MS 50

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
	}
	return fd;
}

/* True once fd is ready for `events` before the deadline. */
static bool
wait_for(int fd, short events, int64_t deadline_us)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = deadline_us - clock_mono_us();
	int r;

	do {
		r = poll(&p, 1, left > 0 ? (int)(left / US_PER_MS) + 1 : 0);
	} while (r < 0 && errno == EINTR);
	return r > 0;
}

static bool
send_all(int fd, const void *bytes, size_t length, int64_t deadline_us)
{
	const char *p = bytes;

	while (length > 0) {
		if (!wait_for(fd, POLLOUT, deadline_us))
			return false;
		ssize_t n = send(fd, p, length, MSG_NOSIGNAL | MSG_DONTWAIT);

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
send_question(int fd, const json_t *question, const void *blob,
    size_t blob_length, int64_t deadline_us)
{
	uint8_t head[CONTROL_HEAD_BYTES];
	char *text = json_dumps(question, JSON_COMPACT);

	if (text == NULL)
		return false;
	control_frame_head(head, (uint32_t)strlen(text), (uint32_t)blob_length);
	bool sent = send_all(fd, head, sizeof(head), deadline_us) &&
		    send_all(fd, text, strlen(text), deadline_us) &&
		    send_all(fd, blob, blob_length, deadline_us);

	free(text);
	return sent;
}

static json_t *
read_answer(int fd, int64_t deadline_us)
{
	struct control_frame frame;
	enum control_parse got = CONTROL_MORE;
	json_t *answer = NULL;
	char bytes[16384];

	control_frame_init(&frame, CONTROL_REPLY_JSON_BYTES, 0);
	while (got == CONTROL_MORE && wait_for(fd, POLLIN, deadline_us)) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
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
	int64_t deadline = clock_mono_us() + timeout_s * US_PER_S;
	enum client_result result;
	int fd = dial(state_dir, &result);

	if (fd < 0)
		return result;
	/* One that refuses an over-long question answers before it is all
	 * sent: read even then. */
	(void)send_question(fd, question, blob, blob_length, deadline);
	json_t *answer = read_answer(fd, deadline);

	close(fd);
	if (answer == NULL)
		return CLIENT_FAILED;
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
	}
	return "?";
}
