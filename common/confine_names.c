/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process needs that finds hosts by name. */
#include "common/confine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const replaced[] = { "/etc/resolv.conf", "/etc/hosts",
	"/etc/nsswitch.conf" };
#define REPLACED (sizeof(replaced) / sizeof(replaced[0]))
static bool could[REPLACED]; /* be read, before */

static bool
can(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 || errno != EACCES;

	if (fd >= 0)
		close(fd);
	return good;
}

void
confine_load_names(void)
{
	char line[512], name[96], *save, *word;
	FILE *f = fopen("/etc/nsswitch.conf", "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "hosts:", 6) != 0)
			continue;
		for (word = strtok_r(line + 6, " \t\n", &save); word != NULL;
		     word = strtok_r(NULL, " \t\n", &save)) {
			if (word[0] == '[' || word[0] == '#')
				continue;
			snprintf(name, sizeof(name), "libnss_%.60s.so.2", word);
			/* Never closed. Those that are part of the C library
			 * are not found. */
			(void)dlopen(name, RTLD_NOW);
		}
	}
	if (f != NULL)
		fclose(f);
	for (size_t i = 0; i < REPLACED; i++)
		could[i] = can(replaced[i]);
}

bool
confine_names_lost(void)
{
	for (size_t i = 0; i < REPLACED; i++)
		if (could[i] && !can(replaced[i]))
			return true;
	return false;
}
