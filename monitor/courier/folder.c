/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/confine.h"
#include "common/disk.h"
#include "monitor/courier/mail_text.h"

#define PIECE 65536

static int
fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return 1;
}

int
folder_append_main(int argc, char **argv)
{
	char text[PIECE], path[1200], day[40];
	struct stat there, here;
	ssize_t n;
	bool good, fresh;
	int fd;

	if (argc != 3)
		return 2;

	const struct confine role = { .may = CONFINE_WRITE,
		.writes = { argv[1] },
		.rights = CONFINE_FILE_RIGHTS,
		.files = 16 };

	if (!confine_enter(&role, "append"))
		return 1;
	n = read(STDIN_FILENO, text, sizeof(text));
	mail_text_stamp(day, sizeof(day), clock_utc_us());
	snprintf(path, sizeof(path), "%s/camwarden-checkpoints-%.10s", argv[1],
	    day);
	fresh = access(path, F_OK) != 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0644);
	good = fd >= 0 && n > 0 && disk_write(fd, text, (size_t)n) &&
	       fsync(fd) == 0 && (!fresh || disk_sync(argv[1]));
	if (!good)
		return fail(path);
	close(fd);
	if (stat(argv[1], &there) != 0 || stat(argv[2], &here) != 0)
		return fail(argv[1]);
	puts(there.st_dev == here.st_dev ? "same" : "outside");
	return 0;
}
