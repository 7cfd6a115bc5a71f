/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/channel_test.h"

#include <stdio.h>

#include <jansson.h>

#include "monitor/cli/client.h"

#define TEST_SECONDS 60

int
channel_test(const struct cli *cli, const char *channel)
{
	json_t *answer = NULL;
	json_t *question = json_pack("{s:s, s:s}", "command", "channel-test",
	    "channel", channel);
	enum client_result c = client_ask(cli->config.state_dir, question, NULL,
	    0, TEST_SECONDS, &answer);
	const char *said = "";
	bool sent;

	json_decref(question);
	if (c != CLIENT_OK) {
		cli_say("%s", client_result_text(c));
		return c == CLIENT_NOT_RUNNING ? CLI_NOT_RUNNING : CLI_FAILED;
	}
	sent = client_done(answer, &said);
	cli_put(stdout, channel);
	printf(sent ? ": sent: " : ": NOT SENT: ");
	cli_put(stdout, said);
	putchar('\n');
	json_decref(answer);
	return sent ? CLI_OK : CLI_TROUBLE;
}
