/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

#define TELL_US (200 * US_PER_MS)

static volatile sig_atomic_t stops;

static void
on_signal(int number)
{
	(void)number;
	if (stops < 2)
		stops++;
}

void
progress_begin(struct progress *p)
{
	struct sigaction stop = { .sa_handler = on_signal };

	memset(p, 0, sizeof(*p));
	p->terminal = isatty(STDERR_FILENO);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
}

bool
progress_tell(void *arg, const char *what, uint64_t done, uint64_t all)
{
	struct progress *p = arg;
	int64_t now = clock_mono_us();

	if (p->terminal && now - p->told_us >= TELL_US) {
		p->told_us = now;
		p->shown = true;
		if (all > 0)
			fprintf(stderr, "\r%s: %u %%    ", what,
			    (unsigned)(done * 100 / all));
		else
			fprintf(stderr, "\r%s: %llu s    ", what,
			    (unsigned long long)done);
		fflush(stderr);
	}
	return stops == 0;
}

unsigned
progress_stops(void)
{
	return (unsigned)stops;
}

void
progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r                              \r", stderr);
	p->shown = false;
}
