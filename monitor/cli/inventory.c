/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites | devices | feeds: import, list, show, add, set, remove. Changes go to
 * the running monitor; without one they go to the database, under its lock. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "common/hex.h"
#include "monitor/cli/devices.h"
#include "monitor/cli/import_command.h"
#include "monitor/cli/import_print.h"
#include "monitor/cli/inventory_local.h"
#include "monitor/cli/sites.h"
#include "monitor/inventory/inventory.h"

#define WAIT_SECONDS 120

static const char help[] =
    "usage: camwarden sites|devices|feeds import FILE|- [--dry-run] [--prune] "
    "...\n"
    "       camwarden sites|devices|feeds list [--csv|--json]\n"
    "       camwarden sites list [--site SITE]\n"
    "       camwarden devices list [--site SITE] [--state STATE] [--search "
    "WORD]\n"
    "       camwarden sites|devices show NAME [--json]\n"
    "       camwarden sites|devices|feeds add COLUMN=VALUE...\n"
    "       camwarden sites|devices|feeds set NAME|UUID COLUMN=VALUE...\n"
    "       camwarden sites|devices|feeds remove NAME|UUID\n"
    "       camwarden devices forget NAME\n"
    "       camwarden feeds summary [--site SITE] [--json]\n"
    "       camwarden feeds reference approve|clear|show ...  (see its "
    "--help)\n"
    "       camwarden devices discover ...  (by ONVIF; see its --help)\n"
    "\n"
    "The inventory: what is watched. A change is made by the running monitor, "
    "or\n"
    "without one in its database; either all of a file or nothing of it. "
    "Importing\n"
    "the same file again changes nothing. The lists of sites and devices count "
    "feeds\n"
    "by state, a site's with all below it. `set` changes what is there, "
    "`forget` "
    "removes\n"
    "a device with its feeds and its password.\n"
    "\n"
    "  --dry-run      say what would change, change nothing\n"
    "  --prune        remove what the file does not name\n"
    "  --try          feeds: try to see each new one first; what can't be seen "
    "is\n"
    "                 imported off, and tried again with the next import\n"
    "  --wait[=SECONDS]  feeds: wait (120 s) for the first verdicts, and say "
    "how\n"
    "                 many are up, or why not, by site\n" FEED_LIST_HELP
    "  --site SITE    import: of cameras whose row names none; list, "
    "summary: of\n"
    "                 this site alone\n"
    "  --reason TEXT  why; kept with the change in the record\n"
    "  --csv          list: as a CSV that imports again (without passwords)\n"
    "  --password-file FILE\n"
    "                 add, set: the password is the first line of FILE (- = "
    "standard\n"
    "                 input), so that it shows in no process list\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "columns of feeds:   name, site, url, sub_url, device, user, password,\n"
    "                    address, port, vendor, channel, streams (in place of "
    "a\n"
    "                    url), transport, visit, no_picture, criticality, "
    "tags,\n"
    "                    enabled, uuid, ptz (yes: it is turned on purpose),\n"
    "                    dark_hours (like 21:00-05:30, in the site's time "
    "zone);\n"
    "                    usual headings do, too, in six languages\n"
    "                    relay (fetched from there in place of url)\n"
    "columns of devices: name, address, user, password, sessions (most at "
    "once),\n"
    "                    quirks\n"
    "columns of sites:   site, zone, contact, target, ceiling (20Mbit)\n"
    "\n"
    "examples:\n"
    "  camwarden feeds import cameras.csv --dry-run\n"
    "  camwarden feeds import cameras.csv --passwords pw.csv --try --wait\n"
    "  camwarden feeds import frigate.yml --site North --env-file .env\n"
    "  camwarden feeds summary\n"
    "  camwarden feeds add name='Gate 3' site=North/Harbour \\\n"
    "      url=rtsp://10.1.2.3/stream1\n"
    "  camwarden sites set North contact='Ana, 600 123 456' target=99.5\n"
    "  camwarden sites set North ceiling=20Mbit --dry-run\n"
    "  camwarden devices list --state down\n"
    "  camwarden feeds remove 'North/Harbour/Gate 3'\n"
    "\n"
    "exit: 0 done, 1 the file or name is wrong (nothing was changed), 2 not "
    "done\n";

struct verb {
	struct cli cli;
	enum inventory_kind kind;
	const char *table; /* "feeds" */
	const char *reason;
	const char *password_file;
	struct devices_ask ask;
	bool dry_run, prune, csv, try_first;
	unsigned wait_s;
	struct feed_list_options list; /* of an import */
	int argc;		       /* after the verb */
	char **argv;
};

/* What came of a change, from the monitor or from the database here. */
static int
print_answer(const struct verb *v, json_t *answer)
{
	bool ok = json_is_true(json_object_get(answer, "ok"));

	if (v->cli.json)
		cli_print_json(answer);
	else
		import_print(answer, v->table, v->dry_run);
	json_decref(answer);
	return ok ? CLI_OK : CLI_TROUBLE;
}

static int
change(const struct verb *v, const struct inventory_local *local)
{
	json_t *answer = import_ask(&v->cli, v->table, local);

	return answer != NULL ? print_answer(v, answer) : CLI_FAILED;
}

static struct inventory_local
local_of(const struct verb *v)
{
	return (struct inventory_local){
		.config = &v->cli.config,
		.kind = v->kind,
		.dry_run = v->dry_run,
		.prune = v->prune,
		.reason = v->reason,
	};
}

static int
do_import(const struct verb *v)
{
	const struct import_command c = { .cli = &v->cli,
		.kind = v->kind,
		.table = v->table,
		.file = v->argc == 1 ? v->argv[0] : NULL,
		.reason = v->reason,
		.dry_run = v->dry_run,
		.prune = v->prune,
		.try_first = v->try_first,
		.wait_s = v->wait_s,
		.list = v->list };

	if (v->argc == 1)
		return import_command(&c);
	cli_say("import takes one file");
	return cli_usage(v->table);
}

/* First line of the password file; false after saying why. */
static bool
read_password(const struct verb *v, char out[LIMIT_CREDENTIAL_BYTES])
{
	size_t length;
	char *bytes = cli_slurp(v->password_file, 4096, &length);

	if (bytes == NULL)
		return false;
	size_t n = 0;

	while (n < length && bytes[n] != '\n' && bytes[n] != '\r')
		n++;
	bool fits = n > 0 && n < LIMIT_CREDENTIAL_BYTES;

	if (fits) {
		memcpy(out, bytes, n);
		out[n] = '\0';
	} else {
		cli_say("%s: expected a password of 1 to %u bytes in its first "
			"line",
		    v->password_file, LIMIT_CREDENTIAL_BYTES - 1);
	}
	explicit_bzero(bytes, length);
	free(bytes);
	return fits;
}

/* What would show a secret to everybody who lists processes. */
static bool
shows_secret(const struct verb *v)
{
	for (int i = 0; i < v->argc; i++) {
		struct inventory_url url;
		const char *equals = strchr(v->argv[i], '=');
		size_t at;

		if (equals == NULL)
			continue;
		if (strncmp(v->argv[i], "password=", 9) == 0 ||
		    (strncmp(v->argv[i], "url=", 4) == 0 &&
			inventory_url_parse(equals + 1, &url, &at) == NULL &&
			url.has_credentials)) {
			cli_say("a password on the command line shows in the "
				"process list; use --password-file");
			return true;
		}
	}
	return false;
}

/* What a row begins with: what it is known by. */
struct known_by {
	const char *column[2], *value[2]; /* NULL = none */
};

static void
put_cell(FILE *f, const char *value, bool first)
{
	char cell[2 * LIMIT_URL_BYTES];

	inventory_quote(value, cell, sizeof(cell));
	fprintf(f, "%s%s", first ? "" : ",", cell);
	explicit_bzero(cell, sizeof(cell));
}

/* name='Gate 3' url=... -> a CSV of a heading and one row. */
static char *
row_to_csv(const struct verb *v, const struct known_by *k, const char *password)
{
	char *csv = NULL;
	size_t length;
	FILE *f = open_memstream(&csv, &length);
	bool first = true;

	if (f == NULL)
		return NULL;
	for (int i = 0; i < 2 && k->column[i] != NULL; i++, first = false)
		fprintf(f, "%s%s", first ? "" : ",", k->column[i]);
	for (int i = 0; i < v->argc; i++, first = false)
		fprintf(f, "%s%.*s", first ? "" : ",",
		    (int)strcspn(v->argv[i], "="), v->argv[i]);
	fprintf(f, "%s\n", password ? ",password" : "");
	first = true;
	for (int i = 0; i < 2 && k->column[i] != NULL; i++, first = false)
		put_cell(f, k->value[i], first);
	for (int i = 0; i < v->argc; i++, first = false)
		put_cell(f, strchr(v->argv[i], '=') + 1, first);
	if (password != NULL)
		put_cell(f, password, first);
	fputc('\n', f);
	return fclose(f) == 0 ? csv : NULL;
}

/* One row of its columns, imported. */
static int
do_row(const struct verb *v, const struct known_by *k, const char *file)
{
	struct inventory_local local = local_of(v);
	char password[LIMIT_CREDENTIAL_BYTES];

	for (int i = 0; i < v->argc; i++) {
		const char *equals = strchr(v->argv[i], '=');

		if (equals != NULL && equals != v->argv[i] &&
		    strlen(equals) < LIMIT_URL_BYTES)
			continue;
		cli_say("'%.60s' is no column, expected COLUMN=VALUE",
		    v->argv[i]);
		return cli_usage(v->table);
	}
	if (v->argc == 0 && v->password_file == NULL) {
		cli_say("nothing to %s", file);
		return cli_usage(v->table);
	}
	if (shows_secret(v) ||
	    (v->password_file != NULL && !read_password(v, password)))
		return CLI_FAILED;
	char *csv = row_to_csv(v, k, v->password_file ? password : NULL);

	if (csv == NULL) {
		cli_say("memory is out");
		return CLI_FAILED;
	}
	local.csv = csv;
	local.csv_length = strlen(csv);
	local.file = file;
	int code = change(v, &local);

	explicit_bzero(csv, local.csv_length);
	free(csv);
	return code;
}

static int
do_add(const struct verb *v)
{
	return do_row(v, &(struct known_by){ .column = { NULL } }, "add");
}

/* The feed's row is known by its UUID, and must have its URL; false: no such.
 */
static bool
feed_known_by(const struct inventory *inv, const char *name,
    char uuid[UUID_TEXT], struct known_by *out)
{
	for (size_t i = 0; i < inv->feed_count; i++) {
		const struct inventory_feed *f = &inv->feeds[i];

		if (!inventory_feed_is(f, name))
			continue;
		uuid_print(f->uuid, uuid);
		*out = (struct known_by){ { "uuid", "url" }, { uuid, f->url } };
		return true;
	}
	return false;
}

static bool
known_by(const struct verb *v, const struct inventory *inv, const char *name,
    char uuid[UUID_TEXT], struct known_by *out)
{
	bool found = false;

	switch (v->kind) {
	case INVENTORY_SITES:
		for (size_t i = 0; i < inv->site_count; i++)
			found |= strcmp(inv->sites[i].path, name) == 0;
		*out = (struct known_by){ { "site", NULL }, { name, NULL } };
		break;
	case INVENTORY_DEVICES:
		for (size_t i = 0; i < inv->device_count; i++)
			found |= strcmp(inv->devices[i].name, name) == 0;
		*out = (struct known_by){ { "device", NULL }, { name, NULL } };
		break;
	case INVENTORY_FEEDS:
		found = feed_known_by(inv, name, uuid, out);
		break;
	}
	if (!found)
		cli_say("there is no %.*s '%.200s'", (int)strlen(v->table) - 1,
		    v->table, name);
	return found;
}

static int
do_set(const struct verb *v)
{
	struct known_by k;
	struct verb row = *v;
	struct inventory *inv;
	char uuid[UUID_TEXT];
	int code = CLI_TROUBLE;

	if (v->argc == 0) {
		cli_say("set takes a name, and what is to be changed");
		return cli_usage(v->table);
	}
	inv = inventory_local_read(&v->cli.config);
	if (inv == NULL)
		return CLI_FAILED;
	row.argc--;
	row.argv++;
	if (known_by(v, inv, v->argv[0], uuid, &k)) {
		/* Another URL in place of its own. */
		for (int i = 0; i < row.argc; i++)
			if (strncmp(row.argv[i], "url=", 4) == 0)
				k.column[1] = NULL;
		code = do_row(&row, &k, "set");
	}
	inventory_free(&inv);
	return code;
}

static int
remove_one(const struct verb *v, bool with_feeds)
{
	struct inventory_local local = local_of(v);

	if (v->argc != 1) {
		cli_say("expected one name");
		return cli_usage(v->table);
	}
	local.remove = v->argv[0];
	local.with_feeds = with_feeds;
	return change(v, &local);
}

static int
do_remove(const struct verb *v)
{
	return remove_one(v, false);
}

static int
do_forget(const struct verb *v)
{
	if (v->kind == INVENTORY_DEVICES)
		return remove_one(v, true);
	cli_say("forget is of devices");
	return cli_usage(v->table);
}

static int
do_show(const struct verb *v)
{
	if (v->argc == 1 && v->kind == INVENTORY_SITES)
		return sites_show(&v->cli, v->argv[0]);
	if (v->argc == 1 && v->kind == INVENTORY_DEVICES)
		return devices_show(&v->cli, v->argv[0]);
	cli_say("show takes the name of a site or a device");
	return cli_usage(v->table);
}

static int
do_summary(const struct verb *v)
{
	if (v->kind == INVENTORY_FEEDS && v->argc == 0)
		return import_summary(&v->cli, v->ask.site);
	cli_say("expected camwarden feeds summary [--site SITE]");
	return cli_usage(v->table);
}

static int
do_list(const struct verb *v)
{
	if (v->kind == INVENTORY_SITES && !v->csv)
		return sites_list(&v->cli, v->ask.site);
	if (v->kind == INVENTORY_DEVICES && !v->csv)
		return devices_list(&v->cli, &v->ask);
	return inventory_local_list(&v->cli.config, v->kind, v->cli.json,
	    v->csv);
}

static const struct {
	const char *name;
	int (*run)(const struct verb *v);
} verbs[] = {
	{ "import", do_import },
	{ "list", do_list },
	{ "show", do_show },
	{ "add", do_add },
	{ "set", do_set },
	{ "remove", do_remove },
	{ "forget", do_forget },
	{ "summary", do_summary },
};

static bool
verb_options(struct verb *v, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "dry-run", no_argument, NULL, 'n' },
		{ "prune", no_argument, NULL, 'p' },
		{ "csv", no_argument, NULL, 'C' },
		{ "site", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, 'S' },
		{ "search", required_argument, NULL, 'w' },
		{ "reason", required_argument, NULL, 'r' },
		{ "password-file", required_argument, NULL, 'P' },
		{ "try", no_argument, NULL, 't' },
		{ "wait", optional_argument, NULL, 'W' }, FEED_LIST_OPTIONS,
		{ 0 } };
	int option;

	v->reason = "";
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			v->dry_run = true;
		else if (option == 'p')
			v->prune = true;
		else if (option == 'C')
			v->csv = true;
		else if (option == 's')
			v->ask.site = v->list.form.site = optarg;
		else if (option == 'S')
			v->ask.state = optarg;
		else if (option == 'w')
			v->ask.words = optarg;
		else if (option == 'r')
			v->reason = optarg;
		else if (option == 'P')
			v->password_file = optarg;
		else if (option == 't')
			v->try_first = true;
		else if (option == 'W')
			v->wait_s = optarg == NULL
					? WAIT_SECONDS
					: (unsigned)cli_number(optarg);
		else if (option > 1000 ? !feed_list_option(&v->list, option)
				       : !cli_option(&v->cli, option, help))
			return false;
		if (option == 'W' && v->wait_s == 0)
			return false;
	}
	return true;
}

static int
run(enum inventory_kind kind, int argc, char **argv)
{
	struct verb v = { .kind = kind, .table = argv[0] };

	if (!verb_options(&v, argc, argv))
		return cli_usage(argv[0]);
	if (optind == argc) {
		cli_say("expected import, list, show, add, set, remove or "
			"summary");
		return cli_usage(argv[0]);
	}
	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.argc = argc - optind - 1;
	v.argv = argv + optind + 1;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[optind], verbs[i].name) == 0)
			return verbs[i].run(&v);
	cli_say("'%.40s' is no verb, expected import, list, show, add, set, "
		"remove or summary",
	    argv[optind]);
	return cli_usage(argv[0]);
}

int
cli_sites(int argc, char **argv)
{
	return run(INVENTORY_SITES, argc, argv);
}

int
cli_devices(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "discover") == 0)
		return cli_discover(argc - 1, argv + 1);
	return run(INVENTORY_DEVICES, argc, argv);
}

int
cli_feeds(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "reference") == 0)
		return cli_reference(argc - 1, argv + 1);
	return run(INVENTORY_FEEDS, argc, argv);
}
