/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/read_only.h"

#include <stdio.h>

#include "monitor/store/store.h"

bool
read_only_let(struct confine *role, const char *state_dir,
    struct read_only *files)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	static const char *const system[] = { "/proc/sys/kernel/random/boot_id",
		"/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone",
		"/etc/ssl/openssl.cnf" };
	bool good = true;

	for (int i = 0; i < 3; i++) {
		int n = snprintf(files->file[i], sizeof(files->file[i]),
		    "%s/" STORE_FILE "%s", state_dir, ends[i]);

		good = good && n > 0 && (size_t)n < sizeof(files->file[i]) &&
		       confine_let_read(role, files->file[i]);
	}
	for (int i = 0; i < READ_ONLY_PATHS - 3; i++)
		good = good && confine_let_read(role, system[i]);
	return good;
}
