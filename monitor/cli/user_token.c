/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/user_token.h"

#include <string.h>

#include <jansson.h>

#include "monitor/cli/floor_command.h"
#include "monitor/cli/token_command.h"
#include "monitor/store/store_read_consoles.h"

static struct floor_local
change_of(const struct cli *cli, const struct user_token *t)
{
	return (struct floor_local){ .config = &cli->config,
		.reason = t->reason,
		.file = "-",
		.name = t->name != NULL ? t->name : "",
		.token = t->kind,
		.role = t->role,
		.site = t->site,
		.id = t->id };
}

int
user_token_add(const struct cli *cli, const struct user_token *t)
{
	struct floor_local what = change_of(cli, t);

	what.verb = FLOOR_LOCAL_TOKEN;
	return token_command_make(cli, &what);
}

int
user_token_revoke(const struct cli *cli, const struct user_token *t)
{
	struct floor_local what = change_of(cli, t);

	what.verb = FLOOR_LOCAL_REVOKE;
	return floor_command_change(cli, &what);
}

struct list {
	const struct cli *cli;
	enum console_token kind;
	struct cli_table table;
	json_t *json;
};

static void
token_json(struct list *l, const struct store_token_row *row)
{
	json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:s}", "id",
	    (json_int_t)row->id, "name", row->name, "scope",
	    role_name(row->role), "site", row->site, "created",
	    cli_json_time(row->created_utc), "revoked",
	    cli_json_time(row->revoked_utc), "by", row->actor);

	if (o != NULL && l->kind == CONSOLE_TOKEN_KIOSK) {
		json_object_set_new(o, "claimed",
		    cli_json_time(row->claimed_utc));
		json_object_set_new(o, "address", json_string(row->address));
	}
	json_array_append_new(l->json, o);
}

static bool
on_token(void *arg, const struct store_token_row *row)
{
	struct list *l = arg;
	char made[24], ended[24];

	if (row->kind != l->kind)
		return true;
	if (l->cli->json) {
		token_json(l, row);
		return true;
	}
	cli_table_add(&l->table, "%lld", (long long)row->id);
	cli_table_add(&l->table, "%s", row->name);
	cli_table_add(&l->table, "%s",
	    l->kind == CONSOLE_TOKEN_API ? role_name(row->role)
	    : row->claimed_utc != 0	 ? row->address
					 : "not claimed");
	cli_table_add(&l->table, "%s", row->site[0] != '\0' ? row->site : "-");
	cli_table_add(&l->table, "%s", cli_utc(row->created_utc, made));
	cli_table_add(&l->table, "%s", cli_utc(row->revoked_utc, ended));
	cli_table_add(&l->table, "%s", row->actor);
	return true;
}

int
user_token_list(const struct cli *cli, enum console_token kind)
{
	static const char *const heads[2][7] = {
		{ "NUMBER", "NAME", "SCOPE", "SITE", "MADE", "REVOKED", "BY" },
		{ "NUMBER", "NAME", "MACHINE", "SITE", "MADE", "REVOKED", "BY" }
	};
	struct list l = { .cli = cli, .kind = kind };
	struct store_reader *r = cli_reader(cli);

	if (r == NULL)
		return CLI_FAILED;
	l.json = json_array();
	cli_table_heads(&l.table, 7, heads[kind == CONSOLE_TOKEN_KIOSK]);
	bool read = store_read_tokens(r, true, on_token, &l);

	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	if (read && cli->json)
		cli_print_json(l.json);
	cli_table_print(&l.table, read && !cli->json ? stdout : NULL);
	json_decref(l.json);
	return read ? CLI_OK : CLI_FAILED;
}
