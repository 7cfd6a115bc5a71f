/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_overlays.h: what a client of the status page's server wants changed ->
 * maintenance and mutes. The JSON is hostile; the token decides. Called by
 * run_web.c.
 */
#ifndef MONITOR_CLI_RUN_OVERLAYS_H
#define MONITOR_CLI_RUN_OVERLAYS_H

struct monitor;
struct web;
struct web_change;

/* Answers through web_change_answer, now or once it is committed. */
void run_overlays_change(struct monitor *m, struct web *w,
    const struct web_change *c);
/* The web that is to be answered; NULL: it is gone. */
void run_overlays_web(struct web *w);

#endif
