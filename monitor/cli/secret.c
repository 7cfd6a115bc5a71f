/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool
ask(char *out, size_t size)
{
	struct termios old, quiet;
	bool ok;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &old) != 0)
		return false;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	fputs("Password: ", stderr);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	ok = fgets(out, (int)size, stdin) != NULL;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	fputc('\n', stderr);
	out[ok ? strcspn(out, "\n") : 0] = '\0';
	return ok;
}

const char *
secret_take(char *out, size_t size)
{
	const char *variable = getenv(SECRET_VARIABLE);

	if (variable != NULL) {
		if (strlen(variable) >= size)
			return "the password is too long";
		snprintf(out, size, "%s", variable);
	} else if (out[0] == '\0' && !ask(out, size)) {
		return "--user needs a password in " SECRET_VARIABLE;
	}
	return NULL;
}

void
secret_forget(void)
{
	char *variable = getenv(SECRET_VARIABLE);

	if (variable != NULL)
		explicit_bzero(variable, strlen(variable));
	unsetenv(SECRET_VARIABLE);
}
