/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/probe.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/cli/exam.h"
#include "monitor/cli/probe_session.h"
#include "monitor/cli/secret.h"
#include "monitor/fleet/resolver.h"
#include "monitor/inventory/inventory.h"

#define US 1000000.0

static const char usage[] =
    "Usage: camwarden probe [OPTION]... URL|FILE\n"
    "Examines one camera stream or video file, without a daemon, and says\n"
    "whether it is up, degraded or down, and why.\n"
    "\n"
    "      --for SECONDS        how long to watch a live stream (30); of a\n"
    "                           file: how far to read (all of it)\n"
    "      --interval SECONDS   between two pictures looked at (2)\n"
    "      --json               one JSON object a line, a summary last\n"
    "      --thumbnail FILE     write the last picture as PNG\n"
    "      --record FILE        write what was observed, for `camwarden "
    "judge`\n"
    "      --ptz                it is turned and zoomed on purpose: another "
    "view\n"
    "                           is no fault\n"
    "      --dark               it is expected to be dark\n"
    "      --transport tcp|udp|http  only this one (default: TCP, then UDP);\n"
    "                           http: RTSP through HTTP, port 80 (rtsps: 443)\n"
    "      --user NAME          log in; the password comes from the variable\n"
    "                           " SECRET_VARIABLE " or is asked\n"
    "      --verbose            show what the probes log\n"
    "      --help               this text\n"
    "\n"
    "Exit status: 0 up at the end, 1 degraded or down, 2 unknown or not\n"
    "examined.\n"
    "\n"
    "Example: camwarden probe --for 60 --json rtsp://192.0.2.7/stream1\n";

struct command {
	struct probe_options opt;
	struct probe_source src;
	const char *user;
	enum wire_transport transport;
	char *argument;
};

static int
complain(const struct command *c, const char *what, const char *why)
{
	exam_print_nothing(stdout, c->opt.json);
	fprintf(stderr, "camwarden probe: %s: %s\n", what, why);
	return EXAM_UNKNOWN;
}

static bool
take_seconds(const char *text, double least, int64_t *us_out)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(v >= least) || v > 1e6)
		return false;
	*us_out = (int64_t)(v * US);
	return true;
}

static bool
take_transport(const char *text, enum wire_transport *out)
{
	for (unsigned i = WIRE_TRANSPORT_TCP; i < WIRE_TRANSPORT_COUNT; i++) {
		if (strcmp(text, inventory_transport(i)) != 0)
			continue;
		*out = (enum wire_transport)i;
		return true;
	}
	return false;
}

/* --- URLs */

static const char *const schemes[] = { "rtsp", "rtsps", "http", "https", "udp",
	"rtp", "tcp", "srt", "rtmp", "rtmps", "rtmpt", "mms", "mmsh" };

static bool
scheme_known(const char *url, size_t length)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i]) == length &&
		    strncasecmp(schemes[i], url, length) == 0)
			return true;
	return false;
}

static int
hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0'
	       : isxdigit((unsigned char)c)
		   ? tolower((unsigned char)c) - 'a' + 10
		   : -1;
}

/* %XX decoded, NUL-terminated; false when it doesn't fit or decodes to NUL. */
static bool
take_decoded(char *out, size_t size, const char *in, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		char c = in[i];

		if (c == '%' && i + 2 < n && hex(in[i + 1]) >= 0 &&
		    hex(in[i + 2]) >= 0) {
			c = (char)(hex(in[i + 1]) << 4 | hex(in[i + 2]));
			i += 2;
		}
		if (c == '\0' || k + 1 >= size)
			return false;
		out[k++] = c;
	}
	out[k] = '\0';
	return true;
}

/* "user:password@" goes out of the URL into its own fields, and out of our
 * argument list, where every user of the machine could read it. */
static const char *
split_login(struct wire_feed_add *add, char *authority)
{
	size_t n = strcspn(authority, "/?#");
	char *at = memrchr(authority, '@', n);
	char *colon;

	if (at == NULL)
		return NULL;
	colon = memchr(authority, ':', (size_t)(at - authority));
	if (!take_decoded(add->user, sizeof(add->user), authority,
		(size_t)((colon != NULL ? colon : at) - authority)))
		return "the user name is too long or holds a NUL";
	/* Whoever gives a login by hand for this one try may use Basic too. */
	add->quirks |= WIRE_QUIRK_BASIC_OK;
	if (colon != NULL && !take_decoded(add->password, sizeof(add->password),
				 colon + 1, (size_t)(at - colon - 1)))
		return "the password is too long or holds a NUL";

	size_t rest = strlen(at + 1);
	size_t whole = strlen(authority);

	memmove(authority, at + 1, rest);
	memset(authority + rest, 0, whole - rest);
	return NULL;
}

static const char *
check_port(const char *p)
{
	char *end;
	long port;

	if (*p != ':')
		return *p == '\0' || strchr("/?#", *p) != NULL
			   ? NULL
			   : "it is not a URL: something odd follows the host";
	port = strtol(p + 1, &end, 10);
	if (end == p + 1 || strchr("/?#", *end) == NULL || port < 1 ||
	    port > 65535)
		return "it is not a URL: the port must be 1 to 65535";
	return NULL;
}

static const char *
check_host(const char *authority)
{
	size_t n = strcspn(authority, ":/?#");

	for (const char *p = authority; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return "it is not a URL: it holds a space or a control "
			       "character";
	if (authority[0] == '[') {
		n = strcspn(authority, "]");
		if (authority[n] == '\0')
			return "it is not a URL: a ']' is missing";
		n++;
	}
	if (n == 0)
		return "it is not a URL: the host is missing";
	return check_port(authority + n);
}

static const char *
take_url(struct command *c)
{
	struct wire_feed_add *add = &c->src.add;
	char *authority = strstr(c->argument, "://") + 3;
	const char *fault;

	if (!scheme_known(c->argument, (size_t)(authority - c->argument - 3)))
		return "not a kind of URL that camwarden opens (rtsp, rtsps, "
		       "http, https, udp, rtp, tcp, srt, rtmp)";
	fault = split_login(add, authority);
	if (fault != NULL)
		return fault;
	if (strlen(c->argument) >= sizeof(add->url))
		return "the URL is too long";
	snprintf(add->url, sizeof(add->url), "%s", c->argument);
	/* udp://:5000 and the like listen: no host is needed. */
	if (strncasecmp(add->url, "udp:", 4) == 0 ||
	    strncasecmp(add->url, "rtp:", 4) == 0 ||
	    strncasecmp(add->url, "srt:", 4) == 0)
		return NULL;
	return check_host(authority);
}

/* --- files */

static const char *
take_file(struct command *c, const char *path)
{
	struct wire_feed_add *add = &c->src.add;
	const char *base = strrchr(path, '/');
	struct stat st;

	c->src.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (c->src.fd < 0 || fstat(c->src.fd, &st) != 0)
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "it is a directory";
	if (!S_ISREG(st.st_mode))
		return "it is not a regular file";
	if (st.st_size == 0)
		return "it is empty";
	add->as_file = true;
	/* The name only helps to guess the format; nothing opens it. */
	base = base != NULL ? base + 1 : path;
	snprintf(add->url, sizeof(add->url), "file:%s", base);
	return NULL;
}

static const char *
take_source(struct command *c)
{
	if (strncasecmp(c->argument, "file://", 7) == 0)
		return take_file(c, c->argument + 7);
	if (strstr(c->argument, "://") != NULL)
		return take_url(c);
	return take_file(c, c->argument);
}

/* --- the password */

static const char *
take_user(struct command *c)
{
	struct wire_feed_add *add = &c->src.add;

	if (c->user == NULL)
		return NULL;
	if (strlen(c->user) >= sizeof(add->user))
		return "the user name is too long";
	snprintf(add->user, sizeof(add->user), "%s", c->user);
	add->quirks |= WIRE_QUIRK_BASIC_OK;
	return secret_take(add->password, sizeof(add->password));
}

/* --- the command line */

enum option_number {
	OPT_FOR = 256,
	OPT_INTERVAL,
	OPT_JSON,
	OPT_THUMBNAIL,
	OPT_RECORD,
	OPT_TRANSPORT,
	OPT_USER,
	OPT_VERBOSE,
	OPT_PTZ,
	OPT_DARK,
	OPT_PROGRAMS,
	OPT_HELP,
};

static const struct option options[] = {
	{ "for", required_argument, NULL, OPT_FOR },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "thumbnail", required_argument, NULL, OPT_THUMBNAIL },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "transport", required_argument, NULL, OPT_TRANSPORT },
	{ "user", required_argument, NULL, OPT_USER },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "ptz", no_argument, NULL, OPT_PTZ },
	{ "dark", no_argument, NULL, OPT_DARK },
	{ "programs", required_argument, NULL, OPT_PROGRAMS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

/* NULL, or what is wrong with the option's value. */
static const char *
take_option(struct command *c, int option)
{
	switch (option) {
	case OPT_FOR:
		return take_seconds(optarg, 0.1, &c->opt.for_us)
			   ? NULL
			   : "--for wants seconds, 0.1 or more";
	case OPT_INTERVAL:
		return take_seconds(optarg, 0.1, &c->opt.interval_us)
			   ? NULL
			   : "--interval wants seconds, 0.1 or more";
	case OPT_TRANSPORT:
		return take_transport(optarg, &c->transport)
			   ? NULL
			   : "--transport wants tcp, udp or http";
	case OPT_JSON:
		c->opt.json = true;
		return NULL;
	case OPT_THUMBNAIL:
		c->opt.thumbnail = optarg;
		return NULL;
	case OPT_RECORD:
		c->opt.record = optarg;
		return NULL;
	case OPT_USER:
		c->user = optarg;
		return NULL;
	case OPT_VERBOSE:
		c->opt.verbose = true;
		return NULL;
	case OPT_PTZ:
		c->opt.ptz = true;
		return NULL;
	case OPT_DARK:
		c->opt.dark = true;
		return NULL;
	case OPT_PROGRAMS:
		c->opt.program_dir = optarg;
		return NULL;
	}
	return "unknown option; see camwarden probe --help";
}

/* -1: go on; else the exit status. */
static int
take_arguments(struct command *c, int argc, char **argv)
{
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const char *fault;

		if (option == OPT_HELP) {
			fputs(usage, stdout);
			return 0;
		}
		if (option == '?')
			return EXAM_UNKNOWN; /* getopt has said it */
		fault = take_option(c, option);
		if (fault != NULL)
			return complain(c, optarg, fault);
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return EXAM_UNKNOWN;
	}
	c->argument = argv[optind];
	return -1;
}

int
command_probe(int argc, char **argv)
{
	static struct command c;
	const char *fault;
	int status;

	c = (struct command){ .src.fd = -1, .opt.interval_us = 2 * 1000000 };
	status = take_arguments(&c, argc, argv);
	if (status >= 0)
		return status;
	fault = take_source(&c);
	if (fault == NULL)
		fault = take_user(&c);
	secret_forget();
	c.src.name = c.argument;
	if (fault != NULL)
		return complain(&c, c.argument, fault);
	if (c.opt.for_us == 0 && !c.src.add.as_file)
		c.opt.for_us = 30 * 1000000;
	c.src.add.transport = c.transport;
	/* Tell one stream's pictures apart in a probe's log; any will do. */
	memcpy(c.src.add.uuid, "camwarden-probe", 15);
	status = probe_session_run(&c.src, &c.opt);
	if (c.src.fd >= 0)
		close(c.src.fd);
	return status;
}

int
command_resolver(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return resolver_child();
}
