/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user: who may change what over the API. Until people have logins of their
 * own, these are tokens, each with a name that goes on record. */
#include "monitor/cli/cli.h"

#include <string.h>

#include <jansson.h>

#include "monitor/cli/floor_command.h"
#include "monitor/cli/token_command.h"
#include "monitor/store/store_read_consoles.h"

static const char help[] =
    "usage: camwarden user token add NAME --scope overlays [--reason TEXT]\n"
    "       camwarden user token revoke NUMBER [--reason TEXT]\n"
    "       camwarden user token list [--json]\n"
    "\n"
    "Tokens with which programs change something over HTTP. `add` shows one, "
    "once;\n"
    "only its hash is kept. What is done with it is on record as api:NAME. "
    "Scope\n"
    "`overlays`: maintenance and mutes, POST /api/v1/overlays.\n"
    "\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden user token add rollout --scope overlays\n"
    "\n"
    "exit: 0 done, 1 refused, 2 not done\n";

struct verb {
	struct cli cli;
	struct floor_local what;
	const char *scope;
	int argc;
	char **argv;
	struct cli_table table;
	json_t *list;
};

static int
do_add(struct verb *v)
{
	if (v->argc != 1 || v->scope == NULL ||
	    strcmp(v->scope, "overlays") != 0) {
		cli_say("add takes a name and --scope overlays");
		return cli_usage("user");
	}
	for (const char *p = v->argv[0]; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~' ||
		    p - v->argv[0] >= 64) {
			cli_say("a token's name is letters and digits, at most "
				"64");
			return CLI_TROUBLE;
		}
	v->what.verb = FLOOR_LOCAL_TOKEN;
	v->what.token = CONSOLE_TOKEN_API;
	v->what.name = v->argv[0];
	if (v->what.name[0] == '\0')
		return cli_usage("user");
	return token_command_make(&v->cli, &v->what);
}

static int
do_revoke(struct verb *v)
{
	v->what.verb = FLOOR_LOCAL_REVOKE;
	v->what.id = v->argc == 1 ? cli_number(v->argv[0]) : 0;
	if (v->what.id == 0) {
		cli_say("revoke takes the number of a token");
		return cli_usage("user");
	}
	return floor_command_change(&v->cli, &v->what);
}

static bool
on_token(void *arg, const struct store_token_row *row)
{
	struct verb *v = arg;
	char made[24], ended[24];

	if (row->kind != CONSOLE_TOKEN_API)
		return true;
	if (v->cli.json) {
		json_array_append_new(v->list,
		    json_pack("{s:I, s:s, s:s, s:o, s:o, s:s}", "id",
			(json_int_t)row->id, "name", row->name, "scope",
			"overlays", "created", cli_json_time(row->created_utc),
			"revoked", cli_json_time(row->revoked_utc), "by",
			row->actor));
		return true;
	}
	cli_table_add(&v->table, "%lld", (long long)row->id);
	cli_table_add(&v->table, "%s", row->name);
	cli_table_add(&v->table, "overlays");
	cli_table_add(&v->table, "%s", cli_utc(row->created_utc, made));
	cli_table_add(&v->table, "%s", cli_utc(row->revoked_utc, ended));
	cli_table_add(&v->table, "%s", row->actor);
	return true;
}

static int
do_list(struct verb *v)
{
	static const char *const heads[] = { "NUMBER", "NAME", "SCOPE", "MADE",
		"REVOKED", "BY" };
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	v->list = json_array();
	cli_table_heads(&v->table, 6, heads);
	bool read = store_read_tokens(r, true, on_token, v);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (read && v->cli.json)
		cli_print_json(v->list);
	cli_table_print(&v->table, read && !v->cli.json ? stdout : NULL);
	json_decref(v->list);
	return read ? CLI_OK : CLI_FAILED;
}

static const struct {
	const char *name;
	int (*run)(struct verb *v);
} verbs[] = { { "add", do_add }, { "revoke", do_revoke }, { "list", do_list } };

int
cli_user(int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "scope", required_argument, NULL, 's' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	struct verb v = { .what = { .reason = "", .name = "", .file = "-" } };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 's')
			v.scope = optarg;
		else if (o == 'r')
			v.what.reason = optarg;
		else if (!cli_option(&v.cli, o, help))
			return cli_usage(argv[0]);
	}
	if (argc - optind < 2 || strcmp(argv[optind], "token") != 0) {
		cli_say("expected token add, token revoke or token list");
		return cli_usage(argv[0]);
	}
	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.what.config = &v.cli.config;
	v.argc = argc - optind - 2;
	v.argv = argv + optind + 2;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[optind + 1], verbs[i].name) == 0)
			return verbs[i].run(&v);
	cli_say("'%.40s' is no verb, expected add, revoke or list",
	    argv[optind + 1]);
	return cli_usage(argv[0]);
}
