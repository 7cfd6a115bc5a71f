/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heartbeat_json.h: struct heartbeat <-> the JSON on the wire, one table of
 * names for both ways (docs/consoles.md describes it for others' agents).
 * Neither sockets nor clocks. What is read is hostile: bounded, every range
 * checked, unknown members ignored. Called by the agent and by the agents'
 * listener.
 */
#ifndef COMMON_HEARTBEAT_JSON_H
#define COMMON_HEARTBEAT_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "camwarden/heartbeat.h"

#define HEARTBEAT_FAULT_BYTES 160

/* False: fault_out says for a person which member is wrong and what was
 * expected; *hb_out is then not to be used. Bytes need no NUL. */
bool heartbeat_read(const char *json, size_t length, struct heartbeat *hb_out,
    char fault_out[HEARTBEAT_FAULT_BYTES]);
/* Given, NUL-terminated: free it. NULL: no memory. */
char *heartbeat_write(const struct heartbeat *hb);

bool heartbeat_answer_read(const char *json, size_t length,
    struct heartbeat_answer *a_out, char fault_out[HEARTBEAT_FAULT_BYTES]);
char *heartbeat_answer_write(const struct heartbeat_answer *a);

/* "x11"; "?" when out of range. */
const char *heartbeat_source_name(unsigned source);

#endif
