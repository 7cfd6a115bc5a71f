/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feeds reference: what feeds shall look like. Approved and cleared by the
 * running monitor (what it pins is in its memory); shown from the database. */
#include "monitor/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "monitor/cli/client.h"
#include "monitor/store/reference.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"

#define ASK_SECONDS 55
#define LIST_BYTES (4u << 20)

static const char help[] =
    "usage: camwarden feeds reference approve FEED...|--site SITE|--all "
    "[--reason TEXT]\n"
    "       camwarden feeds reference clear   FEED...|--site SITE|--all "
    "[--reason TEXT]\n"
    "       camwarden feeds reference show   [FEED...|--site SITE] [--missing]"
    "\n"
    "                                        [--pictures DIR] [--json]\n"
    "\n"
    "The reference of a feed is what it shall show. Look at its picture, then "
    "approve\n"
    "it: from then on a camera that creeps away is measured against that, not "
    "against\n"
    "yesterday. Approve again after a camera was turned on purpose. FEED is a "
    "UUID or\n"
    "SITE/NAME, as `camwarden feeds list` prints them; '-' reads them from "
    "standard\n"
    "input, one a line. The page /references shows all pictures side by side.\n"
    "\n"
    "  --site SITE    all feeds of this site and those below it\n"
    "  --all          all feeds\n"
    "  --reason TEXT  why; kept with who and when in the record\n"
    "  --missing      show: only feeds without a reference\n"
    "  --pictures DIR show: write UUID-reference.png and UUID-current.png "
    "there\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "examples:\n"
    "  camwarden feeds reference approve --site North --reason 'walked round'\n"
    "  camwarden feeds reference approve 'North/Harbour/Gate 3'\n"
    "  camwarden feeds reference show --missing\n"
    "\n"
    "exit: 0 all of them, 1 not all (which and why is said), 2 not done, 3 "
    "the\n"
    "monitor does not run\n";

struct reference {
	struct cli cli;
	const char *site, *reason, *pictures;
	bool all, missing;
	char *feeds; /* owned: lines */
	size_t length;
	/* show */
	struct store_reader *reader;
	struct cli_table table;
	json_t *list;
	uint32_t shown, without;
	bool failed;
};

/* --- approve, clear */

static int
print_answer(const struct reference *r, const char *verb, json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *text = json_string_value(json_object_get(answer, "text"));
	bool ok = json_is_true(json_object_get(answer, "ok"));
	long long done = json_integer_value(json_object_get(answer, "changed"));
	long long not_done =
	    json_integer_value(json_object_get(answer, "unchanged"));

	if (r->cli.json) {
		cli_print_json(answer);
	} else {
		cli_put_lines(stderr, text != NULL ? text : "");
		if (error != NULL)
			cli_say("%s", error);
		if (ok)
			printf("references: %lld %s, %lld not\n", done, verb,
			    not_done);
	}
	json_decref(answer);
	return ok && (not_done == 0 || verb[0] == 'c') ? CLI_OK : CLI_TROUBLE;
}

static int
change(const struct reference *r, const char *action)
{
	json_t *answer = NULL;
	json_t *question = client_change("references", 0,
	    json_pack("{s:s, s:s, s:b, s:s}", "action", action, "site", r->site,
		"all", r->all, "reason", r->reason));
	enum client_result got = CLIENT_FAILED;

	if (question == NULL)
		cli_say("the site or reason is no UTF-8");
	else
		got = client_ask(r->cli.config.state_dir, question, r->feeds,
		    r->length, ASK_SECONDS, &answer);
	json_decref(question);
	if (got == CLIENT_OK)
		return print_answer(r,
		    action[0] == 'a' ? "approved" : "cleared", answer);
	if (question != NULL)
		cli_say("%s", client_result_text(got));
	return got == CLIENT_NOT_RUNNING ? CLI_NOT_RUNNING : CLI_FAILED;
}

/* --- show */

/* Meant by name, by UUID, or because none was named. */
static bool
is_meant(const struct reference *r, const struct store_reference_row *row)
{
	char name[1024];
	const char *p = r->feeds;
	size_t n;

	if (r->length == 0)
		return true;
	snprintf(name, sizeof(name), "%s%s%s", row->site,
	    row->site[0] != '\0' ? "/" : "", row->name);
	for (; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if ((n == strlen(name) && memcmp(p, name, n) == 0) ||
		    (n == 36 && memcmp(p, row->uuid, n) == 0))
			return true;
	}
	return false;
}

struct png_file {
	const char *path;
	bool written;
};

static void
on_picture(void *arg, const struct store_picture *p)
{
	struct png_file *file = arg;
	FILE *f = fopen(file->path, "wbe");

	file->written =
	    f != NULL && fwrite(p->png, 1, p->length, f) == p->length;
	if (f != NULL && fclose(f) != 0)
		file->written = false;
}

/* Feeds whose pictures are written once the list has been read. */
static void
write_pictures(struct reference *r, int64_t feed, const char *uuid)
{
	static const struct {
		const char *name;
		int kind;
	} kinds[] = { { "reference", STORE_REFERENCE },
		{ "current", STORE_CURRENT } };

	for (size_t i = 0; i < 2 && !r->failed; i++) {
		char path[4096];
		struct png_file file = { path, false };
		bool found = false;

		snprintf(path, sizeof(path), "%s/%s-%s.png", r->pictures, uuid,
		    kinds[i].name);
		if (!store_read_picture(r->reader, feed, kinds[i].kind, 0,
			on_picture, &file, &found))
			cli_say("%s", store_reader_error(r->reader));
		if (found && !file.written) {
			cli_say("%s: %s", path, strerror(errno));
			r->failed = true;
		}
	}
}

static bool
on_row(void *arg, const struct store_reference_row *row)
{
	struct reference *r = arg;
	char when[24], taken[24];

	if (!is_meant(r, row) || (r->missing && row->utc != 0))
		return true;
	r->shown++;
	r->without += row->utc == 0;
	if (r->list != NULL)
		json_array_append_new(r->list,
		    json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:I}",
			"uuid", row->uuid, "site", row->site, "name", row->name,
			"approved", cli_json_time(row->utc), "actor",
			row->actor, "reason", row->reason, "picture",
			cli_json_time(row->picture_utc), "feed",
			(json_int_t)row->feed));
	cli_table_add(&r->table, "%s", row->site);
	cli_table_add(&r->table, "%s", row->name);
	cli_table_add(&r->table, "%s",
	    row->utc != 0 ? cli_utc(row->utc, when) : "none");
	cli_table_add(&r->table, "%s", row->actor);
	cli_table_add(&r->table, "%s", row->reason);
	cli_table_add(&r->table, "%s",
	    row->no_picture ? "never kept" : cli_utc(row->picture_utc, taken));
	return true;
}

static void
heading(struct reference *r)
{
	static const char *const heads[] = { "SITE", "FEED", "APPROVED", "BY",
		"REASON", "PICTURE" };

	cli_table_heads(&r->table, 6, heads);
}

static void
all_pictures(struct reference *r)
{
	size_t i;
	json_t *o;

	if (r->pictures == NULL)
		return;
	if (mkdir(r->pictures, 0700) != 0 && errno != EEXIST) {
		cli_say("%s: %s", r->pictures, strerror(errno));
		r->failed = true;
		return;
	}
	json_array_foreach(r->list, i, o)
	    write_pictures(r, json_integer_value(json_object_get(o, "feed")),
		json_string_value(json_object_get(o, "uuid")));
}

static void
print_list(struct reference *r)
{
	size_t i;
	json_t *o;

	json_array_foreach(r->list, i, o) json_object_del(o, "feed");
	if (r->cli.json)
		cli_print_json(r->list);
	cli_table_print(&r->table, r->cli.json ? NULL : stdout);
}

static int
show(struct reference *r)
{
	bool read;

	r->reader = cli_reader(&r->cli);
	if (r->reader == NULL)
		return CLI_FAILED;
	heading(r);
	r->list = json_array();
	read = store_read_references(r->reader,
	    r->site[0] != '\0' ? r->site : NULL, on_row, r);
	if (!read)
		cli_say("%s", store_reader_error(r->reader));
	else
		all_pictures(r);
	print_list(r);
	json_decref(r->list);
	store_reader_close(&r->reader);
	if (!read || r->failed)
		return CLI_FAILED;
	if (r->shown == 0 && r->length > 0)
		cli_say("no such feed");
	return r->without > 0 || (r->shown == 0 && r->length > 0) ? CLI_TROUBLE
								  : CLI_OK;
}

/* --- the command line */

static bool
options(struct reference *r, int argc, char **argv)
{
	static const struct option table[] = { CLI_OPTIONS,
		{ "site", required_argument, NULL, 's' },
		{ "all", no_argument, NULL, 'a' },
		{ "missing", no_argument, NULL, 'm' },
		{ "pictures", required_argument, NULL, 'p' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == 's')
			r->site = optarg;
		else if (option == 'a')
			r->all = true;
		else if (option == 'm')
			r->missing = true;
		else if (option == 'p')
			r->pictures = optarg;
		else if (option == 'r')
			r->reason = optarg;
		else if (!cli_option(&r->cli, option, help))
			return false;
	}
	return true;
}

/* The feeds named, as lines; false after saying why not. */
static bool
take_feeds(struct reference *r, int count, char **names)
{
	FILE *out;

	if (count == 1 && strcmp(names[0], "-") == 0) {
		r->feeds = cli_slurp("-", LIST_BYTES, &r->length);
		char *ended =
		    r->feeds != NULL ? realloc(r->feeds, r->length + 1) : NULL;

		if (ended == NULL)
			return false;
		ended[r->length] = '\0';
		r->feeds = ended;
		return true;
	}
	out = open_memstream(&r->feeds, &r->length);
	if (out == NULL)
		return false;
	for (int i = 0; i < count; i++)
		fprintf(out, "%s\n", names[i]);
	return fclose(out) == 0;
}

int
cli_reference(int argc, char **argv)
{
	struct reference r = { .site = "", .reason = "" };
	const char *verb;
	bool named;
	int code = CLI_FAILED;

	if (!options(&r, argc, argv))
		return cli_usage("feeds reference");
	verb = optind < argc ? argv[optind] : "";
	if (strcmp(verb, "approve") != 0 && strcmp(verb, "clear") != 0 &&
	    strcmp(verb, "show") != 0) {
		cli_say("expected approve, clear or show");
		return cli_usage("feeds reference");
	}
	named = optind + 1 < argc;
	if (verb[0] != 's' && named + r.all + (r.site[0] != '\0') != 1) {
		cli_say("expected feeds, or --site, or --all");
		return cli_usage("feeds reference");
	}
	if (!cli_config(&r.cli) ||
	    !take_feeds(&r, argc - optind - 1, argv + optind + 1))
		return CLI_FAILED;
	code = verb[0] == 's' ? show(&r) : change(&r, verb);
	free(r.feeds);
	return code;
}
