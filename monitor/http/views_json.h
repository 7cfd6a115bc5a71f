/* SPDX-License-Identifier: GPL-3.0-or-later */
/* views_json.h: the JSON that a VMS posts -> struct agents_views. Neither
 * sockets nor clocks; what is read is hostile. docs/consoles.md, "Views".
 * Also the two small texts of the console's page. Of the agents' listener.
 */
#ifndef MONITOR_HTTP_VIEWS_JSON_H
#define MONITOR_HTTP_VIEWS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/http/agents_wire.h"

#define VIEWS_FAULT_BYTES 160
#define VIEWS_VALID_MS 15000 /* unless said; at most VIEWS_VALID_MOST_MS */
#define VIEWS_VALID_MOST_MS 120000

/* False: fault_out says what is wrong and what was expected. */
bool views_json_read(const char *json, size_t length, struct agents_views *out,
    char fault_out[VIEWS_FAULT_BYTES]);
/* {"prompt": "16 hex digits", "choice": 0, "latency_ms": 2300} */
bool views_json_reply(const char *json, size_t length, struct agents_reply *out,
    char fault_out[VIEWS_FAULT_BYTES]);

/* {"from_us": 1, "to_us": 2, "text": "relieved by the next shift"} */
bool views_json_dispute(const char *json, size_t length,
    struct agents_dispute *out, char fault_out[VIEWS_FAULT_BYTES]);

#endif
