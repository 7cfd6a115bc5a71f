/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curl_loop.h: libcurl's transfers on a libevent loop. A transfer is an easy
 * handle that the caller set up, with himself as CURLOPT_PRIVATE. One loop, one
 * thread.
 */
#ifndef COMMON_CURL_LOOP_H
#define COMMON_CURL_LOOP_H

#include <stdbool.h>

#include <curl/curl.h>

struct curl_loop;
struct event_base;

/* A transfer is over. It is out of the loop; the handle is the caller's, who
 * may clean it up, or add it again, from within. */
typedef void curl_loop_fn(CURL *easy, CURLcode code);

/* Once a process, before it locks itself in. NULL: it can't be. */
struct curl_loop *curl_loop_new(struct event_base *base, curl_loop_fn *done);
/* No transfer may be in it. */
void curl_loop_free(struct curl_loop **l);
CURLM *curl_loop_multi(struct curl_loop *l); /* for options */
/* False: it can't be begun; done won't be called. */
bool curl_loop_add(struct curl_loop *l, CURL *easy);
/* Out of it without a word; also of one that is in none. */
void curl_loop_drop(struct curl_loop *l, CURL *easy);

#endif
