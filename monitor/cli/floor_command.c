/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/floor_command.h"

#include <stdlib.h>

#include "common/hex.h"
#include "monitor/cli/client.h"
#include "monitor/cli/import_print.h"
#include "monitor/store/store_read_consoles.h"

#define ANSWER_SECONDS 55
#define FILES_MAX 16

static json_t *
question_of(const struct floor_local *w)
{
	static const char *const kinds[] = { "agent", "agent", "browser", "vms",
		"api", "kiosk" };
	char hash[65];

	hex_print(w->hash, 32, hash);
	switch (w->verb) {
	case FLOOR_LOCAL_IMPORT:
		return client_change("import", 0,
		    json_pack("{s:s, s:s, s:s, s:b, s:b}", "table",
			floor_kind_name(w->kind), "reason", w->reason, "file",
			w->file, "dry_run", w->dry_run, "complete",
			w->complete));
	case FLOOR_LOCAL_REMOVE:
		return json_pack("{s:s, s:s, s:s, s:s}", "command",
		    "floor-remove", "table", floor_kind_name(w->kind), "name",
		    w->name, "reason", w->reason);
	case FLOOR_LOCAL_TOKEN:
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		    "command", "token", "console", w->name, "kind",
		    kinds[w->token], "hash", hash, "reason", w->reason, "role",
		    w->role != ROLE_NONE ? role_name(w->role) : "", "site",
		    w->site != NULL ? w->site : "");
	case FLOOR_LOCAL_REVOKE:
		return json_pack("{s:s, s:I, s:s}", "command", "token",
		    "revoke", (json_int_t)w->id, "reason", w->reason);
	case FLOOR_LOCAL_DISPUTE:
		break;
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:s}", "command", "dispute",
	    "console", w->name, "from", (json_int_t)w->from_utc, "to",
	    (json_int_t)w->to_utc, "reason", w->reason);
}

json_t *
floor_command_ask(const struct floor_local *what, int *code_out)
{
	json_t *question = question_of(what), *answer = NULL;
	enum client_result r;

	*code_out = CLI_FAILED;
	if (question == NULL) {
		cli_say("a name, the reason or a file name is no UTF-8");
		return NULL;
	}
	r = client_ask(what->config->state_dir, question, what->csv,
	    what->csv_length, ANSWER_SECONDS, &answer);
	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		return floor_local_change(what);
	if (r == CLIENT_OK)
		return answer;
	cli_say("%s", client_result_text(r));
	return NULL;
}

static const char *
what_was(const struct floor_local *w)
{
	switch (w->verb) {
	case FLOOR_LOCAL_REVOKE:
		return "token";
	case FLOOR_LOCAL_DISPUTE:
		return "dispute";
	default:
		return floor_kind_name(w->kind);
	}
}

int
floor_command_change(const struct cli *cli, const struct floor_local *what)
{
	int code;
	json_t *answer = floor_command_ask(what, &code);

	if (answer == NULL)
		return code;
	bool ok = json_is_true(json_object_get(answer, "ok"));

	if (cli->json)
		cli_print_json(answer);
	else if (!ok || what->verb <= FLOOR_LOCAL_REMOVE)
		import_print(answer, what_was(what), what->dry_run);
	else
		printf("%s: done\n", what_was(what));
	json_decref(answer);
	return ok ? CLI_OK : CLI_TROUBLE;
}

/* --- import */

struct file {
	const char *path;
	char *bytes;
	size_t length;
	enum floor_kind kind;
};

/* Patterns and consoles stand by themselves. */
static int
by_order(const void *a, const void *b)
{
	static const int order[] = { [FLOOR_CONSOLES] = 0,
		[FLOOR_PATTERNS] = 1,
		[FLOOR_SCREENS] = 2,
		[FLOOR_ROSTER] = 3 };

	return order[((const struct file *)a)->kind] -
	       order[((const struct file *)b)->kind];
}

static bool
file_read(struct file *f, const char *path, enum floor_kind only)
{
	f->path = path;
	f->bytes = cli_slurp(path, 64u << 20, &f->length);
	if (f->bytes == NULL)
		return false;
	if (only != FLOOR_ROOMS) {
		f->kind = only; /* its mistakes are said by who reads it */
		return true;
	}
	if (floor_kind_of(f->bytes, f->length, &f->kind) &&
	    f->kind != FLOOR_ROSTER)
		return true;
	cli_say("%s: its first row is of none of these: consoles (console, "
		"room), screens (screen), patterns (pattern, shows)%s",
	    path,
	    f->kind == FLOOR_ROSTER ? "; a roster goes to 'camwarden roster "
				      "import'"
				    : "");
	return false;
}

int
floor_command_import(const struct cli *cli, struct floor_local *what,
    enum floor_kind only, char **files, int count)
{
	struct file list[FILES_MAX] = { { 0 } };
	int code = CLI_OK, read = 0;

	if (count < 1 || count > FILES_MAX) {
		cli_say("import takes 1 to %d files", FILES_MAX);
		return CLI_FAILED;
	}
	while (read < count && file_read(&list[read], files[read], only))
		read++;
	if (read < count)
		code = CLI_FAILED;
	qsort(list, (size_t)read, sizeof(*list), by_order);
	for (int i = 0; i < read && code == CLI_OK; i++) {
		what->verb = FLOOR_LOCAL_IMPORT;
		what->kind = list[i].kind;
		what->file = list[i].path;
		what->csv = list[i].bytes;
		what->csv_length = list[i].length;
		code = floor_command_change(cli, what);
	}
	for (int i = 0; i < count; i++)
		free(list[i].bytes);
	return code;
}

/* --- export */

struct floor *
floor_command_read(const struct cli *cli)
{
	struct store_reader *r = cli_reader(cli);
	struct floor *f;

	if (r == NULL)
		return NULL;
	f = store_read_floor(r, NULL);
	if (f == NULL)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	return f;
}

int
floor_command_export(const struct cli *cli, enum floor_kind kind)
{
	struct floor *f = floor_command_read(cli);
	char *text;

	if (f == NULL)
		return CLI_FAILED;
	text = floor_write(f, kind);
	floor_free(&f);
	if (text == NULL) {
		cli_say("memory is out");
		return CLI_FAILED;
	}
	fputs(text, stdout);
	free(text);
	return CLI_OK;
}
