/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/who.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

const char *
who_actor(char out[WHO_BYTES])
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		snprintf(out, WHO_BYTES, "unix:%s", pw->pw_name);
	else
		snprintf(out, WHO_BYTES, "unix:uid-%u", (unsigned)getuid());
	return out;
}
