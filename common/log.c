/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static log_sink_fn *sink;
static void *sink_arg;
static enum log_level threshold = LOG_LEVEL_INFO;

void
log_to(log_sink_fn *to, void *arg)
{
	sink = to;
	sink_arg = arg;
}

void
log_threshold(enum log_level level)
{
	threshold = level;
}

/* Printable copy: other bytes become \xNN, UTF-8 passes. */
static void
escape(char *out, size_t size, const char *in)
{
	size_t n = 0;

	for (; *in != '\0' && n + 5 < size; in++) {
		unsigned char c = (unsigned char)*in;

		if (c >= 0x20 && c != 0x7f)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
	}
	out[n] = '\0';
}

void
log_print(enum log_level level, const char *text)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "%s\n", text);
	else
		fprintf(stderr, "<%d>%s\n", level, text);
}

static void
line(enum log_level level, const char *room, const char *format, va_list ap)
{
	char text[1024], safe[1200];
	int n;

	if (level > threshold)
		return;
	n = snprintf(text, sizeof(text), "%s: ", room);
	vsnprintf(text + n, sizeof(text) - (size_t)n, format, ap);
	escape(safe, sizeof(safe), text);
	if (sink != NULL) {
		sink(sink_arg, level, safe);
		return;
	}
	log_print(level, safe);
}

#define LINE(level)                                                            \
	do {                                                                   \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, format);                                          \
		line(level, room, format, ap);                                 \
		va_end(ap);                                                    \
	} while (0)

void
log_error(const char *room, const char *format, ...)
{
	LINE(LOG_LEVEL_ERROR);
}

void
log_warn(const char *room, const char *format, ...)
{
	LINE(LOG_LEVEL_WARN);
}

void
log_info(const char *room, const char *format, ...)
{
	LINE(LOG_LEVEL_INFO);
}

void
log_debug(const char *room, const char *format, ...)
{
	LINE(LOG_LEVEL_DEBUG);
}
