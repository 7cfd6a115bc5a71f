/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backup: the database as it is now, as one file, while the monitor runs on. */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "common/clock.h"
#include "monitor/cli/client.h"
#include "monitor/cli/local.h"
#include "monitor/cli/progress.h"
#include "monitor/cli/who.h"
#include "monitor/store/store_file.h"

#define ASK_S 30
#define DRAIN_MS 30000

static const char help[] =
    "usage: camwarden backup FILE [--replace] [--without-credentials] "
    "[--json]\n"
    "       camwarden backup FOLDER/\n"
    "\n"
    "Writes the whole database into FILE (or into "
    "FOLDER/camwarden-<date>.db), while\n"
    "the monitor runs on: as it is at one moment, checked, readable by you "
    "alone. The\n"
    "name appears only when all of it is there. That it was made, by whom, "
    "stands in\n"
    "the record, and in the backup.\n"
    "\n"
    "A backup holds the passwords of the cameras, sealed; their key (camwarden "
    "credentials\n"
    "names its file) is not in it: keep a copy of that elsewhere.\n"
    "\n"
    "  --replace              a file of that name is overwritten\n"
    "  --without-credentials  without the cameras' users and passwords, which "
    "have to be\n"
    "                         imported again after a restore, and without "
    "people's\n"
    "                         passwords (camwarden user password)\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "The key that signs the record (ledger.key in the state directory) is not "
    "in it.\n"
    "\n"
    "example: camwarden backup /mnt/nas/camwarden/\n"
    "\n"
    "exit: 0 made, 2 not made (nothing is left of it)\n";

struct job {
	struct cli cli;
	bool replace, no_credentials;
	char to[PATH_MAX]; /* absolute: it stands in the record */
	int64_t seq;
	bool told, ok;
	char error[STORE_ERROR_BYTES];
};

static void
on_line(void *arg, const struct store_result *r)
{
	struct job *j = arg;

	j->told = true;
	j->ok = r->ok;
	j->seq = r->seq;
	if (!r->ok)
		snprintf(j->error, sizeof(j->error), "%s", r->error);
}

/* No monitor runs: the line is written here, under the store's lock, which is
 * given up again before the long part. */
static bool
announce_here(struct job *j)
{
	char actor[WHO_BYTES],
	    *body = store_backup_body(j->to, !j->no_credentials);
	const struct store_done done = { on_line, j };
	struct store *s = body != NULL ? local_open(&j->cli.config,
					     who_actor(actor), j->error)
				       : NULL;

	if (s != NULL) {
		snprintf(j->error, sizeof(j->error),
		    "the database took no line of it in time");
		if (store_event(s, clock_mono_us(), "backup", actor, body,
			&done))
			store_drain(s, DRAIN_MS);
		store_close(&s);
	}
	free(body);
	return j->told && j->ok;
}

/* The line comes first, so that the backup holds it. */
static bool
announce(struct job *j)
{
	json_t *question = json_pack("{s:s, s:o, s:b}", "command", "backup",
	    "file", json_string(j->to), "credentials", !j->no_credentials);
	json_t *answer = NULL;
	enum client_result r = question != NULL
				   ? client_ask(j->cli.config.state_dir,
					 question, NULL, 0, ASK_S, &answer)
				   : CLIENT_FAILED;

	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		return announce_here(j);
	if (r != CLIENT_OK) {
		snprintf(j->error, sizeof(j->error), "%s",
		    client_result_text(r));
		return false;
	}
	const char *why;

	j->ok = client_done(answer, &why);
	snprintf(j->error, sizeof(j->error), "%s", why);
	j->seq = json_integer_value(json_object_get(answer, "seq"));
	json_decref(answer);
	return j->ok;
}

/* An existing folder: a dated name in it. */
static bool
name_target(struct job *j, const char *arg)
{
	size_t n = strlen(arg);
	time_t now = (time_t)(clock_utc_us() / US_PER_S);
	char here[PATH_MAX] = "", name[64] = "";
	struct stat st;
	struct tm tm;

	if (arg[0] != '/' && getcwd(here, sizeof(here)) == NULL) {
		cli_say("%s", strerror(errno));
		return false;
	}
	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode) &&
	    gmtime_r(&now, &tm) != NULL)
		strftime(name, sizeof(name), "camwarden-%Y%m%dT%H%M%SZ.db",
		    &tm);
	if (name[0] == '\0' && (n == 0 || arg[n - 1] == '/')) {
		cli_say("%s: no such folder", arg);
		return false;
	}
	if ((size_t)snprintf(j->to, sizeof(j->to), "%s%s%s%s%s", here,
		here[0] != '\0' ? "/" : "", arg,
		name[0] != '\0' && arg[n - 1] != '/' ? "/" : "",
		name) < sizeof(j->to))
		return true;
	cli_say("the name is too long");
	return false;
}

static bool
parse_options(struct job *j, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "replace", no_argument, NULL, 'r' },
		{ "without-credentials", no_argument, NULL, 'w' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			j->replace = true;
		else if (option == 'w')
			j->no_credentials = true;
		else if (!cli_option(&j->cli, option, help))
			return false;
	}
	if (optind == argc - 1)
		return name_target(j, argv[optind]);
	cli_say(optind == argc ? "FILE is missing"
			       : "one FILE is expected, not more");
	return false;
}

static void
print(const struct job *j, const struct store_file *f)
{
	char when[32];

	if (j->cli.json) {
		json_t *root = json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:b}",
		    "file", j->to, "bytes", (json_int_t)f->bytes, "seq",
		    (json_int_t)f->seq, "head", f->head, "utc",
		    cli_iso(f->utc, when), "origin", f->origin, "credentials",
		    !j->no_credentials);

		cli_print_json(root);
		json_decref(root);
		return;
	}
	printf("%s: %llu MiB, checked, up to line %lld of %s\n", j->to,
	    (unsigned long long)(f->bytes + (1 << 20) - 1) >> 20,
	    (long long)f->seq, cli_utc(f->utc, when));
	printf("head %s\n", f->head);
	if (!j->no_credentials)
		printf("It holds the passwords of the cameras, sealed; their "
		       "key is not in it. Only you can\nread it (0600).\n");
}

/* Before anything is written: an empty database is not made for a backup. */
static bool
there_is_one(const struct job *j)
{
	char path[CONFIG_PATH_BYTES + 32];

	snprintf(path, sizeof(path), "%s/%s", j->cli.config.state_dir,
	    STORE_FILE);
	if (access(path, R_OK) == 0)
		return true;
	cli_say("%s: %s", path,
	    errno == ENOENT ? "there is no database here" : strerror(errno));
	return false;
}

int
cli_backup(int argc, char **argv)
{
	struct job j = { 0 };
	struct progress p;
	struct store_file made;
	const struct store_progress progress = { progress_tell, &p };

	if (!parse_options(&j, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&j.cli) || !there_is_one(&j))
		return CLI_FAILED;
	struct store_backup what = { .dir = j.cli.config.state_dir,
		.to = j.to,
		.replace = j.replace,
		.no_credentials = j.no_credentials,
		.progress = progress };

	if (!store_backup_may(&what, j.error) || !announce(&j)) {
		cli_say("no backup: %s", j.error);
		return CLI_FAILED;
	}
	what.seq = j.seq;
	progress_begin(&p);
	bool good = store_backup(&what, &made, j.error);

	progress_end(&p);
	if (good)
		print(&j, &made);
	else
		cli_say("no backup: %s", j.error);
	return good ? CLI_OK : CLI_FAILED;
}
