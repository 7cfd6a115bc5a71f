/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user: who may do what: people, programs' tokens, wall screens. */
#include "monitor/cli/cli.h"

#include <string.h>

#include <jansson.h>

#include "monitor/cli/user_change.h"
#include "monitor/cli/user_setup.h"
#include "monitor/cli/user_token.h"
#include "monitor/people/password.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_users.h"
#include "monitor/store/store_users.h"

static const char help[] =
    "usage: camwarden user add NAME --role ROLE [--site SITE]\n"
    "       camwarden user list [--all] [--json]\n"
    "       camwarden user role NAME [--role ROLE] [--site SITE]\n"
    "       camwarden user password NAME\n"
    "       camwarden user disable|enable|remove NAME\n"
    "       camwarden user logins [--all] [--json] | logout NUMBER\n"
    "       camwarden user token add NAME --scope ROLE [--site SITE]\n"
    "       camwarden user token list [--json] | revoke NUMBER\n"
    "       camwarden user kiosk add NAME [--site SITE]\n"
    "       camwarden user kiosk list [--json] | revoke NUMBER\n"
    "       camwarden user setup [--json]\n"
    "\n"
    "People who log in on the pages, tokens of programs, and screens on a "
    "wall. Roles:\n"
    "viewer, operator (acknowledges, mutes), supervisor (maintenance, "
    "roster), auditor\n"
    "(reads all, changes nothing), admin. With a site they see that site and "
    "what is\n"
    "below it, nothing else. All takes effect at once: who is disabled or "
    "gets another\n"
    "password is logged out.\n"
    "\n"
    "A password is asked for, or read from standard input; it is never an "
    "argument. A\n"
    "token is shown once. What is done with it is on record as api:NAME. A "
    "kiosk's\n"
    "link is opened once, on its machine, and good only there from then on. "
    "`setup`\n"
    "says where the first user is made, as long as there is none.\n"
    "\n"
    "  --role ROLE, --scope ROLE   what they may do\n"
    "  --site SITE                 where; role --site '' is everywhere\n"
    "  --reason TEXT               on record\n"
    "  --all                       list: and those that were; logins: and "
    "those over\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden user add dana --role supervisor --site North\n"
    "\n"
    "exit: 0 done, 1 refused, 2 not done\n";

struct verb {
	struct cli cli;
	struct user_change what;
	struct user_token token;
	const char *role, *site;
	bool all;
	int argc;
	char **argv;
	struct cli_table table;
	json_t *list;
};

/* The role that was named, or false after saying why not. */
static bool
role_take(const char *word, enum role *out)
{
	/* As tokens for overlays alone were called. */
	if (word != NULL && strcmp(word, "overlays") == 0)
		*out = ROLE_SUPERVISOR;
	else if (word == NULL || !role_find(word, out) || *out == ROLE_KIOSK) {
		cli_say("expected a role: viewer, operator, supervisor, "
			"auditor or admin");
		return false;
	}
	return true;
}

static bool
one_name(struct verb *v)
{
	const char *fault =
	    v->argc == 1 ? people_name_fault(v->argv[0]) : "expected a name";

	if (fault != NULL)
		cli_say("%s", fault);
	v->what.name = v->token.name = v->argc == 1 ? v->argv[0] : "";
	return fault == NULL;
}

static int
with_password(struct verb *v)
{
	char hash[USER_HASH_BYTES];
	int code;

	if (!user_password(v->what.name, hash))
		return CLI_TROUBLE;
	v->what.hash = hash;
	code = user_change(&v->cli, &v->what);
	explicit_bzero(hash, sizeof(hash));
	return code;
}

static int
do_add(struct verb *v)
{
	v->what.verb = USER_ADD;
	v->what.site = v->site;
	if (!one_name(v) || !role_take(v->role, &v->what.role))
		return cli_usage("user");
	return with_password(v);
}

static int
do_role(struct verb *v)
{
	v->what.site = v->site;
	if (!one_name(v) || (v->role == NULL && v->site == NULL) ||
	    (v->role != NULL && !role_take(v->role, &v->what.role))) {
		if (v->role == NULL && v->site == NULL)
			cli_say("role takes --role or --site");
		return cli_usage("user");
	}
	return user_change(&v->cli, &v->what);
}

static int
do_password(struct verb *v)
{
	return one_name(v) ? with_password(v) : cli_usage("user");
}

static int
do_disable(struct verb *v)
{
	v->what.disabled = 1;
	return one_name(v) ? user_change(&v->cli, &v->what) : cli_usage("user");
}

static int
do_enable(struct verb *v)
{
	v->what.disabled = 0;
	return one_name(v) ? user_change(&v->cli, &v->what) : cli_usage("user");
}

static int
do_remove(struct verb *v)
{
	v->what.verb = USER_REMOVE;
	return one_name(v) ? user_change(&v->cli, &v->what) : cli_usage("user");
}

static int
do_logout(struct verb *v)
{
	v->what.verb = USER_LOGIN_END;
	v->what.login = v->argc == 1 ? cli_number(v->argv[0]) : 0;
	if (v->what.login == 0) {
		cli_say("logout takes the number of a log-in");
		return cli_usage("user");
	}
	return user_change(&v->cli, &v->what);
}

/* --- lists */

static bool
on_user(void *arg, const struct store_user_row *row)
{
	struct verb *v = arg;
	char made[24], seen[24];

	if (v->cli.json) {
		json_array_append_new(v->list,
		    json_pack("{s:I, s:s, s:s, s:s, s:o, s:s, s:b, s:b, s:b,"
			      " s:o, s:i}",
			"id", (json_int_t)row->id, "name", row->name, "role",
			role_name(row->role), "site", row->site, "created",
			cli_json_time(row->created_utc), "by", row->actor,
			"disabled", row->disabled_utc != 0, "removed",
			row->removed_utc != 0, "password", row->password,
			"last_seen", cli_json_time(row->seen_utc), "logins",
			(int)row->logins));
		return true;
	}
	cli_table_add(&v->table, "%s", row->name);
	cli_table_add(&v->table, "%s", role_name(row->role));
	cli_table_add(&v->table, "%s", row->site[0] != '\0' ? row->site : "-");
	cli_table_add(&v->table, "%s",
	    row->removed_utc != 0    ? "removed"
	    : row->disabled_utc != 0 ? "disabled"
	    : !row->password	     ? "no password"
				     : "in force");
	cli_table_add(&v->table, "%u", row->logins);
	cli_table_add(&v->table, "%s", cli_utc(row->seen_utc, seen));
	cli_table_add(&v->table, "%s", cli_utc(row->created_utc, made));
	cli_table_add(&v->table, "%s", row->actor);
	return true;
}

static bool
on_login(void *arg, const struct store_login_row *row)
{
	struct verb *v = arg;
	char made[24], seen[24], ends[24];

	if (v->cli.json) {
		json_array_append_new(v->list,
		    json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s}",
			"id", (json_int_t)row->id, "user", row->name, "address",
			row->address, "agent", row->agent, "created",
			cli_json_time(row->created_utc), "seen",
			cli_json_time(row->seen_utc), "ends",
			cli_json_time(row->ends_utc), "ended",
			cli_json_time(row->ended_utc), "why",
			store_login_end_name(row->why)));
		return true;
	}
	cli_table_add(&v->table, "%lld", (long long)row->id);
	cli_table_add(&v->table, "%s", row->name);
	cli_table_add(&v->table, "%s", row->address);
	cli_table_add(&v->table, "%s", cli_utc(row->created_utc, made));
	cli_table_add(&v->table, "%s", cli_utc(row->seen_utc, seen));
	cli_table_add(&v->table, "%s",
	    cli_utc(row->ended_utc != 0 ? row->ended_utc : row->ends_utc,
		ends));
	cli_table_add(&v->table, "%s",
	    row->ended_utc != 0 ? store_login_end_name(row->why) : "in force");
	return true;
}

static bool
read_users(struct verb *v, struct store_reader *r)
{
	static const char *const heads[] = { "NAME", "ROLE", "SITE", "STATE",
		"LOGINS", "SEEN", "MADE", "BY" };

	cli_table_heads(&v->table, 8, heads);
	return store_read_users(r, v->all, on_user, v);
}

static bool
read_logins(struct verb *v, struct store_reader *r)
{
	static const char *const heads[] = { "NUMBER", "NAME", "ADDRESS",
		"SINCE", "SEEN", "ENDS", "STATE" };

	cli_table_heads(&v->table, 7, heads);
	return store_read_logins(r, v->all, on_login, v);
}

static int
print(struct verb *v, bool (*read)(struct verb *v, struct store_reader *r))
{
	struct store_reader *r = cli_reader(&v->cli);

	if (r == NULL)
		return CLI_FAILED;
	v->list = json_array();
	bool done = read(v, r);

	if (!done)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (done && v->cli.json)
		cli_print_json(v->list);
	cli_table_print(&v->table, done && !v->cli.json ? stdout : NULL);
	json_decref(v->list);
	return done ? CLI_OK : CLI_FAILED;
}

static int
do_list(struct verb *v)
{
	return print(v, read_users);
}

static int
do_logins(struct verb *v)
{
	return print(v, read_logins);
}

/* --- tokens and kiosks */

static int
tokens(struct verb *v, enum console_token kind)
{
	const char *verb = v->argc > 0 ? v->argv[0] : "";

	v->argc--;
	v->argv++;
	v->token.kind = kind;
	v->token.site = v->site;
	v->token.reason = v->what.reason;
	if (strcmp(verb, "list") == 0 && v->argc == 0)
		return user_token_list(&v->cli, kind);
	if (strcmp(verb, "revoke") == 0) {
		v->token.id = v->argc == 1 ? cli_number(v->argv[0]) : 0;
		if (v->token.id != 0)
			return user_token_revoke(&v->cli, &v->token);
		cli_say("revoke takes the number of a token");
		return cli_usage("user");
	}
	if (strcmp(verb, "add") != 0) {
		cli_say("expected add, revoke or list");
		return cli_usage("user");
	}
	v->token.role = ROLE_KIOSK;
	if (!one_name(v) ||
	    (kind == CONSOLE_TOKEN_API && !role_take(v->role, &v->token.role)))
		return cli_usage("user");
	return user_token_add(&v->cli, &v->token);
}

static int
do_token(struct verb *v)
{
	return tokens(v, CONSOLE_TOKEN_API);
}

static int
do_kiosk(struct verb *v)
{
	return tokens(v, CONSOLE_TOKEN_KIOSK);
}

static int
do_setup(struct verb *v)
{
	return user_setup(&v->cli);
}

static const struct {
	const char *name;
	int (*run)(struct verb *v);
} verbs[] = { { "add", do_add }, { "list", do_list }, { "role", do_role },
	{ "password", do_password }, { "disable", do_disable },
	{ "enable", do_enable }, { "remove", do_remove },
	{ "logins", do_logins }, { "logout", do_logout }, { "token", do_token },
	{ "kiosk", do_kiosk }, { "setup", do_setup } };

int
cli_user(int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "scope", required_argument, NULL, 's' },
		{ "role", required_argument, NULL, 's' },
		{ "site", required_argument, NULL, 'S' },
		{ "reason", required_argument, NULL, 'r' },
		{ "all", no_argument, NULL, 'a' }, { 0 } };
	struct verb v = {
		.what = { .verb = USER_CHANGE, .reason = "", .disabled = -1 }
	};
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 's')
			v.role = optarg;
		else if (o == 'S')
			v.site = optarg;
		else if (o == 'r')
			v.what.reason = optarg;
		else if (o == 'a')
			v.all = true;
		else if (!cli_option(&v.cli, o, help))
			return cli_usage(argv[0]);
	}
	if (argc == optind) {
		cli_say("expected add, list, role, password, disable, enable, "
			"remove, logins, logout, token, kiosk or setup");
		return cli_usage(argv[0]);
	}
	if (!cli_config(&v.cli))
		return CLI_FAILED;
	v.argc = argc - optind - 1;
	v.argv = argv + optind + 1;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[optind], verbs[i].name) == 0)
			return verbs[i].run(&v);
	cli_say("'%.40s' is no verb", argv[optind]);
	return cli_usage(argv[0]);
}
