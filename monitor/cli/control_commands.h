/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_commands.h: one question of the control socket -> calls of the
 * monitor -> one JSON answer, now or later. The question's form is hostile, its
 * sender's right was checked. Called by control.c only.
 */
#ifndef MONITOR_CLI_CONTROL_COMMANDS_H
#define MONITOR_CLI_CONTROL_COMMANDS_H

#include <stddef.h>

#include <jansson.h>

struct monitor;

struct control_question {
	const char *json; /* not NUL-terminated */
	size_t json_length;
	const char *blob;
	size_t blob_length;
	const char *actor; /* "unix:name" */
};

/* Called exactly once, perhaps from within control_command. answer is given. */
typedef void control_answer_fn(void *arg, json_t *answer);

/* All of the question is borrowed until this returns. */
void control_command(struct monitor *m, const struct control_question *q,
    control_answer_fn *answer, void *arg);

#endif
