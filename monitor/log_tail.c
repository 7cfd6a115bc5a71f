/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/log_tail.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"

/* A ring: `length` bytes that end before `next`. The store's writer has lines
 * of its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *ring;
static size_t next, length;

static void
keep(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ring[next] = text[i];
		next = (next + 1) % LOG_TAIL_BYTES;
	}
	length = length + n < LOG_TAIL_BYTES ? length + n : LOG_TAIL_BYTES;
}

static void
on_line(void *arg, enum log_level level, const char *line)
{
	time_t now = time(NULL);
	char head[48];
	struct tm tm;
	size_t n;

	(void)arg;
	log_print(level, line);
	if (gmtime_r(&now, &tm) == NULL)
		return;
	n = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%SZ", &tm);
	n += (size_t)snprintf(head + n, sizeof(head) - n, " <%d>", level);
	pthread_mutex_lock(&lock);
	if (ring != NULL) {
		keep(head, n);
		keep(line, strlen(line));
		keep("\n", 1);
	}
	pthread_mutex_unlock(&lock);
}

void
log_tail_start(void)
{
	ring = malloc(LOG_TAIL_BYTES);
	next = length = 0;
	log_to(on_line, NULL);
}

char *
log_tail_text(void)
{
	char *text = malloc(LOG_TAIL_BYTES + 1), *whole;
	size_t from;

	if (text == NULL)
		return NULL;
	pthread_mutex_lock(&lock);
	from = (next + LOG_TAIL_BYTES - length) % LOG_TAIL_BYTES;
	for (size_t i = 0; i < length; i++)
		text[i] = ring[(from + i) % LOG_TAIL_BYTES];
	text[length] = '\0';
	pthread_mutex_unlock(&lock);
	/* What is left of a line that the ring has begun to overwrite. */
	whole = strlen(text) == LOG_TAIL_BYTES ? strchr(text, '\n') : NULL;
	if (whole != NULL)
		memmove(text, whole + 1, strlen(whole + 1) + 1);
	return text;
}

void
log_tail_stop(void)
{
	log_to(NULL, NULL);
	pthread_mutex_lock(&lock);
	free(ring);
	ring = NULL;
	length = 0;
	pthread_mutex_unlock(&lock);
}
