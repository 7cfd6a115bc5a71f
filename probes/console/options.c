/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* One table for the command line and the file. */
static const struct {
	const char *name;
	size_t at, size; /* of the text; 0 = taken by a function */
} texts[] = {
#define TEXT(name, member)                                                     \
	{                                                                      \
		name, offsetof(struct options, member),                        \
		    sizeof(((struct options *)0)->member)                      \
	}
	TEXT("server", server),
	TEXT("token-file", token_file),
	TEXT("ca", ca),
	TEXT("patterns", patterns),
	TEXT("display", display),
	TEXT("xauthority", xauthority),
	TEXT("wayland-socket", wayland_socket),
	TEXT("seat", seat),
};

void
options_help(void)
{
	fputs(
	    "usage: camwarden-console --config FILE\n"
	    "       camwarden-console --server URL --token-file FILE ...\n"
	    "       camwarden-console --once --print\n"
	    "\n"
	    "Tells a camwarden server every few seconds whether somebody works "
	    "at this\nconsole: how much input there was of each kind (no keys, "
	    "no text), whether the\nsession is locked, which screens are lit, "
	    "which of the windows the server asked\nfor are visible (no "
	    "titles), and which cameras this machine is connected to.\n"
	    "\n"
	    "  --config FILE        lines \"name = value\", names as below "
	    "without the dashes\n"
	    "  --server URL         https://HOST:PORT of the agents' listener\n"
	    "  --token-file FILE    this console's token, alone on a line; no "
	    "one but the owner\n                       (and group) may be able "
	    "to read it\n"
	    "  --ca FILE            certificate to trust, instead of the "
	    "system's\n"
	    "  --sources LIST       of x11,logind,evdev,wayland (default: "
	    "all); "
	    "evdev and wayland\n                       are used for what x11 "
	    "can't see\n"
	    "  --seat NAME          whose active session it is (seat0)\n"
	    "  --display :N         default: what logind says of the session\n"
	    "  --xauthority FILE    default: the session's, where it can be "
	    "found\n"
	    "  --wayland-socket F   default: the session's wayland-*\n"
	    "  --connections LIST   which addresses may be told: networks like "
	    "10.0.0.0/8,\n                       \"private\" (default: where "
	    "cameras live), or \"none\"\n"
	    "  --patterns FILE      window patterns to begin with (JSON, as "
	    "the "
	    "server answers)\n"
	    "  --print              prints each heartbeat as it is sent\n"
	    "  --once               one heartbeat; with --print nothing is "
	    "sent, and neither\n                       server nor token is "
	    "needed: this is all that leaves the machine\n"
	    "  --version, --help\n"
	    "\n"
	    "Exit: 0 ended in order (or --once was accepted), 1 the server did "
	    "not accept,\n2 wrong options, 3 the sandbox can't be set up.\n"
	    "\n"
	    "example: camwarden-console --once --print --connections "
	    "10.20.0.0/16\n"
	    "example: camwarden-console --server "
	    "https://camwarden.example:8444 "
	    "\\\n             --token-file /etc/camwarden/console.token --ca "
	    "/etc/camwarden/ca.pem\n",
	    stdout);
}

static bool __attribute__((format(printf, 2, 3)))
wrong(char *sentence, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, OPTIONS_SENTENCE, format, args);
	va_end(args);
	return false;
}

static bool
set_sources(struct options *o, const char *value, char *sentence)
{
	static const struct {
		const char *name;
		unsigned bit;
	} all[] = { { "x11", OPTIONS_X11 }, { "logind", OPTIONS_LOGIND },
		{ "evdev", OPTIONS_EVDEV }, { "wayland", OPTIONS_WAYLAND } };

	o->sources = 0;
	while (*value != '\0') {
		size_t n = strcspn(value, ", "), i;

		for (i = 0; i < 4; i++)
			if (strlen(all[i].name) == n &&
			    strncmp(all[i].name, value, n) == 0)
				break;
		if (i == 4)
			return wrong(sentence,
			    "sources: expected some of "
			    "x11,logind,evdev,wayland, not \"%.*s\"",
			    (int)n, value);
		o->sources |= all[i].bit;
		value += n;
		value += strspn(value, ", ");
	}
	return true;
}

static bool
set_connections(struct options *o, const char *value, char *sentence)
{
	o->connections.count = 0;
	return proc_net_ranges_add(&o->connections, value) ||
	       wrong(sentence,
		   "connections: expected networks (10.0.0.0/8, at most %d), "
		   "private or none",
		   PROC_NET_RANGES);
}

static bool
set(struct options *o, const char *name, const char *value, char *sentence)
{
	if (strcmp(name, "sources") == 0)
		return set_sources(o, value, sentence);
	if (strcmp(name, "connections") == 0)
		return set_connections(o, value, sentence);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].name, name) != 0)
			continue;
		if (strlen(value) >= texts[i].size)
			return wrong(sentence, "%s: too long", name);
		snprintf((char *)o + texts[i].at, texts[i].size, "%s", value);
		return true;
	}
	if (strcmp(name, "token") == 0)
		return wrong(sentence,
		    "the token itself is never an option: others could read "
		    "it in the list of processes; put it into a file and name "
		    "that with token-file");
	return wrong(sentence, "there is no option \"%s\"; see --help", name);
}

static char *
trim(char *s)
{
	char *end;

	s += strspn(s, " \t\r\n");
	end = s + strlen(s);
	while (end > s && strchr(" \t\r\n", end[-1]) != NULL)
		*--end = '\0';
	return s;
}

static bool
read_line(struct options *o, char *line, const char *path, int number,
    char *sentence)
{
	char why[OPTIONS_SENTENCE], *name = trim(line), *value;

	if (*name == '\0' || *name == '#')
		return true;
	value = strchr(name, '=');
	if (value == NULL)
		return wrong(sentence, "%s:%d: expected \"name = value\"", path,
		    number);
	*value++ = '\0';
	return set(o, trim(name), trim(value), why) ||
	       wrong(sentence, "%.80s:%d: %.200s", path, number, why);
}

static bool
read_file(struct options *o, const char *path, char *sentence)
{
	FILE *f = fopen(path, "re");
	char line[1024];
	bool ok = true;

	if (f == NULL)
		return wrong(sentence, "%s: %s", path, strerror(errno));
	for (int n = 1; ok && fgets(line, sizeof(line), f) != NULL; n++)
		ok = read_line(o, line, path, n, sentence);
	fclose(f);
	return ok;
}

static bool
check(const struct options *o, char *sentence)
{
	if (o->help || o->version || (o->once && o->print))
		return true;
	if (o->server[0] == '\0' || o->token_file[0] == '\0')
		return wrong(sentence,
		    "expected --server and --token-file (or a --config that "
		    "names them); see --help");
	if (strncasecmp(o->server, "https://", 8) != 0 ||
	    o->server[8] == '\0' || strpbrk(o->server + 8, "/ ?#@") != NULL)
		return wrong(sentence,
		    "server: expected https://HOST:PORT and nothing behind "
		    "it, not \"%s\"",
		    o->server);
	return true;
}

static bool
flag(struct options *o, const char *name)
{
	if (strcmp(name, "once") == 0)
		o->once = true;
	else if (strcmp(name, "print") == 0)
		o->print = true;
	else if (strcmp(name, "help") == 0)
		o->help = true;
	else if (strcmp(name, "version") == 0)
		o->version = true;
	else
		return false;
	return true;
}

/* argv[*i] and what belongs to it. */
static bool
argument(struct options *o, int argc, char **argv, int *i, char *sentence)
{
	char name[32];
	const char *arg = argv[*i], *value;

	if (strcmp(arg, "-h") == 0)
		arg = "--help";
	if (strncmp(arg, "--", 2) != 0)
		return wrong(sentence, "unexpected \"%.80s\"; see --help", arg);
	arg += 2;
	if (flag(o, arg))
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	value = strchr(arg, '=');
	if (value != NULL)
		value++;
	else if (*i + 1 < argc)
		value = argv[++*i];
	else
		return wrong(sentence, "--%s: expected a value", name);
	return strcmp(name, "config") == 0 ? read_file(o, value, sentence)
					   : set(o, name, value, sentence);
}

bool
options_read(int argc, char **argv, struct options *out,
    char sentence_out[OPTIONS_SENTENCE])
{
	size_t n;

	memset(out, 0, sizeof(*out));
	out->sources =
	    OPTIONS_X11 | OPTIONS_LOGIND | OPTIONS_EVDEV | OPTIONS_WAYLAND;
	snprintf(out->seat, sizeof(out->seat), "seat0");
	proc_net_ranges_add(&out->connections, "private");
	for (int i = 1; i < argc; i++)
		if (!argument(out, argc, argv, &i, sentence_out))
			return false;
	n = strlen(out->server);
	if (n > 0 && out->server[n - 1] == '/')
		out->server[n - 1] = '\0';
	return check(out, sentence_out);
}

static bool
good_token(const char *t)
{
	if (strlen(t) < 16)
		return false;
	for (; *t != '\0'; t++)
		if (*t <= ' ' || *t > '~')
			return false;
	return true;
}

bool
options_token(const char *path, char token_out[OPTIONS_TOKEN_BYTES],
    char sentence_out[OPTIONS_SENTENCE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *token;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		return wrong(sentence_out, "%s: %s", path, strerror(errno));
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 0037) != 0) {
		close(fd);
		return wrong(sentence_out,
		    "%s: others than its owner and group may read or change "
		    "it: whoever reads the token can pretend to sit here; "
		    "chmod 600 it, and have the server make a new one",
		    path);
	}
	n = read(fd, token_out, OPTIONS_TOKEN_BYTES - 1);
	close(fd);
	token_out[n > 0 ? n : 0] = '\0';
	token_out[strcspn(token_out, "\n")] = '\0';
	token = trim(token_out);
	memmove(token_out, token, strlen(token) + 1);
	return good_token(token_out) ||
	       wrong(sentence_out,
		   "%s: expected a token of 16 signs or more on its first line",
		   path);
}
