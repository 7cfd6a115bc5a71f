/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new password is asked for and hashed here. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "monitor/cli/user_change.h"
#include "monitor/people/hash.h"
#include "monitor/people/password.h"

#define LINE_BYTES (PASSWORD_BYTES + 8)

/* The next line without its end; what does not fit makes it too long. */
static bool
line_read(char out[LINE_BYTES])
{
	size_t n = 0;
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
		if (n + 1 < LINE_BYTES)
			out[n++] = c;
		if (c == '\0')
			return false;
	}
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	return n > 0;
}

/* Not shown while it is typed. */
static bool
ask(const char *prompt, char out[LINE_BYTES])
{
	struct termios was, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &was) == 0;
	bool good;

	if (terminal) {
		fprintf(stderr, "%s: ", prompt);
		silent = was;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	good = line_read(out);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
		fputc('\n', stderr);
	}
	return good;
}

static const char *
password_ask(const char *user, char password[LINE_BYTES])
{
	char again[LINE_BYTES] = "";
	const char *fault;

	if (!ask("new password", password))
		return "no password was given";
	fault = password_fault(password, user);
	if (fault == NULL && isatty(STDIN_FILENO) &&
	    (!ask("the same again", again) || strcmp(again, password) != 0))
		fault = "the two are not the same";
	explicit_bzero(again, sizeof(again));
	return fault;
}

bool
user_password(const char *user, char out[USER_HASH_BYTES])
{
	char password[LINE_BYTES] = "";
	const char *fault;

	prctl(PR_SET_DUMPABLE, 0);
	fault = password_ask(user, password);
	if (fault == NULL && (!hash_ready() || !hash_make(password, out)))
		fault = "memory is out";
	explicit_bzero(password, sizeof(password));
	if (fault != NULL)
		cli_say("%s", fault);
	return fault == NULL;
}
