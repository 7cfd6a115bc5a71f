/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/who.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

const char *
who_is(uid_t uid, char out[WHO_BYTES])
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL)
		snprintf(out, WHO_BYTES, "unix:%s", pw->pw_name);
	else
		snprintf(out, WHO_BYTES, "unix:uid-%u", (unsigned)uid);
	return out;
}

const char *
who_actor(char out[WHO_BYTES])
{
	return who_is(getuid(), out);
}
