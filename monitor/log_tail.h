/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log_tail.h: the log's last lines, kept in memory with their times while they
 * go to stderr as ever, so that a support bundle has them wherever stderr goes.
 * One for the process: of the monitor's run.
 */
#ifndef MONITOR_LOG_TAIL_H
#define MONITOR_LOG_TAIL_H

#define LOG_TAIL_BYTES (512u << 10)

/* From now on. */
void log_tail_start(void);
/* Oldest first, whole lines, "" = none; NULL: no memory. Given. */
char *log_tail_text(void);
void log_tail_stop(void);

#endif
