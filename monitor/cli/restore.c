/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore: a backup in the place of the database, while no monitor runs. */
#include "monitor/cli/cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "monitor/cli/credentials_look.h"
#include "monitor/cli/progress.h"
#include "monitor/cli/who.h"
#include "monitor/store/store_file.h"

#define REASON_BYTES 500u

static const char help[] =
    "usage: camwarden restore FILE --reason TEXT [--other-installation] "
    "[--json]\n"
    "\n"
    "FILE, a backup, becomes the database. It is copied and checked first; "
    "nothing is\n"
    "changed when it is damaged, is no database of camwarden, is of a newer "
    "one, or\n"
    "while the monitor runs. What was there is kept beside it under a name "
    "with the\n"
    "date. Ended at any moment, the old database is there or the new one. The "
    "record\n"
    "says who did it, when, why, and what stood there before; the time since "
    "the\n"
    "backup is unknown.\n"
    "\n"
    "  --reason TEXT          why; needed\n"
    "  --other-installation   FILE is of another camwarden than the database "
    "here\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden restore /mnt/nas/camwarden.db --reason 'disk died'\n"
    "\n"
    "exit: 0 done, 2 not done (nothing was changed)\n";

struct job {
	struct cli cli;
	const char *reason;
	char from[PATH_MAX];
	bool other;
};

static bool
parse_options(struct job *j, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "reason", required_argument, NULL, 'r' },
		{ "other-installation", no_argument, NULL, 'o' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			j->reason = optarg;
		else if (option == 'o')
			j->other = true;
		else if (!cli_option(&j->cli, option, help))
			return false;
	}
	if (optind != argc - 1)
		cli_say(optind == argc ? "FILE is missing"
				       : "one FILE is expected, not more");
	else if (j->reason == NULL || j->reason[0] == '\0')
		cli_say("--reason is missing: the record shall say why");
	else if (strlen(j->reason) > REASON_BYTES)
		cli_say("--reason is longer than %u bytes", REASON_BYTES);
	else if (realpath(argv[optind], j->from) == NULL)
		cli_say("%s: %m", argv[optind]);
	else
		return true;
	return false;
}

static json_t *
file_json(const struct store_file *f)
{
	char when[32];

	if (f->version == 0)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:s, s:s}", "origin", f->origin,
	    "seq", (json_int_t)f->seq, "size", (json_int_t)f->lines, "head",
	    f->head, "utc", cli_iso(f->utc, when));
}

static void
print_json(const struct store_restored *r)
{
	json_t *root = json_pack("{s:o, s:o, s:o, s:s, s:s}", "was",
	    file_json(&r->was), "backup", file_json(&r->backup), "now",
	    file_json(&r->now), "kept", r->kept, "unreadable", r->unreadable);

	cli_print_json(root);
	json_decref(root);
}

static void
print_text(const struct job *j, const struct store_restored *r)
{
	char when[24];

	printf("Restored from %s: up to line %lld of %s,\nhead %s\n", j->from,
	    (long long)r->backup.seq, cli_utc(r->backup.utc, when),
	    r->backup.head);
	if (r->was.version != 0)
		printf("Before: up to line %lld of %s,\nhead %s\n",
		    (long long)r->was.seq, cli_utc(r->was.utc, when),
		    r->was.head);
	if (r->unreadable[0] != '\0')
		printf("What was there could not be read: %s\n", r->unreadable);
	if (r->kept[0] != '\0')
		printf("It is kept as %s\n", r->kept);
	printf("Line %lld says so, as %s. Now start the monitor; `camwarden "
	       "ledger verify`\nlooks at all of it.\n",
	    (long long)r->now.seq, r->now.kind);
}

/* Backups are brought to other machines; the key is not in them. */
static void
say_not_opened(const struct job *j)
{
	json_t *look = credentials_look(&j->cli.config);
	char *text = look != NULL ? credentials_look_text(look) : NULL;

	if (text != NULL && text[0] != '\0')
		cli_say("its passwords of cameras need the key they were "
			"sealed "
			"with, or have to be imported again: %s",
		    text);
	free(text);
	json_decref(look);
}

int
cli_restore(int argc, char **argv)
{
	struct job j = { 0 };
	struct progress p;
	char actor[WHO_BYTES], error[STORE_ERROR_BYTES];
	struct store_restored *r = calloc(1, sizeof(*r));

	if (r == NULL || !parse_options(&j, argc, argv)) {
		free(r);
		return cli_usage(argv[0]);
	}
	if (!cli_config(&j.cli)) {
		free(r);
		return CLI_FAILED;
	}
	const struct store_restore what = { .dir = j.cli.config.state_dir,
		.from = j.from,
		.actor = who_actor(actor),
		.reason = j.reason,
		.other = j.other,
		.key_file = j.cli.config.credentials_key_file,
		.progress = { progress_tell, &p } };

	progress_begin(&p);
	bool good = store_restore(&what, r, error);

	progress_end(&p);
	if (!good)
		cli_say("nothing was changed: %s", error);
	else if (j.cli.json)
		print_json(r);
	else
		print_text(&j, r);
	if (good)
		say_not_opened(&j);
	free(r);
	return good ? CLI_OK : CLI_FAILED;
}
