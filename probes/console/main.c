/* SPDX-License-Identifier: GPL-3.0-or-later */
/* camwarden-console: options, token, sandbox; then the agent. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/confine.h"
#include "common/log.h"
#include "probes/console/agent.h"
#include "probes/console/options.h"

#define WRONG_OPTIONS 2
#define NO_SANDBOX 3

static int
open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* As root it becomes nobody, who may still read any file (the session's X
 * cookie, input devices, a token that was replaced) and, for a compositor's
 * socket, which belongs to its user, pass over permissions of writing. */
static bool
lock_in(const struct options *o)
{
	struct confine role = {
		.may = CONFINE_CONNECT | CONFINE_LOCAL | CONFINE_READ |
		       CONFINE_THREADS | CONFINE_DEVICES,
		.reads = { "/" },
		.nobody = true,
		.rights = 1u << CAP_DAC_READ_SEARCH,
		.files = 256,
	};

	if (o->sources & OPTIONS_WAYLAND)
		role.rights |= 1u << CAP_DAC_OVERRIDE;
	confine_load_names();
	return confine_enter(&role, "console");
}

static int
serve(const struct options *o)
{
	char token[OPTIONS_TOKEN_BYTES] = "", sentence[OPTIONS_SENTENCE];
	int stop_fd = open_signals(), code;
	struct agent *a;

	/* Read as whoever starts it: afterwards it is nobody. */
	if (!(o->once && o->print) &&
	    !options_token(o->token_file, token, sentence)) {
		fprintf(stderr, "camwarden-console: %s\n", sentence);
		return WRONG_OPTIONS;
	}
	if (!lock_in(o))
		return NO_SANDBOX;
	a = agent_new(o, token);
	explicit_bzero(token, sizeof(token));
	if (a == NULL)
		return WRONG_OPTIONS;
	code = o->once ? agent_once(a) : agent_serve(a, stop_fd);
	agent_free(&a);
	return code;
}

int
main(int argc, char **argv)
{
	char sentence[OPTIONS_SENTENCE];
	struct options o;

	if (!options_read(argc, argv, &o, sentence)) {
		fprintf(stderr, "camwarden-console: %s\n", sentence);
		return WRONG_OPTIONS;
	}
	if (o.help) {
		options_help();
		return 0;
	}
	if (o.version) {
		puts("camwarden-console " CAMWARDEN_VERSION);
		return 0;
	}
	int code = serve(&o);

	fflush(stdout);
	/* Not exit(): the resolver may still hang in a thread. */
	_exit(code);
}
