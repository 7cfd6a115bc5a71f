/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: the monitor itself: loop, signals, and the rooms that meet people
 * (control socket, web) wired to the monitor. */
#include "monitor/cli/cli.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/cli/control.h"
#include "monitor/cli/run_agents.h"
#include "monitor/cli/run_notify.h"
#include "monitor/cli/run_web.h"
#include "monitor/cli/user_setup.h"
#include "monitor/fleet/child.h"
#include "monitor/http/agents.h"
#include "monitor/http/web.h"
#include "monitor/log_tail.h"
#include "monitor/monitor.h"
#include "monitor/monitor_users.h"
#include "monitor/store/store.h"

static const char help[] =
    "usage: camwarden run [--config FILE] [--state-dir DIR] [--listen "
    "ADDRESS:PORT]\n"
    "\n"
    "Watches all feeds of the inventory until SIGTERM. Logs to standard error. "
    "SIGHUP\n"
    "reads the configuration again; one with a mistake is refused and the old "
    "one\n"
    "stays in force.\n"
    "\n"
    "  --listen ADDRESS:PORT  of the status page, over the configuration's "
    "(loopback;\n"
    "                         port 0 takes a free one)\n"
    "\n"
    "example: camwarden run --config /etc/camwarden/camwarden.yaml\n"
    "\n"
    "exit: 0 stopped by a signal, 2 could not start (the reason is on "
    "standard\n"
    "error)\n";

struct run {
	struct cli cli;
	const char *listen;
	struct event_base *base;
	struct monitor *monitor;
	struct control *control;
	struct web *web;
	struct run_agents agents;
	struct run_notify notify;
	int64_t progress_us; /* told then */
	bool stopping;
};

static void
on_stopped(void *arg)
{
	struct run *r = arg;

	event_base_loopbreak(r->base);
}

static void
on_stop(evutil_socket_t signal_number, short what, void *arg)
{
	struct run *r = arg;

	(void)what;
	if (r->stopping) {
		event_base_loopbreak(r->base); /* asked twice: now */
		return;
	}
	r->stopping = true;
	log_info("run", "%s: stopping", strsignal((int)signal_number));
	run_notify_say("STOPPING=1");
	monitor_stop(r->monitor, on_stopped, r);
}

static bool
apply_listen(struct run *r)
{
	const char *colon = r->listen ? strrchr(r->listen, ':') : NULL;
	const char *host = r->listen;
	struct monitor_config probe;
	struct config_faults faults;
	char text[2 * CONFIG_PATH_BYTES + 256] = "";
	const char *certificate = r->cli.config.http_certificate;

	if (r->listen == NULL)
		return true;
	int n = colon ? (int)(colon - host) : 0;

	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++; /* [::1] */
		n -= 2;
	}
	/* One rule for what an address is: the configuration's own. */
	if (n > 0 && n < 64)
		snprintf(text, sizeof(text),
		    "http: {address: \"%.*s\", port: \"%.20s\"%s%s%s%s%s}", n,
		    host, colon + 1,
		    certificate[0] != '\0' ? ", certificate: \"" : "",
		    certificate, certificate[0] != '\0' ? "\", key: \"" : "",
		    certificate[0] != '\0' ? r->cli.config.http_key : "",
		    certificate[0] != '\0' ? "\"" : "");
	if (text[0] == '\0' ||
	    !config_parse(text, strlen(text), &probe, &faults)) {
		cli_say("--listen: expected an address and port, like "
			"127.0.0.1:8080; loopback, or with http.certificate");
		return false;
	}
	memcpy(r->cli.config.http_address, probe.http_address,
	    sizeof(probe.http_address));
	r->cli.config.http_port = probe.http_port;
	return true;
}

static void
on_reload(evutil_socket_t signal_number, short what, void *arg)
{
	struct run *r = arg;
	struct monitor_config before = r->cli.config;

	(void)signal_number;
	(void)what;
	if (!cli_config(&r->cli) || !apply_listen(r)) {
		r->cli.config = before;
		log_error("run", "the new configuration is refused, the old "
				 "one stays in force");
		if (r->web != NULL)
			run_web_reload(r->web, NULL);
		return;
	}
	char *later = monitor_reload(r->monitor, &r->cli.config);

	log_threshold((enum log_level)r->cli.config.log_level);
	log_info("run", "configuration read again%s%s", later ? "; " : "",
	    later ? later : "");
	free(later);
	if (r->web != NULL)
		run_web_reload(r->web, &r->cli.config);
	run_agents_reload(&r->agents, &r->cli.config);
}

/* A first picture of each feed passes through here in the first minute, tens of
 * kilobytes each: such blocks go back to the system when they are freed, not
 * into a heap that stays as large as it once was. */
#define MAPPED_BYTES (32 << 10)

/* Its children inherit what it is refused, so it may all that any of them
 * needs; they give up the rest themselves. Settings can name any folder to
 * read and write (the unit's ProtectSystem bounds that), programs are ours. */
static bool
lock_in(const struct monitor_config *cfg)
{
	char own[CONFIG_PATH_BYTES];
	struct confine role = { .may = CONFINE_ACCEPT | CONFINE_CONNECT |
				       CONFINE_LISTEN | CONFINE_LOCAL |
				       CONFINE_READ | CONFINE_WRITE |
				       CONFINE_THREADS | CONFINE_START,
		.reads = { "/" },
		.writes = { "/" },
		.runs = { cfg->program_dir },
		/* Children become nobody, and may keep rights of files. */
		.rights = CONFINE_FILE_RIGHTS | 1u << CAP_SETUID |
			  1u << CAP_SETGID | 1u << CAP_KILL |
			  1u << CAP_NET_BIND_SERVICE };

	if (cfg->program_dir[0] == '\0') {
		if (child_own_folder(own, sizeof(own)) != 0)
			return false;
		role.runs[0] = own;
	}
	if (confine_landlock() == 0)
		log_warn("run", "this kernel has no landlock: files are shut "
				"by user and system call only");
	return confine_enter(&role, "run");
}

static void
prepare_process(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
	sigaction(SIGPIPE, &ignore, NULL);
	umask(0077);
}

/* A database of an older version is copied, checked and changed: minutes, with
 * many gigabytes, in which nobody shall think that it hangs. */
static bool
on_progress(void *arg, const char *what, uint64_t done, uint64_t all)
{
	struct run *r = arg;
	int64_t now = clock_mono_us();

	if (now - r->progress_us < US_PER_S)
		return true;
	r->progress_us = now;
	if (all > 0)
		log_info("run", "new tables: %s the database: %u %%", what,
		    (unsigned)(done * 100 / all));
	else
		log_info("run", "new tables: %s the database: %u s", what,
		    (unsigned)done);
	run_notify_say(RUN_NOTIFY_STILL);
	return true;
}

static bool
start(struct run *r)
{
	const struct monitor_config *cfg = &r->cli.config;
	const struct store_progress progress = { on_progress, r };
	char *error = NULL;

	r->monitor = monitor_new(r->base, cfg, &progress, &error);
	if (r->monitor != NULL)
		r->control =
		    control_new(r->base, cfg->state_dir, r->monitor, &error);
	if (r->control != NULL && cfg->http_enabled)
		r->web = run_web_start(r->base, cfg, r->monitor, &error);
	if (r->control != NULL && (r->web != NULL || !cfg->http_enabled) &&
	    run_agents_start(&r->agents, r->base, cfg, r->monitor, &error))
		return true;
	cli_say("%s", error != NULL ? error : "memory is out");
	free(error);
	return false;
}

static const char *
scheme_of(const struct run *r)
{
	return r->cli.config.http_certificate[0] != '\0' ? "https" : "http";
}

/* The one link with which the first user is made; whoever reads this may. */
static void
say_setup(const struct run *r)
{
	const char *token = monitor_setup_token(r->monitor);
	char link[USER_SETUP_LINK_BYTES];

	if (token[0] == '\0')
		return;
	if (r->web == NULL) {
		log_info("run", "there is no user yet: camwarden user add");
		return;
	}
	user_setup_link(&r->cli.config, web_port(r->web), token, link);
	log_info("run",
	    "there is no user yet: make the first one at %s (once; the token "
	    "is in %s/setup-token too)",
	    link, r->cli.config.state_dir);
}

static void
say_started(const struct run *r)
{
	struct monitor_totals t;

	monitor_totals(r->monitor, &t);
	if (r->web != NULL)
		log_info("run",
		    strchr(r->cli.config.http_address, ':')
			? "watching %u feeds; status page %s://[%s]:%u/"
			: "watching %u feeds; status page %s://%s:%u/",
		    t.feeds, scheme_of(r), r->cli.config.http_address,
		    web_port(r->web));
	else
		log_info("run", "watching %u feeds", t.feeds);
	if (r->agents.agents != NULL)
		log_info("run", "console agents report to port %u",
		    agents_port(r->agents.agents));
	say_setup(r);
	run_notify_say("READY=1");
}

static bool
parse_options(struct run *r, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "listen", required_argument, NULL, 'l' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'l')
			r->listen = optarg;
		else if (!cli_option(&r->cli, option, help))
			return false;
	}
	if (optind == argc)
		return true;
	cli_say("'%.60s' is one argument too many", argv[optind]);
	return false;
}

static void
loop(struct run *r)
{
	struct event *signals[] = {
		evsignal_new(r->base, SIGTERM, on_stop, r),
		evsignal_new(r->base, SIGINT, on_stop, r),
		evsignal_new(r->base, SIGHUP, on_reload, r),
	};
	size_t n = sizeof(signals) / sizeof(signals[0]);

	for (size_t i = 0; i < n; i++)
		if (signals[i] != NULL)
			event_add(signals[i], NULL);
	say_started(r);
	run_notify_watch(&r->notify, r->base, r->monitor);
	event_base_dispatch(r->base);
	run_notify_end(&r->notify);
	for (size_t i = 0; i < n; i++)
		if (signals[i] != NULL)
			event_free(signals[i]);
}

int
cli_run(int argc, char **argv)
{
	struct run r = { 0 };

	if (!parse_options(&r, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&r.cli) || !apply_listen(&r))
		return CLI_FAILED;
	log_tail_start();
	log_threshold((enum log_level)r.cli.config.log_level);
	prepare_process();
	if (!lock_in(&r.cli.config))
		return CLI_FAILED;
	r.base = event_base_new();
	bool started = r.base != NULL && start(&r);

	if (started)
		loop(&r);
	run_agents_stop(&r.agents, r.monitor);
	run_web_stop(&r.web, r.monitor);
	control_free(&r.control);
	if (r.monitor != NULL)
		monitor_free(&r.monitor);
	if (r.base != NULL)
		event_base_free(r.base);
	log_tail_stop();
	return started ? CLI_OK : CLI_FAILED;
}
