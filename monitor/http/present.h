/* SPDX-License-Identifier: GPL-3.0-or-later */
/* present.h: requests for one feed, which wait until the monitor has told its
 * row anew: what pages show of a feed changes with every picture, and no row
 * travels for that unless somebody looks. Of the web process.
 */
#ifndef MONITOR_HTTP_PRESENT_H
#define MONITOR_HTTP_PRESENT_H

#include <stdint.h>

struct present;
struct server;
struct request;

#define PRESENT_MOST 256	 /* waiting at once; more get what is known */
#define PRESENT_SECONDS 2	 /* as do those that waited so long */
#define PRESENT_FRESH_US 1000000 /* so young an account is the present one */

struct present *present_new(struct server *s);
/* Answers with the feed of the path, now or when its row has come. */
void present_answer(struct present *p, struct request *r);
/* A row came, or is gone: those that wait for it are answered. */
void present_told(struct present *p, const uint8_t uuid[16]);

#endif
