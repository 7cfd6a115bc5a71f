/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/user_change.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "monitor/cli/client.h"
#include "monitor/cli/local.h"
#include "monitor/cli/who.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_users.h"
#include "monitor/store/store_users.h"

#define ANSWER_SECONDS 55

/* --- asked of the monitor */

static json_t *
question_of(const struct user_change *w)
{
	json_t *q;

	switch (w->verb) {
	case USER_REMOVE:
		return json_pack("{s:s, s:s, s:s}", "command", "user-remove",
		    "name", w->name, "reason", w->reason);
	case USER_LOGIN_END:
		return json_pack("{s:s, s:I, s:s}", "command", "login-end",
		    "login", (json_int_t)w->login, "reason", w->reason);
	default:
		break;
	}
	q = json_pack("{s:s, s:s, s:b, s:s, s:s*, s:s*, s:s}", "command",
	    "user", "name", w->name, "add", w->verb == USER_ADD, "role",
	    w->role != ROLE_NONE ? role_name(w->role) : "", "site", w->site,
	    "hash", w->hash, "reason", w->reason);
	if (q != NULL && w->disabled >= 0)
		json_object_set_new(q, "disabled", json_boolean(w->disabled));
	return q;
}

/* --- done here, while no monitor runs */

struct applied {
	const struct user_change *what;
	int64_t id; /* of the user who is there */
	struct local_change done;
};

static bool
match(void *arg, const struct store_user_row *row)
{
	struct applied *a = arg;

	if (strcasecmp(row->name, a->what->name) != 0)
		return true;
	a->id = row->id;
	return false;
}

static bool
post(struct store *s, struct applied *a, const char *actor)
{
	const struct user_change *w = a->what;
	const struct store_done done = local_done(&a->done);
	struct store_user u = { .id = a->id,
		.name = w->name,
		.role = w->role,
		.site = w->site != NULL || a->id != 0 ? w->site : "",
		.password = w->hash,
		.disabled = w->disabled,
		.actor = actor,
		.reason = w->reason };

	switch (w->verb) {
	case USER_REMOVE:
		return store_user_remove(s, a->id, 0, actor, w->reason, &done);
	case USER_LOGIN_END:
		return store_login_end(s, w->login, STORE_LOGIN_ENDED, 0, actor,
		    w->reason, &done);
	default:
		return store_user(s, &u, &done);
	}
}

static json_t *
apply(struct store *s, struct store_reader *r, struct applied *a,
    const char *actor)
{
	bool known =
	    a->what->verb == USER_CHANGE || a->what->verb == USER_REMOVE;

	if (known && !store_read_users(r, false, match, a))
		return local_failed(store_reader_error(r));
	if (known && a->id == 0)
		return local_failed("no such user");
	if (!local_wait(s, &a->done, post(s, a, actor)))
		return local_failed(a->done.error);
	return local_made(a->done.id);
}

static json_t *
change_here(const struct cli *cli, const struct user_change *what)
{
	struct applied a = { .what = what };
	char actor[WHO_BYTES], *error = a.done.error;
	const char *dir = cli->config.state_dir;
	struct store *s = local_open(&cli->config, who_actor(actor), error);
	struct store_reader *r =
	    s != NULL ? store_reader_open(dir, error) : NULL;
	json_t *answer =
	    r != NULL ? apply(s, r, &a, actor) : local_failed(error);

	store_reader_close(&r);
	store_close(&s);
	return answer;
}

int
user_change(const struct cli *cli, const struct user_change *what)
{
	json_t *question = question_of(what), *answer = NULL;
	enum client_result r;
	const char *text;

	if (question == NULL) {
		cli_say("a name or the reason is no UTF-8");
		return CLI_FAILED;
	}
	r = client_ask(cli->config.state_dir, question, NULL, 0, ANSWER_SECONDS,
	    &answer);
	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		answer = change_here(cli, what);
	else if (r != CLIENT_OK)
		cli_say("%s", client_result_text(r));
	if (answer == NULL)
		return CLI_FAILED;
	bool ok = client_done(answer, &text);

	if (cli->json)
		cli_print_json(answer);
	else if (!ok)
		cli_say("%s", text);
	else
		printf("%s: done\n",
		    what->verb == USER_LOGIN_END ? "log-in" : what->name);
	json_decref(answer);
	return ok ? CLI_OK : CLI_TROUBLE;
}
