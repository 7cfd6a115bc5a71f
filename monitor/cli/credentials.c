/* SPDX-License-Identifier: GPL-3.0-or-later */
/* credentials: whether what cameras ask for can be opened, and another key. */
#include "monitor/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/cli/client.h"
#include "monitor/cli/credentials_look.h"
#include "monitor/cli/local.h"
#include "monitor/cli/who.h"
#include "monitor/secrets/keys.h"

#define ASK_S 30

static const char help[] =
    "usage: camwarden credentials [--json]\n"
    "       camwarden credentials rekey [--keep-old] [--reason TEXT] [--json]\n"
    "\n"
    "The passwords of cameras lie sealed in the database; the key is a file "
    "outside of\n"
    "it. Without a verb: which file, how many passwords, and whose can't be "
    "opened.\n"
    "rekey makes another key and seals all with it, with the monitor running "
    "or "
    "not; cut\n"
    "off at any moment, all can be opened, and rekey again ends it. What no "
    "key "
    "opens\n"
    "stays as it is. A file with two keys: no new one is made, all is sealed "
    "with the\n"
    "first.\n"
    "\n"
    "  --keep-old     the old key stays in the file, as its second line: "
    "backups made so\n"
    "                 far need it\n"
    "  --reason TEXT  for the record\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden credentials rekey --keep-old --reason 'he left'\n"
    "\n"
    "exit: 0 all can be opened, 1 some can't (put the key back, or import the "
    "passwords\n"
    "again), 2 not done\n";

struct job {
	struct cli cli;
	bool rekey, keep_old;
	const char *reason;
};

static bool
parse_options(struct job *j, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "keep-old", no_argument, NULL, 'k' },
		{ "reason", required_argument, NULL, 'r' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'k')
			j->keep_old = true;
		else if (option == 'r')
			j->reason = optarg;
		else if (!cli_option(&j->cli, option, help))
			return false;
	}
	j->rekey = optind < argc && strcmp(argv[optind], "rekey") == 0;
	if (optind + j->rekey != argc)
		cli_say("'%.60s': expected rekey, or nothing", argv[optind]);
	else if (j->keep_old && !j->rekey)
		cli_say("--keep-old goes with rekey");
	else
		return true;
	return false;
}

/* --- how it stands */

static int
tell(const struct job *j, json_t *look)
{
	char *text = credentials_look_text(look);
	size_t count = json_array_size(json_object_get(look, "not_opened"));
	int passwords =
	    (int)json_integer_value(json_object_get(look, "passwords"));

	if (look == NULL || text == NULL) {
		cli_say("memory is out");
		free(text);
		return CLI_FAILED;
	}
	if (j->cli.json) {
		cli_print_json(look);
	} else {
		cli_put(stdout,
		    json_string_value(json_object_get(look, "file")));
		printf(": %d password%s sealed, %zu can't be opened\n",
		    passwords, passwords == 1 ? "" : "s", count);
	}
	if (count > 0)
		cli_say("%s", text);
	free(text);
	return count > 0 ? CLI_TROUBLE : CLI_OK;
}

/* The running monitor's keys count: systemd may have given them to it alone. */
static int
show(const struct job *j)
{
	json_t *question = json_pack("{s:s}", "command", "credentials");
	json_t *answer = NULL;
	enum client_result r = client_ask(j->cli.config.state_dir, question,
	    NULL, 0, ASK_S, &answer);

	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		answer = credentials_look(&j->cli.config);
	else if (r != CLIENT_OK) {
		cli_say("%s", client_result_text(r));
		return CLI_FAILED;
	}
	int code = tell(j, answer);

	json_decref(answer);
	return code;
}

/* --- another key */

static int
say_rekeyed(const struct job *j, int64_t sealed, int64_t left, const char *note)
{
	if (j->cli.json) {
		json_t *root = json_pack("{s:I, s:I}", "sealed",
		    (json_int_t)sealed, "not_opened", (json_int_t)left);

		cli_print_json(root);
		json_decref(root);
	} else {
		printf("%lld sealed with the new key\n", (long long)sealed);
	}
	if (note[0] != '\0')
		cli_say("all is sealed with its first key, and the other lines "
			"can go, but: %s",
		    note);
	if (left > 0)
		cli_say("%lld can't be opened (camwarden credentials)",
		    (long long)left);
	return left > 0 ? CLI_TROUBLE : CLI_OK;
}

struct told {
	struct local_change c;
	int64_t sealed;
};

static void
on_sealed(void *arg, const struct store_result *r)
{
	struct told *t = arg;
	const struct store_done done = local_done(&t->c);

	t->sealed = r->changes;
	done.call(done.arg, r);
}

static int
rekey_here(const struct job *j)
{
	const struct monitor_config *config = &j->cli.config;
	struct told t = { .c = { .error = "" } };
	char path[KEYS_PATH], why[KEYS_ERROR] = "", actor[WHO_BYTES];
	struct store *s = local_open(config, who_actor(actor), t.c.error);
	const struct store_done done = { on_sealed, &t };

	keys_path(config->credentials_key_file, config->state_dir, path);
	if (s != NULL && !keys_rotate(path, t.c.error)) {
		store_close(&s);
	} else if (s != NULL) {
		if (local_wait(s, &t.c,
			store_keys(s, actor, j->reason, &done)) &&
		    !j->keep_old)
			keys_settle(path, why);
		store_close(&s);
	}
	if (t.c.ok)
		return say_rekeyed(j, t.sealed, t.c.id, why);
	cli_say("%s", t.c.error);
	return CLI_FAILED;
}

static int
rekey(const struct job *j)
{
	json_t *question = json_pack("{s:s, s:b, s:s}", "command", "rekey",
	    "keep_old", j->keep_old, "reason", j->reason);
	json_t *answer = NULL;
	enum client_result r = question != NULL
				   ? client_ask(j->cli.config.state_dir,
					 question, NULL, 0, ASK_S, &answer)
				   : CLIENT_FAILED;
	const char *text;
	int code = CLI_FAILED;

	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		return rekey_here(j);
	if (r != CLIENT_OK)
		cli_say("%s", client_result_text(r));
	else if (!client_done(answer, &text))
		cli_say("%s", text);
	else
		code = say_rekeyed(j,
		    json_integer_value(json_object_get(answer, "changed")),
		    json_integer_value(json_object_get(answer, "unchanged")),
		    text);
	json_decref(answer);
	return code;
}

int
cli_credentials(int argc, char **argv)
{
	struct job j = { .reason = "" };

	if (!parse_options(&j, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&j.cli))
		return CLI_FAILED;
	return j.rekey ? rekey(&j) : show(&j);
}
