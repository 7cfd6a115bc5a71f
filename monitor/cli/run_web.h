/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_web.h: the monitor's rows and totals -> the web room's. Part of `run`,
 * which wires the two; both are trusted.
 */
#ifndef MONITOR_CLI_RUN_WEB_H
#define MONITOR_CLI_RUN_WEB_H

struct event_base;
struct monitor;
struct monitor_config;
struct web;

/* As web_new, and the web follows every row of the monitor. */
struct web *run_web_start(struct event_base *base,
    const struct monitor_config *cfg, struct monitor *monitor,
    char **error_out);
/* As web_reload: cfg NULL when the new file was refused. */
void run_web_reload(struct web *w, const struct monitor_config *cfg);
/* Before monitor_free. NULL is fine. */
void run_web_stop(struct web **w, struct monitor *monitor);

#endif
