/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_machine.h: what the files of the session's state machine share: one step
 * in progress, its actions and helpers. PURE. Included only by rtsp_session.c,
 * rtsp_dialog.c, rtsp_request.c, rtsp_leave.c and their tests. */
#ifndef PROBES_STREAM_PROTO_RTSP_MACHINE_H
#define PROBES_STREAM_PROTO_RTSP_MACHINE_H

#include "probes/stream/proto/rtsp_session.h"

struct rtsp_step {
	struct rtsp_session *s;
	const struct rtsp_event *event;
	struct rtsp_actions *todo;
	int64_t now;
	enum reason reason; /* the row's */
	unsigned next;	    /* the row's next state */
};

/* An action of the table: does its part and returns the next state. */
typedef unsigned rtsp_action_fn(struct rtsp_step *st);

/* rtsp_request.c: append a request to todo->out; awaits its answer. */
void rtsp_request_send(struct rtsp_step *st, enum rtsp_method method,
    const char *uri, const char *headers);
void rtsp_request_keepalive(struct rtsp_step *st, enum rtsp_method method);
/* 200 or 501 to a request of the server's. */
void rtsp_request_answer(struct rtsp_step *st, const struct rtsp_message *m,
    bool known);
uint32_t rtsp_request_random(struct rtsp_session *s);
/* RTSP over HTTP: GET opens the way down and awaits its answer. */
void rtsp_request_get(struct rtsp_step *st);

/* rtsp_leave.c: how connections end, and when the next one is due. */
rtsp_action_fn rtsp_leave_fail;	    /* close, back off with st->reason */
rtsp_action_fn rtsp_leave_abort;    /* the same with RST */
rtsp_action_fn rtsp_leave_teardown; /* TEARDOWN first */
rtsp_action_fn rtsp_leave_unwanted;
rtsp_action_fn rtsp_leave_unwanted_teardown;
rtsp_action_fn rtsp_leave_done;	    /* TEARDOWN is over */
rtsp_action_fn rtsp_leave_tell;	    /* TEARDOWN, once more */
rtsp_action_fn rtsp_leave_answered; /* let the server close first */
/* Whether it waits (or is about to) because nobody answered; then the wait is
 * drawn anew. */
bool rtsp_leave_pauses(struct rtsp_step *st);
unsigned rtsp_leave_with(struct rtsp_step *st, enum reason reason);
/* A new connection soon, without counting a failure. */
unsigned rtsp_leave_again(struct rtsp_step *st, int64_t delay_us);
/* Say why in the report: "DESCRIBE: 404 Not Found". */
void rtsp_leave_detail(struct rtsp_step *st, const char *why);
void rtsp_leave_forget(struct rtsp_session *s); /* of the connection */

/* rtsp_dialog.c: from connected to PLAY. */
rtsp_action_fn rtsp_dialog_dial;
rtsp_action_fn rtsp_dialog_connected;
rtsp_action_fn rtsp_dialog_begin;
rtsp_action_fn rtsp_dialog_tunnelled;
rtsp_action_fn rtsp_dialog_tunnel_auth;
rtsp_action_fn rtsp_dialog_describe;
rtsp_action_fn rtsp_dialog_skip_options;
rtsp_action_fn rtsp_dialog_closed_on_options;
rtsp_action_fn rtsp_dialog_closed;
rtsp_action_fn rtsp_dialog_sdp;
rtsp_action_fn rtsp_dialog_ports;
rtsp_action_fn rtsp_dialog_setup_done;
rtsp_action_fn rtsp_dialog_play_again;
rtsp_action_fn rtsp_dialog_played;
rtsp_action_fn rtsp_dialog_auth;
rtsp_action_fn rtsp_dialog_keep_login;
rtsp_action_fn rtsp_dialog_leave_login;
rtsp_action_fn rtsp_dialog_forbidden;
rtsp_action_fn rtsp_dialog_busy;
rtsp_action_fn rtsp_dialog_bad_request;
rtsp_action_fn rtsp_dialog_other_transport;
rtsp_action_fn rtsp_dialog_redirect;
void rtsp_dialog_login_proved(struct rtsp_step *st);
/* Replaces an owned string; false when memory is out. */
bool rtsp_dialog_keep(char **where, const char *text, size_t n);

#endif
