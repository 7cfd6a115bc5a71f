/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit.h: one device is asked (proto/interview.h) over HTTP, a question after
 * the other, by one connection. What comes back is hostile: bounded in bytes
 * and time, redirects not followed. On the loop of a curl_loop whose transfers
 * end in visit_done.
 */
#ifndef PROBES_DEVICE_VISIT_H
#define PROBES_DEVICE_VISIT_H

#include "common/curl_loop.h"
#include "probes/device/proto/interview.h"

struct event_base;
struct visit;

/* It is over; v is to be freed, in this call or later. */
typedef void visit_over_fn(void *arg, struct visit *v);

struct visit_config { /* borrowed for as long as there are visits */
	struct event_base *base;
	struct curl_loop *loop;
	struct interview_config interview; /* but for `login` */
	uint32_t timeout_ms;		   /* of an answer */
	visit_over_fn *over;
	void *arg;
};

/* key: how to log in, borrowed; NULL = not at all. Never calls back at once.
 * NULL: no memory. */
struct visit *visit_start(const struct visit_config *config,
    const struct device_result *known, const char *path,
    const struct device_key *key);
const struct interview *visit_told(const struct visit *v);
void visit_free(struct visit **v);

curl_loop_fn visit_done;

#endif
