/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.h: one line per transition, to stderr as "<n>room: text" (systemd's
 * priority prefix; off on a terminal) or wherever log_to points: a probe sends
 * its lines to the monitor. Control bytes are escaped, so that nothing a
 * camera says can forge a line. Never give it credentials.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

typedef void log_sink_fn(void *arg, enum log_level level, const char *line);

/* NULL sends to stderr again. */
void log_to(log_sink_fn *sink, void *arg);
void log_threshold(enum log_level level);
/* What is done without a sink: a line to stderr. For a sink that keeps lines
 * and passes them on. */
void log_print(enum log_level level, const char *line);

#define LOG_FORMAT(a, b) __attribute__((format(printf, a, b)))
void log_error(const char *room, const char *format, ...) LOG_FORMAT(2, 3);
void log_warn(const char *room, const char *format, ...) LOG_FORMAT(2, 3);
void log_info(const char *room, const char *format, ...) LOG_FORMAT(2, 3);
void log_debug(const char *room, const char *format, ...) LOG_FORMAT(2, 3);

#endif
