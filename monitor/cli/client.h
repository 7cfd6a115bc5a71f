/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.h: one question to the running monitor over its control socket, and
 * the answer, blocking with a time-out. The CLI's side; the answer comes from
 * a monitor of the same user or root and is parsed with care all the same.
 */
#ifndef MONITOR_CLI_CLIENT_H
#define MONITOR_CLI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

enum client_result {
	CLIENT_OK,
	CLIENT_NOT_RUNNING, /* no socket, or nobody behind it */
	CLIENT_REFUSED,	    /* not this user's monitor */
	CLIENT_FAILED,	    /* ended or talked rubbish before the answer */
	CLIENT_STOPPED, /* this process was asked to stop (progress.h) before */
};

/* Asks; question is borrowed, blob may be NULL. OK: *answer_out is given
 * (json_decref), a JSON object. */
enum client_result client_ask(const char *state_dir, const json_t *question,
    const void *blob, size_t blob_length, unsigned timeout_s,
    json_t **answer_out);
/* The question that asks for a change, as over HTTP: right is the id of its row
 * (http/rights.h), body its JSON (given). NULL when body is. */
json_t *client_change(const char *right, int64_t number, json_t *body);
/* Was it done? *text_out, borrowed: why not, or what it says; "". */
bool client_done(const json_t *answer, const char **text_out);
/* A sentence for each. */
const char *client_result_text(enum client_result r);

#endif
