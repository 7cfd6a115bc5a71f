/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_changes.h: what a client of the web asks to change -> who asks, what he
 * wishes, the change, the answer. The web process is not trusted, the JSON is
 * hostile; the credential decides. Called by run_web.c.
 */
#ifndef MONITOR_CLI_RUN_CHANGES_H
#define MONITOR_CLI_RUN_CHANGES_H

struct monitor;
struct web;
struct web_change;

/* Answers through web_change_answer, now or once it is committed. */
void run_changes(struct monitor *m, struct web *w, const struct web_change *c);
/* The web that is to be answered; NULL: it is gone. */
void run_changes_web(struct web *w);

#endif
