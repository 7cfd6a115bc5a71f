/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support-bundle: what somebody who helps needs to know, in one file that may
 * leave the house; it says what is in it before it writes. */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "common/clock.h"
#include "monitor/cli/support_gather.h"
#include "monitor/http/pack.h"
#include "monitor/support/tar.h"

static const char help[] =
    "usage: camwarden support-bundle [FILE.tar.gz] [--with-hosts] [--list] "
    "[--yes]\n"
    "\n"
    "Gathers what somebody needs who is to help: versions, settings, status, "
    "health,\n"
    "the log's last lines, metrics, the database's schema and row counts, the "
    "last\n"
    "incidents, the inventory, the kernel's limits. Works while the monitor is "
    "dead.\n"
    "It says what is inside, and asks before it writes.\n"
    "\n"
    "No password, token or key is in it, no person's name, address or "
    "telephone, no\n"
    "picture. Hosts have other names, the same ones throughout. Names of sites "
    "and\n"
    "feeds are in it: look at it before you send it.\n"
    "\n"
    "  --with-hosts  hosts and addresses as they are\n"
    "  --list        say what would be inside, write nothing\n"
    "  --yes         don't ask\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden support-bundle /tmp/bundle.tar.gz\n"
    "\n"
    "exit: 0 written, 2 not written\n";

struct bundle {
	struct cli cli;
	bool with_hosts, list, yes;
	char path[PATH_MAX];
	time_t now;
};

static const char about[] =
    "A support bundle of camwarden.\n"
    "\n"
    "What is not in it: passwords, tokens, keys, pictures, who watches or "
    "wrote what,\n"
    "contacts of sites. Of the settings, numbers, choices and names of files; "
    "texts\n"
    "only by their length. Of URLs, what they ask for only where it is a "
    "number.\n"
    "A host is called host-........ throughout, an address of mail "
    "mail-........;\n"
    "another bundle has other names for them. Names of sites and feeds are as "
    "they are.\n"
    "\n";

/* The first part, made of all the others. Given. */
static char *
about_text(const struct bundle *b, const struct support *s)
{
	char *text = NULL, when[24];
	size_t length;
	FILE *f = open_memstream(&text, &length);

	if (f == NULL)
		return NULL;
	fprintf(f, "%s", about);
	if (b->with_hosts)
		fprintf(f, "This one has been made with --with-hosts: hosts "
			   "are as they are.\n\n");
	fprintf(f, "made %s by camwarden %s\n\n",
	    cli_utc((int64_t)b->now * US_PER_S, when), CAMWARDEN_VERSION);
	for (unsigned i = 0; i < s->count; i++)
		fprintf(f, "%-16s %s\n", s->part[i].name, s->part[i].what);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static void
say_inside(const struct bundle *b, const struct support *s)
{
	json_t *list = json_array();
	struct cli_table t;

	cli_table_init(&t, 3);
	cli_table_add(&t, "FILE");
	cli_table_add(&t, "BYTES");
	cli_table_add(&t, "WHAT");
	for (unsigned i = 0; i < s->count; i++) {
		const struct support_part *p = &s->part[i];

		cli_table_add(&t, "%s", p->name);
		cli_table_add(&t, "%zu", p->length);
		cli_table_add(&t, "%s", p->what);
		json_array_append_new(list,
		    json_pack("{s:s, s:I, s:s}", "file", p->name, "bytes",
			(json_int_t)p->length, "what", p->what));
	}
	cli_table_print(&t, b->cli.json ? NULL : stdout);
	if (b->cli.json) {
		json_t *root = json_pack("{s:s, s:b, s:O}", "bundle",
		    b->list ? "" : b->path, "hosts", b->with_hosts, "files",
		    list);

		cli_print_json(root);
		json_decref(root);
	}
	json_decref(list);
}

static bool
is_wished(const struct bundle *b)
{
	char answer[16] = "";

	if (b->yes || !isatty(STDIN_FILENO))
		return true;
	printf("\nWrite it to ");
	cli_put(stdout, b->path);
	printf("? [y/N] ");
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

/* One archive in memory; false: no memory. */
static bool
make(const struct bundle *b, const struct support *s, char **out,
    size_t *length_out)
{
	struct tar t = { 0 };
	char *first = about_text(b, s);
	bool made;

	if (first != NULL)
		tar_add(&t, "camwarden-support/about.txt", first, strlen(first),
		    b->now);
	for (unsigned i = 0; i < s->count; i++) {
		char name[64];

		snprintf(name, sizeof(name), "camwarden-support/%s",
		    s->part[i].name);
		tar_add(&t, name, s->part[i].text, s->part[i].length, b->now);
	}
	made = first != NULL && tar_end(&t) &&
	       pack_bytes(t.bytes, t.length, out, length_out);
	free(first);
	tar_fini(&t);
	return made;
}

/* Never over another file; nothing is left of a half. */
static bool
write_file(const struct bundle *b, const char *bytes, size_t n)
{
	int fd = open(b->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t done = 0;
	ssize_t one = 1;

	while (fd >= 0 && done < n && one > 0) {
		one = write(fd, bytes + done, n - done);
		done += one > 0 ? (size_t)one : 0;
	}
	if (fd >= 0 && done == n && close(fd) == 0)
		return true;
	cli_say("%s: %s", b->path, strerror(errno));
	if (fd >= 0)
		unlink(b->path);
	return false;
}

static int
run(const struct bundle *b, const struct support *s)
{
	char *bytes = NULL;
	size_t n = 0;
	bool done;

	say_inside(b, s);
	if (b->list)
		return CLI_OK;
	if (!is_wished(b)) {
		cli_say("not written");
		return CLI_FAILED;
	}
	done = make(b, s, &bytes, &n);
	if (!done)
		cli_say("memory is out");
	done = done && write_file(b, bytes, n);
	free(bytes);
	if (done && !b->cli.json) {
		printf("\n");
		cli_put(stdout, b->path);
		printf(": %zu KiB, only you can read it; look at it before you "
		       "send it\n",
		    (n + 1023) / 1024);
	}
	return done ? CLI_OK : CLI_FAILED;
}

static bool
parse_options(struct bundle *b, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "with-hosts", no_argument, NULL, 'w' },
		{ "list", no_argument, NULL, 'l' },
		{ "yes", no_argument, NULL, 'y' }, { 0 } };
	struct tm tm;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		b->with_hosts |= o == 'w';
		b->list |= o == 'l';
		b->yes |= o == 'y';
		if (strchr("wly", o) == NULL && !cli_option(&b->cli, o, help))
			return false;
	}
	if (optind + 1 < argc) {
		cli_say("one FILE is expected, not more");
		return false;
	}
	if (optind < argc)
		return snprintf(b->path, sizeof(b->path), "%s", argv[optind]) <
		       (int)sizeof(b->path);
	return gmtime_r(&b->now, &tm) != NULL &&
	       strftime(b->path, sizeof(b->path),
		   "camwarden-support-%Y%m%dT%H%M%SZ.tar.gz", &tm) > 0;
}

/* A file that is wrong was told, and is no reason not to ask for help. */
static void
use_defaults(struct cli *cli)
{
	struct monitor_config *c = &cli->config;

	config_defaults(c);
	snprintf(c->file, sizeof(c->file), "%s",
	    cli->config_path != NULL ? cli->config_path : CLI_CONFIG_PATH);
	if (cli->state_dir != NULL)
		snprintf(c->state_dir, sizeof(c->state_dir), "%s",
		    cli->state_dir);
}

int
cli_support_bundle(int argc, char **argv)
{
	struct bundle b = { .now = time(NULL) };
	struct support s;
	int code = CLI_FAILED;

	if (!parse_options(&b, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&b.cli))
		use_defaults(&b.cli);
	if (support_gather(&s, &b.cli, b.with_hosts))
		code = run(&b, &s);
	else
		cli_say("memory is out");
	support_fini(&s);
	return code;
}
