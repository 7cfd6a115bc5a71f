/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/incident_change.h"

#include <jansson.h>

#include "monitor/cli/client.h"

#define ASK_SECONDS 10

/* The answer, given, when it was done; else NULL after saying why, and the exit
 * code. body is given. */
static json_t *
ask(const struct cli *cli, const char *right, int64_t number, json_t *body,
    int *code_out)
{
	json_t *question = client_change(right, number, body);
	json_t *answer = NULL;
	enum client_result r = CLIENT_FAILED;
	const char *text = "what is said is no UTF-8";

	*code_out = CLI_FAILED;
	if (question != NULL) {
		r = client_ask(cli->config.state_dir, question, NULL, 0,
		    ASK_SECONDS, &answer);
		text = client_result_text(r);
		json_decref(question);
	}
	if (r == CLIENT_NOT_RUNNING)
		*code_out = CLI_NOT_RUNNING;
	if (r == CLIENT_OK && client_done(answer, &text)) {
		*code_out = CLI_OK;
		if (text[0] != '\0')
			cli_say("%lld: %s", (long long)number, text);
		return answer;
	}
	if (r == CLIENT_OK)
		*code_out = CLI_TROUBLE;
	cli_say("%lld: %s", (long long)number, text);
	json_decref(answer);
	return NULL;
}

int
incident_change_acknowledge(const struct cli *cli, int64_t number,
    const char *note)
{
	int code;
	json_t *answer = ask(cli, "incidents.acknowledge", number,
	    json_pack("{s:s}", "note", note), &code);

	if (json_is_true(json_object_get(answer, "already")))
		cli_say("%lld: %s did already", (long long)number,
		    json_string_value(
			json_object_get(answer, "acknowledged_by")));
	json_decref(answer);
	return code;
}

int
incident_change_note(const struct cli *cli, int64_t number, const char *text)
{
	int code;

	json_decref(ask(cli, "incidents.comment", number,
	    json_pack("{s:s}", "text", text), &code));
	return code;
}

int
incident_change_mute(const struct cli *cli, int64_t number, int64_t for_s,
    const char *reason)
{
	int code;
	json_t *answer = ask(cli, "incidents.mute", number,
	    json_pack("{s:I, s:s}", "for_s", (json_int_t)for_s, "reason",
		reason),
	    &code);

	if (answer != NULL)
		printf("mute %lld\n", (long long)json_integer_value(
					  json_object_get(answer, "number")));
	json_decref(answer);
	return code;
}
